package erp_test

import (
	"encoding/json"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/omie"
	"github.com/carimbo/carimbo/shared/erp/sensio"
	"github.com/carimbo/carimbo/shared/order"
)

var paidAt = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// skus are as many different ones.
func skus(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("SKU-%d", i)
	}
	return list
}

// allocated is how many bytes it takes: what copies over and over takes the square.
func allocated(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// 60,000 SKUs of one line took 25 s.
func TestAnOrderTakesAsMuchWorkAsItIsLong(t *testing.T) {
	accounts := map[string]erp.Client{}
	if config, err := omie.Parse(json.RawMessage(`{"services":{"X":{"nCodServico":1}}}`)); err != nil {
		t.Fatal(err)
	} else {
		accounts["omie"] = omie.New(config, erp.Options{Account: "estudio"})
	}
	if config, err := sensio.Parse(json.RawMessage(`{"base_url":"https://x.example","items":{"*":{"productId":"{line.sku}"}},"sale":{"details":"{order.number}"}}`)); err != nil {
		t.Fatal(err)
	} else {
		accounts["sensio, any SKU"] = sensio.New(config, erp.Options{Account: "loja"})
		config.Items = map[string]map[string]any{"X": {"productId": "x"}}
		accounts["sensio"] = sensio.New(config, erp.Options{Account: "loja"})
	}
	of := func(lines [][]string) order.Order {
		o := order.Order{ID: "1", Number: "1", Currency: "BRL", PaidAt: paidAt, Customer: order.Customer{Name: "Ana", TaxID: "52998224725"}, Total: order.Cents(int64(len(lines)))}
		for _, l := range lines {
			o.Lines = append(o.Lines, order.Line{SKUs: l, Name: "A", Quantity: order.Pieces(1), UnitPrice: order.Cents(1)})
			o.Payments = append(o.Payments, order.Payment{Method: order.Pix, Amount: order.Cents(1)})
		}
		return o
	}
	shapes := map[string]func(n int) order.Order{
		"one line with all SKUs": func(n int) order.Order { return of([][]string{skus(n)}) },
		"a line for each SKU": func(n int) order.Order {
			var lines [][]string
			for _, sku := range skus(n) {
				lines = append(lines, []string{sku})
			}
			return of(lines)
		},
	}
	for name, shape := range shapes {
		for account, e := range accounts {
			cost := func(n int) uint64 {
				o := shape(n)
				began := time.Now()
				is := allocated(func() {
					// What is beyond its bounds is refused; a look at it must not take long.
					if reason, rejected := order.AsRejection(o.Check(paidAt)); rejected && reason.Kind != order.Preflight {
						t.Error(reason)
					}
					_, err := e.Document(o, erp.Reference{Code: "x", Orig: "x", OrigID: "1"})
					if reason, rejected := order.AsRejection(err); rejected && len(reason.Message.String()) > 1000 {
						t.Errorf("%s, %s: a message of %d bytes", account, name, len(reason.Message.String()))
					}
				})
				// What is quadratic takes a hundred times as long for so many.
				if took := time.Since(began); took > 2*time.Minute {
					t.Errorf("%s, %s: %d take %s", account, name, n, took)
				}
				return is
			}
			cost(100)
			if once, fourTimes := cost(2000), cost(8000); fourTimes > 8*once+1<<20 {
				t.Errorf("%s, %s: %d bytes, and %d for four times as many", account, name, once, fourTimes)
			}
		}
	}
}

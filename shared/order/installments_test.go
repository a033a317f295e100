package order_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/order"
)

func TestInstalmentsAreMonthlyAndComeToTheTotal(t *testing.T) {
	at := time.Date(2026, 1, 31, 23, 30, 0, 0, order.SaoPaulo())
	card := func(cents int64, n int) order.Payment {
		return order.Payment{Method: order.CreditCard, Amount: order.Cents(cents), Installments: n, PaidAt: at}
	}
	for name, c := range map[string]struct {
		total    int64
		payments []order.Payment
		want     string
	}{
		"100.00 in 3":             {100_00, []order.Payment{card(100_00, 3)}, "2026-01-31 33.34, 2026-02-28 33.33, 2026-03-31 33.33"},
		"0.02 in 3":               {2, []order.Payment{card(2, 3)}, "2026-01-31 0.01, 2026-02-28 0.01"},
		"at once":                 {100_00, []order.Payment{card(100_00, 0)}, "2026-01-31 100.00"},
		"with interest":           {100_00, []order.Payment{card(110_00, 2)}, "2026-01-31 50.00, 2026-02-28 50.00"},
		"one of two cards":        {100_00, []order.Payment{card(60_00, 1)}, "2026-01-31 100.00"},
		"two cards":               {100_01, []order.Payment{card(60_00, 2), card(40_01, 1)}, "2026-01-31 30.00, 2026-02-28 30.00, 2026-01-31 40.01"},
		"a payment of nothing":    {5_00, []order.Payment{card(0, 1), card(5_00, 1)}, "2026-01-31 5.00"},
		"no payment at all":       {5_00, nil, "2026-02-01 5.00"},
		"a payment without a day": {5_00, []order.Payment{{Method: order.Pix, Amount: order.Cents(500)}}, "2026-02-01 5.00"},
		"nothing to pay":          {0, nil, ""},
	} {
		o := order.Order{Total: order.Cents(c.total), Payments: c.payments, PaidAt: at.Add(time.Hour)}
		all, err := o.Installments()
		var got []string
		for _, i := range all {
			got = append(got, i.Due.Format(time.DateOnly)+" "+i.Amount.String())
		}
		if s := strings.Join(got, ", "); err != nil || s != c.want {
			t.Errorf("%s: %s, %v, want %s", name, s, err, c.want)
		}
	}
}

func TestInstalmentsThatNobodyGrantsAreRejected(t *testing.T) {
	for says, o := range map[string]order.Order{
		"payment 1 has 121 instalments": {Total: order.Cents(1), PaidAt: time.Unix(0, 0), Payments: []order.Payment{{Amount: order.Cents(1), Installments: 121}}},
		"payment 1 has no date":         {Total: order.Cents(1)},
	} {
		_, err := o.Installments()
		if reason, ok := order.AsRejection(err); !ok || reason.Kind != order.Preflight || !strings.Contains(reason.Message.String(), says) {
			t.Errorf("%v, want %s", err, says)
		}
	}
}

func TestPercentagesAddUpToAHundred(t *testing.T) {
	for want, amounts := range map[string][]order.Money{
		"[33.3334 33.3333 33.3333]": {order.Cents(1), order.Cents(1), order.Cents(1)},
		"[100.00]":                  {order.Cents(7)},
		"[75.00 25.00]":             {order.Cents(300), order.Cents(100)},
		"[100.00 0.00]":             {order.Cents(100_000_000), order.Cents(1)},
	} {
		if got := fmt.Sprint(order.Percentages(amounts)); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestWhatIsSpreadIsInThePricesToTheCent(t *testing.T) {
	piece := func(quantity, price, discount string) order.Line {
		q, _ := order.ParseQuantity(quantity)
		p, _ := order.ParseMoney(price)
		d, _ := order.ParseMoney(discount)
		return order.Line{Name: "A", Quantity: q, UnitPrice: p, Discount: d}
	}
	for name, c := range map[string]struct {
		amount string
		lines  []order.Line
		want   string
	}{
		"by what they cost":      {"10", []order.Line{piece("1", "30", "0"), piece("1", "70", "0")}, "1 x 33.00, 1 x 77.00"},
		"over several pieces":    {"10", []order.Line{piece("3", "10", "0")}, "3 x 13.3333"},
		"pieces that don't part": {"0.01", []order.Line{piece("700", "10", "0")}, "1 x 7000.01"},
		"beside a discount":      {"1", []order.Line{piece("1", "10", "9"), piece("1", "1", "0")}, "1 x 10.50 - 9.00, 1 x 1.50"},
		"where nothing costs":    {"5", []order.Line{piece("2", "0", "0"), piece("1", "0", "0")}, "2 x 2.50, 1 x 0.00"},
		"half a piece":           {"5", []order.Line{piece("0.5", "10", "0")}, "0.5 x 20.00"},
		"a fraction of a cent":   {"5.4321", []order.Line{piece("1", "12.34", "0")}, "1 x 17.7721"},
		"nothing":                {"0", []order.Line{piece("3", "33.3333", "0")}, "3 x 33.3333"},
	} {
		amount, _ := order.ParseMoney(c.amount)
		o := order.Order{Lines: c.lines, Freight: amount}
		o.Total = o.Sum().Round()
		o.Freight = order.Money{}
		spread := o.Spread(amount)
		if _, ok := spread.AddsUp(); !ok {
			t.Errorf("%s: it comes to %s, not to %s", name, spread.Sum(), o.Total)
		}
		var got []string
		for _, l := range spread.Rounded(4).Lines {
			said := fmt.Sprintf("%s x %s", l.Quantity, l.UnitPrice)
			if !l.Discount.IsZero() {
				said += " - " + l.Discount.String()
			}
			got = append(got, said)
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s: %s, want %s", name, s, c.want)
		}
	}
}

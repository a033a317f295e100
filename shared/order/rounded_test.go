package order_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/carimbo/carimbo/shared/order"
)

// cart is an order of lines like "3 x 33.33 - 0.10".
func cart(t testing.TB, lines ...string) order.Order {
	t.Helper()
	o := order.Order{Currency: "BRL"}
	for _, text := range lines {
		f := strings.Fields(text)
		l := order.Line{Name: "A", Quantity: quantity(t, f[0]), UnitPrice: money(t, f[2])}
		if len(f) == 5 {
			l.Discount = money(t, f[4])
		}
		o.Lines = append(o.Lines, l)
	}
	return o
}

// shown is an order as text: lines | discount freight fees tax.
func shown(o order.Order) string {
	var b strings.Builder
	for _, l := range o.Lines {
		fmt.Fprintf(&b, "%s: %s x %s - %s, ", l.Name, l.Quantity, l.UnitPrice.Number(), l.Discount.Number())
	}
	fmt.Fprintf(&b, "| %s %s %s %s", o.Discount.Number(), o.Freight.Number(), o.Fees.Number(), o.Tax.Number())
	return b.String()
}

func TestNoDiscountIsThereThatNobodyGave(t *testing.T) {
	for _, c := range []struct {
		lines  string
		places int32
		change func(*order.Order)
		want   string
	}{
		{"3 x 33.33", 2, nil, "A: 3 x 33.33 - 0, | 0 0 0 0"},
		{"1000 x 0.01234", 4, nil, "1000 x A: 1 x 12.34 - 0, | 0 0 0 0"},
		{"1000 x 0.01234", 5, nil, "A: 1000 x 0.01234 - 0, | 0 0 0 0"},
		{"1000 x 0.0123", 4, nil, "A: 1000 x 0.0123 - 0, | 0 0 0 0"},
		{"1000 x 0.0123", 2, nil, "1000 x A: 1 x 12.3 - 0, | 0 0 0 0"},
		{"3 x 33.333333333333333334", 4, nil, "A: 3 x 33.3333 - 0, | 0 0 0 0"},
		{"3 x 33.333333333333333334", 2, nil, "3 x A: 1 x 100 - 0, | 0 0 0 0"},
		{"0.75 x 24.98", 4, nil, "A: 0.75 x 24.9867 - 0, | 0 0 0 0"},
		{"0.75 x 24.98", 2, nil, "A: 0.75 x 24.99 - 0, | 0 0 0 0"},
		{"1 x 5.005; 1 x 5.005", 4, nil, "A: 1 x 5.01 - 0, A: 1 x 5 - 0, | 0 0 0 0"},
		{"7 x 5.755039285714285", 4, nil, "A: 7 x 5.7557 - 0, | 0 0 0 0"},
		{"0.5 x 0.01; 1 x 1", 2, nil, "A: 0.5 x 0.02 - 0, A: 1 x 1 - 0, | 0 0 0 0"},
		{"2.5 x 0.999", 2, nil, "A: 2.5 x 1 - 0, | 0 0 0 0"},
		{"1000 x 0.01234 - 2.34; 1 x 10", 4, nil, "1000 x A: 1 x 12.34 - 2.34, A: 1 x 10 - 0, | 0 0 0 0"},
		{"1 x 0.3333; 1 x 0.3333; 1 x 0.3334", 2, nil, "A: 1 x 0.33 - 0, A: 1 x 0.33 - 0, A: 1 x 0.34 - 0, | 0 0 0 0"},
		{"2 x 10.004", 4, nil, "A: 2 x 10.004 - 0, | 0 0 0 0"},
		{"1 x 0.334; 1 x 0.003 - 0.003; 1 x 0.003 - 0.003", 2, nil, "A: 1 x 0.34 - 0.01, A: 1 x 0 - 0, A: 1 x 0 - 0, | 0 0 0 0"},
		{"1 x 10 - 10; 1 x 20 - 20", 2, func(o *order.Order) { o.Freight = order.Cents(500) }, "A: 1 x 10 - 10, A: 1 x 20 - 20, | 0 5 0 0"},
		{"1 x 60; 2 x 20", 2, func(o *order.Order) { o.Discount = order.Cents(1000) }, "A: 1 x 60 - 6, A: 2 x 20 - 4, | 0 0 0 0"},
		{"1 x 60 - 10; 1 x 50", 2, func(o *order.Order) { o.Discount = order.Cents(1000) }, "A: 1 x 60 - 15, A: 1 x 50 - 5, | 0 0 0 0"},
		{"1 x 60 - 60; 1 x 50", 2, nil, "A: 1 x 60 - 60, A: 1 x 50 - 0, | 0 0 0 0"},
		{"1 x 10", 2, func(o *order.Order) { o.Discount, o.Freight = order.Cents(1500), order.Cents(2000) }, "A: 1 x 10 - 10, | 5 20 0 0"},
		{"1 x 10 - 10", 2, func(o *order.Order) { o.Discount, o.Freight = order.Cents(500), order.Cents(2000) }, "A: 1 x 10 - 10, | 5 20 0 0"},
		{"1 x 100", 2, func(o *order.Order) { o.Freight, o.Tax = money(t, "0.003"), money(t, "0.003") }, "A: 1 x 100 - 0, | 0 0.01 0 0"},
		{"1 x 100", 2, func(o *order.Order) { o.Freight, o.Fees = money(t, "10.004"), money(t, "0.002") }, "A: 1 x 100 - 0, | 0 10.01 0 0"},
		{"1 x 0.334; 1 x 0.003 - 0.0001", 2, nil, "A: 1 x 0.34 - 0, A: 1 x 0 - 0, | 0 0 0 0"},
		{"2 x 0.064; 8 x 0.0001 - 0.0001", 2, func(o *order.Order) { o.Freight = money(t, "0.0062") }, "2 x A: 1 x 0.13 - 0, A: 8 x 0 - 0, | 0 0 0 0"},
		{"1 x 100", 2, func(o *order.Order) { o.Discount = money(t, "4.999") }, "A: 1 x 100 - 5, | 0 0 0 0"},
		{"1 x 100", 2, func(o *order.Order) { o.Discount = money(t, "0.005") }, "A: 1 x 100 - 0, | 0 0 0 0"},
	} {
		o := cart(t, strings.Split(c.lines, "; ")...)
		if c.change != nil {
			c.change(&o)
		}
		before := shown(o)
		o.Total, _ = o.AddsUp()
		if got := shown(o.Rounded(c.places)); got != c.want {
			t.Errorf("%s with %d decimals: %s, want %s", before, c.places, got, c.want)
		}
		if shown(o) != before {
			t.Errorf("%s became %s", before, shown(o))
		}
	}
}

func FuzzRounded(f *testing.F) {
	f.Add(uint32(1234), uint32(33333333), uint32(599000), uint16(999), uint16(2), uint32(0), uint32(0), uint32(12345), uint8(4))
	f.Add(uint32(1), uint32(1), uint32(1), uint16(1), uint16(7), uint32(1), uint32(1), uint32(1), uint8(2))
	f.Add(uint32(0), uint32(50), uint32(49), uint16(0), uint16(0), uint32(1000000), uint32(500), uint32(99), uint8(3))
	f.Fuzz(func(t *testing.T, a, b, c uint32, m, n uint16, lineOff, off, freight uint32, places uint8) {
		places = 2 + places%4
		fine := func(v uint32, exp int32) order.Money { return money(t, decimal.New(int64(v), -exp).String()) }
		o := order.Order{Currency: "BRL", Freight: fine(freight, 4), Discount: fine(off, 4)}
		for i, price := range []uint32{a, b, c} {
			l := order.Line{Name: "A", UnitPrice: fine(price, int32(3+i)), Quantity: order.Pieces(int64([]uint16{m, n, 0}[i]) + 1)}
			if i == 1 {
				l.Discount = fine(lineOff, 4)
			}
			o.Lines = append(o.Lines, l)
		}
		o.Total, _ = o.AddsUp()
		if o.Check(now) != nil {
			return
		}
		said := o.Rounded(int32(places))
		sum, discounts := said.Freight.Add(said.Fees).Add(said.Tax).Sub(said.Discount), said.Discount
		for i, l := range said.Lines {
			gross := l.UnitPrice.Times(l.Quantity).Round()
			if even := decimal.RequireFromString(l.UnitPrice.Times(l.Quantity).Number()).RoundBank(2); even.String() != decimal.RequireFromString(gross.Number()).String() {
				t.Fatalf("line %d of %s is %s, which comes to %s or %s", i+1, shown(o), shown(said), gross, even)
			}
			sum, discounts = sum.Add(gross).Sub(l.Discount), discounts.Add(l.Discount)
			far := gross.Sub(o.Lines[i].Gross())
			if far.IsNegative() {
				far = far.Neg()
			}
			switch {
			case l.Check(i+1) != nil && l.Discount.Cmp(gross) > 0, !l.Discount.Equal(l.Discount.Round()), far.Cmp(order.Cents(1)) >= 0:
				t.Fatalf("line %d of %s is %s", i+1, shown(o), shown(said))
			case o.Discount.IsZero() && o.Lines[i].Discount.IsZero() && l.Discount.Cmp(order.Cents(1)) > 0:
				t.Fatalf("line %d of %s got a discount: %s", i+1, shown(o), shown(said))
			case !l.Quantity.Equal(o.Lines[i].Quantity) && (!l.Quantity.Equal(order.Pieces(1)) || l.Name != o.Lines[i].Quantity.String()+" x A"):
				t.Fatalf("line %d of %s is %s", i+1, shown(o), shown(said))
			}
		}
		if !sum.Equal(o.Total) {
			t.Fatalf("%s comes to %s, and %s was paid", shown(said), sum, o.Total)
		}
		if o.Discount.IsZero() && o.Lines[1].Discount.IsZero() && !discounts.IsZero() {
			t.Fatalf("%s has a discount that nobody gave: %s", shown(o), shown(said))
		}
	})
}

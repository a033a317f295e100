package order_test

import (
	"testing"

	"github.com/carimbo/carimbo/shared/order"
)

func TestALineIsSplitInAsManyPiecesAsWereBought(t *testing.T) {
	for _, c := range []struct{ bought, gross, discount string }{
		{"1500", "10.01", "0"}, {"1500", "10.01", "3.33"}, {"7000", "0.01", "0.01"}, {"250.5", "99.99", "10"}, {"3", "10", "0"}, {"999999", "123456.78", "123456.78"},
	} {
		of := order.Line{SKUs: []string{"A"}, Quantity: order.Pieces(1), UnitPrice: money(t, c.gross), Discount: money(t, c.discount)}
		var pieces order.Quantity
		var gross, discount order.Money
		for _, l := range of.Split(quantity(t, c.bought), 4) {
			pieces = pieces.Add(l.Quantity)
			gross, discount = gross.Add(l.Gross().Round()), discount.Add(l.Discount)
			if l.Discount.Cmp(l.Gross().Round()) > 0 || l.Quantity.IsZero() || !l.UnitPrice.Equal(money(t, l.UnitPrice.Number())) {
				t.Errorf("%+v: a part is %+v", c, l)
			}
		}
		if !pieces.Equal(quantity(t, c.bought)) || !gross.Equal(money(t, c.gross)) || !discount.Equal(money(t, c.discount)) {
			t.Errorf("%+v: %s pieces at %s less %s", c, pieces, gross, discount)
		}
	}
	whole := order.Line{Quantity: order.Pieces(1), UnitPrice: order.Cents(100)}
	if got := whole.Split(quantity(t, "0.5"), 4); len(got) != 1 {
		t.Errorf("half a piece is split: %+v", got)
	}
}

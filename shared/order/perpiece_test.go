package order_test

import (
	"math/rand/v2"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/carimbo/carimbo/shared/order"
)

func TestAPieceCostsItsShareOfTheWhole(t *testing.T) {
	for _, c := range []struct{ total, quantity, price string }{
		{"10.00", "1", "10.00"}, {"10.00", "2", "5.00"}, {"12.34", "1000", "0.01234"}, {"0.00", "7", "0.00"}, {"10.005", "1", "10.005"}, {"29.90", "2.5", "11.96"},
		{"10.00", "3", "3.333333333333333334"}, {"0.01", "3", "0.003333333333333334"}, {"5.00", "0", "5.00"}, {"5.00", "-2", "5.00"},
	} {
		if price := money(t, c.total).PerPiece(quantity(t, c.quantity)); price.String() != c.price {
			t.Errorf("%s pieces for %s: %s each, want %s", c.quantity, c.total, price, c.price)
		}
	}
}

func TestPiecesAtTheirPriceCostTheWhole(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 5))
	for range 5000 {
		total := order.Cents(rnd.Int64N(1 << rnd.UintN(40)))
		q := quantity(t, decimal.New(1+rnd.Int64N(1<<rnd.UintN(20)), -int32(rnd.UintN(4))).String())
		line := order.Line{UnitPrice: total.PerPiece(q), Quantity: q, Discount: total}
		if whole := line.Gross(); !whole.Equal(total) || line.Check(1) != nil {
			t.Fatalf("%s pieces for %s cost %s", q, total, whole)
		}
	}
}

package order_test

import (
	"math/rand/v2"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/carimbo/carimbo/shared/order"
)

func TestPiecesAtTheirPriceLessTheExcessCostTheLinesTotal(t *testing.T) {
	for _, c := range []struct{ total, quantity, price, above string }{
		{"10.00", "1", "10.00", "0.00"},
		{"10.00", "2", "5.00", "0.00"},
		{"10.00", "3", "3.34", "0.02"},
		{"0.01", "3", "0.01", "0.02"},
		{"0.00", "7", "0.00", "0.00"},
		{"10.005", "1", "10.01", "0.005"},
		{"29.90", "2.5", "11.96", "0.00"},
		{"1.00", "0.3", "3.34", "0.002"},
		{"5.00", "0", "5.00", "0.00"},
		{"5.00", "-2", "5.00", "0.00"},
	} {
		total, err := order.ParseMoney(c.total)
		if err != nil {
			t.Fatal(err)
		}
		q, err := order.ParseQuantity(c.quantity)
		if err != nil {
			t.Fatal(err)
		}
		price, above := total.PerPiece(q)
		if price.String() != c.price || above.String() != c.above {
			t.Errorf("%s pieces for %s: %s each, %s above; want %s, %s", c.quantity, c.total, price, above, c.price, c.above)
		}
	}
}

func TestPerPieceIsExactInCentsAndNeverAboveByACentAPiece(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 5))
	for range 5000 {
		total := order.Cents(rnd.Int64N(1 << rnd.UintN(40)))
		q, err := order.ParseQuantity(decimal.New(1+rnd.Int64N(1<<rnd.UintN(20)), -int32(rnd.UintN(4))).String())
		if err != nil {
			t.Fatal(err)
		}
		price, above := total.PerPiece(q)
		line := order.Line{UnitPrice: price, Quantity: q, Discount: above}
		if !line.Total().Equal(total) || !price.Equal(price.Round()) || above.IsNegative() || above.Cmp(order.Cents(1).Times(q)) >= 0 {
			t.Fatalf("%s pieces for %s: %s each, %s above, the line costs %s", q, total, price, above, line.Total())
		}
	}
}

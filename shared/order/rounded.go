package order

import (
	"slices"

	"github.com/shopspring/decimal"
)

// Rounded is the order as a document says it that takes prices of so many decimals, counts
// each line to the cent and everything else in cents. It adds up to Total, if the order
// does. Discounts are the lines' own where lines have room for them: the order's are spread
// over what the lines cost. None is there that nobody gave: a line whose price would need
// more decimals is one piece of the whole, and its name says how many there were.
func (o Order) Rounded(places int32) Order {
	gross, costs := make([]Money, len(o.Lines)), make([]Money, len(o.Lines))
	var goods, least, most Money
	off := o.Discount
	for i, l := range o.Lines {
		gross[i], costs[i] = l.Gross(), l.Total()
		goods, off = goods.Add(gross[i]), off.Add(l.Discount)
	}
	parts := []Money{goods, o.Freight, o.Fees, o.Tax}
	for _, p := range parts {
		least, most = least.Add(Money{p.d.RoundFloor(2)}), most.Add(Money{p.d.RoundCeil(2)})
	}
	// What was taken off, to the cent, as far as the parts in cents leave room for that.
	if off = off.Round(); off.Cmp(most.Sub(o.Total)) > 0 {
		off = most.Sub(o.Total)
	}
	if off.Cmp(least.Sub(o.Total)) < 0 {
		off = least.Sub(o.Total)
	}
	parts = inCents(o.Total.Add(off), parts)
	gross = inCents(parts[0], gross)
	discounts, rest := o.discounts(off, gross, costs)
	lines := make([]Line, len(o.Lines))
	for i, l := range o.Lines {
		lines[i] = l.costing(gross[i], places)
		lines[i].Discount = discounts[i]
	}
	o.Lines, o.Discount, o.Freight, o.Fees, o.Tax = lines, rest, parts[1], parts[2], parts[3]
	return o
}

// inCents are the parts in whole cents that add up to whole: each is the next cent below,
// or above if it would lose most. A part in whole cents stays. Whole lies between what all
// come to if they are rounded down, and up.
func inCents(whole Money, parts []Money) []Money {
	cents, most := make([]Money, len(parts)), make([]int, len(parts))
	for i, p := range parts {
		cents[i].d, most[i] = p.d.RoundFloor(2), i
		whole = whole.Sub(cents[i])
	}
	lost := func(i int) decimal.Decimal { return parts[i].d.Sub(cents[i].d) }
	slices.SortStableFunc(most, func(a, b int) int { return lost(b).Cmp(lost(a)) })
	cent := Cents(1)
	var up []int
	for _, i := range most {
		if whole.Cmp(cent) < 0 {
			break
		}
		up, whole = append(up, i), whole.Sub(cent)
	}
	for _, i := range up {
		cents[i] = cents[i].Add(cent)
	}
	return cents
}

// discounts split what is taken off over the lines: their own, and the order's by what
// they cost. No line takes more than its gross; what is left is the order's.
func (o Order) discounts(off Money, gross, costs []Money) (discounts []Money, rest Money) {
	var cost Money
	for _, c := range costs {
		cost = cost.Add(c)
	}
	weights := make([]Money, len(costs))
	for i, l := range o.Lines { // multiplied by the cost of all, so that nothing is divided
		weights[i].d = l.Discount.d.Mul(cost.d).Add(o.Discount.d.Mul(costs[i].d))
	}
	discounts = Apportion(off, weights)
	for i := range discounts {
		if over := discounts[i].Sub(gross[i]); !over.IsNegative() {
			discounts[i], rest = gross[i], rest.Add(over)
		}
	}
	for i := range discounts {
		room := gross[i].Sub(discounts[i])
		if rest.Cmp(room) < 0 {
			room = rest
		}
		discounts[i], rest = discounts[i].Add(room), rest.Sub(room)
	}
	return discounts, rest
}

var halfCent = decimal.New(5, -3) // never written to

// costing is the line at a price of so many decimals at which its pieces cost gross to the
// cent, whichever way somebody rounds half a cent.
func (l Line) costing(gross Money, places int32) Line {
	for _, price := range []Money{l.UnitPrice, gross.PerPiece(l.Quantity)} {
		price.d = rounded(price.d, places)
		if off := price.Times(l.Quantity).Sub(gross); off.d.Abs().LessThan(halfCent) {
			l.UnitPrice = price
			return l
		}
	}
	l.Name = l.Quantity.String() + " x " + l.Name
	l.Quantity, l.UnitPrice = Pieces(1), gross
	return l
}

package order

import "slices"

// Spread is the order with the amount in the prices of its lines, by what they cost: how a
// part that no document has a field for is charged with the goods. The lines come to as
// much more, exactly; Rounded says them in prices that an ERP takes.
func (o Order) Spread(amount Money) Order {
	if amount.IsZero() {
		return o
	}
	costs := make([]Money, len(o.Lines))
	for i, l := range o.Lines {
		costs[i] = l.Total()
	}
	o.Lines = slices.Clone(o.Lines)
	for i, share := range Apportion(amount, costs) {
		if l := &o.Lines[i]; !share.IsZero() {
			l.UnitPrice = l.Gross().Add(share).PerPiece(l.Quantity)
		}
	}
	return o
}

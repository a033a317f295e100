package order

// Split is a line that Rounded made one piece, as the quantity that was bought: all but the
// last piece, or what is left of one, at a price in whole cents, and the last at the rest of
// what the line costs, in a price of so many decimals. Both parts come to whole cents, however
// half of one is rounded, and share the discount.
func (l Line) Split(bought Quantity, places int32) []Line {
	gross := l.Gross()
	last := Quantity{bought.d.Sub(bought.d.Floor())}
	if last.IsZero() {
		last = Pieces(1)
	}
	first := bought.Sub(last)
	price := Money{gross.PerPiece(bought).d.RoundFloor(2)}
	rest := gross.Sub(price.Times(first))
	if first.IsZero() || rest.IsNegative() {
		return []Line{l}
	}
	discounts := Apportion(l.Discount, []Money{price.Times(first), rest})
	head, tail := l, l
	head.Quantity, head.UnitPrice, head.Discount = first, price, discounts[0]
	tail.Quantity, tail.UnitPrice, tail.Discount = last, Money{rest.PerPiece(last).d.Round(places)}, discounts[1]
	return []Line{head, tail}
}

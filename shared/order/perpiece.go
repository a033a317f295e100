package order

import "github.com/shopspring/decimal"

// PerPiece is the unit price of q pieces that cost m together, rounded up to the
// cent, and by how much q pieces at that price cost more than m. A line with that
// price, that quantity and that discount costs m exactly: many platforms give
// what a line costs, and 10.00 is no multiple of 3. Without pieces, m is the
// price.
func (m Money) PerPiece(q Quantity) (price, above Money) {
	if q.d.Sign() <= 0 {
		return m, Money{}
	}
	cents, rest := m.d.QuoRem(q.d, 2)
	if rest.IsPositive() {
		cents = cents.Add(decimal.New(1, -2))
	}
	price = Money{cents}
	return price, price.Times(q).Sub(m)
}

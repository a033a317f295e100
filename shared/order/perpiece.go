package order

import "github.com/shopspring/decimal"

// finest is how many decimals a price per piece has at most, so that the error is no
// part of a cent whatever the quantity.
const finest = 18

// PerPiece is the unit price of q pieces that cost m together: exact, or rounded up where
// 10.00 is no multiple of 3, so that a discount of all of m is never more than the pieces
// cost. Without pieces, m is the price.
func (m Money) PerPiece(q Quantity) Money {
	if q.d.Sign() <= 0 {
		return m
	}
	price, rest := m.d.QuoRem(q.d, finest)
	if rest.IsPositive() {
		price = price.Add(decimal.New(1, -finest))
	}
	return Money{price}
}

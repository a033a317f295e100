package order

import (
	"slices"
	"time"
)

// Rank says how well the moment of payment is known. A higher one takes the place
// of a lower one, whichever came first: the day on the document must not depend on
// which notice the store happened to send first.
type Rank int

// The ranks. 0 is a moment of which nothing is known.
const (
	// ByOrder is the date of the order.
	ByOrder Rank = iota + 1
	// ByNotice is when the order was modified as the first paid notice tells it.
	ByNotice
	// ByPayment is the payment's own time, or its transaction's.
	ByPayment
)

// Moment is when an order was paid, and how well that is known.
type Moment struct {
	At   time.Time
	Rank Rank
	// From names the field that says so, for a preview; empty where nobody asks.
	From string
}

// Better tells whether m says more about the payment than was does.
func (m Moment) Better(was Moment) bool { return !m.At.IsZero() && m.Rank > was.Rank }

// Replaces tells whether m, told by newer contents of the order, counts from now
// on: of equal ranks the newer contents' does, but of two notices the first one's.
func (m Moment) Replaces(was Moment) bool {
	return m.Better(was) || !m.At.IsZero() && m.Rank == was.Rank && m.Rank != ByNotice
}

// SameDay tells whether both are on one day in São Paulo, the merchant's.
func (m Moment) SameDay(other Moment) bool { return m.Day() == other.Day() }

// Day is the moment's day in São Paulo, as in 2026-11-30.
func (m Moment) Day() string { return m.At.In(SaoPaulo()).Format(time.DateOnly) }

// Paid sets when the order was paid, also in the payments that were paid with it.
func (o *Order) Paid(m Moment) {
	payments := slices.Clone(o.Payments)
	for i := range payments {
		if payments[i].PaidAt.Equal(o.PaidAt) {
			payments[i].PaidAt = m.At
		}
	}
	o.Payments, o.PaidAt, o.PaidRank = payments, m.At, m.Rank
}

// BestOf is the first moment that is known, best rank first.
func BestOf(moments ...Moment) Moment {
	for _, m := range moments {
		if !m.At.IsZero() {
			return m
		}
	}
	return Moment{}
}

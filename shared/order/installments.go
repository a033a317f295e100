package order

import "time"

// maxInstallments is more than anybody grants: a number beyond it is a mistake in the
// store's order.
const maxInstallments = 120

// Installment is what is due of the order on one day.
type Installment struct {
	Payment Payment
	// Due is a day in São Paulo.
	Due    time.Time
	Amount Money
}

// Installments split the total over the payments: one per instalment, monthly from the
// payment's day, which is the order's where the payment has none, to the cent and none of
// nothing. What the payments say is only how the total is split: where they don't add up
// to it (interest that the store doesn't get, a platform that names one of two cards), they
// are scaled. An order without payments has one of everything. The error is a *Rejection.
func (o Order) Installments() ([]Installment, error) {
	payments := o.Payments
	if len(payments) == 0 {
		payments = []Payment{{Method: Other, Amount: o.Total}}
	}
	amounts := make([]Money, len(payments))
	for i, p := range payments {
		amounts[i] = p.Amount
	}
	var all []Installment
	for i, share := range Apportion(o.Total, amounts) {
		p := payments[i]
		first := firstOf(p.PaidAt, o.PaidAt, o.PlacedAt)
		switch {
		case p.Installments > maxInstallments:
			return nil, Reject(Preflight, "payment %d has %d instalments: correct it in the store, or enter the order in the ERP by hand", i+1, p.Installments)
		case first.IsZero():
			return nil, Reject(Preflight, "payment %d has no date, by which its instalments are due, and neither has the order: enter it in the ERP by hand", i+1)
		}
		for month, part := range Apportion(share, equal(max(1, p.Installments))) {
			if !part.IsZero() { // fewer cents than instalments, or a payment of nothing
				all = append(all, Installment{Payment: p, Due: monthsAfter(first.In(SaoPaulo()), month), Amount: part})
			}
		}
	}
	return all, nil
}

func firstOf(moments ...time.Time) time.Time {
	for _, at := range moments {
		if !at.IsZero() {
			return at
		}
	}
	return time.Time{}
}

func equal(n int) []Money {
	weights := make([]Money, n)
	for i := range weights {
		weights[i] = Cents(1)
	}
	return weights
}

// monthsAfter is the same day of a later month, or that month's last where it has
// none: AddDate would go on into the next one.
func monthsAfter(first time.Time, months int) time.Time {
	year, month, day := first.Date()
	last := time.Date(year, month+time.Month(months)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return time.Date(year, month+time.Month(months), min(day, last), 0, 0, 0, 0, time.UTC)
}

// Percentages are what the amounts are of their sum, in percent with four decimals, and
// add up to 100.
func Percentages(amounts []Money) []Money {
	percentages := Apportion(Cents(100_00_00), amounts)
	for i := range percentages {
		percentages[i].d = percentages[i].d.Shift(-2)
	}
	return percentages
}

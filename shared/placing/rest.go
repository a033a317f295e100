package placing

import (
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// waitForRest says that the entry waits for the end of the account's rest, after the orders
// that drew fewer of them in a row with calls of their own: not for longer and longer
// where it is the only one, and each of its calls asks whether the rest is over.
func waitForRest(r Rules, e *ledger.Entry, end time.Time) {
	e.Until = latest(end.Add(time.Duration(min(e.OwnRests, mostBehind))*r.Spacing), e.QuietUntil)
	e.Rests = true
}

// waitForLane is for an order of which nothing is in the ERP.
func waitForLane(r Rules, e *ledger.Entry, a erp.Answer, end, now time.Time) []Metric {
	becomeWaiting(e, now, order.AccountRests, words.Say("the ERP account rests: %s", a.Text))
	waitForRest(r, e, latest(now, end))
	return []Metric{MetricLaneBlocked}
}

// waitForOwnRest is for one whose own call drew the rest: the third in a row may be the
// order's fault.
func waitForOwnRest(r Rules, e *ledger.Entry, a erp.Answer, end, through, now time.Time) []Metric {
	if countOwnRest(e, through, now) {
		e.Attempts++
		return becomeRejected(e, order.RefusedByERP, words.Say(onlyThisOrder, a.Text))
	}
	return waitForLane(r, e, a, end, now)
}

// mostBehind is the most spacings that an order waits behind the others: what bounds the
// account's rest must bound the order's.
const mostBehind = 10

// mostOwnRests is how many rests in a row an order may draw while other orders of
// the account get through.
const mostOwnRests = 3

// countOwnRest counts a rest that the entry's own call drew, and tells whether it is the
// order and not the account that the ERP means: an account's rest must not be held by
// one order (rule 8). through is when another order of the account last got through.
// A row that began later than now began by a clock that was ahead: nobody would get
// through after it until this clock shows that time again.
func countOwnRest(e *ledger.Entry, through, now time.Time) bool {
	if e.OwnRests == 0 || e.OwnRestsSince.After(now) {
		e.OwnRestsSince = now
	}
	e.OwnRests++
	return e.OwnRests >= mostOwnRests && through.After(e.OwnRestsSince)
}

// onlyThisOrder explains why what reads like the account's fault is put down to an
// order.
const onlyThisOrder = "three times in a row the ERP sent the account to rest for this order, while other orders got through. Its words: %s"

// callAdmitted tells whether the answer shows that the ERP lets the order's calls in. One that
// is lost shows nothing: an order whose calls now and then hang could have its account
// rest for ever.
func callAdmitted(a erp.Answer) bool {
	switch a.Kind {
	case erp.AccountRests, erp.Lost, erp.NotSent, erp.NoTime:
		return false
	}
	return true
}

// clearOwnRests forgets the rests that the entry's own calls drew.
func clearOwnRests(e *ledger.Entry) { e.OwnRests, e.OwnRestsSince = 0, time.Time{} }

// retryAfter is how long the ERP asked for, else the spacing.
func retryAfter(a erp.Answer, r Rules) time.Duration {
	if a.RetryAfter > 0 {
		return a.RetryAfter
	}
	return r.Spacing
}

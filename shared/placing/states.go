package placing

import (
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// nothingSent tells whether nothing of the order can be in the ERP.
func nothingSent(s ledger.State) bool {
	return s == ledger.Accepted || s == ledger.Waiting || s == ledger.Rejected
}

// becomeWaiting makes the entry waiting: nothing of it is in the ERP and it goes on by
// itself, though never before quiet_until.
func becomeWaiting(e *ledger.Entry, until time.Time, kind order.ReasonKind, message words.Text) {
	releaseClaim(e)
	e.State = ledger.Waiting
	e.Until = latest(until, e.QuietUntil)
	e.Reason = order.Reason{Kind: kind, Message: message}
	e.Document = erp.Mark{}
	clearUncertainty(e)
}

// waitWithBackoff counts a failure and waits by the back-off table, or gives up
// after Patience.
func waitWithBackoff(r Rules, e *ledger.Entry, now time.Time, kind order.ReasonKind, message words.Text) []Metric {
	e.Attempts++
	e.Failures++
	if now.Sub(e.TryingSince) >= Patience {
		return becomeRejected(e, order.GaveUp, words.Say("tried for 7 days; the last reason: %s. When that is mended: carimbo orders retry", message))
	}
	becomeWaiting(e, now.Add(backoff(e.Failures, r.Spacing)), kind, message)
	return nil
}

// backoff is the wait after the nth failure in a row.
func backoff(n int, spacing time.Duration) time.Duration {
	steps := [...]time.Duration{spacing, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute}
	if n < 1 {
		n = 1
	}
	if n > len(steps) {
		return time.Hour
	}
	return steps[n-1]
}

// becomeRejected ends the order until the store mends it or a person acts. Nothing of it
// is in the ERP.
func becomeRejected(e *ledger.Entry, kind order.ReasonKind, message words.Text) []Metric {
	releaseClaim(e)
	e.State = ledger.Rejected
	e.Until = time.Time{}
	e.Reason = order.Reason{Kind: kind, Message: message}
	clearUncertainty(e)
	return []Metric{MetricRejected}
}

// becomeUncertain makes the entry uncertain, to be looked up at until; it is parked at once
// where no look-up can prove anything.
func becomeUncertain(r Rules, e *ledger.Entry, until time.Time, kind order.ReasonKind, message words.Text) []Metric {
	releaseClaim(e)
	e.State = ledger.Uncertain
	e.Reason = order.Reason{Kind: kind, Message: message}
	e.Doubts++
	e.Failures = 0
	if !r.CanLookUp {
		return append([]Metric{MetricUncertain}, park(e, words.Sentences(message, words.Say("This ERP account has no look-up that proves anything: look there for the order, then carimbo orders resolve --created ID or --absent")))...)
	}
	e.Until = latest(until, e.QuietUntil)
	return []Metric{MetricUncertain}
}

// clearUncertainty forgets what only an uncertain entry has.
func clearUncertainty(e *ledger.Entry) {
	e.AlreadyThere, e.Fault, e.AssertedID = false, words.Text{}, ""
}

// lookUpAt is when an order whose call ended at ended is looked up. An order
// that is lost over and over is looked up ever later, or its time-outs would keep
// the account's other orders waiting.
func lookUpAt(r Rules, e ledger.Entry, ended time.Time) time.Time {
	return ended.Add(backoff(e.Doubts+1, r.Spacing))
}

// park leaves an uncertain entry to a person.
func park(e *ledger.Entry, message words.Text) []Metric {
	releaseClaim(e)
	e.Until = time.Time{}
	e.Reason = order.Reason{Kind: order.NeedsPerson, Message: message}
	return []Metric{MetricParked}
}

// recordCreated records that the document exists.
func recordCreated(e *ledger.Entry, a erp.Answer, now time.Time, found bool) []Metric {
	e.ERPID, e.ERPNumber, e.Found = a.ID, a.Number, found
	e.CreatedAt, e.ChangedAt = now, time.Time{}
	return append([]Metric{MetricCreated}, becomeCreated(e, now)...)
}

// becomeCreated ends the order with the document that is recorded. Only what rule 18
// names stays.
func becomeCreated(e *ledger.Entry, now time.Time) (metrics []Metric) {
	releaseClaim(e)
	e.State = ledger.Created
	e.Until, e.Reason = time.Time{}, order.Reason{}
	e.Expires = e.CreatedAt.Add(retention)
	if e.Newer != nil {
		e.Version = e.Newer.Version
		keepBetterMoment(e, *e.Newer)
		if news := changesOf(*e.Newer); !news.IsZero() {
			metrics = tellChange(e, now, news)
		}
	}
	e.Payload, e.Newer, e.Lessons = nil, nil, erp.Lessons{}
	clearUncertainty(e)
	return metrics
}

// recreateOrReject is what a proven absence leads to (rule 6, in its order): the newer
// contents take over whatever follows, a reversal ends it, an unknown fault
// without newer contents ends it, else the create may go out again. It tells
// whether it may.
func recreateOrReject(e *ledger.Entry, now time.Time, kind order.ReasonKind) (bool, []Metric) {
	mended := replaceByNewer(e)
	if mended {
		restartPatience(e, now)
		kind = order.Mended
	}
	switch {
	case !e.ReversedAt.IsZero():
		return false, becomeRejected(e, order.Reversed, reversedWords(*e, words.Say(reversedMessage)))
	case !e.Fault.IsZero() && !mended:
		return false, becomeRejected(e, order.RefusedByERP, e.Fault)
	case now.Sub(e.TryingSince) >= Patience:
		return false, becomeRejected(e, order.GaveUp, words.Say("sent again and again for 7 days, and each time proven absent. When the cause is mended: carimbo orders retry"))
	}
	e.State = ledger.Waiting
	e.Until = now
	e.Reason = order.Reason{Kind: kind, Message: words.Say("proven absent from the ERP; it is created again")}
	e.Document = erp.Mark{}
	clearUncertainty(e)
	return true, nil
}

// rejectDeleted follows the proof that the document is gone from the ERP. Somebody
// deleted it on purpose, so nothing but a person's retry creates it again; what
// the store sent meanwhile is what that retry creates.
func rejectDeleted(e *ledger.Entry) []Metric {
	id := e.ERPID
	e.ERPID, e.ERPNumber, e.Found = "", "", false
	e.CreatedAt, e.Document = time.Time{}, erp.Mark{}
	replaceByNewer(e)
	again := words.Say("to create it again: carimbo orders retry")
	if len(e.Payload) == 0 {
		again = words.Say("to create it again: carimbo orders retry --payload FILE, since the contents of a created order are not kept")
	}
	if !e.ReversedAt.IsZero() {
		return becomeRejected(e, order.Reversed, reversedWords(*e, words.Say("somebody deleted document %s in the ERP, and the store reversed the order; %s", id, again)))
	}
	return becomeRejected(e, order.Deleted, words.Say("somebody deleted document %s in the ERP; %s", id, again))
}

const deletedAndMended = "somebody deleted its document in the ERP, and the store sent newer contents since; to create it again from them: carimbo orders retry"

const reversedMessage = "the store reversed the order (refund, cancellation or chargeback); nothing is in the ERP. To create it all the same: carimbo orders retry"

func latest(times ...time.Time) time.Time {
	var last time.Time
	for _, t := range times {
		if t.After(last) {
			last = t
		}
	}
	return last
}

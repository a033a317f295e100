package placing

import (
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// PrepareFailed: something before the create call did not go through. Nothing was sent,
// so the order waits; it never becomes uncertain (rule 4).
type PrepareFailed struct {
	Fence  int64
	Facts  Facts
	Answer erp.Answer
	// LaneUntil is when the lane opens, after an answer of kind AccountRests; Through is when an
	// order of the account last got through.
	LaneUntil time.Time
	Through   time.Time
	// PutOff tells that no call was made.
	PutOff bool
}

func (ev PrepareFailed) next(r Rules, e ledger.Entry, now time.Time) (ledger.Entry, Step) {
	if !claimIsCurrent(e, ev.Fence, ledger.Accepted, ledger.Waiting) {
		return e, stop
	}
	ev.Facts.record(&e)
	before := e
	var metrics []Metric
	rule := "8"
	switch ev.Answer.Kind {
	case erp.AccountRests:
		if ev.PutOff {
			metrics = waitForLane(r, &e, ev.Answer, ev.LaneUntil, now)
			break
		}
		metrics = waitForOwnRest(r, &e, ev.Answer, ev.LaneUntil, ev.Through, now)
	case erp.Redundant:
		metrics = waitWithBackoff(r, &e, now, order.Redundant, ev.Answer.Text)
		if e.State == ledger.Waiting {
			e.Until = latest(now.Add(retryAfter(ev.Answer, r)), e.QuietUntil)
		}
	case erp.Early:
		becomeWaiting(&e, now.Add(retryAfter(ev.Answer, r)), order.NotSent, ev.Answer.Text)
	case erp.Refused, erp.Unknown:
		rule = ruleAnswer
		metrics = leaveOut(r, &e, ev.Answer, now)
	case erp.Duplicate:
		rule = ruleAnswer
		metrics = waitForHidden(r, &e, ev.Answer, now)
	case erp.Unmapped:
		e.Attempts++
		rule = ruleAnswer
		metrics = becomeRejected(&e, order.Mapping, ev.Answer.Text)
	case erp.Unprovable:
		e.Attempts++
		rule = ruleAnswer
		metrics = becomeRejected(&e, order.TaxIDReason, ev.Answer.Text)
	case erp.NoTime:
		e.Attempts++
		rule = "4"
		becomeWaiting(&e, now, order.NotSent, words.Say(tooLittleTime))
	default:
		rule = "4"
		metrics = waitWithBackoff(r, &e, now, order.ERPDown, ev.Answer.Text)
	}
	did := didCustomer
	if ev.PutOff || ev.Answer.Kind == erp.Early {
		did = didPutOff
	}
	addAttempt(&e, now, ledger.Attempt{Did: did, Answer: string(ev.Answer.Kind), Text: learnedText(before, e, ev.Answer.Text), Rule: rule})
	return writeAndAcknowledge(e, metrics)
}

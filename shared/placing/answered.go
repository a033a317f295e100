package placing

import (
	"cmp"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// Answered: the create call ended.
type Answered struct {
	Fence  int64
	Answer erp.Answer
	// LaneUntil is when the lane opens, after an answer of kind AccountRests; Through is when an
	// order of the account last got through.
	LaneUntil time.Time
	Through   time.Time
}

func (a Answered) next(r Rules, e ledger.Entry, now time.Time) (ledger.Entry, Step) {
	if !claimIsCurrent(e, a.Fence, ledger.Creating) {
		return e, stop
	}
	before := e
	if a.Answer.Kind != erp.NotSent && a.Answer.Kind != erp.NoTime {
		e.QuietUntil = latest(e.QuietUntil, now.Add(r.Spacing))
	}
	step := Step{Do: Acknowledge, Write: true}
	rule := ruleAnswer
	switch a.Answer.Kind {
	case erp.Created:
		e.Attempts++
		step.Metrics = recordCreated(&e, a.Answer, now, false)
	case erp.Duplicate:
		e.Attempts++
		rule = "7"
		step.Do, step.Metrics = lookUpDuplicate(r, &e, a.Answer, now)
	case erp.Refused:
		e.Attempts++
		step.Metrics = becomeRejected(&e, cmp.Or(a.Answer.Reason, order.RefusedByERP), a.Answer.Text)
	case erp.CustomerGone:
		step.Metrics = findAnew(&e, a.Answer, now)
	case erp.Unknown:
		e.Attempts++
		rule = "9"
		e.Fault = cmp.Or(a.Answer.Text, words.Say("the ERP refused without a word"))
		step.Metrics = append([]Metric{MetricUnknownFault}, becomeUncertain(r, &e, e.QuietUntil, order.UnknownFault, e.Fault)...)
	case erp.AccountRests:
		rule = "8"
		step.Metrics = waitForOwnRest(r, &e, a.Answer, a.LaneUntil, a.Through, now)
	case erp.Redundant:
		e.Attempts++
		rule = "8"
		step.Metrics = becomeUncertain(r, &e, latest(now.Add(retryAfter(a.Answer, r)), lookUpAt(r, e, now)), order.RedundantWrite, a.Answer.Text)
	case erp.NotSent:
		rule = "5"
		step.Metrics = waitWithBackoff(r, &e, now, order.ERPDown, a.Answer.Text)
	case erp.NoTime:
		e.Attempts++
		rule = "4"
		becomeWaiting(&e, now, order.NotSent, words.Say(tooLittleTime))
	default:
		e.Attempts++
		rule = "5"
		step.Metrics = becomeUncertain(r, &e, lookUpAt(r, e, now), order.LostAnswer, a.Answer.Text)
	}
	if callAdmitted(a.Answer) {
		clearOwnRests(&e)
	}
	text := learnedText(before, e, answerText(e, a.Answer))
	if metrics, changed := applyPendingNews(&e, now); changed {
		step.Metrics = metrics
	}
	addAttempt(&e, now, ledger.Attempt{Did: didCreate, Answer: string(a.Answer.Kind), Text: text, Rule: rule})
	return e, step
}

const tooLittleTime = "too little time was left for the call"

// applyPendingNews follows a create of which nothing is in the ERP: what was kept
// beside while that was open now counts (rules 12 and 14). Newer contents take
// over whatever the state, and a reversal ends the order.
func applyPendingNews(e *ledger.Entry, now time.Time) (metrics []Metric, changed bool) {
	if !nothingSent(e.State) {
		return nil, false
	}
	mended := replaceByNewer(e)
	switch {
	case !e.ReversedAt.IsZero():
		return becomeRejected(e, order.Reversed, reversedWords(*e, words.Say(reversedMessage))), true
	case mended && e.State == ledger.Rejected:
		restartPatience(e, now)
		becomeWaiting(e, now, order.Mended, words.Say("the store sent newer contents"))
		return nil, true
	}
	return nil, false
}

// lookUpDuplicate follows a duplicate fault: looked up at once, by the same claim,
// unless the same look-up was made less than the spacing ago (rule 7).
func lookUpDuplicate(r Rules, e *ledger.Entry, a erp.Answer, now time.Time) (Action, []Metric) {
	owner, lease := e.Owner, e.Lease
	again := e.LookedUpAt.Add(r.Spacing)
	e.AlreadyThere = true
	metrics := becomeUncertain(r, e, now, order.LostAnswer, cmp.Or(a.Text, words.Say("the ERP says that it has this order already")))
	if e.Parked() {
		return Acknowledge, metrics
	}
	if !e.LookedUpAt.IsZero() && now.Before(again) {
		e.Until = latest(again, e.QuietUntil)
		return Acknowledge, metrics
	}
	e.Owner, e.Lease = owner, lease
	return LookUp, metrics
}

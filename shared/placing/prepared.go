package placing

import (
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// Facts are what the decoded order tells a list (rule 18): nothing personal.
type Facts struct {
	StoreNumber string
	Total       string
	Currency    string
	Customer    string
	PaidAt      time.Time
	PaidRank    order.Rank
}

func (f Facts) record(e *ledger.Entry) {
	if f == (Facts{}) {
		return
	}
	e.Total, e.Currency, e.Customer = f.Total, f.Currency, f.Customer
	if f.StoreNumber != "" {
		e.StoreNumber = f.StoreNumber
	}
	if !f.PaidAt.IsZero() {
		e.PaidAt, e.PaidRank = f.PaidAt, f.PaidRank
	}
}

// Prepared asks to begin the create call: the document is made, its customer is
// known, and the lane was read a moment ago.
type Prepared struct {
	Fence int64
	Facts Facts
	Mark  erp.Mark
	// Customer is what a person may want to know of how the customer was found; mostly
	// empty.
	Customer words.Text
	// Warning is what a person is told of the document that is about to be created; mostly
	// empty.
	Warning words.Text
	// Parts are what the webhook says, whatever was fetched beside.
	Parts ledger.Parts
	// LaneUntil is until when the lane is blocked; zero or past when it is open.
	LaneUntil time.Time
	LaneWhy   words.Text
	// TimeLeft tells whether the invocation has the call and 10 s left.
	TimeLeft bool
}

func (ev Prepared) next(r Rules, e ledger.Entry, now time.Time) (ledger.Entry, Step) {
	if !claimIsCurrent(e, ev.Fence, ledger.Accepted, ledger.Waiting) || !e.Leased(now) {
		return e, stop
	}
	ev.Facts.record(&e)
	if metrics, hindered := ev.hinder(r, &e, now); hindered {
		return writeAndAcknowledge(e, metrics)
	}
	e.State, e.Rests = ledger.Creating, false
	e.Until = time.Time{}
	e.Reason = order.Reason{}
	e.Document, e.Parts = ev.Mark, ev.Parts
	ev.tell(&e, now)
	if !ev.Warning.IsZero() {
		addAttempt(&e, now, ledger.Attempt{Did: didWarn, Answer: answerWarned, Text: ev.Warning, Rule: ruleAnswer})
	}
	return e, Step{Do: Create, Write: true}
}

// hinder says what keeps the create call from beginning, and tells whether anything does.
func (ev Prepared) hinder(r Rules, e *ledger.Entry, now time.Time) (metrics []Metric, hindered bool) {
	var answer, rule string
	switch {
	case !e.ReversedAt.IsZero():
		return becomeRejected(e, order.Reversed, reversedWords(*e, words.Say(reversedMessage))), true
	case now.Before(ev.LaneUntil):
		becomeWaiting(e, now, order.AccountRests, words.Say("the ERP account rests: %s", ev.LaneWhy))
		waitForRest(r, e, ev.LaneUntil)
		ev.tell(e, now)
		addAttempt(e, now, ledger.Attempt{Did: didPutOff, Answer: string(erp.AccountRests), Text: ev.LaneWhy, Rule: "8"})
		return []Metric{MetricLaneBlocked}, true
	case now.Before(e.QuietUntil):
		becomeWaiting(e, e.QuietUntil, order.NotSent, words.Say("a call about this order ended less than a minute ago"))
		answer, rule = string(order.NotSent), "8"
	case !ev.TimeLeft:
		e.Attempts++
		becomeWaiting(e, now, order.NotSent, words.Say(tooLittleTime))
		answer, rule = string(erp.NoTime), "4"
	default:
		return nil, false
	}
	ev.tell(e, now)
	addAttempt(e, now, ledger.Attempt{Did: didPutOff, Answer: answer, Text: e.Reason.Message, Rule: rule})
	return nil, true
}

// tell says how the customer was found, where there is anything to say.
func (ev Prepared) tell(e *ledger.Entry, now time.Time) {
	if !ev.Customer.IsZero() {
		addAttempt(e, now, ledger.Attempt{Did: didCustomer, Answer: string(erp.CustomerKnown), Text: ev.Customer, Rule: ruleAnswer})
	}
}

package placing

import (
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
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
	// Parts are what the webhook says, whatever was fetched beside.
	Parts ledger.Parts
	// LaneUntil is until when the lane is blocked; zero or past when it is open.
	LaneUntil time.Time
	LaneWhy   string
	// TimeLeft tells whether the invocation has the call and 10 s left.
	TimeLeft bool
}

func (ev Prepared) next(r Rules, e ledger.Entry, now time.Time) (ledger.Entry, Step) {
	if !claimIsCurrent(e, ev.Fence, ledger.Accepted, ledger.Waiting) || !e.Leased(now) {
		return e, stop
	}
	ev.Facts.record(&e)
	switch {
	case !e.ReversedAt.IsZero():
		metrics := becomeRejected(&e, order.Reversed, reversedMessage)
		return writeAndAcknowledge(e, metrics)
	case now.Before(ev.LaneUntil):
		becomeWaiting(&e, now, order.AccountRests, "the ERP account rests: "+ev.LaneWhy)
		waitForRest(r, &e, ev.LaneUntil)
		addAttempt(&e, now, ledger.Attempt{Did: didPutOff, Answer: string(erp.AccountRests), Text: ev.LaneWhy, Rule: "8"})
		return writeAndAcknowledge(e, []Metric{MetricLaneBlocked})
	case now.Before(e.QuietUntil):
		becomeWaiting(&e, e.QuietUntil, order.NotSent, "a call about this order ended less than a minute ago")
		addAttempt(&e, now, ledger.Attempt{Did: didPutOff, Answer: string(order.NotSent), Text: e.Reason.Message, Rule: "8"})
		return writeAndAcknowledge(e, nil)
	case !ev.TimeLeft:
		e.Attempts++
		becomeWaiting(&e, now, order.NotSent, "too little time was left for the call")
		addAttempt(&e, now, ledger.Attempt{Did: didPutOff, Answer: string(erp.NoTime), Text: e.Reason.Message, Rule: "4"})
		return writeAndAcknowledge(e, nil)
	}
	e.State, e.Rests = ledger.Creating, false
	e.Until = time.Time{}
	e.Reason = order.Reason{}
	e.Document, e.Parts = ev.Mark, ev.Parts
	return e, Step{Do: Create, Write: true}
}

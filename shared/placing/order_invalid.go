package placing

import (
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
)

// OrderInvalid: the order's own contents can't become a document.
type OrderInvalid struct {
	Fence  int64
	Facts  Facts
	Reason order.Reason
}

func (ev OrderInvalid) next(_ Rules, e ledger.Entry, now time.Time) (ledger.Entry, Step) {
	if !claimIsCurrent(e, ev.Fence, ledger.Accepted, ledger.Waiting) {
		return e, stop
	}
	ev.Facts.record(&e)
	e.Attempts++
	metrics := becomeRejected(&e, ev.Reason.Kind, ev.Reason.Message)
	addAttempt(&e, now, ledger.Attempt{Did: didPlace, Answer: string(ev.Reason.Kind), Text: ev.Reason.Message, Rule: ruleOfReason(ev.Reason.Kind)})
	return writeAndAcknowledge(e, metrics)
}

// ruleOfReason is the rule by which an order's own contents are refused: most kinds
// are the mapping's and the ERP's own demands, which have no number.
func ruleOfReason(kind order.ReasonKind) string {
	switch kind {
	case order.NotUnderstood:
		return "10"
	case order.TooOld:
		return "13"
	case order.TotalReason:
		return "16"
	}
	return ruleContents
}

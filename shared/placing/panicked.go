package placing

import (
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// Panicked: the worker panicked and lived to say so. Where the create call may have
// been under way, the order is uncertain.
type Panicked struct {
	Fence int64
}

func (ev Panicked) next(r Rules, e ledger.Entry, now time.Time) (ledger.Entry, Step) {
	if !claimIsCurrent(e, ev.Fence, ledger.Accepted, ledger.Waiting, ledger.Creating, ledger.Uncertain) {
		return e, stop
	}
	message := words.Say("the worker broke off; its log has the cause")
	var metrics []Metric
	rule := "4"
	switch e.State {
	case ledger.Creating:
		rule = "5"
		e.Attempts++
		e.QuietUntil = latest(e.QuietUntil, now.Add(r.Spacing))
		metrics = becomeUncertain(r, &e, lookUpAt(r, e, now), order.LostAnswer, message)
	case ledger.Uncertain:
		rule = "6"
		e.QuietUntil = latest(e.QuietUntil, now.Add(r.Spacing))
		metrics = LookedUp{Answer: erp.Answer{Kind: erp.Lost, Text: message}}.postpone(r, &e, now)
	default:
		metrics = waitWithBackoff(r, &e, now, order.Panic, message)
	}
	addAttempt(&e, now, ledger.Attempt{Did: didPlace, Answer: string(order.Panic), Text: message, Rule: rule})
	return writeAndAcknowledge(e, metrics)
}

package placing

import (
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// FetchFailed: the order could not be fetched from its store. Nothing was sent.
type FetchFailed struct {
	Fence int64
	// Text tells a person what went wrong.
	Text words.Text
}

func (ev FetchFailed) next(r Rules, e ledger.Entry, now time.Time) (ledger.Entry, Step) {
	if !claimIsCurrent(e, ev.Fence, ledger.Accepted, ledger.Waiting) {
		return e, stop
	}
	metrics := waitWithBackoff(r, &e, now, order.Fetch, ev.Text)
	addAttempt(&e, now, ledger.Attempt{Did: didFetch, Answer: string(order.Fetch), Text: ev.Text, Rule: "4"})
	return writeAndAcknowledge(e, metrics)
}

package placing

import (
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/words"
)

// Reveal has it written down that a person was shown personal data of the order: the line of
// the timeline is all that changes. It takes the order from nobody who works on it, and leaves
// it dismissed.
type Reveal struct {
	Person
	// What they were shown.
	What words.Text
}

func (c Reveal) next(_ Rules, e ledger.Entry, now time.Time) (ledger.Entry, Step) {
	switch {
	case e.Rev == 0:
		return refuse(e, "there is no such order")
	case len(e.Payload) == 0 && e.Tombstone():
		return refuse(e, "no paid notice of this order ever came, so it has no contents")
	case len(e.Payload) == 0:
		return refuse(e, "the contents of an order are not kept once its document was created")
	}
	dismissed := e.DismissedAt
	addAttempt(&e, now, ledger.Attempt{Did: didReveal, By: c.By, Note: c.Note, Text: c.What, Rule: "reveal"})
	e.DismissedAt = dismissed
	return writeAndAcknowledge(e, nil)
}

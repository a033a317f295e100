package placing

import (
	"slices"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// What a line of the timeline can say was done.
const (
	didNotice   = "notice"
	didNewer    = "newer_contents"
	didReversal = "reversal"
	// didPaidAgain: the first paid notice after a reversal; didChangedBack: one that has the
	// order as the document has it, after another that didn't.
	didPaidAgain   = "paid_again"
	didChangedBack = "changed_back"
	didPlace       = "place"
	didFetch       = "fetch"
	didCustomer    = "customer"
	didCreate      = "create"
	didLookUp      = "look_up"
	didPutOff      = "put_off" // what was about to be asked was not
	didWarn        = "warning" // of what is created all the same
	didRetry       = "retry"
	didResolve     = "resolve"
	didDismiss     = "dismiss"
	didReveal      = "reveal"
)

// answerWarned is what a warning has in the place of an ERP's answer.
const answerWarned = "warned"

// A timeline keeps its beginning and its end (rule 17).
const (
	keepFirst = 5
	keepLast  = 15
	maxText   = 500
)

// addAttempt adds a line that says what was done and, if the transition is over by
// then, what became of the entry. What a person has dismissed is on their list again
// with every line but their own.
func addAttempt(e *ledger.Entry, now time.Time, a ledger.Attempt) {
	a.At, a.Became = now, e.State
	if e.DismissedAt = (time.Time{}); a.Did == didDismiss {
		e.DismissedAt = now
	}
	a.Text, a.Note = a.Text.Each(clip).Within(maxText, order.Cut), clip(order.Masked(a.Note)) // what a person writes stays, too (rule 18)
	lines := append(slices.Clone(e.Timeline), a)
	if len(lines) > keepFirst+keepLast {
		lines = append(lines[:keepFirst], lines[len(lines)-keepLast:]...)
	}
	e.Timeline = lines
}

// clip cuts a text to what a timeline keeps, between two characters; bytes that
// are no text are replaced, since an ERP may answer in any encoding.
func clip(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	return order.Cut(s, maxText)
}

// What decides where no numbered rule does: the order's own contents, or the
// plain words of the ERP.
const (
	ruleContents = "contents"
	ruleAnswer   = "answer"
)

// answerText is what an answer said, for the timeline: of one without words, why it
// was not enough, or which document it is about.
func answerText(e ledger.Entry, a erp.Answer) words.Text {
	switch {
	case !a.Text.IsZero() && a.Kind == erp.Created:
		return words.Say("document %s. Its words: %s", a.ID, a.Text)
	case !a.Text.IsZero():
		return a.Text
	case e.Parked():
		return e.Reason.Message
	case a.ID != "":
		return words.Say("document %s", a.ID)
	}
	return words.Text{}
}

package placing

import (
	"slices"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// tellPaidAgain says in the timeline that a reversed order came as paid after that. Nothing
// else follows: a late notice is older than the reversal, and only a person's retry clears
// one (rule 14).
func tellPaidAgain(e *ledger.Entry, topic string, now time.Time) {
	if !e.ReversedAt.IsZero() && paidAgainAt(*e).IsZero() {
		addAttempt(e, now, ledger.Attempt{Did: didPaidAgain, Rule: "14", Text: words.Plain(topic)})
	}
}

// paidAgainAt is when the order first came as paid after its last reversal; zero if it
// didn't.
func paidAgainAt(e ledger.Entry) time.Time {
	for _, a := range slices.Backward(e.Timeline) {
		switch a.Did {
		case didPaidAgain:
			return a.At
		case didReversal:
			return time.Time{}
		}
	}
	return time.Time{}
}

const paidAgainWords = "A notice that came after that, on %s, has it as paid: if it is paid in the store, carimbo orders retry creates it; else there is nothing to do"

// reversedWords are why a reversed order isn't created, after what is said of it already:
// that it came as paid since, too, if it did.
func reversedWords(e ledger.Entry, message words.Text) words.Text {
	message = message.Without(paidAgainWords)
	if at := paidAgainAt(e); !at.IsZero() {
		message = words.Sentences(message, words.Say(paidAgainWords, at.In(order.SaoPaulo()).Format("2006-01-02 15:04")))
	}
	return message
}

// tellChangedBack says in the timeline that the store took back what it had changed after
// the document was sent. A change of the day can't be taken back: the entry knows the better
// day alone.
func tellChangedBack(e *ledger.Entry, topic string, now time.Time) {
	if e.State != ledger.Created {
		return
	}
	changed := false
	for _, a := range e.Timeline {
		switch {
		case a.At.Before(e.CreatedAt):
		case a.Did == didChangedBack:
			changed = false
		case a.Did == didNewer && a.Became == ledger.Created:
			if a.Text.Has(dayOfPayment) {
				return
			}
			changed = true
		}
	}
	if changed {
		addAttempt(e, now, ledger.Attempt{Did: didChangedBack, Rule: "12", Text: words.Plain(topic)})
	}
}

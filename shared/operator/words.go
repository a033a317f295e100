package operator

import (
	"cmp"
	"slices"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/stored"
	"github.com/carimbo/carimbo/shared/words"
)

// What the store did to an order after its document was sent.
const (
	reversedLater = "reversed later"
	paidAgain     = "reversed later, paid again"
	changedLater  = "changed later"
	changedBack   = "changed later, and back"
)

// LaterChange says what the store did to the order when its document was there;
// empty for nothing. Carimbo changes no document: a person has to.
func LaterChange(e ledger.Entry) words.Text {
	switch e.Needs() {
	case ledger.NeedsCancelling:
		if !lastAt(e, "paid_again", "reversal").IsZero() {
			return words.Say(paidAgain)
		}
		return words.Say(reversedLater)
	case ledger.NeedsComparing:
		if !lastAt(e, "changed_back", "newer_contents").IsZero() {
			return words.Say(changedBack)
		}
		return words.Say(changedLater)
	}
	return words.Text{}
}

// InWords is why the order is where it is and, where that is left to a person, what
// to do: the ERP's own words don't tell.
func InWords(kinds ERPKinds, e ledger.Entry) words.Text {
	text := cmp.Or(e.Reason.Message, words.Plain(string(e.Reason.Kind)))
	later := LaterChange(e)
	switch {
	case e.State == Queued:
		return words.Say("accepted, and not taken from the queue yet, which carimbo serve does")
	case e.OfNewerRelease():
		return words.Of(stored.ErrNewer)
	case !later.IsZero():
		return whatToDoLater(e, later)
	case e.Parked():
		return words.Sentences(text, kinds.of(e.ERPKind).WhereToLook(e.Reference))
	case e.State == ledger.Rejected && e.Reason.Kind == order.RefusedByERP:
		return words.Sentences(text, words.Say("Mend that in connections.yaml or in the store, then carimbo orders retry %s", e.Key))
	case e.State == ledger.Uncertain:
		return words.Sentences(text, lastLookUp(e))
	}
	return text
}

// whatToDoLater is for who has to follow what the store did to the order when its document
// was there.
func whatToDoLater(e ledger.Entry, later words.Text) words.Text {
	switch later {
	case words.Say(reversedLater):
		return words.Say("the store reversed it after it was sent: cancel document %s in the ERP yourself", e.ERPID)
	case words.Say(paidAgain):
		return words.Say("the store reversed it after it was sent, and a notice that came on %s has it as paid again: if it is paid in the store, leave document %s as it is; else cancel it in the ERP yourself",
			inSaoPaulo(lastAt(e, "paid_again", "reversal")), e.ERPID)
	case words.Say(changedBack):
		return words.Say("the store changed it after it was sent, and took that back on %s: if you mended document %s in the ERP meanwhile, mend it back; else there is nothing to do",
			inSaoPaulo(lastAt(e, "changed_back", "newer_contents")), e.ERPID)
	}
	return words.Say("the store changed it after it was sent: compare, and mend document %s in the ERP yourself", e.ERPID)
}

// lastAt is when that was done last, since the document is there and after what undoes it;
// zero if it wasn't.
func lastAt(e ledger.Entry, did, undoneBy string) time.Time {
	for _, a := range slices.Backward(e.Timeline) {
		switch {
		case a.Did == did && (did == "paid_again" || !a.At.Before(e.CreatedAt)):
			return a.At
		case a.Did == undoneBy:
			return time.Time{}
		}
	}
	return time.Time{}
}

func inSaoPaulo(t time.Time) string { return t.In(order.SaoPaulo()).Format("2006-01-02 15:04") }

// lastLookUp says what the last look-up since the create was answered: the order's
// reason is still the one for which it is looked up.
func lastLookUp(e ledger.Entry) words.Text {
	for _, a := range slices.Backward(e.Timeline) {
		switch {
		case a.Did == "create":
			return words.Text{}
		case a.Did == "look_up" && !a.Text.IsZero():
			return words.Say("The last look-up was answered: %s", a.Text)
		}
	}
	return words.Text{}
}

// LeftToPerson tells whether InWords says what there is to do.
func LeftToPerson(e ledger.Entry) bool {
	return e.WaitsForPerson() || e.OfNewerRelease()
}

// CodeInFull names the parts of the code, where it has several.
func CodeInFull(kinds ERPKinds, e ledger.Entry) words.Text {
	kind := kinds.of(e.ERPKind)
	code, parts := kind.Code(e.Reference), kind.CodeParts()
	if code == "" || parts.IsZero() {
		return words.Plain(code)
	}
	return words.Say("%s (%s)", code, parts)
}

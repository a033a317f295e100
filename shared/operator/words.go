package operator

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/stored"
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
func LaterChange(e ledger.Entry) string {
	switch e.Needs() {
	case ledger.NeedsCancelling:
		if !lastAt(e, "paid_again", "reversal").IsZero() {
			return paidAgain
		}
		return reversedLater
	case ledger.NeedsComparing:
		if !lastAt(e, "changed_back", "newer_contents").IsZero() {
			return changedBack
		}
		return changedLater
	}
	return ""
}

// InWords is why the order is where it is and, where that is left to a person, what
// to do: the ERP's own words don't tell.
func InWords(kinds ERPKinds, e ledger.Entry) string {
	text := cmp.Or(e.Reason.Message, string(e.Reason.Kind))
	switch {
	case e.State == Queued:
		return "accepted, and not taken from the queue yet, which carimbo serve does"
	case e.OfNewerRelease():
		return stored.ErrNewer.Error()
	case LaterChange(e) == reversedLater:
		return "the store reversed it after it was sent: cancel document " + e.ERPID + " in the ERP yourself"
	case LaterChange(e) == paidAgain:
		return "the store reversed it after it was sent, and a notice that came on " + inSaoPaulo(lastAt(e, "paid_again", "reversal")) +
			" has it as paid again: if it is paid in the store, leave document " + e.ERPID + " as it is; else cancel it in the ERP yourself"
	case LaterChange(e) == changedBack:
		return "the store changed it after it was sent, and took that back on " + inSaoPaulo(lastAt(e, "changed_back", "newer_contents")) +
			": if you mended document " + e.ERPID + " in the ERP meanwhile, mend it back; else there is nothing to do"
	case LaterChange(e) == changedLater:
		return "the store changed it after it was sent: compare, and mend document " + e.ERPID + " in the ERP yourself"
	case e.Parked():
		return addSentence(text, kinds.of(e.ERPKind).WhereToLook(e.Reference))
	case e.State == ledger.Rejected && e.Reason.Kind == order.RefusedByERP:
		return addSentence(text, "Mend that in connections.yaml or in the store, then carimbo orders retry "+e.Key)
	case e.State == ledger.Uncertain:
		return addSentence(text, lastLookUp(e))
	}
	return text
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
func lastLookUp(e ledger.Entry) string {
	for _, a := range slices.Backward(e.Timeline) {
		switch {
		case a.Did == "create":
			return ""
		case a.Did == "look_up" && a.Text != "":
			return "The last look-up was answered: " + a.Text
		}
	}
	return ""
}

// LeftToPerson tells whether InWords says what there is to do.
func LeftToPerson(e ledger.Entry) bool {
	return e.WaitsForPerson() || e.OfNewerRelease()
}

// CodeInFull names the parts of the code, where it has several.
func CodeInFull(kinds ERPKinds, e ledger.Entry) string {
	kind := kinds.of(e.ERPKind)
	code, parts := kind.Code(e.Reference), kind.CodeParts()
	if code == "" || parts == "" {
		return code
	}
	return code + " (" + parts + ")"
}

// addSentence adds one, if there is one, to a text that may end in a full stop.
func addSentence(text, sentence string) string {
	if sentence == "" {
		return text
	}
	text = strings.TrimRight(text, ". ")
	if !strings.HasSuffix(text, "!") && !strings.HasSuffix(text, "?") {
		text += "."
	}
	return text + " " + sentence
}

// Plural counts: "1 order", "2 orders".
func Plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

package operator

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/stored"
)

// What the store did to an order after its document was sent.
const (
	reversedLater = "reversed later"
	changedLater  = "changed later"
)

// LaterChange says what the store did to the order when its document was there;
// empty for nothing. Carimbo changes no document: a person has to.
func LaterChange(e ledger.Entry) string {
	switch {
	case e.State != ledger.Created:
		return ""
	case !e.ReversedAt.IsZero():
		return reversedLater
	case !changedAt(e).IsZero():
		return changedLater
	}
	return ""
}

// InWords is why the order is where it is and, where that is left to a person, what
// to do: the ERP's own words don't tell.
func InWords(kinds ERPKinds, e ledger.Entry) string {
	text := cmp.Or(e.Reason.Message, string(e.Reason.Kind))
	switch {
	case e.OfNewerRelease():
		return stored.ErrNewer.Error()
	case LaterChange(e) == reversedLater:
		return "the store reversed it after it was sent: cancel document " + e.ERPID + " in the ERP yourself"
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
	return e.WaitsForPerson() || e.OfNewerRelease() || LaterChange(e) != ""
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

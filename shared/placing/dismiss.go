package placing

import (
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
)

// Dismiss takes what needs a person off their list, until something happens to it.
type Dismiss struct {
	Person
}

func (c Dismiss) next(_ Rules, e ledger.Entry, now time.Time) (ledger.Entry, Step) {
	if why := whyBusy(e, now); !why.IsZero() {
		return e, Step{Do: Refuse, Why: why}
	}
	switch {
	case c.Note == "":
		return refuse(e, "say why in a note: whoever looks at the order later will want to know")
	case !e.NeedsPerson():
		return refuse(e, "the order is %s and needs nobody, so there is nothing to dismiss", e.State)
	case !e.DismissedAt.IsZero():
		return refuse(e, "the order was dismissed already")
	}
	revokeClaim(&e)
	addAttempt(&e, now, ledger.Attempt{Did: didDismiss, By: c.By, Note: c.Note, Rule: "dismiss"})
	return writeAndAcknowledge(e, nil)
}

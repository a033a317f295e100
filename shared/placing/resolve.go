package placing

import (
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// ResolveAbsent is a person's word that the ERP has no document of this order.
// It acts as a proof of absence, but not against a document that is recorded: of
// that one a look-up has to prove that it is gone.
type ResolveAbsent struct {
	Person
}

func (c ResolveAbsent) next(r Rules, e ledger.Entry, now time.Time) (ledger.Entry, Step) {
	if e.State == ledger.Created || e.Denied() {
		return c.lookUpDenied(r, e, now)
	}
	if why := whyUnresolvable(e, now); !why.IsZero() {
		return e, Step{Do: Refuse, Why: why}
	}
	asked := e
	lapseLookUp(r, &e, now)
	if now.Before(e.QuietUntil) {
		return refuse(asked, "a call about this order ended a moment ago and may still be applied: look again after %s", e.QuietUntil.UTC().Format(time.RFC3339))
	}
	revokeClaim(&e)
	restartPatience(&e, now)
	_, metrics := recreateOrReject(&e, now, order.Retried)
	addAttempt(&e, now, ledger.Attempt{Did: didResolve, Answer: "absent", By: c.By, Note: c.Note, Rule: "resolve"})
	return writeAndAcknowledge(e, metrics)
}

// lookUpDenied has the recorded document looked up. Until that proves that it is gone, it
// counts as there: all that is known of it stays.
func (c ResolveAbsent) lookUpDenied(r Rules, e ledger.Entry, now time.Time) (ledger.Entry, Step) {
	if why := whyBusy(e, now); !why.IsZero() {
		return e, Step{Do: Refuse, Why: why}
	}
	if !r.CanLookUp {
		return refuse(e, "document %s is recorded, and this ERP account has no look-up that could prove that somebody deleted it, so nothing changes: if it is gone, enter the order in the ERP by hand", e.ERPID)
	}
	lapseLookUp(r, &e, now)
	revokeClaim(&e)
	e.State, e.Expires = ledger.Uncertain, time.Time{}
	scheduleLookUp(&e, now)
	addAttempt(&e, now, ledger.Attempt{Did: didResolve, Answer: "absent", By: c.By, Note: c.Note, Rule: "resolve",
		Text: words.Say("document %s is looked up, and nothing changes unless it is proven gone", e.ERPID)})
	return writeAndAcknowledge(e, nil)
}

// ResolveCreated is a person's word that document ID is this order's. It is
// verified by a look-up where there is one, and believed where there is none.
type ResolveCreated struct {
	Person
	ID string
}

func (c ResolveCreated) next(r Rules, e ledger.Entry, now time.Time) (ledger.Entry, Step) {
	if c.ID == "" {
		return refuse(e, "the id of the document in the ERP is missing")
	}
	if why := whyUnresolvable(e, now); !why.IsZero() {
		return e, Step{Do: Refuse, Why: why}
	}
	lapseLookUp(r, &e, now)
	revokeClaim(&e)
	var metrics []Metric
	if r.CanLookUp {
		e.AssertedID = c.ID
		scheduleLookUp(&e, now)
	} else {
		metrics = recordCreated(&e, erp.Answer{ID: c.ID}, now, false)
	}
	addAttempt(&e, now, ledger.Attempt{Did: didResolve, Answer: "created", By: c.By, Note: c.Note, Rule: "resolve"})
	return writeAndAcknowledge(e, metrics)
}

func whyUnresolvable(e ledger.Entry, now time.Time) words.Text {
	if why := whyBusy(e, now); !why.IsZero() {
		return why
	}
	switch {
	case e.Denied():
		return words.Say("document %s is recorded, and a look-up will tell whether it is gone: resolve the order when it has", e.ERPID)
	case e.State == ledger.Uncertain:
		return words.Text{}
	case e.State == ledger.Created:
		return words.Say("the document exists already (%s): nothing to resolve", e.ERPID)
	}
	if nothingSent(e.State) {
		return words.Say("the order is %s: nothing of it can be in the ERP, so there is nothing to resolve", e.State)
	}
	return words.Say("the order is %s: whether it is in the ERP is found out first; try again in some minutes", e.State)
}

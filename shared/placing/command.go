package placing

import (
	"fmt"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
)

// Person is who gives a command, and in which words.
type Person struct {
	By   string
	Note string
}

// command is what a person asks for, whoever else brings an event.
type command interface{ byPerson() }

func (Person) byPerson() {}

func refuse(e ledger.Entry, format string, args ...any) (ledger.Entry, Step) {
	return e, Step{Do: Refuse, Why: fmt.Sprintf(format, args...)}
}

func whyBusy(e ledger.Entry, now time.Time) string {
	if e.Rev == 0 {
		return "there is no such order"
	}
	if e.Leased(now) {
		return fmt.Sprintf("the order is being worked on until %s at the latest: try again then", e.Lease.UTC().Format(time.RFC3339))
	}
	return ""
}

// Retry lets an order that is rejected or waits go on, and an uncertain one be
// looked up now. It never makes a second document: where one may exist, it only
// looks.
type Retry struct {
	Person
	// Contents replace the payload, if given.
	Contents *ledger.Contents
}

func (c Retry) next(r Rules, e ledger.Entry, now time.Time) (ledger.Entry, Step) {
	if why := whyBusy(e, now); why != "" {
		return refuse(e, "%s", why)
	}
	switch e.State {
	case ledger.Rejected, ledger.Waiting:
		return c.placeAgain(e, now)
	case ledger.Uncertain:
		return c.lookUp(r, e, now)
	case ledger.Created:
		return refuse(e, "the document exists already (%s): nothing to do. If somebody deleted it in the ERP: carimbo orders resolve --absent", e.ERPID)
	}
	return refuse(e, "the order is on its way (%s): nothing to do yet", e.State)
}

func (c Retry) placeAgain(e ledger.Entry, now time.Time) (ledger.Entry, Step) {
	if e.Reason.Kind == order.NotUnderstood {
		return refuse(e, "nobody knows which order this is: enter it by hand, or have the store send it again")
	}
	if c.Contents != nil {
		replaceContents(&e, c.asNewest(e))
	}
	if len(e.Payload) == 0 && e.Digest != "" {
		return refuse(e, "the contents of an order are not kept once its document was created: give them with --payload FILE")
	}
	if len(e.Payload) == 0 {
		return refuse(e, "no paid notice of this order ever came, so there are no contents to create it from: give them with --payload FILE")
	}
	e.ReversedAt = time.Time{}
	restartPatience(&e, now)
	revokeClaim(&e)
	becomeWaiting(&e, now, order.Retried, "a person let it go on")
	addAttempt(&e, now, ledger.Attempt{Did: didRetry, By: c.By, Note: c.Note, Rule: "retry"})
	return writeAndAcknowledge(e, nil)
}

// asNewest is the person's contents as the newest of all: an old notice that is
// delivered again must not replace them.
func (c Retry) asNewest(e ledger.Entry) ledger.Contents {
	contents := *c.Contents
	contents.Version = max(contents.Version, latestVersion(e))
	return contents
}

func (c Retry) lookUp(r Rules, e ledger.Entry, now time.Time) (ledger.Entry, Step) {
	if e.Denied() && c.Contents != nil {
		return refuse(e, "document %s is recorded, and a look-up will tell whether it is gone: retry with --payload when it has", e.ERPID)
	}
	if !r.CanLookUp {
		return refuse(e, "the document may exist, and this ERP account has no look-up that proves anything: look there, then carimbo orders resolve --created ID or --absent")
	}
	if c.Contents != nil {
		contents := withChanges(e, c.asNewest(e))
		e.Newer = &contents
		e.Seen = addDigest(e.Seen, contents.Digest)
	}
	lapseLookUp(r, &e, now)
	revokeClaim(&e)
	scheduleLookUp(&e, now)
	addAttempt(&e, now, ledger.Attempt{Did: didRetry, By: c.By, Note: c.Note, Rule: "retry"})
	return writeAndAcknowledge(e, nil)
}

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
	if why := whyUnresolvable(e, now); why != "" {
		return refuse(e, "%s", why)
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
	if why := whyBusy(e, now); why != "" {
		return refuse(e, "%s", why)
	}
	if !r.CanLookUp {
		return refuse(e, "document %s is recorded, and this ERP account has no look-up that could prove that somebody deleted it, so nothing changes: if it is gone, enter the order in the ERP by hand", e.ERPID)
	}
	lapseLookUp(r, &e, now)
	revokeClaim(&e)
	e.State, e.Expires = ledger.Uncertain, time.Time{}
	scheduleLookUp(&e, now)
	addAttempt(&e, now, ledger.Attempt{Did: didResolve, Answer: "absent", By: c.By, Note: c.Note, Rule: "resolve",
		Text: fmt.Sprintf("document %s is looked up, and nothing changes unless it is proven gone", e.ERPID)})
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
	if why := whyUnresolvable(e, now); why != "" {
		return refuse(e, "%s", why)
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

func whyUnresolvable(e ledger.Entry, now time.Time) string {
	if why := whyBusy(e, now); why != "" {
		return why
	}
	switch {
	case e.Denied():
		return fmt.Sprintf("document %s is recorded, and a look-up will tell whether it is gone: resolve the order when it has", e.ERPID)
	case e.State == ledger.Uncertain:
		return ""
	case e.State == ledger.Created:
		return fmt.Sprintf("the document exists already (%s): nothing to resolve", e.ERPID)
	}
	if nothingSent(e.State) {
		return fmt.Sprintf("the order is %s: nothing of it can be in the ERP, so there is nothing to resolve", e.State)
	}
	return fmt.Sprintf("the order is %s: whether it is in the ERP is found out first; try again in some minutes", e.State)
}

// restartPatience starts the patience anew.
func restartPatience(e *ledger.Entry, now time.Time) {
	e.TryingSince, e.Failures, e.Doubts = now, 0, 0
}

// scheduleLookUp makes an uncertain entry due for a look-up. What the ERP said
// before (an unknown fault, already there) still stands and decides what the
// look-up leads to.
func scheduleLookUp(e *ledger.Entry, now time.Time) {
	restartPatience(e, now)
	e.Until = latest(now, e.QuietUntil)
	e.Reason = order.Reason{Kind: order.LostAnswer, Message: "a person asked for a look-up"}
	switch {
	case e.Denied():
		e.Reason = order.Reason{Kind: order.Deleted, Message: fmt.Sprintf("a person says that document %s is gone: a look-up decides, and nothing changes unless it proves that", e.ERPID)}
	case e.Fault != "":
		e.Reason.Kind = order.UnknownFault
	}
}

// Resumed: the account's rest was ended by a person, or by a new version of its
// secret. What waited for the rest goes on, though never before quiet_until; what
// somebody works on just now, and what waits for something else, stays as it is.
type Resumed struct{}

func (Resumed) next(_ Rules, e ledger.Entry, now time.Time) (ledger.Entry, Step) {
	if e.Rev == 0 || !e.Rests || e.Leased(now) {
		return e, Step{Do: Acknowledge}
	}
	revokeClaim(&e)
	clearOwnRests(&e)
	e.Until = latest(now, e.QuietUntil)
	return writeAndAcknowledge(e, nil)
}

// Dismiss takes what needs a person off their list, until something happens to it.
type Dismiss struct {
	Person
}

func (c Dismiss) next(_ Rules, e ledger.Entry, now time.Time) (ledger.Entry, Step) {
	if why := whyBusy(e, now); why != "" {
		return refuse(e, "%s", why)
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

package placing

import (
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// Retry lets an order that is rejected or waits go on, and an uncertain one be
// looked up now. It never makes a second document: where one may exist, it only
// looks.
type Retry struct {
	Person
	// Contents replace the payload, if given.
	Contents *ledger.Contents
}

func (c Retry) next(r Rules, e ledger.Entry, now time.Time) (ledger.Entry, Step) {
	if why := whyBusy(e, now); !why.IsZero() {
		return e, Step{Do: Refuse, Why: why}
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
	// What the ERP refused before may be what the person has mended there.
	e.Lessons = erp.Lessons{}
	restartPatience(&e, now)
	revokeClaim(&e)
	becomeWaiting(&e, now, order.Retried, words.Say("a person let it go on"))
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

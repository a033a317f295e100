package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/queue"
)

// planned is what a command would do to one order.
type planned struct {
	key string
	// will says it in words; empty where the rules refuse it.
	will    string
	refused *refusal
	// before is the order as it stands.
	before ledger.Entry
}

// plan asks the rules what a command would do, and does nothing. Whoever carries
// it out asks them again: the order may have moved on.
func (c *console) plan(ctx context.Context, l ledger.Ledger, key string, ev placing.Event) (planned, error) {
	p := planned{key: key}
	e, err := find(ctx, l, key)
	if errors.As(err, &p.refused) {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	p.before = e
	rules, unknown := c.rules(e, ev)
	after, step := placing.Next(rules, e, ev, c.now())
	if step.Do == placing.Refuse {
		p.refused = c.refusal(e, rules, step)
		return p, nil
	}
	if errors.As(unknown, &p.refused) {
		return p, nil
	}
	lane, err := l.Lane(ctx, e.Account)
	p.will = will(rules, e, after, ev, c.soon(after, lane))
	return p, err
}

// will says what a command makes of an order, and that nothing changes where a
// document exists. It tells that from after, the order as the command leaves it.
func will(r placing.Rules, before, after ledger.Entry, ev placing.Event, soon string) string {
	retry, _ := ev.(placing.Retry)
	given := retry.Contents != nil
	switch ev.(type) {
	case placing.ResolveAbsent:
		if !after.Denied() {
			return willAsAbsent(after, soon, newest(given, before.Newer))
		}
	case placing.Dismiss:
		return "it is taken off your list until something happens to it; nothing else changes"
	case placing.ResolveCreated:
		if after.State == ledger.Created {
			return "document " + after.ERPID + " counts as its document from now on, since no look-up can verify it; none is created"
		}
	}
	switch {
	case after.Denied():
		return willDecide(after, ifAbsent(r, after), soon)
	case after.State == ledger.Uncertain && after.ClaimedID != "":
		return willVerify(after, soon) + ifCreatedLater(given)
	case after.State == ledger.Uncertain:
		return willLookUp(after, ifAbsent(r, after), soon, given)
	}
	text := "nothing of it is in the ERP: its document is created " + soon + ", with " + sameReference(before) + newest(given, nil)
	if !before.ReversedAt.IsZero() {
		text += ", though the store reversed it"
	}
	return text
}

// ifAbsent is what becomes of an order that is looked up, if the look-up shows no
// document. The rules are asked, so that what is said can't differ from them.
func ifAbsent(r placing.Rules, e ledger.Entry) ledger.Entry {
	at := e.Until
	wake := queue.Message{Type: queue.Wake, Key: e.Key, Account: e.Account}
	e, _ = placing.Next(r, e, placing.Arrival{Message: wake, Owner: "forecast", Lease: at.Add(placing.Invocation)}, at)
	e, _ = placing.Next(r, e, placing.LookedUp{Fence: e.Fence, Answer: erp.Answer{Kind: erp.Absent}}, at)
	return e
}

func willAsAbsent(after ledger.Entry, soon, contents string) string {
	if after.State == ledger.Rejected {
		return "your word counts as proof that no document exists, and the order is rejected (" + string(after.Reason.Kind) + "); none is created"
	}
	return "your word counts as proof that no document exists: one is created " + soon + ", with " + sameReference(after) + contents + ". If one exists after all, there may be two"
}

// willDecide is about a recorded document that a person says is gone.
func willDecide(e, gone ledger.Entry, soon string) string {
	again := "carimbo orders retry"
	if len(gone.Payload) == 0 {
		again += " --payload FILE"
	}
	return "document " + e.ERPID + " is looked up " + soon + ", and that decides: if it exists, nothing changes; if it is proven gone, the order is rejected (" +
		string(gone.Reason.Kind) + ") and only " + again + " creates it again"
}

// willVerify is about the document that a person says is this order's.
func willVerify(e ledger.Entry, soon string) string {
	text := "a look-up verifies document " + e.ClaimedID + " " + soon + "; none is created: if the ERP shows it with " + sameReference(e) +
		", it counts as this order's; if it shows another or none, the order is left to you"
	if e.ERP == sensioKind {
		text += "; if the look-up proves nothing, the document counts all the same"
	}
	return text
}

func willLookUp(e, absent ledger.Entry, soon string, given bool) string {
	text := "it may be in the ERP and is only looked up, " + soon + ": if its document exists, none is created; if "
	switch absent.State {
	case ledger.Waiting:
		return text + "it is proven absent, it is created with " + sameReference(e) + newest(given, e.Newer)
	case ledger.Rejected:
		return text + "it is proven absent, the order is rejected (" + string(absent.Reason.Kind) + ")" + ifCreatedLater(given)
	}
	return text + "the look-up shows none, none is created either, since the ERP said before that it has this order: the order is left to you" + ifCreatedLater(given)
}

// newest names the contents that a document is created from, where they are not
// those of the order as it was first sent.
func newest(given bool, kept *ledger.Contents) string {
	switch {
	case given:
		return " and the contents that you give"
	case kept != nil:
		return " and the newer contents that came since"
	}
	return ""
}

// ifCreatedLater says what becomes of contents that were given where the look-up
// creates nothing.
func ifCreatedLater(given bool) string {
	if !given {
		return ""
	}
	return "; the contents that you give are used only if it is created later"
}

// sameReference is what the ERP knows the document by, whichever attempt made it.
func sameReference(e ledger.Entry) string {
	if r := e.Reference; e.ERP == sensioKind {
		return fmt.Sprintf("the same orig %q and origId %q", r.Orig, r.OrigID)
	}
	return "the same code " + e.Reference.Code
}

package operator

import (
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/queue"
)

// Forecast says what a command makes of an order, and that nothing changes where a
// document exists. It tells that from after, the order as the command leaves it;
// soon is when that goes on.
func Forecast(kinds ERPKinds, r placing.Rules, before, after ledger.Entry, ev placing.Event, soon string) string {
	retry, _ := ev.(placing.Retry)
	f := forecast{kind: kinds.of(after.ERPKind), after: after, soon: soon, given: retry.Contents != nil}
	switch ev.(type) {
	case placing.ResolveAbsent:
		if !after.Denied() {
			return f.declaredAbsent(f.contents(before.Newer))
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
		return f.deniedDocument(ifAbsent(r, after))
	case after.State == ledger.Uncertain && after.AssertedID != "":
		return f.assertedDocument() + f.contentsKept()
	case after.State == ledger.Uncertain:
		return f.lookedUp(ifAbsent(r, after))
	}
	text := "nothing of it is in the ERP: its document is created " + soon + ", with " + f.kind.SameCode(before.Reference) + f.contents(nil)
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

// forecast is what the sentences about one order have in common.
type forecast struct {
	kind  ERPKind
	after ledger.Entry
	soon  string
	// given: the person gave new contents.
	given bool
}

// declaredAbsent is about an order of which a person says that it has no document.
func (f forecast) declaredAbsent(contents string) string {
	const proof = "your word counts as proof that no document exists"
	if f.after.State == ledger.Rejected {
		return proof + ", and the order is rejected (" + string(f.after.Reason.Kind) + "); none is created"
	}
	return proof + ": one is created " + f.soon + ", with " + f.kind.SameCode(f.after.Reference) + contents + ". If one exists after all, there may be two"
}

// deniedDocument is about a recorded document that a person says is gone.
func (f forecast) deniedDocument(gone ledger.Entry) string {
	again := "carimbo orders retry"
	if len(gone.Payload) == 0 {
		again += " --payload FILE"
	}
	return "document " + f.after.ERPID + " is looked up " + f.soon + ", and that decides: if it exists, nothing changes; if it is proven gone, the order is rejected (" +
		string(gone.Reason.Kind) + ") and only " + again + " creates it again"
}

// assertedDocument is about the document that a person says is this order's.
func (f forecast) assertedDocument() string {
	text := "a look-up verifies document " + f.after.AssertedID + " " + f.soon + "; none is created: if the ERP shows it with " + f.kind.SameCode(f.after.Reference) +
		", it counts as this order's; if it shows another or none, the order is left to you"
	if f.kind.MayProveNothing() {
		text += "; if the look-up proves nothing, the document counts all the same"
	}
	return text
}

// lookedUp is about an order that may be in the ERP.
func (f forecast) lookedUp(absent ledger.Entry) string {
	text := "it may be in the ERP and is only looked up, " + f.soon + ": if its document exists, none is created; if "
	switch absent.State {
	case ledger.Waiting:
		return text + "it is proven absent, it is created with " + f.kind.SameCode(f.after.Reference) + f.contents(f.after.Newer)
	case ledger.Rejected:
		return text + "it is proven absent, the order is rejected (" + string(absent.Reason.Kind) + ")" + f.contentsKept()
	}
	return text + "the look-up shows none, none is created either, since the ERP said before that it has this order: the order is left to you" + f.contentsKept()
}

// contents names those that a document is created from, where they are not those of
// the order as it was first sent.
func (f forecast) contents(kept *ledger.Contents) string {
	switch {
	case f.given:
		return " and the contents that you give"
	case kept != nil:
		return " and the newer contents that came since"
	}
	return ""
}

// contentsKept says what becomes of contents that were given where the look-up
// creates nothing.
func (f forecast) contentsKept() string {
	if !f.given {
		return ""
	}
	return "; the contents that you give are used only if it is created later"
}

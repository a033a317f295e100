package operator

import (
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/words"
)

// Forecast says what a command makes of an order, and that nothing changes where a
// document exists. It tells that from after, the order as the command leaves it;
// soon is when that goes on.
func Forecast(kinds ERPKinds, r placing.Rules, before, after ledger.Entry, ev placing.Event, soon words.Text) words.Text {
	retry, _ := ev.(placing.Retry)
	f := forecast{kind: kinds.of(after.ERPKind), after: after, soon: soon, given: retry.Contents != nil}
	switch ev.(type) {
	case placing.ResolveAbsent:
		if !after.Denied() {
			return f.declaredAbsent(before.Newer)
		}
	case placing.Dismiss:
		return words.Say("it is taken off your list until something happens to it; nothing else changes")
	case placing.ResolveCreated:
		if after.State == ledger.Created {
			return words.Say("document %s counts as its document from now on, since no look-up can verify it; none is created", after.ERPID)
		}
	}
	switch {
	case after.Denied():
		return f.deniedDocument(ifAbsent(r, after))
	case after.State == ledger.Uncertain && after.AssertedID != "":
		return f.andContentsKept(f.assertedDocument())
	case after.State == ledger.Uncertain:
		return f.lookedUp(ifAbsent(r, after))
	}
	with := f.with(before.Reference, nil)
	if !before.ReversedAt.IsZero() {
		return words.Say("nothing of it is in the ERP: its document is created %s, with %s, though the store reversed it", soon, with)
	}
	return words.Say("nothing of it is in the ERP: its document is created %s, with %s", soon, with)
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
	soon  words.Text
	// given: the person gave new contents.
	given bool
}

// declaredAbsent is about an order of which a person says that it has no document.
func (f forecast) declaredAbsent(newer *ledger.Contents) words.Text {
	if f.after.State == ledger.Rejected {
		return words.Say("your word counts as proof that no document exists, and the order is rejected (%s); none is created", f.after.Reason.Kind)
	}
	return words.Say("your word counts as proof that no document exists: one is created %s, with %s. If one exists after all, there may be two", f.soon, f.with(f.after.Reference, newer))
}

// deniedDocument is about a recorded document that a person says is gone.
func (f forecast) deniedDocument(gone ledger.Entry) words.Text {
	again := "carimbo orders retry"
	if len(gone.Payload) == 0 {
		again += " --payload FILE"
	}
	return words.Say("document %s is looked up %s, and that decides: if it exists, nothing changes; if it is proven gone, the order is rejected (%s) and only %s creates it again",
		f.after.ERPID, f.soon, gone.Reason.Kind, again)
}

// assertedDocument is about the document that a person says is this order's.
func (f forecast) assertedDocument() words.Text {
	text := words.Say("a look-up verifies document %s %s; none is created: if the ERP shows it with %s, it counts as this order's; if it shows another or none, the order is left to you",
		f.after.AssertedID, f.soon, f.kind.SameCode(f.after.Reference))
	if f.kind.MayProveNothing() {
		return words.Say("%s; if the look-up proves nothing, the document counts all the same", text)
	}
	return text
}

// lookedUp is about an order that may be in the ERP.
func (f forecast) lookedUp(absent ledger.Entry) words.Text {
	switch absent.State {
	case ledger.Waiting:
		return words.Say("it may be in the ERP and is only looked up, %s: if its document exists, none is created; if it is proven absent, it is created with %s", f.soon, f.with(f.after.Reference, f.after.Newer))
	case ledger.Rejected:
		return f.andContentsKept(words.Say("it may be in the ERP and is only looked up, %s: if its document exists, none is created; if it is proven absent, the order is rejected (%s)", f.soon, absent.Reason.Kind))
	}
	return f.andContentsKept(words.Say("it may be in the ERP and is only looked up, %s: if its document exists, none is created; if the look-up shows none, none is created either, since the ERP said before that it has this order: the order is left to you", f.soon))
}

// with names the code that a document is created with, and the contents, where they are not
// those of the order as it was first sent.
func (f forecast) with(ref erp.Reference, newer *ledger.Contents) words.Text {
	code := f.kind.SameCode(ref)
	switch {
	case f.given:
		return words.Say("%s and the contents that you give", code)
	case newer != nil:
		return words.Say("%s and the newer contents that came since", code)
	}
	return code
}

// andContentsKept adds what becomes of contents that were given where the look-up creates
// nothing.
func (f forecast) andContentsKept(text words.Text) words.Text {
	if !f.given {
		return text
	}
	return words.Say("%s; the contents that you give are used only if it is created later", text)
}

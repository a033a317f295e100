package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
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
	p.will = will(e, after, ev, c.soon(after, lane))
	return p, err
}

// will says what a command makes of an order, and that nothing changes where a
// document exists.
func will(before, after ledger.Entry, ev placing.Event, soon string) string {
	switch ev := ev.(type) {
	case placing.ResolveCreated:
		if after.State == ledger.Created {
			return "document " + ev.ID + " counts as its document from now on, since no look-up can verify it; none is created"
		}
		return "a look-up verifies document " + ev.ID + " " + soon + "; none is created"
	case placing.ResolveAbsent:
		if !after.Denied() {
			return willAsAbsent(after, soon)
		}
		return "document " + before.ERPID + " is looked up " + soon + ", and that decides: if it exists, nothing changes; if it is proven gone, the order is rejected (" +
			string(deletedOr(before)) + ") and only carimbo orders retry creates it again"
	}
	if before.State == ledger.Uncertain {
		return willLookUp(before, soon)
	}
	text := "nothing of it is in the ERP: its document is created " + soon + ", with " + sameReference(before)
	if retry, ok := ev.(placing.Retry); ok && retry.Contents != nil {
		text += " and the contents that you give"
	}
	if !before.ReversedAt.IsZero() {
		text += ", though the store reversed it"
	}
	return text
}

// deletedOr is the kind of a created order's rejection, once its document is gone.
func deletedOr(e ledger.Entry) order.Kind {
	if !e.ReversedAt.IsZero() {
		return order.Reversed
	}
	return order.Deleted
}

func willAsAbsent(after ledger.Entry, soon string) string {
	if after.State == ledger.Rejected {
		return "your word counts as proof that no document exists, and the order is rejected (" + string(after.Reason.Kind) + "); none is created"
	}
	return "your word counts as proof that no document exists: one is created " + soon + ", with " + sameReference(after) + ". If one exists after all, there may be two"
}

func willLookUp(e ledger.Entry, soon string) string {
	if e.Denied() {
		return "document " + e.ERPID + " is only looked up, " + soon + ": if it exists, nothing changes"
	}
	text := "it may be in the ERP and is only looked up, " + soon + ": if its document exists, none is created; if it is proven absent, "
	switch {
	case !e.ReversedAt.IsZero():
		return text + "the order is rejected (" + string(order.Reversed) + ")"
	case e.Fault != "" && e.Newer == nil:
		return text + "the order is rejected (" + string(order.RefusedByERP) + ")"
	}
	return text + "it is created with " + sameReference(e)
}

// sameReference is what the ERP knows the document by, whichever attempt made it.
func sameReference(e ledger.Entry) string {
	if r := e.Reference; e.ERP == sensioKind {
		return fmt.Sprintf("the same orig %q and origId %q", r.Orig, r.OrigID)
	}
	return "the same code " + e.Reference.Code
}

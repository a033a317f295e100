package simulation

import (
	"context"
	"errors"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
)

// commandAny is an operator who finds an order that isn't created yet.
func (w *world) commandAny() {
	for range 20 {
		s := w.sales[w.rng.IntN(len(w.sales))]
		if e, err := w.ledger.Get(context.Background(), s.key); err == nil && e.State != ledger.Created {
			w.command(s)
			return
		}
	}
}

// command is an operator who looks before they speak.
func (w *world) command(s *sale) {
	e, err := w.ledger.Get(context.Background(), s.key)
	if err != nil || !w.now.Before(w.calmAt) || e.State == ledger.Rejected && e.Reason.Kind == order.Reversed && w.rng.IntN(4) > 0 {
		return
	}
	now := w.clock().Add(w.skew(skewLimit))
	ev := w.says(s, e)
	rules := placing.Rules{Spacing: w.spacing, CanLookUp: w.accountOf(e.Account, e.ERPKind).canLookUp()}
	after, step, err := placing.Apply(context.Background(), witness{w.ledger, w}, rules, s.key, ev, func() time.Time { return now })
	if err != nil || step.Do == placing.Refuse {
		return
	}
	w.befell(Commanded)
	s.drawn = 0 // it may ask once more
	s.retried = s.retried || e.ReversedAt != after.ReversedAt
	s.stopped = s.stopped && !after.ReversedAt.IsZero()
	w.news(s, 0)
	w.tell(s.key, "operator: %T: %s -> %s %s", ev, e.State, after.State, after.Reason.Kind)
}

// says is a command that is right at the moment.
func (w *world) says(s *sale, e ledger.Entry) placing.Event {
	if e.WaitsForPerson() && w.rng.IntN(3) == 0 {
		w.befell(Dismissed)
		return placing.Dismiss{Person: placing.Person{By: "ana", Note: "entered by hand"}}
	}
	if e.State != ledger.Uncertain || w.rng.IntN(2) == 0 && w.accountOf(e.Account, e.ERPKind).canLookUp() {
		return placing.Retry{}
	}
	if ours := w.document(s); ours != nil {
		return placing.ResolveCreated{ID: ours.ID}
	}
	return placing.ResolveAbsent{}
}

// document is the sale's in whatever account has it, or nil.
func (w *world) document(s *sale) *document {
	for _, a := range w.accounts {
		for _, d := range a.documents() {
			if d.Order == s.number {
				return &d
			}
		}
	}
	return nil
}

// witness is the ledger as the operator writes it.
type witness struct {
	ledger.Ledger
	w *world
}

func (o witness) Write(ctx context.Context, before, after ledger.Entry) (ledger.Entry, error) {
	stored, err := o.Ledger.Write(ctx, before, after)
	if err == nil {
		o.w.written(nil, before, stored)
	} else if !errors.Is(err, ledger.ErrChanged) {
		panic(err)
	}
	return stored, err
}

func (o witness) EndRest(ctx context.Context, account string) error {
	o.w.endRest(account)
	return o.Ledger.EndRest(ctx, account)
}

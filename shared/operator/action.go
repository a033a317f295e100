package operator

import (
	"context"
	"errors"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/words"
)

// Doing is a command that a person gives to an order, by its name in the timeline and on the
// command line.
type Doing string

// The commands about one order.
const (
	DoRetry          Doing = "retry"
	DoResolveCreated Doing = "resolve_created"
	DoResolveAbsent  Doing = "resolve_absent"
	DoDismiss        Doing = "dismiss"
)

// Action is what a person can do about an order as it stands.
type Action struct {
	Do Doing
	// Will says what it will do. Of DoResolveCreated it has StandIn for the document's id.
	Will words.Text
	// NeedsID: the person says which document it is. NeedsNote: they say why.
	NeedsID, NeedsNote bool
}

// StandIn stands for the id that a person has yet to give.
const StandIn = "ID"

// Event is the command of a person to the order. The id is what NeedsID asks for.
func (d Doing) Event(by placing.Person, id string) placing.Event {
	switch d {
	case DoResolveCreated:
		return placing.ResolveCreated{Person: by, ID: id}
	case DoResolveAbsent:
		return placing.ResolveAbsent{Person: by}
	case DoDismiss:
		return placing.Dismiss{Person: by}
	}
	return placing.Retry{Person: by}
}

// Actions are what the rules let a person do about the order now, each with what it will do.
// There are none about an order that is only queued.
func (o Orders) Actions(ctx context.Context, key string) ([]Action, error) {
	e, err := o.Ledger.Get(ctx, key)
	if errors.Is(err, ledger.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var possible []Action
	for _, a := range []Action{
		{Do: DoRetry},
		{Do: DoResolveCreated, NeedsID: true},
		{Do: DoResolveAbsent, NeedsNote: true},
		{Do: DoDismiss, NeedsNote: true},
	} {
		p, err := o.plan(ctx, e, a.Do.Event(placing.Person{Note: StandIn}, StandIn))
		if err != nil {
			return nil, err
		}
		if a.Will = p.Will; p.Refused == nil {
			possible = append(possible, a)
		}
	}
	return possible, nil
}

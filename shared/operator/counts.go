package operator

import (
	"context"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
)

// Counts are how many orders a filter selects.
type Counts struct {
	// States has each state with how many are in it: Queued, too, where the queue is seen. One
	// of which there is none may be absent.
	States map[ledger.State]int
	// Needs is how many of them wait for a person.
	Needs int
	// Since is from when they are counted, where that is later than the filter says; zero
	// where all are counted.
	Since time.Time
}

// tally is a ledger that counts without reading the entries.
type tally interface {
	Tally(context.Context, ledger.Filter) (ledger.Tally, error)
}

// ReadCounts counts what the filter selects, wherever its list begins. A ledger that can't
// count in a moment counts the newest, and says since when.
func ReadCounts(ctx context.Context, l ledger.Ledger, f ledger.Filter) (Counts, error) {
	f.From, f.OldestFirst = ledger.Place{}, false
	waiting, err := queued(ctx, l, f)
	if err != nil {
		return Counts{}, err
	}
	c := Counts{States: map[ledger.State]int{Queued: len(waiting)}}
	if f.State == Queued {
		return c, nil
	}
	var t ledger.Tally
	if counts, ok := l.(tally); ok {
		t, err = counts.Tally(ctx, f)
	} else {
		err = l.List(ctx, f, func(e ledger.Entry) bool { t.Add(e.State, e.WaitsForPerson(), 1); return true })
	}
	if err != nil {
		return Counts{}, err
	}
	for state, n := range t.States {
		c.States[state] += n
	}
	c.Needs, c.Since = t.Needs, t.Since
	return c, nil
}

package operator

import (
	"context"
	"slices"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// ViewEntries shows what the filter selects, the newest first and at most so many, all where
// most is 0: an EntryView each, and a QueuedView of what is queued. Without any the list is
// empty and not nil, as JSON needs it.
func ViewEntries(ctx context.Context, l ledger.Ledger, kinds ERPKinds, in words.Language, f ledger.Filter, most int) ([]any, error) {
	views := []any{}
	err := List(ctx, l, f, func(e ledger.Entry) bool {
		if e.State == Queued {
			views = append(views, viewQueued(e))
		} else {
			views = append(views, ViewEntry(kinds, in, e))
		}
		return len(views) != most
	})
	return views, err
}

// Listing is what is said below a list.
type Listing struct {
	// More tells whether there is more than was asked for.
	More bool

	count map[ledger.State]int
	n     int
	tasks Groups
}

// Rows calls row for what the filter selects, the newest first and at most so many, all where
// most is 0. Nothing of a row is kept but what is to be done about it: a ledger holds two
// years of orders. What row is given is brief: see ledger.Filter.
func Rows(ctx context.Context, l ledger.Ledger, kinds ERPKinds, in words.Language, f ledger.Filter, most int, row func(ledger.Entry)) (Listing, error) {
	kinds = kinds.remembered()
	list := Listing{count: map[ledger.State]int{}, tasks: Groups{Kinds: kinds, Language: in}}
	f.Brief = true
	err := List(ctx, l, f, func(e ledger.Entry) bool {
		if list.More = most > 0 && list.n == most; list.More {
			return false
		}
		list.n++
		list.count[e.State]++
		if e.WaitsForPerson() || e.OfNewerRelease() {
			list.tasks.Add(e, InWords(kinds, e))
		}
		row(e)
		return true
	})
	return list, err
}

// Tally counts by state, in the order of an order's life.
func (l Listing) Tally() words.Text {
	if l.n == 0 {
		return words.Say("No orders.")
	}
	return words.Say("%s: %s", CountOrders(l.n), countedBy(States(), l.count))
}

// Tasks say of the orders that wait for a person what to do, once of those of which it is
// the same; of one that a newer release wrote, that this program has to be updated.
func (l Listing) Tasks() (tasks []Task) {
	for _, of := range l.tasks.List {
		tasks = append(tasks, Task{of.Name(), words.Plain(of.Text)})
	}
	return tasks
}

// countedBy is how many there are of each state of which there are any.
func countedBy[State interface {
	comparable
	Words() words.Text
}](states []State, count map[State]int) words.Text {
	var parts []words.Text
	for _, s := range states {
		if count[s] > 0 {
			parts = append(parts, words.Say("%d %v", count[s], s.Words()))
		}
	}
	return words.Join(parts, ", ")
}

// Task is what a person has to do about an order or an account.
type Task struct{ Of, Text words.Text }

// Retryable are the keys that a filter selects for a retry, the oldest first, so that
// orders go on in the order in which they came. Orders that the store reversed are
// left out and counted, unless the filter names them by their kind.
func Retryable(ctx context.Context, l ledger.Ledger, f ledger.Filter) (keys []string, reversed int, err error) {
	err = l.List(ctx, f, func(e ledger.Entry) bool {
		switch {
		case f.State == "" && !retryable(e.State):
		case f.ReasonKind != order.Reversed && !e.ReversedAt.IsZero() && e.State != ledger.Uncertain:
			reversed++
		default:
			keys = append(keys, e.Key)
		}
		return true
	})
	slices.Reverse(keys)
	return keys, reversed, err
}

func retryable(s ledger.State) bool {
	return s == ledger.Rejected || s == ledger.Waiting || s == ledger.Uncertain
}

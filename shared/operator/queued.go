package operator

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/words"
)

// Queued is ledger.Queued.
const Queued = ledger.Queued

// States are those that an order can be listed in, in the order of its life.
func States() []ledger.State { return append([]ledger.State{Queued}, ledger.States()...) }

// QueuedView is an order that is queued as --json shows it: what its message says.
type QueuedView struct {
	Key         string       `json:"key"`
	Connection  string       `json:"connection"`
	Platform    string       `json:"platform,omitempty"`
	OrderID     string       `json:"order_id"`
	StoreNumber string       `json:"store_number,omitempty"`
	Account     string       `json:"account"`
	State       ledger.State `json:"state"`
	ReceivedAt  time.Time    `json:"received_at,omitzero"`
}

// QueuedDetails is a QueuedView with what happened: nothing yet.
type QueuedDetails struct {
	QueuedView
	Timeline []AttemptView `json:"timeline"`
}

// ViewQueued is what is shown of an order that is queued.
func ViewQueued(e ledger.Entry) QueuedDetails { return QueuedDetails{viewQueued(e), []AttemptView{}} }

func viewQueued(e ledger.Entry) QueuedView {
	return QueuedView{Key: e.Key, Connection: e.Connection, Platform: e.Platform, OrderID: e.OrderID, StoreNumber: e.StoreNumber,
		Account: e.Account, State: e.State, ReceivedAt: e.ReceivedAt.UTC()}
}

// noticeQueue is a ledger beside which the notices are seen that aren't acknowledged: the
// one of one machine.
type noticeQueue interface {
	Notices(context.Context) ([]queue.Message, error)
	// Known tells which of these keys have an entry.
	Known(ctx context.Context, keys []string) (map[string]bool, error)
}

// queued are the orders that the filter selects among those that are queued, in its
// order. Where nobody sees the queue there are none. The queue is read before the ledger:
// what was taken from it meanwhile has its entry by then.
func queued(ctx context.Context, l ledger.Ledger, f ledger.Filter) ([]ledger.Entry, error) {
	q, sees := l.(noticeQueue)
	if !sees || f.State != "" && f.State != Queued || f.ReasonKind != "" || f.Mine {
		return nil, nil
	}
	messages, err := q.Notices(ctx)
	if err != nil {
		return nil, err
	}
	first := map[string]ledger.Entry{}
	for _, m := range messages {
		e := ledger.Entry{Key: m.Key, Connection: m.Connection, Platform: m.Platform, OrderID: m.OrderID, StoreNumber: m.StoreNumber,
			Account: m.Account, State: Queued, ReceivedAt: ledger.Millis(m.ReceivedAt)}
		if is, again := first[m.Key]; f.Matches(e) && (!again || e.ReceivedAt.Before(is.ReceivedAt)) {
			first[m.Key] = e
		}
	}
	keys := make([]string, 0, len(first))
	for key := range first {
		keys = append(keys, key)
	}
	known, err := q.Known(ctx, keys)
	if err != nil {
		return nil, err
	}
	var list []ledger.Entry
	for key, e := range first {
		if !known[key] {
			list = append(list, e)
		}
	}
	slices.SortFunc(list, func(a, b ledger.Entry) int { return f.Order(a.Place(), b.Place()) })
	return list, nil
}

// List calls yield for what the filter selects, queued or in the ledger, in the filter's
// order, until it returns false.
func List(ctx context.Context, l ledger.Ledger, f ledger.Filter, yield func(ledger.Entry) bool) error {
	waiting, err := queued(ctx, l, f)
	if err != nil {
		return err
	}
	stopped := false
	give := func(e ledger.Entry) bool {
		stopped = stopped || !yield(e)
		return !stopped
	}
	if f.State != Queued {
		err = l.List(ctx, f, func(e ledger.Entry) bool {
			for len(waiting) > 0 && f.Order(waiting[0].Place(), e.Place()) < 0 && give(waiting[0]) {
				waiting = waiting[1:]
			}
			// Taken from the queue since that was read.
			if len(waiting) > 0 && waiting[0].Key == e.Key {
				waiting = waiting[1:]
			}
			return !stopped && give(e)
		})
	}
	for _, e := range waiting {
		if err != nil || stopped || !give(e) {
			break
		}
	}
	return err
}

// Look finds the order in the ledger, or else in the queue, of which the entry has what its
// message says. The error is as Find's.
func Look(ctx context.Context, l ledger.Ledger, key string) (ledger.Entry, error) {
	e, err := l.Get(ctx, key)
	if !errors.Is(err, ledger.ErrNotFound) {
		return e, err
	}
	waiting, err := queued(ctx, l, ledger.Filter{})
	if err != nil {
		return ledger.Entry{}, err
	}
	if i := slices.IndexFunc(waiting, func(e ledger.Entry) bool { return e.Key == key }); i >= 0 {
		return waiting[i], nil
	}
	return Find(ctx, l, key)
}

// whereabouts says of an order that is not in the ledger where its notice is; empty where
// nobody sees one.
func whereabouts(ctx context.Context, l ledger.Ledger, key string) (words.Text, error) {
	if q, sees := l.(noticeQueue); sees {
		messages, err := q.Notices(ctx)
		if err != nil {
			return words.Text{}, err
		}
		if slices.ContainsFunc(messages, func(m queue.Message) bool { return m.Key == key }) {
			return words.Say("it is queued, and nothing can be done to it before carimbo serve takes it from there"), nil
		}
	}
	q, sees := l.(interface {
		Dead(context.Context) ([]queue.DeadLetter, int, error)
	})
	if !sees {
		return words.Text{}, nil
	}
	letters, _, err := q.Dead(ctx)
	for _, d := range letters {
		if d.Message.Key == key && d.Message.Type != queue.Wake {
			return words.Say("its notice (%s) is a dead letter, which could be neither claimed nor recorded: carimbo dlq redrive has it delivered again", d.Message.Type), nil
		}
	}
	return words.Text{}, err
}

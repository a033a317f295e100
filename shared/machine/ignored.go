package machine

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/queue"
)

// atOnce is how many ignored calls are written together.
const atOnce = 500

// lastIgnored is how long a machine that ends tries to list what was ignored.
const lastIgnored = time.Second

// ignoredCalls are those that aren't in the list yet: the store has its answer before,
// whatever becomes of the list. Of more than the list holds the last are kept.
type ignoredCalls struct {
	mu    sync.Mutex
	calls []ledger.Ignored
}

func (i *ignoredCalls) add(m queue.Message, why string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.calls = append(i.calls, ledger.Ignored{At: m.ReceivedAt, Connection: m.Connection, Platform: m.Platform,
		Topic: m.Topic, OrderID: m.OrderID, StoreNumber: m.StoreNumber, Why: why})
	if len(i.calls) >= 2*ledger.MaxIgnored {
		i.calls = slices.Clone(i.calls[len(i.calls)-ledger.MaxIgnored:])
	}
}

// take gives away the oldest.
func (i *ignoredCalls) take() []ledger.Ignored {
	i.mu.Lock()
	defer i.mu.Unlock()
	n := min(atOnce, len(i.calls))
	taken := slices.Clone(i.calls[:n])
	if i.calls = i.calls[n:]; len(i.calls) == 0 {
		i.calls = nil
	}
	return taken
}

func (i *ignoredCalls) giveBack(calls []ledger.Ignored) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.calls = append(calls, i.calls...)
}

// listIgnored writes down what was ignored. What can't be written waits for the next time.
func (m *Machine) listIgnored(ctx context.Context) error {
	for {
		calls := m.ignored.take()
		if len(calls) == 0 {
			return nil
		}
		if err := m.ledger.AddIgnored(ctx, calls); err != nil {
			m.ignored.giveBack(calls)
			return err
		}
	}
}

// keepIgnored lists what was ignored once a second, however much it is: each time costs
// what one order costs. Health tells of a database that can't be written.
func (m *Machine) keepIgnored(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			_ = m.listIgnored(ctx)
		case <-ctx.Done():
			return
		}
	}
}

// listLastIgnored is for a machine that ends, whose ledger is still open.
func (m *Machine) listLastIgnored() {
	ctx, cancel := context.WithTimeout(context.Background(), lastIgnored)
	defer cancel()
	if err := m.listIgnored(ctx); err != nil {
		m.opts.Log.Warn("the last ignored calls could not be listed; the log has them", "cause", err)
	}
}

package machine

import (
	"context"

	"github.com/carimbo/carimbo/shared/notify"
	notifysqlite "github.com/carimbo/carimbo/shared/notify/sqlite"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/queue"
)

// Worker is what places the machine's orders.
func (m *Machine) Worker() *placing.Worker { return m.worker }

// Wake sweeps at once, so that a test with a clock of its own need not wait for
// the machine's tick.
func (m *Machine) Wake(ctx context.Context) { m.wake(ctx) }

// UnderWay counts the messages that were received and not yet handled.
func (m *Machine) UnderWay() int { return int(m.underWay.Load()) }

// Free has free tell how much the disk has left.
func (m *Machine) Free(free func(dir string) (uint64, error)) { m.free = free }

// Ignore takes an ignored call, and ListIgnored lists those that were taken, at once.
func (m *Machine) Ignore(q queue.Message, why string)    { m.ignored.add(q, why) }
func (m *Machine) ListIgnored(ctx context.Context) error { return m.listIgnored(ctx) }

// Unlisted counts the ignored calls that have to be listed.
func (m *Machine) Unlisted() int {
	m.ignored.mu.Lock()
	defer m.ignored.mu.Unlock()
	return len(m.ignored.calls)
}

// Notices are what somebody was told, or has to be.
func (m *Machine) Notices(ctx context.Context) ([]notify.Notice, error) {
	store, err := notifysqlite.New(ctx, m.ledger.DB())
	if err != nil {
		return nil, err
	}
	return store.Notices(ctx)
}

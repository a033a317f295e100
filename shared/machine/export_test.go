package machine

import (
	"context"

	"github.com/carimbo/carimbo/shared/placing"
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

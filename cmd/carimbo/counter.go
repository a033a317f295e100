package main

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/carimbo/carimbo/shared/intake"
	"github.com/carimbo/carimbo/shared/placing"
)

// counter is the meter of one machine: it counts in memory since the start.
type counter struct {
	mu     sync.Mutex
	counts map[string]int
	// changed is signalled after each count, if there is one.
	changed chan<- struct{}
}

func (c *counter) add(name string) {
	c.mu.Lock()
	if c.counts == nil {
		c.counts = map[string]int{}
	}
	c.counts[name]++
	c.mu.Unlock()
	select {
	case c.changed <- struct{}{}:
	default:
	}
}

// Take counts what intake did with a call.
func (c *counter) Take(_ context.Context, m intake.Metric, connection, why string) {
	c.add(connection + " " + string(m) + " " + why)
}

// Count counts what placing did with an order.
func (c *counter) Count(_ context.Context, m placing.Metric, connection string) {
	c.add(connection + " " + string(m))
}

// CountAccount counts what befell an account.
func (c *counter) CountAccount(_ context.Context, m placing.Metric, account string) {
	c.add(account + " " + string(m))
}

// Placed has nothing to keep here: the ledger has both times.
func (c *counter) Placed(context.Context, string, time.Duration) {}

// log writes down what was counted.
func (c *counter) log(ctx context.Context, log *slog.Logger) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(c.counts)) {
		log.InfoContext(ctx, "counted since the start", "what", name, "times", c.counts[name])
	}
}

package main

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	web "github.com/carimbo/carimbo/shared/console"
	"github.com/carimbo/carimbo/shared/intake"
	"github.com/carimbo/carimbo/shared/placing"
)

// counter is the meter of one machine: it counts in memory since the start.
type counter struct {
	mu     sync.Mutex
	counts map[string]int
	// refused are the calls of connections that were refused, by why.
	refused map[refusal]int
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

// refusal is why calls of a connection were refused.
type refusal struct{ connection, why string }

// Take counts what intake did with a call.
func (c *counter) Take(_ context.Context, m intake.Metric, connection, why string) {
	if m == intake.MetricRefused {
		c.mu.Lock()
		if c.refused == nil {
			c.refused = map[refusal]int{}
		}
		c.refused[refusal{connection, why}]++
		c.mu.Unlock()
	}
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

// refusedCalls are those that were refused since the start, in the order of their
// connections and reasons.
func (c *counter) refusedCalls() []web.RefusedCalls {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []web.RefusedCalls
	for is, n := range c.refused {
		list = append(list, web.RefusedCalls{Connection: is.connection, Why: is.why, N: n})
	}
	slices.SortFunc(list, func(a, b web.RefusedCalls) int {
		return cmp.Or(cmp.Compare(a.Connection, b.Connection), cmp.Compare(a.Why, b.Why))
	})
	return list
}

// log writes down what was counted.
func (c *counter) log(ctx context.Context, log *slog.Logger) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(c.counts)) {
		log.InfoContext(ctx, "counted since the start", "what", name, "times", c.counts[name])
	}
}

package machine

import (
	"context"
	"log/slog"

	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/queue"
)

// warner counts what came of one message. What a person has to see although no
// state says it is a warning in the log: one machine has no alarms.
type warner struct {
	placing.Meter
	log     *slog.Logger
	message queue.Message
}

// Count counts, and warns of what is rule 12's and 14's to tell.
func (w warner) Count(ctx context.Context, m placing.Metric, connection string) {
	w.Meter.Count(ctx, m, connection)
	order := []any{"key", w.message.Key, "account", w.message.Account}
	switch m {
	case placing.MetricReversedLate:
		w.log.WarnContext(ctx, "the store reversed an order that has a document, or may have one: carimbo orders show tells which, and nothing but you cancels it", order...)
	case placing.MetricChangedLate:
		w.log.WarnContext(ctx, "the store changed an order that has a document already: carimbo orders show tells which, and nothing but you changes it", order...)
	}
}

package intake

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"
)

// logEvery is how often a reason to refuse is logged: how many calls there are is
// for strangers to decide, how many lines is not.
const logEvery = time.Second

// refusalKey is one reason of one connection. Both are words of ours or of the
// configuration: a name that a stranger chose never becomes one.
type refusalKey struct{ connection, why string }

// tally is what was refused for a reason since its last line.
type tally struct {
	count, status int
	// cause is the last one's, where there was one.
	cause error
	// logged is when the last line was written.
	logged time.Time
}

// refusals counts what is refused until it is logged. The zero value is ready.
type refusals struct {
	mu      sync.Mutex
	tallies map[refusalKey]*tally
}

func (rs *refusals) add(r refusalKey, status int, cause error) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if rs.tallies == nil {
		rs.tallies = map[refusalKey]*tally{}
	}
	t, ok := rs.tallies[r]
	if !ok {
		t = &tally{}
		rs.tallies[r] = t
	}
	t.count++
	t.status = status
	if cause != nil {
		t.cause = cause
	}
}

// due takes out what is to be logged now: the reasons whose last line is old
// enough, or all of them.
func (rs *refusals) due(now time.Time, all bool) map[refusalKey]tally {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	due := map[refusalKey]tally{}
	for r, t := range rs.tallies {
		recent := !t.logged.IsZero() && now.Sub(t.logged).Abs() < logEvery
		if t.count == 0 || recent && !all {
			continue
		}
		due[r] = *t
		*t = tally{logged: now}
	}
	return due
}

// LogRefusals writes a line for each reason to refuse, and connection, that came up
// since its last one and has had none for a second, with how many calls it was.
// Whoever serves calls it every second, or after each call where nothing runs in
// between.
func (in *Intake) LogRefusals(ctx context.Context) { in.logRefusals(ctx, false) }

// LogLastRefusals writes what LogRefusals has left for later.
func (in *Intake) LogLastRefusals(ctx context.Context) { in.logRefusals(ctx, true) }

func (in *Intake) logRefusals(ctx context.Context, all bool) {
	due := in.refusals.due(in.Now(), all)
	for _, r := range slices.SortedFunc(maps.Keys(due), func(a, b refusalKey) int {
		return cmp.Or(cmp.Compare(a.connection, b.connection), cmp.Compare(a.why, b.why))
	}) {
		t := due[r]
		level, attrs := slog.LevelWarn, []slog.Attr{slog.String("why", r.why), slog.Int("status", t.status), slog.Int("count", t.count)}
		if r.connection != "" {
			attrs = append(attrs, slog.String("connection", r.connection))
		}
		if t.cause != nil {
			level, attrs = slog.LevelError, append(attrs, slog.Any("cause", t.cause))
		}
		in.Log.LogAttrs(ctx, level, "webhooks refused", attrs...)
	}
}

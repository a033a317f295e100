// Package takeover puts right, on one machine, what a process that ended or a clock
// that was set leaves behind: leases that nobody holds any more, and times that the
// clock of today can't be compared with.
package takeover

import (
	"context"
	"log/slog"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/words"
)

// unseenJump is how far the clock may have been set while nobody watched it: at a
// start, orders of which a call ended less than that ago by the clock are quiet for a
// spacing more.
const unseenJump = 24 * time.Hour

// Ledger is one that is a single process's.
type Ledger interface {
	ledger.Ledger
	// Unsettled lists the keys of entries that somebody holds, and of those that were
	// to be quiet until later than from.
	Unsettled(ctx context.Context, from time.Time) ([]string, error)
	// EndQuestions lets whatever was to be asked about a customer later than from be
	// asked again at until.
	EndQuestions(ctx context.Context, from, until time.Time) error
	// ForgetThrough forgets that an order of the account got through, if that was later
	// than now.
	ForgetThrough(ctx context.Context, account string, now time.Time) error
}

// Queue is one that is a single process's.
type Queue interface {
	// Recover gives back what was received and is not acknowledged.
	Recover(ctx context.Context) error
}

// Options are what a Takeover is made of.
type Options struct {
	Ledger Ledger
	Queue  Queue
	// Accounts are the names of those that are configured, and Rules those of one.
	Accounts func() []string
	Rules    func(account string) placing.Rules
	Spacing  time.Duration
	Now      func() time.Time
	// Monotonic is a clock that nobody can set, against which Now is held; what Now's
	// times carry of it where it is nil.
	Monotonic func() time.Duration
	Log       *slog.Logger
}

// Takeover takes over from a process that ended, and from a clock that was set.
// Steady is safe for concurrent use; the other methods are one goroutine's.
type Takeover struct {
	opts   Options
	clocks *clocks
	// told: the log was told of the jump that is being taken in.
	told bool
}

// New watches the clock from now on.
func New(opts Options) *Takeover {
	return &Takeover{opts: opts, clocks: newClocks(opts.Now, opts.Monotonic)}
}

// Steady tells whether a call may go out: the clock was not set, or that was taken in
// a spacing ago.
func (t *Takeover) Steady() bool { return t.clocks.steady() }

// Start takes over from the process before this one.
func (t *Takeover) Start(ctx context.Context) error {
	return t.from(ctx, t.opts.Now().Add(-unseenJump), func(ledger.Entry) bool { return true })
}

// from lets the leases lapse now of those entries that are chosen, and keeps quiet
// what may not be quiet for long enough by a clock that was set: see
// placing.Restarted. Messages are delivered again, and questions about customers
// count as ended.
func (t *Takeover) from(ctx context.Context, from time.Time, chosen func(ledger.Entry) bool) error {
	keys, err := t.opts.Ledger.Unsettled(ctx, from)
	if err != nil {
		return words.Errorf("take over: %s", err)
	}
	for _, key := range keys {
		e, err := t.opts.Ledger.Get(ctx, key)
		if err != nil {
			return words.Errorf("take over: %s", err)
		}
		if !chosen(e) {
			continue
		}
		if _, _, err := placing.Apply(ctx, t.opts.Ledger, t.opts.Rules(e.Account), key, placing.Restarted{From: from}, t.opts.Now); err != nil {
			return words.Errorf("take over: %s", err)
		}
	}
	if err := t.opts.Ledger.EndQuestions(ctx, from, t.opts.Now().Add(t.opts.Spacing)); err != nil {
		return words.Errorf("take over: %s", err)
	}
	if err := t.opts.Queue.Recover(ctx); err != nil {
		return words.Errorf("take over: %s", err)
	}
	return nil
}

// Settled tells whether messages may be received: the clock was not set, or that is
// taken in and a spacing ago. It is asked again every moment. What nobody holds is
// taken over as soon as the jump is seen; what is held, and all rests, when the calls
// under way have ended, of which busy tells. What fails is tried again the next time.
func (t *Takeover) Settled(ctx context.Context, busy bool) bool {
	from, jumped := t.clocks.jump()
	if !jumped {
		return t.clocks.steady()
	}
	if !t.told {
		t.opts.Log.WarnContext(ctx, "the clock of this machine was set: no call goes out until those under way have ended and a spacing is over", "from", from)
		t.told = true
	}
	err := t.from(ctx, from, func(e ledger.Entry) bool { return !busy || e.Lease.IsZero() })
	if err == nil && !busy {
		err = t.endRests(ctx)
	}
	switch {
	case err != nil && ctx.Err() == nil:
		t.opts.Log.ErrorContext(ctx, "what the jump of the clock left behind could not be put right; it is tried again", "cause", err)
	case !busy:
		t.clocks.takenIn(t.opts.Spacing)
		t.told = false
	}
	return false
}

// endRests: until when an account rests was written by a clock that shows another time
// now. An ERP that still wants the rest says so again.
func (t *Takeover) endRests(ctx context.Context) error {
	for _, account := range t.opts.Accounts() {
		if _, err := placing.Resume(ctx, t.opts.Ledger, t.opts.Rules(account), account, t.opts.Now); err != nil {
			return err
		}
		// By a clock that was set back it would come after rests that are yet to begin.
		if err := t.opts.Ledger.ForgetThrough(ctx, account, t.opts.Now()); err != nil {
			return words.Errorf("take over: %s", err)
		}
	}
	return nil
}

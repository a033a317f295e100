package placing

import (
	"context"
	"fmt"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
)

// The breaker: how long the account rests after each account fault in a row.
const (
	maxStrikes = 5
	maxRest    = time.Hour
)

// LongRest is how long an account may rest before a person is told.
const LongRest = 15 * time.Minute

// laneMargin is for clocks that differ, and for an ERP that says whole seconds: a
// call a moment before the end of a block makes it begin anew.
const laneMargin = 2 * time.Second

// laneRest is what a call did to the account's lane.
type laneRest struct {
	// until is when it opens, after an answer of kind AccountRests; through is when an order of
	// the account last got through.
	until, through time.Time
}

// updateLane writes the lane's rest before the entry's outcome is written, so that no
// other order of the account slips through, and closes the breaker when the
// account was let in.
func (in *invocation) updateLane(ctx context.Context, a erp.Answer) (laneRest, error) {
	if a.Kind == erp.NotSent || a.Kind == erp.NoTime || a.Kind == erp.Early || a.Kind == erp.Lost {
		return laneRest{}, nil
	}
	account := in.entry.Account
	lane, err := in.Ledger.Lane(ctx, account)
	if err != nil {
		return laneRest{}, fmt.Errorf("read the lane: %w", err)
	}
	if a.Kind != erp.AccountRests {
		if lane.Refused() || !lane.Since.IsZero() {
			// One that fails is made up for by the next call: no reason to leave what the
			// ERP answered unrecorded.
			if err := in.Ledger.GotThrough(ctx, account, in.Now()); err != nil {
				in.Log.WarnContext(ctx, "that the account was let in again could not be recorded", "account", account, "cause", err)
			}
		}
		return laneRest{}, nil
	}
	rest := a.RetryAfter
	if a.AccountFault {
		lane.Strikes = min(lane.Strikes+1, maxStrikes)
		rest = min(rest<<(lane.Strikes-1), max(rest, maxRest))
	}
	rest = min(rest, in.client.LongestRest()-laneMargin)
	if a.AccountFault || !lane.Refused() {
		// What a person has to mend is not forgotten over another reason to rest.
		lane.Why = a.Text
	}
	now := in.Now()
	if lane.Since.IsZero() {
		lane.Since = now
	}
	lane.Secret = in.secretVersion(ctx, a)
	lane.BlockedUntil = latest(lane.BlockedUntil, now.Add(rest+laneMargin))
	if err := in.Ledger.BlockLane(ctx, account, lane); err != nil {
		return laneRest{}, fmt.Errorf("block the lane: %w", err)
	}
	in.reportRest(ctx, a.AccountFault, rest, lane.BlockedUntil)
	return laneRest{until: lane.BlockedUntil, through: lane.Through}, nil
}

// Pace waits until the account's next call may begin. Whoever gives up its lane to another
// process, which can't know when the last one began, does so first. The error is the context's.
func (w *Worker) Pace(ctx context.Context, account string) error {
	client, known := w.Client(account)
	if !known {
		return nil
	}
	return client.Pace(ctx)
}

// secretVersion is the version of the account's secret that the answer came under,
// empty where it isn't known. After a refused key the secret is read anew: it may
// have been replaced since it was last read.
func (in *invocation) secretVersion(ctx context.Context, a erp.Answer) string {
	name := in.Connections().Accounts[in.entry.Account].Kind + "/" + in.entry.Account
	s, err := in.Secrets.Get(ctx, name)
	if err != nil {
		return ""
	}
	if a.AccountFault {
		_, _ = in.Secrets.Refresh(ctx, name, in.Now()) // it is asked for again before the next call
	}
	return s.Version
}

// reportRest tells of a rest that a person should know of. Shorter ones are an
// ERP's everyday limits.
func (in *invocation) reportRest(ctx context.Context, refused bool, rest time.Duration, until time.Time) {
	account := in.entry.Account
	switch {
	case refused:
		in.Meter.CountAccount(ctx, MetricAccountRefused, account)
		in.Log.WarnContext(ctx, "the ERP refuses the account's key, or a permission is missing: its orders wait until you mend that; carimbo accounts tells what the ERP said",
			"account", account, "why", "refused", "until", until, "key", in.entry.Key)
	case rest > LongRest:
		in.Meter.CountAccount(ctx, MetricLongRest, account)
		in.Log.WarnContext(ctx, "the ERP has the account rest for long: its orders wait until then; carimbo accounts tells what the ERP said",
			"account", account, "why", "rest", "until", until, "key", in.entry.Key)
	}
}

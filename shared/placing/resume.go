package placing

import (
	"context"
	"fmt"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
)

// Resume ends an account's rest and makes due what waited for it, never before an
// order's quiet_until (rule 8). It tells how many orders that are. The rest is ended
// when they are made due, and those once more that were put off meanwhile: broken off,
// it leaves the account at rest, and is gone on with by calling it again.
func Resume(ctx context.Context, l ledger.Ledger, r Rules, account string, now func() time.Time) (int, error) {
	resumed, err := resumeOrders(ctx, l, r, account, now)
	if err != nil {
		return resumed, err
	}
	if err := l.EndRest(ctx, account); err != nil {
		return resumed, fmt.Errorf("end the account's rest: %w", err)
	}
	more, err := resumeOrders(ctx, l, r, account, now)
	return resumed + more, err
}

func resumeOrders(ctx context.Context, l ledger.Ledger, r Rules, account string, now func() time.Time) (int, error) {
	keys, err := l.Resting(ctx, account)
	if err != nil {
		return 0, fmt.Errorf("list what waits for the account: %w", err)
	}
	resumed := 0
	for _, key := range keys {
		_, step, err := Apply(ctx, l, r, key, Resumed{}, now)
		if err != nil {
			return resumed, fmt.Errorf("resume an order: %w", err)
		}
		if step.Write {
			resumed++
		}
	}
	return resumed, nil
}

// Resumed: the account's rest was ended by a person, or by a new version of its
// secret. What waited for the rest goes on, though never before quiet_until; what
// somebody works on just now, and what waits for something else, stays as it is.
type Resumed struct{}

func (Resumed) next(_ Rules, e ledger.Entry, now time.Time) (ledger.Entry, Step) {
	if e.Rev == 0 || !e.Rests || e.Leased(now) {
		return e, Step{Do: Acknowledge}
	}
	revokeClaim(&e)
	clearOwnRests(&e)
	e.Until = latest(now, e.QuietUntil)
	return writeAndAcknowledge(e, nil)
}

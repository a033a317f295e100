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

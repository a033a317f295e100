package placing

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/queue"
)

const (
	// sweepLimit is how many orders of an account one sweep wakes: less than what
	// Omie lets through in a minute.
	sweepLimit = 200
	// wakeAgain is when an order that was woken is woken again, should its message
	// be lost.
	wakeAgain = 10 * time.Minute
)

// Sweep wakes what is due. Two at once do no harm: the queue drops the second
// wake-up, and the ledger decides anyway.
type Sweep struct {
	Ledger ledger.Ledger
	// Queue returns the queue that the account's worker reads.
	Queue func(account string) queue.Sender
	// SecretVersion is the version of the account's secret as it is now; nil where
	// nobody can tell.
	SecretVersion func(ctx context.Context, account string) (string, error)
	Spacing       time.Duration
	Now           func() time.Time
}

// Account wakes at most 200 of the account's due orders, none while its lane
// rests, and tells how many. It asks for nobody's form, and moves the due time of a
// newer release's entry too: that says nothing about an order, and 200 that stayed
// due would keep the sweep from all others.
func (s Sweep) Account(ctx context.Context, account string) (int, error) {
	now := s.Now()
	lane, err := s.Ledger.Lane(ctx, account)
	if err != nil {
		return 0, fmt.Errorf("read the lane: %w", err)
	}
	if now.Before(lane.BlockedUntil) {
		return 0, s.resumeIfReplaced(ctx, account, lane)
	}
	due, err := s.Ledger.Due(ctx, account, now, sweepLimit)
	if err != nil {
		return 0, fmt.Errorf("list what is due: %w", err)
	}
	for i, d := range due {
		wake := queue.Message{Type: queue.Wake, Key: d.Key, Account: account,
			Dedup: d.Key + "#" + strconv.FormatInt(d.At.UnixMilli(), 10)}
		if err := s.Queue(account).Send(ctx, wake); err != nil {
			return i, fmt.Errorf("wake an order: %w", err)
		}
		if err := s.Ledger.Postpone(ctx, d, now.Add(wakeAgain)); err != nil && !errors.Is(err, ledger.ErrChanged) {
			return i, fmt.Errorf("put off the next wake-up: %w", err)
		}
	}
	return len(due), nil
}

// resumeIfReplaced ends the rest of an account whose secret is another one than when
// it was sent to rest. What goes on then is woken by the next sweep.
func (s Sweep) resumeIfReplaced(ctx context.Context, account string, lane ledger.Lane) error {
	if s.SecretVersion == nil || lane.Secret == "" {
		return nil
	}
	version, err := s.SecretVersion(ctx, account)
	if err != nil {
		return fmt.Errorf("look for a new version of the account's secret: %w", err)
	}
	if version == "" || version == lane.Secret {
		return nil
	}
	_, err = Resume(ctx, s.Ledger, Rules{Spacing: s.Spacing}, account, s.Now)
	return err
}

package notify

import (
	"context"
	"sync"
	"time"
)

// Round looks once, and returns when all that is due was tried.
func (n *Notifier) Round(ctx context.Context) error {
	var trying sync.WaitGroup
	err := n.round(ctx, &trying)
	trying.Wait()
	return err
}

// Begin looks once, and doesn't wait for who is told.
func (n *Notifier) Begin(ctx context.Context, trying *sync.WaitGroup) error {
	return n.round(ctx, trying)
}

// Limit has a try take so long at the most.
func (n *Notifier) Limit(d time.Duration) { n.limit = d }

// Waits are between tries.
func Waits() []time.Duration { return waits }

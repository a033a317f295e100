package shopify

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// tokenLimit bounds one request for a token: enough is left of fetchLimit to use it.
const tokenLimit = 4 * time.Second

// Tokens keeps the tokens of a process's stores for nine tenths of their lives, safe for
// concurrent use. Of orders that want the same store's token at once, one asks for it and
// the others wait for it, each as long as its own context lasts. It starts no goroutine.
type Tokens struct {
	// Now is the clock.
	Now func() time.Time

	mu   sync.Mutex
	kept map[credentials]*kept
}

// kept is what is known of the token for some credentials. Whoever holds the turn may ask
// anew and change it.
type kept struct {
	turn chan struct{}
	// asked counts the requests that were answered, or not, to their end.
	asked atomic.Int64

	token string
	until time.Time
	// err is what the last request ended in.
	err error
}

func (t *Tokens) of(c credentials) *kept {
	t.mu.Lock()
	defer t.mu.Unlock()
	k, ok := t.kept[c]
	if !ok {
		if t.kept == nil {
			t.kept = map[credentials]*kept{}
		}
		k = &kept{turn: make(chan struct{}, 1)}
		t.kept[c] = k
	}
	return k
}

// get returns the token that is kept, unless its life is over or it is the one that was
// refused; else what ask gives, and that it is fresh. What came of a request counts for
// all who waited for it, unless whoever made it gave up: the next one asks then.
func (t *Tokens) get(ctx context.Context, c credentials, refused string, ask func(context.Context) (grant, error)) (token string, fresh bool, err error) {
	k := t.of(c)
	before := k.asked.Load()
	select {
	case k.turn <- struct{}{}:
	case <-ctx.Done():
		return "", false, fmt.Errorf("wait for a token: %w", ctx.Err())
	}
	defer func() { <-k.turn }()
	switch {
	case k.asked.Load() != before && k.err != nil:
		return "", false, k.err
	case k.token != "" && k.token != refused && t.Now().Before(k.until):
		return k.token, false, nil
	}
	limited, cancel := context.WithTimeout(ctx, tokenLimit)
	defer cancel()
	g, err := ask(limited)
	if err != nil && ctx.Err() != nil {
		return "", false, err
	}
	k.token, k.err = g.token, err
	k.until = t.Now().Add(g.life / 10 * 9)
	k.asked.Add(1)
	return k.token, true, k.err
}

// Package clocktest is the clock of tests: it stands still until it is told.
package clocktest

import (
	"sync"
	"time"
)

// Hang is how long a test waits for what must come: a busy machine may be slow, and
// only what never comes takes so long. No test waits for its end on purpose.
const Hang = 5 * time.Minute

// Clock is safe for goroutines that look at it while it is moved.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// At makes a clock that stands at t.
func At(t time.Time) *Clock { return &Clock{now: t} }

// Now is what the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Pass lets time go by; less than 0 sets the clock back.
func (c *Clock) Pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Set has the clock stand at t.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

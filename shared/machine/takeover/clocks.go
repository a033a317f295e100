package takeover

import (
	"sync"
	"time"
)

// jumpOf is how far the wall clock may drift from the monotonic one before it counts
// as set: what corrects a clock in small steps corrects both.
const jumpOf = 5 * time.Second

// clocks watch the wall clock, by which everything is recorded, against the
// monotonic one, which nobody can set. It is safe for concurrent use.
type clocks struct {
	wall func() time.Time
	// monotonic only ever goes forward, and stands still with the machine.
	monotonic func() time.Duration

	mu sync.Mutex
	// apart is the wall clock without what the monotonic one counts.
	apart time.Time
	// jumped is set from when a jump was seen until it was taken in; from is what the
	// wall clock would have shown then.
	jumped bool
	from   time.Time
	// quietUntil is until when no call goes out, by the monotonic clock.
	quietUntil time.Duration
}

// newClocks takes for the monotonic clock, where none is given, what time.Now's times
// carry of it. A clock whose times carry none can't be watched.
func newClocks(wall func() time.Time, monotonic func() time.Duration) *clocks {
	if monotonic == nil {
		start := wall()
		monotonic = func() time.Duration { return wall().Sub(start) }
	}
	c := &clocks{wall: wall, monotonic: monotonic}
	c.apart, c.quietUntil = c.now(), monotonic()
	return c
}

// now is the wall clock without what the monotonic one has counted so far. Whoever stood
// still between the two readings, or while time was moved, reads again: that is no jump.
func (c *clocks) now() time.Time {
	for {
		before := c.monotonic()
		wall := c.wall()
		if after := c.monotonic(); after-before < jumpOf/2 {
			return wall.Round(0).Add(-after)
		}
	}
}

// steady tells whether a call may go out: the clock was not set since the last one
// looked, and the last jump is taken in and long enough ago.
func (c *clocks) steady() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.look()
	return !c.jumped && c.monotonic() >= c.quietUntil
}

// look sees a jump, once.
func (c *clocks) look() {
	apart := c.now()
	if drift := apart.Sub(c.apart).Abs(); drift <= jumpOf {
		return
	}
	if !c.jumped {
		c.jumped, c.from = true, c.apart.Add(c.monotonic())
	}
	c.apart = apart
}

// jump tells whether the clock was set and that isn't taken in yet, and what it would
// have shown.
func (c *clocks) jump() (from time.Time, jumped bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.look()
	return c.from, c.jumped
}

// takenIn ends a jump: calls go out again after quiet.
func (c *clocks) takenIn(quiet time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.jumped, c.quietUntil = false, c.monotonic()+quiet
}

package erp

import (
	"crypto/sha256"
	"sync"
	"time"
)

// PerMinute is how many calls of a process begin within a minute, at the most: Omie counts
// 960 of one address, whosever they are.
const PerMinute = 900

// Calls is what a process remembers of the calls that it made for all its accounts: how
// many began within the last minute, and when equal ones ended. It is safe for concurrent
// use, and its zero value remembers nothing yet.
type Calls struct {
	mu sync.Mutex
	// turns are when calls of the last minute began, and those begin that wait; in order.
	turns []time.Time
	made  map[CallID]made
	// forgetAt is how many are remembered before the old ones are forgotten.
	forgetAt int
}

// CallID is the same for equal calls.
type CallID [sha256.Size]byte

// made is a call that is under way, or when it ended.
type made struct {
	underWay bool
	ended    time.Time
}

// Turn takes a place among the calls of a minute: at is when the call may begin. Where that
// is too late, no place is taken.
func (c *Calls) Turn(now, latest time.Time) (at time.Time, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.turns) > 0 && now.Sub(c.turns[0]) >= time.Minute {
		c.turns = c.turns[1:]
	}
	limit := now.Add(time.Minute)
	for i, turn := range c.turns {
		if turn.After(limit) { // by a clock that went back
			c.turns[i] = now
		}
	}
	at = now
	if n := len(c.turns); n >= PerMinute {
		at = c.turns[n-PerMinute].Add(time.Minute)
	}
	if at.After(latest) {
		return at, false
	}
	c.turns = append(c.turns, at)
	return at, true
}

// Begin notes that a call begins, unless an equal one is under way or ended less than the
// spacing ago: then left is how long it still has to wait.
func (c *Calls) Begin(id CallID, now time.Time, spacing time.Duration) (left time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch was, known := c.made[id]; {
	case known && was.underWay:
		return spacing
	case known:
		if was.ended.After(now) { // by a clock that went back
			was.ended = now
			c.made[id] = was
		}
		if left = was.ended.Add(spacing).Sub(now); left > 0 {
			return left
		}
	}
	if c.made == nil {
		c.made = map[CallID]made{}
	}
	c.forget(now, spacing)
	c.made[id] = made{underWay: true}
	return 0
}

// End notes that it ended; one that was never sent is as if it had not begun.
func (c *Calls) End(id CallID, now time.Time, sent bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !sent {
		delete(c.made, id)
		return
	}
	c.made[id] = made{ended: now}
}

// forget forgets, now and then, the calls that nobody has to wait for any more.
func (c *Calls) forget(now time.Time, spacing time.Duration) {
	if len(c.made) < c.forgetAt {
		return
	}
	for id, m := range c.made {
		if !m.underWay && now.Sub(m.ended) >= spacing {
			delete(c.made, id)
		}
	}
	c.forgetAt = max(2*PerMinute, 2*len(c.made))
}

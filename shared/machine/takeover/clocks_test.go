package takeover

import (
	"testing"
	"time"
)

// hands are two clocks that a test moves.
type hands struct {
	wall time.Time
	mono time.Duration
}

func (h *hands) clocks() *clocks {
	return newClocks(func() time.Time { return h.wall }, func() time.Duration { return h.mono })
}

func (h *hands) pass(d time.Duration) { h.wall, h.mono = h.wall.Add(d), h.mono+d }

func TestAClockThatIsSetIsSeenAtOnce(t *testing.T) {
	noon := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	for name, set := range map[string]time.Duration{"an hour ahead": time.Hour, "an hour back": -time.Hour, "six seconds back": -6 * time.Second} {
		h := &hands{wall: noon}
		c := h.clocks()
		h.pass(time.Minute)
		if _, jumped := c.jump(); jumped || !c.steady() {
			t.Fatalf("%s: a jump before it", name)
		}
		h.wall = h.wall.Add(set)
		if c.steady() {
			t.Errorf("%s: a call may go out", name)
		}
		from, jumped := c.jump()
		if want := noon.Add(time.Minute); !jumped || !from.Equal(want) {
			t.Errorf("%s: from %s, want %s", name, from, want)
		}
		h.pass(10 * time.Second)
		if again, _ := c.jump(); !again.Equal(from) || c.steady() {
			t.Errorf("%s: forgotten before it was taken in", name)
		}
		c.takenIn(61 * time.Second)
		if h.pass(60 * time.Second); c.steady() {
			t.Errorf("%s: a call may go out within the spacing", name)
		}
		if h.pass(time.Second); !c.steady() {
			t.Errorf("%s: no call may go out after the spacing", name)
		}
		if _, jumped := c.jump(); jumped {
			t.Errorf("%s: seen twice", name)
		}
	}
}

func TestStandingStillBetweenTwoReadingsIsNoJump(t *testing.T) {
	h := &hands{wall: time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)}
	still := false
	stands := func() {
		if still {
			still = false
			h.pass(time.Minute)
		}
	}
	c := newClocks(func() time.Time { defer stands(); return h.wall }, func() time.Duration { return h.mono })
	still = true
	if _, jumped := c.jump(); jumped || !c.steady() || still {
		t.Error("a jump, and nobody set a clock")
	}
	c = newClocks(func() time.Time { return h.wall }, func() time.Duration { defer stands(); return h.mono })
	still = true
	if _, jumped := c.jump(); jumped || !c.steady() || still {
		t.Error("a jump, and nobody set a clock")
	}
}

func TestASlowClockIsNoJump(t *testing.T) {
	h := &hands{wall: time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)}
	c := h.clocks()
	for range 5 {
		h.pass(time.Hour)
		h.wall = h.wall.Add(900 * time.Millisecond)
		if _, jumped := c.jump(); jumped || !c.steady() {
			t.Fatal("a second an hour counts as a jump")
		}
	}
}

func TestASecondJumpBeforeTheFirstIsTakenInKeepsTheFirstFrom(t *testing.T) {
	noon := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	h := &hands{wall: noon}
	c := h.clocks()
	h.wall = h.wall.Add(time.Hour)
	c.steady()
	h.wall = h.wall.Add(-3 * time.Hour)
	if from, jumped := c.jump(); !jumped || !from.Equal(noon) {
		t.Errorf("from %s, %t", from, jumped)
	}
}

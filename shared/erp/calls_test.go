package erp_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
)

var start = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func TestNineHundredCallsOfAProcessBeginInAMinute(t *testing.T) {
	var c erp.Calls
	var begun []time.Time
	now := start
	for range 5000 {
		at, ok := c.Turn(now, now.Add(time.Hour))
		if !ok || at.Before(now) {
			t.Fatalf("at %s it may begin %s, %t", now, at, ok)
		}
		begun = append(begun, at)
		now = at.Add(time.Millisecond)
	}
	for i := erp.PerMinute; i < len(begun); i++ {
		if apart := begun[i].Sub(begun[i-erp.PerMinute]); apart < time.Minute {
			t.Fatalf("calls %d to %d began within %s", i-erp.PerMinute, i, apart)
		}
	}
	// None waited for nothing: each that waited began a minute behind the 900th before it.
	if took := begun[len(begun)-1].Sub(start); took > 5*time.Minute+5*time.Second {
		t.Errorf("5000 calls took %s", took)
	}
}

func TestACallForWhoseTurnNoTimeIsLeftTakesNone(t *testing.T) {
	var c erp.Calls
	for range erp.PerMinute {
		c.Turn(start, start)
	}
	if at, ok := c.Turn(start, start.Add(time.Minute-1)); ok {
		t.Errorf("it may begin %s", at)
	}
	for range 2 { // the one that took no turn took no place either
		if at, ok := c.Turn(start, start.Add(time.Minute)); !ok || at != start.Add(time.Minute) {
			t.Errorf("it may begin %s, %t", at, ok)
		}
	}
}

func TestAClockThatWentBackMakesForNoLongerWait(t *testing.T) {
	var c erp.Calls
	for range erp.PerMinute {
		c.Turn(start, start)
	}
	back := start.Add(-time.Hour)
	if at, ok := c.Turn(back, back.Add(time.Minute)); !ok || at.Sub(back) > time.Minute {
		t.Errorf("a turn after %s, %t", at.Sub(back), ok)
	}
	id := erp.CallID{1}
	c.Begin(id, start, time.Minute)
	c.End(id, start, true)
	for _, passed := range []time.Duration{0, 20 * time.Second, time.Minute} {
		if left := c.Begin(id, back.Add(passed), time.Minute); left != time.Minute-passed {
			t.Errorf("after %s an equal call waits %s", passed, left)
		}
	}
}

func TestAnEqualCallWaitsForTheSpacingBehindTheLastOnesEnd(t *testing.T) {
	var c erp.Calls
	one, other := erp.CallID{1}, erp.CallID{2}
	const spacing = 61 * time.Second
	for _, step := range []struct {
		at   time.Duration
		id   erp.CallID
		left time.Duration
		ends time.Duration // how long it takes, if it begins; 0 is never
		sent bool
	}{
		{0, one, 0, 0, true},                                  // under way
		{time.Second, one, spacing, 0, true},                  //
		{time.Second, other, 0, 9 * time.Second, true},        // until 10 s
		{70 * time.Second, other, time.Second, 0, true},       //
		{71 * time.Second, other, 0, time.Second, false},      // nothing left
		{72 * time.Second, other, 0, time.Second, true},       // so it begins at once
		{73 * time.Second, other, spacing, 0, true},           //
		{73*time.Second + spacing, other, 0, time.Hour, true}, //
	} {
		now := start.Add(step.at)
		left := c.Begin(step.id, now, spacing)
		if left != step.left {
			t.Errorf("at %s call %d waits %s, want %s", step.at, step.id[0], left, step.left)
		}
		if left == 0 && step.ends > 0 {
			c.End(step.id, now.Add(step.ends), step.sent)
		}
	}
}

func TestWhatIsRememberedOfCallsIsBounded(t *testing.T) {
	var c erp.Calls
	now := start
	for i := range 50_000 {
		id := erp.CallID{byte(i), byte(i >> 8), byte(i >> 16)}
		if left := c.Begin(id, now, time.Minute); left > 0 {
			t.Fatalf("call %d waits %s", i, left)
		}
		c.End(id, now, true)
		now = now.Add(100 * time.Millisecond)
	}
	if n := c.Remembered(); n > 4*erp.PerMinute {
		t.Errorf("%d calls are remembered", n)
	}
}

func TestSeveralAccountsCallAtOnce(t *testing.T) {
	var c erp.Calls
	var all sync.WaitGroup
	begun := make(chan erp.CallID, 1000)
	for account := range 10 {
		all.Go(func() {
			for i := range 100 {
				id := erp.CallID{byte(i), byte(account % 2)}
				if at, ok := c.Turn(start, start.Add(time.Minute)); ok && at.Equal(start) && c.Begin(id, start, time.Minute) == 0 {
					begun <- id
				}
			}
		})
	}
	all.Wait()
	close(begun)
	seen := map[erp.CallID]bool{}
	for id := range begun {
		if seen[id] {
			t.Errorf("%v began twice", fmt.Sprint(id[:2]))
		}
		seen[id] = true
	}
}

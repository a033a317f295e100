package memory_test

import (
	"sync"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/queue/memory"
	"github.com/carimbo/carimbo/shared/queue/queuetest"
)

// clock is a clock that only Advance moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func TestQueuePromises(t *testing.T) {
	queuetest.Run(t, func(*testing.T) queuetest.Subject {
		c := &clock{now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}
		q := memory.New(memory.Options{Now: c.Now})
		return queuetest.Subject{
			Queue: q,
			// It lives as long as the process: a consumer that was killed is all that
			// can die.
			Reopen:  func(*testing.T) queue.Queue { return q },
			Advance: c.Advance, Visibility: 270 * time.Second, MaxReceives: 3,
			Dead:    func(*testing.T) []queue.Message { return q.Dead() },
			Redrive: func(*testing.T) { q.Redrive() },
		}
	})
}

func TestADedupCountsForFiveMinutes(t *testing.T) {
	c := &clock{now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}
	q := memory.New(memory.Options{Now: c.Now})
	m := queue.Message{Type: queue.Wake, Key: "k", Account: "estudio", Dedup: "d"}
	send := func(want int) {
		t.Helper()
		if err := q.Send(t.Context(), m); err != nil || q.Depth() != want {
			t.Errorf("%d messages, want %d; error %v", q.Depth(), want, err)
		}
	}
	send(1)
	c.Advance(5*time.Minute - time.Millisecond)
	send(1)
	c.Advance(time.Millisecond)
	send(2)
}

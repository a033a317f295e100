package memory_test

import (
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/queue/memory"
	"github.com/carimbo/carimbo/shared/queue/queuetest"
)

func TestQueuePromises(t *testing.T) {
	queuetest.Run(t, func(*testing.T) queuetest.Subject {
		c := clocktest.At(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC))
		q := memory.New(memory.Options{Now: c.Now})
		return queuetest.Subject{
			Queue: q,
			// It lives as long as the process: a consumer that was killed is all that
			// can die.
			Reopen:  func(*testing.T) queue.Queue { return q },
			Advance: c.Pass, Visibility: 270 * time.Second, MaxReceives: 3,
			Dead:    func(*testing.T) []queue.Message { return q.Dead() },
			Redrive: func(*testing.T) { q.Redrive() },
		}
	})
}

func TestADedupCountsForFiveMinutes(t *testing.T) {
	c := clocktest.At(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC))
	q := memory.New(memory.Options{Now: c.Now})
	m := queue.Message{Type: queue.Wake, Key: "k", Account: "estudio", Dedup: "d"}
	send := func(want int) {
		t.Helper()
		if err := q.Send(t.Context(), m); err != nil || q.Depth() != want {
			t.Errorf("%d messages, want %d; error %v", q.Depth(), want, err)
		}
	}
	send(1)
	c.Pass(5*time.Minute - time.Millisecond)
	send(1)
	c.Pass(time.Millisecond)
	send(2)
}

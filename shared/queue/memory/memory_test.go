package memory_test

import (
	"context"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/queue/memory"
	"github.com/carimbo/carimbo/shared/queue/queuetest"
)

func TestQueuePromises(t *testing.T) {
	queuetest.Run(t, func(*testing.T) queuetest.Subject { s, _ := subject(); return s })
}

func TestAQueueOfOneProcessIsTakenOver(t *testing.T) {
	queuetest.RunTakenOver(t, func(*testing.T) (queuetest.Subject, queuetest.OfOneProcess) { s, q := subject(); return s, q })
}

func subject() (queuetest.Subject, *memory.Queue) {
	c := clocktest.At(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC))
	q := memory.New(memory.Options{Now: c.Now})
	return queuetest.Subject{
		Queue: q,
		// It lives as long as the process: a consumer that was killed is all that
		// can die.
		Reopen:  func(*testing.T) queue.Queue { return q },
		Advance: c.Pass, Visibility: 270 * time.Second, MaxReceives: 3,
		Dead: deadLetters{q},
	}, q
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

// deadLetters are those of a queue, as a person asks for them. The simulation asks
// without a context.
type deadLetters struct{ queue *memory.Queue }

func (d deadLetters) Dead(ctx context.Context) ([]queue.DeadLetter, int, error) {
	if ctx.Err() != nil {
		return nil, 0, ctx.Err()
	}
	var dead []queue.DeadLetter
	for _, m := range d.queue.Dead() {
		dead = append(dead, queue.DeadLetter{Message: m})
	}
	return dead, len(dead), nil
}

func (d deadLetters) Redrive(ctx context.Context) (int, error) {
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	return d.queue.Redrive(), nil
}

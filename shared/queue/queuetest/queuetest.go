// Package queuetest is what every queue promises, as a suite that each of them
// runs. It knows no technology, and asks for nothing that SQS can't do.
package queuetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/queue"
)

// Subject is an empty queue and what a test may do around it.
type Subject struct {
	Queue queue.Queue
	// Reopen is the same queue for a process that starts after the former one was
	// killed. Queue is not used after it.
	Reopen func(t *testing.T) queue.Queue
	// Advance lets time go by for the queue.
	Advance func(time.Duration)
	// Visibility is the queue's time-out, MaxReceives its limit: at least 2.
	Visibility  time.Duration
	MaxReceives int
	// Dead are the queue's dead letters.
	Dead queue.DeadLetters
}

// Run runs the suite; open returns a new queue each time.
func Run(t *testing.T, open func(t *testing.T) Subject) {
	for _, promises := range []map[string]func(*testing.T, Subject){delivering, redelivering, deadLetters, racing} {
		for name, promise := range promises {
			t.Run(name, func(t *testing.T) { promise(t, open(t)) })
		}
	}
}

// OfOneProcess is a queue that a process takes over from another one, or from a clock
// that was set.
type OfOneProcess interface {
	queue.Queue
	Recover(context.Context) error
}

// RunTakenOver is what such a queue promises besides; open returns a new one each time,
// as the Subject's Queue.
func RunTakenOver(t *testing.T, open func(t *testing.T) (Subject, OfOneProcess)) {
	for name, promise := range takingOver {
		t.Run(name, func(t *testing.T) {
			s, q := open(t)
			promise(t, s, q)
		})
	}
}

// message is the account's n-th, with a dedup of its own.
func message(account string, n int) queue.Message {
	id := fmt.Sprintf("%s-%d", account, n)
	return queue.Message{V: queue.Version, Type: queue.Wake, Key: "cursos#" + id, Account: account, Dedup: id}
}

func (s Subject) send(t *testing.T, messages ...queue.Message) {
	t.Helper()
	for _, m := range messages {
		if err := s.Queue.Send(t.Context(), m); err != nil {
			t.Fatalf("send %s: %v", m.Dedup, err)
		}
	}
}

// receive gives a queue that is spread over machines some tries to find what is
// there.
func (s Subject) receive(t *testing.T, limit int) []queue.Delivery {
	t.Helper()
	for range 5 {
		deliveries, err := s.Queue.Receive(t.Context(), limit)
		if err != nil {
			t.Fatalf("receive: %v", err)
		}
		if len(deliveries) > 0 {
			return deliveries
		}
	}
	return nil
}

// reversal is the account's n-th, of a store that took an order back.
func reversal(account string, n int) queue.Message {
	m := message(account, n)
	m.Type, m.Dedup = queue.Reversed, m.Dedup+"-reversed"
	return m
}

// want receives and fails unless exactly these messages came, in any order of
// groups, by which it returns them.
func (s Subject) want(t *testing.T, want ...queue.Message) map[string]queue.Delivery {
	t.Helper()
	got := map[string]queue.Delivery{}
	for len(got) < len(want) {
		deliveries := s.receive(t, 10)
		if len(deliveries) == 0 {
			break
		}
		for _, d := range deliveries {
			got[d.Message.Group()] = d
		}
	}
	messages, wanted := map[string]queue.Message{}, map[string]queue.Message{}
	for group, d := range got {
		messages[group] = d.Message
	}
	for _, m := range want {
		wanted[m.Group()] = m
	}
	if diff := cmp.Diff(wanted, messages); diff != "" {
		t.Fatalf("received by group (-want +got):\n%s", diff)
	}
	return got
}

func (s Subject) wantOne(t *testing.T, want queue.Message) queue.Delivery {
	t.Helper()
	return s.want(t, want)[want.Group()]
}

func (s Subject) wantNone(t *testing.T, when string) {
	t.Helper()
	deliveries, err := s.Queue.Receive(t.Context(), 10)
	if err != nil {
		t.Fatalf("receive: %v", err)
	}
	for _, d := range deliveries {
		t.Fatalf("%s: received %s for the %d. time", when, d.Message.Dedup, d.Receives)
	}
}

func (s Subject) ack(t *testing.T, d queue.Delivery) {
	t.Helper()
	if err := s.Queue.Ack(t.Context(), d); err != nil {
		t.Fatalf("acknowledge %s: %v", d.Message.Dedup, err)
	}
}

// lapse ends every visibility time-out.
func (s Subject) lapse() { s.Advance(s.Visibility + time.Second) }

func mustBe(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got error %v, want %v", err, want)
	}
}

func cancelled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

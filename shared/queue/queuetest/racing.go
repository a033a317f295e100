package queuetest

import (
	"fmt"
	"sync"
	"testing"

	"github.com/carimbo/carimbo/shared/queue"
)

// consumers is how many race for messages.
const consumers = 64

// racing is what holds with many senders and receivers at once.
var racing = map[string]func(*testing.T, Subject){
	"64 receivers never hold the same message, nor two of one account": func(t *testing.T, s Subject) {
		const accounts, each = 10, 12
		for n := range each {
			for a := range accounts {
				s.send(t, message(fmt.Sprint("account", a), n))
			}
		}
		w := watch{held: map[string]string{}, done: map[string]int{}, left: accounts * each}
		var wg sync.WaitGroup
		for range consumers {
			wg.Go(func() { w.consume(t, s.Queue) })
		}
		wg.Wait()
		for a := range accounts {
			if n := w.done[fmt.Sprint("account", a)]; n != each {
				t.Errorf("account %d: %d of %d messages", a, n, each)
			}
		}
	},

	"what 64 send at once is delivered once, each sender's in order": func(t *testing.T, s Subject) {
		const each = 5
		var wg sync.WaitGroup
		for a := range consumers {
			wg.Go(func() {
				for n := range each {
					if err := s.Queue.Send(t.Context(), message(fmt.Sprint("account", a), n)); err != nil {
						t.Errorf("send: %v", err)
					}
				}
			})
		}
		wg.Wait()
		w := watch{held: map[string]string{}, done: map[string]int{}, left: consumers * each}
		w.consume(t, s.Queue)
		s.wantNone(t, "after all were acknowledged")
	},
}

// watch is what all consumers see together.
type watch struct {
	mu sync.Mutex
	// held is the message in flight of each account, done counts the acknowledged.
	held map[string]string
	done map[string]int
	left int
}

// consume receives and acknowledges until nothing is left.
func (w *watch) consume(t *testing.T, q queue.Queue) {
	for !w.over() && !t.Failed() {
		deliveries, err := q.Receive(t.Context(), 3)
		if err != nil {
			t.Errorf("receive: %v", err)
			return
		}
		for _, d := range deliveries {
			w.take(t, d)
		}
		for _, d := range deliveries {
			w.letGo(d)
			if err := q.Ack(t.Context(), d); err != nil {
				t.Errorf("acknowledge %s: %v", d.Message.Dedup, err)
			}
		}
	}
}

func (w *watch) over() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.left == 0
}

func (w *watch) take(t *testing.T, d queue.Delivery) {
	w.mu.Lock()
	defer w.mu.Unlock()
	account := d.Message.Account
	if other, taken := w.held[account]; taken {
		t.Errorf("%s is in flight beside %s", d.Message.Dedup, other)
	}
	if want := message(account, w.done[account]).Dedup; d.Message.Dedup != want || d.Receives != 1 {
		t.Errorf("%s for the %d. time, want %s", d.Message.Dedup, d.Receives, want)
	}
	w.held[account] = d.Message.Dedup
}

// letGo is called before the acknowledgement, which lets another consumer have
// the next message.
func (w *watch) letGo(d queue.Delivery) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.held, d.Message.Account)
	w.done[d.Message.Account]++
	w.left--
}

// Package memory is a queue in memory with the promises of an SQS FIFO queue, for
// the simulation and for tests that need speed.
package memory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/carimbo/carimbo/shared/queue"
)

// dedupWindow is SQS's.
const dedupWindow = 5 * time.Minute

// Options of a queue; each zero field has a default.
type Options struct {
	// Now is the clock; time.Now.
	Now func() time.Time
	// Visibility is how long a delivery stays hidden; 270 s.
	Visibility time.Duration
	// MaxReceives is how often a message may be received before it becomes a dead
	// letter; 3.
	MaxReceives int
}

// Queue is a queue.Queue in memory.
type Queue struct {
	options Options

	mu sync.Mutex
	// lanes are each group's messages in their order.
	lanes map[string][]*held
	sent  map[string]time.Time
	// oldest are the dedups in the order of their sending, to forget them.
	oldest []string
	dead   []queue.Message
	last   int64
}

// held is a message that is not acknowledged yet.
type held struct {
	id        int64
	message   queue.Message
	receives  int
	receipt   string
	visibleAt time.Time
}

var _ queue.Queue = (*Queue)(nil)

// New makes an empty queue.
func New(o Options) *Queue {
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Visibility = cmp.Or(o.Visibility, 270*time.Second)
	o.MaxReceives = cmp.Or(o.MaxReceives, 3)
	return &Queue{options: o, lanes: map[string][]*held{}, sent: map[string]time.Time{}}
}

// Send adds the message unless its dedup was sent a moment ago.
func (q *Queue) Send(ctx context.Context, m queue.Message) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("send message: %w", err)
	}
	m, err := queue.Prepare(m)
	if err != nil {
		return fmt.Errorf("send message: %w", err)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.options.Now()
	for len(q.oldest) > 0 && now.Sub(q.sent[q.oldest[0]]) >= dedupWindow {
		delete(q.sent, q.oldest[0])
		q.oldest = q.oldest[1:]
	}
	if _, again := q.sent[m.Dedup]; again {
		return nil
	}
	q.sent[m.Dedup] = now
	q.oldest = append(q.oldest, m.Dedup)
	m.Payload = slices.Clone(m.Payload)
	q.push(m)
	return nil
}

func (q *Queue) push(m queue.Message) {
	q.last++
	q.lanes[m.Group()] = append(q.lanes[m.Group()], &held{id: q.last, message: m})
}

// Receive returns at most limit deliveries, at most one message per group at a
// time.
func (q *Queue) Receive(ctx context.Context, limit int) ([]queue.Delivery, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("receive messages: %w", err)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.options.Now()
	var heads []*held
	for group := range q.lanes {
		if h := q.head(group, now); h != nil {
			heads = append(heads, h)
		}
	}
	slices.SortFunc(heads, func(a, b *held) int { return cmp.Compare(a.id, b.id) })
	var deliveries []queue.Delivery
	for _, h := range heads[:min(len(heads), max(limit, 0))] {
		h.receives++
		h.receipt = strconv.FormatInt(h.id, 10) + "." + strconv.Itoa(h.receives)
		h.visibleAt = now.Add(q.options.Visibility)
		m := h.message
		m.Payload = slices.Clone(m.Payload)
		deliveries = append(deliveries, queue.Delivery{Message: m, Receipt: h.receipt, Receives: h.receives})
	}
	return deliveries, nil
}

// head is the group's first message, if it isn't hidden. Those that were
// received too often are buried on the way.
func (q *Queue) head(group string, now time.Time) *held {
	for len(q.lanes[group]) > 0 {
		h := q.lanes[group][0]
		if now.Before(h.visibleAt) {
			return nil
		}
		if h.receives < q.options.MaxReceives {
			return h
		}
		q.dead = append(q.dead, h.message)
		q.remove(group, 0)
	}
	return nil
}

func (q *Queue) remove(group string, i int) {
	q.lanes[group] = slices.Delete(q.lanes[group], i, i+1)
	if len(q.lanes[group]) == 0 {
		delete(q.lanes, group)
	}
}

// Ack removes a message for good, or says queue.ErrReceipt.
func (q *Queue) Ack(ctx context.Context, d queue.Delivery) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("acknowledge message: %w", err)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	group := d.Message.Group()
	i := slices.IndexFunc(q.lanes[group], func(h *held) bool { return h.receipt != "" && h.receipt == d.Receipt })
	if i < 0 {
		return fmt.Errorf("acknowledge message: %w", queue.ErrReceipt)
	}
	q.remove(group, i)
	return nil
}

// Recover gives back what was received and is not acknowledged, without counting it:
// its consumers are gone.
func (q *Queue) Recover(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("recover messages: %w", err)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, lane := range q.lanes {
		for _, h := range lane {
			if h.receipt != "" {
				h.receives, h.receipt, h.visibleAt = h.receives-1, "", time.Time{}
			}
		}
	}
	return nil
}

// Depth counts the messages that are not acknowledged, dead letters apart.
func (q *Queue) Depth() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := 0
	for _, lane := range q.lanes {
		n += len(lane)
	}
	return n
}

// Dead lists the dead letters, the first to die first.
func (q *Queue) Dead() []queue.Message {
	q.mu.Lock()
	defer q.mu.Unlock()
	return slices.Clone(q.dead)
}

// Redrive sends all dead letters once more, behind what waits, with their
// receives counted from none, and tells how many they were.
func (q *Queue) Redrive() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := len(q.dead)
	for _, m := range q.dead {
		q.push(m)
	}
	q.dead = nil
	return n
}

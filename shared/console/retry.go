package console

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"strings"
	"sync"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/words"
)

const (
	// mostAtOnce is how many orders one confirmation is about: what is said of them
	// beforehand has to be true when they are retried.
	mostAtOnce = 2000
	// maxBatches is how many a session remembers; the oldest one that rests makes room.
	maxBatches = 8
)

// phase is how far the retry of many orders is.
type phase string

const (
	counting phase = "counting"
	counted  phase = "counted"
	running  phase = "running"
	ended    phase = "ended"
)

// batch is the retry of many orders: those that were counted, and no others, whatever the
// filter selects later.
type batch struct {
	id string

	mu    sync.Mutex
	phase phase
	// keys are those that were counted, willing those of them that the rules let be retried.
	keys, willing []string
	// reversed were left out, since the store reversed them; more: there are more than one
	// confirmation is about.
	reversed int
	more     bool
	// done counts those that were planned or, later, retried.
	done                  int
	will, refused, result operator.Groups
	// failed is why it had to end before it was through; nil if it hadn't.
	failed error
}

// batchPage is a batch as its page shows it.
type batchPage struct {
	ID                    string
	Phase                 phase
	Counted, Willing      int
	Reversed              int
	More                  bool
	Done, All             int
	Will, Refused, Result []operator.Grouped
	Failed                words.Text
}

func (b *batch) view() *batchPage {
	b.mu.Lock()
	defer b.mu.Unlock()
	v := &batchPage{ID: b.id, Phase: b.phase, Counted: len(b.keys), Willing: len(b.willing), Reversed: b.reversed, More: b.more, Done: b.done, All: len(b.willing)}
	if b.phase == counting {
		v.All = len(b.keys)
		return v // the groups still grow
	}
	v.Will, v.Refused = b.will.List, b.refused.List
	if b.phase == ended {
		v.Result = b.result.List
	}
	if b.failed != nil {
		v.Failed = words.Of(b.failed)
	}
	return v
}

// becomes goes on to a phase from another one, and tells whether it did.
func (b *batch) becomes(to, from phase) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.phase != from {
		return false
	}
	b.phase, b.done = to, 0
	return true
}

// count remembers the orders that the filter selects now, and asks the rules about each.
func (c *Console) countRetries(w http.ResponseWriter, r *http.Request, s *session) {
	sel := c.selectionOf(r.PostForm)
	if !sel.Narrow() {
		c.fail(w, r, s, http.StatusBadRequest, words.Say("Filter the list first: all orders at once are not retried."))
		return
	}
	o := c.opts.Orders
	keys, reversed, err := operator.Retryable(r.Context(), o.Ledger, sel.filter(c.now()))
	if err != nil {
		c.broken(w, r, s, err)
		return
	}
	groups := func() operator.Groups { return operator.Groups{Kinds: o.Kinds, Language: c.in(r)} }
	b := &batch{id: rand.Text(), phase: counting, keys: keys[:min(len(keys), mostAtOnce)], reversed: reversed, more: len(keys) > mostAtOnce,
		will: groups(), refused: groups(), result: groups()}
	s.remember(b)
	c.work.Go(func() { c.plan(c.ctx, b) })
	c.back(w, r, "/retry", "batch", b.id)
}

// plan asks the rules what a retry makes of each order that was counted.
func (c *Console) plan(ctx context.Context, b *batch) {
	c.each(ctx, b, b.keys, func(key string) error {
		p, err := c.opts.Orders.Plan(ctx, key, placing.Retry{Person: placing.Person{By: c.opts.By}})
		if err != nil {
			return err
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		if p.Refused != nil {
			b.refused.Add(ledger.Entry{Key: key}, p.Refused.Why)
			return nil
		}
		b.willing = append(b.willing, key)
		b.will.Add(p.Before, p.Will)
		return nil
	})
	b.becomes(counted, counting)
}

// each does something with one order after another, until one fails or the console ends.
func (c *Console) each(ctx context.Context, b *batch, keys []string, do func(key string) error) {
	for _, key := range keys {
		err := ctx.Err()
		if err == nil {
			err = do(key)
		}
		b.mu.Lock()
		if b.failed = err; err == nil {
			b.done++
		}
		b.mu.Unlock()
		if err != nil {
			c.opts.Log.WarnContext(ctx, "the retry of many orders had to end", "cause", err)
			return
		}
	}
}

// startRetries retries what was counted, unless that has begun.
func (c *Console) startRetries(w http.ResponseWriter, r *http.Request, s *session) {
	b := s.batch(r.URL.Query().Get("batch"))
	if b == nil {
		c.noBatch(w, r, s)
		return
	}
	note := strings.TrimSpace(r.PostForm.Get("note"))
	if b.view().Failed.IsZero() && len(note) <= maxNote && b.becomes(running, counted) {
		ev := placing.Retry{Person: placing.Person{By: c.opts.By, Note: note}}
		c.work.Go(func() { c.retryAll(c.ctx, b, ev) })
	}
	c.back(w, r, "/retry", "batch", b.id)
}

// retryAll gives the command to each order that was counted, as the rules allow it now.
func (c *Console) retryAll(ctx context.Context, b *batch, ev placing.Event) {
	c.each(ctx, b, b.willing, func(key string) error {
		// What has begun is recorded, also when the console ends.
		result, err := c.opts.Orders.Do(context.WithoutCancel(ctx), operator.Plan{Key: key}, ev)
		var refused *operator.Refusal
		b.mu.Lock()
		defer b.mu.Unlock()
		switch {
		case errors.As(err, &refused):
			b.refused.Add(ledger.Entry{Key: key}, refused.Why)
			return nil
		case err != nil:
			return err
		}
		b.result.Add(ledger.Entry{Key: key, State: result.State}, result.Next)
		return nil
	})
	b.mu.Lock()
	defer b.mu.Unlock()
	b.phase = ended
}

func (c *Console) batch(w http.ResponseWriter, r *http.Request, s *session) {
	b := s.batch(r.URL.Query().Get("batch"))
	if b == nil {
		c.noBatch(w, r, s)
		return
	}
	v := b.view()
	p := c.pageOf(r, s, v)
	c.live(r, s, &p)
	switch v.Phase {
	case counting, running:
		p.Live, p.Soon = 1, 2
	default:
		p.Live = 0
	}
	c.show(w, r, http.StatusOK, "retry.html", p)
}

func (c *Console) noBatch(w http.ResponseWriter, r *http.Request, s *session) {
	c.fail(w, r, s, http.StatusNotFound, words.Say("These orders are not remembered any more: count them again from the list."))
}

// remember keeps the batch, and forgets the oldest that isn't under way.
func (s *session) remember(b *batch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := 0; len(s.batches) >= maxBatches && i < len(s.batches); i++ {
		if p := s.batches[i].view().Phase; p != running && p != counting {
			s.batches = append(s.batches[:i:i], s.batches[i+1:]...)
			break
		}
	}
	s.batches = append(s.batches, b)
}

func (s *session) batch(id string) *batch {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.batches {
		if b.id == id {
			return b
		}
	}
	return nil
}

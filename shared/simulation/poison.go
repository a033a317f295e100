package simulation

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp/erpsim"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/placing"
)

// poisoned is an order that the ERP answers as if its account had to rest, each time,
// while it lets all others through.
type poisoned struct {
	// answer is what it hears, nil for all others. looks: only where it is looked up, and
	// what created it was lost.
	answer *fault
	looks  bool
	// drawn are the answers of that kind that were recorded, the first at drawnSince, and
	// those after it since others got through.
	drawn      int
	drawnSince time.Time
}

// mostDrawn is how often such an order may have the account rest while others get
// through: three times, and once where clocks differ.
const mostDrawn = 4

// poison is what befalls such an order.
func (w *world) poison(st store) poisoned {
	if w.calm() || w.account(st.account).twin != nil {
		return poisoned{}
	}
	list := w.account(st.account).stage.ForOne
	return poisoned{answer: &fault{Mishap: list[w.rng.IntN(len(list))]}, looks: w.rng.IntN(3) == 0}
}

// poisons is what the call of such an order meets, or nil.
func (c *call) poisons() *fault {
	s, w := c.sale, c.task.world
	if s == nil || s.answer == nil {
		return nil
	}
	if s.looks && !c.Looks {
		if c.Creates {
			c.task.harm()
			return &fault{Mishap: erpsim.Mishap{Mode: erpsim.WriteThenSilence}}
		}
		return nil
	}
	c.task.harm()
	if w.now.After(later(w.calmAt, w.lastNews).Add(6 * time.Hour)) {
		s.answer = nil // nobody else buys, so nobody gets through
		return nil
	}
	w.faults[string(Poisoned)]++
	c.to.lasts(w.now)
	return s.answer
}

// checkDrawn counts the rests that the sale drew, as they are recorded.
func (w *world) checkDrawn(t *task, s *sale, _, _ ledger.Entry) string {
	if t == nil || s.answer == nil {
		return ""
	}
	if t.name == sweepName {
		// A sweep writes an order only where it ends a rest, and may stand still before.
		s.drawn = 0
	}
	if !t.drew {
		return ""
	}
	t.drew = false
	switch {
	case s.drawn == 0:
		s.drawn, s.drawnSince = 1, w.now
	case s.account.throughAt.After(s.drawnSince.Add(2 * skewLimit)):
		// Whether it was before or after is told by two clocks.
		s.drawn++
	}
	if s.drawn <= mostDrawn {
		return ""
	}
	s.answer = nil
	return fmt.Sprintf("one order has its account rest again and again, %d times", s.rests)
}

// noteRest notes that a call of the sale had its account rest.
func (w *world) noteRest(t *task) {
	s := w.byKey[t.key]
	if s == nil {
		return
	}
	t.drew = true
	if s.rests++; s.rests == 1 {
		s.restsSince = w.now
	}
}

// onlyThisOne is how an entry says that its account doesn't rest for it any more.
const onlyThisOne = "three times in a row"

// alone tells whether that is true.
func (s *sale) alone(why string) bool {
	return strings.Contains(why, onlyThisOne) && s.rests >= 3 && s.account.throughAt.After(s.restsSince.Add(-2*skewLimit))
}

// resumeAny is a person who ends an account's rest.
func (w *world) resumeAny() {
	for _, a := range w.accounts {
		if w.clock().Before(w.lane(a.name).BlockedUntil) && w.now.Before(w.calmAt) {
			w.resume(a)
			return
		}
	}
}

// endRest notes that the account's rest is ended before its time: whoever drew it has as
// many tries as at first.
func (w *world) endRest(account string) {
	for _, a := range w.named(account) {
		a.ended = true
	}
	for _, s := range w.sales {
		if s.account != nil && s.account.name == account {
			s.drawn = 0
		}
	}
}

func (w *world) resume(a *account) {
	var l ledger.Ledger = witness{w.ledger, w}
	if wrap := w.opts.seams.ledger; wrap != nil {
		l = wrap(l, &process{access: &access{world: w, task: &task{world: w}}})
	}
	w.befell(Resumed)
	n, err := placing.Resume(context.Background(), l, placing.Rules{Spacing: w.spacing}, a.name, w.clock)
	if err != nil {
		panic(err)
	}
	w.lastNews = later(w.lastNews, w.now)
	w.tell("", "operator: %s is resumed, and %d orders with it", a.name, n)
}

package simulation

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/carimbo/carimbo/shared/queue"
)

// schedule is the clock, and what is planned on it.
type schedule struct {
	now   time.Time
	plans plans
	n     int64
	// free are those of the coroutines that run no task.
	coroutines, free []*coroutine
}

type plan struct {
	at   time.Duration // since the epoch
	n    int64         // what was planned first is done first
	what func()
}

func (p plan) before(o plan) bool { return p.at < o.at || p.at == o.at && p.n < o.n }

// plans are a heap: the one at i comes after the one at (i-1)/2.
type plans []plan

// push and pop are container/heap's, for these alone: nothing is done as often as they are.
func (p *plans) push(is plan) {
	list := append(*p, is)
	i := len(list) - 1
	for ; i > 0 && is.before(list[(i-1)/2]); i = (i - 1) / 2 {
		list[i] = list[(i-1)/2]
	}
	list[i], *p = is, list
}

// pop takes the first one out.
func (p *plans) pop() plan {
	list := *p
	first, last := list[0], list[len(list)-1]
	list[len(list)-1] = plan{}
	list = list[:len(list)-1]
	*p = list
	if len(list) == 0 {
		return first
	}
	i := 0
	for next := 1; next < len(list); next = 2*i + 1 {
		if next+1 < len(list) && list[next+1].before(list[next]) {
			next++
		}
		if last.before(list[next]) {
			break
		}
		list[i], i = list[next], next
	}
	list[i] = last
	return first
}

// in plans something after d.
func (s *schedule) in(d time.Duration, what func()) {
	s.n++
	s.plans.push(plan{s.now.Add(max(d, 0)).Sub(epoch), s.n, what})
}

// step does what is planned next, and tells false if that is after the end.
func (s *schedule) step(end time.Time) bool {
	if len(s.plans) == 0 || s.plans[0].at > end.Sub(epoch) {
		return false
	}
	p := s.plans.pop()
	s.now = epoch.Add(p.at)
	p.what()
	return true
}

// errDead is what a dead task hears of everything that it still tries.
var errDead = errors.New("this process is dead")

// task is one invocation of a function: a coroutine that gives the others their
// turn wherever it waits. One that died goes on until it notices, and nothing that
// it still does has an effect.
type task struct {
	world *world
	name  string
	// key is the order that it works on.
	key  string
	skew time.Duration
	// deadline is the invocation's by the task's own clock, ends by none.
	deadline, ends time.Time
	// began is when it was started. alone is until when nobody else can have its
	// message.
	began, alone time.Time
	yield        func(time.Duration) bool
	// message is what a worker was given, and configured which configuration it has.
	message    queue.Message
	configured int
	// dead: it crashed, or its process was killed, at killedAt. over: it came to its end.
	dead, over bool
	killedAt   time.Time
	// unsent is the sale whose create has begun and has no byte sent yet.
	unsent *sale
	// slow: it stands still often.
	slow bool
	// failed: the ledger refused it something. stood: it stood still for a while.
	failed, stood bool
	// noted counts what it noted of a customer: from the second note on, a creation of theirs
	// may have begun. creates: a create began, so that the customer was known.
	noted   int
	creates bool
	// drew: a call of its had the account rest, and no write has said so yet.
	drew bool
	// echoed: its last call was refused in words that repeat what was sent.
	echoed bool
	// fence and owner are those of its claim; fenced: it has seen that the claim is
	// lost.
	fence  int64
	owner  string
	fenced bool
}

// coroutine runs tasks, one after another: a task waits by giving control back.
type coroutine struct {
	next func() (pause, bool)
	stop func()
	task *task
	body func(*task)
	// stopped: the world ended, and nothing may be yielded any more.
	stopped bool
}

// pause is what a coroutine gives control back for: some time, or its task is over.
type pause struct {
	takes time.Duration
	over  bool
}

func newCoroutine() *coroutine {
	c := &coroutine{}
	c.next, c.stop = iter.Pull(func(yield func(pause) bool) {
		for !c.stopped {
			c.task.yield = func(d time.Duration) bool {
				c.stopped = c.stopped || !yield(pause{takes: d})
				return !c.stopped
			}
			c.body(c.task)
			c.stopped = c.stopped || !yield(pause{over: true})
		}
	})
	return c
}

// start plans a task.
func (w *world) start(t *task, body func(*task)) {
	t.world, t.began = w, w.now
	var c *coroutine
	if n := len(w.free); n > 0 {
		c, w.free = w.free[n-1], w.free[:n-1]
	} else {
		c = newCoroutine()
		w.coroutines = append(w.coroutines, c)
	}
	c.task, c.body = t, body
	var resume func()
	resume = func() {
		if p, _ := c.next(); p.over {
			w.free = append(w.free, c)
		} else {
			w.in(p.takes, resume)
		}
	}
	w.in(0, resume)
}

// stop ends all tasks that are still there.
func (s *schedule) stop() {
	for _, c := range s.coroutines {
		c.stop()
	}
}

// wait lets time go by for the others.
func (t *task) wait(d time.Duration) error {
	if t.dead {
		return errDead
	}
	if t.dead = !t.yield(d) || t.dead; t.dead {
		return errDead
	}
	return nil
}

func (t *task) killed() bool { return !t.killedAt.IsZero() }

// die is a crash: nothing that the task does from now on has an effect.
func (t *task) die() error {
	t.dead = true
	return errDead
}

// now is the time by the task's clock.
func (t *task) now() time.Time { return t.world.clock().Add(t.skew) }

// clock is a context on the task's clock.
type clock struct {
	context.Context
	task *task
}

func (t *task) context() context.Context { return clock{context.Background(), t} }

func (c clock) Deadline() (time.Time, bool) { return c.task.deadline, !c.task.deadline.IsZero() }

func (c clock) Err() error {
	switch {
	case c.task.dead:
		return context.Canceled
	case !c.task.ends.IsZero() && !c.task.world.now.Before(c.task.ends):
		return context.DeadlineExceeded
	}
	return nil
}

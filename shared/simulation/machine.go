package simulation

import (
	"context"
	"slices"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/machine/takeover"
	"github.com/carimbo/carimbo/shared/placing"
)

// machine is a run in which all tasks are those of one process on one machine, as
// with `carimbo serve`: they have one clock, which is set ahead and back, and the
// process is killed and started again.
type machine struct {
	// set is by how much the clock was set so far, setAt when it last was.
	set   time.Duration
	setAt time.Time
	// takeover is the process's own, and its clock's.
	takeover *takeover.Takeover
	// underWay are the tasks that the process has begun. Those that died are no hindrance.
	underWay map[*task]bool
}

// farthest is how far the clock is set at once.
const farthest = time.Hour

// clock is what the clocks show that aren't one task's own.
func (w *world) clock() time.Time {
	if w.machine == nil {
		return w.now
	}
	return w.now.Add(w.machine.set)
}

// startMachine is a process that starts, and takes over from the one before it.
func (w *world) startMachine() {
	w.machine.underWay = map[*task]bool{}
	w.machine.takeover = takeover.New(takeover.Options{
		Ledger: sole{witness{w.ledger, w}, w}, Queue: w.queue, Accounts: w.accountNames, Rules: w.rulesOf, Spacing: w.spacing,
		Now: w.clock, Monotonic: func() time.Duration { return w.now.Sub(epoch) }, Log: w.log,
	})
	if err := w.machine.takeover.Start(context.Background()); err != nil {
		panic(err)
	}
	w.poll()
}

func (w *world) accountNames() []string {
	var names []string
	for _, a := range w.accounts {
		if !slices.Contains(names, a.name) {
			names = append(names, a.name)
		}
	}
	return names
}

func (w *world) rulesOf(account string) placing.Rules {
	return placing.Rules{Spacing: w.spacing, CanLookUp: w.account(account).canLookUp()}
}

// planMachine plans when the clock is set, and put right again, and when the process
// is killed.
func (w *world) planMachine(sometime func(func())) {
	sets := 1 + w.rng.IntN(4)
	if w.opts.seams.unwatched {
		sets = 20
	}
	for range sets {
		by := farthest
		if w.rng.IntN(3) == 0 {
			by = w.logarithmic(6*time.Second, farthest)
		}
		if w.rng.IntN(2) == 0 {
			by = -by
		}
		sometime(func() {
			w.setClock(by)
			right := w.logarithmic(time.Minute, 3*time.Hour)
			w.lasts(w.now.Add(right)) // until then a store's call may be dated wrongly
			w.in(right, func() { w.setClock(-by) })
		})
	}
	for range w.rng.IntN(4) {
		sometime(w.restart)
	}
}

// setClock has the clock show another time, and no time pass.
func (w *world) setClock(by time.Duration) {
	w.befell(ClockSet)
	// What waits until a time waits for as much longer, where the clock goes back; several
	// times, for as much as it was ahead.
	w.lasts(w.now.Add(max(by.Abs(), w.machine.set.Abs())))
	w.machine.set += by
	w.machine.setAt = w.now
	for _, a := range w.accounts {
		a.ended = true // by the clock it may be, and when that was seen the rests are ended
	}
	w.tell("", "the clock is set by %s", by)
	w.watch()
}

// watch is the loop of the process, every second until messages are received again.
func (w *world) watch() {
	if w.settled() {
		w.poll()
		return
	}
	w.in(time.Second, w.watch)
}

// settled tells whether messages are received and orders woken now.
func (w *world) settled() bool {
	if w.machine == nil || w.opts.seams.unwatched {
		return true
	}
	busy := false
	for t := range w.machine.underWay {
		busy = busy || !t.dead && !t.over
	}
	return w.machine.takeover.Settled(context.Background(), busy)
}

// steady tells a worker whether a call may go out; nil where nobody watches the clock.
func (w *world) steady() func() bool {
	if w.machine == nil || w.opts.seams.unwatched {
		return nil
	}
	return func() bool { return w.machine.takeover.Steady() }
}

// begins notes that the process has the task under way.
func (w *world) begins(t *task) {
	if w.machine != nil {
		w.machine.underWay[t] = true
	}
}

// ends is the end of a task.
func (w *world) ends(t *task) {
	t.over = true
	if w.machine != nil {
		delete(w.machine.underWay, t)
	}
}

// restart kills the process with all that it does, and starts it again.
func (w *world) restart() {
	w.befell(Restarts)
	for t := range w.machine.underWay {
		t.harm()
		t.dead, t.killedAt = true, w.now
		if t.unsent != nil {
			t.unsent.landing = w.now
		}
	}
	w.idle = nil
	w.tell("", "the process is killed, and starts again")
	w.startMachine()
	w.watch()
}

// setSince tells whether the clock was set since then.
func (w *world) setSince(then time.Time) bool {
	return w.machine != nil && !w.machine.setAt.Before(then)
}

// sole is the ledger of one process, as it takes over.
type sole struct {
	witness
	w *world
}

var _ takeover.Ledger = sole{}

func (s sole) Unsettled(ctx context.Context, from time.Time) ([]string, error) {
	return s.w.ledger.Unsettled(ctx, from)
}

func (s sole) ForgetThrough(ctx context.Context, account string, now time.Time) error {
	return s.w.ledger.ForgetThrough(ctx, account, now)
}

func (s sole) EndQuestions(ctx context.Context, from, until time.Time) error {
	return s.w.ledger.EndQuestions(ctx, from, until)
}

// noteQuietUntil keeps by no clock until when an order's entry has it be quiet.
func (w *world) noteQuietUntil(t *task, s *sale, before, after ledger.Entry) {
	if !before.QuietUntil.Equal(after.QuietUntil) {
		s.quiet, s.quietBy = time.Time{}, t
		if !after.QuietUntil.IsZero() {
			s.quiet = w.now.Add(after.QuietUntil.Sub(w.clock()))
		}
		// Who stood still while the clock was set wrote by the former one, of a call that is over.
		if latest := w.now.Add(w.spacing); t != nil && w.setSince(t.began) && s.quiet.After(latest) {
			s.quiet = latest
		}
	}
}

// checkBegin: no create is decided on while the order has to be quiet, by the clock, or by
// none where somebody sets it.
func (w *world) checkBegin(s *sale, before, after ledger.Entry) string {
	quiet := w.clock().Add(2 * skewLimit).Before(before.QuietUntil)
	if w.machine != nil {
		quiet = quiet && w.now.Add(2*skewLimit).Before(s.quiet)
	}
	if begins(before, after) && quiet {
		return "a create begins before quiet_until"
	}
	return ""
}

// checkQuiet: no call about an order begins while it has to be quiet, whatever the
// clock was set to meanwhile. Whose answer it is may look at once.
func (c *call) checkQuiet() {
	if s, w := c.sale, c.task.world; s != nil && s.quietBy != c.task && (c.Creates || c.Looks) && !c.notAlone() && w.now.Add(2*skewLimit).Before(s.quiet) {
		w.broken(s.key, "%s begins %s before quiet_until", c.Method, s.quiet.Sub(w.now))
	}
}

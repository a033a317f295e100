package erpsim

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"
)

// Options configure a Frame.
type Options struct {
	// Now is the clock: time.Now.
	Now func() time.Time
	// Latency is how long every answer takes: nothing.
	Latency time.Duration
	// KeepCalls bounds what Calls remembers; 0 remembers all.
	KeepCalls int
	// Methods are what faults and the log know the calls of the API by.
	Methods []string
	// Modes are the faults in the ERP's own words, besides those that befall any.
	Modes map[Mode]Effect
	// EchoText is what Echo says before what was sent.
	EchoText string
	// HasLimits: there are limits that a caller can break.
	HasLimits bool
}

// Frame is what the simulators of ERPs have in common: faults, what becomes of an answer
// on its way, writes that come late, and the log. A simulator embeds it, and adds the
// ERP's rules and words. It is safe for concurrent use, and starts no goroutine.
type Frame struct {
	o       Options
	effects map[Mode]Effect
	closed  chan struct{}

	mu         sync.Mutex
	hook       func(method, code string) *Fault
	faults     []*Fault
	late       []lateWrite
	calls      []Call
	total      int
	violations []string
	closing    bool
}

// Call is one request that reached a method.
type Call struct {
	At      time.Time
	Method  string
	Code    string // of the document that it is about, if any
	Outcome string // "ok" or the refusal, behind "<fault mode>: " where a fault was on
}

// lateWrite is a write that the ERP carries out after its caller has given up.
type lateWrite struct {
	due time.Time
	do  func(at time.Time) Reply
}

// NewFrame makes a Frame.
func NewFrame(o Options) *Frame {
	if o.Now == nil {
		o.Now = time.Now
	}
	f := &Frame{o: o, effects: effects(), closed: make(chan struct{})}
	maps.Copy(f.effects, o.Modes)
	if o.HasLimits {
		f.violations = []string{}
	}
	return f
}

// Close lets go of every call that hangs; their connections are cut. Call it before the
// server's Shutdown.
func (f *Frame) Close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.closing {
		f.closing = true
		close(f.closed)
	}
}

// Calls are the calls that reached a method, oldest first.
func (f *Frame) Calls() []Call {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.calls)
}

// Violations names every limit that a caller broke.
func (f *Frame) Violations() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.violations)
}

// Violate notes a limit that was broken; only from what With and Take run.
func (f *Frame) Violate(text string) { f.violations = append(f.violations, text) }

// With runs does alone, after the late writes that are due by now. Whatever reads or
// changes what the simulator holds runs in it, or in what Take runs.
func (f *Frame) With(does func(now time.Time)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.o.Now()
	f.applyDue(now)
	does(now)
}

// applyDue carries out what is due by now, each at its own time and in its order. Nobody
// hears of a refusal: a late write that has become impossible just does not happen.
func (f *Frame) applyDue(now time.Time) {
	for len(f.late) > 0 && !f.late[0].due.After(now) {
		w := f.late[0]
		f.late = f.late[1:]
		_ = w.do(w.due)
	}
}

// Work is a call that the simulator understood. All that it runs, runs alone.
type Work struct {
	// Method is one of the Options', and Code by what the document is known.
	Method, Code string
	// Writes: it has something to write.
	Writes bool
	// Sent is what an ERP may repeat.
	Sent any
	// Admit, if there, judges the call by the ERP's limits, before Do; nil lets it in.
	Admit func(now time.Time) *Reply
	// Do executes the call as if nothing were wrong.
	Do func(at time.Time) Reply
	// Done, if there, hears what the call is answered with, and by which fault. What it
	// returns, if anything, is run when the call is over.
	Done func(now time.Time, fault *Fault, r Reply) func(now time.Time)
}

// Take carries out a call: the fault that befalls it has its way, and the call is kept.
func (f *Frame) Take(w Work) (reply Reply) {
	asked := f.asked(w.Method, w.Code)
	f.With(func(now time.Time) {
		var refused *Reply
		if w.Admit != nil {
			refused = w.Admit(now)
		}
		fault := asked
		if fault == nil {
			fault = f.match(now, w.Method)
		}
		outcome := ""
		switch {
		case fault != nil && (refused == nil || f.effects[fault.Mode].Unheard):
			f.use(fault)
			fault = f.filled(*fault, w.Sent)
			reply = f.carryOut(now, w, *fault)
			outcome = string(fault.Mode) + ": "
		case refused != nil:
			fault, reply = nil, *refused
		default:
			reply = w.Do(now)
		}
		f.record(Call{At: now, Method: w.Method, Code: w.Code, Outcome: outcome + reply.outcome()})
		if reply.Fate == Answered && reply.Delay == 0 {
			reply.Delay = f.o.Latency
		}
		if w.Done != nil {
			reply.over = w.Done(now, fault, reply)
		}
		if reply.over != nil && reply.Fate != Hangs && reply.Delay == 0 {
			reply.over(now)
			reply.over = nil
		}
	})
	return reply
}

// filled is the fault with what its mode is meaningless without.
func (f *Frame) filled(fault Fault, sent any) *Fault {
	switch fault.Mode {
	case DelayedApply, DelayedApplyReset:
		fault.Delay = cmp.Or(fault.Delay, 30*time.Second)
	case Echo:
		fault.Text = cmp.Or(fault.Text, f.o.EchoText) + repeated(sent)
	}
	return &fault
}

// carryOut does to a call what the fault says.
func (f *Frame) carryOut(now time.Time, w Work, fault Fault) Reply {
	e := f.effects[fault.Mode]
	var reply Reply
	switch {
	case e.Write == AtOnce:
		reply = w.Do(now)
	case e.Write == Late && w.Writes:
		f.late = append(f.late, lateWrite{now.Add(fault.Delay), w.Do})
		slices.SortStableFunc(f.late, func(a, b lateWrite) int { return a.due.Compare(b.due) })
	}
	if e.Answer != nil {
		refusal := reply.Refusal
		if reply = e.Answer(fault, reply); reply.Refusal == nil {
			reply.Refusal = refusal
		}
	}
	reply.Fate = e.Fate
	return reply
}

// End ends a call whose Reply is Open: its answer arrived, or the caller left. What counts
// from the end of a call counts from here. Ending twice does nothing.
func (f *Frame) End(r Reply) {
	if r.over == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	r.over(f.o.Now())
}

func (f *Frame) record(c Call) {
	f.total++
	f.calls = append(f.calls, c)
	if k := f.o.KeepCalls; k > 0 && len(f.calls) > 2*k {
		f.calls = append(f.calls[:0], f.calls[len(f.calls)-k:]...)
	}
}

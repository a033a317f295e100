// Package placing is use case 2: from a message to a recorded outcome. The
// transition function decides and is pure; the worker carries out.
package placing

import (
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/stored"
	"github.com/carimbo/carimbo/shared/words"
)

// Spacing is the least time between the end of a call about an order and the
// next create or look-up of it, and between two questions about a customer: Omie
// refuses identical calls within 60 s and may apply a lost one late (rule 6).
const Spacing = 61 * time.Second

// Patience is how long an order is tried, and an uncertain one looked up, before
// it is a person's.
const Patience = 7 * 24 * time.Hour

// retention is how long a created entry guards against a repeat (rule 13).
const retention = 2 * 365 * 24 * time.Hour

// Never is the due time of an entry that nothing wakes: it keeps parked and
// rejected entries in the index that lists them, and out of the sweep's reach.
var Never = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// Rules are what the transition function has to know about an account.
type Rules struct {
	// Spacing is Spacing; tests shorten it.
	Spacing time.Duration
	// CanLookUp tells whether a look-up can ever prove anything.
	CanLookUp bool
}

// Action is what the worker does next.
type Action string

// What there is to do after a transition.
const (
	// Acknowledge: nothing more; the entry says when it goes on.
	Acknowledge Action = "acknowledge"
	// Place: the entry is claimed; make the document and report Prepared.
	Place Action = "place"
	// Create: the entry is creating; make the call, once.
	Create Action = "create"
	// LookUp: the entry is claimed; look its document up.
	LookUp Action = "look_up"
	// Stop: the entry is not the asker's any more; it changes nothing.
	Stop Action = "stop"
	// Refuse: an operator's command can't be done; Why tells.
	Refuse Action = "refuse"
	// Leave: the message is not acknowledged; another release can do it.
	Leave Action = "leave"
)

// Step is what a transition asks for.
type Step struct {
	Do Action
	// Write tells whether the entry changed and has to be written before Do.
	Write   bool
	Metrics []Metric
	// Why tells a person why a command is refused.
	Why words.Text
}

// Event is something that happened to an entry. The closed list is Arrival,
// Restarted, OrderInvalid, FetchFailed, PrepareFailed, Prepared, Panicked, Answered,
// LookedUp, Resumed, Retry, ResolveAbsent, ResolveCreated, Dismiss and Reveal. Each decides in
// the file of its name.
type Event interface {
	next(r Rules, e ledger.Entry, now time.Time) (ledger.Entry, Step)
}

// Next is the transition function: pure, without a clock of its own. The entry
// that it returns is written if and only if Step.Write says so, and only if the
// stored entry is still the one that was given (ledger.Write).
func Next(r Rules, e ledger.Entry, ev Event, now time.Time) (ledger.Entry, Step) {
	if e.OfNewerRelease() {
		return e, ofNewerRelease(ev)
	}
	after, step := ev.next(r, e, now)
	if step.Write {
		after.UpdatedAt = now
		after.Due = due(after, now)
	}
	return after, step
}

// ofNewerRelease is what comes of an event of an entry that a newer release wrote:
// nothing is written and nothing called. A command is refused. The message of a
// notice is left for a worker that knows the form, since what it brings is nowhere
// else; so is that of a claim whose entry changed hands meanwhile. It holds up its
// account's others until it is a dead letter, which is seen and can be redriven. A
// wake-up is acknowledged: it brings nothing, and the next one comes. What a call
// ended in before then is not recorded: the lease lapses, and the entry is looked up.
func ofNewerRelease(ev Event) Step {
	step := Step{Do: Leave, Metrics: []Metric{MetricNewerVersion}}
	switch ev := ev.(type) {
	case command:
		return Step{Do: Refuse, Why: words.Of(stored.ErrNewer)}
	case Restarted:
		step.Do = Acknowledge
	case Arrival:
		if ev.Message.Type == queue.Wake {
			step.Do = Acknowledge
		}
	}
	return step
}

// due is when the sweep has to look at the entry again: derived, so that no
// transition can forget it.
func due(e ledger.Entry, now time.Time) time.Time {
	switch {
	case e.State == ledger.Created:
		return time.Time{}
	case !e.Lease.IsZero():
		return e.Lease
	case e.State == ledger.Accepted:
		return now
	case e.State == ledger.Rejected || e.Parked():
		return Never
	}
	return e.Until
}

func writeAndAcknowledge(e ledger.Entry, metrics []Metric) (ledger.Entry, Step) {
	return e, Step{Do: Acknowledge, Write: true, Metrics: metrics}
}

// Package placing is use case 2: from a message to a recorded outcome. The
// transition function decides and is pure; the worker carries out.
package placing

import (
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/stored"
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

// Metric names something worth counting.
type Metric string

// What is counted. A person looks at Parked, UnknownFault, ReversedLate,
// ChangedLate, NewerVersion, AccountRefused and LongRest.
const (
	MetricAccepted     Metric = "Accepted"
	MetricCreated      Metric = "Created"
	MetricRejected     Metric = "Rejected"
	MetricUncertain    Metric = "Uncertain"
	MetricParked       Metric = "Parked"
	MetricLaneBlocked  Metric = "LaneBlocked"
	MetricUnknownFault Metric = "UnknownFault"
	// MetricReversedLate: reversed when a document may exist already.
	MetricReversedLate Metric = "ReversedLate"
	// MetricChangedLate: changed in the store after the document was created.
	MetricChangedLate Metric = "ChangedLate"
	// MetricUnchanged: a later notice that changes nothing of the document.
	MetricUnchanged Metric = "Unchanged"
	// MetricStrayWake: a wake-up of an entry that does not exist.
	MetricStrayWake Metric = "StrayWake"
	// MetricNewerVersion: a message or an entry that a newer release wrote.
	MetricNewerVersion Metric = "NewerVersion"

	// MetricAccountRefused, of an account: its key was refused, or a permission is
	// missing.
	MetricAccountRefused Metric = "AccountRefused"
	// MetricLongRest, of an account: the ERP has it rest for longer than LongRest.
	MetricLongRest Metric = "LongRest"
)

// Step is what a transition asks for.
type Step struct {
	Do Action
	// Write tells whether the entry changed and has to be written before Do.
	Write   bool
	Metrics []Metric
	// Why tells a person why a command is refused.
	Why string
}

// Event is something that happened to an entry. The closed list is Arrival,
// Restarted, OrderInvalid, FetchFailed, PrepareFailed, Prepared, Panicked, Answered,
// LookedUp, Resumed, Retry, ResolveAbsent, ResolveCreated and Dismiss.
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
		return Step{Do: Refuse, Why: stored.ErrNewer.Error()}
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

// waitForRest says that the entry waits for the end of the account's rest, after the orders
// that drew fewer of them in a row with calls of their own: not for longer and longer
// where it is the only one, and each of its calls asks whether the rest is over.
func waitForRest(r Rules, e *ledger.Entry, end time.Time) {
	e.Until = latest(end.Add(time.Duration(min(e.OwnRests, mostBehind))*r.Spacing), e.QuietUntil)
	e.Rests = true
}

// mostOwnRests is how many rests in a row an order may draw while other orders of
// the account get through.
const mostOwnRests = 3

// mostBehind is the most spacings that an order waits behind the others: what bounds the
// account's rest must bound the order's.
const mostBehind = 10

// countOwnRest counts a rest that the entry's own call drew, and tells whether it is the
// order and not the account that the ERP means: an account's rest must not be held by
// one order (rule 8). through is when another order of the account last got through.
func countOwnRest(e *ledger.Entry, through, now time.Time) bool {
	if e.OwnRests == 0 {
		e.OwnRestsSince = now
	}
	e.OwnRests++
	return e.OwnRests >= mostOwnRests && through.After(e.OwnRestsSince)
}

// callAdmitted tells whether the answer shows that the ERP lets the order's calls in. One that
// is lost shows nothing: an order whose calls now and then hang could have its account
// rest for ever.
func callAdmitted(a erp.Answer) bool {
	switch a.Kind {
	case erp.AccountRests, erp.Lost, erp.NotSent, erp.NoTime:
		return false
	}
	return true
}

// clearOwnRests forgets the rests that the entry's own calls drew.
func clearOwnRests(e *ledger.Entry) { e.OwnRests, e.OwnRestsSince = 0, time.Time{} }

// backoff is the wait after the nth failure in a row.
func backoff(n int, spacing time.Duration) time.Duration {
	steps := [...]time.Duration{spacing, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute}
	if n < 1 {
		n = 1
	}
	if n > len(steps) {
		return time.Hour
	}
	return steps[n-1]
}

// nothingSent tells whether nothing of the order can be in the ERP.
func nothingSent(s ledger.State) bool {
	return s == ledger.Accepted || s == ledger.Waiting || s == ledger.Rejected
}

// releaseClaim ends the claim: the holder is done.
func releaseClaim(e *ledger.Entry) {
	e.Owner, e.Lease = "", time.Time{}
	e.Rests = false
}

// revokeClaim takes the entry away from whoever holds it: their writes bounce.
func revokeClaim(e *ledger.Entry) {
	e.Fence++
	releaseClaim(e)
}

func latest(times ...time.Time) time.Time {
	var last time.Time
	for _, t := range times {
		if t.After(last) {
			last = t
		}
	}
	return last
}

// becomeWaiting makes the entry waiting: nothing of it is in the ERP and it goes on by
// itself, though never before quiet_until.
func becomeWaiting(e *ledger.Entry, until time.Time, kind order.ReasonKind, message string) {
	releaseClaim(e)
	e.State = ledger.Waiting
	e.Until = latest(until, e.QuietUntil)
	e.Reason = order.Reason{Kind: kind, Message: message}
	e.Document = erp.Mark{}
	clearUncertainty(e)
}

// waitWithBackoff counts a failure and waits by the back-off table, or gives up
// after Patience.
func waitWithBackoff(r Rules, e *ledger.Entry, now time.Time, kind order.ReasonKind, message string) []Metric {
	e.Attempts++
	e.Failures++
	if now.Sub(e.TryingSince) >= Patience {
		return becomeRejected(e, order.GaveUp, "tried for 7 days; the last reason: "+message+". When that is mended: carimbo orders retry")
	}
	becomeWaiting(e, now.Add(backoff(e.Failures, r.Spacing)), kind, message)
	return nil
}

// becomeRejected ends the order until the store mends it or a person acts. Nothing of it
// is in the ERP.
func becomeRejected(e *ledger.Entry, kind order.ReasonKind, message string) []Metric {
	releaseClaim(e)
	e.State = ledger.Rejected
	e.Until = time.Time{}
	e.Reason = order.Reason{Kind: kind, Message: message}
	clearUncertainty(e)
	return []Metric{MetricRejected}
}

// clearUncertainty forgets what only an uncertain entry has.
func clearUncertainty(e *ledger.Entry) {
	e.AlreadyThere, e.Fault, e.AssertedID = false, "", ""
}

// becomeUncertain makes the entry uncertain, to be looked up at until; it is parked at once
// where no look-up can prove anything.
func becomeUncertain(r Rules, e *ledger.Entry, until time.Time, kind order.ReasonKind, message string) []Metric {
	releaseClaim(e)
	e.State = ledger.Uncertain
	e.Reason = order.Reason{Kind: kind, Message: message}
	e.Doubts++
	e.Failures = 0
	if !r.CanLookUp {
		return append([]Metric{MetricUncertain}, park(e, message+". This ERP account has no look-up that proves anything: look there for the order, then carimbo orders resolve --created ID or --absent")...)
	}
	e.Until = latest(until, e.QuietUntil)
	return []Metric{MetricUncertain}
}

// lookUpAt is when an order whose call ended at ended is looked up. An order
// that is lost over and over is looked up ever later, or its time-outs would keep
// the account's other orders waiting.
func lookUpAt(r Rules, e ledger.Entry, ended time.Time) time.Time {
	return ended.Add(backoff(e.Doubts+1, r.Spacing))
}

// park leaves an uncertain entry to a person.
func park(e *ledger.Entry, message string) []Metric {
	releaseClaim(e)
	e.Until = time.Time{}
	e.Reason = order.Reason{Kind: order.NeedsPerson, Message: message}
	return []Metric{MetricParked}
}

// recordCreated records that the document exists.
func recordCreated(e *ledger.Entry, a erp.Answer, now time.Time, found bool) []Metric {
	e.ERPID, e.ERPNumber, e.Found = a.ID, a.Number, found
	e.CreatedAt = now
	return append([]Metric{MetricCreated}, becomeCreated(e, now)...)
}

// becomeCreated ends the order with the document that is recorded. Only what rule 18
// names stays.
func becomeCreated(e *ledger.Entry, now time.Time) (metrics []Metric) {
	releaseClaim(e)
	e.State = ledger.Created
	e.Until, e.Reason = time.Time{}, order.Reason{}
	e.Expires = e.CreatedAt.Add(retention)
	if e.Newer != nil {
		e.Version = e.Newer.Version
		keepBetterMoment(e, *e.Newer)
		if news := changesOf(*e.Newer); news != "" {
			metrics = []Metric{MetricChangedLate}
			addAttempt(e, now, ledger.Attempt{Did: didNewer, Rule: "12", Text: changedAfterSending + news})
		}
	}
	e.Payload, e.Newer = nil, nil
	clearUncertainty(e)
	return metrics
}

const changedAfterSending = "changed in the store after the document was sent: "

// recreateOrReject is what a proven absence leads to (rule 6, in its order): the newer
// contents take over whatever follows, a reversal ends it, an unknown fault
// without newer contents ends it, else the create may go out again. It tells
// whether it may.
func recreateOrReject(e *ledger.Entry, now time.Time, kind order.ReasonKind) (bool, []Metric) {
	mended := replaceByNewer(e)
	if mended {
		restartPatience(e, now)
		kind = order.Mended
	}
	switch {
	case !e.ReversedAt.IsZero():
		return false, becomeRejected(e, order.Reversed, reversedMessage)
	case e.Fault != "" && !mended:
		return false, becomeRejected(e, order.RefusedByERP, e.Fault)
	case now.Sub(e.TryingSince) >= Patience:
		return false, becomeRejected(e, order.GaveUp, "sent again and again for 7 days, and each time proven absent. When the cause is mended: carimbo orders retry")
	}
	e.State = ledger.Waiting
	e.Until = now
	e.Reason = order.Reason{Kind: kind, Message: "proven absent from the ERP; it is created again"}
	e.Document = erp.Mark{}
	clearUncertainty(e)
	return true, nil
}

// rejectDeleted follows the proof that the document is gone from the ERP. Somebody
// deleted it on purpose, so nothing but a person's retry creates it again; what
// the store sent meanwhile is what that retry creates.
func rejectDeleted(e *ledger.Entry) []Metric {
	gone := "somebody deleted document " + e.ERPID + " in the ERP"
	e.ERPID, e.ERPNumber, e.Found = "", "", false
	e.CreatedAt, e.Document = time.Time{}, erp.Mark{}
	replaceByNewer(e)
	again := "to create it again: carimbo orders retry"
	if len(e.Payload) == 0 {
		again += " --payload FILE, since the contents of a created order are not kept"
	}
	if !e.ReversedAt.IsZero() {
		return becomeRejected(e, order.Reversed, gone+", and the store reversed the order; "+again)
	}
	return becomeRejected(e, order.Deleted, gone+"; "+again)
}

const deletedAndMended = "somebody deleted its document in the ERP, and the store sent newer contents since; to create it again from them: carimbo orders retry"

const reversedMessage = "the store reversed the order (refund, cancellation or chargeback); nothing is in the ERP. To create it all the same: carimbo orders retry"

package placing

import (
	"slices"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/words"
)

// Arrival is a message that reached a worker, with the claim that the worker
// would make.
type Arrival struct {
	Message queue.Message
	// ERPKind, Account and Reference are frozen into an entry that doesn't exist yet
	// (rule 11).
	ERPKind   string
	Reference erp.Reference
	// Parts are what a paid notice says of the order, for the comparison with what was
	// sent; zero where it can't be read.
	Parts ledger.Parts
	// Owner is a random id of this claim, of no process and no instance: a
	// redelivered message must not take a dead claim for its own. Lease is the
	// invocation's deadline + 15 s.
	Owner string
	Lease time.Time
}

func (a Arrival) next(r Rules, e ledger.Entry, now time.Time) (ledger.Entry, Step) {
	if e.Rev == 0 {
		return a.newEntry(r, now)
	}
	former, leased := e.State, e.Leased(now)
	written, metrics := a.record(&e, now)
	step := Step{Do: Acknowledge}
	// A message in another account's lane must not make calls of this one, and a
	// reversal travels beside its account's lane: it claims nothing, also where a
	// look-up is due (rule 14). An entry that was held, or rejected, is left to the
	// next wake-up, also where the message has just made it due.
	if a.Message.Type != queue.Reversed && e.Account == a.Message.Account && !leased && former != ledger.Rejected {
		step = a.claim(r, &e, now)
	}
	step.Write = step.Write || written
	step.Metrics = append(metrics, step.Metrics...)
	return e, step
}

// newEntry is the claim table's first rows: there is no entry yet.
func (a Arrival) newEntry(r Rules, now time.Time) (ledger.Entry, Step) {
	m := a.Message
	if m.Type == queue.Wake {
		return ledger.Entry{}, Step{Do: Acknowledge, Metrics: []Metric{MetricStrayWake}}
	}
	e := ledger.Entry{
		Key: m.Key, Connection: m.Connection, Platform: m.Platform,
		OrderID: m.OrderID, StoreNumber: m.StoreNumber,
		ERPKind: a.ERPKind, Account: m.Account, Reference: a.Reference,
		State: ledger.Accepted, Fence: 1,
		TryingSince: now, PaidAt: m.PaidAt, PaidRank: m.PaidRank, ReceivedAt: m.ReceivedAt,
		Correlation: m.Correlation,
	}
	if e.ReceivedAt.IsZero() {
		e.ReceivedAt = now
	}
	switch m.Type {
	case queue.Reversed:
		e.ReversedAt = e.ReceivedAt
		e.Reversals = []string{m.Digest}
		_ = becomeRejected(&e, order.Reversed, words.Say("reversed before any paid notice came: nothing is in the ERP, and a paid notice alone will not create it"))
		addAttempt(&e, now, ledger.Attempt{Did: didReversal, Rule: "14", Text: words.Plain(m.Topic)})
		return writeAndAcknowledge(e, nil) // not counted as rejected, which calls a person: nobody has anything to do
	case queue.Raw:
		replaceContents(&e, a.contents(now))
		metrics := becomeRejected(&e, order.NotUnderstood, words.Say("the store's call is genuine, but its body has no shape that is known: enter the order by hand, or have the store send it again"))
		addAttempt(&e, now, ledger.Attempt{Did: didNotice, Rule: "10"})
		return writeAndAcknowledge(e, metrics)
	}
	replaceContents(&e, a.contents(now))
	next := Step{Do: Place, Write: true, Metrics: []Metric{MetricAccepted}}
	if m.DayOpen {
		becomeWaiting(&e, now.Add(r.Spacing), order.DayOpen, words.Say("the notice doesn't tell on which day the order was paid, and the store may be sending one that does"))
		next.Do = Acknowledge
	} else {
		e.Owner, e.Lease = a.Owner, a.Lease
	}
	addAttempt(&e, now, ledger.Attempt{Did: didNotice, Text: words.Plain(m.Topic)})
	return e, next
}

// record keeps what the message says, whatever the state and the lease
// (rules 12 and 14). It tells whether the entry changed.
func (a Arrival) record(e *ledger.Entry, now time.Time) (bool, []Metric) {
	switch a.Message.Type {
	case queue.Paid:
		return a.recordContents(e, now)
	case queue.Reversed:
		return a.recordReversal(e, now)
	}
	return false, nil
}

func (a Arrival) recordReversal(e *ledger.Entry, now time.Time) (bool, []Metric) {
	if slices.Contains(e.Reversals, a.Message.Digest) {
		return false, nil
	}
	e.Reversals = addDigest(e.Reversals, a.Message.Digest)
	first := e.ReversedAt.IsZero()
	if first {
		e.ReversedAt = a.Message.ReceivedAt
		if e.ReversedAt.IsZero() {
			e.ReversedAt = now
		}
	}
	var metrics []Metric
	if nothingSent(e.State) {
		switch {
		case first || e.State != ledger.Rejected:
			revokeClaim(e)
			metrics = becomeRejected(e, order.Reversed, words.Say(reversedMessage))
		case e.Reason.Kind == order.Reversed:
			e.Reason.Message = e.Reason.Message.Without(paidAgainWords)
		}
	} else if first {
		metrics = []Metric{MetricReversedLate}
	}
	addAttempt(e, now, ledger.Attempt{Did: didReversal, Rule: "14", Text: words.Plain(a.Message.Topic)})
	return true, metrics
}

func (a Arrival) recordContents(e *ledger.Entry, now time.Time) (bool, []Metric) {
	c := a.contents(now)
	if !isNewer(*e, c) {
		return recordMoment(e, c, now)
	}
	tellPaidAgain(e, a.Message.Topic, now)
	if !nothingSent(e.State) {
		return true, recordAfterSending(e, c, a.Message.Topic, now)
	}
	metrics := acceptNewer(e, c, now)
	addAttempt(e, now, ledger.Attempt{Did: didNewer, Rule: "12", Text: words.Plain(a.Message.Topic)})
	return true, metrics
}

// acceptNewer replaces the payload of an entry of which nothing is in the ERP,
// takes it from whoever holds it, and lets a rejected one go on, unless it was
// reversed, or its document deleted: a store announces the same sale again for
// every remark that is added to it, and that must not undo what a person did in
// the ERP.
func acceptNewer(e *ledger.Entry, c ledger.Contents, now time.Time) []Metric {
	c.Changed = describeChanges(*e, c)
	replaceContents(e, c)
	e.Lessons = erp.Lessons{}
	revokeClaim(e)
	switch {
	case e.State != ledger.Rejected:
	case e.Reason.Kind == order.Reversed:
		e.Reason.Message = reversedWords(*e, e.Reason.Message)
	case e.Reason.Kind == order.Deleted && c.Changed.IsZero():
	case e.Reason.Kind == order.Deleted:
		e.Reason.Message = words.Say(deletedAndMended)
		return []Metric{MetricChangedLate}
	default:
		restartPatience(e, now)
		becomeWaiting(e, now, order.Mended, words.Say("the store sent newer contents"))
	}
	return nil
}

// claim is the rest of the claim table, for an entry without a live lease:
// whether this message takes it.
func (a Arrival) claim(r Rules, e *ledger.Entry, now time.Time) Step {
	switch e.State {
	case ledger.Accepted:
		return a.takeClaim(e, Place)
	case ledger.Creating:
		return Step{Do: Acknowledge, Write: true, Metrics: lapseCreate(r, e, e.Lease, now)}
	case ledger.Waiting:
		if !now.Before(e.Until) {
			return a.takeClaim(e, Place)
		}
	case ledger.Uncertain:
		return a.claimLookUp(r, e, now)
	}
	return Step{Do: Acknowledge}
}

func (a Arrival) claimLookUp(r Rules, e *ledger.Entry, now time.Time) Step {
	if e.Parked() {
		return Step{Do: Acknowledge}
	}
	if lapseLookUp(r, e, now) && now.Before(e.Until) {
		return Step{Do: Acknowledge, Write: true}
	}
	if now.Before(e.Until) || now.Before(e.QuietUntil) {
		return Step{Do: Acknowledge}
	}
	return a.takeClaim(e, LookUp)
}

// takeClaim claims the entry and leaves its state and until alone.
func (a Arrival) takeClaim(e *ledger.Entry, do Action) Step {
	e.Fence++
	e.Owner, e.Lease = a.Owner, a.Lease
	return Step{Do: do, Write: true}
}

func (a Arrival) contents(now time.Time) ledger.Contents {
	m := a.Message
	return ledger.Contents{Payload: m.Payload, Version: m.Version, Digest: m.Digest,
		StoreNumber: m.StoreNumber, PaidAt: m.PaidAt, PaidRank: m.PaidRank, Parts: a.Parts, At: now}
}

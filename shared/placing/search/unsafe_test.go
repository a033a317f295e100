//go:build !race

// A search runs in one goroutine: under the race detector it is only slower.

package search

import (
	"slices"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/words"
)

// reading is a rule as it may be misread, and what comes of it.
type reading struct {
	name    string
	flavour flavour
	faults  int
	rewrite rewrite
	outside outside
	breaks  string
	cast    cast // mendedAndReversed unless set
}

// The orders that a plausible reading doubles, loses or gets wrong, by the
// numbers of placing's TestTraces: the search finds each of them as soon as the
// reading is back.
func TestTheSearchFindsEachUnsafeReading(t *testing.T) {
	for _, r := range []reading{
		{"1: a look-up that is put off leaves the order waiting", lookUpOnly, 2, lookUpLeavesWaiting, outside{}, twoDocuments, cast{}},
		{"2: the spacing counts from the start of the call", lookUpOnly, 1, quietFromTheStart, outside{startNoted: true}, twoDocuments, cast{}},
		{"3: a lapsed create is looked up when its lease ends", lookUpOnly, 1, lookUpAtTheLease, outside{}, twoDocuments, cast{}},
		{"4: a retry makes an uncertain order waiting", lookUpOnly, 1, retryCreates, outside{}, twoDocuments, cast{}},
		{"4: a retry makes a parked order waiting", neither, 1, retryCreates, outside{}, twoDocuments, cast{}},
		{"5: --absent is believed before quiet_until", neither, 1, absentAtOnce, outside{}, twoDocuments, cast{}},
		{"6: a restart reads live leases as long lapsed", lookUpOnly, 1, restartLongLapsed, outside{}, twoDocuments, cast{}},
		{"7: what is uncertain for 7 days is given up", lookUpOnly, 2, uncertainGivenUp, outside{}, twoDocuments, cast{}},
		{"8: an empty answer is absence", filterNotHeeded, 1, emptyIsAbsent, outside{}, twoDocuments, cast{}},
		{"9: a redelivered message takes a dead claim for its own", lookUpOnly, 1, claimIsTheProcess, outside{}, twoDocuments, cast{}},
		{"10: the clock is not checked before the first byte", lookUpOnly, 1, nil, outside{clockUnchecked: true}, twoDocuments, cast{}},
		{"11: a reversal of what doesn't exist is forgotten", lookUpOnly, 0, reversalForgottenIf(func(e ledger.Entry) bool { return e.Rev == 0 }), outside{}, createReversed, cast{}},
		{"11: a reversal of what is rejected is forgotten", lookUpOnly, 1, reversalForgottenIf(func(e ledger.Entry) bool { return e.State == ledger.Rejected }), outside{}, createReversed, cast{}},
		{"11: a reversal that meets a live lease is forgotten", lookUpOnly, 0, reversalForgottenIf(func(e ledger.Entry) bool { return e.Leased(now) }), outside{}, createReversed, cast{}},
		{"12: newer contents revive what is reversed", lookUpOnly, 0, newerRevivesReversed, outside{}, createReversed, cast{}},
		{"13: creating is not conditioned on the reversal", lookUpOnly, 1, creatingWhateverReversed, outside{}, createReversed, cast{}},
		{"14: a reversal leaves the fence", lookUpOnly, 0, reversalLeavesTheClaim, outside{}, createReversed, cast{}},
		{"15: the old notice replaces the mended one", lookUpOnly, 0, whateverComesIsNewer, outside{}, createFormer, cast{}},
		{"16: contents that meet creating or uncertain are dropped", lookUpOnly, 1, dropContentsIf(func(e ledger.Entry) bool { return e.State == ledger.Creating || e.State == ledger.Uncertain }), outside{}, createFormer, cast{}},
		{"17: contents kept beside are forgotten when absence rejects", lookUpOnly, 1, rejectionForgetsBeside, outside{}, createFormer, cast{}},
		{"18: what the ERP refused is not mended", lookUpOnly, 1, dropContentsIf(func(e ledger.Entry) bool { return e.Reason.Kind == order.RefusedByERP }), outside{}, forgotten, cast{}},
		{"18: what was mended during the call that is refused stays rejected", lookUpOnly, 1, refusalOutlivesMending, outside{}, neverMended, cast{}},
		{"19: contents that meet a live lease are dropped", lookUpOnly, 0, dropContentsIf(func(e ledger.Entry) bool { return e.Leased(now) }), outside{}, createFormer, cast{}},
		{"19: contents are replaced without the fence", lookUpOnly, 0, contentsLeaveTheClaim, outside{}, createFormer, cast{}},
		{"20: a rejected order is made due as it is", lookUpOnly, 1, retryLeavesRejected, outside{}, wokenForNothing, cast{}},
		{"21: nobody is called for a dead letter", lookUpOnly, 2, nil, outside{deadForGood: true}, noEnd, oneNotice},
		{"22: only an uncertain order keeps quiet", lookUpOnly, 1, quietOnlyInDoubt, outside{}, tooSoon, cast{}},
		{"22: a retry clears quiet_until", lookUpOnly, 1, retryClearsQuiet, outside{}, tooSoon, cast{}},
		{"22: a lost create backs off for less than the spacing", lookUpOnly, 1, restsLessAfter(answered), outside{}, tooSoon, cast{}},
		{"22: a lost look-up backs off for less than the spacing", lookUpOnly, 2, restsLessAfter(lookedUp), outside{}, lookedTooSoon, cast{}},
		{"23: the lane is read early", lookUpOnly, 1, nil, outside{laneReadEarly: true}, blockedLane, cast{}},
		{"24: an answer is recorded over a person's word", neither, 2, lateAnswerCounts, outside{}, notTheEnd, cast{}},
		{"25: a failed look-up overwrites an unknown fault", lookUpOnly, 2, failureForgetsFault, outside{}, createUnknown, cast{}},
	} {
		t.Run(r.name, func(t *testing.T) { r.isFound(t) })
	}
}

// What a person says of a document that is recorded as created, misread.
func TestTheSearchFindsEachUnsafeReadingOfADenial(t *testing.T) {
	for _, r := range []reading{
		{"a person who says that the document is gone is believed", lookUpOnly, 1, denialIsProofOf(ledger.Created), outside{}, twoDocuments, cast{}},
		{"who says it twice is believed", lookUpOnly, 1, denialIsProofOf(ledger.Uncertain), outside{}, twoDocuments, cast{}},
		{"an answer that proves nothing is believed", filterNotHeeded, 1, goneBy(func(q ask) bool { return q.is.answer == isUnprovable }), outside{}, twoDocuments, cast{}},
		{"what nobody could look up for 7 days is gone", lookUpOnly, 2, goneBy(func(q ask) bool {
			return q.is.answer == isLost && now.Sub(q.entry.TryingSince) >= placing.Patience
		}), outside{}, notTheEnd, cast{}},
		{"the store's next notice creates a deleted document again", lookUpOnly, 1, newerRevivesDeleted, outside{}, createDeleted, cast{}},
	} {
		t.Run(r.name, func(t *testing.T) { r.isFound(t) })
	}
}

// The rules that were changed together, each as it may be misread.
func TestTheSearchFindsEachMisreadingOfTheNewRules(t *testing.T) {
	for _, r := range []reading{
		{"a reversal claims a due look-up", lookUpOnly, 1, reversalClaims, outside{}, besideTheLane, cast{}},
		{"never paid is judged by the missing entry", lookUpOnly, 0, reversalForgottenIf(func(e ledger.Entry) bool { return e.Rev == 0 }), outside{}, createReversed, cast{}},
		{"the third rest of a look-up's own rejects", lookUpOnly, 2, thirdRestRejects, outside{}, sentAfterAll, cast{}},
		{"a notice without news forgets its version", lookUpOnly, 1, noNewsForgetsVersion, outside{}, createFormer, changedAndBack},
		{"other bytes are news", lookUpOnly, 0, bytesAreNews, outside{}, falseAlarm, changedAndBack},
		{"a redelivery turns the moment back", lookUpOnly, 0, momentTurnedBack, outside{}, createFormer, paidOnAnotherDay},
		{"a better moment leaves the claim", lookUpOnly, 0, momentLeavesTheClaim, outside{}, createFormer, paidOnAnotherDay},
		{"a better moment mends what was refused", lookUpOnly, 1, momentMends, outside{}, createUnknown, paidOnAnotherDay},
		{"a better moment after the call is dropped", lookUpOnly, 1, lateMomentDropped, outside{}, createFormer, paidOnAnotherDay},
		{"a day that is open is not waited for", lookUpOnly, 0, openDayPlaced, outside{}, createDayOpen, dayLeftOpen},
		{"an ended rest wakes before quiet_until", lookUpOnly, 1, resumedAtOnce, outside{}, tooSoon, cast{}},
		{"an absence under another key is believed", lookUpOnly, 2, wrongBelieved(wrongKey), outside{}, twoDocuments, cast{}},
		{"an absence of another kind is believed", lookUpOnly, 2, wrongBelieved(wrongKind), outside{}, twoDocuments, cast{}},
		{"a clock that jumped is not noticed", lookUpOnly, 2, nil, outside{jumpUnnoticed: true}, twoDocuments, cast{}},
	} {
		t.Run(r.name, func(t *testing.T) { r.isFound(t) })
	}
}

// What is remembered of the order's customer, misread.
func TestTheSearchFindsEachMisreadingOfTheCustomer(t *testing.T) {
	for _, r := range []reading{
		{"a question goes out without a note of it", createsBuyers, 1, nil, outside{questionUnnoted: true}, twoCustomers, cast{}},
		{"who is gone stays remembered, and is waited for each time", createsBuyers, 1, goneEachTime, outside{goneRemembered: true}, noEnd, oneNotice},
		{"who is gone is looked for at once", createsBuyers, 1, goneAtOnce, outside{}, tooSoon, oneNotice},
		{"who is nowhere shown is asked for each time", createsBuyers, 1, hiddenEachTime, outside{}, noEnd, oneNotice},
		{"a refused part is refused each time", createsBuyers, 1, partEachTime, outside{}, noEnd, oneNotice},
		{"who may be there and is nowhere shown is created once more", createsBuyers, 1, nil, outside{veilBelieved: true}, twoCustomers, cast{}},
		{"who may be there is asked for each time", createsBuyers, 1, veiledEachTime, outside{}, noEnd, oneNotice},
		{"what was refused of former contents is left out for ever", createsBuyers, 1, lessonsStay, outside{}, partDropped, buyersNotices},
	} {
		t.Run(r.name, func(t *testing.T) { r.isFound(t) })
	}
}

// An invariant that nothing can break is no invariant: those that no trace breaks
// have a reading of their own.
func TestEachInvariantCanBeBroken(t *testing.T) {
	for _, r := range []reading{
		{"waiting again without proof", lookUpOnly, 2, lookUpLeavesWaiting, outside{}, sentAfterAll, cast{}},
		{"another document's id is recorded", lookUpOnly, 0, anotherID, outside{}, wrongDocument, cast{}},
		{"contents are kept beside though nothing was sent", lookUpOnly, 0, alwaysBeside, outside{}, notTakenOver, cast{}},
		{"a reversal is acknowledged and dropped", lookUpOnly, 0, reversalForgottenIf(func(ledger.Entry) bool { return true }), outside{}, reversalForgotten, cast{}},
		{"a late reversal is not counted", lookUpOnly, 0, uncounted, outside{}, reversedUntold, cast{}},
		{"a late change is not counted", lookUpOnly, 0, uncounted, outside{}, changedUntold, cast{}},
		{"a create with former contents is not counted", lookUpOnly, 0, uncounted, outside{}, formerUntold, cast{}},
		{"a look-up that parks leaves quiet_until", filterNotHeeded, 1, quietUnless(ledger.Entry.Parked), outside{}, lookedTooSoon, cast{}},
		{"a look-up that finds leaves quiet_until", lookUpOnly, 2, quietUnless(func(e ledger.Entry) bool { return e.State == ledger.Created }), outside{}, lookedTooSoon, cast{}},
		{"a lapsed create is left alone", lookUpOnly, 1, neverLapses, outside{}, noEnd, cast{}},
		{"what is ready waits again at once", lookUpOnly, 0, neverReady, outside{}, inCircles, cast{}},
	} {
		t.Run(r.name, func(t *testing.T) { r.isFound(t) })
	}
}

func (r reading) isFound(t *testing.T) {
	if testing.Short() && r.faults > 1 {
		t.Skip("it takes two faults, and seconds: make test looks for it")
	}
	t.Parallel()
	if r.cast == (cast{}) {
		r.cast = mendedAndReversed
	}
	m := newModel(r.flavour, true, r.cast)
	m.unsafe, m.outside, m.only = r.rewrite, r.outside, r.breaks
	f := run(m, r.faults)
	if f.broken != r.breaks {
		t.Fatalf("%d worlds, and no breach: %s", f.worlds, r.breaks)
	}
	if len(f.trail) == 0 {
		t.Error("no way to the breach is shown")
	}
	t.Log(f)
}

// gone makes a denied document one that is proven gone.
func gone(e ledger.Entry) (ledger.Entry, placing.Step) {
	e.ERPID, e.CreatedAt, e.Reason.Kind = "", time.Time{}, order.Deleted
	if e.Newer != nil {
		e.Payload, e.Version, e.Newer = e.Newer.Payload, e.Newer.Version, nil
	}
	e.Fence++
	return became(e, ledger.Rejected, time.Time{}, placing.Never)
}

func denialIsProofOf(s ledger.State) rewrite {
	return func(q ask) (ledger.Entry, placing.Step) {
		if q.is.what == resolveAbsent && q.entry.State == s && q.entry.ERPID != "" && !q.entry.Leased(now) {
			return gone(q.entry)
		}
		return q.next()
	}
}

func goneBy(proves func(ask) bool) rewrite {
	return func(q ask) (ledger.Entry, placing.Step) {
		if q.is.what == lookedUp && q.is.holds && q.entry.Denied() && q.entry.Owner != "" && proves(q) {
			return gone(q.entry)
		}
		return q.next()
	}
}

func newerRevivesDeleted(q ask) (ledger.Entry, placing.Step) {
	if q.is.what == arrival && q.is.message == mendedNotice && q.entry.State == ledger.Rejected && q.entry.Reason.Kind == order.Deleted {
		q.entry.Reason.Kind = order.TaxIDReason
	}
	return q.next()
}

func quietUnless(ends func(ledger.Entry) bool) rewrite {
	return func(q ask) (ledger.Entry, placing.Step) {
		e, s := q.next()
		if q.is.what == lookedUp && s.Write && ends(e) {
			e.QuietUntil = q.entry.QuietUntil
		}
		return e, s
	}
}

var acknowledge = placing.Step{Do: placing.Acknowledge}

// became makes the entry what a reading says it is, due then.
func became(e ledger.Entry, s ledger.State, until, due time.Time) (ledger.Entry, placing.Step) {
	e.State, e.Until, e.Due = s, until, due
	e.Owner, e.Lease, e.Document = "", time.Time{}, erp.Mark{}
	return e, placing.Step{Do: placing.Acknowledge, Write: true}
}

func lookUpLeavesWaiting(q ask) (ledger.Entry, placing.Step) {
	e, s := q.next()
	if q.is.what == lookedUp && (q.is.answer == isLane || q.is.answer == isRedundant) && s.Write {
		return became(e, ledger.Waiting, e.Until, e.Until)
	}
	return e, s
}

func quietFromTheStart(q ask) (ledger.Entry, placing.Step) {
	e, s := q.next()
	if q.is.what == answered && e.State == ledger.Uncertain {
		for _, t := range []*time.Time{&e.QuietUntil, &e.Until, &e.Due} {
			*t = t.Add(-time.Duration(q.is.elapsed) * tick)
		}
	}
	return e, s
}

func lookUpAtTheLease(q ask) (ledger.Entry, placing.Step) {
	e, s := q.next()
	if q.is.what == arrival && q.entry.State == ledger.Creating && e.State == ledger.Uncertain {
		e.QuietUntil, e.Until, e.Due = q.entry.Lease, q.entry.Lease, q.entry.Lease
	}
	return e, s
}

func retryCreates(q ask) (ledger.Entry, placing.Step) {
	if q.is.what == retry && q.entry.State == ledger.Uncertain && !q.entry.Leased(now) {
		e := q.entry
		e.Fence++
		return became(e, ledger.Waiting, now, now)
	}
	return q.next()
}

func absentAtOnce(q ask) (ledger.Entry, placing.Step) {
	if q.is.what == resolveAbsent {
		q.entry.QuietUntil = time.Time{}
	}
	return q.next()
}

func restartLongLapsed(q ask) (ledger.Entry, placing.Step) {
	if q.is.what == restarted && !q.entry.Lease.IsZero() {
		q.entry.Lease = at(-spacingTicks)
		q.entry.Due = q.entry.Lease
		return q.entry, placing.Step{Do: placing.Acknowledge, Write: true}
	}
	return q.next()
}

func uncertainGivenUp(q ask) (ledger.Entry, placing.Step) {
	e, s := q.next()
	if q.is.what == lookedUp && e.Parked() && now.Sub(q.entry.TryingSince) >= placing.Patience {
		return became(e, ledger.Rejected, time.Time{}, placing.Never)
	}
	return e, s
}

func emptyIsAbsent(q ask) (ledger.Entry, placing.Step) {
	if l, ok := q.event.(placing.LookedUp); ok && q.is.answer == isUnprovable {
		l.Answer.Kind = erp.Absent
		q.event = l
	}
	return q.next()
}

func claimIsTheProcess(q ask) (ledger.Entry, placing.Step) {
	e, s := q.next()
	if q.is.what != arrival || !q.entry.Leased(now) || s.Write {
		return e, s
	}
	switch e.State {
	case ledger.Creating:
		s.Do = placing.Create
	case ledger.Uncertain:
		s.Do = placing.LookUp
	default:
		s.Do = placing.Place
	}
	return e, s
}

func reversalForgottenIf(meets func(ledger.Entry) bool) rewrite {
	return func(q ask) (ledger.Entry, placing.Step) {
		if q.is.what == arrival && q.is.message == reversal && meets(q.entry) {
			return q.entry, acknowledge
		}
		return q.next()
	}
}

func newerRevivesReversed(q ask) (ledger.Entry, placing.Step) {
	if q.is.what == arrival && q.is.message == mendedNotice && q.entry.State == ledger.Rejected {
		q.entry.Reason.Kind, q.entry.ReversedAt = order.TaxIDReason, time.Time{}
	}
	return q.next()
}

func creatingWhateverReversed(q ask) (ledger.Entry, placing.Step) {
	if q.is.what != lookedUp && q.is.what != prepared {
		return q.next()
	}
	reversedAt := q.entry.ReversedAt
	q.entry.ReversedAt = time.Time{}
	e, s := q.next()
	e.ReversedAt = reversedAt
	return e, s
}

func reversalLeavesTheClaim(q ask) (ledger.Entry, placing.Step) {
	if q.is.what == arrival && q.is.message == reversal && q.entry.Leased(now) {
		e := q.entry
		e.ReversedAt, e.Reversals = now, []string{"r"}
		e.Due = e.Lease
		return e, placing.Step{Do: placing.Acknowledge, Write: true}
	}
	return creatingWhateverReversed(q)
}

func whateverComesIsNewer(q ask) (ledger.Entry, placing.Step) {
	if q.is.what == arrival && q.is.message.isNotice() && string(q.entry.Payload) != digests[q.is.message.contents()] {
		q.entry.Version, q.entry.Seen = -1, nil
	}
	return q.next()
}

func dropContentsIf(meets func(ledger.Entry) bool) rewrite {
	return func(q ask) (ledger.Entry, placing.Step) {
		if q.is.what == arrival && q.is.message == mendedNotice && meets(q.entry) {
			return q.entry, acknowledge
		}
		return q.next()
	}
}

func rejectionForgetsBeside(q ask) (ledger.Entry, placing.Step) {
	if q.is.what == lookedUp && q.is.answer == isAbsent && !q.entry.ReversedAt.IsZero() {
		q.entry.Newer = nil
	}
	return q.next()
}

func refusalOutlivesMending(q ask) (ledger.Entry, placing.Step) {
	e, s := q.next()
	if q.is.what == answered && q.is.answer == isRefused && s.Write {
		return became(e, ledger.Rejected, time.Time{}, placing.Never)
	}
	return e, s
}

func contentsLeaveTheClaim(q ask) (ledger.Entry, placing.Step) {
	e, s := q.next()
	if q.is.what == arrival && q.is.message == mendedNotice && q.entry.Leased(now) && e.Lease.IsZero() {
		e.Fence, e.Owner, e.Lease, e.Due = q.entry.Fence, q.entry.Owner, q.entry.Lease, q.entry.Lease
	}
	return e, s
}

func retryLeavesRejected(q ask) (ledger.Entry, placing.Step) {
	e, s := q.next()
	if q.is.what == retry && q.entry.State == ledger.Rejected && s.Write {
		return became(e, ledger.Rejected, time.Time{}, now)
	}
	return e, s
}

func quietOnlyInDoubt(q ask) (ledger.Entry, placing.Step) {
	e, s := q.next()
	if a, ok := q.event.(placing.Answered); ok && e.State == ledger.Waiting && q.is.answer == isLane {
		e.QuietUntil, e.Until, e.Due = time.Time{}, a.LaneUntil, a.LaneUntil
	}
	return e, s
}

func retryClearsQuiet(q ask) (ledger.Entry, placing.Step) {
	if q.is.what == retry {
		q.entry.QuietUntil = time.Time{}
	}
	return q.next()
}

// restsLessAfter makes the back-off after a lost call a tick shorter than the
// spacing, and quiet_until with it: a shorter back-off alone breaks nothing, since
// nothing is due before quiet_until.
func restsLessAfter(call what) rewrite {
	return func(q ask) (ledger.Entry, placing.Step) {
		if q.is.what == call && q.is.answer == isLost {
			q.rules.Spacing -= tick
		}
		return q.next()
	}
}

func lateAnswerCounts(q ask) (ledger.Entry, placing.Step) {
	if q.is.what == answered && !q.is.holds && q.entry.State == ledger.Created {
		q.entry.State, q.entry.Fence, q.entry.Owner, q.entry.Lease = ledger.Creating, fence-1, "a claim", at(-1)
	}
	return q.next()
}

func failureForgetsFault(q ask) (ledger.Entry, placing.Step) {
	e, s := q.next()
	if q.is.what == lookedUp && e.State == ledger.Uncertain {
		e.Fault = words.Plain("")
	}
	return e, s
}

func anotherID(q ask) (ledger.Entry, placing.Step) {
	e, s := q.next()
	if q.is.what == answered && e.State == ledger.Created {
		e.ERPID = ids[wrongID]
	}
	return e, s
}

func alwaysBeside(q ask) (ledger.Entry, placing.Step) {
	a, ok := q.event.(placing.Arrival)
	if ok && q.is.message == mendedNotice && q.entry.State == ledger.Accepted {
		m := a.Message
		e := q.entry
		e.Newer = &ledger.Contents{Payload: m.Payload, Version: m.Version, Digest: m.Digest}
		e.Seen = append(slices.Clone(e.Seen), m.Digest)
		e.Due = later(e.Lease, now)
		return e, placing.Step{Do: placing.Acknowledge, Write: true}
	}
	return q.next()
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func uncounted(q ask) (ledger.Entry, placing.Step) {
	e, s := q.next()
	s.Metrics = nil
	return e, s
}

func neverLapses(q ask) (ledger.Entry, placing.Step) {
	if q.is.what == arrival && q.entry.State == ledger.Creating && !q.entry.Leased(now) {
		return q.entry, acknowledge
	}
	return q.next()
}

func neverReady(q ask) (ledger.Entry, placing.Step) {
	e, s := q.next()
	if q.is.what == prepared && s.Do == placing.Create {
		return became(e, ledger.Waiting, now, now)
	}
	return e, s
}

func reversalClaims(q ask) (ledger.Entry, placing.Step) {
	e, s := q.next()
	if a, ok := q.event.(placing.Arrival); ok && q.is.message == reversal && e.State == ledger.Uncertain && !e.Parked() &&
		!e.Leased(now) && !now.Before(e.Until) && !now.Before(e.QuietUntil) {
		e.Fence++
		e.Owner, e.Lease, e.Due = a.Owner, a.Lease, a.Lease
		return e, placing.Step{Do: placing.LookUp, Write: true, Metrics: s.Metrics}
	}
	return e, s
}

func thirdRestRejects(q ask) (ledger.Entry, placing.Step) {
	e, s := q.next()
	if q.is.what == lookedUp && q.is.third && e.Parked() {
		return became(e, ledger.Rejected, time.Time{}, placing.Never)
	}
	return e, s
}

func noNewsForgetsVersion(q ask) (ledger.Entry, placing.Step) {
	e, s := q.next()
	if slices.Contains(s.Metrics, placing.MetricUnchanged) {
		e.Version = q.entry.Version
	}
	return e, s
}

func bytesAreNews(q ask) (ledger.Entry, placing.Step) {
	e, s := q.next()
	if slices.Contains(s.Metrics, placing.MetricUnchanged) {
		s.Metrics = []placing.Metric{placing.MetricChangedLate}
	}
	return e, s
}

func momentTurnedBack(q ask) (ledger.Entry, placing.Step) {
	if q.is.what == arrival && q.is.message == firstNotice && (q.entry.State == ledger.Accepted || q.entry.State == ledger.Waiting) {
		e := q.entry
		e.PaidAt, e.PaidRank = moment(1).at(), moment(1).rank()
		e.Fence++
		return became(e, e.State, e.Until, now)
	}
	return q.next()
}

func momentLeavesTheClaim(q ask) (ledger.Entry, placing.Step) {
	e, s := q.next()
	if q.is.what == arrival && q.is.message == betterNotice && q.entry.Leased(now) && e.Lease.IsZero() {
		e.Fence, e.Owner, e.Lease, e.Due = q.entry.Fence, q.entry.Owner, q.entry.Lease, q.entry.Lease
	}
	return e, s
}

func momentMends(q ask) (ledger.Entry, placing.Step) {
	if q.is.what == lookedUp && q.is.answer == isAbsent && q.entry.Newer != nil {
		q.entry.Fault = words.Plain("")
	}
	return q.next()
}

func lateMomentDropped(q ask) (ledger.Entry, placing.Step) {
	if q.is.what == arrival && q.is.message == betterNotice && (q.entry.State == ledger.Creating || q.entry.State == ledger.Uncertain) {
		return q.entry, acknowledge
	}
	return q.next()
}

func openDayPlaced(q ask) (ledger.Entry, placing.Step) {
	if a, ok := q.event.(placing.Arrival); ok {
		a.Message.DayOpen = false
		q.event = a
	}
	return q.next()
}

func resumedAtOnce(q ask) (ledger.Entry, placing.Step) {
	if q.is.what == resumed {
		q.entry.QuietUntil = time.Time{}
	}
	return q.next()
}

func wrongBelieved(how wrong) rewrite {
	return func(q ask) (ledger.Entry, placing.Step) {
		if l, ok := q.event.(placing.LookedUp); ok && q.is.wrong == how {
			l.Answer.Key, l.DocumentKind = q.entry.Document.Key, q.entry.Reference.DocumentKind
			q.event = l
		}
		return q.next()
	}
}

func goneEachTime(q ask) (ledger.Entry, placing.Step) {
	q.entry.Lessons.Gone = false
	e, s := q.next()
	e.Lessons.Gone = false
	return e, s
}

func goneAtOnce(q ask) (ledger.Entry, placing.Step) {
	e, s := q.next()
	if q.is.what == answered && q.is.answer == isGone && e.State == ledger.Waiting {
		e.QuietUntil, e.Until, e.Due = time.Time{}, now, now
	}
	return e, s
}

func hiddenEachTime(q ask) (ledger.Entry, placing.Step) {
	e, s := q.next()
	e.Lessons.Hidden = 0
	return e, s
}

func veiledEachTime(q ask) (ledger.Entry, placing.Step) {
	if failed, ok := q.event.(placing.PrepareFailed); ok && failed.Answer.Kind == erp.Unprovable {
		failed.Answer.Kind = erp.Lost
		q.event = failed
	}
	return q.next()
}

func partEachTime(q ask) (ledger.Entry, placing.Step) {
	e, s := q.next()
	e.Lessons.LeftOut = nil
	return e, s
}

func lessonsStay(q ask) (ledger.Entry, placing.Step) {
	e, s := q.next()
	if q.is.what == arrival && q.is.message == mendedNotice && e.State == ledger.Waiting {
		e.Lessons = q.entry.Lessons
	}
	return e, s
}

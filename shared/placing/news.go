package placing

import (
	"cmp"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// describeChanges says in words which parts of the order are not as they were when its
// document was made; empty if none is, whatever else of the notice differs: stores
// announce an order again when it is shipped, tagged or completed (rule 12). An
// entry that knows no parts, and digests of another key, are compared by the total
// and, where the entry knows how well it knows it, the day; contents that can't be read may
// say anything.
func describeChanges(e ledger.Entry, c ledger.Contents) words.Text {
	if c.Parts == (ledger.Parts{}) {
		return words.Say(notCompared)
	}
	was := e.Parts
	was.Total = cmp.Or(was.Total, e.Total)
	parts := was.Changes(c.Parts)
	if e.PaidRank > 0 && isAnotherDay(e, c) {
		parts = append(parts, describeDay(e, c))
	}
	return words.Join(parts, ", ")
}

const notCompared = "the notice can't be compared with it"

// changesOf is what contents that were kept beside change. The release before kept all
// that was newer, and compared none of it.
func changesOf(c ledger.Contents) words.Text {
	if c.Changed.IsZero() && c.Parts == (ledger.Parts{}) {
		return words.Say(notCompared)
	}
	return c.Changed
}

// isAnotherDay tells whether the contents know the moment of payment no worse than the
// entry does, and on another day.
func isAnotherDay(e ledger.Entry, c ledger.Contents) bool {
	is, was := momentOf(c), order.Moment{At: e.PaidAt, Rank: e.PaidRank}
	return (is.Better(was) || is.Replaces(was)) && !was.At.IsZero() && !is.SameDay(was)
}

const dayOfPayment = "day of payment from %s to %s"

func describeDay(e ledger.Entry, c ledger.Contents) words.Text {
	return words.Say(dayOfPayment, order.Moment{At: e.PaidAt}.Day(), momentOf(c).Day())
}

func momentOf(c ledger.Contents) order.Moment { return order.Moment{At: c.PaidAt, Rank: c.PaidRank} }

// recordAfterSending keeps newer contents of an order whose document exists or may exist:
// their version and digest in any case, or an older notice would count later. What
// changes the document is told to a person, and taken over where the document turns
// out to be absent.
func recordAfterSending(e *ledger.Entry, c ledger.Contents, topic string, now time.Time) []Metric {
	c = withChanges(*e, c)
	e.Seen = addDigest(e.Seen, c.Digest)
	switch {
	case e.State == ledger.Created && !c.Changed.IsZero():
		e.Version = c.Version
		keepBetterMoment(e, c)
		return tellChange(e, now, c.Changed)
	case !c.Changed.IsZero() || e.Denied():
		e.Newer = &c
		addAttempt(e, now, ledger.Attempt{Did: didNewer, Rule: "12", Text: c.Changed})
		return nil
	}
	e.Version, e.Newer = c.Version, nil
	keepBetterMoment(e, c)
	tellChangedBack(e, topic, now)
	return []Metric{MetricUnchanged}
}

// withChanges are the contents with the best moment of payment that is kept beside, and
// with what they change.
func withChanges(e ledger.Entry, c ledger.Contents) ledger.Contents {
	if e.Newer != nil && momentOf(*e.Newer).Better(momentOf(c)) {
		c.PaidAt, c.PaidRank = e.Newer.PaidAt, e.Newer.PaidRank
	}
	c.Changed = describeChanges(e, c)
	return c
}

// recordMoment takes of contents that are not newer the moment of payment, if they
// know it better. It only ever gets better, so that no redelivery turns it back.
func recordMoment(e *ledger.Entry, c ledger.Contents, now time.Time) (bool, []Metric) {
	known := order.Moment{At: e.PaidAt, Rank: e.PaidRank}
	if e.Newer != nil && momentOf(*e.Newer).Better(known) {
		known = momentOf(*e.Newer)
	}
	if !momentOf(c).Better(known) {
		return false, nil
	}
	another := isAnotherDay(*e, c)
	var changed words.Text
	if another {
		changed = describeDay(*e, c)
	}
	switch {
	case nothingSent(e.State):
		keepBetterMoment(e, c)
		revokeClaim(e)
		addAttempt(e, now, ledger.Attempt{Did: didNewer, Rule: "12", Text: changed})
		return true, nil
	case (e.State == ledger.Created || e.Denied()) && another:
		keepBetterMoment(e, c)
		return true, tellChange(e, now, changed)
	case e.Newer != nil:
		newer := *e.Newer
		newer.PaidAt, newer.PaidRank = c.PaidAt, c.PaidRank
		e.Newer = &newer
	case !another:
		keepBetterMoment(e, c)
	default:
		// The same contents with a better day: kept beside, as what changes the
		// document is.
		e.Newer = &ledger.Contents{Payload: e.Payload, Version: e.Version, Digest: e.Digest, StoreNumber: e.StoreNumber,
			PaidAt: c.PaidAt, PaidRank: c.PaidRank, Parts: e.Parts, Changed: changed, At: now}
		addAttempt(e, now, ledger.Attempt{Did: didNewer, Rule: "12", Text: changed})
	}
	return true, nil
}

// tellChange has a person told what the store changed of a document that is there.
func tellChange(e *ledger.Entry, now time.Time, changed words.Text) []Metric {
	e.ChangedAt = now
	addAttempt(e, now, ledger.Attempt{Did: didNewer, Rule: "12", Text: words.Say("changed in the store after the document was sent: %s", changed)})
	return []Metric{MetricChangedLate}
}

// keepBetterMoment makes the contents' moment of payment the entry's where it is better.
func keepBetterMoment(e *ledger.Entry, c ledger.Contents) {
	if momentOf(c).Replaces(order.Moment{At: e.PaidAt, Rank: e.PaidRank}) {
		e.PaidAt, e.PaidRank = c.PaidAt, c.PaidRank
	}
}

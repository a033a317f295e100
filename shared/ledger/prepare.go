package ledger

import (
	"errors"
	"fmt"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/stored"
)

// ErrToken: a write without a token of its own. An old token would let a bounced
// write pass for one whose answer was lost, and two holders would both go on.
var ErrToken = errors.New("a write needs a key and a new token")

// Prepare returns after as a ledger stores it and gives it back: with the next
// Rev, in the form of this release at least, times in UTC cut to the millisecond, empty lists and a mark without a
// digest absent, and no due time on what is created. Every ledger's Write begins with it.
func Prepare(before, after Entry) (Entry, error) {
	if after.Key == "" || after.Token == "" || after.Token == before.Token || before.Rev > 0 && after.Key != before.Key {
		return Entry{}, fmt.Errorf("%q: %w", after.Key, ErrToken)
	}
	if err := stored.Check(before.V, Version); err != nil {
		return Entry{}, fmt.Errorf("write entry %s: %w", after.Key, err)
	}
	e := after
	e.V = max(after.V, Version)
	e.Rev = before.Rev + 1
	if e.State == Created {
		e.Due = time.Time{}
	}
	if e.Document.IsZero() {
		e.Document = erp.Mark{}
	}
	for _, t := range []*time.Time{&e.Until, &e.QuietUntil, &e.LookedUpAt, &e.Lease, &e.Due, &e.ReversedAt, &e.TryingSince,
		&e.PaidAt, &e.ReceivedAt, &e.UpdatedAt, &e.CreatedAt, &e.Expires, &e.OwnRestsSince, &e.DismissedAt, &e.ChangedAt} {
		*t = Millis(*t)
	}
	e.Payload = absentIfEmpty(e.Payload)
	e.Seen = absentIfEmpty(e.Seen)
	e.Reversals = absentIfEmpty(e.Reversals)
	e.Lessons.LeftOut = absentIfEmpty(e.Lessons.LeftOut)
	e.Timeline = append([]Attempt(nil), e.Timeline...)
	for i := range e.Timeline {
		e.Timeline[i].At = Millis(e.Timeline[i].At)
	}
	if e.Newer != nil {
		newer := *e.Newer
		newer.Payload = absentIfEmpty(newer.Payload)
		newer.PaidAt, newer.At = Millis(newer.PaidAt), Millis(newer.At)
		e.Newer = &newer
	}
	return e, nil
}

// PrepareNote returns after as a ledger stores it and gives it back. Every
// ledger's WriteNote begins with it.
func PrepareNote(before, after erp.Note) (erp.Note, error) {
	if after.Token == "" || after.Token == before.Token {
		return erp.Note{}, ErrToken
	}
	after.QuietUntil = Millis(after.QuietUntil)
	return after, nil
}

// Millis is the time as a ledger keeps it.
func Millis(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

func absentIfEmpty[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}

package ledger

import "time"

// Need is why an entry needs a person. Carimbo does nothing about it by itself.
type Need string

// What a person can be needed for.
const (
	// NeedsMending: it is rejected. Nothing of it is in the ERP.
	NeedsMending Need = "rejected"
	// NeedsFinding: it is parked. Whether it is in the ERP is for a person to find out.
	NeedsFinding Need = "parked"
	// NeedsCancelling: the store reversed it, and its document is there.
	NeedsCancelling Need = "reversed"
	// NeedsComparing: the store changed it, and its document is as it was.
	NeedsComparing Need = "changed"
)

// Needs is why the entry needs a person, whether or not one dismissed it; empty where
// nobody has anything to do. Of a tombstone there is nothing to do: it has no document and
// gets none.
func (e Entry) Needs() Need {
	switch {
	case e.Parked():
		return NeedsFinding
	case e.State == Rejected && !e.Tombstone():
		return NeedsMending
	case e.State == Created && !e.ReversedAt.IsZero():
		return NeedsCancelling
	case !e.ChangedLater().IsZero():
		return NeedsComparing
	}
	return ""
}

// Alike are entries that are where they are for the same reason in the same words.
type Alike struct {
	// Entry is the newest of them, as a list has it.
	Entry  Entry
	Count  int
	Oldest time.Time
}

// NeedsPerson tells whether nothing happens until a person or the store acts.
func (e Entry) NeedsPerson() bool { return e.Needs() != "" }

// WaitsForPerson tells whether the entry needs a person who didn't dismiss it.
func (e Entry) WaitsForPerson() bool { return e.NeedsPerson() && e.DismissedAt.IsZero() }

// ChangedLater is when the store last changed an order whose document is there; zero if it
// didn't. An entry of the release before, which kept that in the timeline alone, is told by
// it: a document that was created anew has what came before.
func (e Entry) ChangedLater() (at time.Time) {
	switch {
	case e.State != Created:
		return time.Time{}
	case !e.ChangedAt.IsZero():
		return e.ChangedAt
	}
	for _, a := range e.Timeline {
		if a.Did == "newer_contents" && a.Became == Created && !a.At.Before(e.CreatedAt) {
			at = a.At
		}
	}
	return at
}

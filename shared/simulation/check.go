package simulation

import (
	"context"
	"fmt"
	"strconv"

	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
)

// ending is what became of a sale.
type ending struct {
	created bool
	// cause is why it is with a person.
	cause string
	// nothing names what had to make nothing, and did.
	nothing string
}

// written looks at each write as it happens.
func (w *world) written(before, after ledger.Entry) {
	w.mix(after.Key)
	s := w.byKey[after.Key]
	if s == nil {
		return
	}
	if after.State == ledger.Rejected && after.Reason.Kind == order.Reversed {
		s.stopped = true
	}
	if after.State == ledger.Creating && before.State != ledger.Creating && !after.ReversedAt.IsZero() {
		w.broken(s.key, "a create begins though the order is reversed")
	}
	if before.State == ledger.Uncertain && before.Fault != "" && before.Newer == nil && after.State == ledger.Waiting {
		w.broken(s.key, "refused in unknown words, and goes out again by itself")
	}
	if after.State == ledger.Created && before.State != ledger.Created {
		s.createdAt = w.now
	}
}

// document is the sale's in the account, or nil.
func (w *world) document(a *app, s *sale) *omiesim.Document {
	for _, d := range a.sim.Documents() {
		if d.OrderNumber == s.number {
			return &d
		}
	}
	return nil
}

// check is what has to be true at the end.
func (w *world) check() {
	documents := map[*sale][]omiesim.Document{}
	for _, name := range []string{"estudio", "filial"} {
		for _, d := range w.apps[name].sim.Documents() {
			s := w.numbers[d.OrderNumber]
			if s == nil {
				if d.OrderNumber != "OUTRO" {
					w.broken("", "document %d is of no sale", d.NCodOS)
				}
				continue
			}
			documents[s] = append(documents[s], d)
		}
	}
	for _, s := range w.sales {
		w.checkSale(s, documents[s])
	}
	if n := w.queue.Depth() + len(w.queue.Dead()); n > 0 {
		w.broken("", "%d messages are left, with their payloads", n)
	}
	err := w.ledger.List(context.Background(), ledger.Filter{}, func(e ledger.Entry) bool {
		if w.byKey[e.Key] == nil {
			w.broken(e.Key, "an entry of no sale")
		}
		return true
	})
	if err != nil {
		panic(err)
	}
}

func (w *world) checkSale(s *sale, documents []omiesim.Document) {
	e, err := w.ledger.Get(context.Background(), s.key)
	w.tell(s.key, "ends %s %s with %d documents", e.State, e.Reason.Kind, len(documents))
	if len(documents) > 1 {
		w.broken(s.key, "%d documents", len(documents))
		return
	}
	if s.newest < 0 && !s.reversal {
		w.checkNothing(s, err == nil, documents)
		return
	}
	if err != nil {
		w.broken(s.key, "answered 200 and lost: there is no entry")
		return
	}
	if s.reversal && e.ReversedAt.IsZero() && !s.retried {
		w.broken(s.key, "the reversal was answered 200 and left no trace")
	}
	switch {
	case e.State == ledger.Created:
		w.checkCreated(s, e, documents)
	case e.State == ledger.Rejected:
		w.checkRejected(s, e, documents)
	case e.Parked():
		if !s.contradicted && !s.taken {
			w.broken(s.key, "parked without a cause: %s", e.Reason.Message)
		}
		s.end.cause = "parked: the ERP contradicts itself"
		if s.taken {
			s.end.cause = "parked: another document has our code"
		}
	default:
		w.broken(s.key, "not done %s after the last fault: %s %s, due at +%s", goodEnd, e.State, e.Reason.Kind, e.Due.Sub(epoch))
	}
}

// checkNothing: a call that was not paid or not genuine.
func (w *world) checkNothing(s *sale, entry bool, documents []omiesim.Document) {
	if entry || len(documents) > 0 {
		w.broken(s.key, "%s, and made an entry (%t) and %d documents", s.sort, entry, len(documents))
	}
	s.end.nothing = string(s.sort)
}

func (w *world) checkCreated(s *sale, e ledger.Entry, documents []omiesim.Document) {
	s.end.created = true
	switch {
	case len(documents) == 0:
		w.broken(s.key, "created as %s, and the ERP has no such document", e.ERPID)
		return
	case e.ERPID != strconv.FormatInt(documents[0].NCodOS, 10):
		w.broken(s.key, "created as %s, and the ERP has %d", e.ERPID, documents[0].NCodOS)
	case s.stopped:
		w.broken(s.key, "rejected as reversed, and created all the same")
	case len(e.Payload) > 0 || e.Newer != nil:
		w.broken(s.key, "a payload outlived its order")
	}
	w.checkContents(s, e, documents[0])
}

// checkContents: the document has the newest contents to the cent, or a person is
// told that they changed later.
func (w *world) checkContents(s *sale, e ledger.Entry, d omiesim.Document) {
	known := -1
	for i, c := range s.versions {
		if c.bad == "" && d.Total.Equal(order.Cents(c.cents)) {
			known = i
		}
	}
	switch {
	case known < 0:
		w.broken(s.key, "the document's total is %s, which the store never said", d.Total)
	case known < s.newest && !told(e) && s.versioned():
		w.broken(s.key, "the document has version %d, the store's newest is %d, and nobody is told", known+1, s.newest+1)
	}
}

// versioned tells whether a notice that comes late can be told from a newer one.
func (s *sale) versioned() bool { return s.platform != "generic" || s.buyer%2 != 0 }

func told(e ledger.Entry) bool {
	for _, a := range e.Timeline {
		if a.Did == "newer_contents" && a.Became == ledger.Created {
			return true
		}
	}
	return false
}

func (w *world) checkRejected(s *sale, e ledger.Entry, documents []omiesim.Document) {
	if len(documents) > 0 {
		w.broken(s.key, "rejected: %s, and the ERP has document %d", e.Reason.Kind, documents[0].NCodOS)
	}
	kind := e.Reason.Kind
	s.end.cause = fmt.Sprintf("rejected: %s", kind)
	switch {
	case kind == order.Reversed && s.reversal:
		s.end.cause, s.end.nothing = "", "reversed in time"
	case kind == order.RefusedByERP && s.refused:
	case s.newest >= 0 && s.versions[s.newest].bad == kind:
	case s.newest >= 0 && !s.versioned() && s.versions[0].bad == kind:
	default:
		w.broken(s.key, "rejected without a cause: %s: %s", kind, e.Reason.Message)
	}
}

// count adds the sale to the result.
func (s *sale) count(w *world, r *Result) {
	if s.newest >= 0 {
		r.Paid++
	}
	switch {
	case s.end.created:
		r.Created++
		r.Slowest = max(r.Slowest, s.createdAt.Sub(w.disturbed()))
	case s.end.cause != "":
		r.Person[s.end.cause]++
	case s.end.nothing != "":
		r.Nothing[s.end.nothing]++
	}
}

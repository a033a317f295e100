package placing_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/words"
)

// formerly is the entry as the release before wrote it, which knew no parts, no rank
// of the moment of payment, no kind of document, no App Key and whose rest it waits for,
// and learned nothing of customers.
func formerly(e ledger.Entry) ledger.Entry {
	e.Parts, e.PaidRank, e.Reference.DocumentKind, e.Document.Key = ledger.Parts{}, 0, "", ""
	e.Rests, e.OwnRests, e.OwnRestsSince, e.DismissedAt, e.ChangedAt, e.Lessons = false, 0, time.Time{}, time.Time{}, time.Time{}, erp.Lessons{}
	if e.Newer != nil {
		newer := *e.Newer
		newer.Parts, newer.Changed, newer.PaidRank = ledger.Parts{}, words.Plain(""), 0
		e.Newer = &newer
	}
	return e
}

func TestAMomentFromBeforeGivesWayToAnyThatIsKnown(t *testing.T) {
	later := noon.Add(3 * day)
	for _, rank := range []order.Rank{order.ByOrder, order.ByNotice, order.ByPayment} {
		for name, reach := range map[string]func(*story) *story{"claimed": (*story).claimed, "waiting": (*story).waiting, "rejected": (*story).rejected} {
			s := reach(begin(t, looksUp))
			s.entry = formerly(s.entry)
			s.hears(ranked(paid(1, "a"), rank, later), said)
			if !s.entry.PaidAt.Equal(later) || s.entry.PaidRank != rank {
				t.Errorf("%s, rank %d: paid at %s, of rank %d", name, rank, s.entry.PaidAt, s.entry.PaidRank)
			}
		}
	}
}

func TestADocumentFromBeforeIsNoOtherForBeingToldAgain(t *testing.T) {
	for name, reach := range afterSending {
		s := reach(begin(t, looksUp))
		s.entry.Total = "1497.00"
		s.entry = formerly(s.entry)
		// The former release noted the same moment, without its rank; its notices of a
		// shipped order are no news now.
		s.hears(ranked(paid(1, "a"), order.ByPayment, noon.Add(time.Hour)), said)
		s.hears(ranked(paid(2, "shipped"), order.ByPayment, noon.Add(time.Hour)), said)
		if s.entry.Newer != nil || told(s.entry) != "" || s.entry.Version != 2 || s.entry.PaidRank != order.ByPayment {
			t.Errorf("%s: told %q, version %d, beside %+v", name, told(s.entry), s.entry.Version, s.entry.Newer)
		}
	}
}

// What the release before kept beside, it took for news: nobody can tell any more.
func TestContentsThatWereKeptBesideBeforeAreTold(t *testing.T) {
	for answer, want := range map[string]placing.Action{"present": placing.Acknowledge, "absent": placing.Place} {
		s := begin(t, looksUp).uncertain()
		s.arrives(paid(2, "b"))
		if s.entry.Newer == nil {
			t.Fatal("not what the test is about")
		}
		s.entry = formerly(s.entry)
		s.isDue()
		s.looksUp(map[string]erp.Answer{"present": ours(), "absent": absent()}[answer])
		if s.step.Do != want {
			t.Errorf("%s: %s, %s", answer, s.step.Do, s.entry.State)
		}
		switch answer {
		case "present":
			if s.entry.State != ledger.Created || !tells(s.step, placing.MetricChangedLate) {
				t.Errorf("%s, counted %v", s.entry.State, s.step.Metrics)
			}
		case "absent":
			if string(s.entry.Payload) != "b" {
				t.Errorf("contents %q are created", s.entry.Payload)
			}
		}
	}
}

// rewrite has the order stored as the release before stored it.
func (s *shift) rewrite() {
	s.t.Helper()
	is := s.entry()
	was := formerly(is)
	was.Token = "former"
	if _, err := s.ledger.Write(s.t.Context(), is, was); err != nil {
		s.t.Fatal(err)
	}
	if diff := cmp.Diff(erp.Reference{Code: is.Reference.Code, Orig: is.Reference.Orig, OrigID: is.Reference.OrigID}, s.entry().Reference); diff != "" {
		s.t.Fatal(diff)
	}
}

func TestAnOrderOfTheReleaseBeforeGoesOnWithTheSameWorker(t *testing.T) {
	t.Run("uncertain, and absent under whatever key", func(t *testing.T) {
		s := newShift(t)
		s.loseOne()
		s.rewrite()
		s.client.lookUp = func() erp.Answer { return erp.Answer{Kind: erp.Absent, Key: "of today"} }
		s.handles(wakeUp())
		s.isLeft(ledger.Created, "")
		if s.creates() != 2 {
			t.Errorf("%d creates", s.creates())
		}
	})
	t.Run("waiting for a rest", func(t *testing.T) {
		s := newShift(t)
		customer := s.client.customer
		s.client.customer = func() erp.Answer { return block }
		s.handles(s.paid("Ana", 1))
		s.isLeft(ledger.Waiting, order.AccountRests)
		s.rewrite()
		if err := s.ledger.EndRest(t.Context(), "estudio"); err != nil {
			t.Fatal(err)
		}
		// Its lane knew neither its secret nor who got through.
		if err := s.ledger.BlockLane(t.Context(), "estudio", ledger.Lane{BlockedUntil: s.now.Add(time.Hour), Why: block.Text, Since: s.now}); err != nil {
			t.Fatal(err)
		}
		s.client.customer = customer
		s.now = s.entry().Until
		s.handles(wakeUp())
		s.isLeft(ledger.Created, "")
	})
	t.Run("reversed by a message in the account's own group", func(t *testing.T) {
		s := newShift(t)
		s.loseOne()
		s.rewrite()
		m := reversal("r")
		m.Key, m.Connection, m.Platform, m.OrderID = orderKey, "checkout", "generic", "A-1"
		s.did = nil
		s.handles(m)
		if diff := cmp.Diff([]string{"write uncertain"}, s.did); diff != "" {
			t.Errorf("done (-want +got):\n%s", diff)
		}
		s.handles(wakeUp())
		s.isLeft(ledger.Rejected, order.Reversed)
	})
}

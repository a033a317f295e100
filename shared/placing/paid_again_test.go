package placing_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

func countOf(e ledger.Entry, did string) (n int) {
	for _, a := range e.Timeline {
		if a.Did == did {
			n++
		}
	}
	return n
}

// An order that was cancelled by mistake and put back: only a person's retry clears the
// reversal, and the person is told.
func TestAReversedOrderThatComesAsPaidAgainSaysSo(t *testing.T) {
	for name, reach := range afterSending {
		s := reach(begin(t, looksUp))
		s.hears(reversal("r1"), ledger.Parts{})
		at := s.entry.ReversedAt
		s.hears(ranked(paid(7, "back"), order.ByOrder, noon), said)
		s.hears(ranked(paid(8, "shipped"), order.ByOrder, noon), said)
		if n := countOf(s.entry, "paid_again"); n != 1 || !s.entry.ReversedAt.Equal(at) || at.IsZero() {
			t.Errorf("%s: said %d times, reversed at %s", name, n, s.entry.ReversedAt)
		}
		s.hears(reversal("r2"), ledger.Parts{})
		s.hears(ranked(paid(9, "back"), order.ByOrder, noon), said)
		if n := countOf(s.entry, "paid_again"); n != 2 {
			t.Errorf("%s, reversed and paid once more: said %d times", name, n)
		}
		// What came before and comes again is no news.
		s.hears(ranked(paid(7, "back"), order.ByOrder, noon), said)
		if n := countOf(s.entry, "paid_again"); n != 2 {
			t.Errorf("%s: an old notice is told", name)
		}
	}
}

func TestARejectedOrderThatComesAsPaidAgainNamesRetry(t *testing.T) {
	const again = "has it as paid: if it is paid in the store, carimbo orders retry creates it"
	for name, first := range map[string]func(*story){
		"paid before":           func(s *story) { s.hears(paid(1, "a"), said); s.hears(reversal("r1"), ledger.Parts{}) },
		"reversed first of all": func(s *story) { s.hears(reversal("r1"), ledger.Parts{}) },
		"reversed while created": func(s *story) {
			s.sent()
			s.hears(reversal("r1"), ledger.Parts{})
			s.answers(erp.Answer{Kind: erp.Refused, Text: words.Plain("x")})
		},
	} {
		s := begin(t, looksUp)
		first(s)
		is := func(words string, want bool) {
			t.Helper()
			r := s.entry.Reason
			if s.entry.State != ledger.Rejected || r.Kind != order.Reversed || strings.Contains(r.Message.String(), words) != want {
				t.Errorf("%s: %s, %s: %s", name, s.entry.State, r.Kind, r.Message)
			}
		}
		is(again, false)
		s.hears(paid(7, "back"), said)
		is(again, true)
		s.hears(paid(8, "shipped"), said)
		is(again, true)
		if strings.Count(s.entry.Reason.Message.String(), "has it as paid") != 1 {
			t.Errorf("%s: %s", name, s.entry.Reason.Message)
		}
		s.hears(reversal("r2"), ledger.Parts{})
		is(again, false)
	}
	// Kept beside while it was on its way.
	s := begin(t, looksUp).sent()
	s.hears(reversal("r1"), ledger.Parts{})
	s.hears(paid(7, "back"), said)
	s.answers(erp.Answer{Kind: erp.Refused, Text: words.Plain("x")})
	if r := s.entry.Reason; r.Kind != order.Reversed || !strings.Contains(r.Message.String(), again) {
		t.Errorf("%s: %s", r.Kind, r.Message)
	}
}

func TestAChangeThatIsTakenBackSaysSo(t *testing.T) {
	other := saidOf(func(p *ledger.Parts) { p.Total = "1500.00" })
	for _, c := range []struct {
		name  string
		steps []ledger.Parts
		want  int
	}{
		{"never changed", []ledger.Parts{said, said}, 0},
		{"changed", []ledger.Parts{other}, 0},
		{"changed, and back", []ledger.Parts{other, said}, 1},
		{"back, and shipped", []ledger.Parts{other, said, said}, 1},
		{"twice", []ledger.Parts{other, said, other, said}, 2},
		{"not compared, and back", []ledger.Parts{{}, said}, 1},
	} {
		s := afterSending["created"](begin(t, looksUp))
		s.passes(time.Hour)
		for i, p := range c.steps {
			s.hears(ranked(paid(int64(7+i), "b"), order.ByOrder, noon), p)
		}
		if n := countOf(s.entry, "changed_back"); n != c.want {
			t.Errorf("%s: told %d times, want %d", c.name, n, c.want)
		}
	}
	// Of the day the entry keeps the better one alone: nothing can be taken back.
	s := afterSending["created"](begin(t, looksUp))
	s.hears(ranked(paid(7, "b"), order.ByPayment, noon.Add(36*time.Hour)), said)
	s.hears(ranked(paid(8, "c"), order.ByPayment, noon.Add(36*time.Hour)), said)
	if n := countOf(s.entry, "changed_back"); n != 0 || !slices.ContainsFunc(s.entry.Timeline, func(a ledger.Attempt) bool { return strings.Contains(a.Text.String(), "day of payment") }) {
		t.Errorf("the day: told %d times", n)
	}
}

package placing_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/queue"
)

// said is what the webhook said when the document was made.
var said = ledger.Parts{Key: "k", Lines: "l", Payer: "p", TaxID: "t", Address: "a", Total: "1497.00"}

func saidOf(change func(*ledger.Parts)) ledger.Parts {
	p := said
	change(&p)
	return p
}

// saying is a paid notice with what it says of the order.
func (s *story) hears(m queue.Message, p ledger.Parts) placing.Step {
	s.t.Helper()
	s.claims++
	return s.happens(placing.Arrival{Message: m, Parts: p, ERPKind: "omie", Reference: erp.Reference{Code: "code"}, Owner: "o", Lease: s.now.Add(lease)})
}

// sent begins a create of what said says, paid on a day that the order tells.
func (s *story) sent() *story {
	s.t.Helper()
	s.hears(ranked(paid(1, "a"), order.ByOrder, noon), said)
	s.happens(placing.Prepared{Fence: s.entry.Fence, Mark: markOf(s.entry), Parts: said, TimeLeft: true})
	return s
}

func ranked(m queue.Message, r order.Rank, at time.Time) queue.Message {
	m.PaidRank, m.PaidAt = r, at
	return m
}

// The states in which a document exists or may.
var afterSending = map[string]func(*story) *story{
	"creating": (*story).sent,
	"uncertain": func(s *story) *story {
		s.sent().answers(erp.Answer{Kind: erp.Lost})
		return s
	},
	"parked": func(s *story) *story {
		s.sent().answers(erp.Answer{Kind: erp.Lost})
		s.isDue()
		s.looksUp(erp.Answer{Kind: erp.Unprovable})
		return s
	},
	"created": func(s *story) *story {
		s.sent().answers(erp.Answer{Kind: erp.Created, ID: "777"})
		return s
	},
}

func tells(step placing.Step, m placing.Metric) bool { return slices.Contains(step.Metrics, m) }

func TestANoticeThatChangesNothingIsCountedNotShown(t *testing.T) {
	for name, reach := range afterSending {
		s := reach(begin(t, looksUp))
		lines := len(s.entry.Timeline)
		s.hears(ranked(paid(7, "shipped"), order.ByOrder, noon), said)
		if !s.step.Write || !tells(s.step, placing.MetricUnchanged) || s.entry.Newer != nil || len(s.entry.Timeline) != lines {
			t.Errorf("%s: %+v, %d lines more", name, s.step, len(s.entry.Timeline)-lines)
		}
		if s.entry.Version != 7 || string(s.entry.Payload) == "shipped" {
			t.Errorf("%s: version %d, contents %q", name, s.entry.Version, s.entry.Payload)
		}
		// A stale version must not take over, and the same notice is no second one.
		before := s.entry.Rev
		s.hears(paid(6, "b"), saidOf(func(p *ledger.Parts) { p.Lines = "other" }))
		s.hears(ranked(paid(7, "shipped"), order.ByOrder, noon), said)
		if s.entry.Newer != nil || s.entry.Rev != before {
			t.Errorf("%s: a stale version counts", name)
		}
	}
}

func TestAPersonSeesWhichPartChanged(t *testing.T) {
	for words, c := range map[string]struct {
		parts ledger.Parts
		at    time.Time
	}{
		"lines":                          {saidOf(func(p *ledger.Parts) { p.Lines = "x" }), noon},
		"payer":                          {saidOf(func(p *ledger.Parts) { p.Payer = "x" }), noon},
		"tax id":                         {saidOf(func(p *ledger.Parts) { p.TaxID = "x" }), noon},
		"address":                        {saidOf(func(p *ledger.Parts) { p.Address = "x" }), noon},
		"total from 1497.00 to 1500.00":  {saidOf(func(p *ledger.Parts) { p.Total = "1500.00" }), noon},
		"day of payment from 2026-11-21": {said, noon.Add(36 * time.Hour)},
		"payer, tax id":                  {saidOf(func(p *ledger.Parts) { p.Payer, p.TaxID = "x", "y" }), noon},
		"the notice can't be compared":   {ledger.Parts{}, noon},
	} {
		for name, reach := range afterSending {
			s := reach(begin(t, looksUp))
			s.hears(ranked(paid(7, "b"), order.ByOrder, c.at), c.parts)
			if name != "created" {
				if s.entry.Newer == nil || string(s.entry.Newer.Payload) != "b" {
					t.Errorf("%s, %s: not kept beside", name, words)
				}
				s.passes(time.Hour).happens(placing.Retry{})
				s.becomesCreated()
			}
			last := s.entry.Timeline[len(s.entry.Timeline)-1]
			if !tells(s.step, placing.MetricChangedLate) || !strings.Contains(told(s.entry), words) {
				t.Errorf("%s: %+v says %q, want %q", name, s.step.Metrics, last.Text, words)
			}
		}
	}
}

// becomesCreated ends the order by whatever it waits for.
func (s *story) becomesCreated() {
	s.t.Helper()
	if s.entry.State == ledger.Creating {
		s.answers(erp.Answer{Kind: erp.Created, ID: "777"})
		return
	}
	s.isDue()
	s.looksUp(ours())
}

// told is all that the timeline says of changes.
func told(e ledger.Entry) string {
	var all []string
	for _, line := range e.Timeline {
		if line.Rule == "12" {
			all = append(all, line.Text.String())
		}
	}
	return strings.Join(all, "\n")
}

func TestEntriesFromBeforeCompareTheTotalAlone(t *testing.T) {
	for name, was := range map[string]ledger.Parts{
		"no parts":    {},
		"another key": {Key: "former", Lines: "?", Payer: "?", TaxID: "?", Address: "?", Total: "1497.00"},
		"no key":      {Total: "1497.00"},
	} {
		for total, news := range map[string]bool{"1497.00": false, "1500.00": true} {
			s := begin(t, looksUp).sent()
			s.answers(erp.Answer{Kind: erp.Created, ID: "777"})
			s.entry.Parts, s.entry.Total = was, "1497.00"
			s.hears(paid(2, "b"), saidOf(func(p *ledger.Parts) { p.Lines, p.Total = "x", total }))
			if tells(s.step, placing.MetricChangedLate) != news {
				t.Errorf("%s, total %s: %v", name, total, s.step.Metrics)
			}
		}
	}
}

func TestWhatWentBackToAsItWasSentIsNoNews(t *testing.T) {
	s := begin(t, looksUp).sent()
	s.answers(erp.Answer{Kind: erp.Lost})
	s.hears(paid(2, "b"), saidOf(func(p *ledger.Parts) { p.Lines = "x" }))
	s.hears(paid(3, "a again"), said)
	if s.entry.Newer != nil || s.entry.Version != 3 {
		t.Fatalf("beside: %+v", s.entry.Newer)
	}
	s.isDue()
	s.looksUp(ours())
	if s.entry.State != ledger.Created || tells(s.step, placing.MetricChangedLate) {
		t.Errorf("%s, %v", s.entry.State, s.step.Metrics)
	}
}

func TestABetterMomentReplacesTheMomentAlone(t *testing.T) {
	later := noon.Add(72 * time.Hour)
	for name, reach := range map[string]func(*story) *story{
		"claimed": func(s *story) *story { s.hears(ranked(paid(1, "a"), order.ByOrder, noon), said); return s },
		"waiting": func(s *story) *story {
			s.hears(ranked(paid(1, "a"), order.ByOrder, noon), said)
			s.failsToPrepare(erp.Answer{Kind: erp.NotSent})
			return s
		},
		"rejected": func(s *story) *story {
			s.hears(ranked(paid(1, "a"), order.ByOrder, noon), said)
			s.isInvalid(order.Mapping)
			return s
		},
	} {
		s := reach(begin(t, looksUp))
		state, fence, payload := s.entry.State, s.entry.Fence, string(s.entry.Payload)
		s.hears(ranked(paid(1, "a"), order.ByNotice, later), said)
		e := s.entry
		if !e.PaidAt.Equal(later) || e.PaidRank != order.ByNotice || e.Fence == fence || e.State != state || string(e.Payload) != payload {
			t.Errorf("%s: %s by %d, fence %d after %d, %s", name, e.PaidAt, e.PaidRank, e.Fence, fence, e.State)
		}
		for _, again := range []queue.Message{ranked(paid(1, "a"), order.ByOrder, noon), ranked(paid(1, "a"), order.ByNotice, noon)} {
			if s.hears(again, said); !s.entry.PaidAt.Equal(later) {
				t.Errorf("%s: a redelivery turned the moment back", name)
			}
		}
		// Newer contents of the same rank: two notices of a payment have one moment.
		if s.hears(ranked(paid(2, "b"), order.ByNotice, later.Add(day)), said); !s.entry.PaidAt.Equal(later) || string(s.entry.Payload) != "b" {
			t.Errorf("%s: the second notice's moment counts", name)
		}
		paidAt := later.Add(2 * day)
		s.hears(ranked(paid(3, "c"), order.ByPayment, paidAt), said)
		s.hears(ranked(paid(4, "d"), order.ByPayment, paidAt.Add(time.Hour)), said)
		if !s.entry.PaidAt.Equal(paidAt.Add(time.Hour)) {
			t.Errorf("%s: the payment's own time was corrected in vain", name)
		}
	}
}

func TestABetterMomentOnAnotherDayIsNewsOnceItIsSent(t *testing.T) {
	for name, reach := range afterSending {
		for _, c := range []struct {
			at   time.Time
			news bool
		}{{noon.Add(72 * time.Hour), true}, {noon.Add(time.Hour), false}} {
			s := reach(begin(t, looksUp))
			s.hears(ranked(paid(1, "a"), order.ByNotice, c.at), said)
			heard := tells(s.step, placing.MetricChangedLate)
			if name != "created" {
				if beside := s.entry.Newer != nil; beside != c.news {
					t.Errorf("%s, %s: kept beside %t", name, c.at, beside)
				}
				s.passes(time.Hour).happens(placing.Retry{})
				s.becomesCreated()
				heard = strings.Contains(told(s.entry), "day of payment from 2026-11-21 to 2026-11-24")
			}
			if heard != c.news {
				t.Errorf("%s, %s: told %t", name, c.at, heard)
			}
			rev := s.entry.Rev
			if s.hears(ranked(paid(1, "a"), order.ByNotice, c.at), said); s.entry.Rev != rev {
				t.Errorf("%s, %s: told twice", name, c.at)
			}
		}
	}
}

// Where the account's secret could not be read at the create, the entry knows no parts,
// and yet the day that it was sent with.
func TestTheDayIsComparedAlsoWhereNoPartsAreKnown(t *testing.T) {
	s := afterSending["created"](begin(t, looksUp))
	s.entry.Parts, s.entry.Total = ledger.Parts{}, said.Total
	if s.hears(ranked(paid(2, "b"), order.ByNotice, noon.Add(3*day)), said); !tells(s.step, placing.MetricChangedLate) {
		t.Errorf("nobody is told of the other day: %v", s.step.Metrics)
	}
}

func TestAnAbsenceTakesTheBetterMomentOver(t *testing.T) {
	s := begin(t, looksUp).sent()
	s.hears(ranked(paid(1, "a"), order.ByNotice, noon.Add(3*day)), said)
	s.answers(erp.Answer{Kind: erp.Lost})
	s.isDue()
	s.looksUp(absent())
	if s.step.Do != placing.Place || !s.entry.PaidAt.Equal(noon.Add(3*day)) || string(s.entry.Payload) != "a" {
		t.Errorf("%s: paid at %s, contents %q", s.step.Do, s.entry.PaidAt, s.entry.Payload)
	}
}

// Stores send several notices of one payment at once, and the one that knows its day may
// come last.
func TestADayThatIsOpenIsWaitedFor(t *testing.T) {
	open := ranked(paid(1, "a"), order.ByOrder, noon.Add(-9*day))
	open.DayOpen = true
	better := ranked(paid(1, "a"), order.ByNotice, noon)
	for name, c := range map[string]struct {
		then func(*story)
		want time.Time
	}{
		"nothing comes":                   {func(*story) {}, open.PaidAt},
		"the notice of the payment comes": {func(s *story) { s.passes(time.Second).hears(better, said) }, noon},
		"it comes in the last moment":     {func(s *story) { s.passes(placing.Spacing-time.Millisecond).hears(better, said) }, noon},
		"the open one comes once more":    {func(s *story) { s.passes(time.Second).hears(open, said) }, open.PaidAt},
	} {
		s := begin(t, looksUp)
		s.hears(open, said)
		due := noon.Add(placing.Spacing)
		if s.entry.State != ledger.Waiting || s.entry.Reason.Kind != order.DayOpen || !s.entry.Until.Equal(due) || s.entry.Attempts != 0 || s.step.Do != placing.Acknowledge {
			t.Errorf("%s: %s, until %s, after %d attempts", name, s.step.Do, s.entry.Until, s.entry.Attempts)
		}
		if c.then(s); s.step.Do != placing.Acknowledge || !s.entry.Due.Equal(due) {
			t.Errorf("%s: %s, due %s", name, s.step.Do, s.entry.Due)
		}
		if s.isDue(); s.step.Do != placing.Place || !s.entry.PaidAt.Equal(c.want) {
			t.Errorf("%s: %s, paid at %s, want %s", name, s.step.Do, s.entry.PaidAt, c.want)
		}
	}
	s := begin(t, looksUp)
	s.hears(better, said)
	if s.hears(open, said); s.entry.State != ledger.Accepted {
		t.Errorf("after the better one: %s", s.entry.State)
	}
}

func TestAnAbsenceUnderAnotherKeyOrKindIsParked(t *testing.T) {
	for name, c := range map[string]struct {
		sent, asked, kind string
		parks             bool
	}{
		"the same key":          {"k1", "k1", "", false},
		"another key":           {"k1", "k2", "", true},
		"a key from before":     {"", "k2", "", false},
		"no key was looked at":  {"k1", "", "", false},
		"another kind":          {"k1", "k1", "pedido", true},
		"another kind and key":  {"k1", "k2", "pedido", true},
		"another kind, no keys": {"", "", "pedido", true},
	} {
		s := begin(t, looksUp).claimed()
		mark := markOf(s.entry)
		mark.Key = c.sent
		s.happens(placing.Prepared{Fence: s.entry.Fence, Mark: mark, TimeLeft: true})
		s.answers(erp.Answer{Kind: erp.Lost})
		s.isDue()
		s.happens(placing.LookedUp{Fence: s.entry.Fence, Answer: erp.Answer{Kind: erp.Absent, Key: c.asked}, DocumentKind: c.kind})
		if s.entry.Parked() != c.parks || c.parks && !strings.Contains(s.entry.Reason.Message.String(), "orders resolve") {
			t.Errorf("%s: %s, %s", name, s.entry.State, s.entry.Reason)
		}
	}
}

func TestADenialUnderAnotherKeyChangesNothing(t *testing.T) {
	s := begin(t, looksUp).claimed()
	mark := markOf(s.entry)
	mark.Key = "k1"
	s.happens(placing.Prepared{Fence: s.entry.Fence, Mark: mark, TimeLeft: true})
	s.answers(erp.Answer{Kind: erp.Created, ID: "777"})
	s.passes(time.Hour).happens(resolveAbsent())
	s.isDue()
	s.happens(placing.LookedUp{Fence: s.entry.Fence, Answer: erp.Answer{Kind: erp.Absent, Key: "k2"}})
	if s.entry.State != ledger.Created || s.entry.ERPID != "777" {
		t.Errorf("%s, document %q", s.entry.State, s.entry.ERPID)
	}
}

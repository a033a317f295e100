package placing_test

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

func TestPreparedBeginsTheCreateOrSaysWhyNot(t *testing.T) {
	ready := func(s *story) placing.Prepared {
		return placing.Prepared{Fence: s.entry.Fence, Mark: markOf(s.entry), TimeLeft: true}
	}
	for _, c := range []struct {
		name string
		is   func(*story) *story
		ask  func(*story, *placing.Prepared)
		want where
	}{
		{"accepted: creating", (*story).claimed, nil,
			where{Do: placing.Create, State: ledger.Creating, Leased: true, Due: "4m15s"}},
		{"waiting: creating, without the reason that it had", func(s *story) *story { s.waiting().isDue(); return s }, nil,
			where{Do: placing.Create, State: ledger.Creating, Leased: true, Due: "4m15s", Attempts: 1, Failures: 1}},
		{"the lane opened this moment", (*story).claimed, func(s *story, r *placing.Prepared) { r.LaneUntil = s.now },
			where{Do: placing.Create, State: ledger.Creating, Leased: true, Due: "4m15s"}},
		{"the lane is blocked", (*story).claimed, func(s *story, r *placing.Prepared) { r.LaneUntil = s.now.Add(time.Millisecond) },
			where{Do: placing.Acknowledge, State: ledger.Waiting, Kind: order.AccountRests, Until: "1ms", Due: "1ms", Metrics: counts(placing.MetricLaneBlocked)}},
		{"no time left: goes on now", (*story).claimed, func(_ *story, r *placing.Prepared) { r.TimeLeft = false },
			where{Do: placing.Acknowledge, State: ledger.Waiting, Kind: order.NotSent, Until: "0s", Due: "0s", Attempts: 1}},
		{"a millisecond of lease left", (*story).claimed, func(s *story, _ *placing.Prepared) { s.passes(lease - time.Millisecond) },
			where{Do: placing.Create, State: ledger.Creating, Leased: true, Due: "1ms"}},
		{"the lease lapsed this moment", (*story).claimed, func(s *story, _ *placing.Prepared) { s.passes(lease) },
			where{Do: placing.Stop, State: ledger.Accepted, Leased: true, Due: "0s"}},
		{"somebody else's fence", (*story).claimed, func(_ *story, r *placing.Prepared) { r.Fence++ },
			where{Do: placing.Stop, State: ledger.Accepted, Leased: true, Due: "4m15s"}},
		{"asked twice", (*story).creating, nil,
			where{Do: placing.Stop, State: ledger.Creating, Leased: true, Due: "4m15s"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := c.is(begin(t, looksUp))
			ask := ready(s)
			if c.ask != nil {
				c.ask(s, &ask)
			}
			s.happens(ask)
			c.want.Payload = "a"
			s.is(c.want)
		})
	}
}

// Nothing but a bug can bring a claim to Prepared before quiet_until: the guard is
// the last one, so it is tested with an entry that no story reaches.
func TestPreparedHoldsTheLastGuards(t *testing.T) {
	s := begin(t, looksUp).claimed()
	quiet := s.entry
	quiet.QuietUntil = noon.Add(time.Millisecond)
	after, step := placing.Next(looksUp, quiet, placing.Prepared{Fence: 1, TimeLeft: true}, noon)
	if step.Do != placing.Acknowledge || after.State != ledger.Waiting || !after.Until.Equal(quiet.QuietUntil) {
		t.Errorf("before quiet_until: %s, %s until %s", step.Do, after.State, after.Until)
	}
	reversed := s.entry
	reversed.ReversedAt = noon
	after, step = placing.Next(looksUp, reversed, placing.Prepared{Fence: 1, TimeLeft: true}, noon)
	if step.Do != placing.Acknowledge || after.State != ledger.Rejected || after.Reason.Kind != order.Reversed {
		t.Errorf("reversed: %s, %s", step.Do, after.State)
	}
}

// TestAWarningIsALineBeforeTheCreate: whatever the create ends in it stays, and an order of
// which nothing is created is warned of nothing.
func TestAWarningIsALineBeforeTheCreate(t *testing.T) {
	const warning = "too little of CANECA"
	s := begin(t, looksUp).claimed()
	s.happens(placing.Prepared{Fence: s.entry.Fence, Mark: markOf(s.entry), TimeLeft: true, Customer: words.Plain("two of them"), Warning: words.Plain(warning)})
	s.happens(placing.Answered{Fence: s.entry.Fence, Answer: erp.Answer{Kind: erp.Lost, Text: words.Plain("?")}})
	var said []string
	for _, a := range s.entry.Timeline {
		said = append(said, a.Did+" "+a.Answer+" "+string(a.Became)+": "+a.Text.String())
	}
	if want := []string{"customer ready creating: two of them", "warning warned creating: " + warning, "create lost uncertain: ?"}; !slices.Equal(said[len(said)-3:], want) {
		t.Errorf("%q", said)
	}
	s = begin(t, looksUp).claimed()
	s.happens(placing.Prepared{Fence: s.entry.Fence, Mark: markOf(s.entry), Warning: words.Plain(warning)})
	for _, a := range s.entry.Timeline {
		if a.Did == "warning" {
			t.Errorf("nothing was created, and: %+v", a)
		}
	}
}

func TestWhatTheERPSaysBesideASuccessIsTold(t *testing.T) {
	s := begin(t, looksUp).creating()
	s.happens(placing.Answered{Fence: s.entry.Fence, Answer: erp.Answer{Kind: erp.Created, ID: "777", Text: words.Plain("sem saldo")}})
	if last := s.entry.Timeline[len(s.entry.Timeline)-1]; s.entry.State != ledger.Created || last.Text.String() != "document 777. Its words: sem saldo" {
		t.Errorf("%s, %+v", s.entry.State, last)
	}
}

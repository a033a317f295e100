package placing_test

import (
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/words"
)

// One machine: the process that held every lease is dead, and its calls may have
// gone out a moment ago, whatever the leases say.
func TestARestartLapsesEveryLeaseNow(t *testing.T) {
	for _, c := range []struct {
		name  string
		is    func(*story) *story
		after time.Duration
		want  where
	}{
		{"accepted", (*story).claimed, time.Second, where{State: ledger.Accepted, Due: "0s", Payload: "a"}},
		{"waiting, claimed", func(s *story) *story { s.waiting().isDue(); return s }, time.Second,
			where{State: ledger.Waiting, Kind: order.ERPDown, Until: "-1s", Due: "-1s", Attempts: 1, Failures: 1, Payload: "a"}},
		{"creating, lease live", (*story).creating, time.Second,
			where{State: ledger.Uncertain, Kind: order.Lapsed, Until: "1m1s", Quiet: "1m1s", Due: "1m1s", Attempts: 1, Payload: "a", Metrics: counts(placing.MetricUncertain)}},
		{"creating, lease lapsed long ago", (*story).creating, day,
			where{State: ledger.Uncertain, Kind: order.Lapsed, Until: "1m1s", Quiet: "1m1s", Due: "1m1s", Attempts: 1, Payload: "a", Metrics: counts(placing.MetricUncertain)}},
		{"looked up", (*story).lookingUp, time.Second,
			where{State: ledger.Uncertain, Kind: order.LostAnswer, Until: "1m1s", Quiet: "1m1s", Due: "1m1s", Attempts: 1, Payload: "a"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := c.is(begin(t, looksUp)).passes(c.after)
			fence := s.entry.Fence
			s.happens(placing.Restarted{})
			c.want.Do = placing.Acknowledge
			s.is(c.want)
			if s.entry.Fence <= fence {
				t.Error("the dead process still has the fence")
			}
		})
	}
	for name, is := range map[string]func(*story) *story{"nothing": nothing, "waiting": (*story).waiting, "uncertain": (*story).uncertain,
		"parked": (*story).parked, "rejected": (*story).rejected, "created": (*story).created} {
		s := is(begin(t, looksUp)).passes(day)
		if s.happens(placing.Restarted{From: s.now}).Write {
			t.Errorf("%s: a restart changes what nobody held", name)
		}
	}
}

// By a clock that was set ahead the 61 seconds would be over at once.
func TestARestartKeepsQuietWhatACallMayJustHaveEndedFor(t *testing.T) {
	for name, c := range map[string]struct {
		is    func(*story) *story
		until string
	}{
		"uncertain":        {(*story).uncertain, "1m1s"},
		"parked":           {(*story).parked, ""},
		"refused a create": {func(s *story) *story { s.creating().answers(block); return s }, "1h0m31s"},
		"rejected, as sent": {func(s *story) *story {
			s.creating().answers(erp.Answer{Kind: erp.Refused, Text: words.Plain("no")})
			return s
		}, ""},
	} {
		s := c.is(begin(t, looksUp)).passes(30 * time.Second)
		before := s.entry
		s.happens(placing.Restarted{From: before.QuietUntil.Add(-time.Millisecond)})
		e := s.entry
		if !e.QuietUntil.Equal(s.now.Add(placing.Spacing)) || distance(e.Until, s.now) != c.until || e.State != before.State || e.Reason != before.Reason {
			t.Errorf("%s: %s, quiet until %s, goes on at %s, want %s", name, e.State, distance(e.QuietUntil, s.now), distance(e.Until, s.now), c.until)
		}
	}
}

func TestAnAccountWithoutLookUpParksALapsedCreateAtOnce(t *testing.T) {
	s := begin(t, blind).creating().passes(lease)
	s.arrives(wake())
	s.is(where{Do: placing.Acknowledge, State: ledger.Uncertain, Kind: order.NeedsPerson, Quiet: "1m1s", Due: "never", Attempts: 1, Payload: "a",
		Metrics: counts(placing.MetricUncertain, placing.MetricParked)})
}

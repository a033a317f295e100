package placing_test

import (
	"testing"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
)

func TestAPanic(t *testing.T) {
	for _, c := range []struct {
		name string
		is   func(*story) *story
		want where
	}{
		{"before the create: waits", (*story).claimed,
			where{State: ledger.Waiting, Kind: order.Panic, Until: "1m1s", Due: "1m1s", Attempts: 1, Failures: 1}},
		{"while creating: uncertain", (*story).creating,
			where{State: ledger.Uncertain, Kind: order.LostAnswer, Until: "1m1s", Quiet: "1m1s", Due: "1m1s", Attempts: 1, Metrics: counts(placing.MetricUncertain)}},
		{"while looking up: stays", (*story).lookingUp,
			where{State: ledger.Uncertain, Kind: order.LostAnswer, Until: "1m1s", Quiet: "1m1s", Due: "1m1s", Attempts: 2, Failures: 1}},
		{"while looking up an unknown fault: the reason stays", func(s *story) *story { s.faulted().isDue(); return s },
			where{State: ledger.Uncertain, Kind: order.UnknownFault, Until: "1m1s", Quiet: "1m1s", Due: "1m1s", Attempts: 2, Failures: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := c.is(begin(t, looksUp))
			s.happens(placing.Panicked{Fence: s.entry.Fence})
			c.want.Do, c.want.Payload = placing.Acknowledge, "a"
			s.is(c.want)
		})
	}
	s := begin(t, looksUp).claimed().passes(7 * day)
	s.arrives(wake())
	s.happens(placing.Panicked{Fence: s.entry.Fence})
	s.ends(placing.Acknowledge, ledger.Rejected, order.GaveUp)
}

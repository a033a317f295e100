package operator_test

import (
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
)

func TestItIsSaidWhoLetsAnOrderGoOnAndHowSoon(t *testing.T) {
	for _, c := range []struct {
		stack string
		until time.Time
		lane  time.Time
		want  string
	}{
		{"", noon, time.Time{}, "within a second where carimbo serve runs"},
		{"", noon.Add(time.Minute), time.Time{}, "at 2026-11-21 12:01:00 where carimbo serve runs"},
		{"", noon.Add(time.Minute), noon.Add(time.Hour), "at 2026-11-21 13:00:00 where carimbo serve runs, when the ERP account stops resting"},
		{"", noon.Add(-time.Hour), noon.Add(-time.Minute), "within a second where carimbo serve runs"},
		{"shop", noon, time.Time{}, "within a minute, when the stack's sweep wakes it"},
		{"shop", noon.Add(time.Minute), noon.Add(time.Second), "within a minute after 2026-11-21 12:01:00"},
		{"shop", noon, noon.Add(time.Hour), "within a minute after 2026-11-21 13:00:00, when the ERP account stops resting"},
	} {
		s := site()
		s.Stack = c.stack
		if got := s.Soon(c.until, ledger.Lane{BlockedUntil: c.lane}); got.String() != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

package search

import (
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/placing"
)

// The time limits in ticks: as few as keep the order of the real ones.
const (
	tick = 30 * time.Second

	callTicks     = 1 // the longest call
	lateTicks     = 1 // the ERP applies a lost request at most so long after its call ended
	spacingTicks  = 2
	functionTicks = 3 // an invocation
	leaseTicks    = 4 // a claim, from the start of its invocation
	visibleTicks  = 5 // a message in flight hides its account's others
)

// limits are the time limits that the rules set against one another.
type limits struct{ call, margin, late, spacing, function, lease, visible time.Duration }

// order lists every comparison that a rule makes or a trace depends on.
func (l limits) order() map[string]bool {
	lastEnd := l.function - l.margin // of a call that began with just the time it may take
	return map[string]bool{
		"a call ends before its spacing":                        l.call < l.spacing,
		"a late write comes before the spacing":                 l.late < l.spacing,
		"one call fits into an invocation, and a second after":  2*l.call+l.margin <= l.function,
		"the spacing is shorter than the invocation":            l.spacing < l.function,
		"the last call ends within the invocation":              lastEnd <= l.function,
		"the lease outlives the invocation":                     l.function < l.lease,
		"the message is hidden longer than the lease":           l.lease < l.visible,
		"a late write can come after the lease":                 lastEnd+l.late >= l.lease,
		"a late write can't come a spacing after the lease":     lastEnd+l.late < l.lease+l.spacing,
		"two spacings outlive the lease no more than the first": l.lease < l.function+l.spacing,
	}
}

func TestTheTicksKeepTheOrderOfTheRealTimeLimits(t *testing.T) {
	// The call is Omie's; the lease and the visibility are the invocation's and
	// template.yaml's.
	reality := limits{call: time.Minute, margin: 10 * time.Second, late: placing.Spacing - time.Millisecond, spacing: placing.Spacing,
		function: placing.Invocation, lease: placing.Invocation + 15*time.Second, visible: 270 * time.Second}
	ticks := limits{call: callTicks * tick, late: lateTicks * tick, spacing: spacingTicks * tick,
		function: functionTicks * tick, lease: leaseTicks * tick, visible: visibleTicks * tick}
	scaled := ticks.order()
	for what, holds := range reality.order() {
		if !holds || !scaled[what] {
			t.Errorf("%s: %t in reality, %t in ticks", what, holds, scaled[what])
		}
	}
}

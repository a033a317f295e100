package search

import (
	"flag"
	"testing"
	"time"
)

// mostFaults is how many things go wrong in one order's life. Three take some minutes
// and up to 20 GB for each walk: -search.faults=3 -parallel=1 -timeout=2h.
var mostFaults = flag.Int("search.faults", usualFaults, "how many things go wrong at most")

func TestNoInterleavingDoublesLosesOrSpoilsAnOrder(t *testing.T) {
	for _, c := range []struct {
		name string
		flavour
		versions
		cast
	}{
		{"unique code and look-up", uniqueCode, true, mendedAndReversed},
		{"unique code, no look-up", uniqueNoLookUp, true, mendedAndReversed},
		{"look-up, no uniqueness", lookUpOnly, true, mendedAndReversed},
		{"look-up, no uniqueness, contents without a version", lookUpOnly, false, mendedAndReversed},
		{"neither look-up nor uniqueness", neither, true, mendedAndReversed},
		{"a filter that isn't honoured", filterNotHeeded, true, mendedAndReversed},
		{"a change that is taken back", lookUpOnly, true, changedAndBack},
		{"a change that is taken back, contents without a version", lookUpOnly, false, changedAndBack},
		{"paid on another day than placed", lookUpOnly, true, paidOnAnotherDay},
		{"paid on another day, contents without a version", lookUpOnly, false, paidOnAnotherDay},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			f := run(newModel(c.flavour, c.versions, c.cast), *mostFaults)
			if f.broken != "" {
				t.Fatal(f)
			}
			// To park where a look-up proves takes two: a lost answer, and a look-up that
			// still fails after a week.
			parks := *mostFaults > 1 || *mostFaults > 0 && !c.proves
			for s, want := range map[state]bool{created: true, rejected: *mostFaults > 0 || c.cast[reversal] > 0, uncertain: parks} {
				if (f.ended[s] > 0) != want {
					t.Errorf("%d orders ended %s", f.ended[s], states[s])
				}
			}
			t.Logf("%d faults at most: %d states, %d moves, %d deep, %s", *mostFaults, f.worlds, f.moves, f.depth, time.Since(began).Round(100*time.Millisecond))
		})
	}
}

package search

import (
	"flag"
	"testing"
	"time"
)

// faults is how many things go wrong in one order's life, if not usualFaults, or one
// with -short. Three take some minutes and up to 20 GB for each walk:
// -search.faults=3 -parallel=1 -timeout=2h.
var faults = flag.Int("search.faults", -1, "how many things go wrong at most")

func mostFaults() int {
	switch {
	case *faults >= 0:
		return *faults
	case testing.Short():
		return min(usualFaults, 1)
	}
	return usualFaults
}

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
		{"a customer who has to be created", createsBuyers, true, buyersNotices},
		{"a customer who has to be created, by a unique code", codesBuyers, true, buyersNotices},
		{"a change that is taken back", lookUpOnly, true, changedAndBack},
		{"a change that is taken back, contents without a version", lookUpOnly, false, changedAndBack},
		{"paid on another day than placed", lookUpOnly, true, paidOnAnotherDay},
		{"paid on another day, contents without a version", lookUpOnly, false, paidOnAnotherDay},
		{"on which day it was paid is open", lookUpOnly, true, dayLeftOpen},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			began, most := time.Now(), mostFaults()
			f := run(newModel(c.flavour, c.versions, c.cast), most)
			if f.broken != "" {
				t.Fatal(f)
			}
			// To park where a look-up proves takes two: a lost answer, and a look-up that
			// still fails after a week.
			parks := most > 1 || most > 0 && !c.proves
			for s, want := range map[state]bool{created: true, rejected: most > 0 || c.cast[reversal] > 0, uncertain: parks} {
				if (f.ended[s] > 0) != want {
					t.Errorf("%d orders ended %s", f.ended[s], states[s])
				}
			}
			t.Logf("%d faults at most: %d states, %d moves, %d deep, %s", most, f.worlds, f.moves, f.depth, time.Since(began).Round(100*time.Millisecond))
		})
	}
}

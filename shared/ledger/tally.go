package ledger

import "time"

// Tally counts entries.
type Tally struct {
	// States has how many are in each state; absent is none.
	States map[State]int
	// Needs is how many of them wait for a person.
	Needs int
	// Since is from when they are counted, where that is later than was asked for; zero
	// where all are.
	Since time.Time
}

// Add counts n entries of a state, which wait for a person or don't.
func (t *Tally) Add(s State, waits bool, n int) {
	if t.States == nil {
		t.States = map[State]int{}
	}
	t.States[s] += n
	if waits {
		t.Needs += n
	}
}

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

// Pulse is what came and what was created, hour by hour.
type Pulse struct {
	// Received counts the entries of each connection by the hour in which they were
	// received, Created the documents by the hour in which they were created.
	Received map[string]map[Hour]int
	Created  map[Hour]int
	// Since is from when they are counted, where that is later than was asked for; zero
	// where all are.
	Since time.Time
}

// Hour is an hour, counted from the epoch.
type Hour int64

// HourOf is the hour of the time.
func HourOf(t time.Time) Hour { return Hour(t.Unix() / int64(time.Hour/time.Second)) }

// Begins is when the hour begins.
func (h Hour) Begins() time.Time { return time.Unix(int64(h)*int64(time.Hour/time.Second), 0).UTC() }

// AddReceived counts n entries of the connection, AddCreated n documents.
func (p *Pulse) AddReceived(connection string, h Hour, n int) {
	if p.Received == nil {
		p.Received = map[string]map[Hour]int{}
	}
	if p.Received[connection] == nil {
		p.Received[connection] = map[Hour]int{}
	}
	p.Received[connection][h] += n
}

// AddCreated counts n documents.
func (p *Pulse) AddCreated(h Hour, n int) {
	if p.Created == nil {
		p.Created = map[Hour]int{}
	}
	p.Created[h] += n
}

package queue

import "time"

// Backlog is what of an account is queued.
type Backlog struct {
	// Notices counts the messages of stores that are not acknowledged. A wake-up is
	// none: the ledger has its order.
	Notices int
	// Oldest is when the first of them was received; zero if there is none.
	Oldest time.Time
}

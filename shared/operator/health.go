package operator

import (
	"context"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
)

// healthHours is how many hours of the past a Health has.
const healthHours = 48

// Health is how a ledger's orders fare.
type Health struct {
	// Hours are the last 48, the oldest first; the last one is not over yet.
	Hours []Hour
	// Oldest is the order that has gone on by itself for longest, or is queued: neither
	// created nor a person's. Its Key is empty if there is none.
	Oldest ledger.Place
	// Causes are those of the orders that wait for a person.
	Causes []Cause
	// Silent are the connections that are silent for unusually long, the longest first.
	Silent []Silence
	// Since is from when Hours, Causes and Silent know; zero where they know all.
	Since time.Time
}

// Hour is what happened in an hour.
type Hour struct {
	// At is its beginning.
	At time.Time
	// Accepted are the orders that were received, Created the documents that were made or
	// found.
	Accepted, Created int
}

// Silence is a connection of which nothing came for unusually long.
type Silence struct {
	Connection string
	// Last is when the last order was received, Usual the longest that it was silent before.
	Last  time.Time
	Usual time.Duration
}

// ReadHealth tells how the orders fare at now.
func ReadHealth(ctx context.Context, l ledger.Ledger, kinds ERPKinds, now time.Time) (Health, error) {
	h := Health{Hours: make([]Hour, healthHours)}
	first := now.UTC().Truncate(time.Hour).Add(-(healthHours - 1) * time.Hour)
	for i := range h.Hours {
		h.Hours[i].At = first.Add(time.Duration(i) * time.Hour)
	}
	count := func(at time.Time, n func(*Hour) *int) {
		if i := int(at.Sub(first) / time.Hour); !at.Before(first) && i < healthHours {
			*n(&h.Hours[i])++
		}
	}
	err := List(ctx, l, ledger.Filter{Since: first.AddDate(0, 0, -1)}, func(e ledger.Entry) bool {
		count(e.ReceivedAt, func(h *Hour) *int { return &h.Accepted })
		if e.State == ledger.Created {
			count(e.CreatedAt, func(h *Hour) *int { return &h.Created })
		} else if !e.NeedsPerson() && !e.Tombstone() {
			h.Oldest = e.Place()
		}
		return true
	})
	if err != nil {
		return Health{}, err
	}
	h.Causes, err = Causes(ctx, l, kinds, ledger.Filter{Mine: true})
	return h, err
}

package operator

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
)

const (
	// shownHours is how many hours of the past a Health has.
	shownHours = 48
	// usualDays is how far back it looks for what is usual of a connection: four weeks have
	// each day of the week four times.
	usualDays = 28
	// usualOrders is how many orders a connection has had in that time of which it is said
	// what is usual.
	usualOrders = 10
)

// Health is how the orders fare.
type Health struct {
	// Hours are the last 48, the oldest first; the last one is not over yet.
	Hours []HourCount
	// Accounts are the ERP accounts.
	Accounts []AccountView
	// Oldest is when the order was received that is queued or goes on by itself for longest;
	// zero if there is none.
	Oldest time.Time
	// Causes are those of the orders that wait for a person, received since CausesSince: a
	// stack's list is of the last four weeks. Zero is of all.
	Causes      []Cause
	CausesSince time.Time
	// Silent are the connections of which nothing came for unusually long, the longest first.
	Silent []Silence
	// Since is from when Hours are counted, where that is later than their beginning; zero
	// where all is.
	Since time.Time
}

// HourCount is what happened in an hour.
type HourCount struct {
	// At is its beginning.
	At time.Time
	// Accepted are the orders that were received, Created the documents that were created or
	// found.
	Accepted, Created int
}

// Silence is a connection of which nothing came for unusually long.
type Silence struct {
	Connection string
	// Last is when the last order came, at the earliest: the hour is known. Usual is the
	// longest that nothing came before that, in the last four weeks.
	Last  time.Time
	Usual time.Duration
}

// pulseTeller is a ledger that counts by the hour without reading the entries.
type pulseTeller interface {
	Pulse(ctx context.Context, since time.Time) (ledger.Pulse, error)
}

// Health tells how the orders fare.
func (a Accounts) Health(ctx context.Context, kinds ERPKinds) (Health, error) {
	now := a.Now()
	var h Health
	var err error
	if h.Accounts, err = a.List(ctx); err != nil {
		return Health{}, err
	}
	for _, account := range h.Accounts {
		if at := account.OldestAt; !at.IsZero() && (h.Oldest.IsZero() || at.Before(h.Oldest)) {
			h.Oldest = at
		}
	}
	since := now.AddDate(0, 0, -usualDays)
	if _, onStack := a.Ledger.(depthTeller); onStack {
		h.CausesSince = since
	}
	if h.Causes, err = Causes(ctx, a.Ledger, kinds, a.Language, ledger.Filter{Mine: true, Since: h.CausesSince}); err != nil {
		return Health{}, err
	}
	p, err := readPulse(ctx, a.Ledger, since)
	if err != nil {
		return Health{}, err
	}
	h.Hours, h.Silent = hoursOf(p, now), silences(p, now, a.Connections)
	if len(h.Hours) > 0 && p.Since.After(h.Hours[0].At) {
		h.Since = p.Since
	}
	return h, nil
}

// readPulse has what is queued as well: it was accepted.
func readPulse(ctx context.Context, l ledger.Ledger, since time.Time) (ledger.Pulse, error) {
	waiting, err := queued(ctx, l, ledger.Filter{Since: since})
	if err != nil {
		return ledger.Pulse{}, err
	}
	var p ledger.Pulse
	if teller, tells := l.(pulseTeller); tells {
		p, err = teller.Pulse(ctx, since)
	} else {
		err = l.List(ctx, ledger.Filter{}, func(e ledger.Entry) bool {
			if !e.ReceivedAt.Before(since) {
				p.AddReceived(e.Connection, ledger.HourOf(e.ReceivedAt), 1)
			}
			if !e.CreatedAt.IsZero() && !e.CreatedAt.Before(since) {
				p.AddCreated(ledger.HourOf(e.CreatedAt), 1)
			}
			return true
		})
	}
	for _, e := range waiting {
		p.AddReceived(e.Connection, ledger.HourOf(e.ReceivedAt), 1)
	}
	return p, err
}

// hoursOf are the last hours up to now.
func hoursOf(p ledger.Pulse, now time.Time) []HourCount {
	hours := make([]HourCount, shownHours)
	for i := range hours {
		h := ledger.HourOf(now) - ledger.Hour(shownHours-1-i)
		hours[i].At, hours[i].Created = h.Begins(), p.Created[h]
		for _, received := range p.Received {
			hours[i].Accepted += received[h]
		}
	}
	return hours
}

// silences are the configured connections of which nothing came for unusually long: for more
// than twice as long as the longest silence between two of its orders in the last four weeks,
// and for two hours at least. A night or a weekend is in those weeks, so it is usual. Of one
// with fewer than ten orders in them nobody can say what is usual.
func silences(p ledger.Pulse, now time.Time, configured map[string]string) []Silence {
	var list []Silence
	for _, connection := range slices.Sorted(maps.Keys(configured)) {
		hours := slices.Sorted(maps.Keys(p.Received[connection]))
		orders, longest := 0, ledger.Hour(1)
		for i, h := range hours {
			orders += p.Received[connection][h]
			if i > 0 {
				longest = max(longest, h-hours[i-1])
			}
		}
		if orders < usualOrders {
			continue
		}
		last := hours[len(hours)-1]
		if ledger.HourOf(now)-last > 2*longest {
			list = append(list, Silence{Connection: connection, Last: last.Begins(), Usual: time.Duration(longest) * time.Hour})
		}
	}
	slices.SortStableFunc(list, func(a, b Silence) int { return a.Last.Compare(b.Last) })
	return list
}

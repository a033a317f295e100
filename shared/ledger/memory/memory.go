// Package memory is a ledger in memory, for the simulation and for tests that
// need speed. It keeps every promise of ledgertest and nothing after the process
// ends.
package memory

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
)

// Ledger is a ledger.Ledger in memory. The zero value is not usable; see New.
type Ledger struct {
	mu      sync.Mutex
	entries map[string]ledger.Entry
	// due are the entries by account, in the order in which they are due.
	due       map[string][]ledger.Due
	lanes     map[string]ledger.Lane
	customers map[customer]erp.Note
}

type customer struct{ account, hash string }

var _ ledger.Ledger = (*Ledger)(nil)

// New makes an empty ledger.
func New() *Ledger {
	return &Ledger{
		entries: map[string]ledger.Entry{}, due: map[string][]ledger.Due{},
		lanes: map[string]ledger.Lane{}, customers: map[customer]erp.Note{},
	}
}

// do runs f alone, unless ctx is over.
func (l *Ledger) do(ctx context.Context, f func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return f()
}

// Get returns the entry.
func (l *Ledger) Get(ctx context.Context, key string) (e ledger.Entry, err error) {
	err = l.do(ctx, func() error {
		found, ok := l.entries[key]
		if !ok {
			return ledger.ErrNotFound
		}
		e = copied(found)
		return nil
	})
	return e, err
}

// Write replaces before by after; see ledger.Ledger.
func (l *Ledger) Write(ctx context.Context, before, after ledger.Entry) (ledger.Entry, error) {
	stored, err := ledger.Prepare(before, after)
	if err != nil {
		return ledger.Entry{}, err
	}
	err = l.do(ctx, func() error {
		is := l.entries[stored.Key]
		switch {
		case is.Rev == stored.Rev && is.Token == stored.Token:
			// Our own write, whose answer was lost.
			stored = is
			return nil
		case is.Rev != before.Rev:
			return ledger.ErrChanged
		}
		stored = copied(stored)
		l.reindex(is, stored)
		l.entries[stored.Key] = stored
		return nil
	})
	if err != nil {
		return ledger.Entry{}, err
	}
	return copied(stored), nil
}

// copied shares no list with e, so that nobody changes what is stored.
func copied(e ledger.Entry) ledger.Entry {
	e.Payload = slices.Clone(e.Payload)
	e.Seen, e.Reversals, e.Timeline = slices.Clone(e.Seen), slices.Clone(e.Reversals), slices.Clone(e.Timeline)
	e.Lessons.LeftOut = slices.Clone(e.Lessons.LeftOut)
	if e.Newer != nil {
		newer := *e.Newer
		newer.Payload = slices.Clone(newer.Payload)
		e.Newer = &newer
	}
	return e
}

// reindex moves an entry to where it is due now.
func (l *Ledger) reindex(was, is ledger.Entry) {
	if was.Rev > 0 && was.State != ledger.Created {
		list := l.due[was.Account]
		if i, found := slices.BinarySearchFunc(list, ledger.Due{Key: was.Key, At: was.Due}, compare); found {
			l.due[was.Account] = slices.Delete(list, i, i+1)
		}
	}
	if is.State != ledger.Created {
		d := ledger.Due{Key: is.Key, At: is.Due}
		list := l.due[is.Account]
		i, _ := slices.BinarySearchFunc(list, d, compare)
		l.due[is.Account] = slices.Insert(list, i, d)
	}
}

func compare(a, b ledger.Due) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Key, b.Key)) }

// Due lists what is due, the longest due first.
func (l *Ledger) Due(ctx context.Context, account string, now time.Time, limit int) (due []ledger.Due, err error) {
	err = l.do(ctx, func() error {
		for _, d := range l.due[account] {
			if len(due) >= limit || d.At.After(now) {
				break
			}
			due = append(due, d)
		}
		return nil
	})
	return due, err
}

// Backlog tells of the account's entries that are due before the time.
func (l *Ledger) Backlog(ctx context.Context, account string, before time.Time) (b ledger.Backlog, err error) {
	err = l.do(ctx, func() error {
		for _, d := range l.due[account] {
			if !d.At.Before(before) {
				break
			}
			b.Orders++
			if at := l.entries[d.Key].ReceivedAt; b.Oldest.IsZero() || at.Before(b.Oldest) {
				b.Oldest = at
			}
		}
		return nil
	})
	return b, err
}

// NextDue is when the first entry of the account is due; zero if none ever is.
func (l *Ledger) NextDue(account string) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	if list := l.due[account]; len(list) > 0 {
		return list[0].At
	}
	return time.Time{}
}

// Postpone moves a due time.
func (l *Ledger) Postpone(ctx context.Context, d ledger.Due, to time.Time) error {
	return l.do(ctx, func() error {
		e, ok := l.entries[d.Key]
		if !ok || e.State == ledger.Created || !e.Due.Equal(ledger.Millis(d.At)) {
			return ledger.ErrChanged
		}
		was := e
		e.Due = ledger.Millis(to)
		l.reindex(was, e)
		l.entries[d.Key] = e
		return nil
	})
}

// List calls yield for what the filter selects, in its order.
func (l *Ledger) List(ctx context.Context, f ledger.Filter, yield func(ledger.Entry) bool) error {
	var list []ledger.Entry
	err := l.do(ctx, func() error {
		for _, e := range l.entries {
			if f.Matches(e) {
				e.Payload = nil
				e = copied(e)
				if e.Newer != nil {
					e.Newer.Payload = nil
				}
				list = append(list, e)
			}
		}
		return nil
	})
	slices.SortFunc(list, func(a, b ledger.Entry) int { return f.Order(a.Place(), b.Place()) })
	for _, e := range list {
		if !yield(e) {
			break
		}
	}
	return err
}

// Lane returns the account's lane.
func (l *Ledger) Lane(ctx context.Context, account string) (lane ledger.Lane, err error) {
	err = l.do(ctx, func() error { lane = l.lanes[account]; return nil })
	return lane, err
}

// BlockLane extends the lane's rest.
func (l *Ledger) BlockLane(ctx context.Context, account string, lane ledger.Lane) error {
	return l.do(ctx, func() error {
		is := l.lanes[account]
		is.Since, is.Strikes, is.Secret = ledger.Millis(lane.Since), lane.Strikes, lane.Secret
		if until := ledger.Millis(lane.BlockedUntil); until.After(is.BlockedUntil) {
			is.BlockedUntil, is.Why = until, lane.Why
		}
		l.lanes[account] = is
		return nil
	})
}

// GotThrough closes the breaker; the rest that stands goes on.
func (l *Ledger) GotThrough(ctx context.Context, account string, at time.Time) error {
	return l.do(ctx, func() error {
		lane, rested := l.lanes[account]
		if at := ledger.Millis(at); rested && !at.Before(lane.Through) && !at.Before(lane.Since) {
			lane.Since, lane.Strikes, lane.Secret, lane.Through = time.Time{}, 0, "", at
			l.lanes[account] = lane
		}
		return nil
	})
}

// EndRest opens the lane.
func (l *Ledger) EndRest(ctx context.Context, account string) error {
	return l.do(ctx, func() error {
		if lane, rested := l.lanes[account]; rested {
			l.lanes[account] = ledger.Lane{Through: lane.Through}
		}
		return nil
	})
}

// Resting lists the keys of the entries that wait for the account's rest to end.
func (l *Ledger) Resting(ctx context.Context, account string) (keys []string, err error) {
	err = l.do(ctx, func() error {
		for key, e := range l.entries {
			if e.Account == account && e.Rests {
				keys = append(keys, key)
			}
		}
		slices.Sort(keys)
		return nil
	})
	return keys, err
}

// Customer returns what is known of a customer.
func (l *Ledger) Note(ctx context.Context, account, hash string) (mark erp.Note, err error) {
	err = l.do(ctx, func() error { mark = l.customers[customer{account, hash}]; return nil })
	return mark, err
}

// WriteNote replaces what is known of a customer.
func (l *Ledger) WriteNote(ctx context.Context, account, hash string, before, after erp.Note) (kept bool, err error) {
	after, err = ledger.PrepareNote(before, after)
	if err != nil {
		return false, err
	}
	err = l.do(ctx, func() error {
		is := l.customers[customer{account, hash}]
		if is.Token == before.Token {
			l.customers[customer{account, hash}] = after
		}
		kept = is.Token == before.Token || is.Token == after.Token
		return nil
	})
	return kept, err
}

// Unsettled lists the keys of entries that somebody holds, and of those that were to
// be quiet until later than from.
func (l *Ledger) Unsettled(ctx context.Context, from time.Time) (keys []string, err error) {
	err = l.do(ctx, func() error {
		for key, e := range l.entries {
			if !e.Lease.IsZero() || e.State != ledger.Created && e.QuietUntil.After(from) {
				keys = append(keys, key)
			}
		}
		slices.Sort(keys)
		return nil
	})
	return keys, err
}

// ForgetThrough forgets that an order of the account got through, if that was later than
// now.
func (l *Ledger) ForgetThrough(ctx context.Context, account string, now time.Time) error {
	return l.do(ctx, func() error {
		if lane := l.lanes[account]; lane.Through.After(now) {
			lane.Through = time.Time{}
			l.lanes[account] = lane
		}
		return nil
	})
}

// EndQuestions lets whatever was to be asked about a customer later than from be asked
// again at until.
func (l *Ledger) EndQuestions(ctx context.Context, from, until time.Time) error {
	return l.do(ctx, func() error {
		for of, note := range l.customers {
			if note.QuietUntil.After(from) {
				note.QuietUntil = until
				l.customers[of] = note
			}
		}
		return nil
	})
}

package ledgertest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
)

// farFuture is where parked and rejected entries are due: the sweep never comes
// there.
var farFuture = at.AddDate(100, 0, 0)

// waking is what the sweep relies on.
var waking = map[string]func(*testing.T, suite){
	"due lists what is due, the longest due first, up to the limit": func(t *testing.T, s suite) {
		for i, minutes := range []int{-3, 0, -10, 1, -1} {
			e := s.entry(fmt.Sprint(i))
			e.State, e.Due = ledger.Waiting, at.Add(time.Duration(minutes)*time.Minute)
			s.create(t, e)
		}
		due := func(id string, minutes int) ledger.Due {
			return ledger.Due{Key: s.key(id), At: at.Add(time.Duration(minutes) * time.Minute)}
		}
		s.wantDue(t, at, 10, due("2", -10), due("0", -3), due("4", -1), due("1", 0))
		s.wantDue(t, at, 2, due("2", -10), due("0", -3))
		s.wantDue(t, at.Add(-5*time.Minute), 10, due("2", -10))
		s.wantDue(t, at, 0)
	},

	"due lists a lease's end, and neither created nor parked nor rejected entries": func(t *testing.T, s suite) {
		held := s.entry("held")
		held.State, held.Owner, held.Lease, held.Due = ledger.Creating, "me", at.Add(time.Minute), at.Add(time.Minute)
		s.create(t, held)
		for id, state := range map[string]ledger.State{"parked": ledger.Uncertain, "rejected": ledger.Rejected} {
			e := s.entry(id)
			e.State, e.Due = state, farFuture
			s.create(t, e)
		}
		done := s.entry("done")
		done.State, done.Due = ledger.Created, time.Time{}
		s.create(t, done)

		s.wantDue(t, at, 10)
		end := ledger.Due{Key: held.Key, At: held.Due}
		s.wantDue(t, at.Add(time.Minute), 10, end)
		s.wantDue(t, farFuture.Add(-time.Minute), 10, end)
	},

	"an entry that becomes created is due no more": func(t *testing.T, s suite) {
		e := s.create(t, s.entry("1"))
		after := e
		after.State, after.Due = ledger.Created, time.Time{}
		s.write(t, e, after)
		s.wantDue(t, farFuture, 10)
	},

	"what is created may be looked up again: due follows, there and back": func(t *testing.T, s suite) {
		e := s.entry("1")
		e.State, e.Due, e.ERPID, e.CreatedAt, e.Expires = ledger.Created, time.Time{}, "777", at, at.AddDate(2, 0, 0)
		created := s.create(t, e)
		s.wantDue(t, farFuture, 10)

		after := created
		after.State, after.Until, after.Due, after.Expires = ledger.Uncertain, at.Add(time.Minute), at.Add(time.Minute), time.Time{}
		denied := s.write(t, created, after)
		s.wantDue(t, at, 10)
		s.wantDue(t, at.Add(time.Minute), 10, ledger.Due{Key: e.Key, At: at.Add(time.Minute)})
		if got := s.get(t, e.Key); !got.Denied() || got.ERPID != "777" || !got.Expires.IsZero() {
			t.Fatalf("denied as %+v", got)
		}

		again := denied
		again.State, again.Until, again.Due, again.Expires, again.Token = ledger.Created, time.Time{}, time.Time{}, created.Expires, newToken()
		same(t, "the entry", s.write(t, denied, again), s.get(t, e.Key))
		s.wantDue(t, farFuture, 10)

		// And once it is proven gone, nothing of the document stays behind.
		denied = s.write(t, s.get(t, e.Key), denied)
		gone := denied
		gone.State, gone.Until, gone.Due, gone.ERPID, gone.CreatedAt = ledger.Rejected, time.Time{}, farFuture, "", time.Time{}
		s.write(t, denied, gone)
		s.wantDue(t, farFuture.Add(-time.Minute), 10)
		if got := s.get(t, e.Key); got.ERPID != "" || !got.CreatedAt.IsZero() {
			t.Fatalf("gone as %+v", got)
		}
	},

	"due lists one account alone": func(t *testing.T, s suite) {
		e := s.entry("1")
		e.Account = s.connection("loja")
		s.create(t, e)
		s.wantDue(t, at, 10)
	},

	"due to the millisecond": func(t *testing.T, s suite) {
		e := s.entry("1")
		e.Due = at.Add(7 * time.Millisecond)
		s.create(t, e)
		s.wantDue(t, at.Add(6*time.Millisecond), 10)
		s.wantDue(t, at.Add(7*time.Millisecond), 10, ledger.Due{Key: e.Key, At: e.Due})
	},

	"what rests is what waits for its account alone": func(t *testing.T, s suite) {
		waits := func(id, account string, rests bool, due time.Time) ledger.Entry {
			e := s.entry(id)
			e.State, e.Account, e.Rests, e.Until, e.Due = ledger.Waiting, s.connection(account), rests, due, due
			return s.create(t, e)
		}
		waits("later", "estudio", true, at.Add(2*time.Hour))
		first := waits("first", "estudio", true, at.Add(time.Hour))
		waits("other", "estudio", false, at.Add(time.Hour))
		waits("elsewhere", "loja", true, at.Add(time.Hour))
		s.wantResting(t, "estudio", "first", "later")
		after := first
		after.Rests = false
		s.write(t, first, after)
		s.wantResting(t, "estudio", "later")
		s.wantResting(t, "loja", "elsewhere")
		s.wantResting(t, "none")
	},

	"the backlog is what goes on by itself, now or later, with the oldest": func(t *testing.T, s suite) {
		s.wantBacklog(t, ledger.Backlog{})
		for id, e := range map[string]struct {
			state         ledger.State
			due, received time.Time
		}{
			"accepted":  {ledger.Accepted, at, at},
			"creating":  {ledger.Creating, at.Add(time.Minute), at.Add(-time.Minute)},
			"waiting":   {ledger.Waiting, at.AddDate(0, 0, 7), at.Add(-time.Hour)},
			"uncertain": {ledger.Uncertain, at.Add(time.Hour), at.Add(-time.Second)},
			// Neither of these goes on, however old it is.
			"parked":   {ledger.Uncertain, farFuture, at.AddDate(0, 0, -1)},
			"rejected": {ledger.Rejected, farFuture, at.AddDate(0, 0, -2)},
			"created":  {ledger.Created, time.Time{}, at.AddDate(0, 0, -3)},
		} {
			is := s.entry(id)
			is.State, is.Due, is.ReceivedAt = e.state, e.due, e.received
			s.create(t, is)
		}
		another := s.entry("another's")
		another.Account, another.ReceivedAt = s.connection("loja"), at.AddDate(0, 0, -4)
		s.create(t, another)
		s.wantBacklog(t, ledger.Backlog{Orders: 4, Oldest: at.Add(-time.Hour)})

		before := s.get(t, s.key("waiting"))
		after := before
		after.State, after.Due = ledger.Created, time.Time{}
		s.write(t, before, after)
		s.wantBacklog(t, ledger.Backlog{Orders: 3, Oldest: at.Add(-time.Minute)})
	},

	"the backlog of hundreds is counted to the last": func(t *testing.T, s suite) {
		for i := range 203 {
			e := s.entry(fmt.Sprint(i))
			e.State, e.Due, e.ReceivedAt = ledger.Waiting, at.Add(time.Duration(i)*time.Second), at.Add(-time.Duration(i)*time.Second)
			s.create(t, e)
		}
		s.wantBacklog(t, ledger.Backlog{Orders: 203, Oldest: at.Add(-202 * time.Second)})
	},

	"postpone moves the due time and nothing else": func(t *testing.T, s suite) {
		e := s.entry("1")
		fill(t, &e)
		e.Key, e.Account, e.State, e.Due, e.Rev = s.key("1"), s.connection("estudio"), ledger.Waiting, at, 0
		want := s.create(t, e)
		mustBe(t, s.Postpone(t.Context(), ledger.Due{Key: e.Key, At: at}, at.Add(10*time.Minute)), nil)
		want.Due = at.Add(10 * time.Minute)
		same(t, "the entry", s.get(t, e.Key), want)
		s.wantDue(t, at, 10)
		s.wantDue(t, want.Due, 10, ledger.Due{Key: e.Key, At: want.Due})
	},

	"postpone bounces where the due time is not what was read": func(t *testing.T, s suite) {
		due := ledger.Due{Key: s.key("1"), At: at}
		mustBe(t, s.Postpone(t.Context(), due, at.Add(time.Hour)), ledger.ErrChanged)
		_, err := s.Get(t.Context(), due.Key)
		mustBe(t, err, ledger.ErrNotFound)

		e := s.create(t, s.entry("1"))
		mustBe(t, s.Postpone(t.Context(), due, at.Add(time.Hour)), nil)
		mustBe(t, s.Postpone(t.Context(), due, at.Add(2*time.Hour)), ledger.ErrChanged)
		if got := s.get(t, e.Key); !got.Due.Equal(at.Add(time.Hour)) {
			t.Fatalf("due at %v", got.Due)
		}

		done := s.get(t, e.Key)
		done.State, done.Due = ledger.Created, time.Time{}
		s.write(t, s.get(t, e.Key), done)
		mustBe(t, s.Postpone(t.Context(), ledger.Due{Key: e.Key, At: at.Add(time.Hour)}, at), ledger.ErrChanged)
		s.wantDue(t, farFuture, 10)
	},

	"a write by whoever read before a postpone succeeds": func(t *testing.T, s suite) {
		read := s.create(t, s.entry("1"))
		mustBe(t, s.Postpone(t.Context(), ledger.Due{Key: read.Key, At: at}, at.Add(10*time.Minute)), nil)
		after := read
		after.State, after.Due = ledger.Creating, at.Add(time.Minute)
		wrote := s.write(t, read, after)
		same(t, "the entry", s.get(t, read.Key), wrote)
		if !wrote.Due.Equal(at.Add(time.Minute)) {
			t.Fatalf("due at %v", wrote.Due)
		}
	},

	"of two sweeps at once one postpones": func(t *testing.T, s suite) {
		e := s.create(t, s.entry("1"))
		oneWon(t, race(claimants, func(i int) error {
			return s.Postpone(t.Context(), ledger.Due{Key: e.Key, At: at}, at.Add(time.Duration(i+1)*time.Minute))
		}))
	},
}

// wantBacklog leaves out what is due in the far future.
func (s suite) wantBacklog(t *testing.T, want ledger.Backlog) {
	t.Helper()
	got, err := s.Backlog(t.Context(), s.connection("estudio"), farFuture)
	mustBe(t, err, nil)
	same(t, "backlog", got, want)
}

func (s suite) wantDue(t *testing.T, now time.Time, limit int, want ...ledger.Due) {
	t.Helper()
	got, err := s.Due(t.Context(), s.connection("estudio"), now, limit)
	mustBe(t, err, nil)
	if len(got)+len(want) > 0 {
		same(t, "due", got, want)
	}
}

func (s suite) wantResting(t *testing.T, account string, ids ...string) {
	t.Helper()
	got, err := s.Resting(t.Context(), s.connection(account))
	mustBe(t, err, nil)
	slices.Sort(got)
	var want []string
	for _, id := range ids {
		want = append(want, s.key(id))
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Fatalf("%s rests: %q, want %q", account, got, want)
	}
}

package placing_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	ledgermemory "github.com/carimbo/carimbo/shared/ledger/memory"
	ledgersqlite "github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/queue"
	queuememory "github.com/carimbo/carimbo/shared/queue/memory"
	"github.com/carimbo/carimbo/shared/secret"
	"github.com/carimbo/carimbo/shared/words"
)

// onLedgers runs the test on each ledger that is here without a server; the functions'
// tests resume on DynamoDB's.
func onLedgers(t *testing.T, do func(*testing.T, ledger.Ledger)) {
	t.Run("memory", func(t *testing.T) { do(t, ledgermemory.New()) })
	t.Run("sqlite", func(t *testing.T) {
		l, err := ledgersqlite.Open(t.Context(), t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		do(t, l)
	})
}

// desk is a ledger with orders of accounts.
type desk struct {
	ledger.Ledger
	t   *testing.T
	now time.Time
}

func (d *desk) happens(key string, ev placing.Event) ledger.Entry {
	d.t.Helper()
	e, _, err := placing.Apply(d.t.Context(), d.Ledger, looksUp, key, ev, func() time.Time { return d.now })
	if err != nil {
		d.t.Fatal(err)
	}
	return e
}

// arrives has a message of the order claim it.
func (d *desk) arrives(key, account string, m queue.Message) ledger.Entry {
	d.t.Helper()
	m.Key, m.Account = key, account
	return d.happens(key, placing.Arrival{Message: m, ERPKind: "omie", Reference: erp.Reference{Code: key}, Owner: "claim-" + key, Lease: d.now.Add(lease)})
}

func (d *desk) get(key string) ledger.Entry {
	d.t.Helper()
	e, err := d.Get(d.t.Context(), key)
	if err != nil {
		d.t.Fatal(err)
	}
	return e
}

// resting fills the desk with orders of which two wait for estudio's rest to end.
func resting(t *testing.T, l ledger.Ledger) *desk {
	t.Helper()
	d := &desk{Ledger: l, t: t, now: noon}
	held := func(key, account string, rest time.Duration) {
		e := d.arrives(key, account, paid(1, "a"))
		d.happens(key, placing.PrepareFailed{Fence: e.Fence, Answer: block, LaneUntil: d.now.Add(rest)})
	}
	held("held", "estudio", time.Hour)
	held("of another account", "loja", time.Hour)
	// Its rest is over, and somebody is at work on it.
	held("worked upon", "estudio", time.Minute)
	e := d.arrives("waits for its store", "estudio", paid(1, "a"))
	d.happens(e.Key, placing.FetchFailed{Fence: e.Fence, Text: words.Plain("no answer")})

	d.now = noon.Add(10 * time.Minute)
	d.arrives("worked upon", "estudio", wake())
	e = d.arrives("refused", "estudio", paid(1, "a"))
	e = d.happens(e.Key, placing.Prepared{Fence: e.Fence, Mark: markOf(e), TimeLeft: true})
	d.happens(e.Key, placing.Answered{Fence: e.Fence, Answer: block, LaneUntil: d.now.Add(time.Hour)})
	if err := l.BlockLane(t.Context(), "estudio", ledger.Lane{BlockedUntil: d.now.Add(time.Hour), Why: words.Plain("refused"), Since: noon, Strikes: 2, Secret: "v1"}); err != nil {
		t.Fatal(err)
	}
	d.now = d.now.Add(time.Second)
	return d
}

func (d *desk) resume() (int, error) {
	return placing.Resume(d.t.Context(), d.Ledger, looksUp, "estudio", func() time.Time { return d.now })
}

func (d *desk) lane() ledger.Lane {
	d.t.Helper()
	lane, err := d.Lane(d.t.Context(), "estudio")
	if err != nil {
		d.t.Fatal(err)
	}
	return lane
}

func TestResumeMakesDueWhatWaitedAndNothingTooEarly(t *testing.T) {
	onLedgers(t, func(t *testing.T, l ledger.Ledger) {
		d := resting(t, l)
		before := map[string]ledger.Entry{}
		for _, key := range []string{"of another account", "worked upon", "waits for its store"} {
			before[key] = d.get(key)
		}
		if !before["worked upon"].Rests || !before["worked upon"].Leased(d.now) {
			t.Fatalf("not what the test is about: %+v", before["worked upon"])
		}
		if n, err := d.resume(); n != 2 || err != nil {
			t.Errorf("resumed %d, %v", n, err)
		}
		if diff := cmp.Diff(ledger.Lane{}, d.lane()); diff != "" {
			t.Errorf("the lane (-want +got):\n%s", diff)
		}
		if e := d.get("held"); !e.Until.Equal(d.now) || !e.Due.Equal(d.now) || e.Rests || e.State != ledger.Waiting {
			t.Errorf("held: %s, due %s", e.State, e.Due)
		}
		// Its create ended a second ago.
		if e := d.get("refused"); !e.Due.Equal(d.now.Add(placing.Spacing-time.Second)) || !e.Due.Equal(e.QuietUntil) || e.Rests {
			t.Errorf("refused: due %s, quiet until %s", e.Due.Sub(d.now), e.QuietUntil.Sub(d.now))
		}
		for key, was := range before {
			if diff := cmp.Diff(was, d.get(key)); diff != "" {
				t.Errorf("%s (-before +after):\n%s", key, diff)
			}
		}
		if n, err := d.resume(); n != 0 || err != nil {
			t.Errorf("resumed %d more, %v", n, err)
		}
	})
}

// failing is a ledger whose n-th write, and all after it, fail.
type failing struct {
	ledger.Ledger
	left int
}

var errThrottled = errors.New("throttled")

func (f *failing) Write(ctx context.Context, before, after ledger.Entry) (ledger.Entry, error) {
	if f.left--; f.left < 0 {
		return ledger.Entry{}, errThrottled
	}
	return f.Ledger.Write(ctx, before, after)
}

func TestResumeThatBrokeOffIsGoneOnWith(t *testing.T) {
	onLedgers(t, func(t *testing.T, l ledger.Ledger) {
		d := resting(t, l)
		whole := d.Ledger
		for _, c := range []struct {
			writes, resumed int
			fails           bool
		}{{0, 0, true}, {1, 1, true}, {9, 1, false}, {9, 0, false}} {
			d.Ledger = &failing{whole, c.writes}
			if n, err := d.resume(); n != c.resumed || errors.Is(err, errThrottled) != c.fails || (err != nil) != c.fails {
				t.Errorf("with %d writes: resumed %d, %v", c.writes, n, err)
			}
			// Or the next sweep would not go on with it.
			if lane, err := whole.Lane(t.Context(), "estudio"); err != nil || lane.BlockedUntil.IsZero() == c.fails {
				t.Errorf("with %d writes: %+v, %v", c.writes, lane, err)
			}
		}
		d.Ledger = whole
		for _, key := range []string{"held", "refused"} {
			if e := d.get(key); e.Rests || e.Due.After(d.now.Add(placing.Spacing)) {
				t.Errorf("%s still rests: due %s", key, e.Due.Sub(d.now))
			}
		}
	})
}

func TestAnotherVersionOfTheSecretEndsARestWithinASweep(t *testing.T) {
	version := func(is string, err error) func(context.Context, string) (string, error) {
		return func(_ context.Context, account string) (string, error) {
			if account != "estudio" {
				return "", fmt.Errorf("asked about %s", account)
			}
			return is, err
		}
	}
	for name, c := range map[string]struct {
		secret  string // of the lane
		version func(context.Context, string) (string, error)
		ends    bool
		fails   bool
	}{
		"another version":             {"v1", version("v2", nil), true, false},
		"the same version":            {"v1", version("v1", nil), false, false},
		"no version to be had":        {"v1", version("", nil), false, false},
		"no answer":                   {"v1", version("", errThrottled), false, true},
		"nobody can tell":             {"v1", nil, false, false},
		"a rest under an unknown one": {"", version("v2", nil), false, false},
		"both unknown":                {"", version("", nil), false, false},
	} {
		t.Run(name, func(t *testing.T) {
			onLedgers(t, func(t *testing.T, l ledger.Ledger) {
				d := resting(t, l)
				lane := d.lane()
				lane.Secret = c.secret
				if err := l.BlockLane(t.Context(), "estudio", lane); err != nil {
					t.Fatal(err)
				}
				now := func() time.Time { return d.now }
				q := queuememory.New(queuememory.Options{Now: now})
				sweep := placing.Sweep{Ledger: l, Spacing: placing.Spacing, Now: now, SecretVersion: c.version, Queue: func(string) queue.Sender { return q }}
				n, err := sweep.Account(t.Context(), "estudio")
				if n != 0 || (err != nil) != c.fails || c.fails && !errors.Is(err, errThrottled) {
					t.Errorf("woken %d, %v", n, err)
				}
				if open := d.lane().BlockedUntil.IsZero(); open != c.ends || d.get("held").Rests == c.ends {
					t.Errorf("the rest has ended: %t, and what waited goes on: %t; want %t", open, !d.get("held").Rests, c.ends)
				}
				woken := 0
				if c.ends {
					woken = 2 // with the one that its store keeps waiting
				}
				if n, err := sweep.Account(t.Context(), "estudio"); n != woken || (err != nil) != c.fails {
					t.Errorf("the next sweep woke %d, want %d, %v", n, woken, err)
				}
			})
		})
	}
}

// rotating is a store of one secret of which a newer version is found by a refresh.
type rotating struct{ version, next string }

func (r *rotating) Get(_ context.Context, name string) (secret.Secret, error) {
	if name != "omie/estudio" || r.version == "" {
		return secret.Secret{}, secret.ErrNotFound
	}
	return secret.Secret{Values: map[string]string{"app_key": "1", "app_secret": "s"}, Version: r.version}, nil
}

func (r *rotating) Refresh(ctx context.Context, name string, _ time.Time) (secret.Secret, error) {
	r.version = r.next
	return r.Get(ctx, name)
}

func TestARestKnowsItsSecretAndARefusedKeyReadsItAnew(t *testing.T) {
	refused := erp.Answer{Kind: erp.AccountRests, RetryAfter: 5 * time.Minute, AccountFault: true, Text: words.Plain("the key is refused")}
	for name, c := range map[string]struct {
		answer       erp.Answer
		is           string
		noted, after string
	}{
		"a refused key":             {refused, "v1", "v1", "v2"},
		"too many calls":            {block, "v1", "v1", "v1"},
		"a secret that isn't there": {refused, "", "", ""},
		"no rest":                   {erp.Answer{Kind: erp.Refused, Text: words.Plain("no")}, "v1", "", "v1"},
	} {
		t.Run(name, func(t *testing.T) {
			s, store := newShift(t), &rotating{version: c.is, next: "v2"}
			s.secrets = store
			s.client.customer = func() erp.Answer { return c.answer }
			s.handles(s.paid("Ana", 1))
			if lane := s.lane(); lane.Secret != c.noted || store.version != c.after {
				t.Errorf("rests under %q, want %q; the next call is made under %q, want %q", lane.Secret, c.noted, store.version, c.after)
			}
		})
	}
}

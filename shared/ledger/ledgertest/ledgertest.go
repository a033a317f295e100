// Package ledgertest is what every ledger promises, as a suite that each of them
// runs. It knows no storage: whatever passes it can be placed upon.
package ledgertest

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/ledger"
)

// Run runs the suite. open returns an empty ledger each time, or one in which
// nobody uses the suite's connections and accounts: they are new ones each time.
func Run(t *testing.T, open func(t *testing.T) ledger.Ledger) {
	for _, promises := range []map[string]func(*testing.T, suite){writing, storing, waking, listing, resting, meeting} {
		for name, promise := range promises {
			t.Run(name, func(t *testing.T) { promise(t, suite{Ledger: open(t), unique: newToken()}) })
		}
	}
}

// suite is a ledger with names that no other test uses.
type suite struct {
	ledger.Ledger
	unique string
}

// claimants is how many race for one entry.
const claimants = 64

// at is the suite's time: no promise depends on the clock.
var at = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// newToken is unique among runs as well: a ledger may outlive the process.
func newToken() string { return strings.ToLower(rand.Text()) }

func (s suite) connection(name string) string { return name + "-" + s.unique }
func (s suite) key(id string) string          { return s.connection("cursos") + "#" + id }

// entry is an accepted order as intake would have it, with a token of its own.
func (s suite) entry(id string) ledger.Entry {
	return ledger.Entry{
		Key: s.key(id), Token: newToken(), Connection: s.connection("cursos"), Platform: "hotmart", OrderID: id,
		ERPKind: "omie", Account: s.connection("estudio"), State: ledger.Accepted, Due: at, ReceivedAt: at, UpdatedAt: at,
	}
}

// write writes the entry over before and fails the test if it bounces.
func (s suite) write(t *testing.T, before, after ledger.Entry) ledger.Entry {
	t.Helper()
	if after.Token == before.Token {
		after.Token = newToken()
	}
	wrote, err := s.Write(t.Context(), before, after)
	if err != nil {
		t.Fatalf("write %s: %v", after.Key, err)
	}
	return wrote
}

func (s suite) create(t *testing.T, e ledger.Entry) ledger.Entry {
	t.Helper()
	return s.write(t, ledger.Entry{}, e)
}

func (s suite) get(t *testing.T, key string) ledger.Entry {
	t.Helper()
	e, err := s.Get(t.Context(), key)
	if err != nil {
		t.Fatalf("get %s: %v", key, err)
	}
	return e
}

func mustBe(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got error %v, want %v", err, want)
	}
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

// race lets n goroutines do the same at once and returns their errors.
func race(n int, do func(i int) error) []error {
	results := make([]error, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			results[i] = do(i)
		})
	}
	close(start)
	wg.Wait()
	return results
}

// oneWon fails unless exactly one succeeded and all others saw ErrChanged.
func oneWon(t *testing.T, results []error) (winner int) {
	t.Helper()
	winner = -1
	for i, err := range results {
		switch {
		case err == nil && winner < 0:
			winner = i
		case err == nil:
			t.Fatalf("claimants %d and %d both won", winner, i)
		case !errors.Is(err, ledger.ErrChanged):
			t.Fatalf("claimant %d: %v", i, err)
		}
	}
	if winner < 0 {
		t.Fatal("nobody won")
	}
	return winner
}

func cancelled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

package sqlite_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/ledger/sqlite"
)

// The first of the two makes the folder's ledger; what the second hears.
func TestSimulatedOrdersAndRealOnesHaveFoldersOfTheirOwn(t *testing.T) {
	real := func(t *testing.T, dir string) (*sqlite.Ledger, error) { return sqlite.OpenFor(t.Context(), dir, false) }
	simulated := func(t *testing.T, dir string) (*sqlite.Ledger, error) { return sqlite.OpenFor(t.Context(), dir, true) }
	operator := func(t *testing.T, dir string) (*sqlite.Ledger, error) { return sqlite.Open(t.Context(), dir) }
	for _, c := range []struct {
		name          string
		first, second func(*testing.T, string) (*sqlite.Ledger, error)
		want          error
	}{
		{"a trial goes on", simulated, simulated, nil},
		{"real orders go on", real, real, nil},
		{"real orders after a trial", simulated, real, sqlite.ErrSimulated},
		{"a trial over real orders", real, simulated, sqlite.ErrNotSimulated},
		{"a trial over a ledger of unknown origin", operator, simulated, sqlite.ErrNotSimulated},
		{"an operator looks at a trial", simulated, operator, nil},
		{"an operator looks at real orders", real, operator, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			l, err := c.first(t, dir)
			if err != nil {
				t.Fatal(err)
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			l, err = c.second(t, dir)
			if !errors.Is(err, c.want) {
				t.Errorf("got error %v, want %v", err, c.want)
			}
			if err != nil && !(strings.Contains(err.Error(), dir) && strings.Contains(err.Error(), "another --data")) {
				t.Errorf("%v says neither which folder nor what to do", err)
			}
			if l != nil {
				l.Close()
			}
		})
	}
}

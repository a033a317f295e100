package operator_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
)

func TestDistanceCountsLettersToChange(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"", "ab", 2}, {"abc", "abc", 0}, {"abc", "acb", 2}, {"kitten", "sitting", 3}, {"é", "e", 1}} {
		if got := operator.EditDistance(c.a, c.b); got != c.want {
			t.Errorf("%q to %q: %d, not %d", c.a, c.b, got, c.want)
		}
	}
}

// endless is a ledger that always has another order.
type endless struct{ ledger.Ledger }

func (endless) Get(context.Context, string) (ledger.Entry, error) {
	return ledger.Entry{}, ledger.ErrNotFound
}

func (endless) List(_ context.Context, _ ledger.Filter, yield func(ledger.Entry) bool) error {
	for yield(ledger.Entry{Key: "cursos#HP01"}) {
	}
	return nil
}

func TestAMistypedKeyIsNotLookedForInALedgerOfAnySize(t *testing.T) {
	_, err := operator.Find(t.Context(), endless{}, "nothing like it at all")
	if r, ok := errors.AsType[*operator.Refusal](err); !ok || strings.Contains(r.Why, "do you mean") {
		t.Error(err)
	}
}

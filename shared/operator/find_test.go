package operator_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
)

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

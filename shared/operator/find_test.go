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

// few is a ledger of these orders.
type few struct {
	endless
	entries []ledger.Entry
}

func (l few) List(_ context.Context, _ ledger.Filter, yield func(ledger.Entry) bool) error {
	for _, e := range l.entries {
		if !yield(e) {
			break
		}
	}
	return nil
}

func TestANumberAsTheShopWritesItFindsItsKey(t *testing.T) {
	l := few{entries: []ledger.Entry{
		{Key: "loja#6200000000001", Connection: "loja", StoreNumber: "#8008"},
		{Key: "wp#8008", Connection: "wp", StoreNumber: "8008"},
		{Key: "wp#77", Connection: "wp", StoreNumber: "PED-12"},
	}}
	for typed, want := range map[string]string{
		"#8008": "loja#6200000000001 or wp#8008?", "8008": "loja#6200000000001 or wp#8008?", "loja#8008": "loja#6200000000001",
		"loja##8008": "loja#6200000000001", "ped-12": "wp#77?", "#PED-12": "wp#77?",
	} {
		_, err := operator.Find(t.Context(), l, typed)
		if r, ok := errors.AsType[*operator.Refusal](err); !ok || !strings.Contains(r.Why.String(), "do you mean "+want) {
			t.Errorf("%s: %v", typed, err)
		}
	}
	if _, err := operator.Find(t.Context(), l, "#8009"); err == nil || strings.Contains(err.Error(), "6200000000001") {
		t.Errorf("another number: %v", err)
	}
}

func TestAMistypedKeyIsNotLookedForInALedgerOfAnySize(t *testing.T) {
	_, err := operator.Find(t.Context(), endless{}, "nothing like it at all")
	if r, ok := errors.AsType[*operator.Refusal](err); !ok || strings.Contains(r.Why.String(), "do you mean") {
		t.Error(err)
	}
}

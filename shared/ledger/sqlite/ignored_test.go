package sqlite_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/ledger"
)

func ignoredCall(n int) ledger.Ignored {
	return ledger.Ignored{At: at.UTC(), Connection: "cursos", Platform: "hotmart", Topic: "PURCHASE_DELAYED", OrderID: fmt.Sprintf("HP%05d", n), StoreNumber: fmt.Sprint(n), Why: "not_paid"}
}

func TestTheLast10000IgnoredCallsAreListed(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	var calls []ledger.Ignored
	for n := range ledger.MaxIgnored {
		calls = append(calls, ignoredCall(n))
	}
	if err := l.AddIgnored(t.Context(), calls); err != nil {
		t.Fatal(err)
	}
	got, err := l.Ignored(t.Context())
	if err != nil || len(got) != ledger.MaxIgnored || got[len(got)-1] != ignoredCall(0) {
		t.Fatalf("%d are listed: %v", len(got), err)
	}
	if err := l.AddIgnored(t.Context(), []ledger.Ignored{ignoredCall(ledger.MaxIgnored)}); err != nil {
		t.Fatal(err)
	}
	l.Close()
	got, err = open(t, dir).Ignored(t.Context())
	if err != nil || len(got) != ledger.MaxIgnored {
		t.Fatalf("%d are listed: %v", len(got), err)
	}
	if diff := cmp.Diff([]ledger.Ignored{ignoredCall(ledger.MaxIgnored), ignoredCall(1)}, []ledger.Ignored{got[0], got[len(got)-1]}); diff != "" {
		t.Errorf("the newest and the oldest (-want +got):\n%s", diff)
	}
}

// patience is less than a statement waits as a rule.
const patience = 4 * time.Second

func TestAnIgnoredCallWaitsForNoOtherProcess(t *testing.T) {
	dir := t.TempDir()
	l, other := open(t, dir), open(t, dir)
	tx, err := other.DB().BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := l.AddIgnored(ctx, []ledger.Ignored{ignoredCall(1)}); err == nil || ctx.Err() != nil {
		t.Errorf("it should be refused at once: %v, %v", err, ctx.Err())
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := l.AddIgnored(t.Context(), []ledger.Ignored{ignoredCall(2)}); err != nil {
		t.Error(err)
	}
	if got, err := l.Ignored(t.Context()); err != nil || len(got) != 1 || got[0] != ignoredCall(2) {
		t.Errorf("%v, %v", got, err)
	}
}

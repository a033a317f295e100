package memory_test

import (
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/ledgertest"
	"github.com/carimbo/carimbo/shared/ledger/memory"
)

func TestLedgerPromises(t *testing.T) {
	ledgertest.Run(t, func(*testing.T) ledger.Ledger { return memory.New() })
}

func TestALedgerOfOneProcessIsTakenOver(t *testing.T) {
	ledgertest.RunTakenOver(t, func(*testing.T) ledgertest.OfOneProcess { return memory.New() })
}

func TestWhatWasReadIsTheReaders(t *testing.T) {
	l := memory.New()
	e := ledger.Entry{Key: "cursos#1", Token: "t", Account: "estudio", Payload: []byte("a"), Seen: []string{"d"},
		Newer: &ledger.Contents{Payload: []byte("b")}}
	wrote, err := l.Write(t.Context(), ledger.Entry{}, e)
	if err != nil {
		t.Fatal(err)
	}
	e.Payload[0], wrote.Payload[0], wrote.Seen[0], wrote.Newer.Payload[0] = 'x', 'x', "x", 'x'
	got, err := l.Get(t.Context(), e.Key)
	if err != nil || string(got.Payload) != "a" || got.Seen[0] != "d" || string(got.Newer.Payload) != "b" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestNextDueIsTheFirstOfTheAccount(t *testing.T) {
	l := memory.New()
	noon := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	for key, due := range map[string]time.Time{"a": noon.Add(time.Hour), "b": noon} {
		if _, err := l.Write(t.Context(), ledger.Entry{}, ledger.Entry{Key: key, Token: key, Account: "estudio", Due: due}); err != nil {
			t.Fatal(err)
		}
	}
	if got := l.NextDue("estudio"); !got.Equal(noon) {
		t.Errorf("due at %s", got)
	}
	if got := l.NextDue("loja"); !got.IsZero() {
		t.Errorf("due at %s", got)
	}
}

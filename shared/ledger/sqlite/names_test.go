package sqlite_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/sqlite"
)

// foundBy are the orders that a search finds, in the order of their list.
func foundBy(t *testing.T, l *sqlite.Ledger, f ledger.Filter) (ids []string) {
	t.Helper()
	if err := l.List(t.Context(), f, func(e ledger.Entry) bool { ids = append(ids, e.OrderID); return true }); err != nil {
		t.Fatalf("%+v: %v", f, err)
	}
	return ids
}

func TestASearchFindsWhatIsCalledSo(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	for id, change := range map[string]func(*ledger.Entry){
		"1001":   func(e *ledger.Entry) { e.StoreNumber = "#10" },
		"1002":   func(e *ledger.Entry) { e.StoreNumber, e.ERPNumber, e.ERPID = "# 100 ", "1001", "1001" },
		"AbC":    func(e *ledger.Entry) { e.StoreNumber, e.ERPID = "abc", "ABC" },
		"É1":     func(e *ledger.Entry) { e.StoreNumber = "Éa-%_\"'\\" },
		"none":   func(e *ledger.Entry) {},
		"#":      func(e *ledger.Entry) { e.StoreNumber = "#" },
		"x#y":    func(e *ledger.Entry) { e.StoreNumber = "10\U0010ffff" },
		"loja":   func(e *ledger.Entry) { e.Connection, e.Key, e.StoreNumber = "loja", "loja#loja", "1001" },
		"origin": func(e *ledger.Entry) { e.Reference = erp.Reference{Orig: "Site", OrigID: "origin"} },
		"code":   func(e *ledger.Entry) { e.Reference = erp.NewReference("cursos", "", "code") },
	} {
		e := entry(id)
		change(&e)
		if _, err := l.Write(t.Context(), ledger.Entry{}, e); err != nil {
			t.Fatal(err)
		}
	}
	// What an order was called before it isn't called any more.
	for _, number := range []string{"#77", "#78"} {
		before, err := l.Get(t.Context(), "cursos#none")
		if err != nil {
			t.Fatal(err)
		}
		after := before
		after.Token, after.StoreNumber = number, number
		if _, err := l.Write(t.Context(), before, after); err != nil {
			t.Fatal(err)
		}
	}
	found := 0
	for _, typed := range []string{"10", "#10", "100", " 100", "1001", "1002", "abc", "ABC", "é1", "É1", "Éa", "Éa-%", "%", "_", "\"", "'", "\\", "#", "", "x#y", "#x#y", "10\U0010ffff", "loja#1001", "LOJA#10",
		"cursos#1001", "cursos#100", "site#origin", "cursos#origin", "origin", "cursos#É1", "cursos#É1 ", erp.NewReference("cursos", "", "code").Code, "77", "78", "7", "\x00", "1\x00"} {
		for _, f := range []ledger.Filter{{}, {Connection: "loja"}, {OldestFirst: true}, {From: ledger.Place{ReceivedAt: at, Key: "cursos#b"}}} {
			var want []string
			for _, id := range foundBy(t, l, f) {
				e, err := l.Get(t.Context(), "cursos#"+id)
				if id == "loja" {
					e, err = l.Get(t.Context(), "loja#loja")
				}
				if err != nil {
					t.Fatal(err)
				}
				if typed == "" || e.Called(typed) {
					want = append(want, id)
				}
			}
			f.Find = typed
			got := foundBy(t, l, f)
			found += len(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%q, %+v (-want +got):\n%s", typed, f, diff)
			}
		}
	}
	if found < 100 {
		t.Errorf("%d orders were found", found)
	}
}

// Whoever types the beginning of all numbers is told to type more: nobody reads through the
// list, and nobody waits for it.
func TestASearchForTooManySaysSo(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	write := func(id, number string) {
		e := entry(id)
		e.StoreNumber = number
		if _, err := l.Write(t.Context(), ledger.Entry{}, e); err != nil {
			t.Fatal(err)
		}
	}
	// Numbers of orders that are not there are as many to look for.
	if _, err := l.DB().ExecContext(t.Context(), `INSERT INTO names WITH RECURSIVE numbers (i) AS (SELECT 10001 UNION ALL SELECT i + 1 FROM numbers LIMIT ?)
		SELECT 0, 'n' || i, 'cursos#N' || i FROM numbers`, ledger.MostFound-1); err != nil {
		t.Fatal(err)
	}
	write("N10000", "N10000")
	if got := foundBy(t, l, ledger.Filter{Find: "n1"}); len(got) != 1 {
		t.Fatal(got)
	}
	write("last", "n2")
	err := l.List(t.Context(), ledger.Filter{Find: "N"}, func(ledger.Entry) bool { return true })
	if _, tallied := l.Tally(t.Context(), ledger.Filter{Find: "N"}); !errors.Is(err, ledger.ErrVague) || !errors.Is(tallied, ledger.ErrVague) {
		t.Fatal(err, tallied)
	}
	write("N", "1")
	if diff := cmp.Diff([]string{"N"}, foundBy(t, l, ledger.Filter{Find: "n"})); diff != "" {
		t.Errorf("the one that is called so (-want +got):\n%s", diff)
	}
	if got := foundBy(t, l, ledger.Filter{Find: "n2"}); len(got) != 1 {
		t.Error(got)
	}
}

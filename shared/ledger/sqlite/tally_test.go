package sqlite_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/order"
)

// anyEntry is an entry in any state, as a draw says.
func anyEntry(draw *rand.Rand, e ledger.Entry) ledger.Entry {
	e.Token = fmt.Sprint(draw.Uint64())
	e.State, e.Reason, e.CreatedAt, e.ERPID, e.Until = ledger.States()[draw.IntN(6)], order.Reason{}, time.Time{}, "", time.Time{}
	e.Connection, e.StoreNumber = []string{"cursos", "loja"}[draw.IntN(2)], fmt.Sprintf("#%d", draw.IntN(20))
	e.ReceivedAt = at.Add(time.Duration(draw.IntN(300)) * time.Minute)
	switch e.State {
	case ledger.Created:
		e.ERPID, e.CreatedAt = fmt.Sprint(draw.IntN(20)), at.Add(time.Duration(draw.IntN(300))*time.Minute)
		e.Reference = erp.NewReference(e.Connection, "", e.OrderID)
	case ledger.Rejected:
		e.Reason.Kind, e.Digest = order.Mapping, "d"
	case ledger.Uncertain:
		if draw.IntN(2) == 0 {
			e.Until = at
		}
	}
	return e
}

// counted is what Tally and Pulse have to say.
func counted(t *testing.T, l *sqlite.Ledger, f ledger.Filter) (tally ledger.Tally, pulse ledger.Pulse) {
	t.Helper()
	err := l.List(t.Context(), f, func(e ledger.Entry) bool {
		tally.Add(e.State, e.WaitsForPerson(), 1)
		pulse.AddReceived(e.Connection, ledger.HourOf(e.ReceivedAt), 1)
		if !e.CreatedAt.IsZero() {
			pulse.AddCreated(ledger.HourOf(e.CreatedAt), 1)
		}
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	return tally, pulse
}

func mustCount(t *testing.T, l *sqlite.Ledger) {
	t.Helper()
	for _, f := range []ledger.Filter{{}, {State: ledger.Created}, {State: ledger.Rejected}, {Mine: true}, {ReasonKind: order.Mapping}, {Connection: "loja"}, {Connection: "none"},
		{Since: at.Add(90*time.Minute + time.Nanosecond)}, {Since: at.Add(time.Hour), Mine: true, Connection: "cursos"}, {Since: at.AddDate(1, 0, 0)},
		{Find: "1"}, {Find: "1", State: ledger.Created}, {Find: "7", Since: at.Add(time.Hour), Connection: "loja"}, {Find: "none"}} {
		want, _ := counted(t, l, f)
		f.From, f.OldestFirst = ledger.Place{ReceivedAt: at, Key: "x"}, true // wherever the list begins
		if got, err := l.Tally(t.Context(), f); err != nil || !cmp.Equal(want, got) {
			t.Errorf("%+v: %+v, want %+v: %v", f, got, want, err)
		}
	}
	_, want := counted(t, l, ledger.Filter{})
	if got, err := l.Pulse(t.Context(), at); err != nil || !cmp.Equal(want, got) {
		t.Errorf("%v: %s", err, cmp.Diff(want, got))
	}
}

func TestCountsAreThoseOfTheListWhateverHappens(t *testing.T) {
	t.Parallel()
	draw := rand.New(rand.NewPCG(1, 2))
	dir := t.TempDir()
	l := open(t, dir)
	for i := range 120 {
		before, err := l.Get(t.Context(), fmt.Sprintf("cursos#%d", i%35))
		if err != nil {
			before = ledger.Entry{}
		}
		after := before
		if before.Rev == 0 {
			after = entry(fmt.Sprint(i % 35))
		}
		if _, err := l.Write(t.Context(), before, anyEntry(draw, after)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := l.DB().ExecContext(t.Context(), "DELETE FROM entries WHERE key LIKE '%9'"); err != nil {
		t.Fatal(err)
	}
	mustCount(t, l)
	var rows int
	if err := l.DB().QueryRowContext(t.Context(), "SELECT count(*) FROM tallies WHERE n <= 0").Scan(&rows); err != nil || rows > 0 {
		t.Errorf("%d rows count nothing: %v", rows, err)
	}

	// As the release before left it.
	for _, statement := range []string{"DROP TABLE tallies", "DROP TABLE created", "DROP TABLE names", "DROP TRIGGER entries_named", "DROP TRIGGER entries_renamed", "DROP TRIGGER entries_unnamed",
		"DROP TRIGGER entries_counted", "DROP TRIGGER entries_recounted", "DROP TRIGGER entries_uncounted", "PRAGMA user_version = 6"} {
		if _, err := l.DB().ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	l.Close()
	l = open(t, dir)
	mustCount(t, l)
}

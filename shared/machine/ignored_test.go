package machine_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/queue"
)

// unpaid is a purchase that is ignored.
func (b *bench) unpaid(n int) purchase {
	p := b.purchase(n)
	p.event = "PURCHASE_DELAYED"
	return p
}

// ignored are the ids of the orders that are listed as ignored, as another process sees
// them.
func (b *bench) ignored() (ids []string) {
	b.t.Helper()
	l, err := sqlite.Open(b.t.Context(), b.dir)
	if err != nil {
		b.t.Fatal(err)
	}
	defer l.Close()
	calls, err := l.Ignored(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range calls {
		ids = append(ids, c.OrderID)
	}
	return ids
}

func TestWhatIsIgnoredIsListedWhileTheMachineRuns(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.accept(b.unpaid(1), b.unpaid(2))
	b.until("both are listed", func() bool { return cmp.Equal(b.ignored(), []string{"HP000002", "HP000001"}) })
	calls, err := b.machine.Ledger().Ignored(t.Context())
	want := ledger.Ignored{At: b.clock.Now(), Connection: "cursos", Platform: "hotmart", Topic: "PURCHASE_DELAYED", OrderID: "HP000001", StoreNumber: "HP000001", Why: "not_paid"}
	if diff := cmp.Diff(want, calls[1]); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestWhatIsIgnoredIsStillListedAfterARestart(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.accept(b.unpaid(1))
	b.stop()
	b.start()
	if diff := cmp.Diff([]string{"HP000001"}, b.ignored()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestALockedDatabaseFailsNoIgnoredCall(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	other, err := sqlite.Open(t.Context(), b.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	tx, err := other.DB().BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 20 {
		if status := b.send(b.unpaid(n)); status != http.StatusOK {
			t.Errorf("an ignored call was answered %d", status)
		}
	}
	if err := b.machine.ListIgnored(t.Context()); err == nil {
		t.Error("they were listed in a database that is locked")
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	b.until("all are listed", func() bool { return len(b.ignored()) == 20 })
}

func TestADiskThatIsFullFailsNoIgnoredCall(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	// SQLite's own limit says "database or disk is full", as a full disk does.
	limit := func(pages int) {
		if _, err := b.machine.Ledger().DB().ExecContext(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", pages)); err != nil {
			t.Fatal(err)
		}
	}
	limit(1)
	left := 0
	for n := range 300 {
		if status := b.send(b.unpaid(n)); status != http.StatusOK {
			t.Fatalf("an ignored call was answered %d", status)
		}
	}
	for b.machine.ListIgnored(t.Context()) == nil {
		b.machine.Ignore(queue.Message{Topic: strings.Repeat("x", 10_000)}, "not_paid")
		left++
	}
	limit(1 << 20)
	b.until("all are listed", func() bool { return len(b.ignored()) == 300+left })
}

func TestIgnoredCallsTakeNoMoreMemoryThanTheirList(t *testing.T) {
	b := newBench(t)
	b.stop()
	for n := range 5 * ledger.MaxIgnored {
		b.machine.Ignore(queue.Message{OrderID: fmt.Sprint(n)}, "not_paid")
		if held := b.machine.Unlisted(); held > 2*ledger.MaxIgnored {
			t.Fatalf("%d are held", held)
		}
	}
	if held := b.machine.Unlisted(); held < ledger.MaxIgnored {
		t.Errorf("of the last %d, %d are held", ledger.MaxIgnored, held)
	}
}

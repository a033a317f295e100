package sqlite_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	ledgersqlite "github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/notify"
	"github.com/carimbo/carimbo/shared/notify/sqlite"
)

func open(t *testing.T) *sqlite.Store {
	t.Helper()
	l, err := ledgersqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	for range 2 { // a second process finds its tables there
		if _, err := sqlite.New(t.Context(), l.DB()); err != nil {
			t.Fatal(err)
		}
	}
	s, err := sqlite.New(t.Context(), l.DB())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestANoticeIsKeptWhole(t *testing.T) {
	t.Parallel()
	s := open(t)
	at := time.Date(2026, 12, 1, 12, 0, 0, 1e6, time.UTC)
	n := notify.Notice{Receiver: "torre", Key: notify.Key{Kind: notify.Rejected, Account: "estudio", Connection: "cursos", Why: "a1"}, ID: "msg_1",
		Body: notify.Body{Type: notify.Attention, Kind: notify.Rejected, Account: "estudio", Connection: "cursos", Count: 3, Message: "m", Text: "t\nu", Command: "c", Link: "l"},
		Gone: "g", MadeAt: at, Tries: 2, TryAt: at.Add(time.Hour), GoneAt: at.Add(time.Minute)}
	other := notify.Notice{Receiver: "torre", Key: notify.Key{Kind: notify.Account, Account: "estudio"}, ID: "msg_2", MadeAt: at}
	is := func(want ...notify.Notice) {
		t.Helper()
		got, err := s.Notices(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	do(s.Put(t.Context(), n, other))
	is(other, n)
	tried := n
	tried.Tries, tried.TryAt = 3, time.Time{}
	tried.Gone = "of a try only the tries are kept"
	do(s.Tried(t.Context(), tried))
	n.Tries, n.TryAt = 3, time.Time{}
	is(other, n)
	n.ID, n.Body.Type = "msg_3", notify.Resolved
	do(s.Put(t.Context(), n))
	is(other, n)
	tried.Tries = 9 // of msg_1, which is no more
	do(s.Tried(t.Context(), tried))
	do(s.Forget(t.Context(), tried))
	is(other, n)
	do(s.Forget(t.Context(), n))
	is(other)
	do(s.Put(t.Context()))
	do(s.Forget(t.Context()))
	is(other)
}

func TestAReceiverIsStoppedUntilItIsStarted(t *testing.T) {
	t.Parallel()
	s := open(t)
	is := func(want map[string]string) {
		t.Helper()
		got, err := s.Stopped(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	is(map[string]string{})
	for _, target := range []string{"a", "b"} {
		if err := s.Stop(t.Context(), "torre", target); err != nil {
			t.Fatal(err)
		}
	}
	is(map[string]string{"torre": "b"})
	for range 2 {
		if err := s.Start(t.Context(), "torre"); err != nil {
			t.Fatal(err)
		}
	}
	is(map[string]string{})
}

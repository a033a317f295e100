package sqlite_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/queue/sqlite"
)

func TestBacklogsCountTheNoticesOfEachAccountAndNoWakeUps(t *testing.T) {
	c := newClock()
	l, q := openWith(t, t.TempDir(), sqlite.Options{Now: c.Now, MaxReceives: 1})
	backlogs := func(want map[string]queue.Backlog) {
		t.Helper()
		got, err := q.Backlogs(t.Context())
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Fatalf("%v (-want +got):\n%s", err, diff)
		}
	}
	backlogs(map[string]queue.Backlog{})
	notice := func(account string, n int, ago time.Duration) {
		m := message(account, n)
		m.Type, m.ReceivedAt = queue.Paid, c.Now().Add(-ago)
		send(t, q, m)
	}
	notice("estudio", 1, time.Minute)
	notice("estudio", 2, time.Hour)
	notice("estudio", 3, 0)
	send(t, q, message("estudio", 4))
	notice("loja", 1, time.Second)
	send(t, q, message("outra", 1))
	backlogs(map[string]queue.Backlog{"estudio": {Notices: 3, Oldest: c.Now().Add(-time.Hour)}, "loja": {Notices: 1, Oldest: c.Now().Add(-time.Second)}})

	// One in flight is queued still: whoever holds it may be dead. A dead letter isn't.
	receive(t, q, 10)
	backlogs(map[string]queue.Backlog{"estudio": {Notices: 3, Oldest: c.Now().Add(-time.Hour)}, "loja": {Notices: 1, Oldest: c.Now().Add(-time.Second)}})
	former := c.Now()
	c.Pass(visibility)
	receive(t, q, 10)
	backlogs(map[string]queue.Backlog{"estudio": {Notices: 2, Oldest: former.Add(-time.Hour)}})

	if _, err := l.DB().ExecContext(t.Context(), "INSERT INTO messages (account, message) VALUES ('loja', 'not of this release'), ('loja!reversed', 'nor this')"); err != nil {
		t.Fatal(err)
	}
	backlogs(map[string]queue.Backlog{"estudio": {Notices: 2, Oldest: former.Add(-time.Hour)}, "loja": {Notices: 2, Oldest: time.Time{}}})
	refund := message("outra", 2)
	refund.Type, refund.ReceivedAt = queue.Reversed, c.Now()
	send(t, q, refund)
	backlogs(map[string]queue.Backlog{"estudio": {Notices: 2, Oldest: former.Add(-time.Hour)}, "loja": {Notices: 2, Oldest: time.Time{}}, "outra": {Notices: 1, Oldest: c.Now()}})
}

func TestNoticesAreThoseOfStoresWithoutTheirPayloads(t *testing.T) {
	c := newClock()
	l, q := openWith(t, t.TempDir(), sqlite.Options{Now: c.Now, MaxReceives: 1})
	for i, kind := range []queue.Type{queue.Paid, queue.Wake, queue.Reversed, queue.Raw} {
		m := message("estudio", i)
		m.Type, m.ReceivedAt, m.Payload = kind, c.Now(), []byte("{}")
		send(t, q, m)
	}
	receive(t, q, 10) // one in flight is a notice still
	if _, err := l.DB().ExecContext(t.Context(), "INSERT INTO messages (account, message) VALUES ('loja', 'not of this release')"); err != nil {
		t.Fatal(err)
	}
	list, err := q.Notices(t.Context())
	var kinds []queue.Type
	for _, m := range list {
		kinds = append(kinds, m.Type)
		if m.Payload != nil || m.Account != "estudio" || m.Key == "" {
			t.Errorf("%+v", m)
		}
	}
	if diff := cmp.Diff([]queue.Type{queue.Paid, queue.Reversed, queue.Raw}, kinds); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

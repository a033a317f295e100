package machine_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/queue"
	queuesqlite "github.com/carimbo/carimbo/shared/queue/sqlite"
	"github.com/carimbo/carimbo/shared/stored/storedtest"
)

// before is what lies in testdata/before/carimbo.db, as the release that wrote it
// read it at that time. That release knew no formats. A message was in flight, one
// was dead, and two entries were held, when its process was killed.
type before struct {
	At       time.Time       `json:"at"`
	Entries  []ledger.Entry  `json:"entries"`
	Lane     ledger.Lane     `json:"lane"`
	Messages []queue.Message `json:"messages"`
	Dead     []queue.Message `json:"dead"`
}

// openBefore copies the release before's data folder to dir.
func openBefore(t *testing.T, dir string) before {
	t.Helper()
	db, err := os.ReadFile("testdata/before/" + sqlite.File)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, sqlite.File), db, 0o600); err != nil {
		t.Fatal(err)
	}
	var b before
	storedtest.Read(t, "testdata/before/stored.json", &b)
	return b
}

func TestWhatTheReleaseBeforeStoredIsReadWhole(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	want := openBefore(t, dir)
	l, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	states, newer := map[ledger.State]bool{}, 0
	for _, e := range want.Entries {
		got, err := l.Get(t.Context(), e.Key)
		if diff := cmp.Diff(e, got); err != nil || diff != "" || got.V != 0 {
			t.Errorf("%s: %v (-want +got):\n%s", e.Key, err, diff)
		}
		states[e.State] = true
		if e.Newer != nil {
			newer++
		}
	}
	if len(states) != len(ledger.States()) || newer == 0 {
		t.Errorf("it left entries in %d states, %d with newer contents", len(states), newer)
	}
	if lane, err := l.Lane(t.Context(), "estudio"); err != nil || !cmp.Equal(want.Lane, lane) || lane.BlockedUntil.IsZero() {
		t.Errorf("the lane is %+v (%v), want %+v", lane, err, want.Lane)
	}

	now := want.At
	q, err := queuesqlite.New(t.Context(), l.DB(), queuesqlite.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	letters, _, err := q.Dead(t.Context())
	var dead []queue.Message
	for _, l := range letters {
		dead = append(dead, l.Message)
	}
	if err != nil || !cmp.Equal(want.Dead, dead) || len(dead) == 0 {
		t.Errorf("the dead letters are %+v (%v), want %+v", dead, err, want.Dead)
	}
	now = now.Add(time.Hour) // what was in flight is no more
	received := map[string]queue.Message{}
	for range want.Messages {
		deliveries, err := q.Receive(t.Context(), 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range deliveries {
			received[d.Message.Dedup] = d.Message
			if err := q.Ack(t.Context(), d); err != nil {
				t.Fatal(err)
			}
		}
	}
	types := map[queue.Type]bool{}
	for _, m := range want.Messages {
		if diff := cmp.Diff(m, received[m.Dedup]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", m.Type, diff)
		}
		types[m.Type] = true
	}
	if len(types) != 4 {
		t.Errorf("it left messages of %d types", len(types))
	}
}

func TestWhatTheReleaseBeforeStoredGoesOn(t *testing.T) {
	t.Parallel()
	b := plainBench(t, plainConfig)
	was := openBefore(t, b.dir)
	b.clock.Set(was.At)
	var customers []omiesim.Customer
	for n := range 12 {
		customers = append(customers, omiesim.Customer{ID: 3796000001 + int64(n), TaxID: cpf(n + 1)})
	}
	b.sim.Know(nil, customers, nil) // those that it had made
	b.start()
	for range 12 {
		b.until("all messages were handled", func() bool {
			var n int
			err := b.machine.Ledger().DB().QueryRowContext(t.Context(), "SELECT count(*) FROM messages").Scan(&n)
			return err == nil && n == 0
		})
		b.later(5 * time.Minute)
	}
	wants := func(key string, s ledger.State, kind order.ReasonKind) {
		t.Helper()
		if e := b.reaches(key, s); e.Reason.Kind != kind {
			t.Errorf("%s is %s for %q, want %q", key, s, e.Reason.Kind, kind)
		}
	}
	for _, n := range []int{1, 2, 7, 9, 10, 11, 12, 20, 21} {
		wants(b.purchase(n).key(), ledger.Created, "")
	}
	wants(b.purchase(3).key(), ledger.Uncertain, order.NeedsPerson)
	wants(b.purchase(4).key(), ledger.Rejected, order.Mapping)
	wants(b.purchase(5).key(), ledger.Rejected, order.Reversed)
	wants(b.purchase(8).key(), ledger.Rejected, order.RefusedByERP)
	if e := b.entry(b.purchase(1).key()); e.ReversedAt.IsZero() {
		t.Error("the reversal that lay in the queue was not recorded")
	}
	// 1 and 2 were created by the release before.
	documents := map[string]string{}
	for _, d := range b.sim.Documents() {
		documents[d.OrderNumber] += d.Total.String()
	}
	want := map[string]string{"HP000007": "217.90", "HP000009": "109.90", "HP000010": "110.90", "HP000011": "111.90", "HP000012": "112.90", "HP000020": "120.90", "HP000021": "121.90"}
	if diff := cmp.Diff(want, documents); diff != "" {
		t.Errorf("the ERP holds (-want +got):\n%s", diff)
	}
	written := 0
	for _, e := range was.Entries {
		if is := b.entry(e.Key); is.Rev > e.Rev {
			written++
			if is.V != ledger.Version {
				t.Errorf("%s was written again in format %d, want %d", e.Key, is.V, ledger.Version)
			}
		}
	}
	if written < 6 {
		t.Errorf("%d entries were written again", written)
	}
	if step := b.apply(b.purchase(3).key(), placing.ResolveAbsent{Person: placing.Person{By: "ana", Note: "looked"}}); step.Do == placing.Refuse {
		t.Errorf("its parked order can't be resolved: %s", step.Why)
	}
}

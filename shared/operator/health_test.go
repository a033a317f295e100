package operator_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/memory"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/words"
)

// ago are orders of connection a that were received so long before noon.
func ago(t *testing.T, l *memory.Ledger, connection string, hours ...int) {
	t.Helper()
	for i, h := range hours {
		id := fmt.Sprintf("%s-%d-%d", connection, h, i)
		e := ledger.Entry{Key: connection + "#" + id, Token: id, Connection: connection, OrderID: id, State: ledger.Created,
			ReceivedAt: noon.Add(-time.Duration(h)*time.Hour + time.Minute), CreatedAt: noon.Add(-time.Duration(h)*time.Hour + 2*time.Minute)}
		if _, err := l.Write(t.Context(), ledger.Entry{}, e); err != nil {
			t.Fatal(err)
		}
	}
}

func healthAt(t *testing.T, l ledger.Ledger, now time.Time, connections ...string) operator.Health {
	t.Helper()
	a := operator.Accounts{Ledger: l, Kinds: map[string]string{"estudio": "alfa"}, Connections: map[string]string{}, Now: func() time.Time { return now }}
	for _, name := range connections {
		a.Connections[name] = "estudio"
	}
	h, err := a.Health(t.Context(), kinds)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestHoursTellWhatCameAndWhatWasCreated(t *testing.T) {
	l := beside{Ledger: memory.New(), notices: []queue.Message{notice("queued", queue.Paid, time.Second), notice("old", queue.Paid, -30*24*time.Hour)}}
	ago(t, l.Ledger, "a", 0, 1, 1, 47, 48)
	late := ledger.Entry{Key: "a#late", Token: "l", Connection: "a", OrderID: "late", State: ledger.Created, ReceivedAt: noon.AddDate(0, 0, -40), CreatedAt: noon.Add(-time.Hour)}
	waiting := ledger.Entry{Key: "a#waits", Token: "w", Connection: "a", OrderID: "waits", Account: "estudio", State: ledger.Waiting, ReceivedAt: noon.Add(-3 * time.Hour), Due: noon}
	refused := ledger.Entry{Key: "a#no", Token: "n", Connection: "a", OrderID: "no", Account: "estudio", State: ledger.Rejected, Due: placing.Never,
		Reason: order.Reason{Kind: order.Mapping, Message: words.Plain("m")}, Digest: "d", ReceivedAt: noon.Add(-9 * time.Hour)}
	for _, e := range []ledger.Entry{late, waiting, refused} {
		if _, err := l.Write(t.Context(), ledger.Entry{}, e); err != nil {
			t.Fatal(err)
		}
	}
	got := healthAt(t, l, noon.Add(30*time.Minute), "a")
	if n := len(got.Hours); n != 48 || !got.Hours[47].At.Equal(noon) || !got.Hours[0].At.Equal(noon.Add(-47*time.Hour)) || !got.Since.IsZero() {
		t.Fatalf("%d hours: %+v", n, got)
	}
	some := slices.DeleteFunc(slices.Clone(got.Hours), func(h operator.HourCount) bool { return h.Accepted+h.Created == 0 })
	for i := range some {
		some[i].At = time.Time{}
	}
	if diff := cmp.Diff([]operator.HourCount{{Accepted: 1, Created: 1}, {Accepted: 1}, {Accepted: 1}, {Accepted: 2, Created: 3}, {Accepted: 2, Created: 1}}, some); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !got.Oldest.Equal(waiting.ReceivedAt) || len(got.Accounts) != 1 || len(got.Causes) != 1 || got.Causes[0].Key != "a#no" {
		t.Errorf("%+v", got)
	}
}

func TestAConnectionIsSilentForUnusuallyLong(t *testing.T) {
	daily := []int{} // each day from 10 to 12 hours before this time of the day
	for day := range 8 {
		daily = append(daily, 24*day+10, 24*day+11, 24*day+12)
	}
	l := memory.New()
	ago(t, l, "daily", daily...)
	ago(t, l, "busy", 3, 3, 3, 3, 4, 4, 4, 4, 4, 4)
	ago(t, l, "rare", 100, 200, 300)
	ago(t, l, "gone", daily...)
	ago(t, l, "former", 900, 901, 902, 903, 904, 905, 906, 907, 908, 909)
	silentAt := func(after time.Duration) (names []string) {
		for _, s := range healthAt(t, l, noon.Add(after), "daily", "busy", "rare", "former", "new").Silent {
			names = append(names, s.Connection)
		}
		return names
	}
	for after, want := range map[time.Duration][]string{
		-time.Hour:          nil,      // busy was silent for two hours, as it never was
		0:                   {"busy"}, // and for three now
		34 * time.Hour:      {"busy"}, // daily was silent for 22 hours each night: 44 are still usual
		35 * time.Hour:      {"busy", "daily"},
		40 * 24 * time.Hour: nil, // nothing is usual any more
	} {
		got := silentAt(after)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("after %s: %v, want %v", after, got, want)
		}
	}
	got := healthAt(t, l, noon.Add(35*time.Hour), "daily").Silent
	if len(got) != 1 || got[0].Usual != 22*time.Hour || !got[0].Last.Equal(noon.Add(-10*time.Hour)) {
		t.Errorf("%+v", got)
	}
}

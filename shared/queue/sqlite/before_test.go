package sqlite_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/queue/sqlite"
)

// The release before put reversals into their account's own group. Those that it left
// there come in their order; new ones wait behind none of them.
func TestAReversalOfTheReleaseBeforeComesInItsOrder(t *testing.T) {
	c := newClock()
	l, q := openWith(t, t.TempDir(), sqlite.Options{Now: c.Now})
	for _, text := range []string{
		`{"type":"paid","key":"cursos#HP1","account":"estudio","dedup":"r1"}`,
		`{"type":"reversed","key":"cursos#HP1","account":"estudio","dedup":"r2"}`,
		`{"type":"paid","key":"cursos#HP2","account":"estudio","dedup":"r3"}`,
	} {
		if _, err := l.DB().ExecContext(t.Context(), "INSERT INTO messages (account, message) VALUES ('estudio', ?)", text); err != nil {
			t.Fatal(err)
		}
	}
	fresh := message("estudio", 4)
	fresh.Type = queue.Reversed
	send(t, q, fresh)
	var came []string
	for range 3 {
		for _, d := range receive(t, q, 10) {
			came = append(came, d.Message.Dedup)
			if err := q.Ack(t.Context(), d); err != nil {
				t.Fatal(err)
			}
		}
	}
	if diff := cmp.Diff([]string{"r1", fresh.Dedup, "r2", "r3"}, came); diff != "" {
		t.Errorf("received (-want +got):\n%s", diff)
	}
}

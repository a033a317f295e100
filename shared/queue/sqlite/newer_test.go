package sqlite_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/queue/sqlite"
)

// A later release's message has fields that this one doesn't know, and others that
// it takes for something else: it is delivered as far as it can be read, and goes to
// the dead letters and back as it is.
func TestANewerMessageGoesWhereItGoesUnchanged(t *testing.T) {
	c := newClock()
	l, q := openWith(t, t.TempDir(), sqlite.Options{Now: c.Now})
	const text = `{"v":2, "type":"paid", "key":"cursos#HP1", "account":"estudio", "dedup":"r1", "version":"2026-11-21", "paid_at":1795262426, "parts":[1,2]}`
	if _, err := l.DB().ExecContext(t.Context(), "INSERT INTO messages (account, message, payload) VALUES ('estudio', ?, x'00ff')", text); err != nil {
		t.Fatal(err)
	}
	send(t, q, message("loja", 1))
	want := queue.Message{V: 2, Type: queue.Paid, Key: "cursos#HP1", Account: "estudio", Dedup: "r1", Payload: []byte{0, 0xff}}
	if got := receive(t, q, 10); len(got) != 2 || !cmp.Equal(got[0].Message, want) || got[1].Message.Account != "loja" {
		t.Fatalf("received %+v", got)
	}
	for range 3 {
		c.Pass(visibility)
		receive(t, q, 10)
	}
	letters := dead(t, q)
	if len(letters) == 0 || !cmp.Equal(letters[0], want) {
		t.Fatalf("the dead letters are %+v", letters)
	}
	if _, err := q.Redrive(t.Context()); err != nil {
		t.Fatal(err)
	}
	var kept string
	if err := l.DB().QueryRowContext(t.Context(), "SELECT message FROM messages WHERE account = 'estudio' AND payload = x'00ff'").Scan(&kept); err != nil || kept != text {
		t.Errorf("after a redrive the message is %s (%v)", kept, err)
	}
}

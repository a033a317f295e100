package sqlite_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/sqlite"
)

// inFiles tells which files of the data folder hold the text.
func inFiles(t *testing.T, dir, text string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, sqlite.File+"*"))
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), text) {
			found = append(found, filepath.Base(path))
		}
	}
	return found
}

const filomena = "Dona Filomena Invented"

// drop writes a payload with a name in it, and drops it.
func drop(t testing.TB, l *sqlite.Ledger) {
	t.Helper()
	e := entry("1")
	e.Payload = []byte(strings.Repeat(filomena+" ", 500))
	stored, err := l.Write(t.Context(), ledger.Entry{}, e)
	if err != nil {
		t.Fatal(err)
	}
	done := stored
	done.Token, done.State, done.Payload = "done", ledger.Created, nil
	if _, err := l.Write(t.Context(), stored, done); err != nil {
		t.Fatal(err)
	}
}

func TestAfterACheckpointAPayloadThatWasDroppedIsInNoFile(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	drop(t, l)
	if found := inFiles(t, dir, filomena); len(found) == 0 {
		t.Fatal("the name was in no file: this test would not notice")
	}
	if emptied, err := l.Checkpoint(t.Context()); !emptied || err != nil {
		t.Fatal(emptied, err)
	}
	if found := inFiles(t, dir, filomena); len(found) > 0 {
		t.Errorf("the name is still in %v", found)
	}
	if emptied, err := l.Checkpoint(t.Context()); !emptied || err != nil {
		t.Error("of an empty log:", emptied, err)
	}
}

func TestACheckpointWaitsForNoReader(t *testing.T) {
	dir := t.TempDir()
	l, other := open(t, dir), open(t, dir)
	drop(t, l)
	reading, err := other.DB().QueryContext(t.Context(), "SELECT key FROM entries UNION ALL SELECT 'second'")
	if err != nil || !reading.Next() {
		t.Fatal(err)
	}
	defer reading.Close()
	// Whoever waits at all, waits here longer than the test's limit.
	if _, err := l.DB().ExecContext(t.Context(), fmt.Sprintf("PRAGMA busy_timeout = %d", (2*clocktest.Hang).Milliseconds())); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), clocktest.Hang)
	defer cancel()
	if emptied, err := l.Checkpoint(ctx); emptied || err != nil || ctx.Err() != nil {
		t.Fatalf("beside a reader: %v %v %v", emptied, err, ctx.Err())
	}
	var patience string
	if err := l.DB().QueryRowContext(t.Context(), "PRAGMA busy_timeout").Scan(&patience); err != nil || patience != "5000" {
		t.Errorf("writes wait %s ms for other processes after it (%v), want 5000", patience, err)
	}
	if err := reading.Close(); err != nil {
		t.Fatal(err)
	}
	if emptied, err := l.Checkpoint(t.Context()); !emptied || err != nil {
		t.Errorf("after the reader: %v %v", emptied, err)
	}
}

// BenchmarkCheckpoint10KB is the cost of a checkpoint after one order; without any,
// what it costs once a minute while nobody buys.
func BenchmarkCheckpoint10KB(b *testing.B) {
	for _, c := range []struct {
		name   string
		writes int
	}{{"none", 0}, {"1", 1}, {"100", 100}} {
		b.Run(c.name, func(b *testing.B) {
			l := open(b, b.TempDir())
			e := entry("1")
			e.Payload = make([]byte, 10<<10)
			before := ledger.Entry{}
			for b.Loop() {
				b.StopTimer()
				for range c.writes {
					after := e
					after.Token = before.Token + "'"
					if len(after.Token) > 100 {
						after.Token = "again"
					}
					wrote, err := l.Write(b.Context(), before, after)
					if err != nil {
						b.Fatal(err)
					}
					before = wrote
				}
				b.StartTimer()
				if emptied, err := l.Checkpoint(b.Context()); !emptied || err != nil {
					b.Fatal(emptied, err)
				}
			}
		})
	}
}

package machine_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/sqlite"
)

// onDisk tells in which files of the data folder the text can be read, as it is or
// in any gzip stream.
func (b *bench) onDisk(text string) []string {
	b.t.Helper()
	paths, err := filepath.Glob(filepath.Join(b.dir, sqlite.File+"*"))
	if err != nil || len(paths) == 0 {
		b.t.Fatal(paths, err)
	}
	var found []string
	for _, path := range paths {
		file, err := os.ReadFile(path)
		if err != nil && !os.IsNotExist(err) {
			b.t.Fatal(err)
		}
		if bytes.Contains(file, []byte(text)) || inGzip(file, text) {
			found = append(found, filepath.Base(path))
		}
	}
	return found
}

func inGzip(file []byte, text string) bool {
	magic := []byte{0x1f, 0x8b, 8}
	for at := bytes.Index(file, magic); at >= 0; at = bytes.Index(file, magic) {
		file = file[at:]
		// A page may cut a stream off: what comes before that can be read.
		if stream, err := gzip.NewReader(bytes.NewReader(file)); err == nil {
			if plain, _ := io.ReadAll(io.LimitReader(stream, 1<<20)); bytes.Contains(plain, []byte(text)) {
				return true
			}
		}
		file = file[len(magic):]
	}
	return false
}

// done waits until every message is acknowledged.
func (b *bench) done() {
	b.t.Helper()
	b.until("every message is acknowledged", func() bool {
		var left int
		err := b.machine.Ledger().DB().QueryRowContext(b.t.Context(), "SELECT count(*) FROM messages").Scan(&left)
		return err == nil && left == 0
	})
}

// Rule 18 is about the disk: SQLite keeps what was overwritten in its write-ahead
// log.
func TestAMinuteAfterTheCreateNothingPersonalIsOnTheDisk(t *testing.T) {
	t.Parallel()
	const email = "ana@example.com"
	b := newBench(t)
	small, large := b.purchase(1), b.purchase(2)
	large.large = true
	b.accept(small, large)
	for _, p := range []purchase{small, large} {
		b.reaches(p.key(), ledger.Created)
	}
	b.done()
	for _, private := range []string{email, small.document, large.document} {
		if len(b.onDisk(private)) == 0 {
			t.Fatalf("%s was nowhere on the disk: this test would not notice", private)
		}
	}
	b.clock.Pass(time.Minute)
	b.until("the buyers are gone from the disk", func() bool {
		return len(b.onDisk(email)) == 0 && len(b.onDisk(small.document)) == 0 && len(b.onDisk(large.document)) == 0
	})
}

func TestAStartRemovesWhatTheFormerRunLeftOnTheDisk(t *testing.T) {
	t.Parallel()
	const email = "ana@example.com"
	b := newBench(t)
	p := b.purchase(1)
	b.accept(p)
	b.reaches(p.key(), ledger.Created)
	b.done()
	// What kill -9 leaves: the files as they are, to be opened again.
	killed := copied(t, b.dir)
	b.stop()
	b.dir = killed
	if len(b.onDisk(email)) == 0 {
		t.Fatal("the buyer was nowhere on the disk: this test would not notice")
	}
	b.start()
	if found := b.onDisk(email); len(found) > 0 {
		t.Errorf("the buyer is still in %v", found)
	}
}

// copied is a folder with the same files.
func copied(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

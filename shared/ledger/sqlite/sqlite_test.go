package sqlite_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/leaktest"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/ledgertest"
	"github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/proctest"
	"github.com/carimbo/carimbo/shared/words"
)

// lockFolder names the folder that this binary locks, and holds until it is
// killed or its input ends, when a test starts it as another process.
const lockFolder = "CARIMBO_TEST_LOCK"

func TestMain(m *testing.M) {
	if dir := os.Getenv(lockFolder); dir != "" {
		if _, err := sqlite.Lock(dir); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("locked")
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}
	leaktest.Main(m)
}

func open(t testing.TB, dir string) *sqlite.Ledger {
	t.Helper()
	l, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func TestLedgerPromises(t *testing.T) {
	ledgertest.Run(t, func(t *testing.T) ledger.Ledger { return open(t, t.TempDir()) })
}

func TestALedgerOfOneProcessIsTakenOver(t *testing.T) {
	ledgertest.RunTakenOver(t, func(t *testing.T) ledgertest.OfOneProcess { return open(t, t.TempDir()) })
}

var at = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func entry(id string) ledger.Entry {
	return ledger.Entry{Key: "cursos#" + id, Token: "t" + id, Connection: "cursos", OrderID: id, Account: "estudio",
		State: ledger.Accepted, Due: at, ReceivedAt: at, Payload: []byte("{}")}
}

func TestEntriesSurviveReopening(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a data folder?", "100% ç #1")
	first := open(t, dir)
	want, err := first.Write(t.Context(), ledger.Entry{}, entry("1"))
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := open(t, dir).Get(t.Context(), "cursos#1")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("after reopening (-want +got):\n%s", diff)
	}
	if _, err := os.Stat(filepath.Join(dir, sqlite.File)); err != nil {
		t.Fatalf("the file is not where it was asked for: %v", err)
	}
}

func TestNobodyElseReadsTheDataFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	l := open(t, dir)
	if _, err := l.Write(t.Context(), ledger.Entry{}, entry("1")); err != nil {
		t.Fatal(err)
	}
	lock, err := sqlite.Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	files := 0
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		} else {
			files++
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s is %v, want %v", d.Name(), got, want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 4 {
		t.Fatalf("%d files looked at; want database, wal, shm and lock", files)
	}
}

func TestDatabaseIsDurableOnEveryConnection(t *testing.T) {
	l := open(t, t.TempDir())
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "busy_timeout": "5000", "secure_delete": "1"} {
		var got string
		if err := l.DB().QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q (%v), want %q", pragma, got, err, want)
		}
	}
	if n := l.DB().Stats().MaxOpenConnections; n != 1 {
		t.Errorf("%d connections at most, want 1", n)
	}
}

// Operator's commands open the database beside a running serve: each Open here
// stands for one process.
func TestProcessesOpenAndWriteTheSameFolderAtOnce(t *testing.T) {
	dir := t.TempDir()
	const processes, writes = 8, 20
	var wg sync.WaitGroup
	for p := range processes {
		wg.Go(func() {
			l, err := sqlite.Open(t.Context(), dir)
			for busy(err) { // for longer than it waits: whoever hears that opens it again
				l, err = sqlite.Open(t.Context(), dir)
			}
			if err != nil {
				t.Errorf("open: %v", err)
				return
			}
			defer l.Close()
			for w := range writes {
				if err := increment(t, l, fmt.Sprintf("%d-%d", p, w)); err != nil {
					t.Errorf("write: %v", err)
					return
				}
			}
		})
	}
	wg.Wait()
	e, err := open(t, dir).Get(t.Context(), "cursos#1")
	if err != nil || e.Fence != processes*writes {
		t.Fatalf("fence %d (%v) after %d claims", e.Fence, err, processes*writes)
	}
}

// increment adds one to the entry's fence, however often it bounces, or finds the database
// busy for longer than a write waits, as a worker whose message comes back does.
func increment(t *testing.T, l *sqlite.Ledger, token string) error {
	for {
		before, err := l.Get(t.Context(), "cursos#1")
		if err != nil && !errors.Is(err, ledger.ErrNotFound) {
			return err
		}
		after := entry("1")
		after.Token, after.Fence = token, before.Fence+1
		_, err = l.Write(t.Context(), before, after)
		if err == nil || !errors.Is(err, ledger.ErrChanged) && !busy(err) {
			return err
		}
	}
}

func busy(err error) bool { return err != nil && strings.Contains(err.Error(), "SQLITE_BUSY") }

func TestAPayloadThatWasDroppedIsNoLongerInTheFile(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	drop(t, l)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(filepath.Join(dir, sqlite.File))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(file), filomena) {
		t.Fatal("the name is still in the file")
	}
}

func TestAPayloadIsKeptOnceAndWhereAListNeverReads(t *testing.T) {
	l := open(t, t.TempDir())
	e := entry("1")
	e.Payload, e.Newer = make([]byte, 10<<10), &ledger.Contents{Payload: make([]byte, 10<<10)}
	if _, err := l.Write(t.Context(), ledger.Entry{}, e); err != nil {
		t.Fatal(err)
	}
	var read, size int
	err := l.DB().QueryRowContext(t.Context(), "SELECT length(entry), length(payload) + length(newer_payload) FROM entries").Scan(&read, &size)
	if err != nil || read > 1<<10 || size != 20<<10 {
		t.Fatalf("%d bytes of entry beside %d of payloads (%v)", read, size, err)
	}
}

func TestAFileOfANewerCarimboIsRefused(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	if _, err := l.DB().ExecContext(t.Context(), "PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	l.Close()
	_, err := sqlite.Open(t.Context(), dir)
	if err == nil || !strings.Contains(err.Error(), "newer carimbo (format 99") {
		t.Fatalf("got error %v", err)
	}
}

func TestACustomerOfAFormerFormatIsStillKnown(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	for _, statement := range []string{"ALTER TABLE customers DROP COLUMN quiet_until", "ALTER TABLE customers DROP COLUMN token", "ALTER TABLE lanes DROP COLUMN since", "ALTER TABLE lanes DROP COLUMN through", "ALTER TABLE lanes DROP COLUMN secret",
		"INSERT INTO customers (account, hash, id) VALUES ('estudio', 'h1', '7')", "PRAGMA user_version = 1"} {
		if _, err := l.DB().ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	l.Close()
	l = open(t, dir)
	if got, err := l.Note(t.Context(), "estudio", "h1"); err != nil || got != (erp.Note{ID: "7"}) {
		t.Fatalf("%+v, %v", got, err)
	}
	if kept, err := l.WriteNote(t.Context(), "estudio", "h1", erp.Note{ID: "7"}, erp.Note{QuietUntil: at, Token: "t"}); err != nil || !kept {
		t.Fatal(kept, err)
	}
}

func TestALaneOfAFormerFormatStillRests(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	for _, statement := range []string{"ALTER TABLE lanes DROP COLUMN since", "ALTER TABLE lanes DROP COLUMN through", "ALTER TABLE lanes DROP COLUMN secret",
		fmt.Sprintf("INSERT INTO lanes (account, blocked_until, why, strikes) VALUES ('estudio', %d, 'key refused', 2)", at.UnixMilli()), "PRAGMA user_version = 2"} {
		if _, err := l.DB().ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	l.Close()
	l = open(t, dir)
	want := ledger.Lane{BlockedUntil: at, Why: words.Plain("key refused"), Strikes: 2}
	if got, err := l.Lane(t.Context(), "estudio"); err != nil || got != want {
		t.Fatalf("%+v, %v", got, err)
	}
	want.Since = at
	if err := l.BlockLane(t.Context(), "estudio", want); err != nil {
		t.Fatal(err)
	}
	if got, err := l.Lane(t.Context(), "estudio"); err != nil || got != want {
		t.Fatalf("%+v, %v", got, err)
	}
}

// The release before left on no list what the store went back on when its document was
// there.
func TestWhatTheStoreWentBackOnIsListedAfterAnUpdate(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	changed := func(at time.Time, became ledger.State) []ledger.Attempt {
		return []ledger.Attempt{{At: at, Did: "newer_contents", Became: became}}
	}
	for id, of := range map[string]ledger.Entry{
		"created":      {},
		"reversed":     {ReversedAt: at},
		"changed":      {Timeline: changed(at.Add(time.Millisecond), ledger.Created)},
		"at once":      {Timeline: changed(at, ledger.Created)},
		"mended":       {Timeline: changed(at.Add(-time.Hour), ledger.Waiting)},
		"created anew": {Timeline: changed(at.Add(-time.Millisecond), ledger.Created)},
		"dismissed":    {ReversedAt: at, DismissedAt: at},
	} {
		e := entry(id)
		e.State, e.CreatedAt, e.Payload = ledger.Created, at, nil
		e.ReversedAt, e.DismissedAt, e.Timeline = of.ReversedAt, of.DismissedAt, of.Timeline
		if _, err := l.Write(t.Context(), ledger.Entry{}, e); err != nil {
			t.Fatal(err)
		}
	}
	for _, statement := range []string{"UPDATE entries SET mine = 0", "DROP INDEX entries_mine", "DROP INDEX entries_open", "DROP INDEX entries_connection", "PRAGMA user_version = 5"} {
		if _, err := l.DB().ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	l.Close()
	var got []string
	err := open(t, dir).List(t.Context(), ledger.Filter{Mine: true}, func(e ledger.Entry) bool {
		got = append(got, e.OrderID)
		return true
	})
	if diff := cmp.Diff([]string{"reversed", "changed", "at once"}, got); diff != "" || err != nil {
		t.Fatalf("%v (-want +got):\n%s", err, diff)
	}
}

func TestAccountsAreThoseWhoseOrdersAreNotAllCreated(t *testing.T) {
	l := open(t, t.TempDir())
	for i, e := range []ledger.Entry{
		{Account: "estudio", ERPKind: "omie", State: ledger.Waiting, Due: at},
		{Account: "estudio", ERPKind: "omie", State: ledger.Rejected, Due: at.AddDate(100, 0, 0)},
		{Account: "loja", ERPKind: "sensio", State: ledger.Uncertain, Due: at.AddDate(100, 0, 0)},
		{Account: "done", ERPKind: "omie", State: ledger.Created},
	} {
		e.Key, e.Token, e.ReceivedAt, e.UpdatedAt = fmt.Sprint("cursos#", i), "t", at, at
		if _, err := l.Write(t.Context(), ledger.Entry{}, e); err != nil {
			t.Fatal(err)
		}
	}
	got, err := l.Accounts(t.Context())
	if diff := cmp.Diff(map[string]string{"estudio": "omie", "loja": "sensio"}, got); diff != "" || err != nil {
		t.Fatalf("%v (-want +got):\n%s", err, diff)
	}
	if got, err := open(t, t.TempDir()).Accounts(t.Context()); len(got) > 0 || err != nil {
		t.Fatalf("an empty ledger knows %v, %v", got, err)
	}
}

func TestOneServeLocksTheFolderUntilItEnds(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	first, err := sqlite.Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Lock(dir); !errors.Is(err, sqlite.ErrLocked) {
		t.Fatalf("got error %v, want %v", err, sqlite.ErrLocked)
	}
	open(t, dir) // an operator's command beside it
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second, err := sqlite.Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	second.Close()
}

func TestWhatIsOpenKnowsWhetherItIsStillAtItsPath(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	folder, err := sqlite.Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	l := open(t, dir)
	is := func(step string, wantFolder, wantLedger error) {
		t.Helper()
		if got := folder.InPlace(); !errors.Is(got, wantFolder) {
			t.Errorf("%s: the folder: %v, want %v", step, got, wantFolder)
		}
		if got := l.InPlace(); !errors.Is(got, wantLedger) {
			t.Errorf("%s: the ledger: %v, want %v", step, got, wantLedger)
		}
	}
	rename := func(from, to string) {
		t.Helper()
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}
	is("opened", nil, nil)
	rename(dir, dir+"2")
	is("moved", sqlite.ErrGone, sqlite.ErrGone)
	rename(dir+"2", dir)
	is("back", nil, nil)
	rename(filepath.Join(dir, sqlite.File), dir+".db")
	is("without its database", nil, sqlite.ErrGone)
	other := open(t, dir)
	is("with another database", nil, sqlite.ErrGone)
	if err := other.InPlace(); err != nil {
		t.Error(err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	is("deleted", sqlite.ErrGone, sqlite.ErrGone)
	second, err := sqlite.Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	is("taken by another", sqlite.ErrGone, sqlite.ErrGone)
}

func TestWritableWritesAndChangesNothing(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	if emptied, err := l.Checkpoint(t.Context()); err != nil || !emptied {
		t.Fatal(emptied, err)
	}
	size := func() int64 {
		info, err := os.Stat(filepath.Join(dir, sqlite.File+"-wal"))
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	before := size()
	if err := l.Writable(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after := size(); after <= before {
		t.Errorf("the log had %d bytes and has %d", before, after)
	}
	open(t, dir) // the format is the same
	if _, err := l.DB().Exec("PRAGMA query_only = 1"); err != nil {
		t.Fatal(err)
	}
	if err := l.Writable(t.Context()); err == nil {
		t.Error("a database that takes no writes is writable")
	}
}

func TestWritableLeavesTheWaitForOthersAsItWas(t *testing.T) {
	l := open(t, t.TempDir())
	var before, after int
	if err := l.DB().QueryRow("PRAGMA busy_timeout").Scan(&before); err != nil {
		t.Fatal(err)
	}
	if err := l.Writable(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := l.DB().QueryRow("PRAGMA busy_timeout").Scan(&after); err != nil || after != before || before == 0 {
		t.Errorf("%d ms, then %d: %v", before, after, err)
	}
}

func TestADiskHasAsMuchLeftAsCanBeWritten(t *testing.T) {
	dir := t.TempDir()
	free, err := sqlite.Free(dir)
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil || free < 1<<20 {
		t.Errorf("%d bytes, %v", free, err)
	}
	if _, err := sqlite.Free(filepath.Join(dir, "nowhere")); err == nil {
		t.Error("a folder that isn't there has a disk")
	}
}

func TestAKilledServeLetsGoOfTheFolder(t *testing.T) {
	proctest.Starts(t)
	dir := t.TempDir()
	serve := exec.CommandContext(t.Context(), os.Args[0])
	serve.Env = append(os.Environ(), lockFolder+"="+dir)
	if _, err := serve.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := serve.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, len("locked"))
	if _, err := out.Read(line); err != nil || string(line) != "locked" {
		t.Fatalf("the other process says %q (%v)", line, err)
	}
	if _, err := sqlite.Lock(dir); !errors.Is(err, sqlite.ErrLocked) {
		t.Errorf("got error %v, want %v", err, sqlite.ErrLocked)
	}
	if err := serve.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	serve.Wait()
	lock, err := sqlite.Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	lock.Close()
}

func BenchmarkWrite10KB(b *testing.B) {
	l := open(b, b.TempDir())
	e := entry("1")
	e.Payload = make([]byte, 10<<10)
	before := ledger.Entry{}
	for i := 0; b.Loop(); i++ {
		after := e
		after.Token = fmt.Sprint(i)
		wrote, err := l.Write(b.Context(), before, after)
		if err != nil {
			b.Fatal(err)
		}
		before = wrote
	}
}

func BenchmarkFirstWrite10KB(b *testing.B) {
	l := open(b, b.TempDir())
	for i := 0; b.Loop(); i++ {
		e := entry(fmt.Sprint(i))
		e.Payload = make([]byte, 10<<10)
		if _, err := l.Write(b.Context(), ledger.Entry{}, e); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGet10KB(b *testing.B) {
	l := open(b, b.TempDir())
	e := entry("1")
	e.Payload = make([]byte, 10<<10)
	if _, err := l.Write(b.Context(), ledger.Entry{}, e); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := l.Get(b.Context(), e.Key); err != nil {
			b.Fatal(err)
		}
	}
}

// What a later release may do to an entry, short of what ledger.Version rules out.
func TestWhatFitsOfANewerEntryIsRead(t *testing.T) {
	l := open(t, t.TempDir())
	if _, err := l.Write(t.Context(), ledger.Entry{}, entry("1")); err != nil {
		t.Fatal(err)
	}
	_, err := l.DB().ExecContext(t.Context(), `UPDATE entries SET entry = json_set(entry, '$.v', 2, '$.until', 1795262426, '$.timeline', 'elsewhere')`)
	if err != nil {
		t.Fatal(err)
	}
	want := entry("1")
	want.V, want.Rev = 2, 1
	got, err := l.Get(t.Context(), want.Key)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v, read (-want +got):\n%s", err, diff)
	}
	var listed []string
	if err := l.List(t.Context(), ledger.Filter{}, func(e ledger.Entry) bool { listed = append(listed, e.Key); return true }); err != nil || len(listed) != 1 {
		t.Errorf("listed %v (%v)", listed, err)
	}
}

func TestWhichKeysHaveAnEntryIsKnown(t *testing.T) {
	l := open(t, t.TempDir())
	if _, err := l.Write(t.Context(), ledger.Entry{}, entry(`1"',`)); err != nil {
		t.Fatal(err)
	}
	got, err := l.Known(t.Context(), []string{`cursos#1"',`, "cursos#2", ""})
	if diff := cmp.Diff(map[string]bool{`cursos#1"',`: true}, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if got, err := l.Known(t.Context(), nil); len(got) != 0 || err != nil {
		t.Errorf("of no keys %v are known (%v)", got, err)
	}
}

func TestConnectionsAreThoseThatHaveAnEntry(t *testing.T) {
	l := open(t, t.TempDir())
	for i, of := range []string{"cursos", "loja", "cursos", "a"} {
		e := entry(fmt.Sprint(i))
		e.Connection, e.State = of, ledger.Created
		if _, err := l.Write(t.Context(), ledger.Entry{}, e); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := l.Connections(t.Context()); !cmp.Equal([]string{"a", "cursos", "loja"}, got) || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := open(t, t.TempDir()).Connections(t.Context()); len(got) > 0 || err != nil {
		t.Errorf("an empty ledger knows %v, %v", got, err)
	}
}

func TestEntriesThatAreAlikeAreCounted(t *testing.T) {
	l := open(t, t.TempDir())
	write := func(i int, change func(*ledger.Entry)) {
		t.Helper()
		e := entry(fmt.Sprintf("%04d", i))
		e.State, e.ReceivedAt = ledger.Rejected, at.Add(time.Duration(i)*time.Second)
		e.Reason = order.Reason{Kind: order.Mapping, Message: words.Plain(`SKU "A\" } ,"reason":{`)}
		e.Timeline = []ledger.Attempt{{At: at, Did: "place", Text: words.Plain(e.OrderID)}}
		change(&e)
		if _, err := l.Write(t.Context(), ledger.Entry{}, e); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 4500 { // more than two pages
		write(i, func(*ledger.Entry) {})
	}
	write(5001, func(e *ledger.Entry) { e.Reason.Message = words.Plain("another") })
	write(5002, func(e *ledger.Entry) { e.Account = "loja" })
	write(5003, func(e *ledger.Entry) { e.DismissedAt = at })
	write(5004, func(e *ledger.Entry) { e.Reason = order.Reason{} })
	write(5005, func(e *ledger.Entry) {
		e.State, e.Reason, e.CreatedAt, e.ChangedAt = ledger.Created, order.Reason{}, at, at
	})
	write(5006, func(e *ledger.Entry) {
		e.State, e.Reason, e.CreatedAt, e.ReversedAt = ledger.Created, order.Reason{}, at, at
	})
	write(5007, func(e *ledger.Entry) { e.State, e.Reason, e.CreatedAt = ledger.Created, order.Reason{}, at })
	write(5008, func(e *ledger.Entry) { e.State, e.Reason, e.CreatedAt = ledger.Created, order.Reason{}, at })
	write(5009, func(e *ledger.Entry) { e.Connection = "loja" })
	list, err := l.Alike(t.Context(), ledger.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, a := range list {
		got = append(got, fmt.Sprintf("%s %d from %s", a.Entry.OrderID, a.Count, a.Oldest.Sub(at)))
		if a.Entry.Payload != nil || len(a.Entry.Timeline) != 1 {
			t.Errorf("%+v is not as a list has it", a.Entry)
		}
	}
	want := []string{"5009 1 from 1h23m29s", "5008 2 from 1h23m27s", "5006 1 from 1h23m26s", "5005 1 from 1h23m25s", "5004 1 from 1h23m24s", "5003 1 from 1h23m23s", "5002 1 from 1h23m22s", "5001 1 from 1h23m21s", "4499 4500 from 0s"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if list, err := l.Alike(t.Context(), ledger.Filter{Mine: true, Connection: "cursos", Since: at.Add(4490 * time.Second)}); err != nil || len(list) != 6 || list[5].Count != 10 {
		t.Errorf("filtered: %+v (%v)", list, err)
	}
}

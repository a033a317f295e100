package machine_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/intake"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/machine"
)

// log is what a machine says while it runs; a test reads it meanwhile.
type log struct {
	mu   sync.Mutex
	said bytes.Buffer
}

func (l *log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.said.Write(b)
}

// count counts the lines of the level with the text.
func (l *log) count(level, text string) (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(l.said.String()) {
		if strings.Contains(line, `"level":"`+level+`"`) && strings.Contains(line, text) {
			n++
		}
	}
	return n
}

func (l *log) has(text string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(l.said.String(), text)
}

// loggedBench is a bench whose log can be looked at.
func loggedBench(t *testing.T) (*bench, *log) {
	t.Helper()
	b, l := plainBench(t, plainConfig), &log{}
	b.log = l
	b.start()
	return b, l
}

// healthz is what whoever watches the machine hears.
func (b *bench) healthz() (int, intake.Answer) {
	b.t.Helper()
	response, err := http.Get(b.url + "/healthz")
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	var answer intake.Answer
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		b.t.Fatal(err)
	}
	if unwell := response.StatusCode != http.StatusOK; unwell != (response.Header.Get("Retry-After") != "") {
		b.t.Errorf("%d, Retry-After %q", response.StatusCode, response.Header.Get("Retry-After"))
	}
	return response.StatusCode, answer
}

func (b *bench) healthy() {
	b.t.Helper()
	if status, answer := b.healthz(); status != http.StatusOK || answer != (intake.Answer{Status: "ok"}) {
		b.t.Errorf("it is not well: %d %+v", status, answer)
	}
}

func (b *bench) unhealthy(why string) {
	b.t.Helper()
	status, answer := b.healthz()
	if status != http.StatusServiceUnavailable || answer.Error != "unhealthy" || !strings.Contains(answer.Message, why) || strings.Contains(answer.Message, b.dir) {
		b.t.Errorf("healthz says %d %+v, want 503 and why: %s", status, answer, why)
	}
}

func TestADataFolderThatIsGoneIsSaidAndNothingIsAccepted(t *testing.T) {
	t.Parallel()
	move := func(t *testing.T, from, to string) {
		t.Helper()
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}
	for name, damage := range map[string]func(t *testing.T, dir string){
		"deleted": func(t *testing.T, dir string) {
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
		},
		"moved":              func(t *testing.T, dir string) { move(t, dir, dir+"-moved") },
		"moved and back":     func(t *testing.T, dir string) { move(t, dir, dir+"-moved") },
		"its database alone": func(t *testing.T, dir string) { move(t, filepath.Join(dir, sqlite.File), dir+".db") },
		"its lock alone":     func(t *testing.T, dir string) { move(t, filepath.Join(dir, "lock"), dir+".lock") },
		"a file in its place": func(t *testing.T, dir string) {
			move(t, dir, dir+"-moved")
			if err := os.WriteFile(dir, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"a copy in its place": func(t *testing.T, dir string) {
			move(t, dir, dir+"-moved")
			if err := os.CopyFS(dir, os.DirFS(dir+"-moved")); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			b, said := loggedBench(t)
			b.healthy()
			b.ends = sqlite.ErrGone
			damage(t, b.dir)
			b.unhealthy("The data folder is not the one that was opened")
			if name == "moved and back" {
				move(t, b.dir+"-moved", b.dir)
				b.unhealthy("The data folder is not the one that was opened")
			}
			if status := b.send(b.purchase(1)); status != http.StatusServiceUnavailable {
				t.Errorf("a webhook was answered %d", status)
			}
			b.stop()
			if n := said.count("ERROR", "nothing is accepted and no order is placed any more"); n != 1 {
				t.Errorf("the log says so %d times", n)
			}
			if n := len(b.sim.Documents()); n > 0 {
				t.Errorf("%d orders were placed", n)
			}
		})
	}
}

// The second has the path's lock, so that the first must not call any more.
func TestOfTwoServersOnOnePathTheFirstPlacesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.ends = sqlite.ErrGone
	first := b.purchase(1)
	b.accept(first)
	b.reaches(first.key(), ledger.Created)
	if err := os.RemoveAll(b.dir); err != nil {
		t.Fatal(err)
	}
	second, err := b.openAgain()
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if why := second.Health(t.Context()); why != "" {
		t.Errorf("the second says %q", why)
	}
	b.unhealthy("The data folder is not the one that was opened")
	if status := b.send(b.purchase(2)); status != http.StatusServiceUnavailable {
		t.Errorf("the first answered %d", status)
	}
}

func TestRunEndsByItselfWhenItsFolderIsGone(t *testing.T) {
	t.Parallel()
	b := plainBench(t, plainConfig)
	m, err := b.openAgain()
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- m.Run(ctx) }()
	if err := os.RemoveAll(b.dir); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, sqlite.ErrGone) || ctx.Err() != nil {
		t.Errorf("it ended with %v, %v", err, ctx.Err())
	}
}

// What was queued behind the call under way stays, and is called by nobody.
func TestOrdersBehindTheOneThatSawTheFolderGoAreNotCalled(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.ends = sqlite.ErrGone
	queued, called := make(chan struct{}), make(chan struct{})
	var creates, others atomic.Int64
	var gone atomic.Bool
	b.sim.OnCall(func(method, _ string) *omiesim.Fault {
		if gone.Load() {
			others.Add(1)
		}
		if method == "IncluirOS" && creates.Add(1) == 1 {
			close(called)
			<-queued
			if err := os.RemoveAll(b.dir); err != nil {
				t.Error(err)
			}
			gone.Store(true)
		}
		return nil
	})
	b.accept(b.purchase(1))
	<-called
	b.accept(b.purchase(2), b.purchase(3))
	close(queued)
	b.stop()
	if creates.Load() != 1 || others.Load() > 0 {
		t.Errorf("%d creates; %d calls after the folder was gone", creates.Load(), others.Load())
	}
}

// `creating` comes before the call, and can't be written.
func TestAnOrderThatIsUnderWayWhenTheFolderGoesIsNotCreated(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.ends = sqlite.ErrGone
	asked := make(chan struct{})
	var once sync.Once
	b.sim.OnCall(func(method, _ string) *omiesim.Fault {
		if method == "ListarClientes" {
			once.Do(func() {
				if err := os.RemoveAll(b.dir); err != nil {
					t.Error(err)
				}
				close(asked)
			})
		}
		return nil
	})
	b.accept(b.purchase(1))
	<-asked
	b.stop()
	if n := len(b.sim.Documents()); n > 0 {
		t.Errorf("%d documents were made", n)
	}
}

func TestAnUnwritableLedgerIsSaidOnceInTheLog(t *testing.T) {
	t.Parallel()
	b, said := loggedBench(t)
	b.healthy()
	if _, err := b.machine.Ledger().DB().Exec("PRAGMA query_only = 1"); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		b.clock.Pass(time.Second)
		b.unhealthy("The ledger cannot be written")
	}
	if n := said.count("ERROR", "this server can't be relied on"); n != 1 {
		t.Errorf("the log says so %d times", n)
	}
	if _, err := b.machine.Ledger().DB().Exec("PRAGMA query_only = 0"); err != nil {
		t.Fatal(err)
	}
	b.clock.Pass(time.Second)
	b.healthy()
	if n := said.count("INFO", "this server can be relied on again"); n != 1 {
		t.Errorf("the log says %d times that it is well again", n)
	}
}

func TestADatabaseThatAnotherProcessHoldsIsSaidInTime(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	other, err := sqlite.Open(t.Context(), b.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	held, err := other.DB().BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	b.unhealthy("The ledger cannot be written")
	if err := held.Rollback(); err != nil {
		t.Fatal(err)
	}
	b.until("it is well again", func() bool {
		b.clock.Pass(time.Second)
		status, _ := b.healthz()
		return status == http.StatusOK
	})
}

// Whoever asks hears in 2 s, whatever hangs.
func TestWhatHangsIsSaidAfterTwoSeconds(t *testing.T) {
	t.Parallel()
	for name, hang := range map[string]func(t *testing.T, m *machine.Machine) (goOn func()){
		"the one connection": func(t *testing.T, m *machine.Machine) func() {
			conn, err := m.Ledger().DB().Conn(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return func() { conn.Close() }
		},
		"the disk": func(_ *testing.T, m *machine.Machine) func() {
			goOn := make(chan struct{})
			m.Free(func(string) (uint64, error) {
				<-goOn
				return 1 << 40, nil
			})
			return func() { close(goOn) }
		},
	} {
		b := plainBench(t, plainConfig)
		synctest.Test(t, func(t *testing.T) {
			b.t = t
			m, err := b.openAgain()
			if err != nil {
				t.Fatal(err)
			}
			defer m.Close()
			goOn := hang(t, m)
			for range 2 {
				began := time.Now()
				why := m.Health(t.Context())
				if took := time.Since(began); !strings.Contains(why, "cannot be written") || took > 2*time.Second {
					t.Errorf("%s: after %s: %q", name, took, why)
				}
				b.clock.Pass(time.Second)
			}
			goOn()
			synctest.Wait()
			b.clock.Pass(time.Second)
			if why := m.Health(t.Context()); why != "" {
				t.Errorf("%s: when it goes on: %q", name, why)
			}
		})
	}
}

func TestADiskThatIsAlmostFullIsSaid(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	has := func(bytes uint64) func(string) (uint64, error) {
		return func(string) (uint64, error) { return bytes, nil }
	}
	b.machine.Free(has(64<<20 - 1))
	b.unhealthy("less than 64 MiB")
	b.machine.Free(has(64 << 20))
	b.clock.Pass(time.Second)
	b.healthy()
}

// Anybody may ask, and a write costs a wait for the disk.
func TestAskingForHealthWritesOnceASecond(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	size := func() int64 {
		info, err := os.Stat(filepath.Join(b.dir, sqlite.File+"-wal"))
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	ask := func() {
		var group sync.WaitGroup
		for range 100 {
			group.Go(func() {
				if why := b.machine.Health(t.Context()); why != "" {
					t.Error(why)
				}
			})
		}
		group.Wait()
	}
	before := size()
	ask()
	first := size()
	if first <= before {
		t.Fatalf("nothing was written: %d bytes, then %d", before, first)
	}
	ask()
	if again := size(); again != first {
		t.Errorf("%d bytes were written within the second", again-first)
	}
	b.clock.Pass(time.Second)
	ask()
	if later := size(); later-first != first-before {
		t.Errorf("a second later %d bytes, at first %d", later-first, first-before)
	}
}

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/proctest"
	"github.com/carimbo/carimbo/shared/queue"
)

// These tests do to `carimbo serve` what a stranger, a sale or a disk can do. As they
// run by default they are short, and say nothing of time; with these flags they
// measure, and print what they found.
var (
	attackCalls = flag.Int("attack.calls", 3000, "how many forged calls a test makes")
	overloadFor = flag.Duration("overload.for", 2*time.Second, "how long three times too many calls come in")
	beside      = flag.Int("overload.beside", 0, "how many busy loops share the server's processor, which the callers then leave to it")
	lockedFor   = flag.Duration("locked.for", 0, "how long the database is locked, instead of until a few calls were answered")
)

// memory is what the process holds now and held at most since forgetPeak, in bytes.
func (s *shop) memory() (now, peak int) {
	s.t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.process.Process.Pid))
	if err != nil {
		s.t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		fields := strings.Fields(line)
		if len(fields) != 3 {
			continue
		}
		kb, _ := strconv.Atoi(fields[1])
		switch fields[0] {
		case "VmRSS:":
			now = kb << 10
		case "VmHWM:":
			peak = kb << 10
		}
	}
	return now, peak
}

// worked is the processor's time that the process has had, which other processes'
// load doesn't change much.
func (s *shop) worked() time.Duration {
	s.t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.process.Process.Pid))
	if err != nil {
		s.t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(stat), ") ") // behind its name
	fields := strings.Fields(rest)
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// forgetPeak begins a measurement and returns where it begins.
func (s *shop) forgetPeak() int {
	s.t.Helper()
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", s.process.Process.Pid), []byte("5"), 0); err != nil {
		s.t.Fatal(err)
	}
	now, _ := s.memory()
	return now
}

const mib = 1 << 20

// costs ends a measurement.
func (s *shop) costs(what string, before, atMost int) {
	s.t.Helper()
	after, peak := s.memory()
	s.t.Logf("%s: %.1f MiB before, %.1f at most, %.1f after", what, float64(before)/mib, float64(peak)/mib, float64(after)/mib)
	if peak-before > atMost {
		s.t.Errorf("%s cost %.1f MiB, more than %d", what, float64(peak-before)/mib, atMost/mib)
	}
	if peak > 96*mib {
		s.t.Errorf("the process held %.1f MiB, more than 96", float64(peak)/mib)
	}
}

// said is what serve logs of refusals: how many lines of each reason, and how many
// calls they count.
type said struct {
	whole         chan struct{}
	lines, counts map[string]int
}

// serving starts serve, reads its log to the end, and has it take a purchase, so that
// everything is loaded.
func (s *shop) serving() *said {
	s.t.Helper()
	s.serve()
	s.listening()
	log := &said{whole: make(chan struct{}), lines: map[string]int{}, counts: map[string]int{}}
	lines := s.lines
	s.lines = make(chan map[string]any)
	close(s.lines)
	go func() {
		defer close(log.whole)
		for line := range lines {
			if line["msg"] == "webhooks refused" {
				why := fmt.Sprint(line["why"])
				log.lines[why]++
				log.counts[why] += int(line["count"].(float64))
			}
		}
	}()
	s.t.Cleanup(func() { <-log.whole })
	s.t.Cleanup(s.kill) // before the log's end is waited for
	s.accepts(0)
	return log
}

// accepts delivers the purchase until it is answered 200.
func (s *shop) accepts(n int) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), clocktest.Hang)
	defer cancel()
	for {
		status, answer := s.send(s.body(n))
		switch {
		case status == http.StatusOK:
			return
		case ctx.Err() != nil:
			s.t.Fatalf("purchase %d still hears %d %s", n, status, answer)
		}
	}
}

// ends is Ctrl-C.
func (s *shop) ends(log *said) {
	s.t.Helper()
	if err := s.process.Process.Signal(os.Interrupt); err != nil {
		s.t.Fatal(err)
	}
	<-log.whole
	if err := s.process.Wait(); err != nil {
		s.t.Errorf("serve ended with %v", err)
	}
	s.process = nil
}

// notConnected is the status of a call whose connection was not taken; one that was
// taken and closed without an answer is 0.
const notConnected = -1

// raw sends bytes on a connection of its own and returns the status that comes back.
func (s *shop) raw(parts ...[]byte) int {
	c, err := net.Dial("tcp", s.addr)
	if err != nil {
		return notConnected
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(clocktest.Hang))
	go func() {
		for _, part := range parts {
			if _, err := c.Write(part); err != nil {
				return // it was answered before
			}
		}
	}()
	response, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return 0
	}
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode
}

func callHeading(connection, token string, length int) []byte {
	return fmt.Appendf(nil, "POST /webhooks/%s HTTP/1.1\r\nHost: carimbo\r\nX-Hotmart-Hottok: %s\r\nContent-Length: %d\r\n\r\n", connection, token, length)
}

func TestAThousandSocketsThatStopCostUnder64MB(t *testing.T) {
	for name, c := range map[string]struct {
		token string
		sends int
	}{
		"a mebibyte less a byte": {"guess", mib - 1},
		"a byte":                 {"guess", 1},
		"the right token":        {hottokOfTest, mib - 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			s.serving()
			body := bytes.Repeat([]byte(" "), c.sends)
			before := s.forgetPeak()
			heard := s.everybody(1000, 1000, func(int) int { return s.raw(callHeading("cursos", c.token, mib), body) })
			t.Logf("1,000 sockets heard %v", heard)
			if heard[http.StatusServiceUnavailable]+heard[0] != 1000 || heard[http.StatusServiceUnavailable] == 0 {
				t.Errorf("they heard %v, want 503 or nothing", heard)
			}
			s.costs("1,000 sockets with "+name, before, 64*mib)
			s.accepts(1)
		})
	}
}

// everybody makes n calls, so many at once, and counts the statuses.
func (s *shop) everybody(n, atOnce int, call func(n int) int) map[int]int {
	var mu sync.Mutex
	heard := map[int]int{}
	var next atomic.Int64
	var callers sync.WaitGroup
	for range atOnce {
		callers.Go(func() {
			for i := int(next.Add(1)); i <= n; i = int(next.Add(1)) {
				status := call(i)
				mu.Lock()
				heard[status]++
				mu.Unlock()
			}
		})
	}
	callers.Wait()
	return heard
}

// A header is read before anything is known of the call.
func TestHeadersThatNeverEndCostUnder64MB(t *testing.T) {
	s := newShop(t)
	s.serving()
	before := s.forgetPeak()
	heard := s.everybody(1000, 1000, func(int) int { return s.raw(endlessHeader()) })
	if heard[0] != 1000 {
		t.Errorf("they heard %v, want nothing", heard)
	}
	s.costs("1,000 headers without an end", before, 64*mib)
}

// endlessHeader is as long as one may be, in lines that take the most memory.
func endlessHeader() []byte {
	header := []byte("POST /webhooks/cursos HTTP/1.1\r\n")
	for n := 0; len(header) < 12_000; n++ {
		header = fmt.Appendf(header, "%x:\r\n", n)
	}
	return header
}

func TestWhateverStrangersSendItStaysUnder96MiB(t *testing.T) {
	s := newShop(t)
	s.serving()
	header, body := endlessHeader(), bytes.Repeat([]byte(" "), mib)
	before := s.forgetPeak()
	s.everybody(3000, 1500, func(n int) int {
		switch n % 3 {
		case 0:
			return s.raw(header)
		case 1:
			return s.raw(callHeading("cursos", hottokOfTest, mib), body[1:])
		}
		return s.raw(callHeading("cursos", "guess", mib), body)
	})
	s.costs("endless headers, bodies that stop and forged bodies at once", before, 96*mib)
	s.accepts(1)
}

func TestForgedCallsCostNoMemoryAndALineASecond(t *testing.T) {
	body := bytes.Repeat([]byte(" "), 2000)
	for name, c := range map[string]struct {
		heading func(n int) []byte
		status  int
		why     string
	}{
		"bogus connections": {func(n int) []byte { return callHeading(fmt.Sprintf("guess-%d", n), hottokOfTest, len(body)) }, 404, "unknown_connection"},
		"bogus tokens":      {func(n int) []byte { return callHeading("cursos", fmt.Sprintf("guess-%d", n), len(body)) }, 401, "signature"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			log := s.serving()
			before, began, worked := s.forgetPeak(), time.Now(), s.worked()
			heard := s.everybody(*attackCalls, 64, func(n int) int { return s.raw(c.heading(n), body) })
			took := time.Since(began)
			if heard[c.status] != *attackCalls {
				t.Errorf("they heard %v, want %d", heard, c.status)
			}
			each := (s.worked() - worked) / time.Duration(*attackCalls)
			s.costs(fmt.Sprintf("%d calls with %s (%s of a processor each; %.0f a second beside whatever else ran)",
				*attackCalls, name, each, float64(*attackCalls)/took.Seconds()), before, 48*mib)
			s.ends(log)
			// One at once, one at the end, and one a second.
			if lines, most := log.lines[c.why], int(time.Since(began)/time.Second)+2; lines > most || log.counts[c.why] != *attackCalls {
				t.Errorf("%d lines in %s count %d calls of %d", lines, took, log.counts[c.why], *attackCalls)
			}
		})
	}
}

// kept are the keys of what the data folder holds, queued or recorded. Nobody serves.
func (s *shop) kept() map[string]bool {
	s.t.Helper()
	l, err := sqlite.Open(s.t.Context(), filepath.Join(s.dir, "data"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer l.Close()
	rows, err := l.DB().QueryContext(s.t.Context(), "SELECT message, '' FROM messages UNION ALL SELECT '{}', key FROM entries")
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	kept := map[string]bool{}
	for rows.Next() {
		var text, key string
		var m queue.Message
		if err := rows.Scan(&text, &key); err != nil {
			s.t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(text), &m); err != nil {
			s.t.Fatal(err)
		}
		kept[m.Key+key] = true
	}
	if err := rows.Err(); err != nil {
		s.t.Fatal(err)
	}
	return kept
}

// load is what was sent at a rate that doesn't wait for answers, and what came back.
type load struct {
	mu    sync.Mutex
	heard map[int]int
	rate  float64 // of calls a second
	// accepted are the purchases that were answered 200, and took how long that was.
	accepted []int
	took     map[int][]time.Duration
}

func (l *load) record(n, status int, took time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heard[status]++
	l.took[status] = append(l.took[status], took)
	if status == http.StatusOK {
		l.accepted = append(l.accepted, n)
	}
}

func (l *load) String() string {
	var b strings.Builder
	for _, status := range slices.Sorted(maps.Keys(l.took)) {
		took := slices.Sorted(slices.Values(l.took[status]))
		at := func(part float64) time.Duration {
			return took[int(part*float64(len(took)-1))].Round(100 * time.Microsecond)
		}
		fmt.Fprintf(&b, "%d x %d (p50 %s, p99 %s, max %s); ", len(took), status, at(.5), at(.99), at(1))
	}
	return b.String()
}

// kept tells whether the goals of an overload were met, where the callers had a
// processor of their own and their load is the server's alone.
func (l *load) kept(t *testing.T, rate float64) {
	t.Helper()
	if l.rate < rate {
		t.Errorf("%.0f calls a second were offered, less than %.0f", l.rate, rate)
	}
	for status, took := range l.took {
		slices.Sort(took)
		last, p99 := took[len(took)-1], took[len(took)*99/100]
		switch {
		case status != http.StatusOK && status != http.StatusServiceUnavailable:
			t.Errorf("%d calls were not answered (%d)", len(took), status)
		case last > 5*time.Second:
			t.Errorf("the slowest %d came after %s", status, last)
		case status == http.StatusOK && p99 > 2500*time.Millisecond:
			t.Errorf("the 99th of a hundred was answered 200 after %s", p99)
		}
	}
}

// mostOutstanding bounds what waits for an answer in a test.
const mostOutstanding = 10_000

// sharesItsProcessor gives the server a processor that it shares with busy loops, and
// the callers another: else they take what the server needs, and it is them who can't
// keep up.
func (s *shop) sharesItsProcessor(loops int) {
	proctest.Starts(s.t)
	s.t.Helper()
	if loops == 0 {
		return
	}
	to := func(processor, pid int) {
		s.t.Helper()
		var set unix.CPUSet
		set.Set(processor)
		tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", pid))
		if err != nil || len(tasks) == 0 {
			s.t.Fatal(tasks, err)
		}
		for _, task := range tasks {
			id, _ := strconv.Atoi(filepath.Base(task))
			if err := unix.SchedSetaffinity(id, &set); err != nil {
				s.t.Fatal(err)
			}
		}
	}
	to(0, s.process.Process.Pid)
	to(1, os.Getpid())
	for range loops {
		loop := exec.Command("sh", "-c", "while :; do :; done")
		if err := loop.Start(); err != nil {
			s.t.Fatal(err)
		}
		s.t.Cleanup(func() {
			_ = loop.Process.Kill()
			_ = loop.Wait()
		})
		to(0, loop.Process.Pid)
	}
}

// offer sends so many purchases a second, whatever becomes of them, and waits for the
// last answer.
func (s *shop) offer(rate float64, during time.Duration) *load {
	s.t.Helper()
	l := &load{heard: map[int]int{}, took: map[int][]time.Duration{}}
	var callers sync.WaitGroup
	places := make(chan struct{}, mostOutstanding)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	began, sent := time.Now(), 0
	for ; time.Since(began) < during; <-tick.C {
		for due := int(rate * time.Since(began).Seconds()); sent < due; sent++ {
			select {
			case places <- struct{}{}:
			case <-time.After(clocktest.Hang):
				s.t.Fatal("nobody answers")
			}
			n := 1_000_000 + sent
			callers.Go(func() {
				defer func() { <-places }()
				body := s.body(n)
				at := time.Now()
				status := s.raw(callHeading("cursos", hottokOfTest, len(body)), body)
				l.record(n, status, time.Since(at))
			})
		}
	}
	took := time.Since(began)
	callers.Wait()
	l.rate = float64(sent) / took.Seconds()
	s.t.Logf("offered %d in %s, %.0f a second: %s", sent, took.Round(time.Millisecond), l.rate, l)
	return l
}

// takes measures how many purchases a second are answered 200 to 64 stores of which
// each waits for its answer.
func (s *shop) takes(during time.Duration) float64 {
	s.t.Helper()
	var next, accepted atomic.Int64
	var stores sync.WaitGroup
	began := time.Now()
	for range 64 {
		stores.Go(func() {
			for time.Since(began) < during || accepted.Load() < 100 {
				body := s.body(int(next.Add(1)))
				if s.raw(callHeading("cursos", hottokOfTest, len(body)), body) == http.StatusOK {
					accepted.Add(1)
				}
			}
		})
	}
	stores.Wait()
	return float64(accepted.Load()) / time.Since(began).Seconds()
}

func TestOverloadIsShedAndNothingAcceptedIsLost(t *testing.T) {
	s := newShop(t)
	log := s.serving()
	s.sharesItsProcessor(*beside)
	worked := s.worked()
	rate := s.takes(*overloadFor / 4)
	t.Logf("it takes %.0f purchases a second, with %.2f processors", rate, (s.worked()-worked).Seconds()/(*overloadFor/4).Seconds())
	before, worked := s.forgetPeak(), s.worked()
	l := s.offer(3*rate, *overloadFor)
	t.Logf("meanwhile it had %s of a processor", s.worked()-worked)
	s.costs("overload", before, 64*mib)
	for status, n := range l.heard {
		if !slices.Contains([]int{http.StatusOK, http.StatusServiceUnavailable, 0, notConnected}, status) {
			t.Errorf("%d calls were answered %d", n, status)
		}
	}
	if l.heard[http.StatusOK] == 0 {
		t.Errorf("none was answered 200: %v", l.heard)
	}
	if *beside > 0 {
		l.kept(t, 2.95*rate)
	}
	s.accepts(9)
	s.kill()
	<-log.whole
	t.Logf("its log counts %v in %v lines", log.counts, log.lines)
	kept := s.kept()
	for _, n := range l.accepted {
		if key := fmt.Sprintf("cursos#HP%06d", n); !kept[key] {
			t.Errorf("%s was answered 200 and is lost", key)
		}
	}
}

// lock has another process's connection hold the database until it is let go.
func (s *shop) lock() (letGo func()) {
	s.t.Helper()
	l, err := sqlite.Open(s.t.Context(), filepath.Join(s.dir, "data"))
	if err != nil {
		s.t.Fatal(err)
	}
	tx, err := l.DB().BeginTx(s.t.Context(), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return func() {
		_ = tx.Rollback()
		_ = l.Close()
	}
}

// Whoever is answered while the database is locked was answered in time: the answer
// is waited for before the lock is let go. With -locked.for the times are printed.
func TestWhileTheDatabaseIsLockedTheAnswerIs503(t *testing.T) {
	s := newShop(t)
	s.serving()
	letGo := s.lock()
	locked := time.Now()
	var mu sync.Mutex
	heard, slowest := map[int]int{}, time.Duration(0)
	purchases := 0
	for purchases == 0 || time.Since(locked) < *lockedFor {
		const each = 10
		first := purchases
		for status, n := range s.everybody(each, each, func(n int) int {
			at := time.Now()
			status, _ := s.send(s.body(100 + first + n))
			took := time.Since(at)
			mu.Lock()
			defer mu.Unlock()
			slowest = max(slowest, took)
			return status
		}) {
			heard[status] += n
		}
		purchases += each
	}
	letGo()
	t.Logf("locked for %s, %d purchases heard %v, the slowest after %s", time.Since(locked).Round(time.Millisecond), purchases, heard, slowest.Round(time.Millisecond))
	if *lockedFor > 0 && slowest > 3*time.Second {
		t.Errorf("the slowest answer came after %s", slowest)
	}
	if heard[http.StatusServiceUnavailable] != purchases {
		t.Errorf("while the database is locked they hear %v", heard)
	}
	// Every store delivers again. Some of what was answered 503 is there already.
	for n := range purchases {
		s.accepts(101 + n)
	}
	s.settled(1 + purchases)
	documents := map[string]omiesim.Document{}
	for _, d := range s.sim.Documents() {
		if _, twice := documents[d.CodInt]; twice {
			t.Errorf("%s is there twice", d.CodInt)
		}
		documents[d.CodInt] = d
	}
	if len(documents) != 1+purchases {
		t.Errorf("the ERP holds %d documents for %d purchases", len(documents), 1+purchases)
	}
}

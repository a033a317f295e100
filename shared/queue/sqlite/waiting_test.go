package sqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/carimbo/carimbo/shared/queue/sqlite"
)

// whileBusy runs the test on a clock of its own, with a queue whose database is busy
// until it is closed.
func whileBusy(t *testing.T, test func(t *testing.T, q *sqlite.Queue, busy *sql.Conn)) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		l, q := openWith(t, dir, sqlite.Options{})
		busy, err := l.DB().Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer busy.Close()
		test(t, q, busy)
	})
}

// sendMany sends n messages at once, each for 2.5 s, and returns how many were
// answered in that time.
func sendMany(t *testing.T, q *sqlite.Queue, n, size int) (accepted int) {
	t.Helper()
	began := time.Now()
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
			defer cancel()
			m := message("estudio", i)
			m.Payload = bytes.Repeat([]byte("x"), size)
			err := q.Send(ctx, m)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				accepted++
			} else if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 2500*time.Millisecond {
				t.Errorf("send: %v after %s", err, time.Since(began))
			}
		})
	}
	wg.Wait()
	return accepted
}

func TestWhatWasHandedOverIsNotCalledBack(t *testing.T) {
	whileBusy(t, func(t *testing.T, q *sqlite.Queue, busy *sql.Conn) {
		if n := sendMany(t, q, 3, 10); n != 0 {
			t.Errorf("%d were accepted while the database was busy", n)
		}
		busy.Close()
		synctest.Wait()
		if n := depth(t, q); n != 3 {
			t.Errorf("%d messages are on the disk, want the 3 that were handed over", n)
		}
	})
}

func TestWhatWaitsForTheDiskIsBounded(t *testing.T) {
	for name, c := range map[string]struct{ sends, size, atLeast, atMost int }{
		"in number": {2000, 10, 256, 256 + 64},
		"in bytes":  {200, 300 << 10, 20, 8 << 20 / (300 << 10)},
	} {
		t.Run(name, func(t *testing.T) {
			whileBusy(t, func(t *testing.T, q *sqlite.Queue, busy *sql.Conn) {
				sendMany(t, q, c.sends, c.size)
				busy.Close()
				synctest.Wait()
				if n := depth(t, q); n < c.atLeast || n > c.atMost {
					t.Errorf("%d of %d waited and came to the disk, want %d to %d", n, c.sends, c.atLeast, c.atMost)
				}
				// There is room again.
				send(t, q, message("estudio", c.sends))
			})
		})
	}
}

func TestCloseCommitsWhatWasHandedOver(t *testing.T) {
	whileBusy(t, func(t *testing.T, q *sqlite.Queue, busy *sql.Conn) {
		const sends = 100
		sendMany(t, q, sends, 10)
		closed := make(chan struct{})
		go func() { defer close(closed); q.Close() }()
		synctest.Wait()
		busy.Close()
		<-closed
		if n := depth(t, q); n != sends {
			t.Errorf("%d of %d messages are on the disk", n, sends)
		}
	})
}

func TestADatabaseThatStaysLockedFreesItsQueue(t *testing.T) {
	whileBusy(t, func(t *testing.T, q *sqlite.Queue, busy *sql.Conn) {
		sendMany(t, q, 1000, 30<<10)
		time.Sleep(time.Minute) // each commit gives up after 10 s
		busy.Close()
		synctest.Wait()
		if n := depth(t, q); n != 0 {
			t.Errorf("%d messages were kept for a minute", n)
		}
		if n := sendMany(t, q, 100, 30<<10); n != 100 {
			t.Errorf("%d of 100 are accepted after it", n)
		}
	})
}

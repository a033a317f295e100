package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/leaktest"
	ledgersqlite "github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/queue/queuetest"
	"github.com/carimbo/carimbo/shared/queue/sqlite"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(sendFolder); dir != "" {
		sendUntilKilled(dir)
	}
	leaktest.Main(m)
}

func newClock() *clocktest.Clock { return clocktest.At(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)) }

const visibility = 270 * time.Second

// open opens the folder's queue as a process does. It may be opened several times
// at once, as processes do.
func open(t testing.TB, dir string, now func() time.Time) *sqlite.Queue {
	t.Helper()
	_, q := openWith(t, dir, sqlite.Options{Now: now})
	return q
}

// openWith opens the folder's ledger and the queue in it. What a test has not closed
// by its end is closed then.
func openWith(t testing.TB, dir string, o sqlite.Options) (*ledgersqlite.Ledger, *sqlite.Queue) {
	t.Helper()
	l, err := ledgersqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	q, err := sqlite.New(t.Context(), l.DB(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { q.Close() })
	return l, q
}

func TestQueuePromises(t *testing.T) {
	queuetest.Run(t, func(t *testing.T) queuetest.Subject { s, _ := subject(t); return s })
}

func TestAQueueOfOneProcessIsTakenOver(t *testing.T) {
	queuetest.RunTakenOver(t, func(t *testing.T) (queuetest.Subject, queuetest.OfOneProcess) { return subject(t) })
}

func subject(t *testing.T) (queuetest.Subject, queuetest.OfOneProcess) {
	dir, c := t.TempDir(), newClock()
	q := open(t, dir, c.Now)
	return queuetest.Subject{
		Queue:       q,
		Reopen:      func(t *testing.T) queue.Queue { return open(t, dir, c.Now) },
		Advance:     c.Pass,
		Visibility:  visibility,
		MaxReceives: 3,
		Dead:        q,
	}, q
}

func message(account string, n int) queue.Message {
	id := fmt.Sprintf("%s-%d", account, n)
	return queue.Message{V: queue.Version, Type: queue.Wake, Key: "cursos#" + id, Account: account, Dedup: id}
}

func send(t testing.TB, q *sqlite.Queue, m queue.Message) {
	t.Helper()
	if err := q.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
}

func receive(t testing.TB, q *sqlite.Queue, limit int) []queue.Delivery {
	t.Helper()
	deliveries, err := q.Receive(t.Context(), limit)
	if err != nil {
		t.Fatal(err)
	}
	return deliveries
}

func receiveOne(t testing.TB, q *sqlite.Queue) queue.Delivery {
	t.Helper()
	deliveries := receive(t, q, 10)
	if len(deliveries) != 1 {
		t.Fatalf("%d deliveries, want 1", len(deliveries))
	}
	return deliveries[0]
}

func dead(t testing.TB, q *sqlite.Queue) []queue.Message {
	t.Helper()
	letters, _, err := q.Dead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var messages []queue.Message
	for _, l := range letters {
		messages = append(messages, l.Message)
	}
	return messages
}

func depth(t testing.TB, q *sqlite.Queue) int {
	t.Helper()
	n, err := q.Depth(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestADeliveryIsHiddenToTheMillisecondOfItsTimeOut(t *testing.T) {
	c := newClock()
	q := open(t, t.TempDir(), c.Now)
	send(t, q, message("estudio", 1))
	receiveOne(t, q)
	c.Pass(visibility - time.Millisecond)
	if early := receive(t, q, 10); len(early) > 0 {
		t.Fatal("it came a millisecond early")
	}
	c.Pass(time.Millisecond)
	receiveOne(t, q)
}

func TestAResendIsANewMessageAfterFiveMinutes(t *testing.T) {
	c := newClock()
	q := open(t, t.TempDir(), c.Now)
	send(t, q, message("estudio", 1))
	if err := q.Ack(t.Context(), receiveOne(t, q)); err != nil {
		t.Fatal(err)
	}
	c.Pass(5*time.Minute - time.Millisecond)
	send(t, q, message("estudio", 1))
	if n := depth(t, q); n != 0 {
		t.Fatal("the resend was taken for a new message a millisecond early")
	}
	c.Pass(time.Millisecond)
	send(t, q, message("estudio", 1))
	receiveOne(t, q)
}

func TestRecoverGivesBackWhatWasInFlightWithoutCountingIt(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	q := open(t, dir, c.Now)
	send(t, q, message("estudio", 1))
	send(t, q, message("loja", 1))
	send(t, q, message("loja", 2))
	former := receive(t, q, 10)
	for range 10 {
		q = open(t, dir, c.Now)
		for range 2 { // killed once more before it received
			if err := q.Recover(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		deliveries := receive(t, q, 10)
		if len(deliveries) != 2 {
			t.Fatalf("%d deliveries after a crash, want 2", len(deliveries))
		}
		for _, d := range deliveries {
			if d.Receives != 1 {
				t.Fatalf("%s: receives %d after a crash, want 1", d.Message.Dedup, d.Receives)
			}
		}
	}
	for _, d := range former {
		if err := q.Ack(t.Context(), d); !errors.Is(err, queue.ErrReceipt) {
			t.Fatalf("a receipt from before the crash: got error %v, want %v", err, queue.ErrReceipt)
		}
	}
	if letters := dead(t, q); len(letters) > 0 {
		t.Fatalf("%d dead letters of crashes alone", len(letters))
	}
}

func TestAReceiptNobodyHasAcknowledgesNothing(t *testing.T) {
	q := open(t, t.TempDir(), newClock().Now)
	send(t, q, message("estudio", 1))
	for _, receipt := range []string{"", "1", "1.", "x.y", "1.guess"} {
		if err := q.Ack(t.Context(), queue.Delivery{Receipt: receipt}); !errors.Is(err, queue.ErrReceipt) {
			t.Errorf("receipt %q: got error %v, want %v", receipt, err, queue.ErrReceipt)
		}
	}
	d := receiveOne(t, q)
	if err := q.Ack(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if err := q.Ack(t.Context(), d); !errors.Is(err, queue.ErrReceipt) {
		t.Fatalf("acknowledged twice: got error %v, want %v", err, queue.ErrReceipt)
	}
}

func TestDeadLettersKeepTheirOrderAndGoBehindWhatWaits(t *testing.T) {
	c := newClock()
	q := open(t, t.TempDir(), c.Now)
	send(t, q, message("estudio", 1))
	send(t, q, message("estudio", 2))
	for range 6 {
		receive(t, q, 10)
		c.Pass(visibility)
	}
	want := []queue.Message{message("estudio", 1), message("estudio", 2)}
	if diff := cmp.Diff(want[:1], dead(t, q)); diff != "" {
		t.Fatalf("after 6 receives (-want +got):\n%s", diff)
	}
	if late := receive(t, q, 10); len(late) > 0 {
		t.Fatalf("%s after its last receive", late[0].Message.Dedup)
	}
	if diff := cmp.Diff(want, dead(t, q)); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	send(t, q, message("estudio", 3))
	if n, err := q.Redrive(t.Context()); n != 2 || err != nil {
		t.Fatalf("redrove %d (%v)", n, err)
	}
	for _, n := range []int{3, 1, 2} {
		d := receiveOne(t, q)
		if diff := cmp.Diff(message("estudio", n), d.Message); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
		if err := q.Ack(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDepthCountsWhatIsNotAcknowledged(t *testing.T) {
	q := open(t, t.TempDir(), newClock().Now)
	send(t, q, message("estudio", 1))
	send(t, q, message("estudio", 2))
	d := receiveOne(t, q)
	if n := depth(t, q); n != 2 {
		t.Fatalf("depth %d with one waiting and one in flight", n)
	}
	if err := q.Ack(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if n := depth(t, q); n != 1 {
		t.Fatalf("depth %d with one waiting", n)
	}
}

func TestWhateverMakesAMessageReceivableNotifies(t *testing.T) {
	q := open(t, t.TempDir(), newClock().Now)
	notified := func() bool {
		select {
		case <-q.Notify():
			return true
		default:
			return false
		}
	}
	if notified() {
		t.Fatal("notified of nothing")
	}
	var held queue.Delivery
	for _, step := range []struct {
		name string
		do   func() error
		want bool
	}{
		{"send", func() error { return q.Send(t.Context(), message("estudio", 1)) }, true},
		{"receive", func() error { held = receiveOne(t, q); return nil }, false},
		{"acknowledge", func() error { return q.Ack(t.Context(), held) }, true},
		{"recover", func() error { return q.Recover(t.Context()) }, true},
		{"redrive", func() error { _, err := q.Redrive(t.Context()); return err }, true},
		{"nothing", func() error { return nil }, false},
	} {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if got := notified(); got != step.want {
			t.Errorf("%s: notified %v, want %v", step.name, got, step.want)
		}
	}
}

// An operator's redrive and a second process's send are seen by a running serve.
func TestWhatAnotherProcessSendsIsReceived(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	serve, other := open(t, dir, c.Now), open(t, dir, c.Now)
	send(t, other, message("estudio", 1))
	receiveOne(t, serve)
	if held := receive(t, other, 10); len(held) > 0 {
		t.Fatal("two processes hold one message")
	}
}

func TestAClosedQueueTakesNoMessage(t *testing.T) {
	q := open(t, t.TempDir(), newClock().Now)
	for range 2 {
		if err := q.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := q.Send(t.Context(), message("estudio", 1)); !errors.Is(err, sqlite.ErrClosed) {
		t.Fatalf("got error %v, want %v", err, sqlite.ErrClosed)
	}
}

// The owner closes the database right after the queue.
func TestCloseLosesNothingThatWasAccepted(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	l, q := openWith(t, dir, sqlite.Options{Now: c.Now})
	const senders = 100
	accepted := make(chan struct{}, senders)
	var wg sync.WaitGroup
	for n := range senders {
		wg.Go(func() {
			err := q.Send(t.Context(), message("estudio", n))
			if err == nil {
				accepted <- struct{}{}
			} else if !errors.Is(err, sqlite.ErrClosed) {
				t.Errorf("send: %v", err)
			}
		})
	}
	<-accepted
	q.Close()
	l.Close()
	wg.Wait()
	if got, want := depth(t, open(t, dir, c.Now)), len(accepted)+1; got != want {
		t.Fatalf("%d messages on the disk, %d accepted", got, want)
	}
}

func TestCloseWaitsForWhatIsBeingCommitted(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		l, q := openWith(t, dir, sqlite.Options{})
		busy, err := l.DB().Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var sent error
		go func() { sent = q.Send(t.Context(), message("estudio", 1)) }()
		synctest.Wait()
		closed := false
		go func() { q.Close(); closed = true }()
		synctest.Wait()
		if closed {
			t.Error("closed while a message was being committed")
		}
		busy.Close()
		synctest.Wait()
		if n := depth(t, q); !closed || sent != nil || n != 1 {
			t.Errorf("closed %v, sent with error %v, %d on the disk", closed, sent, n)
		}
	})
}

func TestASendThatDidNotReachTheDiskIsAnError(t *testing.T) {
	l, q := openWith(t, t.TempDir(), sqlite.Options{})
	l.Close()
	if err := q.Send(t.Context(), message("estudio", 1)); err == nil {
		t.Fatal("accepted without a database")
	}
}

// A commit to a file that was deleted is on no disk that outlives the process.
func TestASendToAFileThatWasDeletedIsAnError(t *testing.T) {
	gone := errors.New("gone")
	for name, c := range map[string]struct {
		looks []error
		want  error
		depth int
	}{
		"in place":                  {[]error{nil, nil}, nil, 1},
		"deleted before the commit": {[]error{gone}, gone, 0},
		"deleted during the commit": {[]error{nil, gone}, gone, 1},
	} {
		looks := c.looks
		l, q := openWith(t, t.TempDir(), sqlite.Options{InPlace: func() error {
			look := looks[0]
			looks = looks[1:]
			return look
		}})
		if err := q.Send(t.Context(), message("estudio", 1)); !errors.Is(err, c.want) {
			t.Errorf("%s: got error %v, want %v", name, err, c.want)
		}
		if n := depth(t, q); n != c.depth || len(looks) > 0 {
			t.Errorf("%s: %d messages were committed, want %d; %d looks are left", name, n, c.depth, len(looks))
		}
		q.Close()
		l.Close()
	}
}

func TestASenderWhoLeavesDoesNotUndoTheOthers(t *testing.T) {
	q := open(t, t.TempDir(), newClock().Now)
	var wg sync.WaitGroup
	for n := range 50 {
		wg.Go(func() {
			ctx, leave := context.WithCancel(t.Context())
			wg.Go(leave)
			if err := q.Send(ctx, message("hasty", n)); err != nil && !errors.Is(err, context.Canceled) {
				t.Errorf("hasty send: %v", err)
			}
		})
		wg.Go(func() {
			if err := q.Send(t.Context(), message("estudio", n)); err != nil {
				t.Errorf("send: %v", err)
			}
		})
	}
	wg.Wait()
}

func BenchmarkSend10KB(b *testing.B) {
	for _, senders := range []int{1, 8, 64} {
		b.Run(fmt.Sprint("senders=", senders), func(b *testing.B) {
			q := open(b, b.TempDir(), time.Now)
			payload := make([]byte, 10<<10)
			numbers := make(chan int)
			b.ResetTimer()
			var wg sync.WaitGroup
			for range senders {
				wg.Go(func() {
					for n := range numbers {
						m := message("estudio", n)
						m.Payload = payload
						if err := q.Send(b.Context(), m); err != nil {
							b.Error(err)
						}
					}
				})
			}
			for n := range b.N {
				numbers <- n
			}
			close(numbers)
			wg.Wait()
		})
	}
}

// A backlog must not slow down what is received.
func BenchmarkReceiveAndAck(b *testing.B) {
	for _, backlog := range []int{0, 20000} {
		b.Run(fmt.Sprint("backlog=", backlog), func(b *testing.B) {
			q := open(b, b.TempDir(), time.Now)
			var wg sync.WaitGroup
			for s := range 64 {
				wg.Go(func() {
					for n := s; n < backlog; n += 64 {
						send(b, q, message("estudio", n))
					}
				})
			}
			wg.Wait()
			for n := 0; b.Loop(); n++ {
				b.StopTimer()
				m := message("loja", n)
				m.Account = "estudio"
				send(b, q, m)
				b.StartTimer()
				if err := q.Ack(b.Context(), receiveOne(b, q)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkReceiveNothing(b *testing.B) {
	q := open(b, b.TempDir(), time.Now)
	for b.Loop() {
		receive(b, q, 10)
	}
}

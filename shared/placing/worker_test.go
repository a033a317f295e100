package placing_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	ledgersqlite "github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/generic"
	"github.com/carimbo/carimbo/shared/platform/registry"
	"github.com/carimbo/carimbo/shared/preflight"
	"github.com/carimbo/carimbo/shared/queue"
	queuesqlite "github.com/carimbo/carimbo/shared/queue/sqlite"
	"github.com/carimbo/carimbo/shared/secret"
	"github.com/carimbo/carimbo/shared/words"
)

// shift is a worker over a real ledger and an ERP whose calls are the test's.
type shift struct {
	t      *testing.T
	now    time.Time
	ledger *ledgersqlite.Ledger
	// before is called before each write, with what is about to be written.
	before func(ledger.Entry) error
	// did is what was done, in order.
	did    []string
	client *script
	cfg    connection.Config
	// platform stands for the registry's, if it is set; secrets are the stores'.
	platform platform.Platform
	secrets  secret.Store
}

// vault holds the stores' secrets.
type vault map[string]secret.Secret

func (v vault) Get(_ context.Context, name string) (secret.Secret, error) {
	found, ok := v[name]
	if !ok {
		return secret.Secret{}, secret.ErrNotFound
	}
	return found, nil
}

func (v vault) Refresh(ctx context.Context, name string, _ time.Time) (secret.Secret, error) {
	return v.Get(ctx, name)
}

// fetching is a platform whose orders are fetched.
type fetching struct {
	platform.Platform
	fetch func(platform.Payload, map[string]string) (platform.Payload, error)
}

func (f fetching) Fetch(_ context.Context, p platform.Payload, store map[string]string) (platform.Payload, error) {
	return f.fetch(p, store)
}

func (fetching) CheckStore(map[string]string) error { return nil }

// completing is one whose webhook has the order already.
type completing struct{ fetching }

func (completing) FetchIsOptional() {}

func newShift(t *testing.T) *shift {
	t.Helper()
	l, err := ledgersqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	cfg, err := connection.Parse([]byte(`{"erps": {"estudio": {"kind": "omie"}},
		"connections": {"checkout": {"platform": "generic", "erp": "estudio", "since": "2026-11-01"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	s := &shift{t: t, now: noon, ledger: l, cfg: cfg, secrets: vault{}}
	s.client = &script{shift: s, looksUp: true,
		customer: func() erp.Answer { return erp.Answer{Kind: erp.CustomerKnown} },
		create:   func(erp.Document) erp.Answer { return erp.Answer{Kind: erp.Created, ID: "7", Number: "16"} },
		lookUp:   func() erp.Answer { return erp.Answer{Kind: erp.Absent} },
	}
	return s
}

// script is an ERP that does what the test says.
type script struct {
	shift    *shift
	looksUp  bool
	facts    []preflight.Fact
	customer func() erp.Answer
	create   func(erp.Document) erp.Answer
	lookUp   func() erp.Answer
	// lessons are what the client was told with each customer.
	lessons []erp.Lessons
}

func (e *script) Document(o order.Order, ref erp.Reference) (erp.Document, error) {
	return erp.Document{Reference: ref, Total: o.Total, OrderNumber: o.Number, Body: o.Customer.Name, Order: o, Facts: e.facts}, nil
}

func (e *script) Customer(_ context.Context, d erp.Document) (erp.Document, erp.Answer) {
	e.shift.did = append(e.shift.did, "customer")
	e.lessons = append(e.lessons, d.Lessons)
	d.CustomerID = "1"
	return d, e.customer()
}

func (e *script) Create(_ context.Context, d erp.Document) erp.Answer {
	e.shift.did = append(e.shift.did, fmt.Sprint("create ", d.Body))
	return e.create(d)
}

func (e *script) LookUp(context.Context, erp.Reference) erp.Answer {
	e.shift.did = append(e.shift.did, "look up")
	return e.lookUp()
}

func (e *script) CanLookUp() bool          { return e.looksUp }
func (e *script) CallLimit() time.Duration { return time.Minute }

func (e *script) Pace(context.Context) error { return nil }

func (e *script) DocumentKind() string { return "os" }

func (e *script) LongestRest() time.Duration { return 2 * time.Hour }

// witness is the ledger as the worker sees it.
type witness struct {
	ledger.Ledger
	shift *shift
}

func (w witness) Write(ctx context.Context, before, after ledger.Entry) (ledger.Entry, error) {
	w.shift.did = append(w.shift.did, "write "+string(after.State))
	if w.shift.before != nil {
		if err := w.shift.before(after); err != nil {
			return ledger.Entry{}, err
		}
	}
	return w.Ledger.Write(ctx, before, after)
}

func (w witness) BlockLane(ctx context.Context, account string, l ledger.Lane) error {
	w.shift.did = append(w.shift.did, "block lane")
	return w.Ledger.BlockLane(ctx, account, l)
}

type quiet struct{}

func (quiet) Count(context.Context, placing.Metric, string)        {}
func (quiet) CountAccount(context.Context, placing.Metric, string) {}
func (quiet) Placed(context.Context, string, time.Duration)        {}

// worker is a process: each of the test's messages has one of its own, unless the
// test keeps it.
func (s *shift) worker() *placing.Worker {
	return &placing.Worker{Ledger: witness{s.ledger, s}, Connections: func() connection.Config { return s.cfg }, Platform: s.platformOf, Secrets: s.secrets,
		Client:  func(name string) (erp.Client, bool) { _, ok := s.cfg.Accounts[name]; return s.client, ok },
		Spacing: placing.Spacing, Now: func() time.Time { return s.now }, Meter: quiet{}, Log: slog.New(slog.DiscardHandler)}
}

func (s *shift) handle(m queue.Message) error {
	s.t.Helper()
	return s.handleIn(s.worker(), m)
}

func (s *shift) handleIn(w *placing.Worker, m queue.Message) error {
	s.t.Helper()
	return w.Handle(s.t.Context(), m, s.now.Add(placing.Invocation))
}

func (s *shift) platformOf(name string) (platform.Platform, bool) {
	if s.platform != nil {
		return s.platform, true
	}
	return registry.Get(name)
}

func (s *shift) handles(m queue.Message) {
	s.t.Helper()
	if err := s.handle(m); err != nil {
		s.t.Fatal(err)
	}
}

const orderKey = "checkout#A-1"

// paid is a notice whose customer has the name.
func (s *shift) paid(name string, version int64) queue.Message {
	s.t.Helper()
	p := platform.Payload{Body: fmt.Appendf(nil, `{"type": "order.paid", "version": %d, "order": {"id": "A-1", "number": "1001", "currency": "BRL",
		"paid_at": "2026-11-21T10:00:00Z", "total": "10.00", "customer": {"name": %q, "tax_id": "529.982.247-25"},
		"lines": [{"sku": "X", "name": "X", "quantity": 1, "unit_price": "10.00"}]}}`, version, name)}
	packed, err := p.Pack()
	if err != nil {
		s.t.Fatal(err)
	}
	return queue.Message{Type: queue.Paid, Key: orderKey, Account: "estudio", Connection: "checkout", Platform: "generic", OrderID: "A-1",
		Version: version, Digest: p.Digest(), Payload: packed, ReceivedAt: s.now, Dedup: name}
}

func wakeUp() queue.Message {
	return queue.Message{Type: queue.Wake, Key: orderKey, Account: "estudio"}
}

func (s *shift) entry() ledger.Entry {
	s.t.Helper()
	e, err := s.ledger.Get(s.t.Context(), orderKey)
	if err != nil {
		s.t.Fatal(err)
	}
	return e
}

func (s *shift) isLeft(state ledger.State, kind order.ReasonKind) {
	s.t.Helper()
	if e := s.entry(); e.State != state || e.Reason.Kind != kind || !e.Lease.IsZero() {
		s.t.Errorf("left as %s (%s), leased until %v; want %s (%s)", e.State, e.Reason.Kind, e.Lease, state, kind)
	}
}

func (s *shift) creates() int {
	n := 0
	for _, d := range s.did {
		if strings.HasPrefix(d, "create ") {
			n++
		}
	}
	return n
}

func TestAnOrderIsWrittenBeforeItIsSent(t *testing.T) {
	s := newShift(t)
	s.handles(s.paid("Ana", 1))
	want := []string{"write accepted", "customer", "write creating", "create Ana", "write created"}
	if diff := cmp.Diff(want, s.did); diff != "" {
		t.Errorf("done (-want +got):\n%s", diff)
	}
	if e := s.entry(); e.ERPID != "7" || e.Total != "10.00" || e.StoreNumber != "1001" || e.Customer != "A." {
		t.Errorf("recorded %+v", e)
	}
}

func TestWhatACityRefusesOnThatDayIsNotSent(t *testing.T) {
	lacking := []preflight.Fact{{About: preflight.ClassTrib, Item: "8.02", Field: words.Plain("cClassTrib"), Mend: words.Plain("erps.estudio.services.X in connections.yaml")}}
	s := newShift(t)
	s.client.facts = lacking
	s.handles(s.paid("Ana", 1)) // warned about, and no more, in November
	s.isLeft(ledger.Created, "")

	s = newShift(t)
	s.client.facts, s.now = lacking, time.Date(2027, 1, 1, 3, 0, 0, 0, time.UTC)
	s.handles(s.paid("Ana", 1))
	s.isLeft(ledger.Rejected, order.Preflight)
	if e := s.entry(); s.creates() > 0 || !strings.Contains(e.Reason.Message.String(), "write it at erps.estudio.services.X in connections.yaml") || e.Total != "10.00" {
		t.Errorf("%v, %+v", s.did, e.Reason)
	}
	// Once the account is mended, a person's retry goes through.
	s.client.facts = nil
	e, _, err := placing.Apply(t.Context(), s.ledger, placing.Rules{Spacing: placing.Spacing, CanLookUp: true}, orderKey, placing.Retry{}, func() time.Time { return s.now })
	if err != nil || e.State != ledger.Waiting {
		t.Fatalf("%+v, %v", e, err)
	}
	s.handles(wakeUp())
	s.isLeft(ledger.Created, "")
}

// TestAWorkerThatWasPausedDoesNotSend is trace 10.
func TestAWorkerThatWasPausedDoesNotSend(t *testing.T) {
	s := newShift(t)
	s.before = func(after ledger.Entry) error {
		if after.State == ledger.Creating {
			s.now = s.now.Add(placing.Invocation - 69*time.Second)
		}
		return nil
	}
	s.handles(s.paid("Ana", 1))
	s.isLeft(ledger.Waiting, order.NotSent)
	if s.creates() != 0 {
		t.Error("the call went out all the same")
	}
}

func TestACreateBeginsOnlyWithTheCallAndTenSecondsLeft(t *testing.T) {
	for left, want := range map[time.Duration]int{70 * time.Second: 1, 70*time.Second - time.Millisecond: 0} {
		s := newShift(t)
		s.client.customer = func() erp.Answer {
			s.now = s.now.Add(placing.Invocation - left)
			return erp.Answer{Kind: erp.CustomerKnown}
		}
		s.handles(s.paid("Ana", 1))
		if s.creates() != want {
			t.Errorf("with %s left %d calls went out, want %d", left, s.creates(), want)
		}
	}
}

// TestALaneThatIsBlockedInBetweenIsSeen is trace 23.
func TestALaneThatIsBlockedInBetweenIsSeen(t *testing.T) {
	s := newShift(t)
	s.client.customer = func() erp.Answer {
		if err := s.ledger.BlockLane(t.Context(), "estudio", ledger.Lane{BlockedUntil: s.now.Add(time.Hour), Why: words.Plain("blocked")}); err != nil {
			t.Fatal(err)
		}
		return erp.Answer{Kind: erp.CustomerKnown}
	}
	s.handles(s.paid("Ana", 1))
	s.isLeft(ledger.Waiting, order.AccountRests)
	if s.creates() != 0 || !s.entry().Until.Equal(s.now.Add(time.Hour)) {
		t.Errorf("%d calls went out; it goes on at %s", s.creates(), s.entry().Until)
	}
}

func TestNoCallGoesOutOfABlockedLane(t *testing.T) {
	for name, state := range map[string]func(*shift){
		"a new order":   func(*shift) {},
		"a look-up due": func(s *shift) { s.loseOne() },
	} {
		t.Run(name, func(t *testing.T) {
			s := newShift(t)
			state(s)
			if err := s.ledger.BlockLane(t.Context(), "estudio", ledger.Lane{BlockedUntil: s.now.Add(time.Hour), Why: words.Plain("blocked")}); err != nil {
				t.Fatal(err)
			}
			s.did = nil
			s.handles(s.paid("Ana", 1))
			if i := slices.IndexFunc(s.did, func(d string) bool { return !strings.HasPrefix(d, "write ") }); i >= 0 {
				t.Errorf("out of a blocked lane went: %s", s.did[i])
			}
			if e := s.entry(); !e.Until.Equal(s.now.Add(time.Hour)) || e.State == ledger.Accepted {
				t.Errorf("%s until %s", e.State, e.Until)
			} else if last := e.Timeline[len(e.Timeline)-1]; last.Did != "put_off" {
				t.Errorf("the timeline says %+v", last)
			}
		})
	}
}

// loseOne leaves an uncertain order whose look-up is due.
func (s *shift) loseOne() {
	s.t.Helper()
	create := s.client.create
	s.client.create = func(erp.Document) erp.Answer { return erp.Answer{Kind: erp.Lost, Text: words.Plain("reset")} }
	s.handles(s.paid("Ana", 1))
	s.client.create = create
	s.isLeft(ledger.Uncertain, order.LostAnswer)
	s.now = s.now.Add(placing.Spacing)
}

func TestTheLaneIsBlockedBeforeTheOrderIsRecorded(t *testing.T) {
	s := newShift(t)
	s.client.create = func(erp.Document) erp.Answer {
		return erp.Answer{Kind: erp.AccountRests, RetryAfter: 30 * time.Minute, Text: words.Plain("blocked")}
	}
	s.handles(s.paid("Ana", 1))
	if block, record := slices.Index(s.did, "block lane"), slices.Index(s.did, "write waiting"); block < 0 || block > record {
		t.Errorf("done in the order %v", s.did)
	}
	s.isLeft(ledger.Waiting, order.AccountRests)
}

func TestAnOrderThatChangesUnderTheWorkerIsNotSentAsItWas(t *testing.T) {
	s := newShift(t)
	once := true
	s.client.customer = func() erp.Answer {
		if once {
			once = false
			s.handles(s.paid("Bia", 2))
		}
		return erp.Answer{Kind: erp.CustomerKnown}
	}
	s.handles(s.paid("Ana", 1))
	if s.creates() != 0 {
		t.Fatalf("the former contents were sent: %v", s.did)
	}
	s.handles(wakeUp())
	if got := s.did[slices.IndexFunc(s.did, func(d string) bool { return strings.HasPrefix(d, "create ") })]; got != "create Bia" || s.creates() != 1 {
		t.Errorf("done: %v", s.did)
	}
}

func TestARefundUnderTheWorkerIsSeenBeforeTheCall(t *testing.T) {
	s := newShift(t)
	s.client.customer = func() erp.Answer {
		s.handles(queue.Message{Type: queue.Reversed, Key: orderKey, Account: "estudio", Connection: "checkout", OrderID: "A-1", Digest: "r", ReceivedAt: s.now})
		return erp.Answer{Kind: erp.CustomerKnown}
	}
	s.handles(s.paid("Ana", 1))
	s.isLeft(ledger.Rejected, order.Reversed)
	if s.creates() != 0 {
		t.Error("a reversed order was sent")
	}
}

// TestAnOutcomeThatCouldNotBeWrittenIsFoundOut: the message comes again, and
// nothing is sent until the ERP was asked.
func TestAnOutcomeThatCouldNotBeWrittenIsFoundOut(t *testing.T) {
	s := newShift(t)
	broken := errors.New("the ledger is down")
	s.before = func(after ledger.Entry) error {
		if after.State == ledger.Created {
			return broken
		}
		return nil
	}
	if err := s.handle(s.paid("Ana", 1)); !errors.Is(err, broken) {
		t.Fatalf("the message would be acknowledged: %v", err)
	}
	s.before = nil
	s.handles(s.paid("Ana", 1))
	if e := s.entry(); e.State != ledger.Creating {
		t.Errorf("with a live lease it became %s", e.State)
	}
	lapsed := s.entry().Lease
	s.now = lapsed
	s.handles(wakeUp())
	s.isLeft(ledger.Uncertain, order.Lapsed)
	s.now = lapsed.Add(placing.Spacing)
	s.client.lookUp = func() erp.Answer {
		return erp.Answer{Kind: erp.Present, ID: "7", Found: erp.Found{Total: s.entry().Document.Total, OrderNumber: "1001"}}
	}
	s.handles(wakeUp())
	if e := s.entry(); e.State != ledger.Created || !e.Found || s.creates() != 1 {
		t.Errorf("%s, found %v after %d creates", e.State, e.Found, s.creates())
	}
}

func TestAWriteIsDecidedAnewWhenSomebodyWroteInBetween(t *testing.T) {
	s := newShift(t)
	times := 0
	s.before = func(ledger.Entry) error {
		if times++; times <= 3 {
			return ledger.ErrChanged
		}
		return nil
	}
	s.handles(s.paid("Ana", 1))
	if e := s.entry(); e.State != ledger.Created || s.creates() != 1 {
		t.Errorf("%s after %d creates", e.State, s.creates())
	}
}

// otherERP has the account be one of another ERP, and returns what was configured.
func (s *shift) otherERP() connection.Config {
	kept := s.cfg
	other := kept.Accounts["estudio"]
	other.Kind = "sensio"
	s.cfg.Accounts = map[string]connection.Account{"estudio": other}
	return kept
}

func TestWhatIsNoLongerConfiguredIsAPersonsAndComesBack(t *testing.T) {
	t.Run("the account", func(t *testing.T) {
		s := newShift(t)
		kept := s.cfg
		s.cfg = connection.Config{Connections: kept.Connections}
		s.handles(s.paid("Ana", 1))
		s.isLeft(ledger.Rejected, order.AccountGone)
		s.cfg = kept
		if _, _, err := placing.Apply(t.Context(), s.ledger, placing.Rules{Spacing: placing.Spacing, CanLookUp: true}, orderKey, placing.Retry{}, func() time.Time { return s.now }); err != nil {
			t.Fatal(err)
		}
		s.handles(wakeUp())
		s.isLeft(ledger.Created, "")
	})
	t.Run("the account's ERP, of an order that waits", func(t *testing.T) {
		s := newShift(t)
		s.client.customer = func() erp.Answer { return erp.Answer{Kind: erp.NotSent} }
		s.handles(s.paid("Ana", 1))
		s.isLeft(ledger.Waiting, order.ERPDown)
		s.client.customer = func() erp.Answer { return erp.Answer{Kind: erp.CustomerKnown} }
		kept := s.otherERP()
		s.now = s.now.Add(time.Hour)
		s.handles(wakeUp())
		s.isLeft(ledger.Rejected, order.AccountGone)
		if why := s.entry().Reason.Message; !strings.Contains(why.String(), `"estudio" is of the ERP sensio now`) {
			t.Error(why)
		}
		s.cfg = kept
		if _, _, err := placing.Apply(t.Context(), s.ledger, placing.Rules{Spacing: placing.Spacing, CanLookUp: true}, orderKey, placing.Retry{}, func() time.Time { return s.now }); err != nil {
			t.Fatal(err)
		}
		s.handles(wakeUp())
		s.isLeft(ledger.Created, "")
	})
	t.Run("the account's ERP, of an uncertain order", func(t *testing.T) {
		s := newShift(t)
		s.loseOne()
		kept := s.otherERP()
		s.did = nil
		s.handles(wakeUp())
		if diff := cmp.Diff([]string{"write uncertain", "write uncertain"}, s.did); diff != "" || s.entry().Parked() {
			t.Fatalf("done (-want +got):\n%s", diff)
		}
		s.cfg = kept
		s.now = s.now.Add(time.Hour)
		s.handles(wakeUp())
		s.isLeft(ledger.Created, "")
	})
	t.Run("the connection", func(t *testing.T) {
		s := newShift(t)
		s.cfg = connection.Config{Accounts: s.cfg.Accounts}
		s.handles(s.paid("Ana", 1))
		s.isLeft(ledger.Rejected, order.AccountGone)
	})
	t.Run("the account of an uncertain order", func(t *testing.T) {
		s := newShift(t)
		s.loseOne()
		s.cfg = connection.Config{Connections: s.cfg.Connections}
		s.handles(wakeUp())
		s.isLeft(ledger.Uncertain, order.LostAnswer)
		if e := s.entry(); e.Parked() || !e.Until.After(s.now) {
			t.Error("without its account the order is given up, or asked for at once")
		}
	})
}

func TestAnAbsenceIsFollowedByTheCreateInTheSameClaim(t *testing.T) {
	s := newShift(t)
	s.loseOne()
	s.did = nil
	s.handles(wakeUp())
	want := []string{"write uncertain", "look up", "write waiting", "customer", "write creating", "create Ana", "write created"}
	if diff := cmp.Diff(want, s.did); diff != "" {
		t.Errorf("done (-want +got):\n%s", diff)
	}
}

func TestOnlyTheAccountsOwnFaultOpensTheBreaker(t *testing.T) {
	for name, c := range map[string]struct {
		answer erp.Answer
		rests  []time.Duration // 2 seconds longer, for clocks that differ
	}{
		"a key that is refused": {erp.Answer{Kind: erp.AccountRests, RetryAfter: 5 * time.Minute, AccountFault: true, Text: words.Plain("key")},
			[]time.Duration{5 * time.Minute, 10 * time.Minute, 20 * time.Minute, 40 * time.Minute, time.Hour, time.Hour}},
		"too many calls": {erp.Answer{Kind: erp.AccountRests, RetryAfter: time.Minute, Text: words.Plain("429")},
			[]time.Duration{time.Minute, time.Minute, time.Minute}},
		"a long block": {erp.Answer{Kind: erp.AccountRests, RetryAfter: 3 * time.Hour, AccountFault: true, Text: words.Plain("block")},
			[]time.Duration{2*time.Hour - 2*time.Second, 2*time.Hour - 2*time.Second}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShift(t)
			s.client.customer = func() erp.Answer { return c.answer }
			s.handles(s.paid("Ana", 1))
			for i, want := range c.rests {
				lane, err := s.ledger.Lane(t.Context(), "estudio")
				if err != nil {
					t.Fatal(err)
				}
				want += 2 * time.Second
				if got := lane.BlockedUntil.Sub(s.now); got != want {
					t.Errorf("rest %d: %s, want %s", i+1, got, want)
				}
				s.now = s.entry().Until
				s.handles(wakeUp())
			}
			if e := s.entry(); e.Attempts != 0 {
				t.Errorf("waiting for the lane counted as %d attempts", e.Attempts)
			}
		})
	}
}

// A question that wasn't asked says nothing about whether the account is let in.
func TestAQuestionThatIsTooEarlyLeavesTheBreakerAsItIs(t *testing.T) {
	s := newShift(t)
	if err := s.ledger.BlockLane(t.Context(), "estudio", ledger.Lane{BlockedUntil: s.now, Strikes: 2}); err != nil {
		t.Fatal(err)
	}
	s.client.customer = func() erp.Answer {
		return erp.Answer{Kind: erp.Early, RetryAfter: 7 * time.Second, Text: words.Plain("asked")}
	}
	s.handles(s.paid("Ana", 1))
	lane, err := s.ledger.Lane(t.Context(), "estudio")
	if err != nil || lane.Strikes != 2 || lane.BlockedUntil.After(s.now) {
		t.Errorf("%+v, %v", lane, err)
	}
	e := s.entry()
	if last := e.Timeline[len(e.Timeline)-1]; e.State != ledger.Waiting || !e.Until.Equal(s.now.Add(7*time.Second)) || last.Did != "put_off" || last.Rule != "8" {
		t.Errorf("%s until %s, %+v", e.State, e.Until, last)
	}
}

// A ledger that fails is no ERP that is down: the message comes again (rule 2).
func TestWhatIsKnownOfACustomerAndCannotBeReadGivesTheMessageBack(t *testing.T) {
	s := newShift(t)
	cause := errors.New("throttled")
	s.client.customer = func() erp.Answer { return erp.Answer{Kind: erp.NotSent, Err: cause} }
	if err := s.handle(s.paid("Ana", 1)); !errors.Is(err, cause) {
		t.Errorf("%v", err)
	}
	if e := s.entry(); e.State != ledger.Accepted || e.Attempts != 0 {
		t.Errorf("%s after %d attempts", e.State, e.Attempts)
	}
}

func TestASweepWakesWhatIsDueOnceHoweverManySweep(t *testing.T) {
	s := newShift(t)
	s.loseOne()
	now := func() time.Time { return s.now }
	q, err := queuesqlite.New(t.Context(), s.ledger.DB(), queuesqlite.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = q.Close() })
	sweep := placing.Sweep{Ledger: s.ledger, Now: now, Queue: func(string) queue.Sender { return q }}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if _, err := sweep.Account(t.Context(), "estudio"); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if depth, err := q.Depth(t.Context()); err != nil || depth != 1 {
		t.Errorf("%d wake-ups for one order (%v)", depth, err)
	}
	if n, err := sweep.Account(t.Context(), "estudio"); err != nil || n != 0 {
		t.Errorf("woken again at once: %d (%v)", n, err)
	}
	s.now = s.now.Add(10 * time.Minute)
	if n, err := sweep.Account(t.Context(), "estudio"); err != nil || n != 1 {
		t.Errorf("a lost wake-up is not repeated: %d (%v)", n, err)
	}
	s.now = s.now.Add(10 * time.Minute)
	if err := s.ledger.BlockLane(t.Context(), "estudio", ledger.Lane{BlockedUntil: s.now.Add(time.Second)}); err != nil {
		t.Fatal(err)
	}
	if n, err := sweep.Account(t.Context(), "estudio"); err != nil || n != 0 {
		t.Errorf("%d orders were woken while the lane rests (%v)", n, err)
	}
}

func TestAnOrderIsFetchedAnewAtEachAttemptAndWaitsUntilItCanBe(t *testing.T) {
	s := newShift(t)
	generic, _ := registry.Get("generic")
	fetched := 0
	full, err := platform.Unpack(s.paid("Ana", 1).Payload)
	if err != nil {
		t.Fatal(err)
	}
	s.platform = fetching{generic, func(p platform.Payload, store map[string]string) (platform.Payload, error) {
		if fetched++; fetched == 1 {
			return platform.Payload{}, fmt.Errorf("%w: no answer", platform.ErrFetch)
		}
		if store["token"] != "t" || string(p.Body) != "only an id" {
			t.Errorf("asked for %q with %v", p.Body, store)
		}
		return full, nil
	}}
	thin := s.paid("", 1)
	if thin.Payload, err = (platform.Payload{Body: []byte("only an id")}).Pack(); err != nil {
		t.Fatal(err)
	}

	s.handles(thin)
	s.isLeft(ledger.Waiting, order.Fetch)
	if fetched != 0 {
		t.Error("asked the store without its secret")
	}
	s.secrets = vault{"store/checkout": {Values: map[string]string{"token": "t"}}}
	for _, want := range []order.ReasonKind{order.Fetch, ""} {
		s.now = s.entry().Until
		s.handles(wakeUp())
		if got := s.entry().Reason.Kind; got != want {
			t.Fatalf("left for %q, want %q", got, want)
		}
	}
	s.isLeft(ledger.Created, "")
	if got := s.creates(); got != 1 {
		t.Errorf("created %d times", got)
	}
}

func TestWhatOnlyCompletesAnOrderNeedsNoSecret(t *testing.T) {
	s := newShift(t)
	generic, _ := registry.Get("generic")
	s.platform = completing{fetching{generic, func(p platform.Payload, _ map[string]string) (platform.Payload, error) {
		t.Error("asked a store without its secret")
		return p, nil
	}}}
	s.handles(s.paid("Ana", 1))
	s.isLeft(ledger.Created, "")
}

func TestWhileTheAccountRestsTotalsShowAndWrongOnesAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		from, to string
		state    ledger.State
		kind     order.ReasonKind
	}{
		"right":           {"", "", ledger.Waiting, order.AccountRests},
		"another's total": {`"total": "10.00"`, `"total": "11.00"`, ledger.Rejected, order.TotalReason},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShift(t)
			if err := s.ledger.BlockLane(t.Context(), "estudio", ledger.Lane{BlockedUntil: s.now.Add(time.Hour), Why: words.Plain("blocked")}); err != nil {
				t.Fatal(err)
			}
			m := s.paid("Ana", 1)
			p, err := platform.Unpack(m.Payload)
			if err != nil {
				t.Fatal(err)
			}
			p.Body = bytes.Replace(p.Body, []byte(c.from), []byte(c.to), 1)
			if m.Payload, err = p.Pack(); err != nil {
				t.Fatal(err)
			}
			s.handles(m)
			s.isLeft(c.state, c.kind)
			if e := s.entry(); e.Total == "" || e.Customer != "A." {
				t.Errorf("total %q, customer %q", e.Total, e.Customer)
			}
			if slices.Contains(s.did, "customer") || s.creates() > 0 {
				t.Errorf("the ERP was called: %v", s.did)
			}
		})
	}
}

// broken is a platform whose code can't stand what it is given.
type broken struct{ generic.Platform }

func (broken) Order(platform.Payload, platform.Settings) (order.Order, error) {
	panic("a fault of our own")
}

func TestContentsThatBreakThePlatformsCodeAreRecorded(t *testing.T) {
	s := newShift(t)
	s.platform = broken{}
	s.handles(s.paid("first", 1))
	s.isLeft(ledger.Waiting, order.Panic)
	s.handles(s.paid("second", 2))
	if e := s.entry(); e.Version != 2 {
		t.Errorf("the newer contents are not recorded: version %d", e.Version)
	}
	s.platform, s.now = nil, s.now.Add(10*time.Minute)
	s.handles(wakeUp())
	s.isLeft(ledger.Created, "")
}

// counting counts how often contents are decoded.
type counting struct {
	generic.Platform
	decoded int
}

func (c *counting) Order(p platform.Payload, s platform.Settings) (order.Order, error) {
	c.decoded++
	return c.Platform.Order(p, s)
}

func TestAnOrderIsDecodedOnceForAllThatIsAskedOfIt(t *testing.T) {
	s := newShift(t)
	c := &counting{}
	s.platform = c
	s.handles(s.paid("first", 1))
	if s.isLeft(ledger.Created, ""); c.decoded != 1 {
		t.Errorf("decoded %d times", c.decoded)
	}
	s = newShift(t)
	c.decoded, s.platform = 0, c
	s.before = func(after ledger.Entry) error {
		settings := s.cfg.Connections["checkout"]
		settings.Line = "Curso"
		s.cfg = connection.Config{Accounts: s.cfg.Accounts, Connections: map[string]connection.Connection{"checkout": settings}}
		return nil
	}
	s.handles(s.paid("first", 1))
	if s.isLeft(ledger.Created, ""); c.decoded != 2 {
		t.Errorf("decoded %d times where the configuration changes on the way", c.decoded)
	}
}

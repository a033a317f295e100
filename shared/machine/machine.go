// Package machine is Carimbo on one machine: intake and placing in one process
// over SQLite, with the same code as the functions run on AWS.
package machine

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/intake"
	"github.com/carimbo/carimbo/shared/ledger"
	ledgersqlite "github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/machine/takeover"
	"github.com/carimbo/carimbo/shared/notify"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/platform/registry"
	"github.com/carimbo/carimbo/shared/queue"
	queuesqlite "github.com/carimbo/carimbo/shared/queue/sqlite"
	"github.com/carimbo/carimbo/shared/secret"
	"github.com/carimbo/carimbo/shared/words"
)

// sweepEvery is how soon what is due is woken.
const sweepEvery = time.Second

// checkpointEvery is how long what an order left behind may stay in the
// write-ahead log: rule 18.
const checkpointEvery = time.Minute

// Options are what a machine is made of.
type Options struct {
	// Data is the folder of the database; the machine locks it.
	Data string
	// Simulated tells that simulators stand for the ERPs: such orders have a data
	// folder of their own.
	Simulated bool
	// Connections is the configuration as it is now; it is asked again for every
	// call and message, so that it may change under way.
	Connections func() connection.Config
	Secrets     secret.Store
	// Clients is given the ledger, for the customers that it remembers, and returns what
	// gives out an account's client, or false if the account is not configured.
	Clients func(ledger.Ledger) func(account string) (erp.Client, bool)
	// Words are the kinds of ERP in words for people: without them notices call each "the
	// ERP".
	Words operator.ERPKinds
	// Languages are those of notices, by what a receiver's lang: says; "" is that of a
	// receiver without one. What isn't there is English.
	Languages map[string]words.Language
	// Console is the address of the console, for the links of notices; nil or empty without
	// one. It is asked once the machine runs.
	Console func() string
	// Spacing is placing.Spacing where it is zero.
	Spacing time.Duration
	// Limits bound what callers can make the machine hold.
	Limits intake.Limits
	Now    func() time.Time
	// Monotonic is a clock that nobody can set, against which Now is held; what Now's
	// times carry of it where it is nil.
	Monotonic func() time.Duration
	Meter     Meter
	Log       *slog.Logger
	// Draining hears how many orders are still under way when Run is told to end,
	// if there are any; Run then waits for them, each for placing.Invocation at most.
	Draining func(orders int)
}

// Meter is what intake and placing count.
type Meter interface {
	intake.Meter
	placing.Meter
}

// Machine is one process over one data folder.
type Machine struct {
	opts   Options
	lock   *ledgersqlite.Folder
	ledger *ledgersqlite.Ledger
	queue  *queuesqlite.Queue
	worker *placing.Worker
	sweep  placing.Sweep
	intake *intake.Intake
	// takeover puts right what a former process or a clock that was set left behind.
	takeover *takeover.Takeover
	health   health
	// free tells how much of the disk is left.
	free func(dir string) (uint64, error)
	// gone is set when the data folder is not the one that was opened.
	gone atomic.Bool
	door *intake.Door
	// ignored are the calls that were ignored and have to be listed.
	ignored ignoredCalls
	// notices tell people what needs them.
	notices *notify.Notifier
	// idle is signalled when an account's goroutine is done with a message.
	idle chan struct{}
	// underWay counts the messages that were received and not yet handled.
	underWay atomic.Int64
	// checkpointed is when the write-ahead log was last emptied, or found in use.
	checkpointed time.Time
}

// Open locks the data folder, opens what is in it, and takes over from a process
// that died: its messages are delivered again, its leases count as lapsed now and
// its questions about customers as ended.
func Open(ctx context.Context, opts Options) (_ *Machine, err error) {
	if opts.Spacing == 0 {
		opts.Spacing = placing.Spacing
	}
	if opts.Words == nil {
		opts.Words = func(string) (operator.ERPKind, bool) { return nil, false }
	}
	if opts.Draining == nil {
		opts.Draining = func(int) {}
	}
	m := &Machine{opts: opts, idle: make(chan struct{}, 1), free: ledgersqlite.Free}
	m.health = health{check: m.probe, now: opts.Now, log: opts.Log}
	defer func() {
		if err != nil {
			err = errors.Join(err, m.Close())
		}
	}()
	if m.lock, err = ledgersqlite.Lock(opts.Data); err != nil {
		return nil, err
	}
	if m.ledger, err = ledgersqlite.OpenFor(ctx, opts.Data, opts.Simulated); err != nil {
		return nil, err
	}
	if err := m.checkpoint(ctx); err != nil {
		return nil, err
	}
	if m.queue, err = queuesqlite.New(ctx, m.ledger.DB(), queuesqlite.Options{Now: opts.Now,
		InPlace: func() error { return m.inPlace(context.Background()) }}); err != nil {
		return nil, err
	}
	if err := m.openNotices(ctx); err != nil {
		return nil, err
	}
	m.takeover = takeover.New(takeover.Options{Ledger: m.ledger, Queue: m.queue, Accounts: m.accounts, Rules: m.rules,
		Spacing: opts.Spacing, Now: opts.Now, Monotonic: opts.Monotonic, Log: opts.Log})
	m.worker = &placing.Worker{Ledger: inPlace{m.ledger, m}, Connections: opts.Connections, Platform: registry.Keeping(opts.Now),
		Client: opts.Clients(m.ledger), Secrets: opts.Secrets, Spacing: opts.Spacing, Now: opts.Now, Steady: m.takeover.Steady, Meter: opts.Meter, Log: opts.Log}
	m.sweep = placing.Sweep{Ledger: m.ledger, Spacing: opts.Spacing, Now: opts.Now, SecretVersion: m.secretVersion,
		Queue: func(string) queue.Sender { return m.queue }}
	m.intake = &intake.Intake{Connections: opts.Connections, Platform: registry.Get, Secrets: opts.Secrets,
		Queue: func(connection.Account) queue.Sender { return m.queue },
		Now:   opts.Now, Meter: opts.Meter, Log: opts.Log, Health: m.Health, Ignored: m.ignored.add}
	m.door = intake.NewDoor(opts.Limits)
	return m, m.takeover.Start(ctx)
}

// Handler serves the webhooks.
func (m *Machine) Handler() http.Handler { return intake.Handler(m.intake, m.door) }

// Server serves the webhooks within the machine's limits. It is shut down before
// Close.
func (m *Machine) Server() *http.Server { return m.door.Server(m.Handler(), m.opts.Log) }

// Listener is l as the machine lets callers in from it.
func (m *Machine) Listener(l net.Listener) net.Listener { return m.door.Listener(l) }

// Ledger is the machine's ledger.
func (m *Machine) Ledger() *ledgersqlite.Ledger { return m.ledger }

// Queue is the machine's queue.
func (m *Machine) Queue() *queuesqlite.Queue { return m.queue }

// Run places orders until ctx ends, and then returns when the calls under way
// have ended and are recorded. What is still queued stays queued. It returns before
// that, with sqlite.ErrGone, when the data folder is gone: another process may call
// the same accounts now.
func (m *Machine) Run(ctx context.Context) (err error) {
	defer func() { err = m.lost(ctx) }()
	lanes := map[string]chan queue.Delivery{}
	var group sync.WaitGroup
	defer group.Wait()
	defer closeAll(lanes)
	logging, stop := context.WithCancel(ctx)
	defer stop()
	group.Go(func() { m.logRefusals(logging) })
	group.Go(func() { m.keepIgnored(logging) })
	group.Go(func() { m.notices.Run(logging) })
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	m.wake(ctx)
	for {
		if m.lost(ctx) != nil {
			return nil
		}
		if !m.takeover.Settled(ctx, m.underWay.Load() > 0) {
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
			case <-m.idle:
			}
			continue
		}
		deliveries, err := m.queue.Receive(ctx, 10)
		if err != nil && ctx.Err() == nil {
			m.opts.Log.ErrorContext(ctx, "the queue could not be read", "cause", err)
		}
		for _, d := range deliveries {
			lane := lanes[d.Message.Group()]
			if lane == nil {
				// The queue has at most one message of an account in flight: one place
				// is enough for the moment between its acknowledgement and the next.
				lane = make(chan queue.Delivery, 1)
				lanes[d.Message.Group()] = lane
				group.Go(func() { m.runLane(ctx, lane) })
			}
			m.underWay.Add(1)
			lane <- d
		}
		if len(deliveries) > 0 {
			continue
		}
		select {
		case <-ctx.Done():
			if n := m.underWay.Load(); n > 0 {
				m.opts.Draining(int(n))
			}
			return nil
		case <-tick.C:
			m.wake(ctx)
			m.checkpointIfDue(ctx)
		case <-m.queue.Notify():
		case <-m.idle:
		}
	}
}

func closeAll(lanes map[string]chan queue.Delivery) {
	for _, lane := range lanes {
		close(lane)
	}
}

// logRefusals goes on beside the queue, which a locked database can hold up.
func (m *Machine) logRefusals(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			m.intake.LogRefusals(ctx)
		case <-ctx.Done():
			return
		}
	}
}

// runLane makes all the calls of one account, one after another.
func (m *Machine) runLane(ctx context.Context, lane <-chan queue.Delivery) {
	for d := range lane {
		m.handle(ctx, d)
		m.underWay.Add(-1)
		select {
		case m.idle <- struct{}{}:
		default:
		}
	}
}

// handle lets a message come to its end even when ctx ends meanwhile: a call that
// was sent has to be recorded.
func (m *Machine) handle(ctx context.Context, d queue.Delivery) {
	if !m.takeover.Steady() {
		return // by a clock that was set, a live lease may be over; the message comes again
	}
	deadline := m.opts.Now().Add(placing.Invocation)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), placing.Invocation)
	defer cancel()
	worker := *m.worker
	worker.Meter = warner{m.opts.Meter, m.opts.Log, d.Message}
	if err := worker.Handle(ctx, d.Message, deadline); err != nil {
		// The third time it becomes a dead letter: rule 2.
		m.opts.Log.ErrorContext(ctx, "an order could not be recorded; its message is delivered again", "key", d.Message.Key, "received", d.Receives, "cause", err)
		return
	}
	if err := m.queue.Ack(ctx, d); err != nil {
		m.opts.Log.ErrorContext(ctx, "a message could not be acknowledged; it is delivered again", "key", d.Message.Key, "cause", err)
	}
}

// wake sends wake-ups for what is due.
func (m *Machine) wake(ctx context.Context) {
	for _, account := range m.accounts() {
		if _, err := m.sweep.Account(ctx, account); err != nil && ctx.Err() == nil {
			m.opts.Log.ErrorContext(ctx, "the sweep broke off", "account", account, "cause", err)
		}
	}
}

// accounts are the names of those that are configured, in their order.
func (m *Machine) accounts() []string {
	return slices.Sorted(maps.Keys(m.opts.Connections().Accounts))
}

func (m *Machine) rules(account string) placing.Rules {
	client, known := m.worker.Client(account)
	return placing.Rules{Spacing: m.opts.Spacing, CanLookUp: !known || client.CanLookUp()}
}

// secretVersion is the version of an account's secret as it is now.
func (m *Machine) secretVersion(ctx context.Context, account string) (string, error) {
	s, err := m.opts.Secrets.Get(ctx, m.opts.Connections().Accounts[account].Kind+"/"+account)
	if err != nil {
		return "", nil //nolint:nilerr // without it there is nothing new
	}
	return s.Version, nil
}

// checkpointIfDue is for a goroutine that nobody waits for.
func (m *Machine) checkpointIfDue(ctx context.Context) {
	if m.opts.Now().Sub(m.checkpointed) < checkpointEvery {
		return
	}
	if err := m.checkpoint(ctx); err != nil && ctx.Err() == nil {
		m.opts.Log.ErrorContext(ctx, "what finished orders left in the write-ahead log could not be removed", "cause", err)
	}
}

// checkpoint empties the write-ahead log, unless another process uses the database
// just now: then the next one does.
func (m *Machine) checkpoint(ctx context.Context) error {
	m.checkpointed = m.opts.Now()
	emptied, err := m.ledger.Checkpoint(ctx)
	if err == nil && !emptied {
		m.opts.Log.InfoContext(ctx, "another process uses the database: what finished orders left in the write-ahead log stays until the next try", "in", checkpointEvery.String())
	}
	return err
}

// Close gives the data folder back. It is called when Run has returned.
func (m *Machine) Close() error {
	m.health.running.Wait()
	var errs []error
	if m.intake != nil {
		m.intake.LogLastRefusals(context.Background())
	}
	if m.queue != nil {
		errs = append(errs, m.queue.Close())
	}
	if m.ledger != nil {
		m.listLastIgnored()
		errs = append(errs, m.ledger.Close())
	}
	if m.lock != nil {
		errs = append(errs, m.lock.Close())
	}
	return errors.Join(errs...)
}

package simulation

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/kinds"
	"github.com/carimbo/carimbo/shared/intake"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/registry"
	"github.com/carimbo/carimbo/shared/queue"
)

const (
	// skewLimit is by how much a clock is off at most.
	skewLimit = 5 * time.Second
	// steady is by how much the clocks of one function are off where they are
	// kept: the spacing leaves a second over what an ERP asks for.
	steady = 400 * time.Millisecond
)

// skew draws how much a clock is off.
func (w *world) skew(limit time.Duration) time.Duration {
	if w.machine != nil {
		return 0
	}
	return w.within(2*limit) - limit
}

// sweepName is what a sweep's tasks are called.
const sweepName = "sweep"

// process is one warm instance of the worker's function: it serves one invocation
// after another, with the configuration that it was deployed with, a clock of its
// own and ERP clients that remember when they called.
type process struct {
	*access
	config connection.Config
	// configured is which of the world's configurations that is.
	configured, deployed int
	skew                 time.Duration
	accounts             *connection.Accounts
	worker               *placing.Worker
}

// instance is an idle process, or a new one.
func (w *world) instance(t *task) *process {
	if n := len(w.idle); n > 0 && !w.chance(.02) {
		p := w.idle[n-1]
		w.idle = w.idle[:n-1]
		p.task, t.skew, t.configured = t, p.skew, p.configured
		return p
	}
	limit := steady
	if w.skewed {
		limit = skewLimit
	}
	p := &process{access: &access{world: w, task: t, kept: map[string]kept{}}, config: w.config, configured: w.configured, deployed: w.deployed, skew: w.skew(limit)}
	t.skew, t.configured = p.skew, p.configured
	var l ledger.Ledger = p.access
	if wrap := w.opts.seams.ledger; wrap != nil {
		l = wrap(l, p)
	}
	var calls http.RoundTripper = p
	if wrap := w.opts.seams.transport; wrap != nil {
		calls = wrap(p)
	}
	connections := func() connection.Config { return p.config }
	p.accounts = &connection.Accounts{Connections: connections, Kinds: p.guarded(kinds.All()), Secrets: vault{p.access}, Log: w.log,
		Options: erp.Options{Notes: l, Spacing: w.spacing, Now: p.now, Sleep: p.sleep, Transport: calls}}
	p.worker = &placing.Worker{Ledger: l, Connections: connections, Platform: p.platform, Client: p.accounts.Client, Secrets: vault{p.access},
		Spacing: w.spacing, Now: p.now, Steady: w.steady(), Meter: meter{}, Log: w.log}
	return p
}

func (p *process) now() time.Time { return p.task.now() }

// sleep may take longer than it was asked to: right before a call goes out.
func (p *process) sleep(_ context.Context, d time.Duration) error {
	return p.task.wait(d + p.task.standsStill())
}

// guarded takes out the guard that a test wants to do without.
func (p *process) guarded(all erp.Kinds) erp.Kinds {
	wrap := p.world.opts.seams.client
	if wrap == nil {
		return all
	}
	for i, kind := range all {
		all[i].New = func(o erp.Options) (erp.Client, error) {
			e, err := kind.New(o)
			if err == nil {
				e = wrap(e, p)
			}
			return e, err
		}
	}
	return all
}

// platform is where a worker may panic.
func (p *process) platform(name string) (platform.Platform, bool) {
	if p.task.fails(Panics) {
		p.task.unread()
		panic(injected{})
	}
	return registry.Get(name)
}

// poll gives what the queue has to workers.
func (w *world) poll() {
	if !w.settled() {
		return
	}
	deliveries, err := w.queue.Receive(context.Background(), 10)
	if err != nil {
		panic(err)
	}
	for _, d := range deliveries {
		w.place(d)
	}
}

// place is one invocation of the worker's function.
func (w *world) place(d queue.Delivery) {
	t := &task{name: "worker", key: d.Message.Key, message: d.Message, alone: w.now.Add(visibility)}
	w.in(visibility, w.poll)
	w.begins(t)
	w.start(t, func(t *task) {
		defer w.ends(t)
		// The lease counts from here, and the visibility from the receipt: the next
		// message may come while this one's holder is alive.
		if t.slow = t.fails(StartsLate); t.slow {
			_ = t.wait(w.within(100 * time.Second))
		}
		if steady := w.steady(); steady != nil && !steady() {
			return // the message comes again
		}
		p := w.instance(t)
		t.deadline, t.ends = t.now().Add(placing.Invocation), w.now.Add(placing.Invocation)
		t.tell("%s of %s, delivery %d", d.Message.Type, d.Message.Account, d.Receives)
		ctx := t.context()
		var err error
		if place := w.opts.seams.place; place != nil {
			err = place(p, ctx, d.Message)
		} else {
			err = p.worker.Handle(ctx, d.Message, t.deadline)
		}
		if err != nil {
			t.tell("error: %v", err)
		} else {
			if !t.dead {
				w.noteRecorded(w.byKey[t.key], d.Message)
			}
			// One process with a lane for itself needn't wait here: its next call does.
			if p.worker.Pace(ctx, d.Message.Account) == nil {
				p.ack(d)
			}
		}
		if !t.dead && p.deployed == w.deployed {
			w.idle = append(w.idle, p)
		}
	})
}

// sweep is one invocation of the sweep.
func (w *world) sweep(account string) {
	if !w.settled() {
		return
	}
	sweeps := &task{name: sweepName, skew: w.skew(skewLimit)}
	w.begins(sweeps)
	w.start(sweeps, func(t *task) {
		defer w.ends(t)
		a := &access{world: w, task: t}
		sweep := placing.Sweep{Ledger: a, Now: t.now, Spacing: w.spacing, SecretVersion: a.secretVersion, Queue: func(string) queue.Sender { return a }}
		if wrap := w.opts.seams.ledger; wrap != nil {
			sweep.Ledger = wrap(a, &process{access: a})
		}
		// What breaks off goes on a minute later.
		_, _ = sweep.Account(t.context(), account)
	})
}

// webhook is one invocation of the webhook function; heard is told the status
// that the store got, or 0 where the function died.
func (w *world) webhook(key, name string, r func(*task) platform.Request, heard func(status int)) {
	w.start(&task{name: "webhook", key: key, skew: w.skew(skewLimit)}, func(t *task) {
		a := &access{world: w, task: t}
		cfg := w.config
		in := intake.Intake{Connections: func() connection.Config { return cfg }, Platform: registry.Get, Secrets: vault{a},
			Queue: func(connection.Account) queue.Sender { return a }, Now: t.now, Meter: meter{}, Log: w.log}
		w.n++
		response := in.Take(t.context(), name, r(t), "request-"+strconv.FormatInt(w.n, 10))
		status := response.Status
		if t.dead {
			status = 0
		}
		t.tell("answers %d", status)
		w.in(0, func() { heard(status) })
	})
}

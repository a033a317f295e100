package simulation

import (
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/intake"
	"github.com/carimbo/carimbo/shared/ledger"
	ledgermemory "github.com/carimbo/carimbo/shared/ledger/memory"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/queue"
	queuememory "github.com/carimbo/carimbo/shared/queue/memory"
)

// epoch is when every simulation begins. It is long past: a context that is bound
// to the real clock is over sooner than any that net/http makes of it, and so no
// real timer ever starts.
var epoch = time.Date(2024, 3, 4, 12, 0, 0, 0, time.UTC)

const (
	// goodEnd is how long after the last fault everything has to be done.
	goodEnd = 2 * time.Hour
	// calmEnd is how long after its last notice an order has to be done where there
	// are no faults at all: an ERP may refuse a city that a buyer made up, and each time that an
	// order waits, a sweep whose clock is ahead may wake it in vain, and again 10 minutes
	// later.
	calmEnd = 40 * time.Minute
	// visibility is the queue's (design, "Time limits").
	visibility = 270 * time.Second
)

// seams are where a guard can be taken out. They are set by tests alone.
type seams struct {
	// spacing replaces placing.Spacing.
	spacing time.Duration
	ledger  func(ledger.Ledger, *process) ledger.Ledger
	client  func(erp.Client, *process) erp.Client
	send    func(*queue.Message)
	// transport stands before the calls of the clients.
	transport func(http.RoundTripper) http.RoundTripper
	// place replaces the worker, and with it what decides; its dead letters stay.
	place func(p *process, ctx context.Context, m queue.Message) error
	// settle replaces goodEnd.
	settle time.Duration
	// notUnique has every ERP take a reference twice in every run.
	notUnique bool
	// twins has every ERP take a customer twice in every run. tardy is how many of their
	// creations are lost and applied late, if not a few.
	twins bool
	tardy float64
	// intensity replaces the one that is drawn; below 0 is none.
	intensity float64
	// seized is how many of the plain sales find another document with their
	// reference, if not a few.
	seized float64
	// prompt has what is due woken at once in every run.
	prompt bool
	// rekeyed is how often the accounts get another App Key in most runs.
	rekeyed int
	// busy has an operator give commands in every run.
	busy bool
	// restless has the ERPs ask for rests beyond their bound in every run.
	restless bool
	// kind has the stores sell to accounts of this ERP alone.
	kind string
	// machine has every run be one machine's. unwatched: nobody looks after its clock.
	machine, unwatched bool
	// swapped has an account of one ERP become one of the other, to and fro.
	swapped bool
	// switching has the accounts ask for one kind of document and then for another, again and
	// again.
	switching bool
	// sight replaces the one that is drawn for the second account of a kind that has it.
	sight string
}

// world is one run: the stores, our functions, the ERP accounts, and time.
type world struct {
	schedule
	opts Options
	rng  *rand.Rand
	// spacing is placing.Spacing, unless a test shortens it.
	spacing time.Duration

	// window is how long the stores sell.
	window time.Duration
	// calmAt is when faults end; lastFault is how long one lasted so far that every
	// account feels; lastNews is when a store or an operator last does something.
	calmAt    time.Time
	lastFault time.Time
	lastNews  time.Time
	rate      map[FaultKind]float64
	unique    bool
	skewed    bool
	// prompt: what is due is woken at once. busy: an operator gives commands.
	prompt, busy bool
	// machine is nil where the tasks are functions'.
	machine *machine
	// restless: an ERP may ask for a rest beyond its bound.
	restless bool

	ledger  *ledgermemory.Ledger
	queue   *queuememory.Queue
	config  connection.Config
	configs []connection.Config
	// configured is which of the configurations is deployed, and documents what the accounts
	// and connections ask for in each.
	configured int
	documents  map[string]asksFor
	// deployed counts the deployments: a process of a former one takes no new
	// message.
	deployed int
	secrets  secrets
	accounts []*account
	idle     []*process
	log      *slog.Logger

	sales []*sale
	byKey map[string]*sale
	// numbers are the sales by the number that an ERP document has.
	numbers map[string]*sale

	faults   map[string]int
	effects  map[string]int
	excused  map[string]int
	problems []Problem
	digest   uint64
}

func newWorld(o Options) *world {
	w := &world{
		opts: o, rng: rand.New(rand.NewPCG(o.Seed, 0x636172696d626f)), spacing: placing.Spacing,
		schedule: schedule{now: epoch},
		byKey:    map[string]*sale{}, numbers: map[string]*sale{},
		faults: map[string]int{}, effects: map[string]int{}, excused: map[string]int{}, rate: map[FaultKind]float64{},
	}
	w.log = slog.New(panics{w})
	if o.seams.spacing != 0 {
		w.spacing = o.seams.spacing
	}
	w.ledger = ledgermemory.New()
	w.queue = queuememory.New(queuememory.Options{Now: w.clock, Visibility: visibility})
	w.draw()
	w.lastFault, w.lastNews = epoch, epoch.Add(w.window)
	w.open()
	w.drawDocuments()
	w.configs = w.configurations()
	w.config = w.configs[0]
	w.secrets = newSecrets(w.stores(), w.accounts)
	if w.machine != nil {
		w.startMachine()
	}
	for _, a := range w.accounts {
		if a.sight.Tried {
			w.tryOut(a)
		}
	}
	return w
}

// draw decides what kind of run it is: how long, how bad, and which faults there
// are at all, since a run with all of them hides what two of them do together.
func (w *world) draw() {
	intensity := []float64{0, .3, 1, 1, 3, 8}[w.rng.IntN(6)]
	if w.opts.seams.intensity != 0 {
		intensity = max(0, w.opts.seams.intensity)
	}
	some := w.rng.IntN(3) == 0
	// In the order of their names: a map has none.
	for _, k := range allFaults() {
		if some && w.rng.IntN(2) == 0 {
			continue
		}
		w.rate[k] = rates[k] * intensity
	}
	w.unique = w.rng.IntN(2) == 0 && !w.opts.seams.notUnique
	if intensity > 0 && (w.rng.IntN(5) == 0 || w.opts.seams.machine) {
		w.machine = &machine{}
	}
	w.skewed = intensity > 0 && w.machine == nil && w.rng.IntN(5) == 0
	if w.skewed {
		w.faults[string(Skewed)]++
	}
	w.prompt = w.rng.IntN(2) == 0 || w.opts.seams.prompt || w.machine != nil
	w.busy = (w.rng.IntN(3) == 0 || w.opts.seams.busy) && intensity > 0
	w.restless = w.rng.IntN(8) == 0 || w.opts.seams.restless
	w.window = w.logarithmic(5*time.Minute, 48*time.Hour)
	if w.rng.IntN(6) == 0 {
		w.window = 20 * time.Second // everybody buys at once
	}
	w.calmAt = epoch
	if intensity > 0 {
		w.calmAt = epoch.Add(w.window + w.logarithmic(10*time.Minute, 8*time.Hour))
	}
}

// calm tells whether nothing at all goes wrong in this run.
func (w *world) calm() bool { return !w.calmAt.After(epoch) }

func allFaults() []FaultKind {
	list := make([]FaultKind, 0, len(rates))
	for k := range rates {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}

// logarithmic draws a duration between both, each order of magnitude as likely as
// another.
func (w *world) logarithmic(least, most time.Duration) time.Duration {
	d := least
	for d < most && w.rng.IntN(6) > 0 {
		d += time.Duration(w.rng.Float64() * float64(d))
	}
	return min(d, most)
}

// run lets the world go until everything has to be done, and looks.
func (w *world) run() {
	w.plan()
	w.in(w.within(time.Minute), w.sweepAll)
	w.in(20*time.Minute, w.redrive)
	for w.step(w.end()) {
	}
	w.now = w.end()
	w.check()
	w.stop()
}

// end is when all has to be done: two hours after the last thing that went wrong
// or came in, and not before faults end. Where a look-up never answers, an order
// is a person's only after the days of patience.
func (w *world) end() time.Time {
	end := later(w.lastFault, w.lastNews)
	for _, a := range w.accounts {
		end = later(end, a.lastFault)
		if a.sight.Refused || a.twin != nil {
			end = later(end, w.lastFault.Add(placing.Patience), w.lastNews.Add(placing.Patience))
		}
	}
	return later(w.calmAt, end.Add(cmp.Or(w.opts.seams.settle, goodEnd)))
}

// sweepAll is the scheduler's tick.
func (w *world) sweepAll() {
	for _, name := range w.accountNames() {
		// Most ticks find nothing due; those are not worth a process.
		due := w.ledger.NextDue(name)
		if !due.IsZero() && !due.After(w.clock().Add(skewLimit)) {
			w.sweep(name)
		}
	}
	w.in(time.Minute, w.sweepAll)
}

// wakePromptly is a sweep within a second of when the entry is due, as one machine
// has it.
func (w *world) wakePromptly(e ledger.Entry) {
	if due := e.Due.Sub(w.clock()); w.prompt && !e.Due.IsZero() && due < time.Minute {
		w.in(max(due, 0)+w.within(time.Second), func() { w.sweep(e.Account) })
	}
}

// redrive is what the alarm of the dead letters leads to.
func (w *world) redrive() {
	if w.opts.seams.place != nil {
		return
	}
	for _, m := range w.queue.Dead() {
		w.effect(redriven)
		if s := w.byKey[m.Key]; s != nil {
			s.overtaken = true
		}
	}
	if n := w.queue.Redrive(); n > 0 {
		w.tell("", "%d dead letters are redriven", n)
		w.poll()
	}
	w.in(20*time.Minute, w.redrive)
}

// tell writes the trace.
func (w *world) tell(key, format string, args ...any) {
	if w.opts.Trace == nil || len(w.opts.Only) > 0 && key != "" && !slices.Contains(w.opts.Only, key) {
		return
	}
	fmt.Fprintf(w.opts.Trace, "+%-14s %-22s %s\n", w.now.Sub(epoch).Round(time.Millisecond), key, fmt.Sprintf(format, args...))
}

func (t *task) tell(format string, args ...any) {
	if t.world.opts.Trace == nil {
		return
	}
	t.world.tell(t.key, t.name+": "+format, args...)
}

// mix makes what happens a part of the digest.
func (w *world) mix(what string) {
	h := fnv.New64a()
	h.Write([]byte(what))
	w.digest = (w.digest ^ h.Sum64() ^ uint64(w.now.UnixMilli())) * 0x100000001b3
}

func (w *world) broken(key, format string, args ...any) {
	w.problems = append(w.problems, Problem{Seed: w.opts.Seed, Orders: w.opts.Orders, Key: key, What: fmt.Sprintf(format, args...)})
}

// injected is the panic of a fault.
type injected struct{}

// panics is a log that only looks for panics that nobody injected: the worker
// recovers, and a mistake would go unseen.
type panics struct{ w *world }

func (p panics) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelError }
func (p panics) WithAttrs([]slog.Attr) slog.Handler           { return p }
func (p panics) WithGroup(string) slog.Handler                { return p }
func (p panics) Handle(_ context.Context, r slog.Record) error {
	if !strings.HasPrefix(r.Message, "panic") && !strings.Contains(r.Message, "configured") {
		return nil
	}
	what := ""
	r.Attrs(func(a slog.Attr) bool {
		what += " " + a.Value.String()
		return true
	})
	if !strings.Contains(what, "simulation.injected") {
		p.w.broken("", "%s:%s", r.Message, what)
	}
	return nil
}

// meter counts nothing: what a person has to be told is looked for in the ledger,
// since a count can be lost in a crash.
type meter struct{}

var (
	_ intake.Meter  = meter{}
	_ placing.Meter = meter{}
)

func (meter) Take(context.Context, intake.Metric, string, string)  {}
func (meter) Count(context.Context, placing.Metric, string)        {}
func (meter) CountAccount(context.Context, placing.Metric, string) {}
func (meter) Placed(context.Context, string, time.Duration)        {}

// result counts.
func (w *world) result() Result {
	r := Result{Seeds: 1, Orders: len(w.sales), Faults: w.faults, Effects: w.effects, Excused: w.excused, Problems: w.problems,
		Person: map[string]int{}, Nothing: map[string]int{}, Accounts: map[string]Tally{}, Digest: w.digest}
	for _, s := range w.sales {
		s.count(&r)
	}
	return r
}

package main

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"maps"
	"math"
	"net"
	"net/http"
	"runtime/debug"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/connection"
	web "github.com/carimbo/carimbo/shared/console"
	"github.com/carimbo/carimbo/shared/intake"
	"github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/machine"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/secret"
	"github.com/carimbo/carimbo/shared/words"
)

// hangUp is how long requests under way get when the program ends.
const hangUp = 10 * time.Second

type serveFlags struct {
	addr     string
	console  string
	simulate bool
	spacing  time.Duration
	limits   intake.Limits
}

func (c *console) serveCommand() *cobra.Command {
	f := &serveFlags{}
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Take webhooks and create orders, on this machine",
		Long: `Serve takes the webhooks of the configured connections and creates their paid
orders in the ERP. What it has answered 200 is on disk before the answer: Ctrl-C
lets the calls under way end, and kill -9 loses nothing.

A call that can't be answered within 2.5 s hears 503, and most stores deliver it
again. What callers can make it hold is bounded: with the limits' defaults it stays
under 96 MiB, whatever strangers send.

It listens on loopback; put a proxy with TLS before it. The console, the same as
carimbo orders and carimbo accounts for a browser, listens on loopback by itself
and opens by a link that is printed here, on a terminal alone; carimbo console
prints another one. It starts where carimbo
check finds nothing but warnings. The files of connections and secrets may change
while it runs; what it would not start with is not taken over. --simulate points
the accounts at simulators of the ERPs in this process: nothing leaves this
machine. A trial needs a --data of its own: simulated orders and real ones never
share a ledger.`,
		Example: `  carimbo serve --simulate --data trial
  carimbo serve --connections connections.yaml --secrets secrets.yaml --data /var/lib/carimbo`,
		Args: takes(),
		RunE: func(cmd *cobra.Command, _ []string) error { return c.serve(cmd, f) },
	}
	cmd.Flags().StringVar(&f.addr, "addr", defaultAddr, "address to listen on")
	cmd.Flags().StringVar(&f.console, "console", defaultConsole, "loopback address of the console, for a browser on this machine; off for none")
	cmd.Flags().BoolVar(&f.simulate, "simulate", false, "create the orders in simulators in this process")
	cmd.Flags().DurationVar(&f.spacing, "spacing", placing.Spacing, "least time between the end of a call and the next one that could be the same: about an order, or about a buyer; shorten it in tests only, where every account's base_url is on this machine")
	limitFlags(cmd, &f.limits)
	c.connectionsFlag(cmd)
	c.secretsFlag(cmd)
	c.dataFlag(cmd)
	return cmd
}

func (c *console) serve(cmd *cobra.Command, f *serveFlags) error {
	if f.spacing <= 0 {
		return usage(cmd, "--spacing %s is no waiting time; the default is %s", f.spacing, placing.Spacing)
	}
	if err := cmp.Or(listenable(cmd, f.addr), consoleAddr(cmd, f.console)); err != nil {
		return err
	}
	if err := f.limits.Validate(); err != nil {
		return usage(cmd, "the limits leave no room: %v", err)
	}
	log := slog.New(slog.NewJSONHandler(c.stderr, nil))
	s, err := c.prepareToServe(cmd, f.simulate, f.spacing, log)
	if err != nil {
		return err
	}
	s.secrets.Log = log
	cfg := c.watch(cmd.Context(), s, log)
	defer frugal(f.limits.Memory())()
	p := program{connections: cfg.current, secrets: s.secrets, data: c.data, addr: f.addr, limits: f.limits,
		simulate: f.simulate, spacing: f.spacing, now: c.now, log: log, meter: &counter{}, languages: s.languages, draining: c.sayHowLong,
		browse: c.browsing(f.console, cmd.Flags().Changed("console"), cfg.current)}
	err = p.run(cmd.Context(), func(s *serving) { c.announce(s, cfg.current()) })
	if errors.Is(err, sqlite.ErrSimulated) || errors.Is(err, sqlite.ErrNotSimulated) {
		return usage(cmd, "%v", err)
	}
	return err
}

// frugal has the garbage collector keep to what the limits promise, until it is
// undone. GOMEMLIMIT goes before it.
func frugal(memory int64) (undo func()) {
	if debug.SetMemoryLimit(-1) != math.MaxInt64 {
		return func() {}
	}
	debug.SetMemoryLimit(memory)
	return func() { debug.SetMemoryLimit(math.MaxInt64) }
}

// limitFlags bound what strangers can make serve hold.
func limitFlags(cmd *cobra.Command, l *intake.Limits) {
	d := intake.Limits{}.WithDefaults()
	cmd.Flags().IntVar(&l.Connections, "max-connections", d.Connections, "connections open at once, a quarter of them silent; beyond that the one that has been silent longest is closed")
	cmd.Flags().IntVar(&l.Bodies, "max-bodies", d.Bodies, "webhooks being read or stored at once, fewer than connections; beyond that the answer is 503")
	cmd.Flags().IntVar(&l.BodyBytes, "max-body-bytes", d.BodyBytes, "bytes that these webhooks hold in memory together; beyond that the answer is 503")
}

// announce tells a person where the stores have to call.
func (c *console) announce(s *serving, cfg connection.Config) {
	for _, name := range slices.Sorted(maps.Keys(cfg.Connections)) {
		conn := cfg.Connections[name]
		c.printf(c.stdout, "%s (%s -> %s): %s/webhooks/%s\n", name, conn.Platform, conn.Account, s.url, name)
	}
	if s.simulators != nil {
		for _, sim := range s.simulators.running {
			c.printf(c.stdout, "%s simulator: %sdocuments lists what it holds\n", titleOf(sim.kind.Name), sim.url)
		}
	}
	c.sayConsole(s.console)
	c.printf(c.stdout, "Serving. Ctrl-C ends, after the calls under way.\n")
}

// sayHowLong is for who pressed Ctrl-C and sees nothing happen.
func (c *console) sayHowLong(orders int) {
	c.printf(c.stdout, "Waiting up to %d s for the calls under way (%s); Ctrl-C again to stop at once (they are looked up at the next start).\n",
		int(placing.Invocation.Seconds()), words.Count(orders, "%d order", "%d orders"))
}

// program is Carimbo on one machine with its listeners: what serve and demo run.
type program struct {
	connections func() connection.Config
	secrets     secret.Store
	data, addr  string
	simulate    bool
	spacing     time.Duration
	limits      intake.Limits
	now         func() time.Time
	log         *slog.Logger
	meter       *counter
	// browse opens the console of what is ready to serve; nil for none.
	browse func(context.Context, *serving) (*browsing, error)
	// languages are those of notices.
	languages map[string]words.Language
	// draining hears how many orders are waited for at the end; it may be nil.
	draining func(orders int)
}

// serving is a program that is ready.
type serving struct {
	// url is where webhooks are taken, without a slash at its end.
	url        string
	machine    *machine.Machine
	simulators *simulators
	// refused are the calls that were refused since the start.
	refused func() []web.RefusedCalls
	// console is nil where there is none.
	console *browsing
}

// run serves until ctx ends. It calls ready when everything stands: the port is
// bound last, so that nobody ever hears a false answer from a program that is not
// ready yet.
func (p program) run(ctx context.Context, ready func(*serving)) (err error) {
	s := &serving{refused: p.meter.refusedCalls}
	if p.simulate {
		if s.simulators, err = startSimulators(p.spacing); err != nil {
			return err
		}
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), hangUp)
		defer cancel()
		err = errors.Join(err, s.simulators.stop(ctx))
	}()
	draining := make(chan int, 1)
	s.machine, err = machine.Open(ctx, machine.Options{Data: p.data, Simulated: p.simulate, Connections: p.connections, Secrets: p.secrets,
		Clients: clients(p.connections, p.secrets, s.simulators, p.spacing, p.now, p.log), Words: erpKind, Languages: p.languages, Console: func() string { return s.console.address() },
		Spacing: p.spacing, Limits: p.limits, Now: p.now, Meter: p.meter, Log: p.log, Draining: func(orders int) { draining <- orders }})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.machine.Close()) }()
	defer p.meter.log(ctx, p.log)
	if p.browse != nil {
		if s.console, err = p.browse(ctx, s); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, s.console.close(ctx)) }()
	}

	listener, err := net.Listen("tcp", p.addr)
	if err != nil {
		return words.Errorf("%s: is something else listening there, or is it another machine's? Choose another with --addr", err)
	}
	s.url = "http://" + listener.Addr().String()
	server := s.machine.Server()

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	placed, served := make(chan error, 1), make(chan error, 1)
	go func() { placed <- s.machine.Run(ctx) }()
	go func() {
		err := server.Serve(s.machine.Listener(listener))
		if errors.Is(err, http.ErrServerClosed) {
			err = nil
		}
		// Without a listener there is nothing to go on for.
		cancel()
		served <- err
	}()
	ready(s)
	<-ctx.Done()
	p.log.InfoContext(ctx, "ending: the calls under way are let to end")
	end, stop := context.WithTimeout(context.WithoutCancel(ctx), hangUp)
	defer stop()
	shut := make(chan error, 1)
	go func() { shut <- server.Shutdown(end) }()
	return errors.Join(p.drained(placed, draining), <-shut, <-served)
}

// drained waits for the machine's end, and tells that it waits.
func (p program) drained(placed <-chan error, draining <-chan int) error {
	select {
	case orders := <-draining:
		if p.draining != nil {
			p.draining(orders)
		}
		return <-placed
	case err := <-placed:
		return err
	}
}

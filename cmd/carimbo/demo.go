package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/erp/kinds"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/words"
)

// demoSpacing lets a lost answer be looked up at once: the simulator loses it on
// purpose and applies nothing late.
const demoSpacing = 2 * time.Second

// demoPatience is how long the demo waits for its orders to end.
const demoPatience = time.Minute

func (c *console) demoCommand() *cobra.Command {
	var addr string
	var once bool
	var titles []string
	for _, kind := range kinds.All() {
		titles = append(titles, kind.Title)
	}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "See it work: stores and ERPs, lost answers and rejected orders, all simulated",
		Long: c.say(`See it work, with nothing to configure: start Carimbo and simulators of
%s on this machine, send signed webhooks of Hotmart, Shopify and
WooCommerce over HTTP (one order twice, one for each ERP whose answer gets lost,
two that can't become a document, one forged) and show what became of them. Then
serve until Ctrl-C, to be tried by hand. Nothing leaves this machine, and the
demo's folder is removed at the end.`, operator.AllOf(titles)),
		Example: `  carimbo demo
  carimbo demo --once`,
		Args: takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			addr = cmp.Or(addr, freeAddr())
			if err := listenable(cmd, addr); err != nil {
				return err
			}
			return c.demo(cmd, addr, once)
		},
	}
	cmd.Flags().StringVar(&addr, "addr", "", "address to listen on (default "+defaultAddr+", or any free port of loopback)")
	cmd.Flags().BoolVar(&once, "once", false, "end when all orders have ended; exit code 1 if one did not end as it should")
	return cmd
}

// freeAddr is serve's address, or any port where something listens there already.
func freeAddr() string {
	l, err := net.Listen("tcp", defaultAddr)
	if err != nil {
		return "127.0.0.1:0"
	}
	_ = l.Close()
	return defaultAddr
}

func (c *console) demo(cmd *cobra.Command, addr string, once bool) (err error) {
	dir, err := os.MkdirTemp("", "carimbo-demo-")
	if err != nil {
		return words.Errorf("make the demo's folder: %s", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	script, err := c.prepare(dir)
	if err != nil {
		return err
	}
	cfg, err := c.readConfig(cmd)
	if err != nil {
		return err
	}
	secrets, err := c.readSecrets(cmd)
	if err != nil {
		return err
	}
	log := slog.New(slog.DiscardHandler)
	secrets.Log = log
	counted := make(chan struct{}, 1)
	p := program{connections: func() connection.Config { return cfg }, secrets: secrets, data: c.data, addr: addr,
		simulate: true, spacing: demoSpacing, now: c.now, log: log, meter: &counter{changed: counted}}

	if !once {
		p.browse = c.browsingAnywhere(p.connections)
	}
	ctx, stop := context.WithCancel(cmd.Context())
	defer stop()
	var verdict error
	err = p.run(ctx, func(s *serving) {
		verdict = c.play(ctx, s, script, counted)
		if once || verdict != nil {
			stop()
			return
		}
		c.suggest(s, script)
	})
	return errors.Join(verdict, err)
}

// prepare writes everything that the demo needs into the folder, so that the
// other commands can be tried with it.
func (c *console) prepare(dir string) (script, error) {
	c.connections, c.secrets, c.data = filepath.Join(dir, "connections.yaml"), filepath.Join(dir, "secrets.yaml"), dir
	for path, text := range map[string][]byte{c.connections: demoConnections(), c.secrets: demoSecrets()} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			return nil, words.Errorf("prepare the demo: %s", err)
		}
	}
	return writeScript(dir, c.now())
}

// play sends the script, waits until each order has ended, and shows them. The
// error says which order did not end as it should.
func (c *console) play(ctx context.Context, s *serving, sc script, counted <-chan struct{}) error {
	c.printf(c.stdout, "Carimbo takes webhooks at %s; simulators stand for %s.\n\n", s.url, s.simulators.titles())
	sc.loseAnswers(s.simulators)
	for _, step := range sc {
		if err := c.perform(ctx, s, step, sc.width()); err != nil {
			return err
		}
	}
	fmt.Fprintln(c.stdout)
	if err := c.await(ctx, s.machine.Ledger(), sc, counted); err != nil {
		return err
	}
	fmt.Fprintln(c.stdout)
	if err := c.listTable(ctx, s.machine.Ledger(), ledger.Filter{}, 0); err != nil {
		return err
	}
	if err := sc.verify(ctx, s.machine.Ledger(), s.simulators); err != nil {
		return err
	}
	c.printf(c.stdout, "\nEvery order ended as it should: %s. None twice.\n", s.simulators.holding())
	return nil
}

// await tells what happens to the orders until all of them have ended.
func (c *console) await(ctx context.Context, l ledger.Ledger, sc script, counted <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(ctx, demoPatience)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	told := map[string]ledger.State{}
	for {
		left, err := c.tell(ctx, l, sc, told)
		if err != nil || left == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return words.Errorf("%s did not end within %s: %s", words.Count(left, "%d order", "%d orders"), demoPatience, ctx.Err())
		case <-counted:
		case <-tick.C:
		}
	}
}

// tell says what changed since, and counts the orders that have not ended.
func (c *console) tell(ctx context.Context, l ledger.Ledger, sc script, told map[string]ledger.State) (int, error) {
	left := 0
	for _, key := range sc.keys() {
		e, err := l.Get(ctx, key)
		if err != nil && !errors.Is(err, ledger.ErrNotFound) {
			return 0, err
		}
		if !ended(e) {
			left++
		}
		if told[key] == e.State || !ended(e) && e.State != ledger.Uncertain {
			continue
		}
		told[key] = e.State
		news := e.State.Words()
		switch e.State {
		case ledger.Uncertain:
			news = words.Say("uncertain: the answer got lost; it is looked for before anything is sent again")
		case ledger.Rejected:
			news = words.Say("rejected: %s", e.Reason.Kind)
		case ledger.Created:
			news = words.Say("created: %s %s", documentIn(e), c.documentCell(e))
		}
		fmt.Fprintf(c.stdout, "  %-*s  %s\n", sc.width(), safe(key), c.paint(colourOf(e), c.text(news)))
	}
	return left, nil
}

// documentIn is what the ERP calls the order's document.
func documentIn(e ledger.Entry) words.Text {
	kind, _ := kinds.All().Find(e.ERPKind)
	document, _ := kind.Document(e.Reference.DocumentKind)
	return words.Say("%s %s", kind.Title, document.Title)
}

func ended(e ledger.Entry) bool {
	return e.State == ledger.Created || e.State == ledger.Rejected || e.Parked()
}

// suggest shows what to try next against the running demo.
func (c *console) suggest(s *serving, sc script) {
	me := self()
	files := " --connections " + c.connections + " --secrets " + c.secrets
	first, found := sc[0], sc.looked()
	var out bytes.Buffer
	fmt.Fprintf(&out, "\n%s\n", c.paint(bold, c.say("Try, in another terminal:")))
	fmt.Fprintf(&out, "  %s orders list --mine --data %s\n", me, c.data)
	fmt.Fprintf(&out, "  %s orders show '%s' --data %s\n", me, found.key, c.data)
	fmt.Fprintf(&out, "  %s preview --connection %s --connections %s %s\n", me, found.from.Connection, c.connections, found.path)
	fmt.Fprintf(&out, "  %s send --connection %s --to %s%s %s\n", me, first.from.Connection, s.url, files, first.path)
	if first.from.Platform == "hotmart" {
		fmt.Fprintf(&out, "  curl -i -H 'X-HOTMART-HOTTOK: %s' --data-binary @%s %s/webhooks/%s\n", first.from.secret, first.path, s.url, first.from.Connection)
	}
	for _, sim := range s.simulators.running {
		fmt.Fprintf(&out, "  curl %sdocuments\n", sim.url)
	}
	fmt.Fprintln(&out)
	_, _ = c.stdout.Write(out.Bytes())
	c.sayConsole(s.console)
	c.printf(c.stdout, "Serving. Ctrl-C ends and removes the demo's folder.\n")
}

// self is how this program can be called again.
func self() string {
	path, err := os.Executable()
	if err != nil || strings.Contains(path, "go-build") {
		return "go run ./cmd/carimbo"
	}
	if found, err := exec.LookPath("carimbo"); err == nil && found == path {
		return "carimbo"
	}
	return path
}

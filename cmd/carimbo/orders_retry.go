package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
)

// retrying is one `orders retry`.
type retrying struct {
	selection
	payload, note string
	yes           bool
	giving
}

// giving is how a command is given to orders.
type giving struct {
	dryRun, asJSON bool
	// asks tells whether a person at a terminal has to agree first.
	asks bool
}

func (c *console) givingFlags(cmd *cobra.Command, g *giving) {
	cmd.Flags().BoolVar(&g.dryRun, "dry-run", false, "only say what would be done")
	jsonFlag(cmd, &g.asJSON)
}

func (c *console) retryCommand() *cobra.Command {
	var r retrying
	cmd := &cobra.Command{
		Use:   "retry KEY... | --state S | --kind K | --connection C | --mine",
		Short: "Let orders that were rejected or wait go on",
		Long: `Let orders that were rejected or wait go on, and have uncertain ones looked up
now. It says beforehand what it will do with each; --dry-run says that and no
more. No second document can come of it: where one exists nothing changes, and
where one may exist it is only looked for. Filters select among the orders that
can be retried; those that the store reversed are left out unless they are named
by KEY or --kind reversed, since a retry creates their document all the same.

With --payload the order's contents are replaced by those of the file, a payload
of the same platform about the same order.`,
		Example: `  carimbo orders retry cursos#HP1121
  carimbo orders retry --mine --dry-run
  carimbo orders retry --kind mapping --note "mapped CURSO-GO" --yes
  carimbo orders retry cursos#HP1121 --payload corrected.json`,
		ValidArgsFunction: c.completeKeys(1 << 10),
		RunE: func(cmd *cobra.Command, keys []string) error {
			f, err := r.check(cmd, keys)
			if err != nil {
				return err
			}
			if len(keys) == 0 {
				if err := c.listable(cmd, f); err != nil {
					return err
				}
			}
			return c.withLedger(cmd, func(ctx context.Context, l ledger.Ledger) error {
				return c.retry(cmd, l, r, keys, f)
			})
		},
	}
	c.selectionFlags(cmd, &r.selection)
	cmd.Flags().StringVar(&r.payload, "payload", "", "a file with the order's new contents, or - for stdin; with exactly one KEY")
	cmd.Flags().StringVar(&r.note, "note", "", "why, for the order's timeline")
	cmd.Flags().BoolVar(&r.yes, "yes", false, "do not ask before retrying what filters select")
	c.connectionsFlag(cmd)
	c.dataFlag(cmd)
	c.stackFlag(cmd)
	c.givingFlags(cmd, &r.giving)
	return cmd
}

func (r retrying) check(cmd *cobra.Command, keys []string) (ledger.Filter, error) {
	filtered := r.selection != selection{}
	switch {
	case len(keys) == 0 && !filtered:
		return ledger.Filter{}, usage(cmd, "KEY is missing: give keys, or filters such as --kind mapping")
	case len(keys) > 0 && filtered:
		return ledger.Filter{}, usage(cmd, "give either keys or filters, not both")
	case r.payload != "" && len(keys) != 1:
		return ledger.Filter{}, usage(cmd, "--payload goes with exactly one KEY")
	}
	return r.filter(cmd)
}

func (c *console) retry(cmd *cobra.Command, l ledger.Ledger, r retrying, keys []string, f ledger.Filter) error {
	ctx := cmd.Context()
	command := placing.Retry{Person: placing.Person{By: c.operator, Note: r.note}}
	switch {
	case len(keys) == 0:
		var err error
		if keys, err = c.chosen(ctx, l, f); err != nil {
			return err
		}
		if len(keys) == 0 && !r.asJSON {
			fmt.Fprintln(c.stdout, "No orders to retry.")
		}
		if len(keys) == 0 {
			c.doubtConnection(f.Connection)
		}
		r.asks = !r.yes && c.asks
	case r.payload != "":
		e, err := find(ctx, l, keys[0])
		if err != nil {
			return err
		}
		if command.Contents, err = c.contents(cmd, r.payload, e); err != nil {
			return err
		}
	}
	return c.command(ctx, l, keys, command, r.giving)
}

// chosen are the keys that a filter selects, the oldest first, so that orders go
// on in the order in which they came.
func (c *console) chosen(ctx context.Context, l ledger.Ledger, f ledger.Filter) ([]string, error) {
	var keys []string
	reversed := 0
	err := l.List(ctx, f, func(e ledger.Entry) bool {
		switch {
		case f.State == "" && !retryable(e.State):
		case f.Kind != order.Reversed && !e.ReversedAt.IsZero() && e.State != ledger.Uncertain:
			reversed++
		default:
			keys = append(keys, e.Key)
		}
		return true
	})
	if reversed > 0 {
		fmt.Fprintf(c.stderr, "carimbo: left out %s that the store reversed: to create documents of them all the same, name them by KEY or --kind reversed\n", plural(reversed, "order"))
	}
	slices.Reverse(keys)
	return keys, err
}

func retryable(s ledger.State) bool {
	return s == ledger.Rejected || s == ledger.Waiting || s == ledger.Uncertain
}

func verbOf(ev placing.Event) string {
	if _, ok := ev.(placing.Dismiss); ok {
		return "Dismiss"
	}
	return "Retry"
}

// agreed asks once.
func (c *console) agreed(verb string, n int) bool {
	fmt.Fprintf(c.stderr, "%s %s? [y/N] ", verb, plural(n, "order"))
	answer, _ := bufio.NewReader(c.stdin).ReadString('\n')
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes"
}

// result is what a command did to one order, as --json shows it. Will is what it
// was going to do, Why why it did nothing.
type result struct {
	Key           string        `json:"key"`
	Done          bool          `json:"done"`
	Will          string        `json:"will,omitempty"`
	Why           string        `json:"why,omitempty"`
	State         ledger.State  `json:"state,omitempty"`
	Reason        *order.Reason `json:"reason,omitempty"`
	NextAttemptAt time.Time     `json:"next_attempt_at,omitzero"`
}

// command says what it will do with each order, does it, and says what came of
// it. Refusals are on stderr, and in the JSON too.
func (c *console) command(ctx context.Context, l ledger.Ledger, keys []string, ev placing.Event, g giving) error {
	plans, willing, err := c.plans(ctx, l, keys, ev, g)
	if err != nil {
		return err
	}
	if g.asks && !g.dryRun && willing > 0 && !c.agreed(verbOf(ev), willing) {
		return errors.New("nothing was done")
	}
	results := []result{}
	var refusals []error
	for _, p := range plans {
		r := result{Key: p.key, Will: p.will}
		switch {
		case p.refused == nil && g.dryRun:
			r = c.stays(p)
		case p.refused == nil:
			if r, err = c.carryOut(ctx, l, p, ev, g); err != nil && !errors.As(err, &p.refused) {
				return err
			}
			if p.refused != nil && len(keys) > 1 {
				c.complain(p.refused)
			}
		}
		if p.refused != nil {
			r.Why = p.refused.why
			refusals = append(refusals, p.refused)
		}
		results = append(results, r)
	}
	if g.asJSON {
		if err := printJSON(c.stdout, results); err != nil {
			return err
		}
	}
	return refused(refusals, len(keys))
}

// plans says of each order what the command will do, before it does anything, and
// counts the orders to which it will do something. With --json it says so on
// stderr, unless nothing is done: then the JSON is in time.
func (c *console) plans(ctx context.Context, l ledger.Ledger, keys []string, ev placing.Event, g giving) (plans []planned, willing int, err error) {
	out := c.stdout
	switch {
	case g.asJSON && g.dryRun:
		out = io.Discard
	case g.asJSON:
		out = c.stderr
	}
	for _, key := range keys {
		p, err := c.plan(ctx, l, key, ev)
		if err != nil {
			return nil, 0, err
		}
		switch {
		case p.refused == nil:
			willing++
			fmt.Fprintf(out, "%s is %s: %s\n", safe(key), p.before.State, safe(p.will))
		case len(keys) > 1:
			c.complain(p.refused)
		}
		plans = append(plans, p)
	}
	return plans, willing, nil
}

func (c *console) carryOut(ctx context.Context, l ledger.Ledger, p planned, ev placing.Event, g giving) (result, error) {
	e, err := c.give(ctx, l, p.key, ev)
	if err != nil {
		return result{Key: p.key, Will: p.will}, err
	}
	lane, err := l.Lane(ctx, e.Account)
	if err != nil {
		return result{}, err
	}
	if !g.asJSON {
		fmt.Fprintf(c.stdout, "%s is %s now: %s\n", safe(p.key), e.State, safe(c.next(e, lane)))
	}
	r := as(e)
	r.Done, r.Will = true, p.will
	return r, nil
}

// stays is a result of which nothing was done.
func (c *console) stays(p planned) result {
	r := as(p.before)
	r.Will = p.will
	return r
}

// refused makes one error of what was refused of n orders.
func refused(refusals []error, n int) error {
	if n == 1 {
		return errors.Join(refusals...)
	}
	if len(refusals) > 0 {
		return fmt.Errorf("%d of %s refused: the lines above say why", len(refusals), plural(n, "order"))
	}
	return nil
}

func as(e ledger.Entry) result {
	view := list(e)
	return result{Key: e.Key, State: e.State, Reason: view.Reason, NextAttemptAt: view.NextAttemptAt}
}

// give applies a command to one order. The error is a *refusal where the rules
// forbid it.
func (c *console) give(ctx context.Context, l ledger.Ledger, key string, ev placing.Event) (ledger.Entry, error) {
	e, err := find(ctx, l, key)
	if err != nil {
		return e, err
	}
	rules, err := c.rules(e, ev)
	if err != nil {
		return e, err
	}
	e, step, err := placing.Apply(ctx, l, rules, key, ev, c.now)
	if err == nil && step.Do == placing.Refuse {
		err = c.refusal(e, rules, step)
	}
	return e, err
}

// rules are those of the order's account. The error is a *refusal: what becomes of
// the command depends on a look-up of which nothing is known here.
func (c *console) rules(e ledger.Entry, ev placing.Event) (placing.Rules, error) {
	can, err := c.canLookUp(e)
	rules := placing.Rules{Spacing: placing.Spacing, CanLookUp: can}
	if err != nil && asksForLookUp(e, ev) {
		return rules, &refusal{e.Key, err.Error()}
	}
	return rules, nil
}

// refusal is why the rules forbid a command. Who has to look in the ERP is told
// what for.
func (c *console) refusal(e ledger.Entry, r placing.Rules, step placing.Step) *refusal {
	why := step.Why
	if e.State == ledger.Uncertain && !r.CanLookUp && !e.Leased(c.now()) {
		why = and(why, lookBy(e))
	}
	return &refusal{e.Key, why}
}

// next says what happens to the order now.
func (c *console) next(e ledger.Entry, lane ledger.Lane) string {
	soon := c.soon(e, lane)
	switch {
	case !e.DismissedAt.IsZero():
		return "off your list until something happens to it"
	case e.State == ledger.Created:
		return "document " + e.ERPID + " counts as this order's"
	case e.State == ledger.Waiting:
		return "it goes on " + soon
	case e.Denied():
		return "document " + e.ERPID + " is looked up " + soon + "; carimbo orders show " + e.Key + " tells what came of it"
	case e.State == ledger.Uncertain && !e.Parked() && e.ClaimedID != "":
		return "a look-up verifies document " + e.ClaimedID + " " + soon
	case e.State == ledger.Uncertain && !e.Parked():
		return "it is looked up " + soon
	}
	return inWords(e)
}

// soon says when an order that is due goes on: carimbo serve looks every second,
// a stack's sweep every minute.
func (c *console) soon(e ledger.Entry, lane ledger.Lane) string {
	at, by := e.Until, ""
	if lane.BlockedUntil.After(at) {
		at, by = lane.BlockedUntil, ", when the ERP account stops resting"
	}
	later := at.After(c.now())
	switch {
	case c.stack != "" && later:
		return "within a minute after " + c.local(at) + by
	case c.stack != "":
		return "within a minute, when the stack's sweep wakes it"
	case later:
		return "at " + c.local(at) + " where carimbo serve runs" + by
	}
	return "within a second where carimbo serve runs"
}

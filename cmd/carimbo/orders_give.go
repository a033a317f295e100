package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/placing"
)

// giving is how a command is given to orders: retry, resolve or dismiss.
type giving struct {
	dryRun, asJSON bool
	// asks tells whether a person at a terminal has to agree first.
	asks bool
}

func (c *console) givingFlags(cmd *cobra.Command, g *giving) {
	cmd.Flags().BoolVar(&g.dryRun, "dry-run", false, "only say what would be done")
	jsonFlag(cmd, &g.asJSON)
}

// give says what it will do with each order, does it, and says what came of it.
// Refusals are on stderr, and in the JSON too.
func (c *console) give(ctx context.Context, l ledger.Ledger, keys []string, ev placing.Event, g giving) error {
	orders := c.orders(l)
	plans, willing, err := c.printPlans(ctx, orders, keys, ev, g)
	if err != nil {
		return err
	}
	if g.asks && !g.dryRun && willing > 0 && !c.agreed(ev, willing) {
		return errors.New("nothing was done")
	}
	results := []operator.Result{}
	var refusals []error
	for _, p := range plans {
		planned := p.Refused == nil
		r, err := c.carryOut(ctx, orders, &p, ev, g)
		if err != nil {
			return err
		}
		if p.Refused != nil {
			refusals = append(refusals, p.Refused)
			if planned && len(keys) > 1 {
				c.complain(p.Refused)
			}
		}
		results = append(results, r)
	}
	if g.asJSON {
		if err := printJSON(c.stdout, results); err != nil {
			return err
		}
	}
	return refusedOf(refusals, len(keys))
}

// printPlans says of each order what the command will do, before it does anything,
// and counts the orders to which it will do something. With --json it says so on
// stderr, unless nothing is done: then the JSON is in time.
func (c *console) printPlans(ctx context.Context, orders operator.Orders, keys []string, ev placing.Event, g giving) (plans []operator.Plan, willing int, err error) {
	out := c.stdout
	switch {
	case g.asJSON && g.dryRun:
		out = io.Discard
	case g.asJSON:
		out = c.stderr
	}
	for _, key := range keys {
		p, err := orders.Plan(ctx, key, ev)
		if err != nil {
			return nil, 0, err
		}
		switch {
		case p.Refused == nil:
			willing++
			fmt.Fprintf(out, "%s is %s: %s\n", safe(key), p.Before.State, safe(p.Will))
		case len(keys) > 1:
			c.complain(p.Refused)
		}
		plans = append(plans, p)
	}
	return plans, willing, nil
}

// agreed asks once.
func (c *console) agreed(ev placing.Event, n int) bool {
	verb := "Retry"
	if _, ok := ev.(placing.Dismiss); ok {
		verb = "Dismiss"
	}
	fmt.Fprintf(c.stderr, "%s %s? [y/N] ", verb, plural(n, "order"))
	answer, _ := bufio.NewReader(c.stdin).ReadString('\n')
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes"
}

// carryOut gives the command to one order, unless it is refused or only asked about.
// An order that moved on since it was planned may be refused now: the plan says so.
func (c *console) carryOut(ctx context.Context, orders operator.Orders, p *operator.Plan, ev placing.Event, g giving) (operator.Result, error) {
	if p.Refused != nil || g.dryRun {
		return orders.NotDone(*p), nil
	}
	r, err := orders.Do(ctx, *p, ev)
	if errors.As(err, &p.Refused) {
		return orders.NotDone(*p), nil
	}
	if err != nil {
		return r, err
	}
	if !g.asJSON {
		fmt.Fprintf(c.stdout, "%s is %s now: %s\n", safe(p.Key), r.State, safe(r.Next))
	}
	return r, nil
}

// refusedOf makes one error of what was refused of n orders.
func refusedOf(refusals []error, n int) error {
	if n == 1 {
		return errors.Join(refusals...)
	}
	if len(refusals) > 0 {
		return fmt.Errorf("%d of %s refused: the lines above say why", len(refusals), plural(n, "order"))
	}
	return nil
}

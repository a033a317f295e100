package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/words"
)

// giving is how a command is given to orders: retry, resolve or dismiss.
type giving struct {
	dryRun, asJSON, yes bool
	// question is what a person is asked, of so many orders. always asks them
	// about one order, too.
	question func(orders words.Text) words.Text
	always   bool
}

func (c *console) givingFlags(cmd *cobra.Command, g *giving) {
	cmd.Flags().BoolVar(&g.dryRun, "dry-run", false, "only say what would be done")
	jsonFlag(cmd, &g.asJSON)
}

// give says what it will do with the orders, does it, and says what came of it: each
// sentence once, however many orders it is about. Refusals are on stderr, and in the JSON
// too.
func (c *console) give(ctx context.Context, l ledger.Ledger, keys []string, ev placing.Event, g giving) error {
	orders := c.orders(l)
	keys = unique(keys)
	plans, willing, err := c.printPlans(ctx, orders, keys, ev, g)
	if err != nil {
		return err
	}
	if !g.yes && !g.dryRun && (willing > 1 || g.always && willing > 0) && !c.agreed(g.question(operator.CountOrders(willing))) {
		return errNotAgreed
	}
	results, refusals, err := c.carryOutAll(ctx, orders, plans, ev, g)
	if err != nil {
		return err
	}
	if g.asJSON {
		if err := c.printJSON(c.stdout, results); err != nil {
			return err
		}
	}
	return refusedOf(refusals, len(keys))
}

// person is who gives a command, with their note: on a stack whose credentials they are.
func (c *console) person(ctx context.Context, note string) (placing.Person, error) {
	if c.caller == nil {
		return placing.Person{By: c.operator, Note: note}, nil
	}
	arn, err := c.caller(ctx)
	return placing.Person{By: arn, Note: note}, err
}

// unique are the keys without those that were given before.
func unique(keys []string) []string {
	given := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(keys), func(key string) bool {
		again := given[key]
		given[key] = true
		return again
	})
}

// printPlans says of the orders what the command will do, before it does anything,
// and counts those to which it will do something. With --json it says so on
// stderr, unless nothing is done: then the JSON is in time.
func (c *console) printPlans(ctx context.Context, orders operator.Orders, keys []string, ev placing.Event, g giving) (plans []operator.Plan, willing int, err error) {
	will, refused := operator.Groups{Kinds: erpKind, Language: c.language}, operator.Groups{Kinds: erpKind, Language: c.language}
	for _, key := range keys {
		p, err := orders.Plan(ctx, key, ev)
		if err != nil {
			return nil, 0, err
		}
		if p.Refused == nil {
			willing++
			will.Add(p.Before, p.Will)
		} else {
			refused.Add(refusedEntry(p), p.Refused.Why)
		}
		plans = append(plans, p)
	}
	out := c.stdout
	switch {
	case g.asJSON && g.dryRun:
		out = io.Discard
	case g.asJSON:
		out = c.stderr
	}
	c.printGroups(out, will, false)
	if len(keys) > 1 {
		c.complainOf(refused)
	}
	return plans, willing, nil
}

// refusedEntry is the order of a plan that is refused, also where there is none.
func refusedEntry(p operator.Plan) ledger.Entry {
	e := p.Before
	e.Key, e.State = p.Key, ""
	return e
}

// printGroups says what the orders are, or are now, and a sentence about that.
func (c *console) printGroups(out io.Writer, groups operator.Groups, now bool) {
	for _, g := range groups.List {
		switch one := len(g.Keys) == 1; {
		case one && now:
			c.printf(out, "%s is %s now: %s\n", safe(g.Keys[0]), g.State, safe(g.Text))
		case one:
			c.printf(out, "%s is %s: %s\n", safe(g.Keys[0]), g.State, safe(g.Text))
		case now:
			c.printf(out, "%s are %s now, each: %s (%s)\n", g.Count(), g.State, safe(g.Text), c.text(g.Name()))
		default:
			c.printf(out, "%s are %s, each: %s (%s)\n", g.Count(), g.State, safe(g.Text), c.text(g.Name()))
		}
	}
}

// complainOf says why orders are refused.
func (c *console) complainOf(refused operator.Groups) {
	for _, g := range refused.List {
		if len(g.Keys) == 1 {
			c.complain(words.Errorf("%s: %s", g.Keys[0], g.Text))
			continue
		}
		c.complain(words.Errorf("%s: %s (%s)", g.Count(), g.Text, g.Name()))
	}
}

var errNotAgreed = words.Errorf("nothing was done: answer y to the question, or give --yes")

// agreed asks once. Who isn't there to answer doesn't agree.
func (c *console) agreed(question words.Text) bool {
	fmt.Fprint(c.stderr, c.text(question)+c.say(" [y/N] "))
	answer, err := bufio.NewReader(c.stdin).ReadString('\n')
	if err != nil {
		fmt.Fprintln(c.stderr)
	}
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes" || answer == "s" || answer == "sim"
}

// carryOutAll gives the command to the orders of the plans, and says what came of it: also
// of those before the one at which it had to end.
func (c *console) carryOutAll(ctx context.Context, orders operator.Orders, plans []operator.Plan, ev placing.Event, g giving) (results []operator.Result, refusals []error, err error) {
	done, refused := operator.Groups{Kinds: erpKind, Language: c.language}, operator.Groups{Kinds: erpKind, Language: c.language}
	results = []operator.Result{}
	for _, p := range plans {
		planned := p.Refused == nil
		var r operator.Result
		if r, err = c.carryOut(ctx, orders, &p, ev, g); err != nil {
			break
		}
		if p.Refused != nil {
			refusals = append(refusals, p.Refused)
		}
		if p.Refused != nil && planned {
			refused.Add(refusedEntry(p), p.Refused.Why)
		}
		if r.Done {
			e := p.Before
			e.State = r.State
			done.Add(e, r.Next)
		}
		results = append(results, r)
	}
	if !g.asJSON {
		c.printGroups(c.stdout, done, true)
	}
	if len(plans) > 1 {
		c.complainOf(refused)
	}
	return results, refusals, err
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
	return r, err
}

// refusedOf makes one error of what was refused of n orders.
func refusedOf(refusals []error, n int) error {
	if n == 1 {
		return errors.Join(refusals...)
	}
	if len(refusals) > 0 {
		return words.Errorf("%d of %s refused: the lines above say why", len(refusals), words.Count(n, "%d order", "%d orders"))
	}
	return nil
}

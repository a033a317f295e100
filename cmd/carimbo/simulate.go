package main

import (
	"fmt"
	"io"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/simulation"
	"github.com/carimbo/carimbo/shared/words"
)

// errPromise is what a simulation that found something ends with.
var errPromise = words.Errorf("a promise was broken: see the problems above")

func (c *console) simulateCommand() *cobra.Command {
	var s simulateFlags
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "Prove exactly once: everything goes wrong, and the documents are counted",
		Long: `Run stores, Carimbo and simulated ERPs in memory on a clock of their own, and let
everything go wrong that can: crashes at every point, lost answers, late writes,
messages twice and out of order, outages of days, clocks that differ. Then count:
every paid order that was answered 200 has to be one document, or with a person
for a true reason.

A seed decides everything: the same seed is the same run. Where a promise was
broken, the command that shows it again is printed; with one seed, what happened
to the order as well. Many seeds may be done in parts: what one range of seeds
ends in doesn't depend on the others. Nothing leaves this machine.`,
		Example: `  carimbo simulate --seed 7 --orders 200
  carimbo simulate --seeds 1000 --orders 200
  carimbo simulate --seed 1001 --seeds 1000 --json`,
		Args: takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if s.orders < 1 || s.seeds < 1 {
				return usage(cmd, "--orders and --seeds are at least 1")
			}
			return c.simulate(cmd, s)
		},
	}
	cmd.Flags().Uint64Var(&s.first, "seed", 1, "the seed, or the first of --seeds")
	cmd.Flags().IntVar(&s.seeds, "seeds", 1, "how many seeds, one after another")
	cmd.Flags().IntVar(&s.orders, "orders", 200, "how many sales the stores of one seed make")
	jsonFlag(cmd, &s.asJSON)
	return cmd
}

type simulateFlags struct {
	first         uint64
	seeds, orders int
	asJSON        bool
}

func (c *console) simulate(cmd *cobra.Command, s simulateFlags) error {
	every := 15 * time.Second
	if terminal(c.stderr) {
		every = 2 * time.Second
	}
	o := simulation.Options{Seed: s.first, Orders: s.orders, Progress: c.progress(c.stderr, c.now, s.seeds, every)}
	result := simulation.Many(cmd.Context(), o, s.seeds, runtime.GOMAXPROCS(0))
	interrupted, broken := cmd.Context().Err(), len(result.Problems) > 0
	if s.asJSON {
		if err := c.printJSON(c.stdout, result); err != nil {
			return err
		}
	} else {
		result.Write(c.stdout, c.language)
		if !broken && interrupted == nil {
			fmt.Fprintln(c.stdout, "\n"+c.text(result.Verdict()))
		}
		if broken && s.seeds == 1 {
			result.Trace(o, c.stdout)
		}
	}
	if interrupted != nil {
		c.printf(c.stderr, "stopped after %d of %d seeds; the rest: carimbo simulate --seed %d --seeds %d --orders %d\n",
			result.Seeds, s.seeds, s.first+uint64(result.Seeds), s.seeds-result.Seeds, s.orders)
		return interrupted
	}
	if broken {
		return errPromise
	}
	return nil
}

// progress says how far many seeds have come: after two seconds, and then as often
// as every.
func (c *console) progress(out io.Writer, now func() time.Time, seeds int, every time.Duration) func(done, orders int) {
	began := now()
	next := began.Add(2 * time.Second)
	return func(done, orders int) {
		at := now()
		if at.Before(next) || done == seeds {
			return
		}
		next = at.Add(every)
		took := at.Sub(began)
		left := time.Duration(float64(took) / float64(done) * float64(seeds-done))
		c.printf(out, "%d of %d seeds, %d orders, %s; about %s left\n", done, seeds, orders, took.Round(time.Second), left.Round(time.Second))
	}
}

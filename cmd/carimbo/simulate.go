package main

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/simulation"
)

// errPromise is what a simulation that found something ends with.
var errPromise = errors.New("a promise was broken: see the problems above")

func (c *console) simulateCommand() *cobra.Command {
	var first uint64
	var orders, seeds int
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
to the order as well. Nothing leaves this machine.`,
		Example: `  carimbo simulate --seed 7 --orders 200
  carimbo simulate --seeds 1000 --orders 200`,
		Args: takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if orders < 1 || seeds < 1 {
				return usage(cmd, "--orders and --seeds are at least 1")
			}
			o := simulation.Options{Seed: first, Orders: orders}
			result := simulation.Many(cmd.Context(), o, seeds, runtime.GOMAXPROCS(0))
			if err := cmd.Context().Err(); err != nil {
				return err
			}
			result.Write(c.stdout)
			if len(result.Problems) == 0 {
				fmt.Fprintln(c.stdout, "\nnothing lost, nothing doubled, no limit broken")
				return nil
			}
			if seeds == 1 {
				result.Trace(o, c.stdout)
			}
			return errPromise
		},
	}
	cmd.Flags().Uint64Var(&first, "seed", 1, "the seed, or the first of --seeds")
	cmd.Flags().IntVar(&seeds, "seeds", 1, "how many seeds, one after another")
	cmd.Flags().IntVar(&orders, "orders", 200, "how many sales the stores of one seed make")
	return cmd
}

package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/queue"
)

func (c *console) dlqRedriveCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "redrive",
		Short: "Have the dead letters delivered again",
		Long: `Have the dead letters delivered again, each account's in the order in which they
died, behind what waits in its queue. First mend what killed them; the functions'
logs say it.

It is always safe: a message only tells of an order, and the ledger decides what
is still to be done. One that is delivered late, twice, or about an order that was
created meanwhile makes no second document.`,
		Example: `  carimbo dlq redrive
  carimbo dlq redrive --stack carimbo`,
		Args: takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withDeadLetters(cmd, func(ctx context.Context, dead queue.DeadLetters) error {
				n, err := dead.Redrive(ctx)
				if err != nil {
					return fmt.Errorf("%s went back to the queue, and then: %w", plural(n, "dead letter"), err)
				}
				return c.printRedriven(n, asJSON)
			})
		},
	}
	c.dataFlag(cmd)
	c.stackFlag(cmd)
	jsonFlag(cmd, &asJSON)
	return cmd
}

func (c *console) printRedriven(n int, asJSON bool) error {
	switch {
	case asJSON:
		return printJSON(c.stdout, struct {
			Redriven int `json:"redriven"`
		}{n})
	case n == 0:
		fmt.Fprintln(c.stdout, "No dead letters.")
	case c.stack == "":
		fmt.Fprintf(c.stdout, "%s went back to the queue; delivered within a second where carimbo serve runs.\n", plural(n, "dead letter"))
	default:
		fmt.Fprintf(c.stdout, "%s went back to the queue.\n", plural(n, "dead letter"))
	}
	return nil
}

package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/words"
)

func (c *console) dlqRedriveCommand() *cobra.Command {
	var asJSON, yes bool
	cmd := &cobra.Command{
		Use:   "redrive",
		Short: "Have the dead letters delivered again",
		Long: `Have the dead letters delivered again, each account's in the order in which they
died, behind what waits in its queue. First mend what killed them; the functions'
logs say it.

It is always safe: a message only tells of an order, and the ledger decides what
is still to be done. One that is delivered late, twice, or about an order that was
created meanwhile makes no second document. It asks before it does that to more
than one, unless --yes; so a script has to say --yes.`,
		Example: `  carimbo dlq redrive
  carimbo dlq redrive --stack carimbo`,
		Args: takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withDeadLetters(cmd, func(ctx context.Context, dead queue.DeadLetters) error {
				if err := c.mayRedrive(ctx, dead, yes); err != nil {
					return err
				}
				n, err := dead.Redrive(ctx)
				if err != nil {
					return words.Errorf("%s went back to the queue, and then: %s", words.Count(n, "%d dead letter", "%d dead letters"), err)
				}
				return c.printRedriven(n, asJSON)
			})
		},
	}
	c.dataFlag(cmd)
	c.stackFlag(cmd)
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask before more than one is delivered again")
	jsonFlag(cmd, &asJSON)
	return cmd
}

// mayRedrive asks, where there is more than one.
func (c *console) mayRedrive(ctx context.Context, dead queue.DeadLetters, yes bool) error {
	if yes {
		return nil
	}
	_, n, err := dead.Dead(ctx)
	if err != nil || n < 2 || c.agreed(words.Say("Have %s delivered again?", words.Count(n, "%d dead letter", "%d dead letters"))) {
		return err
	}
	return errNotAgreed
}

func (c *console) printRedriven(n int, asJSON bool) error {
	switch {
	case asJSON:
		return c.printJSON(c.stdout, struct {
			Redriven int `json:"redriven"`
		}{n})
	case n == 0:
		c.printf(c.stdout, "No dead letters.\n")
	case c.stack == "":
		c.printf(c.stdout, "%s went back to the queue; delivered within a second where carimbo serve runs.\n", words.Count(n, "%d dead letter", "%d dead letters"))
	default:
		c.printf(c.stdout, "%s went back to the queue.\n", words.Count(n, "%d dead letter", "%d dead letters"))
	}
	return nil
}

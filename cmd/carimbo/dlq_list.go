package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/words"
)

func (c *console) dlqListCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the dead letters",
		Long: `List the dead letters of each account, the oldest first: what each is about, and
never its contents. The columns:

  TYPE      paid, reversed, raw (nobody could read the notice), wake (an order
            that is due), newer (written by a newer carimbo: update the program
            that places orders before you redrive it), or unreadable (no message
            of Carimbo's)
  RECEIVED  when the store's notice came; a wake is none
  TRIES     how often it was received, by each list of the dead letters too;
            not kept on one machine

On a stack the first ten of each account can be seen, since a FIFO queue hides
the rest behind them, and for some seconds nobody else sees those.`,
		Example: `  carimbo dlq list
  carimbo dlq list --stack carimbo --json`,
		Args: takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withDeadLetters(cmd, func(ctx context.Context, dead queue.DeadLetters) error {
				seen, all, err := dead.Dead(ctx)
				if err != nil {
					return err
				}
				if hidden := all - len(seen); hidden > 0 {
					c.warn("%s more can't be seen behind these; carimbo dlq redrive takes them too", words.Count(hidden, "%d dead letter", "%d dead letters"))
				}
				letters := operator.ViewDeadLetters(seen)
				if asJSON {
					return c.printJSON(c.stdout, letters)
				}
				c.printLetters(letters)
				return nil
			})
		},
	}
	c.dataFlag(cmd)
	c.stackFlag(cmd)
	jsonFlag(cmd, &asJSON)
	return cmd
}

func (c *console) printLetters(letters []operator.DeadLetterView) {
	if len(letters) == 0 {
		c.printf(c.stdout, "No dead letters.\n")
		return
	}
	var rows [][]cell
	for _, l := range letters {
		tries := ""
		if l.Tries > 0 {
			tries = fmt.Sprint(l.Tries)
		}
		rows = append(rows, []cell{{text: string(l.Type)}, {text: l.Key}, {text: l.Connection}, {text: l.Account}, {text: c.local(l.ReceivedAt)}, {text: tries}})
	}
	c.printTable(c.stdout, []string{c.say("TYPE"), c.say("KEY"), c.say("CONNECTION"), c.say("ACCOUNT"), c.inZone(c.say("RECEIVED")), c.say("TRIES")}, rows)
	c.printf(c.stdout, "\n%s. carimbo dlq redrive has them delivered again, which is always safe.\n", words.Count(len(letters), "%d dead letter", "%d dead letters"))
}

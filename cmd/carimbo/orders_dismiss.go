package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/words"
)

func (c *console) dismissCommand() *cobra.Command {
	var noteText string
	g := giving{question: func(orders words.Text) words.Text { return words.Say("Dismiss %s?", orders) }}
	cmd := &cobra.Command{
		Use:   "dismiss KEY... --note TEXT",
		Short: "Take orders that need a person off your list",
		Long: `Take orders that need a person off the list of orders list --mine, because you
have dealt with them elsewhere. Nothing else changes: neither the order nor the
ERP. Whatever happens to the order afterwards (the store changes or reverses it,
somebody retries it) puts it back on the list. --note says what you did, for
whoever looks at the order later.`,
		Example:           `  carimbo orders dismiss cursos#HP1121 --note "entered in the ERP by hand as OS 1204"`,
		ValidArgsFunction: c.completeKeys(1 << 10),
		RunE: func(cmd *cobra.Command, keys []string) error {
			switch {
			case len(keys) == 0:
				return usage(cmd, "KEY is missing: carimbo orders list --mine shows what needs a person")
			case noteText == "":
				return usage(cmd, "--note TEXT is missing: say what you did about it")
			}
			return c.withLedger(cmd, func(ctx context.Context, l ledger.Ledger) error {
				person, err := c.person(ctx, noteText)
				if err != nil {
					return err
				}
				return c.give(ctx, l, keys, placing.Dismiss{Person: person}, g)
			})
		},
	}
	cmd.Flags().StringVar(&noteText, "note", "", "what you did about it, for the order's timeline")
	c.connectionsFlag(cmd)
	c.dataFlag(cmd)
	c.stackFlag(cmd)
	cmd.Flags().BoolVar(&g.yes, "yes", false, "do not ask before dismissing more than one order")
	c.givingFlags(cmd, &g)
	return cmd
}

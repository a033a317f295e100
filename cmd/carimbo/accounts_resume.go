package main

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/words"
)

func (c *console) accountsResumeCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "resume NAME",
		Short: "End the rest of an ERP account",
		Long: `End the rest of an ERP account, because what it waits for has come about: the key
or the permission is mended, or the ERP lifted its block. The orders that waited
for it go on, those of which a call ended a moment ago a minute later. If the ERP
still refuses, the account rests again. A new key in its secret ends a rest by
itself. Broken off, the command is gone on with by giving it again.`,
		Example: `  carimbo accounts resume estudio
  carimbo accounts resume estudio --stack carimbo --json`,
		Args: takes("NAME"),
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			cfg, err := c.readConfig(cmd)
			if err != nil || len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return slices.Sorted(maps.Keys(cfg.Accounts)), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := c.readConfig(cmd)
			if err != nil {
				return err
			}
			return c.withLedger(cmd, func(ctx context.Context, l ledger.Ledger) error {
				resumed, err := c.accountsOf(l, cfg).Resume(ctx, args[0])
				if err != nil {
					return err
				}
				if asJSON {
					return c.printJSON(c.stdout, resumed)
				}
				c.printResumed(resumed)
				return nil
			})
		},
	}
	c.connectionsFlag(cmd)
	c.dataFlag(cmd)
	c.stackFlag(cmd)
	jsonFlag(cmd, &asJSON)
	return cmd
}

func (c *console) printResumed(is operator.Resumed) {
	name := safe(is.Account)
	switch {
	case !is.Rested && is.Orders == 0:
		c.printf(c.stdout, "Account %s does not rest, and no order waits for it to end: nothing to do.\n", name)
		return
	case !is.Rested:
		c.printf(c.stdout, "Account %s does not rest.\n", name)
	default:
		c.printf(c.stdout, "Account %s rests no more. It did for: %s\n", name, safe(is.Why))
	}
	if is.Orders > 0 {
		c.printf(c.stdout, "%s that waited for it: to go on %s, or a minute after the last call.\n", words.Count(is.Orders, "%d order", "%d orders"), c.site().Soon(time.Time{}, ledger.Lane{}))
	} else {
		c.printf(c.stdout, "No order waited for it.\n")
	}
}

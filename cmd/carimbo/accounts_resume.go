package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/placing"
)

// resumed is what became of an account's rest, as --json shows it.
type resumed struct {
	Account string `json:"account"`
	// Rested tells whether there was a rest to end, Orders how many go on.
	Rested bool `json:"rested"`
	Orders int  `json:"orders"`
}

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
			return slices.Sorted(maps.Keys(cfg.ERPs)), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := c.readConfig(cmd)
			if err != nil {
				return err
			}
			return c.withLedger(cmd, func(ctx context.Context, l ledger.Ledger) error {
				return c.resumeAccount(ctx, l, cfg, args[0], asJSON)
			})
		},
	}
	c.connectionsFlag(cmd)
	c.dataFlag(cmd)
	c.stackFlag(cmd)
	jsonFlag(cmd, &asJSON)
	return cmd
}

func (c *console) resumeAccount(ctx context.Context, l ledger.Ledger, cfg connection.Config, name string, asJSON bool) error {
	kinds := accountKinds(cfg)
	if machine, ok := l.(*sqlite.Ledger); ok {
		if err := addKnown(ctx, machine, kinds); err != nil {
			return err
		}
	}
	if _, known := kinds[name]; !known {
		return &refusal{name, unknownAccount(name, slices.Sorted(maps.Keys(kinds)))}
	}
	lane, err := l.Lane(ctx, name)
	if err != nil {
		return err
	}
	was := listAccount(name, kinds[name], lane, c.now())
	// Also of an account that doesn't rest: a resume that broke off left some waiting.
	orders, err := placing.Resume(ctx, l, placing.Rules{Spacing: placing.Spacing}, name, c.now)
	if err != nil {
		return fmt.Errorf("%w: %s go on, give the command again for the others", err, plural(orders, "order"))
	}
	is := resumed{name, was.State != accountOpen, orders}
	if asJSON {
		return printJSON(c.stdout, is)
	}
	c.printResumed(is, was)
	return nil
}

func (c *console) printResumed(is resumed, was listedAccount) {
	name := safe(is.Account)
	switch {
	case !is.Rested && is.Orders == 0:
		fmt.Fprintf(c.stdout, "Account %s does not rest, and no order waits for it to end: nothing to do.\n", name)
		return
	case !is.Rested:
		fmt.Fprintf(c.stdout, "Account %s does not rest.\n", name)
	default:
		fmt.Fprintf(c.stdout, "Account %s rests no more. It did for: %s\n", name, safe(was.Why))
	}
	if is.Orders > 0 {
		fmt.Fprintf(c.stdout, "%s that waited for it: to go on %s, or a minute after the last call.\n", plural(is.Orders, "order"), c.soon(ledger.Entry{}, ledger.Lane{}))
	} else {
		fmt.Fprintln(c.stdout, "No order waited for it.")
	}
}

// unknownAccount says which accounts may have been meant.
func unknownAccount(name string, known []string) string {
	typed := strings.ToLower(name)
	near := slices.DeleteFunc(slices.Clone(known), func(k string) bool {
		return distance(typed, strings.ToLower(k)) > 1+utf8.RuneCountInString(typed)/5 && (len(typed) < 3 || !strings.Contains(k, typed))
	})
	if len(near) > 0 {
		return "there is no such account: do you mean " + strings.Join(near, " or ") + "?"
	}
	return "there is no such account: there are " + cmp.Or(strings.Join(known, ", "), "none")
}

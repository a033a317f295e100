package main

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/words"
)

// retrying is one `orders retry`.
type retrying struct {
	selection
	payload, note string
	giving
}

func (c *console) retryCommand() *cobra.Command {
	r := retrying{giving: giving{question: func(orders words.Text) words.Text { return words.Say("Retry %s?", orders) }}}
	cmd := &cobra.Command{
		Use:   "retry KEY... | --state S | --kind K | --connection C | --mine",
		Short: "Let orders that were rejected or wait go on",
		Long: `Let orders that were rejected or wait go on, and have uncertain ones looked up
now. It says beforehand what it will do, and asks before it does it to more than
one order, unless --yes; so a script has to say --yes. --dry-run says what it
would do and no more. No second document can come of it: where one exists nothing
changes, and where one may exist it is only looked for. Filters select among the
orders that can be retried; those that the store reversed are left out unless
they are named by KEY or --kind reversed, since a retry creates their document
all the same.

With --payload the order's contents are replaced by those of the file, a payload
of the same platform about the same order.`,
		Example: `  carimbo orders retry cursos#HP1121
  carimbo orders retry --mine --dry-run
  carimbo orders retry --kind mapping --note "mapped CURSO-GO" --yes
  carimbo orders retry cursos#HP1121 --payload corrected.json`,
		ValidArgsFunction: c.completeKeys(1 << 10),
		RunE: func(cmd *cobra.Command, keys []string) error {
			f, err := c.filter(cmd, r.selection, ledger.States())
			if err := cmp.Or(r.check(cmd, keys), err); err != nil {
				return err
			}
			if len(keys) == 0 {
				if err := c.listable(cmd, f); err != nil {
					return err
				}
			}
			return c.withLedger(cmd, func(ctx context.Context, l ledger.Ledger) error {
				return c.retry(cmd, l, r, keys, f)
			})
		},
	}
	c.selectionFlags(cmd, &r.selection, ledger.States())
	cmd.Flags().StringVar(&r.payload, "payload", "", "a file with the order's new contents, or - for stdin; with exactly one KEY")
	cmd.Flags().StringVar(&r.note, "note", "", "why, for the order's timeline")
	c.connectionsFlag(cmd)
	c.dataFlag(cmd)
	c.stackFlag(cmd)
	cmd.Flags().BoolVar(&r.yes, "yes", false, "do not ask before retrying more than one order")
	c.givingFlags(cmd, &r.giving)
	return cmd
}

func (r retrying) check(cmd *cobra.Command, keys []string) error {
	filtered := r.selection != selection{}
	switch {
	case len(keys) == 0 && !filtered:
		return usage(cmd, "KEY is missing: give keys, or filters such as --kind mapping")
	case len(keys) > 0 && filtered:
		return usage(cmd, "give either keys or filters, not both")
	case r.payload != "" && len(keys) != 1:
		return usage(cmd, "--payload goes with exactly one KEY")
	}
	return nil
}

func (c *console) retry(cmd *cobra.Command, l ledger.Ledger, r retrying, keys []string, f ledger.Filter) error {
	ctx := cmd.Context()
	person, err := c.person(ctx, r.note)
	if err != nil {
		return err
	}
	command := placing.Retry{Person: person}
	switch {
	case len(keys) == 0:
		err := c.knowConnection(cmd, l, f.Connection)
		if err != nil {
			return err
		}
		if keys, err = c.selectKeys(ctx, l, f); err != nil {
			return err
		}
		if len(keys) == 0 && !r.asJSON {
			c.printf(c.stdout, "No orders to retry.\n")
		}
	case r.payload != "":
		e, err := operator.Find(ctx, l, keys[0])
		if err != nil {
			return err
		}
		if command.Contents, err = c.contents(cmd, r.payload, e); err != nil {
			return err
		}
	}
	return c.give(ctx, l, keys, command, r.giving)
}

// selectKeys are those that a filter selects, and says what was left out.
func (c *console) selectKeys(ctx context.Context, l ledger.Ledger, f ledger.Filter) ([]string, error) {
	keys, reversed, err := operator.Retryable(ctx, l, f)
	if reversed > 0 {
		c.printf(c.stderr, "carimbo: left out %s that the store reversed: to create documents of them all the same, name them by KEY or --kind reversed\n", words.Count(reversed, "%d order", "%d orders"))
	}
	return keys, err
}

package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/operator"
	queuesqlite "github.com/carimbo/carimbo/shared/queue/sqlite"
)

func (c *console) accountsCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "accounts",
		Short: "See which ERP accounts are open, resting or refused",
		Long: `List the ERP accounts of --connections, and what waits for each. On one machine
it may run beside a carimbo serve. The columns:

  STATE    open: its calls go out. resting: the ERP asked for it; it goes on by
           itself. refused: the ERP refuses the key, or a permission is missing,
           and no call was let in since; a person mends that. accounts resume
           ends a rest
  SINCE    when the first answer came that had it rest, with no call let in since
  UNTIL    no call goes out before
  QUEUED   notices of stores in the queue; on a stack, where nobody counts them
           by account, the line below says how many each queue has
  WAITING  orders in the ledger that go on by themselves
  OLDEST   when the oldest of these was received
  WHY      what the ERP said`,
		Example: `  carimbo accounts
  carimbo accounts --stack carimbo --json`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := c.readConfig(cmd)
			if err != nil {
				return err
			}
			list, queued, err := c.listAccounts(cmd, cfg, !asJSON)
			if err != nil {
				return err
			}
			if asJSON {
				return c.printJSON(c.stdout, list)
			}
			c.printAccounts(list, cfg)
			if queued != "" {
				fmt.Fprintln(c.stdout, queued)
			}
			return nil
		},
	}
	c.connectionsFlag(cmd)
	c.dataFlag(cmd)
	c.stackFlag(cmd)
	jsonFlag(cmd, &asJSON)
	cmd.AddCommand(c.accountsResumeCommand())
	return cmd
}

// listAccounts lists those of the configuration and, on one machine, those that
// were taken out of it while orders wait for them. What a stack has queued, of which
// account nobody knows, is said in words, if they are wanted.
func (c *console) listAccounts(cmd *cobra.Command, cfg connection.Config, inWords bool) (list []operator.AccountView, queued string, err error) {
	if c.stack != "" {
		err = c.withStackLedger(cmd, func(ctx context.Context, l ledger.Ledger) error {
			if list, err = c.accountsOf(l, cfg).List(ctx); err == nil && inWords {
				queued = c.depths(ctx, l, ledger.Filter{})
			}
			return err
		})
		return list, queued, err
	}
	err = c.withData(cmd, func(ctx context.Context, l *sqlite.Ledger) error {
		q, err := queuesqlite.New(ctx, l.DB(), queuesqlite.Options{Now: c.now})
		if err != nil {
			return err
		}
		accounts := c.accountsOf(l, cfg)
		accounts.Queue = q
		list, err = accounts.List(ctx)
		return errors.Join(err, q.Close())
	})
	return list, "", err
}

func (c *console) printAccounts(list []operator.AccountView, cfg connection.Config) {
	heading := []string{c.say("ACCOUNT"), c.say("KIND"), c.say("STATE"), c.inZone(c.say("SINCE")), c.say("UNTIL")}
	if c.stack == "" {
		heading = append(heading, c.say("QUEUED"))
	}
	var rows [][]cell
	for _, a := range list {
		row := []cell{{text: a.Account}, {text: a.Kind}, {c.text(a.State.Words()), colourOfAccount(a.State)}, {text: c.local(a.Since)}, {text: c.local(a.Until)}}
		if a.Queued != nil {
			row = append(row, cell{text: fmt.Sprint(*a.Queued)})
		}
		rows = append(rows, append(row, cell{text: fmt.Sprint(a.Waiting)}, cell{text: c.local(a.OldestAt)}, cell{text: a.Why}))
	}
	c.printTable(c.stdout, append(heading, c.say("WAITING"), c.say("OLDEST"), c.say("WHY")), rows)
	fmt.Fprintf(c.stdout, "\n%s\n", c.text(operator.TallyAccounts(list)))
	for _, a := range list {
		if _, configured := cfg.Accounts[a.Account]; !configured {
			c.printf(c.stdout, "%s is not in %s any more: its orders wait until it is added again.\n", safe(a.Account), safe(c.connections))
		}
	}
	c.writeTasks(c.stdout, operator.AccountTasks(erpKind, c.site(), list))
}

func colourOfAccount(s operator.AccountState) colour {
	return map[operator.AccountState]colour{operator.AccountOpen: green, operator.AccountResting: yellow, operator.AccountRefused: red}[s]
}

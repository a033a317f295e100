package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/connection/file"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/placing"
	queuesqlite "github.com/carimbo/carimbo/shared/queue/sqlite"
)

// accountState says whether calls of an account go out.
type accountState string

const (
	accountOpen accountState = "open"
	// accountResting goes on by itself.
	accountResting accountState = "resting"
	// accountRefused is a person's to mend, also while no rest stands.
	accountRefused accountState = "refused"
)

func accountStates() []accountState {
	return []accountState{accountOpen, accountResting, accountRefused}
}

// listedAccount is an account as --json shows it: the outside contract, which
// scripts rely on.
type listedAccount struct {
	Account string       `json:"account"`
	Kind    string       `json:"kind,omitempty"`
	State   accountState `json:"state"`
	Since   time.Time    `json:"since,omitzero"`
	Until   time.Time    `json:"until,omitzero"`
	Why     string       `json:"why,omitempty"`
	// Queued is absent on a stack: SQS doesn't count by account.
	Queued   *int      `json:"queued,omitempty"`
	Waiting  int       `json:"waiting"`
	OldestAt time.Time `json:"oldest_at,omitzero"`
}

// listAccount says how an account with this lane is at now. A lane that is open
// still remembers its former rest, which is nobody's business then.
func listAccount(name, kind string, lane ledger.Lane, now time.Time) listedAccount {
	a := listedAccount{Account: name, Kind: kind, State: accountOpen}
	rests := now.Before(lane.BlockedUntil)
	switch {
	case lane.Refused():
		a.State = accountRefused
	case rests:
		a.State = accountResting
	default:
		return a
	}
	a.Since, a.Why = lane.Since.UTC(), lane.Why
	if rests {
		a.Until = lane.BlockedUntil.UTC()
	}
	return a
}

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
  QUEUED   notices of stores in the queue; not known on a stack
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
			list, err := c.listAccounts(cmd, cfg)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.stdout, list)
			}
			c.printAccounts(list, cfg)
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
// were taken out of it while orders wait for them.
func (c *console) listAccounts(cmd *cobra.Command, cfg connection.Config) (list []listedAccount, err error) {
	kinds := accountKinds(cfg)
	if c.stack != "" {
		err = c.withStackLedger(cmd, func(ctx context.Context, l ledger.Ledger) error {
			list, err = c.readAccounts(ctx, l, kinds)
			return err
		})
		return list, err
	}
	err = c.withData(cmd, func(ctx context.Context, l *sqlite.Ledger) error {
		if err := addKnown(ctx, l, kinds); err != nil {
			return err
		}
		if list, err = c.readAccounts(ctx, l, kinds); err != nil {
			return err
		}
		if err := c.addQueued(ctx, l, list); err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(a listedAccount) bool {
			_, configured := cfg.ERPs[a.Account]
			return !configured && a.State == accountOpen && a.Waiting+*a.Queued == 0
		})
		return nil
	})
	return list, err
}

// accountKinds are the configured accounts with their kinds of ERP.
func accountKinds(cfg connection.Config) map[string]string {
	kinds := map[string]string{}
	for name, account := range cfg.ERPs {
		kinds[name] = account.Kind
	}
	return kinds
}

// addKnown adds the accounts that only a machine's ledger knows.
func addKnown(ctx context.Context, l *sqlite.Ledger, kinds map[string]string) error {
	known, err := l.Accounts(ctx)
	if err != nil {
		return err
	}
	for name, kind := range known {
		if _, configured := kinds[name]; !configured {
			kinds[name] = kind
		}
	}
	return nil
}

// readAccounts reads each account's lane and backlog, in the order of their names.
func (c *console) readAccounts(ctx context.Context, l ledger.Ledger, kinds map[string]string) ([]listedAccount, error) {
	list := []listedAccount{}
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		lane, err := l.Lane(ctx, name)
		if err != nil {
			return nil, err
		}
		backlog, err := l.Backlog(ctx, name, placing.Never)
		if err != nil {
			return nil, err
		}
		a := listAccount(name, kinds[name], lane, c.now())
		a.Waiting, a.OldestAt = backlog.Orders, backlog.Oldest.UTC()
		list = append(list, a)
	}
	return list, nil
}

// addQueued adds what the queue of one machine has.
func (c *console) addQueued(ctx context.Context, l *sqlite.Ledger, list []listedAccount) error {
	q, err := queuesqlite.New(ctx, l.DB(), queuesqlite.Options{Now: c.now})
	if err != nil {
		return err
	}
	backlogs, err := q.Backlogs(ctx)
	for i := range list {
		queued := backlogs[list[i].Account]
		list[i].Queued = &queued.Notices
		if at := queued.Oldest; !at.IsZero() && (list[i].OldestAt.IsZero() || at.Before(list[i].OldestAt)) {
			list[i].OldestAt = at.UTC()
		}
	}
	return errors.Join(err, q.Close())
}

func (c *console) printAccounts(list []listedAccount, cfg connection.Config) {
	heading := []string{"ACCOUNT", "KIND", "STATE", c.inZone("SINCE"), "UNTIL"}
	if c.stack == "" {
		heading = append(heading, "QUEUED")
	}
	var rows [][]cell
	for _, a := range list {
		row := []cell{{text: a.Account}, {text: a.Kind}, {string(a.State), colourOfAccount(a.State)}, {text: c.local(a.Since)}, {text: c.local(a.Until)}}
		if a.Queued != nil {
			row = append(row, cell{text: fmt.Sprint(*a.Queued)})
		}
		rows = append(rows, append(row, cell{text: fmt.Sprint(a.Waiting)}, cell{text: c.local(a.OldestAt)}, cell{text: a.Why}))
	}
	c.printTable(c.stdout, append(heading, "WAITING", "OLDEST", "WHY"), rows)
	fmt.Fprintf(c.stdout, "\n%s\n", tallyAccounts(list))
	for _, a := range list {
		if _, configured := cfg.ERPs[a.Account]; !configured {
			fmt.Fprintf(c.stdout, "%s is not in %s any more: its orders wait until it is added again.\n", safe(a.Account), safe(c.connections))
		}
	}
	c.writeWaiting(c.stdout, c.refusedToDo(list))
}

func colourOfAccount(s accountState) colour {
	return map[accountState]colour{accountOpen: green, accountResting: yellow, accountRefused: red}[s]
}

// tallyAccounts counts by state.
func tallyAccounts(list []listedAccount) string {
	count := map[accountState]int{}
	for _, a := range list {
		count[a.State]++
	}
	if count[accountOpen] == len(list) {
		return "Nothing rests, and nothing is refused."
	}
	var parts []string
	for _, s := range accountStates() {
		if count[s] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count[s], s))
		}
	}
	return plural(len(list), "account") + ": " + strings.Join(parts, ", ")
}

// refusedToDo says of each refused account what to do.
func (c *console) refusedToDo(list []listedAccount) (lines []string) {
	for _, a := range list {
		if a.State == accountRefused {
			lines = append(lines, c.paint(red, "account "+safe(a.Account))+": "+safe(c.mend(a)))
		}
	}
	return lines
}

// mend is what a person does about a refused account. The ERP's words don't tell
// where its key is kept.
func (c *console) mend(a listedAccount) string {
	secret := a.Kind + "/" + a.Account + " in the file of secrets"
	if c.stack != "" {
		secret = c.stack + "/" + a.Kind + "/" + a.Account + " in Secrets Manager"
	}
	erp := map[string]string{omieKind: "Omie", sensioKind: "Sensio"}[a.Kind]
	if erp == "" {
		erp = "the ERP"
	}
	said := and(fmt.Sprintf("%s refuses its key, or a permission is missing: %s", erp, a.Why),
		fmt.Sprintf("If the key was changed, put it into app_key and app_secret of %s; if a permission is missing, give it in %s", secret, erp))
	return and(said, "It is tried again "+c.soon(ledger.Entry{}, ledger.Lane{BlockedUntil: a.Until})+".")
}

// refusedAccounts are those that a list of what waits for a person has as well. A
// list for one state or kind of order is about no account.
func (c *console) refusedAccounts(ctx context.Context, l ledger.Ledger, f ledger.Filter) ([]listedAccount, error) {
	if !f.Mine || f.State != "" || f.Kind != "" {
		return nil, nil
	}
	// Without the file the ledger of one machine still knows its accounts.
	cfg, _, _ := file.Load(c.connections, erpChecks)
	kinds := accountKinds(cfg)
	if machine, ok := l.(*sqlite.Ledger); ok {
		if err := addKnown(ctx, machine, kinds); err != nil {
			return nil, err
		}
	}
	conn, known := cfg.Connections[f.Connection]
	var refused []listedAccount
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		if known && name != conn.ERP {
			continue
		}
		lane, err := l.Lane(ctx, name)
		if err != nil {
			return nil, err
		}
		if lane.Refused() {
			refused = append(refused, listAccount(name, kinds[name], lane, c.now()))
		}
	}
	return refused, nil
}

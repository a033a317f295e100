package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/connection/file"
	"github.com/carimbo/carimbo/shared/erp/kinds"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/words"
)

// listing is one `orders list`.
type listing struct {
	selection
	limit                  int
	ignored, group, asJSON bool
}

func (c *console) listCommand() *cobra.Command {
	var l listing
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List orders, the newest first",
		Long: `List orders, the newest first, and say of those that wait for a person what to
do. Filters add up. An account that the ERP refuses is a line of --mine as well,
and no row of its --json: carimbo accounts --json has it. The columns:

  STATE         queued (accepted, and not taken from the queue yet), accepted
                (nothing sent yet), creating, created, waiting (goes on by
                itself), uncertain (may be in the ERP; is looked up), rejected.
                "reversed later" and "changed later": by the store, after it was
                sent; the document stays as it is, and needs a person. "newer
                version": written by a newer carimbo, so update this one
  REASON        why it is there: the kind that --kind takes
  ERP DOCUMENT  its number in the ERP; "found" where it was there before

--group has a line for each cause instead of one for each order: the same SKU in
2,000 orders is one line, with how many there are, the oldest and a key of them.
What each order says otherwise is left out of its words.

--ignored lists instead the last 10,000 calls of stores that became no order:
unpaid, test, paid before since, of nothing. Forged calls are not among them.

On a stack these are the orders of the connections in --connections, or of the
one in --connection; what came some seconds ago may be missing. Of what is queued
there it says how many messages each queue has, and how old the oldest is, as
CloudWatch measured it some minutes ago. --find takes an order's id or our
code there, each whole.`,
		Example: `  carimbo orders list --mine
  carimbo orders list --state rejected --kind mapping --json
  carimbo orders list --mine --group
  carimbo orders list --find "#1042"
  carimbo orders list --since 24h --limit 50
  carimbo orders list --ignored --connection cursos`,
		Args: takes(),
		RunE: func(cmd *cobra.Command, _ []string) error { return c.list(cmd, l) },
	}
	c.selectionFlags(cmd, &l.selection, operator.States())
	cmd.Flags().IntVar(&l.limit, "limit", 0, "at most so many, the newest; 0 for all")
	cmd.Flags().BoolVar(&l.group, "group", false, "a line for each cause, with how many orders it has, instead of one for each order")
	cmd.Flags().BoolVar(&l.ignored, "ignored", false, "instead of orders, the calls that became none, and why")
	c.connectionsFlag(cmd)
	c.dataFlag(cmd)
	c.stackFlag(cmd)
	jsonFlag(cmd, &l.asJSON)
	return cmd
}

func (c *console) list(cmd *cobra.Command, l listing) error {
	if l.limit < 0 {
		return usage(cmd, "--limit %d is no number of orders: give one above 0, or 0 for all", l.limit)
	}
	if l.ignored {
		return c.listIgnored(cmd, l)
	}
	f, err := c.filter(cmd, l.selection, operator.States())
	if err != nil {
		return err
	}
	if err := c.listable(cmd, f); err != nil {
		return err
	}
	defer hasty()()
	return c.withLedger(cmd, func(ctx context.Context, book ledger.Ledger) error {
		if err := c.knowConnection(cmd, book, f.Connection); err != nil {
			return err
		}
		if l.group {
			return c.listCauses(ctx, book, f, l)
		}
		if l.asJSON {
			return c.listJSON(ctx, book, f, l.limit)
		}
		return c.listTable(ctx, book, f, l.limit)
	})
}

// hasty has the garbage collector run less often, until it is undone: a list lives for a
// second, and all but the texts of its lines is thrown away at once. GOGC goes before it.
func hasty() (undo func()) {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	was := debug.SetGCPercent(400)
	return func() { debug.SetGCPercent(was) }
}

func (c *console) listJSON(ctx context.Context, l ledger.Ledger, f ledger.Filter, limit int) error {
	entries, err := operator.ViewEntries(ctx, l, erpKind, c.language, f, limit)
	if err != nil {
		return err
	}
	return c.printJSON(c.stdout, entries)
}

func (c *console) listTable(ctx context.Context, l ledger.Ledger, f ledger.Filter, limit int) error {
	refused, err := c.refusedAccounts(ctx, l, f)
	if err != nil {
		return err
	}
	var cells [][]cell
	for _, a := range refused {
		cells = append(cells, []cell{{text: c.say("account %s", a.Account)}, {c.text(a.State.Words()), red}, {}, {}, {}, {text: c.local(a.Since)}})
	}
	list, err := operator.Rows(ctx, l, erpKind, c.language, f, limit, func(e ledger.Entry) {
		cells = append(cells, []cell{
			{text: e.Key}, c.stateCell(e), {text: string(e.Reason.Kind)},
			{text: amount(e)}, {text: c.documentCell(e)}, {text: c.local(e.ReceivedAt)},
		})
	})
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if len(cells) > 0 {
		c.printTable(&out, []string{c.say("KEY"), c.say("STATE"), c.say("REASON"), c.say("TOTAL"), c.say("ERP DOCUMENT"), c.inZone(c.say("RECEIVED"))}, cells)
		fmt.Fprintln(&out)
	}
	fmt.Fprintln(&out, c.text(list.Tally()))
	c.writeTasks(&out, slices.Concat(operator.AccountTasks(erpKind, c.site(), refused), list.Tasks()))
	if err := c.writeMissed(ctx, &out, l, f, len(cells)); err != nil {
		return err
	}
	if queued := c.depths(ctx, l, f); queued != "" {
		fmt.Fprintf(&out, "\n%s\n", queued)
	}
	if list.More {
		c.printf(&out, "\nThese are the newest %d; --limit 0 lists all.\n", limit)
	}
	_, err = c.stdout.Write(out.Bytes())
	return err
}

// writeMissed says of an order that was searched and not found where it may be.
func (c *console) writeMissed(ctx context.Context, out *bytes.Buffer, l ledger.Ledger, f ledger.Filter, found int) error {
	if f.Find == "" || found > 0 {
		return nil
	}
	text, err := c.site().Missed(ctx, l, f.Find)
	if !text.IsZero() {
		fmt.Fprintf(out, "\n%s\n", c.text(text))
	}
	return err
}

// depths says what is queued where that is no rows. Without the right to ask the list is
// worth having all the same.
func (c *console) depths(ctx context.Context, l ledger.Ledger, f ledger.Filter) string {
	text, err := operator.Depths(ctx, l, f)
	if err != nil {
		c.warn("what is queued isn't known: %v", err)
	}
	return c.text(text)
}

// refusedAccounts are those that a list has as well. Without the file the ledger of one
// machine still knows its accounts.
func (c *console) refusedAccounts(ctx context.Context, l ledger.Ledger, f ledger.Filter) ([]operator.AccountView, error) {
	cfg, _, _ := file.Load(c.connections, kinds.All())
	return c.accountsOf(l, cfg).Refused(ctx, f)
}

// stateCell shows in colour whether anybody has to do anything.
func (c *console) stateCell(e ledger.Entry) cell {
	if e.OfNewerRelease() {
		return cell{c.say("%s, newer version", e.State), yellow}
	}
	text := e.State.Words()
	if later := operator.LaterChange(e); !later.IsZero() {
		text = words.Say("%s, %s", text, later)
	}
	return cell{text.In(c.language), colourOf(e)}
}

func (c *console) writeTasks(out io.Writer, tasks []operator.Task) {
	if len(tasks) > 0 {
		fmt.Fprintf(out, "\n%s\n", c.paint(bold, c.say("Waiting for a person:")))
	}
	for _, t := range tasks {
		fmt.Fprintf(out, "  %s: %s\n", c.paint(red, c.text(t.Of)), c.text(t.Text))
	}
}

func amount(e ledger.Entry) string {
	return strings.TrimSpace(e.Currency + " " + e.Total)
}

func (c *console) documentCell(e ledger.Entry) string {
	id := cmp.Or(e.ERPNumber, e.ERPID)
	if e.Found {
		return c.say("%s (found)", id)
	}
	return id
}

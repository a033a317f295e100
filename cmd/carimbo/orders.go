package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/connection/file"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/order"
)

func (c *console) ordersCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "orders",
		Short: "See where orders stand, and let them go on",
		Long: `See where orders stand, and let them go on. The commands read and write the
ledger in --data, beside a running carimbo serve, or that of a stack on AWS with
--stack. They never call the ERP: carimbo serve does, or the stack's functions,
which its sweep wakes within a minute.`,
		Example: `  carimbo orders list --mine
  carimbo orders show cursos#HP1121
  carimbo orders list --mine --stack carimbo`,
	}
	group(cmd)
	cmd.AddCommand(c.listCommand(), c.showCommand(), c.retryCommand(), c.resolveCommand(), c.dismissCommand())
	return cmd
}

// withLedger opens the ledger of --stack or --data.
func (c *console) withLedger(cmd *cobra.Command, do func(context.Context, ledger.Ledger) error) error {
	if c.stack != "" {
		return c.withStackLedger(cmd, do)
	}
	return c.withData(cmd, func(ctx context.Context, l *sqlite.Ledger) error { return do(ctx, l) })
}

// withData opens the ledger of --data, which must be there: an empty one made for
// a mistyped folder would answer that there are no orders.
func (c *console) withData(cmd *cobra.Command, do func(context.Context, *sqlite.Ledger) error) error {
	if _, err := os.Stat(filepath.Join(c.data, sqlite.File)); errors.Is(err, fs.ErrNotExist) {
		return usage(cmd, "there is no ledger in %s: give the folder of carimbo serve with --data DIR, or a stack with --stack NAME", c.data)
	}
	l, err := sqlite.Open(cmd.Context(), c.data)
	if err != nil {
		return err
	}
	return errors.Join(do(cmd.Context(), l), l.Close())
}

// find gets the entry, or says which keys look like the one that isn't there.
func find(ctx context.Context, l ledger.Ledger, key string) (ledger.Entry, error) {
	e, err := l.Get(ctx, key)
	if !errors.Is(err, ledger.ErrNotFound) {
		return e, err
	}
	near, err := nearest(ctx, l, key)
	if err != nil {
		return ledger.Entry{}, err
	}
	return ledger.Entry{}, &refusal{key, unknownKey(near)}
}

// refusal is why nothing was done to an order.
type refusal struct{ key, why string }

func (r *refusal) Error() string { return r.key + ": " + r.why }

func unknownKey(near []string) string {
	if len(near) == 0 {
		return "there is no such order: a key is connection#order, and carimbo orders list shows them all"
	}
	return "there is no such order: do you mean " + strings.Join(near, " or ") + "?"
}

// nearestAmong is how many orders are looked at for keys that may have been meant.
const nearestAmong = 5000

// nearest lists at most three keys that somebody who typed key may have meant:
// those that contain it, then those that differ in few letters. It looks among the
// latest orders: a stack's ledger is no file that can be read through in a moment.
func nearest(ctx context.Context, l ledger.Ledger, key string) ([]string, error) {
	type candidate struct {
		key      string
		distance int
	}
	var found []candidate
	looked, typed := 0, strings.ToLower(key)
	err := l.List(ctx, ledger.Filter{}, func(e ledger.Entry) bool {
		known := strings.ToLower(e.Key)
		switch d := distance(typed, known); {
		case len(typed) > 2 && strings.Contains(known, typed):
			found = append(found, candidate{e.Key, 0})
		case d <= 1+utf8.RuneCountInString(typed)/5:
			found = append(found, candidate{e.Key, d})
		}
		looked++
		return looked < nearestAmong
	})
	slices.SortStableFunc(found, func(a, b candidate) int { return cmp.Compare(a.distance, b.distance) })
	var keys []string
	for _, f := range found[:min(3, len(found))] {
		keys = append(keys, f.key)
	}
	return keys, err
}

// distance is how many letters have to be changed, added or dropped.
func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range from {
		corner := row[0]
		row[0] = i + 1
		for j, s := range to {
			cost := corner
			if r != s {
				cost++
			}
			corner = row[j+1]
			row[j+1] = min(cost, row[j]+1, corner+1)
		}
	}
	return row[len(to)]
}

// selection is what filters on the command line select.
type selection struct {
	state, kind, connection string
	mine                    bool
}

func (c *console) selectionFlags(cmd *cobra.Command, s *selection) {
	cmd.Flags().StringVar(&s.state, "state", "", "only orders in this state: "+strings.Join(stateNames(), ", "))
	cmd.Flags().StringVar(&s.kind, "kind", "", "only orders with this kind of reason, such as mapping or tax_id")
	cmd.Flags().StringVar(&s.connection, "connection", "", "only orders of this connection")
	cmd.Flags().BoolVar(&s.mine, "mine", false, "only orders that wait for a person: rejected and parked")
	completeWith(cmd, "state", stateNames())
	completeWith(cmd, "kind", kindNames())
	c.completeConnection(cmd, "connection")
}

func (s selection) filter(cmd *cobra.Command) (ledger.Filter, error) {
	if s.state != "" && !slices.Contains(stateNames(), s.state) {
		return ledger.Filter{}, usage(cmd, "--state %q is none of %s", s.state, strings.Join(stateNames(), ", "))
	}
	if s.kind != "" && !slices.Contains(kindNames(), s.kind) {
		return ledger.Filter{}, usage(cmd, "--kind %q is none of %s", s.kind, strings.Join(kindNames(), ", "))
	}
	return ledger.Filter{State: ledger.State(s.state), Kind: order.Kind(s.kind), Connection: s.connection, Mine: s.mine}, nil
}

func (c *console) listCommand() *cobra.Command {
	var s selection
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List orders, the newest first",
		Long: `List orders, the newest first, and say of those that wait for a person what to
do. Filters add up. An account that the ERP refuses is a line of --mine as well,
and no row of its --json: carimbo accounts --json has it. The columns:

  STATE         accepted (nothing sent yet), creating, created, waiting (goes
                on by itself), uncertain (may be in the ERP; is looked up),
                rejected. "reversed later" and "changed later": by the store,
                after it was sent; the document stays as it is. "newer
                version": written by a newer carimbo, so update this one
  REASON        why it is there: the kind that --kind takes
  ERP DOCUMENT  its number in the ERP; "found" where it was there before

On a stack these are the orders of the connections in --connections, or of the
one in --connection; what came some seconds ago may be missing.`,
		Example: `  carimbo orders list --mine
  carimbo orders list --state rejected --kind mapping --json`,
		Args: takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			f, err := s.filter(cmd)
			if err != nil {
				return err
			}
			if err := c.listable(cmd, f); err != nil {
				return err
			}
			return c.withLedger(cmd, func(ctx context.Context, l ledger.Ledger) error {
				if asJSON {
					return c.listJSON(ctx, l, f)
				}
				return c.listTable(ctx, l, f)
			})
		},
	}
	c.selectionFlags(cmd, &s)
	c.connectionsFlag(cmd)
	c.dataFlag(cmd)
	c.stackFlag(cmd)
	jsonFlag(cmd, &asJSON)
	return cmd
}

// doubtConnection says of a connection without orders that there is none of this
// name. One that was removed may still have orders: that is nothing to complain of.
func (c *console) doubtConnection(name string) {
	cfg, _, err := file.Load(c.connections, erpChecks)
	if _, ok := cfg.Connections[name]; name != "" && err == nil && !ok {
		c.complain(fmt.Errorf("no connection %s is configured in %s, which has %s", name, c.connections, cmp.Or(strings.Join(connectionNames(cfg), ", "), "none")))
	}
}

func (c *console) listJSON(ctx context.Context, l ledger.Ledger, f ledger.Filter) error {
	entries := []listed{}
	err := l.List(ctx, f, func(e ledger.Entry) bool {
		entries = append(entries, list(e))
		return true
	})
	if err != nil {
		return err
	}
	if len(entries) == 0 {
		c.doubtConnection(f.Connection)
	}
	return printJSON(c.stdout, entries)
}

// row is an entry in the table.
type row struct {
	ledger.Entry
	// late is read from the timeline, which is left behind.
	late string
}

// listTable leaves the texts that grow with an entry behind: a ledger holds two
// years of orders.
func (c *console) listTable(ctx context.Context, l ledger.Ledger, f ledger.Filter) error {
	var rows []row
	err := l.List(ctx, f, func(e ledger.Entry) bool {
		r := row{e, late(e)}
		r.Timeline, r.Seen = nil, nil
		rows = append(rows, r)
		return true
	})
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		c.doubtConnection(f.Connection)
	}
	refused, err := c.refusedAccounts(ctx, l, f)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	c.writeTable(&out, rows, refused)
	_, err = c.stdout.Write(out.Bytes())
	return err
}

func (c *console) writeTable(out *bytes.Buffer, rows []row, refused []listedAccount) {
	if len(rows)+len(refused) == 0 {
		fmt.Fprintln(out, "No orders.")
		return
	}
	var cells [][]cell
	for _, a := range refused {
		cells = append(cells, []cell{{text: "account " + a.Account}, {string(a.State), red}, {}, {}, {}, {text: c.local(a.Since)}})
	}
	for _, r := range rows {
		cells = append(cells, []cell{
			{text: r.Key}, stateCell(r.Entry, r.late), {text: string(r.Reason.Kind)},
			{text: amount(r.Entry)}, {text: document(r.Entry)}, {text: c.local(r.ReceivedAt)},
		})
	}
	c.printTable(out, []string{"KEY", "STATE", "REASON", "TOTAL", "ERP DOCUMENT", c.inZone("RECEIVED")}, cells)
	fmt.Fprintf(out, "\n%s\n", tally(rows))
	writeLate(out, rows)
	c.writeWaiting(out, slices.Concat(c.refusedToDo(refused), c.toDo(rows)))
}

// stateCell shows in colour whether anybody has to do anything.
func stateCell(e ledger.Entry, late string) cell {
	if e.OfNewerRelease() {
		return cell{string(e.State) + ", newer version", yellow}
	}
	if late == "" {
		return cell{string(e.State), colourOf(e)}
	}
	return cell{string(e.State) + ", " + late, yellow}
}

// writeLate says what there is to do about documents that the store went back on.
func writeLate(out *bytes.Buffer, rows []row) {
	n := 0
	for _, r := range rows {
		if r.late != "" {
			n++
		}
	}
	if n > 0 {
		fmt.Fprintf(out, "%s reversed or changed in the store later: see carimbo orders show KEY, and cancel or mend the document in the ERP yourself.\n", plural(n, "order"))
	}
}

// toDo says of each order that waits for a person what to do; of one that a newer
// release wrote, that this program has to be updated.
func (c *console) toDo(rows []row) (lines []string) {
	for _, r := range rows {
		if r.WaitsForPerson() || r.OfNewerRelease() {
			lines = append(lines, c.paint(red, safe(r.Key))+": "+safe(inWords(r.Entry)))
		}
	}
	return lines
}

func (c *console) writeWaiting(out io.Writer, lines []string) {
	if len(lines) > 0 {
		fmt.Fprintf(out, "\n%s\n", c.paint(bold, "Waiting for a person:"))
	}
	for _, line := range lines {
		fmt.Fprintf(out, "  %s\n", line)
	}
}

// tally counts by state, in the order of an order's life.
func tally(rows []row) string {
	if len(rows) == 0 {
		return "No orders."
	}
	count := map[ledger.State]int{}
	for _, r := range rows {
		count[r.State]++
	}
	var parts []string
	for _, s := range ledger.States() {
		if count[s] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count[s], s))
		}
	}
	return plural(len(rows), "order") + ": " + strings.Join(parts, ", ")
}

func amount(e ledger.Entry) string {
	return strings.TrimSpace(e.Currency + " " + e.Total)
}

func document(e ledger.Entry) string {
	text := cmp.Or(e.ERPNumber, e.ERPID)
	if e.Found {
		text += " (found)"
	}
	return text
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

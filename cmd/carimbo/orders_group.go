package main

import (
	"bytes"
	"context"
	"fmt"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
)

// listCauses lists what orders have in common that the filter selects.
func (c *console) listCauses(ctx context.Context, l ledger.Ledger, f ledger.Filter, list listing) error {
	causes, err := operator.Causes(ctx, l, erpKind, f)
	if err != nil {
		return err
	}
	refused, err := c.refusedAccounts(ctx, l, f)
	if err != nil {
		return err
	}
	all := len(causes)
	if list.limit > 0 {
		causes = causes[:min(all, list.limit)]
	}
	if list.asJSON {
		return printJSON(c.stdout, causes)
	}
	var out bytes.Buffer
	c.writeCauses(&out, causes, refused)
	if len(causes) < all {
		fmt.Fprintf(&out, "\nThese are %d of %d causes; --limit 0 lists all.\n", len(causes), all)
	}
	_, err = c.stdout.Write(out.Bytes())
	return err
}

func (c *console) writeCauses(out *bytes.Buffer, causes []operator.Cause, refused []operator.AccountView) {
	if len(causes)+len(refused) == 0 {
		fmt.Fprintln(out, "No orders.")
		return
	}
	var rows [][]cell
	for i, task := range operator.AccountTasks(erpKind, c.site(), refused) {
		rows = append(rows, []cell{{}, {string(refused[i].State), red}, {}, {text: refused[i].Account}, {text: c.local(refused[i].Since)}, {}, {text: task.Text}})
	}
	orders := 0
	for _, g := range causes {
		orders += g.Count
		with := yellow
		switch {
		case g.Needs != "":
			with = red
		case g.State == ledger.Created:
			with = green
		}
		rows = append(rows, []cell{{text: fmt.Sprint(g.Count)}, {string(g.State), with}, {text: string(g.Kind)}, {text: g.Account},
			{text: c.local(g.OldestAt)}, {text: g.Key}, {text: g.Message}})
	}
	c.printTable(out, []string{"ORDERS", "STATE", "REASON", "ACCOUNT", c.inZone("OLDEST"), "NEWEST", "IN WORDS"}, rows)
	fmt.Fprintf(out, "\n%s of %s\n", plural(orders, "order"), plural(len(causes), "cause"))
}

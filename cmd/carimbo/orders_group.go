package main

import (
	"bytes"
	"context"
	"fmt"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/words"
)

// listCauses lists what orders have in common that the filter selects.
func (c *console) listCauses(ctx context.Context, l ledger.Ledger, f ledger.Filter, list listing) error {
	causes, err := operator.Causes(ctx, l, erpKind, c.language, f)
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
		return c.printJSON(c.stdout, causes)
	}
	var out bytes.Buffer
	c.writeCauses(&out, causes, refused)
	if len(causes) < all {
		c.printf(&out, "\nThese are %d of %d causes; --limit 0 lists all.\n", len(causes), all)
	}
	_, err = c.stdout.Write(out.Bytes())
	return err
}

func (c *console) writeCauses(out *bytes.Buffer, causes []operator.Cause, refused []operator.AccountView) {
	if len(causes)+len(refused) == 0 {
		c.printf(out, "No orders.\n")
		return
	}
	var rows [][]cell
	for i, task := range operator.AccountTasks(erpKind, c.site(), refused) {
		rows = append(rows, []cell{{}, {c.text(refused[i].State.Words()), red}, {}, {text: refused[i].Account}, {text: c.local(refused[i].Since)}, {}, {text: task.Text.In(c.language)}})
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
		rows = append(rows, []cell{{text: fmt.Sprint(g.Count)}, {c.text(g.State.Words()), with}, {text: string(g.Kind)}, {text: g.Account},
			{text: c.local(g.OldestAt)}, {text: g.Key}, {text: g.Message}})
	}
	c.printTable(out, []string{c.say("ORDERS"), c.say("STATE"), c.say("REASON"), c.say("ACCOUNT"), c.inZone(c.say("OLDEST")), c.say("NEWEST"), c.say("IN WORDS")}, rows)
	c.printf(out, "\n%s of %s\n", words.Count(orders, "%d order", "%d orders"), words.Count(len(causes), "%d cause", "%d causes"))
}

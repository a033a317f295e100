package main

import (
	"bytes"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/words"
)

// listIgnored lists the calls that became no order. A stack has them in its log.
func (c *console) listIgnored(cmd *cobra.Command, list listing) error {
	s := list.selection
	switch {
	case c.stack != "":
		return usage(cmd, `--ignored is of one machine; of a stack ask the log group /carimbo/%s/webhook in CloudWatch Logs Insights:
filter message = "webhook ignored" | fields @timestamp, connection, topic, store_number, order_id, why | sort @timestamp desc`, c.stack)
	case list.group:
		return usage(cmd, "--group is of orders, and --ignored lists none")
	case s != selection{connection: s.connection, since: s.since}:
		return usage(cmd, "--ignored lists no orders: of the filters it takes --connection and --since alone")
	}
	f, err := c.filter(cmd, s, nil)
	if err != nil {
		return err
	}
	return c.withData(cmd, func(ctx context.Context, l *sqlite.Ledger) error {
		calls, err := operator.ViewIgnored(ctx, l, c.language, operator.IgnoredFilter{Connection: s.connection, Since: f.Since, Most: list.limit})
		if err != nil {
			return err
		}
		if len(calls) == 0 {
			err = c.knowConnection(cmd, l, s.connection)
		}
		if err != nil {
			return err
		}
		if list.asJSON {
			return c.printJSON(c.stdout, calls)
		}
		var out bytes.Buffer
		c.writeIgnored(&out, calls)
		_, err = c.stdout.Write(out.Bytes())
		return err
	})
}

func (c *console) writeIgnored(out *bytes.Buffer, calls []operator.IgnoredView) {
	if len(calls) == 0 {
		c.printf(out, "Nothing was ignored.\n")
		return
	}
	var rows [][]cell
	for _, i := range calls {
		rows = append(rows, []cell{{text: c.local(i.At)}, {text: i.Connection}, {text: i.Topic}, {text: i.StoreNumber}, {text: i.OrderID}, {text: i.Message}})
	}
	c.printTable(out, []string{c.inZone(c.say("WHEN")), c.say("CONNECTION"), c.say("TOPIC"), c.say("NUMBER"), c.say("ID"), c.say("WHY")}, rows)
	n := words.Count(len(calls), "%d ignored call", "%d ignored calls")
	if len(calls) >= ledger.MaxIgnored {
		n = words.Say("%s; older ones are not kept", n)
	}
	fmt.Fprintf(out, "\n%s.\n", c.text(n))
}

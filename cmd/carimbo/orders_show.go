package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
)

func (c *console) showCommand() *cobra.Command {
	var asJSON, payload bool
	cmd := &cobra.Command{
		Use:   "show KEY",
		Short: "Show all that is known of one order, and what happened to it",
		Long: `Show all that is known of one order, and what happened to it: each notice of the
store, each call to the ERP with its method and its answer, each command of a
person in their words, with the rule that decided and the state that followed.
Names and tax ids are not among it.

--payload shows instead the body that the store sent, as it came, also of what
nobody understood. It is kept until the document is created, and has the buyer's
personal data: who asked for it, and when, is written into the order's timeline
first. With --json the headers and the query that are kept are there, too, and a
body that is no text is base64.`,
		Example: `  carimbo orders show cursos#HP1121
  carimbo orders show cursos#HP1121 --payload`,
		Args:              takes("KEY"),
		ValidArgsFunction: c.completeKeys(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withLedger(cmd, func(ctx context.Context, l ledger.Ledger) error {
				if payload {
					return c.showPayload(ctx, l, args[0], asJSON)
				}
				return c.show(ctx, l, args[0], asJSON)
			})
		},
	}
	cmd.Flags().BoolVar(&payload, "payload", false, "the body that the store sent, with the buyer's data; that is written down")
	c.connectionsFlag(cmd)
	c.dataFlag(cmd)
	c.stackFlag(cmd)
	jsonFlag(cmd, &asJSON)
	return cmd
}

func (c *console) show(ctx context.Context, l ledger.Ledger, key string, asJSON bool) error {
	e, err := operator.Look(ctx, l, key)
	switch {
	case err != nil:
		return err
	case asJSON && e.State == operator.Queued:
		return printJSON(c.stdout, operator.ViewQueued(e))
	case asJSON:
		return printJSON(c.stdout, operator.ViewDetails(erpKind, e))
	}
	var out bytes.Buffer
	c.writeEntry(&out, e)
	_, err = c.stdout.Write(out.Bytes())
	return err
}

func (c *console) writeEntry(out *bytes.Buffer, e ledger.Entry) {
	view := operator.ViewDetails(erpKind, e)
	fmt.Fprintln(out, c.paint(bold, safe(e.Key)))
	state := stateCell(e)
	c.writeField(out, "state", state.text, state.with)
	c.writeField(out, "reason", string(e.Reason.Kind), plain)
	c.writeField(out, reasonLabel(e), operator.InWords(erpKind, e), plain)
	c.writeField(out, "next attempt", c.local(view.NextAttemptAt), plain)
	c.writeField(out, "ERP document", documentInFull(e), plain)
	c.writeField(out, "code", operator.CodeInFull(erpKind, e), plain)
	c.writeField(out, "connection", e.Connection+" ("+e.Platform+") -> "+strings.TrimSuffix(e.Account+" ("+e.ERPKind+")", " ()"), plain)
	c.writeField(out, "order", e.OrderID, plain)
	c.writeField(out, "store number", e.StoreNumber, plain)
	c.writeField(out, "total", amount(e), plain)
	c.writeField(out, "customer", e.Customer, plain)
	if e.State != operator.Queued {
		c.writeField(out, "attempts", fmt.Sprint(e.Attempts), plain)
	}
	c.writeField(out, "received", c.local(e.ReceivedAt), plain)
	c.writeField(out, "updated", c.local(e.UpdatedAt), plain)
	c.writeField(out, "created", c.local(e.CreatedAt), plain)
	c.writeField(out, "reversed", c.local(e.ReversedAt), red)
	c.writeField(out, "changed", c.local(view.ChangedAt), red)
	c.writeField(out, "dismissed", c.local(e.DismissedAt), plain)
	if len(view.Timeline) == 0 {
		return
	}
	fmt.Fprintf(out, "\n%s\n", c.paint(bold, "What happened"))
	var rows [][]cell
	for _, a := range view.Timeline {
		rows = append(rows, []cell{{text: c.local(a.At)}, {text: called(a)}, {text: a.Answer}, {text: "-> " + string(a.Became)}, {text: remark(a.Attempt)}})
	}
	c.printTable(out, []string{c.inZone("WHEN"), "DID", "ANSWER", "BECAME", "IN WORDS"}, rows)
}

func (c *console) writeField(out *bytes.Buffer, name, value string, with colour) {
	if value != "" {
		fmt.Fprintf(out, "  %-13s %s\n", name, c.paint(with, safe(value)))
	}
}

// reasonLabel: the words about an order that is left to a person say what to do.
func reasonLabel(e ledger.Entry) string {
	if operator.LeftToPerson(e) {
		return "what to do"
	}
	return "in words"
}

func documentInFull(e ledger.Entry) string {
	if e.ERPID == "" {
		return ""
	}
	text := e.ERPID
	if e.ERPNumber != "" {
		text = e.ERPNumber + " (id " + e.ERPID + ")"
	}
	if e.Found {
		text += ", found by a look-up"
	}
	return text
}

// called is what was done, with the method that was called for it.
func called(a operator.AttemptView) string {
	if a.Asked == "" {
		return a.Did
	}
	return a.Did + " (" + a.Asked + ")"
}

// remark is what was said: by the ERP, by a person, and which rule decided.
func remark(a ledger.Attempt) string {
	var parts []string
	if a.By != "" || a.Note != "" {
		said := strings.TrimSuffix(cmp.Or(a.By, "somebody")+": "+a.Note, ": ")
		if a.Text != "" {
			said += "."
		}
		parts = append(parts, said)
	}
	if a.Text != "" {
		parts = append(parts, a.Text)
	}
	if a.Rule != "" && a.Rule != a.Did {
		parts = append(parts, "[rule "+a.Rule+"]")
	}
	return strings.Join(parts, " ")
}

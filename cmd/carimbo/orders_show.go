package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

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
		return c.printJSON(c.stdout, operator.ViewQueued(e))
	case asJSON:
		return c.printJSON(c.stdout, operator.ViewDetails(erpKind, c.language, e))
	}
	var out bytes.Buffer
	c.writeEntry(&out, e)
	_, err = c.stdout.Write(out.Bytes())
	return err
}

func (c *console) writeEntry(out *bytes.Buffer, e ledger.Entry) {
	view := operator.ViewDetails(erpKind, c.language, e)
	fmt.Fprintln(out, c.paint(bold, safe(e.Key)))
	state := c.stateCell(e)
	c.writeField(out, c.say("state"), state.text, state.with)
	c.writeField(out, c.say("reason"), string(e.Reason.Kind), plain)
	c.writeField(out, c.reasonLabel(e), operator.InWords(erpKind, e).In(c.language), plain)
	c.writeField(out, c.say("next attempt"), c.local(view.NextAttemptAt), plain)
	c.writeField(out, c.say("ERP document"), c.documentInFull(e), plain)
	c.writeField(out, c.say("code"), operator.CodeInFull(erpKind, e).In(c.language), plain)
	c.writeField(out, c.say("connection"), e.Connection+" ("+e.Platform+") -> "+strings.TrimSuffix(e.Account+" ("+e.ERPKind+")", " ()"), plain)
	c.writeField(out, c.say("order"), e.OrderID, plain)
	c.writeField(out, c.say("store number"), e.StoreNumber, plain)
	c.writeField(out, c.say("total"), amount(e), plain)
	c.writeField(out, c.say("customer"), e.Customer, plain)
	if e.State != operator.Queued {
		c.writeField(out, c.say("attempts"), fmt.Sprint(e.Attempts), plain)
	}
	c.writeField(out, c.say("received"), c.local(e.ReceivedAt), plain)
	c.writeField(out, c.say("updated"), c.local(e.UpdatedAt), plain)
	c.writeField(out, c.say("created"), c.local(e.CreatedAt), plain)
	c.writeField(out, c.say("reversed"), c.local(e.ReversedAt), red)
	c.writeField(out, c.say("changed"), c.local(view.ChangedAt), red)
	c.writeField(out, c.say("dismissed"), c.local(e.DismissedAt), plain)
	if len(view.Timeline) == 0 {
		return
	}
	fmt.Fprintf(out, "\n%s\n", c.paint(bold, c.say("What happened")))
	var rows [][]cell
	for _, a := range view.Timeline {
		rows = append(rows, []cell{{text: c.local(a.At)}, {text: called(a)}, {text: a.Answer}, {text: "-> " + a.Became.Words().In(c.language)}, {text: c.remark(a)}})
	}
	c.printTable(out, []string{c.inZone(c.say("WHEN")), c.say("DID"), c.say("ANSWER"), c.say("BECAME"), c.say("IN WORDS")}, rows)
}

func (c *console) writeField(out *bytes.Buffer, name, value string, with colour) {
	if value != "" {
		fmt.Fprintf(out, "  %s %s\n", c.padded(name), c.paint(with, safe(value)))
	}
}

// padded is a label with as much room as the longest of its language takes.
func (c *console) padded(label string) string {
	width := 13
	if c.language.Name != "" {
		width = 17
	}
	return label + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(label)))
}

// reasonLabel: the words about an order that is left to a person say what to do.
func (c *console) reasonLabel(e ledger.Entry) string {
	if operator.LeftToPerson(e) {
		return c.say("what to do")
	}
	return c.say("in words")
}

func (c *console) documentInFull(e ledger.Entry) string {
	if e.ERPID == "" {
		return ""
	}
	text := e.ERPID
	if e.ERPNumber != "" {
		text = e.ERPNumber + " (id " + e.ERPID + ")"
	}
	if e.Found {
		return c.say("%s, found by a look-up", text)
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
func (c *console) remark(a operator.AttemptView) string {
	var parts []string
	if a.By != "" || a.Note != "" {
		said := strings.TrimSuffix(cmp.Or(a.By, c.say("somebody"))+": "+a.Note, ": ")
		if a.Text != "" {
			said += "."
		}
		parts = append(parts, said)
	}
	if a.Text != "" {
		parts = append(parts, a.Text)
	}
	if a.Rule != "" && a.Rule != a.Did {
		parts = append(parts, c.say("[rule %s]", a.Rule))
	}
	return strings.Join(parts, " ")
}

package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// writePreview tells whom and what a preview is about, on a stream that may be no terminal
// where stdout is one.
func (c *console) writePreview(out *bytes.Buffer, v previewView) {
	if v.Order == nil {
		return
	}
	c.printf(out, "Whom\n")
	p := v.Payer
	c.writeField(out, c.say("payer"), p.Record+": "+p.Rule.In(c.language), plain)
	c.writeField(out, c.say("name"), p.Name, plain)
	c.writeField(out, c.say("tax id"), c.taxIDWords(p.TaxID), plain)
	c.writeField(out, c.say("e-mail"), p.Email, plain)
	c.writeField(out, c.say("phone"), p.Phone, plain)
	c.writeField(out, c.say("address"), addressWords(p.Address), plain)
	if v.Customer != nil {
		c.writeField(out, c.say("in the ERP"), v.Customer.How.In(c.language), plain)
		for _, call := range v.Customer.Asked {
			var fields []string
			for _, name := range slices.Sorted(maps.Keys(call.Fields)) {
				fields = append(fields, fmt.Sprintf("%s %v", name, call.Fields[name]))
			}
			c.writeField(out, "", call.Call+": "+strings.Join(fields, ", "), plain)
		}
	}
	c.printf(out, "What\n")
	c.writeField(out, c.say("order"), v.Order.Number+" (id "+v.Order.ID+")", plain)
	if !v.Order.PaidAt.IsZero() {
		c.writeField(out, c.say("paid"), c.say("%s, by %s, read at %s", v.Order.PaidAt.In(order.SaoPaulo()).Format("2006-01-02 15:04:05 (UTC-07:00)"), v.Order.PaidBy, v.Order.PaidPlace), plain)
	}
	c.writeParts(out, *v.Parts)
	if len(v.Dropped) > 0 {
		c.printf(out, "Left out\n")
	}
	for _, d := range v.Dropped {
		fmt.Fprintf(out, "  %s: %s\n", c.text(d.What), c.text(d.Why))
	}
	if len(v.Preflight) > 0 {
		c.printf(out, "Pre-flight on %s\n", order.Moment{At: v.day}.Day())
	}
	for _, f := range v.Preflight {
		verdict := words.Say("warning")
		if f.Refused {
			verdict = words.Say("would be refused")
		}
		fmt.Fprintf(out, "  %s: %s (%s)\n", c.text(verdict), c.text(f.Message), c.text(f.Source))
	}
	c.writeSent(out, v.Sent)
}

func (c *console) writeParts(out *bytes.Buffer, p previewParts) {
	for i, l := range p.Lines {
		less := ""
		if !l.Discount.IsZero() {
			less = " - " + l.Discount.String()
		}
		c.writeField(out, c.say("line %d", i+1), fmt.Sprintf("%s x %s%s = %s, %s %s", l.Quantity, l.UnitPrice, less, l.Total, c.say("%s", operator.AnyOf(l.SKUs)), l.Name), plain)
	}
	for _, part := range []struct {
		name   words.Text
		amount order.Money
		from   []words.Text
	}{{words.Say("discount"), p.Discount.Neg(), p.DiscountFrom}, {words.Say("freight"), p.Freight, nil}, {words.Say("fees"), p.Fees, nil}, {words.Say("tax"), p.Tax, nil}} {
		if !part.amount.IsZero() {
			c.writeField(out, part.name.In(c.language), part.amount.String(), plain)
		}
		for _, from := range part.from {
			c.writeField(out, "", from.In(c.language), plain)
		}
	}
	c.writeField(out, c.say("total"), p.Currency+" "+p.Total.String(), plain)
	for _, d := range p.Disagrees {
		c.writeField(out, "", c.say("%s is %s, but %s by %s", d.What, d.Is, d.Amount, d.Source), plain)
	}
	for _, pay := range p.Payments {
		text := words.Say("%s %s", pay.Method, pay.Amount)
		if pay.Installments > 1 {
			text = words.Say("%s in %d", text, pay.Installments)
		}
		c.writeField(out, c.say("payment"), text.In(c.language), plain)
	}
}

// taxIDWords are the tax id as far as it is shown, and where it was read.
func (c *console) taxIDWords(id *previewTaxID) string {
	if id == nil {
		return c.say("none")
	}
	switch id.Kind {
	case "foreign":
		return c.say("a foreign document, %s, read at %s", id.Value, id.Place)
	case "wrong":
		return c.say("neither a CPF nor a CNPJ, read at %s", id.Place)
	case "unread":
		return c.say("maybe, read at %s", id.Place)
	}
	return c.say("%s %s, read at %s", id.Kind, id.Value, id.Place)
}

func addressWords(a order.Address) string {
	parts := []string{a.Street, a.Number, a.Complement, a.District, a.City, a.State, a.PostalCode, a.Country}
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), ", ")
}

package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/carimbo/carimbo/shared/order"
)

// writePreview tells whom and what a preview is about, on a stream that may be no terminal
// where stdout is one.
func (c *console) writePreview(out *bytes.Buffer, v previewView) {
	if v.Order == nil {
		return
	}
	fmt.Fprintln(out, "Whom")
	p := v.Payer
	c.writeField(out, "payer", p.Record+": "+p.Rule, plain)
	c.writeField(out, "name", p.Name, plain)
	c.writeField(out, "tax id", taxIDWords(p.TaxID), plain)
	c.writeField(out, "e-mail", p.Email, plain)
	c.writeField(out, "phone", p.Phone, plain)
	c.writeField(out, "address", addressWords(p.Address), plain)
	if v.Customer != nil {
		c.writeField(out, "in the ERP", v.Customer.How, plain)
		for _, call := range v.Customer.Asked {
			var fields []string
			for _, name := range slices.Sorted(maps.Keys(call.Fields)) {
				fields = append(fields, fmt.Sprintf("%s %v", name, call.Fields[name]))
			}
			c.writeField(out, "", call.Call+": "+strings.Join(fields, ", "), plain)
		}
	}
	fmt.Fprintln(out, "What")
	c.writeField(out, "order", v.Order.Number+" (id "+v.Order.ID+")", plain)
	if !v.Order.PaidAt.IsZero() {
		c.writeField(out, "paid", v.Order.PaidAt.In(order.SaoPaulo()).Format("2006-01-02 15:04:05 (UTC-07:00)")+", by "+v.Order.PaidBy+", read at "+v.Order.PaidPlace, plain)
	}
	c.writeParts(out, *v.Parts)
	if len(v.Dropped) > 0 {
		fmt.Fprintln(out, "Left out")
	}
	for _, d := range v.Dropped {
		fmt.Fprintf(out, "  %s: %s\n", safe(d.What), safe(d.Why))
	}
	if len(v.Preflight) > 0 {
		fmt.Fprintln(out, "Pre-flight on "+order.Moment{At: v.day}.Day())
	}
	for _, f := range v.Preflight {
		verdict := map[bool]string{true: "refused: ", false: "warning: "}[f.Refused]
		fmt.Fprintf(out, "  %s%s (%s)\n", verdict, safe(f.Message), safe(f.Source))
	}
	c.writeSent(out, v.Sent)
}

func (c *console) writeParts(out *bytes.Buffer, p previewParts) {
	for i, l := range p.Lines {
		less := ""
		if !l.Discount.IsZero() {
			less = " - " + l.Discount.String()
		}
		c.writeField(out, fmt.Sprintf("line %d", i+1), fmt.Sprintf("%s x %s%s = %s, %s %s", l.Quantity, l.UnitPrice, less, l.Total, strings.Join(l.SKUs, " or "), l.Name), plain)
	}
	for _, part := range []struct {
		name   string
		amount order.Money
		from   []string
	}{{"discount", p.Discount.Neg(), p.DiscountFrom}, {"freight", p.Freight, nil}, {"fees", p.Fees, nil}, {"tax", p.Tax, nil}} {
		if !part.amount.IsZero() {
			c.writeField(out, part.name, part.amount.String(), plain)
		}
		for _, from := range part.from {
			c.writeField(out, "", from, plain)
		}
	}
	c.writeField(out, "total", p.Currency+" "+p.Total.String(), plain)
	for _, d := range p.Disagrees {
		c.writeField(out, "", d.What+" is "+d.Is.String()+", but "+d.Amount.String()+" by "+d.Source, plain)
	}
	for _, pay := range p.Payments {
		text := string(pay.Method) + " " + pay.Amount.String()
		if pay.Installments > 1 {
			text += fmt.Sprintf(" in %d", pay.Installments)
		}
		c.writeField(out, "payment", text, plain)
	}
}

func taxIDWords(id *previewTaxID) string {
	if id == nil {
		return "none"
	}
	words := map[string]string{"foreign": "a foreign document, ", "wrong": "neither a CPF nor a CNPJ, ", "unread": "maybe, "}[id.Kind]
	if words == "" {
		words = id.Kind + " "
	}
	if id.Value != "" {
		words = strings.TrimSuffix(words, " ") + " " + id.Value + ", "
	}
	return words + "read at " + id.Place
}

func addressWords(a order.Address) string {
	parts := []string{a.Street, a.Number, a.Complement, a.District, a.City, a.State, a.PostalCode, a.Country}
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), ", ")
}

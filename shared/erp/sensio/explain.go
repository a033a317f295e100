package sensio

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// explain says by what Sensio knows the customer.
func explain(settings json.RawMessage, o order.Order, ref erp.Reference) (erp.Explanation, error) {
	c, err := Parse(settings)
	if err != nil {
		return erp.Explanation{}, err
	}
	var e erp.Explanation
	customer, fields := o.Customer, map[string]any{"customer": wire.Text(o.Customer.Name)}
	e.Asked = []erp.CustomerCall{{Call: "POST /sales", Fields: fields}}
	q := c.Customer.Query
	fixed, _ := c.Sale["customerId"].(string)
	switch {
	case customer.CheckTaxID() != nil:
		e.How, e.Asked = words.Say("nobody: the tax id can't be used"), nil
	case fixed != "":
		e.How = words.Say("the person of sale.customerId, whoever bought")
		fields["customerId"] = fixed
		e.Drop(string(customer.TaxID), words.Say("the customer's tax id"), words.Say("sale.customerId is everybody's"))
	case customer.TaxID != "" && q != nil:
		if err := c.Customer.ask(&e, o, ref); err != nil {
			return erp.Explanation{}, err
		}
	case customer.TaxID != "":
		e.How = words.Say("by name alone: the account has no customer.query")
		if !bytes.Contains(settings, []byte("{customer.tax_id}")) {
			e.Drop(string(customer.TaxID), words.Say("the customer's tax id"), words.Say("a sale has no field for it, none of the account's texts names it, and it has no customer.query"))
		}
	case c.Customer.Default != "":
		e.How = words.Say("the default customer, beside the name: the order has no tax id")
		fields["customerId"] = c.Customer.Default
	default:
		e.How, e.Asked = words.Say("nobody: the order has no tax id, and the account no customer.default"), nil
	}
	for _, part := range []struct {
		value       string
		what        words.Text
		placeholder string
	}{
		{customer.Email, words.Say("the customer's e-mail"), "{customer.email}"}, {customer.Phone, words.Say("the customer's phone"), "{customer.phone}"},
		{customer.Address.Street + customer.Address.City, words.Say("the customer's address"), "{address."}, {customer.ForeignID, words.Say("the customer's foreign document"), "{customer.foreign"},
	} {
		if !bytes.Contains(settings, []byte(part.placeholder)) {
			e.Drop(part.value, part.what, words.Say("a sale has no field for it, and none of the account's texts names it"))
		}
	}
	contradictions(&e, c.Sale, o)
	return e, nil
}

// ask adds how the person is asked for, and created.
func (c Customer) ask(e *erp.Explanation, o order.Order, ref erp.Reference) error {
	calls := []erp.CustomerCall{{Call: "GET " + c.Query.Path, Fields: map[string]any{"customer.tax_id": string(o.Customer.TaxID)}}}
	e.How = words.Say("asked for by tax id, and by name alone if Sensio knows nobody; nobody is created")
	if create := c.Create; create != nil {
		e.How = words.Say("asked for by tax id, and created if Sensio knows nobody; nobody is changed")
		body, _, err := create.of("", o, ref.Orig)
		if err != nil {
			return err
		}
		calls = append(calls, erp.CustomerCall{Call: "POST " + create.Path, Fields: body})
	}
	e.Asked = slices.Concat(calls, e.Asked)
	return nil
}

// contradictions are constants of sale that say something else than the order.
func contradictions(e *erp.Explanation, configured map[string]any, o order.Order) {
	if configured["modFrete"] == noFreight && !o.Freight.IsZero() {
		e.Contradict("sale.modFrete", "is %q, and the order has freight of %s: %q is sent instead; write %s to say one for each", noFreight, o.Freight, freightOfIssuer, byFreight)
	}
	constants := map[string]any{}
	for name, v := range saleFor(configured, o) {
		if text, _ := v.(string); !strings.Contains(text, "{") {
			constants[name] = v
		}
	}
	var s Sale
	if fill(constants, &s) != nil {
		return // Parse read it
	}
	paid := paymentsOf(o)
	if method := order.Largest(paid).Method; s.PaymentMethod != "" && method != order.Other && s.PaymentMethod != methodName(method) {
		e.Contradict("sale.paymentMethod", "is %q, and the order was paid by %q", s.PaymentMethod, methodName(method))
	}
	sent := s
	if said := s.PaymentConditionType; said != "" && sent.pay(o) == nil && sent.PaymentConditionType != said {
		if instead := sent.PaymentConditionType; instead != "" {
			e.Contradict("sale.paymentConditionType", "is %q, and the sale has payments in %d: %q is sent instead", said, len(sent.Payments), instead)
		} else {
			e.Contradict("sale.paymentConditionType", "is %q, and the sale has payments in %d: none is sent", said, len(sent.Payments))
		}
	}
	if s.Type != "" && s.Type != typeSale {
		e.Contradict("sale.type", "is %q, and a paid order is a %s", s.Type, typeSale)
	}
	if s.Bonificacao != nil && *s.Bonificacao && !o.Total.IsZero() {
		e.Contradict("sale.bonificacao", "is true, and %s was paid", o.Total)
	}
	if s.OC != "" && s.OC != o.Number {
		e.Contradict("sale.oc", "is %q, and the order's number is %q", s.OC, o.Number)
	}
	for _, d := range s.dates() {
		if day := (order.Moment{At: o.PaidAt}).Day(); isDate(d.value) && !o.PaidAt.IsZero() && d.value < day {
			e.Contradict("sale."+d.name, "is %s, and the order was paid on %s", d.value, day)
		}
	}
}

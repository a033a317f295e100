package sensio

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// knowable tells whether the sale can have a customer: by name, or the default
// one of an order without a tax id.
func (c *Client) knowable(customer order.Customer) error {
	if err := customer.CheckTaxID(); err != nil {
		return err
	}
	switch {
	case customer.TaxID == "" && c.config.Customer.Default == "":
		return order.Reject(order.TaxIDReason, "the order has no CPF or CNPJ: add it in the store, or set erps.%s.customer.default in connections.yaml to the customerId of a person for such orders", c.account)
	case customer.TaxID != "" && wire.Text(customer.Name) == "":
		return order.Reject(order.Preflight, "the customer has no name, by which Sensio knows them: add it in the store's order")
	}
	return nil
}

// Customer asks for the person with the document's tax id, where a query is
// configured; where there is none, or nobody was found, the customer goes by name. With
// customer.create nobody goes by name: whom the query doesn't find is created, and noted.
// Nobody is ever changed. See erp.Client.
func (c *Client) Customer(ctx context.Context, doc erp.Document) (erp.Document, erp.Answer) {
	k, answer := c.keys(ctx, false)
	doc.Key = c.keyDigest(k)
	sale, ok := doc.Body.(Sale)
	if !ok || c.config.Customer.Query == nil || doc.Customer.TaxID == "" {
		return doc, erp.Answer{Kind: erp.CustomerKnown}
	}
	if answer.Kind != "" {
		return doc, answer
	}
	id, answer := c.identify(ctx, k, doc)
	if answer.Kind != erp.CustomerKnown {
		return doc, answer
	}
	sale.CustomerID = id
	doc.Body = sale
	return doc, answer
}

// identify answers CustomerKnown with the person's id, or without one where they go by
// name.
func (c *Client) identify(ctx context.Context, k wire.Keys, doc erp.Document) (string, erp.Answer) {
	if c.creates() {
		b, answer := c.buyer(ctx, k, doc)
		if answer.Kind != "" {
			return "", answer
		}
		return b.known(ctx)
	}
	id, answer := c.find(ctx, k, doc.Customer)
	if answer.Kind == erp.Absent || answer.Kind == erp.Unprovable {
		return "", erp.Answer{Kind: erp.CustomerKnown}
	}
	return id, answer
}

// creates tells whether people are created: what can't be noted isn't.
func (c *Client) creates() bool { return c.config.Customer.Create != nil && c.notes != nil }

// find answers CustomerKnown with the person's id; Absent where nobody has the tax id,
// Unprovable where the query showed others instead; else why it can't tell.
func (c *Client) find(ctx context.Context, k wire.Keys, customer order.Customer) (string, erp.Answer) {
	q := *c.config.Customer.Query
	values := map[string]string{"customer.tax_id": string(customer.TaxID)}
	target, err := expandURL(c.config.BaseURL, q.Path, values)
	if err != nil {
		return "", erp.Answer{Kind: erp.NotSent, Text: words.Say("%s: %s", "customer.query.path", err)}
	}
	none := func(h heard, a absence) bool {
		list, there := valueAt(h.body, q.Rows)
		empty := there && list == nil && h.Status == http.StatusOK && !h.refused() && a.saysOnly(nobody)
		return empty || (h.Status == http.StatusOK || h.Status == http.StatusNotFound) && a.saysNone(nobody)
	}
	ask := question{name: words.Say("customer query"), list: q.Rows, sent: wire.Sent{Request: values, Store: customer}, nothing: nobody, none: none}
	rows, answer := c.ask(ctx, k, time.Time{}, target, ask, customer.Private()...)
	if answer.Kind != erp.Present {
		return "", answer
	}
	id := pick(rows, q, customer.TaxID)
	switch ours := slices.ContainsFunc(rows, func(row any) bool { return has(customer.TaxID, text(row, q.TaxID)) }); {
	case id == "" && ours:
		return "", erp.Answer{Kind: erp.Unprovable, Text: words.Say("customer.query showed this buyer without an id at %q: %s", q.ID, whatToDo())}
	case id == "":
		return "", erp.Answer{Kind: erp.Unprovable, Text: words.Say("customer.query showed other people (%d) and not this buyer, so it proves nothing: %s", len(rows), whatToDo())}
	}
	c.foundLast = seen{customer.TaxID, c.keyDigest(k)}
	return id, erp.Answer{Kind: erp.CustomerKnown}
}

// pick is the least id of those with exactly this tax id: the filter may match
// parts or nothing at all, and the same order must always get the same customer.
func pick(rows []any, q Query, taxID order.TaxID) string {
	var ids []string
	for _, row := range rows {
		if id := strings.TrimSpace(text(row, q.ID)); has(taxID, text(row, q.TaxID)) && isID(id) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return ""
	}
	return slices.MinFunc(ids, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
	})
}

// has tells whether a text is the tax id, also as a number that lost its zeros in front.
func has(taxID order.TaxID, kept string) bool {
	const mostLost = 2
	kept = strings.TrimSpace(kept)
	lost := len(taxID) - len(kept)
	return taxID.Is(kept) || isNumber(kept) && kept != "" && lost > 0 && lost <= mostLost && taxID.Is(strings.Repeat("0", lost)+kept)
}

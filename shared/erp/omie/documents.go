package omie

import (
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/preflight"
	"github.com/carimbo/carimbo/shared/words"
)

// The kinds of documents. The first is also what entries of the first release are, which
// have no kind.
const (
	kindOS     = "os"
	kindPedido = "pedido"
)

// content is what Omie is asked to create, in its own shape. Numbers are json.Number, so
// that no amount passes through a float. The customer's id is null until it is known.
type content interface {
	withCustomer(id string) content
	// total adds it up as Omie does.
	total() (order.Money, error)
	// orderNumber is the store's, where it has its place.
	orderNumber() string
	// codes are what lines name by a code that Omie shows, each once, and withListed is the
	// document with their ids.
	codes() []listed
	withListed(ids map[string]string) content
	// create is the method that takes it.
	create() method
	// mappedBy is the key of the account that says what an SKU is in it.
	mappedBy() string
	// facts are what fiscal rules may speak of in it, beside the customer.
	facts(c *Client, o order.Order) []preflight.Fact
}

// documentKind is what a reference's kind is asked for by.
type documentKind struct {
	name string
	// called is what people call one.
	called words.Text
	lookUp method
	// code is the field that has our code.
	code string
	// shown reads the look-up's answer, and the code that it is about.
	shown func(body []byte) (answer erp.Answer, code string)
}

var documentKinds = []documentKind{
	{kindOS, words.Say("an OS"), consultarOS, "cCodIntOS", shownOS},
	{kindPedido, words.Say("a pedido"), consultarPedido, "codigo_pedido_integracao", shownPedido},
} // never written to

// kindOf is the kind of what a reference is of.
func kindOf(ref erp.Reference) (documentKind, bool) {
	for _, k := range documentKinds {
		if k.name == ref.DocumentKind || k.name == kindOS && ref.DocumentKind == "" {
			return k, true
		}
	}
	return documentKind{}, false
}

// Document maps the order to a document of the reference's kind. See erp.Client.
func (c *Client) Document(o order.Order, ref erp.Reference) (erp.Document, error) {
	kind, known := kindOf(ref)
	if !known {
		return erp.Document{}, order.Reject(order.Preflight, "the order was taken in for a %q, which this release can't make: update Carimbo, or enter it in Omie by hand", order.Cut(ref.DocumentKind, 40))
	}
	if err := representable(o); err != nil {
		return erp.Document{}, err
	}
	customerID, err := c.knownCustomer(o.Customer)
	if err != nil {
		return erp.Document{}, err
	}
	become := c.os
	if kind.name == kindPedido {
		become = c.pedido
	}
	body, err := become(o, ref)
	if err != nil {
		return erp.Document{}, err
	}
	total, err := body.total()
	if err != nil {
		return erp.Document{}, order.Reject(order.TotalReason, "%s can't be added up: %v", kind.called, err)
	}
	if !total.Equal(o.Total) {
		return erp.Document{}, order.Reject(order.TotalReason, "%s would come to %s, but %s was paid", kind.called, total, o.Total)
	}
	facts := append(buyerFacts(o), body.facts(c, o)...)
	stock, err := c.stockOf(kind, o, ref)
	if err != nil {
		return erp.Document{}, err
	}
	doc := erp.Document{Reference: ref, Stock: stock, Total: total, OrderNumber: kept(body.orderNumber(), "", nil), Customer: o.Customer, Body: body, Order: o, Facts: facts}
	if customerID != "" {
		return withCustomer(doc, customerID), nil
	}
	doc.Record = order.Customer{Name: o.Customer.Name, Email: o.Customer.Email, Address: o.Customer.Address}
	return doc, nil
}

// stockOf is what a document of the order takes out of a stock that is asked for; nil for none.
func (c *Client) stockOf(kind documentKind, o order.Order, ref erp.Reference) (any, error) {
	if kind.name != kindPedido || c.config.Stock != warnOfStock {
		return nil, nil
	}
	return c.demands(o, ref)
}

// withCustomer is the document with its customer's id; doc itself stays as it is.
func withCustomer(doc erp.Document, id string) erp.Document {
	doc.Body, doc.CustomerID = doc.Body.(content).withCustomer(id), id
	return doc
}

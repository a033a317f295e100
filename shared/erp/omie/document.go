package omie

import (
	"encoding/json"
	"maps"
	"regexp"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/placeholder"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/order"
)

// What an OS says where the account's os doesn't.
const (
	defaultParcel = "000" // paid at once
	defaultStage  = "10"  // the board's first column
)

// maxLines is how many ServicosPrestados one OS takes.
const maxLines = 199

const dateLayout = "02/01/2006"

// OS is the param of IncluirOS: osCadastro in Omie's own shape. Numbers are
// json.Number, so that no amount passes through a float. nCodCli is null until
// the customer is known.
type OS map[string]any

// Document maps the order to an OS. See erp.Client.
func (c *Client) Document(o order.Order, ref erp.Reference) (erp.Document, error) {
	if err := representable(o); err != nil {
		return erp.Document{}, err
	}
	customerID, err := c.knownCustomer(o.Customer)
	if err != nil {
		return erp.Document{}, err
	}
	os, err := c.header(o, ref)
	if err != nil {
		return erp.Document{}, err
	}
	if os["ServicosPrestados"], err = c.lines(o, ref); err != nil {
		return erp.Document{}, err
	}
	total, err := linesTotal(os)
	if err != nil {
		return erp.Document{}, order.Reject(order.TotalReason, "the OS can't be added up: %v", err)
	}
	if !total.Equal(o.Total) {
		return erp.Document{}, order.Reject(order.TotalReason, "the OS would come to %s, but %s was paid", total, o.Total)
	}
	doc := erp.Document{Reference: ref, Total: total, OrderNumber: kept(os.text("InformacoesAdicionais", "cNumPedido"), nil), Customer: o.Customer, Body: os, Order: o, Facts: c.facts(o, os)}
	if customerID != "" {
		doc = withCustomer(doc, customerID)
	}
	return doc, nil
}

// representable tells whether an OS has a field for every part of the order.
func representable(o order.Order) error {
	switch {
	case len(o.Lines) == 0:
		return order.Reject(order.TotalReason, "the order has no lines; the total paid is %s", o.Total)
	case len(o.Lines) > maxLines:
		return order.Reject(order.Preflight, "the order has %d lines; an OS takes at most %d: enter it in Omie by hand", len(o.Lines), maxLines)
	}
	for i, l := range o.Lines {
		if err := l.Check(i + 1); err != nil {
			return err
		}
	}
	for _, part := range []struct {
		name   string
		amount order.Money
	}{{"freight", o.Freight}, {"fees", o.Fees}, {"tax", o.Tax}} {
		if !part.amount.IsZero() {
			return order.Reject(order.TotalReason, "the order has %s of %s, for which an OS has no field: the OS would come to %s, but %s was paid",
				part.name, part.amount, o.Goods().Sub(o.Discount).Round(), o.Total)
		}
	}
	if sum, ok := o.AddsUp(); !ok || sum.IsNegative() || o.Discount.IsNegative() {
		return order.Reject(order.TotalReason, "the parts of the order add up to %s, but %s was paid", sum, o.Total)
	}
	return nil
}

// knownCustomer is the nCodCli that needs no call: the default customer of an
// order without a tax id. It is empty for a customer to be found or created, as a buyer
// abroad with a document of their own is where no default stands for them.
func (c *Client) knownCustomer(customer order.Customer) (string, error) {
	if err := customer.CheckTaxID(); err != nil {
		return "", err
	}
	switch {
	case customer.TaxID == "" && c.config.DefaultCustomer != "":
		return c.config.DefaultCustomer.String(), nil
	case customer.TaxID == "" && !hasForeignID(customer):
		return "", order.Reject(order.TaxIDReason, "the order has no CPF or CNPJ: add it in the store, or set erps.%s.customer.default in connections.yaml to the nCodCli of a customer for such orders", c.account)
	case wire.Text(customer.Name) == "":
		return "", order.Reject(order.Preflight, "the customer has no name, which Omie needs as razao_social: add it in the store's order")
	}
	return "", nil
}

// header is everything of the OS but its lines: what is configured, and what the
// order or a default says where nothing is.
func (c *Client) header(o order.Order, ref erp.Reference) (OS, error) {
	e := expansion{values: placeholder.OrderValues(o, ref.Orig), total: o.Total, day: day(o)}
	parts, err := placeholder.Fill(c.config.OS, e.text)
	if err != nil {
		return nil, order.Reject(order.Mapping, "erps.%s.os in connections.yaml: %v", c.account, err)
	}
	header, _ := parts["Cabecalho"].(map[string]any)
	if header == nil {
		header = map[string]any{}
	}
	header["cCodIntOS"] = ref.Code
	header["nCodCli"] = nil
	setDefault(header, "cCodParc", defaultParcel)
	setDefault(header, "nQtdeParc", json.Number("1"))
	setDefault(header, "cEtapa", defaultStage)
	if header["dDtPrevisao"] == nil {
		if e.day.IsZero() {
			return nil, order.Reject(order.Preflight, "the order has no date for dDtPrevisao: set erps.%s.os.Cabecalho.dDtPrevisao in connections.yaml", c.account)
		}
		header["dDtPrevisao"] = e.day.Format(dateLayout)
	}
	parts["Cabecalho"] = header
	return parts, nil
}

func setDefault(object map[string]any, key string, value any) {
	if object[key] == nil {
		object[key] = value
	}
}

// day is the order's in São Paulo, or zero.
func day(o order.Order) time.Time {
	at := o.PaidAt
	if at.IsZero() {
		at = o.PlacedAt
	}
	if at.IsZero() {
		return at
	}
	return at.In(order.SaoPaulo())
}

// pricePlaces is how many decimals nValUnit takes.
const pricePlaces = 4

// lines are the ServicosPrestados: see order.Rounded.
func (c *Client) lines(o order.Order, ref erp.Reference) ([]any, error) {
	said := o.Rounded(pricePlaces).Lines
	skus, err := wire.Mapped(c.config.Services, "erps."+c.account+".services", said)
	if err != nil {
		return nil, err
	}
	lines := make([]any, len(said))
	for i, l := range said {
		line, err := c.service(o, ref, l, i, skus[i])
		if err != nil {
			return nil, err
		}
		line["nQtde"] = json.Number(l.Quantity.String())
		line["nValUnit"] = json.Number(l.UnitPrice.Number())
		if !l.Discount.IsZero() {
			line["cTpDesconto"] = "V"
			line["nValorDesconto"] = json.Number(l.Discount.Number())
		}
		lines[i] = line
	}
	return lines, nil
}

// service is what services says of line i under its SKU there.
func (c *Client) service(o order.Order, ref erp.Reference, l order.Line, i int, sku string) (map[string]any, error) {
	e := expansion{values: placeholder.LineValues(o, ref.Orig, l), total: o.Total, day: day(o)}
	fields, err := placeholder.Fill(c.config.Services[sku], e.text)
	if err != nil {
		return nil, order.Reject(order.Mapping, "erps.%s.services.%s in connections.yaml: %v", c.account, sku, err)
	}
	if fields["nCodServico"] == nil && fields["cCodIntServico"] == nil && fields["cDescServ"] == nil {
		return nil, order.Reject(order.Preflight, "line %d has no name, which Omie needs as cDescServ: give the product a name in the store", i+1)
	}
	return fields, nil
}

// linesTotal adds the OS up as Omie does: each line to the cent, less its
// discount. It takes a configured OS as well as one that Omie shows.
func linesTotal(os OS) (order.Money, error) {
	var body struct{ ServicosPrestados []shownLine }
	text, err := json.Marshal(map[string]any(os))
	if err != nil {
		return order.Money{}, err
	}
	if err := json.Unmarshal(text, &body); err != nil {
		return order.Money{}, err
	}
	return sumLines(body.ServicosPrestados), nil
}

// shownLine is a line's share of the amount.
type shownLine struct {
	NQtde          order.Quantity `json:"nQtde"`
	NValUnit       order.Money    `json:"nValUnit"`
	NValorDesconto order.Money    `json:"nValorDesconto"`
}

func sumLines(lines []shownLine) order.Money {
	var sum order.Money
	for _, l := range lines {
		sum = sum.Add(l.NValUnit.Times(l.NQtde).Round()).Sub(l.NValorDesconto)
	}
	return sum
}

// withCustomer is the document with its nCodCli; doc itself stays as it is.
func withCustomer(doc erp.Document, id string) erp.Document {
	os := maps.Clone(doc.Body.(OS))
	header := maps.Clone(os["Cabecalho"].(map[string]any))
	header["nCodCli"] = json.Number(id)
	os["Cabecalho"] = header
	doc.Body, doc.CustomerID = os, id
	return doc
}

// text is a field that is a text, or empty.
func (os OS) text(part, field string) string {
	fields, _ := os[part].(map[string]any)
	text, _ := fields[field].(string)
	return text
}

var daysAhead = regexp.MustCompile(`^\+([0-9]{1,3})d$`)

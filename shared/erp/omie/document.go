package omie

import (
	"encoding/json"
	"maps"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/placeholder"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/order"
)

// What a document says where the account doesn't.
const (
	defaultParcel = "000" // paid at once
	customTerm    = "999" // a plan of one's own
	defaultStage  = "10"  // the board's first column
)

// maxLines is how many ServicosPrestados one OS takes, and how many det one pedido.
const maxLines = 199

const dateLayout = "02/01/2006"

// OS is the param of IncluirOS: osCadastro in Omie's own shape. Numbers are
// json.Number, so that no amount passes through a float. nCodCli is null until
// the customer is known.
type OS map[string]any

// os maps the order to an OS.
func (c *Client) os(o order.Order, ref erp.Reference) (content, error) {
	said, beside, err := c.arranged(o, false)
	if err != nil {
		return nil, err
	}
	os, err := c.header(o, ref, nil)
	if err != nil {
		return nil, err
	}
	lines, err := c.lines(o, ref, said.Lines, os)
	if err != nil {
		return nil, err
	}
	if err := c.addParts(os, lines, beside, o, ref); err != nil {
		return nil, err
	}
	os.noProducts()
	return os, nil
}

// representable tells whether the order can be a document at all.
func representable(o order.Order) error {
	switch {
	case len(o.Lines) == 0:
		return order.Reject(order.TotalReason, "the order has no lines; the total paid is %s", o.Total)
	case len(o.Lines) > maxLines:
		return tooManyLines(len(o.Lines))
	}
	for i, l := range o.Lines {
		if err := l.Check(i + 1); err != nil {
			return err
		}
	}
	if sum, ok := o.AddsUp(); !ok || sum.IsNegative() || o.Discount.IsNegative() || o.Freight.IsNegative() || o.Fees.IsNegative() || o.Tax.IsNegative() {
		return order.Reject(order.TotalReason, "the parts of the order add up to %s, but %s was paid", sum, o.Total)
	}
	return nil
}

func tooManyLines(n int) error {
	return order.Reject(order.Preflight, "the order has %d lines; a document takes at most %d: enter it in Omie by hand", n, maxLines)
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
// order or a default says where nothing is. What is cut is noted in told, if there is one.
func (c *Client) header(o order.Order, ref erp.Reference, told *erp.Explanation) (OS, error) {
	e := expansionOf(placeholder.OrderValues(o, ref.Orig), o)
	e.told = told
	parts, err := c.fill("os", c.config.OS, e)
	if err != nil {
		return nil, err
	}
	header, _ := parts["Cabecalho"].(map[string]any)
	if header == nil {
		header = map[string]any{}
	}
	header["cCodIntOS"] = ref.Code
	header["nCodCli"] = nil
	departments(parts["Departamentos"], o.Total)
	list, _ := parts["Parcelas"].([]any)
	if list, err = c.parcels(list, header, o, told, parcelOfOS); err != nil {
		return nil, err
	}
	switch {
	case len(list) > 0:
		parts["Parcelas"] = list
	case c.config.Parcelas == parcelasOfPayments:
		delete(parts, "Parcelas")
	}
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

// lines are the ServicosPrestados of what was bought, as it is said. The products that they use
// are put to the OS, for as many pieces as were bought.
func (c *Client) lines(o order.Order, ref erp.Reference, said []order.Line, os OS) ([]any, error) {
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
		os.use(line, o.Lines[i].Quantity)
		lines[i] = priced(line, l)
	}
	return lines, nil
}

// priced adds what the order says of the line.
func priced(line map[string]any, l order.Line) map[string]any {
	line["nQtde"] = json.Number(l.Quantity.String())
	line["nValUnit"] = json.Number(l.UnitPrice.Number())
	if !l.Discount.IsZero() {
		line["cTpDesconto"] = "V"
		line["nValorDesconto"] = json.Number(l.Discount.Number())
	}
	return line
}

// service is what services says of line i under its SKU there.
func (c *Client) service(o order.Order, ref erp.Reference, l order.Line, i int, sku string) (map[string]any, error) {
	configured := c.config.Services[sku]
	fields, err := c.fill("services."+sku, configured, expansionOf(placeholder.LineValues(o, ref.Orig, l), o))
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"cCodIntServico", askedCode} {
		if configured[name] != nil && fields[name] == nil {
			return nil, order.Reject(order.Mapping, "line %d has no SKU, which erps.%s.services.%s in connections.yaml makes its %s: give it one in the store", i+1, c.account, sku, name)
		}
	}
	if !identified(fields) {
		return nil, order.Reject(order.Preflight, "line %d has no name, which Omie needs as cDescServ: give the product a name in the store", i+1)
	}
	return asked(fields, askedCode, "nCodServico"), nil
}

// identified tells whether Omie can tell which service is meant.
func identified(fields map[string]any) bool {
	for _, name := range []string{"nCodServico", "cCodIntServico", askedCode, "cDescServ"} {
		if fields[name] != nil {
			return true
		}
	}
	return false
}

// fill puts the order's values into what is configured at that path of the account.
func (c *Client) fill(path string, configured map[string]any, e expansion) (map[string]any, error) {
	fields, err := placeholder.Fill(configured, e.text)
	if _, rejected := order.AsRejection(err); err != nil && !rejected {
		err = order.Reject(order.Mapping, "erps.%s.%s in connections.yaml: %v", c.account, path, err)
	}
	return fields, err
}

// total adds the OS up as Omie does: each line to the cent, less its discount, and the
// expenses. It takes a configured OS as well as one that Omie shows.
func (os OS) total() (order.Money, error) {
	var body shownAmounts
	err := asShown(os, &body)
	return body.lines().Add(body.expenses()), err
}

// asShown reads a document of ours as Omie would show it.
func asShown(document, as any) error {
	text, err := json.Marshal(document)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, as)
}

// shownAmounts are what makes up the amount of an OS.
type shownAmounts struct {
	ServicosPrestados []struct {
		NQtde          order.Quantity `json:"nQtde"`
		NValUnit       reais          `json:"nValUnit"`
		NValorDesconto reais          `json:"nValorDesconto"`
	}
	DespesasReembolsaveis struct {
		DespesaReembolsavel []struct {
			NValorReemb reais `json:"nValorReemb"`
		} `json:"despesaReembolsavel"`
	} `json:"despesasReembolsaveis"`
}

func (a shownAmounts) lines() (sum order.Money) {
	for _, l := range a.ServicosPrestados {
		sum = sum.Add(l.NValUnit.Times(l.NQtde).Round()).Sub(l.NValorDesconto.Money)
	}
	return sum
}

func (a shownAmounts) expenses() (sum order.Money) {
	for _, e := range a.DespesasReembolsaveis.DespesaReembolsavel {
		sum = sum.Add(e.NValorReemb.Money)
	}
	return sum
}

// withCustomer is the OS with its nCodCli; os itself stays as it is.
func (os OS) withCustomer(id string) content {
	os = maps.Clone(os)
	header := maps.Clone(os["Cabecalho"].(map[string]any))
	header["nCodCli"] = json.Number(id)
	os["Cabecalho"] = header
	return os
}

func (os OS) create() method { return incluirOS }

func (os OS) mappedBy() string { return "services" }

func (os OS) orderNumber() string { return textIn(os, "InformacoesAdicionais", "cNumPedido") }

// textIn is a field that is a text, or empty.
func textIn(document map[string]any, part, field string) string {
	fields, _ := document[part].(map[string]any)
	text, _ := fields[field].(string)
	return text
}

package omie

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// explain says whom Omie is asked for. The customer's code is made with the App Secret,
// and stays masked.
func explain(settings json.RawMessage, o order.Order, ref erp.Reference) (erp.Explanation, error) {
	c, err := Parse(settings)
	if err != nil {
		return erp.Explanation{}, err
	}
	var e erp.Explanation
	customer := o.Customer
	switch {
	case customer.CheckTaxID() != nil:
		e.How = words.Say("nobody: the tax id can't be used")
	case customer.TaxID != "":
		e.How = words.Say("looked up by tax id, and created if Omie has none; one that exists stays as it is")
		askFor(&e, customer, erp.CustomerCall{Call: string(listarClientes), Fields: map[string]any{"cnpj_cpf": string(customer.TaxID)}})
	case c.DefaultCustomer != "":
		e.How = words.Say("nCodCli %s, the default customer: the order has no tax id", c.DefaultCustomer)
		e.Asked = []erp.CustomerCall{{Call: "IncluirOS", Fields: map[string]any{"nCodCli": c.DefaultCustomer}}}
		if kind, _ := kindOf(ref); kind.name == kindPedido {
			e.Asked = []erp.CustomerCall{{Call: "IncluirPedido", Fields: map[string]any{"codigo_cliente": c.DefaultCustomer}}}
		}
		e.Drop(customer.Name, words.Say("the customer's name, address and document"), words.Say("the default customer stands for them"))
	case hasForeignID(customer):
		e.How = words.Say("a buyer abroad without CPF or CNPJ: looked up by a code of ours that is made of their document, taken if their name or e-mail is that customer's, and created if Omie has none")
		askFor(&e, customer, erp.CustomerCall{Call: string(consultarCliente), Fields: map[string]any{"codigo_cliente_integracao": masked}})
	default:
		e.How = words.Say("nobody: the order has no tax id, and the account no customer.default")
	}
	switch {
	case customer.TaxID == "" && c.DefaultCustomer != "": // who stands for their document, too
	case !hasForeignID(customer):
		e.Drop(customer.ForeignID, words.Say("the customer's foreign document"), words.Say("Omie has a field for it where a buyer abroad has no CPF or CNPJ"))
	case len(wire.OneLine(customer.ForeignID)) > maxForeign:
		e.Drop(customer.ForeignID, words.Say("the customer's foreign document"), words.Say("documento_exterior takes %d bytes", maxForeign))
	}
	// What can't be filled in is told where the document is made.
	explainDocument(&e, New(c, erp.Options{}), o, ref)
	return e, nil
}

// explainDocument tells what is cut of the document, and what the account's constants say
// against the order.
func explainDocument(e *erp.Explanation, c *Client, o order.Order, ref erp.Reference) {
	if kind, _ := kindOf(ref); kind.name == kindPedido {
		if p, err := c.pedidoHeader(o, ref, e); err == nil {
			kept(p.orderNumber(), "pedido.informacoes_adicionais.numero_pedido_cliente", e)
		}
		pedidoContradictions(e, c.config, o)
		return
	}
	if os, err := c.header(o, ref, e); err == nil {
		kept(os.orderNumber(), "os.InformacoesAdicionais.cNumPedido", e)
	}
	contradictions(e, c.config, o)
}

// askFor adds the two calls about the customer, and what they leave out.
func askFor(e *erp.Explanation, customer order.Customer, find erp.CustomerCall) {
	param := newCustomer(customer, masked, erp.Lessons{}, e)
	e.Asked = []erp.CustomerCall{find, {Call: string(incluirCliente), Fields: param}}
	tellDropped(e, customer, param)
}

// tellDropped compares the customer with what IncluirCliente is told.
func tellDropped(e *erp.Explanation, c order.Customer, param map[string]any) {
	missing := func(key, value string, what, why words.Text) {
		if param[key] == nil {
			e.Drop(wire.OneLine(value), what, why)
		}
	}
	missing("email", c.Email, words.Say("the customer's e-mail"), words.Say("it is none that Omie takes"))
	missing("telefone1_numero", c.Phone, words.Say("the customer's phone"), words.Say("it is no Brazilian number"))
	a := c.Address
	switch {
	case abroad(a):
		e.Drop(a.City, words.Say("the customer's city"), words.Say("it is abroad, where Omie's is EX"))
		e.Drop(a.PostalCode, words.Say("the customer's postal code"), words.Say("it is abroad, and no CEP"))
		missing("codigo_pais", a.Country, words.Say("the customer's country"), words.Say("the Central Bank's list has no such code"))
		return
	case wire.OneLine(a.Street) == "" && param["cep"] == nil:
		e.Drop(a.City+a.PostalCode, words.Say("the customer's address"), words.Say("it has no street"))
		return
	}
	missing("cep", a.PostalCode, words.Say("the customer's postal code"), words.Say("it is no CEP of eight digits"))
	missing("cidade", a.City, words.Say("the customer's city"), words.Say("its state is none of the 27"))
}

// waysOf are Omie's codes of meio_pagamento.
var waysOf = map[string][]order.Method{
	"01": {order.Cash}, "03": {order.CreditCard}, "04": {order.DebitCard}, "15": {order.Boleto}, "16": {order.Transfer},
	"12": {order.GiftCard}, "17": {order.Pix}, "18": {order.Transfer, order.Wallet}, "90": {order.Free},
} // never written to

// contradictions are constants of os that say something else than the order.
func contradictions(e *erp.Explanation, c Config, o order.Order) {
	os := OS(c.OS)
	header, _ := os["Cabecalho"].(map[string]any)
	before(e, "os.Cabecalho.dDtPrevisao", header["dDtPrevisao"], o)
	contradictsCount(e, c, "os.Cabecalho.nQtdeParc", header["nQtdeParc"], o)
	contradictsNumber(e, "os.InformacoesAdicionais.cNumPedido", os.orderNumber(), o)
	contradictsEmail(e, "os.Email.cEnviarPara", textIn(os, "Email", "cEnviarPara"), o)
	parcels, _ := os["Parcelas"].([]any)
	contradictsParcels(e, c, "os.Parcelas", parcels, parcelOfOS, o)
}

// contradictsCount: the number of instalments is another than the payments'.
func contradictsCount(e *erp.Explanation, c Config, path string, v any, o order.Order) {
	number, _ := v.(json.Number)
	if n, err := strconv.Atoi(number.String()); err == nil && c.Parcelas != parcelasOfPayments && len(o.PaidIn()) > 0 && !slices.Contains(o.PaidIn(), n) {
		e.Contradict(path, "is %d, and the order was paid in %d", n, o.PaidIn()[0])
	}
}

func contradictsNumber(e *erp.Explanation, path, number string, o order.Order) {
	if number != "" && !strings.Contains(number, "{") && number != o.Number {
		e.Contradict(path, "is %q, and the order's number is %q", number, o.Number)
	}
}

func contradictsEmail(e *erp.Explanation, path, to string, o order.Order) {
	if to != "" && !strings.Contains(to, "{") && o.Customer.Email != "" && !strings.Contains(strings.ToLower(to), strings.ToLower(o.Customer.Email)) {
		e.Contradict(path, "is the same for every order, and not the buyer's e-mail")
	}
}

// contradictsParcels: the account's own instalments are others than the payments'.
func contradictsParcels(e *erp.Explanation, c Config, at string, parcels []any, named parcel, o order.Order) {
	all := 0
	for _, n := range o.PaidIn() {
		all += n
	}
	if n := len(parcels); n > 0 && all > 0 && n != all && c.Parcelas != parcelasOfPayments {
		e.Contradict(at, "are %d, and the order was paid in %d", n, all)
	}
	for i, p := range parcels {
		fields, _ := p.(map[string]any)
		path := fmt.Sprintf("%s.%d.", at, i)
		before(e, path+named.due, fields[named.due], o)
		contradictsMeans(e, path+"meio_pagamento", fields["meio_pagamento"], o)
	}
}

// contradictsMeans: nothing was paid in that way.
func contradictsMeans(e *erp.Explanation, path string, v any, o order.Order) {
	code, _ := v.(string)
	if methods, known := waysOf[code]; known && len(o.Payments) > 0 && !slices.ContainsFunc(o.Payments, func(p order.Payment) bool {
		return p.Method == order.Other || slices.Contains(methods, p.Method)
	}) {
		e.Contradict(path, "is %q, and the order was paid by %s", code, o.Payments[0].Method)
	}
}

// before finds a day that was over when the order was paid.
func before(e *erp.Explanation, path string, v any, o order.Order) {
	text, _ := v.(string)
	day, err := time.ParseInLocation(dateLayout, text, order.SaoPaulo())
	if paid := (order.Moment{At: o.PaidAt}); err == nil && !o.PaidAt.IsZero() && day.Format(time.DateOnly) < paid.Day() {
		e.Contradict(path, "is %s, and the order was paid on %s", text, o.PaidAt.In(order.SaoPaulo()).Format(dateLayout))
	}
}

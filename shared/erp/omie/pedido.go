package omie

import (
	"encoding/json"
	"maps"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/placeholder"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/preflight"
)

// The fields of a pedido de venda, and what Omie says of each, are those of
// github.com/pauloracunha/omie-lib @b7c0b4e, src/Produtos/Pedido: the text is what Omie
// generates for its own PHP client (pedido_venda_produto and the structures below it).

// Pedido is the param of IncluirPedido: pedido_venda_produto in Omie's own shape.
type Pedido map[string]any

// What a pedido says where the account doesn't: the first two "Preenchimento Obrigatório".
const (
	finalConsumer = "S" // consumidor_final: who buys in a store uses it themselves
	// modalidade: the store has it sent, and charges for that, or there is nothing to charge.
	senderPays = "0"
	noFreight  = "9"
	// otherMeans is descr_meio_pagamento, which has to be there beside 99.
	otherMeans = "Outros"
)

// pedido maps the order to a pedido de venda.
func (c *Client) pedido(o order.Order, ref erp.Reference) (content, error) {
	said, beside, err := c.arranged(o, true)
	if err != nil {
		return nil, err
	}
	p, err := c.pedidoHeader(o, ref, nil)
	if err != nil {
		return nil, err
	}
	p["det"], err = c.items(o, ref, said.Lines)
	if err != nil {
		return nil, err
	}
	p.charge(beside)
	return p, nil
}

// pedidoHeader is everything of the pedido but its items and what is charged beside them:
// what is configured, and what the order or a default says where nothing is. What is cut is
// noted in told, if there is one.
func (c *Client) pedidoHeader(o order.Order, ref erp.Reference, told *erp.Explanation) (Pedido, error) {
	e := expansionOf(placeholder.OrderValues(o, ref.Orig), o)
	e.told = told
	parts, err := c.fill("pedido", c.config.Pedido, e)
	if err != nil {
		return nil, err
	}
	header := object(parts, "cabecalho")
	header["codigo_pedido_integracao"] = ref.Code
	header["codigo_cliente"] = nil
	departments(parts["departamentos"], o.Total)
	if err := c.pedidoParcels(parts, header, o, told); err != nil {
		return nil, err
	}
	setDefault(header, "codigo_parcela", defaultParcel)
	setDefault(header, "etapa", defaultStage)
	if header["data_previsao"] == nil {
		if e.day.IsZero() {
			return nil, order.Reject(order.Preflight, "the order has no date for data_previsao: set erps.%s.pedido.cabecalho.data_previsao in connections.yaml", c.account)
		}
		header["data_previsao"] = e.day.Format(dateLayout)
	}
	info := object(parts, "informacoes_adicionais")
	setDefault(info, "consumidor_final", finalConsumer)
	setDefault(info, "utilizar_emails", addresses(wire.OneLine(o.Customer.Emails())))
	means(info, o, told)
	return parts, nil
}

// object is a part of a document, made where there is none.
func object(parts map[string]any, name string) map[string]any {
	part, _ := parts[name].(map[string]any)
	if part == nil {
		part = map[string]any{}
		parts[name] = part
	}
	return part
}

// pedidoParcels fills in lista_parcelas, which Omie wants beside codigo_parcela 999 and
// nowhere else.
func (c *Client) pedidoParcels(parts, header map[string]any, o order.Order, told *erp.Explanation) error {
	template, _ := parts["lista_parcelas"].(map[string]any)
	list, _ := template["parcela"].([]any)
	list, err := c.parcels(list, header, o, told, parcelOfPedido)
	if err != nil {
		return err
	}
	delete(parts, "lista_parcelas")
	if len(list) == 0 {
		return nil
	}
	for i := range list {
		if fields, ok := list[i].(map[string]any); ok {
			describe(fields)
		}
	}
	parts["lista_parcelas"] = map[string]any{"parcela": list}
	return nil
}

// describe says what 99 means: "precisa ser informado quando a tag meio_pagamento for igual
// a 99".
func describe(fields map[string]any) {
	if fields["meio_pagamento"] == otherWay {
		setDefault(fields, "descr_meio_pagamento", otherMeans)
	}
}

// means says how the order was paid, where that is one way: Omie takes it for all
// instalments that say none.
func means(info map[string]any, o order.Order, told *erp.Explanation) {
	ways, references := map[string]bool{}, map[string]bool{}
	for _, p := range o.Payments {
		ways[payWay(p.Method)], references[nsu(p, told)] = true, true
	}
	if len(ways) == 1 {
		for way := range ways {
			setDefault(info, "meio_pagamento", way)
		}
	}
	if len(references) == 1 && !references[""] {
		for reference := range references {
			setDefault(info, "nsu", reference)
		}
	}
	describe(info)
}

// charge puts what is charged beside the items into frete, which has fields for it:
// "Valor do Frete" and "Outras Despesas Acessórias".
func (p Pedido) charge(parts []beside) {
	var freight, others order.Money
	for _, part := range parts {
		amount := part.amount.Sub(part.off)
		if part.name == "freight" {
			freight = amount
		} else {
			others = others.Add(amount)
		}
	}
	if freight.IsZero() && others.IsZero() && p["frete"] == nil {
		return
	}
	fields := object(p, "frete")
	modality := noFreight
	if !freight.IsZero() {
		modality = senderPays
		fields["valor_frete"] = json.Number(freight.Number())
	}
	if !others.IsZero() {
		fields["outras_despesas"] = json.Number(others.Number())
	}
	setDefault(fields, "modalidade", modality)
}

// withCustomer is the pedido with its codigo_cliente; p itself stays as it is.
func (p Pedido) withCustomer(id string) content {
	return p.withHeader("codigo_cliente", json.Number(id))
}

// withHeader is the pedido with another value in its cabecalho; p itself stays as it is.
func (p Pedido) withHeader(field string, value any) Pedido {
	p = maps.Clone(p)
	header := maps.Clone(p["cabecalho"].(map[string]any))
	header[field] = value
	p["cabecalho"] = header
	return p
}

// onTheWay is longer than a create may take to arrive once its customer is known: an attempt
// of 4 minutes, what it may stand still beyond its lease, and clocks that differ.
const onTheWay = 10 * time.Minute

// foreseen is the pedido with a data_previsao that Omie takes: "uma data igual ou superior a
// data corrente". An order may be days old when it is sent, so the day is that on which the
// call may arrive.
func (p Pedido) foreseen(now time.Time) Pedido {
	now = now.Add(onTheWay)
	text := textIn(p, "cabecalho", "data_previsao")
	day, err := time.ParseInLocation(dateLayout, text, order.SaoPaulo())
	if today := now.In(order.SaoPaulo()); err == nil && day.Format(time.DateOnly) < today.Format(time.DateOnly) {
		return p.withHeader("data_previsao", today.Format(dateLayout))
	}
	return p
}

func (p Pedido) create() method { return incluirPedido }

func (p Pedido) mappedBy() string { return "products" }

func (p Pedido) orderNumber() string {
	return textIn(p, "informacoes_adicionais", "numero_pedido_cliente")
}

// facts are none: what the tax on goods hangs on is the product's own.
func (p Pedido) facts(*Client, order.Order) []preflight.Fact { return nil }

// total adds the pedido up as Omie does: each item to the cent, less its discount, and what is
// charged beside them.
func (p Pedido) total() (order.Money, error) {
	var body pedidoAmounts
	err := asShown(p, &body)
	return body.sum(), err
}

// pedidoAmounts are what makes up the amount of a pedido.
type pedidoAmounts struct {
	Det []struct {
		Produto struct {
			Quantidade    order.Quantity `json:"quantidade"`
			ValorUnitario reais          `json:"valor_unitario"`
			ValorDesconto reais          `json:"valor_desconto"`
		} `json:"produto"`
	} `json:"det"`
	Frete struct {
		ValorFrete     reais `json:"valor_frete"`
		ValorSeguro    reais `json:"valor_seguro"`
		OutrasDespesas reais `json:"outras_despesas"`
	} `json:"frete"`
}

func (a pedidoAmounts) sum() order.Money {
	sum := a.Frete.ValorFrete.Add(a.Frete.ValorSeguro.Money).Add(a.Frete.OutrasDespesas.Money)
	for _, d := range a.Det {
		sum = sum.Add(d.Produto.ValorUnitario.Times(d.Produto.Quantidade).Round()).Sub(d.Produto.ValorDesconto.Money)
	}
	return sum
}

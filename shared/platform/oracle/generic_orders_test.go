package oracle

import (
	"encoding/json"
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/carimbo/carimbo/shared/platform"
)

// amount is written as text or as a number.
func (d dice) amount(n decimal.Decimal) any {
	if d.chance(50) {
		return json.Number(n.String())
	}
	return n.String()
}

// orderOfAnyCheckout makes a webhook of the generic kind.
func (d dice) orderOfAnyCheckout() call {
	c := call{platform: "generic", settings: platform.Settings{Connection: "caixa", TaxIDFields: d.listed()}}
	total := decimal.Zero
	var lines []any
	for i := range 1 + d.IntN(4) {
		quantity, price := decimal.New(pick[int64](d, 1, 1, 2, 3, 1000), 0), cents(d.price())
		if d.chance(10) {
			quantity = decimal.New(1+d.Int64N(5000), -3)
		}
		if d.chance(10) {
			price = decimal.New(d.Int64N(100_000), -4)
		}
		l := object{"sku": fmt.Sprintf("MANUT-%02d", i), "name": "Manutenção", "quantity": d.amount(quantity), "unit_price": d.amount(price)}
		costs := quantity.Mul(price)
		if d.chance(1) {
			l["quantity"] = pick(d, 0, -1)
		}
		if d.chance(20) {
			discount := costs.Div(decimal.New(3, 0)).RoundDown(2)
			l["discount"] = d.amount(discount)
			costs = costs.Sub(discount)
		}
		switch d.IntN(6) {
		case 0:
			l["skus"] = []any{"VISITA-BH", "VISITA"}
		case 1:
			delete(l, "sku")
			l["skus"] = []any{"VISITA"}
		}
		lines, total = append(lines, l), total.Add(costs)
	}
	o := object{
		"id": fmt.Sprintf("c1b7e0a4-%d", d.IntN(100_000)), "number": "1001", "currency": pick(d, "BRL", "BRL", "BRL", "BRL", "BRL", "BRL", "BRL", "BRL", "BRL", "BRL", "USD", ""),
		"lines": lines, "customer": d.customerOfAnyCheckout(),
	}
	if d.chance(3) {
		o["lines"], total = []any{}, cents(5000)
	}
	for _, name := range []string{"discount", "freight", "fees", "tax"} {
		total = d.part(o, name, total)
	}
	total = total.Round(2)
	if d.chance(5) {
		c.off = true
		total = total.Add(cents(pick[int64](d, 1, -1)))
	}
	o["total"] = d.amount(total)
	d.payments(o, total)
	d.timesOfAnyCheckout(o)
	if d.chance(2) {
		o["test"] = true
	}
	if d.chance(4) {
		delete(o, pick(d, "total", "customer", "lines", "currency", "number", "id"))
	}
	message := object{"type": pick(d, "order.paid", "order.paid", "order.paid", "order.paid", "order.paid", "order.paid", "order.paid", "order.reversed", "order.created"), "order": o}
	if d.chance(2) {
		delete(message, "type")
	}
	c.body = marshal(message)
	return c
}

// part adds a part beside the lines to the order and to its total.
func (d dice) part(o object, name string, total decimal.Decimal) decimal.Decimal {
	if !d.chance(25) {
		return total
	}
	amount := cents(d.Int64N(3000))
	switch {
	case name == "discount":
		amount = decimal.Min(amount, total.RoundDown(2))
		total = total.Sub(amount)
	case name == "fees" && d.chance(50):
		amount = decimal.Min(amount, total.RoundDown(2)).Neg()
		total = total.Add(amount)
	case d.chance(3): // nothing that anybody can charge
		amount = cents(-100)
		total = total.Add(amount)
	default:
		total = total.Add(amount)
	}
	o[name] = d.amount(amount)
	return total
}

func (d dice) payments(o object, total decimal.Decimal) {
	if d.chance(50) {
		return
	}
	first := total.Div(decimal.New(2, 0)).RoundDown(2)
	rest := total.Sub(first)
	switch d.IntN(10) {
	case 0:
		rest = rest.Sub(cents(1)) // a cent is missing
	case 1:
		rest = rest.Add(cents(700)) // the buyer's interest
	}
	second := object{"method": "pix", "amount": d.amount(rest)}
	if d.chance(15) {
		delete(second, "amount")
	}
	o["payments"] = []any{object{"method": "credit_card", "amount": d.amount(first), "installments": 3}, second}
}

func (d dice) timesOfAnyCheckout(o object) {
	if d.chance(95) {
		o["placed_at"] = d.written(d.instant())
	}
	switch d.IntN(6) {
	case 0:
	case 1:
		o["paid_at"] = nil
	default:
		o["paid_at"] = d.written(d.instant())
	}
}

func (d dice) customerOfAnyCheckout() object {
	p := d.person()
	customer := object{"name": p.name(), "email": p.email, "address": object{"street": "Rua dos Inconfidentes", "city": "Belo Horizonte", "country": p.country}}
	if d.chance(85) {
		customer["tax_id"] = d.someID()
	}
	for range pick(d, 0, 0, 0, 1, 2) {
		customer[pick(d, "cpf", "cnpj", "documento", "cpf_entregador", "cpf_extra")] = d.someID()
	}
	if d.chance(10) {
		customer["tipo_pessoa"] = pick(d, "F", "J", "pj", "Pessoa Física")
	}
	return customer
}

package omiesim

import (
	"math/big"

	"github.com/carimbo/carimbo/shared/order"
)

// pedidoLine is one det of a pedido: what it costs, and what is taken off it.
type pedidoLine struct {
	sent            map[string]any
	product         Product
	goods, discount order.Money
}

var pedidoDiscount = discountTags{"tipo_desconto", "percentual_desconto", "valor_desconto", "produto"}

func (s *Sim) pedidoLinesRule(d *pedidoDraft) *refusal {
	list := listOf(d.param, "det")
	if len(list) < 1 || len(list) > maxLines {
		return contents("A tag [det] deve ter de 1 a %d itens!", maxLines)
	}
	codes := map[string]bool{}
	for _, sent := range list {
		if refused := required(sent, "ide", "produto"); refused != nil {
			return refused
		}
		if refused := required(objectOf(sent, "ide"), "codigo_item_integracao"); refused != nil {
			return refused
		}
		code := textOf(objectOf(sent, "ide"), "codigo_item_integracao")
		if codes[code] {
			return contents("O conteúdo da tag [codigo_item_integracao] [%s] está repetido!", code)
		}
		codes[code] = true
		line, refused := s.pedidoLine(sent)
		if refused != nil {
			return refused
		}
		d.lines = append(d.lines, line)
		d.goods, d.discount = d.goods.Add(line.goods), d.discount.Add(line.discount)
	}
	return nil
}

// pedidoLine judges one line and says what it costs, to the cent.
func (s *Sim) pedidoLine(sent map[string]any) (pedidoLine, *refusal) {
	p := objectOf(sent, "produto")
	line := pedidoLine{sent: sent}
	var refused *refusal
	if line.product, refused = s.productOf(p); refused != nil {
		return line, refused
	}
	if refused := required(p, "quantidade", "valor_unitario"); refused != nil {
		return line, refused
	}
	price, quantity := moneyOf(p, "valor_unitario"), quantityOf(p, "quantidade")
	switch category := textOf(objectOf(sent, "inf_adic"), "codigo_categoria_item"); {
	case quantity.IsZero() || quantity.IsNegative():
		return line, contents("O conteúdo da tag [quantidade] deve ser maior que zero!")
	case price.IsNegative() || decimals(price) > maxPriceDecimals:
		return line, contents("O conteúdo da tag [valor_unitario] deve ter no máximo %d casas decimais e não pode ser negativo!", maxPriceDecimals)
	case category != "" && !categoryCode.MatchString(category):
		return line, notFound("Categoria não cadastrada para o Código [%s] !", category)
	}
	line.goods = s.cents(price.Times(quantity))
	if line.discount, refused = discountOf(p, line.goods, pedidoDiscount); refused != nil {
		return line, refused
	}
	for tag, is := range map[string]order.Money{"valor_mercadoria": line.goods, "valor_total": line.goods.Sub(line.discount)} {
		if has(p, tag) && !moneyOf(p, tag).Equal(is) {
			return line, contents("O conteúdo da tag [%s] é diferente do valor calculado [%s]!", tag, is)
		}
	}
	return line, nil
}

// headDiscountRule: a discount of the whole pedido is spread over its lines, in their shares.
// Beside discounts of the lines it is refused, and one that is greater than the pedido isn't
// applied (Omie's own description of valor_desconto_pedido).
func headDiscountRule(d *pedidoDraft) *refusal {
	discount, refused := headDiscount(d)
	if refused != nil || discount.IsZero() {
		return refused
	}
	if !d.discount.IsZero() {
		return contents("Não é permitido informar desconto no pedido quando já existe desconto nos itens!")
	}
	if discount.Cmp(d.goods) > 0 {
		return nil
	}
	left := discount
	for i := range d.lines {
		share := left
		if i < len(d.lines)-1 {
			share = shareOf(discount, d.lines[i].goods, d.goods)
		}
		d.lines[i].discount, left = share, left.Sub(share)
	}
	d.discount = discount
	return nil
}

func headDiscount(d *pedidoDraft) (order.Money, *refusal) {
	var none order.Money
	how := textOf(d.head, "tipo_desconto_pedido")
	value, rate := has(d.head, "valor_desconto_pedido"), has(d.head, "perc_desconto_pedido")
	switch {
	case how == "" && !value && !rate:
		return none, nil
	case how != "V" && how != "P":
		return none, contents("Tipo de desconto [%s] inválido na tag [tipo_desconto_pedido], informe P ou V!", how)
	case how == "V" && !value:
		return none, missing("valor_desconto_pedido")
	case how == "P" && !rate:
		return none, missing("perc_desconto_pedido")
	case how == "P" && !isRate(moneyOf(d.head, "perc_desconto_pedido")):
		return none, badRate("perc_desconto_pedido")
	case how == "P":
		return d.goods.Times(hundredth()).Times(quantityOf(d.head, "perc_desconto_pedido")).Round(), nil
	}
	if amount := moneyOf(d.head, "valor_desconto_pedido"); amount.IsNegative() || !whole(amount) {
		return none, contents("O conteúdo da tag [valor_desconto_pedido] é inválido!")
	}
	return moneyOf(d.head, "valor_desconto_pedido"), nil
}

// shareOf is part / whole of the amount, cut to the cent.
func shareOf(amount, part, whole order.Money) order.Money {
	n := new(big.Int).Mul(inCents(amount), inCents(part))
	return order.Cents(n.Quo(n, inCents(whole)).Int64())
}

func inCents(m order.Money) *big.Int {
	n, ok := new(big.Int).SetString(m.Times(order.Pieces(100)).Number(), 10)
	if !ok {
		panic("an amount that was rounded has fractions of a cent: " + m.Number())
	}
	return n
}

package omie

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/words"
)

// askedProduct is the one name of a product that IncluirPedido doesn't know it by: the code
// that Omie shows on its screens, and whose codigo_produto is asked for.
const askedProduct = "codigo"

// codes are the products that items name by their code, each once.
func (p Pedido) codes() []listed {
	return codesIn(p.products(), "codigo_produto")
}

// products are what the items say of their products.
func (p Pedido) products() []any {
	items, _ := p["det"].([]any)
	all := make([]any, len(items))
	for i := range items {
		fields, _ := items[i].(map[string]any)
		all[i] = fields["produto"]
	}
	return all
}

// withListed is the pedido with the ids of its products; p itself stays as it is.
func (p Pedido) withListed(known map[string]string) content {
	items, _ := p["det"].([]any)
	items = slices.Clone(items)
	for i := range items {
		fields, _ := items[i].(map[string]any)
		product, _ := fields["produto"].(map[string]any)
		if l, ok := product["codigo_produto"].(listed); ok {
			l.id = known[l.code]
			fields, product = maps.Clone(fields), maps.Clone(product)
			product["codigo_produto"], fields["produto"] = l, product
			items[i] = fields
		}
	}
	p = maps.Clone(p)
	p["det"] = items
	return p
}

// showProduct asks Omie's catalogue for the product of that code: geral/produtos/ takes
// codigo_produto, codigo_produto_integracao or codigo.
func (c *Client) showProduct(ctx context.Context, k wire.Keys, code string) erp.Answer {
	answer, r := c.call(ctx, k, consultarProduto, wire.Sent{Request: map[string]any{askedProduct: code}})
	shown := productIn(r.body)
	switch {
	case answer.Kind == erp.Present && !shown.has(code):
		answer = erp.Answer{Kind: erp.Lost, Text: words.Say("Omie showed a product with another code")}
	case answer.Kind == erp.Absent, answer.Kind == erp.Present && shown.inactive():
		return erp.Answer{Kind: erp.Unmapped, Text: words.Say("Omie's catalogue has no active product with the code %q: create it there, or name another product under erps.%s.products in connections.yaml", code, c.account)}
	case answer.Kind == erp.Present:
		return erp.Answer{Kind: erp.CustomerKnown, ID: answer.ID}
	case answer.Kind == erp.Refused:
		answer.Kind = erp.Lost // a question refuses no order
	}
	answer = asRead(answer)
	answer.Text, answer.ID = words.Say("looking for the product %q: %s", code, answer.Text), ""
	return answer
}

// shownProduct is what counts of a product as ConsultarProduto shows it.
type shownProduct struct {
	CodigoProduto loose.Text `json:"codigo_produto"`
	Codigo        loose.Text `json:"codigo"`
	Inativo       loose.Text `json:"inativo"`
}

// productIn reads it; zero where it can't be read.
func productIn(body []byte) (p shownProduct) {
	if wire.Decode(body, &p) != nil {
		return shownProduct{}
	}
	return p
}

func (p shownProduct) has(code string) bool {
	return strings.TrimSpace(wire.Plain(string(p.Codigo))) == code
}

func (p shownProduct) inactive() bool { return strings.EqualFold(string(p.Inativo), "S") }

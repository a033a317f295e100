package omie

import (
	"encoding/json"
	"maps"
	"strconv"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/placeholder"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/order"
)

// productsBySKU are the products of an account that maps none: each SKU is the code that the
// product was given through the API.
var productsBySKU = map[string]map[string]any{wire.AnySKU: {"codigo_produto_integracao": "{line.sku}"}} // never written to

// productNames are the fields of which one tells Omie which product is meant. No two may be
// there: "Preencha apenas a tag [...]", Client-103 (github.com/omiexperience/api-examples#6).
var productNames = []string{"codigo_produto", "codigo_produto_integracao", askedProduct} // never written to

// itemParts are the parts of an item that products may say besides fields of produto.
var itemParts = []string{"inf_adic", "observacao"} // never written to

// items are the det of what was bought, as it is said.
func (c *Client) items(o order.Order, ref erp.Reference, said []order.Line) ([]any, error) {
	skus, err := wire.Mapped(c.config.Products, "erps."+c.account+".products", said)
	if err != nil {
		return nil, err
	}
	var items []any
	for i, l := range said {
		bought := o.Lines[i]
		fields, err := c.product(o, ref, bought, i, skus[i])
		if err != nil {
			return nil, err
		}
		for _, pieces := range whole(l, bought.Quantity) {
			items = append(items, item(maps.Clone(fields), pieces, len(items)+1))
		}
	}
	if len(items) > maxLines {
		return nil, tooManyLines(len(items))
	}
	return items, nil
}

// item is one of det: "Informa de 1 a 199" is what identifies it.
func item(fields map[string]any, l order.Line, number int) map[string]any {
	is := map[string]any{"ide": map[string]any{"codigo_item_integracao": strconv.Itoa(number)}}
	for _, part := range itemParts {
		if fields[part] != nil {
			is[part] = fields[part]
			delete(fields, part)
		}
	}
	fields["quantidade"] = json.Number(l.Quantity.String())
	fields["valor_unitario"] = json.Number(l.UnitPrice.Number())
	if !l.Discount.IsZero() {
		fields["tipo_desconto"] = "V"
		fields["valor_desconto"] = json.Number(l.Discount.Number())
	}
	is["produto"] = fields
	return is
}

// product is what products says of line i under its SKU there.
func (c *Client) product(o order.Order, ref erp.Reference, l order.Line, i int, sku string) (map[string]any, error) {
	configured := c.config.Products[sku]
	fields, err := c.fill("products."+sku, configured, expansionOf(placeholder.LineValues(o, ref.Orig, l), o))
	if err != nil {
		return nil, err
	}
	for _, name := range productNames {
		if configured[name] != nil && fields[name] == nil {
			return nil, order.Reject(order.Mapping, "line %d has no SKU, which is its product's %s in Omie: give it one in the store, or name a product for it under erps.%s.products in connections.yaml", i+1, name, c.account)
		}
	}
	return asked(fields, askedProduct, "codigo_produto"), nil
}

// whole is a line in as many pieces as were bought, which is what leaves the stock. Where no
// price of one piece comes to the line's to the cent, order.Rounded has made one piece of all
// of it: then the last piece costs the cents more.
func whole(l order.Line, bought order.Quantity) []order.Line {
	if l.Quantity.Equal(bought) {
		return []order.Line{l}
	}
	return l.Split(bought, pricePlaces)
}

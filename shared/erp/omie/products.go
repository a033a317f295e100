package omie

import (
	"encoding/json"
	"slices"

	"github.com/carimbo/carimbo/shared/order"
)

// usedProducts is the other field of services that IncluirOS has elsewhere: the products that
// one piece of the service uses, in the shape of produtosUtilizados.
const usedProducts = "produtoUtilizado"

// quantityPlaces is how many decimals a quantity of Omie's takes.
const quantityPlaces = 4

// use moves what a line's service uses to the OS, for so many pieces, and out of the line.
func (os OS) use(line map[string]any, pieces order.Quantity) {
	list, _ := line[usedProducts].([]any)
	delete(line, usedProducts)
	for _, element := range list {
		if product, ok := element.(map[string]any); ok {
			os.add(product, quantityOf(product).Times(pieces).Round(quantityPlaces))
		}
	}
}

// add puts so much of a product to the OS, with what is there of it already.
func (os OS) add(product map[string]any, quantity order.Quantity) {
	used, ok := os["produtosUtilizados"].(map[string]any)
	if !ok || quantity.IsZero() {
		return // check wants the former
	}
	list, _ := used[usedProducts].([]any)
	same := slices.IndexFunc(list, func(v any) bool {
		other, _ := v.(map[string]any)
		return other["lote_validade"] == nil && other["nCodProdutoPU"] == product["nCodProdutoPU"] && other["codigo_local_estoque"] == product["codigo_local_estoque"]
	})
	if same >= 0 {
		product = list[same].(map[string]any)
		quantity = quantity.Add(quantityOf(product))
	} else {
		used[usedProducts] = append(list, product)
	}
	product["nQtdePU"] = json.Number(quantity.String())
}

// noProducts leaves the part out of an OS that uses none.
func (os OS) noProducts() {
	used, _ := os["produtosUtilizados"].(map[string]any)
	if list, _ := used[usedProducts].([]any); len(list) == 0 {
		delete(os, "produtosUtilizados")
	}
}

// quantityOf is a product's; check has seen that it is one.
func quantityOf(product map[string]any) order.Quantity {
	number, _ := product["nQtdePU"].(json.Number)
	quantity, err := order.ParseQuantity(number.String())
	if err != nil {
		return order.Quantity{}
	}
	return quantity
}

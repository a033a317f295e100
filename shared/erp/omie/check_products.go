package omie

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// What becomes of the products that an OS uses.
const (
	leaveStock = "EST"
	remessa    = "REM"
)

// products checks produtosUtilizados, which moves stock, against the services that use some.
func (c *checker) products(os, raw map[string]any) {
	const path = "os.produtosUtilizados"
	used, isObject := os["produtosUtilizados"].(map[string]any)
	services := usingServices(raw)
	for _, at := range slices.Sorted(maps.Keys(services)) {
		c.used(at+"."+usedProducts, services[at], false)
		if !isObject {
			c.refuse(at+"."+usedProducts, "needs os.produtosUtilizados.cAcaoProdUtilizados: %s takes the products out of the stock, %s has them go to the customer with a remessa", leaveStock, remessa)
		}
	}
	if !isObject {
		return
	}
	c.used(path+"."+usedProducts, used[usedProducts], true)
	switch action := used["cAcaoProdUtilizados"]; {
	case action != leaveStock && action != remessa:
		c.refuse(path+".cAcaoProdUtilizados", "must be %s, which takes the products out of the stock, or %s, which has them go to the customer with a remessa", leaveStock, remessa)
	case action == remessa && used["cCodCategRem"] == nil:
		c.refuse(path+".cCodCategRem", "is missing: %s needs the category of the remessa", remessa)
	case action == leaveStock && used["cCodCategRem"] != nil:
		c.warn(path+".cCodCategRem", "is the category of a remessa, and cAcaoProdUtilizados is %s", leaveStock)
	}
	list, _ := used[usedProducts].([]any)
	switch {
	case len(list) > 0:
		c.warn(path+"."+usedProducts, "moves the same stock with every order, whatever was bought and how many; say under services, by their %s, what one piece of each uses, and the order's quantity counts", usedProducts)
	case len(services) == 0:
		c.warn(path, "isn't sent: no product is named here, nor by %s of a service", usedProducts)
	}
}

// usingServices are what the account's services use, by their paths: those of SKUs, and those
// that stand for a part of the order.
func usingServices(raw map[string]any) map[string]any {
	found := map[string]any{}
	add := func(path string, v any) {
		if fields, _ := v.(map[string]any); fields[usedProducts] != nil {
			found[path] = fields[usedProducts]
		}
	}
	services, _ := raw["services"].(map[string]any)
	for sku := range services {
		add("services."+sku, services[sku])
	}
	for _, name := range []string{"freight", "fees", "tax"} {
		place, _ := raw[name].(map[string]any)
		add(name+".service", place["service"])
	}
	return found
}

// used checks a list of products. Their lots can be named where their quantities are the same
// for every order.
func (c *checker) used(path string, v any, lots bool) {
	list, isList := v.([]any)
	if v != nil && !isList {
		c.refuse(path, "must be a list of products")
	}
	for i := range list {
		at := path + "." + strconv.Itoa(i)
		product, isObject := list[i].(map[string]any)
		if !isObject {
			c.refuse(at, "must be an object with fields of produtoUtilizado")
			continue
		}
		c.id(at+".nCodProdutoPU", product["nCodProdutoPU"], words.Say("Omie's id of the product"))
		c.quantity(at+".nQtdePU", product["nQtdePU"])
		if product["codigo_local_estoque"] != nil {
			c.id(at+".codigo_local_estoque", product["codigo_local_estoque"], words.Say("Omie's id of the stock"))
		}
		if product["lote_validade"] != nil {
			c.lots(at+".lote_validade", product["lote_validade"], lots)
		}
	}
}

func (c *checker) lots(path string, v any, allowed bool) {
	list, isList := v.([]any)
	switch {
	case !allowed:
		c.refuse(path, "would be the same of a lot, whatever was bought: Omie takes the lots, or name them under os.produtosUtilizados")
		return
	case !isList:
		c.refuse(path, "must be a list of lots")
	case len(list) > 0:
		c.warn(path, "is the same lot for every order, until there is none of it left")
	}
	for i := range list {
		at := path + "." + strconv.Itoa(i)
		lot, _ := list[i].(map[string]any)
		c.id(at+".nIdLote", lot["nIdLote"], words.Say("Omie's id of the lot"))
		c.quantity(at+".nQtdLote", lot["nQtdLote"])
	}
}

func (c *checker) id(path string, v any, what words.Text) {
	if number, _ := v.(json.Number); !isID(number.String()) {
		c.refuse(path, "must be %s, a whole number like 3846592864", what)
	}
}

// quantity is more than nothing, in Omie's decimals.
func (c *checker) quantity(path string, v any) {
	number, _ := v.(json.Number)
	quantity, err := order.ParseQuantity(number.String())
	if err != nil || quantity.IsNegative() || quantity.IsZero() || !quantity.Equal(quantity.Round(quantityPlaces)) {
		c.refuse(path, "must be a number above 0, of at most %d decimals", quantityPlaces)
	}
}

package sensio

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/carimbo/carimbo/shared/order"
)

// The kinds of freight that contradict an order with freight, and that such an order
// gets where nothing else is configured: who sells in a store and charges the freight
// has it carried.
const (
	noFreight       = "9 - Sem frete"
	freightOfIssuer = "0 - Por conta do emitente"
)

var freights = []string{freightOfIssuer, "1 - Por conta do destinatário/remetente", "2 - Por conta de terceiros", noFreight} // never written to

// saleFor is the configured sale as it is for one order: with its days, and with the one
// kind of freight, modFrete, that goes with what the order has. sale.modFrete may say both,
// { with: ..., without: ... }, and one that says no freight doesn't count for an order that
// has some. What is said of each payment, and not of the sale, isn't there.
func saleFor(configured map[string]any, o order.Order) map[string]any {
	sale := maps.Clone(configured)
	delete(sale, "payments")
	follow(sale, dayOf(o))
	kind := configured["modFrete"]
	if by, ok := kind.(map[string]any); ok {
		kind = by["without"]
		if !o.Freight.IsZero() {
			kind = by["with"]
		}
	}
	if kind == noFreight && !o.Freight.IsZero() {
		kind = freightOfIssuer
	}
	if kind != nil {
		sale["modFrete"] = kind
	}
	return sale
}

// byFreight is how an account says one kind for each: what to write in the place of a constant
// that is wrong for some orders.
var byFreight = fmt.Sprintf("{ with: %q, without: %q }", freightOfIssuer, noFreight) // never written to

// freight checks sale.modFrete against what orders have, and returns the sale without it where
// it isn't one text.
func (c *checker) freight(sale map[string]any) map[string]any {
	by, ok := sale["modFrete"].(map[string]any)
	if !ok {
		c.never(sale)
		return sale
	}
	c.known("sale.modFrete", by, "with", "without")
	for _, name := range []string{"with", "without"} {
		kind, _ := by[name].(string)
		switch {
		case !slices.Contains(freights, kind):
			c.refuse("sale.modFrete."+name, "must be one of %s", strings.Join(freights, " | "))
		case name == "with" && kind == noFreight:
			c.refuse("sale.modFrete.with", "contradicts an order with freight")
		}
	}
	sale = maps.Clone(sale)
	delete(sale, "modFrete")
	return sale
}

// never warns where a constant says that no order has freight. Nothing refuses it: a store that
// never charges any is described by it, and Carimbo sends no order with freight so.
func (c *checker) never(sale map[string]any) {
	if sale["modFrete"] != noFreight {
		return
	}
	c.warn("sale.modFrete", "contradicts each order with freight, which is sent with %q instead; write %s to say one for each", freightOfIssuer, byFreight)
	for _, name := range carried {
		if sale[name] != nil {
			c.warn("sale."+name, "is about freight, and sale.modFrete says of every order that it has none; write modFrete: %s, or remove it", byFreight)
		}
	}
}

// carried are the fields of a sale that say who carries what was bought, and how.
var carried = []string{"carrier", "shipment"} // never written to

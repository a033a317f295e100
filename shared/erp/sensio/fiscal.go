package sensio

import (
	"fmt"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/preflight"
	"github.com/carimbo/carimbo/shared/words"
)

// facts are what fiscal rules may speak of: a sale's taxes are those of Sensio's items and
// people, and are none of its fields.
func facts(o order.Order) []preflight.Fact {
	found := []preflight.Fact{{About: preflight.TaxID, Value: string(o.Customer.TaxID), Field: words.Say("the buyer's tax id"), Mend: words.Say("the store's order")}}
	for i, l := range o.Lines {
		found = append(found, preflight.Fact{About: preflight.LineTotal, Value: l.Total().String(), Field: words.Plain(fmt.Sprintf("saleLines.%d.price", i)), Mend: words.Say("the store's order")})
	}
	return found
}

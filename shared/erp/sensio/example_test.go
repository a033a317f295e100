package sensio_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/sensio"
	"github.com/carimbo/carimbo/shared/order"
)

// An order becomes a sale by what the account says, offline.
func ExampleKind() {
	kind := sensio.Kind()
	client, err := kind.New(erp.Options{Account: "loja", Settings: json.RawMessage(`{"kind": "sensio",
		"base_url": "https://sensio.example/api", "headers": {"Authorization": "Bearer {app_secret}"},
		"items": {"CAMISETA-P": {"productId": "64f0c1a2b3d4e5f601020304"}}}`)})
	if err != nil {
		fmt.Println(err)
		return
	}
	price, two := order.Cents(4990), order.Pieces(2)
	paid := order.Order{ID: "1001", Number: "#1001", Currency: "BRL", Total: price.Times(two), PaidAt: time.Date(2026, 11, 21, 9, 0, 0, 0, order.SaoPaulo()),
		Customer: order.Customer{Name: "Helena Prado", TaxID: "38491726519"},
		Lines:    []order.Line{{SKUs: []string{"CAMISETA-P"}, Name: "Camiseta", Quantity: two, UnitPrice: price}}}
	ref := erp.NewReference("loja-online", "", paid.ID)
	doc, err := client.Document(paid, ref)
	fmt.Println(doc.Total, err)
	fmt.Println(kind.WhereToLook(ref))
	fmt.Println("a look-up is configured:", client.CanLookUp())
	// Output:
	// 99.80 <nil>
	// Look by orig "loja-online", origId "1001"
	// a look-up is configured: false
}

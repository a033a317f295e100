package omie_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/omie"
	"github.com/carimbo/carimbo/shared/order"
)

// An order becomes an ordem de serviço by what the account says, offline.
func ExampleKind() {
	kind := omie.Kind()
	client, err := kind.New(erp.Options{Account: "estudio", Settings: json.RawMessage(`{"kind": "omie",
		"os": {"InformacoesAdicionais": {"cCodCateg": "1.01.02", "nCodCC": 3731356020, "cNumPedido": "{order.number}"}},
		"customer": {"default": 3795260786},
		"services": {"CURSO-GO": {"nCodServico": 3846592864}}}`)})
	if err != nil {
		fmt.Println(err)
		return
	}
	price := order.Cents(149700)
	paid := order.Order{ID: "7", Number: "HP7", Currency: "BRL", Total: price, PaidAt: time.Date(2026, 11, 21, 9, 0, 0, 0, order.SaoPaulo()),
		Lines: []order.Line{{SKUs: []string{"CURSO-GO"}, Name: "Go na prática", Quantity: order.Pieces(1), UnitPrice: price}}}
	ref := erp.NewReference("cursos", "", paid.ID)
	doc, err := client.Document(paid, ref)
	fmt.Println(doc.Total, doc.OrderNumber, doc.CustomerID, err)
	fmt.Println(kind.WhereToLook(ref))

	paid.Lines[0].SKUs = []string{"CURSO-RUST"}
	_, err = client.Document(paid, ref)
	fmt.Println(err)
	// Output:
	// 1497.00 HP7 3795260786 <nil>
	// Look by cCodIntOS klp4yrn6m4ndyzah5agu
	// mapping: SKU "CURSO-RUST" is not mapped: add it under erps.estudio.services in connections.yaml
}

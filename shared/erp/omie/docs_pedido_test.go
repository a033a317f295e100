package omie_test

import (
	"testing"

	"github.com/carimbo/carimbo/shared/order"
)

// documentedGoods is the account of the pedido's table in docs/omie.md.
const documentedGoods = `{"kind": "omie", "document": "pedido", "customer": {"default": 3795260786}}`

// explainedGoods is its order.
func explainedGoods(t *testing.T) order.Order {
	o := explained(t)
	o.Fees, o.Tax, o.Total = order.Cents(1_50), order.Cents(2_00), order.Cents(108_50)
	return o
}

func TestEachRowOfThePedidosTableOfFieldsIsTrue(t *testing.T) {
	tried(t, table(t, pedidoFields), documentedGoods, inPedido, explainedGoods(t), pedidoReference)
}

func TestThePedidosTableHasEveryFieldThatIsSent(t *testing.T) {
	there := map[string]bool{}
	for _, r := range table(t, pedidoFields) {
		there[r.field] = true
	}
	doc, err := client(t, `{"parcelas": "payments", "customer": {"default": 3795260786}}`).Document(explainedGoods(t), pedidoReference)
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range leaves("", any(param(t, doc))) {
		if !there[field] {
			t.Errorf("%s is in no row", field)
		}
	}
}

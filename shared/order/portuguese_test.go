package order_test

import (
	"testing"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/words/portuguese"
)

func TestWhatIsWrongWithAnOrderIsSaidInPortuguese(t *testing.T) {
	t.Parallel()
	pt, err := portuguese.Language()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*order.Order)
		want   string
	}{
		"no currency": {func(o *order.Order) { o.Currency = "" }, "moeda: ausente; no ERP só entra BRL: cobre em BRL ou lance o pedido no ERP manualmente"},
		"another total": {func(o *order.Order) {
			o.Compare(words.Plain("order.payments"), order.Cents(100))
		}, "total: 259.00; segundo order.payments, seria 1.00: corrija o pedido na loja ou lance-o no ERP manualmente"},
		"a discount below zero": {func(o *order.Order) { o.Discount = order.Cents(-1) }, "o desconto -0.01 é negativo: corrija o pedido na loja"},
		"a long id":             {func(o *order.Order) { o.ID = string(make([]byte, 201)) }, "id tem 201 bytes, mais que 200: lance o pedido no ERP manualmente"},
	} {
		o := good()
		c.change(&o)
		reason, _ := order.AsRejection(o.Check(now))
		if got := reason.Message.In(pt); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	o := good()
	o.Number = string(make([]byte, 101))
	if d := o.Bounded().Origins.Dropped[0]; d.What.In(pt)+": "+d.Why.In(pt) != "o fim do número do pedido: tem 101 bytes, e só 100 são mantidos" {
		t.Errorf("%s: %s", d.What.In(pt), d.Why.In(pt))
	}
}

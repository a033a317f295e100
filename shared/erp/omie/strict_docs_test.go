package omie_test

import (
	"encoding/json"
	"testing"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
)

// The table says how each field is set: none of it is refused by an Omie that knows the types
// and words of its own description.
func TestAStrictOmieTakesEachRowOfThePedidosTable(t *testing.T) {
	o := explainedGoods(t)
	for _, r := range table(t, pedidoFields) {
		if r.set == "filled in" {
			continue
		}
		account := merged(read(t, []byte(`{"products":{"*":{"codigo_produto_integracao":"MANUT-01"}},"pedido":{"informacoes_adicionais":{"codigo_categoria":"1.01.03","codigo_conta_corrente":3731356020}}}`)), r.settings(t, documentedGoods, inPedido))
		b, err := json.Marshal(account)
		if err != nil {
			t.Fatal(err)
		}
		s := simulate(t, string(b))
		s.sim.Know(nil, []omiesim.Customer{{ID: 3795260795, IntegrationCode: "CORREIOS"}}, nil)
		s.sim.KnowProducts([]omiesim.Product{{IntegrationCode: string(o.Lines[0].SKUs[0])}})
		doc, err := s.Document(o, pedidoReference)
		if err != nil {
			t.Errorf("%s: %v", r.field, err)
			continue
		}
		doc, answer := s.Customer(t.Context(), doc)
		if answer.Kind == erp.CustomerKnown {
			answer = s.Create(t.Context(), doc)
		}
		if answer.Kind != erp.Created {
			t.Errorf("%s by %s: %s %s", r.field, r.set, answer.Kind, answer.Text)
		}
	}
}

//go:build !race

// As carts_test.go: under the race detector it is only slower.

package erp_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/omie"
	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/order"
)

// pedidoCarts is how many orders become a pedido each: docs/omie.md says what came of 100,000.
var pedidoCarts = flag.Int("pedido-carts", 1200, "how many generated orders a strict Omie adds up as pedidos")

// shops are all ways in which an account says where an order's amount goes in a pedido.
func shops(t *testing.T) []*omie.Client {
	t.Helper()
	parcels := []string{
		`"parcelas": "payments", "pedido": {`, `"parcelas": "none", "pedido": {`,
		`"pedido": {"lista_parcelas": {"parcela": [{"percentual": 33.33}, {"percentual": 33.33, "quantidade_dias": 30}, {"percentual": 33.34, "quantidade_dias": 60}]},`,
	}
	shares := []string{`[]`, `[{"cCodDepto": "1", "nPerc": 33.33}, {"cCodDepto": "2", "nPerc": 66.67}]`}
	products := []string{`{"codigo_produto_integracao": "MANUT-01"}`, `{"codigo_produto": 5366578297, "descricao": "{line.name}", "inf_adic": {"dados_adicionais_item": "{line.name}"}}`}
	var all []*omie.Client
	for i := range len(parcels) * len(shares) * len(products) {
		settings := fmt.Sprintf(`{"document": "pedido", %s "departamentos": %s, "informacoes_adicionais": {"codigo_categoria": "1.01.03", "codigo_conta_corrente": 3731356020}},
			"customer": {"default": 3795260786}, "products": {"*": %s}}`,
			parcels[i%len(parcels)], shares[i/len(parcels)%len(shares)], products[i/len(parcels)/len(shares)])
		config, err := omie.Parse(json.RawMessage(settings))
		if err != nil {
			t.Fatalf("%v\n%s", err, settings)
		}
		all = append(all, omie.New(config, erp.Options{Account: "loja", Now: func() time.Time { return paidAt }}))
	}
	return all
}

var strictPedido = strict{"pedido", "produtos/pedido/", "valor_desconto", 150, func(sim *omiesim.Sim) (all []made) {
	for _, p := range sim.Pedidos() {
		all = append(all, made{p.CodInt, p.Total, p.Body})
	}
	return all
}} // never written to

func TestAStrictOmieAddsUpWhatWasPaidForGoods(t *testing.T) {
	addUp(t, strictPedido, *pedidoCarts, shops(t), generator{rand.New(rand.NewPCG(2026, 14))})
}

// leavesTheStock says of a pedido that as many pieces are sold as were bought.
func leavesTheStock(t *testing.T, o order.Order, body []byte) {
	t.Helper()
	var sent struct {
		Param []struct {
			Det []struct {
				Produto struct {
					Quantidade order.Quantity `json:"quantidade"`
				} `json:"produto"`
			} `json:"det"`
		} `json:"param"`
	}
	if err := json.Unmarshal(body, &sent); err != nil {
		t.Fatal(err)
	}
	var bought, sold order.Quantity
	for _, l := range o.Lines {
		bought = bought.Add(l.Quantity)
	}
	for _, d := range sent.Param[0].Det {
		sold = sold.Add(d.Produto.Quantidade)
	}
	if sent.Param[0].Det != nil && !bought.Equal(sold) {
		t.Errorf("%s pieces were bought, and %s are sold: %s", bought, sold, body)
	}
}

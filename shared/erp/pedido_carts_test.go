//go:build !race

// As carts_test.go: under the race detector it is only slower.

package erp_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/omie"
	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/order"
)

// pedidoCarts is how many orders become a pedido each: docs/omie.md says what came of 100,000.
var pedidoCarts = flag.Int("pedido-carts", 2000, "how many generated orders a strict Omie adds up as pedidos")

// shops are all ways in which an account says where an order's amount goes in a pedido.
func shops(t *testing.T) []*omie.Client {
	t.Helper()
	parcels := []string{
		`"parcelas": "payments", "pedido": {`, `"parcelas": "none", "pedido": {`,
		`"pedido": {"lista_parcelas": {"parcela": [{"percentual": 33.33}, {"percentual": 33.33, "quantidade_dias": 30}, {"percentual": 33.34, "quantidade_dias": 60}]},`,
	}
	shares := []string{`[]`, `[{"cCodDepto": "1", "nPerc": 33.33}, {"cCodDepto": "2", "nPerc": 66.67}]`}
	places := []string{``, `"freight": "spread",`, `"fees": "spread", "tax": "spread",`}
	products := []string{`{"codigo_produto_integracao": "MANUT-01"}`, `{"codigo_produto": 5366578297, "descricao": "{line.name}", "inf_adic": {"dados_adicionais_item": "{line.name}"}}`}
	var all []*omie.Client
	for i := range len(parcels) * len(shares) * len(places) {
		settings := fmt.Sprintf(`{"document": "pedido", %s %s "departamentos": %s, "informacoes_adicionais": {"codigo_categoria": "1.01.03", "codigo_conta_corrente": 3731356020}},
			"customer": {"default": 3795260786}, "products": {"*": %s}}`,
			places[i/len(parcels)/len(shares)], parcels[i%len(parcels)], shares[i/len(parcels)%len(shares)], products[i%len(products)])
		config, err := omie.Parse(json.RawMessage(settings))
		if err != nil {
			t.Fatalf("%v\n%s", err, settings)
		}
		all = append(all, omie.New(config, erp.Options{Account: "loja", Now: func() time.Time { return paidAt }}))
	}
	return all
}

func TestAStrictOmieAddsUpWhatWasPaidForGoods(t *testing.T) {
	wanted := *pedidoCarts
	if testing.Short() {
		wanted = min(wanted, fewCarts)
	}
	began := time.Now()
	all, g := shops(t), generator{rand.New(rand.NewPCG(2026, 14))}
	tooMany := 0
	for n := 0; n < wanted && !t.Failed(); n += perCompany {
		tooMany += shopsCompany(t, all, g, n, min(perCompany, wanted-n))
	}
	t.Logf("%d pedidos by %d accounts, and %d orders with more lines than one takes, in %s", wanted-tooMany, len(all), tooMany, time.Since(began).Round(time.Second))
	if tooMany > wanted/20 {
		t.Errorf("%d orders of %d became no pedido", tooMany, wanted)
	}
}

// shopsCompany has so many orders placed in one app, and says how many had too many lines.
func shopsCompany(t *testing.T, all []*omie.Client, g generator, from, count int) (tooMany int) {
	t.Helper()
	now := paidAt
	sim := omiesim.New(omiesim.Options{Now: func() time.Time { return now }, HalfToEven: from/perCompany%2 == 1})
	defer sim.Close()
	paid := map[string]cart{}
	for n := range count {
		c := g.cart(from + n + 1)
		o, client := c.order(t), all[g.IntN(len(all))]
		ref := reference(c)
		ref.DocumentKind = "pedido"
		doc, err := client.Document(o, ref)
		if reason, _ := order.AsRejection(err); reason.Kind == order.Preflight && len(c.lines) > 150 {
			tooMany++
			continue
		}
		if err != nil {
			t.Fatalf("%v\n%+v", err, c)
		}
		body, err := omie.Request(doc, "key", "secret")
		if err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Second)
		if reply := sim.Call("produtos/pedido/", body); reply.Status != http.StatusOK {
			t.Fatalf("%d %s\n%s\n%+v", reply.Status, reply.Body, body, c)
		}
		paid[doc.Reference.Code] = c
		if strings.Contains(string(body), "valor_desconto") && !c.gave() && c.freightDiscount == 0 {
			t.Errorf("a discount that nobody gave: %s\n%+v", body, c)
		}
		leavesTheStock(t, o, body)
	}
	for _, p := range sim.Pedidos() {
		if c := paid[p.CodInt]; !p.Total.Equal(order.Cents(c.paid)) {
			t.Errorf("Omie adds up %s, and %d cents were paid\n%s\n%+v", p.Total, c.paid, p.Body, c)
		}
	}
	if n := len(sim.Pedidos()); n != count-tooMany || len(sim.Violations()) > 0 {
		t.Errorf("Omie has %d pedidos of %d, and counts %v", n, count-tooMany, sim.Violations())
	}
	return tooMany
}

// leavesTheStock says that as many pieces are sold as were bought.
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
	if !bought.Equal(sold) {
		t.Errorf("%s pieces were bought, and %s are sold: %s", bought, sold, body)
	}
}

//go:build !race

package erp_test

import (
	"encoding/json"
	"flag"
	"math/rand/v2"
	"net/http"
	"testing"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/sensio"
	"github.com/carimbo/carimbo/shared/erp/sensio/sensiosim"
)

var howManySales = flag.Int("sales", 1200, "how many generated sales the strict Sensio adds up")

// saleAccounts say more and more of a sale: what is derived has to add up whatever is
// configured beside it.
var saleAccounts = []string{
	`{}`,
	`{"discountType": "%", "modFrete": "9 - Sem frete", "paymentConditionType": "3x", "sellersInfo": [{"seller": "s", "comission": 7.25}]}`,
	`{"customerId": "p-1", "discountType": "%", "modFrete": {"with": "2 - Por conta de terceiros", "without": "9 - Sem frete"}, "paymentConditionType": "30 60",
	  "acquirer": {"isWithAcquirerFee": true, "acquirerId": "a"}, "payments": {"acquirerFee": "2.99%"}, "foreseenShipment": "+3d", "shipmentDate": "+1d",
	  "sellersInfo": [{"seller": "s", "comission": 100, "comissionType": "%"}, {"seller": "t", "comissionType": "R$", "comissionValue": 3}], "tags": [{"tagId": "{customer.phone}"}]}`,
} // never written to

func TestWhatWasPaidIsWhatAStrictSensioAddsUp(t *testing.T) {
	var clients []*sensio.Client
	for _, sale := range saleAccounts {
		config, err := sensio.Parse(json.RawMessage(`{"base_url": "https://sensio.example", "headers": {"Authorization": "Bearer {app_secret}"},
			"customer": {"default": "p-1"}, "items": {"*": {"productId": "prod-1"}}, "sale": ` + sale + `}`))
		if err != nil {
			t.Fatal(err)
		}
		clients = append(clients, sensio.New(config, erp.Options{Account: "loja"}))
	}
	g := generator{rand.New(rand.NewPCG(2026, 12))}
	header := http.Header{"Content-Type": {"application/json"}}
	inPercent, inReais, paid := 0, 0, 0
	for n := range *howManySales {
		c := g.cart(n + 1)
		doc, err := clients[n%len(clients)].Document(c.order(t), reference(c))
		if err != nil {
			t.Fatalf("cart %d: %v\n%+v", c.id, err, c)
		}
		body, err := sensio.Request(doc)
		if err != nil {
			t.Fatal(err)
		}
		sim := sensiosim.New(sensiosim.Options{Items: []sensiosim.Item{{ID: "prod-1"}}, People: []sensiosim.Person{{ID: "p-1"}}})
		reply := sim.Call(http.MethodPost, "/sales", header, body)
		if reply.Status != http.StatusCreated {
			t.Fatalf("the strict Sensio refused cart %d: %d %s\n%s\n%+v", c.id, reply.Status, reply.Body, body, c)
		}
		if total := sim.Documents()[0].Total.String(); total != text(c.paid*cent) {
			t.Fatalf("cart %d comes to %s, and %s was paid\n%s", c.id, total, text(c.paid*cent), body)
		}
		sim.Close()
		sale := doc.Body.(sensio.Sale)
		switch {
		case sale.DiscountType == "%":
			inPercent++
		case sale.Discount != "0" && n%len(clients) > 0:
			inReais++
		}
		if len(sale.Payments) > 0 {
			paid++
		}
	}
	if inPercent == 0 || inReais == 0 || paid < *howManySales*9/10 {
		t.Errorf("of %d sales %d have a discount in per cent, %d one that is none, %d payments", *howManySales, inPercent, inReais, paid)
	}
}

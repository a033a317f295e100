//go:build !race

// As carts_test.go: under the race detector it is only slower.

package erp_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/omie"
	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/order"
)

// osCarts is how many orders become an OS each: docs/omie.md says what came of 100,000.
var osCarts = flag.Int("os-carts", 1200, "how many generated orders a strict Omie adds up")

const (
	fewCarts = 300 // with -short
	// perCompany orders are one simulated app's, so that none gets slow.
	perCompany = 250
)

// accounts are all ways in which an account says where an order's amount goes: places of
// its parts, instalments, departments and names of a service, each beside each.
func accounts(t *testing.T) []*omie.Client {
	t.Helper()
	const (
		service = `{"service": {"cDescServ": "Parte do pedido {order.number}", "cCodServLC116": "26.01", "cCodServMun": "26010", "cTribServ": "01", "impostos": {"nAliqISS": 5}}}`
		expense = `{"expense": {"cDescReemb": "Parte do pedido"}}`
		spread  = `"spread"`
	)
	places := [][3]string{{service, service, service}, {expense, expense, expense}, {spread, spread, spread}, {service, expense, spread}, {expense, spread, service}, {spread, service, expense}}
	parcels := []string{
		`"parcelas": "payments", "os": {`, `"parcelas": "none", "os": {`,
		`"os": {"Parcelas": [{"nPercentual": 33.33}, {"nPercentual": 33.33, "nDias": 30}, {"nPercentual": 33.34, "nDias": 60}],`,
	}
	shares := []string{`[]`, `[{"cCodDepto": "1", "nPerc": 33.33}, {"cCodDepto": "2", "nPerc": 66.67}]`}
	services := []string{`{"cCodIntServico": "MANUT-01", "produtoUtilizado": [{"nCodProdutoPU": 10, "nQtdePU": 0.5}]}`, `{"cDescServ": "Manutenção de Computadores"}`,
		`{"cDescServ": "{line.name}", "cCodServLC116": "7.07", "cCodServMun": "01015", "cTribServ": "01", "impostos": {"nAliqISS": 3, "cRetemPIS": "S", "nAliqPIS": 4.5}}`}
	var all []*omie.Client
	for i := range len(places) * len(parcels) * len(shares) {
		p := places[i%len(places)]
		settings := fmt.Sprintf(`{"freight": %s, "fees": %s, "tax": %s, %s "Departamentos": %s, "InformacoesAdicionais": {"cCodCateg": "1.01.02", "nCodCC": 3731356020}, "produtosUtilizados": {"cAcaoProdUtilizados": "EST"}},
			"customer": {"default": 3795260786}, "services": {"*": %s}}`,
			p[0], p[1], p[2], parcels[i/len(places)%len(parcels)], shares[i/len(places)/len(parcels)], services[i%len(services)])
		config, err := omie.Parse(json.RawMessage(settings))
		if err != nil {
			t.Fatalf("%v\n%s", err, settings)
		}
		all = append(all, omie.New(config, erp.Options{Account: "estudio"}))
	}
	return all
}

// made is a document as a simulator adds it up.
type made struct {
	code  string
	total order.Money
	body  json.RawMessage
}

// strict is a kind of document, and how a strict Omie is asked for it.
type strict struct {
	kind, path, discount string
	// most is how many lines of a cart always fit.
	most int
	made func(*omiesim.Sim) []made
}

var strictOS = strict{"os", "servicos/os/", "nValorDesconto", 196, func(sim *omiesim.Sim) (all []made) {
	for _, d := range sim.Documents() {
		all = append(all, made{d.CodInt, d.Total, d.Body})
	}
	return all
}} // never written to

func TestAStrictOmieAddsUpWhatWasPaid(t *testing.T) {
	addUp(t, strictOS, *osCarts, accounts(t), generator{rand.New(rand.NewPCG(2026, 13))})
}

// addUp has so many orders become documents, by all accounts in turn.
func addUp(t *testing.T, as strict, wanted int, all []*omie.Client, g generator) {
	t.Helper()
	if testing.Short() {
		wanted = min(wanted, fewCarts)
	}
	began := time.Now()
	tooMany := 0
	for n := 0; n < wanted && !t.Failed(); n += perCompany {
		tooMany += as.company(t, all, g, n, min(perCompany, wanted-n))
	}
	t.Logf("%d documents (%s) by %d accounts, and %d orders with more lines than one takes, in %s", wanted-tooMany, as.kind, len(all), tooMany, time.Since(began).Round(time.Second))
	if tooMany > wanted/20 {
		t.Errorf("%d orders of %d became none", tooMany, wanted)
	}
}

// company has so many orders placed in one app, and says how many had too many lines.
func (as strict) company(t *testing.T, all []*omie.Client, g generator, from, count int) (tooMany int) {
	t.Helper()
	now := paidAt
	sim := omiesim.New(omiesim.Options{Now: func() time.Time { return now }, HalfToEven: from/perCompany%2 == 1})
	defer sim.Close()
	paid := map[string]cart{}
	for n := range count {
		c := g.cart(from + n + 1)
		o, client := c.order(t), all[g.IntN(len(all))]
		ref := reference(c)
		ref.DocumentKind = as.kind
		doc, err := client.Document(o, ref)
		if reason, _ := order.AsRejection(err); reason.Kind == order.Preflight && len(c.lines) > as.most {
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
		if reply := sim.Call(as.path, body); reply.Status != http.StatusOK {
			t.Fatalf("%d %s\n%s\n%+v", reply.Status, reply.Body, body, c)
		}
		paid[doc.Reference.Code] = c
		if bytes.Contains(body, []byte(as.discount)) && !c.gave() && c.freightDiscount == 0 {
			t.Errorf("a discount that nobody gave: %s\n%+v", body, c)
		}
		if !doc.Total.Equal(order.Cents(c.paid)) {
			t.Errorf("the document says %s, and %d cents were paid: %+v", doc.Total, c.paid, c)
		}
		leavesTheStock(t, o, body)
	}
	documents := as.made(sim)
	for _, d := range documents {
		if c := paid[d.code]; !d.total.Equal(order.Cents(c.paid)) {
			t.Errorf("Omie adds up %s, and %d cents were paid\n%s\n%+v", d.total, c.paid, d.body, c)
		}
	}
	if n := len(documents); n != count-tooMany || len(sim.Violations()) > 0 {
		t.Errorf("Omie has %d documents of %d, and counts %v", n, count-tooMany, sim.Violations())
	}
	return tooMany
}

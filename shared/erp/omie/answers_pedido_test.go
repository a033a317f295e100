package omie_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/erp"
)

// readyGoods is a pedido with its customer.
func readyGoods(t *testing.T) erp.Document {
	t.Helper()
	o := paid(t, "100", "1 x 100")
	o.Customer.TaxID = ""
	doc, err := client(t, goods).Document(o, pedidoReference)
	if err != nil {
		t.Fatal(err)
	}
	doc.Customer.TaxID = someCPF // as ready
	return doc
}

// ofPedido are the row's words about a pedido in the place of an OS.
func ofPedido(text string) string {
	for _, as := range [][2]string{{`Ordens? de Servi[cç]os?`, "Pedido de Venda"}, {`ordem de servi[cç]o`, "pedido de venda"}, {`\bOS\b`, "Pedido"}, {`\bos\b`, "pedido"},
		{`nCodOS`, "codigo_pedido"}, {`cCodIntOS`, "codigo_pedido_integracao"}, {`nCodCli`, "codigo_cliente"}} {
		text = regexp.MustCompile(as[0]).ReplaceAllString(text, as[1])
	}
	return text
}

// TestWhatOmieSaysOfAnOSItMaySayOfAPedido: each fault of the corpus means the same, said of
// the other kind of document.
func TestWhatOmieSaysOfAnOSItMaySayOfAPedido(t *testing.T) {
	tried := 0
	for _, r := range corpus(t) {
		text, code, ok := r.fault()
		if !ok || strings.Contains(text, "Servi") && !regexp.MustCompile(`(?i)ordens? de servi`).MatchString(text) {
			continue
		}
		for _, call := range r.Calls {
			other := map[string]string{"IncluirOS": "IncluirPedido", "ConsultarOS": "ConsultarPedido"}[call]
			if other == "" {
				continue
			}
			tried++
			said := answer{status: r.Status, retryAfter: r.Header, body: written(map[string]any{"faultstring": ofPedido(text), "faultcode": code})}
			got, _, _ := outcomeOf(t, other, said)
			if want := r.wants(call); got.Kind != want.Kind || got.RetryAfter != want.RetryAfter || got.AccountFault != want.AccountFault || got.Reason != want.Reason {
				t.Errorf("%s: %s (%s):\n%+v, want %s", other, said.body, r.Source, got, fmt.Sprint(r.Want))
			}
		}
	}
	if tried < 100 {
		t.Errorf("only %d were tried", tried)
	}
}

package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

// whom is an order that names several people and SKUs, with two that are mapped, and
// constants that say something else.
const whomOrder = `{"id":4127,"status":"processing","number":"4127","currency":"BRL","date_created_gmt":"2026-11-20T12:00:00","date_paid_gmt":"2026-11-20T13:30:00",
"total":"198.90","total_tax":"0.00","payment_method":"pix","payment_method_title":"Pix",
"billing":{"first_name":"Ana","last_name":"Lima","company":"Padaria Sol","cnpj":"45.723.174/0001-10","cpf":"384.917.265-19","email":"ana@sol.example","phone":"(11) 95555-0142",
 "address_1":"Rua das Flores","number":"12","city":"Santos","state":"SP","postcode":"11010-000","country":"BR"},
"shipping":{"first_name":"Bia","last_name":"Reis","city":"Recife","state":"PE"},
"meta_data":[{"key":"_cnpj_transportadora","value":"63820514000103"}],
"line_items":[{"sku":"A","name":"Camiseta","quantity":2,"subtotal":"120.00","total":"110.00"},{"sku":"B","name":"Boné","quantity":1,"subtotal":"60.00","total":"60.00"},
 {"sku":"C","name":"Meia","quantity":0,"subtotal":"0.00","total":"0.00"}],
"shipping_lines":[{"total":"18.90"}],"fee_lines":[{"total":"10.00"}]}`

const whomConnections = `erps:
  loja:
    kind: sensio
    base_url: https://sensio.example/api
    headers: { Authorization: "Bearer {app_secret}" }
    lookup: { path: "/sales?orig={orig}&origId={origId}", rows: response, id: id }
    customer: { query: { path: "/people?doc={customer.tax_id}", rows: rows, id: id, tax_id: doc } }
    sale: { modFrete: "9 - Sem frete", paymentMethod: Boleto Bancário }
    items:
      A: { productId: a }
      B: { productId: b }
connections:
  loja-wp: { platform: woocommerce, erp: loja, since: 2026-11-01 }
`

func previewWhom(t *testing.T, connections, payload string, more ...string) typed {
	t.Helper()
	return typeWith(t, noon, payload, append([]string{"preview", "--connection", "loja-wp", "--connections", write(t, "c.yaml", connections), "-"}, more...)...)
}

func TestAPreviewShowsWhomAndWhat(t *testing.T) {
	unmapped := strings.NewReplacer("      A: { productId: a }\n", "", "      B: { productId: b }\n", "      X: { productId: x }\n").Replace(whomConnections)
	for name, c := range map[string]struct {
		connections, payload string
		more                 []string
		code                 int
	}{
		"preview":          {whomConnections, whomOrder, nil, exitDone},
		"preview-full":     {whomConnections, whomOrder, []string{"--full"}, exitDone},
		"preview-unmapped": {unmapped, whomOrder, nil, exitFailed},
		"preview-total":    {whomConnections, strings.Replace(whomOrder, "198.90", "200.00", 1), nil, exitFailed},
	} {
		t.Run(name, func(t *testing.T) {
			got := previewWhom(t, c.connections, c.payload, c.more...)
			if got.code != c.code || (got.out != "") != (c.code == exitDone) {
				t.Errorf("exit code %d: %s", got.code, got.out)
			}
			golden(t, name+".txt", got.errors)
			asJSON := previewWhom(t, c.connections, c.payload, append(c.more, "--json")...)
			if asJSON.code != c.code || !json.Valid([]byte(asJSON.out)) || complaints(asJSON) != complaints(got) {
				t.Errorf("exit code %d: %s%s", asJSON.code, asJSON.errors, asJSON.out)
			}
			golden(t, name+".json", asJSON.out)
			var v struct{ Request json.RawMessage }
			if err := json.Unmarshal([]byte(asJSON.out), &v); err != nil || compact(t, v.Request) != compact(t, []byte(got.out)) {
				t.Errorf("%v: the request is another one than on stdout: %s", err, v.Request)
			}
		})
	}
}

func compact(t *testing.T, body []byte) string {
	t.Helper()
	if len(body) == 0 {
		return ""
	}
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAPreviewMasksTheCustomerUnlessFull(t *testing.T) {
	omie := filepath.Join("..", "..", "connections.example.yaml")
	sample := filepath.Join("..", "..", "events", "payloads", "hotmart", "purchase_approved.json")
	private := []string{"Helena Prado", "38491726519", "384.917.265-19", "955550142", "Inconfidentes", "412", "30140120"}
	for _, form := range [][]string{nil, {"--json"}} {
		args := append([]string{"preview", "--connection", "cursos", "--connections", omie, sample}, form...)
		masked, full := typeIn(t, args...), typeIn(t, append(args, "--full")...)
		for _, text := range private {
			if strings.Contains(masked.errors+masked.out, text) {
				t.Errorf("%v: %s is shown", form, text)
			}
			if !strings.Contains(full.errors+full.out, text) {
				t.Errorf("%v: --full doesn't show %s", form, text)
			}
		}
		if strings.Contains(masked.errors, "helena.prado") {
			t.Errorf("%v: the e-mail is told on stderr", form)
		}
	}
}

func TestAPreviewTellsWhatIsCutAndWhatBecameADiscount(t *testing.T) {
	const connections = `erps:
  estudio:
    kind: omie
    os: { Cabecalho: { nQtdeParc: 1 }, InformacoesAdicionais: { cCodCateg: "1.01.02", nCodCC: 1, cNumPedido: "Loja {order.number}" } }
    services: { "*": { nCodServico: 7 } }
connections:
  loja-wp: { platform: woocommerce, erp: estudio, since: 2026-11-01 }
`
	payload := strings.NewReplacer(`"company":"Padaria Sol"`, `"company":"`+strings.Repeat("Padaria ", 8)+`Sol"`, `"Rua das Flores"`, `"`+strings.Repeat("Rua ", 16)+`"`,
		`"number":"4127"`, `"number":"`+strings.Repeat("4", 26)+`"`, `[{"total":"18.90"}]`, "[]", `[{"total":"10.00"}]`, `[{"total":"-10.00"}]`, "198.90", "160.00",
		`"meta_data":[`, `"meta_data":[{"key":"mp_installments","value":"12"},`).Replace(whomOrder)
	got := previewWhom(t, connections, payload)
	for _, want := range []string{
		"  discount      -10.00\n                fee_lines[0].total is -10.00: a negative fee is a discount\n",
		"  the end of the customer's name: razao_social takes 60 bytes, and it has 67\n",
		"  the end of the street: endereco takes 60 bytes, and it has 63\n",
		"  the end of cNumPedido: Omie is said to keep 30 characters of os.InformacoesAdicionais.cNumPedido, in which one with an accent may count as 8: of 31, 30 are surely kept\n",
		"warning: erps.estudio.os.Cabecalho.nQtdeParc is 1, and the order was paid in 12\n",
	} {
		if !strings.Contains(got.errors, want) {
			t.Errorf("%q isn't told:\n%s", want, got.errors)
		}
	}
	if got.code != exitDone {
		t.Errorf("exit code %d", got.code)
	}
	disagrees := previewWhom(t, connections, strings.Replace(payload, `"total_tax"`, `"discount_total":"7.00","total_tax"`, 1))
	if want := "the discount of line_items is 10.00, but 7.00 by discount_total\n"; disagrees.code != exitFailed || !strings.Contains(disagrees.errors, want) {
		t.Errorf("exit code %d:\n%s", disagrees.code, disagrees.errors)
	}
}

func TestAPreviewWithoutAnOrderIsStillJSON(t *testing.T) {
	for _, payload := range []string{"<xml/>", `{"id":1,"status":"pending","total":"1"}`, `{"id":1,"status":"processing","date_paid":"2026-11-20T10:00:00","total":"x"}`} {
		got := previewWhom(t, whomConnections, payload, "--json")
		if got.code != exitFailed || !json.Valid([]byte(got.out)) || got.errors == "" || strings.Contains(got.out, `"request"`) {
			t.Errorf("%s: %+v", payload, got)
		}
		if got := previewWhom(t, whomConnections, payload); got.code != exitFailed || got.out != "" || complaints(got) != got.errors {
			t.Errorf("%s: %+v", payload, got)
		}
	}
}

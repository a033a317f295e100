package omiesim_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
)

func TestASimKnowsWhatItIsToldAndNothingTwice(t *testing.T) {
	body := func(account, customer, service string) []byte {
		b, err := json.Marshal(map[string]any{"call": "IncluirOS", "app_key": "k", "app_secret": "s", "param": []any{json.RawMessage(
			`{"Cabecalho": {"cCodIntOS": "x` + account + customer + `", "cEtapa": "10", "cCodParc": "000", "nQtdeParc": 1, "dDtPrevisao": "21/11/2026", "nCodCli": ` + customer + `},
			"InformacoesAdicionais": {"cCodCateg": "1.01.02", "nCodCC": ` + account + `},
			"ServicosPrestados": [{` + service + `, "nQtde": 1, "nValUnit": 10}]}`)}})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	call := func(s *omiesim.Sim, b []byte) bool { return s.Call("/api/v1/servicos/os/", b).Status == http.StatusOK }

	s := omiesim.New(omiesim.Options{})
	for _, b := range [][]byte{
		body("77", "3795260786", `"nCodServico": 3846592864`),
		body("3731356020", "88", `"nCodServico": 3846592864`),
		body("3731356020", "3795260786", `"nCodServico": 99`),
		body("3731356020", "3795260786", `"cCodIntServico": "NOVO"`),
	} {
		if call(s, b) {
			t.Errorf("a Sim that was told nothing took %s", b)
		}
	}
	for range 2 {
		s.Know([]omiesim.Service{{ID: 99, Description: "Um"}, {IntegrationCode: "NOVO", Description: "Outro"}},
			[]omiesim.Customer{{ID: 88, Name: "Loja"}}, []int64{77})
	}
	if !call(s, body("77", "88", `"nCodServico": 99`)) || !call(s, body("77", "3795260786", `"cCodIntServico": "NOVO"`)) {
		t.Errorf("what the Sim was told was refused: %v", s.Calls())
	}
	if n := len(s.Customers()); n != 2 {
		t.Errorf("%d customers, want the default and the new one", n)
	}
	if strings.Count(string(s.Call("/api/v1/servicos/servico/", []byte(`{"call":"ListarCadastroServico","app_key":"k","app_secret":"s","param":[{"nPagina":1,"nRegPorPagina":50}]}`)).Body), `"Outro"`) == 0 {
		t.Error("the new service is not in the catalogue")
	}
}

// An account that names services by what the store calls them has all of them.
func TestASimHasWhateverAnAccountNamesByTheStoresWords(t *testing.T) {
	asks := func(sim http.Handler, path, method, param string) bool {
		answer := httptest.NewRecorder()
		body := `{"call":"` + method + `","app_key":"k","app_secret":"s","param":[` + param + `]}`
		sim.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/api/v1/"+path, strings.NewReader(body)))
		return answer.Code == http.StatusOK
	}
	for name, c := range map[string]struct{ settings, line, code string }{
		"nothing is told":         {settings: `{}`},
		"by integration code":     {settings: `{"services": {"*": {"cCodIntServico": "{line.sku}"}}}`, line: `"cCodIntServico": "X-1"`},
		"by description":          {settings: `{"services": {"*": {"cDescServ": "{line.name}"}}}`, line: `"cDescServ": "X-1"`},
		"one by its description":  {settings: `{"services": {"A": {"cDescServ": "X-1"}}}`, line: `"cDescServ": "X-1"`},
		"freight, by description": {settings: `{"freight": {"service": {"cDescServ": "X-1"}}, "fees": "spread", "tax": {"expense": {}}}`, line: `"cDescServ": "X-1"`},
		"by code":                 {settings: `{"services": {"*": {"cCodigo": "{line.sku}"}}}`, code: "X-1"},
		"one by its code":         {settings: `{"services": {"A": {"cCodigo": "X-1"}}}`, code: "X-1"},
	} {
		sim := omiesim.Kind().New(61 * time.Second)
		for range 2 {
			if err := sim.Know(json.RawMessage(c.settings)); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		for _, line := range []string{`"cCodIntServico": "X-1"`, `"cDescServ": "X-1"`} {
			os := `{"Cabecalho": {"cCodIntOS": "x", "cEtapa": "10", "cCodParc": "000", "nQtdeParc": 1, "dDtPrevisao": "21/11/2026", "nCodCli": 3795260786},
				"InformacoesAdicionais": {"cCodCateg": "1.01.02", "nCodCC": 3731356020}, "ServicosPrestados": [{` + line + `, "nQtde": 1, "nValUnit": 10}]}`
			if took := asks(sim, "servicos/os/", "IncluirOS", os); took != (line == c.line) {
				t.Errorf("%s: %s is taken: %v", name, line, took)
			}
		}
		if found := asks(sim, "servicos/servico/", "ListarCadastroServico", `{"nPagina": 1, "nRegPorPagina": 50, "cCodigo": "X-1"}`); found != (c.code != "") {
			t.Errorf("%s: the code is found: %v", name, found)
		}
	}
}

func TestASimHasTheProductsThatAnAccountNames(t *testing.T) {
	for name, tt := range map[string]struct {
		products, product string
		other             string // what it doesn't have
	}{
		"by id":                    {`{"A":{"codigo_produto":77}}`, `"codigo_produto":77`, `"codigo_produto":78`},
		"by integration code":      {`{"A":{"codigo_produto_integracao":"NOVO"}}`, `"codigo_produto_integracao":"NOVO"`, `"codigo_produto_integracao":"OUTRO"`},
		"by the store's SKU":       {`{"*":{"codigo_produto_integracao":"{line.sku}"}}`, `"codigo_produto_integracao":"QUALQUER"`, `"codigo_produto":77`},
		"by the SKU, said nowhere": {`null`, `"codigo_produto_integracao":"QUALQUER"`, `"codigo_produto":77`},
	} {
		t.Run(name, func(t *testing.T) {
			sim := omiesim.Kind().New(time.Second)
			if err := sim.Know(json.RawMessage(`{"products":` + tt.products + `,"pedido":{"informacoes_adicionais":{"codigo_conta_corrente":99},"frete":{"codigo_transportadora":55}}}`)); err != nil {
				t.Fatal(err)
			}
			body := func(product string) string {
				return `{"call":"IncluirPedido","app_key":"k","app_secret":"s","param":[{"cabecalho":{"codigo_pedido_integracao":"a","codigo_cliente":3795260786,"data_previsao":"31/12/2099","etapa":"10","codigo_parcela":"000"},
					"det":[{"ide":{"codigo_item_integracao":"1"},"produto":{` + product + `,"quantidade":1,"valor_unitario":1}}],"frete":{"modalidade":"0","codigo_transportadora":55},
					"informacoes_adicionais":{"codigo_categoria":"1.01.03","codigo_conta_corrente":99,"consumidor_final":"S"}}]}`
			}
			for product, status := range map[string]int{tt.other: 500, tt.product: 200} {
				answer := httptest.NewRecorder()
				sim.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/api/v1/produtos/pedido/", strings.NewReader(body(product))))
				if answer.Code != status {
					t.Errorf("%s: %d %s", product, answer.Code, answer.Body)
				}
			}
			if n := sim.Documents(); n != 1 || sim.Count(erp.Reference{Code: "a"}) != 1 {
				t.Errorf("%d documents", n)
			}
		})
	}
}

func TestAProductThatAnAccountNamesByTheStoresCodeIsThere(t *testing.T) {
	sim := omiesim.Kind().New(time.Second)
	if err := sim.Know(json.RawMessage(`{"products":{"*":{"codigo":"{line.sku}"}}}`)); err != nil {
		t.Fatal(err)
	}
	answer := httptest.NewRecorder()
	sim.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/api/v1/geral/produtos/", strings.NewReader(`{"call":"ConsultarProduto","app_key":"k","app_secret":"s","param":[{"codigo":"CAMISA-P"}]}`)))
	if !strings.Contains(answer.Body.String(), `"codigo":"CAMISA-P","codigo_produto":5366600001`) {
		t.Error(answer.Body)
	}
}

func TestALostAnswerIsThatOfEitherKindOfDocument(t *testing.T) {
	sim := omiesim.Kind().New(time.Second)
	var asked []erp.Reference
	sim.LoseAnswers(func(ref erp.Reference) bool {
		asked = append(asked, ref)
		return ref.Code == "a"
	})
	for path, body := range map[string]string{
		"produtos/pedido/": `{"call":"IncluirPedido","app_key":"k","app_secret":"s","param":[{"cabecalho":{"codigo_pedido_integracao":"a","codigo_cliente":3795260786,"data_previsao":"31/12/2099","etapa":"10","codigo_parcela":"000"},
			"det":[{"ide":{"codigo_item_integracao":"1"},"produto":{"codigo_produto":5366578297,"quantidade":1,"valor_unitario":1}}],
			"informacoes_adicionais":{"codigo_categoria":"1.01.03","codigo_conta_corrente":3731356020,"consumidor_final":"S"}}]}`,
		"servicos/os/": `{"call":"IncluirOS","app_key":"k","app_secret":"s","param":[{"Cabecalho":{"cCodIntOS":"a","cEtapa":"10","cCodParc":"000","nQtdeParc":1,"dDtPrevisao":"21/11/2026","nCodCli":3795260786},
			"InformacoesAdicionais":{"cCodCateg":"1.01.02","nCodCC":3731356020},"ServicosPrestados":[{"nCodServico":3846592864,"nQtde":1,"nValUnit":10}]}]}`,
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s was answered", path)
				}
			}()
			sim.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/api/v1/"+path, strings.NewReader(body)))
		}()
	}
	if n := sim.Count(erp.Reference{Code: "a"}); n != 2 || len(asked) != 2 {
		t.Errorf("%d documents, asked of %v: an OS and a product order of one code are two", n, asked)
	}
}

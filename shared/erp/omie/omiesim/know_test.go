package omiesim_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

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

package omiesim_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

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

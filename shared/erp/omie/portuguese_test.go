package omie_test

import (
	"encoding/json"
	"net/http/httptest"
	"testing"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/omie"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/words/wordstest"
)

func TestWhatIsSaidOfOmieIsReadInPortuguese(t *testing.T) {
	kind, pt := omie.Kind(), wordstest.Portuguese(t)
	about := func(settings, path string) words.Text {
		for _, p := range omie.Check(json.RawMessage(settings)) {
			if p.Path == path {
				return p.Message
			}
		}
		t.Errorf("nothing is said of %s", path)
		return words.Text{}
	}
	rejected := func(change func(*order.Order)) words.Text {
		o := paid(t, "100", "1 x 100")
		change(&o)
		_, err := client(t, strictSettings).Document(o, reference)
		reason, ok := order.AsRejection(err)
		if !ok {
			t.Errorf("%v is no rejection", err)
		}
		return reason.Message
	}
	customer := func(answers map[string]string) words.Text {
		server := httptest.NewServer(&desk{answers: answers})
		defer server.Close()
		_, answer := calling(t, server.URL).Customer(t.Context(), document(t, ana))
		return answer.Text
	}
	ref := erp.NewReference("loja", "", "1")
	for want, said := range map[string]words.Text{
		"o mesmo código " + ref.Code:                                                       kind.SameCode(ref),
		"Procure por cCodIntOS " + ref.Code:                                                kind.WhereToLook(ref),
		"Procure pelo código de integração abc":                                            kind.WhereToLook(erp.Reference{Code: "abc", DocumentKind: "nota"}),
		`precisa ser um texto entre aspas, como "01"`:                                      about(`{"os": {"Cabecalho": {"cEtapa": 10}}, `+goodService+`}`, "os.Cabecalho.cEtapa"),
		`não pode ser configurado: mudaria um valor: o preço do pedido é preenchido`:       about(`{"services": {"A": {"nCodServico": 1, "nValUnit": 5}}}`, "services.A.nValUnit"),
		`é "50", Faturar: cada OS vai direto para o faturamento; "10" é a primeira coluna`: about(`{"os": {"Cabecalho": {"cEtapa": "50"}}, `+goodService+`}`, "os.Cabecalho.cEtapa"),
		"o pedido não tem itens; o total pago é 100.00":                                    rejected(func(o *order.Order) { o.Lines = nil }),
		"o pedido tem frete de 5.00, e a OS não tem campo para isso: a OS daria 100.00, mas foram pagos 105.00; defina erps.estudio.freight no connections.yaml como " +
			"{ service: ... } para um item à parte, { expense: ... } para despesasReembolsaveis, ou spread para distribuir nos preços dos itens": rejected(func(o *order.Order) {
			o.Freight, o.Total = order.Cents(500), order.Cents(10500)
		}),
		"o Omie mostra um cliente com este CPF/CNPJ, mas sem um codigo_cliente_omie legível": customer(map[string]string{
			"ListarClientes": `{"pagina": 1, "clientes_cadastro": [{"cnpj_cpf": "` + string(ana.TaxID) + `"}]}`}),
	} {
		if got := said.In(pt); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		wordstest.Translated(t, said)
	}
	wordstest.Translated(t, kind.IDForm)
}

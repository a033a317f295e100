package woocommerce_test

import (
	"maps"
	"testing"

	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/platformtest"
)

// paying is the customer of a body, as platformtest.Payer shows it.
func paying(t *testing.T, body []byte, named ...string) string {
	t.Helper()
	o, err := woo.Order(platform.Payload{Body: body}, platform.Settings{TaxIDFields: named})
	if err != nil {
		t.Fatal(err)
	}
	return platformtest.Payer(o.Customer)
}

func TestTheCasesNameTheOneWhoPays(t *testing.T) {
	const (
		studio = "Studio Aroma Ltda | 45723174000110"
		heitor = "Heitor Bragança | "
		rest   = " | heitor.b@example.com | +55 41 99777-0101 | Curitiba BR"
	)
	for file, want := range map[string]string{
		"both-ids-company": studio + rest,
		"both-ids-legal":   studio + rest,
		"meta-document":    heitor + "11122233396" + rest,
		"foreign-document": heitor + "foreign: AB123456 | heitor.b@example.com | +351912345678 | Curitiba PT",
	} {
		if got := paying(t, platformtest.CaseFile(t, file)); got != want {
			t.Errorf("%s:\n%s, want\n%s", file, got, want)
		}
	}
}

func TestOnePartyPaysAndIsReadWhole(t *testing.T) {
	const cpf, cnpj, other = "72640518380", "63820514000103", "51483029760"
	bill := map[string]any{"first_name": "Rui", "last_name": "Sá", "email": "rui@a.example", "phone": "1", "city": "Pelotas", "country": "BR"}
	with := func(pairs ...any) map[string]any {
		m := maps.Clone(bill)
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i].(string)] = pairs[i+1]
		}
		return m
	}
	ship := map[string]any{"first_name": "Lia", "last_name": "Reis", "company": "Ipê", "cpf": other, "city": "Osasco", "country": "BR"}
	for _, c := range []struct {
		name    string
		billing map[string]any
		metas   []any
		want    string
	}{
		{"the bill", bill, nil, "Rui Sá | none | rui@a.example | 1 | Pelotas BR"},
		{"no bill", nil, nil, "Lia Reis | 51483029760 | none | none | Osasco BR"},
		{"the recipient's meta data", bill, []any{"_shipping_cpf", other, "_wc_shipping/loja/cpf", other}, "Rui Sá | none | rui@a.example | 1 | Pelotas BR"},
		{"the carrier's meta data", with("cpf", cpf), []any{"_frete_transportadora_cnpj", cnpj}, "Rui Sá | 72640518380 | rui@a.example | 1 | Pelotas BR"},
		{"of nobody knows whom", bill, []any{"_mp_payer_cpf", other}, "Rui Sá | unread: _mp_payer_cpf | rui@a.example | 1 | Pelotas BR"},
		{"of nobody knows whom, beside one that is known", with("cpf", cpf), []any{"_mp_payer_cpf", other}, "Rui Sá | 72640518380 | rui@a.example | 1 | Pelotas BR"},
		{"another field of the bill", with("documento_cliente", "726.405.183-80"), nil, "Rui Sá | 72640518380 | rui@a.example | 1 | Pelotas BR"},
		{"an unknown field of the bill", with("cpf_conjuge", other), nil, "Rui Sá | unread: cpf_conjuge | rui@a.example | 1 | Pelotas BR"},
		{"both, a company in words", with("cpf", cpf, "cnpj", cnpj), []any{"_billing_tipo_pessoa", "Pessoa Jurídica"}, "Rui Sá | 63820514000103 | rui@a.example | 1 | Pelotas BR"},
		{"both, a person with a company's name", with("cpf", cpf, "cnpj", cnpj, "company", "Ipê", "persontype", "pf"), nil, "Rui Sá | 72640518380 | rui@a.example | 1 | Pelotas BR"},
		{"a company's CNPJ is mistyped", with("cpf", cpf, "cnpj", "1", "company", "Ipê"), nil, "Rui Sá | wrong | rui@a.example | 1 | Pelotas BR"},
		{"abroad with a CPF", with("cpf", cpf, "country", "US"), nil, "Rui Sá | 72640518380 | rui@a.example | 1 | Pelotas US"},
		{"abroad, under an unknown name", with("country", "AR"), []any{"_documento_extranjero", "20-1234567-8"}, "Rui Sá | foreign: 20-1234567-8 | rui@a.example | 1 | Pelotas AR"},
		{"another kind of document abroad", with("country", "AR"), []any{"_billing_document_type", "CUIT", "_billing_document", "20180000209"}, "Rui Sá | foreign: 20180000209 | rui@a.example | 1 | Pelotas AR"},
		{"another kind of document in Brazil", bill, []any{"_billing_document_type", "CUIT", "_billing_document", "20180000209"}, "Rui Sá | wrong | rui@a.example | 1 | Pelotas BR"},
		{"a list of one", bill, []any{"_billing_cpf", []any{"726.405.183-80"}}, "Rui Sá | 72640518380 | rui@a.example | 1 | Pelotas BR"},
		{"an object of one", bill, []any{"_billing_cpf", map[string]any{"value": cpf}}, "Rui Sá | 72640518380 | rui@a.example | 1 | Pelotas BR"},
		{"an object of two", bill, []any{"billing_document", map[string]any{"type": "cpf", "number": cpf}}, "Rui Sá | unread: billing_document | rui@a.example | 1 | Pelotas BR"},
		{"a list in the bill", with("cpf", []any{cpf}), nil, "Rui Sá | 72640518380 | rui@a.example | 1 | Pelotas BR"},
		{"deeper in the bill", with("extra", map[string]any{"cpf": cpf}), nil, "Rui Sá | unread: billing.extra.cpf | rui@a.example | 1 | Pelotas BR"},
		{"in the address", with("address_2", "CPF 726.405.183-80"), nil, "Rui Sá | none | rui@a.example | 1 | Pelotas BR"},
		{"WooCommerce's other fields", bill, []any{"_wc_other/loja/cpf", cpf}, "Rui Sá | 72640518380 | rui@a.example | 1 | Pelotas BR"},
		{"with points", bill, []any{"C.P.F.", cpf}, "Rui Sá | 72640518380 | rui@a.example | 1 | Pelotas BR"},
		{"the company's name in meta data", with("cpf", cpf, "cnpj", cnpj), []any{"_billing_razao_social", "Ipê Ltda"}, "Ipê Ltda | 63820514000103 | rui@a.example | 1 | Pelotas BR"},
		{"a company that is none", with("cpf", cpf, "cnpj", cnpj, "company", "N/A"), nil, "Rui Sá | 72640518380 | rui@a.example | 1 | Pelotas BR"},
		{"is_company", with("cpf", cpf, "cnpj", cnpj), []any{"_billing_is_company", "1"}, "Rui Sá | 63820514000103 | rui@a.example | 1 | Pelotas BR"},
		{"a passport in Brazil", with("cpf", "AB123456"), nil, "Rui Sá | wrong | rui@a.example | 1 | Pelotas BR"},
		{"Brazil by its name", with("cpf", "AB123456", "country", "Brasil"), nil, "Rui Sá | wrong | rui@a.example | 1 | Pelotas BR"},
	} {
		change := map[string]any{"billing": c.billing, "shipping": ship, "meta_data": metas(c.metas...)["meta_data"]}
		if got := paying(t, edit(t, change)); got != c.want {
			t.Errorf("%s:\n%s, want\n%s", c.name, got, c.want)
		}
	}
	body := edit(t, map[string]any{"billing": bill, "shipping": ship, "meta_data": metas("_wc_other/loja/doc", cpf)["meta_data"]})
	if got, want := paying(t, body, "_wc_other/loja/doc"), "Rui Sá | 72640518380 | rui@a.example | 1 | Pelotas BR"; got != want {
		t.Errorf("named by the connection: %s, want %s", got, want)
	}
}

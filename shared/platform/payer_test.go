package platform_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/platformtest"
)

const cpf, cnpj = "72640518380", "63820514000103"

// of is the customer whose order says these fields of itself: name, value, ...
func of(pairs ...string) order.Customer {
	var own platform.Party
	for i := 0; i < len(pairs); i += 2 {
		own.Fields = append(own.Fields, platform.Field{Name: pairs[i], Value: pairs[i+1]})
	}
	return paying(platform.Settings{}, own, platform.Party{Name: "Ana"})
}

func TestANameIsReadOrSomebodyElsesOrUnknown(t *testing.T) {
	for want, names := range map[string]string{
		"read": "cpf|CPF|CNPJ|cpf_cnpj|CPF/CNPJ|cpfcnpj|CPF ou CNPJ|CPF do cliente|cpf-comprador|clienteCPF|CPFCliente|billing_cpf|_billing_cnpj|" +
			"_wc_billing/plugin/cpf|tax_id|taxId|TaxID|customer_document|documento|Número do documento|document_number|CNPJ da empresa|TAX_CREDENTIAL_BR|Informe seu CPF/CNPJ (obrigatório)|C.P.F.|c.p.f|C.P.F./C.N.P.J.|Seu C. P. F.|" +
			"Nº CPF|Nº do documento|CPF na nota|CPF na nota?|CPF/CNPJ para nota fiscal|cpf_nota|_wc_other/plugin/cpf|_wc_other/plugin-x/CNPJ",
		"nobody's": "cpf_vendedor|cnpj_transportadora|CNPJ da loja|CPFDestinatario|cpfdestinatario|shipping_cpf|_wc_shipping/plugin/cpf|recipient_document|" +
			"Documento do entregador|seller-tax-id|cor|doc|identificacao|telefone|tax|id|passaporte do aluno|CUIT do vendedor|cupom|curso",
		"unknown": "cpf_aluno|cpf2|CPF 2|documento_fiscal|_mp_payer_cpf|cpfs|document_hash|CNPJ do contador|shopify_cpf|CUIT / CPF|cnpj_fiscal|_nfe_cnpj",
	} {
		for name := range strings.SplitSeq(names, "|") {
			c, got := of(name, cpf), "nobody's"
			switch {
			case c.TaxID != "":
				got = "read"
			case c.TaxIDUnread == name:
				got = "unknown"
			}
			if got != want {
				t.Errorf("%s is %s, want %s", name, got, want)
			}
		}
	}
}

func TestTheKindOfPersonChoosesBetweenTwoTaxIDs(t *testing.T) {
	for want, kinds := range map[string]string{
		cpf:  "F|f|1|PF|Física|fisica|Pessoa Física|pessoa-fisica|individual|natural|person|CPF||J/F|both",
		cnpj: "J|j|2|PJ|Jurídica|Pessoa Jurídica|PESSOA JURIDICA|pessoa_juridica|legal|legal person|company|empresa|business|CNPJ",
	} {
		for kind := range strings.SplitSeq(kinds, "|") {
			for _, name := range []string{"persontype", "_billing_persontype", "Tipo de pessoa", "customer_type", "person_type", "tipo_cliente"} {
				if c := of("cpf", cpf, "cnpj", cnpj, name, kind); string(c.TaxID) != want {
					t.Errorf("%s %q: %s, want %s", name, kind, c.TaxID, want)
				}
			}
		}
	}
	if c := of("cpf", cpf, "persontype", "J"); c.TaxID != cpf {
		t.Errorf("a company with a CPF alone: %q", c.TaxID)
	}
	for want, fields := range map[string][]string{
		"wrong": {"cpf", cpf, "cnpj", cpf, "persontype", "J"}, "wrong ": {"cnpj", "726.405.183-80", "tipo_pessoa", "Jurídica"}, "wrong  ": {"cpf", other, "CNPJ da empresa", cpf, "is_company", "1"},
		cnpj: {"cnpj", cpf, "_billing_cnpj", cnpj, "persontype", "2"}, cpf: {"CPF/CNPJ", cpf, "persontype", "J"}, cpf + " ": {"cnpj", cpf}, cpf + "  ": {"cpf", cpf, "cnpj", cpf, "persontype", "F"},
	} {
		c := of(fields...)
		if got := string(c.TaxID); got != strings.TrimSpace(want) && !(c.TaxIDWrong && got == "" && strings.TrimSpace(want) == "wrong") {
			t.Errorf("%v: %q, wrong %t", fields, got, c.TaxIDWrong)
		}
	}
	if c := of("cpf", cpf, "cnpj", "1", "persontype", "J"); !c.TaxIDWrong {
		t.Errorf("a company whose CNPJ is wrong: %q", c.TaxID)
	}
}

func TestACompanysFieldMayHoldItsTaxID(t *testing.T) {
	for text, want := range map[string]string{
		"Ipê Ltda":                               "Ana ",
		"Ipê 2000 Ltda":                          "Ana ",
		cnpj:                                     "Ana " + cnpj,
		"Ipê Ltda 63.820.514/0001-03":            "Ipê Ltda " + cnpj,
		"Ipê Ltda (CNPJ: 63820514000103)":        "Ipê Ltda " + cnpj,
		"CNPJ 63.820.514/0001-03 | Ipê":          "Ipê " + cnpj,
		"Ipê e Filhos - cnpj 12.abc.345/01de-35": "Ipê e Filhos 12ABC34501DE35",
		"CPF 726.405.183-80":                     "Ana " + cpf,
		"Ipê Ltda CNPJ 63.820.514/0001-04":       "Ana wrong",
		"63.820.514/0001-04":                     "Ana wrong",
		"Ipê Ltda 51 98888-1234":                 "Ana ",
		"Distribuidor24":                         "Ana ",
		"12.ABC.345/01DE-36":                     "Ana wrong",
		"12abc34501de36":                         "Ana wrong",
	} {
		c := paying(platform.Settings{}, platform.Party{}, platform.Party{Name: "Ana", Company: text})
		got := c.Name + " " + string(c.TaxID)
		if c.TaxIDWrong {
			got += "wrong"
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestTheWordsOfAWrongTaxIDNameItsField(t *testing.T) {
	for at, party := range map[string]platform.Party{
		"bill (company)":  {At: "bill", Name: "Ana", Company: "12345678"},
		"bill.cpf":        {At: "bill", Name: "Ana", Fields: platform.Fields{{Name: "cpf", Value: "726.405.183-81"}}},
		"bill (company) ": {At: "bill", Name: "Ana", Company: "Ipê 63.820.514/0001-04", Fields: platform.Fields{{Name: "cpf", Value: cpf}}},
		"bill.CPF/CNPJ":   {At: "bill", Name: "Ana", Fields: platform.Fields{{Name: "CPF/CNPJ", Value: "não tenho"}}},
		"bill.CPF de •":   {At: "bill", Name: "Ana", Fields: platform.Fields{{Name: "CPF de " + cpf, Value: "726.405.183-81"}}},
	} {
		err := paying(platform.Settings{TaxIDFields: []string{"CPF de " + cpf}}, platform.Party{}, party).CheckTaxID()
		if r, ok := order.AsRejection(err); !ok || r.Kind != order.TaxIDReason || !strings.Contains(r.Message.String(), strings.TrimSpace(at)) && !strings.Contains(at, "•") || strings.Contains(r.Message.String(), "726") {
			t.Errorf("%s: %v", at, err)
		}
	}
}

func TestAnIDThatIsThereIsNeverADefaultCustomers(t *testing.T) {
	for says, pairs := range map[string][]string{
		"neither a CPF nor a CNPJ": {"cpf", "726.405.183-81"},
		"tax_id_fields":            {"cpf_aluno", cpf},
		"":                         {"cpf_vendedor", cpf, "cpf_na_nota", "sim", "documento", "RG", "document_type", "CPF"},
	} {
		err := of(pairs...).CheckTaxID()
		if r, ok := order.AsRejection(err); says == "" && err != nil || says != "" && (!ok || r.Kind != order.TaxIDReason || !strings.Contains(r.Message.String(), says) || strings.Contains(r.Message.String(), cpf)) {
			t.Errorf("%v: %v", pairs, err)
		}
	}
}

// No tax id of Brazil is a foreign document, whoever's it is.
func TestARightTaxIDAbroadIsNoForeignDocument(t *testing.T) {
	for want, fields := range map[string]platform.Fields{
		"foreign: 20-1234567-8": {{Name: "documento_extranjero", Value: "20-1234567-8"}},
		"unread: cpf_indicado":  {{Name: "cpf_indicado", Value: cpf}},
		"unread: cnpj_de_quem":  {{Name: "documento_extranjero", Value: "20-1234567-8"}, {Name: "cnpj_de_quem", Value: "63.820.514/0001-03"}},
		"foreign: AB1234567":    {{Name: "cpf_indicado", Value: cpf}, {Name: "cpf", Value: "AB1234567"}},
		"72640518380":           {{Name: "cpf_indicado", Value: cnpj}, {Name: "cpf", Value: cpf}},
	} {
		c := paying(platform.Settings{}, platform.Party{}, platform.Party{Name: "Ana", Fields: fields, Address: order.Address{Country: "PT"}})
		if got := platformtest.Payer(c); !strings.Contains(got, "| "+want+" |") {
			t.Errorf("%v: %s, want %s", fields, got, want)
		}
	}
}

func TestFieldsAreTheTextsAndNumbersOfAnObject(t *testing.T) {
	got := platform.FieldsAt([]byte(`{"a":{"b":{"cpf":72640518380,"x":{"cpf":"1"},"y":["2"],"z":null,"cnpj":" 3 "}}}`), "a", "b")
	if b, _ := json.Marshal(got); string(b) != `[{"Name":"cpf","Value":"72640518380"},{"Name":"cnpj","Value":"3"}]` {
		t.Errorf("%s", b)
	}
	for _, body := range []string{``, `[]`, `{}`, `{"a":5}`, `{"a":{"b":[]}}`, `{"a":{"b":{"c"`} {
		if got := platform.FieldsAt([]byte(body), "a", "b"); len(got) > 0 {
			t.Errorf("%s: %v", body, got)
		}
	}
}

func TestOfOneRecordTheCPFCountsBeforeTheCNPJ(t *testing.T) {
	body := `{"tax_id":"","cnpj":"` + cnpj + `","cpf":"` + cpf + `","nome":"Ana"}`
	for want, party := range map[string]platform.Party{
		cpf:  {Name: "Ana", Fields: platform.FieldsAt([]byte(body))},
		cnpj: {Name: "Ana", Company: "Ipê", Fields: platform.FieldsAt([]byte(body))},
	} {
		if got := paying(platform.Settings{}, platform.Party{}, party); string(got.TaxID) != want {
			t.Errorf("company %q: %s, want %s", party.Company, got.TaxID, want)
		}
	}
}

// What decides is written for merchants, too.
func TestThePageListsTheWordsThatDecide(t *testing.T) {
	page, err := os.ReadFile("../../docs/platforms/payer.md")
	if err != nil {
		t.Fatal(err)
	}
	for what, words := range platform.Words() {
		for _, word := range words {
			if !strings.Contains(string(page), "`"+word+"`") {
				t.Errorf("the page lacks %s of %s", word, what)
			}
		}
	}
}

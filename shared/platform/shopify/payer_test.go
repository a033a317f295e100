package shopify_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/platformtest"
)

// paying is the customer of a body, as platformtest.Payer shows it.
func paying(t *testing.T, body []byte, named ...string) string {
	t.Helper()
	o, err := shop.Order(platform.Payload{Body: body}, platform.Settings{TaxIDFields: named})
	if err != nil {
		t.Fatal(err)
	}
	return platformtest.Payer(o.Customer)
}

func TestTheCasesNameTheOneWhoPays(t *testing.T) {
	const (
		marta = "Marta Quintana | "
		rest  = " | marta.q@example.com | +55 19 98888-1234 | Campinas BR"
	)
	for file, want := range map[string]string{
		"attribute-unknown-name": marta + "11122233396" + rest,
		"carrier-cnpj":           marta + "11122233396" + rest,
		"seller-cpf":             marta + "11122233396" + rest,
		"company-with-cnpj":      "Padaria Sol Nascente | 45723174000110" + rest,
		"default-address-cnpj":   marta + "none" + rest,
		"recipient-company-cpf":  marta + "none" + rest,
		"payer-differs":          "Bruno Teles | 29837465182" + rest,
	} {
		if got := paying(t, platformtest.CaseFile(t, file)); got != want {
			t.Errorf("%s:\n%s, want\n%s", file, got, want)
		}
	}
}

// people are three: who is billed, who has the account, who receives.
func people(changes object) object {
	person := func(name, city string) object {
		return object{"name": name, "address1": "Rua A, 1", "city": city, "zip": "90035170", "province_code": "RS", "country_code": "BR", "phone": "of " + name}
	}
	all := object{
		"billing_address": person("Rui", "Pelotas"), "shipping_address": person("Lia", "Osasco"),
		"customer": object{"first_name": "Ana", "email": "ana@a.example", "phone": "555", "default_address": person("Ana", "Canoas")},
		"email":    "o@o.example", "contact_email": "c@c.example", "phone": nil, "note_attributes": attributes(),
	}
	maps.Copy(all, changes)
	return all
}

func TestOnePartyPaysAndIsReadWhole(t *testing.T) {
	const cpf, cnpj, other = "51483029760", "63820514000103", "72640518380"
	for _, c := range []struct {
		name   string
		change object
		want   string
	}{
		{"the bill", object{}, "Rui | none | o@o.example | of Rui | Pelotas BR"},
		{"no bill", object{"billing_address": nil}, "Ana | none | o@o.example | 555 | Canoas BR"},
		{"the account's e-mail, where the order has none", object{"billing_address": nil, "email": nil, "contact_email": ""}, "Ana | none | ana@a.example | 555 | Canoas BR"},
		{"the account's e-mail, which is another since", object{"billing_address.name": "Ana", "customer.email": "new@a.example"}, "Ana | none | o@o.example | of Rui | Pelotas BR"},
		{"the order's e-mail to reply to", object{"billing_address.name": "Ana", "email": ""}, "Ana | none | c@c.example | of Rui | Pelotas BR"},
		{"a bill that names nobody", object{"billing_address.name": nil, "customer.default_address": nil}, "Ana | none | o@o.example | 555 | Pelotas BR"},
		{"a bill of a country", object{"billing_address": object{"country_code": "BR"}}, "Ana | none | o@o.example | 555 | Canoas BR"},
		{"the recipient", object{"billing_address": nil, "customer": nil}, "Lia | none | o@o.example | of Lia | Osasco BR"},
		{"a bill without more", object{"billing_address": object{"name": "Rui"}, "email": nil, "contact_email": nil}, "Rui | none | none | none | none none"},
		{"the order's own phone", object{"billing_address": object{"name": "Rui"}, "phone": "77"}, "Rui | none | o@o.example | 77 | none none"},
		{"the customer is billed", object{"billing_address": object{"name": "ANA"}, "shipping_address": nil}, "ANA | none | o@o.example | 555 | Canoas BR"},
		{"a home under another's name", object{"billing_address": nil, "customer.default_address.name": "Eva", "customer.default_address.company": cpf}, "Ana | none | o@o.example | 555 | none none"},
		{"a home of the customer's", object{"billing_address": nil, "customer.default_address.company": cpf}, "Ana | 51483029760 | o@o.example | 555 | Canoas BR"},

		{"the recipient's company", object{"shipping_address.company": cnpj}, "Rui | none | o@o.example | of Rui | Pelotas BR"},
		{"the customer's company", object{"customer.default_address.company": "Ipê Ltda - CNPJ " + cnpj}, "Rui | none | o@o.example | of Rui | Pelotas BR"},
		{"the payer's company", object{"billing_address.company": "CNPJ: 63.820.514/0001-03 (Ipê Ltda)"}, "Ipê Ltda | 63820514000103 | o@o.example | of Rui | Pelotas BR"},
		{"the payer's company, mistyped", object{"billing_address.company": "Ipê Ltda, CNPJ 63.820.514/0001-04"}, "Rui | wrong | o@o.example | of Rui | Pelotas BR"},
		{"the payer's company, and a CPF", object{"billing_address.company": "Ipê Ltda CNPJ " + cnpj, "note_attributes": attributes("cpf", cpf)}, "Ipê Ltda | 63820514000103 | o@o.example | of Rui | Pelotas BR"},
		{"a person who works there", object{"billing_address.company": "Ipê Ltda", "note_attributes": attributes("cpf", cpf, "cnpj", cnpj, "Tipo de pessoa", "Física")}, "Rui | 51483029760 | o@o.example | of Rui | Pelotas BR"},

		{"the field of taxes", object{"localizedFields": localized("SHIPPING_CREDENTIAL_BR", other, "TAX_CREDENTIAL_BR", cpf)}, "Rui | 51483029760 | o@o.example | of Rui | Pelotas BR"},
		{"the field of shipping is the recipient's", object{"localizedFields": localized("SHIPPING_CREDENTIAL_BR", other)}, "Rui | none | o@o.example | of Rui | Pelotas BR"},
		{"the field of shipping without a recipient", object{"shipping_address": nil, "localizedFields": localized("SHIPPING_CREDENTIAL_BR", other)}, "Rui | 72640518380 | o@o.example | of Rui | Pelotas BR"},
		{"the field of shipping of who is billed", object{"shipping_address.name": "rui", "localizedFields": localized("SHIPPING_CREDENTIAL_BR", other)}, "Rui | 72640518380 | o@o.example | of Rui | Pelotas BR"},
		{"the field of shipping of who is billed, and an attribute", object{"shipping_address.name": "rui", "localizedFields": localized("SHIPPING_CREDENTIAL_BR", other), "note_attributes": attributes("cpf", cpf)}, "Rui | 51483029760 | o@o.example | of Rui | Pelotas BR"},
		{"the recipient's field, and an attribute", object{"billing_address": nil, "customer": nil, "localizedFields": localized("SHIPPING_CREDENTIAL_BR", other), "note_attributes": attributes("cpf", cpf)}, "Lia | 51483029760 | o@o.example | of Lia | Osasco BR"},
		{"the recipient's field, and that of taxes", object{"billing_address": nil, "customer": nil, "localizedFields": localized("SHIPPING_CREDENTIAL_BR", other, "TAX_CREDENTIAL_BR", cpf)}, "Lia | 51483029760 | o@o.example | of Lia | Osasco BR"},
		{"nobody's field, and that of taxes", object{"billing_address": nil, "customer": nil, "shipping_address.name": nil, "localizedFields": localized("SHIPPING_CREDENTIAL_BR", other, "TAX_CREDENTIAL_BR", cpf)}, "none | 51483029760 | o@o.example | of Lia | Osasco BR"},
		{"the field of a recipient by company", object{"billing_address": nil, "customer": nil, "shipping_address.name": nil, "shipping_address.company": "Ipê", "localizedFields": localized("SHIPPING_CREDENTIAL_BR", cnpj)}, "Ipê | 63820514000103 | o@o.example | of Lia | Osasco BR"},
		{"abroad", object{"billing_address.country_code": "PT", "billing_address.company": "508123456"}, "Rui | foreign: 508123456 | o@o.example | of Rui | Pelotas PT"},
	} {
		if got := paying(t, platformtest.Edit(t, edit(t, people(object{})), c.change)); got != c.want {
			t.Errorf("%s:\n%s, want\n%s", c.name, got, c.want)
		}
	}
}

func TestAnAttributesNameSaysWhoseTaxIDItIs(t *testing.T) {
	const cpf, cnpj = "51483029760", "63820514000103"
	for _, c := range []struct {
		attributes []any
		want       string
	}{
		{attributes("Documento do destinatário", cpf), "none"},
		{attributes("CNPJ Transportadora", cnpj, "CPF do cliente", cpf), cpf},
		{attributes("cpf_aluno", cpf), "unread: cpf_aluno"},
		{attributes("CPF na nota", cpf), cpf},
		{attributes("CPF na nota", "sim"), "none"},
		{attributes("CPF do contador", cpf, "documento", "Nº 514.830.297-61"), "wrong"},
		{attributes("chave", cpf), "none"},
		{attributes("C.P.F./C.N.P.J.", cpf), cpf},
		{attributes("Nº CPF", "CPF 514.830.297–60"), cpf},
		{attributes("CUIT", "20-18000020-9"), "wrong"},
		{attributes("CPF", cpf, "CNPJ", cnpj, "Comprar como", "Pessoa Jurídica"), cnpj},
		{attributes("CPF", cpf, "CNPJ", cnpj, "Razão Social", "Ipê Ltda"), cnpj},
		{attributes("CPF", cpf, "CNPJ", cnpj, "Razão Social", "-"), cpf},
	} {
		_, id, _ := strings.Cut(paying(t, edit(t, people(object{"note_attributes": c.attributes}))), " | ")
		if id, _, _ = strings.Cut(id, " | "); id != c.want {
			t.Errorf("%v: %s, want %s", c.attributes, id, c.want)
		}
	}
	body := edit(t, people(object{"note_attributes": attributes("cpf", cnpj, "CPF-Aluno", cpf)}))
	if got, want := paying(t, body, "cpf aluno"), "Rui | 51483029760 | o@o.example | of Rui | Pelotas BR"; got != want {
		t.Errorf("named by the connection: %s, want %s", got, want)
	}
}

func TestALinesTaxIDIsNobodysThatIsKnown(t *testing.T) {
	const cpf = "51483029760"
	line := func(name string) []any {
		return []any{object{"id": 1, "title": "Curso", "sku": "CURSO", "quantity": 1, "price": "80.00", "properties": attributes(name, cpf)}}
	}
	for name, want := range map[string]string{"CPF": "unread: line_items.properties.CPF", "CPF do aluno": "unread: line_items.properties.CPF do aluno", "CPF do presenteado": "none", "chave": "none"} {
		changes := people(object{"line_items": line(name), "total_price": "80.00"})
		for _, body := range [][]byte{edit(t, changes), fmt.Appendf(nil, `{"order":%s}`, edit(t, changes))} {
			if _, id, _ := strings.Cut(paying(t, body), " | "); !strings.HasPrefix(id, want+" | ") {
				t.Errorf("%s: %s, want %s", name, id, want)
			}
		}
		changes["note_attributes"] = attributes("cpf", "72640518380")
		if _, id, _ := strings.Cut(paying(t, edit(t, changes)), " | "); !strings.HasPrefix(id, "72640518380 | ") {
			t.Errorf("%s, beside the payer's own: %s", name, id)
		}
	}
	for _, named := range []string{"CPF do aluno", "line_items.properties.CPF do aluno"} {
		if got := paying(t, edit(t, people(object{"line_items": line("CPF do aluno"), "total_price": "80.00"})), named); !strings.Contains(got, cpf) {
			t.Errorf("named by the connection: %s", got)
		}
	}
}

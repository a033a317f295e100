package platform_test

import (
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/platformtest"
)

// taxIDOf is whom Ana's tax id is read as, in the country, from the fields: name, value, ...
func taxIDOf(country, company string, pairs ...string) string {
	p := platform.Party{Name: "Ana", Company: company, Address: order.Address{Country: country}}
	for i := 0; i < len(pairs); i += 2 {
		p.Fields = append(p.Fields, platform.Field{Name: pairs[i], Value: pairs[i+1]})
	}
	return strings.Split(platformtest.Payer(paying(platform.Settings{}, platform.Party{}, p)), " | ")[1]
}

// asCUIT is a right CUIT whose digits make a right CPF, too.
const asCUIT = "20180000209"

func TestADocumentSaidToBeAnotherIsNoCPF(t *testing.T) {
	const foreign = "foreign: " + asCUIT
	for _, c := range []struct {
		country, company string
		pairs            []string
		want             string
	}{
		{"AR", "", []string{"document", asCUIT, "document_type", "CUIT"}, foreign},
		{"AR", "", []string{"_billing_document", asCUIT, "_billing_document_type", "CUIT"}, foreign},
		{"PE", "", []string{"tax_id", asCUIT, "tipo de documento", "RUC"}, foreign},
		{"MX", "", []string{"documento", asCUIT, "documentType", "Pasaporte"}, foreign},
		{"US", asCUIT, []string{"document_type", "PASSPORT"}, foreign},
		{"US", "", []string{"passport number", asCUIT}, foreign},
		{"US", "", []string{"CUIT", asCUIT}, foreign},
		{"AR", "", []string{"tax_id", "20-18000020-9"}, "foreign: 20-18000020-9"},
		{"UY", "", []string{"tax_id", "20-18000020-9"}, "foreign: 20-18000020-9"},
		{"AR", asCUIT, nil, foreign},
		{"Argentina", "", []string{"tax_id", asCUIT}, foreign},
		{"BR", "", []string{"document", asCUIT, "document_type", "CUIT"}, "wrong"},
		{"BR", "", []string{"document", asCUIT, "document_type", "RG"}, "wrong"},
		{"BR", "", []string{"passaporte", "AB123456"}, "wrong"},
		{"", "", []string{"tax_id", "20-18000020-9"}, "wrong"},
		{"BR", "", []string{"cpf", cpf, "document", asCUIT, "document_type", "DNI"}, cpf},
		{"BR", "", []string{"passaporte", "AB123456", "cpf", cpf}, cpf},
		// who says nothing of it, or that it is a CPF, gave one
		{"PT", "", []string{"tax_id", cpf}, cpf},
		{"AR", "", []string{"cpf", asCUIT}, asCUIT},
		{"AR", "", []string{"tax_id", cpf}, cpf},
		{"BR", "", []string{"tax_id", asCUIT}, asCUIT},
		{"BR", "", []string{"document", cpf, "document_type", "1e6.d33"}, cpf},
		{"BR", "", []string{"document", cpf, "document_type", "n/a"}, cpf},
		{"BR", "", []string{"document", cpf, "document_type", "CPF/CNPJ"}, cpf},
		{"BR", "", []string{"RG", "123456789"}, "none"},
	} {
		if got := taxIDOf(c.country, c.company, c.pairs...); got != c.want {
			t.Errorf("%s %q %v: %s, want %s", c.country, c.company, c.pairs, got, c.want)
		}
	}
}

func TestAMistypedCPFAbroadIsNoForeignDocument(t *testing.T) {
	for want, pairs := range map[string][]string{
		"wrong":                {"document", "726.405.183-81", "document_type", "CPF"},
		"foreign: AB123456":    {"document", "AB123456", "document_type", "CPF"},
		"foreign: 72640518381": {"document", "72640518381"},
		cpf:                    {"document", cpf, "document_type", "CPF"},
	} {
		if got := taxIDOf("PT", "", pairs...); got != want {
			t.Errorf("%v: %s, want %s", pairs, got, want)
		}
	}
	if got := taxIDOf("PT", "", "tax_id", "63820514000104", "tipo_documento", "CNPJ"); got != "wrong" {
		t.Errorf("a CNPJ: %s", got)
	}
}

func TestTheKindOfPersonIsSaidInOtherWords(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"Comprar como", "Pessoa Jurídica", cnpj}, {"comprar_como", "PF", cpf}, {"tipo_pessoa", "MEI", cnpj},
		{"_billing_is_company", "1", cnpj}, {"isCompany", "true", cnpj}, {"É empresa?", "Sim", cnpj},
		{"is_company", "0", cpf}, {"is_business", "no", cpf}, {"is_company", "talvez", cpf}, {"empresa", "1", cpf},
	} {
		if got := taxIDOf("BR", "", "cpf", cpf, "cnpj", cnpj, c.name, c.value); got != c.want {
			t.Errorf("%s %q: %s, want %s", c.name, c.value, got, c.want)
		}
	}
}

func TestATaxIDIsReadHoweverItIsWritten(t *testing.T) {
	for _, text := range []string{"CPF 726.405.183-80", "CPF: 72640518380", "C.P.F. nº 726.405.183-80", "cpf/cnpj: 726.405.183-80", "726.405.183–80",
		"726.405.183\u201180", "726.405.\u200b183-80", "\u2060726\u00a0405\u00a0183\u00a080", "726405183\u221280"} {
		for _, name := range []string{"cpf", "CPF/CNPJ", "tax_id"} {
			if got := taxIDOf("BR", "", name, text); got != cpf {
				t.Errorf("%s %q: %s", name, text, got)
			}
		}
	}
	for _, text := range []string{"CPF 726.405.183-81", "RG 726.405.183-80", "não tenho CPF"} {
		if got := taxIDOf("BR", "", "cpf", text); got != "wrong" {
			t.Errorf("%q: %s", text, got)
		}
	}
}

package platform_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/platform"
)

// firmOf is the document's name and tax id where Ana's record has the company.
func firmOf(company string, fields ...platform.Field) string {
	c := paying(platform.Settings{}, platform.Party{Fields: fields}, platform.Party{Name: "Ana", Company: company})
	if c.TaxIDWrong {
		return c.Name + " wrong"
	}
	return c.Name + " " + string(c.TaxID)
}

func TestACompanyIsNamedUnderOtherNames(t *testing.T) {
	both := []platform.Field{{Name: "CPF", Value: cpf}, {Name: "CNPJ", Value: cnpj}}
	for name, want := range map[string]string{
		"Razão Social": "Ipê Ltda " + cnpj, "_billing_razao_social": "Ipê Ltda " + cnpj, "razaoSocial": "Ipê Ltda " + cnpj,
		"_billing_company_name": "Ipê Ltda " + cnpj, "Nome da empresa": "Ipê Ltda " + cnpj, "Empresa (nome)": "Ipê Ltda " + cnpj,
		"Razão social do vendedor": "Ana " + cpf, "nome": "Ana " + cpf, "campanha": "Ana " + cpf,
	} {
		if got := firmOf("", append(slices.Clone(both), platform.Field{Name: name, Value: "Ipê Ltda"})...); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	named := platform.Field{Name: "Razão Social", Value: "Ipê Ltda"}
	for _, c := range []struct {
		company string
		fields  []platform.Field
		want    string
	}{
		{"", []platform.Field{{Name: "cnpj", Value: cnpj}, named}, "Ipê Ltda " + cnpj},
		{cnpj, []platform.Field{named}, "Ipê Ltda " + cnpj},
		{"Padaria", []platform.Field{{Name: "cnpj", Value: cnpj}, named}, "Padaria " + cnpj},
		{"", []platform.Field{{Name: "cpf", Value: cpf}, named}, "Ana " + cpf},
		{"", append(slices.Clone(both), platform.Field{Name: "Razão Social", Value: "N/A"}), "Ana " + cpf},
		{"", append(slices.Clone(both), named, platform.Field{Name: "tipo_pessoa", Value: "F"}), "Ana " + cpf},
		{"", []platform.Field{{Name: "Razão Social", Value: "Ipê Ltda CNPJ 63.820.514/0001-03"}}, "Ipê Ltda " + cnpj},
	} {
		if got := firmOf(c.company, c.fields...); got != c.want {
			t.Errorf("%q %v: %s, want %s", c.company, c.fields, got, c.want)
		}
	}
	// Another record's is its own.
	other := platform.Party{Name: "Ana", Fields: platform.Fields{named}}
	if c := paying(platform.Settings{}, platform.Party{Fields: both}, platform.Party{Name: "Ana"}, other); c.TaxID != cpf {
		t.Errorf("another record's: %s %s", c.Name, c.TaxID)
	}
}

func TestWhatIsNoCompanyIsNoName(t *testing.T) {
	for _, text := range []string{"N/A", "n/a", "-", "--", ".", "null", "Não tenho", "NENHUMA", "Pessoa Física", "pessoa física.", "Isento", "1", "12", "12345", "MEI", "CPF"} {
		if got := firmOf(text, platform.Field{Name: "cpf", Value: cpf}, platform.Field{Name: "cnpj", Value: cnpj}); got != "Ana "+cpf {
			t.Errorf("%q with both: %s", text, got)
		}
		if got := firmOf(text, platform.Field{Name: "cnpj", Value: cnpj}); got != "Ana "+cnpj {
			t.Errorf("%q with a CNPJ: %s", text, got)
		}
		if c := paying(platform.Settings{}, platform.Party{}, platform.Party{At: "bill", Company: text}, platform.Party{Name: "Rui"}); text[0] > '9' && c.Name != "Rui" {
			t.Errorf("%q names somebody: %s", text, c.Name)
		}
	}
	for _, text := range []string{"Não Tenho Pressa Ltda", "X Tudo", "3M", "Nenhuma Outra ME", "MEI Ipê", "Ipê (Filial)", "日本", "99 Táxis"} {
		if got := firmOf(text, platform.Field{Name: "cnpj", Value: cnpj}); got != text+" "+cnpj {
			t.Errorf("%q: %s", text, got)
		}
	}
}

func TestWhatStandsBesideACompanysNameIsNoPartOfIt(t *testing.T) {
	const id = "63.820.514/0001-03"
	for text, want := range map[string]string{
		"CNPJ: " + id + " IE: 123.456.789.110": "Ana", "I.E. ISENTO - CNPJ " + id: "Ana", "CNPJ n° " + id: "Ana", "CNPJ nº: " + id: "Ana", "MEI " + id: "Ana",
		"CNPJ/CPF: " + id: "Ana", "CPF/CNPJ " + id: "Ana", "CNPJ: " + id + " Tel: (19) 98888-1234": "Ana", id + " 726.405.183-80": "Ana", id + " 51 98888-1234": "Ana",
		"CNPJ nº: " + id + " / Ipê Ltda": "Ipê Ltda", "Empresa: Ipê Ltda CNPJ: " + id: "Ipê Ltda", "Ipê Ltda CNPJ: " + id + " I.E. ISENTO": "Ipê Ltda",
		"Ipê Ltda, CNPJ " + id + ", IE 123456789": "Ipê Ltda", "Ipê Ltda\nCNPJ " + id: "Ipê Ltda", "Ipê Ltda Insc. Est. 123456789 CNPJ " + id: "Ipê Ltda",
		"Ipê (Filial) - CNPJ " + id: "Ipê (Filial)", "Ipê Ltda (CNPJ " + id + ")": "Ipê Ltda", "CNPJ " + id + " Nova Era Ltda": "Nova Era Ltda",
		"Ipê Ltda 63.820.514/0001–03": "Ipê Ltda",
	} {
		if got := firmOf(text); got != want+" "+cnpj {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	for text, want := range map[string]string{"Ipê Ltda IE 123456789": "Ipê Ltda", "IE 123456789": "Ana", "Empresa: Ipê": "Ipê", "IE Ltda": "IE Ltda", "Marie 1234567": "Marie 1234567"} {
		if got := firmOf(text, platform.Field{Name: "cnpj", Value: cnpj}); got != want+" "+cnpj {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// Told by its form or its number of digits, without the word CNPJ.
func TestAMistypedTaxIDBesideACompanysNameIsWrong(t *testing.T) {
	for _, text := range []string{
		"Quintana Ltda 32618745000106", "Quintana Ltda 32.618.745/0001-06", "Quintana Ltda - 32618745000106", "Marta 318.402.975-15", "Marta 31840297515",
		"32.618.745/0001-06 Quintana Ltda", "Ipê (32618745000106)", "Ipê, 32.618.745/0001–06, filial", "Ipê 318402975-15", "Ipê 318 402 975 15", "Ipê 32 618 745 0001 06", "Ipê 00.000.000/0000-00", "Ipê Ltda IE 123456789 32618745000106",
		"32618745000106 Ipê Tel. (51) 98888-1234",
	} {
		if got := firmOf(text); !strings.HasSuffix(got, " wrong") {
			t.Errorf("%q: %q", text, got)
		}
		// Never the person beside it, but for a CPF: that may be the same person's.
		got := firmOf(text, platform.Field{Name: "cpf", Value: cpf})
		if wrongCPF := strings.Contains(text, "318"); wrongCPF != (got == "Ana "+cpf) || wrongCPF == strings.HasSuffix(got, " wrong") {
			t.Errorf("%q beside a CPF: %q", text, got)
		}
		if got := firmOf(text, platform.Field{Name: "cnpj", Value: cnpj}); !strings.HasSuffix(got, " "+cnpj) {
			t.Errorf("%q beside a CNPJ: %q", text, got)
		}
	}
	for _, text := range []string{
		"Ipê Ltda 51 98888-1234", "Ipê (51) 98888-1234", "Ipê 51988881234", "Padaria 51988881234", "Padaria 5133331234", "Ipê 5551988881234", "Ipê +5551988881234", "Padaria 08007771234", "Padaria 0800 777 1234",
		"Ipê 01310-100", "Ipê 01310100", "Ipê 24/11/2026", "Ipê 2026-11-24", "Ipê 1250", "Ipê 2000 Ltda", "Ipê IE 12345678901", "Ipê I.E. 123.456.789-01", "Ipê Tel 31840297515",
		"Ipê AB31840297515", "Ipê 318402975151", "Ipê 123.456.789.110", "Ipê 1.234.567", "Ipê 24/11/2026 10:15:30", "Rua Ipê 123 01310100", "Ipê 123 24112026", "Ipê 51 988 881 234",
	} {
		if got := firmOf(text); got != "Ana " {
			t.Errorf("%q: %q", text, got)
		}
		if got := firmOf(text, platform.Field{Name: "cpf", Value: cpf}); got != "Ana "+cpf {
			t.Errorf("%q beside a CPF: %q", text, got)
		}
	}
	for text, want := range map[string]string{"Ipê Ltda 63.820.514/0001-04": "Ipê Ltda ", "ANA PRADO 72640518381": "ANA PRADO "} {
		if got := firmOf(text, platform.Field{Name: "cnpj", Value: cnpj}); got != want+cnpj {
			t.Errorf("%q: %q, want %q", text, got, want+cnpj)
		}
	}
}

func TestAMEIsLegalNameStaysWhole(t *testing.T) {
	for _, c := range []struct{ company, field, want string }{
		{"ANA PRADO " + cpf, cnpj, "ANA PRADO " + cpf + " " + cnpj},
		{"Ana Prado d'Ávila " + cpf, cnpj, "Ana Prado d'Ávila " + cpf + " " + cnpj},
		{"63.820.514 ANA PRADO", cnpj, "63.820.514 ANA PRADO " + cnpj},
		{"ANA PRADO " + cpf, "", "Ana " + cpf},
		{"ANA PRADO CPF " + cpf, cnpj, "ANA PRADO " + cnpj},
	} {
		if got := firmOf(c.company, platform.Field{Name: "cnpj", Value: c.field}); got != c.want {
			t.Errorf("%q: %s, want %s", c.company, got, c.want)
		}
	}
	if c := paying(platform.Settings{}, platform.Party{}, platform.Party{Company: "ANA PRADO " + cpf}); c.Name != "ANA PRADO" || c.TaxID != cpf {
		t.Errorf("a person of whom nothing else is known: %q %s", c.Name, c.TaxID)
	}
}

func TestDigitsAloneInACompanysFieldAreATaxIDFromSixOn(t *testing.T) {
	for text, want := range map[string]string{"1": "Ana ", "31": "Ana ", "12345": "Ana ", "123456": "Ana wrong", "1234567": "Ana wrong", "12345678": "Ana wrong",
		"12.345.678": "Ana wrong", "123456789": "Ana wrong", "19988881234": "Ana wrong", "apto 123456": "Ana "} {
		if got := firmOf(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

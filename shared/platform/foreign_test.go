package platform_test

import (
	"testing"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
)

// abroad is the payer who lives abroad and has these fields.
func abroad(country string, fields ...platform.Field) (order.Customer, order.Origins) {
	return platform.Payer(platform.Settings{}, platform.Party{}, platform.Party{At: "bill", Name: "Ana", Fields: fields, Address: order.Address{Country: country}})
}

func TestWhatIdentifiesNobodyAbroadIsNoDocument(t *testing.T) {
	for _, text := range []string{
		"N/A", "NA", "none", "no", "-", "--", "x", "xxx", "não tenho", "Não possuo", "estrangeiro", "passport", "exterior", "no tengo", "keine", "нет", "没有",
		"0", "000", "00000000000", "000.000.000-00", "111", "111.111.111-11", "99999999999", "999.999.999-99", "X0000000", "1", "12", "x1",
		"123456", "12345678900", "123.456.789-00", "1234567890", "987654321", "0123456789",
		"XAXX010101000", "xaxx-010101-000", "XEXX010101000", "222222222222", "9999999999999", "66.666.666-6", "999999990", "999 999 990", "99001",
	} {
		for _, name := range []string{"cpf", "document", "tax_id", "passaporte"} {
			c, from := abroad("MX", platform.Field{Name: name, Value: text})
			if c.TaxID != "" || c.TaxIDWrong || c.TaxIDUnread != "" || c.ForeignID != "" || from.TaxID != "" {
				t.Errorf("%s %q: %+v, at %q", name, text, c, from.TaxID)
			}
		}
	}
	if c, from := abroad("US", platform.Field{Name: "cpf", Value: "N/A"}); c.TaxID != "" || !tells(from, "bill.cpf") {
		t.Errorf("a filler isn't told: %v", from.Dropped)
	}
}

func TestADocumentAbroadIsOneBesideAFiller(t *testing.T) {
	for want, fields := range map[string][]platform.Field{
		"AB1234567":     {{Name: "cpf", Value: "N/A"}, {Name: "passaporte", Value: "AB1234567"}},
		"RARL900101AB1": {{Name: "cpf", Value: "000.000.000-00"}, {Name: "documento", Value: "RARL900101AB1"}},
		"20-1234567-8":  {{Name: "cpf", Value: "não tenho"}, {Name: "documento_extranjero", Value: "20-1234567-8"}},
		"A1230":         {{Name: "cpf", Value: "A1230"}},
		"510":           {{Name: "cpf", Value: "510"}},
	} {
		if c, from := abroad("PT", fields...); c.ForeignID != want || from.TaxID == "" {
			t.Errorf("%v: %+v", fields, c)
		}
	}
	// A right one of Brazil's goes first, and one of which nobody knows whose still rejects.
	if c, _ := abroad("PT", platform.Field{Name: "document", Value: "N/A"}, platform.Field{Name: "cpf", Value: cpf}); c.TaxID != cpf {
		t.Errorf("a right CPF abroad: %+v", c)
	}
	if c, _ := abroad("PT", platform.Field{Name: "cpf", Value: "N/A"}, platform.Field{Name: "cpf_indicado", Value: cpf}); c.TaxIDUnread != "cpf_indicado" {
		t.Errorf("one of nobody knows whom: %+v", c)
	}
	// In Brazil a filler is a tax id that can't be used, as before.
	if c, _ := abroad("BR", platform.Field{Name: "cpf", Value: "não tenho"}); !c.TaxIDWrong {
		t.Errorf("a filler in Brazil: %+v", c)
	}
}

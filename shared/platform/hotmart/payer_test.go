package hotmart_test

import (
	"testing"

	"github.com/carimbo/carimbo/shared/platform/platformtest"
)

func TestABuyerAbroadIsToldByTheCountry(t *testing.T) {
	want := "Celso Peixoto | none | celso.p@example.com | 21997776655 | Puebla MX"
	if got := platformtest.Payer(decode(t, platformtest.CaseFile(t, "foreign-document"), "").Customer); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	const helena, rest = "Helena Prado | ", " | helena.prado@correio.example | "
	const home, away = "+55 31 95555-0142 | Belo Horizonte ", "31955550142 | Belo Horizonte "
	for _, c := range []struct {
		name   string
		change map[string]any
		want   string
	}{
		{"a passport", map[string]any{"data.buyer.document": "AB1234", "data.buyer.address.country_iso": "pt"}, helena + "foreign: AB1234" + rest + away + "PT"},
		{"an RFC", map[string]any{"data.buyer.document": "RARL900101AB1", "data.buyer.document_type": "RFC", "data.buyer.address.country_iso": "MX"}, helena + "foreign: RARL900101AB1" + rest + away + "MX"},
		{"Mexico's RFC of everybody", map[string]any{"data.buyer.document": "XEXX-010101-000", "data.buyer.document_type": "RFC", "data.buyer.address.country_iso": "MX"}, helena + "none" + rest + away + "MX"},
		{"a passport in Brazil", map[string]any{"data.buyer.document": "AB1234"}, helena + "wrong" + rest + home + "BR"},
		{"another document whose digits make a CPF", map[string]any{"data.buyer.document": "20180000209", "data.buyer.document_type": "CUIT", "data.buyer.address.country_iso": "AR"}, helena + "foreign: 20180000209" + rest + away + "AR"},
		{"the same in Brazil", map[string]any{"data.buyer.document": "20180000209", "data.buyer.document_type": "CUIT"}, helena + "wrong" + rest + home + "BR"},
		{"a CPF that was mistyped abroad", map[string]any{"data.buyer.document": "38491726518", "data.buyer.document_type": "CPF", "data.buyer.address.country_iso": "PT"}, helena + "wrong" + rest + away + "PT"},
		{"the producer's", map[string]any{"data.buyer.document": nil, "data.producer.cnpj": "45723174000110"}, helena + "none" + rest + home + "BR"},
		{"a CPF abroad", map[string]any{"data.buyer.address.country_iso": "US"}, helena + "38491726519" + rest + away + "US"},
		{"the checkout's country", map[string]any{"data.buyer.document": "AB1234", "data.buyer.address.country_iso": nil, "data.buyer.address.country": nil, "data.purchase.checkout_country.iso": "AR"}, helena + "foreign: AB1234" + rest + away + "AR"},
		{"nothing says where", map[string]any{"data.buyer.document": "AB1234", "data.buyer.address.country_iso": nil, "data.buyer.address.country": nil, "data.purchase.checkout_country.iso": "BR"}, helena + "wrong" + rest + home + "none"},
		{"under another name", map[string]any{"data.buyer.document": nil, "data.buyer.cpf": "384.917.265-19"}, helena + "38491726519" + rest + home + "BR"},
		{"under an unknown name", map[string]any{"data.buyer.document": nil, "data.buyer.cpf_indicador": "384.917.265-19"}, helena + "unread: cpf_indicador" + rest + home + "BR"},
	} {
		if got := platformtest.Payer(decode(t, edit(t, c.change), "").Customer); got != c.want {
			t.Errorf("%s:\n%s, want\n%s", c.name, got, c.want)
		}
	}
}

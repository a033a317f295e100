package platform_test

import (
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/platform"
)

var ufs = map[string]string{
	"Acre": "AC", "Alagoas": "AL", "Amapá": "AP", "Amazonas": "AM", "Bahia": "BA", "Ceará": "CE",
	"Distrito Federal": "DF", "Espírito Santo": "ES", "Goiás": "GO", "Maranhão": "MA", "Mato Grosso": "MT",
	"Mato Grosso do Sul": "MS", "Minas Gerais": "MG", "Pará": "PA", "Paraíba": "PB", "Paraná": "PR",
	"Pernambuco": "PE", "Piauí": "PI", "Rio de Janeiro": "RJ", "Rio Grande do Norte": "RN",
	"Rio Grande do Sul": "RS", "Rondônia": "RO", "Roraima": "RR", "Santa Catarina": "SC", "São Paulo": "SP",
	"Sergipe": "SE", "Tocantins": "TO",
}

func TestStateIsItsUFHoweverItIsWritten(t *testing.T) {
	if len(ufs) != 27 {
		t.Fatalf("%d states", len(ufs))
	}
	plain := strings.NewReplacer("á", "a", "ã", "a", "í", "i", "ô", "o")
	for name, uf := range ufs {
		for _, text := range []string{name, strings.ToUpper(name), strings.ToLower(name), plain.Replace(name), " " + name + "  ",
			strings.ReplaceAll(name, " ", "  "), uf, strings.ToLower(uf), " " + uf} {
			if got := platform.UF(text); got != uf {
				t.Errorf("UF(%q) = %q, want %q", text, got, uf)
			}
		}
	}
	if got := platform.UF("Sa\u0303o Paulo"); got != "SP" {
		t.Errorf("a combining tilde gives %q", got)
	}
	for _, text := range []string{"", "XX", "California", "Minas", "S", "\xff", "BR"} {
		if got := platform.UF(text); got != "" {
			t.Errorf("UF(%q) = %q", text, got)
		}
	}
}

func TestAUFAndACEPAreBrazilsAlone(t *testing.T) {
	type region struct{ country, uf, cep string }
	for _, c := range []struct {
		country loose.Text
		states  []loose.Text
		want    region
	}{
		{"BR", []loose.Text{"MG"}, region{"BR", "MG", "30140120"}},
		{"br", []loose.Text{"", "Minas Gerais"}, region{"BR", "MG", "30140120"}},
		{"", []loose.Text{"mg", "SP"}, region{"", "MG", "30140120"}},
		{"BR", []loose.Text{"XX", "SP"}, region{"BR", "SP", "30140120"}},
		{"BR", nil, region{"BR", "", "30140120"}},
		{"us", []loose.Text{"PA"}, region{"US", "", ""}},
	} {
		var got region
		if got.country, got.uf, got.cep = platform.Region(c.country, "30140-120", c.states...); got != c.want {
			t.Errorf("%s %v: %v, want %v", c.country, c.states, got, c.want)
		}
	}
}

package platform_test

import (
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/order"
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

// place is an address as an order has it: city, UF, CEP and country.
func place(a order.Address) string {
	a = paying(platform.Settings{}, platform.Party{}, platform.Party{Name: "Ana", Address: a}).Address
	return a.City + " | " + a.State + " | " + a.PostalCode + " | " + a.Country
}

func TestAStateIsFoundBesideItsName(t *testing.T) {
	for uf, texts := range map[string]string{
		"SP": "SP - São Paulo|São Paulo (SP)|BR-SP|Estado de São Paulo|SP/Brasil|sao paulo, sp", "PR": "Estado do Paraná|PR-Paraná",
		"": "Ji|BR-XX|Estado|SPR|estado de", "MT": "Mato Grosso", "MS": "Mato Grosso do Sul - MS",
	} {
		for text := range strings.SplitSeq(texts, "|") {
			if got := platform.UF(text); got != uf {
				t.Errorf("UF(%q) = %q, want %q", text, got, uf)
			}
		}
	}
}

func TestBrazilIsBRHoweverItIsWritten(t *testing.T) {
	for want, texts := range map[string]string{
		"BR": "BR|br|Brasil|BRASIL|brazil|BRA|Brésil| Brasil |Brasil (BR)|BR - Brasil|República Federativa do Brasil|076|1058",
		"":   "|-|N/A|null|undefined|XX|ZZ|0|?", "US": "us|US", "PORTUGAL": "Portugal|portugal", "NA": "NA", "BRL": "BRL", "BRUNEI": "Brunei",
	} {
		for text := range strings.SplitSeq(texts, "|") {
			if got := place(order.Address{Country: text}); got != " |  |  | "+want {
				t.Errorf("%q: %s, want %s", text, got, want)
			}
		}
	}
}

func TestAUFAndACEPAreBrazilsAlone(t *testing.T) {
	for _, c := range []struct{ state, zip, country, want string }{
		{"MG", "30140-120", "BR", " | MG | 30140120 | BR"}, {"Minas Gerais", " 30.140-120", "Brasil", " | MG | 30140120 | BR"},
		{"mg", "CEP 30140120", "", " | MG | 30140120 | "}, {"", "30140-120", "BR", " | MG | 30140120 | BR"}, {"XX", "30140-120", "BR", " | MG | 30140120 | BR"},
		{"SP", "1310100", "BR", " | SP | 01310100 | BR"}, {"SP", "1310-100", "", " | SP | 01310100 | "},
		{"SP", "00000-000", "BR", " | SP |  | BR"}, {"SP", "123", "BR", " | SP |  | BR"}, {"SP", "30140-1200", "", " | SP |  | "},
		{"RJ", "01310-100", "BR", " | RJ | 01310100 | BR"}, {"", "", "", " |  |  | "},
		{"PA", "19103", "us", " |  | 19103 | US"}, {"", "1000-205", "PT", " |  | 1000-205 | PT"}, {"DC", "SW1A 1AA", "Reino Unido", " |  | SW1A 1AA | REINO UNIDO"},
	} {
		if got := place(order.Address{State: c.state, PostalCode: c.zip, Country: c.country}); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

// The first and the last CEP of the range of each state, from the Correios' table.
func TestACEPTellsItsState(t *testing.T) {
	for uf, ranges := range map[string]string{
		"SP": "01000 19999", "RJ": "20000 28999", "ES": "29000 29999", "MG": "30000 39999", "BA": "40000 48999", "SE": "49000 49999",
		"PE": "50000 56999", "AL": "57000 57999", "PB": "58000 58999", "RN": "59000 59999", "CE": "60000 63999", "PI": "64000 64999",
		"MA": "65000 65999", "PA": "66000 68899", "AP": "68900 68999", "AM": "69000 69299 69400 69899", "RR": "69300 69399", "AC": "69900 69999",
		"DF": "70000 72799 73000 73699", "GO": "72800 72999 73700 76799", "RO": "76800 76999", "TO": "77000 77999", "MT": "78000 78899",
		"MS": "79000 79999", "PR": "80000 87999", "SC": "88000 89999", "RS": "90000 99999",
	} {
		for first := range strings.FieldsSeq(ranges) {
			if got := place(order.Address{PostalCode: first + "-999"}); got != " | "+uf+" | "+first+"999 | " {
				t.Errorf("%s: %s, want %s", first, got, uf)
			}
		}
	}
}

func TestACityIsReadWithoutTheUFBehindIt(t *testing.T) {
	for _, c := range []struct{ city, state, want string }{
		{"Brasília - DF", "", "Brasília | DF"}, {"São Paulo/SP", "SP", "São Paulo | SP"}, {"CURITIBA (PR)", "", "CURITIBA | PR"},
		{"Belo Horizonte, MG", "Minas Gerais", "Belo Horizonte | MG"}, {"Porto Alegre – RS", "", "Porto Alegre | RS"}, {"Olinda-pe", "", "Olinda | PE"},
		{"RECIFE PE", "", "RECIFE | PE"}, {"Campinas sp", "SP", "Campinas | SP"}, {"Santos|SP ", "", "Santos | SP"}, {"Vitória [ES].", "", "Vitória | ES"},
		{"São Paulo - São Paulo", "SP", "São Paulo | SP"}, {"Salvador (Bahia)", "BA", "Salvador | BA"}, {"Rio de Janeiro, Rio de Janeiro", "RJ", "Rio de Janeiro | RJ"},
		{"Niterói - RJ, Brasil", "", "Niterói | RJ"}, {"Goiânia/Brasil", "GO", "Goiânia | GO"},
		{"Ji-Paraná", "RO", "Ji-Paraná | RO"}, {"Ji-Paraná - RO", "", "Ji-Paraná | RO"}, {"Grão-Pará", "SC", "Grão-Pará | SC"}, {"Xangri-lá", "RS", "Xangri-lá | RS"},
		{"Novo Brasil", "GO", "Novo Brasil | GO"}, {"Pio IX", "PI", "Pio IX | PI"}, {"São Paulo", "", "São Paulo | "}, {"Sé", "SP", "Sé | SP"}, {"Praça da Se", "", "Praça da Se | "},
		{"Não-Me-Toque", "RS", "Não-Me-Toque | RS"}, {"SP", "", "SP | "}, {"/SP", "", "/SP | "}, {"Passa e Fica", "RN", "Passa e Fica | RN"}, {"", "SP", " | SP"}, {"Mogi-Guaçu - XX", "", "Mogi-Guaçu - XX | "},
	} {
		if got := place(order.Address{City: c.city, State: c.state}); got != c.want+" |  | " {
			t.Errorf("%q in %q: %s, want %s", c.city, c.state, got, c.want)
		}
	}
	if got := place(order.Address{City: "Washington, DC", State: "DC", Country: "US"}); got != "Washington, DC |  |  | US" {
		t.Errorf("abroad: %s", got)
	}
}

func TestOfTwoUFsTheCEPChoosesOrElseTheCitys(t *testing.T) {
	for _, c := range []struct{ city, state, zip, want string }{
		{"Brasília - DF", "GO", "", "DF"}, {"Brasília - DF", "GO", "70040-010", "DF"}, {"Águas Lindas - DF", "GO", "72910-000", "GO"},
		{"São Paulo/SP", "AC", "01310-100", "SP"}, {"Santos/SP", "AC", "20040-002", "SP"}, {"São Paulo", "AC", "01310-100", "AC"},
	} {
		if got := strings.Split(place(order.Address{City: c.city, State: c.state, PostalCode: c.zip}), " | ")[1]; got != c.want {
			t.Errorf("%s in %s, %s: %s, want %s", c.city, c.state, c.zip, got, c.want)
		}
	}
}

package omie_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/omie"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words/wordstest"
)

// inCity is an account with that cCidPrestServ.
func inCity(city string) string {
	return `{"os": {"InformacoesAdicionais": {"cCodCateg": "1.01.02", "nCodCC": 3731356020, "cCidPrestServ": "` + city + `"}},
		"customer": {"default": 3795260786}, "services": {"*": {"nCodServico": 3846592864}}}`
}

func TestTheCityOfTheServiceHasItsState(t *testing.T) {
	for city, fine := range map[string]bool{
		"SAO PAULO": false, "3550308": false, "SAO PAULO (XX)": false, "SAO PAULO - SP": false, "(SP)": false, "{address.city}": false,
		"{address.state}": false, "VILA BELA DA SANTISSIMA TRINDADE DO SUL (MT)": false,
		"SAO PAULO (SP)": true, "São Paulo (SP)": true, "Santa Bárbara d'Oeste (SP)": true, "{address.city} ({address.state})": true,
		"{address.city} (SP)": true,
	} {
		says := ""
		for _, p := range omie.Check(json.RawMessage(inCity(city))) {
			wordstest.Translated(t, p.Message)
			if p.Path == "os.InformacoesAdicionais.cCidPrestServ" && !p.Warning {
				says = p.Message.String()
			}
		}
		if fine != (says == "") || !fine && !strings.Contains(says, "CIDADE (UF), at most 40 characters") {
			t.Errorf("%s: %q", city, says)
		}
	}
}

func TestTheBuyersCityIsWrittenAsOmieKnowsIt(t *testing.T) {
	for name, c := range map[string]struct {
		city, state, configured, want string
		rejected                      bool
	}{
		"the buyer's":               {city: "São Paulo", state: "SP", configured: "{address.city} ({address.state})", want: "SAO PAULO (SP)"},
		"with an apostrophe":        {city: "Santa Bárbara d’Oeste", state: "SP", configured: "{address.city} ({address.state})", want: "SANTA BARBARA D'OESTE (SP)"},
		"the account's, in letters": {configured: "Curitiba (PR)", want: "CURITIBA (PR)"},
		"no address":                {configured: "{address.city} ({address.state})"},
		"no state":                  {city: "Santos", configured: "{address.city} ({address.state})", rejected: true},
		"no city":                   {state: "SP", configured: "{address.city} ({address.state})", rejected: true},
		"abroad":                    {city: "Porto", state: "13", configured: "{address.city} ({address.state})", rejected: true},
		"longer than the field":     {city: strings.Repeat("Vila ", 8) + "Rica", state: "MT", configured: "{address.city} ({address.state})", rejected: true},
	} {
		s := simulate(t, inCity(c.configured))
		o := paid(t, "100", "1 x 100")
		o.Customer = order.Customer{Address: order.Address{City: c.city, State: c.state}}
		doc, err := s.Document(o, reference)
		if reason, _ := order.AsRejection(err); c.rejected != (err != nil) || c.rejected && (reason.Kind != order.Preflight || !strings.Contains(reason.Message.String(), "cCidPrestServ")) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil {
			continue
		}
		got, _ := param(t, doc)["InformacoesAdicionais"].(map[string]any)["cCidPrestServ"].(string)
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if answer := s.Create(t.Context(), doc); answer.Kind != erp.Created {
			t.Errorf("%s: %+v", name, answer)
		}
	}
}

func TestReaisOfATaxAreNeverTheSameForEveryPrice(t *testing.T) {
	const inline = `"cDescServ": "Serviço", "cCodServLC116": "7.07", "cCodServMun": "01015", "cTribServ": "01"`
	for fields, want := range map[string][]string{
		inline + `, "impostos": {"cUtilizaValorImposto": "S", "nValorPIS": 4.5, "nValorIRRF": 100, "nTotDeducao": 50}, "DeducoesIss": [{"nValorDeducao": 50}]`: {
			"DeducoesIss.0.nValorDeducao", "impostos.cUtilizaValorImposto", "impostos.nTotDeducao", "impostos.nValorIRRF", "impostos.nValorPIS"},
		`"nCodServico": 1, "impostos": {"nValorINSS": 11, "nValorCOFINS": 3, "nValorCSLL": 1}`:                                                                            {"impostos.nValorCOFINS", "impostos.nValorCSLL", "impostos.nValorINSS"},
		`"nCodServico": 1, "impostos": {"nValorDeducaoIRRF": 10}, "DeducoesIss": [{}, {"nValorTotNfRef": 9}]`:                                                             {"DeducoesIss.1.nValorTotNfRef", "impostos.nValorDeducaoIRRF"},
		`"nCodServico": 1, "DeducoesIss": [{"nPercDeducao": 60}, {"nPercDeducao": 60}], "viaUnica": {"nValorTotal": 50}`:                                                  {"DeducoesIss", "viaUnica.nValorTotal"},
		`"nCodServico": 1, "DeducoesIss": [{"nPercDeducao": 60}, {"nPercDeducao": 40}], "viaUnica": {"nValorICMS": 12}`:                                                   {"viaUnica.nValorICMS"},
		`"nCodServico": 1, "impostos": {"cUtilizaValorImposto": "N", "nAliqPIS": 4.5, "cRetemPIS": "S"}, "DeducoesIss": [{"nPercDeducao": 10}]`:                           nil,
		inline + `, "impostos": {"cCST": "000", "cClassTrib": "000001", "nAliqIbsUf": 0.1, "nAliqIbsMun": 0, "nAliqCbs": 0.9, "cIndOPer": "030102"}, "cNbs": "118061100"`: nil,
	} {
		refused := map[string]bool{}
		for _, p := range omie.Check(json.RawMessage(`{"services": {"A": {` + fields + `}}}`)) {
			wordstest.Translated(t, p.Message)
			if !p.Warning {
				refused[strings.TrimPrefix(p.Path, "services.A.")] = true
			}
		}
		if got := slices.Sorted(maps.Keys(refused)); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", fields, got, want)
		}
	}
}

func TestReaisOfTheInvoicesDetailsAreRefused(t *testing.T) {
	found := map[string]bool{}
	for _, p := range omie.Check(json.RawMessage(`{"os": {"InformacoesAdicionais": {"DetalhesNfse": {"nValorDeducao": 50, "nTotRet": 1, "cTexto": "a"}}}, ` + goodService + `}`)) {
		wordstest.Translated(t, p.Message)
		found[p.Path] = !p.Warning
	}
	for name, refused := range map[string]bool{"nValorDeducao": true, "nTotRet": true, "cTexto": false} {
		if found["os.InformacoesAdicionais.DetalhesNfse."+name] != refused {
			t.Errorf("%s: %v", name, found)
		}
	}
}

func TestTheStageThatInvoicesIsWarnedOf(t *testing.T) {
	for stage, warned := range map[string]bool{"10": false, "20": false, "30": false, "40": false, "50": true} {
		for header, also := range map[string]bool{`{"cEtapa": "` + stage + `"}`: warned, `{"cEtapa": "` + stage + `", "cCodParc": "000", "nQtdeParc": 1, "dDtPrevisao": "+3d"}`: warned} {
			found := false
			for _, p := range omie.Check(json.RawMessage(`{"os": {"Cabecalho": ` + header + `}, ` + goodService + `}`)) {
				wordstest.Translated(t, p.Message)
				found = found || p.Path == "os.Cabecalho.cEtapa" && p.Warning
			}
			if found != also {
				t.Errorf("%s: warned %v", header, found)
			}
		}
	}
}

func TestAFeeBelowZeroIsADiscountOfTheOS(t *testing.T) {
	for discount, want := range map[string]string{"9.88": "3 x 59.9 - 8.08, 1 x 39.9 - 1.8", "0.01": "3 x 59.9 - 0.01, 1 x 39.9", "219.60": "3 x 59.9 - 179.7, 1 x 39.9 - 39.9"} {
		o := paid(t, "0", "3 x 59.90", "1 x 39.90")
		o.Discount = money(t, discount)
		o.Total = o.Sum()
		doc, err := client(t, within(`"kind": "omie"`)).Document(o, reference)
		if err != nil {
			t.Fatal(err)
		}
		if got := said(t, param(t, doc)); got != want {
			t.Errorf("%s off: %s, want %s", discount, got, want)
		}
	}
}

func TestAServiceOfTheCatalogueIsNamedInEachWay(t *testing.T) {
	for service, c := range map[string]struct{ says, want string }{
		`{"nCodServico": 3846592864}`:                    {want: `{"nCodServico":3846592864,"nQtde":1,"nValUnit":100}`},
		`{"cCodIntServico": "{line.sku}"}`:               {want: `{"cCodIntServico":"CURSO-GO","nQtde":1,"nValUnit":100}`},
		`{"cDescServ": "Manutenção de Computadores"}`:    {want: `{"cDescServ":"Manutenção de Computadores","nQtde":1,"nValUnit":100}`},
		`{"cDescServ": "{line.name}"}`:                   {want: `{"cDescServ":"Curso de Go","nQtde":1,"nValUnit":100}`},
		`{"cDescServ": "{line.name}", "cRetemISS": "N"}`: {want: `{"cDescServ":"Curso de Go","cRetemISS":"N","nQtde":1,"nValUnit":100}`},
		`{"cCodigo": "SRV00001"}`:                        {want: `{"nCodServico":3846592864,"nQtde":1,"nValUnit":100}`},
		`{"cDescServ": "{line.name}", "cCodServLC116": "7.07", "cCodServMun": "01015", "cTribServ": "01"}`: {
			want: `{"cCodServLC116":"7.07","cCodServMun":"01015","cDescServ":"Curso de Go","cTribServ":"01","nQtde":1,"nValUnit":100}`},
		`{"cDescServ": "Manutenção", "cTribServ": "01"}`:        {says: "services.*.cCodServLC116"},
		`{"cTribServ": "01"}`:                                   {says: "services.*.cDescServ"},
		`{"cCodigo": ""}`:                                       {says: "services.*.cCodigo"},
		`{"cCodigo": "SRV00001", "nCodServico": 3846592864}`:    {says: "services.*.cCodigo"},
		`{"cCodigo": "SRV00001", "cCodIntServico": "MANUT-01"}`: {says: "services.*.cCodigo"},
	} {
		settings := `{"os": {"InformacoesAdicionais": {"cCodCateg": "1.01.02", "nCodCC": 3731356020}}, "customer": {"default": 3795260786}, "services": {"*": ` + service + `}}`
		refused := ""
		for _, p := range omie.Check(json.RawMessage(settings)) {
			wordstest.Translated(t, p.Message)
			refused += p.Path + " "
		}
		if (c.says != "") != (refused != "") || !strings.Contains(refused, c.says) {
			t.Errorf("%s: check says %q", service, refused)
		}
		if c.says != "" {
			continue
		}
		s := simulate(t, settings)
		o := paid(t, "100", "1 x 100")
		o.Customer = order.Customer{}
		doc := s.document(t, o)
		line, err := json.Marshal(param(t, doc)["ServicosPrestados"].([]any)[0])
		if err != nil || string(line) != c.want {
			t.Errorf("%s: %s, want %s", service, line, c.want)
		}
		if answer := s.Create(t.Context(), doc); answer.Kind != erp.Created {
			t.Errorf("%s: %+v", service, answer)
		}
	}
}

func TestALineWithoutSKUNamesNoServiceByIt(t *testing.T) {
	for _, field := range []string{"cCodIntServico", "cCodigo"} {
		o := paid(t, "100", "1 x 100")
		o.Lines[0].SKUs = nil
		_, err := client(t, `{"services": {"*": {"`+field+`": "{line.sku}"}}}`).Document(o, reference)
		if reason, _ := order.AsRejection(err); reason.Kind != order.Mapping || !strings.Contains(reason.Message.String(), "line 1 has no SKU") {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestWordsAroundNothingAreNotSent(t *testing.T) {
	for configured, want := range map[string]any{
		"CPF {customer.tax_id}":                nil,
		"CPF {customer.tax_id} {order.number}": "CPF  4127", // as it is written
		"Obrigado":                             "Obrigado",
	} {
		o := paid(t, "100", "1 x 100")
		o.Number, o.Customer.TaxID = "4127", ""
		doc, err := client(t, `{"customer": {"default": 7}, "os": {"InformacoesAdicionais": {"cDadosAdicNF": "`+configured+`"}}, "services": {"*": {"nCodServico": 1}}}`).Document(o, reference)
		if err != nil {
			t.Fatal(err)
		}
		info, _ := doc.Body.(omie.OS)["InformacoesAdicionais"].(map[string]any)
		if got := info["cDadosAdicNF"]; got != want {
			t.Errorf("%q: %v, want %v", configured, got, want)
		}
	}
}

func TestAListOfAddressesHasNoEmptyPlaces(t *testing.T) {
	for configured, want := range map[string]any{
		"{customer.email}":                               nil,
		"{customer.email}, nota@loja.example":            "nota@loja.example",
		"nota@loja.example;{customer.email}; ":           "nota@loja.example",
		"a@loja.example,{customer.email},b@loja.example": "a@loja.example, b@loja.example",
		"{customer.email};{customer.email}":              nil,
		"a@loja.example; b@loja.example":                 "a@loja.example; b@loja.example",
	} {
		o := paid(t, "100", "1 x 100")
		o.Customer.Email = ""
		doc, err := client(t, `{"os": {"Email": {"cEnviarPara": "`+configured+`"}}, "services": {"*": {"nCodServico": 1}}}`).Document(o, reference)
		if err != nil {
			t.Fatal(err)
		}
		email, _ := param(t, doc)["Email"].(map[string]any)
		if got := email["cEnviarPara"]; got != want {
			t.Errorf("%q: %v, want %v", configured, got, want)
		}
	}
}

func TestCheckNamesTextsThatAreTooLong(t *testing.T) {
	long := strings.Repeat("x", 201)
	for path, settings := range map[string]string{
		"os.InformacoesAdicionais.cNumPedido":   `{"os": {"InformacoesAdicionais": {"cNumPedido": "` + long + `"}}}`,
		"os.InformacoesAdicionais.cContato":     `{"os": {"InformacoesAdicionais": {"cContato": "` + long + `{customer.name}"}}}`,
		"os.InformacoesAdicionais.cNumContrato": `{"os": {"InformacoesAdicionais": {"cNumContrato": "` + long + `"}}}`,
		"os.Departamentos.0.cCodDepto":          `{"os": {"Departamentos": [{"cCodDepto": "` + long + `"}]}}`,
		"services.A.cNbs":                       `{"services": {"A": {"nCodServico": 1, "cNbs": "1.1806.11.00"}}}`,
		"freight.expense.cDescReemb":            `{"freight": {"expense": {"cDescReemb": "` + long + `"}}}`,
	} {
		found := false
		for _, p := range omie.Check(json.RawMessage(settings)) {
			wordstest.Translated(t, p.Message)
			found = found || p.Path == path && p.Warning && strings.Contains(p.Message.String(), "Omie is said to take")
		}
		if !found {
			t.Errorf("%s: %+v", path, omie.Check(json.RawMessage(settings)))
		}
	}
}

// What was never asked for is never sent: no taxes of a service that has its own.
func TestACatalogueServiceIsSentWithoutTaxes(t *testing.T) {
	doc, err := client(t, within(`"freight": {"service": {"nCodServico": 2}}`)).Document(func() order.Order {
		o := paid(t, "110", "1 x 100")
		o.Freight = order.Cents(1000)
		return o
	}(), reference)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range param(t, doc)["ServicosPrestados"].([]any) {
		if got := slices.Sorted(maps.Keys(line.(map[string]any))); !slices.Equal(got, []string{"nCodServico", "nQtde", "nValUnit"}) {
			t.Errorf("%v is sent", got)
		}
	}
}

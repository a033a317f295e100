package omie_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/erp/omie"
	"github.com/carimbo/carimbo/shared/words/wordstest"
)

const goodService = `"services": {"*": {"nCodServico": 1}}`

func TestAnAccountOfTheDesignIsFine(t *testing.T) {
	settings := json.RawMessage(`{
		"kind": "omie",
		"os": {
			"Cabecalho": {"cEtapa": "10", "cCodParc": "000", "nQtdeParc": 1, "dDtPrevisao": "+3d"},
			"InformacoesAdicionais": {"cCodCateg": "1.01.02", "nCodCC": 3731356020, "cCidPrestServ": "SAO PAULO (SP)", "cDadosAdicNF": "Pedido {order.number}", "cNumPedido": "{order.number}"},
			"Email": {"cEnvLink": "S", "cEnvBoleto": "N", "cEnviarPara": "{customer.email}"},
			"Departamentos": [{"cCodDepto": "7", "nPerc": 100, "nValor": "{order.total}", "nValorFixo": "N"}]
		},
		"customer": {"default": 3795260786},
		"services": {
			"CURSO-GO": {"nCodServico": 3846592864},
			"MANUT-01": {"cCodIntServico": "MANUT-01"},
			"*": {"cDescServ": "{line.name}", "cCodServLC116": "7.07", "cCodServMun": "01015", "cTribServ": "01", "cRetemISS": "N", "impostos": {"nAliqISS": 3, "lDeduzISS": true}}
		}
	}`)
	if problems := omie.Check(settings); len(problems) != 0 {
		t.Errorf("problems: %+v", problems)
	}
	c, err := omie.Parse(settings)
	if err != nil || c.BaseURL != omie.DefaultBaseURL || c.DefaultCustomer != "3795260786" || len(c.Services) != 3 {
		t.Errorf("config %+v, %v", c, err)
	}
}

func TestCheckNamesTheFieldAndWhatIsAllowed(t *testing.T) {
	os := func(part, fields string) string {
		return `{"os": {"` + part + `": ` + fields + `}, ` + goodService + `}`
	}
	service := func(fields string) string { return `{"services": {"A": ` + fields + `}}` }
	for name, c := range map[string]struct {
		settings, path, says string
		warning              bool
	}{
		"no object":              {settings: `[]`, says: "must be an object"},
		"two values":             {settings: `{} {}`, says: "must be an object"},
		"no URL":                 {settings: `{"base_url": "omie", ` + goodService + `}`, path: "base_url", says: "must be a URL"},
		"a number as URL":        {settings: `{"base_url": 1, ` + goodService + `}`, path: "base_url", says: "must be a URL"},
		"another scheme":         {settings: `{"base_url": "ftp://omie/", ` + goodService + `}`, path: "base_url", says: "must be a URL"},
		"the secret in the open": {settings: `{"base_url": "http://app.omie.com.br/api/v1/", ` + goodService + `}`, path: "base_url", says: "https"},
		"keys in the URL":        {settings: `{"base_url": "https://a:b@app.omie.com.br/", ` + goodService + `}`, path: "base_url", says: "no user"},
		"a query":                {settings: `{"base_url": "https://app.omie.com.br/?k=1", ` + goodService + `}`, path: "base_url", says: "no user, query"},
		"default customer text":  {settings: `{"customer": {"default": "Ana"}, ` + goodService + `}`, path: "customer.default", says: "whole number"},
		"default customer 1.5":   {settings: `{"customer": {"default": 1.5}, ` + goodService + `}`, path: "customer.default", says: "whole number"},
		"customer no object":     {settings: `{"customer": 5, ` + goodService + `}`, path: "customer", says: "must be an object"},
		"os no object":           {settings: `{"os": [], ` + goodService + `}`, path: "os", says: "must be an object"},

		"lines in os":          {settings: os("ServicosPrestados", `[]`), path: "os.ServicosPrestados", says: "under services"},
		"expenses":             {settings: os("despesasReembolsaveis", `{}`), path: "os.despesasReembolsaveis", says: "would change an amount"},
		"another spelling":     {settings: os("cabecalho", `{}`), path: "os.cabecalho", says: "must be one of Cabecalho"},
		"a part no object":     {settings: os("Email", `"x"`), path: "os.Email", says: "must be an object"},
		"a part no list":       {settings: os("Departamentos", `{}`), path: "os.Departamentos", says: "must be a list"},
		"our code":             {settings: os("Cabecalho", `{"cCodIntOS": "x"}`), path: "os.Cabecalho.cCodIntOS", says: "recognized as ours"},
		"our code in capitals": {settings: os("Cabecalho", `{"CCODINTOS": "x"}`), path: "os.Cabecalho.CCODINTOS", says: "recognized as ours"},
		"a customer for all":   {settings: os("Cabecalho", `{"nCodCli": 5}`), path: "os.Cabecalho.nCodCli", says: "customer.default"},
		"a total":              {settings: os("Cabecalho", `{"nValorTotal": 5}`), path: "os.Cabecalho.nValorTotal", says: "would change an amount"},
		"a share":              {settings: os("Departamentos", `[{"cCodDepto": "1", "nValor": 5}]`), path: "os.Departamentos.0.nValor", says: `"{order.total}"`},
		"an instalment":        {settings: os("Parcelas", `[{"nParcela": 1, "nValor": 5}]`), path: "os.Parcelas.0.nValor", says: "would change an amount"},
		"999 without number":   {settings: os("Cabecalho", `{"cCodParc": "999"}`), path: "os.Cabecalho.nQtdeParc", says: "999"},
		"003 without number":   {settings: os("Cabecalho", `{"cCodParc": "003"}`), path: "os.Cabecalho.nQtdeParc", says: "1 is sent", warning: true},
		"a date nobody reads":  {settings: os("Cabecalho", `{"dDtPrevisao": "2025-02-27"}`), path: "os.Cabecalho.dDtPrevisao", says: `"+3d"`},
		"a day that isn't":     {settings: os("Cabecalho", `{"dDtPrevisao": "31/02/2025"}`), path: "os.Cabecalho.dDtPrevisao", says: `"27/02/2025"`},
		"a day back":           {settings: os("Cabecalho", `{"dDtPrevisao": "-3d"}`), path: "os.Cabecalho.dDtPrevisao", says: `"+3d"`},
		"one day for all":      {settings: os("Cabecalho", `{"dDtPrevisao": "27/02/2025"}`), path: "os.Cabecalho.dDtPrevisao", says: "same day", warning: true},
		"a due day that isn't": {settings: os("Parcelas", `[{"nPercentual": 100, "dDtVenc": "30/02/2026"}]`), path: "os.Parcelas.0.dDtVenc", says: `like "+30d"`},
		"a department twice":   {settings: os("Departamentos", `[{"cCodDepto": "1", "nPerc": 50}, {"cCodDepto": "1", "nPerc": 50}]`), path: "os.Departamentos.1.cCodDepto", says: "that of os.Departamentos.0 already"},
		"a semicolon":          {settings: os("Email", `{"cEnviarPara": "a@b.com;c@d.com"}`), path: "os.Email.cEnviarPara", says: "commas", warning: true},
		"boleto and pix":       {settings: os("Email", `{"cEnvBoleto": "S", "cEnvPix": "S"}`), path: "os.Email.cEnvPix", says: "not both"},
		"a code unquoted":      {settings: os("Cabecalho", `{"cEtapa": 10}`), path: "os.Cabecalho.cEtapa", says: "in quotes"},
		"a number quoted":      {settings: os("InformacoesAdicionais", `{"nCodCC": "37"}`), path: "os.InformacoesAdicionais.nCodCC", says: "must be a number"},
		"a line's name":        {settings: os("Email", `{"cEnviarPara": "{line.name}"}`), path: "os.Email.cEnviarPara", says: "{line.name} is not a placeholder that is known here; allowed: {order.number}"},
		"a misspelling":        {settings: os("Email", `{"cEnviarPara": "{customer.mail}"}`), path: "os.Email.cEnviarPara", says: "{customer.mail}"},
		"a secret":             {settings: os("Observacoes", `{"cObsOS": "{app_secret}"}`), path: "os.Observacoes.cObsOS", says: "not a placeholder that is known"},
		"an open brace":        {settings: os("Observacoes", `{"cObsOS": "{order.id"}`), path: "os.Observacoes.cObsOS", says: "never closed"},

		"nothing at all":  {settings: `{}`, path: "services", says: "is empty", warning: true},
		"no category":     {settings: `{` + goodService + `}`, path: "os.InformacoesAdicionais.cCodCateg", says: "is missing", warning: true},
		"no bank account": {settings: os("InformacoesAdicionais", `{"cCodCateg": "1.01.02"}`), path: "os.InformacoesAdicionais.nCodCC", says: "is missing", warning: true},

		"a number cut off": {settings: os("InformacoesAdicionais", `{"cNumPedido": "Loja Virtual Exemplo Pedido {order.number}"}`), path: "os.InformacoesAdicionais.cNumPedido", says: "keep 30 characters, which leaves 2", warning: true},
		"no room at all":   {settings: os("InformacoesAdicionais", `{"cNumPedido": "Loja Virtual do Ateliê de São João {order.id}"}`), path: "os.InformacoesAdicionais.cNumPedido", says: "leaves 0", warning: true},

		"no services":         {settings: `{"services": {}}`, path: "services", says: "is empty", warning: true},
		"services no object":  {settings: `{"services": []}`, path: "services", says: "must be an object"},
		"a service no object": {settings: service(`5`), path: "services.A", says: "must be an object"},
		"a bare service":      {settings: service(`{"cDescServ": "x", "cCodServLC116": "7.07", "cCodServMun": "01015"}`), path: "services.A.cTribServ", says: "is missing"},
		"an empty field":      {settings: service(`{"cDescServ": "", "cCodServLC116": "7.07", "cCodServMun": "01015", "cTribServ": "01"}`), path: "services.A.cDescServ", says: "is missing"},
		"an id as text":       {settings: service(`{"nCodServico": "x"}`), path: "services.A.nCodServico", says: "whole number"},
		"an empty code":       {settings: service(`{"cCodIntServico": ""}`), path: "services.A.cCodIntServico", says: "isn't empty"},
		"two identities":      {settings: service(`{"nCodServico": 1, "cCodIntServico": "x"}`), path: "services.A", says: "one of them", warning: true},
		"a price":             {settings: service(`{"nCodServico": 1, "nValUnit": 5}`), path: "services.A.nValUnit", says: "would change an amount"},
		"a quantity":          {settings: service(`{"nCodServico": 1, "nQtde": 5}`), path: "services.A.nQtde", says: "quantity"},
		"a discount":          {settings: service(`{"nCodServico": 1, "nAliqDesconto": 5}`), path: "services.A.nAliqDesconto", says: "would change an amount"},
		"an addition":         {settings: service(`{"nCodServico": 1, "nValorAcrescimos": 5}`), path: "services.A.nValorAcrescimos", says: "would change an amount"},
		"reais of a base":     {settings: service(`{"nCodServico": 1, "DeducoesIss": [{"cFormaDeducao": "V", "nPercDeducao": 10}]}`), path: "services.A.DeducoesIss.0.cFormaDeducao", says: "V would be the same reais"},
		"an event at home":    {settings: os("InformacoesAdicionais", `{"DetalhesNfse": {"Eventos": {"cCidadeExtEvento": "Lisboa"}}}`), path: "os.InformacoesAdicionais.DetalhesNfse.Eventos.cCidadeExtEvento", says: "needs cExtEvento: S"},
		"half a via única":    {settings: `{"os": {"Email": {"cEnvViaUnica": "S"}}, "services": {"A": {"nCodServico": 1, "viaUnica": {"cModeloNF": "21", "cCFOP": "5301"}}}}`, path: "services.A.viaUnica", says: "has no cClassifServico, cTipoReceita, cTipoUtilizacao", warning: true},
		"no via única":        {settings: `{"os": {"Email": {"cEnvViaUnica": "S"}}, "services": {"A": {"cDescServ": "x", "cCodServLC116": "7.07", "cCodServMun": "01015", "cTribServ": "01"}}}`, path: "services.A.viaUnica", says: "has no cModeloNF", warning: true},
		"a computed tax":      {settings: service(`{"nCodServico": 1, "impostos": {"nValorISS": 5}}`), path: "services.A.impostos.nValorISS", says: "computes"},
		"a fixed flag":        {settings: service(`{"nCodServico": 1, "impostos": {"cFixarISS": "S"}}`), path: "services.A.impostos.cFixarISS", says: "can't be configured"},
		"a zero lost":         {settings: service(`{"nCodServico": 1, "cCodServMun": 1015}`), path: "services.A.cCodServMun", says: "in quotes"},
		"an unknown text":     {settings: service(`{"nCodServico": 1, "impostos": {"cCST": "{order.nmber}"}}`), path: "services.A.impostos.cCST", says: "{line.name}"},
	} {
		t.Run(name, func(t *testing.T) {
			found := false
			for _, p := range omie.Check(json.RawMessage(c.settings)) {
				wordstest.Translated(t, p.Message)
				if p.Path == c.path && strings.Contains(p.Message.String(), c.says) {
					found = true
					if p.Warning != c.warning {
						t.Errorf("warning %v, want %v", p.Warning, c.warning)
					}
				}
			}
			if !found {
				t.Errorf("no problem at %q with %q in %+v", c.path, c.says, omie.Check(json.RawMessage(c.settings)))
			}
			if _, err := omie.Parse(json.RawMessage(c.settings)); (err != nil) == c.warning {
				t.Errorf("Parse: %v", err)
			}
		})
	}
}

func TestThisMachineNeedsNoCertificate(t *testing.T) {
	for _, url := range []string{"http://127.0.0.1:8080/api/v1/", "http://localhost:1/", "http://[::1]:1/", "https://example.com"} {
		if _, err := omie.Parse(json.RawMessage(`{"base_url": "` + url + `", ` + goodService + `}`)); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestANumberWithRoomIsNoProblem(t *testing.T) {
	for _, number := range []string{"{order.number}", "Pedido da loja {order.id}", "Sempre o mesmo texto e bem mais longo"} {
		for _, p := range omie.Check(json.RawMessage(`{"os": {"InformacoesAdicionais": {"cNumPedido": "` + number + `"}}}`)) {
			wordstest.Translated(t, p.Message)
			if strings.HasSuffix(p.Path, "cNumPedido") && strings.Contains(p.Message.String(), "keep") {
				t.Errorf("%s: %+v", number, p)
			}
		}
	}
}

package omie_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/wire/wiretest"
	"github.com/carimbo/carimbo/shared/order"
)

const none = `{"faultstring":"ERROR: Não existem registros para a página [1]!","faultcode":"SOAP-ENV:Client-5113"}`

func faultOf(text, code string) string {
	b, err := json.Marshal(map[string]string{"faultstring": text, "faultcode": code})
	if err != nil {
		panic(err)
	}
	return string(b)
}

// desk answers geral/clientes/ with what is written for a method, and keeps what
// it was asked.
type desk struct {
	answers map[string]string
	asked   []map[string]any
	calls   []string
	// echoes stands in an answer for the integration code that was asked for.
	echoes string
}

func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var request struct {
		Call  string           `json:"call"`
		Param []map[string]any `json:"param"`
	}
	if r.URL.Path != "/api/v1/geral/clientes/" || json.Unmarshal(body, &request) != nil || len(request.Param) != 1 {
		http.Error(w, "?", http.StatusNotFound)
		return
	}
	d.calls = append(d.calls, request.Call)
	d.asked = append(d.asked, request.Param[0])
	answer := d.answers[request.Call]
	if code, _ := request.Param[0]["codigo_cliente_integracao"].(string); d.echoes != "" {
		answer = strings.ReplaceAll(answer, d.echoes, code)
	}
	if strings.Contains(answer, "faultstring") {
		w.WriteHeader(http.StatusInternalServerError)
	}
	_, _ = io.WriteString(w, answer)
}

// cache keeps customers in memory, or fails.
type cache struct {
	marks map[string]erp.Note
	err   error
}

func (c *cache) Note(_ context.Context, account, hash string) (erp.Note, error) {
	return c.marks[account+" "+hash], c.err
}

func (c *cache) WriteNote(_ context.Context, account, hash string, before, after erp.Note) (bool, error) {
	if after.Token == "" || after.Token == before.Token {
		return false, errors.New("no new token")
	}
	kept := c.err == nil && c.marks[account+" "+hash] == before
	if kept {
		c.marks[account+" "+hash] = after
	}
	return kept, c.err
}

func document(t *testing.T, customer order.Customer) erp.Document {
	t.Helper()
	o := paid(t, "100", "1 x 100")
	o.Customer = customer
	doc, err := client(t, settings).Document(o, reference)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestACustomerIsFoundByItsTaxIDElseCreatedElseAdopted(t *testing.T) {
	const rows = `{"pagina":1,"clientes_cadastro":[
		{"codigo_cliente_omie":1,"cnpj_cpf":"111.444.777-35","inativo":"N"},
		{"codigo_cliente_omie":2,"cnpj_cpf":"529.982.247-25","inativo":"S"},
		{"codigo_cliente_omie":10,"cnpj_cpf":"529.982.247-25"},
		{"codigo_cliente_omie":9,"cnpj_cpf":"52998224725","inativo":"N"},
		{"codigo_cliente_omie":0,"cnpj_cpf":"52998224725","inativo":"N"}]}`
	const written = `{"codigo_cliente_omie":5522173861,"codigo_cliente_integracao":"x","codigo_status":"0","descricao_status":"Cliente cadastrado com sucesso!"}`
	const list, create, show = "ListarClientes", "IncluirCliente", "ConsultarCliente"
	shows := func(id int64, taxID string) string {
		return fmt.Sprintf(`{"codigo_cliente_omie":%d,"cnpj_cpf":%q,"inativo":"N"}`, id, taxID)
	}
	for name, c := range map[string]struct {
		answers map[string]string
		id      string
		kind    erp.AnswerKind
		rest    time.Duration
		calls   []string
	}{
		"the first of the active ones": {answers: map[string]string{list: rows}, id: "9", calls: []string{list}},
		"an inactive one, for want of another": {
			answers: map[string]string{list: `{"clientes_cadastro":[{"codigo_cliente_omie":2,"cnpj_cpf":"52998224725","inativo":"S"}]}`}, id: "2", calls: []string{list},
		},
		"created": {answers: map[string]string{list: none, create: written}, id: "5522173861", calls: []string{list, create}},
		"only others were listed": {
			answers: map[string]string{list: `{"clientes_cadastro":[{"codigo_cliente_omie":1,"cnpj_cpf":"111.444.777-35"}]}`, create: written}, id: "5522173861", calls: []string{list, create},
		},
		"an empty list": {answers: map[string]string{list: `{"total_de_registros":0,"clientes_cadastro":[]}`, create: written}, id: "5522173861", calls: []string{list, create}},
		"there already": {
			answers: map[string]string{list: none, create: faultOf("ERROR: Cliente já cadastrado para o CPF/CNPJ [529.982.247-25] com o Id [12345678901] e código de integração [65007887191] ! (add)", ""), show: shows(12345678901, "529.982.247-25")},
			id:      "12345678901", calls: []string{list, create, show},
		},
		"there already, in old words": {
			answers: map[string]string{list: none, create: faultOf("Cliente ja cadastrado nCod [123]", "SOAP-ENV:Client-102"), show: shows(123, "52998224725")}, id: "123", calls: []string{list, create, show},
		},
		"there already, but as somebody else": {
			answers: map[string]string{list: none, create: faultOf("Cliente já cadastrado com o Id [999]", ""), show: shows(999, "111.444.777-35")},
			kind:    erp.Duplicate, calls: []string{list, create, show, show},
		},
		"there already, and our own code shows another one than the words": {
			answers: map[string]string{list: none, create: faultOf("Cliente já cadastrado com o Id [999]", ""), show: shows(998, "52998224725")},
			id:      "998", calls: []string{list, create, show, show},
		},
		"there already, but isn't shown": {
			answers: map[string]string{list: none, create: faultOf("Cliente já cadastrado com o Id [999]", ""), show: faultOf("Cliente não cadastrado para o Código [999] !", "SOAP-ENV:Client-105")},
			kind:    erp.Duplicate, calls: []string{list, create, show, show},
		},
		"there already, and who is shown is lost": {
			answers: map[string]string{list: none, create: faultOf("Cliente já cadastrado com o Id [999]", ""), show: "<html>"},
			kind:    erp.Lost, calls: []string{list, create, show},
		},
		"there already, and the account is blocked then": {
			answers: map[string]string{list: none, create: faultOf("Cliente já cadastrado com o Id [999]", ""), show: faultOf("API bloqueada. Tente novamente em 100 segundos.", "")},
			kind:    erp.AccountRests, rest: 100 * time.Second, calls: []string{list, create, show},
		},
		"there already, but nobody says who": {
			answers: map[string]string{list: none, create: faultOf("ERROR: Cliente já cadastrado para o Código de Integração [x]", ""), show: faultOf("ERROR: Cliente não cadastrado para o Código de Integração [x] !", "SOAP-ENV:Client-105")},
			kind:    erp.Duplicate, calls: []string{list, create, show},
		},
		"there already, and our own code says who": {
			answers: map[string]string{list: none, create: faultOf("ERROR: Cliente já cadastrado para o Código de Integração [x]", ""), show: shows(31, "529.982.247-25")},
			id:      "31", calls: []string{list, create, show},
		},
		"redundant":         {answers: map[string]string{list: faultOf("Consumo redundante. Aguarde 16 segundos (REDUNDANT).", "")}, kind: erp.Redundant, rest: 16 * time.Second, calls: []string{list}},
		"blocked":           {answers: map[string]string{list: faultOf("API bloqueada. Tente novamente em 100 segundos.", "")}, kind: erp.AccountRests, rest: 100 * time.Second, calls: []string{list}},
		"not listed":        {answers: map[string]string{list: `<html>`}, kind: erp.Lost, calls: []string{list}},
		"an unknown fault":  {answers: map[string]string{list: faultOf("Algo", "")}, kind: erp.Lost, calls: []string{list}},
		"refused":           {answers: map[string]string{list: none, create: faultOf("CEP inválido", "")}, kind: erp.Refused, calls: []string{list, create}},
		"refused in a way":  {answers: map[string]string{list: none, create: faultOf("Algo", "")}, kind: erp.Refused, calls: []string{list, create}},
		"lost":              {answers: map[string]string{list: none, create: `<html>`}, kind: erp.Lost, calls: []string{list, create}},
		"busy":              {answers: map[string]string{list: none, create: faultOf("Já existe uma requisição desse método", "")}, kind: erp.AccountRests, rest: 10 * time.Second, calls: []string{list, create}},
		"unknown in a list": {answers: map[string]string{list: `{"pagina":1}`}, kind: erp.Lost, calls: []string{list}},
	} {
		t.Run(name, func(t *testing.T) {
			d := &desk{answers: c.answers}
			server := httptest.NewServer(d)
			defer server.Close()
			before := document(t, order.Customer{Name: "Ana Prado", TaxID: someCPF})
			doc, answer := calling(t, server.URL).Customer(t.Context(), before)
			if c.id != "" {
				c.kind = erp.CustomerKnown
			}
			if answer.Kind != c.kind || answer.RetryAfter != c.rest || doc.CustomerID != c.id {
				t.Errorf("customer %q, answer %+v, want %q, %s, %s", doc.CustomerID, answer, c.id, c.kind, c.rest)
			}
			if diff := cmp.Diff(c.calls, d.calls); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
			var sent any
			if c.id != "" {
				sent = json.Number(c.id)
			} else if answer.Text.IsZero() {
				t.Error("the answer says nothing")
			}
			if got := param(t, doc)["Cabecalho"].(map[string]any)["nCodCli"]; got != sent {
				t.Errorf("nCodCli %v, want %v", got, sent)
			}
			if got := param(t, before)["Cabecalho"].(map[string]any)["nCodCli"]; got != nil {
				t.Errorf("the former document was changed: nCodCli %v", got)
			}
		})
	}
}

// A filter that matches parts may fill a page with others.
func TestACustomerIsLookedForOnEveryPage(t *testing.T) {
	for at, want := range map[int][]string{
		1: {"ListarClientes"},
		3: {"ListarClientes", "ListarClientes", "ListarClientes"},
		0: {"ListarClientes", "ListarClientes", "ListarClientes", "IncluirCliente"},
	} {
		d := &desk{answers: map[string]string{"IncluirCliente": `{"codigo_cliente_omie":5,"codigo_status":"0"}`}}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			of := "111.444.777-35"
			if len(d.calls)+1 == at {
				of = string(someCPF)
			}
			d.answers["ListarClientes"] = fmt.Sprintf(`{"total_de_paginas":3,"clientes_cadastro":[{"codigo_cliente_omie":5,"cnpj_cpf":%q}]}`, of)
			d.ServeHTTP(w, r)
		}))
		doc, answer := calling(t, server.URL).Customer(t.Context(), document(t, order.Customer{Name: "Ana", TaxID: someCPF}))
		server.Close()
		if diff := cmp.Diff(want, d.calls); diff != "" || answer.Kind != erp.CustomerKnown || doc.CustomerID != "5" {
			t.Errorf("on page %d: %+v, calls (-want +got):\n%s", at, answer, diff)
		}
		for i, asked := range d.asked {
			if page, isList := asked["pagina"]; isList && page != float64(i+1) {
				t.Errorf("question %d was for page %v", i+1, page)
			}
		}
	}
}

func TestACustomerIsAskedForByTheBareTaxID(t *testing.T) {
	d := &desk{answers: map[string]string{"ListarClientes": `{"clientes_cadastro":[{"codigo_cliente_omie":7,"cnpj_cpf":"12.ABC.345/01DE-35"}]}`}}
	server := httptest.NewServer(d)
	defer server.Close()
	doc, answer := calling(t, server.URL).Customer(t.Context(), document(t, order.Customer{Name: "Loja", TaxID: "12ABC34501DE35"}))
	if answer.Kind != erp.CustomerKnown || doc.CustomerID != "7" {
		t.Errorf("customer %q, %+v", doc.CustomerID, answer)
	}
	want := []map[string]any{{
		"pagina": 1.0, "registros_por_pagina": 50.0, "apenas_importado_api": "N",
		"clientesFiltro": map[string]any{"cnpj_cpf": "12ABC34501DE35"},
	}}
	if diff := cmp.Diff(want, d.asked); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestANewCustomerIsSentWithWhatIsKnownAndNothingElse(t *testing.T) {
	whole := order.Address{
		Street: "Rua das Flores", Number: "100", Complement: "ap 3", District: "Centro", City: "São Paulo", State: "SP", PostalCode: "01001000", Country: "BR",
	}
	change := func(f func(*order.Address)) order.Address {
		a := whole
		f(&a)
		return a
	}
	sent := map[string]any{
		"endereco": "Rua das Flores", "endereco_numero": "100", "complemento": "ap 3", "bairro": "Centro",
		"cidade": "SAO PAULO (SP)", "estado": "SP", "cep": "01001000", "pesquisar_cep": "S", "codigo_pais": "1058",
	}
	away := map[string]any{"endereco": "Rua das Flores", "endereco_numero": "100", "complemento": "ap 3", "bairro": "Centro", "cidade": "EX", "estado": "EX", "codigo_pais": "6076"}
	but := func(change map[string]any) map[string]any {
		m := map[string]any{}
		for k, v := range sent {
			m[k] = v
		}
		for k, v := range change {
			m[k] = v
			if v == nil {
				delete(m, k)
			}
		}
		return m
	}
	for name, c := range map[string]struct {
		customer order.Customer
		want     map[string]any
	}{
		"a name and a tax id":  {order.Customer{}, map[string]any{}},
		"everything":           {order.Customer{Email: "ana@exemplo.com.br", Phone: "+55 (11) 98765-4321", Address: whole}, but(map[string]any{"email": "ana@exemplo.com.br", "telefone1_ddd": "11", "telefone1_numero": "987654321"})},
		"no number":            {order.Customer{Address: change(func(a *order.Address) { a.Number = " " })}, but(map[string]any{"endereco_numero": "S/N"})},
		"no street":            {order.Customer{Address: change(func(a *order.Address) { a.Street = "" })}, but(map[string]any{"endereco": nil})},
		"no street and no CEP": {order.Customer{Address: change(func(a *order.Address) { a.Street, a.PostalCode = "", "" })}, map[string]any{}},
		"abroad":               {order.Customer{Address: change(func(a *order.Address) { a.Country = "PT" })}, away},
		"a state in the city":  {order.Customer{Address: change(func(a *order.Address) { a.City = "São Paulo - SP" })}, but(nil)},
		"a state in brackets":  {order.Customer{Address: change(func(a *order.Address) { a.City = "SÃO PAULO (SP)" })}, but(nil)},
		"a state after a bar":  {order.Customer{Address: change(func(a *order.Address) { a.City = "São Paulo/SP" })}, but(nil)},
		"another state":        {order.Customer{Address: change(func(a *order.Address) { a.City = "São Paulo - RJ" })}, but(map[string]any{"cidade": "SAO PAULO - RJ (SP)"})},
		"an apostrophe":        {order.Customer{Address: change(func(a *order.Address) { a.City = "Santa Bárbara d'Oeste" })}, but(map[string]any{"cidade": "SANTA BARBARA D'OESTE (SP)"})},
		"no city":              {order.Customer{Address: change(func(a *order.Address) { a.City = "" })}, but(map[string]any{"cidade": nil})},
		"a number in words":    {order.Customer{Address: change(func(a *order.Address) { a.Number = "100, bloco B" })}, but(map[string]any{"endereco_numero": "S/N", "complemento": "100, bloco B ap 3"})},
		"a country left out":   {order.Customer{Address: change(func(a *order.Address) { a.Country = "" })}, but(map[string]any{"codigo_pais": nil})},
		"a state that is none": {order.Customer{Address: change(func(a *order.Address) { a.State = "XX" })}, but(map[string]any{"estado": nil, "cidade": nil})},
		"an address too long":  {order.Customer{Address: change(func(a *order.Address) { a.Street = strings.Repeat("ã", 40) })}, but(map[string]any{"endereco": strings.Repeat("ã", 30)})},
		"a landline":           {order.Customer{Phone: "551134567890"}, map[string]any{"telefone1_ddd": "11", "telefone1_numero": "34567890"}},
		"a trunk prefix":       {order.Customer{Phone: "011 98765-4321"}, map[string]any{"telefone1_ddd": "11", "telefone1_numero": "987654321"}},
		"area code 55":         {order.Customer{Phone: "55 98765-4321"}, map[string]any{"telefone1_ddd": "55", "telefone1_numero": "987654321"}},
		"a foreign phone":      {order.Customer{Phone: "+351 912 345 678 9"}, map[string]any{}},
		"a phone of the USA":   {order.Customer{Phone: "+1 (415) 555-0100"}, map[string]any{}},
		"a phone without its country, of somebody abroad": {order.Customer{Phone: "11 98765-4321", Address: order.Address{Country: "US"}}, map[string]any{"estado": "EX", "cidade": "EX", "codigo_pais": "2496"}},
		"half a phone":               {order.Customer{Phone: "98765-4321"}, map[string]any{}},
		"an e-mail that is none":     {order.Customer{Email: "ana exemplo"}, map[string]any{}},
		"a postal code that is none": {order.Customer{Address: change(func(a *order.Address) { a.PostalCode = "1001-000" })}, but(map[string]any{"cep": nil, "pesquisar_cep": nil})},
		"an e-mail without domain":   {order.Customer{Email: "ana@exemplo"}, map[string]any{}},
		"an e-mail with a space":     {order.Customer{Email: "ana @exemplo.com"}, map[string]any{}},
		"an e-mail that is giant":    {order.Customer{Email: strings.Repeat("a", 500) + "@exemplo.com"}, map[string]any{}},
	} {
		t.Run(name, func(t *testing.T) {
			d := &desk{answers: map[string]string{"ListarClientes": none, "IncluirCliente": `{"codigo_cliente_omie":5,"codigo_status":"0"}`}}
			server := httptest.NewServer(d)
			defer server.Close()
			c.customer.Name, c.customer.TaxID = "Ana\n  Prado", someCPF
			if _, answer := calling(t, server.URL).Customer(t.Context(), document(t, c.customer)); answer.Kind != erp.CustomerKnown {
				t.Fatalf("answer %+v", answer)
			}
			got := d.asked[1]
			code, _ := got["codigo_cliente_integracao"].(string)
			if len(code) != 20 || strings.Trim(code, "abcdefghijklmnopqrstuvwxyz234567") != "" || strings.Contains(code, string(someCPF)) {
				t.Errorf("codigo_cliente_integracao %q", code)
			}
			delete(got, "codigo_cliente_integracao")
			c.want["razao_social"], c.want["nome_fantasia"], c.want["cnpj_cpf"] = "Ana Prado", "Ana Prado", "529.982.247-25"
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestALongNameIsCutBetweenCharacters(t *testing.T) {
	d := &desk{answers: map[string]string{"ListarClientes": none, "IncluirCliente": `{"codigo_cliente_omie":5,"codigo_status":"0"}`}}
	server := httptest.NewServer(d)
	defer server.Close()
	calling(t, server.URL).Customer(t.Context(), document(t, order.Customer{Name: "a" + strings.Repeat("é", 100), TaxID: someCNPJ}))
	want := map[string]any{"razao_social": "a" + strings.Repeat("é", 29), "nome_fantasia": "a" + strings.Repeat("é", 49), "cnpj_cpf": "11.222.333/0001-81"}
	delete(d.asked[1], "codigo_cliente_integracao")
	if diff := cmp.Diff(want, d.asked[1]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestACustomersCodeIsAlwaysTheSame(t *testing.T) {
	codes := map[string]bool{}
	for _, id := range []order.TaxID{someCPF, someCPF, someCNPJ} {
		d := &desk{answers: map[string]string{"ListarClientes": none, "IncluirCliente": `{"codigo_cliente_omie":5,"codigo_status":"0"}`}}
		server := httptest.NewServer(d)
		calling(t, server.URL).Customer(t.Context(), document(t, order.Customer{Name: "Ana", TaxID: id}))
		server.Close()
		codes[d.asked[1]["codigo_cliente_integracao"].(string)] = true
	}
	if len(codes) != 2 {
		t.Errorf("codes %v, want one for each tax id", codes)
	}
}

func TestARememberedCustomerNeedsNoCall(t *testing.T) {
	d := &desk{answers: map[string]string{"ListarClientes": known}}
	server := httptest.NewServer(d)
	defer server.Close()
	remembered := &cache{marks: map[string]erp.Note{}}
	c := calling(t, server.URL, func(o *options) { o.Notes, o.Spacing = remembered, time.Minute })
	for range 2 {
		doc, answer := c.Customer(t.Context(), document(t, ana))
		if answer.Kind != erp.CustomerKnown || doc.CustomerID != "7" {
			t.Errorf("customer %q, %+v", doc.CustomerID, answer)
		}
	}
	if len(d.calls) != 1 || len(remembered.marks) != 1 {
		t.Errorf("calls %v, remembered %v", d.calls, remembered.marks)
	}
	for key := range remembered.marks {
		if len(key) != len("estudio ")+64 || strings.Contains(key, string(someCPF)) {
			t.Errorf("key %q", key)
		}
	}
}

var ana = order.Customer{Name: "Ana", TaxID: someCPF}

const known = `{"clientes_cadastro":[{"codigo_cliente_omie":7,"cnpj_cpf":"52998224725"}]}`

// Omie refuses the same question within 60 s, whichever order and process asks it.
func TestABuyerIsAskedAboutAgainOnlyAfterTheSpacing(t *testing.T) {
	const spacing = 61 * time.Second
	const list, create = "ListarClientes", "IncluirCliente"
	for name, c := range map[string]struct {
		answers map[string]string
		kind    erp.AnswerKind
		rest    time.Duration
	}{
		"the question is lost":    {answers: map[string]string{list: "<html>"}, kind: erp.Lost, rest: spacing},
		"the question is refused": {answers: map[string]string{list: faultOf("ERROR: CPF inválido", "SOAP-ENV:Client-1")}, kind: erp.Unprovable, rest: spacing},
		"the creation is lost":    {answers: map[string]string{list: none, create: "<html>"}, kind: erp.Lost, rest: spacing},
		"it is redundant":         {answers: map[string]string{list: faultOf("ERROR: Consumo redundante detectado. Aguarde 30 segundos para tentar novamente (REDUNDANT).", "SOAP-ENV:Client-6")}, kind: erp.Redundant, rest: spacing},
		"it is redundant for longer": {
			answers: map[string]string{list: faultOf("ERROR: Consumo redundante detectado. Aguarde 90 segundos para tentar novamente (REDUNDANT).", "SOAP-ENV:Client-6")}, kind: erp.Redundant, rest: 90 * time.Second,
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := &desk{answers: c.answers}
			server := httptest.NewServer(d)
			defer server.Close()
			now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
			memory := &cache{marks: map[string]erp.Note{}}
			ask := func() erp.Answer {
				_, answer := calling(t, server.URL, func(o *options) {
					o.Notes, o.Spacing, o.Now = memory, spacing, func() time.Time { return now }
				}).Customer(t.Context(), document(t, ana))
				return answer
			}
			if answer := ask(); answer.Kind != c.kind {
				t.Fatalf("%+v", answer)
			}
			asked := len(d.calls)
			for _, passed := range []time.Duration{0, time.Second, c.rest - time.Second - time.Millisecond} {
				now = now.Add(passed)
				if answer := ask(); answer.Kind != erp.Early || len(d.calls) != asked {
					t.Errorf("%+v, calls %v", answer, d.calls)
				}
			}
			if answer := ask(); answer.RetryAfter != time.Millisecond {
				t.Errorf("to wait is %s", answer.RetryAfter)
			}
			now = now.Add(time.Millisecond)
			d.answers = map[string]string{list: known}
			if answer := ask(); answer.Kind != erp.CustomerKnown || len(d.calls) != asked+1 {
				t.Errorf("%+v, calls %v", answer, d.calls)
			}
		})
	}
}

func TestAQuestionAboutABuyerIsNotedUntilItsCallMustHaveEnded(t *testing.T) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	deadline := time.Now().Add(time.Hour)
	for name, c := range map[string]struct {
		ctx  func() (context.Context, context.CancelFunc)
		want time.Time
	}{
		"at its deadline": {
			ctx:  func() (context.Context, context.CancelFunc) { return context.WithDeadline(t.Context(), deadline) },
			want: deadline.Add(time.Minute),
		},
		"or after the longest of three calls": {
			ctx:  func() (context.Context, context.CancelFunc) { return context.WithCancel(t.Context()) },
			want: now.Add(4 * time.Minute),
		},
	} {
		memory := &cache{marks: map[string]erp.Note{}}
		d := &desk{answers: map[string]string{"ListarClientes": known}}
		var during []erp.Note
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			during = slices.Collect(maps.Values(memory.marks))
			d.ServeHTTP(w, r)
		}))
		ctx, cancel := c.ctx()
		_, answer := calling(t, server.URL, func(o *options) {
			o.Notes, o.Spacing, o.Now = memory, time.Minute, func() time.Time { return now }
		}).Customer(ctx, document(t, ana))
		cancel()
		server.Close()
		after := slices.Collect(maps.Values(memory.marks))
		for _, marks := range [][]erp.Note{during, after} {
			for i := range marks {
				marks[i].Token = ""
			}
		}
		if diff := cmp.Diff([][]erp.Note{{{QuietUntil: c.want}}, {{ID: "7", QuietUntil: now.Add(time.Minute)}}}, [][]erp.Note{during, after}); diff != "" || answer.Kind != erp.CustomerKnown {
			t.Errorf("%s: %+v (-want +got):\n%s", name, answer, diff)
		}
	}
}

func TestWhatCannotBeNotedIsNotAsked(t *testing.T) {
	for name, c := range map[string]struct {
		memory erp.Notes
		kind   erp.AnswerKind
		err    error
		calls  int
	}{
		"nothing can be read":             {memory: &cache{err: errThrottled}, kind: erp.NotSent, err: errThrottled},
		"nothing can be written":          {memory: &failing{from: 1}, kind: erp.NotSent, err: errThrottled},
		"another order is quicker":        {memory: &failing{}, kind: erp.Early},
		"only the answer can't be":        {memory: &failing{from: 2}, kind: erp.CustomerKnown, calls: 1},
		"what is remembered is no id":     {memory: junk{}, kind: erp.CustomerKnown, calls: 1},
		"there is nothing to remember in": {kind: erp.CustomerKnown, calls: 1},
	} {
		d := &desk{answers: map[string]string{"ListarClientes": known}}
		server := httptest.NewServer(d)
		doc, answer := calling(t, server.URL, func(o *options) { o.Notes, o.Spacing = c.memory, time.Minute }).Customer(t.Context(), document(t, ana))
		server.Close()
		if answer.Kind != c.kind || !errors.Is(answer.Err, c.err) || len(d.calls) != c.calls || (doc.CustomerID == "7") != (c.kind == erp.CustomerKnown) {
			t.Errorf("%s: customer %q, %+v, calls %v", name, doc.CustomerID, answer, d.calls)
		}
		if answer.Kind == erp.Early && answer.RetryAfter != time.Minute {
			t.Errorf("%s: to wait is %s", name, answer.RetryAfter)
		}
	}
}

// failing fails to write, from one write on; or, with none, finds that another was
// quicker.
type failing struct{ from, writes int }

func (f *failing) Note(context.Context, string, string) (erp.Note, error) {
	return erp.Note{}, nil
}

func (f *failing) WriteNote(context.Context, string, string, erp.Note, erp.Note) (bool, error) {
	if f.writes++; f.from > 0 && f.writes >= f.from {
		return false, errThrottled
	}
	return f.from > 0, nil
}

var errThrottled = errors.New("throttled")

// junk remembers everybody under what is no id.
type junk struct{}

func (junk) Note(context.Context, string, string) (erp.Note, error) {
	return erp.Note{ID: "null"}, nil
}

func (junk) WriteNote(context.Context, string, string, erp.Note, erp.Note) (bool, error) {
	return true, nil
}

func TestACustomerThatOmieForgotIsForgotten(t *testing.T) {
	for said, want := range map[string]erp.AnswerKind{
		"ERROR: Cliente não cadastrado para o Código [7] !":          erp.CustomerGone,
		"Cliente [7] está inativo!":                                  erp.CustomerGone,
		"Código do cliente informado na tag [nCodCli] é inválido":    erp.CustomerGone,
		"O conteúdo da tag [nCodCli] não é válido":                   erp.CustomerGone,
		"O cliente foi removido.":                                    erp.CustomerGone,
		"Cliente não localizado":                                     erp.CustomerGone,
		"O cliente [7] não está mais cadastrado":                     erp.CustomerGone,
		"Preencha a tag [nCodCli]":                                   erp.Refused,
		"O e-mail do cliente é inválido":                             erp.Refused,
		"Cliente [7] bloqueado por limite de crédito":                erp.Unknown,
		"Serviço não cadastrado":                                     erp.Refused,
		"A conta corrente informada está inativa. Informe uma outra": erp.Refused,
	} {
		forgotten := strings.Contains(strings.ToLower(said), "cli")
		d := &desk{answers: map[string]string{"ListarClientes": `{"clientes_cadastro":[{"codigo_cliente_omie":7,"cnpj_cpf":"52998224725"}]}`}}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/os/") {
				wiretest.Answering(500, "application/json", faultOf(said, ""))(w, r)
				return
			}
			d.ServeHTTP(w, r)
		}))
		now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
		c := calling(t, server.URL, func(o *options) {
			o.Notes, o.Spacing = &cache{marks: map[string]erp.Note{}}, time.Minute
			o.Now = func() time.Time { return now }
		})
		doc, _ := c.Customer(t.Context(), document(t, ana))
		if answer := c.Create(t.Context(), doc); answer.Kind != want {
			t.Errorf("%s: %+v", said, answer)
		}
		now = now.Add(time.Minute - 1)
		if _, answer := c.Customer(t.Context(), document(t, ana)); (answer.Kind == erp.Early) != forgotten {
			t.Errorf("%s: at once %+v, forgotten should be %t", said, answer, forgotten)
		}
		now = now.Add(1)
		c.Customer(t.Context(), document(t, ana))
		server.Close()
		if again := len(d.calls) == 2; again != forgotten {
			t.Errorf("%s: %v, forgotten should be %t", said, d.calls, forgotten)
		}
	}
}

func TestACustomerWithoutTaxIDOrDefaultIsRefused(t *testing.T) {
	doc := document(t, order.Customer{Name: "Ana", TaxID: someCPF})
	doc.Customer.TaxID = ""
	if _, answer := calling(t, "http://127.0.0.1:1").Customer(t.Context(), doc); answer.Kind != erp.Refused {
		t.Errorf("answer %+v", answer)
	}
}

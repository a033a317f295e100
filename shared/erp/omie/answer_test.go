package omie

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/words/wordstest"
)

func faultBody(text, code string) string {
	b, err := json.Marshal(map[string]string{"faultstring": text, "faultcode": code})
	if err != nil {
		panic(err)
	}
	return string(b)
}

// TestWhatAnAnswerMeans is the specification of rules 5 to 9 for Omie.
func TestWhatAnAnswerMeans(t *testing.T) {
	const client, server = "SOAP-ENV:Client-", "SOAP-ENV:Server"
	const created = `{"cCodIntOS":"x","nCodOS":3847270140,"cNumOS":"000000000000016","cCodStatus":"0","cDescStatus":"Ordem de Serviço adicionada com sucesso!"}`
	accountRests := func(rest time.Duration) erp.Answer { return erp.Answer{Kind: erp.AccountRests, RetryAfter: rest} }
	redundant := func(rest time.Duration) erp.Answer { return erp.Answer{Kind: erp.Redundant, RetryAfter: rest} }
	account := erp.Answer{Kind: erp.AccountRests, RetryAfter: 5 * time.Minute, AccountFault: true}
	kind := func(k erp.AnswerKind) erp.Answer { return erp.Answer{Kind: k} }

	for _, c := range []struct {
		m      method
		status int
		header string // Retry-After
		body   string
		want   erp.Answer
	}{
		// Written.
		{incluirOS, 200, "", created, erp.Answer{Kind: erp.Created, ID: "3847270140", Number: "000000000000016"}},
		{incluirOS, 200, "", strings.Replace(created, `"0"`, `0`, 1), erp.Answer{Kind: erp.Created, ID: "3847270140", Number: "000000000000016"}},
		{incluirOS, 200, "", strings.Replace(created, `{`, `{"faultstring":null,"faultcode":"",`, 1), erp.Answer{Kind: erp.Created, ID: "3847270140", Number: "000000000000016"}},
		{incluirCliente, 200, "", `{"codigo_cliente_omie":5522173861,"codigo_status":"0"}`, erp.Answer{Kind: erp.CustomerKnown, ID: "5522173861"}},

		// Well received, but nobody knows what happened.
		{incluirOS, 200, "", strings.Replace(created, `"0"`, `"1"`, 1), kind(erp.Lost)},
		{incluirOS, 200, "", `{"cCodStatus":"0"}`, kind(erp.Lost)},
		{incluirOS, 200, "", strings.Replace(created, `{`, `{"faultstring":{"a":1},`, 1), kind(erp.Lost)},
		{incluirOS, 500, "", `{"faultstring":{"a":1}}`, kind(erp.Unknown)},
		{incluirOS, 200, "", `{"cCodStatus":"0","nCodOS":0}`, kind(erp.Lost)},
		{incluirOS, 200, "", `{"cCodStatus":"0","nCodOS":{}}`, kind(erp.Lost)},
		{incluirOS, 200, "", `{"nCodOS":3847270140}`, kind(erp.Lost)},
		{incluirOS, 200, "", created + created, kind(erp.Lost)},
		{incluirOS, 200, "", created[:40], kind(erp.Lost)},
		{incluirOS, 200, "", `{}`, kind(erp.Lost)},
		{incluirOS, 200, "", `[]`, kind(erp.Lost)},
		{incluirOS, 200, "", `null`, kind(erp.Lost)},
		{incluirOS, 200, "", ``, kind(erp.Lost)},
		{incluirOS, 200, "", `<html>Bad Gateway</html>`, kind(erp.Lost)},
		{incluirOS, 202, "", ``, kind(erp.Lost)},
		{incluirOS, 301, "", ``, kind(erp.Lost)},
		{incluirOS, 307, "", created, kind(erp.Lost)},
		{incluirOS, 400, "", `{"message":"no"}`, kind(erp.Lost)},
		{incluirOS, 404, "", `<html>`, kind(erp.Lost)},
		{incluirOS, 500, "", ``, kind(erp.Lost)},
		{incluirOS, 502, "", `<html>Bad Gateway</html>`, kind(erp.Lost)},
		{incluirOS, 504, "", `{"message":"Endpoint request timed out"}`, kind(erp.Lost)},
		{incluirCliente, 200, "", `{"codigo_cliente_omie":0,"codigo_status":"0"}`, kind(erp.Lost)},
		{incluirCliente, 200, "", `{"codigo_cliente_omie":5,"codigo_status":"1"}`, kind(erp.Lost)},
		{listarClientes, 200, "", `{"pagina":1}`, kind(erp.Lost)},

		// It is there already: only a create can be told so.
		{incluirOS, 500, "", faultBody("ERROR: OS já cadastrada para o Código de Integração [x] !", client+"102"), kind(erp.Duplicate)},
		{incluirOS, 500, "", faultBody("O código de integração [x] já foi cadastrado anteriormente.", client+"5"), kind(erp.Duplicate)},
		{incluirOS, 200, "", faultBody("ORDEM DE SERVIÇO JÁ  CADASTRADA", ""), kind(erp.Duplicate)},
		{incluirOS, 500, "", faultBody("ja cadastrado", ""), kind(erp.Duplicate)},
		{incluirOS, 500, "", faultBody("OS ja\u0301 foi cadastrada", ""), kind(erp.Duplicate)},
		{incluirOS, 500, "", faultBody("Algo em outras palavras", client+"102"), kind(erp.Duplicate)},
		{incluirOS, 500, "", faultBody("já cadastrada", server), kind(erp.Duplicate)},
		{incluirCliente, 500, "", faultBody("ERROR: Cliente já cadastrado para o CPF/CNPJ [..] com o Id [5522173861] ! (add)", client+"102"), kind(erp.Duplicate)},
		{consultarOS, 500, "", faultBody("OS já cadastrada", client+"102"), kind(erp.Unknown)},
		{incluirOS, 500, "", faultBody("Algo", client+"1102"), kind(erp.Unknown)},

		// Seen a moment ago.
		{incluirOS, 500, "", faultBody("ERROR: Consumo redundante detectado. Aguarde 16 segundos para tentar novamente (REDUNDANT).", client+"6"), redundant(16 * time.Second)},
		{consultarOS, 500, "", faultBody("ERROR: Consumo redundante detectado. Aguarde 16 segundos para tentar novamente (REDUNDANT).", ""), redundant(16 * time.Second)},
		{incluirOS, 500, "", faultBody("Esta requisição já foi processada ou está sendo processada e você pode tentar novamente às 19:04:08. (1)", client+"1100"), redundant(61 * time.Second)},
		{incluirOS, 500, "", faultBody("Esta requisição já foi processada ou está sendo processada", client+"8020"), redundant(61 * time.Second)},
		{incluirOS, 500, "", faultBody("?", client+"6"), redundant(61 * time.Second)},
		{incluirOS, 500, "", faultBody("?", client+"1100"), redundant(61 * time.Second)},
		{incluirOS, 500, "", faultBody("?", client+"16"), kind(erp.Unknown)},
		{incluirOS, 500, "", faultBody("Aguarde 99999999 segundos (REDUNDANT)", ""), redundant(2 * time.Hour)},

		// The account has to rest.
		{incluirOS, 425, "", faultBody("ERROR: API bloqueada por consumo indevido. Tente novamente em 1789 segundos.", "MISUSE_API_PROCESS"), accountRests(1789 * time.Second)},
		{consultarOS, 500, "", faultBody("ERROR: API bloqueada por consumo indevido. Tente novamente em 12 minutos.", ""), accountRests(12 * time.Minute)},
		{incluirOS, 500, "", faultBody("?", "MISUSE_API_PROCESS"), accountRests(30 * time.Minute)},
		{incluirOS, 425, "", faultBody("?", ""), accountRests(30 * time.Minute)},
		{incluirOS, 425, "", ``, accountRests(30 * time.Minute)},
		{incluirOS, 500, "", faultBody("ERROR: Já existe uma requisição desse método sendo executada e você pode tentar novamente em alguns instantes. (1)", client+"1880"), accountRests(10 * time.Second)},
		{consultarOS, 500, "", faultBody("?", client+"1880"), accountRests(10 * time.Second)},
		{incluirOS, 429, "", ``, accountRests(time.Minute)},
		{incluirOS, 429, "7", `<html>`, accountRests(7 * time.Second)},
		{incluirOS, 429, "Sat, 21 Nov 2026 10:00:00 GMT", ``, accountRests(time.Minute)},
		{incluirOS, 429, "-5", ``, accountRests(time.Minute)},
		{incluirOS, 429, "9999999", ``, accountRests(2 * time.Hour)},
		{incluirOS, 429, "7200", ``, accountRests(2 * time.Hour)},
		{incluirOS, 429, "7201", ``, accountRests(2 * time.Hour)},
		{incluirOS, 429, "99999999999999999999", ``, accountRests(time.Minute)},
		{incluirOS, 425, "", faultBody("ERROR: API bloqueada por consumo indevido. Tente novamente em 10800 segundos.", "MISUSE_API_PROCESS"), accountRests(2 * time.Hour)},
		{incluirOS, 425, "", faultBody("ERROR: API bloqueada por consumo indevido. Tente novamente em 180 minutos.", ""), accountRests(2 * time.Hour)},
		{incluirOS, 429, "7", faultBody("Muitas requisições", ""), accountRests(7 * time.Second)},
		{listarClientes, 500, "", faultBody("Too Many Requests", ""), accountRests(time.Minute)},
		{incluirOS, 429, "", faultBody("API bloqueada por consumo indevido. Tente novamente em 100 segundos", ""), accountRests(100 * time.Second)},

		// The account's key is refused, whatever the number says.
		{incluirOS, 500, "", faultBody("ERROR: A chave de acesso está inválida ou o aplicativo está suspenso", client+"102"), account},
		{consultarOS, 403, "", faultBody("Chave de acesso não encontrada", ""), account},
		{incluirOS, 500, "", faultBody("O app_key informado é inválido", ""), account},
		{incluirOS, 500, "", faultBody("app_secret inválido!", ""), account},
		{incluirOS, 401, "", ``, account},

		// The account lacks a permission, which is a person's to give.
		{incluirOS, 500, "", faultBody("ERROR: O usuário não tem permissão para incluir Ordem de Serviço.", client+"103"), account},
		{incluirOS, 500, "", faultBody("Sem permissão para executar o método IncluirOS", ""), account},
		{incluirCliente, 500, "", faultBody("Usuário não possui permissão para cadastrar clientes!", client+"102"), account},
		{listarClientes, 500, "", faultBody("Acesso negado para o aplicativo [2504987361]", ""), account},
		{listarClientes, 500, "", faultBody("app_key [1500233199] não autorizada para o método ListarClientes", ""), account},
		{consultarOS, 500, "", faultBody("Acesso não autorizado", ""), account},
		{consultarOS, 500, "", faultBody("Permissão insuficiente: ConsultarOS", client+"105"), account},
		{consultarOS, 403, "", faultBody("Access denied", server), account},
		{incluirOS, 500, "", faultBody("O módulo de Serviços não está habilitado para este aplicativo", ""), account},
		{incluirOS, 500, "", faultBody("Módulo [Serviços e NFS-e] não contratado", ""), account},
		// Words of the contents that only sound like it.
		{incluirOS, 500, "", faultBody("Não é permitido informar a tag [nValorTotal] !", client+"8"), kind(erp.Unknown)},
		{incluirOS, 500, "", faultBody("ERROR: Etapa [60] não autorizada para inclusão.", client+"8"), kind(erp.Unknown)},
		{incluirOS, 500, "", faultBody("A tag [cCodServMun] deve estar ativa no módulo de Serviços", client+"3"), kind(erp.Refused)},
		{incluirOS, 500, "", faultBody("Conta corrente [3731356020] não cadastrada no módulo Finanças", client+"3"), kind(erp.Refused)},
		{incluirOS, 403, "", `<html>Forbidden</html>`, account},

		// Refused for its contents.
		{incluirOS, 500, "", faultBody("ERROR: Preencha a tag [cCodParc] !", client+"103"), kind(erp.Refused)},
		{incluirOS, 500, "", faultBody("A tag [cCodServMun] é obrigatória", client+"3"), kind(erp.Refused)},
		{incluirOS, 500, "", faultBody("Categoria inválida", client+"8"), kind(erp.Refused)},
		{incluirOS, 500, "", faultBody("O valor unitário não foi informado", client+"9"), kind(erp.Refused)},
		{incluirOS, 500, "", faultBody("Cliente não cadastrado para o Código [37] !", client+"7"), kind(erp.Refused)},
		{incluirOS, 500, "", faultBody("Cidade não cadastrada para o Código [SAO PAULO (XX)]", client+"7"), kind(erp.Refused)},
		{incluirOS, 500, "", faultBody("Serviço não encontrado", client+"7"), erp.Answer{Kind: erp.Refused, Reason: order.Mapping}},
		{incluirOS, 500, "", faultBody("Informe a Tag [nCodServico]", client+"7"), kind(erp.Refused)},
		{incluirOS, 500, "", faultBody("Tag [XPTO] não faz parte da estrutura do tipo complexo [osCadastro] !", client+"71"), kind(erp.Refused)},
		{incluirOS, 500, "", faultBody("O conteúdo da tag [cDescServ] excede 100 caracteres!", ""), kind(erp.Refused)},
		{incluirOS, 500, "", faultBody("O conteúdo da tag [nQtdeParc] deve estar entre 1 e 999!", ""), kind(erp.Refused)},
		{incluirOS, 500, "", faultBody("ERROR: JSON request with SyntaxError", client+"1"), kind(erp.Refused)},
		{incluirOS, 400, "", faultBody("Invalid JSON Object", ""), kind(erp.Refused)},
		{incluirCliente, 200, "", faultBody("CPF inválido", ""), kind(erp.Refused)},

		// Instability: it may have been written.
		{incluirOS, 500, "", faultBody("Broken response", "?"), kind(erp.Lost)},
		{incluirOS, 500, "", faultBody("Serviço temporariamente indisponível", client+"1"), kind(erp.Lost)},
		{incluirOS, 500, "", faultBody("Timeout ao gravar: conta inválida", client+"1"), kind(erp.Lost)},
		{incluirOS, 500, "", faultBody("Erro interno. Tente novamente.", client+"1"), kind(erp.Lost)},
		{incluirOS, 500, "", faultBody("Preencha", server), kind(erp.Lost)},
		{incluirOS, 500, "", faultBody("", server), kind(erp.Lost)},

		// Faults that match nothing.
		{incluirOS, 500, "", faultBody("Algo que ninguém viu", client+"999"), kind(erp.Unknown)},
		{incluirOS, 200, "", faultBody("Algo que ninguém viu", ""), kind(erp.Unknown)},
		{incluirOS, 500, "", faultBody("", client+"999"), kind(erp.Unknown)},
		{incluirOS, 500, "", `{"faultString":"Algo","faultCode":7}`, kind(erp.Unknown)},
		{incluirOS, 500, "", `{"FAULTSTRING":{"a":1}}`, kind(erp.Unknown)},

		// Look-ups: an absence is proved only by words about the OS.
		{consultarOS, 500, "", faultBody("ERROR: OS não cadastrada para o Código de Integração [x] !", client+"107"), kind(erp.Absent)},
		{consultarOS, 200, "", faultBody("Ordem de Serviço não encontrada", ""), kind(erp.Absent)},
		{consultarOS, 500, "", faultBody("Código de integração não localizado", ""), kind(erp.Unknown)},
		{consultarOS, 500, "", faultBody("Não existem registros para a página [1]!", client+"5113"), kind(erp.Unknown)},
		{consultarOS, 500, "", faultBody("Registro não foi encontrado", ""), kind(erp.Unknown)},
		{consultarOS, 500, "", faultBody("OS não encontrada", client+"102"), kind(erp.Absent)},
		{consultarOS, 500, "", faultBody("OS não cadastrada para o Código de Integração [x1chavexclientex] !", ""), kind(erp.Absent)},
		{consultarOS, 500, "", faultBody("[OS] não cadastrada", ""), kind(erp.Unknown)},
		{consultarOS, 500, "", faultBody("OS não encontrada. Tente novamente", ""), kind(erp.Lost)},
		{consultarOS, 500, "", faultBody("OS não cadastrada", server), kind(erp.Lost)},
		{consultarOS, 500, "", faultBody("Método não encontrado", ""), kind(erp.Unknown)},
		{consultarOS, 500, "", faultBody("Serviço não encontrado", ""), kind(erp.Unknown)},
		{consultarOS, 500, "", faultBody("Aplicativo não cadastrado para a OS", ""), account},
		{consultarOS, 500, "", faultBody("Cliente da OS não cadastrado", ""), kind(erp.Unknown)},
		{consultarOS, 500, "", faultBody("Preencha a tag [cCodIntOS]", ""), kind(erp.Unknown)},
		{consultarOS, 404, "", `<html>não encontrada</html>`, kind(erp.Lost)},
		{consultarOS, 200, "", `{}`, kind(erp.Lost)},
		{consultarOS, 200, "", `{"Cabecalho":{"cCodIntOS":"x"}}`, kind(erp.Lost)},

		// An empty list is a fault, too.
		{listarClientes, 500, "", faultBody("ERROR: Não existem registros para a página [1]!", client+"5113"), kind(erp.Absent)},
		{listarClientes, 500, "", faultBody("?", client+"5113"), kind(erp.Absent)},
		{listarClientes, 200, "", `{"clientes_cadastro":[]}`, kind(erp.Present)},
		{listarClientes, 200, "", `{"total_de_registros":0}`, kind(erp.Present)},
		{incluirOS, 500, "", faultBody("?", client+"5113"), kind(erp.Unknown)},
	} {
		header := http.Header{"Content-Type": {"application/json"}}
		if c.header != "" {
			header.Set("Retry-After", c.header)
		}
		got := answerTo(c.m, c.status, header, []byte(c.body))
		switch got.Kind {
		case erp.Created, erp.CustomerKnown, erp.Present:
			if !got.Text.IsZero() {
				t.Errorf("%s %d %s: text %q", c.m, c.status, c.body, got.Text)
			}
		default:
			if got.Text.IsZero() {
				t.Errorf("%s %d %s: %s says nothing", c.m, c.status, c.body, got.Kind)
			}
		}
		got.Text = words.Text{}
		if diff := cmp.Diff(c.want, got, wordstest.InEnglish()); diff != "" {
			t.Errorf("%s %d %s (-want +got):\n%s", c.m, c.status, c.body, diff)
		}
	}
}

func answerTo(m method, status int, header http.Header, body []byte, private ...string) erp.Answer {
	answer, _ := answerOf(context.Background(), m, wire.Response{Status: status, Header: header, Body: body}, wire.Sent{}, private...)
	return answer
}

func TestWhatALookUpFinds(t *testing.T) {
	const body = `{
		"Cabecalho": {"cCodIntOS": "x", "nCodOS": 3847270140, "cNumOS": "000000000000016", "nCodCli": 3795260786, "nValorTotal": 2890.1},
		"InformacoesAdicionais": {"cNumPedido": "#1001"},
		"InfoCadastro": {"cCancelada": "N"},
		"ServicosPrestados": [{"nQtde": 3, "nValUnit": 1000, "nValorDesconto": 10}, {"nQtde": 0.333, "nValUnit": 1}]
	}`
	total := func(answer erp.Answer) string { return answer.Found.Total.String() }

	got := answerTo(consultarOS, 200, nil, []byte(body))
	if got.Kind != erp.Present || got.ID != "3847270140" || got.Number != "000000000000016" || total(got) != "2890.10" ||
		got.Found.OrderNumber != "#1001" || got.Found.CustomerID != "3795260786" || got.Found.Cancelled {
		t.Errorf("%+v, total %s", got, total(got))
	}
	got = answerTo(consultarOS, 200, nil, []byte(strings.Replace(body, `"nValorTotal": 2890.1`, `"nValorTotal": null`, 1)))
	if got.Kind != erp.Present || total(got) != "2990.33" {
		t.Errorf("%+v, total %s, want that of the lines", got, total(got))
	}
	got = answerTo(consultarOS, 200, nil, []byte(strings.Replace(body, `"N"`, `"S"`, 1)))
	if !got.Found.Cancelled {
		t.Errorf("%+v, want cancelled", got)
	}
	for _, unreadable := range []string{`"1e99"`, `"muito"`, `{}`} {
		if got = answerTo(consultarOS, 200, nil, []byte(strings.Replace(body, `2890.1`, unreadable, 1))); got.Kind != erp.Lost {
			t.Errorf("total %s: %+v, want lost", unreadable, got)
		}
	}
}

func TestNothingPrivateStaysInAText(t *testing.T) {
	for text, want := range map[string]string{
		"CPF [529.982.247-25] inválido":                 "CPF [***] inválido",
		"CPF:52998224725 inválido":                      "CPF:*** inválido",
		"529982247-25, 529.982.24725 52998224725":       "***, *** ***",
		"CNPJ [11.222.333/0001-81] e 11222333000181":    "CNPJ [***] e ***",
		"novo 12.abc.345/01de-35 e 12ABC34501DE35":      "novo *** e ***",
		"52998224725 11222333000181 52998224725":        "*** *** ***",
		"para ana.prado+loja@exemplo.com.br, <b@c.com>": "para ***, <***>",
		"de ANA PRADO":                              "de ***",
		"key 4433221100998 secret abc123def":        "key *** secret ***",
		"OS 000000000000016, Id [5522173861], 16 s": "OS 000000000000016, Id [5522173861], 16 s",
		"a\tb\r\nc\x00d":                            "a b cd",
		"ok OK":                                     "ok OK",
	} {
		if got := wire.Clean(words.Plain(text), "Ana Prado", "4433221100998", "abc123def", "ok", "").String(); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestATextIsCutAfterItIsMasked(t *testing.T) {
	for pad := 480; pad <= 500; pad++ {
		got := wire.Clean(words.Plain(strings.Repeat("é", pad/2)+" 529.982.247-25 segredo-muito-secreto ana@exemplo.com.br fim"), "segredo-muito-secreto").String()
		if len(got) > 500 || !utf8.ValidString(got) {
			t.Errorf("%d bytes, valid %v", len(got), utf8.ValidString(got))
		}
		for _, private := range []string{"529", "segredo", "ana"} {
			if strings.Contains(got, private) {
				t.Errorf("%q is left in %q", private, got)
			}
		}
	}
}

func FuzzNoAnswerIsMoreThanItSays(f *testing.F) {
	f.Add(500, faultBody("OS não cadastrada 529.982.247-25", "SOAP-ENV:Client-107"))
	f.Add(200, `{"cCodStatus":"0","nCodOS":1}`)
	f.Add(200, `{"Cabecalho":{"cCodIntOS":"x","nCodOS":1}}`)
	f.Add(502, `<html>`)
	f.Fuzz(func(t *testing.T, status int, body string) {
		for _, m := range []method{incluirOS, consultarOS, listarClientes, incluirCliente} {
			got := answerTo(m, status, http.Header{}, []byte(body), "s3cr3t-key")
			if len(got.Text.String()) > wire.MaxText || !utf8.ValidString(got.Text.String()) || strings.Contains(got.Text.String(), "s3cr3t-key") || len(got.Text.String()) < wire.MaxText-3 && digitsInARow(got.Text.String()) {
				t.Errorf("text %q", got.Text)
			}
			if got.Kind == erp.Created && (m != incluirOS || !isID(got.ID)) || got.Kind == erp.Absent && m.writes() || got.Kind == erp.Duplicate && !m.writes() {
				t.Errorf("%s: %+v", m, got)
			}
			if got.RetryAfter < 0 || got.RetryAfter > longestRest {
				t.Errorf("rest %s", got.RetryAfter)
			}
		}
	})
}

// digitsInARow tells whether a text has a run of just so many digits as a CPF.
func digitsInARow(text string) bool {
	run := 0
	for _, r := range text + " " {
		if r >= '0' && r <= '9' {
			run++
			continue
		}
		if run == 11 {
			return true
		}
		run = 0
	}
	return false
}

// What Omie numbers is kept for years, and shown in lists.
func TestANumberOfOmiesIsBounded(t *testing.T) {
	long := strings.Repeat("9", 5000)
	created := answerTo(incluirOS, 200, nil, []byte(`{"cCodIntOS":"x","nCodOS":1,"cNumOS":"`+long+`","cCodStatus":"0"}`))
	shown := answerTo(consultarOS, 200, nil, []byte(`{"Cabecalho":{"cCodIntOS":"x","nCodOS":1,"cNumOS":"`+long+`"}}`))
	for _, a := range []erp.Answer{created, shown} {
		if a.ID != "1" || a.Number != long[:100] {
			t.Errorf("%s, %d bytes", a.Kind, len(a.Number))
		}
	}
}

// An Omie whose nValorTotal has no expenses in it is believed all the same.
func TestATotalWithoutExpensesIsRecognized(t *testing.T) {
	const shown = `{"Cabecalho": {"cCodIntOS": "k7m2qx4vbn3ptw6ydzra", "nCodOS": 7, "nValorTotal": %s}, "ServicosPrestados": [{"nQtde": 1, "nValUnit": 100}],
		"despesasReembolsaveis": {"despesaReembolsavel": [{"nValorReemb": 18.5}]}}`
	for own, want := range map[string]string{"100": "118.50", "118.5": "118.50", "120": "120.00"} {
		if got := answerTo(consultarOS, 200, nil, fmt.Appendf(nil, shown, own)).Found.Total.String(); got != want {
			t.Errorf("of %s: %s, want %s", own, got, want)
		}
	}
}

func TestAnAmountIsReadHoweverOmieWritesIt(t *testing.T) {
	const shown = `{"Cabecalho": {"cCodIntOS": "x", "nCodOS": 7, "nValorTotal": %s}, "ServicosPrestados": [{"nQtde": 2, "nValUnit": %s, "nValorDesconto": %s}]}`
	for total, want := range map[string]string{
		`1444.0000000000002`: "1444.00", `"1444,00"`: "1444.00", `"1.444,00"`: "1444.00", `" 1.444,5 "`: "1444.50", `"1.234.567,89"`: "1234567.89", `1443.9999999999998`: "1444.00",
		`"R$ 1.444,00"`: "1444.00", `"R$1444,00 "`: "1444.00", `"1444.00 "`: "1444.00", `null`: "99.00", `-5`: "-5.00",
	} {
		for _, price := range []string{`50`, `"50,00"`, `50.000000000000007`} {
			got := answerTo(consultarOS, 200, nil, []byte(fmt.Sprintf(shown, total, price, `"1,00"`)))
			if got.Kind != erp.Present || got.Found.Total.String() != want {
				t.Errorf("%s, %s: %+v, want %s", total, price, got, want)
			}
		}
	}
	for _, total := range []string{`"1,444.00"`, `"1.44,00"`, `"R$ 5"`, `"US$ 5,00"`, `"R$ R$ 5,00"`, `"1,2,3"`} {
		if got := answerTo(consultarOS, 200, nil, []byte(fmt.Sprintf(shown, total, "50", "1"))); got.Kind != erp.Lost {
			t.Errorf("%s: %+v", total, got)
		}
	}
}

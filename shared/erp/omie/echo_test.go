package omie

import (
	"context"
	"html"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/words"
)

var everyMethod = []method{incluirOS, consultarOS, listarClientes, incluirCliente, consultarCliente}

// hostile are texts that a buyer may write anywhere.
var hostile = []string{
	"Api bloqueada 86000 segundos", "API BLOQUEADA por consumo indevido. Tente novamente em 80000 segundos", "app_key invalida", "app_key.invalida@x.com.br",
	"A chave de acesso está suspensa", "ja cadastrado", "OS já cadastrada", "tente novamente", "erro interno, timeout", "consumo redundante (REDUNDANT) 5000 segundos",
	"Já existe uma requisição desse método", "Too many requests", "com o Id [999]", "OS não cadastrada", "Não existem registros", "ordem nao encontrada",
	"x] api bloqueada [", `x" api bloqueada "`, "' api bloqueada", "[[ api bloqueada ]", "] tente novamente", "Rua das Flores muito longa, api bloqueada 86000 segundos",
}

func echoed(m method, text, code string, sent wire.Sent) erp.Answer {
	answer, _ := answerOf(context.Background(), m, wire.Response{Status: 500, Header: http.Header{}, Body: []byte(faultBody(text, code))}, sent)
	answer.Text = words.Text{}
	return answer
}

// ways are how an ERP may repeat a value.
var ways = map[string]func(string) string{
	"bare":            func(v string) string { return v },
	"in brackets":     func(v string) string { return "[" + v + "]" },
	"in quotes":       func(v string) string { return `"` + v + `"` },
	"in capitals":     strings.ToUpper,
	"with entities":   html.EscapeString,
	"without accents": func(v string) string { return strings.NewReplacer("ã", "a", "á", "a", "í", "i").Replace(v) },
	"twice":           func(v string) string { return v + ", " + v },
}

// frames are what Omie says around a value.
var frames = []struct{ before, after, code string }{
	{"ERROR: Cidade ", " inválida !", "SOAP-ENV:Client-103"},
	{"ERROR: O preenchimento da tag é obrigatório: ", "", "SOAP-ENV:Client-103"},
	{"", " não foi informado", ""},
	{"ERROR: OS não cadastrada para o Código de Integração ", " !", "SOAP-ENV:Client-103"},
	{"ERROR: Cliente não cadastrado para o Código ", " !", "SOAP-ENV:Client-105"},
	{"ERROR: OS já cadastrada para ", " !", "SOAP-ENV:Client-102"},
	{"ERROR: Cliente já cadastrado para o CPF/CNPJ ", " com o Id [5522173861] ! (add)", "SOAP-ENV:Client-102"},
	{"ERROR: API bloqueada por consumo indevido. Tente novamente em 1789 segundos. ", "", "MISUSE_API_PROCESS"},
	{"ERROR: Consumo redundante detectado de ", ". Aguarde 16 segundos para tentar novamente (REDUNDANT).", "SOAP-ENV:Client-6"},
	{"ERROR: Já existe uma requisição desse método sendo executada: ", "", "SOAP-ENV:Client-1880"},
	{"A chave de acesso está inválida: ", "", "SOAP-ENV:Server"},
	{"ERROR: Instabilidade ", ", tente novamente.", "SOAP-ENV:Client-1"},
	{"ERROR: Não existem registros para a página [1] de ", "!", "SOAP-ENV:Client-5113"},
	{"Algo ", " que ninguém viu", "SOAP-ENV:Client-999"},
	{"Erro em ", "", ""},
}

// An absence lets an OS be created: a text that takes a word away must not make one.
func TestATextOfTheStoresMakesNoAbsence(t *testing.T) {
	for said, sent := range map[string]string{
		"Cliente da OS não cadastrado":               "Cliente",
		"OS não encontrada. Tente novamente":         "tente novamente",
		"Aplicativo não cadastrado para a OS":        "aplicativo",
		"Usuário sem permissão: OS não cadastrada":   "usuário sem permissão",
		"OS não cadastrada: API bloqueada":           "API bloqueada",
		"OS não cadastrada, chave de acesso expirou": "chave de acesso expirou",
		"OS não encontrada. [Tente novamente":        "nada",
	} {
		for _, code := range []string{"", "SOAP-ENV:Client-103", "SOAP-ENV:Client-5113"} {
			if got := echoed(consultarOS, said, code, wire.Sent{Request: sent}); got.Kind == erp.Absent {
				t.Errorf("%q without %q is a proof of absence", said, sent)
			}
		}
	}
}

func TestANumberNeverDecidesAgainstTheWords(t *testing.T) {
	const client = "SOAP-ENV:Client-"
	for _, c := range []struct {
		m          method
		said, code string
		want       erp.AnswerKind
	}{
		{incluirOS, "A chave de acesso está inválida", client + "102", erp.AccountRests},
		{incluirOS, "A chave de acesso está inválida", client + "6", erp.AccountRests},
		{incluirOS, "OS já cadastrada", client + "1880", erp.Duplicate},
		{incluirOS, "OS já cadastrada", client + "6", erp.Duplicate},
		{incluirOS, "Instabilidade, tente novamente", client + "102", erp.Lost},
		{incluirOS, "Instabilidade, tente novamente", client + "1880", erp.Lost},
		// What would be definite isn't, where the number says that it may be there.
		{incluirOS, "Preencha a tag [x]", client + "102", erp.Unknown},
		{incluirOS, "Preencha a tag [x]", client + "1100", erp.Unknown},
		{consultarOS, "OS não cadastrada", client + "6", erp.Unknown},
		{consultarOS, "OS não cadastrada", client + "1880", erp.Unknown},
		{incluirOS, "Preencha a tag [x]", client + "103", erp.Refused},
		{incluirCliente, "CPF inválido", client + "102", erp.Refused},
		{listarClientes, "Método não encontrado", client + "5113", erp.Unknown},
		{listarClientes, "Sem permissão", client + "5113", erp.AccountRests},
		{listarClientes, "Serviço indisponível", client + "5113", erp.Lost},
		{listarClientes, "Não há clientes", client + "5113", erp.Absent},
	} {
		if got := echoed(c.m, c.said, c.code, wire.Sent{}); got.Kind != c.want {
			t.Errorf("%s: %q, %s: %s, want %s", c.m, c.said, c.code, got.Kind, c.want)
		}
	}
}

func TestNothingIsReadOutOfAnEcho(t *testing.T) {
	for said, c := range map[string]struct {
		sent string
		rest time.Duration
	}{
		"API bloqueada. Nome Espere 86000 segundos. Tente novamente em 100 segundos": {"Espere 86000 segundos", 100 * time.Second},
		"API bloqueada [86000 segundos]":                                             {"", blockRest},
		"API bloqueada '86000 segundos'":                                             {"", blockRest},
		"API bloqueada por 1789 segundos":                                            {"1789", blockRest},
		"API bloqueada por [x] 99 minutos":                                           {"", 99 * time.Minute},
	} {
		if got := echoed(incluirOS, said, "", wire.Sent{Request: c.sent}); got.Kind != erp.AccountRests || got.RetryAfter != c.rest {
			t.Errorf("%q: %+v, want %s", said, got, c.rest)
		}
	}
	for said, c := range map[string]struct{ sent, id string }{
		"Cliente com o Id [999] já cadastrado com o Id [123]":    {"Com o Id [999]", "123"},
		"Cliente [com o Id [999]] já cadastrado com o Id [123]":  {"com o Id [999]", "123"},
		"Cliente com o Id [999] já cadastrado":                   {"com o Id [999]", ""},
		"Cliente já cadastrado, nCod [123]":                      {"x", "123"},
		"Cliente já cadastrado com o Id [99999999999999999999] ": {"x", ""},
	} {
		_, r := answerOf(t.Context(), incluirCliente, wire.Response{Status: 500, Body: []byte(faultBody(said, ""))}, wire.Sent{Request: c.sent})
		if got := r.fault.existing(); got != c.id {
			t.Errorf("%q: id %q, want %q", said, got, c.id)
		}
	}
}

func TestWhatIsNotHeardInTimeIsLost(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	name := strings.Repeat("Ana ", 1000)
	r := wire.Response{Status: 500, Body: []byte(faultBody("OS não cadastrada", ""))}
	for _, m := range everyMethod {
		if got, _ := answerOf(ctx, m, r, wire.Sent{Request: name}); got.Kind != erp.Lost || got.Text.String() != "OS não cadastrada" {
			t.Errorf("%s: %+v", m, got)
		}
	}
}

// TestABuyersWordsRestNoAccount is what was reproduced: what each attack did before.
func TestABuyersWordsRestNoAccount(t *testing.T) {
	for _, c := range []struct {
		was, said, sent string
		m               method
	}{
		{"the account rested for 23 h 53 min", "ERROR: Cidade Api bloqueada 86000 segundos inválida", "Api bloqueada 86000 segundos", incluirCliente},
		{"the account rested for 5 min, and longer each time", "ERROR: E-mail [app_key.invalida@x.com] inválido", "app_key.invalida@x.com", incluirCliente},
		{"a duplicate: the order parked", "ERROR: Nome [ja cadastrado] inválido", "ja cadastrado", incluirOS},
		{"lost: looked up, created again, for 7 days", "ERROR: Nome tente novamente inválido", "tente novamente", incluirOS},
	} {
		if got := echoed(c.m, c.said, "SOAP-ENV:Client-103", wire.Sent{Request: c.sent}); got.Kind != erp.Refused || got.RetryAfter != 0 {
			t.Errorf("%q: %+v; it was %s", c.said, got, c.was)
		}
	}
}

// FuzzOmieAnswer: what Omie repeats of ours rests no account, proves nothing and
// makes no order wait, and none of it is shown.
func FuzzOmieAnswer(f *testing.F) {
	for i, value := range hostile {
		f.Add(i, i, value, "SOAP-ENV:Client-102", 500)
	}
	f.Add(67, 1, "BLOQUEADA por Consumo", "0", 562)
	f.Add(18, 18, "Api BloqueAd", "0", 401)
	f.Add(67, 1, "BLOQUEADA!por Consumo", "0", 562)
	f.Fuzz(func(t *testing.T, frame, way int, value, code string, status int) {
		is := frames[uint(frame)%uint(len(frames))]
		repeat := ways[[]string{"bare", "in brackets", "in quotes"}[uint(way)%3]]
		answerTo := func(m method, value string) erp.Answer {
			body := []byte(faultBody(is.before+repeat(value)+is.after, code))
			answer, _ := answerOf(t.Context(), m, wire.Response{Status: status, Header: http.Header{}, Body: body}, wire.Sent{Request: value}, value)
			return answer
		}
		whole, _ := wire.Hear(t.Context(), is.before+is.after, wire.Sent{})
		less, _ := wire.Hear(t.Context(), is.before+is.after, wire.Sent{Request: value})
		takes := whole.Own != less.Own
		for _, m := range everyMethod {
			got, want := answerTo(m, value), answerTo(m, "Maria")
			if got.Kind == erp.Created || got.Kind == erp.CustomerKnown || got.Kind == erp.Present || got.Kind == "" {
				t.Errorf("%s: %+v", m, got)
			}
			// A value that has words of the frame may take them away: then less is known.
			if got.Kind != want.Kind && got.Kind != erp.Refused && got.Kind != erp.Unknown && !(takes && got.Kind == erp.Lost) && !byNumber(m, code, got.Kind) {
				t.Errorf("%s: %q is %s, and a plain one %s", m, value, got.Kind, want.Kind)
			}
			if got.RetryAfter > max(want.RetryAfter, blockRest) || got.AccountFault && !want.AccountFault {
				t.Errorf("%s: %q rests for %s, and a plain one for %s", m, value, got.RetryAfter, want.RetryAfter)
			}
			if private := strings.Join(strings.Fields(wire.Text(value)), " "); len(got.Text.String()) > wire.MaxText || shows(got.Text.String(), private, is.before+is.after) {
				t.Errorf("%q shows %q", got.Text, private)
			}
		}
	})
}

// byNumber tells whether the number alone says so: where the value took away all
// other words, it decides.
func byNumber(m method, code string, kind erp.AnswerKind) bool {
	return fault{code: strings.ToLower(code)}.inNumber(m).Kind == kind
}

// shows tells whether a text shows a private value that is no part of the frame
// around it.
func shows(text, private, frame string) bool {
	return len(private) >= 4 && !strings.Contains(frame, private) && strings.Contains(text, private) && !strings.Contains(private, "*")
}

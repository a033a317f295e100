package sensio

import (
	"context"
	"encoding/json"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/words/wordstest"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func answered(status int, body string, header ...string) wire.Response {
	r := wire.Response{Status: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(body)}
	if strings.HasPrefix(body, "<") {
		r.Header.Set("Content-Type", "text/html; charset=utf-8")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

const lane, lostKind = erp.AccountRests, erp.Lost

func TestWhatACreateEndsIn(t *testing.T) {
	const html = "<html><h1>Bad Gateway</h1></html>"
	for name, c := range map[string]struct {
		r    wire.Response
		want erp.Answer
	}{
		"created":                          {answered(201, `{"success":true,"message":"Pedido registrado com sucesso","response":"64f0c1"}`), erp.Answer{Kind: erp.Created, ID: "64f0c1"}},
		"created, said with 200":           {answered(200, `{"success":true,"response":"64f0c1"}`), erp.Answer{Kind: erp.Created, ID: "64f0c1"}},
		"success is true by default":       {answered(201, `{"response":"64f0c1"}`), erp.Answer{Kind: erp.Created, ID: "64f0c1"}},
		"an id that is a number":           {answered(201, `{"success":true,"response":9007199254740993}`), erp.Answer{Kind: erp.Created, ID: "9007199254740993"}},
		"no id":                            {answered(201, `{"success":true}`), erp.Answer{Kind: lostKind, Text: words.Plain("HTTP 201 without the id of a sale")}},
		"an id that is none, too long":     {answered(201, `{"success":true,"response":"`+strings.Repeat("9", 101)+`"}`), erp.Answer{Kind: lostKind, Text: words.Plain("HTTP 201 without the id of a sale")}},
		"the longest id":                   {answered(201, `{"success":true,"response":"`+strings.Repeat("9", 100)+`"}`), erp.Answer{Kind: erp.Created, ID: strings.Repeat("9", 100)}},
		"an id of blanks":                  {answered(201, `{"success":true,"response":" "}`), erp.Answer{Kind: lostKind, Text: words.Plain("HTTP 201 without the id of a sale")}},
		"an object for an id":              {answered(201, `{"success":true,"response":{"id":1}}`), erp.Answer{Kind: lostKind, Text: words.Plain("HTTP 201 without the id of a sale")}},
		"a zero for an id":                 {answered(201, `{"success":true,"response":0}`), erp.Answer{Kind: lostKind, Text: words.Plain("HTTP 201 without the id of a sale")}},
		"a list for an id":                 {answered(201, `{"success":true,"response":["64f0c1"]}`), erp.Answer{Kind: lostKind, Text: words.Plain("HTTP 201 without the id of a sale")}},
		"false for an id":                  {answered(201, `{"success":true,"response":false}`), erp.Answer{Kind: lostKind, Text: words.Plain("HTTP 201 without the id of a sale")}},
		"true for an id":                   {answered(201, `{"success":true,"response":true}`), erp.Answer{Kind: lostKind, Text: words.Plain("HTTP 201 without the id of a sale")}},
		"a success that is no boolean":     {answered(201, `{"success":"talvez","response":"1"}`), erp.Answer{Kind: lostKind, Text: words.Plain("HTTP 201 (application/json) and no answer that can be understood")}},
		"two values":                       {answered(201, `{"response":"1"}{"response":"2"}`), erp.Answer{Kind: lostKind, Text: words.Plain("HTTP 201 (application/json) and no answer that can be understood")}},
		"success: false":                   {answered(200, `{"success":false,"message":"Item não encontrado"}`), erp.Answer{Kind: erp.Refused, Text: words.Plain("Item não encontrado")}},
		"success: false with an id":        {answered(201, `{"success":false,"message":"Não","response":"1"}`), erp.Answer{Kind: erp.Unknown, Text: words.Plain("Não")}},
		"success: false without a word":    {answered(200, `{"success":false}`), erp.Answer{Kind: erp.Unknown, Text: words.Plain("Sensio answered success: false without a word")}},
		"half of the answer":               {answered(201, `{"success":true,"respo`), erp.Answer{Kind: lostKind, Text: words.Plain("HTTP 201 (application/json) and no answer that can be understood")}},
		"nothing":                          {answered(201, ``), erp.Answer{Kind: lostKind, Text: words.Plain("HTTP 201 (application/json) and no answer that can be understood")}},
		"a page with 200":                  {answered(200, html), erp.Answer{Kind: lostKind, Text: words.Plain("HTTP 200 (text/html) and no answer that can be understood")}},
		"accepted for later":               {answered(202, `{"success":true,"response":"1"}`), erp.Answer{Kind: lostKind, Text: words.Plain("HTTP 202 (application/json) and no answer that can be understood")}},
		"redirected":                       {answered(302, html), erp.Answer{Kind: lostKind, Text: words.Plain("HTTP 302 (text/html) and no answer that can be understood")}},
		"400":                              {answered(400, `{"success":false,"message":"qty é inválido"}`), erp.Answer{Kind: erp.Refused, Text: words.Plain("qty é inválido")}},
		"404":                              {answered(404, `{"error":"not found"}`), erp.Answer{Kind: erp.Refused, Text: words.Plain("not found")}},
		"402":                              {answered(402, `{"message":"assinatura vencida"}`), erp.Answer{Kind: lane, RetryAfter: 5 * time.Minute, AccountFault: true, Text: words.Plain("assinatura vencida")}},
		"409 may mean that it is there":    {answered(409, `{"message":"conflito"}`), erp.Answer{Kind: erp.Unknown, Text: words.Plain("conflito")}},
		"409 of something in between":      {answered(409, html), erp.Answer{Kind: lostKind, Text: words.Plain("HTTP 409 (text/html) and no answer that can be understood")}},
		"422 with a list":                  {answered(422, `{"errors":[{"message":"a"},"b",{"error":{"message":"c"}}]}`), erp.Answer{Kind: erp.Unknown, Text: words.Plain("a; b; c")}},
		"422 in words that nobody knows":   {answered(422, `{"porque":"x"}`), erp.Answer{Kind: erp.Unknown, Text: words.Plain("porque: x")}},
		"422 as a list":                    {answered(422, `["x"]`), erp.Answer{Kind: erp.Unknown, Text: words.Plain("x")}},
		"404 of something in between":      {answered(404, html), erp.Answer{Kind: lostKind, Text: words.Plain("HTTP 404 (text/html) and no answer that can be understood")}},
		"400 in plain words":               {answered(400, `bad request`, "Content-Type", "text/plain"), erp.Answer{Kind: lostKind, Text: words.Plain("HTTP 400 (text/plain) and no answer that can be understood")}},
		"400 as a bare text":               {answered(400, `"bad request"`), erp.Answer{Kind: lostKind, Text: words.Plain("HTTP 400: bad request")}},
		"401":                              {answered(401, `{"message":"token inválido"}`), erp.Answer{Kind: lane, RetryAfter: 5 * time.Minute, AccountFault: true, Text: words.Plain("token inválido")}},
		"403 in HTML":                      {answered(403, html), erp.Answer{Kind: lane, RetryAfter: 5 * time.Minute, AccountFault: true, Text: words.Plain("HTTP 403 without a message")}},
		"408":                              {answered(408, `{"message":"timeout"}`), erp.Answer{Kind: lostKind, Text: words.Plain("HTTP 408: timeout")}},
		"429":                              {answered(429, `{}`), erp.Answer{Kind: lane, RetryAfter: time.Minute, Text: words.Plain("HTTP 429 without a message")}},
		"429 with seconds":                 {answered(429, html, "Retry-After", "17"), erp.Answer{Kind: lane, RetryAfter: 17 * time.Second, Text: words.Plain("HTTP 429 without a message")}},
		"429 with a date":                  {answered(429, `{}`, "Retry-After", "Sat, 21 Nov 2026 12:02:00 GMT"), erp.Answer{Kind: lane, RetryAfter: 2 * time.Minute, Text: words.Plain("HTTP 429 without a message")}},
		"429 with a date that is over":     {answered(429, `{}`, "Retry-After", "Sat, 21 Nov 2026 11:00:00 GMT"), erp.Answer{Kind: lane, RetryAfter: time.Minute, Text: words.Plain("HTTP 429 without a message")}},
		"429 with nonsense":                {answered(429, `{}`, "Retry-After", "soon"), erp.Answer{Kind: lane, RetryAfter: time.Minute, Text: words.Plain("HTTP 429 without a message")}},
		"429 with zero":                    {answered(429, `{}`, "Retry-After", "0"), erp.Answer{Kind: lane, RetryAfter: time.Minute, Text: words.Plain("HTTP 429 without a message")}},
		"429 with years":                   {answered(429, `{}`, "Retry-After", "2000000000"), erp.Answer{Kind: lane, RetryAfter: 24 * time.Hour, Text: words.Plain("HTTP 429 without a message")}},
		"429 with more than a clock holds": {answered(429, `{}`, "Retry-After", "18446744074"), erp.Answer{Kind: lane, RetryAfter: time.Minute, Text: words.Plain("HTTP 429 without a message")}},
		"425":                              {answered(425, `{}`, "Retry-After", "3"), erp.Answer{Kind: lane, RetryAfter: 3 * time.Second, Text: words.Plain("HTTP 425 without a message")}},
		"500 with words":                   {answered(500, `{"success":false,"message":"Erro interno"}`), erp.Answer{Kind: lostKind, Text: words.Plain("HTTP 500: Erro interno")}},
		"500 that says that it went well":  {answered(500, `{"success":true,"response":"1"}`), erp.Answer{Kind: lostKind, Text: words.Plain("HTTP 500 (application/json) and no answer that can be understood")}},
		"502 in HTML":                      {answered(502, html), erp.Answer{Kind: lostKind, Text: words.Plain("HTTP 502 (text/html) and no answer that can be understood")}},
		"503 with Retry-After is lost too": {answered(503, html, "Retry-After", "5"), erp.Answer{Kind: lostKind, Text: words.Plain("HTTP 503 (text/html) and no answer that can be understood")}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, createOf(t, c.r, wire.Sent{}), wordstest.InEnglish()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// aSale is a creation of one.
func aSale(sent wire.Sent) creation {
	return creation{of: words.Say("a sale"), id: createdID, there: saleThere, gone: personGone, sent: sent}
}

// aPerson is a creation of one.
func aPerson(sent wire.Sent) creation {
	return creation{of: words.Say("a person"), id: "response", there: personThere, sent: sent}
}

// createOf is what an answer to POST /sales ends in.
func createOf(t *testing.T, r wire.Response, sent wire.Sent) erp.Answer {
	t.Helper()
	return answerOfCreate(t.Context(), r, aSale(sent), noon)
}

// readOf is what an answer to a question for the list "response" ends in.
func readOf(t *testing.T, r wire.Response) ([]any, erp.Answer) {
	t.Helper()
	return answerOfRead(t.Context(), r, question{name: words.Say("look-up"), list: "response", none: (*None)(nil).is}, noon)
}

func TestWhatAReadEndsIn(t *testing.T) {
	for name, c := range map[string]struct {
		r    wire.Response
		want erp.AnswerKind
	}{
		"an empty list":            {answered(200, `{"response":[]}`), erp.Absent},
		"rows":                     {answered(200, `{"response":[1]}`), erp.Present},
		"a list elsewhere":         {answered(200, `[]`), erp.Lost},
		"success: false":           {answered(200, `{"success":false,"response":[]}`), erp.Lost},
		"success in other words":   {answered(200, `{"success":"false","response":[]}`), erp.Lost},
		"no success":               {answered(200, `{"success":null,"response":[]}`), erp.Lost},
		"success":                  {answered(200, `{"success":true,"response":[]}`), erp.Absent},
		"409":                      {answered(409, `{"response":[]}`), erp.Lost},
		"no JSON":                  {answered(200, `<html>`), erp.Lost},
		"201":                      {answered(201, `{"response":[]}`), erp.Lost},
		"204":                      {answered(204, ``), erp.Lost},
		"206":                      {answered(206, `[]`), erp.Lost},
		"302":                      {answered(302, `[]`), erp.Lost},
		"404 is not an empty list": {answered(404, `{"message":"não encontrado","response":[]}`), erp.Lost},
		"401":                      {answered(401, `{}`), erp.AccountRests},
		"429":                      {answered(429, `{}`), erp.AccountRests},
		"500":                      {answered(500, `{"response":[]}`), erp.Lost},
	} {
		if rows, got := readOf(t, c.r); got.Kind != c.want || (got.Kind == erp.Present) != (len(rows) > 0) {
			t.Errorf("%s: %+v with %d rows, want %s", name, got, len(rows), c.want)
		}
	}
}

func TestARefusalThatOnlyRepeatsTheSaleIsWithoutAWord(t *testing.T) {
	sent := wire.Sent{Request: map[string]any{"customer": "Não registrado", "type": typeSale}, Constants: []string{typeSale}}
	for said, want := range map[string]erp.AnswerKind{
		"Não registrado": erp.Unknown, "[x] 'y': NAO REGISTRADO.": erp.Unknown, "": erp.Unknown,
		"Pedido não registrado": erp.Refused, "Venda": erp.Unknown, "Não registrado: cliente inválido": erp.Refused,
	} {
		body, err := json.Marshal(map[string]any{"success": false, "message": said})
		if err != nil {
			t.Fatal(err)
		}
		if got := createOf(t, answered(200, string(body)), sent); got.Kind != want || said != "" && got.Text.String() != said {
			t.Errorf("%q: %+v, want %s", said, got, want)
		}
	}
	// What both wrote may be Sensio's: it is looked up, and rejected if it isn't there.
	for sells, said := range map[string]string{"Manutenção": "Sistema em manutenção", "Pedido já existente": "Pedido já existente", "Camiseta tente novamente": "Item Camiseta tente novamente inválido"} {
		body, err := json.Marshal(map[string]any{"message": said})
		if err != nil {
			t.Fatal(err)
		}
		for _, status := range []int{400, 422} {
			if got := createOf(t, answered(status, string(body)), wire.Sent{Request: sells}); got.Kind != erp.Unknown {
				t.Errorf("%q of who sells %q: %+v", said, sells, got)
			}
		}
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	sent.Request = strings.Repeat("Ana ", 2000)
	if got := answerOfCreate(over, answered(200, `{"success":false,"message":"Não"}`), aSale(sent), noon); got.Kind != erp.Lost {
		t.Errorf("not heard in time: %+v", got)
	}
}

// A store called "Manutenção" takes nothing away from "em manutenção" where that would
// make a sale absent.
func TestAWordOfTheStoresHidesNothingThatForbidsAbsence(t *testing.T) {
	for orig, want := range map[string]erp.AnswerKind{"Manutenção": erp.Lost, "Loja": erp.Lost, "erro interno": erp.Absent} {
		said := "Sistema em manutenção, pedido não encontrado"
		if want == erp.Absent {
			said = "Pedido não encontrado"
		}
		q := question{list: "response", sent: wire.Sent{Request: map[string]string{"orig": orig}}, none: new(None).is}
		if _, got := answerOfRead(t.Context(), answered(404, `{"message":"`+said+`"}`), q, noon); got.Kind != want {
			t.Errorf("%q: %+v, want %s", orig, got, want)
		}
	}
}

// Messages may lie as deep as JSON goes, and each is copied once.
func TestAMessageIsCopiedOnceHoweverDeepItLies(t *testing.T) {
	cost := func(n int) uint64 {
		body := `{"success":false,"errors":` + strings.Repeat("[", n) + strings.Repeat(`"x",`, n) + `"x"` + strings.Repeat("]", n) + "}"
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		read, err := wire.Read([]byte(body))
		if got := saidBy(read, true); err != nil || len(got) != 3*n+1 {
			t.Errorf("%d bytes", len(got))
		}
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	cost(2000)
	if once, fourTimes := cost(2000), cost(8000); fourTimes > 8*once {
		t.Errorf("%d bytes, and %d for four times as many", once, fourTimes)
	}
}

// FuzzSensioAnswer: what Sensio repeats of ours rests no account and proves nothing,
// garbage is never a sale, and nobody's data is shown.
func FuzzSensioAnswer(f *testing.F) {
	f.Add(201, `{"success":true,"response":"1"}`, "Pedido ", "Maria", false)
	f.Add(200, `{"success":false,"errors":[{"message":["x",1]}]}`, "", "Api bloqueada 86000 segundos", true)
	f.Add(422, `[[["x"]]]`, "Não registrado: ", `x] "já cadastrado`, false)
	f.Add(500, `<html>`, "", "", true)
	f.Add(400, `{"message":"J\\u00e1 existe um pedido com este orig"}`, "Cliente inválido: ", "Já existe um pedido com este orig e origId", false)
	f.Add(201, "\ufeff{\"Success\":0,\"errors\":{\"token\":[\"inv&aacute;lido\"]}}", "Sistema em ", "manutenção", false)
	f.Add(404, `{"success":false,"message":"Pedido não encontrado"}`, "Pedido ", "não encontrado", true)
	f.Add(404, `{"success":"false","error":{"fields":[{"element":"x","msg":"y"}]}}`, "Limite de requisições excedido, aguarde ", "86000 segundos", false)
	f.Fuzz(func(t *testing.T, status int, body, frame, value string, bracketed bool) {
		rows, read := readOf(t, answered(status, body))
		if read.Kind == erp.Present != (len(rows) > 0) || read.Kind == erp.Absent && status != 200 || read.Kind == erp.Refused || read.Kind == erp.Duplicate || read.Kind == erp.Unknown {
			t.Errorf("%d %q is read as %+v with %d rows", status, body, read, len(rows))
		}
		created := createOf(t, answered(status, body), wire.Sent{})
		if created.Kind == erp.Absent || created.Kind == erp.Present {
			t.Errorf("%d %q: %+v", status, body, created)
		}
		registered := answerOfCreate(t.Context(), answered(status, body), aPerson(wire.Sent{}), noon)
		if registered.Kind == erp.CustomerGone {
			t.Errorf("%d %q: %+v", status, body, registered)
		}
		for _, a := range []erp.Answer{created, registered, read} {
			if a.Kind == "" || a.Kind == erp.Created && (!isID(a.ID) || status != 200 && status != 201) {
				t.Errorf("%d %q: %+v", status, body, a)
			}
			if a.Kind == erp.Refused && status >= 500 || a.RetryAfter > longestRest {
				t.Errorf("%d %q: %+v", status, body, a)
			}
		}
		saying := func(value string) (wire.Response, wire.Sent) {
			if bracketed {
				value = "[" + value + "]"
			}
			said, err := json.Marshal(map[string]any{"success": false, "message": frame + " " + value})
			if err != nil {
				t.Fatal(err)
			}
			return answered(status, string(said)), wire.Sent{Request: value}
		}
		for _, none := range []*None{{}, {Fields: map[string]any{"success": false}}} {
			nothing := func(value string) bool {
				r, sent := saying(value)
				_, a := answerOfRead(t.Context(), r, question{list: "response", sent: sent, none: none.is}, noon)
				return a.Kind == erp.Absent
			}
			if nothing(value) && !nothing("Maria") {
				t.Errorf("%d, none %s: %q is nothing by what it repeats: %q", status, none, frame, value)
			}
			rows, a := answerOfRead(t.Context(), answered(status, body), question{list: "response", none: none.is}, noon)
			if a.Kind == erp.Absent && (len(rows) > 0 || status != 200 && status != 404 || !strings.ContainsAny(body, "{[")) {
				t.Errorf("%d %q, none %s: %+v", status, body, none, a)
			}
		}
		for _, of := range []func(wire.Sent) creation{aSale, aPerson} {
			answerTo := func(value string) erp.Answer {
				r, sent := saying(value)
				return answerOfCreate(t.Context(), r, of(sent), noon)
			}
			got, want := answerTo(value), answerTo("Maria")
			// A value that has the frame's own words takes them away: less is known then.
			if got.Kind != want.Kind && got.Kind != erp.Unknown && want.Kind != erp.Unknown || got.RetryAfter != want.RetryAfter {
				t.Errorf("%d, %q: %+v, and a plain value %+v", status, value, got, want)
			}
			private := strings.Join(strings.Fields(wire.Text(value)), " ")
			text := wire.Clean(got.Text, value).String()
			if shown := len(private) >= 4 && strings.Contains(text, private) && !strings.Contains(private, "*") && !strings.Contains(frame+want.Text.String(), private); shown || len(text) > wire.MaxText {
				t.Errorf("%q shows %q", text, private)
			}
		}
	})
}

// A sale is refused for who is gone in words of the person, whose mention elsewhere says
// nothing: what isn't certain leaves the note alone.
func TestWhoIsGoneIsSaidInWordsOfThePerson(t *testing.T) {
	for said, want := range map[string]erp.AnswerKind{
		"customerId não encontrado": erp.CustomerGone, "customerId: pessoa não encontrada": erp.CustomerGone, "Cliente não encontrado": erp.CustomerGone,
		"A pessoa informada não existe mais": erp.CustomerGone, "Pessoa 64f0c1 não foi localizada": erp.CustomerGone, "customerId inválido": erp.CustomerGone,
		"foreign key constraint fails (customerId)": erp.CustomerGone, "Cadastro do cliente não encontrado": erp.CustomerGone,
		"insert violates foreign key constraint sales_customer_fkey": erp.CustomerGone, "O cadastro da pessoa foi excluído": erp.CustomerGone,
		"foreign key constraint fails (productId)": erp.Refused, "Cadastro do cliente incompleto": erp.Refused,
		"Person not found": erp.CustomerGone, "Nenhuma pessoa encontrada": erp.CustomerGone, "Cliente excluído": erp.CustomerGone,
		"Cliente inativo": erp.Refused, "Endereço do cliente não encontrado": erp.Refused, "Item não encontrado": erp.Refused, "Cliente sem e-mail válido": erp.Refused,
		"customerId é obrigatório": erp.Refused, "Vendedor não encontrado": erp.Refused, "Limite de crédito do cliente excedido": erp.Refused,
		"Tabela de preços da pessoa não encontrada": erp.Refused,
	} {
		body, err := json.Marshal(map[string]any{"success": false, "message": said})
		if err != nil {
			t.Fatal(err)
		}
		if got := createOf(t, answered(400, string(body)), wire.Sent{}); got.Kind != want {
			t.Errorf("%q: %+v, want %s", said, got, want)
		}
	}
	if got := createOf(t, answered(500, `{"message":"Cliente não encontrado"}`), wire.Sent{}); got.Kind != erp.Lost {
		t.Errorf("with 500: %+v", got)
	}
}

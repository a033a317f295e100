package omie_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/fold"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words/wordstest"
)

// row is one of testdata/answers.json.
type row struct {
	Calls []string
	// Status, Header (Retry-After) and one of Body, Text and Bytes are the answer. Each
	// letter of Bytes is one byte, so that it can be what no JSON file can hold.
	Status              int
	Header, Text, Bytes string
	Body                json.RawMessage
	Want, Rest, ID      string
	// Part of the customer is left out from then on.
	Part string
	// OrderNumber is the configured cNumPedido.
	OrderNumber string `json:"order_number"`
	// Number: the fault's number decides. TextOnly: what doesn't carry its number or
	// HTTP status is another answer. Plain: it is no fault alone.
	Number, Plain bool
	TextOnly      bool `json:"text_only"`
	Source        string
}

func corpus(t testing.TB) []row {
	t.Helper()
	b, err := os.ReadFile("testdata/answers.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Wants map[string]string
		Rows  []row
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	return file.Rows
}

// answer is one HTTP answer.
type answer struct {
	status     int
	retryAfter string
	body       []byte
}

func (a answer) write() *http.Response {
	h := http.Header{"Content-Type": {"application/json"}}
	if a.retryAfter != "" {
		h.Set("Retry-After", a.retryAfter)
	}
	return &http.Response{StatusCode: a.status, Header: h, Body: io.NopCloser(bytes.NewReader(a.body))}
}

// literal is the row's answer as it stands there.
func (r row) literal() answer {
	body := []byte(r.Text)
	switch {
	case r.Body != nil:
		body = r.Body
	case r.Bytes != "":
		body = nil
		for _, letter := range r.Bytes {
			body = append(body, byte(letter))
		}
	}
	return answer{r.Status, r.Header, body}
}

// fault is the row's, if it is one.
func (r row) fault() (text, code string, ok bool) {
	var f struct{ Faultstring, Faultcode string }
	ok = !r.Plain && r.Body != nil && json.Unmarshal(r.Body, &f) == nil && f.Faultstring != ""
	return f.Faultstring, f.Faultcode, ok
}

func written(v map[string]any) []byte {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// ascii escapes what is not ASCII, as JSON may.
func ascii(text string) string {
	var out strings.Builder
	for _, r := range text {
		if r < 0x80 {
			out.WriteRune(r)
			continue
		}
		fmt.Fprintf(&out, `\u%04x`, r)
	}
	return out.String()
}

var entities = strings.NewReplacer("ã", "&atilde;", "á", "&aacute;", "à", "&agrave;", "ç", "&ccedil;", "é", "&eacute;", "ê", "&ecirc;", "í", "&iacute;", "ó", "&oacute;", "õ", "&otilde;", "ú", "&uacute;", "â", "&acirc;")

// writings are the fault in each way in which faults were seen.
func writings(status int, text, code string) map[string]answer {
	in := func(t, c string) []byte { return written(map[string]any{"faultstring": t, "faultcode": c}) }
	var latin []byte
	for _, r := range string(in(text, code)) {
		latin = append(latin, byte(r))
	}
	as := map[string][]byte{
		"escaped once":     []byte(ascii(string(in(text, code)))),
		"escaped twice":    in(ascii(text), code),
		"in ISO-8859-1":    latin,
		"with entities":    in(entities.Replace(text), code),
		"entities, twice":  in(html.EscapeString(entities.Replace(text)), code),
		"a mark before it": append([]byte("\xef\xbb\xbf"), in(text, code)...),
		"as error_code":    written(map[string]any{"error_message": text, "error_code": code}),
		"as errorCode":     written(map[string]any{"errorMessage": text, "errorCode": code}),
		"keys in capitals": written(map[string]any{"FAULTSTRING": text, "FAULTCODE": code}),
		"keys in camels":   written(map[string]any{"faultString": text, "faultCode": code}),
		"padded":           in("  "+text+"\n", code+"   "),
	}
	if !strings.ContainsAny(text, `\&`) { // a letter written otherwise has no capitals
		as["in capitals"] = in(strings.ToUpper(text), code)
	}
	list := map[string]answer{}
	for name, body := range as {
		list[name] = answer{status: status, body: body}
	}
	return list
}

// others are the fault's words in another envelope, with another status or number.
func others(text, code string) map[string]answer {
	number := code[strings.LastIndex(code, "-")+1:]
	return map[string]answer{
		"a status of an OS":       {status: 200, body: written(map[string]any{"cCodStatus": "1", "cDescStatus": text})},
		"a status of a customer":  {status: 200, body: written(map[string]any{"codigo_status": 101, "descricao_status": text})},
		"omie_fail":               {status: 500, body: written(map[string]any{"code": 1, "description": text, "referer": "", "fatal": false})},
		"in a 200":                {status: 200, body: written(map[string]any{"faultstring": text, "faultcode": code})},
		"the number as a number":  {status: 500, body: []byte(fmt.Sprintf(`{"faultstring": %q, "faultcode": %s}`, text, numberOr(number, `""`)))},
		"the words without words": {status: 500, body: written(map[string]any{"faultstring": text, "faultcode": ""})},
	}
}

func numberOr(text, fallback string) string {
	if strings.Trim(text, "0123456789") == "" && text != "" {
		return strings.TrimLeft(text, "0")
	}
	return fallback
}

// omieAnswers answers each method; what isn't asked for is answered well.
type omieAnswers struct {
	methods map[string]answer
	asked   []string
}

func (o *omieAnswers) RoundTrip(r *http.Request) (*http.Response, error) {
	var request struct{ Call string }
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		return nil, err
	}
	o.asked = append(o.asked, request.Call)
	return o.methods[request.Call].write(), nil
}

// whole is a customer of whom all is known that Omie takes.
var whole = order.Customer{Name: "Ana Prado", TaxID: someCPF, Email: "ana@exemplo.com.br", Phone: "+55 61 98765-4321",
	Address: order.Address{Street: "Rua das Palmeiras", Number: "100", District: "Centro", City: "Brasília - DF", State: "DF", PostalCode: "70000000", Country: "BR"}}

const (
	corpusID = "5522173861"
	aNumber  = `{"customer": {"default": 3795260786}, "os": {"InformacoesAdicionais": {"cNumPedido": %q}}, "services": {"*": {"nCodServico": 1}}}`
)

// outcomeOf is what the call comes to in which that answer is given, and whether a
// customer was created for it.
func outcomeOf(t *testing.T, call string, given answer) (got erp.Answer, customer string, createdOne bool) {
	t.Helper()
	given.body = bytes.ReplaceAll(given.body, []byte("OURCODE"), []byte(reference.Code))
	there := `{"faultstring":"ERROR: Cliente já cadastrado para o CPF/CNPJ [529.982.247-25] com o Id [` + corpusID + `] ! (add)"}`
	o := &omieAnswers{methods: map[string]answer{
		"ListarClientes":   {status: 500, body: []byte(none)},
		"IncluirCliente":   {status: 200, body: []byte(`{"codigo_cliente_omie": 9001, "codigo_status": "0"}`)},
		"ConsultarCliente": {status: 200, body: []byte(`{"codigo_cliente_omie": ` + corpusID + `, "cnpj_cpf": "52998224725"}`)},
	}}
	if call == "ConsultarCliente" {
		o.methods["IncluirCliente"] = answer{status: 500, body: []byte(there)}
	}
	o.methods[call] = given
	c := calling(t, "http://omie.example", func(opt *options) { opt.Transport = o })
	switch call {
	case "IncluirOS":
		got = c.Create(t.Context(), ready(t))
	case "IncluirPedido":
		got = c.Create(t.Context(), readyGoods(t))
	case "ConsultarOS":
		got = c.LookUp(t.Context(), reference)
	case "ConsultarPedido":
		got = c.LookUp(t.Context(), pedidoReference)
	case "ListarPosEstoque":
		_, got = calling(t, "http://omie.example", func(opt *options) { opt.Transport, opt.Config = o, parsed(t, watched) }).Customer(t.Context(), watchedGoods(t))
	default:
		var doc erp.Document
		doc, got = c.Customer(t.Context(), document(t, whole))
		customer = doc.CustomerID
	}
	return got, customer, slices.Contains(o.asked, "IncluirCliente")
}

// wants is what a word of the corpus is as an answer.
func (r row) wants(call string) erp.Answer {
	want := erp.Answer{ID: r.ID, LeaveOut: r.Part}
	if r.Rest != "" {
		rest, err := time.ParseDuration(r.Rest)
		if err != nil {
			panic(err)
		}
		want.RetryAfter = rest
	}
	switch r.Want {
	case "account":
		want.RetryAfter, want.AccountFault = 5*time.Minute, true
	case "mapping":
		want.Reason = order.Mapping
	case "known":
		want.ID = ""
	}
	want.Kind = map[string]erp.AnswerKind{
		"created": erp.Created, "known": erp.CustomerKnown, "found": erp.Present, "another": erp.Present, "there already": erp.Duplicate, "refused": erp.Refused, "mapping": erp.Refused, "unheard": erp.Unknown,
		"rests": erp.AccountRests, "account": erp.AccountRests, "redundant": erp.Redundant, "uncertain": erp.Lost, "none": erp.Absent,
		"short": erp.CustomerKnown, "enough": erp.CustomerKnown, "not known": erp.CustomerKnown,
		"without": erp.Refused, "gone": erp.CustomerGone,
	}[r.Want]
	switch {
	case r.Want == "none" && call == "ListarClientes":
		want.Kind = erp.CustomerKnown // who was created
	case r.Want == "refused" && call == "ListarClientes":
		want.Kind = erp.Unprovable // the order is rejected for its tax id
	}
	return want
}

// TestEveryAnswerOfTheCorpusHasItsOutcome: each row of testdata/answers.json, as it
// stands there and in each of the writings.
func TestEveryAnswerOfTheCorpusHasItsOutcome(t *testing.T) {
	for i, r := range corpus(t) {
		if r.Source == "" || len(r.Calls) == 0 || r.wants(r.Calls[0]).Kind == "" {
			t.Errorf("row %d lacks its source, its calls or its outcome: %+v", i, r)
			continue
		}
		given := map[string]answer{"as it is": r.literal()}
		if text, code, ok := r.fault(); ok {
			for name, a := range writings(r.Status, text, code) {
				a.retryAfter = r.Header
				given[name] = a
			}
			if r.Status == 500 && !r.Number && !r.TextOnly && !strings.HasPrefix(code, "SOAP-ENV:Server") {
				for name, a := range others(text, code) {
					given[name] = a
				}
			}
		}
		for _, call := range r.Calls {
			for name, a := range given {
				r.runs(t, fmt.Sprintf("%s, %s: %.200q (%s)", call, name, a.body, r.Source), call, a)
			}
		}
	}
}

func (r row) runs(t *testing.T, where, call string, given answer) {
	t.Helper()
	got, customer, createdOne := outcomeOf(t, call, given)
	wordstest.Translated(t, got.Text)
	want := r.wants(call)
	if got.Kind != want.Kind || got.RetryAfter != want.RetryAfter || got.AccountFault != want.AccountFault || got.ID != want.ID || got.LeaveOut != want.LeaveOut || got.Reason != want.Reason {
		t.Errorf("%s:\n%+v, want %s (%+v)", where, got, r.Want, want)
	}
	if want.Kind != erp.Created && want.Kind != erp.Present && want.Kind != erp.CustomerKnown && got.Text.IsZero() {
		t.Errorf("%s: it says nothing", where)
	}
	if begins := map[string]string{"short": "Omie has too little in stock", "not known": "whether Omie has enough"}[r.Want]; !strings.HasPrefix(got.Warning.String(), begins) || got.Warning.IsZero() != (begins == "") {
		t.Errorf("%s: warned %q", where, got.Warning)
	}
	switch {
	case r.Want == "known" && customer != r.ID:
		t.Errorf("%s: customer %q, want %q", where, customer, r.ID)
	case r.Want == "found" && got.Found.CustomerID != "3795260786":
		t.Errorf("%s: its customer is %q", where, got.Found.CustomerID)
	case call == "ListarClientes" && createdOne != (r.Want == "none"):
		t.Errorf("%s: a customer was created: %t", where, createdOne)
	}
	if r.OrderNumber == "" {
		return
	}
	o := paid(t, "100", "1 x 100")
	o.Customer = order.Customer{}
	doc, err := client(t, fmt.Sprintf(aNumber, r.OrderNumber)).Document(o, reference)
	if err != nil {
		t.Fatal(err)
	}
	if same := got.Found.OrderNumber == doc.OrderNumber; same != (r.Want == "found") || doc.OrderNumber == "" {
		t.Errorf("%s: it shows %q, of ours is kept %q", where, got.Found.OrderNumber, doc.OrderNumber)
	}
}

// FuzzAnAnswerOfOmie: whatever comes, a search refuses nothing but a tax id, an absence
// is said of the OS, and the writing changes nothing.
func FuzzAnAnswerOfOmie(f *testing.F) {
	for _, r := range corpus(f) {
		f.Add(r.Status, r.literal().body)
		if text, code, ok := r.fault(); ok {
			for _, a := range writings(r.Status, text, code) {
				f.Add(a.status, a.body)
			}
		}
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if status < 100 || status > 999 || len(body) > 1<<16 || bytes.HasPrefix(body, []byte("\xef\xbb\xbf")) {
			return
		}
		said := plainly(body)
		if got, _, _ := outcomeOf(t, "ListarPosEstoque", answer{status: status, body: body}); got.Kind != erp.CustomerKnown && (got.Kind != erp.AccountRests || got.AccountFault) {
			t.Errorf("of the stock, HTTP %d %q: %+v", status, body, got)
		}
		for _, call := range []string{"IncluirOS", "ConsultarOS", "IncluirPedido", "ConsultarPedido", "ListarClientes", "IncluirCliente", "ConsultarCliente"} {
			creates, looksUp := strings.HasPrefix(call, "Incluir") && call != "IncluirCliente", call == "ConsultarOS" || call == "ConsultarPedido"
			got, customer, _ := outcomeOf(t, call, answer{status: status, body: body})
			marked, same, _ := outcomeOf(t, call, answer{status: status, body: append([]byte("\xef\xbb\xbf"), body...)})
			if got.Kind != marked.Kind || got.ID != marked.ID || got.RetryAfter != marked.RetryAfter || customer != same {
				t.Errorf("%s: %+v, and behind a byte order mark %+v", call, got, marked)
			}
			switch {
			case looksUp && (got.Kind == erp.Refused || got.Kind == erp.Duplicate || got.Kind == erp.Created),
				call == "ListarClientes" && (got.Kind == erp.Refused || got.Kind == erp.Unprovable) && !strings.Contains(said, "cpf") && !strings.Contains(said, "cnpj"),
				got.Kind == erp.Created && (!creates || status > 299 || got.ID == ""),
				got.Kind == erp.Absent && (!looksUp || status == 401 || status == 403 || status == 429 || status == 425),
				got.Kind == erp.Absent && !strings.Contains(said, "os") && !strings.Contains(said, "pedido") && !strings.Contains(said, "ordem"),
				(customer != "") != (got.Kind == erp.CustomerKnown):
				t.Errorf("%s, HTTP %d %q: %+v", call, status, body, got)
			}
		}
	})
}

// plainly is a body's text, however it was written.
func plainly(body []byte) string {
	var v any
	if wire.Decode(body, &v) != nil {
		return ""
	}
	return fold.Text(wire.Plain(fmt.Sprint(v)))
}

// TestWhatIsPrivateIsMaskedInEveryWriting: a name is the same with its letters written
// otherwise.
func TestWhatIsPrivateIsMaskedInEveryWriting(t *testing.T) {
	for name, a := range writings(500, "ERROR: Nome [José Conceição] inválido", "SOAP-ENV:Client-103") {
		o := &omieAnswers{methods: map[string]answer{"ListarClientes": {status: 500, body: []byte(none)}, "IncluirCliente": a}}
		c := calling(t, "http://omie.example", func(opt *options) { opt.Transport = o })
		_, got := c.Customer(t.Context(), document(t, order.Customer{Name: "José Conceição", TaxID: someCPF}))
		if want := "ERROR: Nome [***] inválido"; got.Kind != erp.Refused || !strings.EqualFold(got.Text.String(), want) {
			t.Errorf("%s: %s, %q, want %q", name, got.Kind, got.Text, want)
		}
	}
}

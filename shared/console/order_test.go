package console_test

import (
	"context"
	"encoding/json"
	"errors"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/console"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/words"
)

// withContents are an order whose contents are kept, rejected, and what the ERP would be
// asked to create of it.
func withContents(s *shop) ledger.Entry {
	s.t.Helper()
	packed, err := platform.Payload{Headers: map[string]string{"X-Topic": "paid"}, Body: []byte(`{"buyer":{"name":"Ana Souza","cpf":"31840297515"}}`)}.Pack()
	if err != nil {
		s.t.Fatal(err)
	}
	return ledger.Entry{OrderID: "HP07", StoreNumber: "#1007", State: ledger.Rejected, Payload: packed, Digest: "sha256:abc",
		Reason: order.Reason{Kind: order.RefusedByERP, Message: words.Plain("ERROR: Código de serviço inválido")},
		Timeline: []ledger.Attempt{{At: noon.Add(-time.Hour), Did: "notice", Became: ledger.Accepted},
			{At: noon.Add(-time.Minute), Did: "create", Answer: "refused", Text: words.Plain("ERROR: Código de serviço inválido"), Rule: "answer", Became: ledger.Rejected}}}
}

func documented(s *shop) {
	s.opts.Document = func(_ context.Context, e ledger.Entry) (console.Document, error) {
		if e.OrderID != "HP07" {
			return console.Document{}, errors.New("no SKU of it is mapped")
		}
		return console.Document{Request: []byte(`{"call":"Incluir","app_secret":"***","param":[{"nome":"Ana Souza","obs":"CPF 318.402.975-15","nValor":99.90,"Ana Souza":true}]}`),
			Private: []string{"Ana Souza"}, Open: words.Plain("The customer is looked up first."),
			Diff: []operator.Difference{{Path: "param.0.nome", Was: json.RawMessage(`"Ana S"`), WouldBe: json.RawMessage(`"Ana Souza"`)}}}, nil
	}
}

func TestAnOrdersPageSaysWhyAndWhatCanBeDone(t *testing.T) {
	t.Parallel()
	s := newShop(t, documented)
	s.keep(withContents(s))
	got := s.opened().get("/order?lang=en&key=cursos%23HP07")
	for _, want := range []string{
		"Order #1007", "rejected refused by the ERP",
		"ERROR: Código de serviço inválido. Mend that in connections.yaml or in the store, then carimbo orders retry cursos#HP07",
		"Try again nothing of it is in the ERP: its document is created within a second where carimbo serve runs, with the same code",
		"Take it off the list it is taken off your list until something happens to it; nothing else changes",
		"IncluirAlfa: refused. ERROR: Código de serviço inválido",
		"2026-11-21 11:00:00 notice of the store → accepted",
		"asked to create IncluirAlfa → refused → rejected ERROR: Código de serviço inválido (rule answer)",
		`"nValor": 99.90`, "The customer is looked up first.", "sha256:abc", "param.0.nome",
	} {
		if !strings.Contains(got.text(), want) {
			t.Errorf("no %q in\n%s", want, got.text())
		}
	}
	for _, none := range []string{`id="created"`, `id="absent"`} { // nothing of it can be there
		if strings.Contains(got.body, none) {
			t.Errorf("it offers %s", none)
		}
	}
}

func TestPersonalDataAreHiddenUntilAskedForAndThatIsWritten(t *testing.T) {
	t.Parallel()
	s := newShop(t, documented)
	s.keep(withContents(s))
	b := s.opened()
	const address = "/order?lang=en&key=cursos%23HP07"
	personal := []string{"Ana Souza\"", "31840297515", "318.402.975-15"}
	hidden := func(got answer) {
		t.Helper()
		for _, p := range personal {
			// The name of a field is none of a person.
			if strings.Contains(strings.ReplaceAll(html.UnescapeString(got.body), `"Ana Souza": true`, ""), p) {
				t.Errorf("it shows %s", p)
			}
		}
	}
	before := b.get(address)
	hidden(before)
	if !strings.Contains(before.body, `id="reveal"`) || strings.Contains(before.body, `id="payload"`) {
		t.Error("they can't be asked for, or are there")
	}
	shown := b.post("/order/reveal?lang=en&key=cursos%23HP07", nil)
	for _, p := range personal {
		if !strings.Contains(html.UnescapeString(shown.body), p) {
			t.Errorf("it doesn't show %s: %s", p, shown.text())
		}
	}
	if !strings.Contains(shown.text(), "X-Topic: paid") || !strings.Contains(shown.text(), "data shown") {
		t.Errorf("%s", shown.text())
	}
	e := s.state("cursos#HP07")
	if last := e.Timeline[len(e.Timeline)-1]; e.Rev != 2 || last.Did != "reveal" || last.By != "ana" || !last.At.Equal(noon) {
		t.Errorf("%+v", e.Timeline)
	}
	b.get(address) // no line more for looking again
	if e := s.state("cursos#HP07"); e.Rev != 2 {
		t.Errorf("it is written %d times", e.Rev-1)
	}
	hidden(s.opened().get(address)) // who didn't ask sees nothing
	s.now = s.now.Add(10 * time.Minute)
	hidden(b.get(address))
}

func TestCommandsAreGivenAndSayWhatCameOfThem(t *testing.T) {
	t.Parallel()
	const soon = "within a second where carimbo serve runs"
	for _, c := range []struct {
		id, path string
		form     url.Values
		says     string
		state    ledger.State
		rev      int64
	}{
		{"HP02", "retry", nil, "Done. The order is now waiting: it goes on " + soon, ledger.Waiting, 2},
		{"HP01", "retry", nil, "Nothing was done: the document exists already (771)", ledger.Created, 1},
		{"HP04", "created", url.Values{"id": {"77"}, "note": {"seen"}}, "Done. The order is now uncertain: a look-up verifies document 77", ledger.Uncertain, 2},
		{"HP04", "created", url.Values{"id": {"OS 77"}}, "Nothing was done: this is no id of a document", ledger.Uncertain, 1},
		{"HP04", "created", url.Values{"id": {"OS-77"}}, "Nothing was done: OS-77 is no id of a document: Alfa's are numbers", ledger.Uncertain, 1},
		{"HP04", "created", nil, "Nothing was done: the id of the document in the ERP is missing", ledger.Uncertain, 1},
		{"HP04", "absent", url.Values{"note": {"not in the list"}}, "Done. The order is now waiting", ledger.Waiting, 2},
		{"HP04", "absent", nil, "Nothing was done: say in the note", ledger.Uncertain, 1},
		{"HP04", "dismiss", url.Values{"note": {"entered by hand"}}, "Done. The order is now uncertain: off your list until something happens to it", ledger.Uncertain, 2},
		{"HP04", "dismiss", url.Values{"note": {"  "}}, "Nothing was done: say in the note", ledger.Uncertain, 1},
		{"HP04", "dismiss", url.Values{"note": {strings.Repeat("x", 1001)}}, "The note is too long", ledger.Uncertain, 1},
		{"HP01", "dismiss", url.Values{"note": {"x"}}, "Nothing was done: the order is created and needs nobody", ledger.Created, 1},
		{"HP77", "retry", nil, "Nothing was done: there is no such order", "", 0},
	} {
		s := newShop(t)
		s.keep(few()...)
		key := "cursos#" + c.id
		if c.id == "HP04" {
			key = "loja#" + c.id
		}
		b := s.opened()
		sent := b.send("/order/"+c.path+"?lang=en&key="+url.QueryEscape(key), c.form)
		if want := "/order?key=" + url.QueryEscape(key) + "&lang=en"; sent.status != http.StatusSeeOther || sent.header.Get("Location") != want {
			t.Errorf("%s of %s: %d to %q, want %q", c.path, c.id, sent.status, sent.header.Get("Location"), want)
		}
		if got := b.get("/?lang=en"); !strings.Contains(got.text(), c.says) {
			t.Errorf("%s of %s: no %q in %s", c.path, c.id, c.says, got.text())
		}
		e, err := s.ledger.Get(t.Context(), key)
		if e.State != c.state || e.Rev != c.rev || (err != nil) != (c.rev == 0) {
			t.Errorf("%s of %s: %s, rev %d, %v", c.path, c.id, e.State, e.Rev, err)
		}
		if c.rev == 2 && (e.Timeline[0].By != "ana" || e.Timeline[0].Note != c.form.Get("note")) {
			t.Errorf("%s of %s: %+v", c.path, c.id, e.Timeline)
		}
	}
}

func TestAnIdIsAskedAboutBeforeItIsRecorded(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.keep(few()...)
	b := s.opened()
	for id, want := range map[string]string{
		"":      "Id of the document in the ERP See what that will do",
		"77":    "It is in the ERP: document 77 a look-up verifies document 77 within a second where carimbo serve runs",
		"OS-77": "OS-77 is no id of a document: Alfa's are numbers",
		"a b":   "this is no id of a document",
	} {
		got := b.get("/order?lang=en&key=loja%23HP04&id=" + url.QueryEscape(id))
		if !strings.Contains(got.text(), want) || strings.Contains(got.body, `name="id" value="77"`) != (id == "77") {
			t.Errorf("%q: no %q in %s", id, want, got.text())
		}
	}
	if e := s.state("loja#HP04"); e.Rev != 1 {
		t.Error("asking changed it")
	}
}

func TestAnOrderThatIsNotThereSaysWhichMayBeMeant(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.keep(few()...)
	got := s.opened().get("/order?lang=en&key=cursos%23HP0")
	if got.status != http.StatusNotFound || !strings.Contains(got.text(), "do you mean cursos#HP01") {
		t.Errorf("%d %s", got.status, got.text())
	}
}

func TestADocumentThatCantBeMadeSaysWhy(t *testing.T) {
	t.Parallel()
	s := newShop(t, documented)
	s.keep(few()...)
	b := s.opened()
	if got := b.get("/order?lang=en&key=cursos%23HP02"); !strings.Contains(got.text(), "None can be made of it now: no SKU of it is mapped") {
		t.Errorf("%s", got.text())
	}
	if got := b.get("/order?lang=en&key=cursos%23HP01"); !strings.Contains(got.text(), "The contents are not kept once the document was created") || strings.Contains(got.body, `id="reveal"`) {
		t.Errorf("%s", got.text())
	}
}

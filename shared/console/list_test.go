package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// keep writes entries, each a second older than the one before it.
func (s *shop) keep(entries ...ledger.Entry) {
	s.t.Helper()
	for i, e := range entries {
		if e.Connection == "" {
			e.Connection = "cursos"
		}
		if e.Key == "" {
			e.Key = e.Connection + "#" + e.OrderID
		}
		if e.ReceivedAt.IsZero() {
			e.ReceivedAt = noon.Add(-time.Duration(i+1) * time.Minute)
		}
		if e.State != ledger.Created && e.State != "" && e.Payload == nil && e.Digest == "" {
			e.Payload, e.Digest = []byte("sent"), "sent"
		}
		e.Platform, e.Account, e.ERPKind, e.Token, e.UpdatedAt = "hotmart", "estudio", "alfa", e.Key, e.ReceivedAt
		if _, err := s.ledger.Write(s.t.Context(), ledger.Entry{}, e); err != nil {
			s.t.Fatal(err)
		}
	}
}

// few are one order of each sort.
func few() []ledger.Entry {
	return []ledger.Entry{
		{OrderID: "HP01", StoreNumber: "#1001", Total: "1234.50", Currency: "BRL", Customer: "A. S.", State: ledger.Created, ERPID: "771", ERPNumber: "1204", CreatedAt: noon, Attempts: 1, Reference: erp.Reference{Code: "code01"}},
		{OrderID: "HP02", StoreNumber: "#1002", Total: "99.90", Currency: "BRL", State: ledger.Rejected, Attempts: 1,
			Reason: order.Reason{Kind: order.Mapping, Message: words.Plain("no service for the SKU CURSO-X: add it to services of estudio, then carimbo orders retry")}},
		{OrderID: "HP03", StoreNumber: "#1003", State: ledger.Waiting, Until: noon.Add(time.Hour), Attempts: 3, Reason: order.Reason{Kind: order.ERPDown, Message: words.Plain("the ERP does not answer")}},
		{OrderID: "HP04", StoreNumber: "#1004", Connection: "loja", State: ledger.Uncertain, Reason: order.Reason{Kind: order.NeedsPerson, Message: words.Plain("the look-up proved nothing")}, Reference: erp.Reference{Code: "code04"}},
	}
}

var rowKey = regexp.MustCompile(`<tr data-key="([^"]+)" data-state="([^"]+)"`)

// keys are the orders that a list shows, by their ids.
func (a answer) keys() (keys []string) {
	for _, found := range rowKey.FindAllStringSubmatch(a.body, -1) {
		_, id, _ := strings.Cut(found[1], "#")
		keys = append(keys, id)
	}
	return keys
}

func TestTheListShowsWhatIsKnownOfEachOrder(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.keep(few()...)
	got := s.opened().get("/?lang=en")
	if keys := got.keys(); !slices.Equal(keys, []string{"HP01", "HP02", "HP03", "HP04"}) {
		t.Errorf("it shows %v", keys)
	}
	for _, want := range []string{
		"#1001 created cursos hotmart A. S. BRL 1234.50 1204 2026-11-21 11:59 1 1 min",
		"#1002 rejected product not mapped", "#1003 waiting ERP down", "#1004 uncertain needs a person loja",
		"2 Needs a person", "1 created", "1 waiting", "1 rejected", "1 uncertain",
		"cursos#HP02 no service for the SKU CURSO-X: add it to services of estudio, then carimbo orders retry",
		"loja#HP04 the look-up proved nothing. Look by code code04",
	} {
		if !strings.Contains(got.text(), want) {
			t.Errorf("no %q in %s", want, got.text())
		}
	}
	if !strings.Contains(got.body, `title="2026-11-21 14:59:00 UTC"`) {
		t.Error("no time has its UTC")
	}
	if pt := s.opened().get("/"); !strings.Contains(pt.text(), "#1001 criado cursos hotmart A. S. R$ 1.234,50 1204 21/11/2026 11:59") {
		t.Errorf("in Portuguese: %s", pt.text())
	}
}

func TestFiltersAddUpAndLiveInTheAddress(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.keep(few()...)
	s.keep(ledger.Entry{OrderID: "HP09", State: ledger.Rejected, ReceivedAt: noon.AddDate(0, 0, -8), Reason: order.Reason{Kind: order.TotalReason}})
	b := s.opened()
	for address, want := range map[string]string{
		"/":                                       "HP01 HP02 HP03 HP04 HP09",
		"/?state=rejected":                        "HP02 HP09",
		"/?state=rejected&since=24h":              "HP02",
		"/?since=2026-11-21":                      "HP01 HP02 HP03 HP04",
		"/?connection=loja":                       "HP04",
		"/?connection=cursos&mine=1":              "HP02 HP09",
		"/?mine=1&kind=mapping":                   "HP02",
		"/?connection=loja&state=rejected":        "",
		"/?q=1002":                                "HP02",
		"/?q=%231002":                             "HP02",
		"/?q=100":                                 "HP01 HP02 HP03 HP04",
		"/?q=1204":                                "HP01",
		"/?q=code01":                              "HP01",
		"/?q=cursos%23HP03":                       "HP03",
		"/?q=1002&state=created":                  "",
		"/?state=bogus&kind=bogus&since=bogus":    "HP01 HP02 HP03 HP04 HP09", // what can't be meant isn't there
		"/?q=" + strings.Repeat("9", 400):         "HP01 HP02 HP03 HP04 HP09",
		"/?connection=nobody":                     "",
		"/?state=queued":                          "",
		"/?q=%27%22%3E%3Cscript%3Ealert(1)%3C%2F": "",
	} {
		got := b.get(address + "&lang=en")
		if address == "/" {
			got = b.get(address)
		}
		if is := strings.Join(got.keys(), " "); got.status != http.StatusOK || is != want {
			t.Errorf("%s: %d %q, want %q", address, got.status, is, want)
		}
		if strings.Contains(got.body, "<script>alert") {
			t.Errorf("%s: it runs", address)
		}
	}
	// A link to another state keeps the rest of the filter and the language.
	got := b.get("/?connection=cursos&since=24h&lang=en")
	if want := `href="/?connection=cursos&amp;lang=en&amp;since=24h&amp;state=rejected"`; !strings.Contains(got.body, want) {
		t.Errorf("no %s", want)
	}
}

func TestEmptyListsSayWhatToDo(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	b := s.opened()
	for address, want := range map[string]string{
		"/?lang=en":               "No order has come yet. Give the store the address of its connection's webhook",
		"/?lang=en&mine=1":        "Nothing needs a person.",
		"/?lang=en&state=created": "Clear the filters",
		"/?lang=en&q=77":          "No order is called 77.",
		"/":                       "Nenhum pedido chegou ainda.",
	} {
		if got := b.get(address); !strings.Contains(got.text(), want) {
			t.Errorf("%s: no %q in %s", address, want, got.text())
		}
	}
}

func TestTheListIsPagedThereAndBack(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	var many []ledger.Entry
	for i := range 120 {
		many = append(many, ledger.Entry{OrderID: fmt.Sprintf("HP%03d", i), State: ledger.Created, ERPID: "7", CreatedAt: noon})
	}
	s.keep(many...)
	b := s.opened()
	follow := func(got answer, id string) answer {
		t.Helper()
		found := regexp.MustCompile(`id="` + id + `"[^>]* href="([^"]+)"`).FindStringSubmatch(got.body)
		if found == nil {
			t.Fatalf("there is no %s", id)
		}
		return b.get(strings.ReplaceAll(found[1], "&amp;", "&"))
	}
	first := b.get("/?state=created")
	second := follow(first, "next")
	third := follow(second, "next")
	for i, c := range []struct {
		got         answer
		first, last string
		n           int
	}{{first, "HP000", "HP049", 50}, {second, "HP050", "HP099", 50}, {third, "HP100", "HP119", 20}, {follow(third, "previous"), "HP050", "HP099", 50}, {follow(third, "first"), "HP000", "HP049", 50}} {
		keys := c.got.keys()
		if len(keys) != c.n || keys[0] != c.first || keys[len(keys)-1] != c.last {
			t.Errorf("%d: %v", i, keys)
		}
	}
	if strings.Contains(third.body, `id="next"`) || strings.Contains(first.body, `id="previous"`) {
		t.Error("there is a page too many")
	}
	if got := b.get("/?page=bogus"); got.status != http.StatusOK || got.keys()[0] != "HP000" {
		t.Errorf("a page that is none: %d %v", got.status, got.keys())
	}
}

func TestARefusedAccountIsToldAboveTheList(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	if err := s.ledger.BlockLane(t.Context(), "estudio", ledger.Lane{BlockedUntil: noon.Add(time.Hour), Why: words.Plain("app key revoked"), Since: noon, Strikes: 1}); err != nil {
		t.Fatal(err)
	}
	b := s.opened()
	for address, want := range map[string]bool{"/?lang=en": true, "/?lang=en&connection=cursos": true, "/?lang=en&connection=loja": false} {
		if got := b.get(address); strings.Contains(got.text(), "account estudio The ERP refuses its key, or a permission is missing: app key revoked") != want {
			t.Errorf("%s: %s", address, got.text())
		}
	}
}

// hostile is what a stranger may write anywhere.
const hostile = "<script>alert(1)</script><b>\"'\x1b[31m\u202e\u009b"

func TestWhatStrangersWriteIsShownAsText(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	e := ledger.Entry{OrderID: hostile, StoreNumber: hostile, Total: hostile, Currency: hostile, Customer: hostile, ERPID: hostile, ERPNumber: hostile, AssertedID: hostile,
		Reference: erp.Reference{Code: hostile}, State: ledger.Rejected, Reason: order.Reason{Kind: order.RefusedByERP, Message: words.Plain(hostile)}, Fault: words.Plain(hostile),
		Timeline: []ledger.Attempt{{At: noon, Did: "create", Answer: hostile, Text: words.Plain(hostile), Rule: hostile, Became: ledger.Rejected, By: hostile, Note: hostile}, {Did: hostile, Became: hostile}}}
	s.keep(e)
	b := s.opened()
	for _, lang := range []string{"pt", "en"} {
		for _, address := range []string{"/?lang=" + lang, "/?lang=" + lang + "&q=" + url.QueryEscape(hostile), "/order?lang=" + lang + "&key=" + url.QueryEscape("cursos#"+hostile), "/order?lang=" + lang + "&key=" + url.QueryEscape(hostile),
			"/?lang=" + lang + "&connection=" + url.QueryEscape(hostile)} {
			got := b.get(address)
			for _, bad := range []string{"<script>alert", "<b>\"", "\x1b", "\u202e", "\u009b"} {
				if strings.Contains(got.body, bad) {
					t.Errorf("%s has %q", address, bad)
				}
			}
			if !strings.Contains(got.body, "&lt;script&gt;alert(1)") && !strings.Contains(address, "connection") {
				t.Errorf("%s shows nothing of it", address)
			}
		}
	}
}

func TestALiveRefreshTakesNoMessageAway(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.keep(few()...)
	b := s.opened()
	b.send("/order/retry?key=cursos%23HP02", nil)
	if got := b.get("/", "Carimbo-Live", "1"); strings.Contains(got.body, `id="said"`) {
		t.Error("a refresh says it")
	}
	if got := b.get("/"); !strings.Contains(got.body, `id="said"`) {
		t.Error("the next page says nothing")
	}
	if got := b.get("/"); strings.Contains(got.body, `id="said"`) {
		t.Error("it is said twice")
	}
}

package console_test

import (
	"context"
	"encoding/json"
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/console"
	"github.com/carimbo/carimbo/shared/leaktest"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/memory"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/order"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// noon is when the tests' pages are asked for, unless their clock is moved.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, order.SaoPaulo())

// shop is a console with what is around it.
type shop struct {
	t       *testing.T
	now     time.Time
	ledger  ledger.Ledger
	links   console.Links
	console *console.Console
	opts    console.Options
}

func newShop(t *testing.T, change ...func(*shop)) *shop {
	t.Helper()
	s := &shop{t: t, now: noon, ledger: memory.New()}
	clock := func() time.Time { return s.now }
	s.links = console.Links{Folder: t.TempDir() + "/console", Now: clock}
	s.opts = console.Options{
		Links: s.links, By: "ana", Name: "test", Log: slog.New(slog.DiscardHandler),
		Connections: func() []string { return []string{"cursos", "loja"} },
	}
	for _, c := range change {
		c(s)
	}
	s.opts.Orders = operator.Orders{Ledger: s.ledger, Kinds: kinds, Site: operator.Site{Now: clock, Zone: order.SaoPaulo(), Stack: s.opts.Orders.Site.Stack},
		Settings: func(string, string) (json.RawMessage, error) { return json.RawMessage(`{}`), nil }}
	s.opts.Accounts = func() operator.Accounts {
		return operator.Accounts{Ledger: s.ledger, Kinds: map[string]string{"estudio": "alfa"}, Connections: map[string]string{"cursos": "estudio", "loja": "outra"}, Now: clock}
	}
	c, err := console.New(s.opts)
	if err != nil {
		t.Fatal(err)
	}
	s.console = c
	t.Cleanup(c.Close)
	return s
}

// browser is one that keeps its cookies.
type browser struct {
	shop    *shop
	host    string
	cookies []*http.Cookie
}

func (s *shop) browser() *browser { return &browser{shop: s, host: "127.0.0.1:8788"} }

// opened is a browser that was let in.
func (s *shop) opened() *browser {
	s.t.Helper()
	token, err := s.links.New()
	if err != nil {
		s.t.Fatal(err)
	}
	b := s.browser()
	if p := b.get("/open?token=" + token); p.status != http.StatusOK || len(b.cookies) != 1 {
		s.t.Fatalf("the link opens nothing: %d %v", p.status, b.cookies)
	}
	return b
}

// answer is what a browser got.
type answer struct {
	status int
	header http.Header
	body   string
}

func (b *browser) get(path string, headers ...string) answer {
	return b.do(http.MethodGet, path, nil, headers...)
}

func (b *browser) do(method, path string, form url.Values, headers ...string) answer {
	b.shop.t.Helper()
	r := httptest.NewRequestWithContext(context.Background(), method, "http://"+b.host+path, strings.NewReader(form.Encode()))
	r.Host = b.host
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	b.shop.console.ServeHTTP(w, r)
	if set := w.Result().Cookies(); len(set) > 0 {
		b.cookies = set
	}
	return answer{w.Code, w.Header(), w.Body.String()}
}

var csrfField = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

// post sends a form with the token of the session, and follows where that leads.
func (b *browser) post(path string, form url.Values) answer {
	b.shop.t.Helper()
	a := b.send(path, form)
	if a.status != http.StatusSeeOther {
		return a
	}
	return b.get(a.header.Get("Location"))
}

// send is post that follows nothing.
func (b *browser) send(path string, form url.Values) answer {
	b.shop.t.Helper()
	if form == nil {
		form = url.Values{}
	}
	form.Set("csrf", b.token())
	return b.do(http.MethodPost, path, form, "Origin", "http://"+b.host)
}

func (b *browser) token() string {
	b.shop.t.Helper()
	found := csrfField.FindStringSubmatch(b.get("/", "Carimbo-Live", "1").body)
	if found == nil {
		b.shop.t.Fatal("no page has a token")
	}
	return found[1]
}

// text is what of the answer a person reads.
func (a answer) text() string {
	return strings.Join(strings.Fields(html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(a.body, " "))), " ")
}

package main

import (
	"context"
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/words"
)

// person is a browser that was let in by a link.
type person struct {
	t      *testing.T
	client *http.Client
	base   string
}

func (p *person) do(r *http.Request) (int, string) {
	p.t.Helper()
	answer, err := p.client.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return answer.StatusCode, html.UnescapeString(string(text))
}

func (p *person) get(path string) (int, string) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.base+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	return p.do(r)
}

var csrf = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

func (p *person) post(path string, form url.Values) (int, string) {
	p.t.Helper()
	_, page := p.get("/")
	form.Set("csrf", csrf.FindStringSubmatch(page)[1])
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", p.base)
	return p.do(r)
}

// letIn opens the link that was printed.
func letIn(t *testing.T, said string) *person {
	t.Helper()
	link := consoleURL.FindString(regexp.MustCompile(`(?m)^Console: .*$`).FindString(said))
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	base, path, _ := strings.Cut(strings.TrimPrefix(link, "http://"), "/")
	p := &person{t, &http.Client{Jar: jar, Transport: transport, Timeout: clocktest.Hang}, "http://" + base}
	if status, text := p.get("/" + path); status != http.StatusOK {
		t.Fatalf("%s: %d %s", link, status, text)
	}
	return p
}

// tellRejected has the data folder's ledger keep an order that was rejected.
func tellRejected(t *testing.T, data, body string) {
	t.Helper()
	l, err := sqlite.OpenFor(t.Context(), data, true)
	if err != nil {
		t.Fatal(err)
	}
	packed, err := platform.Payload{Body: []byte(body)}.Pack()
	if err != nil {
		t.Fatal(err)
	}
	e := ledger.Entry{Key: "cursos#HP02", Token: "a", Connection: "cursos", Platform: "hotmart", OrderID: "HP02", State: ledger.Rejected,
		Account: "estudio", ERPKind: "omie", Reference: erp.NewReference("cursos", "", "HP02"),
		Reason: order.Reason{Kind: order.Mapping, Message: words.Plain("no service for it")}, Payload: packed, Digest: "d", ReceivedAt: time.Now().Add(-time.Minute)}
	if _, err := l.Write(t.Context(), ledger.Entry{}, e); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestTheConsoleShowsTheRequestThatPreviewDoes(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	tellRejected(t, data, hotmartOrder)
	withConsole(t, true, data, func(said string) {
		p := letIn(t, said)
		const page = "/order?key=cursos%23HP02"
		status, hidden := p.get(page)
		if status != http.StatusOK || !strings.Contains(hidden, `id="document"`) || !strings.Contains(hidden, "***") {
			t.Fatalf("%d %s", status, hidden)
		}
		_, shown := p.post("/order/reveal?key=cursos%23HP02", url.Values{})
		found := regexp.MustCompile(`(?s)id="document".*?<code>(.*?)</code>`).FindStringSubmatch(shown)
		if found == nil {
			t.Fatalf("no document: %s", shown)
		}
		preview := typeIn(t, "preview", "--connection", "cursos", "--connections", write(t, "c.yaml", goodConnections), write(t, "p.json", hotmartOrder))
		var is, want any
		if err := json.Unmarshal([]byte(found[1]), &is); err != nil {
			t.Fatal(err, found[1])
		}
		if err := json.Unmarshal([]byte(preview.out), &want); err != nil {
			t.Fatal(err, preview)
		}
		a, _ := json.Marshal(is)
		b, _ := json.Marshal(want)
		if string(a) != string(b) {
			t.Errorf("the console has\n%s\nand preview\n%s", a, b)
		}
	}, "--console", "127.0.0.1:0")
}

func TestARetryInTheConsoleIsPlacedByServe(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	tellRejected(t, data, hotmartOrder)
	withConsole(t, true, data, func(said string) {
		p := letIn(t, said)
		if _, got := p.post("/order/retry?lang=en&key=cursos%23HP02", url.Values{}); !strings.Contains(got, "Done. The order is now waiting") {
			t.Fatalf("%s", got)
		}
		ctx, stop := context.WithTimeout(t.Context(), clocktest.Hang/5)
		defer stop()
		for ctx.Err() == nil {
			if _, got := p.get("/?lang=en&state=created"); strings.Contains(got, `data-key="cursos#HP02" data-state="created"`) {
				return
			}
		}
		t.Error("it is not created")
	}, "--console", "127.0.0.1:0")
}

func TestTheConsoleCountsWhatServeRefused(t *testing.T) {
	withConsole(t, true, filepath.Join(t.TempDir(), "data"), func(said string) {
		webhook := regexp.MustCompile(`http://[^/]+/webhooks/cursos`).FindString(said)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, webhook, strings.NewReader(hotmartOrder))
		if err != nil {
			t.Fatal(err)
		}
		p := letIn(t, said)
		if status, _ := p.do(r); status != http.StatusUnauthorized {
			t.Fatal(status)
		}
		if _, got := p.get("/?tab=ignored&lang=en"); !regexp.MustCompile(`data-why="(unsigned|signature)"`).MatchString(got) {
			t.Errorf("%s", got)
		}
	}, "--console", "127.0.0.1:0")
}

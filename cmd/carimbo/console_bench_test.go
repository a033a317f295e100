package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/connection"
	web "github.com/carimbo/carimbo/shared/console"
	"github.com/carimbo/carimbo/shared/ledger/sqlite"
	queuesqlite "github.com/carimbo/carimbo/shared/queue/sqlite"
)

// BenchmarkPages asks for pages of the console over the ledger of BenchmarkOrders.
func BenchmarkPages(b *testing.B) {
	dir := *benchData
	if dir == "" {
		dir = b.TempDir()
	}
	keepMany(b, dir, *benchEntries)
	l, err := sqlite.Open(b.Context(), dir)
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	c := newConsole(nil, nil, nil)
	c.now = func() time.Time { return noon }
	q, err := queuesqlite.New(b.Context(), l.DB(), queuesqlite.Options{Now: c.now})
	if err != nil {
		b.Fatal(err)
	}
	defer q.Close()
	o := c.browse(machineLedger{l, q}, func() connection.Config { return connection.Config{} })
	links := web.Links{Folder: b.TempDir(), Now: c.now}
	o.Links = links
	made, err := web.New(o)
	if err != nil {
		b.Fatal(err)
	}
	defer made.Close()
	ask := func(path string, cookies []*http.Cookie) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "http://127.0.0.1:8788"+path, nil)
		for _, cookie := range cookies {
			r.AddCookie(cookie)
		}
		w := httptest.NewRecorder()
		made.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Fatal(path, w.Code, w.Body)
		}
		return w
	}
	token, err := links.New()
	if err != nil {
		b.Fatal(err)
	}
	cookies := ask("/open?token="+token, nil).Result().Cookies()
	for _, path := range []string{"/", "/?mine=1", "/?state=rejected", "/?connection=pequena", "/?since=24h", "/?q=70007", "/?q=%237000", "/order?key=" + url.QueryEscape("cursos#HP0000007"), "/?tab=health", "/?tab=ignored"} {
		b.Run(fmt.Sprint(path), func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				began := time.Now()
				ask(path, cookies)
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms/median")
		})
	}
}

package sensiosim

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/carimbo/carimbo/shared/erp/erpsim"
)

// methods are the calls of the API.
var methods = []string{"POST /sales", "GET /sales", "GET /people", "POST /people"} // never written to

// request is a call of the API.
type request struct {
	method string // one of methods
	query  url.Values
	header http.Header
	body   []byte
}

// Call makes one call: method is POST or GET, target a path with its query.
func (s *Sim) Call(method, target string, header http.Header, body []byte) Reply {
	u, err := url.Parse(target)
	if err != nil {
		return erpsim.Page(http.StatusBadRequest, "Bad Request")
	}
	c := request{method + " " + u.Path, u.Query(), header, bytes.Clone(body)}
	if method == "POST" && u.Path == s.peoplePath() {
		c.method = "POST /people"
	}
	if !slices.Contains(methods, c.method) {
		return (&refusal{http.StatusNotFound, "Rota não encontrada"}).reply()
	}
	return s.Take(erpsim.Work{
		Method: c.method, Code: c.about(), Writes: method == "POST", Sent: c.sent(),
		Do: func(at time.Time) Reply { return s.do(at, c) },
	})
}

// do executes a call as if nothing were wrong.
func (s *Sim) do(now time.Time, c request) Reply {
	if want := s.opt.Authorization; want != "" && c.header.Get("Authorization") != want {
		return (&refusal{http.StatusUnauthorized, "Não autorizado"}).reply()
	}
	switch c.method {
	case "GET /sales":
		return s.list(now, c.query)
	case "GET /people":
		return s.people(c.query)
	}
	if c.header.Get("Content-Type") != "application/json" {
		return (&refusal{http.StatusUnsupportedMediaType, "Content-Type deve ser application/json"}).reply()
	}
	if c.method == "POST /people" {
		return s.register(c.body)
	}
	return s.create(now, c.body)
}

func (s *Sim) peoplePath() (path string) {
	s.With(func(time.Time) { path = s.opt.PeoplePath })
	return path
}

// sent is all of a call that an answer may repeat.
func (c request) sent() []any {
	sent := make([]any, 0, len(c.query)+1)
	for _, name := range slices.Sorted(maps.Keys(c.query)) {
		sent = append(sent, c.query.Get(name))
	}
	body, _ := read(c.body)
	return append(sent, body)
}

// about is the origId that the call names.
func (c request) about() string {
	if c.body == nil || c.query.Has("origId") {
		return c.query.Get("origId")
	}
	v, _ := read(c.body)
	return textOf(v, "origId")
}

// ServeHTTP answers the API, and people (see the package's text).
func (s *Sim) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.Serve(w, r, s.listed, func(body []byte) {
		s.Deliver(w, r, s.Call(r.Method, r.URL.RequestURI(), r.Header, body))
	})
}

// row is a sale as people and outside checks see it.
type row struct {
	ID         string      `json:"id"`
	Orig       string      `json:"orig"`
	OrigID     string      `json:"origId"`
	NetTotal   json.Number `json:"netTotal"`
	Customer   string      `json:"customer"`
	CustomerID string      `json:"customerId"`
}

func (s *Sim) listed() any {
	documents := s.Documents()
	rows := make([]row, len(documents))
	for i, d := range documents {
		rows[i] = row{d.ID, d.Orig, d.OrigID, json.Number(d.Total.Number()), d.Customer, d.CustomerID}
	}
	return rows
}

package sensiosim

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

const maxBody = 4 << 20

// Fate says what becomes of an answer on its way.
type Fate int

// What can become of an answer.
const (
	Answered Fate = iota // it arrives, after Delay
	Hangs                // it never comes; the connection stays open
	Cut                  // the connection is reset instead
)

// Reply is what a call is answered with.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
	Fate   Fate
	// Delay is how long the answer takes.
	Delay time.Duration
}

// methods are the calls of the API.
var methods = []string{"POST /sales", "GET /sales", "GET /people"} // never written to

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
		return page(http.StatusBadRequest, "Bad Request")
	}
	c := request{method + " " + u.Path, u.Query(), header, body}
	if !slices.Contains(methods, c.method) {
		return (&refusal{http.StatusNotFound, "Rota não encontrada"}).reply()
	}
	about := c.about()
	fault := s.asked(c.method, about)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.opt.Now()
	s.applyDue(now)
	if fault == nil {
		fault = s.match(now, c.method)
	}
	var reply Reply
	var refused *refusal
	outcome := ""
	if fault == nil {
		reply, refused = s.do(now, c)
	} else {
		reply, refused = s.faulty(now, c, *fault)
		outcome = string(fault.Mode) + ": "
	}
	if refused == nil {
		outcome += "ok"
	} else {
		outcome += "refused: " + refused.text
	}
	s.record(Call{At: now, Method: c.method, OrigID: about, Outcome: outcome})
	if reply.Delay == 0 {
		reply.Delay = s.opt.Latency
	}
	return reply
}

// do executes a call as if nothing were wrong.
func (s *Sim) do(now time.Time, c request) (Reply, *refusal) {
	if want := s.opt.Authorization; want != "" && c.header.Get("Authorization") != want {
		refused := &refusal{http.StatusUnauthorized, "Não autorizado"}
		return refused.reply(), refused
	}
	switch c.method {
	case "GET /sales":
		return s.list(c.query)
	case "GET /people":
		return s.people(c.query)
	}
	if c.header.Get("Content-Type") != "application/json" {
		refused := &refusal{http.StatusUnsupportedMediaType, "Content-Type deve ser application/json"}
		return refused.reply(), refused
	}
	return s.create(now, c.body)
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
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		send(w, page(http.StatusRequestEntityTooLarge, "Request Entity Too Large"))
		return
	}
	switch r.Method + " " + r.URL.Path {
	case "GET /":
		send(w, jsonReply(http.StatusOK, s.summary()))
	case "GET /documents":
		send(w, jsonReply(http.StatusOK, listed(s.Documents())))
	case "POST /faults":
		send(w, s.switchOn(body))
	default:
		s.serveCall(w, r, body)
	}
}

func (s *Sim) serveCall(w http.ResponseWriter, r *http.Request, body []byte) {
	reply := s.Call(r.Method, r.URL.RequestURI(), r.Header, body)
	switch {
	case reply.Fate == Cut:
		reset(w)
	case reply.Fate == Hangs:
		s.hold(r.Context(), nil)
		panic(http.ErrAbortHandler)
	case reply.Delay > 0:
		timer := time.NewTimer(reply.Delay)
		defer timer.Stop()
		if !s.hold(r.Context(), timer.C) {
			panic(http.ErrAbortHandler)
		}
		send(w, reply)
	default:
		send(w, reply)
	}
}

// hold waits for the timer, and tells false if the caller or the Sim went first.
func (s *Sim) hold(ctx context.Context, timer <-chan time.Time) bool {
	select {
	case <-timer:
		return true
	case <-ctx.Done():
	case <-s.closed:
	}
	return false
}

func send(w http.ResponseWriter, r Reply) {
	for name, values := range r.Header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(r.Body)))
	w.WriteHeader(r.Status)
	_, _ = w.Write(r.Body)
}

// reset closes the connection with RST where it can.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

func jsonReply(status int, v any) Reply {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("an answer of the simulator can't be encoded: " + err.Error())
	}
	return Reply{Status: status, Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}}, Body: bytes.TrimRight(b.Bytes(), "\n")}
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

func listed(documents []Document) []row {
	rows := make([]row, len(documents))
	for i, d := range documents {
		rows[i] = row{d.ID, d.Orig, d.OrigID, json.Number(d.Total.Number()), d.Customer, d.CustomerID}
	}
	return rows
}

type summary struct {
	Documents []row `json:"documents"`
	Calls     int   `json:"calls"`
}

func (s *Sim) summary() summary {
	documents := s.Documents()
	s.mu.Lock()
	defer s.mu.Unlock()
	return summary{listed(documents), s.total}
}

func (s *Sim) switchOn(body []byte) Reply {
	var f Fault
	if err := json.Unmarshal(body, &f); err != nil {
		return jsonReply(http.StatusBadRequest, map[string]string{"error": err.Error()})
	}
	s.Inject(f)
	return jsonReply(http.StatusOK, map[string]string{"status": "on"})
}

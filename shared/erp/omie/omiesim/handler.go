package omiesim

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const maxBody = 4 << 20

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
	if r.Method != http.MethodPost {
		if _, known, _ := route(strings.TrimSuffix(r.URL.Path, "/") + "/"); known == nil {
			send(w, page(http.StatusNotFound, "Not Found"))
			return
		}
		w.Header().Set("Allow", http.MethodPost)
		send(w, page(http.StatusMethodNotAllowed, "Method Not Allowed"))
		return
	}
	s.noticeLeavers()
	reply := s.Call(r.URL.Path, body)
	defer s.End(reply)
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
		fallthrough
	default:
		s.End(reply) // before the caller can have heard of it
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

// leaving is how long the server may take to see that a caller hung up. A caller
// that gave a call up and makes its next one at once is not two callers.
const leaving = 200 * time.Millisecond

func (s *Sim) noticeLeavers() {
	timer := time.NewTimer(leaving)
	defer timer.Stop()
	for _, run := range s.underWay() {
		select {
		case <-run.ended:
		case <-timer.C:
			return
		}
	}
}

func (s *Sim) underWay() []*running {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []*running
	for _, l := range s.lanes {
		for run := range l.running {
			if run.write && run.patient {
				all = append(all, run)
			}
		}
	}
	return all
}

func send(w http.ResponseWriter, r Reply) {
	w.Header().Set("Content-Type", r.ContentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(r.Body)))
	if r.Location != "" {
		w.Header().Set("Location", r.Location)
	}
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

// row is a document as people and outside checks see it.
type row struct {
	CodInt      string      `json:"cCodIntOS"`
	NCodOS      int64       `json:"nCodOS"`
	NumOS       string      `json:"cNumOS"`
	Total       json.Number `json:"nValorTotal"`
	OrderNumber string      `json:"cNumPedido"`
	Customer    json.Number `json:"nCodCli"`
}

func listed(documents []Document) []row {
	rows := make([]row, len(documents))
	for i, d := range documents {
		rows[i] = row{d.CodInt, d.NCodOS, d.NumOS, json.Number(d.Total.Number()), d.OrderNumber, json.Number(d.CustomerID)}
	}
	return rows
}

type summary struct {
	Documents  []row    `json:"documents"`
	Calls      int      `json:"calls"`
	Violations []string `json:"violations"`
}

func (s *Sim) summary() summary {
	documents, violations := s.Documents(), s.Violations()
	if violations == nil {
		violations = []string{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return summary{listed(documents), s.total, violations}
}

func (s *Sim) switchOn(body []byte) Reply {
	var f Fault
	if err := json.Unmarshal(body, &f); err != nil {
		return jsonReply(http.StatusBadRequest, map[string]string{"error": err.Error()})
	}
	s.Inject(f)
	return jsonReply(http.StatusOK, map[string]string{"status": "on"})
}

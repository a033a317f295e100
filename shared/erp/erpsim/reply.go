package erpsim

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

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
	// Refusal is why the call was refused; its text goes into the log.
	Refusal error

	over func(now time.Time)
}

// Open tells whether the call is still running at the ERP: it hangs, or its answer takes a
// while. Whoever drives a simulator without sockets ends it with End.
func (r Reply) Open() bool { return r.over != nil }

func (r Reply) outcome() string {
	if r.Refusal != nil {
		return r.Refusal.Error()
	}
	return "ok"
}

// JSON is an answer in JSON.
func JSON(status int, v any) Reply {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("an answer of the simulator can't be encoded: " + err.Error())
	}
	return Reply{Status: status, Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}}, Body: bytes.TrimRight(b.Bytes(), "\n")}
}

// Page is an answer in HTML, as from what stands before the ERP.
func Page(status int, title string) Reply {
	text := fmt.Sprintf("<html>\r\n<head><title>%d %s</title></head>\r\n<body>\r\n<center><h1>%[1]d %[2]s</h1></center>\r\n</body>\r\n</html>\r\n", status, html.EscapeString(title))
	return Reply{Status: status, Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}, Body: []byte(text)}
}

const maxBody = 4 << 20

// Serve answers people: GET / and GET /documents show what listed lists, POST /faults
// switches a fault on. All else is for the API, which gets the body.
func (f *Frame) Serve(w http.ResponseWriter, r *http.Request, listed func() any, api func(body []byte)) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		send(w, Page(http.StatusRequestEntityTooLarge, "Request Entity Too Large"))
		return
	}
	switch r.Method + " " + r.URL.Path {
	case "GET /":
		send(w, JSON(http.StatusOK, f.summary(listed())))
	case "GET /documents":
		send(w, JSON(http.StatusOK, listed()))
	case "POST /faults":
		send(w, f.switchOn(body))
	default:
		api(body)
	}
}

type summary struct {
	Documents  any      `json:"documents"`
	Calls      int      `json:"calls"`
	Violations []string `json:"violations,omitzero"`
}

func (f *Frame) summary(documents any) summary {
	f.mu.Lock()
	defer f.mu.Unlock()
	return summary{documents, f.total, f.violations}
}

func (f *Frame) switchOn(body []byte) Reply {
	var fault Fault
	err := json.Unmarshal(body, &fault)
	if err == nil {
		err = f.Validate(fault)
	}
	if err != nil {
		return JSON(http.StatusBadRequest, map[string]string{"error": err.Error()})
	}
	f.Inject(fault)
	return JSON(http.StatusOK, map[string]string{"status": "on"})
}

// Deliver has the answer meet its fate.
func (f *Frame) Deliver(w http.ResponseWriter, r *http.Request, reply Reply) {
	defer f.End(reply)
	switch {
	case reply.Fate == Cut:
		reset(w)
		return
	case reply.Fate == Hangs:
		f.hold(r.Context(), nil)
		panic(http.ErrAbortHandler)
	case reply.Delay > 0:
		timer := time.NewTimer(reply.Delay)
		defer timer.Stop()
		if !f.hold(r.Context(), timer.C) {
			panic(http.ErrAbortHandler)
		}
	}
	f.End(reply) // before the caller can have heard of it
	send(w, reply)
}

// hold waits for the timer, and tells false if the caller or the simulator went first.
func (f *Frame) hold(ctx context.Context, timer <-chan time.Time) bool {
	select {
	case <-timer:
		return true
	case <-ctx.Done():
	case <-f.closed:
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

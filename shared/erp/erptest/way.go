package erptest

import (
	"bytes"
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/erpsim"
	"github.com/carimbo/carimbo/shared/erp/wire"
)

// trouble is what goes wrong between the account and its ERP.
type trouble struct {
	name string
	// dial, where it is set, stands for making the connection.
	dial func(ctx context.Context, over <-chan struct{}) error
	// unread: the ERP never gets the request.
	unread bool
	// answer, where it is set, stands for the ERP's answer, which is real.
	answer func(w http.ResponseWriter, r *http.Request, real *httptest.ResponseRecorder)
	// want is what it has to come out as.
	want erp.AnswerKind
}

// troubles are those whose meaning is no ERP's.
func troubles() []trouble {
	refused := func(context.Context, <-chan struct{}) error { return net.ErrClosed }
	unanswered := func(ctx context.Context, over <-chan struct{}) error {
		select {
		case <-ctx.Done():
		case <-over:
		}
		return net.ErrClosed
	}
	return []trouble{
		{name: "nobody listens", dial: refused, want: erp.NotSent},
		{name: "nobody answers the dial", dial: unanswered, want: erp.NotSent},
		{name: "it is cut before it is read", unread: true, answer: cut, want: erp.Lost},
		{name: "it is cut after it was done", answer: cut, want: erp.Lost},
		{name: "silence before it is read", unread: true, answer: silence, want: erp.Lost},
		{name: "silence after it was done", answer: silence, want: erp.Lost},
		{name: "half of the answer", answer: half, want: erp.Lost},
		{name: "an answer that is cut off", answer: cutOff, want: erp.Lost},
		{name: "an empty 200", answer: says(http.StatusOK, "application/json", ""), want: erp.Lost},
		{name: "an empty object", answer: says(http.StatusOK, "application/json", "{}"), want: erp.Lost},
		{name: "an empty object for the answer", answer: emptied, want: erp.Lost},
		{name: "an empty list", answer: says(http.StatusOK, "application/json", "[]"), want: erp.Lost},
		{name: "null", answer: says(http.StatusOK, "application/json", "null"), want: erp.Lost},
		{name: "no content", answer: says(http.StatusNoContent, "", ""), want: erp.Lost},
		{name: "a page", answer: says(http.StatusOK, "text/html", page), want: erp.Lost},
		{name: "a page that isn't there", unread: true, answer: says(http.StatusNotFound, "text/html", page), want: erp.Lost},
		{name: "a bad gateway", answer: says(http.StatusBadGateway, "text/html", page), want: erp.Lost},
		{name: "an outage", unread: true, answer: says(http.StatusServiceUnavailable, "text/html", page), want: erp.Lost},
		{name: "an empty 500", answer: says(http.StatusInternalServerError, "", ""), want: erp.Lost},
		{name: "a redirect", answer: redirect, want: erp.Lost},
	}
}

const page = "<html><body><h1>Sistema em manutenção</h1></body></html>"

func says(status int, contentType, body string) func(http.ResponseWriter, *http.Request, *httptest.ResponseRecorder) {
	return func(w http.ResponseWriter, _ *http.Request, _ *httptest.ResponseRecorder) {
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func cut(http.ResponseWriter, *http.Request, *httptest.ResponseRecorder) {
	panic(http.ErrAbortHandler)
}

// silence lasts until the caller gives up.
func silence(_ http.ResponseWriter, r *http.Request, _ *httptest.ResponseRecorder) {
	<-r.Context().Done()
	panic(http.ErrAbortHandler)
}

func half(w http.ResponseWriter, _ *http.Request, real *httptest.ResponseRecorder) {
	w.Header().Set("Content-Type", real.Header().Get("Content-Type"))
	w.WriteHeader(real.Code)
	_, _ = w.Write(real.Body.Bytes()[:real.Body.Len()/2])
}

// emptied is the answer's status, with nothing in it.
func emptied(w http.ResponseWriter, r *http.Request, real *httptest.ResponseRecorder) {
	says(real.Code, "application/json", "{}")(w, r, real)
}

// cutOff promises more than it sends.
func cutOff(w http.ResponseWriter, _ *http.Request, real *httptest.ResponseRecorder) {
	w.Header().Set("Content-Length", "100000")
	w.WriteHeader(real.Code)
	_, _ = w.Write(real.Body.Bytes())
	panic(http.ErrAbortHandler)
}

func redirect(w http.ResponseWriter, _ *http.Request, _ *httptest.ResponseRecorder) {
	w.Header().Set("Location", "/elsewhere")
	w.WriteHeader(http.StatusFound)
}

// way is the network between the account and its ERP, in memory.
type way struct {
	sim    erpsim.Simulator
	server *http.Server
	over   chan struct{}
	dialed chan net.Conn

	mu       sync.Mutex
	trouble  trouble
	at       int // which call from now on it befalls; 0: each
	requests []sent
}

// sent is a request that left.
type sent struct {
	header http.Header
	body   []byte
}

func newWay(sim erpsim.Simulator) *way {
	w := &way{sim: sim, over: make(chan struct{}), dialed: make(chan net.Conn)}
	w.server = &http.Server{Handler: w, ErrorLog: log.New(io.Discard, "", 0)}
	go func() { _ = w.server.Serve(w) }()
	return w
}

func (w *way) close() {
	w.sim.Close()
	close(w.over)
	_ = w.server.Close()
}

// Accept, Close and Addr make it the server's listener.
func (w *way) Accept() (net.Conn, error) {
	select {
	case c := <-w.dialed:
		return c, nil
	case <-w.over:
		return nil, net.ErrClosed
	}
}

func (w *way) Close() error   { return nil }
func (w *way) Addr() net.Addr { return &net.TCPAddr{} }

// transport is a client's, with this network below it.
func (w *way) transport() http.RoundTripper {
	t := wire.NewClient().Transport.(*http.Transport)
	t.Proxy, t.DialContext = nil, w.dial
	return t
}

func (w *way) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	if now, befalls := w.befalling(); befalls && now.dial != nil {
		w.note(sent{})
		return nil, now.dial(ctx, w.over)
	}
	here, there := net.Pipe()
	select {
	case w.dialed <- there:
		return here, nil
	case <-w.over:
		return nil, net.ErrClosed
	}
}

// begin has trouble befall the call with that number from now on; 0 is each.
func (w *way) begin(now trouble, at int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.trouble, w.at, w.requests = now, at, nil
}

// end ends all trouble.
func (w *way) end() { w.begin(trouble{}, 0) }

// befalling is the trouble, and whether it befalls the call that comes next.
func (w *way) befalling() (trouble, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.trouble, w.trouble.name != "" && (w.at == 0 || w.at == len(w.requests)+1)
}

func (w *way) note(s sent) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests = append(w.requests, s)
}

// calls are the requests since the last begin or end.
func (w *way) calls() []sent {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.requests
}

func (w *way) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	now, befalls := w.befalling()
	w.note(sent{r.Header.Clone(), body})
	real := httptest.NewRecorder()
	if !befalls || !now.unread {
		r.Body = io.NopCloser(bytes.NewReader(body))
		w.sim.ServeHTTP(real, r)
	}
	if befalls && now.answer != nil {
		now.answer(out, r, real)
		return
	}
	for name, values := range real.Header() {
		out.Header()[name] = values
	}
	out.WriteHeader(real.Code)
	_, _ = out.Write(real.Body.Bytes())
}

// people asks the simulator itself, as a person does.
func (w *way) people(method, path, body string) (status int, said string) {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	out := httptest.NewRecorder()
	w.sim.ServeHTTP(out, r)
	return out.Code, out.Body.String()
}

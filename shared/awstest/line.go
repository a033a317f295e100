package awstest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/proctest"
)

// Cut says where on its way a request is cut off.
type Cut int

// A request is cut off nowhere, or its connection ends...
const (
	Nowhere   Cut = iota
	Unsent        // before the server has it
	Unheard       // when the server has carried it out, before any of the answer
	HalfHeard     // when the server has carried it out, in the middle of the answer
	Late          // at once, and the server carries it out afterwards
)

func (c Cut) String() string {
	return [...]string{"nowhere", "unsent", "unheard", "half heard", "late"}[c]
}

// Fate is what becomes of one request.
type Fate struct {
	Cut Cut
	// Reset has the connection end with RST instead of FIN.
	Reset bool
	// There and Back are how long the request and its answer take.
	There, Back time.Duration
}

// Line is a network between callers and a server. It has one address for good,
// whether it lets connections through or refuses them. What has reached the server
// is carried out, whatever became of its caller, as it is anywhere.
type Line struct {
	URL     string
	address string
	server  http.Handler
	fate    func() Fate

	mu sync.Mutex
	// up takes connections; nil while they are refused.
	up       *http.Server
	served   chan struct{}
	underWay sync.WaitGroup
	// losses are the answers that are still to be lost.
	losses []loss
}

// loss is an answer that is lost for certain.
type loss struct {
	of        func(r *http.Request, body []byte) bool
	meanwhile func()
}

// NewLine makes the line to a server and accepts connections. Each request is
// asked its fate.
func NewLine(t testing.TB, server http.Handler, fate func() Fate) *Line {
	t.Helper()
	l := &Line{server: server, fate: fate}
	l.address = proctest.Address(t)
	l.Accept(t)
	l.URL = "http://" + l.address
	t.Cleanup(func() {
		l.Refuse()
		l.Settle()
	})
	return l
}

// Accept lets connections through again. It may be called on any goroutine.
func (l *Line) Accept(t testing.TB) {
	t.Helper()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for limit := time.After(clocktest.Hang); ; {
		err := l.listen()
		if err == nil {
			return
		}
		select {
		case <-again.C:
		case <-limit:
			t.Error(err)
			return
		}
	}
}

func (l *Line) listen() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.up != nil {
		return nil
	}
	listener, err := net.Listen("tcp", l.address)
	if err != nil {
		return fmt.Errorf("open the line: %w", err)
	}
	up, served := &http.Server{ErrorLog: log.New(io.Discard, "", 0)}, make(chan struct{})
	up.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { l.pass(up, w, r) })
	l.up, l.served = up, served
	go func() {
		defer close(served)
		_ = up.Serve(listener)
	}()
	return nil
}

// Refuse ends all connections and refuses others, until Accept. Requests that
// have reached the server are under way still.
func (l *Line) Refuse() {
	l.mu.Lock()
	up, served := l.up, l.served
	l.up = nil
	l.mu.Unlock()
	if up != nil {
		_ = up.Close()
		<-served
	}
}

// LoseOne loses one answer for certain, whatever chance deals the other requests:
// that of the next request that is meant and that the server carries out, which is
// Unheard. A refusal is no such answer. Once the server has carried it out, meanwhile
// runs, and the connection ends after that: whoever dies in it has asked, and never
// hears. It may be called on any goroutine, and again for another answer.
func (l *Line) LoseOne(of func(r *http.Request, body []byte) bool, meanwhile func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.losses = append(l.losses, loss{of, meanwhile})
}

// loses tells whether this answer is one to be lost, and what is to be done first.
func (l *Line) loses(r *http.Request, body []byte, status int) (meanwhile func(), lost bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := slices.IndexFunc(l.losses, func(each loss) bool { return each.of(r, body) })
	if at < 0 || status >= http.StatusMultipleChoices {
		return nil, false
	}
	meanwhile = l.losses[at].meanwhile
	l.losses = slices.Delete(l.losses, at, at+1)
	return meanwhile, true
}

// Settle waits until all that has reached the server is carried out. It is for a
// line that refuses connections.
func (l *Line) Settle() { l.underWay.Wait() }

// pass carries one request to the server and its answer back.
func (l *Line) pass(up *http.Server, w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil || !l.enter(up) {
		panic(http.ErrAbortHandler)
	}
	defer l.underWay.Done()
	f := l.fate()
	if f.Cut == Unsent || f.Cut == Late {
		f.end(w)
	}
	if f.Cut == Unsent {
		return
	}
	<-time.After(f.There)
	r = r.WithContext(context.WithoutCancel(r.Context()))
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer := httptest.NewRecorder()
	l.server.ServeHTTP(answer, r)
	if f.Cut == Late {
		return
	}
	<-time.After(f.Back)
	if meanwhile, lost := l.loses(r, body, answer.Code); lost {
		meanwhile()
		f.Cut = Unheard
	}
	if f.Cut == Unheard {
		f.end(w)
		return
	}
	f.answer(w, answer.Result(), answer.Body.Bytes())
}

// enter tells whether the request comes through, before those under way are
// waited for.
func (l *Line) enter(up *http.Server) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.up != up {
		return false
	}
	l.underWay.Add(1)
	return true
}

// end ends the connection.
func (f Fate) end(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return // it has ended already
	}
	if tcp, ok := conn.(*net.TCPConn); ok && f.Reset {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// answer sends the answer, or half of it.
func (f Fate) answer(w http.ResponseWriter, answer *http.Response, body []byte) {
	for name, values := range answer.Header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(answer.StatusCode)
	if f.Cut != HalfHeard {
		_, _ = w.Write(body)
		return
	}
	_, err := w.Write(body[:len(body)/2])
	if err = errors.Join(err, http.NewResponseController(w).Flush()); err == nil {
		f.end(w)
	}
	panic(http.ErrAbortHandler)
}

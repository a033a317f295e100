package intake

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/platform"
)

// Handler serves POST /webhooks/{connection} and GET /healthz, and nothing else, to
// those who come in by the door.
func Handler(in *Intake, d *Door) http.Handler {
	d.refused = func() { in.refuse(context.Background(), unwritten, "", "busy", nil) }
	mux := http.NewServeMux()
	mux.HandleFunc("POST /webhooks/{connection}", func(w http.ResponseWriter, r *http.Request) {
		Write(w, d.take(in, w, r))
	})
	mux.HandleFunc("/webhooks/{connection}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", http.MethodPost)
		Write(w, refusal(http.StatusMethodNotAllowed, "method_not_allowed", "Webhooks are sent with POST."))
	})
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {
		Write(w, in.healthz(r.Context()))
	})
	mux.HandleFunc("/", notFound)
	return d.unread(asWritten(mux))
}

// take answers a call within AnswerWithin, and reads its body only if it has to.
func (d *Door) take(in *Intake, w http.ResponseWriter, r *http.Request) Response {
	name, c := r.PathValue("connection"), of(r)
	since := d.waited(c.conn)
	ctx, cancel := context.WithTimeout(r.Context(), AnswerWithin-since)
	defer cancel()
	request := platform.Request{Header: headers(r.Header), Query: r.URL.Query()}
	p, refused := in.admit(ctx, in.Connections(), name, request, r.ContentLength)
	if p == nil {
		return refused
	}
	if since > mostWaited {
		return in.refuse(ctx, unwritten, name, "busy", nil)
	}
	defer d.done(c)
	var err error
	request.Body, err = d.read(c, w, r)
	switch {
	case err == nil:
		w.Header().Del("Connection")
		return in.Take(ctx, name, request, rand.Text())
	case errors.Is(err, errTooLarge):
		return in.refuse(ctx, tooLarge, name, "too_large", nil)
	case errors.Is(err, errBusy):
		return in.refuse(ctx, unwritten, name, "busy", nil)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return in.refuse(ctx, unwritten, name, "slow", nil)
	}
	return in.refuse(ctx, unwritten, name, "broken_off", nil)
}

// unread ends a connection whose body was not read: whoever wants to send it has to
// be proven first. Without the header that says so net/http would read a quarter of
// a mebibyte before it let the answer go.
func (d *Door) unread(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := of(r)
		d.becomes(c, idle)
		if r.ContentLength != 0 {
			w.Header().Set("Connection", "close") // take removes it
		}
		if lines(r.Header) > maxLines {
			Write(w, refusal(http.StatusRequestHeaderFieldsTooLarge, "header_too_large", "The header has more than 100 lines."))
		} else {
			next.ServeHTTP(w, r)
		}
		if w.Header().Get("Connection") == "" {
			return
		}
		d.becomes(c, leaving)
		drain(w, r)
	})
}

func lines(h http.Header) (n int) {
	for _, values := range h {
		n += len(values)
	}
	return n
}

// drain takes what comes of the body while the answer is on its way. After it
// net/http finds no body to read, or to wait for.
func drain(w http.ResponseWriter, r *http.Request) {
	controller := http.NewResponseController(w)
	_ = controller.Flush()
	if controller.SetReadDeadline(time.Now().Add(drainFor)) == nil {
		_, _ = io.CopyN(io.Discard, r.Body, drainBytes)
		_ = controller.SetReadDeadline(longAgo)
	}
	r.Body = http.NoBody
}

func (in *Intake) healthz(ctx context.Context) Response {
	if in.Health != nil {
		if why := in.Health(ctx); why != "" {
			r := refusal(http.StatusServiceUnavailable, "unhealthy", why)
			r.RetryAfter = unwritten.RetryAfter
			return r
		}
	}
	return Response{Status: http.StatusOK, Answer: &Answer{Status: "ok"}}
}

func notFound(w http.ResponseWriter, _ *http.Request) {
	Write(w, refusal(http.StatusNotFound, "not_found", "Only /webhooks/{connection} and /healthz are served here."))
}

// asWritten refuses a path with // or .. in it, which a ServeMux would answer with a
// redirect: a store follows none, and nobody would be told that the URL is wrong.
func asWritten(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != path.Clean(r.URL.Path) {
			notFound(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// Write sends the response.
func Write(w http.ResponseWriter, r Response) {
	if r.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(r.RetryAfter.Seconds())))
	}
	if r.Answer == nil {
		w.WriteHeader(r.Status)
		return
	}
	body, err := json.Marshal(r.Answer)
	if err != nil {
		body = nil // three texts always have a JSON form
	}
	body = append(body, '\n')
	w.Header().Set("Content-Type", "application/json")
	// So that the answer is whole before the connection ends.
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(r.Status)
	// The store has hung up if this fails; there is nobody left to tell.
	_, _ = w.Write(body)
}

func headers(h http.Header) map[string]string {
	m := make(map[string]string, len(h))
	for name, values := range h {
		m[strings.ToLower(name)] = values[0]
	}
	return m
}

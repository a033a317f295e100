package intake

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/carimbo/carimbo/shared/platform"
)

// Handler serves POST /webhooks/{connection} and GET /healthz, and nothing else.
func Handler(in *Intake) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /webhooks/{connection}", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, platform.MaxBody+1))
		if err != nil {
			Write(w, unwritten)
			return
		}
		Write(w, in.Take(r.Context(), r.PathValue("connection"), platform.Request{
			Header: headers(r.Header), Query: r.URL.Query(), Body: body,
		}, rand.Text()))
	})
	mux.HandleFunc("/webhooks/{connection}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", http.MethodPost)
		Write(w, refusal(http.StatusMethodNotAllowed, "method_not_allowed", "Webhooks are sent with POST."))
	})
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {
		Write(w, in.healthz(r.Context()))
	})
	mux.HandleFunc("/", notFound)
	return asWritten(mux)
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
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(r.Status)
	// The store has hung up if this fails; there is nobody left to tell.
	_ = json.NewEncoder(w).Encode(r.Answer)
}

func headers(h http.Header) map[string]string {
	m := make(map[string]string, len(h))
	for name, values := range h {
		m[strings.ToLower(name)] = values[0]
	}
	return m
}

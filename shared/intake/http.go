package intake

import (
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
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
		Write(w, Response{Status: http.StatusOK, Answer: &Answer{Status: "ok"}})
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		Write(w, refusal(http.StatusNotFound, "not_found", "Only /webhooks/{connection} and /healthz are served here."))
	})
	return mux
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

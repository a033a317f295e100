package console

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

const (
	// maxBody is what a post may have: a note, an id, a filter.
	maxBody = 64 << 10
	// atOnce is how many requests are worked on at the same time: one person's.
	atOnce = 16
	// maxHeader leaves room for a filter and a cookie; net/http lets 4 KiB more pass.
	maxHeader = 16 << 10
)

// How long a browser on this machine, or at the end of a tunnel, may take.
const (
	headerWithin  = 5 * time.Second
	requestWithin = 15 * time.Second
	answerWithin  = time.Minute
	idleFor       = time.Minute
)

// policy lets a page have what comes from here as files, and nothing else: no script or
// style within a page, no frame around it, no form that leads elsewhere.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// Server is the server of a console. It is shut down before the console is closed.
func (c *Console) Server() *http.Server {
	return &http.Server{Handler: c, ReadHeaderTimeout: headerWithin, ReadTimeout: requestWithin, WriteTimeout: answerWithin, IdleTimeout: idleFor,
		MaxHeaderBytes: maxHeader, ErrorLog: quiet(c.opts.Log)}
}

// guarded lets pass what a browser on this machine asks a page of ours for.
func (c *Console) guarded(next http.Handler) http.Handler {
	places := make(chan struct{}, atOnce)
	same := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set(runningHeader, c.opts.Name)
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		select {
		case places <- struct{}{}:
			defer func() { <-places }()
		default:
			http.Error(w, "The console is busy: try again in a moment.", http.StatusServiceUnavailable)
			return
		}
		switch {
		case !loopbackHost(r.Host):
			http.Error(w, "The console is for this machine alone: open it at http://127.0.0.1, also through a tunnel.", http.StatusMisdirectedRequest)
		case r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodPost:
			h.Set("Allow", "GET, HEAD, POST")
			http.Error(w, "The console knows no such method.", http.StatusMethodNotAllowed)
		case same.Check(r) != nil || foreign(r):
			http.Error(w, "This came from another site's page: do it from the console's own.", http.StatusForbidden)
		default:
			r.Body = http.MaxBytesReader(w, r.Body, maxBody)
			next.ServeHTTP(w, r)
		}
	})
}

// foreign tells whether a post comes from another origin's page, whatever else the browser
// says of it. Of a page that sends no referrer browsers say null; then it is for what they
// say besides.
func foreign(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if r.Method != http.MethodPost || origin == "" || origin == "null" {
		return false
	}
	return !strings.EqualFold(origin, "http://"+r.Host)
}

// loopbackHost tells whether the browser believes to talk to its own machine, at any port: a
// name that a stranger's DNS leads here is none of these.
func loopbackHost(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	} else if strings.HasPrefix(name, "[") && strings.HasSuffix(name, "]") {
		name = name[1 : len(name)-1]
	}
	if strings.EqualFold(name, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(name)
	return err == nil && (ip.Is4() && ip.IsLoopback() || ip == netip.IPv6Loopback())
}

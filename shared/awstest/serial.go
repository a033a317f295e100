package awstest

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
)

// front stands before the server and lets one request at a time through. moto
// serves each in a thread of its own and locks nothing: of two writes on the same
// condition both may win there, and a message may be received twice at once,
// neither of which AWS does. So ask it for no long poll: all others wait.
type front struct {
	*httptest.Server
	one sync.Mutex
	// target is the server; who changes it has one.
	target *url.URL
}

func serial(server string) (*front, error) {
	f := &front{}
	if err := f.point(server); err != nil {
		return nil, err
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(f.target)
			// Queue URLs are made from the host that was asked.
			r.Out.Host = r.In.Host
		},
		// A client that went away is no news.
		ErrorLog: log.New(io.Discard, "", 0),
	}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.one.Lock()
		defer f.one.Unlock()
		// Were the request given up with its client, moto would still be at it when the
		// next one comes. A context that can't end at all has the proxy watch the
		// connection instead.
		ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
		defer cancel()
		proxy.ServeHTTP(w, r.WithContext(ctx))
	}))
	return f, nil
}

// point has the requests go to another server from the next one on.
func (f *front) point(server string) error {
	target, err := url.Parse(server)
	if err != nil {
		return fmt.Errorf("find moto_server: %w", err)
	}
	f.target = target
	return nil
}

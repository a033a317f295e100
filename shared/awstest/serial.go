package awstest

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
)

// serial stands before the server and lets one request at a time through. moto
// serves each in a thread of its own and locks nothing: of two writes on the same
// condition both may win there, and a message may be received twice at once,
// neither of which AWS does. So ask it for no long poll: all others wait.
func serial(server string) (*httptest.Server, error) {
	target, err := url.Parse(server)
	if err != nil {
		return nil, err
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			// Queue URLs are made from the host that was asked.
			r.Out.Host = r.In.Host
		},
		// A client that went away is no news.
		ErrorLog: log.New(io.Discard, "", 0),
	}
	var one sync.Mutex
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		one.Lock()
		defer one.Unlock()
		proxy.ServeHTTP(w, r)
	})), nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"github.com/carimbo/carimbo/shared/awstest"
)

// dockerBridge is the interface behind host.docker.internal on Linux, where a
// container doesn't reach loopback. Nobody but containers and this machine does.
const dockerBridge = "docker0"

// region is the third part of a signature's scope.
var region = regexp.MustCompile(`(Credential=[^/]+/[^/]+/)[^/]+/`)

// front is what the functions and the AWS CLI talk to.
type front struct {
	server    *http.Server
	listeners []net.Listener
	failed    chan error
}

// listen opens the port on loopback and, where there is one, on Docker's bridge.
func listen(port int, moto string) (*front, error) {
	target, err := url.Parse(moto)
	if err != nil {
		return nil, err
	}
	f := &front{failed: make(chan error, 2), server: &http.Server{Handler: proxy(target), ReadHeaderTimeout: 10 * time.Second}}
	for _, address := range append([]string{"127.0.0.1"}, bridge()...) {
		l, err := net.Listen("tcp", net.JoinHostPort(address, strconv.Itoa(port)))
		if err != nil {
			f.stop()
			return nil, fmt.Errorf("start the emulator: %w: end what listens there, or take another -port and write it into events/env.local.json", err)
		}
		// Any free port is the same on both.
		port = l.Addr().(*net.TCPAddr).Port
		f.listeners = append(f.listeners, l)
	}
	return f, nil
}

func bridge() []string {
	docker, err := net.InterfaceByName(dockerBridge)
	if err != nil {
		return nil
	}
	addresses, err := docker.Addrs()
	if err != nil {
		return nil
	}
	for _, a := range addresses {
		if ip, ok := a.(*net.IPNet); ok && ip.IP.To4() != nil {
			return []string{ip.IP.String()}
		}
	}
	return nil
}

// proxy passes everything on, as if it were signed for the one region in which
// everything lies: `sam local` and the AWS CLI sign for that of their profile.
func proxy(target *url.URL) http.Handler {
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			// Queue URLs are made from the host that was asked.
			r.Out.Host = r.In.Host
			r.Out.Header.Set("Authorization", region.ReplaceAllString(r.In.Header.Get("Authorization"), "${1}"+awstest.Region+"/"))
		},
		// A client that went away is no news.
		ErrorLog: log.New(io.Discard, "", 0),
	}
}

func (f *front) url() string { return "http://" + f.listeners[0].Addr().String() }

// announce says what there is and how to look at it.
func (f *front) announce(out io.Writer, secrets map[string]map[string]string) {
	for _, l := range f.listeners {
		fmt.Fprintf(out, "listening on http://%s\n", l.Addr())
	}
	fmt.Fprintf(out, `
table    %s
queues   %s, each with dead letters
secrets  %s

  AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test aws --region %s --endpoint-url %s dynamodb scan --table-name %s
  sam local invoke WebhookFunction --event events/webhook.json --env-vars events/env.local.json

Ctrl-C ends it and forgets everything.
`, local.table(), local.queues(), local.names(secrets), awstest.Region, f.url(), local.table())
}

// serve serves until the context ends.
func (f *front) serve(ctx context.Context) error {
	for _, l := range f.listeners {
		go func() { f.failed <- f.server.Serve(l) }()
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-f.failed:
		if errors.Is(err, http.ErrServerClosed) {
			return nil
		}
		return fmt.Errorf("serve the emulator: %w", err)
	}
}

func (f *front) stop() {
	f.server.Close()
	for _, l := range f.listeners {
		l.Close()
	}
}

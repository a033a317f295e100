// Package wire is what every ERP client needs below its own words: a request that
// goes out once or not at all, the line between "not sent" and "lost", and texts
// that may be shown.
package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/words"
)

// maxAnswer is how much of an answer is read.
const maxAnswer = 1 << 20

// NewClient makes a client that sends a request once or not at all. No
// connection is used twice: one that died while it was idle (every one does in a
// frozen Lambda) would turn a create into a lost answer, and reuse is the only
// case in which Go's transport repeats a request. HTTP/2 has more such cases.
func NewClient() *http.Client {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
			TLSHandshakeTimeout:    10 * time.Second,
			DisableKeepAlives:      true,
			MaxResponseHeaderBytes: 64 << 10,
			Protocols:              protocols,
		},
	}
}

// Request is one call.
type Request struct {
	// Name is what a person knows the call by.
	Name   words.Text
	Method string
	URL    string
	Header http.Header
	// Body is nil where there is none.
	Body []byte
}

// Response is an answer that was read to its end.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// NotUnderstood says to a person that the answer can't be, and what it looked like.
func (r Response) NotUnderstood() words.Text {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return words.Say("HTTP %d (no content type) and no answer that can be understood", r.Status)
	}
	return words.Say("HTTP %d (%s) and no answer that can be understood", r.Status, media)
}

// send puts the request on the wire, once, and gives up after limit. Where no
// whole answer came, the erp.Answer says so: NotSent if nothing can have left,
// Lost otherwise, with a text in which private values are not masked yet. Its kind
// is empty where the Response is one.
func send(ctx context.Context, client *http.Client, limit time.Duration, request Request) (Response, erp.Answer) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	// Once there is a connection, bytes may leave. Connections are new, so that
	// whatever fails before is a failure to reach the ERP at all.
	var left atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { left.Store(true) }})
	fail := func(said words.Text) (Response, erp.Answer) {
		kind := erp.NotSent
		if left.Load() {
			kind = erp.Lost
		}
		return Response{}, erp.Answer{Kind: kind, Text: said}
	}

	r, err := request.make(ctx)
	if err != nil {
		return fail(words.Say("make the request: %s", why(err)))
	}
	response, err := client.Do(r)
	if err != nil {
		return fail(words.Say("%s: %s", request.Name, why(err)))
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	switch {
	case err != nil:
		return fail(words.Say("read the answer of %s: %s", request.Name, why(err)))
	case len(body) > maxAnswer:
		return fail(words.Say("read the answer of %s: it is over 1 MiB", request.Name))
	}
	return Response{Status: response.StatusCode, Header: response.Header, Body: body}, erp.Answer{}
}

func (request Request) make(ctx context.Context) (*http.Request, error) {
	var body io.Reader
	if request.Body != nil {
		body = bytes.NewReader(request.Body)
	}
	r, err := http.NewRequestWithContext(ctx, request.Method, request.URL, body)
	if err != nil {
		return nil, err
	}
	r.GetBody = nil // so that nothing can send it again
	for name, values := range request.Header {
		r.Header[name] = values
	}
	return r, nil
}

// why is the cause without the URL that net/http puts around it.
func why(err error) words.Text {
	var wrapped *url.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return words.Say("no answer in time")
	case errors.As(err, &wrapped):
		return words.Of(wrapped.Err)
	}
	return words.Of(err)
}

// Sleep waits until d is over or the context is.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Decode reads one JSON value and keeps the text of its numbers. A byte order mark
// before it is none of it, and bytes that aren't UTF-8 are read as Windows-1252: ERPs
// send both.
func Decode(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(loose.UTF8(b)))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("more than one JSON value")
	}
	return nil
}

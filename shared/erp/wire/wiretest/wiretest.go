// Package wiretest is what the tests of ERP clients need of the other side, where no
// simulator will do.
package wiretest

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"

	"github.com/carimbo/carimbo/shared/erp"
)

// Keys are an account's secret, whose App Key a test can replace.
type Keys struct{ App, Secret string }

func (k *Keys) Credentials(context.Context) (appKey, appSecret string, err error) {
	return k.App, k.Secret, nil
}

// Answering answers every request the same.
func Answering(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// Serve is the URL of a server that lives as long as the test.
func Serve(t testing.TB, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// Unasked is the URL of a server that nobody may ask anything.
func Unasked(t testing.TB) string {
	t.Helper()
	return Serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was made") })
}

// Creator is the part of a client that creates.
type Creator interface {
	Create(ctx context.Context, doc erp.Document) erp.Answer
}

// SentUnderItsKeyAlone checks that a document, prepared under the keys' App Key, is
// sent under no other: a customer's id means another one in another account. Requests
// are what the server has had.
func SentUnderItsKeyAlone(t *testing.T, c Creator, doc erp.Document, keys *Keys, requests *int) {
	t.Helper()
	own := keys.App
	keys.App = "1199887766"
	if got := c.Create(t.Context(), doc); got.Kind != erp.NotSent || *requests != 0 {
		t.Errorf("%+v after %d requests", got, *requests)
	}
	keys.App = own
	if got := c.Create(t.Context(), doc); got.Kind != erp.Created || *requests != 1 {
		t.Errorf("under its own key: %+v after %d requests", got, *requests)
	}
}

// Dial is http.Transport's.
type Dial func(ctx context.Context, network, address string) (net.Conn, error)

// Silence runs the test once with a dial that nobody answers and once with a request
// that nobody does, on a clock of its own, so that the real waiting takes no time.
func Silence(t *testing.T, test func(t *testing.T, dial Dial, want erp.AnswerKind)) {
	t.Run("nobody answers the dial", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			over := make(chan struct{})
			defer close(over)
			test(t, func(context.Context, string, string) (net.Conn, error) {
				<-over
				return nil, net.ErrClosed
			}, erp.NotSent)
		})
	})
	t.Run("nobody answers the request", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			test(t, func(context.Context, string, string) (net.Conn, error) {
				here, there := net.Pipe()
				go func() { _, _ = io.Copy(io.Discard, there) }()
				return here, nil
			}, erp.Lost)
		})
	})
}

package sensio

import (
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
)

// TestACallEndsAfterHalfAMinute: with a clock of the test's own, the real waiting.
func TestACallEndsAfterHalfAMinute(t *testing.T) {
	for name, c := range map[string]struct {
		dial func(over <-chan struct{}) (net.Conn, error)
		want erp.AnswerKind
	}{
		"nobody answers the dial": {
			dial: func(over <-chan struct{}) (net.Conn, error) {
				<-over
				return nil, net.ErrClosed
			},
			want: erp.NotSent,
		},
		"nobody answers the request": {
			dial: func(<-chan struct{}) (net.Conn, error) {
				here, there := net.Pipe()
				go func() { _, _ = io.Copy(io.Discard, there) }()
				return here, nil
			},
			want: erp.Lost,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := New(Options{Account: "loja", Config: Config{BaseURL: "http://127.0.0.1/"}})
				over := make(chan struct{})
				defer close(over)
				client.http.Transport.(*http.Transport).DialContext = func(context.Context, string, string) (net.Conn, error) { return c.dial(over) }
				ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
				defer cancel()
				began := time.Now()
				got := client.Create(ctx, erp.Document{Body: Sale{Customer: "Ana Prado"}})
				if took := time.Since(began); took != spacing+client.CallLimit() || client.CallLimit() != 30*time.Second {
					t.Errorf("it took %s", took)
				}
				if got.Kind != c.want || got.Text != "POST /sales: no answer in time" {
					t.Errorf("answer %+v, want %s", got, c.want)
				}
			})
		})
	}
}

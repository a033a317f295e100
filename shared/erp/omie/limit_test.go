package omie

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

// TestACallEndsAfterAMinute: with a clock of the test's own, the real waiting.
func TestACallEndsAfterAMinute(t *testing.T) {
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
				client := New(Options{
					Account: "estudio", Config: Config{BaseURL: "http://127.0.0.1/"},
					Credentials: func(context.Context) (string, string, error) { return "key", "secret", nil },
				})
				over := make(chan struct{})
				defer close(over)
				transport := client.http.Transport.(*http.Transport)
				transport.DialContext = func(context.Context, string, string) (net.Conn, error) { return c.dial(over) }
				ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
				defer cancel()
				began := time.Now()
				got := client.Create(ctx, erp.Document{CustomerID: "5", Body: OS{}})
				if took := time.Since(began); took != apart+callLimit {
					t.Errorf("it took %s, want %s and %s", took, apart, callLimit)
				}
				if got.Kind != c.want || got.Text != "IncluirOS: no answer in time" {
					t.Errorf("answer %+v, want %s", got, c.want)
				}
			})
		})
	}
}

func TestAWaitEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		began := time.Now()
		if err := sleep(ctx, time.Hour); err == nil || time.Since(began) != 100*time.Millisecond {
			t.Errorf("%v after %s", err, time.Since(began))
		}
	})
}

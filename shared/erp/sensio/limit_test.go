package sensio

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/wire/wiretest"
)

// TestACallEndsAfterHalfAMinute: with a clock of the test's own, the real waiting.
func TestACallEndsAfterHalfAMinute(t *testing.T) {
	wiretest.Silence(t, func(t *testing.T, dial wiretest.Dial, want erp.AnswerKind) {
		client := New(Config{BaseURL: "http://127.0.0.1/"}, erp.Options{Account: "loja"})
		client.caller.HTTP.Transport.(*http.Transport).DialContext = dial
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
		defer cancel()
		began := time.Now()
		got := client.Create(ctx, erp.Document{Body: Sale{Customer: "Ana Prado"}})
		if took := time.Since(began); took != spacing+client.CallLimit() || client.CallLimit() != 30*time.Second {
			t.Errorf("it took %s", took)
		}
		if got.Kind != want || got.Text.String() != "POST /sales: no answer in time" {
			t.Errorf("answer %+v, want %s", got, want)
		}
	})
}

// TestALookUpAndItsControlEndWithinOneCallsLimit: an empty answer that took its
// time leaves the rest to the question after it.
func TestALookUpAndItsControlEndWithinOneCallsLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := New(Config{BaseURL: "http://127.0.0.1/", LookUp: &LookUp{Path: "/sales?origId={origId}", ID: "id"}}, erp.Options{Account: "loja", Notes: found{}})
		calls := 0
		client.caller.HTTP.Transport.(*http.Transport).DialContext = func(context.Context, string, string) (net.Conn, error) {
			here, there := net.Pipe()
			calls++
			if calls > 1 {
				go func() { _, _ = io.Copy(io.Discard, there) }() // and never answers
				return here, nil
			}
			go func() {
				defer there.Close()
				r, err := http.ReadRequest(bufio.NewReader(there))
				if err != nil {
					return
				}
				_, _ = io.Copy(io.Discard, r.Body)
				time.Sleep(20 * time.Second)
				_, _ = io.WriteString(there, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n[]")
			}()
			return here, nil
		}
		began := time.Now()
		got := client.LookUp(t.Context(), erp.Reference{Orig: "loja", OrigID: "1"})
		if took := time.Since(began); took != client.CallLimit() || calls != 2 {
			t.Errorf("%d calls took %s", calls, took)
		}
		if got.Kind != erp.Lost {
			t.Errorf("answer %+v", got)
		}
	})
}

// found is a proof that a sale was found.
type found struct{ erp.Notes }

func (found) Note(context.Context, string, string) (erp.Note, error) {
	return erp.Note{ID: `{"orig": "loja", "orig_id": "0"}`}, nil
}

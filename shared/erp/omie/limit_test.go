package omie

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/wire/wiretest"
)

// TestACallEndsAfterAMinute: with a clock of the test's own, the real waiting.
func TestACallEndsAfterAMinute(t *testing.T) {
	wiretest.Silence(t, func(t *testing.T, dial wiretest.Dial, want erp.AnswerKind) {
		client := New(Config{BaseURL: "http://127.0.0.1/"}, erp.Options{
			Account:     "estudio",
			Credentials: func(context.Context) (string, string, error) { return "key", "secret", nil },
		})
		client.caller.HTTP.Transport.(*http.Transport).DialContext = dial
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
		defer cancel()
		began := time.Now()
		got := client.Create(ctx, erp.Document{CustomerID: "5", Body: OS{}})
		if took := time.Since(began); took != apart+callLimit {
			t.Errorf("it took %s, want %s and %s", took, apart, callLimit)
		}
		if got.Kind != want || got.Text.String() != "IncluirOS: no answer in time" {
			t.Errorf("answer %+v, want %s", got, want)
		}
	})
}

package notify_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/notify"
)

// receive takes Carimbo's notices.
func receive(secret string, tell func(id, text string)) (http.HandlerFunc, error) {
	hook, err := standardwebhooks.NewWebhook(secret) // whsec_...
	if err != nil {
		return nil, err
	}
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<10))
		if err != nil || hook.Verify(body, r.Header) != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		var notice struct{ Text string }
		if err := json.Unmarshal(body, &notice); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		tell(r.Header.Get("webhook-id"), notice.Text) // an id that came before is the same notice
		w.WriteHeader(http.StatusNoContent)
	}, nil
}

func TestTheReceiverOfThePageTakesOurNotices(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.clock.Set(time.Now()) // which the library goes by
	var told []string
	take, err := receive(key, func(id, text string) { told = append(told, fmt.Sprint(strings.HasPrefix(id, "msg_"), " ", text)) })
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(take)
	defer server.Close()
	b.receivers["torre"] = connection.Receiver{Name: "torre", URL: server.URL}
	b.standing = []notify.Cause{mapping()}
	b.round()
	if len(told) != 1 || !strings.HasPrefix(told[0], "true Carimbo: 3 orders of cursos rejected") {
		t.Errorf("%q, %s", told, &b.log)
	}
	b.secrets.set("notify/torre", signing(otherKey))
	b.later(24 * time.Hour)
	if len(told) != 1 || !strings.Contains(b.log.String(), "it answered 401") {
		t.Errorf("under another key: %q, %s", told, &b.log)
	}
}

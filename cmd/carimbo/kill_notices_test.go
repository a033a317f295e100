package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/carimbo/carimbo/shared/clocktest"
)

const whsecOfTest = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// call is what a receiver of notices got, and how it may answer.
type call struct {
	id, body string
	answer   chan int
}

// receives has the shop tell somebody what needs a person, and returns who is called.
func (s *shop) receives() <-chan call {
	s.t.Helper()
	calls := make(chan call, 10)
	over := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		hook, err := standardwebhooks.NewWebhook(whsecOfTest)
		if err != nil || hook.Verify(body, r.Header) != nil {
			s.t.Errorf("not signed: %s", body)
		}
		c := call{r.Header.Get("webhook-id"), string(body), make(chan int)}
		calls <- c
		select {
		case status := <-c.answer:
			w.WriteHeader(status)
		case <-r.Context().Done(): // whoever called was killed
		case <-over:
		}
	}))
	s.t.Cleanup(func() { close(over); server.Close() })
	for name, more := range map[string]string{
		"connections.yaml": "notify:\n  torre: { url: " + server.URL + ", lang: pt }\n",
		"secrets.yaml":     "notify/torre: { signing_secret: " + whsecOfTest + " }\n",
	} {
		b, err := os.ReadFile(filepath.Join(s.dir, name))
		if err != nil {
			s.t.Fatal(err)
		}
		s.write(name, string(b)+more)
	}
	return calls
}

func TestANoticeOutlivesKillsUnderOneID(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.serve()
	s.listening()
	unmapped := []byte(strings.Replace(string(s.body(1)), "CURSO-GO", "OUTRO", 1))
	if status, _ := s.send(unmapped); status != http.StatusOK {
		t.Fatalf("answered %d", status)
	}
	s.logs("order", "state", "rejected")
	s.kill()

	calls := s.receives()
	next := func() call {
		t.Helper()
		limit := time.NewTimer(clocktest.Hang)
		defer limit.Stop()
		select {
		case c := <-calls:
			return c
		case <-limit.C:
			t.Fatal("nobody was called")
			return call{}
		}
	}
	ids := map[string]bool{}
	for range 3 { // killed while it is told
		s.serve()
		ids[next().id] = true
		s.kill()
	}
	s.serve()
	told := next()
	ids[told.id] = true
	told.answer <- http.StatusNoContent
	var body struct{ Type, Kind, Connection, Command, Message, Link string }
	if err := json.Unmarshal([]byte(told.body), &body); err != nil || body.Type != "attention" || body.Kind != "rejected" || body.Connection != "cursos" ||
		body.Command != "carimbo orders retry --connection cursos --kind mapping" || !strings.HasPrefix(body.Message, "Rejeição: 1 pedido de cursos. ") ||
		!strings.HasPrefix(body.Link, "http://127.0.0.1:") || !strings.HasSuffix(body.Link, "/?connection=cursos&state=rejected") {
		t.Errorf("%s, %v", told.body, err)
	}
	if len(ids) != 1 {
		t.Errorf("one cause was told under %d ids", len(ids))
	}
}

// logs reads the log until the running process says so.
func (s *shop) logs(message, key, value string) {
	s.t.Helper()
	limit := time.NewTimer(clocktest.Hang)
	defer limit.Stop()
	for {
		select {
		case line, ok := <-s.lines:
			if !ok {
				s.t.Fatalf("the process ended before it said %s", message)
			}
			if line["msg"] == message && line[key] == value {
				return
			}
		case <-limit.C:
			s.t.Fatalf("it never said %s", message)
		}
	}
}

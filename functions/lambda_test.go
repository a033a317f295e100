package functions_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// lambda is the Lambda Runtime API of one function, and the process that polls
// it: as much of Lambda as a bootstrap sees.
type lambda struct {
	t       *testing.T
	events  chan string
	answers chan answered
	polls   chan struct{}
	command *exec.Cmd
	said    *said
	ended   chan struct{}
	// invoked counts the invocations, for their ids.
	invoked int
}

type answered struct {
	body   string
	failed bool
}

// said is what a function wrote.
type said struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (s *said) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all.Write(b)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all.String()
}

// answerLimit bounds the wait for a process.
const answerLimit = 60 * time.Second

// start runs a function's bootstrap until the test ends.
func start(t *testing.T, bootstrap string, env map[string]string) *lambda {
	t.Helper()
	l := &lambda{t: t, events: make(chan string), answers: make(chan answered, 1), polls: make(chan struct{}, 100), said: &said{}, ended: make(chan struct{})}
	api := httptest.NewServer(l.api())
	t.Cleanup(api.Close)
	l.command = exec.Command(bootstrap)
	l.command.Env = []string{"AWS_LAMBDA_RUNTIME_API=" + strings.TrimPrefix(api.URL, "http://"), "AWS_LAMBDA_LOG_FORMAT=JSON"}
	for name, value := range env {
		l.command.Env = append(l.command.Env, name+"="+value)
	}
	l.command.Stdout, l.command.Stderr = l.said, l.said
	if err := l.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = l.command.Wait()
		close(l.ended)
	}()
	t.Cleanup(func() {
		_ = l.command.Process.Kill()
		<-l.ended
	})
	return l
}

func (l *lambda) api() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", func(w http.ResponseWriter, r *http.Request) {
		l.polls <- struct{}{}
		select {
		case event := <-l.events:
			l.invoked++
			w.Header().Set("Lambda-Runtime-Aws-Request-Id", fmt.Sprintf("inv-%d", l.invoked))
			w.Header().Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(time.Now().Add(240*time.Second).UnixMilli()))
			_, _ = io.WriteString(w, event)
		case <-r.Context().Done():
		}
	})
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/{kind}", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusAccepted)
		l.answers <- answered{string(body), r.PathValue("kind") == "error"}
	})
	return mux
}

// invoke returns what the function answers to the event.
func (l *lambda) invoke(event string) string {
	l.t.Helper()
	select {
	case l.events <- event:
	case <-l.ended:
		l.t.Fatalf("the function ended: %s", l.said)
	case <-time.After(answerLimit):
		l.t.Fatalf("the function asks for no event: %s", l.said)
	}
	select {
	case a := <-l.answers:
		if a.failed {
			l.t.Fatalf("the invocation failed: %s\n%s", a.body, l.said)
		}
		return a.body
	case <-l.ended:
		l.t.Fatalf("the function ended: %s", l.said)
	case <-time.After(answerLimit):
		l.t.Fatalf("no answer: %s", l.said)
	}
	return ""
}

// build makes the bootstraps as a release does, but for this machine, and
// returns the folder that has one folder for each.
func build(t testing.TB) string {
	t.Helper()
	out := t.TempDir()
	for _, name := range names {
		c := exec.CommandContext(t.Context(), "go", "build", "-tags", "lambda.norpc", "-trimpath", "-ldflags", "-s -w", "-o", filepath.Join(out, name, "bootstrap"), "./"+name)
		c.Env = append(os.Environ(), "CGO_ENABLED=0")
		if said, err := c.CombinedOutput(); err != nil {
			t.Fatalf("build %s: %v: %s", name, err, said)
		}
	}
	return out
}

var names = []string{"webhook", "omie-os", "sensio-sale", "sweep"}

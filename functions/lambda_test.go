package functions_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/proctest"
)

// invoker takes an event and answers, or says how the invocation failed.
type invoker interface {
	invoke(event string) (string, error)
}

// lambda is one execution environment of a function: as much of Lambda as a
// bootstrap sees. It has one process at a time, which polls a Runtime API; if that
// died, the next event starts another one.
type lambda struct {
	t         *testing.T
	bootstrap string
	env       map[string]string
	// timeout is the function's: its invocations have to end before.
	timeout time.Duration
	said    *said

	mu  sync.Mutex
	now *process
}

// process is a bootstrap that runs.
type process struct {
	api     *httptest.Server
	command *exec.Cmd
	events  chan invocation
	answers chan answered
	ended   chan struct{}
}

type invocation struct {
	event   string
	timeout time.Duration
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

// errDied: the process ended while it had the event.
var errDied = errors.New("the process died")

// environment is a function's that no process runs in yet. The last one that does
// is killed when the test ends.
func environment(t *testing.T, bootstrap string, timeout time.Duration, env map[string]string) *lambda {
	l := &lambda{t: t, bootstrap: bootstrap, env: env, timeout: timeout, said: &said{}}
	t.Cleanup(l.kill)
	return l
}

// start runs the bootstrap.
func (l *lambda) start() (*process, error) {
	p := &process{events: make(chan invocation), answers: make(chan answered, 1), ended: make(chan struct{})}
	p.api = httptest.NewServer(p.runtimeAPI())
	p.command = exec.Command(l.bootstrap)
	p.command.Env = []string{"AWS_LAMBDA_RUNTIME_API=" + strings.TrimPrefix(p.api.URL, "http://"), "AWS_LAMBDA_LOG_FORMAT=JSON"}
	for name, value := range l.env {
		p.command.Env = append(p.command.Env, name+"="+value)
	}
	p.command.Stdout, p.command.Stderr = l.said, l.said
	if err := p.command.Start(); err != nil {
		p.api.Close()
		return nil, err
	}
	go func() {
		_ = p.command.Wait()
		close(p.ended)
	}()
	return p, nil
}

// runtimeAPI has the routes that a bootstrap uses.
func (p *process) runtimeAPI() http.Handler {
	mux := http.NewServeMux()
	var invoked atomic.Int64
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", func(w http.ResponseWriter, r *http.Request) {
		select {
		case i := <-p.events:
			w.Header().Set("Lambda-Runtime-Aws-Request-Id", fmt.Sprintf("inv-%d", invoked.Add(1)))
			w.Header().Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(time.Now().Add(i.timeout).UnixMilli()))
			_, _ = io.WriteString(w, i.event)
		case <-r.Context().Done():
		}
	})
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/{kind}", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // who was killed while it answered has not answered
		}
		w.WriteHeader(http.StatusAccepted)
		p.answers <- answered{string(body), r.PathValue("kind") == "error"}
	})
	return mux
}

// alive is the process that runs; one is started if none does.
func (l *lambda) alive() (*process, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.now != nil {
		select {
		case <-l.now.ended:
			l.now.close()
		default:
			return l.now, nil
		}
	}
	var err error
	l.now, err = l.start()
	return l.now, err
}

// invoke returns what the function answers to the event. The function's time begins
// when it takes the event. One that is over it is not killed, as it would be by
// Lambda, until it hangs: what a slow machine makes late is still an answer.
func (l *lambda) invoke(event string) (string, error) {
	p, err := l.alive()
	if err != nil {
		return "", err
	}
	limit := time.NewTimer(clocktest.Hang)
	defer limit.Stop()
	select {
	case p.events <- invocation{event, l.timeout}:
	case <-p.ended:
		return "", fmt.Errorf("before it asked for an event: %w", errDied)
	case <-limit.C:
		return "", errors.New("the function asks for no event")
	}
	select {
	case a := <-p.answers:
		if a.failed {
			return "", fmt.Errorf("the invocation failed: %s", a.body)
		}
		return a.body, nil
	case <-p.ended:
		return "", errDied
	case <-limit.C:
		l.kill()
		return "", errors.New("the invocation took too long")
	}
}

// kill ends the process as kill -9 does. The next event finds another one.
func (l *lambda) kill() { l.end() }

// end tells whether there was a process to kill.
func (l *lambda) end() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.now == nil {
		return false
	}
	_ = l.now.command.Process.Kill()
	<-l.now.ended
	l.now.close()
	l.now = nil
	return true
}

func (p *process) close() {
	p.api.CloseClientConnections()
	p.api.Close()
}

// release are the flags of a release: those that the Makefile has.
var release = []string{"build", "-tags", "lambda.norpc", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w"}

// build makes the bootstraps as a release does, but for this machine, and
// returns the folder that has one folder for each: the same for all tests.
func build(t testing.TB) string {
	proctest.Starts(t)
	t.Helper()
	folder, err := builtOnce()
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

// built is the folder of the bootstraps, if there is one.
var built string

var builtOnce = sync.OnceValues(func() (string, error) {
	makefile, err := os.ReadFile("../Makefile")
	if err != nil {
		return "", err
	}
	if flags := strings.Replace(strings.Join(release, " "), "-s -w", `"-s -w"`, 1); !strings.Contains(string(makefile), flags) {
		return "", fmt.Errorf("the Makefile doesn't build with %q", flags)
	}
	if built, err = os.MkdirTemp("", "carimbo-functions-"); err != nil {
		return "", err
	}
	for _, name := range names {
		c := exec.Command("go", append(release, "-o", filepath.Join(built, name, "bootstrap"), "./"+name)...)
		c.Env = append(os.Environ(), "CGO_ENABLED=0")
		if said, err := c.CombinedOutput(); err != nil {
			return "", fmt.Errorf("build %s: %w: %s", name, err, said)
		}
	}
	return built, nil
})

var names = []string{"webhook", "omie-os", "sensio-sale", "sweep"}

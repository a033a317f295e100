//go:build !race

package browsertest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/creack/pty"

	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/proctest"
)

// shop is what a user has: the program, a folder with the files it needs, and a terminal
// in which it serves.
type shop struct {
	t       *testing.T
	program string
	dir     string
	// url is where the stores call.
	url string
	// link opens the console once.
	link string
	// printed is what the terminal shows so far.
	mu      sync.Mutex
	printed strings.Builder
}

// open has carimbo serve with simulators until the test ends, started as its users do.
func openShop(t *testing.T) *shop {
	t.Helper()
	proctest.Starts(t)
	s := &shop{t: t, dir: t.TempDir()}
	s.program = s.path("carimbo")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", s.program, root+"/cmd/carimbo")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build carimbo: %v\n%s", err, out)
	}
	for _, name := range []string{"connections.yaml", "secrets.yaml"} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		s.write(name, string(b))
	}
	s.serve()
	return s
}

func (s *shop) path(name string) string { return filepath.Join(s.dir, name) }

func (s *shop) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(s.path(name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) read(name string) string {
	s.t.Helper()
	b, err := os.ReadFile(s.path(name))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(b)
}

// What serve prints in a terminal.
var (
	webhooks = regexp.MustCompile(`(http://\S+)/webhooks/`)
	link     = regexp.MustCompile(`http://127\.0\.0\.1:[0-9]+/open\?token=[A-Za-z0-9_-]+`)
)

// serve starts the program in a terminal of its own, and reads there where it listens and
// by which link the console opens, as a person would. Ctrl-C ends it.
func (s *shop) serve() {
	t := s.t // the parts of a test have their own
	t.Helper()
	cmd := exec.Command(s.program, "serve", "--simulate", "--data", s.path("data"), "--addr", "127.0.0.1:0", "--console", "127.0.0.1:0",
		"--connections", s.path("connections.yaml"), "--secrets", s.path("secrets.yaml"))
	cmd.Env = append(proctest.Environ(), "LANG=pt_BR.UTF-8")
	var log bytes.Buffer
	cmd.Stderr = &log
	terminal, err := pty.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	opened, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- s.follow(terminal, opened) }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		if err := errors.Join(cmd.Wait(), <-ended, terminal.Close()); err != nil {
			t.Errorf("serve ends with %v", err)
		}
		if t.Failed() {
			t.Logf("the terminal showed:\n%s\nthe log:\n%s", s.shown(), tail(log.String()))
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), clocktest.Hang)
	defer cancel()
	select {
	case <-opened:
	case err := <-ended:
		ended <- err
		t.Fatal("serve ended before it served")
	case <-ctx.Done():
		t.Fatal("serve printed no link")
	}
}

// follow reads the terminal to its end, and closes opened when the person there knows
// how to get in.
func (s *shop) follow(terminal io.Reader, opened chan<- struct{}) error {
	lines := bufio.NewScanner(terminal)
	for lines.Scan() {
		s.mu.Lock()
		s.printed.WriteString(lines.Text() + "\n")
		if found := webhooks.FindStringSubmatch(lines.Text()); found != nil {
			s.url = found[1]
		}
		if found := link.FindString(lines.Text()); found != "" {
			s.link = found
		}
		if opened != nil && s.url != "" && s.link != "" {
			close(opened)
			opened = nil
		}
		s.mu.Unlock()
	}
	// A terminal whose program has ended answers an error of its own.
	if err := lines.Err(); !errors.As(err, new(*os.PathError)) {
		return err
	}
	return nil
}

func (s *shop) shown() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.printed.String()
}

func tail(text string) string {
	if cut := len(text) - 8000; cut > 0 {
		return "... " + text[cut:]
	}
	return text
}

// console is the host of the console, with its port.
func (s *shop) console() string {
	s.t.Helper()
	u, err := url.Parse(s.link)
	if err != nil {
		s.t.Fatal(err)
	}
	return u.Host
}

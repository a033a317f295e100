package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/clocktest"
)

var consoleURL = regexp.MustCompile(`http://127\.0\.0\.1:[0-9]+(/open\?token=[A-Z2-7]{26,})?`)

// withConsole runs serve with a console, on a terminal or not, and while it serves calls
// meanwhile with what it has said.
func withConsole(t *testing.T, tty bool, data string, meanwhile func(said string), args ...string) typed {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), clocktest.Hang)
	defer stop()
	var errs bytes.Buffer
	var out until
	out.stop = func() {
		meanwhile(out.String())
		stop()
	}
	c := newConsole(strings.NewReader(""), &out, &errs)
	c.terminal = tty
	code := c.run(ctx, append([]string{"serve", "--simulate", "--addr", "127.0.0.1:0", "--data", data,
		"--connections", write(t, "c.yaml", goodConnections), "--secrets", write(t, "s.yaml", ownSecrets)}, args...))
	return typed{code, out.String(), errs.String()}
}

// link types `carimbo console`.
func link(t *testing.T, tty bool, data string) typed {
	t.Helper()
	var out, errs bytes.Buffer
	c := newConsole(strings.NewReader(""), &out, &errs)
	c.terminal = tty
	return typed{c.run(t.Context(), []string{"console", "--data", data}), out.String(), errs.String()}
}

func fetched(t *testing.T, url string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Close = true
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

func TestServePrintsALinkThatOpensTheConsoleOnce(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	got := withConsole(t, true, data, func(said string) {
		first := consoleURL.FindString(regexp.MustCompile(`(?m)^Console: .*$`).FindString(said))
		again := link(t, true, data)
		if again.code != exitDone {
			t.Fatalf("carimbo console: %+v", again)
		}
		second := strings.TrimSpace(again.out)
		if first == second || !strings.Contains(first, "token=") || consoleURL.FindString(second) != second {
			t.Errorf("the links: %s and %s", first, second)
		}
		for _, url := range []string{first, second} {
			if status, text := fetched(t, url); status != http.StatusOK {
				t.Errorf("%s: %d %s", url, status, text)
			}
			if status, _ := fetched(t, url); status != http.StatusUnauthorized {
				t.Errorf("%s opens twice: %d", url, status)
			}
		}
	}, "--console", "127.0.0.1:0")
	if got.code != exitDone {
		t.Errorf("it ends with %+v", got)
	}
	if after := link(t, true, data); after.code != exitFailed || !strings.Contains(after.errors, "no console runs with") {
		t.Errorf("when it has ended: %+v", after)
	}
}

func TestALinkIsPrintedOnATerminalAlone(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	got := withConsole(t, false, data, func(said string) {
		if again := link(t, false, data); again.code != exitFailed || strings.Contains(again.out+again.errors, "token") || !strings.Contains(again.errors, "on a terminal alone") {
			t.Errorf("carimbo console: %+v", again)
		}
	}, "--console", "127.0.0.1:0")
	if got.code != exitDone || strings.Contains(got.out+got.errors, "token") || !strings.Contains(got.out, "on a terminal, carimbo console --data "+data+" prints a link") {
		t.Errorf("%+v", got)
	}
	if files, err := os.ReadDir(filepath.Join(data, "console")); err != nil || len(files) != 0 {
		t.Errorf("its folder has %v (%v)", files, err)
	}
}

func TestTheConsoleAndTheWebhooksHaveListenersOfTheirOwn(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	withConsole(t, false, data, func(said string) {
		webhook := regexp.MustCompile(`http://[^/]+/webhooks/cursos`).FindString(said)
		consoleAt := consoleURL.FindString(regexp.MustCompile(`(?m)^Console: .*$`).FindString(said))
		base := strings.TrimSuffix(webhook, "/webhooks/cursos")
		for _, path := range []string{"/", "/open?token=x", "/assets/console.css", "/order?key=a"} {
			if status, _ := fetched(t, base+path); status != http.StatusNotFound {
				t.Errorf("the webhooks' listener answers %s with %d", path, status)
			}
		}
		for _, path := range []string{"/webhooks/cursos", "/healthz"} {
			if status, text := fetched(t, consoleAt+path); status != http.StatusUnauthorized || !strings.Contains(text, `id="locked"`) {
				t.Errorf("the console answers %s with %d", path, status)
			}
		}
	}, "--console", "127.0.0.1:0")
}

func TestAConsolesAddressIsLoopbackAndFree(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	// Whether this test or somebody else has it: the default is taken.
	if usual, err := net.Listen("tcp", defaultConsole); err == nil {
		defer usual.Close()
	}
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{nil, exitDone, "No console: something else listens at 127.0.0.1:8788"},
		{[]string{"--console", "off"}, exitDone, ""},
		{[]string{"--console", taken.Addr().String()}, exitFailed, "is something else listening there"},
		{[]string{"--console", defaultConsole}, exitFailed, "is something else listening there"},
		{[]string{"--console", ":8788"}, exitUsage, "could be reached from elsewhere"},
		{[]string{"--console", "0.0.0.0:8788"}, exitUsage, "could be reached from elsewhere"},
		{[]string{"--console", "[::]:8788"}, exitUsage, "could be reached from elsewhere"},
		{[]string{"--console", "192.0.2.7:8788"}, exitUsage, "could be reached from elsewhere"},
		{[]string{"--console", "8788"}, exitUsage, "is no address to listen on"},
		{[]string{"--console", ""}, exitUsage, "is no address to listen on"},
	} {
		served := false
		got := withConsole(t, true, filepath.Join(t.TempDir(), "data"), func(string) { served = true }, c.args...)
		if got.code != c.code || served != (c.code == exitDone) || !strings.Contains(got.out+got.said(), c.says) || c.says == "" && strings.Contains(got.out, "onsole") {
			t.Errorf("serve %q: %d, want %d with %q:\n%s%s", c.args, got.code, c.code, c.says, got.out, got.errors)
		}
	}
}

func TestAConsoleThatWasKilledIsNotTakenForAnother(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	var kept []byte
	withConsole(t, false, data, func(string) {
		var err error
		if kept, err = os.ReadFile(filepath.Join(data, "console", "running.json")); err != nil {
			t.Fatal(err)
		}
	}, "--console", "127.0.0.1:0")
	// What was killed leaves it behind, and somebody else listens there later.
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	kept = consoleURL.ReplaceAll(kept, []byte(other.URL))
	if err := os.WriteFile(filepath.Join(data, "console", "running.json"), kept, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := link(t, true, data); got.code != exitFailed || !strings.Contains(got.errors, "no console runs with") || got.out != "" {
		t.Errorf("%+v", got)
	}
}

func TestAStacksConsoleIsServedToItsCallerAlone(t *testing.T) {
	s := deployTold(t)
	connections := write(t, "c.yaml", goodConnections)
	t.Setenv("TMPDIR", t.TempDir())
	ctx, stop := context.WithTimeout(t.Context(), clocktest.Hang)
	defer stop()
	var errs bytes.Buffer
	var out until
	ran := false
	c := at(noon, "", &out.Buffer, &errs)
	c.stdout, c.terminal = &out, true
	out.stop = func() {
		ran = true
		p := letIn(t, out.String())
		for path, want := range map[string]string{
			"/?lang=en&since=all&state=rejected": `data-state="rejected"`,
			"/?lang=en":                          "the last 7 days",
			"/?lang=en&tab=ignored":              "CloudWatch counts them",
			"/?lang=en&tab=health":               `data-account="estudio"`,
			"/order?lang=en&key=cursos%23HP02":   `id="retry"`,
		} {
			if status, got := p.get(path); status != http.StatusOK || !strings.Contains(got, want) {
				t.Errorf("%s: %d, no %q in %s", path, status, want, got)
			}
		}
		if _, got := p.post("/order/retry?lang=en&key=cursos%23HP02", url.Values{}); !strings.Contains(got, "Done. The order is now waiting: it goes on within a minute, when the stack's sweep wakes it") {
			t.Errorf("%s", got)
		}
		e, err := s.ledger.Get(t.Context(), "cursos#HP02")
		if err != nil {
			t.Fatal(err)
		}
		if by := e.Timeline[len(e.Timeline)-1].By; !strings.HasPrefix(by, "arn:aws:") {
			t.Errorf("it is recorded under %q", by)
		}
		stop()
	}
	code := c.run(ctx, []string{"console", "--stack", s.name, "--connections", connections, "--addr", "127.0.0.1:0"})
	if code != exitDone || !ran {
		t.Errorf("%d, served: %t, %s%s", code, ran, out.String(), errs.String())
	}
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) > 0 {
		t.Errorf("it leaves %v %v", left, err)
	}
}

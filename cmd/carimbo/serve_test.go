package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/proctest"
)

// served runs serve until it says that it serves, or ends by itself.
func served(t *testing.T, args ...string) typed {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), clocktest.Hang)
	defer stop()
	out, errs := until{stop: stop}, bytes.Buffer{}
	code := run(ctx, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...), strings.NewReader(""), &out, &errs)
	return typed{code, out.String(), errs.String()}
}

// said is what a command says to a person, without the log.
func (g typed) said() string {
	var said strings.Builder
	for line := range strings.Lines(g.errors) {
		if !strings.HasPrefix(line, "{") {
			said.WriteString(line)
		}
	}
	return said.String()
}

func TestSimulatedOrdersNeverComeAmongRealOnes(t *testing.T) {
	t.Chdir(t.TempDir())
	files := []string{"--connections", write(t, "c.yaml", goodConnections), "--secrets", write(t, "s.yaml", goodSecrets)}
	serve := func(args ...string) typed { return served(t, append(args, files...)...) }
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--simulate"}, exitDone, ""},
		{[]string{"--simulate"}, exitDone, ""},
		{nil, exitUsage, "simulated orders and customer numbers that no ERP gave: serve real orders from another --data"},
		{[]string{"--data", "real"}, exitDone, ""},
		{[]string{"--data", "real"}, exitDone, ""},
		{[]string{"--data", "real", "--simulate"}, exitUsage, "real orders, and simulated ones must not come among them: give --simulate another --data"},
	} {
		got := serve(c.args...)
		if got.code != c.code {
			t.Errorf("serve %v: exit code %d, want %d: %s", c.args, got.code, c.code, got.errors)
		}
		if said := got.said(); c.says != "" && (!strings.Contains(said, c.says) || strings.Count(said, "\n") != 1) {
			t.Errorf("serve %v: it says %q, which is not one sentence with %q", c.args, said, c.says)
		}
	}
}

func TestAnAddressThatNobodyCouldListenOnIsWrongUsage(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	files := []string{"--connections", write(t, "c.yaml", goodConnections), "--secrets", write(t, "s.yaml", goodSecrets), "--data", filepath.Join(t.TempDir(), "data")}
	const looks = "like 127.0.0.1:8787"
	for _, c := range []struct {
		addr string
		code int
		says string
	}{
		{"nonsense", exitUsage, looks},
		{"", exitUsage, looks},
		{":99999", exitUsage, looks},
		{"127.0.0.1:port", exitUsage, looks},
		{"no such host:8787", exitUsage, looks},
		{taken.Addr().String(), exitFailed, "is something else listening there"},
	} {
		got := served(t, append(files, "--addr", c.addr)...)
		if got.code != c.code || !strings.Contains(got.said(), c.says) {
			t.Errorf("--addr %q: exit code %d, want %d with %q: %s", c.addr, got.code, c.code, c.says, got.errors)
		}
		if c.addr == "" {
			continue // to demo it is any port
		}
		if got := typeIn(t, "demo", "--once", "--addr", c.addr); got.code != c.code {
			t.Errorf("demo --addr %q: exit code %d, want %d: %s", c.addr, got.code, c.code, got.errors)
		}
	}
}

// draining starts serve as a script does that starts it in the background, which
// has the system ignore Ctrl-C, and ends it once while the ERP hangs. It returns the
// process and what it prints from then on.
func (s *shop) draining() (*exec.Cmd, func(want string)) {
	proctest.Starts(s.t)
	s.t.Helper()
	called := make(chan struct{})
	s.sim.OnCall(func(method, _ string) *omiesim.Fault {
		if method != "IncluirOS" {
			return nil
		}
		close(called)
		return &omiesim.Fault{Mode: omiesim.Hang}
	})
	program := append([]string{builtProgram(s.t)}, s.flags("serve", "--secrets", filepath.Join(s.dir, "secrets.yaml"), "--addr", s.addr)...)
	cmd := exec.Command("sh", append([]string{"-c", `trap "" INT; exec "$@"`, "sh"}, program...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = cmd.Process.Kill() })
	var said bytes.Buffer
	prints := func(want string) {
		s.t.Helper()
		for b := make([]byte, 4096); !strings.Contains(said.String(), want); {
			n, err := out.Read(b)
			said.Write(b[:n])
			if err != nil {
				s.t.Fatalf("it printed %q and no %q", said.String(), want)
			}
		}
	}
	prints("Serving.")
	if status, _ := s.send(s.body(1)); status != 200 {
		s.t.Fatalf("answered %d", status)
	}
	<-called
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		s.t.Fatal(err)
	}
	return cmd, prints
}

func TestASecondCtrlCEndsAtOnceAndTheFirstSaysSo(t *testing.T) {
	s := newShop(t)
	cmd, prints := s.draining()
	prints("Waiting up to 240 s for the calls under way (1 order); Ctrl-C again to stop at once (they are looked up at the next start).")
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	// The ERP still hangs: nothing else ends it.
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != exitFailed {
		t.Errorf("it ended with %v", err)
	}
}

// background starts serve and returns where it takes webhooks, and what ends it.
func background(t *testing.T, args ...string) (url string, end func() typed) {
	t.Helper()
	addr := proctest.Address(t)
	ctx, stop := context.WithCancel(t.Context())
	serving, ended := make(chan struct{}), make(chan typed, 1)
	var errs bytes.Buffer
	out := &until{stop: func() { close(serving) }}
	go func() {
		code := run(ctx, append([]string{"serve", "--addr", addr}, args...), strings.NewReader(""), out, &errs)
		ended <- typed{code, out.String(), errs.String()}
	}()
	end = sync.OnceValue(func() typed {
		stop()
		return <-ended
	})
	t.Cleanup(func() { end() })
	select {
	case <-serving:
	case got := <-ended:
		ended <- got
		t.Fatalf("serve ended: %+v", got)
	}
	return "http://" + addr, end
}

func answers(t *testing.T, method, url string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(hotmartOrder))
	if err != nil {
		t.Fatal(err)
	}
	r.Close = true
	r.Header.Set("X-Hotmart-Hottok", "hidden-hottok-of-mine")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// Deleting it ended in two servers on one path, and the first answered 200 into
// nothing.
func TestAServeWhoseFolderIsDeletedSaysSoAndEndsWith1(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	args := []string{"--simulate", "--data", data, "--connections", write(t, "c.yaml", goodConnections), "--secrets", write(t, "s.yaml", ownSecrets)}
	first, end := background(t, args...)
	if status, said := answers(t, "GET", first+"/healthz"); status != 200 || !strings.Contains(said, `"ok"`) {
		t.Fatalf("before: %d %s", status, said)
	}
	if err := os.RemoveAll(data); err != nil {
		t.Fatal(err)
	}
	second, endSecond := background(t, args...)
	for url, want := range map[string]int{first: 503, second: 200} {
		if status, said := answers(t, "GET", url+"/healthz"); status != want || (want == 503) != strings.Contains(said, "The data folder is not the one that was opened") {
			t.Errorf("healthz: %d %s, want %d", status, said, want)
		}
		if status, said := answers(t, "POST", url+"/webhooks/cursos"); status != want {
			t.Errorf("a webhook: %d %s, want %d", status, said, want)
		}
	}
	if got := end(); got.code != exitFailed || !strings.Contains(got.said(), "the data folder is not the one that was opened") ||
		!strings.Contains(got.errors, `"level":"ERROR"`) {
		t.Errorf("the first ends with %d: %s", got.code, got.errors)
	}
	if got := endSecond(); got.code != exitDone {
		t.Errorf("the second ends with %d: %s", got.code, got.errors)
	}
}

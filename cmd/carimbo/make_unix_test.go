//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// makes is a make of its own: one that runs this test passes its variables on.
func makes(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("make", args...)
	cmd.Dir = "../.."
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); !strings.HasPrefix(name, "MAKE") && name != "MFLAGS" && name != "GO" && name != "GOARCH" {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, "TMPDIR="+t.TempDir())
	return cmd
}

// Ctrl-C goes to make and to what it runs.
func TestCtrlCEndsMakeRunWithoutAnError(t *testing.T) {
	cmd := makes(t, "run")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd.Stdout, cmd.Stderr = w, w
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	defer syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	var said bytes.Buffer
	interrupted := false
	for b := make([]byte, 4096); err == nil; {
		var n int
		n, err = r.Read(b)
		said.Write(b[:n])
		if !interrupted && strings.Contains(said.String(), "Serving. Ctrl-C") {
			interrupted = true
			if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGINT); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = cmd.Wait() // make ends as Ctrl-C ends programs
	// Not every ***: GNU make says one of its own when a child ends before make has
	// seen the signal.
	if !interrupted || strings.Contains(said.String(), "] Error ") {
		t.Errorf("it said:\n%s", &said)
	}
}

// go run makes an error of every Ctrl-C.
func TestWhatServesUntilCtrlCIsBuiltFirst(t *testing.T) {
	for _, target := range []string{"run", "emulator"} {
		out, err := makes(t, "-n", target).CombinedOutput()
		if err != nil || !bytes.Contains(out, []byte("\nexec build/")) || bytes.Contains(out, []byte("go run")) {
			t.Errorf("make %s: %v\n%s", target, err, out)
		}
	}
}

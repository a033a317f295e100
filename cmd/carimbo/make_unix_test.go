//go:build unix

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/carimbo/carimbo/shared/proctest"
)

// makes is a make of its own: one that runs this test passes its variables on.
func makes(t *testing.T, args ...string) *exec.Cmd {
	proctest.Starts(t)
	t.Helper()
	cmd := exec.Command("make", args...)
	cmd.Dir = "../.."
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); !strings.HasPrefix(name, "MAKE") && name != "MFLAGS" && name != "GO" && name != "GOARCH" && name != "SILENCE" {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, "TMPDIR="+t.TempDir(), "LC_ALL=C") // make says its errors in English
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

// standIn is a folder with the Makefile and a go that builds once something is written
// to the pipe: a program that ends with code 3.
func standIn(t *testing.T, ends string) (folder, let string) {
	t.Helper()
	folder = t.TempDir()
	let = filepath.Join(folder, "let")
	b, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(let, 0o600); err != nil {
		t.Fatal(err)
	}
	compiles := "#!/bin/sh\nread -r line < let\n" + ends + "\nmkdir -p build\nprintf '#!/bin/sh\\necho the demo, \"$@\"\\nexit 3\\n' > build/carimbo\nchmod +x build/carimbo\n"
	for name, text := range map[string]string{"Makefile": string(b), "go": compiles} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return folder, let
}

// runIn makes run where the program is a stand-in, and lets it be built once it has said
// that it compiles, as often as it should.
func runIn(t *testing.T, ends, silence string, often int) string {
	t.Helper()
	folder, let := standIn(t, ends)
	cmd := makes(t, "run", "GO="+filepath.Join(folder, "go"), "SILENCE="+silence)
	cmd.Dir = folder
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	for lines := bufio.NewScanner(out); lines.Scan(); {
		fmt.Fprintln(&said, lines.Text())
		if strings.Count(said.String(), "\n") == 1+often {
			if err := os.WriteFile(let, []byte("\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != 2 { // make's, of any error
		t.Errorf("make ends with %v", err)
	}
	return said.String()
}

func TestMakeRunSaysThatItCompilesWhileItDoes(t *testing.T) {
	const first = "Building carimbo: the first time Go downloads and compiles what it needs, which takes minutes on a small machine.\n"
	for _, c := range []struct {
		name, ends, silence string
		often               int
		wants               *regexp.Regexp
	}{
		{"nothing is to be compiled", "", "3600", 0, regexp.MustCompile("^" + first + `the demo, demo\nmake: .* Error 3\n$`)},
		{"much is to be compiled", "", "1", 2, regexp.MustCompile("^" + first + `(Still downloading and compiling, after \d+ s\.\n){2,}the demo, demo\nmake: .* Error 3\n$`)},
		{"it can't be compiled", "echo why; exit 1", "3600", 0, regexp.MustCompile("^" + first + `why\nmake: .* Error 1\n$`)},
	} {
		t.Run(c.name, func(t *testing.T) {
			if said := runIn(t, c.ends, c.silence, c.often); !c.wants.MatchString(said) {
				t.Errorf("it says:\n%s", said)
			}
		})
	}
}

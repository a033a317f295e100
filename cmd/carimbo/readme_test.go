package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/proctest"
)

const (
	english      = "../../README.md"
	inPortuguese = "../../README.pt-BR.md"
)

// block is a block of code in a document.
type block struct{ Language, Code string }

var fenced = regexp.MustCompile("(?ms)^( *)```([a-z]*)\n(.*?)^ *```$")

func blocks(t *testing.T, path string) []block {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var list []block
	for _, found := range fenced.FindAllStringSubmatch(string(b), -1) {
		code := regexp.MustCompile("(?m)^"+found[1]).ReplaceAllString(found[3], "")
		list = append(list, block{found[2], code})
	}
	return list
}

// What is prose in a block may be translated: comments, and the words in a diagram.
var prose = map[string]*regexp.Regexp{
	"sh":      regexp.MustCompile(`(?m)\s+# .*$`),
	"yaml":    regexp.MustCompile(`(?m)\s+# .*$`),
	"text":    regexp.MustCompile(`(?m)\s+# .*$`),
	"mermaid": regexp.MustCompile(`"[^"]*"|\[[^\]]*\]|\(\[.*?\]\)`),
}

func TestBothREADMEsHaveTheSameCode(t *testing.T) {
	code := func(path string) []block {
		list := blocks(t, path)
		for i, b := range list {
			list[i].Code = prose[b.Language].ReplaceAllString(b.Code, "")
		}
		return list
	}
	want := code(english)
	if len(want) < 10 {
		t.Fatalf("%d blocks of code were found", len(want))
	}
	if diff := cmp.Diff(want, code(inPortuguese)); diff != "" {
		t.Errorf("%s has other code (-%s +%s):\n%s", inPortuguese, english, inPortuguese, diff)
	}
}

// commands are the lines that call carimbo on one machine, or copy a file for it, as
// the README has them.
func commands(t *testing.T) []string {
	t.Helper()
	var lines []string
	for _, b := range blocks(t, english) {
		for line := range strings.Lines(b.Code) {
			called := strings.HasPrefix(line, "build/carimbo ") && !strings.Contains(line, "--stack")
			if b.Language == "sh" && (called || strings.HasPrefix(line, "cp ")) {
				lines = append(lines, strings.TrimSpace(line))
			}
		}
	}
	return lines
}

// follower types what the README says, in a folder with what the README says is
// there.
type follower struct {
	t    *testing.T
	addr string
	// stop ends the serve that runs, and waits for it.
	stop func()
}

func (f *follower) types(line string) {
	f.t.Helper()
	words := strings.Fields(strings.NewReplacer("build/carimbo ", "", "'", "").Replace(line))
	switch words[0] {
	case "cp":
		copied(f.t, words[1], words[2])
		return
	case "serve":
		f.serve(append(words, "--addr", f.addr))
		return
	case "send":
		words = append(words, "--to", "http://"+f.addr)
	}
	heard(f.t, func() (string, bool) {
		var out, errs bytes.Buffer
		code := run(f.t.Context(), words, strings.NewReader(""), &out, &errs)
		return fmt.Sprintf("%s: exit code %d: %s%s", line, code, &out, &errs), code == exitDone
	})
}

// heard carries a command out, and again as long as the server is too busy for it: a disk
// may take longer than a store waits.
func heard(t *testing.T, command func() (said string, done bool)) {
	t.Helper()
	for began := time.Now(); ; {
		said, done := command()
		if !done && strings.Contains(said, "503 Service Unavailable") && time.Since(began) < clocktest.Hang {
			continue
		}
		if !done {
			t.Fatal(said)
		}
		return
	}
}

// serve ends the former serve and returns when this one takes webhooks.
func (f *follower) serve(words []string) {
	f.t.Helper()
	f.stop()
	ctx, end := context.WithCancel(f.t.Context())
	serving, ended := make(chan struct{}), make(chan struct{})
	var errs bytes.Buffer
	code := exitDone
	go func() {
		defer close(ended)
		code = run(ctx, words, strings.NewReader(""), &until{stop: func() { close(serving) }}, &errs)
	}()
	f.stop = func() {
		f.t.Helper()
		end()
		if <-ended; code != exitDone {
			f.t.Errorf("%s: exit code %d: %s", strings.Join(words, " "), code, &errs)
		}
		f.stop = func() {}
	}
	select {
	case <-serving:
	case <-ended:
		f.stop()
		f.t.FailNow()
	}
}

// becomes waits until the trial's order is in a state. It has no entry until its
// message is taken, which the answer to the webhook doesn't wait for.
func (f *follower) becomes(id string, want ledger.State) {
	f.t.Helper()
	limit := time.NewTimer(clocktest.Hang)
	defer limit.Stop()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	trial := book{name: "machine", data: "build/trial"}
	for {
		var e ledger.Entry
		var err error
		trial.use(f.t, func(l ledger.Ledger) error {
			e, err = l.Get(f.t.Context(), "cursos#"+id)
			return nil
		})
		if err != nil && !errors.Is(err, ledger.ErrNotFound) {
			f.t.Fatal(err)
		}
		if e.State == want {
			return
		}
		select {
		case <-again.C:
		case <-limit.C:
			f.t.Fatalf("%s never became %s, it is %q: %v", id, want, e.State, err)
		}
	}
}

func TestTheREADMEWorksAsItIsWritten(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"connections.example.yaml", "secrets.example.yaml"} {
		copied(t, filepath.Join("../..", name), filepath.Join(dir, name))
	}
	if err := os.CopyFS(filepath.Join(dir, "events"), os.DirFS("../../events")); err != nil {
		t.Fatal(err)
	}
	lines := commands(t)
	// What the reader is told to put there instead of the example's.
	own := slices.IndexFunc(blocks(t, english), func(b block) bool { return strings.HasPrefix(b.Code, "omie/estudio:") })
	ownSecrets := []byte(blocks(t, english)[own].Code)
	t.Chdir(dir)
	f := &follower{t: t, addr: proctest.Address(t), stop: func() {}}
	defer func() { f.stop() }()
	// What waits for a person is looked at while the trial runs.
	real := slices.Index(lines, "build/carimbo serve")
	if real < 0 || !strings.HasPrefix(lines[real-1], "build/carimbo orders list") {
		t.Fatalf("the README's commands are %q", lines)
	}
	for _, line := range append(slices.Delete(slices.Clone(lines), real, real+1), lines[real]) {
		if strings.Contains(line, "orders list --mine") {
			f.becomes("HP2640917385", ledger.Created)
			f.becomes("HP2640918822", ledger.Rejected)
		}
		f.types(line)
		if strings.HasSuffix(line, " secrets.yaml") {
			if err := os.WriteFile("secrets.yaml", ownSecrets, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func copied(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestTheLicenceIsThereAndBothREADMEsNameIt(t *testing.T) {
	for path, words := range map[string][]string{
		"../../LICENSE": {"Version 2.0, January 2004", "END OF TERMS AND CONDITIONS", "Copyright 2026 The Carimbo authors"},
		english:         {"[Apache-2.0](LICENSE)"},
		inPortuguese:    {"[Apache-2.0](LICENSE)"},
	} {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range words {
			if strings.Count(string(b), want) != 1 {
				t.Errorf("%s has no %q", path, want)
			}
		}
	}
}

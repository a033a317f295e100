package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/awstest"
	"github.com/carimbo/carimbo/shared/leaktest"
	"github.com/carimbo/carimbo/shared/order"
)

var update = flag.Bool("update", false, "write the golden files anew")

var server awstest.Server

func TestMain(m *testing.M) { leaktest.Main(servedTests{m}) }

// servedTests end the server before leaks are looked for.
type servedTests struct{ *testing.M }

func (m servedTests) Run() int {
	defer server.Stop()
	return m.M.Run()
}

// noon is when the tests' commands are given.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, order.SaoPaulo())

// typed is what came of one command line.
type typed struct {
	code        int
	out, errors string
}

// at is a console at a fixed time, in São Paulo.
func at(now time.Time, stdin string, out, errs *bytes.Buffer) *console {
	c := newConsole(strings.NewReader(stdin), out, errs)
	c.now = func() time.Time { return now }
	c.zone = order.SaoPaulo()
	c.operator = "ana"
	c.environment = func(string) string { return "" }
	// The tests' server answers one request after another.
	c.patience = 0
	return c
}

// run types a command line at noon.
func typeIn(t *testing.T, args ...string) typed {
	t.Helper()
	return typeWith(t, noon, "", args...)
}

func typeWith(t *testing.T, now time.Time, stdin string, args ...string) typed {
	t.Helper()
	var out, errs bytes.Buffer
	code := at(now, stdin, &out, &errs).run(t.Context(), args)
	return typed{code, out.String(), errs.String()}
}

// golden compares with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// write puts a file into a new folder.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

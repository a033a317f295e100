package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/connection"
)

func TestTheShippedFileBecomesWhatAFunctionReads(t *testing.T) {
	dir := t.TempDir()
	paths := []string{filepath.Join(dir, "webhook", "connections.json"), filepath.Join(dir, "sweep", "connections.json")}
	var notes bytes.Buffer
	if err := run(append([]string{"../../../../connections.yaml"}, paths...), &notes); err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		c, err := connection.Parse(b)
		if err != nil || len(c.Connections) == 0 || len(c.ERPs) == 0 {
			t.Errorf("%s: %v", b, err)
		}
	}
}

func TestAWrongFileIsNotWrittenAndEachProblemNamesItsLine(t *testing.T) {
	dir := t.TempDir()
	wrong, out := filepath.Join(dir, "wrong.yaml"), filepath.Join(dir, "connections.json")
	text := "erps:\n  estudio: { kind: omie }\nconnections:\n  cursos: { platform: hotmart, erp: nobody, since: 2026-11-01 }\n"
	if err := os.WriteFile(wrong, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	err := run([]string{wrong, out}, &bytes.Buffer{})
	if err == nil || !strings.Contains(err.Error(), "wrong.yaml:4:") {
		t.Error(err)
	}
	if _, err := os.Stat(out); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func TestWithoutAFileToWriteItSaysHowItIsUsed(t *testing.T) {
	for _, args := range [][]string{nil, {"../../../../connections.yaml"}} {
		if err := run(args, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "usage") {
			t.Error(args, err)
		}
	}
}

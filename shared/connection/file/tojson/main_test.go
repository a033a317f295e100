package main

import (
	"bytes"
	"errors"
	"fmt"
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
	if err := run(append([]string{"../../../../connections.example.yaml"}, paths...), &notes); err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		c, err := connection.Parse(b)
		if err != nil || len(c.Connections) == 0 || len(c.Accounts) == 0 {
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

const toSensio = `erps:
  loja:
    kind: sensio
    base_url: https://sensio.example/api
    headers: { Host: elsewhere.example }
    items: { A: { productId: x } }
connections:
  canecas: { platform: %s, erp: loja, since: 2026-11-01 }
`

// What only an ERP's own check or this program knows has to stop a build as well:
// a Lambda finds it out by losing orders.
func TestEveryERPChecksItsAccountsAndOnlyKnownPlatformsAreBuilt(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{fmt.Sprintf(toSensio, "shopify"), "w.yaml:5:22: erps.loja.headers.Host: "},
		{strings.Replace(fmt.Sprintf(toSensio, "stripe"), "Host", "X-Host", 1), "connections.canecas.platform: stripe is not built in; there are: generic, hotmart, shopify, woocommerce"},
		{strings.Replace(fmt.Sprintf(toSensio, "shopify"), "Host", "X-Host", 1), ""},
	} {
		dir := t.TempDir()
		in, out := filepath.Join(dir, "w.yaml"), filepath.Join(dir, "c.json")
		if err := os.WriteFile(in, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		err := run([]string{in, out}, &bytes.Buffer{})
		_, unwritten := os.Stat(out)
		if (err == nil) != (c.want == "") || (unwritten == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, %v; want %q", err, unwritten, c.want)
		}
	}
}

func TestWithoutAFileToWriteItSaysHowItIsUsed(t *testing.T) {
	for _, args := range [][]string{nil, {"../../../../connections.example.yaml"}} {
		if err := run(args, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "usage") {
			t.Error(args, err)
		}
	}
}

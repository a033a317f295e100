package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAPreviewIsTheRequestOfOmiesHelp: each body of the page, and each of its ways to name
// a service, field by field. Only the code is ours.
func TestAPreviewIsTheRequestOfOmiesHelp(t *testing.T) {
	const folder = "../../shared/erp/omie/testdata"
	accounts, err := filepath.Glob(filepath.Join(folder, "*.account.json"))
	if err != nil || len(accounts) != 6 {
		t.Fatal(accounts, err)
	}
	for _, account := range accounts {
		name := strings.TrimSuffix(filepath.Base(account), ".account.json")
		t.Run(name, func(t *testing.T) {
			connections := write(t, "c.json", `{"erps": {"estudio": `+string(fileAt(t, account))+`},
				"connections": {"checkout": {"platform": "generic", "erp": "estudio", "since": "2025-01-01"}}}`)
			payload := write(t, "order.json", asPayload(t, fileAt(t, filepath.Join(folder, name+".order.json"))))
			got := typeIn(t, "preview", "--connection", "checkout", "--connections", connections, payload)
			if got.code != exitDone {
				t.Fatalf("%+v", got)
			}
			if diff := cmp.Diff(osIn(t, fileAt(t, filepath.Join(folder, name+".want.json"))), osIn(t, []byte(got.out))); diff != "" {
				t.Errorf("(-help +preview):\n%s", diff)
			}
		})
	}
}

func fileAt(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// asPayload is an order as a checkout of one's own sends it.
func asPayload(t *testing.T, canonical []byte) string {
	t.Helper()
	var order map[string]any
	if err := json.Unmarshal(canonical, &order); err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(map[string]any{"type": "order.paid", "version": 1, "order": order})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// osIn is the OS of a request, without our code.
func osIn(t *testing.T, request []byte) map[string]any {
	t.Helper()
	var body struct {
		Call  string            `json:"call"`
		Param []json.RawMessage `json:"param"`
	}
	if err := json.Unmarshal(request, &body); err != nil || body.Call != "IncluirOS" || len(body.Param) != 1 {
		t.Fatalf("%v\n%s", err, request)
	}
	return withoutCode(t, body.Param[0])
}

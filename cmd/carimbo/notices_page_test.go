package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/proctest"
)

func TestThePageOfNoticesWorksAsItIsWritten(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "events"), os.DirFS("../../events")); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	defer server.Close()
	for name, more := range map[string]string{
		"connections": "notify: { torre: { url: " + server.URL + " } }\n",
		"secrets":     "notify/torre: { signing_secret: " + whsecOfTest + " }\n",
	} {
		b, err := os.ReadFile("../../" + name + ".example.yaml")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".yaml"), append(b, more...), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var lines []string
	for _, b := range blocks(t, "../../docs/notices.md") {
		for line := range strings.Lines(b.Code) {
			if b.Language == "sh" {
				lines = append(lines, strings.TrimSpace(line))
			}
		}
	}
	if len(lines) != 5 {
		t.Fatalf("the page's commands are %q", lines)
	}
	t.Chdir(dir)
	f := &follower{t: t, addr: proctest.Address(t), stop: func() {}}
	defer func() { f.stop() }()
	for _, line := range lines {
		f.types(line)
		if strings.Contains(line, " send ") {
			f.becomes("HP2640918822", ledger.Rejected)
		}
	}
}

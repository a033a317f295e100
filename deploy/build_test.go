package deploy_test

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/connection"
)

// unbuilt is what `sam build` doesn't copy, and what would only be copied in vain.
var unbuilt = map[string]bool{".git": true, ".aws-sam": true, "build": true, ".carimbo": true}

func TestAFunctionIsBuiltInACopyWithoutGit(t *testing.T) {
	source, artifacts := t.TempDir(), t.TempDir()
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		from, to := filepath.Join(root, e.Name()), filepath.Join(source, e.Name())
		switch {
		case unbuilt[e.Name()]:
		case e.IsDir():
			if err := os.CopyFS(to, os.DirFS(from)); err != nil {
				t.Fatal(err)
			}
		default:
			b, err := os.ReadFile(from)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(to, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if out, err := makes(t, source, "", "build-WebhookFunction", "ARTIFACTS_DIR="+artifacts).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	bootstrap, err := elf.Open(filepath.Join(artifacts, "bootstrap"))
	if err != nil {
		t.Fatal(err)
	}
	defer bootstrap.Close()
	if libraries, err := bootstrap.ImportedLibraries(); bootstrap.Machine != elf.EM_AARCH64 || len(libraries) > 0 || err != nil {
		t.Errorf("it is for %s, linked with %v, %v", bootstrap.Machine, libraries, err)
	}
	b, err := os.ReadFile(filepath.Join(artifacts, "connections.json"))
	if err != nil {
		t.Fatal(err)
	}
	if c, err := connection.Parse(b); err != nil || len(c.Connections) == 0 {
		t.Errorf("connections.json: %d connections, %v", len(c.Connections), err)
	}
}

func TestSAMBuildsEveryFunctionWithTheMakefile(t *testing.T) {
	source, functions := translate(t).Source, 0
	if at := source.Globals.Function["CodeUri"]; at != "." {
		t.Errorf("SAM looks for the Makefile in %v", at)
	}
	for name, r := range source.Resources {
		if r.Type != "AWS::Serverless::Function" {
			continue
		}
		functions++
		for asked, goarch := range map[string]string{"": "arm64", "amd64": "amd64"} {
			out, err := makes(t, root, asked, "-n", "build-"+name, "ARTIFACTS_DIR=/artifacts").CombinedOutput()
			if err != nil {
				t.Errorf("%v\n%s", err, out)
			}
			for _, want := range []string{
				"GOOS=linux GOARCH=" + goarch + " CGO_ENABLED=0 go build -tags lambda.norpc ", " -o /artifacts/bootstrap ./functions/" + names[name] + "\n",
				"GOOS= GOARCH= CGO_ENABLED=0 go run ./shared/connection/file/tojson connections.yaml /artifacts/connections.json\n",
			} {
				if !strings.Contains(string(out), want) {
					t.Errorf("make build-%s does no %q:\n%s", name, want, out)
				}
			}
		}
		if r.Metadata["BuildMethod"] != "makefile" {
			t.Errorf("%s is built by %v", name, r.Metadata)
		}
	}
	if functions != len(names) {
		t.Errorf("%d functions", functions)
	}
}

func TestABuildWithoutAPlaceToWriteToSaysSo(t *testing.T) {
	out, err := makes(t, root, "", "-n", "build-SweepFunction").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "ARTIFACTS_DIR is missing") {
		t.Errorf("%v\n%s", err, out)
	}
}

// makes is a make of its own: one that runs this test passes its variables on.
func makes(t *testing.T, folder, goarch string, args ...string) *exec.Cmd {
	t.Helper()
	c := exec.CommandContext(t.Context(), "make", args...)
	c.Dir = folder
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		if !slices.Contains([]string{"GO", "GOARCH", "GOOS", "CONNECTIONS", "ARTIFACTS_DIR", "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES"}, name) {
			c.Env = append(c.Env, v)
		}
	}
	if goarch != "" {
		c.Env = append(c.Env, "GOARCH="+goarch)
	}
	return c
}

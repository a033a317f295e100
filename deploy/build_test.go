package deploy_test

import (
	"debug/elf"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/proctest"
)

// unbuilt is what `sam build` doesn't copy, what would only be copied in vain, and the
// files of whoever runs this, on which no test depends.
var unbuilt = map[string]bool{".git": true, ".aws-sam": true, "build": true, ".carimbo": true, "connections.yaml": true, "secrets.yaml": true}

// copied is a folder with what `sam build` makes the functions of, where it doesn't
// honour .gitignore.
func copied(t *testing.T) string {
	t.Helper()
	source := t.TempDir()
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
	return source
}

// packagedIn builds the webhook in the folder and returns what make said on stdout,
// which `sam build` shows, and the connections that are packaged.
func packagedIn(t *testing.T, source, artifacts string) (said string, c connection.Config) {
	t.Helper()
	cmd := makes(t, source, "", "build-WebhookFunction", "ARTIFACTS_DIR="+artifacts)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s%s", err, out, &errs)
	}
	b, err := os.ReadFile(filepath.Join(artifacts, "connections.json"))
	if err != nil {
		t.Fatal(err)
	}
	if c, err = connection.Parse(b); err != nil {
		t.Fatalf("connections.json: %v", err)
	}
	return string(out), c
}

func TestAFunctionIsBuiltInACopyWithoutGit(t *testing.T) {
	source, artifacts := copied(t), t.TempDir()
	said, c := packagedIn(t, source, artifacts)
	if len(c.Connections) == 0 || strings.Count(said, "webhook is packaged with connections.example.yaml: there is no connections.yaml\n") != 1 {
		t.Errorf("%d connections; it said:\n%s", len(c.Connections), said)
	}
	bootstrap, err := elf.Open(filepath.Join(artifacts, "bootstrap"))
	if err != nil {
		t.Fatal(err)
	}
	defer bootstrap.Close()
	if libraries, err := bootstrap.ImportedLibraries(); bootstrap.Machine != elf.EM_AARCH64 || len(libraries) > 0 || err != nil {
		t.Errorf("it is for %s, linked with %v, %v", bootstrap.Machine, libraries, err)
	}
	example, err := os.ReadFile(filepath.Join(source, "connections.example.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	own := strings.Replace(string(example), "\n  cursos:", "\n  minha-loja:", 1)
	if err := os.WriteFile(filepath.Join(source, "connections.yaml"), []byte(own), 0o600); err != nil {
		t.Fatal(err)
	}
	said, c = packagedIn(t, source, artifacts)
	if _, ok := c.Connections["minha-loja"]; !ok || len(c.Connections) != 1 || strings.Count(said, "webhook is packaged with connections.yaml\n") != 1 {
		t.Errorf("%v; it said:\n%s", c.Connections, said)
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
			out, err := makes(t, makefile(t), asked, "-n", "build-"+name, "ARTIFACTS_DIR=/artifacts").CombinedOutput()
			if err != nil {
				t.Errorf("%v\n%s", err, out)
			}
			for _, want := range []string{
				"GOOS=linux GOARCH=" + goarch + " CGO_ENABLED=0 go build -tags lambda.norpc ", " -o /artifacts/bootstrap ./functions/" + names[name] + "\n",
				"GOOS= GOARCH= CGO_ENABLED=0 go run ./shared/connection/file/tojson connections.example.yaml /artifacts/connections.json\n",
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
	out, err := makes(t, makefile(t), "", "-n", "build-SweepFunction").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "ARTIFACTS_DIR is missing") {
		t.Errorf("%v\n%s", err, out)
	}
}

// makefile is a folder with the Makefile, the functions' mains and nothing else but the
// files that are named.
func makefile(t *testing.T, files ...string) string {
	t.Helper()
	folder := t.TempDir()
	b, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	for _, function := range names {
		files = append(files, filepath.Join("functions", function, "main.go"))
	}
	for _, name := range append(files, "Makefile") {
		path := filepath.Join(folder, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, b, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestWhatIsPackagedAndDeployedIsTheUsersFile(t *testing.T) {
	const own, example = "connections.yaml", "connections.example.yaml"
	refused := []string{"cp connections.example.yaml connections.yaml", "make deploy CONNECTIONS=FILE"}
	for _, c := range []struct {
		name     string
		files    []string
		asked    []string
		packaged string
		emulated string
		deployed bool
	}{
		{"a clone as it is", []string{example}, nil, example + ": there is no connections.yaml", example, false},
		{"with a file of one's own", []string{example, own}, nil, own, example, true},
		{"with a stage's file", []string{example, own, "prod.yaml"}, []string{"CONNECTIONS=prod.yaml"}, "prod.yaml", "prod.yaml", true},
		{"with a file that isn't there", []string{example, own}, []string{"CONNECTIONS=prod.yaml"}, "prod.yaml", "prod.yaml", false},
		{"where the example is asked for", []string{example, own}, []string{"CONNECTIONS=" + example}, example, example, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := makefile(t, c.files...)
			run := func(args ...string) (string, error) {
				cmd := makes(t, folder, "", append(args, c.asked...)...)
				cmd.Env = append(cmd.Env, "PATH="+onlyEchoes(t)+string(os.PathListSeparator)+os.Getenv("PATH"))
				out, err := cmd.CombinedOutput()
				return string(out), err
			}
			for target, want := range map[string]string{"build/webhook": "webhook is packaged with " + c.packaged + "\"\n", "emulator": " -connections " + c.emulated + " "} {
				if out, err := run("-n", target); err != nil || !strings.Contains(out, want) {
					t.Errorf("make %s says no %q: %v\n%s", target, want, err, out)
				}
			}
			out, err := run("deploy", "STAGE=prod")
			if c.deployed && (err != nil || !strings.HasSuffix(out, "\nsam deploy --config-env prod\ncalled: deploy --config-env prod\n")) {
				t.Errorf("%v\n%s", err, out)
			}
			for _, words := range refused {
				if !c.deployed && (err == nil || strings.Contains(out, "called:") || !strings.Contains(out, words)) {
					t.Errorf("it is not refused with %q: %v\n%s", words, err, out)
				}
			}
		})
	}
}

// onlyEchoes is a folder with a sam that says how it was called.
func onlyEchoes(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "sam"), []byte("#!/bin/sh\necho \"called: $*\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return folder
}

// makes is a make of its own: one that runs this test passes its variables on.
func makes(t *testing.T, folder, goarch string, args ...string) *exec.Cmd {
	proctest.Starts(t)
	t.Helper()
	c := exec.CommandContext(t.Context(), "make", args...)
	c.Dir = folder
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		if !slices.Contains([]string{"GO", "GOARCH", "GOOS", "CONNECTIONS", "SECRETS", "STAGE", "ARTIFACTS_DIR", "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES"}, name) {
			c.Env = append(c.Env, v)
		}
	}
	if goarch != "" {
		c.Env = append(c.Env, "GOARCH="+goarch)
	}
	return c
}

package carimbo_test

import (
	"bytes"
	"flag"
	"go/format"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/proctest"
)

// third is an ERP that doesn't exist, with the files that a new one brings, where they
// belong in the tree: a folder with its simulator in it, the main of its worker, a
// sample, a page, and its block of template.yaml.
const third = "testdata/third"

// changed are the files that a new ERP is written into besides: after the line, or
// behind the words, that end with old comes new, as often as times says.
var changed = []struct {
	path, old, new string
	times          int
}{
	{"shared/erp/kinds/kinds.go", "erp/sensio\"\n", "\t\"github.com/carimbo/carimbo/shared/erp/boreal\"\n", 1},
	{"shared/erp/kinds/kinds.go", "\t\tsensio.Kind(),\n", "\t\tboreal.Kind(),\n", 1},
	{"shared/erp/simulators/simulators.go", "erp/sensio/sensiosim\"\n", "\t\"github.com/carimbo/carimbo/shared/erp/boreal/borealsim\"\n", 1},
	{"shared/erp/simulators/simulators.go", "\t\tsensiosim.Kind(),\n", "\t\tborealsim.Kind(),\n", 1},
	{"template.yaml", "CARIMBO_SENSIO_QUEUE_URL: !Ref SensioQueue\n", "        CARIMBO_BOREAL_QUEUE_URL: !Ref BorealQueue\n", 1},
	// The webhook and the sweep send to its queue, and the sweep asks for its secrets' versions.
	{"template.yaml", "Resource: [!GetAtt OmieQueue.Arn, !GetAtt SensioQueue.Arn", ", !GetAtt BorealQueue.Arn", 2},
	{"template.yaml", "Action: secretsmanager:DescribeSecret\n                Resource:\n", "                  - " + thirdSecrets + "\n", 1},
	{"README.md", "# Lambda: places orders in Sensio\n", "functions/boreal-pedido/ # Lambda: places orders in Boreal\n", 1},
	{"README.pt-BR.md", "# Lambda: lança pedidos no Sensio\n", "functions/boreal-pedido/ # Lambda: lança pedidos no Boreal\n", 1},
}

const thirdSecrets = "!Sub arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:${AWS::StackName}/boreal/*"

// thirdSeeds are those that orders are simulated of: with 500 they are a hundred thousand,
// and take some minutes.
var thirdSeeds = flag.Int("third.seeds", 10, "how many seeds of orders of a third ERP are simulated")

const seedsOfThird = "{seeds}"

// step is something that is done in the tree with the third ERP, and what has to be said.
type step struct {
	name string
	line []string
	says []string
}

// steps are done in their order, and end at the first that fails.
var steps = []step{
	{"it builds, the command line as well", []string{"go", "build", "-o", "bin/", "./..."}, nil},
	{"the schema and the emulator's environment are written anew",
		[]string{"go", "test", "-vet=off", "./shared/connection/file", "./deploy/emulator", "-run", "Published|EnvironmentForSAMLocal", "-update"}, nil},
	{"its sample is written", []string{"go", "test", "-vet=off", "./deploy", "-run", "EveryWorkerHas", "-update"}, nil},
	{"it passes the conformance suite",
		[]string{"go", "test", "-vet=off", "-v", "./shared/erp/simulators", "-run", "ConformanceSuite/boreal"}, []string{"--- PASS: TestEveryKindOfERPPassesTheConformanceSuite/boreal_and_checkout"}},
	{"the tree holds", []string{"go", "test", "-vet=off", "-short", "."}, nil},
	{"the template, the Makefile and the sample are its", []string{"go", "test", "-vet=off", "./deploy", "-run", "StackKeepsItsPromises|CfnLint|SAMBuildsEvery|EveryWorkerHas"}, nil},
	{"a function holds only what it needs", []string{"go", "test", "-vet=off", "./functions", "-run", "AFunctionHoldsOnly"}, nil},
	{"check takes an account of it", []string{"bin/carimbo", "check", "--connections", "boreal.yaml", "--secrets", "boreal.secrets.yaml"},
		[]string{"boreal.yaml is fine: 1 account, 1 connection.", "checkout (generic -> matriz)"}},
	{"preview shows its request", []string{"bin/carimbo", "preview", "--connections", "boreal.yaml", "--connection", "checkout", "events/payloads/generic/order_paid.json"},
		[]string{`"produto": "P-100"`, `"total": 1444`}},
	{"the demo shows it", []string{"bin/carimbo", "demo", "--once", "--addr", "127.0.0.1:0"},
		[]string{"A checkout: Boreal will write its pedido, and the answer will get lost", "Every order ended as it should: ", "Boreal 1 pedido. None twice."}},
	{"its orders are simulated", []string{"bin/carimbo", "simulate", "--orders", "200", "--seeds", seedsOfThird},
		[]string{"boreal: write-then-reset", "nothing lost, nothing doubled"}},
}

const (
	thirdConnections = "connections:\n  checkout: { platform: generic, erp: matriz, since: 2026-11-01 }\n"
	thirdKeys        = "boreal/matriz: { app_key: a-real-app-key, app_secret: a-real-app-secret }\n" +
		"hook/checkout: { signing_secret: whsec_dW1hIGNoYXZlIGRlIHRlc3RlLCBkZSBuaW5ndWVt }\n"
)

// What CONTRIBUTING.md says that an ERP takes is all that it takes: a third one, in a
// copy of the tree. One thing a real one brings besides: tests of functions, which
// record what its worker does on AWS.
func TestAThirdERPTakesAFolderAndItsLines(t *testing.T) {
	proctest.Starts(t)
	tree := t.TempDir()
	copyTree(t, tree)
	addThird(t, tree)
	for _, s := range steps {
		if !t.Run(s.name, func(t *testing.T) { s.run(t, tree) }) {
			return
		}
	}
}

func (s step) run(t *testing.T, tree string) {
	name := s.line[0]
	if strings.HasPrefix(name, "bin/") {
		name = filepath.Join(tree, name)
	}
	args := slices.Clone(s.line[1:])
	if i := slices.Index(args, seedsOfThird); i >= 0 {
		args[i] = strconv.Itoa(*thirdSeeds)
	}
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = tree
	// As make has it: what the tree needs is compiled once for both. Without the paths of
	// a folder that is new each time, what was compiled counts the next time.
	cmd.Env = append(os.Environ(), "PWD="+tree, "CGO_ENABLED=0", "GOFLAGS="+strings.TrimSpace(os.Getenv("GOFLAGS")+" -trimpath"))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(s.line, " "), err, out)
	}
	if i := bytes.Index(out, []byte(" orders over ")); i >= 0 {
		t.Logf("%.400s", out[bytes.LastIndexByte(out[:i], '\n')+1:])
	}
	for _, words := range s.says {
		if !bytes.Contains(out, []byte(words)) {
			t.Errorf("it says no %q:\n%s", words, out)
		}
	}
}

// copyTree copies what is in the repository, and what is about to be.
func copyTree(t *testing.T, to string) {
	t.Helper()
	list, err := exec.CommandContext(t.Context(), "git", "ls-files", "-co", "--exclude-standard", "-z").Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	for _, path := range strings.Split(strings.TrimSuffix(string(list), "\x00"), "\x00") {
		b, err := os.ReadFile(path)
		if os.IsNotExist(err) {
			continue // it is about to go
		}
		if err != nil {
			t.Fatal(err)
		}
		put(t, filepath.Join(to, path), b)
	}
}

// addThird adds the ERP's files to the tree, and its lines to those that are there.
func addThird(t *testing.T, tree string) {
	t.Helper()
	files := os.DirFS(third)
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path == "template.yaml" {
			return err
		}
		b, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		path, code := strings.CutSuffix(path, ".go.txt")
		if code {
			path += ".go"
		}
		if formatted, err := format.Source(b); code && (err != nil || !bytes.Equal(b, formatted)) {
			t.Errorf("%s is not formatted: %v", path, err)
		}
		put(t, filepath.Join(tree, path), b)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changed {
		edit(t, filepath.Join(tree, c.path), c.old, c.old+c.new, c.times)
	}
	resources, outputs, _ := strings.Cut(strings.TrimPrefix(read(t, third+"/template.yaml"), "Resources:\n"), "\nOutputs:\n")
	edit(t, filepath.Join(tree, "template.yaml"), "  SweepFunction:\n", resources+"\n  SweepFunction:\n", 1)
	edit(t, filepath.Join(tree, "template.yaml"), "\nOutputs:\n", "\nOutputs:\n"+outputs, 1)

	var account strings.Builder
	for line := range strings.Lines(read(t, third+"/shared/erp/boreal/example.yaml")) {
		account.WriteString("    " + line)
	}
	put(t, filepath.Join(tree, "boreal.yaml"), []byte("erps:\n  matriz:\n"+account.String()+thirdConnections))
	put(t, filepath.Join(tree, "boreal.secrets.yaml"), []byte(thirdKeys))
}

func put(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func edit(t *testing.T, path, before, after string, times int) {
	t.Helper()
	text := read(t, path)
	if n := strings.Count(text, before); n != times {
		t.Fatalf("%s has %d times %q, instead of %d", path, n, before, times)
	}
	put(t, path, []byte(strings.ReplaceAll(text, before, after)))
}

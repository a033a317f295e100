// Package functions_test holds what is promised of all functions.
package functions_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/erp/kinds"
	"github.com/carimbo/carimbo/shared/proctest"
)

// module is where our own packages begin.
const module = "github.com/carimbo/carimbo/"

// unwanted are the packages, with all below them, that belong on a person's
// machine. Each would be paid for at every cold start.
var unwanted = map[string]string{
	"github.com/goccy/go-yaml":                 "a YAML parser",
	"github.com/spf13":                         "a command line",
	"modernc.org":                              "SQLite",
	"github.com/santhosh-tekuri/jsonschema":    "a JSON Schema",
	"github.com/aws/aws-sdk-go-v2/config":      "the SDK's search for credentials",
	"github.com/aws/aws-sdk-go-v2/service/sts": "the SDK's search for credentials",
	"github.com/aws/aws-sdk-go-v2/service/sso": "the SDK's search for credentials",
	"github.com/aws/aws-sdk-go-v2/feature/ec2": "the SDK's search for credentials",
	module + "shared/yaml":                     "a YAML parser",
	module + "shared/connection/file":          "connections.yaml for people",
	module + "shared/secret/file":              "one machine's secrets",
	module + "shared/machine":                  "one machine",
	module + "shared/console":                  "the console",
	module + "shared/awstest":                  "a test's AWS",
	module + "shared/erp/simulators":           "the simulators",
	module + "shared/erp/erpsim":               "a simulator",
	module + "shared/erp/omie/omiesim":         "a simulator",
	module + "shared/erp/sensio/sensiosim":     "a simulator",
	module + "cmd":                             "the command line",
	module + "events":                          "samples",
	"testing":                                  "tests",
}

// phoneLibraries are those known for Go; each costs some two megabytes.
var phoneLibraries = []string{"github.com/nyaruka/phonenumbers", "github.com/ttacon/libphonenumber", "github.com/dongri/phonenumber"}

func TestNoFunctionHoldsALibraryForPhoneNumbers(t *testing.T) {
	packages := dependencies(t)
	if _, there := packages[module+"functions/webhook"]; !there {
		t.Fatal("the webhook isn't among them")
	}
	for path := range packages {
		known := slices.ContainsFunc(phoneLibraries, func(library string) bool { return strings.HasPrefix(path+"/", library+"/") })
		if known || strings.Contains(path, "phone") && !strings.HasPrefix(path, module) {
			t.Errorf("%s is in a function", path)
		}
	}
}

// listed is a package as go list shows it.
type listed struct {
	ImportPath string
	Imports    []string
}

func TestAFunctionHoldsOnlyWhatItNeeds(t *testing.T) {
	packages := dependencies(t)
	// reached leads from a package to the one that imports it first.
	reached := map[string]string{}
	var queue []string
	for path := range packages {
		if strings.HasPrefix(path, module+"functions/") {
			queue = append(queue, path)
			reached[path] = ""
		}
	}
	// The webhook, the sweep, and a worker for each kind of ERP.
	if len(queue) != 2+len(kinds.All()) {
		t.Fatalf("%d functions: %v", len(queue), queue)
	}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		for _, imported := range packages[path] {
			if _, ok := reached[imported]; !ok {
				reached[imported] = path
				queue = append(queue, imported)
			}
		}
	}
	if len(reached) < 100 {
		t.Fatalf("only %d packages were reached", len(reached))
	}
	for path := range reached {
		for beginning, what := range unwanted {
			if strings.HasPrefix(path+"/", beginning+"/") {
				t.Errorf("%s in a function: %s", what, chain(reached, path))
			}
		}
	}
}

// chain is the way from a function to the package.
func chain(reached map[string]string, path string) string {
	way := path
	for path = reached[path]; path != ""; path = reached[path] {
		way = path + " -> " + way
	}
	return way
}

// dependencies are all packages that a function on Lambda is made of, with what
// each imports.
func dependencies(t *testing.T) map[string][]string {
	proctest.Starts(t)
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-tags", "lambda.norpc", "-json=ImportPath,Imports", "./...")
	list.Env = append(list.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=arm64")
	out, err := list.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list: %s", exit.Stderr)
		}
		t.Fatal(err)
	}
	packages := map[string][]string{}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages[p.ImportPath] = p.Imports
	}
}

// Package deploy_test holds what is promised of the template and of what lies
// around it: the events, the Makefile's targets and samconfig.toml.
package deploy_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/awstest"
	"github.com/carimbo/carimbo/shared/proctest"
)

const (
	root     = ".."
	template = "template.yaml"
	// linter brings the translator along.
	linter = "cfn-lint==1.51.0"
)

// python is a Python that has both.
func python(t *testing.T) string {
	proctest.Starts(t)
	t.Helper()
	name, err := awstest.Python("cfnlint, samtranslator", linter)
	if err != nil {
		t.Fatal(err)
	}
	return name
}

type object = map[string]any

// stack is a template after SAM's translation: what CloudFormation gets.
type stack struct {
	Resources  map[string]resource
	Parameters map[string]object
	Outputs    map[string]object
	Conditions object
}

type resource struct {
	Type                                           string
	Properties, Metadata                           object
	Condition, DeletionPolicy, UpdateReplacePolicy string `json:",omitempty"`
}

// translation is the template as it is written and as it is translated.
type translation struct {
	Source struct {
		Globals   struct{ Function object }
		Resources map[string]resource
	}
	Stack json.RawMessage
}

var translated = sync.OnceValues(func() ([]byte, error) {
	name, err := awstest.Python("cfnlint, samtranslator", linter)
	if err != nil {
		return nil, err
	}
	text, err := os.Open(filepath.Join(root, template))
	if err != nil {
		return nil, err
	}
	defer text.Close()
	translate := exec.Command(name, "translate.py")
	var said bytes.Buffer
	translate.Stdin, translate.Stderr = text, &said
	out, err := translate.Output()
	if err != nil {
		return nil, fmt.Errorf("translate the template: %w\n%s", err, said.String())
	}
	return out, nil
})

func translate(t *testing.T) translation {
	proctest.Starts(t)
	t.Helper()
	b, err := translated()
	if err != nil {
		t.Fatal(err)
	}
	var whole translation
	if err := json.Unmarshal(b, &whole); err != nil {
		t.Fatal(err)
	}
	return whole
}

func parse(b []byte) (stack, error) {
	var s stack
	err := json.Unmarshal(b, &s)
	return s, err
}

// named are the resources of a type, by name.
func (s stack) named(kind string) []string {
	var names []string
	for name, r := range s.Resources {
		if r.Type == kind {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// at is a resource's property: Resource.Property.Property...
func (s stack) at(path string) any {
	name, rest, _ := strings.Cut(path, ".")
	var v any = s.Resources[name].Properties
	for step := range strings.SplitSeq(rest, ".") {
		m, _ := v.(object)
		v = m[step]
	}
	return v
}

// expectations collects what doesn't hold.
type expectations struct{ problems []string }

func (c *expectations) require(ok bool, format string, args ...any) {
	if !ok {
		c.problems = append(c.problems, fmt.Sprintf(format, args...))
	}
}

// same says that got is what want is written in JSON.
func (c *expectations) same(what, want string, got any) {
	var v any
	if err := json.Unmarshal([]byte(want), &v); err != nil {
		panic(fmt.Sprintf("%s: %v", what, err))
	}
	c.equal(what, v, got)
}

func (c *expectations) equal(what string, want, got any) {
	diff := cmp.Diff(want, got)
	c.require(diff == "", "%s (-want +got):\n%s", what, diff)
}

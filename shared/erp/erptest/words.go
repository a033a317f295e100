package erptest

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/connection/file"
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
)

// plain is what a kind's name is made of: it is in the names of secrets, queues and of a
// variable of the environment.
var plain = regexp.MustCompile(`^[a-z][a-z0-9]*$`)

func (c Case) named(t *testing.T) {
	k := c.Kind
	if !plain.MatchString(k.Name) || k.Title == "" || len(k.Secret) == 0 {
		t.Errorf("it is called %q, %q, with a secret of %v", k.Name, k.Title, k.Secret)
	}
	if c.Simulator.Name != k.Name || !strings.HasPrefix(c.Simulator.Path, "/") {
		t.Errorf("its simulator is %q, at %q", c.Simulator.Name, c.Simulator.Path)
	}
	for _, d := range k.Documents {
		if !plain.MatchString(d.Name) || d.Title.IsZero() || d.Titles.IsZero() || d.LookUp == "" || d.Asked("create") == "" || d.Asked("look_up") != d.LookUp {
			t.Errorf("a kind of document is %+v", d)
		}
	}
	account, err := k.New(erp.Options{Account: account, Settings: c.Settings})
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	if _, ok := k.Document(account.DocumentKind()); !ok {
		t.Errorf("the account asks for a %q, which is none of %+v", account.DocumentKind(), k.Documents)
	}
	ref := erp.NewReference("loja", "", "1")
	code := k.Code(ref)
	if code == "" || code == k.Code(erp.NewReference("loja", "", "2")) || code == k.Code(erp.NewReference("outra", "", "1")) {
		t.Errorf("the code is %q, and that of other orders too", code)
	}
	for _, orig := range []string{"", "site"} {
		e := ledger.Entry{Connection: "loja", OrderID: "1", Reference: erp.NewReference("loja", orig, "1")}
		if code := k.Code(e.Reference); !e.Called(code) || !e.Called(strings.ToUpper(code)) {
			t.Errorf("nobody finds an order by its code %q", code)
		}
	}
	if none := k.Code(erp.Reference{}); none != "" {
		t.Errorf("a reference that is none has the code %q", none)
	}
	if k.IDForm.IsZero() || k.IsID("") {
		t.Errorf("an id of a document looks as %q says, and so does none", k.IDForm)
	}
	for _, part := range strings.Split(code, "#") {
		if where, same := k.WhereToLook(ref), k.SameCode(ref); !strings.Contains(where.String(), part) || !strings.Contains(same.String(), part) {
			t.Errorf("a person is told %q and %q of the code %s", where, same, code)
		}
	}
}

// schema holds the settings, and each field of theirs with a letter too many, to what
// carimbo check looks at.
func (c Case) schema(t *testing.T) {
	var settings map[string]json.RawMessage
	if err := json.Unmarshal(c.Settings, &settings); err != nil {
		t.Fatal(err)
	}
	settings["kind"] = json.RawMessage(fmt.Sprintf("%q", c.Kind.Name))
	check := func(account map[string]json.RawMessage) string {
		b, err := json.Marshal(map[string]any{
			"erps":        map[string]any{"conta": account},
			"connections": map[string]any{"loja": map[string]any{"platform": "generic", "erp": "conta", "since": "2026-11-01"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		_, problems, err := file.Parse("c.json", b, erp.Kinds{c.Kind})
		if err != nil && len(problems) == 0 {
			t.Fatal(err)
		}
		var said []string
		for _, p := range problems {
			said = append(said, p.String())
		}
		return strings.Join(said, "\n")
	}
	if said := check(settings); said != "" {
		t.Errorf("its own settings are refused:\n%s", said)
	}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		mistyped := maps.Clone(settings)
		mistyped[name+"x"] = settings[name]
		// Of two letters, three are another word.
		want := "did you mean " + name + "?"
		if len(name) < 3 {
			want = "is not a key that is known here"
		}
		if said := check(mistyped); !strings.Contains(said, want) {
			t.Errorf("of %sx it is said: %s", name, said)
		}
	}
	for _, p := range c.Kind.Check(c.Settings) {
		t.Errorf("Check: %s: %s", p.Path, p.Message)
	}
	for _, broken := range []string{"", "[]", `"x"`, "{", `{"kind": 5`} {
		if _, err := c.Kind.New(erp.Options{Account: account, Settings: json.RawMessage(broken)}); err == nil {
			t.Errorf("New takes %q", broken)
		}
	}
}

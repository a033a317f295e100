package yaml_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/yaml"
)

func parse(t *testing.T, text string) *yaml.Node {
	t.Helper()
	n, problems := yaml.Parse("x.yaml", []byte(text))
	if len(problems) > 0 {
		t.Fatalf("parse %q: %v", text, problems)
	}
	return n
}

func TestYAMLAndJSONBecomeTheSameJSON(t *testing.T) {
	for text, want := range map[string]string{
		"a: 1\nb: {c: [x, 2.50], d: true}\n":                 `{"a":1,"b":{"c":["x",2.50],"d":true}}`,
		"{\n\t\"b\": 1,\n\t\"a\": [\"\\ud83d\\ude00 \\/\"]}": `{"b":1,"a":["😀 /"]}`,
		"a: |\n  x\n  y\nb: >-\n  x\n  y\n":                  `{"a":"x\ny\n","b":"x y"}`,
		"a:\nb: ~\nc: null\nd: [~]\n":                        `{"a":null,"b":null,"c":null,"d":[null]}`,
		"a: 2026-11-21\nb: N\nc: +3d\nd: yes\ne: \"10\"\n":   `{"a":"2026-11-21","b":"N","c":"+3d","d":"yes","e":"10"}`,
		"1042: a\n0012: b\ntrue: c\n\"*\": d\n":              `{"1042":"a","0012":"b","true":"c","*":"d"}`,
		"\xef\xbb\xbfa: <b> & c\r\nd: e\r\n":                 `{"a":"\u003cb\u003e \u0026 c","d":"e"}`,
		"---\na: {}\nb: []\n":                                `{"a":{},"b":[]}`,
		"a: 3795260786123456789\n":                           `{"a":3795260786123456789}`,
		"a: |\r  x\r  y\rb: 1\r":                             `{"a":"x\ny\n","b":1}`,
	} {
		n := parse(t, text)
		if diff := cmp.Diff(want, string(n.JSON())); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
		d := json.NewDecoder(strings.NewReader(string(n.JSON())))
		d.UseNumber()
		var decoded any
		if err := d.Decode(&decoded); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(decoded, n.Value()); diff != "" {
			t.Errorf("%q: Value is not what encoding/json decodes (-json +value):\n%s", text, diff)
		}
	}
}

func TestEverythingKnowsItsPlace(t *testing.T) {
	n := parse(t, "# comment\r\né: {ç: 1,   # note\r\n    d: \"2\" }\r\nlist:\r\n  - x\r\n  - deep:\r\n      y: |\r\n        z\r\nempty:\r\n")
	at := func(n *yaml.Node) string { return fmt.Sprintf("%d:%d", n.Line, n.Column) }
	for _, row := range []struct {
		node *yaml.Node
		want string
	}{
		{n, "2:1"},
		{n.Get("é"), "2:4"},
		{n.Get("é").Get("ç"), "2:8"},
		{n.Get("é").Get("d"), "3:8"},
		{n.Get("list").Items[0], "5:5"},
		{n.Get("list").Items[1].Get("deep").Get("y"), "7:10"},
		{n.Get("empty"), "9:1"},
	} {
		if got := at(row.node); got != row.want {
			t.Errorf("%s %q is at %s, want %s", row.node.Kind, row.node.Text, got, row.want)
		}
	}
	if f := n.Fields[1]; f.Key != "list" || f.Line != 4 || f.Column != 1 {
		t.Errorf("key: %+v", f)
	}
	if n.Get("nobody") != nil {
		t.Error("a key that isn't there has a value")
	}
}

func TestOnlyPlainNumbersHaveAValue(t *testing.T) {
	for text, plain := range map[string]bool{
		"0": true, "-1.50": true, "12345678901234567890": true,
		"01015": false, "0x1F": false, "0o7": false, "1_000": false, ".5": false, "1.": false, "1e3": false, ".inf": false, ".nan": false,
		strings.Repeat("9", 40): false,
	} {
		n := parse(t, "a: "+text).Get("a")
		if n.Kind != yaml.Number || n.IsPlain() != plain || n.Text != text {
			t.Errorf("%s: kind %s, plain %v, text %q", text, n.Kind, n.IsPlain(), n.Text)
		}
		if !plain && n.Value() != json.Number("0") {
			t.Errorf("%s has the value %v", text, n.Value())
		}
	}
}

func TestAFileWithoutValuesIsNothing(t *testing.T) {
	for _, text := range []string{"", "\n\n", "# only a comment\n", "---\n"} {
		n, problems := yaml.Parse("x.yaml", []byte(text))
		if n != nil || problems != nil {
			t.Errorf("%q: %v, %v", text, n, problems)
		}
	}
}

func TestTheLimitsAreOfDepthAndOfKeysOutsideBraces(t *testing.T) {
	var flow, list strings.Builder
	for i := range 12_000 {
		fmt.Fprintf(&flow, "k%d: 1, ", i)
		list.WriteString("- x\n")
	}
	if n := parse(t, "a: {"+flow.String()+"}"); len(n.Get("a").Fields) != 12_000 {
		t.Errorf("%d keys in braces", len(n.Get("a").Fields))
	}
	if n := parse(t, list.String()); len(n.Items) != 12_000 {
		t.Errorf("%d entries", len(n.Items))
	}
}

func TestWhatIsRefusedIsRefusedInWords(t *testing.T) {
	deep := func(open string) string { return "a: " + strings.Repeat(open, 60) }
	for _, row := range []struct{ text, want string }{
		{"a: &x 1\nb: *x\n<<: {c: 1}\n", "x.yaml:1:4: anchors (&) are not supported: write the value out where it is used; a text that begins with & needs quotes\n" +
			"x.yaml:2:4: aliases (*) are not supported: write the value out here; a text or key that begins with * needs quotes, like \"*\"\n" +
			"x.yaml:3:1: merge keys (<<) are not supported: write the keys out here"},
		{"services:\n  *: {a: 1}\n", "x.yaml:2:3: aliases (*) are not supported: write the value out here; a text or key that begins with * needs quotes, like \"*\""},
		{"a: !!str 1\n", "x.yaml:1:4: tags (!) are not supported: quotes make a value text; a text that begins with ! needs quotes"},
		{"%YAML 1.2\n---\na: 1\n", "x.yaml:1:1: directives (%) are not supported"},
		{"? a\n: b\n", `x.yaml:1:1: keys that begin with ? are not supported: write "key: value"`},
		{"a: 1\n---\nb: 2\n", "x.yaml:3:1: is a second document; a file holds one"},
		{"a:\n  b: 1\n  c: 2\n  b: 3\nd: 1\n\"d\": 2\n", "x.yaml:4:3: a.b: stands twice in the same place; the first is in line 2\n" +
			"x.yaml:6:1: d: stands twice in the same place; the first is in line 5"},
		{"a: [1, 2\nb: 3\n", "x.yaml:2:1: is not valid YAML: ',' or ']' must be specified"},
		{"a: 'x\n", "x.yaml:1:4: is not valid YAML: could not find end character of single-quoted text"},
		{"a: b: c\n", "x.yaml:1:4: is not valid YAML: mapping value is not allowed in this context"},
		{"a: \xff\n", "x.yaml:1:4: is not UTF-8 text from here on; save the file as UTF-8"},
		{"a: é\nb: x\x00\n", "x.yaml:2:5: is not UTF-8 text from here on; save the file as UTF-8"},
		{strings.Repeat("#", yaml.MaxSize+1), "x.yaml: is larger than 1 MiB"},
		{strings.Repeat("a: 1\n", 50_000), "x.yaml: has too many values: 100000 keys, values and marks at most"},
		{strings.Repeat("a: 1\n", 10_001), "x.yaml: has too many keys: 10000 at most, those inside { } not counted"},
		{deep("["), "x.yaml:1:44: is nested too deeply: 40 levels at most"},
		{deep("{a: "), "x.yaml:1:164: is nested too deeply: 40 levels at most"},
		{strings.Repeat("- ", 60), "x.yaml:1:81: is nested too deeply: 40 levels at most"},
	} {
		n, problems := yaml.Parse("x.yaml", []byte(row.text))
		if n != nil {
			t.Errorf("%.40q gave a node", row.text)
		}
		if diff := cmp.Diff(row.want, problems.Error()); diff != "" {
			t.Errorf("%.40q (-want +got):\n%s", row.text, diff)
		}
	}
}

func TestHostileFilesAreReadInBoundedTime(t *testing.T) {
	var keys, sku strings.Builder
	for i := range 9_999 {
		fmt.Fprintf(&keys, "k%d: 1\n", i)
	}
	for i := range 9_999 {
		fmt.Fprintf(&sku, "SKU-%d: {nCodServico: %d}\n", i, i+1)
	}
	var stairs strings.Builder
	for i := range 1_400 {
		stairs.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	for name, text := range map[string]string{
		"keys":     keys.String(),
		"skus":     sku.String(),
		"stairs":   stairs.String(),
		"flow":     strings.Repeat("[", yaml.MaxSize),
		"entries":  strings.Repeat("- ", yaml.MaxSize/2),
		"unclosed": `a: "` + strings.Repeat(`\n`, yaml.MaxSize/2-4),
		"spaces":   "a:" + strings.Repeat(" ", yaml.MaxSize-3) + "b",
		"comments": strings.Repeat("#\n", yaml.MaxSize/2),
		"plain":    "a:\n" + strings.Repeat("  x\n", yaml.MaxSize/4-1),
	} {
		start := time.Now()
		yaml.Parse("x.yaml", []byte(text))
		if took := time.Since(start); took > clocktest.Hang {
			t.Errorf("%s took %s", name, took)
		} else {
			t.Logf("%s: %s", name, took)
		}
	}
}

func TestAPathQuotesWhatWouldBeMisread(t *testing.T) {
	for key, want := range map[string]string{"nQtde": "services.nQtde", "A.B": `services."A.B"`, "": `services.""`, "a b": `services."a b"`, "*": "services.*"} {
		if got := yaml.Join("services", key); got != want {
			t.Errorf("Join(%q) = %s, want %s", key, got, want)
		}
	}
}

func TestWarningsAreNoErrors(t *testing.T) {
	warning := yaml.Problem{File: "x.yaml", Line: 2, Column: 3, Path: "a.b", Message: words.Plain("may not be meant"), Warning: true}
	if err := (yaml.Problems{warning}).Errors(); err != nil {
		t.Errorf("got %v", err)
	}
	if got, want := warning.String(), "x.yaml:2:3: warning: a.b: may not be meant"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := (yaml.Problems{warning, warning}).Sorted(); len(got) != 1 {
		t.Errorf("one problem is told %d times", len(got))
	}
	bad := yaml.Problem{File: "x.yaml", Message: words.Plain("is empty")}
	if err := (yaml.Problems{warning, bad}).Errors(); err == nil || err.Error() != "x.yaml: is empty" {
		t.Errorf("got %v", err)
	}
}

func FuzzParseGivesValidJSONOrProblems(f *testing.F) {
	for _, text := range []string{"", "a: 1", "{\"a\": [1, null]}", "a: &x [*x]", "a: |\n x\n", "? a", "- - -", "a: {b}", "\"a\n", "a: \"\\u\"", "*: 1", "a: '\n\n'", "é:\r\n - 1"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		n, problems := yaml.Parse("x.yaml", b)
		if n == nil || len(problems) > 0 {
			if n != nil {
				t.Fatal("a node and problems")
			}
			for _, p := range problems {
				if p.Message.IsZero() || p.Line < 0 || p.Line > 0 && p.Column < 1 {
					t.Fatalf("%+v", p)
				}
			}
			return
		}
		if !json.Valid(n.JSON()) {
			t.Fatalf("%q became %s", b, n.JSON())
		}
	})
}

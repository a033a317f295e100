package operator_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/operator"
)

func TestDocumentsAreComparedFieldByField(t *testing.T) {
	for _, c := range []struct{ what, was, wouldBe, want string }{
		{"the same", `{"a": 1, "b": [{"c": "x"}]}`, `{"b": [{"c": "x"}], "a": 1}`, ""},
		{"a value", `{"a": {"b": 1.50}}`, `{"a": {"b": 1.5}}`, "a.b: 1.50 -> 1.5"},
		{"a line", `{"l": [{"q": 1}, {"q": 2}]}`, `{"l": [{"q": 3}]}`, "l.0.q: 1 -> 3; l.1.q: 2 -> "},
		{"a part that is new", `{}`, `{"a": {"b": 1, "c": []}, "d": null}`, "a.b:  -> 1; a.c:  -> []; d:  -> null"},
		{"null is there", `{"a": null}`, `{}`, "a: null -> "},
		{"another kind of value", `{"a": [1]}`, `{"a": {"0": 1}}`, `a: [1] -> {"0":1}`},
		{"empty isn't missing", `{"a": {}}`, `{}`, "a: {} -> "},
		{"texts as people read them", `{"a": "Sol & Mar"}`, `{"a": "<b>"}`, `a: "Sol & Mar" -> "<b>"`},
		{"no object at all", `1`, `2`, ": 1 -> 2"},
	} {
		found, err := operator.Differences([]byte(c.was), []byte(c.wouldBe))
		var got []string
		for _, d := range found {
			got = append(got, fmt.Sprintf("%s: %s -> %s", d.Path, d.Was, d.WouldBe))
		}
		if strings.Join(got, "; ") != c.want || err != nil {
			t.Errorf("%s: %s (%v), want %s", c.what, strings.Join(got, "; "), err, c.want)
		}
	}
	for _, pair := range [][2]string{{`{`, `{}`}, {`{}`, ``}} {
		if _, err := operator.Differences([]byte(pair[0]), []byte(pair[1])); err == nil {
			t.Errorf("%v is compared", pair)
		}
	}
}

func FuzzADocumentIsNoOtherThanItself(f *testing.F) {
	for _, text := range []string{`{}`, `{"a": [1, {"b": null}]}`, `"x"`, `[[]]`} {
		f.Add(text, text)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if found, err := operator.Differences([]byte(a), []byte(a)); err == nil && len(found) > 0 {
			t.Fatalf("%s differs from itself: %v", a, found)
		}
		there, err := operator.Differences([]byte(a), []byte(b))
		back, _ := operator.Differences([]byte(b), []byte(a))
		if err == nil && len(there) != len(back) {
			t.Fatalf("%d differences one way and %d the other", len(there), len(back))
		}
	})
}

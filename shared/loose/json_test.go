package loose_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/loose"
)

func TestABodyIsReadHoweverItsSenderWroteIt(t *testing.T) {
	for in, want := range map[string]string{
		`{"a":"é"}`:                               `{"a":"é"}`,
		"\ufeff{\"a\":1}":                         `{"a":1}`,
		"{\"a\":\"Jo\xe3o Concei\xe7\xe3o\"}":     `{"a":"João Conceição"}`,
		"{\"a\":\"\xc7\xc3O N\xba 5 \x96 \x80\"}": `{"a":"ÇÃO Nº 5 – €"}`,
		"{\"a\":\"Jo\xe3o\",\"b\":\"José\"}":      `{"a":"João","b":"José"}`,
		"{\"a\":\"\x81\"}":                        "{\"a\":\"\u0081\"}",
		"\ufeff{\"a\":\"\xe9\"}":                  `{"a":"é"}`,
		`{"l":{"0":{"a":1},"1":{"a":2}}}`:         `{"l":[{"a":1},{"a":2}]}`,
		`{"l": {"3" : 1 ,"17":"x"}}`:              `{"l":[1,"x"]}`,
		`{"l":{"0":{"1":[{"0":"\"}"}]}}}`:         `{"l":[[[["\"}"]]]]}`,
		`{"0":1}`:                                 `[1]`,
		`{"l":{"0":1,"a":2}}`:                     `{"l":{"0":1,"a":2}}`,
		`{"l":{"a":2,"0":1}}`:                     `{"l":{"a":2,"0":1}}`,
		`{"l":{}}`:                                `{"l":{}}`,
		`{"l":{"-1":1}}`:                          `{"l":{"-1":1}}`,
		`{"l":{"1.5":1}}`:                         `{"l":{"1.5":1}}`,
		`{"a":"{\"0\":1}","l":{"0":"0"}}`:         `{"a":"{\"0\":1}","l":["0"]}`,
		`{"0":1`:                                  `{"0":1`,
		`{"0":1]`:                                 `{"0":1]`,
		``:                                        ``,
	} {
		got := loose.JSON([]byte(in))
		if json.Valid(got) {
			var flat bytes.Buffer
			if err := json.Compact(&flat, got); err != nil {
				t.Fatal(err)
			}
			got = flat.Bytes()
		}
		if string(got) != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestReadingLeavesTheBodyAsItCame(t *testing.T) {
	for _, text := range []string{"\ufeff{\"0\":\"\xe9\"}", `{"a":{"0":1}}`, `{"a":1}`} {
		body := []byte(text)
		loose.JSON(body)
		if string(body) != text {
			t.Errorf("%q became %q", text, body)
		}
	}
}

// unkeyed is what JSON says of keyed lists, on decoded values.
func unkeyed(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = unkeyed(v[i])
		}
	case map[string]any:
		numbers := len(v) > 0
		for key := range v {
			v[key] = unkeyed(v[key])
			numbers = numbers && key != "" && strings.Trim(key, "0123456789") == ""
		}
		if numbers {
			return len(v) // how many; their order is the text's
		}
	}
	return v
}

func lengths(v any, of any) any {
	switch v := v.(type) {
	case []any:
		if n, ok := of.(int); ok && n <= len(v) { // a name that is there twice is one value
			return n
		}
		other, _ := of.([]any)
		for i := range min(len(v), len(other)) {
			v[i] = lengths(v[i], other[i])
		}
	case map[string]any:
		other, _ := of.(map[string]any)
		for key := range v {
			v[key] = lengths(v[key], other[key])
		}
	}
	return v
}

func FuzzJSON(f *testing.F) {
	for _, text := range []string{`{"l":{"0":{"a":1},"1":[2]}}`, "\ufeff{\"a\":\"\xe9\"}", `{"a":"\u0030","0":{"0 ":1}}`, `{"\\":{"1":"\\\""}}`, `{"0"`, "[\"\x80\"]"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got := loose.JSON(body)
		if !utf8.Valid(got) {
			t.Fatalf("%q is no UTF-8", got)
		}
		if again := loose.JSON(got); json.Valid(got) && !bytes.HasPrefix(got, []byte("\ufeff")) && !bytes.Equal(got, again) {
			t.Fatalf("%q read again is %q", got, again)
		}
		if !json.Valid(body) || !utf8.Valid(body) || bytes.Contains(body, []byte(`\u003`)) {
			return // PHP escapes no digit
		}
		var before, after any
		if json.Unmarshal(body, &before) != nil {
			return // nested too deep
		}
		if err := json.Unmarshal(got, &after); err != nil {
			t.Fatalf("%q became %q", body, got)
		}
		if before = unkeyed(before); !cmp.Equal(before, lengths(after, before)) {
			t.Fatalf("%q became %q", body, got)
		}
	})
}

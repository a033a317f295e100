package loose_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/loose"
)

func TestTextIsReadFromStringsAndNumbersAlike(t *testing.T) {
	for in, want := range map[string]loose.Text{
		`"HP1"`: "HP1", `" HP1\n"`: "HP1", `"\u00e9"`: "é", `0`: "0", `4713431`: "4713431", `-1`: "-1",
		`12345678901234567890`: "12345678901234567890", `1.50`: "1.50", `1e3`: "1e3",
		`""`: "", `null`: "", `true`: "", `{"a":1}`: "", `["x"]`: "",
	} {
		got := loose.Text("before")
		if err := json.Unmarshal([]byte(in), &got); err != nil || got != want {
			t.Errorf("%s = %q, %v; want %q", in, got, err, want)
		}
	}
	if got := loose.Text("38.400-123 é").Digits(); got != "38400123" {
		t.Errorf("digits are %q", got)
	}
}

func TestAShortTextIsReadAsEncodingJSONReadsIt(t *testing.T) {
	texts := []string{""}
	for at, end := 0, 0; end < 6; end++ { // up to six characters, one kind of each
		for last := len(texts); at < last; at++ {
			for _, c := range []string{`"`, `\`, "n", "\n", "é", "\xe9", " "} {
				texts = append(texts, texts[at]+c)
			}
		}
	}
	for _, text := range texts {
		var want string
		in := []byte(`"` + text)
		wrong := json.Unmarshal(in, &want)
		var got loose.Text
		if err := got.UnmarshalJSON(in); (err != nil) != (wrong != nil) || err == nil && string(got) != strings.TrimSpace(want) {
			t.Fatalf("%q = %q, %v; want %q, %v", in, got, err, want, wrong)
		}
	}
}

func TestAWordIsAStringAndNothingElse(t *testing.T) {
	for in, want := range map[string]loose.Word{`"paid"`: "paid", `" paid "`: "paid", `""`: "", `5`: "", `null`: "", `true`: "", `["paid"]`: "", `{"a":"paid"}`: ""} {
		got := loose.Word("before")

		if err := json.Unmarshal([]byte(in), &got); err != nil || got != want {
			t.Errorf("%s = %q, %v; want %q", in, got, err, want)
		}
	}
}

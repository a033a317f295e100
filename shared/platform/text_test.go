package platform_test

import (
	"encoding/json"
	"testing"

	"github.com/carimbo/carimbo/shared/platform"
)

func TestTextIsReadFromStringsAndNumbersAlike(t *testing.T) {
	for in, want := range map[string]platform.Text{
		`"HP1"`: "HP1", `" HP1\n"`: "HP1", `"\u00e9"`: "é", `0`: "0", `4713431`: "4713431", `-1`: "-1",
		`12345678901234567890`: "12345678901234567890", `1.50`: "1.50", `1e3`: "1e3",
		`""`: "", `null`: "", `true`: "", `{"a":1}`: "", `["x"]`: "",
	} {
		got := platform.Text("before")
		if err := json.Unmarshal([]byte(in), &got); in != "null" && (err != nil || got != want) {
			t.Errorf("%s = %q, %v; want %q", in, got, err, want)
		}
	}
	if got := platform.Text("38.400-123 é").Digits(); got != "38400123" {
		t.Errorf("digits are %q", got)
	}
}

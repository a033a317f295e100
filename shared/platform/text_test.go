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
		if err := json.Unmarshal([]byte(in), &got); err != nil || got != want {
			t.Errorf("%s = %q, %v; want %q", in, got, err, want)
		}
	}
	if got := platform.Text("38.400-123 é").Digits(); got != "38400123" {
		t.Errorf("digits are %q", got)
	}
}

func TestAWordIsAStringAndNothingElse(t *testing.T) {
	for in, want := range map[string]platform.Word{`"paid"`: "paid", `" paid "`: "paid", `""`: "", `5`: "", `null`: "", `true`: "", `["paid"]`: "", `{"a":"paid"}`: ""} {
		got := platform.Word("before")

		if err := json.Unmarshal([]byte(in), &got); err != nil || got != want {
			t.Errorf("%s = %q, %v; want %q", in, got, err, want)
		}
	}
}

func TestAUFAndACEPAreBrazilsAlone(t *testing.T) {
	type region struct{ country, uf, cep string }
	for _, c := range []struct {
		country platform.Text
		states  []platform.Text
		want    region
	}{
		{"BR", []platform.Text{"MG"}, region{"BR", "MG", "30140120"}},
		{"br", []platform.Text{"", "Minas Gerais"}, region{"BR", "MG", "30140120"}},
		{"", []platform.Text{"mg", "SP"}, region{"", "MG", "30140120"}},
		{"BR", []platform.Text{"XX", "SP"}, region{"BR", "SP", "30140120"}},
		{"BR", nil, region{"BR", "", "30140120"}},
		{"us", []platform.Text{"PA"}, region{"US", "", ""}},
	} {
		var got region
		if got.country, got.uf, got.cep = platform.Region(c.country, "30140-120", c.states...); got != c.want {
			t.Errorf("%s %v: %v, want %v", c.country, c.states, got, c.want)
		}
	}
}

package wire_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp/wire"
)

func TestAnAnswerIsReadInEveryWriting(t *testing.T) {
	want := map[string]any{"message": "Já", "n": json.Number("1.50")}
	for name, body := range map[string]string{
		"as it is":                 `{"message":"Já","n":1.50}`,
		"escaped":                  `{"message":"J\u00e1","n":1.50}`,
		"behind a byte order mark": "\xef\xbb\xbf" + `{"message":"Já","n":1.50}`,
		"in Latin-1":               "{\"message\":\"J\xe1\",\"n\":1.50}",
		"in a text":                `"{\"message\":\"Já\",\"n\":1.50}"`,
	} {
		got, err := wire.Read([]byte(body))
		if diff := cmp.Diff(any(want), got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
	if got, err := wire.Read([]byte(`"bad request"`)); err != nil || got != "bad request" {
		t.Errorf("a text: %v, %v", got, err)
	}
	for _, body := range []string{"", "<html>", `{"a":1}{"b":2}`, `{"a"`, "\xef\xbb\xbf"} {
		if got, err := wire.Read([]byte(body)); err == nil {
			t.Errorf("%q is read as %v", body, got)
		}
	}
}

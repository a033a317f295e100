package wire

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPlainUndoesEntitiesAndEscapesOnce(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "Já": "Já", `J\u00e1`: "Já", "J&aacute;": "Já", "J&amp;aacute;": "J&aacute;", `J\u0026aacute;`: "Já",
		`\u00`: `\u00`, `\u00zz x`: `\u00zz x`, `C:\users`: `C:\users`, `\ud83d\ude00`: "😀", `\ud83dx`: "\ufffdx", `\\u00e1`: `\á`,
		`\u+0e1`: `\u+0e1`,
	} {
		if got := Plain(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestAnAnswerIsReadInEveryWriting(t *testing.T) {
	want := map[string]any{"message": "Já", "n": json.Number("1.50")}
	for name, body := range map[string]string{
		"as it is":                 `{"message":"Já","n":1.50}`,
		"escaped":                  `{"message":"J\u00e1","n":1.50}`,
		"behind a byte order mark": "\xef\xbb\xbf" + `{"message":"Já","n":1.50}`,
		"in Latin-1":               "{\"message\":\"J\xe1\",\"n\":1.50}",
		"in a text":                `"{\"message\":\"Já\",\"n\":1.50}"`,
	} {
		got, err := Read([]byte(body))
		if diff := cmp.Diff(any(want), got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
	if got, err := Read([]byte(`"bad request"`)); err != nil || got != "bad request" {
		t.Errorf("a text: %v, %v", got, err)
	}
	for _, body := range []string{"", "<html>", `{"a":1}{"b":2}`, `{"a"`, "\xef\xbb\xbf"} {
		if got, err := Read([]byte(body)); err == nil {
			t.Errorf("%q is read as %v", body, got)
		}
	}
}

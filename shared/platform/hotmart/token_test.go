package hotmart_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/platform"
)

// inBody is the token of a body as encoding/json reads it in UTF-8; ok tells whether there is
// one that is a text.
func inBody(body []byte) (token string, ok bool) {
	var top map[string]json.RawMessage
	if json.Unmarshal(loose.JSON(body), &top) != nil {
		return "", false
	}
	var text *string
	if json.Unmarshal(top["hottok"], &text) != nil || text == nil {
		return "", false
	}
	return *text, true
}

func provenByBody(body []byte, secret string) bool {
	return hot.Verify(platform.Request{Body: body}, []string{secret}, now) == nil
}

// bodies with a token where, and in the form in which, JSON may have one.
var bodies = []string{
	`{"hottok":"` + token + `"}`, ` { "a" : [ 1 , {"hottok":"x"} ] , "hottok" : "` + token + `" , "b":null } `,
	`{"hot\u0074ok":"` + token + `"}`, `{"\u0068\u006f\u0074\u0074\u006f\u006B":"` + token + `"}`, `{"\u0068\u006f\u0074\u0074\u006f\u006b":"` + token + `"}`,
	`{"hottok":"wrong","hottok":"` + token + `"}`, `{"hottok":{"hottok":"x"},"a":"}","hottok":"` + token + `"}`,
	`{"a":"\"","hottok":"` + token + `"}`, `{"a":"\\","hottok":"` + token + `"}`, `{"a":"\\\"{[","hottok":"` + token + `"}`,
	`{"a\"b":1,"hottok":"` + token + `"}`, `{"a":"hottok","b":[[["]"]],{}],"hottok":"` + token + `"}`, "{\"a\":\"\xff\",\"hottok\":\"" + token + "\"}",
	"\ufeff{\"hottok\":\"" + token + "\"}", `{"hottok":"\u005a` + token[1:] + `","c":-1.5e3,"d":true}`, `{"a":{"b":{"c":[]}},"hottok":"` + token + `"}`,
}

func TestATokenInTheBodyIsFoundHoweverItIsWritten(t *testing.T) {
	for _, body := range bodies {
		if !provenByBody([]byte(body), token) {
			t.Errorf("%s: the token is not found", body)
		}
		if provenByBody([]byte(body), "another") {
			t.Errorf("%s: another token is found", body)
		}
	}
}

func TestWhatIsNoTokenOfTheBodyProvesNothing(t *testing.T) {
	for _, body := range []string{
		`{"hottok":"` + token + `","hottok":null}`, `{"hottok":"` + token + `","hottok":"wrong"}`, `{"hottok":"` + token + `","hot\u0074ok":5}`,
		`{"hottok":["` + token + `"]}`, `{"hottok":{"a":"` + token + `"}}`, `[{"hottok":"` + token + `"}]`, `{"a":{"hottok":"` + token + `"}}`,
		`{"hottok":"` + token + `"}x`, `{"hottok":"` + token + `",}`, `{"hottok":"` + token + `"`, `{"hottok":"` + token, `"hottok":"` + token + `"`,
		`{"a":]"hottok":"` + token + `"}`, `{"hottok" "` + token + `"}`, `{'hottok':"` + token + `"}`, `{"hottok\u0000":"` + token + `"}`,
		`{"hottok":` + token + `}`, `{"\hottok":"` + token + `"}`, `{"a":"{\"hottok\":\"` + token + `\"}"}`, `{"hottok`, `{"`, `{`, ``,
		`{"hottok":"` + token + strings.Repeat(" ", 5000) + `"}`,
	} {
		if provenByBody([]byte(body), token) {
			t.Errorf("%s proves something", body)
		}
	}
}

func TestATokenBehindAByteOrderMarkIsNotKept(t *testing.T) {
	n, err := hot.Read(platform.Request{Body: []byte("\ufeff{\"hottok\":\"" + token + "\",\"event\":\"X\"}")}, platform.Settings{})
	if err != nil || strings.Contains(string(n.Payload.Body), token) || n.Topic != "X" {
		t.Errorf("%s, %v", n.Payload.Body, err)
	}
}

func FuzzTokenInTheBody(f *testing.F) {
	for _, body := range append(bodies, `{"hottok":null}`, `{"hottok":"\ud800"}`, "{\"hottok\":\"\xff\"}", `{}`, `[]`, `hottok=`+token) {
		f.Add([]byte(body), token)
		f.Add([]byte(body), "x")
	}
	f.Fuzz(func(t *testing.T, body []byte, secret string) {
		want, ok := inBody(body)
		// Never accepted what encoding/json doesn't find.
		if provenByBody(body, secret) && (!ok || want != secret || secret == "") {
			t.Fatalf("%q is proven by %q; encoding/json finds %q, %t", body, secret, want, ok)
		}
		// And whatever it finds is accepted, but for what no token is as long as.
		if ok && want != "" && len(body) < 512 && !provenByBody(body, want) {
			t.Fatalf("%q: the token %q is not found", body, want)
		}
		if ok && provenByBody(body, want+"x") {
			t.Fatalf("%q is proven by %q", body, want+"x")
		}
	})
}

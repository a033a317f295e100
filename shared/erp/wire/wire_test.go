package wire_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/leaktest"
	"github.com/carimbo/carimbo/shared/words"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

func send(t *testing.T, url string, body []byte) (wire.Response, erp.Answer) {
	t.Helper()
	return wire.Send(t.Context(), wire.NewClient(), time.Minute, wire.Request{Name: words.Plain("a call"), Method: "POST", URL: url, Header: http.Header{"X-A": {"b"}}, Body: body})
}

func TestARequestGoesOutOnceOnAConnectionOfItsOwn(t *testing.T) {
	var got, from []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got, from = append(got, r.Method+" "+r.URL.Path+" "+r.Header.Get("X-A")+" "+string(body)), append(from, r.RemoteAddr)
		http.Redirect(w, r, "/elsewhere", http.StatusPermanentRedirect)
	}))
	defer server.Close()
	client := wire.NewClient()
	for range 2 {
		r, answer := wire.Send(t.Context(), client, time.Minute, wire.Request{Name: words.Plain("a call"), Method: "POST", URL: server.URL + "/x", Header: http.Header{"X-A": {"b"}}, Body: []byte("body")})
		if answer.Kind != "" || r.Status != http.StatusPermanentRedirect {
			t.Errorf("%+v %+v", r, answer)
		}
	}
	if diff := cmp.Diff([]string{"POST /x b body", "POST /x b body"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if from[0] == from[1] {
		t.Error("a connection was used twice")
	}
}

func TestNotSentEndsWithTheConnection(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + listener.Addr().String()
	_ = listener.Close()
	cut := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	defer cut.Close()
	half := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "9")
		_, _ = io.WriteString(w, "half")
	}))
	defer half.Close()
	long := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 1<<20+1)) }))
	defer long.Close()
	for name, c := range map[string]struct {
		url  string
		kind erp.AnswerKind
		text string
	}{
		"no URL":        {"http://%", erp.NotSent, "make the request: "},
		"nobody there":  {nobody, erp.NotSent, "a call: dial tcp "},
		"cut":           {cut.URL, erp.Lost, "a call: EOF"},
		"half answered": {half.URL, erp.Lost, "read the answer of a call: unexpected EOF"},
		"too long":      {long.URL, erp.Lost, "read the answer of a call: it is over 1 MiB"},
	} {
		_, answer := send(t, c.url, []byte("{}"))
		if answer.Kind != c.kind || !strings.HasPrefix(answer.Text.String(), c.text) {
			t.Errorf("%s: %+v", name, answer)
		}
	}
}

func TestACallWhoseTimeIsOverIsNotSent(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), -time.Second)
	defer cancel()
	_, answer := wire.Send(ctx, wire.NewClient(), time.Minute, wire.Request{Name: words.Plain("a call"), Method: "GET", URL: "http://127.0.0.1:1/"})
	if answer.Kind != erp.NotSent || answer.Text.String() != "a call: no answer in time" {
		t.Errorf("%+v", answer)
	}
}

func TestDecodeTakesOneValueAndKeepsItsDigits(t *testing.T) {
	var v map[string]any
	if err := wire.Decode([]byte(`{"id": 9007199254740993}`), &v); err != nil || v["id"] != json.Number("9007199254740993") {
		t.Errorf("%v %v", v, err)
	}
	for _, text := range []string{``, `{`, `{}{}`, `{} x`} {
		if wire.Decode([]byte(text), &v) == nil {
			t.Errorf("%q is a value", text)
		}
	}
}

func TestACleanTextShowsNobody(t *testing.T) {
	got := wire.Clean(words.Plain("Ana\tPrado, CPF 529.982.247-25,\n52998224725 ana@exemplo.com.br "+strings.Repeat("é", 400)), "ana  prado", "abc").String()
	if !strings.HasPrefix(got, "***, CPF ***, *** *** é") || len(got) > wire.MaxText || strings.Contains(got, "\ufffd") {
		t.Errorf("%d bytes: %q", len(got), got)
	}
}

func TestAWaitEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		began := time.Now()
		if err := wire.Sleep(ctx, time.Hour); err == nil || time.Since(began) != 100*time.Millisecond {
			t.Errorf("%v after %s", err, time.Since(began))
		}
	})
}

func TestJSONIsReadInTheWritingsThatERPsUse(t *testing.T) {
	for name, body := range map[string]string{
		"UTF-8":                  `{"a":"OS não cadastrada"}`,
		"escaped":                `{"a":"OS n\u00e3o cadastrada"}`,
		"with a byte order mark": "\xef\xbb\xbf{\"a\":\"OS não cadastrada\"}",
		"ISO-8859-1":             "{\"a\":\"OS n\xe3o cadastrada\"}",
	} {
		var got struct{ A string }
		if err := wire.Decode([]byte(body), &got); err != nil || got.A != "OS não cadastrada" {
			t.Errorf("%s: %q, %v", name, got.A, err)
		}
	}
	var both struct{ A string }
	if err := wire.Decode([]byte("{\"a\":\"Cidade S\xe3o José inválida\"}"), &both); err != nil || both.A != "Cidade São José inválida" {
		t.Errorf("both at once: %q, %v", both.A, err)
	}
	for _, broken := range []string{"", "\xef\xbb\xbf", "\xe3", "\xef\xbb\xbf\xef\xbb\xbf{}", `{}{}`} {
		if err := wire.Decode([]byte(broken), new(any)); err == nil {
			t.Errorf("%q is read", broken)
		}
	}
}

func TestATextIsPlainWhateverItWasWrittenIn(t *testing.T) {
	for text, want := range map[string]string{
		"não":                       "não",
		`n\u00e3o`:                  "não",
		`n\\u00E3o`:                 "não",
		"n&atilde;o":                "não",
		"n&amp;atilde;o &amp;amp; ": "não & ",
		`n&#92;u00e3o`:              "não",
		`\u12 \x \u00`:              `\u12 \x \u00`,
		"A & B; &atilde":            "A & B; ã",
	} {
		if got := wire.Plain(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

//go:build !race

package browsertest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// faulty are pages with one fault each, and the word by which it is told of.
var faulty = []struct{ name, body, says string }{
	{"none", `<button id="b" data-x>Ok</button>`, ""},
	{"throws", `<script nonce="n">null.x</script>`, "a script threw"},
	{"complains", `<script nonce="n">console.error("no!")</script>`, "a script says error: \"no!\""},
	{"breaks the policy", `<p onclick="alert(1)">x</p><script>window.ran = true</script>`, "Content Security Policy"},
	{"opens a dialog", `<script nonce="n">alert("hello")</script>`, "opens a dialog: hello"},
	{"asks for what isn't there", `<img alt="" src="/none.png">`, "404"},
	{"asks another", `<img alt="" src="http://127.0.0.2:1/x.png">`, "the page asks http://127.0.0.2:1/x.png"},
	{"can't be told", `<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">`, "image-alt"},
	{"can't be read in the dark", `<style nonce="n">@media (prefers-color-scheme: dark) { body { background: #333 } p { color: #555 } }</style><p>grey</p>`, "color-contrast"},
	{"is too wide", `<div class="wide">x</div><style nonce="n">.wide { width: 500px }</style>`, "pixels wider"},
}

// What the tests of the console don't see they can't promise: a page with a fault is
// told of, by what looks for it.
func TestAFaultOfAPageIsSeenInABrowser(t *testing.T) {
	b := start(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i := slices.IndexFunc(faulty, func(f struct{ name, body, says string }) bool { return r.URL.Query().Get("page") == f.name })
		if i < 0 {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; img-src * data:; script-src 'nonce-n'; style-src 'nonce-n'")
		fmt.Fprintf(w, `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><title>%s</title><main><h1>A page</h1>%s</main></html>`, faulty[i].name, faulty[i].body)
	}))
	defer server.Close()
	p := b.tab(t, server.Listener.Addr().String())
	for _, f := range faulty {
		p.open(server.URL + "/?page=" + strings.ReplaceAll(f.name, " ", "+"))
		p.scheme("dark")
		var found []string
		for _, v := range append(p.audit(), p.audit("color-contrast")...) {
			found = append(found, v.String())
		}
		p.scheme("light")
		p.on(phone)
		if over := p.tooWide(); over > 0 {
			found = append(found, fmt.Sprintf("%d pixels wider%s", over, p.widest()))
		}
		p.on(desktop)
		found = append(found, p.heard()...)
		if all := strings.Join(found, "\n"); (f.says == "") != (all == "") || !strings.Contains(all, f.says) {
			t.Errorf("of a page that %s this is told:\n%s", f.name, all)
		}
	}
}

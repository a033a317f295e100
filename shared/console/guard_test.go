package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
)

func TestAHostThatIsNotThisMachineIsRefused(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	b := s.opened()
	for host, want := range map[string]int{
		"127.0.0.1:8788": 200, "localhost:8788": 200, "localhost:9001": 401, "LOCALHOST": 401, "127.8.9.10:80": 401, "[::1]:8788": 200, "[::1]": 401, "127.0.0.1": 401,
		"carimbo.example": 421, "evil.localhost:8788": 421, "localhost.evil.example:8788": 421, "10.0.0.1:8788": 421, "0.0.0.0:8788": 421, "[::]:8788": 421,
		"[::ffff:127.0.0.1]:8788": 421, "[::1%25lo]:8788": 421, "127.0.0.1.evil.example": 421, "": 421, "2130706433": 421, "[fe80::1]": 421,
	} {
		b.host = host
		for _, path := range []string{"/", "/open?token=x", "/assets/console.css", "/nowhere"} {
			got := b.do(http.MethodGet, path, nil)
			if (want == 421) != (got.status == 421) || path == "/" && got.status != want {
				t.Errorf("Host %q, %s: %d, want %d", host, path, got.status, want)
			}
			if want == 421 && strings.Contains(got.body, "<") {
				t.Errorf("Host %q, %s: it is shown %q", host, path, got.body)
			}
		}
	}
}

func TestAPostOfAnotherOriginIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		headers []string
		want    int
	}{
		{[]string{"Origin", "http://127.0.0.1:8788"}, 401},
		{[]string{"Origin", "http://127.0.0.1:8788", "Sec-Fetch-Site", "same-origin"}, 401},
		{[]string{"Origin", "null", "Sec-Fetch-Site", "same-origin"}, 401}, // what browsers say without a referrer
		{nil, 401},
		{[]string{"Origin", "null"}, 403},
		{[]string{"Origin", "null", "Sec-Fetch-Site", "cross-site"}, 403},
		{[]string{"Origin", "http://evil.example"}, 403},
		{[]string{"Origin", "http://evil.example", "Sec-Fetch-Site", "same-origin"}, 403},
		{[]string{"Origin", "http://127.0.0.1:9999"}, 403},
		{[]string{"Origin", "https://127.0.0.1:8788"}, 403},
		{[]string{"Origin", "http://localhost:8788"}, 403},
		{[]string{"Sec-Fetch-Site", "same-site"}, 403},
		{[]string{"Sec-Fetch-Site", "cross-site"}, 403},
	} {
		s := newShop(t)
		b := s.opened()
		form := url.Values{"csrf": {b.token()}}
		if got := b.do(http.MethodPost, "/close", form, c.headers...); got.status != c.want {
			t.Errorf("%q: %d, want %d", c.headers, got.status, c.want)
		}
		if got := b.get("/"); (got.status == 200) != (c.want == 403) {
			t.Errorf("%q: the session is then answered %d", c.headers, got.status)
		}
	}
}

func TestAPostWithoutTheSessionsTokenIsRefused(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	mine, other := s.opened(), s.opened()
	good := mine.token()
	for name, form := range map[string]url.Values{
		"none": {}, "empty": {"csrf": {""}}, "another session's": {"csrf": {other.token()}}, "shortened": {"csrf": {good[:len(good)-1]}},
		"in another field": {"token": {good}}, "too much besides": {"csrf": {good}, "note": {strings.Repeat("x", 65<<10)}},
	} {
		if got := mine.do(http.MethodPost, "/close", form); got.status != http.StatusForbidden {
			t.Errorf("%s: %d", name, got.status)
		}
	}
	if got := mine.do(http.MethodPost, "/close?csrf="+good, url.Values{}); got.status != http.StatusForbidden {
		t.Errorf("in the address: %d", got.status)
	}
	if got := mine.get("/"); got.status != 200 {
		t.Errorf("the session was closed: %d", got.status)
	}
}

func TestEveryAnswerHasTheHeadersThatKeepItIn(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	in, out := s.opened(), s.browser()
	elsewhere := &browser{shop: s, host: "evil.example"}
	for _, got := range []answer{
		in.get("/"), in.get("/nowhere"), in.get("/order?key=none"), out.get("/"), out.get("/open?token=x"), out.get("/assets/console.css"), out.get("/assets/none"),
		in.do(http.MethodPost, "/close", url.Values{}), in.do(http.MethodDelete, "/", nil), elsewhere.get("/"),
	} {
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
			"X-Content-Type-Options":  "nosniff",
			"Referrer-Policy":         "no-referrer",
			"Cache-Control":           "no-store",
		} {
			if is := got.header.Values(name); len(is) != 1 || is[0] != want {
				t.Errorf("%d %.60q: %s is %q", got.status, got.body, name, is)
			}
		}
	}
}

func TestOnlyGetHeadAndPostAreKnown(t *testing.T) {
	t.Parallel()
	b := newShop(t).opened()
	for _, method := range []string{"PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "BREW"} {
		if got := b.do(method, "/", nil); got.status != http.StatusMethodNotAllowed || got.header.Get("Allow") != "GET, HEAD, POST" {
			t.Errorf("%s: %d", method, got.status)
		}
	}
	if got := b.send("/", nil); got.status != http.StatusMethodNotAllowed && got.status != http.StatusNotFound {
		t.Errorf("a post to the list: %d", got.status)
	}
}

func TestTheServerWaitsForNobodyForLong(t *testing.T) {
	t.Parallel()
	server := newShop(t).console.Server()
	if server.ReadHeaderTimeout <= 0 || server.ReadTimeout <= 0 || server.WriteTimeout <= 0 || server.IdleTimeout <= 0 || server.MaxHeaderBytes > 64<<10 {
		t.Errorf("%+v", server)
	}
}

// waits is an opener that takes its time.
type waits chan struct{}

func (w waits) Take(string) (bool, error) { <-w; return false, nil }

func TestMoreThanAPersonAsksForAtOnceIsAnswered503(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		links := make(waits)
		s := newShop(t, func(s *shop) { s.opts.Links = links })
		var group sync.WaitGroup
		for range 16 {
			group.Go(func() { s.browser().get("/open?token=x") })
		}
		synctest.Wait()
		if got := s.browser().get("/open?token=x"); got.status != http.StatusServiceUnavailable {
			t.Errorf("%d", got.status)
		}
		close(links)
		group.Wait()
		if got := s.browser().get("/"); got.status != http.StatusUnauthorized {
			t.Errorf("afterwards: %d", got.status)
		}
	})
}

func TestTheLanguageIsTheAddresssOrTheBrowsers(t *testing.T) {
	t.Parallel()
	b := newShop(t).browser()
	for _, c := range []struct{ path, accepts, want string }{
		{"/", "", "pt-BR"},
		{"/", "en-US,en;q=0.9", "en"},
		{"/", "fr, de;q=0.9", "pt-BR"},
		{"/", "fr, pt;q=0.4, en;q=0.8", "en"},
		{"/", "en;q=0.4, pt-PT;q=0.8", "pt-BR"},
		{"/", "en;q=0", "pt-BR"},
		{"/?lang=en", "pt-BR", "en"},
		{"/?lang=pt", "en", "pt-BR"},
		{"/?lang=xx", "en", "en"},
		{"/", strings.Repeat("xx,", 5000) + "en", "pt-BR"},
	} {
		got := b.get(c.path, "Accept-Language", c.accepts)
		if !strings.Contains(got.body, `<html lang="`+c.want+`"`) || got.header.Get("Content-Language") != c.want {
			t.Errorf("%s, %.40q: %s", c.path, c.accepts, got.header.Get("Content-Language"))
		}
	}
}

package console_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestWithoutASessionEveryPageTellsHowToGetIn(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	b := s.browser()
	for _, path := range []string{"/", "/?tab=ignored", "/?tab=health", "/order?key=cursos%23HP01", "/retry?batch=x", "/open", "/open?token=", "/open?token=x", "/nowhere"} {
		got := b.get(path)
		if got.status != http.StatusUnauthorized || !strings.Contains(got.body, `id="locked"`) || !strings.Contains(got.text(), "carimbo console --data") {
			t.Errorf("%s: %d %s", path, got.status, got.text())
		}
		if len(got.text()) > 400 || strings.Contains(got.body, "<form") || strings.Contains(got.body, "<table") {
			t.Errorf("%s shows more: %s", path, got.text())
		}
	}
	for _, path := range []string{"/close", "/order/retry?key=cursos%23HP01", "/retry", "/account/resume?name=estudio"} {
		if got := b.do(http.MethodPost, path, nil); got.status != http.StatusUnauthorized {
			t.Errorf("POST %s: %d", path, got.status)
		}
	}
}

func TestALinkOpensOneSessionWithinTenMinutes(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	token, err := s.links.New()
	if err != nil {
		t.Fatal(err)
	}
	if len(token) < 26 {
		t.Errorf("%q has less than 128 bits", token)
	}
	first, second := s.browser(), s.browser()
	// Neither is a person's.
	if got := first.do(http.MethodHead, "/open?token="+token, nil); got.status != http.StatusUnauthorized || len(first.cookies) > 0 {
		t.Errorf("HEAD opens it: %d", got.status)
	}
	if got := first.get("/open?token="+token, "Sec-Purpose", "prefetch"); got.status != http.StatusUnauthorized || len(first.cookies) > 0 {
		t.Errorf("a prefetch opens it: %d", got.status)
	}
	if got := first.get("/open?token=" + token); got.status != http.StatusOK {
		t.Errorf("the first: %d", got.status)
	}
	if got := first.get("/"); got.status != http.StatusOK {
		t.Errorf("the first is then not let in: %d", got.status)
	}
	if got := second.get("/open?token=" + token); got.status != http.StatusUnauthorized || !strings.Contains(got.text(), "dez minutos") || len(second.cookies) > 0 {
		t.Errorf("the second: %d %s", got.status, got.text())
	}
	old, err := s.links.New()
	if err != nil {
		t.Fatal(err)
	}
	s.now = s.now.Add(10 * time.Minute)
	if got := second.get("/open?token=" + old); got.status != http.StatusUnauthorized || len(second.cookies) > 0 {
		t.Errorf("after ten minutes: %d", got.status)
	}
}

func TestALinkOpensOneSessionHoweverManyTryAtOnce(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for range 50 {
		token, err := s.links.New()
		if err != nil {
			t.Fatal(err)
		}
		var opened atomic.Int32
		var group sync.WaitGroup
		begin := make(chan struct{})
		for range 8 {
			group.Go(func() {
				<-begin
				if ok, err := s.links.Take(token); ok && err == nil {
					opened.Add(1)
				}
			})
		}
		close(begin)
		group.Wait()
		if opened.Load() != 1 {
			t.Fatalf("%d sessions were opened", opened.Load())
		}
	}
}

func TestTheFolderKeepsNoTokenAndIsItsOwnersAlone(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	var tokens []string
	for range 20 {
		token, err := s.links.New()
		if err != nil {
			t.Fatal(err)
		}
		tokens = append(tokens, token)
		s.now = s.now.Add(time.Second)
	}
	info, err := os.Stat(s.links.Folder)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder: %v %v", info.Mode(), err)
	}
	files, err := os.ReadDir(s.links.Folder)
	if err != nil || len(files) != 16 {
		t.Errorf("%d links are kept: %v", len(files), err)
	}
	for _, f := range files {
		path := filepath.Join(s.links.Folder, f.Name())
		kept, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if info, err := f.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", f.Name(), info.Mode(), err)
		}
		for _, token := range tokens {
			if strings.Contains(f.Name()+string(kept), token) {
				t.Errorf("%s has a token", f.Name())
			}
		}
		// What is in the folder opens nothing.
		if ok, err := s.links.Take(f.Name()); ok || err != nil {
			t.Errorf("a hash opens a session: %v", err)
		}
	}
	for i, want := range map[int]bool{0: false, 3: false, 4: true, 19: true} { // the oldest made room
		if ok, err := s.links.Take(tokens[i]); ok != want || err != nil {
			t.Errorf("link %d: %t %v", i, ok, err)
		}
	}
	s.now = s.now.Add(10 * time.Minute)
	if _, err := s.links.New(); err != nil {
		t.Fatal(err)
	}
	if files, err := os.ReadDir(s.links.Folder); err != nil || len(files) != 1 {
		t.Errorf("links that are over are kept: %v %v", files, err)
	}
}

func TestASessionEndsAfterTwelveHoursOrWithARestart(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	b := s.opened()
	s.now = s.now.Add(12*time.Hour - time.Second)
	if got := b.get("/"); got.status != http.StatusOK {
		t.Errorf("before: %d", got.status)
	}
	s.now = s.now.Add(time.Second)
	if got := b.get("/"); got.status != http.StatusUnauthorized {
		t.Errorf("after twelve hours: %d", got.status)
	}
	again := s.opened()
	another := newShop(t)
	again.shop = another
	if got := again.get("/"); got.status != http.StatusUnauthorized {
		t.Errorf("after a restart: %d", got.status)
	}
}

func TestAClosedSessionIsOver(t *testing.T) {
	t.Parallel()
	b := newShop(t).opened()
	kept := b.cookies
	if got := b.send("/close", nil); got.status != http.StatusUnauthorized || b.cookies[0].MaxAge >= 0 {
		t.Errorf("%d %v", got.status, b.cookies)
	}
	b.cookies = kept
	if got := b.get("/"); got.status != http.StatusUnauthorized {
		t.Errorf("its cookie still opens it: %d", got.status)
	}
}

func TestTheCookieIsForNoScriptNoOtherSiteAndOnePort(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for host, want := range map[string]string{"127.0.0.1:8788": "carimbo-console-8788", "localhost:9001": "carimbo-console-9001", "localhost": "carimbo-console-80"} {
		token, err := s.links.New()
		if err != nil {
			t.Fatal(err)
		}
		b := &browser{shop: s, host: host}
		b.get("/open?token=" + token)
		if len(b.cookies) != 1 {
			t.Fatalf("%s: %v", host, b.cookies)
		}
		c := b.cookies[0]
		if c.Name != want || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" || c.MaxAge != 12*3600 || len(c.Value) < 26 {
			t.Errorf("%s: %+v", host, c)
		}
	}
}

func TestOldSessionsMakeRoomForNewOnes(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	first := s.opened()
	var last *browser
	for range 32 {
		s.now = s.now.Add(time.Second)
		last = s.opened()
	}
	if a, b := first.get("/").status, last.get("/").status; a != http.StatusUnauthorized || b != http.StatusOK {
		t.Errorf("the first %d, the last %d", a, b)
	}
}

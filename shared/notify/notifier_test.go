package notify_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/notify"
	"github.com/carimbo/carimbo/shared/secret"
	"github.com/carimbo/carimbo/shared/words"
)

func TestANoticeIsTheContractsBodySignedForStandardWebhooks(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	w := b.tower("torre", nil)
	b.clock.Set(time.Now()) // by which the reference implementation goes
	b.standing = []notify.Cause{mapping()}
	b.round()
	calls := w.takes()
	if len(calls) != 1 {
		t.Fatalf("%d calls: %s", len(calls), &b.log)
	}
	const want = `{"type":"attention","kind":"rejected","account":"estudio","connection":"cursos","count":3,` +
		`"message":"3 orders of cursos rejected: SKU \"X\" is not mapped",` +
		`"text":"Carimbo: 3 orders of cursos rejected: SKU \"X\" is not mapped\ncarimbo orders retry --connection cursos --kind mapping\nhttp://127.0.0.1:8788/?connection=cursos\u0026state=rejected",` +
		`"command":"carimbo orders retry --connection cursos --kind mapping","link":"http://127.0.0.1:8788/?connection=cursos\u0026state=rejected"}`
	if diff := cmp.Diff(want, calls[0].raw); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	hook, err := standardwebhooks.NewWebhook(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := hook.Verify([]byte(calls[0].raw), calls[0].header); err != nil {
		t.Errorf("the reference implementation says %v", err)
	}
	if got := calls[0].header.Get("Content-Type"); got != "application/json" || !strings.HasPrefix(calls[0].id, "msg_") {
		t.Errorf("%s, %s", got, calls[0].id)
	}
}

func TestACauseIsToldOnceThenDailyThenThatItIsGone(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	w := b.tower("torre", nil)
	ids := map[string]bool{}
	says := func(when string, want ...string) {
		t.Helper()
		var got []string
		for _, call := range w.takes() {
			ids[call.id] = true
			got = append(got, fmt.Sprintf("%s %s %d", call.body.Type, call.body.Kind, call.body.Count))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", when, diff)
		}
	}
	b.round()
	says("nothing is wrong")
	cause := mapping()
	b.standing = []notify.Cause{cause}
	b.round()
	says("it is there", "attention rejected 3")
	cause.Count = 2000
	b.standing = []notify.Cause{cause}
	for range 20 {
		b.later(time.Hour)
	}
	says("20 hours, and 2,000 orders, later")
	b.later(4 * time.Hour)
	says("a day later", "attention rejected 2000")
	b.standing = nil
	b.later(time.Minute)
	b.standing = []notify.Cause{cause}
	b.later(10 * time.Second)
	says("it was gone for a moment")
	b.standing = nil
	b.later(time.Minute)
	b.later(30 * time.Second)
	says("it is gone", "resolved rejected 0")
	if len(ids) != 3 {
		t.Errorf("three notices have the ids %v", ids)
	}
	b.later(30 * time.Hour)
	says("a day later")
	if left := b.notices(); len(left) != 0 {
		t.Errorf("left: %+v", left)
	}
	b.standing = []notify.Cause{cause}
	b.round()
	says("it is back", "attention rejected 2000")
}

func TestATowerThatFailsIsToldTheSameAgain(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") }))
	defer elsewhere.Close()
	hijacked := func(say string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				_, _ = io.WriteString(conn, say)
				conn.Close()
			}
		}
	}
	to := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, code) }
	}
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		cause  string
	}{
		"500":                 {status(500), "it answered 500"},
		"404":                 {status(404), "it answered 404"},
		"429":                 {status(429), "it answered 429"},
		"301":                 {to(301), "it answered 301"},
		"307":                 {to(307), "it answered 307"},
		"closes":              {hijacked(""), "EOF"},
		"no HTTP":             {hijacked("hello\r\n\r\n"), "malformed HTTP"},
		"endless header line": {hijacked("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("a", 64<<10) + "\r\n\r\n"), "exceeded"},
		"hangs":               {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "there was no answer within"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			w := b.tower("torre", c.answer)
			b.notifier.Limit(clocktest.Hang)
			if name == "hangs" {
				b.notifier.Limit(50 * time.Millisecond)
			}
			b.standing = []notify.Cause{mapping()}
			b.round()
			b.later(notify.Waits()[0])
			first := w.takes()
			b.notifier.Limit(clocktest.Hang)
			w.answers(nil)
			b.later(notify.Waits()[1])
			b.later(time.Hour)
			second := w.takes()
			if len(first) != 2 || len(second) != 1 {
				t.Fatalf("%d calls, then %d: %s", len(first), len(second), &b.log)
			}
			if first[0].id != first[1].id || first[0].id != second[0].id || first[0].raw != second[0].raw {
				t.Errorf("it was told %+v, then %+v", first, second)
			}
			if first[0].at == first[1].at || first[1].at == second[0].at {
				t.Errorf("signed at %s, %s and %s", first[0].at, first[1].at, second[0].at)
			}
			log := b.log.String()
			if !strings.Contains(log, c.cause) {
				t.Errorf("the log doesn't say %q: %s", c.cause, log)
			}
			for _, hidden := range []string{"secret-path", w.URL, key, "SKU"} {
				if strings.Contains(log, hidden) {
					t.Errorf("the log has %q: %s", hidden, log)
				}
			}
		})
	}
}

func TestAnAnswerIsReadOnlyALittle(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	w := b.tower("torre", func(out http.ResponseWriter, _ *http.Request) {
		for err := error(nil); err == nil; {
			_, err = out.Write(make([]byte, 4<<10))
		}
	})
	b.notifier.Limit(clocktest.Hang)
	b.standing = []notify.Cause{mapping()}
	b.round()
	b.later(time.Hour)
	if n := len(w.takes()); n != 1 {
		t.Errorf("%d calls: %s", n, &b.log)
	}
}

func TestANoticeIsTriedForThreeDaysByItsTable(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	w := b.tower("torre", status(503))
	b.standing = []notify.Cause{mapping()}
	b.round()
	id := w.takes()[0].id
	var waits []time.Duration
	for {
		n := b.notices()[0]
		if n.TryAt.IsZero() {
			break
		}
		waits = append(waits, n.TryAt.Sub(b.clock.Now()))
		b.clock.Set(n.TryAt.Add(-time.Second))
		b.round()
		early := w.takes()
		b.later(time.Second)
		if calls := w.takes(); len(early) != 0 || len(calls) != 1 || calls[0].id != id {
			t.Fatalf("a second early: %+v, in time: %+v", early, calls)
		}
	}
	want := notify.Waits()
	if len(waits) < len(want) || !slices.Equal(waits[:len(want)], want) {
		t.Errorf("it waited %v, want %v first", waits, want)
	}
	for _, wait := range waits[min(len(waits), len(want)):] {
		if wait != time.Hour {
			t.Errorf("later it waited %s", wait)
		}
	}
	if tried := b.clock.Now().Sub(noon); tried < 71*time.Hour || tried >= 72*time.Hour {
		t.Errorf("it was tried for %s", tried)
	}
	if n := strings.Count(b.log.String(), "a notice was given up"); n != 1 {
		t.Errorf("given up %d times", n)
	}
	b.round()
	if calls := w.takes(); len(calls) != 1 || calls[0].id == id {
		t.Errorf("it stands, and is told anew: %+v", calls)
	}
}

func TestWhoAnswers410IsLeftAloneUntilItsKeyOrURLChanges(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*bench){
		"its key": func(b *bench) {
			b.secrets.set("notify/torre", secret.Secret{Values: signing(key).Values, Version: "2"})
		},
		"its url": func(b *bench) {
			b.receivers["torre"] = connection.Receiver{Name: "torre", URL: b.receivers["torre"].URL + "/2"}
		},
		"its name": func(b *bench) {
			r := b.receivers["torre"]
			delete(b.receivers, "torre")
			b.round()
			b.receivers["torre"] = r
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			w := b.tower("torre", status(410))
			b.standing = []notify.Cause{mapping()}
			b.round()
			gone := w.takes()
			w.answers(nil)
			b.later(time.Hour)
			b.again()
			b.later(time.Hour)
			if n := len(w.takes()); len(gone) != 1 || n != 0 {
				t.Fatalf("%d calls, and %d after 410", len(gone), n)
			}
			change(b)
			b.round()
			if calls := w.takes(); len(calls) != 1 || calls[0].id != gone[0].id && name != "its name" {
				t.Errorf("after the change: %+v", calls)
			}
			if !strings.Contains(b.log.String(), "wants no more of them (410)") {
				t.Errorf("the log: %s", &b.log)
			}
		})
	}
}

// Killed after the notice was opened, after it was sent, and after the answer that
// nobody wrote down: whoever comes next sends the same.
func TestAKilledProcessLeavesOneIDForTheNext(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	w := b.tower("torre", nil)
	b.standing = []notify.Cause{mapping()}
	ctx, cancel := context.WithCancel(t.Context())
	w.answers(func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() })
	_ = b.notifier.Round(ctx)
	killed := w.takes()
	if left := b.notices(); len(killed) != 1 || len(left) != 1 || left[0].Tries != 0 || left[0].ID != killed[0].id {
		t.Fatalf("%d calls, left %+v", len(killed), left)
	}
	w.answers(nil)
	for range 3 {
		b.again()
		b.round()
	}
	if calls := w.takes(); len(calls) != 1 || calls[0].id != killed[0].id {
		t.Errorf("the next one sent %+v, and before it was %s", calls, killed[0].id)
	}
}

func TestWhoHangsHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	hang, let := b.tower("hangs", nil), make(chan struct{})
	hang.answers(func(http.ResponseWriter, *http.Request) { <-let })
	var told []*tower
	heard := make(chan struct{}, 10)
	for i := range 3 {
		told = append(told, b.tower(fmt.Sprint("t", i), func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204); heard <- struct{}{} }))
	}
	b.notifier.Limit(clocktest.Hang)
	b.standing = []notify.Cause{mapping()}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { b.notifier.Run(ctx); close(ended) }()
	for range told {
		<-heard
	}
	cancel() // which waits for nobody
	<-ended
	close(let)
	for i, w := range told {
		if n := len(w.takes()); n != 1 {
			t.Errorf("%d was told %d times", i, n)
		}
	}
	for _, n := range b.notices() {
		if n.Receiver == "hangs" && n.Tries != 0 {
			t.Errorf("what was broken off counts: %+v", n)
		}
	}
}

func TestWhoIsBeingToldIsLeftAloneMeanwhile(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	hangs, let := make(chan struct{}), make(chan struct{})
	w := b.tower("torre", func(http.ResponseWriter, *http.Request) { hangs <- struct{}{}; <-let })
	b.notifier.Limit(clocktest.Hang)
	var trying sync.WaitGroup
	begin := func(standing ...notify.Cause) {
		t.Helper()
		b.standing = standing
		if err := b.notifier.Begin(t.Context(), &trying); err != nil {
			t.Fatal(err)
		}
		b.clock.Pass(time.Hour)
	}
	begin(mapping())
	<-hangs
	id := b.notices()[0].ID
	begin(mapping())
	begin() // it is gone meanwhile, which a later round tells
	close(let)
	trying.Wait()
	if n := b.notices()[0]; len(w.takes()) != 1 || n.ID != id || n.Tries != 1 || !n.GoneAt.IsZero() {
		t.Errorf("left %+v", n)
	}
}

func TestTheOldestNoticeIsTriedFirstUntilOneFails(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	w := b.tower("torre", status(500))
	of := func(why string) notify.Cause {
		c := mapping()
		c.Why, c.Message = why, words.Plain(why)
		return c
	}
	b.standing = []notify.Cause{of("z")}
	b.round()
	b.standing = []notify.Cause{of("z"), of("a"), of("b")}
	b.later(time.Hour)
	if calls := w.takes(); len(calls) != 2 || calls[1].body.Message != "z" {
		t.Errorf("who fails is called again in the same round: %+v", calls)
	}
	w.answers(nil)
	b.later(time.Hour)
	var order []string
	for _, call := range w.takes() {
		order = append(order, call.body.Message)
	}
	if diff := cmp.Diff([]string{"z", "a", "b"}, order); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAClockThatIsSetBackDelaysNoNotice(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.clock.Pass(365 * 24 * time.Hour)
	w := b.tower("torre", status(500))
	b.standing = []notify.Cause{mapping()}
	b.round()
	w.answers(nil)
	b.later(-365 * 24 * time.Hour)
	if n := len(w.takes()); n != 2 {
		t.Errorf("%d calls", n)
	}
}

func TestNoAddressIsCalledThatOthersCanReadOn(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"http://example.com/", "ftp://127.0.0.1/", "https://user:password@127.0.0.1/", "https:///"} {
		b := newBench(t)
		b.secrets.set("notify/torre", signing(key))
		b.receivers["torre"] = connection.Receiver{Name: "torre", URL: url}
		b.standing = []notify.Cause{mapping()}
		b.round()
		if !strings.Contains(b.log.String(), `"its url `) || strings.Contains(b.log.String(), "password@") {
			t.Errorf("%s: %s", url, &b.log)
		}
	}
}

func TestEachReceiverIsToldWhatItWants(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	all, some := b.tower("all", nil), b.tower("some", nil)
	b.receivers["some"] = connection.Receiver{Name: "some", URL: some.URL, On: []string{"parked", "account"}}
	for _, kind := range notify.Kinds() {
		b.standing = append(b.standing, notify.Cause{Key: notify.Key{Kind: kind, Account: "a"}, Count: 1, Message: words.Plain("m"), Gone: words.Plain("g")})
	}
	b.round()
	if a, s := len(all.takes()), len(some.takes()); a != 5 || s != 2 {
		t.Errorf("%d and %d", a, s)
	}
	delete(b.receivers, "all")
	b.standing = nil
	b.later(time.Hour)
	if left := b.notices(); len(left) != 2 || len(all.takes()) != 0 {
		t.Errorf("of one that isn't configured any more: %+v", left)
	}
}

func TestAKeyThatIsBeingChangedSignsBesideTheNewOne(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	w := b.tower("torre", nil)
	w.proves(key, otherKey)
	b.secrets.set("notify/torre", secret.Secret{Values: signing(otherKey).Values, Previous: signing(key).Values, Since: noon})
	b.standing = []notify.Cause{mapping()}
	b.round()
	if calls := w.takes(); len(calls) != 1 || strings.Count(calls[0].header.Get("webhook-signature"), "v1,") != 2 {
		t.Errorf("not signed with both: %+v: %s", calls, &b.log)
	}
	w.proves(otherKey)
	b.later(25 * time.Hour)
	if calls := w.takes(); len(calls) != 1 || strings.Count(calls[0].header.Get("webhook-signature"), "v1,") != 1 {
		t.Errorf("a day later it is signed with %+v", calls)
	}
}

func TestNothingIsToldWhileNobodyCanSeeWhatIsWrong(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	w := b.tower("torre", nil)
	b.standing = []notify.Cause{mapping()}
	b.round()
	w.takes()
	fails := errors.New("the disk is gone")
	b.change = func(o *notify.Options) {
		o.Standing = func(context.Context) ([]notify.Cause, error) { return nil, fails }
	}
	b.again()
	for range 3 {
		b.later(time.Hour)
	}
	if n := len(w.takes()); n != 0 {
		t.Errorf("%d calls", n)
	}
	if n := strings.Count(b.log.String(), "the disk is gone"); n != 1 {
		t.Errorf("told %d times: %s", n, &b.log)
	}
}

func TestNothingInATextIsMoreThanText(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	w := b.tower("torre", nil)
	cause := mapping()
	cause.Message = words.Plain("SKU \"<!channel> <https://evil.example|click>\r\n\x1b[31m ana@example.com 529.982.247-25\" " + strings.Repeat("ã", 500))
	b.standing = []notify.Cause{cause}
	b.round()
	got := w.takes()[0].body
	if want := `SKU "‹!channel› ‹https://evil.example|click›  [31m *** ***" ã`; !strings.HasPrefix(got.Message, want) || len(got.Message) > 400 {
		t.Errorf("%d bytes: %q", len(got.Message), got.Message)
	}
	if strings.Count(got.Text, "\n") != 2 {
		t.Errorf("text %q", got.Text)
	}
}

func TestASigningKeyIsOneOfStandardWebhooks(t *testing.T) {
	t.Parallel()
	of := func(n int) string { return base64.StdEncoding.EncodeToString(make([]byte, n)) }
	for text, want := range map[string]bool{
		key: true, "whsec_" + of(24): true, "whsec_" + of(64): true, "whsec_" + of(23): false, "whsec_" + of(65): false,
		of(32): false, "": false, "whsec_": false, "whsec_" + of(24)[1:]: false, "whpk_" + of(32): false,
	} {
		if _, err := notify.SigningKey(text); (err == nil) != want {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestEachReceiverIsToldInItsLanguage(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	pt, err := words.NewLanguage("pt-BR", "It waits.\nEle espera.\n\nIt is over.\nAcabou.\n")
	if err != nil {
		t.Fatal(err)
	}
	b.change = func(o *notify.Options) { o.Languages = map[string]words.Language{"": pt, "pt": pt} }
	b.again()
	towers := map[string]*tower{}
	for _, lang := range []string{"", "pt", "en"} {
		name := "torre" + lang
		towers[lang] = b.tower(name, nil)
		b.receivers[name] = connection.Receiver{Name: name, URL: towers[lang].URL, Lang: lang}
	}
	cause := mapping()
	cause.Message, cause.Gone = words.Say("It waits."), words.Say("It is over.")
	b.standing = []notify.Cause{cause}
	says := func(want map[string]string) {
		t.Helper()
		got := map[string]string{}
		for lang, w := range towers {
			for _, call := range w.takes() {
				text, _, _ := strings.Cut(call.body.Text, "\n")
				got[lang] += call.body.Message + " / " + text
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	b.round()
	says(map[string]string{"": "Ele espera. / Carimbo: Ele espera.", "pt": "Ele espera. / Carimbo: Ele espera.", "en": "It waits. / Carimbo: It waits."})
	r := b.receivers["torreen"]
	r.Lang = "pt"
	b.receivers["torreen"] = r
	b.later(time.Hour)
	says(map[string]string{}) // another language is no news
	b.standing = nil
	b.later(time.Minute)
	b.later(time.Minute)
	says(map[string]string{"": "Acabou. / Carimbo: Acabou.", "pt": "Acabou. / Carimbo: Acabou.", "en": "It is over. / Carimbo: It is over."})
}

package shopify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/shopify"
)

const (
	clientID     = "3f1c0de5a7b94c2e8d6f0a1b2c3d4e5f"
	clientSecret = "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"
)

// app is the secret of an app of the developer dashboard.
var app = map[string]string{"shop": "loja-aurora.myshopify.com", "client_id": clientID, "client_secret": clientSecret}

// with is a map with some values of another kind; an empty one is taken out.
func with(values map[string]string, changed ...string) map[string]string {
	out := map[string]string{}
	for key, value := range values {
		out[key] = value
	}
	for i := 0; i < len(changed); i += 2 {
		out[changed[i]] = changed[i+1]
		if changed[i+1] == "" {
			delete(out, changed[i])
		}
	}
	return out
}

// dashboard is a store with an app: it gives out tokens and answers those who have one.
type dashboard struct {
	t     testing.TB
	clock *clocktest.Clock

	mu sync.Mutex
	// grant answers the nth request for a token; token-n for a day if nil.
	grant func(n int, w http.ResponseWriter)
	// refused are the tokens that are refused, with what answers them.
	refused map[string]func(http.ResponseWriter)
	// tokens is how many were asked for, and asked which were shown in questions.
	tokens int
	asked  []string
}

func (s *dashboard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch r.URL.Path {
	case "/admin/oauth/access_token":
		s.tokens++
		s.givesTo(r)
		if s.grant != nil {
			s.grant(s.tokens, w)
			return
		}
		fmt.Fprintf(w, `{"access_token":"token-%d","scope":"read_orders","expires_in":86399}`, s.tokens)
	case "/admin/api/2026-10/graphql.json":
		token := r.Header.Get("X-Shopify-Access-Token")
		s.asked = append(s.asked, token)
		if answer, ok := s.refused[token]; ok {
			answer(w)
			return
		}
		io.WriteString(w, known)
	default:
		s.t.Errorf("%s %s", r.Method, r.URL.Path)
	}
}

// givesTo holds a request for a token against what Shopify's page asks for.
func (s *dashboard) givesTo(r *http.Request) {
	if err := r.ParseForm(); err != nil || r.Method != http.MethodPost || r.URL.RawQuery != "" ||
		r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" || r.Header.Get("Accept") != "application/json" {
		s.t.Errorf("%s %s: %v", r.Method, r.URL, err)
	}
	want := map[string]string{"grant_type": "client_credentials", "client_id": clientID, "client_secret": clientSecret}
	for key, value := range want {
		if got := r.PostForm.Get(key); got != value {
			s.t.Errorf("%s is %q", key, got)
		}
	}
	if len(r.PostForm) != len(want) {
		s.t.Errorf("more is told than has to be: %d fields", len(r.PostForm))
	}
}

// opened is the shop, and the platform of a process that asks it.
func opened(t testing.TB) (*dashboard, shopify.Platform) {
	s := &dashboard{t: t, clock: clocktest.At(time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC))}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return s, shopify.Platform{BaseURL: server.URL, Tokens: &shopify.Tokens{Now: s.clock.Now}}
}

// fetches has the platform fetch an order and find its tax id.
func fetches(t *testing.T, p shopify.Platform, secret map[string]string) {
	t.Helper()
	got, err := p.Fetch(t.Context(), without(t), secret)
	if err != nil {
		t.Fatal(err)
	}
	if o, err := p.Order(got, platform.Settings{}); err != nil || o.Customer.TaxID != "51483029760" {
		t.Errorf("the tax id is %s, %v", o.Customer.TaxID, err)
	}
}

func (s *dashboard) was(asked string, tokens int) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if got := strings.Join(s.asked, " "); got != asked || s.tokens != tokens {
		s.t.Errorf("asked with %q and for %d tokens, want %q and %d", got, s.tokens, asked, tokens)
	}
}

func TestATokenIsFetchedOnceAndKeptForItsLife(t *testing.T) {
	s, p := opened(t)
	fetches(t, p, app)
	s.clock.Pass(21 * time.Hour)
	fetches(t, p, app)
	s.was("token-1 token-1", 1)
	s.clock.Pass(time.Hour) // some hours before the token ends
	fetches(t, p, app)
	fetches(t, p, app)
	s.was("token-1 token-1 token-2 token-2", 2)
}

func TestATokensLifeIsWhatTheAnswerSays(t *testing.T) {
	for name, c := range map[string]struct {
		life   string
		passes time.Duration
		tokens int
	}{
		"an hour":                     {`3600`, 50 * time.Minute, 1},
		"an hour that is almost over": {`3600`, 55 * time.Minute, 2},
		"as text":                     {`"3600"`, 50 * time.Minute, 1},
		"as text that is over":        {`"3600"`, 55 * time.Minute, 2},
		"not said":                    {`null`, 0, 2},
		"none":                        {`0`, 0, 2},
		"less than none":              {`-5`, 0, 2},
		"no number":                   {`"soon"`, 0, 2},
		"a century":                   {`3155760000`, 0, 2},
		"more than can be counted":    {`99999999999999999999`, 0, 2},
	} {
		t.Run(name, func(t *testing.T) {
			s, p := opened(t)
			s.grant = func(n int, w http.ResponseWriter) {
				fmt.Fprintf(w, `{"access_token":"token-%d","expires_in":%s}`, n, c.life)
			}
			fetches(t, p, app)
			s.clock.Pass(c.passes)
			fetches(t, p, app)
			s.was(fmt.Sprintf("token-1 token-%d", c.tokens), c.tokens)
		})
	}
}

func TestWithoutAKeeperEachFetchHasItsOwnToken(t *testing.T) {
	s, p := opened(t)
	p.Tokens = nil
	fetches(t, p, app)
	fetches(t, p, app)
	s.was("token-1 token-2", 2)
}

func TestATokenIsTheStoresAndItsCredentialsAlone(t *testing.T) {
	for name, other := range map[string]map[string]string{
		"another store":  with(app, "shop", "loja-boreal.myshopify.com"),
		"another app":    with(app, "client_id", "00112233445566778899aabbccddeeff"),
		"another secret": with(app, "client_secret", "shpss_0123456789abcdef0123456789abcdef"),
	} {
		t.Run(name, func(t *testing.T) {
			var tokens, shown []string
			p := shopify.Platform{Tokens: &shopify.Tokens{Now: clocktest.At(time.Time{}).Now}}
			p.Transport = round(func(r *http.Request) (*http.Response, error) {
				answer := known
				if r.URL.Path == "/admin/oauth/access_token" {
					body, err := io.ReadAll(r.Body)
					if err != nil {
						t.Error(err)
					}
					tokens = append(tokens, r.URL.Host+" "+string(body))
					answer = fmt.Sprintf(`{"access_token":"token-%d","expires_in":86399}`, len(tokens))
				} else {
					shown = append(shown, r.Header.Get("X-Shopify-Access-Token"))
				}
				return &http.Response{StatusCode: 200, Request: r, Body: io.NopCloser(strings.NewReader(answer))}, nil
			})
			for _, secret := range []map[string]string{app, other, app, other} {
				fetches(t, p, secret)
			}
			if got := strings.Join(shown, " "); got != "token-1 token-2 token-1 token-2" || len(tokens) != 2 || tokens[0] == tokens[1] {
				t.Errorf("shown %q, %d tokens", got, len(tokens))
			}
			for i, secret := range []map[string]string{app, other} {
				if !strings.HasPrefix(tokens[i], secret["shop"]+" ") || !strings.Contains(tokens[i], secret["client_id"]) || !strings.Contains(tokens[i], secret["client_secret"]) {
					t.Errorf("token %d is of another store or app", i+1)
				}
			}
		})
	}
}

// refusals are how Shopify refuses a token.
var refusals = map[string]func(http.ResponseWriter){
	"401": func(w http.ResponseWriter) {
		w.WriteHeader(401)
		io.WriteString(w, `{"errors":"[API] Invalid API key or access token (unrecognized login or wrong password)"}`)
	},
	"a text": func(w http.ResponseWriter) { io.WriteString(w, `{"errors":"[API] Invalid API key or access token"}`) },
	"a scope that it lacks": func(w http.ResponseWriter) {
		io.WriteString(w, `{"errors":[{"message":"Access denied","extensions":{"code":"ACCESS_DENIED"}}],"data":{"order":null}}`)
	},
}

func TestAKeptTokenThatIsRefusedIsFetchedOnceAnew(t *testing.T) {
	for name, refusal := range refusals {
		t.Run(name, func(t *testing.T) {
			s, p := opened(t)
			fetches(t, p, app)
			s.refused = map[string]func(http.ResponseWriter){"token-1": refusal}
			fetches(t, p, app)
			fetches(t, p, app)
			s.was("token-1 token-1 token-2 token-2", 2)

			s.refused["token-2"], s.refused["token-3"] = refusal, refusal
			if _, err := p.Fetch(t.Context(), without(t), app); !errors.Is(err, platform.ErrFetch) {
				t.Errorf("both tokens were refused: %v", err)
			} else if _, ok := platform.AsRefusal(err); !ok {
				t.Errorf("nobody is told: %v", err)
			}
			s.was("token-1 token-1 token-2 token-2 token-2 token-3", 3)
		})
		t.Run(name+", of a new token", func(t *testing.T) {
			s, p := opened(t)
			s.refused = map[string]func(http.ResponseWriter){"token-1": refusal}
			if _, err := p.Fetch(t.Context(), without(t), app); !errors.Is(err, platform.ErrFetch) {
				t.Error(err)
			}
			s.was("token-1", 1)
		})
	}
}

func TestARefusedTokenIsNotShownAgainWhereNoOtherCame(t *testing.T) {
	s, p := opened(t)
	fetches(t, p, app)
	s.refused = map[string]func(http.ResponseWriter){"token-1": refusals["401"]}
	s.grant = func(_ int, w http.ResponseWriter) { w.WriteHeader(503) }
	if _, err := p.Fetch(t.Context(), without(t), app); !errors.Is(err, platform.ErrFetch) {
		t.Error(err)
	}
	s.grant = nil
	fetches(t, p, app)
	s.was("token-1 token-1 token-3", 3)
}

func TestWhoHasALastingTokenAsksForNoOther(t *testing.T) {
	s, p := opened(t)
	fetches(t, p, store)
	s.refused = map[string]func(http.ResponseWriter){accessToken: refusals["401"]}
	_, err := p.Fetch(t.Context(), without(t), store)
	if why, ok := platform.AsRefusal(err); !ok || !strings.HasPrefix(why.String(), "Shopify refuses the access_token") || !strings.Contains(why.String(), "client_id and client_secret") {
		t.Errorf("%v", err)
	}
	s.was(accessToken+" "+accessToken, 0)
}

// echo is an answer that repeats all that must not be shown.
const echo = `client_id ` + clientID + ` client_secret ` + clientSecret + ` access_token ` + accessToken + ` Beatriz`

func TestAnAnswerThatGivesNoTokenIsJudged(t *testing.T) {
	html := func(code string) string {
		return "<!DOCTYPE html><html><head><title>400 - Oauth error " + code + "</title></head><body>Oauth error " + code + ": " + echo + "</body></html>"
	}
	for name, c := range map[string]struct {
		status int
		answer string
		// why is what a person is told; nothing where waiting ends it.
		why string
	}{
		"no such app":                 {400, html("application_cannot_be_found"), "Shopify knows no app with this client_id"},
		"another secret":              {400, `{"error":"invalid_client","error_description":"` + echo + `"}`, "Shopify doesn't take this client_secret"},
		"another secret, 401":         {401, `{"error": "invalid_client"}`, "Shopify doesn't take this client_secret"},
		"not installed":               {400, html("app_not_installed"), "the app is not installed in the store"},
		"not installed, JSON":         {400, `{"error":"app_not_installed"}`, "the app is not installed in the store"},
		"another organization":        {400, html("shop_not_permitted"), "the app and the store are of two organizations"},
		"told with 200":               {200, `{"error":"shop_not_permitted"}`, "the app and the store are of two organizations"},
		"no word that we know":        {400, html("beatriz_furtado"), "Shopify gives no token for this client_id and client_secret (HTTP 400)"},
		"a word in passing":           {400, "about app_not_installed " + echo, "Shopify gives no token for this client_id and client_secret (HTTP 400)"},
		"unauthorized":                {401, echo, "Shopify gives no token for this client_id and client_secret (HTTP 401)"},
		"unprocessable":               {422, `{}`, "Shopify gives no token for this client_id and client_secret (HTTP 422)"},
		"not paid for":                {402, echo, "the store is closed (HTTP 402)"},
		"locked":                      {423, echo, "the store is closed (HTTP 423)"},
		"forbidden":                   {403, echo, "Shopify keeps the app out (HTTP 403)"},
		"no such store":               {404, "<html>" + echo, "there is no store of that domain (HTTP 404)"},
		"elsewhere":                   {301, echo, "Shopify points elsewhere (HTTP 301)"},
		"elsewhere for now":           {302, echo, "Shopify points elsewhere (HTTP 302)"},
		"elsewhere as it is":          {307, echo, "Shopify points elsewhere (HTTP 307)"},
		"elsewhere for ever":          {308, echo, "Shopify points elsewhere (HTTP 308)"},
		"too slow":                    {408, echo, ""},
		"too many":                    {429, echo, ""},
		"broken":                      {500, html("app_not_installed"), ""},
		"bad gateway":                 {502, echo, ""},
		"down":                        {503, echo, ""},
		"HTML":                        {200, "<html>" + echo, ""},
		"a token that comes with 503": {503, `{"access_token":"token-1","expires_in":86399}`, ""},
		"nothing":                     {200, "", ""},
		"no content":                  {204, "", ""},
		"another JSON":                {200, `[]`, ""},
		"JSON without a token":        {200, `{"scope":"read_orders","expires_in":86399}`, ""},
		"an empty token":              {200, `{"access_token":"","expires_in":86399}`, ""},
		"a token of two lines":        {200, `{"access_token":"a\nX-Evil: b","expires_in":86399}`, ""},
		"a token without end":         {200, `{"access_token":"` + strings.Repeat("a", 5000) + `","expires_in":86399}`, ""},
		"a token that is a list":      {200, `{"access_token":["a"],"expires_in":86399}`, ""},
		"an answer without end":       {200, `{"more":"` + strings.Repeat("a", 2<<20) + `","access_token":"a","expires_in":86399}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, p := opened(t)
			s.grant = func(_ int, w http.ResponseWriter) {
				w.Header().Set("Location", "/admin/oauth/elsewhere")
				w.WriteHeader(c.status)
				if c.status != 204 {
					io.WriteString(w, c.answer)
				}
			}
			got, err := p.Fetch(t.Context(), without(t), app)
			why, told := platform.AsRefusal(err)
			if !errors.Is(err, platform.ErrFetch) || got.Body != nil || told != (c.why != "") || !strings.HasPrefix(why.String(), c.why) {
				t.Fatalf("%v", err)
			}
			if told && !strings.Contains(why.String(), ": ") {
				t.Errorf("it isn't said what to do: %s", why)
			}
			for _, private := range []string{clientID, clientSecret, accessToken, "Beatriz", "beatriz"} {
				if strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), private) {
					t.Errorf("%v", err)
				}
			}
			s.was("", 1)

			s.grant = nil
			fetches(t, p, app)
			s.was("token-2", 2)
		})
	}
}

func TestAnswersToQuestionsAreJudgedByTheirStatus(t *testing.T) {
	for status, want := range map[int]string{
		301: "Shopify points elsewhere (HTTP 301)",
		402: "the store is closed (HTTP 402)",
		403: "Shopify keeps the app out (HTTP 403)",
		404: "there is no store of that domain (HTTP 404)",
		423: "the store is closed (HTTP 423)",
		400: "", 408: "", 429: "", 500: "", 503: "",
	} {
		s, p := opened(t)
		s.refused = map[string]func(http.ResponseWriter){"token-1": func(w http.ResponseWriter) { w.WriteHeader(status) }}
		_, err := p.Fetch(t.Context(), without(t), app)
		if why, told := platform.AsRefusal(err); !errors.Is(err, platform.ErrFetch) || told != (want != "") || !strings.HasPrefix(why.String(), want) {
			t.Errorf("%d: %v", status, err)
		}
		s.was("token-1", 1)
	}
}

func TestTheClientSecretGoesWhereTheSecretSaysAlone(t *testing.T) {
	var asked []string
	p := shopify.Platform{Transport: round(func(r *http.Request) (*http.Response, error) {
		asked = append(asked, r.URL.String())
		return &http.Response{StatusCode: 308, Request: r, Body: io.NopCloser(strings.NewReader("")),
			Header: http.Header{"Location": {"https://elsewhere.example/admin/oauth/access_token"}}}, nil
	})}
	payload := without(t)
	var body map[string]any
	if err := json.Unmarshal(payload.Body, &body); err != nil {
		t.Fatal(err)
	}
	body["shop"], body["domain"], body["order_status_url"] = "evil.example", "evil.example", "https://evil.example/1"
	var err error
	if payload.Body, err = json.Marshal(body); err != nil {
		t.Fatal(err)
	}
	payload.Headers["x-shopify-shop-domain"] = "evil.example"
	if _, err := p.Fetch(t.Context(), payload, app); !errors.Is(err, platform.ErrFetch) {
		t.Error(err)
	}
	if got := strings.Join(asked, " "); got != "https://loja-aurora.myshopify.com/admin/oauth/access_token" {
		t.Errorf("asked %s", got)
	}
}

func TestOrdersOfOneStoreAtOnceAskForOneToken(t *testing.T) {
	s, p := opened(t)
	gate := make(chan struct{})
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			<-gate
			if _, err := p.Fetch(t.Context(), without(t), app); err != nil {
				t.Error(err)
			}
		})
	}
	close(gate)
	group.Wait()
	s.was(strings.TrimSpace(strings.Repeat("token-1 ", 20)), 1)
}

// slow is a store in a bubble of its own: its tokens come when they are let go.
type slow struct {
	mu     sync.Mutex
	tokens int
	limits []time.Duration
	give   chan string
}

func (s *slow) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := known
	if r.URL.Path == "/admin/oauth/access_token" {
		deadline, _ := r.Context().Deadline()
		s.mu.Lock()
		s.tokens++
		s.limits = append(s.limits, time.Until(deadline))
		s.mu.Unlock()
		select {
		case answer = <-s.give:
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	return &http.Response{StatusCode: 200, Request: r, Body: io.NopCloser(strings.NewReader(answer))}, nil
}

const given = `{"access_token":"token","expires_in":86399}`

// fetchAll has n orders fetched at once, the first by ctx, and returns once all of them
// wait; the other channel has what came of each.
func fetchAll(ctx context.Context, t *testing.T, p shopify.Platform, n int) chan error {
	ended := make(chan error, n)
	for i := range n {
		go func() {
			own := context.Background()
			if i == 0 {
				own = ctx
			}
			_, err := p.Fetch(own, without(t), app)
			ended <- err
		}()
		synctest.Wait()
	}
	return ended
}

func TestWhoGivesUpKeepsNobodyFromTheToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slow{give: make(chan string)}
		p := shopify.Platform{Transport: s, Tokens: &shopify.Tokens{Now: time.Now}}
		ctx, cancel := context.WithCancel(t.Context())
		ended := fetchAll(ctx, t, p, 5)
		if s.tokens != 1 {
			t.Fatalf("%d at once ask for a token", s.tokens)
		}
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) || !errors.Is(err, platform.ErrFetch) {
			t.Errorf("who gave up: %v", err)
		}
		synctest.Wait()
		s.give <- given
		for range 4 {
			if err := <-ended; err != nil {
				t.Errorf("who waited: %v", err)
			}
		}
		if s.tokens != 2 {
			t.Errorf("%d tokens were asked for", s.tokens)
		}
	})
}

func TestWhatOneWasToldCountsForAllWhoWaited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slow{give: make(chan string)}
		p := shopify.Platform{Transport: s, Tokens: &shopify.Tokens{Now: time.Now}}
		ended := fetchAll(t.Context(), t, p, 5)
		s.give <- `{"error":"invalid_client"}`
		for range 5 {
			if _, ok := platform.AsRefusal(<-ended); !ok {
				t.Error("who waited isn't told")
			}
		}
		ended = fetchAll(t.Context(), t, p, 1)
		s.give <- given
		if err := <-ended; err != nil || s.tokens != 2 {
			t.Errorf("who comes later asks anew: %v, %d tokens", err, s.tokens)
		}
	})
}

func TestAStoreThatGivesNoTokenHoldsUpNobodyForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slow{give: make(chan string)}
		p := shopify.Platform{Transport: s, Tokens: &shopify.Tokens{Now: time.Now}}
		began := time.Now()
		ended := fetchAll(t.Context(), t, p, 5)
		for range 5 {
			if err := <-ended; !errors.Is(err, platform.ErrFetch) || !errors.Is(err, context.DeadlineExceeded) {
				t.Error(err)
			}
		}
		if took := time.Since(began); took >= 10*time.Second || s.tokens != 1 || s.limits[0] != took {
			t.Errorf("it took %s, %d tokens were asked for, within %s", took, s.tokens, s.limits)
		}
	})
}

func TestWhoWaitsForATokenMayGiveUpToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slow{give: make(chan string)}
		p := shopify.Platform{Transport: s, Tokens: &shopify.Tokens{Now: time.Now}}
		first := fetchAll(t.Context(), t, p, 1)
		ctx, cancel := context.WithCancel(t.Context())
		second := fetchAll(ctx, t, p, 1)
		cancel()
		if err := <-second; !errors.Is(err, context.Canceled) || !errors.Is(err, platform.ErrFetch) {
			t.Error(err)
		}
		s.give <- given
		if err := <-first; err != nil || s.tokens != 1 {
			t.Errorf("%v, %d tokens", err, s.tokens)
		}
	})
}

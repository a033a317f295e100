package shopify_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/shopify"
)

var _ platform.OptionalFetcher = shopify.Platform{}

const accessToken = "shpat_0c4e1f7a9b2d4856"

var store = map[string]string{"shop": "loja-aurora.myshopify.com", "access_token": accessToken}

// without is the paid sample without a tax id, as orders/paid brings it.
func without(t testing.TB) platform.Payload {
	return platform.Payload{Body: edit(t, map[string]any{"note_attributes": []any{}, "name": "#1048 <é & co>"}),
		Headers: map[string]string{"x-shopify-topic": "orders/paid"}}
}

const known = `{"data":{"order":{"fields":{"edges":[{"node":{"key":"TAX_CREDENTIAL_BR","value":"514.830.297-60"}}]}}},"extensions":{"cost":{}}}`

// admin is a GraphQL Admin API that answers the questions one after the other.
func admin(t testing.TB, status int, answers ...string) (shopify.Platform, *[]string) {
	var asked []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if r.Method != http.MethodPost || r.URL.Path != "/admin/api/2026-10/graphql.json" || r.Header.Get("X-Shopify-Access-Token") != accessToken ||
			r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s", r.Method, r.URL.Path)
		}
		asked = append(asked, string(body))
		w.Header().Set("Location", "https://elsewhere.example/")
		w.WriteHeader(status)
		io.WriteString(w, answers[min(len(asked), len(answers))-1])
	}))
	t.Cleanup(s.Close)
	return shopify.Platform{BaseURL: s.URL}, &asked
}

func TestFetchAddsTheTaxIDThatTheWebhookWithholds(t *testing.T) {
	p, asked := admin(t, 200, known)
	before := without(t)
	body := string(before.Body)
	got, err := p.Fetch(t.Context(), before, store)
	if err != nil {
		t.Fatal(err)
	}
	o, err := p.Order(got, platform.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	if o.Customer.TaxID != "51483029760" || o.Number != "#1048 <é & co>" {
		t.Errorf("%s has the tax id %s", o.Number, o.Customer.TaxID)
	}
	bare, err := p.Order(before, platform.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	bare.Customer.TaxID, bare.Origins.TaxID = o.Customer.TaxID, "localizedFields.TAX_CREDENTIAL_BR"
	if diff := cmp.Diff(bare, o); diff != "" {
		t.Errorf("more than the tax id has changed:\n%s", diff)
	}
	if string(before.Body) != body {
		t.Error("the payload that was given was changed")
	}
	if len(*asked) != 1 || !strings.Contains((*asked)[0], `"gid://shopify/Order/6120438815907"`) || !strings.Contains((*asked)[0], "localizedFields") {
		t.Errorf("asked %q", *asked)
	}
}

func TestFetchAsksForAnOrderWhoseTaxIDIsWrongToo(t *testing.T) {
	p, _ := admin(t, 200, strings.Replace(known, `{"data"`, `{"errors":null,"data"`, 1))
	wrong := platform.Payload{Body: edit(t, map[string]any{"note_attributes": attributes("cpf", "514.830.297-61")})}
	got, err := p.Fetch(t.Context(), wrong, store)
	if err != nil {
		t.Fatal(err)
	}
	if o, err := p.Order(got, platform.Settings{}); err != nil || o.Customer.TaxID != "51483029760" || o.Customer.TaxIDWrong {
		t.Errorf("the tax id is %s, %v", o.Customer.TaxID, err)
	}
}

func TestARefusalIsToldInShopifysCodeAlone(t *testing.T) {
	for code, want := range map[string]string{
		"ACCESS_DENIED":   "the shop answers ACCESS_DENIED: the app needs read_orders and access to protected customer data",
		"THROTTLED":       "the shop answers THROTTLED",
		"Beatriz Furtado": "the shop answers an error without a code",
		"":                "the shop answers an error without a code",
	} {
		p, _ := admin(t, 200, `{"errors":[{"message":"Beatriz Furtado","extensions":{"code":"`+code+`"}}]}`)
		if _, err := p.Fetch(t.Context(), without(t), store); err == nil || err.Error() != platform.ErrFetch.Error()+": "+want {
			t.Errorf("%s: %v", code, err)
		}
	}
}

func TestFetchAsksByTheOldNameWhereTheNewOneIsUnknown(t *testing.T) {
	p, asked := admin(t, 200, `{"errors":[{"message":"Field 'localizedFields' doesn't exist","extensions":{"code":"undefinedField"}}]}`, known)
	got, err := p.Fetch(t.Context(), without(t), store)
	if err != nil {
		t.Fatal(err)
	}
	if o, _ := p.Order(got, platform.Settings{}); o.Customer.TaxID != "51483029760" {
		t.Errorf("the tax id is %s", o.Customer.TaxID)
	}
	if len(*asked) != 2 || !strings.Contains((*asked)[1], "localizationExtensions") {
		t.Errorf("asked %q", *asked)
	}
}

func TestFetchLeavesAloneWhatNeedsNothing(t *testing.T) {
	silent := shopify.Platform{Transport: unreachable{t}}
	for name, c := range map[string]struct {
		payload platform.Payload
		store   map[string]string
	}{
		"no store secret":       {without(t), nil},
		"an empty store secret": {without(t), map[string]string{}},
		"a tax id is there":     {platform.Payload{Body: paidOrder(t)}, store},
		"no JSON":               {platform.Payload{Body: []byte("hello")}, store},
		"no id":                 {platform.Payload{Body: []byte(`{}`)}, store},
	} {
		got, err := silent.Fetch(t.Context(), c.payload, c.store)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(c.payload, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for name, answer := range map[string]string{
		"an order without the field": `{"data":{"order":{"fields":{"edges":[]}}}}`,
		"an order that is not there": `{"data":{"order":null}}`,
		"no fields at all":           `{"data":{"order":{"fields":null}}}`,
	} {
		p, _ := admin(t, 200, answer)
		got, err := p.Fetch(t.Context(), without(t), store)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if o, err := p.Order(got, platform.Settings{}); err != nil || o.Customer.TaxID != "" || o.Customer.TaxIDWrong {
			t.Errorf("%s: %+v, %v", name, o.Customer.TaxID, err)
		}
	}
}

type unreachable struct{ t *testing.T }

func (u unreachable) RoundTrip(*http.Request) (*http.Response, error) {
	u.t.Error("Shopify was asked")
	return nil, errors.New("unreachable")
}

func TestFetchThatGotNoAnswerIsToBeTriedAgain(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		answer string
	}{
		"token refused":           {401, `{"errors":"[API] Invalid API key or access token (unrecognized login or wrong password)"}`},
		"token refused, with 200": {200, `{"errors":"[API] Invalid API key or access token"}`},
		"scope missing":           {200, `{"errors":[{"message":"Access denied","extensions":{"code":"ACCESS_DENIED"}}],"data":{"order":null}}`},
		"throttled":               {200, `{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}]}`},
		"too many requests":       {429, `{}`},
		"redirected":              {302, known},
		"moved for good":          {308, known},
		"broken":                  {500, known},
		"HTML":                    {200, `<html>`},
		"an answer without data":  {200, `{}`},
		"no data":                 {200, `{"data":null}`},
		"data without the order":  {200, `{"data":{}}`},
		"neither name is known":   {200, `{"errors":[{"extensions":{"code":"undefinedField"}}]}`},
	} {
		p, _ := admin(t, c.status, c.answer)
		got, err := p.Fetch(t.Context(), without(t), store)
		if !errors.Is(err, platform.ErrFetch) || !cmp.Equal(got, platform.Payload{}) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, private := range []string{accessToken, "514.830", "Beatriz"} {
			if strings.Contains(err.Error(), private) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestTokenGoesToADomainOfShopifysAlone(t *testing.T) {
	for name, s := range map[string]map[string]string{
		"a domain of one's own": {"shop": "loja.example", "access_token": accessToken},
		"a path":                {"shop": "loja.myshopify.com/x", "access_token": accessToken},
		"a domain before":       {"shop": "evil.example/.myshopify.com", "access_token": accessToken},
		"a user before":         {"shop": "a@b.myshopify.com", "access_token": accessToken},
		"a scheme":              {"shop": "https://loja.myshopify.com", "access_token": accessToken},
		"a line more":           {"shop": "loja.myshopify.com\n", "access_token": accessToken},
		"no shop":               {"access_token": accessToken},
		"no token":              {"shop": "loja.myshopify.com"},
	} {
		p := shopify.Platform{Transport: unreachable{t}}
		if _, err := p.Fetch(t.Context(), without(t), s); !errors.Is(err, platform.ErrFetch) {
			t.Errorf("%s: %v", name, err)
		}
	}
	asked := ""
	p := shopify.Platform{Transport: round(func(r *http.Request) (*http.Response, error) {
		asked = r.URL.String()
		return nil, errors.New("enough")
	})}
	if _, err := p.Fetch(t.Context(), without(t), store); !errors.Is(err, platform.ErrFetch) || asked != "https://loja-aurora.myshopify.com/admin/api/2026-10/graphql.json" {
		t.Errorf("%s was asked, %v", asked, err)
	}
}

type round func(*http.Request) (*http.Response, error)

func (f round) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestTokenIsNotCarriedToWhereAnAnswerPoints(t *testing.T) {
	calls := 0
	p := shopify.Platform{Transport: round(func(r *http.Request) (*http.Response, error) {
		calls++
		return &http.Response{StatusCode: 307, Request: r, Body: io.NopCloser(strings.NewReader("")),
			Header: http.Header{"Location": {"https://loja-aurora.myshopify.com/elsewhere"}}}, nil
	})}
	if _, err := p.Fetch(t.Context(), without(t), store); !errors.Is(err, platform.ErrFetch) || calls != 1 {
		t.Errorf("%d calls, %v", calls, err)
	}
}

func TestFetchTakesTenSecondsAtMost(t *testing.T) {
	var deadline, asked time.Time
	p := shopify.Platform{Transport: round(func(r *http.Request) (*http.Response, error) {
		deadline, _ = r.Context().Deadline()
		asked = time.Now()
		return nil, errors.New("enough")
	})}
	began := time.Now()
	if _, err := p.Fetch(t.Context(), without(t), store); err == nil || deadline.Before(began.Add(10*time.Second)) || deadline.After(asked.Add(10*time.Second)) {
		t.Errorf("begun at %s, to be over by %s, %v", began, deadline, err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	reachable, _ := admin(t, 200, known)
	if _, err := reachable.Fetch(gone, without(t), store); !errors.Is(err, platform.ErrFetch) || !errors.Is(err, context.Canceled) {
		t.Errorf("nobody waits any more: %v", err)
	}
}

func TestFetchOfAnOrderInsideAnAnswerIsReadToo(t *testing.T) {
	p, _ := admin(t, 200, known)
	wrapped, err := json.Marshal(map[string]json.RawMessage{"order": without(t).Body})
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.Fetch(t.Context(), platform.Payload{Body: wrapped}, store)
	if err != nil {
		t.Fatal(err)
	}
	if o, err := p.Order(got, platform.Settings{}); err != nil || o.Customer.TaxID != "51483029760" {
		t.Errorf("the tax id is %s, %v", o.Customer.TaxID, err)
	}
}

package shopify

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"time"

	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/words"
)

const (
	// apiVersion is the newest of the three that the page names; when it ends, Shopify
	// answers with the oldest that lives.
	apiVersion = "2026-10"
	// fetchLimit bounds the whole of Fetch, its second question too.
	fetchLimit = 10 * time.Second
	// maxAnswer is far more than ten fields need.
	maxAnswer = 1 << 20
)

// questions ask for the fields that Brazil requires of a checkout, by the name of
// today, and by the one that older API versions know; and for the transactions, whose
// time is the payment's own.
var questions = []string{
	`query($id: ID!) { order(id: $id) { fields: localizedFields(first: 20) { edges { node { key value } } } transactions(first: 100) { kind status processedAt } } }`,
	`query($id: ID!) { order(id: $id) { fields: localizationExtensions(first: 20) { edges { node { key value } } } transactions(first: 100) { kind status processedAt } } }`,
}

// FetchIsOptional: the webhook has everything but the time of the payment and, at
// times, the tax id.
func (Platform) FetchIsOptional() {}

// Fetch adds the tax id that Shopify keeps out of the webhook, under
// localizedFields, and the transactions. It asks only for an order that has no right
// tax id yet, or whose day of payment the webhook leaves open, and only with the secret
// of an app that may read orders: CheckStore has its forms. An order without such a
// field comes back as it is.
func (p Platform) Fetch(ctx context.Context, payload platform.Payload, store map[string]string) (platform.Payload, error) {
	if isEmpty(store) {
		return payload, nil
	}
	b, err := decode(payload.Body)
	if err != nil || platform.CheckNumericID(b.ID) != nil {
		return payload, nil // Order says what is wrong with it
	}
	if b.customer(platform.Settings{}).TaxID != "" && !b.dayIsOpen() {
		return payload, nil
	}
	ctx, cancel := context.WithTimeout(ctx, fetchLimit)
	defer cancel()
	more, err := p.ask(ctx, store, string(b.ID))
	if err != nil {
		return platform.Payload{}, words.Errorf("%s: %s", platform.ErrFetch, err)
	}
	payload.Body = more.within(payload.Body)
	return payload, nil
}

// found is what a question finds, in GraphQL's words; nil where there is none.
type found struct {
	Fields       json.RawMessage `json:"fields"`
	Transactions json.RawMessage `json:"transactions"`
}

// ask puts the questions until one is understood.
func (p Platform) ask(ctx context.Context, store map[string]string, id string) (found, error) {
	c, err := credentialsOf(store)
	if err != nil {
		return found{}, err
	}
	if p.Tokens == nil {
		p.Tokens = &Tokens{Now: time.Now}
	}
	for _, question := range questions {
		a, err := p.put(ctx, c, question, "gid://shopify/Order/"+id)
		if err != nil {
			return found{}, err
		}
		switch code := a.code(); {
		case code == "undefinedField":
			continue
		case code == tokenRefused && c.accessToken != "":
			return found{}, platform.Refuse("Shopify refuses the access_token: it was revoked, or the app was uninstalled; the apps of today have client_id and client_secret in its place")
		case code == tokenRefused:
			return found{}, platform.Refuse("Shopify refuses the token that it gave: see that the app is installed in the store")
		case code == accessDenied:
			return found{}, platform.Refuse("the shop answers %s: the app needs read_orders and access to protected customer data", code)
		case code == noCode:
			return found{}, words.Errorf("the shop answers an error without a code")
		case code != "":
			return found{}, words.Errorf("the shop answers %s", code)
		}
		return a.found()
	}
	return found{}, words.Errorf("the shop knows neither localizedFields nor localizationExtensions")
}

// put puts one question. Where the token that was kept is refused, it is put once more
// with a new one: the kept one may have been revoked, or be older than what the app may
// do now.
func (p Platform) put(ctx context.Context, c credentials, question, id string) (answer, error) {
	token, fresh, err := p.token(ctx, c, "")
	if err != nil {
		return answer{}, err
	}
	a, err := p.post(ctx, c, token, question, id)
	if code := a.code(); err != nil || fresh || c.accessToken != "" || code != tokenRefused && code != accessDenied {
		return a, err
	}
	if token, _, err = p.token(ctx, c, token); err != nil {
		return answer{}, err
	}
	return p.post(ctx, c, token, question, id)
}

// token is the lasting one, or one that is kept or fetched, but not the one that was
// refused.
func (p Platform) token(ctx context.Context, c credentials, refused string) (token string, fresh bool, err error) {
	if c.accessToken != "" {
		return c.accessToken, false, nil
	}
	return p.Tokens.get(ctx, c, refused, func(ctx context.Context) (grant, error) { return p.grant(ctx, c) })
}

// base is built of nothing but a domain of Shopify's, since the secrets go there.
func (p Platform) base(c credentials) string {
	if p.BaseURL != "" {
		return p.BaseURL
	}
	return "https://" + c.shop
}

// answer is GraphQL's. Errors is a list, or a string where the token is refused.
type answer struct {
	status int
	Errors json.RawMessage `json:"errors"`
	Data   struct {
		Order json.RawMessage `json:"order"`
	} `json:"data"`
}

// found is nothing where the shop says that there is no such order, or that it has
// no fields. An answer that doesn't say so says nothing: it is asked for again, or the
// order would be taken for one without a tax id.
func (a answer) found() (found, error) {
	var order *found
	if json.Unmarshal(a.Data.Order, &order) != nil {
		return found{}, words.Errorf("the answer of Shopify says nothing about the order")
	}
	if order == nil {
		return found{}, nil
	}
	return *order, nil
}

// What the shop says of a token: accessDenied is its own word, tokenRefused is ours.
const (
	accessDenied = "ACCESS_DENIED"
	tokenRefused = "HTTP 401"
	// noCode is for an error that has none.
	noCode = "-"
)

var errorCode = regexp.MustCompile(`^[A-Za-z_]{1,40}$`)

// code is the first error's, in Shopify's words, or empty if there is no error.
func (a answer) code() string {
	if a.status == http.StatusUnauthorized || bytes.HasPrefix(a.Errors, []byte(`"`)) {
		return tokenRefused
	}
	if len(a.Errors) == 0 || string(a.Errors) == "null" {
		return ""
	}
	var list []struct {
		Extensions struct {
			Code string `json:"code"`
		} `json:"extensions"`
	}
	if json.Unmarshal(a.Errors, &list) != nil || len(list) == 0 || !errorCode.MatchString(list[0].Extensions.Code) {
		return noCode
	}
	return list[0].Extensions.Code
}

func (p Platform) post(ctx context.Context, c credentials, token, question, id string) (answer, error) {
	body, err := json.Marshal(map[string]any{"query": question, "variables": map[string]string{"id": id}})
	if err != nil {
		return answer{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.base(c)+"/admin/api/"+apiVersion+"/graphql.json", bytes.NewReader(body))
	if err != nil {
		return answer{}, words.Errorf("the store's address makes no URL")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Shopify-Access-Token", token)
	status, text, err := p.do(req)
	switch {
	case err != nil:
		return answer{}, err
	case status == http.StatusUnauthorized:
		return answer{status: status}, nil
	case status != http.StatusOK:
		return answer{}, statusError(status)
	}
	var a answer
	if json.Unmarshal(text, &a) != nil {
		return answer{}, words.Errorf("the answer of Shopify is not the JSON of GraphQL")
	}
	return a, nil
}

// do makes a request, follows nothing, and reads as much of the answer as may be.
func (p Platform) do(req *http.Request) (status int, text []byte, err error) {
	req.Header.Set("Accept", "application/json")
	client := http.Client{
		Transport:     p.Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	res, err := client.Do(req)
	if err != nil {
		return 0, nil, words.Errorf("ask Shopify: %s", err)
	}
	defer res.Body.Close()
	if text, err = io.ReadAll(io.LimitReader(res.Body, maxAnswer)); err != nil {
		return 0, nil, words.Errorf("read Shopify's answer: %s", err)
	}
	return res.StatusCode, text, nil
}

// within adds what was found to the order's JSON and leaves every other value as it is.
func (f found) within(body []byte) []byte {
	var top map[string]json.RawMessage
	if f.Fields == nil && f.Transactions == nil || platform.Unmarshal(body, &top) != nil {
		return body
	}
	for key, value := range map[string]json.RawMessage{"localizedFields": f.Fields, "transactions": f.Transactions} {
		if value != nil {
			top[key] = value
		}
	}
	out, err := json.Marshal(top)
	if err != nil {
		return body
	}
	return out
}

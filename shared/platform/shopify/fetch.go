package shopify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"time"

	"github.com/carimbo/carimbo/shared/platform"
)

const (
	// apiVersion is Shopify's; when it ends, they answer with the oldest that lives.
	apiVersion = "2026-07"
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
// tax id yet, or whose day of payment the webhook leaves open, and only with shop (loja.myshopify.com) and access_token, the token of an app that may
// read orders. An order without such a field comes back as it is.
func (p Platform) Fetch(ctx context.Context, payload platform.Payload, store map[string]string) (platform.Payload, error) {
	if store["shop"] == "" && store["access_token"] == "" {
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
		return platform.Payload{}, fmt.Errorf("%w: %w", platform.ErrFetch, err)
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
	url, err := p.url(store)
	if err != nil {
		return found{}, err
	}
	for _, question := range questions {
		a, err := p.post(ctx, url, store["access_token"], question, "gid://shopify/Order/"+id)
		if err != nil {
			return found{}, err
		}
		switch code := a.code(); {
		case code == "undefinedField":
			continue
		case code == "ACCESS_DENIED":
			return found{}, fmt.Errorf("the shop answers %s: the app needs read_orders and access to protected customer data", code)
		case code != "":
			return found{}, fmt.Errorf("the shop answers %s", code)
		}
		return a.found()
	}
	return found{}, errors.New("the shop knows neither localizedFields nor localizationExtensions")
}

var shopDomain = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*\.myshopify\.com$`)

// url is built of nothing but a domain of Shopify's, since the token goes there.
func (p Platform) url(store map[string]string) (string, error) {
	if !shopDomain.MatchString(store["shop"]) {
		return "", errors.New("shop in the connection's store secret is no domain like loja.myshopify.com")
	}
	if store["access_token"] == "" {
		return "", errors.New("access_token is missing in the connection's store secret")
	}
	base := p.BaseURL
	if base == "" {
		base = "https://" + store["shop"]
	}
	return base + "/admin/api/" + apiVersion + "/graphql.json", nil
}

// answer is GraphQL's. Errors is a list, or a string where the token is refused.
type answer struct {
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
		return found{}, errors.New("the answer of Shopify says nothing about the order")
	}
	if order == nil {
		return found{}, nil
	}
	return *order, nil
}

var errorCode = regexp.MustCompile(`^[A-Za-z_]{1,40}$`)

// code is the first error's, in Shopify's words, or empty if there is no error.
func (a answer) code() string {
	if len(a.Errors) == 0 || string(a.Errors) == "null" {
		return ""
	}
	var list []struct {
		Extensions struct {
			Code string `json:"code"`
		} `json:"extensions"`
	}
	if json.Unmarshal(a.Errors, &list) != nil || len(list) == 0 || !errorCode.MatchString(list[0].Extensions.Code) {
		return "an error without a code"
	}
	return list[0].Extensions.Code
}

func (p Platform) post(ctx context.Context, url, token, question, id string) (answer, error) {
	body, err := json.Marshal(map[string]any{"query": question, "variables": map[string]string{"id": id}})
	if err != nil {
		return answer{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return answer{}, errors.New("the store's address makes no URL")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Shopify-Access-Token", token)
	client := http.Client{
		Transport:     p.Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	res, err := client.Do(req)
	if err != nil {
		return answer{}, fmt.Errorf("ask Shopify: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return answer{}, fmt.Errorf("ask Shopify: HTTP %d", res.StatusCode)
	}
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return answer{}, fmt.Errorf("read Shopify's answer: %w", err)
	}
	var a answer
	if json.Unmarshal(text, &a) != nil {
		return answer{}, errors.New("the answer of Shopify is not the JSON of GraphQL")
	}
	return a, nil
}

// within adds what was found to the order's JSON and leaves every other value as it is.
func (f found) within(body []byte) []byte {
	var top map[string]json.RawMessage
	if f.Fields == nil && f.Transactions == nil || json.Unmarshal(body, &top) != nil {
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

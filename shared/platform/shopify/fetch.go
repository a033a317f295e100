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

// questions ask for the fields that Brazil requires of a checkout: by the name of
// today, and by the one that older API versions know.
var questions = []string{
	`query($id: ID!) { order(id: $id) { fields: localizedFields(first: 20) { edges { node { key value } } } } }`,
	`query($id: ID!) { order(id: $id) { fields: localizationExtensions(first: 20) { edges { node { key value } } } } }`,
}

// FetchIsOptional: the webhook has everything but, at times, the tax id.
func (Platform) FetchIsOptional() {}

// Fetch adds the tax id that Shopify keeps out of the webhook, under
// localizedFields. It asks only for an order that has no right one yet, and only
// with shop (loja.myshopify.com) and access_token, the token of an app that may
// read orders. An order without such a field comes back as it is.
func (p Platform) Fetch(ctx context.Context, payload platform.Payload, store map[string]string) (platform.Payload, error) {
	if store["shop"] == "" && store["access_token"] == "" {
		return payload, nil
	}
	b, err := decode(payload.Body)
	if err != nil || platform.CheckNumericID(b.ID) != nil {
		return payload, nil // Order says what is wrong with it
	}
	if id, _ := b.taxID(); id != "" {
		return payload, nil
	}
	ctx, cancel := context.WithTimeout(ctx, fetchLimit)
	defer cancel()
	found, err := p.ask(ctx, store, string(b.ID))
	if err != nil {
		return platform.Payload{}, fmt.Errorf("%w: %w", platform.ErrFetch, err)
	}
	if found != nil {
		payload.Body = withFields(payload.Body, found)
	}
	return payload, nil
}

// ask puts the questions until one is understood, and returns the connection's
// JSON, or nil where the order has no such field.
func (p Platform) ask(ctx context.Context, store map[string]string, id string) (json.RawMessage, error) {
	url, err := p.url(store)
	if err != nil {
		return nil, err
	}
	for _, question := range questions {
		a, err := p.post(ctx, url, store["access_token"], question, "gid://shopify/Order/"+id)
		if err != nil {
			return nil, err
		}
		switch code := a.code(); {
		case code == "undefinedField":
			continue
		case code == "ACCESS_DENIED":
			return nil, fmt.Errorf("the shop answers %s: the app needs read_orders and access to protected customer data", code)
		case code != "":
			return nil, fmt.Errorf("the shop answers %s", code)
		}
		return a.fields()
	}
	return nil, errors.New("the shop knows neither localizedFields nor localizationExtensions")
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

// fields are nil where the shop says that there is no such order, or that it has
// none. An answer that doesn't say so says nothing: it is asked for again, or the
// order would be taken for one without a tax id.
func (a answer) fields() (json.RawMessage, error) {
	var order *struct {
		Fields json.RawMessage `json:"fields"`
	}
	if json.Unmarshal(a.Data.Order, &order) != nil {
		return nil, errors.New("the answer of Shopify says nothing about the order")
	}
	if order == nil {
		return nil, nil
	}
	return order.Fields, nil
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

// withFields adds the fields to the order's JSON and leaves every other value as
// it is.
func withFields(body []byte, found json.RawMessage) []byte {
	var top map[string]json.RawMessage
	if json.Unmarshal(body, &top) != nil {
		return body
	}
	top["localizedFields"] = found
	out, err := json.Marshal(top)
	if err != nil {
		return body
	}
	return out
}

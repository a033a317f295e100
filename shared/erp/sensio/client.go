// Package sensio makes a paid order a pedido of type Venda in one Sensio
// account: the mapping, the calls that it takes, and what their answers mean.
// What Sensio doesn't publish is in unpublished.go.
package sensio

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/placeholder"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/fold"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// Client is one Sensio account. It implements erp.Client and, like it, makes one
// call at a time.
type Client struct {
	account string
	config  Config
	notes   erp.Notes
	caller  *wire.Caller
	// foundLast is whom the query found last, in this process.
	foundLast seen
}

var _ erp.Client = (*Client)(nil)

// New makes the account's client. Its notes remember which sale the look-up found last, and
// whom it created; without them, no look-up ever proves an absence, and nobody is created.
func New(config Config, o erp.Options) *Client {
	return &Client{account: o.Account, config: config, notes: o.Notes, caller: wire.NewCaller("sensio", o, callLimit, spacing)}
}

// CanLookUp tells whether a look-up is configured. One that can't prove anything
// yet says so itself: it may still find the sale.
func (c *Client) CanLookUp() bool { return c.config.LookUp != nil }

// CallLimit is 30 seconds.
func (c *Client) CallLimit() time.Duration { return callLimit }

// kindSale is what POST /sales creates, and what entries of the first release are.
const kindSale = "sale"

// DocumentKind is a pedido of type Venda.
func (c *Client) DocumentKind() string { return kindSale }

// LongestRest is 24 hours: Sensio publishes no limits.
func (c *Client) LongestRest() time.Duration { return longestRest }

// Pace waits for at most a second.
func (c *Client) Pace(ctx context.Context) error { return c.caller.Pace(ctx) }

// Create sends POST /sales once. See erp.Client.
func (c *Client) Create(ctx context.Context, doc erp.Document) erp.Answer {
	sale, ok := doc.Body.(Sale)
	if !ok || sale.Customer == "" && sale.CustomerID == "" {
		return erp.Answer{Kind: erp.NotSent, Text: words.Say("the document has no customer yet")}
	}
	k, answer := c.keys(ctx, true)
	if answer.Kind != "" {
		return answer
	}
	if key := c.keyDigest(k); doc.Key != "" && key != "" && doc.Key != key {
		return erp.Answer{Kind: erp.NotSent, Text: words.Say("the account's App Key was changed a moment ago")}
	}
	body, err := Request(doc)
	if err != nil {
		return erp.Answer{Kind: erp.NotSent, Text: words.Say("the request can't be written as JSON")}
	}
	target, err := expandURL(c.config.BaseURL, salesPath, nil)
	if err != nil {
		return erp.Answer{Kind: erp.NotSent, Text: words.Of(err)}
	}
	asked := creation{of: words.Say("a sale"), id: createdID, there: saleThere, gone: personGone, lines: true, sent: wire.Sent{Request: sale, Constants: c.constants(), Store: doc.Order}}
	create := wire.Call{Creates: true, Request: wire.Request{Name: words.Plain("POST /sales"), Method: http.MethodPost, URL: target, Body: body}}
	answer = c.call(ctx, k, create, func(r wire.Response, now time.Time) erp.Answer {
		return answerOfCreate(ctx, r, asked, now)
	}, doc.Customer.Private()...)
	switch {
	case answer.Kind == erp.Refused && sale.CustomerID == "" && idWanted.MatchString(fold.Text(answer.Text.String())):
		answer.Text = wire.Clean(words.Say("%s. The sale names its customer alone: customer.query of the account finds their id, and customer.create registers who isn't there", answer.Text))
	case answer.Reason == order.Mapping:
		answer.Text = wire.Clean(words.Say("%s. Mend it in Sensio, or name another one under erps.%s.items in connections.yaml, then carimbo orders retry", answer.Text, c.account))
	case answer.Kind == erp.CustomerGone && c.creates() && doc.Customer.TaxID != "":
		c.forget(ctx, k, doc, sale.CustomerID)
	case answer.Kind == erp.CustomerGone: // asked for a moment ago, or configured
		answer.Kind = erp.Refused
	}
	return answer
}

// constants are texts of a sale that no store wrote.
func (c *Client) constants() []any {
	return []any{c.config.Sale, c.config.Items, saleTypes, statuses, amountTypes, paymentMethods}
}

// call makes the call once, or not at all, and says what the answer means. The private
// values, beside those of the headers, never reach its text.
func (c *Client) call(ctx context.Context, k wire.Keys, request wire.Call, meaning func(wire.Response, time.Time) erp.Answer, private ...string) erp.Answer {
	private = append(private, k.App, k.Secret)
	request.Header = http.Header{"Accept": {"application/json"}}
	if request.Body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	for name, text := range c.config.Headers {
		value, err := placeholder.Expand(text, map[string]string{"app_key": k.App, "app_secret": k.Secret})
		if err != nil {
			return c.caller.WrongSecret(words.Say("header %s: %s", name, err))
		}
		request.Header.Set(name, value)
		private = append(private, value)
	}
	response, answer := c.caller.Send(ctx, request, private...)
	if answer.Kind == "" {
		answer = meaning(response, c.caller.Now())
		answer.Text = wire.Clean(answer.Text, private...)
	}
	return answer
}

// keys are the account's, if its headers name one.
func (c *Client) keys(ctx context.Context, creates bool) (wire.Keys, erp.Answer) {
	return c.caller.Keys(ctx, creates, c.usedKeys()...)
}

// keyDigest is the digest of the App Key where the account's headers have it: the
// secret alone may be a token that is renewed now and then for the same company.
func (c *Client) keyDigest(k wire.Keys) string {
	if k.App == "" || !slices.Contains(c.usedKeys(), "app_key") {
		return ""
	}
	return erp.KeyDigest(k.App)
}

// usedKeys are the names of the keys that the headers name.
func (c *Client) usedKeys() []string {
	var used []string
	for _, text := range c.config.Headers {
		names, _ := placeholder.Names(text) // Check refused what is malformed
		used = append(used, names...)
	}
	slices.Sort(used)
	return slices.Compact(used)
}

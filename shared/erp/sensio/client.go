// Package sensio makes a paid order a pedido of type Venda in one Sensio
// account: the mapping, the calls that it takes, and what their answers mean.
// What Sensio doesn't publish is in unpublished.go.
package sensio

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/placeholder"
	"github.com/carimbo/carimbo/shared/erp/wire"
)

// Options say what a Client is for.
type Options struct {
	// Account is its name in connections.yaml.
	Account     string
	Config      Config
	Credentials erp.Credentials
	// Notes remember which sale the look-up found last; where they are nil, no look-up
	// ever proves an absence.
	Notes erp.Notes
	// Now is time.Now unless set.
	Now func() time.Time
	// Sleep waits until d is over or the context is; a timer unless set.
	Sleep func(ctx context.Context, d time.Duration) error
	// Transport carries the requests, for a simulation without sockets; a new
	// connection for each unless set.
	Transport http.RoundTripper
}

// Client is one Sensio account. It implements erp.ERP and, like it, makes one
// call at a time.
type Client struct {
	account     string
	config      Config
	credentials erp.Credentials
	notes       erp.Notes
	now         func() time.Time
	sleep       func(context.Context, time.Duration) error
	http        *http.Client
	// started is when the last call began: a new process doesn't know what the
	// former one called, so one began with it.
	started time.Time
}

var _ erp.ERP = (*Client)(nil)

// New makes the account's client.
func New(o Options) *Client {
	c := &Client{account: o.Account, config: o.Config, credentials: o.Credentials, notes: o.Notes, now: o.Now, sleep: o.Sleep, http: wire.NewClient()}
	if c.now == nil {
		c.now = time.Now
	}
	if c.sleep == nil {
		c.sleep = wire.Sleep
	}
	if o.Transport != nil {
		c.http.Transport = o.Transport
	}
	c.started = c.now()
	return c
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

// keyDigest is the digest of the App Key where the account's headers have it: the
// secret alone may be a token that is renewed now and then for the same company.
func (c *Client) keyDigest(ctx context.Context) string {
	if !slices.Contains(c.usedKeys(), "app_key") {
		return ""
	}
	key, _, err := c.credentials(ctx)
	if err != nil {
		return "" // the call that follows says so
	}
	return erp.KeyDigest(key)
}

// LongestRest is 24 hours: Sensio publishes no limits.
func (c *Client) LongestRest() time.Duration { return longestRest }

// Create sends POST /sales once. See erp.ERP.
func (c *Client) Create(ctx context.Context, doc erp.Document) erp.Answer {
	sale, ok := doc.Body.(Sale)
	if !ok || sale.Customer == "" && sale.CustomerID == "" {
		return erp.Answer{Kind: erp.NotSent, Text: "the document has no customer yet"}
	}
	if key := c.keyDigest(ctx); doc.Key != "" && key != "" && doc.Key != key {
		return erp.Answer{Kind: erp.NotSent, Text: "the account's App Key was changed a moment ago"}
	}
	body, err := Request(doc)
	if err != nil {
		return erp.Answer{Kind: erp.NotSent, Text: "the request can't be written as JSON"}
	}
	target, err := expandURL(c.config.BaseURL, salesPath, nil)
	if err != nil {
		return erp.Answer{Kind: erp.NotSent, Text: err.Error()}
	}
	sent := wire.Sent{Request: sale, Constants: c.constants(), Store: doc.Order}
	answer, _ := c.call(ctx, call{name: "POST /sales", method: http.MethodPost, url: target, body: body}, func(r wire.Response, now time.Time) erp.Answer {
		return outcomeOfCreate(ctx, r, sent, now)
	}, doc.Customer.Private()...)
	return answer
}

// constants are texts of a sale that no store wrote.
func (c *Client) constants() []any {
	return []any{c.config.Sale, c.config.Items, saleTypes, statuses, amountTypes, paymentMethods}
}

// call is one request.
type call struct {
	name   string
	method string
	url    string
	body   []byte // nil for a read
}

func (k call) writes() bool { return k.body != nil }

// notSent is the answer of a call that was never begun.
func (k call) notSent(text string) erp.Answer {
	if k.writes() {
		return erp.Answer{Kind: erp.NoTime, Text: text}
	}
	return erp.Answer{Kind: erp.NotSent, Text: text}
}

// call makes the call once, or not at all, and judges the answer. The private
// values, beside those of the headers, never reach its text.
func (c *Client) call(ctx context.Context, k call, judge func(wire.Response, time.Time) erp.Answer, private ...string) (erp.Answer, []byte) {
	header, secrets, answer := c.headers(ctx, k)
	if answer.Kind != "" {
		return answer, nil
	}
	if err := c.pace(ctx); err != nil {
		return k.notSent("the time was over before the call"), nil
	}
	if answer, late := c.tooLate(ctx, k); late {
		return answer, nil
	}
	response, answer := wire.Send(ctx, c.http, callLimit, wire.Request{Name: k.name, Method: k.method, URL: k.url, Header: header, Body: k.body})
	if answer.Kind == "" {
		answer = judge(response, c.now())
	}
	answer.Text = wire.Clean(answer.Text, append(private, secrets...)...)
	return answer, response.Body
}

// headers are those of every request, and what of them must never be shown.
// Without the account's keys it rests, since nothing of it can go on.
func (c *Client) headers(ctx context.Context, k call) (header http.Header, secrets []string, answer erp.Answer) {
	keys, answer := c.keys(ctx, k)
	if answer.Kind != "" {
		return nil, nil, answer
	}
	header = http.Header{"Accept": {"application/json"}}
	if k.writes() {
		header.Set("Content-Type", "application/json")
	}
	secrets = slices.Collect(maps.Values(keys))
	for name, text := range c.config.Headers {
		value, err := placeholder.Expand(text, keys)
		if err != nil {
			return nil, nil, c.rests(fmt.Sprintf("header %s: %v", name, err))
		}
		header.Set(name, value)
		secrets = append(secrets, value)
	}
	return header, secrets, erp.Answer{}
}

// keys are the account's, of those that its headers name.
func (c *Client) keys(ctx context.Context, k call) (map[string]string, erp.Answer) {
	used := c.usedKeys()
	if len(used) == 0 {
		return nil, erp.Answer{}
	}
	key, secret, err := c.credentials(ctx)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, k.notSent("the time was over before the account's secret was read")
	case err != nil:
		return nil, c.rests(wire.Clean(err.Error(), key, secret))
	}
	all, named := map[string]string{"app_key": key, "app_secret": secret}, map[string]string{}
	for _, name := range used {
		if all[name] == "" {
			return nil, c.rests(name + " is missing")
		}
		named[name] = all[name]
	}
	return named, erp.Answer{}
}

func (c *Client) usedKeys() []string {
	var used []string
	for _, text := range c.config.Headers {
		names, _ := placeholder.Names(text) // Check refused what is malformed
		used = append(used, names...)
	}
	slices.Sort(used)
	return slices.Compact(used)
}

func (c *Client) rests(why string) erp.Answer {
	return erp.Answer{Kind: erp.Lane, RetryAfter: secretRest, AccountFault: true, Text: "secret sensio/" + c.account + ": " + why}
}

// pace waits until the last call began long enough ago.
func (c *Client) pace(ctx context.Context) error {
	// A clock that went back must not make for a longer wait.
	if wait := min(c.started.Add(spacing).Sub(c.now()), spacing); wait > 0 {
		if err := c.sleep(ctx, wait); err != nil {
			return err
		}
	}
	c.started = c.now()
	return nil
}

// tooLate tells whether too little time is left to begin: a create needs enough
// to be recorded as well. It is asked after every wait, just before the bytes. The
// wall clock counts, not the monotonic one, which may have stood still with the
// process.
func (c *Client) tooLate(ctx context.Context, k call) (erp.Answer, bool) {
	if ctx.Err() != nil {
		return k.notSent("the time was over before the call"), true
	}
	deadline, ok := ctx.Deadline()
	left := deadline.Round(0).Sub(c.now().Round(0))
	if k.writes() && ok && left < callLimit+margin {
		return k.notSent(fmt.Sprintf("%s were left, a create needs %s", left.Truncate(time.Millisecond), callLimit+margin)), true
	}
	return erp.Answer{}, false
}

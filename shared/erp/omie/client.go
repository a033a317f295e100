// Package omie makes a paid order an ordem de serviço (OS) in one Omie account:
// the mapping, the five calls that it takes, and what their answers mean.
package omie

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/wire"
)

const (
	// callLimit is the longest that one call may take.
	callLimit = 60 * time.Second
	// margin is what has to be left beyond a create's call to record its outcome.
	margin = 10 * time.Second
	// apart is how far the starts of two calls of one method lie from each other: 240 a
	// minute.
	apart = 250 * time.Millisecond
	// secretRest is how long the account rests when its secret can't be read.
	secretRest = 60 * time.Second
)

// Options say what a Client is for.
type Options struct {
	// Account is its name in connections.yaml.
	Account     string
	Config      Config
	Credentials erp.Credentials
	// Notes remember nCodCli, and until when nothing is asked, by a hash of the tax id.
	// What can't be noted isn't asked. Nil where nothing is remembered.
	Notes erp.Notes
	// Spacing is the least time between the end of a question about a customer and
	// the next one, whichever order asks (rule 6); 61 s unless set.
	Spacing time.Duration
	// Now is time.Now unless set.
	Now func() time.Time
	// Sleep waits until d is over or the context is; a timer unless set.
	Sleep func(ctx context.Context, d time.Duration) error
	// Transport carries the requests, for a simulation without sockets; a new
	// connection for each unless set.
	Transport http.RoundTripper
}

// Client is one Omie account. It implements erp.ERP and, like it, makes one call
// at a time.
type Client struct {
	account     string
	config      Config
	credentials erp.Credentials
	notes       erp.Notes
	spacing     time.Duration
	now         func() time.Time
	sleep       func(context.Context, time.Duration) error
	http        *http.Client
	// born and started are when the last call of a method began: a new process
	// doesn't know what the former one called, so all of them began with it.
	born    time.Time
	started map[method]time.Time
}

var _ erp.ERP = (*Client)(nil)

// New makes the account's client.
func New(o Options) *Client {
	c := &Client{
		account: o.Account, config: o.Config, credentials: o.Credentials, notes: o.Notes, spacing: cmp.Or(o.Spacing, redundantRest),
		now: o.Now, sleep: o.Sleep, http: wire.NewClient(), started: map[method]time.Time{},
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.sleep == nil {
		c.sleep = wire.Sleep
	}
	if o.Transport != nil {
		c.http.Transport = o.Transport
	}
	c.born = c.now()
	return c
}

// CanLookUp is always true: cCodIntOS is a key of ConsultarOS.
func (c *Client) CanLookUp() bool { return true }

// CallLimit is 60 seconds.
func (c *Client) CallLimit() time.Duration { return callLimit }

// kindOS is what IncluirOS creates, and what entries of the first release are.
const kindOS = "os"

// DocumentKind is an ordem de serviço.
func (c *Client) DocumentKind() string { return kindOS }

// LongestRest is 2 hours: Omie's blocks last 30 minutes.
func (c *Client) LongestRest() time.Duration { return longestRest }

// Create sends IncluirOS once. See erp.ERP.
func (c *Client) Create(ctx context.Context, doc erp.Document) erp.Answer {
	os, ok := doc.Body.(OS)
	if !ok || doc.CustomerID == "" {
		return erp.Answer{Kind: erp.NotSent, Text: "the document has no customer yet"}
	}
	k, answer := c.keys(ctx, incluirOS)
	if answer.Kind != "" {
		return answer
	}
	if doc.Key != "" && doc.Key != erp.KeyDigest(k.app) {
		return erp.Answer{Kind: erp.NotSent, Text: "the account's App Key was changed a moment ago: the customer is of the former one"}
	}
	sent := wire.Sent{Request: os, Constants: []any{c.config.OS, c.config.Services}, Store: doc.Order}
	answer, r := c.call(ctx, k, incluirOS, sent, doc.Customer.Private()...)
	switch {
	case answer.Kind == erp.Created && !about(r.body, doc.Reference.Code):
		return erp.Answer{Kind: erp.Lost, Text: "Omie answered about an OS with another cCodIntOS"}
	case answer.Kind == erp.Refused && unknownCustomer.MatchString(r.fault.words.Own):
		c.forget(ctx, k, doc.Customer)
	}
	return answer
}

// about tells whether the answer names no other OS than ours.
func about(body []byte, code string) bool {
	var a struct {
		CCodIntOS string `json:"cCodIntOS"`
	}
	return wire.Decode(body, &a) == nil && (a.CCodIntOS == "" || a.CCodIntOS == code)
}

// Request is the exact body of IncluirOS: what Create sends, and what a preview
// shows with other words for the credentials.
func Request(doc erp.Document, appKey, appSecret string) ([]byte, error) {
	os, ok := doc.Body.(OS)
	if !ok {
		return nil, fmt.Errorf("write omie request: the document is no OS")
	}
	return envelope(incluirOS, appKey, appSecret, os)
}

// envelope is what every method wants. The keys are texts: as numbers they would
// lose a leading zero.
func envelope(m method, appKey, appSecret string, param any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	err := e.Encode(struct {
		Call      method `json:"call"`
		AppKey    string `json:"app_key"`
		AppSecret string `json:"app_secret"`
		Param     [1]any `json:"param"`
	}{m, appKey, appSecret, [1]any{param}})
	if err != nil {
		return nil, fmt.Errorf("write omie request: %w", err)
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

func (m method) path() string {
	switch m {
	case listarClientes, incluirCliente, consultarCliente:
		return "geral/clientes/"
	}
	return "servicos/os/"
}

// call makes one call of the method, or none. The private values, beside the
// keys, never reach the answer's text.
func (c *Client) call(ctx context.Context, k keys, m method, sent wire.Sent, private ...string) (erp.Answer, reply) {
	request, err := envelope(m, k.app, k.secret, sent.Request)
	if err != nil {
		return erp.Answer{Kind: erp.NotSent, Text: "the request can't be written as JSON"}, reply{}
	}
	if err := c.pace(ctx, m); err != nil {
		return notSent(m, "the time was over before the call"), reply{}
	}
	if answer, late := c.tooLate(ctx, m); late {
		return answer, reply{}
	}
	private = append(private, k.app, k.secret)
	response, failed := c.send(ctx, m, request)
	if failed.Kind != "" {
		failed.Text = wire.Clean(failed.Text, private...)
		return failed, reply{}
	}
	return outcome(ctx, m, response, sent, private...)
}

// tooLate tells whether too little time is left to begin. A create needs enough
// to be recorded as well. It is asked after every wait, just before the bytes. The
// wall clock counts, not the monotonic one, which may
// have stood still with the process.
func (c *Client) tooLate(ctx context.Context, m method) (erp.Answer, bool) {
	if ctx.Err() != nil {
		return notSent(m, "the time was over before the call"), true
	}
	deadline, ok := ctx.Deadline()
	left := deadline.Round(0).Sub(c.now().Round(0))
	if ok && left <= 0 {
		return notSent(m, "the time was over before the call"), true
	}
	if m == incluirOS && ok && left < callLimit+margin {
		return notSent(m, fmt.Sprintf("%s were left, a create needs %s", left.Truncate(time.Millisecond), callLimit+margin)), true
	}
	return erp.Answer{}, false
}

func notSent(m method, text string) erp.Answer {
	if m == incluirOS {
		return erp.Answer{Kind: erp.NoTime, Text: text}
	}
	return erp.Answer{Kind: erp.NotSent, Text: text}
}

// keys are an account's App Key and App Secret.
type keys struct{ app, secret string }

// keys reads the account's. Without them the account rests, since nothing of it can
// go on.
func (c *Client) keys(ctx context.Context, m method) (keys, erp.Answer) {
	key, secret, err := c.credentials(ctx)
	why := ""
	switch {
	case err != nil && ctx.Err() != nil:
		return keys{}, notSent(m, "the time was over before the account's secret was read")
	case err != nil:
		why = err.Error()
	case key == "":
		why = "app_key is missing"
	case secret == "":
		why = "app_secret is missing"
	default:
		return keys{key, secret}, erp.Answer{}
	}
	return keys{}, erp.Answer{
		Kind: erp.Lane, RetryAfter: secretRest, AccountFault: true,
		Text: wire.Clean(fmt.Sprintf("secret omie/%s: %s", c.account, why), key, secret),
	}
}

// pace waits until the method's last call began long enough ago.
func (c *Client) pace(ctx context.Context, m method) error {
	last, called := c.started[m]
	if !called {
		last = c.born
	}
	// A clock that went back must not make for a longer wait.
	if wait := min(last.Add(apart).Sub(c.now()), apart); wait > 0 {
		if err := c.sleep(ctx, wait); err != nil {
			return err
		}
	}
	c.started[m] = c.now()
	return nil
}

// send puts the request on the wire, once.
func (c *Client) send(ctx context.Context, m method, request []byte) (wire.Response, erp.Answer) {
	return wire.Send(ctx, c.http, callLimit, wire.Request{
		Name: string(m), Method: http.MethodPost, Body: request,
		URL:    strings.TrimSuffix(c.config.BaseURL, "/") + "/" + m.path(),
		Header: http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}},
	})
}

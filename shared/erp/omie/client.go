// Package omie makes a paid order an ordem de serviço (OS) or a pedido de venda in one Omie
// account: the mapping, the calls that it takes, and what their answers mean.
package omie

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

const (
	// callLimit is the longest that one call may take.
	callLimit = 60 * time.Second
	// apart is how far the starts of two calls lie from each other: 240 a minute. Omie
	// counts each method for itself.
	apart = 250 * time.Millisecond
)

// Client is one Omie account. It implements erp.Client and, like it, makes one call
// at a time.
type Client struct {
	account string
	config  Config
	caller  *wire.Caller
}

var _ erp.Client = (*Client)(nil)

// New makes the account's client. Its notes remember nCodCli, and until when nothing is
// asked, by a hash of the tax id; its spacing lies between the end of a question about a
// customer and the next one, whichever order asks.
func New(config Config, o erp.Options) *Client {
	return &Client{account: o.Account, config: config, caller: wire.NewCaller("omie", o, callLimit, apart)}
}

// CanLookUp is always true: our code is a key of ConsultarOS, and of ConsultarPedido.
func (c *Client) CanLookUp() bool { return true }

// CallLimit is 60 seconds.
func (c *Client) CallLimit() time.Duration { return callLimit }

// DocumentKind is the account's.
func (c *Client) DocumentKind() string { return c.config.Document }

// LongestRest is 2 hours: Omie's blocks last 30 minutes.
func (c *Client) LongestRest() time.Duration { return longestRest }

// Pace waits for at most a quarter of a second.
func (c *Client) Pace(ctx context.Context) error { return c.caller.Pace(ctx) }

// Create sends IncluirOS or IncluirPedido once. See erp.Client.
func (c *Client) Create(ctx context.Context, doc erp.Document) erp.Answer {
	body, ok := doc.Body.(content)
	if !ok || doc.CustomerID == "" {
		return erp.Answer{Kind: erp.NotSent, Text: words.Say("the document has no customer yet")}
	}
	if code := unlisted(body); code != "" {
		return erp.Answer{Kind: erp.NotSent, Text: words.Say("the document has no id yet of %s", code)}
	}
	k, answer := c.keys(ctx, true)
	if answer.Kind != "" {
		return answer
	}
	if doc.Key != "" && doc.Key != erp.KeyDigest(k.App) {
		return erp.Answer{Kind: erp.NotSent, Text: words.Say("the account's App Key was changed a moment ago: the customer is of the former one")}
	}
	sent := wire.Sent{Request: body, Constants: c.config.constants(), Store: doc.Order}
	answer, r := c.call(ctx, k, body.create(), sent, doc.Customer.Private()...)
	if answer.Kind == erp.Created && !about(r.body, doc.Reference.Code) {
		return erp.Answer{Kind: erp.Lost, Text: words.Say("Omie answered about a document with another code of integration")}
	}
	// Whatever is said of the customer, a person's retry asks for them anew.
	if (answer.Kind == erp.Refused || answer.Kind == erp.Unknown) && namesCustomer.MatchString(r.fault.words.Shown) {
		if c.forget(ctx, k, doc) && answer.Kind == erp.Refused && r.fault.customerGone() {
			answer.Kind = erp.CustomerGone
		}
	}
	if answer.Kind == erp.Refused && (answer.Reason == order.Mapping || unknownListed.MatchString(r.fault.words.Own)) {
		c.forgetListed(ctx, k, body)
	}
	if answer.Reason == order.Mapping {
		answer.Text = wire.Clean(words.Say("%s. Mend it in Omie's catalogue, or name another one under erps.%s.%s in connections.yaml, then carimbo orders retry", answer.Text, c.account, body.mappedBy()))
	}
	return answer
}

// customerGone tells whether the refusal says that the customer is nobody whom an OS can
// have, and not that something of them is wrong.
func (f fault) customerGone() bool {
	if unknownCustomer.MatchString(f.words.Own) {
		return true
	}
	ofThePerson := []*regexp.Regexp{namesEmail, namesPhone, namesCity, namesAddress, namesIdentity}
	return (uselessCustomer.MatchString(f.words.Own) || uselessID.MatchString(f.words.Shown)) &&
		!slices.ContainsFunc(ofThePerson, func(p *regexp.Regexp) bool { return p.MatchString(f.words.Own) })
}

// about tells whether the answer names no other document than ours.
func about(body []byte, code string) bool {
	e := stateOf(body)
	named := cmp.Or(e.CCodIntOS, e.CodigoPedidoIntegracao)
	return named == "" || string(named) == code
}

// Request is the exact body of the create call: what Create sends, and what a preview
// shows with other words for the credentials.
func Request(doc erp.Document, appKey, appSecret string) ([]byte, error) {
	body, ok := doc.Body.(content)
	if !ok {
		return nil, fmt.Errorf("write omie request: the document is none of Omie's")
	}
	return envelope(body.create(), appKey, appSecret, body)
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
	case listarServicos:
		return "servicos/servico/"
	case consultarProduto:
		return "geral/produtos/"
	case listarPosEstoque:
		return "estoque/consulta/"
	case incluirPedido, consultarPedido:
		return "produtos/pedido/"
	}
	return "servicos/os/"
}

// call makes one call of the method, or none. The private values, beside the
// keys, never reach the answer's text.
func (c *Client) call(ctx context.Context, k wire.Keys, m method, sent wire.Sent, private ...string) (erp.Answer, reply) {
	return c.callBy(ctx, k, m, sent, time.Time{}, private...)
}

// callBy makes a call that is over by then, where that is before its limit.
func (c *Client) callBy(ctx context.Context, k wire.Keys, m method, sent wire.Sent, by time.Time, private ...string) (erp.Answer, reply) {
	request, err := envelope(m, k.App, k.Secret, sent.Request)
	if err != nil {
		return erp.Answer{Kind: erp.NotSent, Text: words.Say("the request can't be written as JSON")}, reply{}
	}
	private = append(private, k.App, k.Secret)
	response, failed := c.caller.Send(ctx, wire.Call{Creates: m.creates(), By: by, Request: wire.Request{
		Name: words.Plain(string(m)), Method: http.MethodPost, Body: request,
		URL:    strings.TrimSuffix(c.config.BaseURL, "/") + "/" + m.path(),
		Header: http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}},
	}}, private...)
	if failed.Kind != "" {
		return failed, reply{}
	}
	return answerOf(ctx, m, response, sent, private...)
}

// keys are the account's, both of which every call needs.
func (c *Client) keys(ctx context.Context, creates bool) (wire.Keys, erp.Answer) {
	return c.caller.Keys(ctx, creates, "app_key", "app_secret")
}

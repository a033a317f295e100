// Package hotmart reads Hotmart's purchase webhook, versions 1.0.0 and 2.0.0 in
// JSON: one product per event, money in currency units, and a static token as
// the proof of being genuine.
//
// The token (hottok) comes in the header X-HOTMART-HOTTOK or, in older
// deliveries, in the body's top-level field hottok. It is the account's, Hotmart
// signs nothing with it, and who knows it can send anything: it is taken out of
// the body before the body is kept.
//
// PURCHASE_APPROVED is paid. PURCHASE_REFUNDED, PURCHASE_CHARGEBACK and
// PURCHASE_CANCELED are reversed, except when the purchase says
// PARTIALLY_REFUNDED: what was refunded in part is still a sale. A purchase that was
// cancelled and says that it was never approved (approved_date is null, or missing beside
// a refusal_reason) is neither: who is declined may pay the same purchase a minute later.
// PURCHASE_PROTEST is neither: the buyer asked for a refund that is not granted
// yet, and PURCHASE_REFUNDED or PURCHASE_CHARGEBACK follows if it is. Nor is
// PURCHASE_COMPLETE, which comes when the guarantee ends and repeats a
// transaction that was approved weeks before.
package hotmart

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"maps"
	"net/url"
	"time"

	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/words"
)

// Platform is Hotmart.
type Platform struct{}

const (
	// header and field carry the token.
	header = "x-hotmart-hottok"
	field  = "hottok"
)

// Ping is never true: Hotmart's test button sends a signed event, of a product
// with id 0.
func (Platform) Ping(platform.Request) bool { return false }

// Provable is always true: older deliveries have the token in the body.
func (Platform) Provable(map[string]string, url.Values) bool { return true }

// Verify compares the token. One may come in the header and one in the body;
// each that does must be right. Only for who knows one is the body decoded.
func (Platform) Verify(r platform.Request, secrets []string, _ time.Time) error {
	token := r.Header[header]
	if token == "" {
		token = tokenIn(r.Body)
	}
	if !isOneOf(token, secrets) {
		return platform.ErrSignature
	}
	inBody := bodyToken(r.Body)
	if inBody == "" && r.Header[header] == "" || inBody != "" && !isOneOf(inBody, secrets) {
		return platform.ErrSignature
	}
	return nil
}

// isOneOf compares digests, so that not even the secret's length can be measured.
// No token is none, whatever the secrets.
func isOneOf(token string, secrets []string) bool {
	if token == "" {
		return false
	}
	got := sha256.Sum256([]byte(token))
	equal := 0
	for _, secret := range secrets {
		want := sha256.Sum256([]byte(secret))
		equal |= subtle.ConstantTimeCompare(got[:], want[:])
	}
	return equal == 1
}

// bodyToken is the token in the body; empty where there is none or null. What is
// no string comes back as its JSON, which is a token that is present and wrong.
func bodyToken(body []byte) string {
	var top map[string]json.RawMessage
	if platform.Unmarshal(body, &top) != nil {
		return ""
	}
	raw := top[field]
	var token *string
	if len(raw) > 0 && json.Unmarshal(raw, &token) != nil {
		return string(raw)
	}
	if token == nil {
		return ""
	}
	return *token
}

// Read says what the event means. Whatever names an event is understood; only a
// paid or reversed one must name its transaction too, since Hotmart also tells of
// carts and subscriptions, which have none.
func (Platform) Read(r platform.Request, s platform.Settings) (platform.Notice, error) {
	n := platform.Notice{Payload: payload(r)}
	e, err := decode(r.Body)
	if err != nil {
		return n, words.Errorf("%s: %s", platform.ErrNotUnderstood, err)
	}
	if e.Event == "" {
		return n, words.Errorf("%s: event is missing", platform.ErrNotUnderstood)
	}
	n.Topic = string(e.Event)
	status := e.status()
	if err := e.checkTransaction(); err != nil && status != platform.Neither {
		return n, words.Errorf("%s: %s", platform.ErrNotUnderstood, err)
	}
	n.Status = status
	n.OrderID = string(e.Data.Purchase.Transaction)
	n.StoreNumber = n.OrderID
	paid := e.paid()
	n.PaidAt, n.PaidRank = paid.At, paid.Rank
	amount, _, err := e.amount(s)
	n.Zero = err == nil && amount.IsZero()
	n.Test = e.Data.Product.ID == "0"
	n.Version = millis(e.CreationDate)
	return n, nil
}

// payload keeps the request without the token.
func payload(r platform.Request) platform.Payload {
	token := r.Header[header]
	r.Query = maps.Clone(r.Query)
	r.Query.Del(field)
	r.Body = withoutToken(r.Body, token)
	return r.Keep("content-type")
}

// withoutToken leaves a body without the field as it came, byte by byte, and of
// one that is no JSON object removes the token that proved the request.
func withoutToken(body []byte, token string) []byte {
	var top map[string]json.RawMessage
	if platform.Unmarshal(body, &top) != nil {
		return bytes.ReplaceAll(body, []byte(token), nil)
	}
	if _, ok := top[field]; !ok {
		return body
	}
	delete(top, field)
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if e.Encode(top) != nil {
		return nil // can't be: every value was read from valid JSON
	}
	return bytes.TrimSpace(out.Bytes())
}

// Sign makes the request that Hotmart would send: the token in the header.
func (Platform) Sign(body []byte, secret string, _ time.Time) platform.Request {
	return platform.Request{
		Header: map[string]string{"content-type": "application/json", header: secret},
		Body:   body,
	}
}

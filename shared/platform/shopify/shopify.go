package shopify

import (
	"cmp"
	"net/http"
	"net/url"
	"time"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/words"
)

// Platform is Shopify. Its zero value is ready; the fields are Fetch's alone.
type Platform struct {
	// BaseURL stands in for https:// and the store's domain.
	BaseURL string
	// Transport defaults to http.DefaultTransport.
	Transport http.RoundTripper
	// Tokens keeps the tokens of the stores' apps; nil gets one for each Fetch.
	Tokens *Tokens
}

const (
	signatureHeader = "x-shopify-hmac-sha256"
	topicHeader     = "x-shopify-topic"
)

// Ping is never true: Shopify's test notifications are signed orders.
func (Platform) Ping(platform.Request) bool { return false }

// Provable wants the signature's header.
func (Platform) Provable(header map[string]string, _ url.Values) bool {
	return header[signatureHeader] != ""
}

// Verify takes the signature of any secret: after a rotation either may be used
// for an hour.
func (Platform) Verify(r platform.Request, secrets []string, _ time.Time) error {
	return platform.VerifySignature(r.Header[signatureHeader], secrets, r.Body)
}

// Read says what the request means. The body alone decides, since it alone is
// signed: the topic dates the payment, and names what has no order's fields.
func (Platform) Read(r platform.Request, _ platform.Settings) (platform.Notice, error) {
	n := platform.Notice{Payload: r.Keep("content-type", topicHeader)}
	b, err := decode(r.Body)
	if err != nil {
		return n, words.Errorf("%s: %s", platform.ErrNotUnderstood, err)
	}
	topic := r.Header[topicHeader]
	whole := b.isOrder(r.Body)
	if !whole && !ofOrders(topic) {
		n.Status, n.Topic = platform.Neither, topic
		n.OrderID = string(cmp.Or(b.OrderID, b.ID))
		return n, nil
	}
	if err := platform.CheckNumericID(b.ID); err != nil {
		return n, words.Errorf("%s: %s", platform.ErrNotUnderstood, err)
	}
	if err := platform.CheckStatus(whole, b.hasStatus()); err != nil {
		return n, err
	}
	n.Status = b.status()
	n.OrderID = string(b.ID)
	n.StoreNumber = b.number()
	paid := b.paid(topic)
	n.PaidAt, n.PaidRank = paid.At, paid.Rank
	if paid.Rank == order.ByNotice && topic != ordersPaid {
		n.PaidFrom = b.placedAt()
	}
	n.DayOpen = paid.Rank == order.ByOrder && topic != ordersPaid && !b.placedAt().IsZero() && b.dayIsOpen()
	n.Test = b.Test
	n.Zero = platform.IsZero(b.TotalPriceSet.or(b.TotalPrice))
	n.Version = b.version()
	if n.Topic = topic; topic == "" {
		n.Topic = "orders"
	}
	return n, nil
}

// Sign makes the request that Shopify would send, with the topic that fits the
// body.
func (Platform) Sign(body []byte, secret string, _ time.Time) platform.Request {
	topic := ordersUpdated
	if b, err := decode(body); err == nil {
		switch {
		case b.CancelledAt != "":
			topic = ordersCancelled
		case b.FinancialStatus == "paid" && !b.tellsOfMore():
			topic = ordersPaid
		}
	}
	r := platform.Request{
		Header: map[string]string{"content-type": "application/json", topicHeader: topic},
		Body:   body,
	}
	if secret != "" {
		r.Header[signatureHeader] = platform.Signature(secret, body)
	}
	return r
}

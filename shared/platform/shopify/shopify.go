package shopify

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"net/http"
	"time"

	"github.com/carimbo/carimbo/shared/platform"
)

// Platform is Shopify. Its zero value is ready; the fields are Fetch's alone.
type Platform struct {
	// BaseURL stands in for https:// and the store's domain.
	BaseURL string
	// Transport defaults to http.DefaultTransport.
	Transport http.RoundTripper
}

const (
	signatureHeader = "x-shopify-hmac-sha256"
	topicHeader     = "x-shopify-topic"
)

// Ping is never true: Shopify's test notifications are signed orders.
func (Platform) Ping(platform.Request) bool { return false }

// Verify compares the signature with that of each secret: after a rotation either
// may be used for an hour.
func (Platform) Verify(r platform.Request, secrets []string, _ time.Time) error {
	given := []byte(r.Header[signatureHeader])
	right := 0
	for _, secret := range secrets {
		if secret != "" {
			right |= subtle.ConstantTimeCompare(given, []byte(signature(secret, r.Body)))
		}
	}
	if right != 1 {
		return platform.ErrSignature
	}
	return nil
}

func signature(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Read says what the request means. A topic whose body is no order is neither.
func (Platform) Read(r platform.Request, _ platform.Settings) (platform.Notice, error) {
	n := platform.Notice{Payload: payload(r)}
	b, err := decode(r.Body)
	if err != nil {
		return n, fmt.Errorf("%w: %w", platform.ErrNotUnderstood, err)
	}
	topic := r.Header[topicHeader]
	if !hasOrder(topic) {
		n.Status, n.Topic = platform.Neither, topic
		if n.OrderID = string(b.OrderID); n.OrderID == "" {
			n.OrderID = string(b.ID)
		}
		return n, nil
	}
	if err := b.checkID(); err != nil {
		return n, fmt.Errorf("%w: %w", platform.ErrNotUnderstood, err)
	}
	n.Status = b.status(topic)
	n.OrderID = string(b.ID)
	n.StoreNumber = b.number()
	n.PaidAt = b.paidAt(topic)
	n.Test = b.Test
	n.Version = b.version()
	if n.Topic = topic; topic == "" {
		n.Topic = "orders"
	}
	return n, nil
}

// payload keeps the body as it came and the topic, which dates the payment. The
// ids and times of the delivery are not kept.
func payload(r platform.Request) platform.Payload {
	p := platform.Payload{Query: r.Query.Encode(), Body: r.Body}
	for _, name := range []string{"content-type", topicHeader} {
		if value := r.Header[name]; value != "" {
			if p.Headers == nil {
				p.Headers = map[string]string{}
			}
			p.Headers[name] = value
		}
	}
	return p
}

// Sign makes the request that Shopify would send, with the topic that fits the
// body.
func (Platform) Sign(body []byte, secret string, _ time.Time) platform.Request {
	topic := ordersUpdated
	if b, err := decode(body); err == nil {
		switch {
		case b.CancelledAt != "":
			topic = ordersCancelled
		case b.FinancialStatus == "paid":
			topic = ordersPaid
		}
	}
	r := platform.Request{
		Header: map[string]string{"content-type": "application/json", topicHeader: topic},
		Body:   body,
	}
	if secret != "" {
		r.Header[signatureHeader] = signature(secret, body)
	}
	return r
}

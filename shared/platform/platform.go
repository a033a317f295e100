// Package platform says what intake and placing need of a store's platform. One
// package per platform lies below; each is a verifier, a reader and a decoder,
// all pure.
package platform

import (
	"context"
	"errors"
	"net/url"
	"time"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// Platform is one kind of store or checkout. Its methods are pure: no clock, no
// network, no state.
type Platform interface {
	// Ping tells whether the request is the platform's unsigned test of the URL,
	// which wants exactly 200 and nothing else.
	Ping(r Request) bool

	// Provable tells, before the body is read, whether the request has something
	// where this platform has its proof; true where the proof may be in the body.
	// What isn't provable is refused without reading a body or a secret.
	Provable(header map[string]string, query url.Values) bool

	// Verify proves that the request is genuine, by any of the secrets. It
	// compares in constant time and over the raw bytes. The error is ErrSignature
	// whatever was wrong, so that nothing can be learned from it. No secret, or an
	// empty one, never proves anything.
	Verify(r Request, secrets []string, now time.Time) error

	// Read says what a verified request means. The error is ErrNotUnderstood
	// (wrapped) for a genuine request that can't be read: it is queued as raw, with
	// the notice's Payload, which is there in that case too and holds no token.
	Read(r Request, s Settings) (Notice, error)

	// Order decodes a payload that Read (or a Fetcher) gave. It fails only on a
	// shape that it doesn't know: currency, sums and tax ids are verdicts on the
	// decoded order, reached by order.Check and the ERP. The order is Bounded. The
	// error is an *order.Rejection.
	Order(p Payload, s Settings) (order.Order, error)

	// Sign makes of a body the request that the platform would send.
	Sign(body []byte, secret string, now time.Time) Request
}

// Fetcher is a platform whose webhook carries only an id: what Order needs is
// fetched from the store, again at each attempt.
type Fetcher interface {
	// Fetch turns the payload of the notice into the payload that Order decodes;
	// store is the connection's secret store/<connection>. The error is ErrFetch,
	// wrapped: the order waits and is fetched again. It wraps a Refusal, too, where only
	// a person ends that.
	Fetch(ctx context.Context, p Payload, store map[string]string) (Payload, error)
	// CheckStore says what is wrong with that secret's form, as far as it can be told
	// without asking the store. The error is a *Refusal. No secret has no form.
	CheckStore(store map[string]string) error
}

// Refusal is why a store gives nothing for the secret store/<connection>, whenever it is
// asked, and what to do about it. It shows nothing of the secret.
type Refusal struct{ Why words.Text }

func (r *Refusal) Error() string { return r.Why.String() }

// Words is why.
func (r *Refusal) Words() words.Text { return r.Why }

// Refuse makes a Refusal.
func Refuse(format string, args ...any) error { return &Refusal{words.Say(format, args...)} }

// AsRefusal finds the Refusal in err.
func AsRefusal(err error) (why words.Text, ok bool) {
	var r *Refusal
	if errors.As(err, &r) {
		return r.Why, true
	}
	return words.Text{}, false
}

// OptionalFetcher is a Fetcher whose webhook carries the order already: Fetch adds
// what the webhook withholds. Without the secret store/<connection> (store is nil)
// it returns the payload as it is.
type OptionalFetcher interface {
	Fetcher
	FetchIsOptional()
}

// Request is an inbound webhook, free of any server's types.
type Request struct {
	// Header names are in lower case; the first value of each.
	Header map[string]string
	Query  url.Values
	// Body is the raw bytes, already base64-decoded where a gateway encoded them.
	Body []byte
}

// Settings are what a connection may say about its platform.
type Settings struct {
	// Connection is the connection's name.
	Connection string
	// Amount is which amount of a Hotmart purchase counts: "price" (what the buyer
	// paid; the default) or "producer" (what the producer gets).
	Amount string
	// Share is whose commission of a Hotmart purchase is the account's: "producer" (the
	// default), "coproducer" or "affiliate".
	Share string
	// GiftCards is "create" where gift cards that are sold become documents.
	GiftCards string
	// Line is the SKU of the one line of a payment that has no items.
	Line string
	// Header is the name of the header that carries the token, where the platform
	// lets the merchant choose it.
	Header string
	// TaxIDFields are names under which the store keeps the payer's tax id, beside those
	// that are known.
	TaxIDFields []string
}

// Status says what a notice means for the order.
type Status string

// What a notice can mean.
const (
	Paid     Status = "paid"
	Reversed Status = "reversed"
	// Neither: unpaid, or news that change nothing. It is ignored, visibly.
	Neither Status = "neither"
)

// CheckStatus tells whether a body of orders can be judged: an order, which has an
// id and lines or a total, says its status, and nothing else does. An id alone can
// be judged, and means nothing. The error is ErrNotUnderstood, wrapped.
func CheckStatus(isOrder, hasStatus bool) error {
	switch {
	case isOrder && !hasStatus:
		return words.Errorf("%s: the order has no status", ErrNotUnderstood)
	case hasStatus && !isOrder:
		return words.Errorf("%s: there is a status, and neither lines nor a total", ErrNotUnderstood)
	}
	return nil
}

// Notice is what a verified webhook says.
type Notice struct {
	Status Status
	// OrderID is the platform's id of the order; never the id of the delivery.
	OrderID string
	// StoreNumber is what the merchant sees; empty where the notice has only an id.
	StoreNumber string
	// PaidAt is when the order was paid; zero where only a fetch can tell.
	PaidAt time.Time
	// PaidFrom decides since, where the order may have been paid before PaidAt; where it
	// is zero PaidAt does.
	PaidFrom time.Time
	// PaidRank says how well PaidAt is known.
	PaidRank order.Rank
	// DayOpen: PaidAt may be another day than that of the payment, and the store may be
	// sending a notice that knows better just now. A new order waits a little for it.
	DayOpen bool
	// Test marks the platform's own test orders.
	Test bool
	// Zero marks an order that costs nothing.
	Zero bool
	// Version is the platform's version or modification time of the contents, in
	// any unit that grows; 0 where it has none.
	Version int64
	// Topic says in the platform's words what happened, for logs and metrics.
	Topic string
	// Payload is what Order needs later: no signature and no token in it.
	Payload Payload
}

var (
	// ErrSignature: the request is not proven to be genuine. It never says why.
	ErrSignature = words.Errorf("signature missing or wrong")
	// ErrNotUnderstood: the request is genuine and has no shape that we know.
	ErrNotUnderstood = words.Errorf("not understood")
	// ErrFetch: the store could not be asked, or gave no usable answer.
	ErrFetch = words.Errorf("the order could not be fetched from the store")
)

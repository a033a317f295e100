// Package intake is use case 1: from an HTTP request to a queued notice. It
// proves that the call is genuine, reads what it says, and answers 200 only when
// the notice is durable (rule 1).
package intake

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/secret"
)

// MaxPacked is the largest payload that is queued and kept (rule 17).
const MaxPacked = 300 << 10

const (
	// maxPing is as long as an unsigned ping may be.
	maxPing = 64
	// maxTopic bounds the words of a platform that are logged and kept.
	maxTopic = 64
	// maxCorrelation bounds what names a call; API Gateway's have 16 characters.
	maxCorrelation = 128
)

// Metric names what intake counts.
type Metric string

// What is counted per connection.
const (
	MetricQueued  Metric = "Queued"
	MetricIgnored Metric = "Ignored"
	MetricRefused Metric = "Refused"
)

// Meter counts what is worth counting; why is one of a few constant words.
type Meter interface {
	Take(ctx context.Context, m Metric, connection, why string)
}

// Intake takes webhooks.
type Intake struct {
	// Connections is the configuration as it is now.
	Connections func() connection.Config
	Platform    func(name string) (platform.Platform, bool)
	Secrets     secret.Store
	// Queue returns the queue that the account's worker reads.
	Queue func(account connection.Account) queue.Sender
	Now   func() time.Time
	Meter Meter
	Log   *slog.Logger
	// Health says in words for anybody why the machine can't be relied on now, or
	// nothing. Handler alone asks for it.
	Health func(context.Context) (why string)
	// Ignored hears of each proven call that is ignored, and why in one of a few constant
	// words, where somebody wants to know. The store waits for it: it does nothing slow.
	// The message has no payload.
	Ignored func(m queue.Message, why string)

	refusals refusals
}

// Response is what the store gets to hear.
type Response struct {
	Status int
	// Answer is the JSON body; nil for a ping, which wants 200 and nothing else.
	Answer *Answer
	// RetryAfter is set on 503.
	RetryAfter time.Duration
}

// Answer is the body of every answer: a status, or an error and a message.
type Answer struct {
	Status  string `json:"status,omitempty"`
	Error   string `json:"error,omitempty"`
	Message string `json:"message,omitempty"`
}

func refusal(status int, code, message string) Response {
	return Response{Status: status, Answer: &Answer{Error: code, Message: message}}
}

var (
	accepted  = Response{Status: 200, Answer: &Answer{Status: "accepted"}}
	ignored   = Response{Status: 200, Answer: &Answer{Status: "ignored"}}
	unknown   = refusal(404, "unknown_connection", "There is no connection of this name: compare the URL with connections.yaml.")
	unproven  = refusal(401, "not_authentic", "The call is not proven to come from the store.")
	tooLarge  = refusal(413, "too_large", "The body is larger than 1 MiB, or than 300 KiB compressed.")
	unwritten = Response{Status: 503, RetryAfter: 30 * time.Second,
		Answer: &Answer{Error: "not_accepted", Message: "The call could not be stored. Deliver it again."}}
)

// admit judges a call by what comes before its body, of which length is all that is
// known, or -1. Without a platform the answer stands: such a call has cost neither
// memory nor the read of a secret.
func (in *Intake) admit(ctx context.Context, cfg connection.Config, name string, r platform.Request, length int64) (platform.Platform, Response) {
	conn, ok := cfg.Connections[name]
	if !ok {
		return nil, in.refuse(ctx, unknown, "", "unknown_connection", nil)
	}
	p, ok := in.Platform(conn.Platform)
	switch {
	case !ok:
		return nil, in.refuse(ctx, unknown, name, "platform_not_built_in", nil)
	case !p.Provable(r.Header, r.Query) && !mayBePing(r.Header, length):
		return nil, in.refuse(ctx, unproven, name, "unsigned", nil)
	case length > platform.MaxBody:
		return nil, in.refuse(ctx, tooLarge, name, "too_large", nil)
	}
	return p, Response{}
}

// mayBePing: an unsigned ping is known by its body alone, so a form that is as short
// as one is read.
func mayBePing(header map[string]string, length int64) bool {
	kind, _, _ := strings.Cut(header["content-type"], ";")
	return strings.EqualFold(strings.TrimSpace(kind), "application/x-www-form-urlencoded") && 0 <= length && length <= maxPing
}

// Take judges one call. id identifies the request, for the resend of our own
// queue client and for the logs. Its answer comes when ctx ends, at the latest.
func (in *Intake) Take(ctx context.Context, name string, r platform.Request, id string) Response {
	cfg := in.Connections()
	p, refused := in.admit(ctx, cfg, name, r, int64(len(r.Body)))
	if p == nil {
		return refused
	}
	conn := cfg.Connections[name]
	if p.Ping(r) {
		return Response{Status: 200}
	}
	if !p.Provable(r.Header, r.Query) {
		return in.refuse(ctx, unproven, name, "unsigned", nil)
	}
	if err := in.verify(ctx, p, name, r); err != nil {
		if errors.Is(err, platform.ErrSignature) {
			return in.refuse(ctx, unproven, name, "signature", nil)
		}
		return in.refuse(ctx, unwritten, name, "secret", fmt.Errorf("read the signing secret: %w", err))
	}
	m, why := in.message(p, conn, r, id)
	if why != "" {
		in.Meter.Take(ctx, MetricIgnored, name, why)
		in.Log.InfoContext(ctx, "webhook ignored", "connection", name, "why", why, "topic", m.Topic, "order_id", m.OrderID, "store_number", m.StoreNumber, "request", id)
		if in.Ignored != nil {
			in.Ignored(m, why)
		}
		return ignored
	}
	if len(m.Payload) > MaxPacked {
		return in.refuse(ctx, tooLarge, name, "too_large", nil)
	}
	if err := in.Queue(cfg.Accounts[conn.Account]).Send(ctx, m); err != nil {
		return in.refuse(ctx, unwritten, name, "queue", fmt.Errorf("queue the notice: %w", err))
	}
	in.Meter.Take(ctx, MetricQueued, name, string(m.Type))
	in.Log.InfoContext(ctx, "webhook accepted", "connection", name, "key", m.Key, "type", m.Type, "topic", m.Topic, "correlation", m.Correlation)
	return accepted
}

// refuse counts the refusal for the log and, where the connection is a configured
// one, for the meter; cause is what went wrong on our side.
func (in *Intake) refuse(ctx context.Context, r Response, connection, why string, cause error) Response {
	if connection != "" {
		in.Meter.Take(ctx, MetricRefused, connection, why)
	}
	in.refusals.add(refusalKey{connection, why}, r.Status, cause)
	return r
}

// errNoSecret is ours to mend, not the store's: a 401 would have it give up.
var errNoSecret = errors.New("there is no such secret, or it has no " + secret.SigningKey + ": create it; the connection's calls are answered 503 until then")

// verify tries the secrets as they are known, and after a refresh those that it
// hasn't tried: the secret may have been rotated a moment ago. The store limits how
// often it is asked, and a forged call costs one try of each secret.
func (in *Intake) verify(ctx context.Context, p platform.Platform, name string, r platform.Request) error {
	hook := "hook/" + name
	now := in.Now()
	s, err := in.Secrets.Get(ctx, hook)
	if err != nil && !errors.Is(err, secret.ErrNotFound) {
		return err
	}
	tried := s.Signing(now)
	if p.Verify(r, tried, now) == nil {
		return nil
	}
	s, err = in.Secrets.Refresh(ctx, hook, now)
	if err != nil && !errors.Is(err, secret.ErrNotFound) {
		return err
	}
	known := s.Signing(now)
	if len(known) == 0 {
		return fmt.Errorf("%s: %w", hook, errNoSecret)
	}
	fresh := slices.DeleteFunc(known, func(key string) bool { return slices.Contains(tried, key) })
	if len(fresh) == 0 {
		return platform.ErrSignature
	}
	return p.Verify(r, fresh, now)
}

// message makes the message of a genuine call, or says in a word why it is
// ignored.
func (in *Intake) message(p platform.Platform, conn connection.Connection, r platform.Request, id string) (queue.Message, string) {
	n, err := p.Read(r, conn.Settings())
	// What changes nothing (a cart, a coupon) need not be about an order.
	understood := err == nil && (n.Status == platform.Neither || usable(n.OrderID))
	m := queue.Message{
		Account: conn.Account, Connection: conn.Name, Platform: conn.Platform,
		Topic: clipped(n.Topic), ReceivedAt: in.Now(), Correlation: order.Cut(id, maxCorrelation),
	}
	if understood {
		if why := whyIgnored(n, conn); why != "" {
			m.OrderID, m.StoreNumber = named(n)
			return m, why
		}
	}
	packed, err := n.Payload.Pack()
	if err != nil {
		// Bytes that can't be packed are bytes that can't be kept: nothing of them
		// is lost by the digest alone.
		packed = nil
	}
	m.Digest = n.Payload.Digest()
	if !understood {
		m.Type = queue.Raw
		m.OrderID = "!" + m.Digest
		m.Key = conn.Name + "#" + m.OrderID
		m.Payload = packed
		m.Dedup = dedup(id, m)
		return m, ""
	}
	m.Type = queue.Reversed
	m.OrderID, m.StoreNumber, m.Version = n.OrderID, order.Cut(n.StoreNumber, order.MaxNumber), n.Version
	m.PaidAt, m.PaidRank, m.DayOpen = n.PaidAt, n.PaidRank, n.DayOpen
	m.Key = conn.Name + "#" + n.OrderID
	if n.Status == platform.Paid {
		m.Type = queue.Paid
		m.Payload = packed
	}
	m.Dedup = dedup(id, m)
	return m, ""
}

// dedup is the call's id with what it says: a gateway may give every call of a
// process one id, and what one group of the queue has seen no other takes (rule 15).
func dedup(id string, m queue.Message) string {
	return id + "#" + string(m.Type) + "#" + m.Digest
}

// clipped bounds a topic for the log: not every platform signs its header.
func clipped(topic string) string {
	return strings.ToValidUTF8(topic[:min(len(topic), maxTopic)], "")
}

// named is how an order that is ignored can be found again, as far as it has a name that
// can be kept: what changes nothing may be about anything.
func named(n platform.Notice) (id, number string) {
	if usable(n.OrderID) {
		id = n.OrderID
	}
	return id, strings.ToValidUTF8(order.Cut(n.StoreNumber, order.MaxNumber), "")
}

// whyIgnored is the one word of rule 19, or nothing.
func whyIgnored(n platform.Notice, conn connection.Connection) string {
	paid := n.PaidFrom
	if paid.IsZero() {
		paid = n.PaidAt
	}
	switch {
	case n.Status == platform.Neither:
		return "not_paid"
	case n.Test && conn.TestOrders != "create":
		return "test"
	case n.Zero && n.Status == platform.Paid && conn.ZeroOrders != "create":
		return "zero"
	case !paid.IsZero() && paid.Before(conn.Since.Time):
		return "before_since"
	}
	return ""
}

// usable tells whether an id can be part of a key.
func usable(id string) bool {
	return id != "" && len(id) <= order.MaxID && !strings.HasPrefix(id, "!") &&
		strings.IndexFunc(id, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0xfffd }) < 0
}

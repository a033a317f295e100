// Package queue carries messages from intake and the sweep to placing. The queue
// only wakes: it never decides and never deduplicates an order (rules 2 and 15).
package queue

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/order"
)

// Version is the form of the messages that this release sends. A change that a
// release before would misread or lose raises it; v, type, key, account, dedup and
// connection keep their names and types for ever.
const Version = 1

// Type says what a message is about.
type Type string

// What a message can be.
const (
	// Paid carries the contents of a paid order.
	Paid Type = "paid"
	// Reversed says that an order was refunded in full, cancelled or charged back.
	Reversed Type = "reversed"
	// Raw carries a genuine request that nobody could read.
	Raw Type = "raw"
	// Wake says that an entry is due.
	Wake Type = "wake"
)

// Message is one notice or wake-up, as it travels.
type Message struct {
	// V is the form (Version); one above ours must not be handled. Prepare sets it.
	V    int    `json:"v,omitempty"`
	Type Type   `json:"type"`
	Key  string `json:"key"`
	// Account is the ERP account that the order is for.
	Account string `json:"account"`
	// Dedup absorbs only a resend of this very message, in whichever group:
	// request#type#digest of a notice, key#due of a wake-up.
	Dedup string `json:"dedup"`

	// The rest is absent from a Wake.
	Connection  string    `json:"connection,omitempty"`
	Platform    string    `json:"platform,omitempty"`
	OrderID     string    `json:"order_id,omitempty"`
	StoreNumber string    `json:"store_number,omitempty"`
	Topic       string    `json:"topic,omitempty"`
	Version     int64     `json:"version,omitempty"`
	Digest      string    `json:"digest,omitempty"`
	PaidAt      time.Time `json:"paid_at,omitzero"`
	// PaidRank says how well PaidAt is known.
	PaidRank order.Rank `json:"paid_rank,omitempty"`
	// DayOpen: see platform.Notice.
	DayOpen    bool      `json:"day_open,omitempty"`
	ReceivedAt time.Time `json:"received_at,omitzero"`
	// Payload is a packed platform.Payload.
	Payload []byte `json:"payload,omitempty"`
	// Correlation follows one order through the logs.
	Correlation string `json:"correlation,omitempty"`
}

// Group is the message group: messages of one group are received one at a time and
// in order. An account's group is its lane. A reversal calls no ERP, so it waits
// behind none of the account's calls: it has a group beside the account's, which
// no account can be called.
func (m Message) Group() string {
	if m.Type == Reversed {
		return m.Account + ofReversals
	}
	return m.Account
}

const ofReversals = "!reversed"

// AccountOf is the account of a group, for whoever can't read its messages.
func AccountOf(group string) string { return strings.TrimSuffix(group, ofReversals) }

// Delivery is a message that was received and is hidden until its visibility
// time-out ends or it is acknowledged.
type Delivery struct {
	Message Message
	// Receipt identifies this receipt; a former one is worthless.
	Receipt string
	// Receives counts how often the message was received, this time included.
	Receives int
}

// Sender is what intake and the sweep need.
type Sender interface {
	// Send returns when the message is durable. A message whose Dedup was sent
	// within five minutes is accepted and not delivered again.
	Send(ctx context.Context, m Message) error
}

// Queue is one FIFO queue with message groups. The conformance suite is
// queuetest.
type Queue interface {
	Sender
	// Receive returns at most max deliveries, at most one message per group at a
	// time: while one is in flight, its group's others stay hidden. None is no
	// error. A message received more often than the queue allows goes to the dead
	// letters instead.
	Receive(ctx context.Context, max int) ([]Delivery, error)
	// Ack removes a message for good. ErrReceipt if it was received again since.
	Ack(ctx context.Context, d Delivery) error
}

// ErrReceipt: the message was received again since, or is gone.
var ErrReceipt = errors.New("the message is not ours any more")

// ErrIncomplete: without an account there is no order among messages, and one
// empty dedup would swallow all others.
var ErrIncomplete = errors.New("a message needs an account and a dedup")

// Prepare returns the message as a queue sends it, with its form. Every queue's
// Send begins with it.
func Prepare(m Message) (Message, error) {
	if m.Account == "" || m.Dedup == "" {
		return Message{}, ErrIncomplete
	}
	m.V = max(m.V, Version)
	return m, nil
}

// Package notify tells somebody, on one machine, what needs a person: by a signed call
// (Standard Webhooks) or by mail, once for each cause and not for each order, again
// after a day while the cause stands, and once more when it is gone.
//
// Nothing waits for it: what can't be told now is kept and tried again.
package notify

import (
	"slices"
	"time"

	"github.com/carimbo/carimbo/shared/words"
)

// Kind is what a person is needed for.
type Kind string

// The kinds. Account is about an ERP account whose key is refused, or that lacks a
// permission; the others are about orders.
const (
	Rejected Kind = "rejected"
	Parked   Kind = "parked"
	Reversed Kind = "reversed"
	Changed  Kind = "changed"
	Account  Kind = "account"
)

// Kinds lists them all.
func Kinds() []Kind { return []Kind{Rejected, Parked, Reversed, Changed, Account} }

// Type says whether there is something to do.
type Type string

// The types of a notice.
const (
	Attention Type = "attention"
	Resolved  Type = "resolved"
)

// Key tells causes apart.
type Key struct {
	Kind Kind
	// Account is the ERP account's name, Connection the store's; Connection is empty
	// where Kind is Account.
	Account    string
	Connection string
	// Why is a digest of what orders of one cause have in common.
	Why string
}

// Sentence is what a person is told, in the language of whoever it is: a words.Text is one.
type Sentence interface {
	In(words.Language) string
}

// Cause is why one or more orders, or an account, need a person now. Nothing personal
// is in it.
type Cause struct {
	Key
	// Count is how many orders; 1 of an account.
	Count int
	// Message says what is wrong and what to do, Gone that it is over. Both are for
	// people.
	Message Sentence
	Gone    Sentence
	// Command is what a person types to mend it, Link where the console shows it; empty
	// without one.
	Command string
	Link    string
}

// Body is what a receiver gets, as JSON. What is empty is absent.
type Body struct {
	Type       Type   `json:"type"`
	Kind       Kind   `json:"kind"`
	Account    string `json:"account,omitempty"`
	Connection string `json:"connection,omitempty"`
	Count      int    `json:"count"`
	Message    string `json:"message"`
	// Text is all of it for a person, in a few lines: what chats show.
	Text    string `json:"text"`
	Command string `json:"command,omitempty"`
	Link    string `json:"link,omitempty"`
}

// Notice is what one receiver was told of one cause, or has to be.
type Notice struct {
	Receiver string
	Key
	// ID is the webhook-id: the same at each try, new with each notice.
	ID   string
	Body Body
	// Gone is Cause.Gone, for when it is, in the language of Body.
	Gone   string
	MadeAt time.Time
	// Tries counts those that ended, whatever in. TryAt is when the next one is due;
	// zero once somebody has it, or nobody will.
	Tries int
	TryAt time.Time
	// GoneAt is since when the cause is gone; zero while it stands.
	GoneAt time.Time
}

// ended tells whether the notice is heard, or given up.
func (n Notice) ended() bool { return n.TryAt.IsZero() }

const (
	// Again is after how long a cause that stands is told again.
	Again = 24 * time.Hour
	// settling is how long a cause has to be gone before that is told: an order that is
	// tried again is gone from the list for a moment.
	settling = 30 * time.Second
)

// Changes are what Due decides for one receiver.
type Changes struct {
	// Open are causes of which the receiver has to be told, each with a new id. Repeat
	// are those among them that it was told of before and that still stand.
	Open, Repeat []Cause
	// Resolve are notices whose causes are gone, which has to be told.
	Resolve []Notice
	// Missing are notices whose causes went away just now, Back those whose causes
	// returned before that was told.
	Missing, Back []Notice
	// Forget are notices of which nothing is left to tell.
	Forget []Notice
}

// Due says what a receiver has to be told at now, who hears of these kinds: standing is
// what needs a person, notices what it was told of and still has to hear.
func Due(kinds []Kind, standing []Cause, notices []Notice, now time.Time) (c Changes) {
	stands := map[Key]Cause{}
	for _, cause := range standing {
		stands[cause.Key] = cause
	}
	told := map[Key]bool{}
	for _, n := range notices {
		told[n.Key] = true
		cause, is := stands[n.Key]
		switch {
		case !slices.Contains(kinds, n.Kind):
			c.Forget = append(c.Forget, n)
		case is:
			c.standing(cause, n, now)
		default:
			c.gone(n, now)
		}
	}
	for _, cause := range standing {
		if slices.Contains(kinds, cause.Kind) && !told[cause.Key] {
			c.Open = append(c.Open, cause)
		}
	}
	return c
}

// standing is for a notice whose cause stands.
func (c *Changes) standing(cause Cause, n Notice, now time.Time) {
	switch {
	case n.Body.Type == Resolved: // it isn't, any more
		c.Open = append(c.Open, cause)
	case n.ended() && now.Sub(n.MadeAt) >= Again:
		c.Repeat = append(c.Repeat, cause)
	case !n.GoneAt.IsZero():
		c.Back = append(c.Back, n)
	}
}

// gone is for a notice whose cause is gone.
func (c *Changes) gone(n Notice, now time.Time) {
	switch {
	case n.Body.Type == Resolved && n.ended():
		c.Forget = append(c.Forget, n)
	case n.Body.Type == Resolved:
	case n.GoneAt.IsZero():
		c.Missing = append(c.Missing, n)
	case now.Sub(n.GoneAt) < settling:
	case n.Tries == 0: // nobody has heard of it
		c.Forget = append(c.Forget, n)
	default:
		c.Resolve = append(c.Resolve, n)
	}
}

package operator

import (
	"cmp"
	"context"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// IgnoredView is a call that was ignored, as --json shows it.
type IgnoredView struct {
	At          time.Time `json:"at"`
	Connection  string    `json:"connection"`
	Platform    string    `json:"platform,omitempty"`
	Topic       string    `json:"topic,omitempty"`
	StoreNumber string    `json:"store_number,omitempty"`
	OrderID     string    `json:"order_id,omitempty"`
	// Why is the word of the log and the metric, and Message says it to a person.
	Why     string `json:"why"`
	Message string `json:"message"`
}

// ignoredList is a ledger that lists what was ignored: the one of one machine.
type ignoredList interface {
	Ignored(context.Context) ([]ledger.Ignored, error)
}

// IgnoredFilter selects ignored calls; zero fields select everything.
type IgnoredFilter struct {
	Connection string
	Since      time.Time
	// Most is how many, the newest.
	Most int
}

// ViewIgnored are the calls that were ignored, the newest first. Without any the list is
// empty and not nil, as JSON needs it.
func ViewIgnored(ctx context.Context, l ignoredList, in words.Language, f IgnoredFilter) ([]IgnoredView, error) {
	calls, err := l.Ignored(ctx)
	views := []IgnoredView{}
	for _, c := range calls {
		if (f.Connection == "" || c.Connection == f.Connection) && !c.At.Before(f.Since) && (f.Most == 0 || len(views) < f.Most) {
			views = append(views, IgnoredView{At: c.At, Connection: c.Connection, Platform: c.Platform, Topic: c.Topic,
				StoreNumber: c.StoreNumber, OrderID: c.OrderID, Why: c.Why, Message: ignoredWords(c.Why).In(in)})
		}
	}
	return views, err
}

// ignoredWords say why a call was ignored, and what would change it.
func ignoredWords(why string) words.Text {
	switch why {
	case "not_paid":
		return words.Say("it tells of no payment: the order was not paid yet, or the news change nothing")
	case "test":
		return words.Say("it is a test order: test_orders: create on the connection takes them")
	case "zero":
		return words.Say("it costs nothing: zero_orders: create on the connection takes such orders")
	case "before_since":
		return words.Say("it was paid before the connection's since: in connections.yaml")
	}
	return words.Plain(why)
}

// wasIgnored says of an order that is not in the ledger when it was last ignored, and why;
// empty where nobody knows of that.
func wasIgnored(ctx context.Context, l ledger.Ledger, typed string) (words.Text, error) {
	list, ok := l.(ignoredList)
	if !ok {
		return words.Text{}, nil
	}
	calls, err := list.Ignored(ctx)
	for _, c := range calls {
		if c.Is(typed) {
			return words.Say("it was ignored, and is no order of the ledger: on %s connection %s got %s of it, and %s",
				c.At.In(order.SaoPaulo()).Format("2006-01-02 15:04 (UTC-07:00)"), c.Connection, cmp.Or(words.Plain(c.Topic), words.Say("a call")), ignoredWords(c.Why)), nil
		}
	}
	return words.Text{}, err
}

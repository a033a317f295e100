package operator

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// Cause is what orders have in common that are where they are for the same reason.
type Cause struct {
	State   ledger.State     `json:"state"`
	Kind    order.ReasonKind `json:"kind,omitempty"`
	Needs   ledger.Need      `json:"needs,omitempty"`
	Account string           `json:"account,omitempty"`
	// Connection is the orders', where causes are told apart by it; empty elsewhere.
	Connection string `json:"connection,omitempty"`
	// Message says why, and what to do where a person is needed. What each order says
	// otherwise is left out of it.
	Message  string    `json:"message,omitempty"`
	Count    int       `json:"count"`
	OldestAt time.Time `json:"oldest_at,omitzero"`
	NewestAt time.Time `json:"newest_at,omitzero"`
	// Key is the newest of the orders.
	Key string `json:"key"`
}

// alikeCounter is a ledger that counts by itself what entries have in common.
type alikeCounter interface {
	Alike(context.Context, ledger.Filter) ([]ledger.Alike, error)
}

// Causes are those of what the filter selects, that of the newest order first. Without any
// the list is empty and not nil, as JSON needs it.
func Causes(ctx context.Context, l ledger.Ledger, kinds ERPKinds, in words.Language, f ledger.Filter) ([]Cause, error) {
	found, err := causesOf(ctx, l, causes{kinds: kinds, in: in}, f)
	if found == nil {
		return nil, err
	}
	list := make([]Cause, 0, len(found))
	for _, c := range found {
		list = append(list, c.Cause)
	}
	return list, err
}

// causesOf are Causes, told apart as g says, each with an order that has it.
func causesOf(ctx context.Context, l ledger.Ledger, g causes, f ledger.Filter) ([]causeWithOrder, error) {
	g.list, g.at, g.texts = []causeWithOrder{}, map[Cause]int{}, common{}
	waiting, err := queued(ctx, l, f)
	if err != nil {
		return nil, err
	}
	for _, e := range waiting {
		g.add(ledger.Alike{Entry: e, Count: 1, Oldest: e.ReceivedAt})
	}
	if f.State == Queued {
		return g.list, nil
	}
	if counter, counts := l.(alikeCounter); counts {
		list, err := counter.Alike(ctx, f)
		for _, of := range list {
			g.add(of)
		}
		return g.newestFirst(), err
	}
	err = l.List(ctx, f, func(e ledger.Entry) bool {
		g.add(ledger.Alike{Entry: e, Count: 1, Oldest: e.ReceivedAt})
		return true
	})
	return g.newestFirst(), err
}

// causes are being told apart.
type causes struct {
	kinds ERPKinds
	in    words.Language
	// byConnection tells them apart by connection as well.
	byConnection bool
	list         []causeWithOrder
	at           map[Cause]int
	texts        common
}

// causeWithOrder is a cause with one of its orders, by which its Message can be said in
// another language.
type causeWithOrder struct {
	Cause
	of ledger.Entry
}

func (g *causes) add(of ledger.Alike) {
	e := of.Entry
	if e.State == ledger.Uncertain { // what each look-up was answered is its order's
		e.Timeline = nil
	}
	c := Cause{State: e.State, Kind: e.Reason.Kind, Account: e.Account, Message: g.texts.message(g.kinds, e, g.in)}
	if e.WaitsForPerson() {
		c.Needs = e.Needs()
	}
	if g.byConnection {
		c.Connection = e.Connection
	}
	i, known := g.at[c]
	if !known {
		i = len(g.list)
		g.at[c] = i
		c.Key, c.NewestAt, c.OldestAt = e.Key, e.ReceivedAt.UTC(), of.Oldest.UTC()
		g.list = append(g.list, causeWithOrder{c, e})
	}
	is := &g.list[i]
	is.Count += of.Count
	if of.Oldest.Before(is.OldestAt) {
		is.OldestAt = of.Oldest.UTC()
	}
}

func (g *causes) newestFirst() []causeWithOrder {
	slices.SortStableFunc(g.list, func(a, b causeWithOrder) int { return b.NewestAt.Compare(a.NewestAt) })
	return g.list
}

// common makes texts about orders equal where they say the same. It remembers what it made
// of what.
type common map[string]string

// message is the Message of a cause that the order has.
func (c common) message(kinds ERPKinds, e ledger.Entry, in words.Language) string {
	return c.of(kinds, e, InWords(kinds, e).In(in))
}

// left stands where something was left out.
const left = "…"

// of is the text without what is of one order whosever it is (amounts, days, the number of a
// line, what an ERP repeats in brackets), and without the order's own values.
func (c common) of(kinds ERPKinds, e ledger.Entry, text string) string {
	made, known := c[text]
	if !known {
		made = ofOneOrder.ReplaceAllStringFunc(text, func(found string) string {
			if word, _, of := strings.Cut(found, " "); of && slices.Contains(numbered, word) {
				return word + " " + left
			}
			return left
		})
		c[text] = made
	}
	made = without(made, e.Key, "KEY")
	values := []string{kinds.of(e.ERPKind).Code(e.Reference), e.OrderID, strings.TrimPrefix(e.StoreNumber, "#"), e.ERPID, e.ERPNumber, e.AssertedID, e.Reference.OrigID, e.Reference.Code}
	// One may be a part of another.
	slices.SortFunc(values, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	for _, value := range values {
		made = without(made, value, left)
	}
	return made
}

// numbered are what of an order has a number, in the languages that there are.
var numbered = []string{"line", "payment", "document", "item", "linha", "pagamento", "documento"}

var ofOneOrder = regexp.MustCompile(`\b\d+[.,]\d{2}\b|\b\d{4}-\d\d-\d\d(T[0-9:.]+(Z|[+-]\d\d:\d\d)| \d\d:\d\d(:\d\d)?\b)?|\b(` + strings.Join(numbered, "|") + `) \d+\b|\[[^\]]*\]`)

// without has a value of an order replaced where it stands as a word of its own.
func without(text, value, by string) string {
	if len(value) < 2 || !strings.Contains(text, value) {
		return text
	}
	var b strings.Builder
	for {
		i := strings.Index(text, value)
		if i < 0 {
			b.WriteString(text)
			return b.String()
		}
		before, _ := utf8.DecodeLastRuneInString(cmp.Or(b.String(), " ") + text[:i])
		after, _ := utf8.DecodeRuneInString(text[i+len(value):] + " ")
		b.WriteString(text[:i])
		if wordy(before) || wordy(after) {
			b.WriteString(value)
		} else {
			b.WriteString(by)
		}
		text = text[i+len(value):]
	}
}

func wordy(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

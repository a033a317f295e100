package simulation

import (
	"bytes"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/queue"
)

// contents are one version of a sale.
type contents struct {
	parts
	body []byte
	bad  order.ReasonKind
}

// parts are what an ERP's document is made of: where they differ, a person has to be
// told, and where they don't, nobody is.
type parts struct {
	cents int64
	// sku and line are of the line, mail and other of the payer, street is the address:
	// empty where it is the buyer's own.
	sku, line, mail, street string
	// other has somebody else pay.
	other bool
}

// matters is what an ERP's document is made of that knows a version of the sale.
func (s *sale) matters(version int) parts {
	c := s.versions[version]
	p := c.parts
	carried := s.account.carries(s, c)
	if !carried.Email {
		p.mail = ""
	}
	if !carried.Address {
		p.street = ""
	}
	if !carried.LineName {
		p.line = ""
	}
	return p
}

// change is something that the store changes of the order, or nothing: then it only
// tells of it again, because it was shipped or tagged.
func (w *world) change(s *sale, c *contents) {
	changes := []func(){
		func() { c.cents += 1 + w.rng.Int64N(1000) },
		func() { c.line += " II" },
		func() { c.mail += "b" },
		func() { c.other = !c.other },
		func() {},
		func() { c.street += "Rua Nova " },
	}
	if s.store.platform == "hotmart" {
		changes = changes[:len(changes)-1] // its notices have no address
	}
	changes[w.rng.IntN(len(changes))]()
}

// The moments of a Shopify order: placed in the evening, and paid by a notice that was
// modified hours later, which may be the next day in São Paulo, or days.
var placed = time.Date(2024, 2, 23, 1, 30, 0, 0, time.UTC)

// late tells whether a Shopify sale was paid more than a week after it was placed: then
// orders/paid alone tells when.
func (s *sale) late() bool { return s.buyer%3 > 0 }

// modified is when a version of a Shopify sale was.
func (s *sale) modified(version int) time.Time {
	at := placed.Add(time.Duration(s.buyer%6)*time.Hour + time.Minute + time.Duration(version)*time.Second)
	if s.late() {
		at = at.AddDate(0, 0, 8)
	}
	return at
}

const (
	ordersPaid    = "orders/paid"
	ordersUpdated = "orders/updated"
)

// moment is when a notice says that the sale was paid.
func (s *sale) moment(version int, topic string) order.Moment {
	switch {
	case s.store.platform != shopify:
		return order.Moment{At: epoch, Rank: order.ByPayment}
	case topic == ordersPaid || !s.late():
		return order.Moment{At: s.modified(version), Rank: order.ByNotice}
	}
	return order.Moment{At: placed, Rank: order.ByOrder}
}

// versionOf is which version of the sale a packed payload is; -1 is none.
func (s *sale) versionOf(packed []byte) int {
	if v, ok := s.unpacked[string(packed)]; ok {
		return v
	}
	if payload, err := platform.Unpack(packed); err == nil {
		for i, c := range s.versions {
			if bytes.Equal(c.body, payload.Body) {
				s.unpacked[string(packed)] = i
				return i
			}
		}
	}
	return -1
}

// noteRecorded notes that a paid notice was recorded.
func (w *world) noteRecorded(s *sale, m queue.Message) {
	if s == nil || m.Type != queue.Paid {
		return
	}
	if v := s.versionOf(m.Payload); v >= 0 {
		s.recorded = max(s.recorded, v)
		if is := s.moment(v, m.Topic); is.Better(s.heard) {
			s.heard = is
		}
	}
}

// noteSent notes what is about to be sent, and which day that has.
func (w *world) noteSent(s *sale, before, after ledger.Entry) string {
	if !begins(before, after) {
		return ""
	}
	s.sent, s.day = s.versionOf(after.Payload), order.Moment{At: after.PaidAt}.Day()
	if s.heard.Rank > order.ByOrder && s.day != s.heard.Day() {
		return "the better moment of payment came, and is not the one that is sent"
	}
	return ""
}

// newNews tells whether the write tells a person that the order changed too late.
func newNews(before, after ledger.Entry) bool {
	if len(after.Timeline) == 0 {
		return false
	}
	n := 0
	for _, e := range []ledger.Entry{before, after} {
		n = -n
		for _, a := range e.Timeline {
			if isNews(a) {
				n++
			}
		}
	}
	return n > 0
}

func isNews(a ledger.Attempt) bool {
	return a.Did == "newer_contents" && a.Became == ledger.Created
}

// checkNews: a person is told of what isn't as it was sent, and of nothing else.
func (w *world) checkNews(t *task, s *sale, before, after ledger.Entry) string {
	if !newNews(before, after) {
		return ""
	}
	w.effect(toldLate)
	if t == nil || s.unread || s.sent < 0 {
		return ""
	}
	v, stale := -1, false
	var paid order.Moment
	switch {
	case before.State == ledger.Created && t.message.Type == queue.Paid:
		v = s.versionOf(t.message.Payload)
		paid = s.moment(v, t.message.Topic)
		stale = s.versioned() && v < s.recorded
	case before.Newer != nil:
		v = s.versionOf(before.Newer.Payload)
		paid = order.Moment{At: before.Newer.PaidAt}
	}
	switch {
	case v < 0:
		return "a person is told of a change, and no notice told it"
	case s.store.platform == shopify && paid.Day() != s.day:
		return ""
	case stale:
		return "a person is told of an older notice as of a change"
	case s.versions[v].parts == s.versions[s.sent].parts, s.matters(v) == s.matters(s.sent) && w.deployed == 0: // else it would be another document anyway
		return "a person is told of a change, and nothing changed"
	}
	return ""
}

// noteQuiet counts notices that say nothing new of what was sent.
func (w *world) noteQuiet(t *task, before, after ledger.Entry) {
	sent := maySent(before) || before.State == ledger.Created
	if t != nil && sent && before.State == after.State && after.Newer == nil && len(after.Seen) > len(before.Seen) && !newNews(before, after) {
		w.effect(nothingNew)
	}
}

// untold says what of the newest notices a person should have been told and wasn't.
func (s *sale) untold(e ledger.Entry) string {
	switch {
	case s.recorded < 0 || s.sent < 0:
		return ""
	case s.heard.Rank > order.ByOrder && s.heard.Day() != s.day && !told(e, 0):
		return "the document's day is " + s.day + ", the notice of the payment says " + s.heard.Day() + ", and nobody is told"
	case !s.ordered() || s.newest <= s.sent || told(e, s.version(s.newest)) || s.matters(s.newest) == s.matters(s.sent):
		return ""
	case s.versions[s.newest].cents == s.versions[s.sent].cents && s.incomparable():
		return ""
	}
	return "the store changed the order after it was sent, and nobody is told"
}

// incomparable tells whether what was sent can be compared by the total alone: the key
// of the digests is another one since, or couldn't be read.
func (s *sale) incomparable() bool {
	return s.unread || s.store.name == turmas || s.account.resecreted || s.account.twin != nil
}

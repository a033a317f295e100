package shopify

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
)

// transaction is one of the Admin API's, in the words of GraphQL or of REST.
type transaction struct {
	Kind          loose.Word `json:"kind"`
	Status        loose.Word `json:"status"`
	ProcessedAt   loose.Text `json:"processedAt"`
	ProcessedREST loose.Text `json:"processed_at"`
}

// paidAt is when money came; zero where none did.
func (t transaction) paidAt() time.Time {
	came := strings.EqualFold(string(t.Kind), "sale") || strings.EqualFold(string(t.Kind), "capture")
	if !came || !strings.EqualFold(string(t.Status), "success") {
		return time.Time{}
	}
	return moment(cmp.Or(t.ProcessedAt, t.ProcessedREST))
}

// imported is how much earlier than it was entered an order must have been placed
// to have come from elsewhere.
const imported = time.Hour

func (b body) isImported() bool {
	placed, entered := moment(b.ProcessedAt), moment(b.CreatedAt)
	return !placed.IsZero() && entered.Sub(placed) > imported
}

// mayBeOpen is how long after it was placed an order, a boleto as a rule, is still taken
// for one that was paid just now when a notice says for the first time that it is.
// Shopify sends orders/updated beside orders/paid, and either may come first.
const mayBeOpen = 7 * 24 * time.Hour

// paid is the time of the last transaction by which money came; else when the order was
// modified as the first notice of its payment tells it, unless something else than a payment
// modified it; else when it was placed, which is
// all that an edit of an old order tells. An order that came from elsewhere was paid there.
func (b body) paid(topic string) order.Moment {
	placed, updated := b.placedAt(), moment(b.UpdatedAt)
	placedFrom := "processed_at"
	if moment(b.ProcessedAt).IsZero() {
		placedFrom = "created_at"
	}
	var last, notice order.Moment
	if !b.isImported() {
		for i, t := range b.Transactions {
			if at := t.paidAt(); at.After(last.At) {
				last = order.Moment{At: at, Rank: order.ByPayment, From: fmt.Sprintf("transactions[%d].processed_at", i)}
			}
		}
		if !placed.IsZero() && updated.After(placed) && b.tellsOfPayment(topic) {
			notice = order.Moment{At: updated, Rank: order.ByNotice, From: "updated_at"}
		}
	}
	return order.BestOf(last, notice, order.Moment{At: placed, Rank: order.ByOrder, From: placedFrom}, order.Moment{At: updated, Rank: order.ByOrder, From: "updated_at"})
}

// tellsOfPayment tells whether the order may have been modified last by being paid.
func (b body) tellsOfPayment(topic string) bool {
	justPlaced := moment(b.UpdatedAt).Sub(b.placedAt()) <= mayBeOpen
	return b.status() == platform.Paid && (topic == ordersPaid || justPlaced && !b.tellsOfMore())
}

// atOnce is how far apart Shopify's times of one change may lie.
const atOnce = 2 * time.Second

// tellsOfMore tells whether something else than a payment modified the order last: money
// went back, which comes after it, or the time of the last change is a shipment's or an edit's
// own. orders/paid is believed all the same: a shop that ships as soon as it is paid has both
// in one.
func (b body) tellsOfMore() bool {
	updated := moment(b.UpdatedAt)
	is := func(text loose.Text) bool {
		at := moment(text)
		return !at.IsZero() && updated.Sub(at).Abs() <= atOnce
	}
	for _, r := range b.Refunds {
		if r.gaveBack() || is(r.CreatedAt) || is(r.ProcessedAt) {
			return true
		}
	}
	for _, f := range b.Fulfillments {
		if is(f.CreatedAt) || is(f.UpdatedAt) {
			return true
		}
	}
	return b.FinancialStatus == "partially_refunded"
}

// dayIsOpen tells whether the webhook leaves open on which day the order was paid: some
// time between the placing and the last change.
func (b body) dayIsOpen() bool {
	placed, updated := order.Moment{At: b.placedAt()}, order.Moment{At: moment(b.UpdatedAt)}
	return !b.isImported() && !updated.At.IsZero() && !placed.SameDay(updated)
}

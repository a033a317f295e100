package oracle

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

var undone = []string{"PURCHASE_REFUNDED", "PURCHASE_CHARGEBACK", "PURCHASE_CANCELED"}

// readHotmart is docs/platforms/hotmart.md.
func (w words) readHotmart(c call) answer {
	v := parse(c.body)
	event, purchase := text(v, "event"), at(v, "data.purchase")
	a := answer{verdict: sale, id: text(purchase, "transaction")}
	approved := text(purchase, "approved_date")
	refused := text(purchase, "payment.refusal_reason") != ""
	switch {
	case event == "PURCHASE_CANCELED" && approved == "" && (has(purchase, "approved_date") || refused || text(purchase, "status") == "CANCELED"):
		return answer{verdict: ignored}
	case text(v, "data.product.id") == "0":
		return answer{verdict: ignored}
	case slices.Contains(undone, event) && text(purchase, "status") != "PARTIALLY_REFUNDED":
		a.verdict = reversed
		return a
	case event != "PURCHASE_APPROVED":
		return answer{verdict: ignored}
	}
	share := cmp.Or(strings.ToUpper(c.settings.Share), "PRODUCER")
	var mine []any
	for _, each := range list(v, "data.commissions") {
		if text(each, "source") == share {
			mine = append(mine, each)
		}
	}
	a.total, a.currency = number(purchase, "price.value"), text(purchase, "price.currency_value")
	switch {
	case len(mine) == 0 && len(list(v, "data.commissions")) == 0 && share == "PRODUCER":
		// Nothing says that the sale is anybody else's; but what isn't told isn't known.
		if c.settings.Amount == "producer" {
			a.refuse("not_understood")
		}
	case len(mine) != 1 && (share != "PRODUCER" || len(mine) == 0):
		a.refuse("unsupported")
	case share != "PRODUCER" || c.settings.Amount == "producer":
		a.total, a.currency = number(mine[0], "value"), text(mine[0], "currency_value")
	}
	if a.verdict == sale && a.total.IsZero() {
		return answer{verdict: ignored}
	}
	skus := strings.TrimSpace(text(purchase, "offer.code") + " " + text(v, "data.product.id"))
	a.lines = []line{{skus, cents(100), a.total}}
	a.judge()
	a.day = day(millis(cmp.Or(approved, text(v, "creation_date"), text(purchase, "order_date"))))
	b, ok := w.hotmartBuyer(v, c.settings.TaxIDFields)
	if share == "AFFILIATE" {
		b, ok = w.hotmartProducer(v)
	}
	if !ok {
		a.refuse("tax_id")
	}
	a.name, a.taxID, a.foreign, a.email = b.name, b.taxID, b.foreign, b.email
	return a
}

func millis(written string) time.Time {
	if written == "" {
		return time.Time{}
	}
	return time.UnixMilli(number(map[string]any{"at": written}, "at").IntPart())
}

// hotmartProducer: whom an affiliate invoices, and who has to say a document.
func (w words) hotmartProducer(v any) (buyer, bool) {
	id := text(v, "data.producer.document")
	b, ok := w.identify(record{name: text(v, "data.producer.name")}, []field{{"tax id", id}}, nil)
	return b, ok && id != ""
}

func (w words) hotmartBuyer(v any, listed []string) (buyer, bool) {
	p := at(v, "data.buyer")
	r := record{
		name:  cmp.Or(text(p, "name"), strings.TrimSpace(text(p, "first_name")+" "+text(p, "last_name"))),
		email: text(p, "email"), country: text(p, "address.country_iso"), address: true,
	}
	if abroad := text(v, "data.purchase.checkout_country.iso"); r.country == "" && abroad != "BR" {
		r.country = abroad
	}
	// The platform's own field is read whatever it holds.
	r.fields = append([]field{{"tax id", text(p, "document")}}, fieldsOf(p)...)
	return w.identify(r, r.fields, listed)
}

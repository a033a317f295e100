package oracle

import (
	"strings"

	"github.com/shopspring/decimal"
)

// readGeneric is what the package comment of shared/platform/generic says of the format.
func (w words) readGeneric(c call) answer {
	v := parse(c.body)
	kind, o := text(v, "type"), at(v, "order")
	a := answer{verdict: sale, id: text(o, "id")}
	switch {
	case kind == "":
		a.refuse("not_understood")
		return a
	case kind == "order.reversed" && has(o, "paid_at") && text(o, "paid_at") == "":
		return answer{verdict: ignored}
	case (kind == "order.paid" || kind == "order.reversed") && a.id == "":
		a.refuse("not_understood")
		return a
	case yes(o, "test"):
		return answer{verdict: ignored}
	case kind == "order.reversed":
		a.verdict = reversed
		return a
	case kind != "order.paid", has(o, "total") && number(o, "total").IsZero():
		return answer{verdict: ignored}
	case !has(o, "total"), firstText(o, "paid_at", "placed_at") == "":
		a.refuse("not_understood")
	}
	a.currency, a.total, a.discount = text(o, "currency"), number(o, "total"), number(o, "discount")
	a.freight, a.fees, a.tax = number(o, "freight"), number(o, "fees"), number(o, "tax")
	for _, l := range list(o, "lines") {
		skus := text(l, "sku")
		for _, sku := range list(l, "skus") {
			skus += " " + sku.(string)
		}
		if number(l, "unit_price").IsNegative() || number(l, "discount").IsNegative() {
			a.refuse("total")
		}
		amount := number(l, "quantity").Mul(number(l, "unit_price")).Sub(number(l, "discount"))
		a.lines = append(a.lines, line{strings.TrimSpace(skus), number(l, "quantity"), amount})
	}
	a.judge()
	if paidLess(list(o, "payments"), a.total) {
		a.refuse("total")
	}
	a.day = day(moment(firstText(o, "paid_at", "placed_at")))
	customer := at(o, "customer")
	r := record{name: text(customer, "name"), email: text(customer, "email"), country: text(customer, "address.country"), address: true}
	r.fields = append([]field{{"tax_id", text(customer, "tax_id")}}, fieldsOf(customer)...)
	b, ok := w.identify(r, r.fields, c.settings.TaxIDFields)
	if !ok {
		a.refuse("tax_id")
	}
	a.name, a.taxID, a.foreign, a.email = b.name, b.taxID, b.foreign, b.email
	return a
}

// paidLess tells that payments, each of which names its amount, come to less than the
// total. What one of them names below zero is refused, too.
func paidLess(payments []any, total decimal.Decimal) bool {
	for _, p := range payments {
		if text(p, "amount") == "" {
			return false
		}
	}
	return len(payments) > 0 && sum(payments, "amount").LessThan(total)
}

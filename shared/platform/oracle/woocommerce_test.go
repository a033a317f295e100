package oracle

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// neverPaid are the statuses of WooCommerce and of its deposit plugins under which nothing
// is paid yet.
var neverPaid = []string{"pending", "on-hold", "failed", "trash", "draft", "auto-draft", "checkout-draft", "partially-paid", "partial-payment"}

// shopsNames are statuses that shops made up and that say what became of the money, beside
// some that say nothing of it, with what an order under them is that has a date_paid.
var shopsNames = map[string]string{
	"em-separacao": sale, "enviado": sale, "wc-producao": sale, "pago-nao-enviado": sale, "parcialmente-reembolsado": sale,
	"cancelado": reversed, "wc-estornado": reversed, "chargeback": reversed,
	"entrega-cancelada": sale, "nf-cancelada": sale, "frete-estornado": sale, "assinatura-reembolsada": reversed,
	"nao-pago": sale, "refund-requested": sale, "aguardando-pagamento": sale,
}

// giftCardKey is how the keys begin that WooCommerce's own plugin, PW's and YITH's give to
// the line of a gift card.
var giftCardKey = regexp.MustCompile(`^_?(wc_gc_giftcard|pw_gift_card|ywgc)_`)

// readWooCommerce is docs/platforms/woocommerce.md.
func (w words) readWooCommerce(c call) answer {
	v := parse(c.body)
	status, isPaid := text(v, "status"), text(v, "date_paid") != "" || text(v, "date_paid_gmt") != ""
	back, total := sum(list(v, "refunds"), "total").Neg(), number(v, "total")
	a := answer{verdict: sale, id: text(v, "id")}
	switch {
	case text(v, "id") == "" || !has(v, "line_items") && !has(v, "total"):
		return answer{verdict: ignored}
	case status == "":
		a.refuse("not_understood")
		return a
	case status == "refunded", back.IsPositive() && back.GreaterThanOrEqual(total):
		a.verdict = reversed
		return a
	case status == "cancelled":
		if !isPaid && has(v, "date_paid") && back.IsZero() {
			return answer{verdict: ignored}
		}
		a.verdict = reversed
		return a
	case slices.Contains(neverPaid, status), !isPaid:
		return answer{verdict: ignored}
	case shopsNames[status] == reversed:
		a.verdict = reversed
		return a
	case shopsNames[status] == ignored, total.IsZero():
		return answer{verdict: ignored}
	case number(v, "parent_id").IsPositive(), text(v, "billing_period") != "":
		a.refuse("unsupported")
	}
	wooAmounts(v, &a)
	a.judge()
	wooTotals(v, &a)
	if a.hasGiftCard && c.settings.GiftCards != "create" {
		a.refuse("unsupported")
	}
	a.day = day(moment(text(v, "date_paid")))
	if gmt := text(v, "date_paid_gmt"); gmt != "" {
		a.day = day(moment(gmt + "Z"))
	}
	b, ok := w.wooBuyer(v, c.settings.TaxIDFields)
	if !ok {
		a.refuse("tax_id")
	}
	a.name, a.taxID, a.foreign, a.email = b.name, b.taxID, b.foreign, b.email
	return a
}

func wooAmounts(v any, a *answer) {
	a.currency, a.total = text(v, "currency"), number(v, "total")
	for _, l := range list(v, "line_items") {
		id := text(l, "variation_id")
		if id == "" || id == "0" {
			id = text(l, "product_id")
		}
		a.lines = append(a.lines, line{cmp.Or(text(l, "sku"), "id:"+id), number(l, "quantity"), number(l, "total")})
	}
	for _, l := range list(v, "line_items") {
		for _, m := range list(l, "meta_data") {
			a.hasGiftCard = a.hasGiftCard || giftCardKey.MatchString(text(m, "key"))
		}
	}
	a.freight = sum(list(v, "shipping_lines"), "total")
	a.fees = sum(list(v, "fee_lines"), "total")
	a.tax = number(v, "total_tax")
}

func wooParty(v any, path string) record {
	p := at(v, path)
	r := record{
		name:    strings.TrimSpace(text(p, "first_name") + " " + text(p, "last_name")),
		company: text(p, "company"), email: text(p, "email"), country: text(p, "country"),
		address: text(p, "address_1") != "" || text(p, "country") != "",
	}
	r.fields = []field{{"cpf", text(p, "cpf")}, {"cnpj", text(p, "cnpj")}}
	r.fields = append(r.fields, fieldsOf(p)...)
	return r
}

func (w words) wooBuyer(v any, listed []string) (buyer, bool) {
	bill, ship := wooParty(v, "billing"), wooParty(v, "shipping")
	var own record
	for _, m := range list(v, "meta_data") {
		own.fields = append(own.fields, field{text(m, "key"), text(m, "value")})
	}
	bill.isSomebody = slices.ContainsFunc(bill.fields, func(f field) bool {
		named := slices.ContainsFunc(listed, func(name string) bool { return strings.EqualFold(name, f.name) })
		return f.value != "" && (named || w.whose(f.name) == payers || w.whose(f.name) == documents && mayBe(f.value))
	})
	return w.pay([]record{bill, ship}, own, listed)
}

// cents are an amount.
func cents(n int64) decimal.Decimal { return decimal.New(n, -2) }

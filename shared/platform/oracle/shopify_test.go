package oracle

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// readShopify is docs/platforms/shopify.md.
func (w words) readShopify(c call) answer {
	v := parse(c.body)
	status := text(v, "financial_status")
	isOrder := text(v, "id") != "" && (has(v, "line_items") || has(v, "total_price"))
	isCancelled := text(v, "cancelled_at") != ""
	unpaid := slices.Contains([]string{"pending", "authorized", "voided", "expired"}, status)
	a := answer{verdict: sale, id: text(v, "id")}
	switch {
	case !isOrder:
		return answer{verdict: ignored}
	case status == "" && !isCancelled:
		a.refuse("not_understood")
		return a
	case yes(v, "test"), isCancelled && unpaid && moneyBack(list(v, "refunds")).IsZero():
		return answer{verdict: ignored}
	case isCancelled, status == "refunded":
		a.verdict = reversed
		return a
	case status != "paid" && status != "partially_refunded", shop(v, "total_price").IsZero():
		return answer{verdict: ignored}
	}
	a.currency = cmp.Or(text(v, "total_price_set.shop_money.currency_code"), text(v, "currency"))
	a.day = day(shopifyPaid(v, c.topic))
	shopifyAmounts(v, &a)
	if a.hasGiftCard && c.settings.GiftCards != "create" {
		a.refuse("unsupported")
	}
	a.judge()
	b, ok := w.shopifyBuyer(v, c.settings.TaxIDFields)
	if !ok {
		a.refuse("tax_id")
	}
	a.name, a.taxID, a.foreign, a.email = b.name, b.taxID, b.foreign, b.email
	return a
}

// shop is an amount in the shop's currency.
func shop(v any, name string) decimal.Decimal {
	if at(v, name+"_set.shop_money") != nil {
		return number(v, name+"_set.shop_money.amount")
	}
	return number(v, name)
}

func shopSum(all []any, name string) decimal.Decimal {
	var total decimal.Decimal
	for _, each := range all {
		total = total.Add(shop(each, name))
	}
	return total
}

// moneyBack is what refunds gave back.
func moneyBack(refunds []any) decimal.Decimal {
	var total decimal.Decimal
	for _, refund := range refunds {
		for _, t := range list(refund, "transactions") {
			if text(t, "kind") == "refund" && text(t, "status") == "success" {
				total = total.Add(number(t, "amount"))
			}
		}
	}
	return total
}

// shopifyPaid: the last transaction by which money came; the time of orders/paid, or of
// another notice in the week after the order was placed; else when it was placed, as any
// order that was imported.
func shopifyPaid(v any, topic string) time.Time {
	var last time.Time
	for _, t := range list(v, "transactions") {
		kind := strings.ToLower(text(t, "kind"))
		came := moment(text(t, "processedAt"))
		if strings.ToLower(text(t, "status")) == "success" && (kind == "sale" || kind == "capture") && came.After(last) {
			last = came
		}
	}
	updated := moment(text(v, "updated_at"))
	placed := moment(firstText(v, "processed_at", "created_at"))
	isImported := moment(text(v, "created_at")).Sub(placed) > 24*time.Hour
	switch {
	case isImported: // it was paid where it came from
		return placed
	case !last.IsZero():
		return last
	case topic == "orders/paid" || updated.Sub(placed) <= 7*24*time.Hour && !changedSince(v, updated):
		return updated
	}
	return placed
}

// changedSince tells an order whose last change was no payment: money went back, or a
// shipment or an edit was at that very moment.
func changedSince(v any, updated time.Time) bool {
	for _, change := range slices.Concat(list(v, "refunds"), list(v, "fulfillments")) {
		for _, field := range []string{"created_at", "processed_at", "updated_at"} {
			if text(change, field) != "" && moment(text(change, field)).Equal(updated) {
				return true
			}
		}
	}
	return text(v, "financial_status") == "partially_refunded" || moneyBack(list(v, "refunds")).IsPositive()
}

func shopifyAmounts(v any, a *answer) {
	refunds := list(v, "refunds")
	told := shop(v, "total_price")
	paid := shop(v, "current_total_price").Sub(number(v, "total_outstanding")).Add(moneyBack(refunds))
	out, ok := takenOut(refunds, told.Sub(paid))
	if !ok {
		a.refuse("total")
	}
	a.total = told.Sub(out.amount)
	for _, l := range list(v, "line_items") {
		amount := shop(l, "price").Mul(number(l, "quantity")).Sub(shopSum(list(l, "discount_allocations"), "amount"))
		quantity := number(l, "quantity")
		if gone, ok := out.lines[text(l, "id")]; ok {
			quantity, amount = quantity.Sub(gone.quantity), amount.Sub(gone.amount)
			if quantity.IsZero() {
				continue
			}
		}
		a.hasGiftCard = a.hasGiftCard || yes(l, "gift_card")
		a.lines = append(a.lines, line{cmp.Or(text(l, "sku"), "variant:"+text(l, "variant_id")), quantity, amount})
	}
	for _, s := range list(v, "shipping_lines") {
		a.freight = a.freight.Add(shop(s, "price")).Sub(shopSum(list(s, "discount_allocations"), "amount")).Sub(out.freight[text(s, "id")])
	}
	a.fees = number(v, "total_tip_received").Add(number(v, "original_total_duties_set.shop_money.amount")).
		Add(number(v, "original_total_additional_fees_set.shop_money.amount"))
	if !yes(v, "taxes_included") {
		a.tax = shop(v, "total_tax").Sub(out.tax)
	}
}

type out struct {
	amount, tax decimal.Decimal
	lines       map[string]line
	freight     map[string]decimal.Decimal
}

// takenOut are the refunds before the payment: the first ones without money, as many as
// come to what is missing in what was paid.
func takenOut(refunds []any, missing decimal.Decimal) (out, bool) {
	edits := slices.DeleteFunc(slices.Clone(refunds), func(refund any) bool { return moneyBack([]any{refund}).IsPositive() })
	for n := len(edits); n >= 0; n-- {
		if o := together(edits[:n]); o.amount.Equal(missing) {
			return o, true
		}
	}
	return out{}, false
}

func together(refunds []any) out {
	o := out{lines: map[string]line{}, freight: map[string]decimal.Decimal{}}
	for _, refund := range refunds {
		for _, l := range list(refund, "refund_line_items") {
			gone, id := shop(l, "subtotal"), text(l, "line_item_id")
			o.amount = o.amount.Add(gone).Add(shop(l, "total_tax"))
			o.tax = o.tax.Add(shop(l, "total_tax"))
			before := o.lines[id]
			o.lines[id] = line{quantity: before.quantity.Add(number(l, "quantity")), amount: before.amount.Add(gone)}
		}
		for _, l := range list(refund, "refund_shipping_lines") {
			gone, id := shop(l, "subtotal_amount"), text(l, "shipping_line_id")
			o.amount = o.amount.Add(gone).Add(shop(l, "tax_amount"))
			o.tax = o.tax.Add(shop(l, "tax_amount"))
			o.freight[id] = o.freight[id].Add(gone)
		}
	}
	return o
}

func shopifyParty(v any, path string) record {
	a := at(v, path)
	return record{
		name:    cmp.Or(text(a, "name"), strings.TrimSpace(text(a, "first_name")+" "+text(a, "last_name"))),
		company: text(a, "company"), country: text(a, "country_code"), address: a != nil,
	}
}

func (w words) shopifyBuyer(v any, listed []string) (buyer, bool) {
	bill, ship, home := shopifyParty(v, "billing_address"), shopifyParty(v, "shipping_address"), shopifyParty(v, "customer.default_address")
	customer := record{
		name:  strings.TrimSpace(text(v, "customer.first_name") + " " + text(v, "customer.last_name")),
		email: cmp.Or(text(v, "email"), text(v, "customer.email")),
	}
	if customer.name == "" || home.name == "" || plain(home.name) == plain(customer.name) {
		customer.name = cmp.Or(customer.name, home.name)
		customer.company, customer.address, customer.country = home.company, home.address, home.country
	}
	own := record{email: text(v, "email")}
	for _, n := range list(v, "note_attributes") {
		own.fields = append(own.fields, field{text(n, "name"), text(n, "value")})
	}
	for _, item := range list(v, "line_items") {
		for _, p := range list(item, "properties") {
			f := field{text(p, "name"), text(p, "value")}
			class := w.whose(f.name)
			switch {
			case slices.Contains(listed, f.name):
				own.fields = append(own.fields, f)
			case own.beside == "" && (class == payers || class == unknown):
				own.beside = f.value
			}
		}
	}
	var ofShipping []field
	for _, e := range list(v, "localizedFields.edges") {
		switch text(e, "node.key") {
		case "TAX_CREDENTIAL_BR":
			own.fields = append(own.fields, field{"tax id", text(e, "node.value")})
		case "SHIPPING_CREDENTIAL_BR":
			ofShipping = append(ofShipping, field{"tax id", text(e, "node.value")})
		}
	}
	parties := w.cleaned([]record{bill, customer, ship})
	ship = parties[2]
	payer := parties[max(0, slices.IndexFunc(parties, record.names))]
	if ship.nobodyElse(payer) {
		own.fields = append(own.fields, ofShipping...)
	}
	return w.pay(parties, own, listed)
}

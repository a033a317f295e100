package oracle

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/carimbo/carimbo/shared/platform"
)

// wooShop is one order of WooCommerce while it is made.
type wooShop struct {
	dice
	order        object
	places       int32 // decimals of the shop's prices
	total, taxes decimal.Decimal
	rate         int64
	isIncluded   bool
	// off is what the lines came down by, and coupons what the coupons took, each with its
	// tax; taxedLines have one.
	off, offTax, coupons, couponTax decimal.Decimal
	taxedLines                      int
}

func (s *wooShop) write(d decimal.Decimal) string { return d.StringFixed(s.places) }

// taxed splits what a buyer pays for one thing, or adds the tax to it.
func (s *wooShop) taxed(price decimal.Decimal) (net, tax decimal.Decimal) {
	rate := decimal.New(s.rate, -2)
	if s.isIncluded {
		net = price.Div(rate.Add(decimal.New(1, 0))).Round(s.places)
		return net, price.Sub(net)
	}
	return price, price.Mul(rate).Round(2)
}

// orderOfWooCommerce makes a webhook of WooCommerce.
func (d dice) orderOfWooCommerce() call {
	s := wooShop{dice: d, places: pick[int32](d, 2, 2, 2, 2, 3, 4), rate: pick[int64](d, 0, 0, 0, 7, 12), isIncluded: d.chance(50)}
	s.order = object{
		"id": 2000 + d.IntN(90_000), "parent_id": 0, "number": "2001", "currency": "BRL", "prices_include_tax": s.isIncluded,
		"payment_method": "woo-mercado-pago-pix", "payment_method_title": "Pix", "transaction_id": "998877", "coupon_lines": []any{},
	}
	if d.chance(2) {
		s.order["currency"] = pick(d, "USD", "EUR")
	}
	if d.chance(3) {
		s.order["parent_id"] = 1999
	}
	if d.chance(1) {
		s.order["billing_period"] = "month"
	}
	s.goods()
	s.order["cart_tax"] = s.write(s.taxes)
	s.freight()
	s.fees()
	s.discounts()
	c := call{platform: "woocommerce", header: "x-wc-webhook-topic", settings: platform.Settings{Connection: "loja", TaxIDFields: d.listed()}}
	c.topic = pick(d, "order.created", "order.updated", "order.updated", "order.restored", "")
	total := s.total.Round(2)
	if d.chance(1) && total.GreaterThan(cents(500)) { // by a plugin's gift card, of which nothing tells
		total = total.Sub(cents(500))
	}
	if d.chance(20) {
		c.settings.GiftCards = "create"
	}
	if d.chance(5) {
		c.off = true
		total = total.Add(cents(pick[int64](d, 1, -1)))
	}
	s.order["total"], s.order["total_tax"] = s.write(total), s.write(s.taxes)
	c.wrongPart = d.chance(4) && s.wrongPart()
	s.status(total)
	s.times()
	s.parties()
	if d.chance(1) {
		s.order, c.topic = object{"id": 17}, "order.deleted"
	}
	if d.chance(1) {
		s.order, c.topic = object{"id": 17, "code": "bemvindo10", "amount": "10.00", "discount_type": "percent"}, "coupon.updated"
	}
	c.body = marshal(s.order)
	return c
}

func (s *wooShop) goods() {
	off := pick[int64](s.dice, 0, 0, 0, 10, 15, 100) // percent of a coupon
	more := pick[int64](s.dice, 0, 0, 0, 0, 0, 0, 5) // percent that a plugin takes off the lines beside it
	lines := []any{}
	for i := range 1 + s.IntN(4) {
		quantity := pick[int64](s.dice, 1, 1, 2, 3, 7, 1000)
		gross := cents(s.price()).Mul(decimal.New(quantity, 0))
		if s.places > 2 && s.chance(50) {
			gross = decimal.New(s.Int64N(100_000), -s.places)
		}
		subtotal, subtotalTax := s.taxed(gross)
		coupon := gross.Mul(decimal.New(off, -2)).Round(s.places)
		s.coupon(coupon)
		total, tax := s.taxed(gross.Sub(coupon).Sub(gross.Sub(coupon).Mul(decimal.New(more, -2)).Round(s.places)))
		if !tax.IsZero() {
			s.taxedLines++
		}
		s.off, s.offTax = s.off.Add(subtotal).Sub(total), s.offTax.Add(subtotalTax).Sub(tax)
		price, _ := total.Div(decimal.New(quantity, 0)).Float64()
		meta := []any{}
		if s.chance(2) {
			meta = append(meta, object{"id": 9, "key": pick(s.dice, "wc_gc_giftcard_amount", "pw_gift_card_number", "_ywgc_gift_card_code"), "value": "1"})
		}
		lines = append(lines, object{
			"meta_data": meta, "id": 301 + i, "name": "Sabonete", "product_id": 81 + i, "variation_id": pick(s.dice, 0, 900+i), "quantity": quantity,
			"sku": pick(s.dice, "SABONETE", "TOALHA", ""), "price": price, "taxes": []any{},
			"subtotal": s.write(subtotal), "subtotal_tax": s.write(subtotalTax), "total": s.write(total), "total_tax": s.write(tax),
		})
		s.total, s.taxes = s.total.Add(total).Add(tax), s.taxes.Add(tax)
	}
	if s.chance(2) { // an order of nothing but a fee
		lines, s.total, s.taxes, s.off, s.offTax, s.taxedLines = []any{}, decimal.Zero, decimal.Zero, decimal.Zero, decimal.Zero, 0
	}
	s.order["line_items"] = lines
	if off > 0 {
		s.order["coupon_lines"] = []any{object{"code": "bemvindo", "discount": s.coupons.StringFixed(s.places + 6), "discount_tax": s.couponTax.StringFixed(s.places + 6)}}
	}
	if s.taxedLines > 1 && s.chance(20) { // the shop rounds the sum of the taxes, and not each
		unit := decimal.New(pick[int64](s.dice, 1, -1), -s.places)
		s.total, s.taxes = s.total.Add(unit), s.taxes.Add(unit)
	}
}

// coupon is what a coupon takes off a line, with the tax in it or without.
func (s *wooShop) coupon(amount decimal.Decimal) {
	rate := decimal.New(s.rate, -2)
	tax := amount.Mul(rate)
	if s.isIncluded {
		net := amount.Div(rate.Add(decimal.New(1, 0)))
		amount, tax = net, amount.Sub(net)
	}
	s.coupons, s.couponTax = s.coupons.Add(amount), s.couponTax.Add(tax)
}

// discounts are the coupons' as the shop makes an order, and the lines' once it is counted
// again.
func (s *wooShop) discounts() {
	s.order["discount_total"], s.order["discount_tax"] = s.write(s.coupons), s.write(s.couponTax)
	if s.chance(50) {
		s.order["discount_total"], s.order["discount_tax"] = s.write(s.off), s.write(s.offTax)
	}
	if s.chance(5) {
		delete(s.order, pick(s.dice, "discount_total", "discount_tax", "cart_tax", "shipping_total", "shipping_tax"))
	}
}

// wrongPart makes a total of parts wrong, by more than any rounding, and tells whether it is
// there. What plugins take off the lines may be the very difference.
func (s *wooShop) wrongPart() bool {
	field := pick(s.dice, "discount_total", "discount_tax", "cart_tax", "shipping_total", "shipping_tax")
	written, there := s.order[field].(string)
	if !there || !s.off.Sub(s.coupons).Abs().LessThan(cents(10)) || !s.offTax.Sub(s.couponTax).Abs().LessThan(cents(10)) {
		return false
	}
	wrong := decimal.RequireFromString(written).Add(cents(pick[int64](s.dice, 20, -20, 100, 1234)))
	s.order[field] = s.write(wrong)
	return true
}

func (s *wooShop) freight() {
	lines, all, taxes := []any{}, decimal.Zero, decimal.Zero
	for range pick(s.dice, 0, 1, 1, 2) {
		net, tax := s.taxed(cents(int64(s.IntN(5000))))
		lines = append(lines, object{"method_title": "PAC", "method_id": "correios-pac", "total": s.write(net), "total_tax": s.write(tax)})
		s.total, s.taxes, all, taxes = s.total.Add(net).Add(tax), s.taxes.Add(tax), all.Add(net), taxes.Add(tax)
	}
	s.order["shipping_lines"], s.order["shipping_total"], s.order["shipping_tax"] = lines, s.write(all), s.write(taxes)
}

func (s *wooShop) fees() {
	lines := []any{}
	for range pick(s.dice, 0, 0, 0, 1, 2) {
		amount := cents(int64(s.IntN(500)))
		if s.chance(50) {
			amount = decimal.Min(amount, s.total).Neg().RoundUp(2).Add(cents(0))
			if s.total.Add(amount).IsNegative() {
				amount = decimal.Zero
			}
		}
		lines = append(lines, object{"name": "Taxa", "tax_class": "0", "tax_status": "none", "total": s.write(amount), "total_tax": s.write(decimal.Zero)})
		s.total = s.total.Add(amount)
	}
	s.order["fee_lines"] = lines
}

func (s *wooShop) status(total decimal.Decimal) {
	s.order["status"] = pick(s.dice, "processing", "processing", "processing", "completed", "completed", "em-separacao", "enviado", "wc-producao")
	refunds := []any{}
	refund := func(amount decimal.Decimal) {
		refunds = append(refunds, object{"id": 4131 + len(refunds), "reason": "", "total": s.write(amount.Neg())})
	}
	switch {
	case s.chance(12):
		s.order["status"] = pick(s.dice, append(neverPaid, "refunded", "cancelled", "cancelled", "cancelled")...)
	case s.chance(4):
		s.order["status"] = pick(s.dice, slices.Sorted(maps.Keys(shopsNames))...)
	case s.chance(1):
		delete(s.order, "status")
	}
	switch s.IntN(20) {
	case 0:
		refund(total)
	case 1:
		half := total.Div(decimal.New(2, 0)).RoundDown(2)
		refund(half)
		refund(total.Sub(half))
	case 2:
		refund(total.Div(decimal.New(3, 0)).RoundDown(2))
	}
	s.order["refunds"] = refunds
}

func (s *wooShop) times() {
	paid := s.instant()
	zone := pick(s.dice, saoPaulo, saoPaulo, saoPaulo, time.UTC, time.FixedZone("", -4*60*60))
	const layout = "2006-01-02T15:04:05"
	if zone != saoPaulo || s.chance(60) {
		s.order["date_paid_gmt"] = paid.UTC().Format(layout)
	} else {
		zone = saoPaulo
	}
	s.order["date_paid"] = paid.In(zone).Format(layout)
	created := paid.Add(-time.Duration(s.IntN(50)) * time.Hour)
	s.order["date_created"], s.order["date_created_gmt"] = created.In(zone).Format(layout), created.UTC().Format(layout)
	changed := paid.Add(time.Duration(s.IntN(500)) * time.Hour)
	s.order["date_modified"], s.order["date_modified_gmt"] = changed.In(zone).Format(layout), changed.UTC().Format(layout)
	unpaid := s.chance(6) || s.order["status"] == "cancelled" && s.chance(50)
	switch {
	case unpaid && s.chance(80):
		s.order["date_paid"], s.order["date_paid_gmt"] = nil, nil
	case unpaid:
		delete(s.order, "date_paid")
		delete(s.order, "date_paid_gmt")
	}
}

func (s *wooShop) party(p person) object {
	return object{
		"first_name": p.first, "last_name": p.last, "company": s.firmField(p), "email": p.email, "country": p.country, "phone": "",
		"address_1": "Avenida Central", "address_2": "", "city": "Curitiba", "state": "PR", "postcode": "80010-000",
	}
}

func (s *wooShop) parties() {
	payer := s.person()
	bill := s.party(payer)
	if s.chance(10) {
		bill["email"] = ""
	}
	if s.chance(5) { // nobody is billed
		bill = object{"first_name": "", "last_name": "", "company": "", "email": payer.email, "country": payer.country, "address_1": ""}
	}
	if s.chance(70) { // Brazilian Market on WooCommerce
		bill["persontype"] = pick(s.dice, "F", "J", "", "1", "2", "Pessoa Jurídica")
		bill["cpf"], bill["cnpj"] = pick(s.dice, s.cpf(), s.cpf(), "", s.wrong(), s.foreign()), pick(s.dice, "", "", s.cnpj(), s.wrong())
	}
	if s.chance(15) {
		bill[pick(s.dice, "documento", "cpf_cnpj", "cnpj_empresa", "cpf_motorista", "cpf_extra", "tipo_pessoa")] = s.someID()
	}
	receives := s.likewise(payer)
	if s.chance(40) {
		receives = s.person()
	}
	ship := s.party(receives)
	delete(ship, "email")
	if s.chance(20) {
		ship = object{}
	}
	meta := []any{}
	for i := range pick(s.dice, 0, 1, 1, 2, 4) {
		a := s.attribute()
		m := object{"id": 60_211 + i, "key": a.name, "value": a.value}
		if shapeCPF.MatchString(a.value) && a.value[0] != '0' && s.chance(30) {
			m["value"] = json.Number(a.value)
		}
		meta = append(meta, m)
	}
	if s.chance(10) {
		meta = append(meta, object{"id": 60_300, "key": "_cpf_fields", "value": pick[any](s.dice, object{"a": "1"}, []any{"1"}, true, nil)})
	}
	s.order["billing"], s.order["shipping"], s.order["meta_data"] = bill, ship, meta
}

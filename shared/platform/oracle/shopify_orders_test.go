package oracle

import (
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/platform"
)

// store is one order of Shopify while it is made: the amounts are in cents.
type store struct {
	dice
	order                 object
	lines                 []*bought
	isIncluded            bool // taxes
	total, taxes          int64
	refunds               []any // never null
	current, back, unpaid int64
}

// bought is one line.
type bought struct {
	id                          int
	price, quantity             int64
	discount, tax               int64
	gone, goneAmount, goneTaxes int64
	json                        object
}

func (b *bought) amount() int64 { return b.price*b.quantity - b.discount }

// set is an amount as Shopify writes it twice.
func (s *store) set(to object, name string, amount int64) {
	to[name] = money(amount)
	to[name+"_set"] = s.both(amount)
}

func (s *store) both(amount int64) object {
	shop := object{"amount": money(amount), "currency_code": s.order["currency"]}
	if s.order["presentment_currency"] == s.order["currency"] {
		return object{"shop_money": shop, "presentment_money": shop}
	}
	return object{"shop_money": shop, "presentment_money": object{"amount": money(amount / 5), "currency_code": s.order["presentment_currency"]}}
}

// orderOfShopify makes a webhook of Shopify.
func (d dice) orderOfShopify() call {
	s := store{dice: d, refunds: []any{}, isIncluded: d.chance(60)}
	id := 6_100_000_000_000 + d.Int64N(1e9)
	s.order = object{
		"id": id, "name": "#1001", "order_number": 1001, "test": d.chance(2), "currency": "BRL", "presentment_currency": pick(d, "BRL", "BRL", "BRL", "USD"),
		"cancelled_at": nil, "financial_status": "paid", "taxes_included": s.isIncluded,
		"payment_gateway_names": pick(d, []string{"Pix - Mercado Pago"}, []string{"gift_card", "bogus"}, []string{"gift_card"}, []string{}),
	}
	if d.chance(2) {
		s.order["currency"] = "USD"
	}
	s.goods()
	s.freight()
	s.extras()
	s.edits()
	c := call{platform: "shopify", header: "x-shopify-topic", settings: platform.Settings{Connection: "loja", TaxIDFields: d.listed()}}
	c.topic = pick(d, "orders/paid", "orders/paid", "orders/updated", "orders/create", "orders/cancelled", "orders/fulfilled", "")
	if d.chance(30) {
		c.settings.GiftCards = "create"
	}
	if d.chance(5) {
		c.off = true
		s.total += pick[int64](d, 1, -1)
	}
	s.sums()
	s.times()
	s.status()
	s.parties()
	for _, b := range s.lines {
		b.json["current_quantity"] = b.quantity - b.gone
	}
	if d.chance(1) {
		s.order = object{"id": id, "order_id": 77, "refund_line_items": []any{}, "transactions": []any{}}
		c.topic = "refunds/create"
	}
	if d.chance(8) && s.order["presentment_currency"] == s.order["currency"] {
		withoutSets(s.order)
	}
	c.body = marshal(s.order)
	return c
}

// withoutSets makes the order one of an old version, which has each amount once.
func withoutSets(v any) {
	switch v := v.(type) {
	case object:
		for name, value := range v {
			if strings.HasSuffix(name, "_set") && v[strings.TrimSuffix(name, "_set")] != nil {
				delete(v, name)
			}
			withoutSets(value)
		}
	case []any:
		for _, each := range v {
			withoutSets(each)
		}
	}
}

func (s *store) goods() {
	rate := pick[int64](s.dice, 0, 0, 6, 18)
	share := pick[int64](s.dice, 0, 0, 0, 10, 15, 33, 100) // of the whole order
	var all []any
	for i := range 1 + s.IntN(4) {
		b := &bought{id: 7001 + i, price: s.price(), quantity: pick[int64](s.dice, 1, 1, 1, 2, 3, 7, 100)}
		gross := b.price * b.quantity
		allocations := []any{}
		allocate := func(amount int64, application int) {
			if amount = min(amount, gross-b.discount); amount > 0 {
				a := object{"discount_application_index": application}
				s.set(a, "amount", amount)
				allocations = append(allocations, a)
				b.discount += amount
			}
		}
		own := int64(0)
		if s.chance(20) {
			own = min(int64(s.IntN(1000)), gross)
			allocate(own, 1)
		}
		allocate(percent(gross, share), 0)
		b.tax = percent(b.amount(), rate)
		b.json = object{
			"id": b.id, "variant_id": 44001 + i, "product_id": 33001, "title": "Caneca", "name": "Caneca", "quantity": b.quantity,
			"sku": pick[any](s.dice, "CANECA", "CAMISETA-P", "", nil), "gift_card": s.chance(2), "discount_allocations": allocations, "tax_lines": []any{},
		}
		s.set(b.json, "price", b.price)
		s.set(b.json, "total_discount", own)
		if s.chance(5) {
			name := pick(s.dice, "CPF", "CPF do aluno", "CPF presenteado", "cor")
			b.json["properties"] = []any{object{"name": name, "value": s.taxID()}}
		}
		if b.tax > 0 {
			t := object{"rate": float64(rate) / 100, "title": "Imposto"}
			s.set(t, "price", b.tax)
			b.json["tax_lines"] = []any{t}
		}
		s.lines, all = append(s.lines, b), append(all, b.json)
		s.total, s.taxes = s.total+b.amount(), s.taxes+b.tax
	}
	s.order["line_items"] = all
}

func (s *store) freight() {
	var all []any
	for i := range pick(s.dice, 0, 1, 1, 1, 2) {
		price := int64(s.IntN(6000))
		discount := pick(s.dice, 0, 0, 0, price, percent(price, 50))
		l := object{"id": 9001 + i, "title": "PAC", "code": "PAC", "is_removed": false, "discount_allocations": []any{}, "tax_lines": []any{}}
		if discount > 0 {
			a := object{"discount_application_index": 2}
			s.set(a, "amount", discount)
			l["discount_allocations"] = []any{a}
		}
		s.set(l, "price", price)
		s.set(l, "discounted_price", price-discount)
		all = append(all, l)
		s.total += price - discount
		tax := int64(0)
		if s.taxes > 0 {
			tax = percent(price-discount, 6)
			s.taxes += tax
		}
		if s.chance(8) {
			s.takeFreight(l, price-discount, tax)
		}
	}
	s.order["shipping_lines"] = all
}

// takeFreight takes a shipping line out of the order: before it was paid, or after, with the
// money and without.
func (s *store) takeFreight(l object, amount, tax int64) {
	gone := object{"id": 4, "shipping_line_id": l["id"], "subtotal_amount_set": s.both(amount)}
	if s.isIncluded {
		tax = 0
	}
	gone["tax_amount_set"] = s.both(tax)
	l["is_removed"] = true
	s.refunds = append(s.refunds, object{"refund_line_items": []any{}, "refund_shipping_lines": []any{gone}, "order_adjustments": []any{}, "transactions": []any{}})
	s.current += amount + tax
	switch {
	case s.chance(30) && amount+tax > 0:
		s.giveBack(amount + tax)
	case s.chance(30):
		s.unpaid -= amount + tax
	}
}

// extras are tips, duties, additional fees, and the taxes.
func (s *store) extras() {
	tip := pick(s.dice, 0, 0, 0, int64(s.IntN(1000)))
	s.order["total_tip_received"] = money(tip)
	s.total += tip
	for _, name := range []string{"original_total_duties_set", "original_total_additional_fees_set"} {
		s.order[name] = nil
		if s.chance(5) {
			amount := int64(s.IntN(2000))
			s.order[name] = s.both(amount)
			s.total += amount
		}
	}
	if !s.isIncluded {
		s.total += s.taxes
	}
}

// takeOut makes a refund of some pieces of one line, and is what they cost.
func (s *store) takeOut(b *bought, pieces int64) int64 {
	left, costs, taxes := b.quantity-b.gone, b.amount()-b.goneAmount, b.tax-b.goneTaxes
	amount, tax := costs*pieces/left, taxes*pieces/left
	b.gone, b.goneAmount, b.goneTaxes = b.gone+pieces, b.goneAmount+amount, b.goneTaxes+tax
	l := object{"line_item_id": b.id, "quantity": pieces, "restock_type": "cancel"}
	s.set(l, "subtotal", amount)
	l["subtotal"] = jsonNumber(amount)
	if s.isIncluded {
		tax = 0
	}
	s.set(l, "total_tax", tax)
	l["total_tax"] = jsonNumber(tax)
	s.refunds = append(s.refunds, object{"created_at": "2026-11-28T10:00:00-03:00", "refund_line_items": []any{l}, "order_adjustments": []any{}, "transactions": []any{}})
	return amount + tax
}

func (s *store) giveBack(amount int64) {
	refund := s.refunds[len(s.refunds)-1].(object)
	refund["transactions"] = []any{object{"kind": "refund", "status": "success", "amount": money(amount), "currency": s.order["currency"]}}
	s.back += amount
}

// edits are what was taken out of the order, or added to it, before and after it was
// paid. s.current is what they take from the total.
func (s *store) edits() {
	for i, chance := range []int{10, 8, 5} { // before; after, with the money; after, without
		b := pick(s.dice, s.lines...)
		if left := b.quantity - b.gone; s.chance(chance) && left > 0 && b.amount()-b.goneAmount >= left {
			costs := s.takeOut(b, 1+s.Int64N(left))
			s.current += costs
			switch i {
			case 1:
				s.giveBack(costs)
			case 2:
				s.unpaid -= costs
				if s.chance(30) { // the gateway didn't give it back
					failed := object{"kind": "refund", "status": pick(s.dice, "failure", "error"), "amount": money(costs), "currency": s.order["currency"]}
					s.refunds[len(s.refunds)-1].(object)["transactions"] = []any{failed}
				}
			}
		}
	}
	if s.chance(6) { // money for nothing: a part goes back, and nothing is taken out
		amount := 1 + s.Int64N(max(1, s.total-s.current-s.back))
		s.refunds = append(s.refunds, object{"refund_line_items": []any{}, "order_adjustments": []any{object{"kind": "refund_discrepancy", "amount": money(-amount)}}})
		s.current += amount
		s.giveBack(amount)
	}
	if s.chance(3) { // added and not paid for
		s.unpaid += int64(1 + s.IntN(1000))
	}
	if s.chance(2) { // exchanged for something else, and the total is still the first one
		b := object{"id": 7009, "sku": "OUTRA", "quantity": 1, "gift_card": false, "discount_allocations": []any{}}
		price := 1 + s.price()
		s.set(b, "price", price)
		s.order["line_items"] = append(s.order["line_items"].([]any), b)
		s.current -= price
	}
}

func (s *store) sums() {
	o := s.order
	o["refunds"] = s.refunds
	s.set(o, "total_price", s.total)
	s.set(o, "total_tax", s.taxes)
	s.set(o, "current_total_price", s.total-s.current)
	o["total_outstanding"] = money(s.unpaid)
}

func (s *store) times() {
	placed := s.instant()
	created := placed.Add(time.Duration(s.IntN(3)) * time.Second)
	if s.chance(8) {
		created = placed.Add(time.Duration(24*(2+s.IntN(300))) * time.Hour) // imported
	}
	s.order["processed_at"], s.order["created_at"] = s.written(placed), s.written(created)
	defer s.changes()
	s.order["updated_at"] = s.written(created.Add(pick(s.dice, 4*time.Second, 30*time.Minute, 3*time.Hour, 50*time.Hour, 167*time.Hour, 9*24*time.Hour)))
	if s.chance(25) { // fetched
		first := placed.Add(time.Duration(s.IntN(48)) * time.Hour)
		transaction := func(kind, status string, after time.Duration) object {
			return object{"kind": kind, "status": status, "processedAt": first.Add(after).UTC().Format(time.RFC3339)}
		}
		s.order["transactions"] = pick(s.dice,
			[]any{transaction("SALE", "SUCCESS", 0)},
			[]any{transaction("SALE", "FAILURE", 0), transaction("SALE", "SUCCESS", time.Hour)},
			[]any{transaction("AUTHORIZATION", "SUCCESS", 0), transaction("CAPTURE", "SUCCESS", 30*time.Hour)},
			[]any{transaction("SALE", "SUCCESS", 0), transaction("SALE", "SUCCESS", 5*time.Hour), transaction("REFUND", "SUCCESS", 90*time.Hour)},
			[]any{transaction("AUTHORIZATION", "SUCCESS", 0)}, []any{})
	}
}

// changes are what the order was modified by, if it wasn't a payment.
func (s *store) changes() {
	if s.chance(20) {
		shipped := pick(s.dice, s.order["updated_at"], s.order["created_at"])
		s.order["fulfillments"] = []any{object{"id": 1, "created_at": shipped, "updated_at": shipped, "status": "success"}}
	}
	if n := len(s.refunds); n > 0 && s.chance(30) {
		s.refunds[n-1].(object)["processed_at"] = s.order["updated_at"]
	}
}

func (s *store) status() {
	if s.back > 0 {
		s.order["financial_status"] = "partially_refunded"
	}
	switch {
	case s.chance(10):
		s.order["financial_status"] = pick(s.dice, "pending", "authorized", "partially_paid", "voided", "expired", "refunded", "paid")
	case s.chance(2):
		delete(s.order, "financial_status")
	}
	if s.chance(6) {
		s.order["cancelled_at"] = s.written(s.instant())
	}
}

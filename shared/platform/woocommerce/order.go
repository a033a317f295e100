package woocommerce

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/words"
)

// Order is the sale as it was made: see the package's own words on amounts.
func (Platform) Order(p platform.Payload, s platform.Settings) (order.Order, error) {
	b, err := decode(p.Body)
	if err == nil {
		err = platform.CheckNumericID(b.ID)
	}
	if err != nil {
		return order.Order{}, order.Reject(order.NotUnderstood, "%s: enter the order in the ERP by hand", err)
	}
	if err := b.checkSale(s); err != nil {
		return order.Order{}, err
	}
	r := &reader{platform.Amounts{Store: "WooCommerce"}}
	paid := b.paid()
	o := order.Order{
		ID:       string(b.ID),
		Number:   b.number(),
		Status:   string(b.Status),
		Currency: strings.ToUpper(string(b.Currency)),
		PlacedAt: b.dateCreated(),
		PaidAt:   paid.At,
		PaidRank: paid.Rank,
		Lines:    r.lines(b.LineItems),
		Freight:  r.sum("shipping_lines", b.ShippingLines),
		Tax:      r.Money("total_tax", b.TotalTax),
		// A shop may count finer than anybody can pay.
		Total: r.Money("total", b.Total).Round(),
	}
	o.Customer, o.Origins = b.customer(s, p.Body)
	o.Origins.PaidAt = paid.From
	r.fees(&o, b.FeeLines)
	r.compareParts(&o, b)
	b.tellDropped(&o.Origins)
	if paid.Rank != order.ByPayment && (b.DatePaidGMT.There || b.DatePaid.There) {
		o.Origins.Omit(words.Plain("date_paid"), "it can't be read, and the order's own date counts")
	}
	if b.Total == "" {
		r.Reject("%s is missing", "total")
	}
	if r.Err != nil {
		return order.Order{}, r.Err
	}
	o.Payments = []order.Payment{b.payment(o)}
	return platform.Finished(o), nil
}

// tellDropped names the lines that are no part of the sale any more.
func (b body) tellDropped(from *order.Origins) {
	for i, item := range b.LineItems {
		if quantity, err := order.ParseQuantity(string(item.Quantity)); err == nil && quantity.IsZero() {
			from.Omit(words.Plain(fmt.Sprintf("line_items[%d]", i)), "its quantity is 0: it was taken out of the order")
		}
	}
}

type reader struct{ platform.Amounts }

func (r *reader) sum(field string, charges []charge) order.Money {
	var sum order.Money
	for i, c := range charges {
		sum = sum.Add(r.Money(fmt.Sprintf("%s[%d].total", field, i), c.Total))
	}
	return sum
}

// fees are what was charged on top, and what was taken off by negative fees.
func (r *reader) fees(o *order.Order, charges []charge) {
	for i := range charges {
		at := fmt.Sprintf("fee_lines[%d].total", i)
		switch fee := r.Money(at, charges[i].Total); {
		case fee.IsNegative():
			o.TakeOff(fee, words.Plain(at))
		default:
			o.Fees = o.Fees.Add(fee)
		}
	}
}

func (r *reader) lines(items []lineItem) []order.Line {
	var lines []order.Line
	for i, item := range items {
		at := fmt.Sprintf("line_items[%d].", i)
		quantity := r.Quantity(at+"quantity", item.Quantity)
		before, after := r.amounts(at, item, quantity)
		if quantity.IsZero() {
			continue // taken out of the order by hand; a cost that stayed shows in the sum
		}
		lines = append(lines, order.Line{
			SKUs:      item.skus(),
			Name:      string(item.Name),
			Quantity:  quantity,
			UnitPrice: before.PerPiece(quantity),
			Discount:  before.Sub(after),
		})
	}
	return lines
}

// amounts are what the line costs before and after its discount. Where somebody
// raised the total by hand above the subtotal, there was no discount.
func (r *reader) amounts(at string, item lineItem, quantity order.Quantity) (before, after order.Money) {
	after = r.Money(at+"total", item.Total)
	if item.Total == "" {
		after = r.Money(at+"price", item.Price).Times(quantity).Round()
	}
	if item.Total == "" && item.Price == "" {
		r.Reject("%s is missing", at+"total")
	}
	before = r.Money(at+"subtotal", item.Subtotal)
	if before.Cmp(after) < 0 {
		before = after
	}
	return before, after
}

// skus is the SKU, or the id of the variation or the product where it has none.
func (i lineItem) skus() []string {
	switch {
	case i.SKU != "":
		return []string{string(i.SKU)}
	case i.VariationID != "" && i.VariationID != "0":
		return []string{"id:" + string(i.VariationID)}
	case i.ProductID != "" && i.ProductID != "0":
		return []string{"id:" + string(i.ProductID)}
	}
	return nil
}

// gateways are those whose id says less, or something else, than its words.
var gateways = map[loose.Text]order.Method{
	"woo-mercado-pago-custom":  order.CreditCard,
	"woo-mercado-pago-credits": order.Other, // a loan, "parcelado sem cartão"
	"cheque":                   order.Other,
}

func (b body) payment(o order.Order) order.Payment {
	method, known := gateways[b.PaymentMethod]
	switch {
	case o.Total.IsZero():
		method = order.Free
	case !known:
		method = platform.Method(string(b.PaymentMethod), string(b.PaymentMethodTitle))
	}
	return order.Payment{
		Method:       method,
		Name:         string(cmp.Or(b.PaymentMethodTitle, b.PaymentMethod)),
		Amount:       o.Total,
		Installments: b.installments(),
		PaidAt:       o.PaidAt,
		Reference:    string(b.TransactionID),
	}
}

// installmentKeys are where plugins keep the number: Mercado Pago's own, and
// Rede's.
var installmentKeys = []string{"mp_installments", "wc_rede_transaction_installments"}

// installments is 1 unless a plugin that is known says more.
func (b body) installments() int {
	for _, key := range installmentKeys {
		if n, err := strconv.Atoi(string(b.meta(key))); err == nil && n >= 1 && n <= 99 {
			return n
		}
	}
	return 1
}

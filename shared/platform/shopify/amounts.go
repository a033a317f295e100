package shopify

import (
	"cmp"
	"fmt"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/words"
)

// amounts fills in lines, freight, fees, tax and total.
func (b body) amounts(o *order.Order, s platform.Settings) error {
	r := &reader{platform.Amounts{Store: "Shopify"}}
	o.Total = r.Money("total_price", b.TotalPriceSet.or(b.TotalPrice))
	if !b.TaxesIncluded {
		o.Tax = r.Money("total_tax", b.TotalTaxSet.or(b.TotalTax))
	}
	if b.TotalPriceSet.or(b.TotalPrice) == "" {
		r.Reject("%s is missing", "total_price")
	}
	out := r.settle(o, b)
	var tips order.Money
	o.Lines, tips = r.lines(b.LineItems, out)
	o.Freight = r.freight(b, out)
	o.Fees = r.fees(b, tips)
	if r.Err != nil {
		return r.Err
	}
	b.tellDropped(&o.Origins, out)
	return b.checkGiftCards(out, s)
}

// tellDropped names what is no part of the sale any more, or never was.
func (b body) tellDropped(from *order.Origins, out takenOut) {
	for i, item := range b.LineItems {
		if gone := out.lines[item.ID].quantity; !gone.IsZero() && item.ID != "" {
			from.Omit(words.Plain(fmt.Sprintf("line_items[%d]", i)), "%s of it left the order before it was paid (refunds)", gone)
		}
	}
	told := b.toldFreight()
	for i, l := range b.ShippingLines {
		at := words.Plain(fmt.Sprintf("shipping_lines[%d]", i))
		switch gone := out.freight[l.ID]; {
		case l.ID != "" && !gone.IsZero():
			from.Omit(at, "%s of it left the order before it was paid (refunds)", gone)
		case l.IsRemoved && !told[l.ID]:
			from.Omit(at, "it was removed from the order (is_removed)")
		}
	}
}

// checkGiftCards refuses one that was sold, unless it was taken out again.
func (b body) checkGiftCards(out takenOut, s platform.Settings) error {
	for i, item := range b.LineItems {
		quantity, _ := order.ParseQuantity(string(item.Quantity)) // lines said what is wrong with it
		if !item.GiftCard || quantity.Equal(out.lines[item.ID].quantity) {
			continue
		}
		if err := s.CheckGiftCard(fmt.Sprintf("line_items[%d]", i)); err != nil {
			return err
		}
	}
	return nil
}

type reader struct{ platform.Amounts }

func (r *reader) allocated(at string, allocations []allocation) order.Money {
	var sum order.Money
	for i, a := range allocations {
		sum = sum.Add(r.Money(fmt.Sprintf("%sdiscount_allocations[%d].amount", at, i), a.AmountSet.or(a.Amount)))
	}
	return sum
}

// lines are what was bought, and what the lines of tips come to.
func (r *reader) lines(items []lineItem, out takenOut) (lines []order.Line, tips order.Money) {
	for i, item := range items {
		at := fmt.Sprintf("line_items[%d].", i)
		if item.PriceSet.or(item.Price) == "" {
			r.Reject("%s is missing", at+"price")
		}
		price := r.Money(at+"price", item.PriceSet.or(item.Price))
		quantity := r.Quantity(at+"quantity", item.Quantity)
		cost := price.Times(quantity).Sub(r.discount(at, item))
		if len(item.TipPaymentGateway) > 0 {
			tips = tips.Add(cost)
			continue
		}
		gone := out.lines[item.ID]
		quantity, cost = quantity.Sub(gone.quantity), cost.Sub(gone.subtotal)
		if quantity.IsZero() {
			continue // taken out; what is left of its cost shows in the sum
		}
		lines = append(lines, order.Line{
			SKUs:      item.skus(),
			Name:      string(cmp.Or(item.Name, item.Title)),
			Quantity:  quantity,
			UnitPrice: price,
			Discount:  price.Times(quantity).Sub(cost),
		})
	}
	return lines, tips
}

func (r *reader) discount(at string, item lineItem) order.Money {
	if len(item.DiscountAllocations) > 0 {
		return r.allocated(at, item.DiscountAllocations)
	}
	return r.Money(at+"total_discount", item.TotalDiscountSet.or(item.TotalDiscount))
}

// skus is the SKU, or the id of the variant where it has none. A custom item of a
// draft order has neither.
func (i lineItem) skus() []string {
	switch {
	case i.SKU != "":
		return []string{string(i.SKU)}
	case i.VariantID != "":
		return []string{"variant:" + string(i.VariantID)}
	}
	return nil
}

// freight takes discounted_price only where nothing is allocated: it knows
// nothing of the order's discounts. A line that was removed was paid all the same, if a
// refund says so and it isn't one before the payment.
func (r *reader) freight(b body, out takenOut) order.Money {
	var sum order.Money
	told := b.toldFreight()
	for i, l := range b.ShippingLines {
		if l.IsRemoved && (l.ID == "" || !told[l.ID]) {
			continue
		}
		at := fmt.Sprintf("shipping_lines[%d].", i)
		price := r.Money(at+"price", l.PriceSet.or(l.Price)).Sub(r.allocated(at, l.DiscountAllocations))
		if discounted := l.DiscountedPriceSet.or(l.DiscountedPrice); discounted != "" && len(l.DiscountAllocations) == 0 {
			price = r.Money(at+"discounted_price", discounted)
		}
		if l.ID != "" {
			price = price.Sub(out.freight[l.ID])
		}
		sum = sum.Add(price)
	}
	return sum
}

// fees takes the tip from its lines where the order has no total of them.
func (r *reader) fees(b body, tips order.Money) order.Money {
	fees := r.Money("total_tip_received", b.TotalTipReceived)
	if fees.IsZero() {
		fees = tips
	}
	if !b.DutiesIncluded {
		fees = fees.Add(r.Money("original_total_duties_set", b.OriginalTotalDutiesSet.or("")))
	}
	return fees.Add(r.Money("original_total_additional_fees_set", b.OriginalTotalAdditionalFeesSet.or("")))
}

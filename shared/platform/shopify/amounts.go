package shopify

import (
	"cmp"
	"fmt"

	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
)

// amounts fills in lines, freight, fees, tax and total.
func (b body) amounts(o *order.Order) error {
	r := &reader{platform.Amounts{Store: "Shopify"}}
	out := r.takenOut(b.Refunds)
	lines, tips := r.lines(b.LineItems, out)
	o.Lines = lines
	o.Freight = r.freight(b.ShippingLines)
	o.Fees = r.fees(b, tips)
	o.Total = r.Money("total_price", b.TotalPriceSet.or(b.TotalPrice)).Sub(out.subtotal)
	if !b.TaxesIncluded {
		o.Tax = r.Money("total_tax", b.TotalTaxSet.or(b.TotalTax)).Sub(out.tax)
		o.Total = o.Total.Sub(out.tax)
	}
	if b.TotalPriceSet.or(b.TotalPrice) == "" {
		r.Reject("total_price", "is missing")
	}
	if current := b.CurrentTotalPriceSet.or(b.CurrentTotalPrice); len(out.lines) > 0 && !out.gaveBack && current != "" {
		o.Total = r.Money("current_total_price", current)
	}
	return r.Err
}

type reader struct{ platform.Amounts }

func (r *reader) allocated(at string, allocations []allocation) order.Money {
	var sum order.Money
	for i, a := range allocations {
		sum = sum.Add(r.Money(fmt.Sprintf("%sdiscount_allocations[%d].amount", at, i), a.AmountSet.or(a.Amount)))
	}
	return sum
}

// takenOut is what left the order without money going back.
type takenOut struct {
	lines         map[loose.Text]takenLine
	subtotal, tax order.Money
	// gaveBack tells that there are other refunds, which did.
	gaveBack bool
}

type takenLine struct {
	quantity order.Quantity
	subtotal order.Money
}

func (r *reader) takenOut(refunds []refund) takenOut {
	out := takenOut{lines: map[loose.Text]takenLine{}}
	for i, ref := range refunds {
		if ref.gaveBack() {
			out.gaveBack = true
			continue
		}
		for j, item := range ref.RefundLineItems {
			at := fmt.Sprintf("refunds[%d].refund_line_items[%d].", i, j)
			// Without the sets these are numbers that were computed in floating point.
			subtotal := r.Money(at+"subtotal", item.SubtotalSet.or(item.Subtotal)).Round()
			line := out.lines[item.LineItemID]
			line.quantity = line.quantity.Add(r.Quantity(at+"quantity", item.Quantity))
			line.subtotal = line.subtotal.Add(subtotal)
			out.lines[item.LineItemID] = line
			out.subtotal = out.subtotal.Add(subtotal)
			out.tax = out.tax.Add(r.Money(at+"total_tax", item.TotalTaxSet.or(item.TotalTax)).Round())
		}
	}
	return out
}

// lines are what was bought, and what the lines of tips come to.
func (r *reader) lines(items []lineItem, out takenOut) (lines []order.Line, tips order.Money) {
	for i, item := range items {
		at := fmt.Sprintf("line_items[%d].", i)
		if item.PriceSet.or(item.Price) == "" {
			r.Reject(at+"price", "is missing")
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
// nothing of the order's discounts.
func (r *reader) freight(lines []shippingLine) order.Money {
	var sum order.Money
	for i, l := range lines {
		if l.IsRemoved {
			continue
		}
		at := fmt.Sprintf("shipping_lines[%d].", i)
		price := r.Money(at+"price", l.PriceSet.or(l.Price)).Sub(r.allocated(at, l.DiscountAllocations))
		if discounted := l.DiscountedPriceSet.or(l.DiscountedPrice); discounted != "" && len(l.DiscountAllocations) == 0 {
			price = r.Money(at+"discounted_price", discounted)
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

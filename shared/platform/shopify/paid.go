package shopify

import (
	"cmp"
	"fmt"

	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// gaveBack tells whether money went back, or is on its way: a payment that was only
// authorized is voided, and nothing goes back.
func (r refund) gaveBack() bool {
	for _, t := range r.Transactions {
		if t.Status != "failure" && t.Status != "error" && t.Kind != "void" {
			return true
		}
	}
	return false
}

// removals are the places, in refunds, of those by which something left the order and no
// money went back: an order that was edited. The first is the oldest.
func (b body) removals() (places []int) {
	for i, r := range b.Refunds {
		if !r.gaveBack() {
			places = append(places, i)
		}
	}
	return places
}

// takenOut is what left the order before it was paid.
type takenOut struct {
	lines map[loose.Text]takenLine
	// freight is by shipping line.
	freight       map[loose.Text]order.Money
	subtotal, tax order.Money
}

type takenLine struct {
	quantity order.Quantity
	subtotal order.Money
}

// settle takes out of the order's total and tax what was taken out of the order before
// it was paid, and holds the total against what Shopify says was paid. What is taken
// out after the payment was paid, and stays. So of what was taken out, the first, as
// much as makes the total that was paid; all of it, if nothing does.
func (r *reader) settle(o *order.Order, b body) takenOut {
	removals := b.removals()
	out := r.takenOut(b, removals)
	less := func(out takenOut) order.Money {
		if b.TaxesIncluded {
			return o.Total.Sub(out.subtotal)
		}
		return o.Total.Sub(out.subtotal).Sub(out.tax)
	}
	paid, told := r.paid(b)
	total := less(out)
	if told {
		for n := len(removals); n >= 0; n-- {
			if some := r.takenOut(b, removals[:n]); paid.is(less(some)) {
				out, total = some, less(some)
				break
			}
		}
	}
	if o.Total = total; !b.TaxesIncluded {
		o.Tax = o.Tax.Sub(out.tax)
	}
	switch current := b.CurrentTotalPriceSet.or(b.CurrentTotalPrice); {
	case told && paid.is(total):
	case told && len(removals) > 0:
		o.Total = paid.least
		o.Compare(words.Say("total_price and what was taken out of the order (not current_total_price, total_outstanding and refunds)"), total)
	case told:
		o.Compare(words.Say("current_total_price, total_outstanding and refunds"), paid.least)
	case len(out.lines)+len(out.freight) > 0 && len(removals) == len(b.Refunds) && current != "":
		o.Compare(words.Plain("current_total_price"), r.Money("current_total_price", current))
	}
	return out
}

// takenOut is what these removals took out.
func (r *reader) takenOut(b body, removals []int) takenOut {
	out := takenOut{lines: map[loose.Text]takenLine{}, freight: map[loose.Text]order.Money{}}
	for _, i := range removals {
		for j, item := range b.Refunds[i].RefundLineItems {
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
		for j, l := range b.Refunds[i].RefundShippingLines {
			at := fmt.Sprintf("refunds[%d].refund_shipping_lines[%d].", i, j)
			subtotal := r.Money(at+"subtotal_amount", l.SubtotalAmountSet.or(l.SubtotalAmount)).Round()
			out.freight[l.LineID] = out.freight[l.LineID].Add(subtotal)
			out.subtotal = out.subtotal.Add(subtotal)
			out.tax = out.tax.Add(r.Money(at+"tax_amount", l.TaxAmountSet.or(l.TaxAmount)).Round())
		}
	}
	return out
}

// toldFreight are the shipping lines of which some refund says that they left the order.
func (b body) toldFreight() map[loose.Text]bool {
	told := map[loose.Text]bool{}
	for _, ref := range b.Refunds {
		for _, l := range ref.RefundShippingLines {
			told[l.LineID] = true
		}
	}
	return told
}

// paidTotal is what was paid, without what went back being taken off. What is on its
// way back may count as gone or not.
type paidTotal struct{ least, most order.Money }

func (p paidTotal) is(m order.Money) bool { return m.Equal(p.least) || m.Equal(p.most) }

// paid is what the order costs now, less what is outstanding, and what went back. It
// isn't told where one of them is missing, or in the buyer's currency.
func (r *reader) paid(b body) (p paidTotal, told bool) {
	current := b.CurrentTotalPriceSet.or(b.CurrentTotalPrice)
	if current == "" || b.TotalOutstanding == "" {
		return paidTotal{}, false
	}
	p.least = r.Money("current_total_price", current).Sub(r.Money("total_outstanding", b.TotalOutstanding))
	p.most = p.least
	for i, ref := range b.Refunds {
		for j, t := range ref.Transactions {
			if t.Status == "failure" || t.Status == "error" || t.Kind == "void" {
				continue
			}
			if t.Amount == "" || cmp.Or(t.Currency, b.Currency) != b.Currency {
				return paidTotal{}, false
			}
			amount := r.Money(fmt.Sprintf("refunds[%d].transactions[%d].amount", i, j), t.Amount)
			p.most = p.most.Add(amount)
			if t.Status != "pending" {
				p.least = p.least.Add(amount)
			}
		}
	}
	return p, true
}

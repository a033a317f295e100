package woocommerce

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// compareParts holds WooCommerce's totals of parts against the parts. One of which a part
// isn't said can't be held against anything.
func (r *reader) compareParts(o *order.Order, b body) {
	rates := max(1, len(b.TaxLines))
	discount, discountTax, cartTax := figures{r: r}, figures{r: r}, figures{r: r}
	for i, l := range b.LineItems {
		at := fmt.Sprintf("line_items[%d].", i)
		discount.add(at+"subtotal", l.Subtotal, l.finer())
		discount.less(at+"total", l.Total, l.finer())
		discountTax.add(at+"subtotal_tax", l.SubtotalTax, rates)
		discountTax.less(at+"total_tax", l.TotalTax, rates)
		cartTax.add(at+"total_tax", l.TotalTax, rates)
	}
	for i, l := range b.FeeLines {
		cartTax.add(fmt.Sprintf("fee_lines[%d].total_tax", i), l.TotalTax, rates)
	}
	shipping, shippingTax := figures{r: r}, figures{r: r}
	for i, l := range b.ShippingLines {
		at := fmt.Sprintf("shipping_lines[%d].", i)
		shipping.add(at+"total", l.Total, 0) // where a cent is missing here, it is in the total, too
		shippingTax.add(at+"total_tax", l.TotalTax, rates)
	}
	// In the shop these two are what the coupons took, and what the lines came down by once
	// the order is counted again: plugins take more off a line than any coupon.
	coupons, couponTax := figures{r: r, unsaid: b.CouponLines == nil}, figures{r: r, unsaid: b.CouponLines == nil}
	for i, c := range b.CouponLines {
		at := fmt.Sprintf("coupon_lines[%d].", i)
		coupons.add(at+"discount", c.Discount, 1)
		couponTax.add(at+"discount_tax", c.DiscountTax, rates)
	}
	tax := figures{r: r}
	tax.add("cart_tax", b.CartTax, 1)
	tax.add("shipping_tax", b.ShippingTax, 1)
	r.hold(o, "discount_total", b.DiscountTotal, []figures{discount, coupons}, "the discount of line_items")
	r.hold(o, "discount_tax", b.DiscountTax, []figures{discountTax, couponTax}, "the tax on the discount of line_items")
	r.hold(o, "shipping_total", b.ShippingTotal, []figures{shipping}, "the sum of shipping_lines")
	r.hold(o, "shipping_tax", b.ShippingTax, []figures{shippingTax}, "the tax of shipping_lines")
	r.hold(o, "cart_tax", b.CartTax, []figures{cartTax}, "the tax of line_items and fee_lines")
	r.hold(o, "total_tax", b.TotalTax, []figures{tax}, "the sum of cart_tax and shipping_tax")
}

// finer is 1 for a line that the shop may have counted finer than it shows it, as it does
// with a price from which it took the tax, and else 0.
func (i lineItem) finer() int {
	if tax, err := order.ParseMoney(string(i.TotalTax)); err == nil && !tax.WithoutDust().IsZero() {
		return 1
	}
	price, err := order.ParseMoney(string(i.Price))
	quantity, err2 := order.ParseQuantity(string(i.Quantity))
	total, err3 := order.ParseMoney(string(i.Total))
	// The price is the quotient of the others in floating point.
	if errors.Join(err, err2, err3) == nil && magnitude(price.Times(quantity).Sub(total)).Cmp(inPlaces(1, 5)) > 0 {
		return 1
	}
	return 0
}

// figures are added up as they are shown. A shop that counts finer rounds each of them for
// showing, and their total once: so much may be missing between the two.
type figures struct {
	r   *reader
	sum order.Money
	// rounded is how many times something may have been rounded.
	rounded int
	// unsaid: one of them is missing.
	unsaid bool
}

// add adds a figure in which so many were rounded, unless it is zero.
func (f *figures) add(field string, text loose.Text, rounded int) {
	amount := f.r.Money(field, text)
	if !amount.IsZero() {
		f.rounded += rounded
	}
	f.sum = f.sum.Add(amount)
	f.unsaid = f.unsaid || text == ""
}

func (f *figures) less(field string, text loose.Text, rounded int) {
	before := f.sum
	f.add(field, text, rounded)
	f.sum = before.Add(before).Sub(f.sum)
}

// come tells whether they come to the total, to half a unit of its last decimal for each
// time that something was rounded.
func (f figures) come(total order.Money, text loose.Text) bool {
	written := string(text)
	if exact, err := order.ParseMoney(written); err != nil || !exact.Equal(total) {
		written = total.String() // floats have no last decimal
	}
	_, decimals, _ := strings.Cut(written, ".")
	half := inPlaces(5, len(decimals)+1)
	return magnitude(f.sum.Sub(total)).Cmp(half.Times(order.Pieces(int64(f.rounded)))) <= 0
}

// hold notes a total that none of the figures come to.
func (r *reader) hold(o *order.Order, field string, text loose.Text, all []figures, format string, values ...any) {
	if text == "" || all[0].unsaid {
		return
	}
	total := r.Money(field, text)
	for _, f := range all {
		if !f.unsaid && f.come(total, text) {
			return
		}
	}
	o.Disagree(words.Say(format, values...), all[0].sum, words.Plain(field), total)
}

func magnitude(m order.Money) order.Money {
	if m.IsNegative() {
		return m.Neg()
	}
	return m
}

// inPlaces is so many units of that decimal.
func inPlaces(n, decimal int) order.Money {
	m, err := order.ParseMoney(strconv.Itoa(n) + "e-" + strconv.Itoa(decimal))
	if err != nil {
		return order.Money{} // of more decimals than amounts have
	}
	return m
}

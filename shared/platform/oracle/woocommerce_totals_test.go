package oracle

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// way is one way to a total: what some figures come to, and how many of them the shop may
// have rounded.
type way struct {
	amount  decimal.Decimal
	rounded int64
	isKnown bool
}

// every adds up one path of each element, in which so many figures that aren't zero may be
// rounded.
func every(all []any, path string, rounded func(any) int64) way {
	w := way{isKnown: true}
	for _, each := range all {
		amount := number(each, path)
		w.amount, w.isKnown = w.amount.Add(amount), w.isKnown && text(each, path) != ""
		if !amount.IsZero() {
			w.rounded += rounded(each)
		}
	}
	return w
}

func (w way) and(o way) way {
	return way{w.amount.Add(o.amount), w.rounded + o.rounded, w.isKnown && o.isKnown}
}

func (w way) less(o way) way {
	o.amount = o.amount.Neg()
	return w.and(o)
}

func (w way) only(isSaid bool) way {
	w.isKnown = w.isKnown && isSaid
	return w
}

// wooTotals holds the totals of parts against the parts, as the page's table has them.
func wooTotals(v any, a *answer) {
	lines, fees, freight, coupons := list(v, "line_items"), list(v, "fee_lines"), list(v, "shipping_lines"), list(v, "coupon_lines")
	exact := func(any) int64 { return 0 }
	once := func(any) int64 { return 1 }
	each := func(any) int64 { return max(1, int64(len(list(v, "tax_lines")))) }
	finer := func(l any) int64 {
		off := number(l, "price").Mul(number(l, "quantity")).Sub(number(l, "total")).Abs()
		if !number(l, "total_tax").IsZero() || text(l, "price") != "" && off.GreaterThan(decimal.New(1, -5)) {
			return 1
		}
		return 0
	}
	isSaid := has(v, "coupon_lines") && at(v, "coupon_lines") != nil
	for field, ways := range map[string][]way{
		"discount_total": {every(lines, "subtotal", finer).less(every(lines, "total", finer)), every(coupons, "discount", once).only(isSaid)},
		"discount_tax":   {every(lines, "subtotal_tax", each).less(every(lines, "total_tax", each)), every(coupons, "discount_tax", each).only(isSaid)},
		"shipping_total": {every(freight, "total", exact)},
		"shipping_tax":   {every(freight, "total_tax", each)},
		"cart_tax":       {every(lines, "total_tax", each).and(every(fees, "total_tax", each))},
		"total_tax":      {every([]any{v}, "cart_tax", once).and(every([]any{v}, "shipping_tax", once))},
	} {
		given := text(v, field)
		_, decimals, _ := strings.Cut(given, ".")
		half := decimal.New(5, -int32(len(decimals))-1)
		isTrue := slices.ContainsFunc(ways, func(w way) bool {
			return w.isKnown && w.amount.Sub(number(v, field)).Abs().LessThanOrEqual(half.Mul(decimal.NewFromInt(w.rounded)))
		})
		if given != "" && ways[0].isKnown && !isTrue {
			a.refuse("total")
		}
	}
}

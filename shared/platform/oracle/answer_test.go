package oracle

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// What may become of a payload.
const (
	sale     = "order"
	ignored  = "ignored"
	reversed = "reversed"
	rejected = "rejected"
)

// answer is what is said of one payload. Amounts are compared by value.
type answer struct {
	verdict string
	// reasons are the kinds of a rejection: of the oracle all that apply, of the product
	// the one that it gives.
	reasons []string
	// id is the order's.
	id string
	// the rest only where there is an order.
	currency, name, taxID, foreign, email, day string
	lines                                      []line
	total, discount, freight, fees, tax        decimal.Decimal
	// hasGiftCard: one of the lines is a gift card that was sold.
	hasGiftCard bool
}

type line struct {
	skus     string
	quantity decimal.Decimal
	// amount is what the line costs in the end.
	amount decimal.Decimal
}

func (l line) String() string {
	return fmt.Sprintf("%s: %s for %s", l.skus, l.quantity, l.amount)
}

// refuse adds a reason; an answer with a reason is no order.
func (a *answer) refuse(reason string) {
	a.verdict = rejected
	if !slices.Contains(a.reasons, reason) {
		a.reasons = append(a.reasons, reason)
	}
}

// judge adds what holds for orders of any platform: only reais, something that is sold,
// no negative part but fees, whole cents, and parts that add up.
func (a *answer) judge() {
	goods := decimal.Zero
	for _, l := range a.lines {
		goods = goods.Add(l.amount)
		if !l.quantity.IsPositive() || l.amount.IsNegative() {
			a.refuse("total")
		}
	}
	if a.currency != "BRL" {
		a.refuse("currency")
	}
	if len(a.lines) == 0 || !a.total.Equal(a.total.Round(2)) {
		a.refuse("total")
	}
	for _, part := range []decimal.Decimal{a.total, a.discount, a.freight, a.tax} {
		if part.IsNegative() {
			a.refuse("total")
		}
	}
	if !goods.Sub(a.discount).Add(a.freight).Add(a.fees).Add(a.tax).Round(2).Equal(a.total) {
		a.refuse("total")
	}
}

// difference says in what the product differs from the oracle, or nothing.
func (a answer) difference(product answer) string {
	if a.verdict != product.verdict {
		return fmt.Sprintf("verdict: %s %v, and by the product %s %v", a.verdict, a.reasons, product.verdict, product.reasons)
	}
	if a.verdict == ignored {
		return ""
	}
	if a.verdict == rejected {
		if !slices.Contains(a.reasons, product.reasons[0]) {
			return fmt.Sprintf("reason: %v, and by the product %v", a.reasons, product.reasons)
		}
		return ""
	}
	if a.id != product.id {
		return fmt.Sprintf("id: %s, and by the product %s", a.id, product.id)
	}
	if a.verdict == reversed {
		return ""
	}
	return a.parts(product)
}

func (a answer) parts(product answer) string {
	var all []string
	for _, part := range []struct{ name, a, b string }{
		{"name", a.name, product.name}, {"tax id", a.taxID, product.taxID}, {"foreign document", a.foreign, product.foreign},
		{"e-mail", a.email, product.email}, {"day", a.day, product.day}, {"currency", a.currency, product.currency},
		{"total", a.total.String(), product.total.String()}, {"freight", a.freight.String(), product.freight.String()},
		// A negative fee is a discount, and either way of saying it is right.
		{"fees less discount", a.fees.Sub(a.discount).String(), product.fees.Sub(product.discount).String()},
		{"tax", a.tax.String(), product.tax.String()}, {"lines", fmt.Sprint(a.lines), fmt.Sprint(product.lines)},
	} {
		if part.a != part.b {
			all = append(all, fmt.Sprintf("%s: %q, and by the product %q", part.name, part.a, part.b))
		}
	}
	return strings.Join(all, "; ")
}

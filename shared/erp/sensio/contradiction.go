package sensio

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/carimbo/carimbo/shared/order"
)

// contradictions refuses constants of sale that contradict every paid order, and warns of
// those that will contradict some.
func (c *checker) contradictions(s Sale) {
	if s.PaymentMethod == free {
		c.refuse("sale.paymentMethod", "contradicts every order that was paid; %q is sent by itself for one that cost nothing", free)
	}
	if s.NegotiationStatus == refused {
		c.refuse("sale.negotiationStatus", "contradicts every order: it was paid, and nobody refused it")
	}
	if s.NegotiationStatus == inNegotiation && s.Type != typeQuote {
		c.warn("sale.negotiationStatus", "says of every order that it is still negotiated, and each was paid; %q is for the type %s", inNegotiation, typeQuote)
	}
	if s.Approved != nil && !*s.Approved {
		c.warn("sale.approved", "says of every order that nobody approved it, and each was paid")
	}
	if s.Bonificacao != nil && *s.Bonificacao && s.Type != typeGift {
		c.refuse("sale.bonificacao", "would leave what was paid out of the invoicing; type %q is for what is given away", typeGift)
	}
	if n := instalmentsIn(s.PaymentConditionType); n > 0 {
		c.warn("sale.paymentConditionType", "is the same for every order: it is sent with those that were paid in %d, and the order's own with all others", n)
	}
	if s.Shipped != nil && *s.Shipped {
		c.warn("sale.shipped", "says of every order that it was shipped before anybody packed it")
	}
}

// sellers holds each commission to its type: Sensio wants one in per cent in reais, too,
// and those are each order's own.
func (c *checker) sellers(s Sale) {
	for i, p := range s.SellersInfo {
		at := fmt.Sprintf("sale.sellersInfo.%d.", i)
		switch {
		case p.ComissionType == inReais && p.Comission != "":
			c.warn(at+"comission", "is in per cent, and comissionType is %s: write one of them", inReais)
		case p.ComissionType == inReais && p.ComissionValue == "":
			c.warn(at+"comissionValue", "is missing: comissionType is %s", inReais)
		case p.ComissionType != inReais && p.Comission != "" && p.ComissionValue != "":
			c.warn(at+"comissionValue", "isn't sent: it is derived from comission and what was paid")
		case p.ComissionType != inReais && p.ComissionValue != "":
			c.warn(at+"comission", `is missing: comissionValue is the same for every order, and comissionType "%s", unless it says %s, means per cent`, inPercent, inReais)
		}
		if amount(p.Comission).Cmp(order.Cents(100_00)) > 0 {
			c.refuse(at+"comission", "is more than the sale: it is in per cent")
		}
	}
}

// empty refuses objects without a field at any depth: nobody knows what Sensio makes of one.
func (c *checker) empty(path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 0 {
			c.refuse(path, "is empty: give it a field, or remove it")
		}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			c.empty(path+"."+name, v[name])
		}
	case []any:
		for i, element := range v {
			c.empty(path+"."+strconv.Itoa(i), element)
		}
	}
}

// customerID holds sale.customerId, everybody's, against the ways to know each buyer.
func (c *checker) customerID(v, customer any) {
	id, _ := v.(string)
	known, _ := customer.(map[string]any)
	switch {
	case id == "":
	case strings.Contains(id, "{"):
		c.refuse("sale.customerId", "must be one person's id: each buyer's own is found by customer.query")
	case known["query"] != nil:
		c.refuse("sale.customerId", "contradicts customer.query: every sale would be this person's, whomever it finds")
	case known["default"] != nil:
		c.warn("customer.default", "is never sent: sale.customerId is everybody's")
	}
}

var percentage = regexp.MustCompile(`^[0-9]{1,2}(\.[0-9]{1,2})?%$`)

// payments checks what sale.payments says of each instalment, and returns the sale without.
// A list stays: Carimbo fills that in.
func (c *checker) payments(sale map[string]any) map[string]any {
	each, ok := sale["payments"].(map[string]any)
	if !ok {
		return sale
	}
	const path = "sale.payments.acquirerFee"
	for _, name := range slices.Sorted(maps.Keys(each)) {
		if name != "acquirerFee" {
			c.refuse("sale.payments."+name, "can't be configured: the order's payments are filled in, and acquirerFee is all that can be said of them")
		}
	}
	switch fee := each["acquirerFee"].(type) {
	case nil:
		c.refuse(path, `is missing: what the acquirer takes of each instalment by card, like "2.99%%" or, in reais, 0.5`)
	case json.Number:
		if amount(fee).IsNegative() {
			c.refuse(path, "must not be negative")
		}
	case string:
		if !percentage.MatchString(fee) {
			c.refuse(path, `must be per cent of the instalment, like "2.99%%", or a number of reais`)
		}
	default:
		c.refuse(path, `must be per cent of the instalment, like "2.99%%", or a number of reais`)
	}
	if sale["acquirer"] == nil {
		c.refuse(path, "needs sale.acquirer: who takes it")
	}
	sale = maps.Clone(sale)
	delete(sale, "payments")
	return sale
}

package woocommerce

import (
	"fmt"
	"strings"

	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
)

// status judges by date_paid where the name of the status is no word of WooCommerce's
// own. Money that all went back is a refund under any name. An order on hold isn't
// paid, whatever its date_paid: gateways hold one whose payment was reversed or is disputed,
// WooCommerce's own for PayPal among them.
func (b body) status() platform.Status {
	proof := platform.ProofBy(b.datePaid(), b.DatePaidGMT, b.DatePaid)
	if b.refundedInFull() {
		return platform.Reversed
	}
	status := strings.TrimPrefix(string(b.Status), "wc-")
	switch status {
	case "processing", "completed":
		if proof == platform.Untold && (b.DatePaidGMT.There || b.DatePaid.There) {
			return platform.Paid // there is a date, in a writing that nobody knows: the order's own counts
		}
		return proof.Unnamed()
	case "refunded":
		return platform.Reversed
	case "cancelled":
		if !b.refunded().IsZero() {
			return platform.Reversed
		}
		return proof.Cancelled()
	case "pending", "on-hold", "failed", "trash", "draft", "checkout-draft", "auto-draft",
		"partially-paid", "partial-payment": // the deposit plugins'
		return platform.Neither
	}
	return named(status, proof)
}

// refunded is what went back, as far as it can be read.
func (b body) refunded() order.Money {
	r := &reader{}
	return r.sum("refunds", b.Refunds).Neg()
}

func (b body) refundedInFull() bool {
	total, err := order.ParseMoney(string(b.Total))
	total = total.WithoutDust()
	return err == nil && !total.IsZero() && !total.IsNegative() && b.refunded().Cmp(total) >= 0
}

// giftCards begin the keys that plugins give to the line of a gift card that is sold:
// WooCommerce's own, PW's and YITH's.
var giftCards = []string{"wc_gc_giftcard", "pw_gift_card", "ywgc_"}

func (i lineItem) isGiftCard() bool {
	for _, m := range i.MetaData {
		for _, key := range giftCards {
			if strings.HasPrefix(strings.TrimPrefix(string(m.Key), "_"), key) {
				return true
			}
		}
	}
	return false
}

// checkSale refuses by its name what is no sale of the shop's.
func (b body) checkSale(s platform.Settings) error {
	switch {
	case b.BillingPeriod != "":
		return order.Reject(order.Unsupported, "billing_period is a subscription's, and each of its payments is an order of its own: "+
			"dismiss this, and let no webhook of WooCommerce send subscription.*")
	case !isNone(b.ParentID):
		return order.Reject(order.Unsupported, "parent_id is %s: the order is a part of that one, which is sold as a whole: "+
			"dismiss this if the parent is in the ERP, or enter the parts by hand instead of it", order.Cut(string(b.ParentID), order.MaxNumber))
	}
	for i, item := range b.LineItems {
		if item.isGiftCard() {
			if err := s.CheckGiftCard(fmt.Sprintf("line_items[%d]", i)); err != nil {
				return err
			}
		}
	}
	return nil
}

func isNone(id loose.Text) bool { return id == "" || id == "0" }

package sensio

import (
	"encoding/json"
	"strings"

	"github.com/carimbo/carimbo/shared/order"
)

// percentOf is so many per cent of an amount, to the cent; nothing where percent is no
// number.
func percentOf(m order.Money, percent json.Number) order.Money {
	q, err := order.ParseQuantity(string(percent))
	if err != nil {
		return order.Money{}
	}
	return m.Times(q).PerPiece(order.Pieces(100)).Round()
}

// inPercent says the discount in per cent of the goods, too. Where no percentage of two
// decimals comes back to its reais, it stays in reais alone: whichever of the two Sensio
// counts by, the sale has to come to what was paid.
func (s *Sale) inPercent(goods, discount order.Money) {
	whole, err := order.ParseQuantity(goods.Number())
	if err != nil || discount.IsZero() {
		return
	}
	percent := number(discount.Times(order.Pieces(100)).PerPiece(whole).Round())
	if percentOf(goods, percent).Equal(discount) {
		s.DiscountType, s.DiscountPercentage = inPercent, percent
	}
}

// commissions derives what each seller gets in reais, of what was paid, from the
// commission in per cent.
func (s *Sale) commissions(paid order.Money) {
	for i := range s.SellersInfo {
		if p := &s.SellersInfo[i]; p.ComissionType != inReais && p.Comission != "" {
			p.ComissionValue = number(percentOf(paid, p.Comission))
		}
	}
}

// acquirerFees says of each instalment by card what the acquirer takes: sale.payments has
// acquirerFee, reais for each, or a text like "2.99%". It is 0 without, since Sensio might
// add a fee of its own to what was paid. An account without an acquirer has none.
func (s *Sale) acquirerFees(configured any) {
	if s.Acquirer == nil {
		return
	}
	payments, _ := configured.(map[string]any)
	for i := range s.Payments {
		if p := &s.Payments[i]; strings.HasPrefix(p.TPag, cards) {
			p.AcquirerFee = feeOf(payments["acquirerFee"], amount(p.VDup))
		}
	}
}

func feeOf(configured any, part order.Money) json.Number {
	switch fee := configured.(type) {
	case json.Number:
		return number(amount(fee).Round())
	case string:
		return number(percentOf(part, json.Number(strings.TrimSuffix(fee, "%"))))
	}
	return "0"
}

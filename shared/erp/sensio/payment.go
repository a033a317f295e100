package sensio

import (
	"fmt"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/order"
)

// methodNames are Sensio's words for how somebody paid.
var methodNames = map[order.Method]string{
	order.Pix:        "PIX",
	order.CreditCard: "Cartão de Crédito",
	order.DebitCard:  "Cartão de Débito",
	order.Boleto:     "Boleto Bancário",
	order.Wallet:     "Carteira",
	order.GiftCard:   "Vale Presente",
	order.Cash:       "Dinheiro",
	order.Transfer:   "Depósito/Transferência",
	order.Free:       free,
	order.Other:      otherMethod,
} // never written to

const (
	free        = "Sem Pagamento"
	otherMethod = "Outros"
	cards       = "Cartão"
)

func methodName(m order.Method) string {
	if name, ok := methodNames[m]; ok {
		return name
	}
	return otherMethod
}

// pay fills in the payments: one per instalment, monthly from the day of the
// payment, to the cent. The customer's payments are only how the total is split:
// where they don't add up to it (interest on instalments that the store doesn't
// get, a platform that names one of two cards), they are scaled. A configured
// method or condition stays.
func (s *Sale) pay(o order.Order) error {
	if o.Total.IsZero() {
		setDefault(&s.PaymentMethod, free)
		return nil
	}
	paid := paymentsOf(o)
	setDefault(&s.PaymentMethod, methodName(largest(paid).Method))
	amounts := make([]order.Money, len(paid))
	for i, p := range paid {
		amounts[i] = p.Amount
	}
	for i, share := range order.Apportion(o.Total, amounts) {
		if err := s.installments(paid[i], share, o, i); err != nil {
			return err
		}
	}
	if len(paid) == 1 && len(s.Payments) > 1 {
		setDefault(&s.PaymentConditionType, fmt.Sprintf("%dx", len(s.Payments)))
	}
	return nil
}

// paymentsOf are the order's, or one of the whole total where the platform names
// none.
func paymentsOf(o order.Order) []order.Payment {
	if len(o.Payments) == 0 {
		return []order.Payment{{Method: order.Other, Amount: o.Total}}
	}
	return o.Payments
}

func largest(payments []order.Payment) order.Payment {
	best := payments[0]
	for _, p := range payments[1:] {
		if p.Amount.Cmp(best.Amount) > 0 {
			best = p
		}
	}
	return best
}

func (s *Sale) installments(p order.Payment, share order.Money, o order.Order, i int) error {
	if p.Installments > maxInstallments {
		return order.Reject(order.Preflight, "payment %d has %d instalments: correct it in the store, or enter the order in Sensio by hand", i+1, p.Installments)
	}
	first := dayAt(p.PaidAt)
	if first.IsZero() {
		first = dayOf(o)
	}
	if first.IsZero() {
		return order.Reject(order.Preflight, "payment %d has no date, which Sensio needs as dVenc, and neither has the order: enter it in Sensio by hand", i+1)
	}
	tPag := methodName(p.Method)
	for month, part := range order.Apportion(share, equal(max(1, p.Installments))) {
		if part.IsZero() {
			continue // fewer cents than instalments, or a payment of nothing
		}
		payment := Payment{NDup: len(s.Payments) + 1, DVenc: monthsAfter(first, month).Format(time.DateOnly), VDup: number(part), TPag: tPag}
		// With an acquirer Sensio might add a fee of its own to what was paid.
		if s.Acquirer != nil && strings.HasPrefix(tPag, cards) {
			payment.AcquirerFee = "0"
		}
		s.Payments = append(s.Payments, payment)
	}
	return nil
}

func equal(n int) []order.Money {
	weights := make([]order.Money, n)
	for i := range weights {
		weights[i] = order.Cents(1)
	}
	return weights
}

// monthsAfter is the same day of a later month, or that month's last where it has
// none: AddDate would go on into the next one.
func monthsAfter(first time.Time, months int) time.Time {
	year, month, day := first.Date()
	last := time.Date(year, month+time.Month(months)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return time.Date(year, month+time.Month(months), min(day, last), 0, 0, 0, 0, time.UTC)
}

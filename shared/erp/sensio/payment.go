package sensio

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/fold"
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

// paidBy is the word for how something was paid, which it was not by nothing.
func paidBy(m order.Method) string {
	if m == order.Free {
		return otherMethod
	}
	return methodName(m)
}

// pay fills in the payments, one per instalment. A configured method or condition stays.
func (s *Sale) pay(o order.Order) error {
	if o.Total.IsZero() {
		s.PaymentMethod = free
		s.conditioned()
		return nil
	}
	paid := paymentsOf(o)
	setDefault(&s.PaymentMethod, paidBy(order.Largest(paid).Method))
	parts, err := o.Installments()
	if err != nil {
		return err
	}
	for i, part := range parts {
		s.Payments = append(s.Payments, Payment{NDup: i + 1, DVenc: part.Due.Format(time.DateOnly), VDup: number(part.Amount), TPag: paidBy(part.Payment.Method)})
	}
	s.conditioned()
	if len(paid) == 1 && len(s.Payments) > 1 {
		setDefault(&s.PaymentConditionType, fmt.Sprintf("%dx", len(s.Payments)))
	}
	return nil
}

// conditioned takes out a configured condition that names another number of instalments
// than the order was paid in.
func (s *Sale) conditioned() {
	if n := instalmentsIn(s.PaymentConditionType); n > 0 && n != len(s.Payments) {
		s.PaymentConditionType = ""
	}
}

// instalmentsIn is how many a condition names: "3x" and "3 parcelas" three, and so does
// "30/60/90 dias", the days of each; "à vista" is one; 0 where its words name none.
func instalmentsIn(condition string) int {
	folded := strings.TrimSpace(fold.Text(condition))
	if said := timesOf.FindStringSubmatch(folded); said != nil {
		n, _ := strconv.Atoi(said[1]) // three digits at most
		return n
	}
	switch {
	case atOnce.MatchString(folded):
		return 1
	case daysOf.MatchString(folded):
		return len(days.FindAllString(folded, -1))
	}
	return 0
}

// The conditions, folded.
var (
	timesOf = regexp.MustCompile(`^(?:em )?([0-9]{1,3}) ?(?:x|vez(?:es)?|parcelas?|prestac(?:ao|oes))(?: sem juros| iguais)?$`)
	atOnce  = regexp.MustCompile(`^(pagamento )?a ?vista$`)
	daysOf  = regexp.MustCompile(`^[0-9]{1,4}( ?[ /,;+|-] ?[0-9]{1,4})*( ?(dias?|ddl|d))?$`)
	days    = regexp.MustCompile(`[0-9]+`)
)

// namesOf is how the store itself calls the ways of paying, in one text.
func namesOf(payments []order.Payment) string {
	var names []string
	for _, p := range payments {
		name := cmp.Or(p.Name, string(p.Method))
		if name != "" && name != string(order.Other) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// paymentsOf are the order's, or one of the whole total where the platform names
// none.
func paymentsOf(o order.Order) []order.Payment {
	if len(o.Payments) == 0 {
		return []order.Payment{{Method: order.Other, Amount: o.Total}}
	}
	return o.Payments
}

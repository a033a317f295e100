package woocommerce

import (
	"slices"
	"strings"

	"github.com/carimbo/carimbo/shared/fold"
	"github.com/carimbo/carimbo/shared/platform"
)

// Words of the names that shops and plugins give to statuses, in Portuguese, English and
// Spanish. date_paid stays where it is when the money goes back, so that a name which plainly
// says so is all that tells. Any other name says nothing of money.
var (
	// undone say that the money went back.
	undone = strings.Fields(`cancelado cancelada canceled cancelled anulado anulada
		estornado estornada reembolsado reembolsada refunded devolvido devolvida devuelto devuelta revertido reversed chargeback`)
	// unsettled say that it may go back.
	unsettled = strings.Fields(`cancel cancelamento cancellation cancelation cancelacion estorno reembolso refund devolucao devolucion
		disputa dispute disputed contestado contestada unpaid`)
	// unpaid say that it didn't come.
	unpaid = []string{"nao pago", "nao paga", "not paid", "no pagado", "sem pagamento", "sin pago", "no payment",
		"aguardando pagamento", "awaiting payment", "esperando pago", "pending payment", "pagamento pendente", "payment pending", "pago pendiente",
		"pagamento recusado", "pagamento falhou", "payment failed", "payment declined", "payment refused", "failed payment", "pago rechazado", "pago fallido"}
	// inPart say that only some of it did, which is the sale's all the same.
	inPart = strings.Fields("parcial parcialmente partial partially")
) // never written to

// named is what a status means whose name WooCommerce doesn't know: what date_paid says,
// unless the name plainly says otherwise.
func named(status string, proof platform.Proof) platform.Status {
	words := strings.FieldsFunc(fold.Text(status), func(r rune) bool { return strings.ContainsRune("-_ ", r) })
	says := func(list []string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return slices.Contains(list, word) })
	}
	all := " " + strings.Join(words, " ") + " "
	saysUnpaid := slices.ContainsFunc(unpaid, func(phrase string) bool { return strings.Contains(all, " "+phrase+" ") })
	switch {
	case proof != platform.WasPaid, saysUnpaid:
		return platform.Neither
	case says(inPart):
		return platform.Paid
	case says(unsettled):
		return platform.Neither
	case says(undone):
		return platform.Reversed
	}
	return platform.Paid
}

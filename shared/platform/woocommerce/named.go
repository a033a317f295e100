package woocommerce

import (
	"slices"
	"strings"

	"github.com/carimbo/carimbo/shared/fold"
	"github.com/carimbo/carimbo/shared/platform"
)

// Words of the names that shops and plugins give to statuses, in Portuguese, English and
// Spanish. date_paid stays where it is when the money goes back, so that a name which plainly
// says so is all that tells. Any other name leaves it to date_paid.
var (
	// undone say that the sale was undone, of whatever else the name speaks of.
	undone = strings.Fields(`cancelado cancelada canceled cancelled anulado anulada devolvido devolvida devuelto devuelta`)
	// back say that the money went back.
	back = strings.Fields(`estornado estornada reembolsado reembolsada refunded revertido reversed chargeback`)
	// inPart say that only some of it did, which is the sale's all the same.
	inPart = strings.Fields("parcial parcialmente partial partially frete freight")
	// besides are what is undone without the sale: a shipment, an invoice, a subscription.
	besides = strings.Fields(`assinatura assinaturas subscription suscripcion plano renovacao renewal envio envios entrega entregas delivery
		shipping shipment remessa coleta coletas pickup retirada transporte transportadora correios carrier postagem rastreio tracking
		etiqueta label nf nfe nfse nota notas fiscal danfe factura invoice agendamento cupom coupon troca separacao producao`)
) // never written to

// named is what a status means whose name WooCommerce doesn't know: what date_paid says, and
// of what was paid whether it went back. A delivery or an invoice that was cancelled leaves
// the sale as it is.
func named(status string, proof platform.Proof) platform.Status {
	words := strings.FieldsFunc(fold.Text(status), func(r rune) bool { return strings.ContainsRune("-_ ", r) })
	says := func(list []string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return slices.Contains(list, word) })
	}
	switch {
	case proof != platform.WasPaid:
		return platform.Neither
	case (says(back) || says(undone) && !says(besides)) && !says(inPart):
		return platform.Reversed
	}
	return platform.Paid
}

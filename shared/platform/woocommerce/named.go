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
	// undone say that the money went back.
	undone = strings.Fields(`cancelado cancelada canceled cancelled anulado anulada
		estornado estornada reembolsado reembolsada refunded devolvido devolvida devuelto devuelta revertido reversed chargeback`)
	// inPart say that only some of it did, which is the sale's all the same.
	inPart = strings.Fields("parcial parcialmente partial partially")
) // never written to

// named is what a status means whose name WooCommerce doesn't know: what date_paid says, and
// of what was paid whether it went back.
func named(status string, proof platform.Proof) platform.Status {
	words := strings.FieldsFunc(fold.Text(status), func(r rune) bool { return strings.ContainsRune("-_ ", r) })
	says := func(list []string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return slices.Contains(list, word) })
	}
	switch {
	case proof != platform.WasPaid:
		return platform.Neither
	case says(undone) && !says(inPart):
		return platform.Reversed
	}
	return platform.Paid
}

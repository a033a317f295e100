package placing_test

import (
	"testing"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
)

func TestAnInvalidOrderIsRejectedWithTheReason(t *testing.T) {
	for _, kind := range []order.ReasonKind{order.Mapping, order.TaxIDReason, order.TotalReason, order.TooOld, order.NotFound} {
		s := begin(t, looksUp).claimed()
		s.isInvalid(kind)
		s.is(where{Do: placing.Acknowledge, State: ledger.Rejected, Kind: kind, Due: "never", Attempts: 1, Payload: "a", Metrics: counts(placing.MetricRejected)})
	}
}

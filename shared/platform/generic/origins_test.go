package generic_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform/platformtest"
	"github.com/carimbo/carimbo/shared/words"
)

func TestInterestOnTopIsToldToAPreview(t *testing.T) {
	body := `{"type":"order.paid","order":{"id":"1","placed_at":"2026-11-21T12:00:00-03:00","currency":"BRL","total":"100.00",
		"lines":[{"sku":"A","quantity":1,"unit_price":"100.00"}],"payments":[{"method":"credit_card","amount":"112.50"}]}}`
	o, err := decode(body)
	if err != nil {
		t.Fatal(err)
	}
	want := []order.Dropped{{What: words.Plain("order.payments"), Why: words.Plain("they are 12.50 above the total: the buyer's interest, which is no part of the sale")}}
	if diff := cmp.Diff(want, platformtest.InEnglish(o.Origins).Dropped); diff != "" || o.Origins.PaidAt != "order.placed_at" {
		t.Errorf("%s (-want +got):\n%s", o.Origins.PaidAt, diff)
	}
	o, err = decode(strings.Replace(body, "112.50", "100.00", 1))
	if err != nil || len(o.Origins.Dropped) > 0 {
		t.Errorf("%v, %v", o.Origins.Dropped, err)
	}
}

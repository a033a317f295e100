package shopify_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform/platformtest"
	"github.com/carimbo/carimbo/shared/words"
)

func TestWhatLeftTheOrderIsToldToAPreview(t *testing.T) {
	o := decode(t, []byte(`{"id":1,"financial_status":"paid","currency":"BRL","created_at":"2026-11-03T09:00:00-03:00","updated_at":"2026-11-03T12:00:00-03:00",
		"total_price":"160.00","current_total_price":"80.00","total_outstanding":"0.00",
		"line_items":[{"id":7,"sku":"A","quantity":1,"price":"80.00"},{"id":8,"sku":"B","quantity":1,"price":"80.00"}],
		"shipping_lines":[{"price":"9.00","is_removed":true}],
		"refunds":[{"refund_line_items":[{"line_item_id":8,"quantity":1,"subtotal":80,"total_tax":0}],"transactions":[]}],
		"transactions":[{"kind":"authorization","status":"success","processed_at":"2026-11-03T09:30:00-03:00"},{"kind":"sale","status":"success","processed_at":"2026-11-03T10:00:00-03:00"}],
		"shipping_address":{"name":"Rui Sá"}}`))
	want := order.Origins{Payer: "shipping_address", Rule: words.Plain("the first that names anybody, of billing_address, customer, shipping_address"),
		PaidAt: "transactions[1].processed_at", Dropped: []order.Dropped{
			{What: words.Plain("line_items[1]"), Why: words.Plain("1 of it left the order before it was paid (refunds)")},
			{What: words.Plain("shipping_lines[0]"), Why: words.Plain("it was removed from the order (is_removed)")},
		}}
	if diff := cmp.Diff(want, platformtest.InEnglish(o.Origins)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTheFieldThatDatesAPaymentIsNamed(t *testing.T) {
	for want, times := range map[string]string{
		"processed_at": `"processed_at":"2026-11-03T09:00:00-03:00","created_at":"2026-11-03T09:00:00-03:00"`,
		"created_at":   `"created_at":"2026-11-03T09:00:00-03:00"`,
		"updated_at":   `"updated_at":"2026-11-03T09:00:00-03:00"`,
	} {
		o := decode(t, []byte(`{"id":1,"financial_status":"paid","currency":"BRL","total_price":"80.00","line_items":[{"id":7,"sku":"A","quantity":1,"price":"80.00"}],`+times+`}`))
		if o.Origins.PaidAt != want {
			t.Errorf("%s is told to be %s", want, o.Origins.PaidAt)
		}
	}
}

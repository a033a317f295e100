package woocommerce_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform/platformtest"
	"github.com/carimbo/carimbo/shared/words"
)

func TestWhatLeftTheOrderIsToldToAPreview(t *testing.T) {
	for want, date := range map[string]string{
		"date_paid_gmt":    `"date_paid_gmt":"2026-11-03T12:00:00","date_paid":"2026-11-03T09:00:00"`,
		"date_paid":        `"date_paid":"2026-11-03T09:00:00"`,
		"date_created_gmt": `"date_created_gmt":"2026-11-03T12:00:00","date_created":"2026-11-03T09:00:00"`,
		"date_created":     `"date_created":"2026-11-03T09:00:00"`,
	} {
		o := decode(t, []byte(`{"id":1,"status":"processing","currency":"BRL","total":"80.00",`+date+`,"line_items":[
			{"sku":"A","quantity":1,"subtotal":"80.00","total":"80.00"},{"sku":"B","quantity":0,"subtotal":"0","total":"0"}]}`))
		dropped := []order.Dropped{{What: words.Plain("line_items[1]"), Why: words.Plain("its quantity is 0: it was taken out of the order")}}
		if diff := cmp.Diff(dropped, platformtest.InEnglish(o.Origins).Dropped); diff != "" || o.Origins.PaidAt != want {
			t.Errorf("%s is told to be %s (-want +got):\n%s", want, o.Origins.PaidAt, diff)
		}
	}
}

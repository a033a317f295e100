package hotmart_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform/platformtest"
	"github.com/carimbo/carimbo/shared/words"
)

func TestAPriceThatIsNotCountedIsToldToAPreview(t *testing.T) {
	o := decode(t, purchase(t), "producer")
	want := []order.Dropped{{What: words.Plain("data.purchase.price.value"), Why: words.Plain("it is 497.00, and the connection counts a commission (share, amount)")}}
	if diff := cmp.Diff(want, platformtest.InEnglish(o.Origins).Dropped); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTheFieldThatDatesAPaymentIsNamed(t *testing.T) {
	for want, changes := range map[string]map[string]any{
		"creation_date":            {"data.purchase.approved_date": absent},
		"data.purchase.order_date": {"data.purchase.approved_date": absent, "creation_date": absent},
	} {
		if got := decode(t, edit(t, changes), "").Origins.PaidAt; got != want {
			t.Errorf("%s is told to be %s", want, got)
		}
	}
}

package generic_test

import (
	"testing"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
)

func TestAReversalOfWhatWasNeverPaidReversesNothing(t *testing.T) {
	for body, want := range map[string]platform.Status{
		`{"type":"order.reversed","order":{"id":"a"}}`:                                                              platform.Reversed,
		`{"type":"order.reversed","order":{"id":"a","paid_at":null}}`:                                               platform.Neither,
		`{"type":"order.reversed","order":{"id":"a","placed_at":"2026-11-21T12:00:00-03:00","paid_at":""}}`:         platform.Neither,
		`{"type":"order.reversed","order":{"id":"a","paid_at":"2026-11-21T12:00:00-03:00"}}`:                        platform.Reversed,
		`{"type":"order.reversed","order":{"id":"a","paid_at":"ontem"}}`:                                            platform.Reversed,
		`{"type":"order.paid","order":{"id":"a","placed_at":"2026-11-21T12:00:00-03:00","paid_at":null,"total":1}}`: platform.Paid,
	} {
		if n, err := read(t, body); err != nil || n.Status != want {
			t.Errorf("%s: %s, %v", body, n.Status, err)
		}
	}
}

func TestPaymentsAreHeldAgainstTheTotal(t *testing.T) {
	const start = `{"order":{"id":"a","currency":"BRL","paid_at":"2026-11-21T12:00:00-03:00","lines":[{"sku":"A","quantity":1,"unit_price":100}],"total":100,"payments":`
	for payments, says := range map[string]string{
		`[]`: "", `[{"method":"pix","amount":100}]`: "", `[{"method":"pix","amount":"60.00"},{"method":"gift_card","amount":40}]`: "",
		`[{"method":"pix"}]`: "", `[{"method":"pix","amount":60},{"method":"gift_card"}]`: "",
		`[{"method":"pix","amount":60},{"method":"gift_card","amount":30}]`:   "total is 100.00, but by order.payments it is 90.00: correct the order in the store, or enter it in the ERP by hand",
		`[{"method":"credit_card","amount":120,"installments":3}]`:            "",
		`[{"method":"credit_card","amount":90,"installments":3}]`:             "total is 100.00, but by order.payments it is 90.00: correct the order in the store, or enter it in the ERP by hand",
		`[{"method":"pix","amount":60},{"method":"gift_card","amount":0}]`:    "total is 100.00, but by order.payments it is 60.00: correct the order in the store, or enter it in the ERP by hand",
		`[{"method":"pix","amount":60},{"method":"gift_card","amount":null}]`: "",
		`[{"method":"pix","amount":100.01}]`:                                  "",
	} {
		o, err := decode(start + payments + `}}`)
		reason, _ := order.AsRejection(o.Check(now))
		if err != nil || reason.Message.String() != says {
			t.Errorf("%s: %s, %v", payments, reason.Message, err)
		}
	}
}

func TestAnOrderOfZeroSaysSo(t *testing.T) {
	for total, want := range map[string]bool{`0`: true, `"0.00"`: true, `0.01`: false, `null`: false, `"x"`: false} {
		if n, err := read(t, `{"type":"order.paid","order":{"id":"a","total":`+total+`}}`); err != nil || n.Zero != want {
			t.Errorf("%s: %t, %v", total, n.Zero, err)
		}
	}
}

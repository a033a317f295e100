package woocommerce_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/platformtest"
)

func situation(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAPaidOrderUnderAShopsOwnStatusIsPaid(t *testing.T) {
	body := situation(t, "paid-own-status.json")
	n, err := read(t, "order.updated", body)
	if err != nil || n.Status != platform.Paid || n.PaidRank != order.ByPayment {
		t.Errorf("%s of rank %d, %v", n.Status, n.PaidRank, err)
	}
	o := decode(t, body)
	if err := o.Check(now.AddDate(0, 0, 10)); err != nil || o.Total.String() != "80.00" {
		t.Errorf("%s, %v", o.Total, err)
	}
	for status, want := range map[string]platform.Status{"enviado": platform.Paid, "wc-pronto-retirada": platform.Paid, "on-hold": platform.Neither, "failed": platform.Neither} {
		if n, err := read(t, "order.updated", platformtest.Edit(t, body, map[string]any{"status": status})); err != nil || n.Status != want {
			t.Errorf("%s: %s, %v", status, n.Status, err)
		}
	}
}

func TestADatePaidThatCanNotBeReadIsAPaymentAllTheSame(t *testing.T) {
	for _, date := range []any{"24/11/2026 09:04", "ontem", "1969-12-31T23:59:59", 1795600000} {
		body := edit(t, map[string]any{"date_paid": date, "date_paid_gmt": nil})
		n, err := read(t, "order.updated", body)
		if err != nil || n.Status != platform.Paid || n.PaidRank != order.ByOrder || n.PaidAt.IsZero() {
			t.Errorf("%v: %s of rank %d, %v", date, n.Status, n.PaidRank, err)
		}
		if o := decode(t, body); o.PaidRank != order.ByOrder || len(o.Origins.Dropped) == 0 {
			t.Errorf("%v: rank %d, %v", date, o.PaidRank, o.Origins.Dropped)
		}
	}
	for _, none := range []any{nil, "", "0000-00-00 00:00:00"} {
		if n, err := read(t, "order.updated", edit(t, map[string]any{"date_paid": none, "date_paid_gmt": nil})); err != nil || n.Status != platform.Neither {
			t.Errorf("%v: %s, %v", none, n.Status, err)
		}
	}
}

func TestAStatusOfCompletedLaterChangesNothing(t *testing.T) {
	first, later := decode(t, situation(t, "changed-later-1.json")), decode(t, situation(t, "changed-later-2.json"))
	if !first.Sum().Equal(later.Sum()) || !reflect.DeepEqual(first.Customer, later.Customer) || !first.PaidAt.Equal(later.PaidAt) {
		t.Errorf("%+v became %+v", first, later)
	}
	for what, c := range map[string]struct {
		change map[string]any
		isNews bool
	}{
		"the shop's own status": {map[string]any{"status": "enviado", "date_completed": "2026-11-25T10:00:00"}, false},
		"a tracking code":       {map[string]any{"meta_data": metas("_codigo_rastreio", "BR1")["meta_data"]}, false},
		"a note":                {map[string]any{"customer_note": "ligar antes", "date_modified_gmt": "2026-11-26T12:00:00"}, false},
		"another CPF":           {map[string]any{"billing.cpf": "11122233396"}, true},
		"another day":           {map[string]any{"date_paid": "2026-11-25T09:04:00", "date_paid_gmt": "2026-11-25T12:04:00"}, true},
	} {
		changed := decode(t, platformtest.Edit(t, situation(t, "changed-later-1.json"), c.change))
		same := reflect.DeepEqual(changed.Customer, first.Customer) && changed.Sum().Equal(first.Sum()) && changed.PaidAt.Equal(first.PaidAt)
		if same == c.isNews {
			t.Errorf("%s: %+v became %+v", what, first, changed)
		}
	}
}

func TestACancellationOfWhatWasNeverPaidReversesNothing(t *testing.T) {
	absent, unpaid := platformtest.Absent, map[string]any{"date_paid": nil, "date_paid_gmt": nil}
	with := func(changes map[string]any, more ...any) map[string]any {
		all := map[string]any{"status": "cancelled"}
		for k, v := range changes {
			all[k] = v
		}
		for i := 0; i < len(more); i += 2 {
			all[more[i].(string)] = more[i+1]
		}
		return all
	}
	back := []any{map[string]any{"id": 9, "reason": "", "total": "-10.00"}}
	for _, c := range []struct {
		name   string
		change map[string]any
		want   platform.Status
	}{
		{"not paid within the hour", with(unpaid), platform.Neither},
		{"the dates are no text", with(map[string]any{"date_paid": "", "date_paid_gmt": ""}), platform.Neither},
		{"the zero date of MySQL", with(map[string]any{"date_paid": "0000-00-00 00:00:00", "date_paid_gmt": absent}), platform.Neither},
		{"paid", with(nil), platform.Reversed},
		{"it doesn't tell", with(map[string]any{"date_paid": absent, "date_paid_gmt": absent}), platform.Reversed},
		{"dates that can't be read", with(map[string]any{"date_paid": "ontem", "date_paid_gmt": nil}), platform.Reversed},
		{"no date, and money went back", with(unpaid, "refunds", back), platform.Reversed},
		{"refunded, by its status", with(unpaid, "status", "refunded"), platform.Reversed},
	} {
		if n, err := read(t, "order.updated", edit(t, c.change)); err != nil || n.Status != c.want {
			t.Errorf("%s: %s, want %s, %v", c.name, n.Status, c.want, err)
		}
	}
}

func TestAShopsNameTellsOnlyThatThePaymentWentBack(t *testing.T) {
	for want, names := range map[platform.Status]string{
		platform.Reversed: "cancelado Cancelada canceled wc-cancelado estornado reembolsado reembolsada devolvido devuelto anulado chargeback refunded-manual pedido_cancelado cancelado-pelo-cliente cobranca-estornada pedido-devolvido payment-reversed assinatura-reembolsada entrega-cancelada-e-reembolsada",
		platform.Paid: "em-separacao enviado shipped entregue aguardando-envio pago-nao-enviado pago-aguardando-envio pago nota-emitida partially-refunded reembolso-parcial " +
			"parcialmente-reembolsado pre-pedido retirada-pendente entrega-falhou nao-entregue pending-shipment cancelamentos-ok " +
			"aguardando-pagamento payment-failed refund-requested cancel-request reembolso-solicitado em-devolucao em-disputa " +
			"assinatura-cancelada entrega-cancelada nf-cancelada coleta-devolvida wc-nota-fiscal-cancelada Etiqueta_Cancelada shipment-cancelled frete-reembolsado",
	} {
		for _, name := range strings.Fields(names) {
			if n, err := read(t, "order.updated", edit(t, map[string]any{"status": name})); err != nil || n.Status != want {
				t.Errorf("%s: %s, want %s, %v", name, n.Status, want, err)
			}
			n, err := read(t, "order.updated", edit(t, map[string]any{"status": name, "date_paid": nil, "date_paid_gmt": nil}))
			if err != nil || n.Status != platform.Neither {
				t.Errorf("%s, never paid: %s, %v", name, n.Status, err)
			}
		}
	}
}

func TestMoneyThatAllWentBackIsARefundUnderAnyName(t *testing.T) {
	refund := func(amounts ...string) (list []any) {
		for _, amount := range amounts {
			list = append(list, map[string]any{"id": 9, "total": amount})
		}
		return list
	}
	for _, c := range []struct {
		refunds []any
		want    platform.Status
	}{
		{refund("-206.26"), platform.Reversed}, {refund("-200.00", "-6.26"), platform.Reversed}, {refund("-300.00"), platform.Reversed},
		{refund("-206.25"), platform.Paid}, {refund(), platform.Paid}, {refund("tudo"), platform.Paid},
	} {
		for _, status := range []string{"completed", "enviado"} {
			if n, err := read(t, "order.updated", edit(t, map[string]any{"status": status, "refunds": c.refunds})); err != nil || n.Status != c.want {
				t.Errorf("%s, %v: %s, %v", status, c.refunds, n.Status, err)
			}
		}
	}
	if o := decode(t, edit(t, map[string]any{"refunds": refund("-100.00")})); o.Total.String() != "206.26" || o.Check(now) != nil {
		t.Errorf("a refund in part changes the sale: %s, %v", o.Total, o.Check(now))
	}
}

func TestWhatIsNoSaleOfTheShopsIsRefusedByItsName(t *testing.T) {
	gift := func(key string) map[string]any {
		line := item(1, "50.00", "50.00")
		line["meta_data"] = []any{map[string]any{"id": 1, "key": key, "value": "x"}}
		return map[string]any{"line_items": []any{item(1, "5.00", "5.00"), line}}
	}
	for _, c := range []struct {
		name   string
		change map[string]any
		says   string
	}{
		{"a part of a marketplace's order", map[string]any{"parent_id": 4126}, "parent_id is 4126"},
		{"a parent's id as text", map[string]any{"parent_id": "4126", "created_via": "dokan"}, "parent_id is 4126"},
		{"a subscription", map[string]any{"status": "active", "parent_id": 4126, "billing_period": "month"}, "billing_period is a subscription's"},
		{"a gift card of PW", gift("pw_gift_card_amount"), "line_items[1] is a gift card"},
		{"a gift card of WooCommerce", gift("wc_gc_giftcard_to_multiple"), "line_items[1] is a gift card"},
		{"a gift card of YITH", gift("_ywgc_amount"), "line_items[1] is a gift card"},
	} {
		n, err := read(t, "order.updated", edit(t, c.change))
		if err != nil || n.Status != platform.Paid {
			t.Errorf("%s: it is kept from being refused: %s, %v", c.name, n.Status, err)
		}
		_, err = woo.Order(n.Payload, platform.Settings{})
		if reason, _ := order.AsRejection(err); reason.Kind != order.Unsupported || !strings.HasPrefix(reason.Message.String(), c.says) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	for name, change := range map[string]map[string]any{"no parent": {"parent_id": 0}, "no parent told": {"parent_id": nil}, "a line's own meta data": gift("pa_tamanho")} {
		if _, err := woo.Order(platform.Payload{Body: edit(t, change)}, platform.Settings{}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := woo.Order(platform.Payload{Body: edit(t, gift("pw_gift_card_to"))}, platform.Settings{GiftCards: "create"}); err != nil {
		t.Errorf("gift_cards: create: %v", err)
	}
}

func TestAnOrderOfZeroSaysSo(t *testing.T) {
	for total, want := range map[any]bool{"0.00": true, "0.01": false, nil: false} {
		if n, err := read(t, "order.created", edit(t, map[string]any{"total": total})); err != nil || n.Zero != want {
			t.Errorf("%v: %t, %v", total, n.Zero, err)
		}
	}
}

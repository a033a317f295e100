package shopify_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/platformtest"
	"github.com/carimbo/carimbo/shared/platform/shopify"
)

func situation(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestACancellationOfWhatWasNeverPaidReversesNothing(t *testing.T) {
	const cancelled = "2026-11-22T10:00:00-03:00"
	for _, c := range []struct {
		name   string
		change object
		want   platform.Status
	}{
		{"a boleto that ran out", object{"financial_status": "pending"}, platform.Neither},
		{"a payment that was only authorized", object{"financial_status": "voided"}, platform.Neither},
		{"voided, with what was authorized", object{"financial_status": "voided", "refunds": []any{object{"transactions": []any{
			object{"kind": "void", "status": "success", "amount": "302.52"}}}}}, platform.Neither},
		{"taken out of an order that was not paid", object{"financial_status": "pending", "refunds": []any{refund("", taken(1, 1, "80.00", "0"))}}, platform.Neither},
		{"it says pending, and money went back", object{"financial_status": "pending", "refunds": []any{refund("success", taken(1, 1, "80.00", "0"))}}, platform.Reversed},
		{"a part was paid", object{"financial_status": "partially_paid"}, platform.Reversed},
		{"it doesn't tell", object{"financial_status": nil}, platform.Reversed},
		{"paid, and not refunded", object{"financial_status": "paid"}, platform.Reversed},
	} {
		change := object{"cancelled_at": cancelled}
		maps.Copy(change, c.change)
		if n, err := read(t, "orders/cancelled", edit(t, change)); err != nil || n.Status != c.want {
			t.Errorf("%s: %s, want %s, %v", c.name, n.Status, c.want, err)
		}
	}
}

func TestTheDayOfPaymentDoesNotHangOnTheTopic(t *testing.T) {
	body := situation(t, "paid-date-race.json")
	placed := time.Date(2026, 10, 31, 20, 0, 0, 0, time.FixedZone("", -3*3600))
	for _, topic := range []string{"orders/updated", "orders/paid", "orders/create", "orders/fulfilled", ""} {
		n, err := read(t, topic, body)
		if m := (order.Moment{At: n.PaidAt, Rank: n.PaidRank}); err != nil || n.Status != platform.Paid || m.Day() != "2026-11-03" || m.Rank != order.ByNotice {
			t.Errorf("%s: %s on %s, of rank %d, %v", topic, n.Status, m.Day(), m.Rank, err)
		}
		// Who ships an order that was paid before since doesn't pay it.
		if want := topic != "orders/paid"; n.PaidFrom.Equal(placed) != want || n.PaidFrom.IsZero() == want {
			t.Errorf("%s: since is held against %s", topic, n.PaidFrom)
		}
	}
	var known order.Moment
	for _, updated := range []string{"2026-11-03T09:30:00-03:00", "2026-11-04T09:30:00-03:00", "2026-12-24T10:00:00-03:00"} {
		n, err := read(t, "orders/updated", platformtest.Edit(t, body, object{"updated_at": updated}))
		if m := (order.Moment{At: n.PaidAt, Rank: n.PaidRank}); m.Replaces(known) {
			known = m
		}
		if err != nil || known.Day() != "2026-11-03" {
			t.Errorf("updated at %s, it is paid on %s, %v", updated, known.Day(), err)
		}
	}
}

// Placed and paid on 31 October; what changed the order last is no payment.
func TestARefundOrAShipmentDoesNotDateThePayment(t *testing.T) {
	const updated = "2026-11-03T09:30:00-03:00" // as the sample has it
	at := func(field, when string) []any { return []any{object{"id": 1, "status": "success", field: when}} }
	refunded := refund("success", taken(1, 1, "10.00", "0"))
	refunded["created_at"] = "2026-11-03T09:29:00-03:00"
	edited := refund("", taken(1, 1, "10.00", "0"))
	edited["processed_at"] = updated
	earlier := refund("", taken(1, 1, "10.00", "0"))
	earlier["created_at"] = "2026-11-01T09:30:00-03:00"
	for _, c := range []struct {
		name, topic string
		change      object
		want        string
	}{
		{"refunded in part", "orders/updated", object{"financial_status": "partially_refunded"}, "2026-10-31"},
		{"refunded in part, and tagged a minute later", "orders/updated", object{"refunds": []any{refunded}}, "2026-10-31"},
		{"edited", "orders/updated", object{"refunds": []any{edited}}, "2026-10-31"},
		{"edited before it was paid", "orders/updated", object{"refunds": []any{earlier}}, "2026-11-03"},
		{"shipped", "orders/fulfilled", object{"fulfillments": at("created_at", "2026-11-03T09:29:59-03:00")}, "2026-10-31"},
		{"its shipment changed", "orders/updated", object{"fulfillments": at("updated_at", "2026-11-03T12:30:00Z")}, "2026-10-31"},
		{"shipped before it was paid", "orders/updated", object{"fulfillments": at("created_at", "2026-11-01T09:30:00-03:00")}, "2026-11-03"},
		{"shipped as soon as it was paid", "orders/paid", object{"fulfillments": at("created_at", updated)}, "2026-11-03"},
		{"a shipment without a time", "orders/updated", object{"fulfillments": at("created_at", "")}, "2026-11-03"},
	} {
		n, err := read(t, c.topic, platformtest.Edit(t, situation(t, "paid-date-race.json"), c.change))
		m := order.Moment{At: n.PaidAt, Rank: n.PaidRank}
		if open := m.Rank == order.ByOrder; err != nil || n.Status != platform.Paid || m.Day() != c.want || n.DayOpen != open {
			t.Errorf("%s: %s on %s, of rank %d, open %t, %v", c.name, n.Status, m.Day(), m.Rank, n.DayOpen, err)
		}
	}
}

func TestASampleIsSignedWithTheTopicThatFitsIt(t *testing.T) {
	for topic, change := range map[string]object{
		"orders/paid":      {},
		"orders/updated":   {"fulfillments": []any{object{"created_at": "2026-11-03T09:30:00-03:00"}}},
		"orders/cancelled": {"cancelled_at": "2026-11-03T09:30:00-03:00"},
	} {
		if got := shop.Sign(platformtest.Edit(t, situation(t, "paid-date-race.json"), change), secret, now).Header["x-shopify-topic"]; got != topic {
			t.Errorf("%s, want %s", got, topic)
		}
	}
}

// Who creates the document of a reversed order by hand gets the day it was ordered.
func TestAReversalDoesNotDateThePayment(t *testing.T) {
	for name, change := range map[string]object{
		"refunded":  {"financial_status": "refunded"},
		"cancelled": {"cancelled_at": "2026-11-03T09:30:00-03:00"},
		"voided":    {"cancelled_at": "2026-11-03T09:30:00-03:00", "financial_status": "voided"},
	} {
		for _, topic := range []string{"orders/updated", "orders/cancelled", "orders/paid"} {
			n, err := read(t, topic, platformtest.Edit(t, situation(t, "paid-date-race.json"), change))
			if m := (order.Moment{At: n.PaidAt, Rank: n.PaidRank}); err != nil || n.Status == platform.Paid || m.Day() != "2026-10-31" || m.Rank != order.ByOrder {
				t.Errorf("%s, %s: %s on %s, of rank %d, %v", name, topic, n.Status, m.Day(), m.Rank, err)
			}
		}
	}
}

func TestWhatIsShippedOrTaggedLaterIsTheSameOrder(t *testing.T) {
	first, later := decode(t, situation(t, "changed-later-1.json")), decode(t, situation(t, "changed-later-2.json"))
	first.Paid(order.Moment{At: later.PaidAt, Rank: later.PaidRank})
	if !first.Sum().Equal(later.Sum()) || !reflect.DeepEqual(first.Customer, later.Customer) || len(first.Lines) != len(later.Lines) {
		t.Errorf("%+v became %+v", first, later)
	}
	for what, c := range map[string]struct {
		change object
		isNews bool
	}{
		"closed":          {object{"closed_at": "2026-11-26T10:00:00-03:00"}, false},
		"annotated":       {object{"note": "ligar antes", "note_attributes": attributes("CPF", "218.345.067-35", "presente", "sim")}, false},
		"shipped":         {object{"fulfillments": []any{object{"status": "success", "tracking_number": "BR1"}}, "location_id": 7}, false},
		"another CPF":     {object{"note_attributes": attributes("CPF", "11122233396")}, true},
		"another payer":   {object{"billing_address.name": "Bruno Teles"}, true},
		"another address": {object{"billing_address.address1": "Rua Um, 9"}, true},
	} {
		changed := decode(t, platformtest.Edit(t, situation(t, "changed-later-1.json"), c.change))
		same := reflect.DeepEqual(changed.Customer, first.Customer) && changed.Sum().Equal(first.Sum()) && len(changed.Lines) == len(first.Lines)
		if same == c.isNews {
			t.Errorf("%s: %+v became %+v", what, first.Customer, changed.Customer)
		}
	}
}

func TestAGiftCardThatIsSoldIsRefusedUnlessCreated(t *testing.T) {
	gift := func(changes object) object {
		line := item(1, 2, "50.00")
		line["gift_card"] = true
		maps.Copy(line, changes)
		return line
	}
	for _, c := range []struct {
		name, setting string
		body          []byte
		says          string
	}{
		{"as it was met", "", situation(t, "giftcard-sold.json"), "line_items[0] is a gift card"},
		{"refuse", "refuse", situation(t, "giftcard-sold.json"), "line_items[0] is a gift card"},
		{"create", "create", situation(t, "giftcard-sold.json"), ""},
		{"beside goods", "", edit(t, priced(object{"line_items": []any{item(2, 1, "80.00"), gift(nil)}, "total_price": "180.00"})), "line_items[1] is a gift card"},
		{"one of two taken out", "", edit(t, priced(object{"line_items": []any{gift(nil)}, "current_total_price": "50.00",
			"refunds": []any{refund("", taken(1, 1, "50.00", "0"))}})), "line_items[0] is a gift card"},
		{"taken out before it was paid", "", edit(t, priced(object{"line_items": []any{item(2, 1, "80.00"), gift(nil)}, "total_price": "180.00",
			"current_total_price": "80.00", "refunds": []any{refund("", taken(1, 2, "100.00", "0"))}})), ""},
		{"one that is used", "", edit(t, priced(object{"payment_gateway_names": []any{"gift_card", "Pix"}})), ""},
	} {
		o, err := shop.Order(platform.Payload{Body: c.body}, platform.Settings{GiftCards: c.setting})
		reason, _ := order.AsRejection(err)
		if c.says == "" {
			if err != nil || o.Check(now) != nil {
				t.Errorf("%s: %v, %v", c.name, err, o.Check(now))
			}
			continue
		}
		if reason.Kind != order.Unsupported || !strings.HasPrefix(reason.Message.String(), c.says) || !strings.Contains(reason.Message.String(), "gift_cards: create") {
			t.Errorf("%s: %v, want %s", c.name, err, c.says)
		}
	}
}

// Two lines, of 135.00 and 80.00.
func TestAnEditedOrderComesOutAsPaidOrIsRefused(t *testing.T) {
	back := func(status, amount string, lines ...object) object {
		r := refund(status, lines...)
		r["transactions"] = []any{object{"kind": "refund", "status": status, "amount": amount}}
		return r
	}
	for _, c := range []struct {
		name                 string
		total                string
		current, outstanding any
		refunds              []any
		paid                 string
		lines                int
		says                 string
	}{
		{"as it was placed", "215.00", "215.00", "0.00", nil, "215.00", 2, ""},
		{"a line taken out before the payment", "215.00", "135.00", "0.00", []any{refund("", taken(2, 1, "80.00", "0"))}, "135.00", 1, ""},
		{"a line taken out after it, owed to the buyer", "215.00", "135.00", "-80.00", []any{refund("", taken(2, 1, "80.00", "0"))}, "215.00", 2, ""},
		{"a line before, a piece after", "215.00", "90.00", "-45.00", []any{refund("", taken(2, 1, "80.00", "0")), refund("", taken(1, 1, "45.00", "0"))}, "135.00", 1, ""},
		{"a line after, and its money back", "215.00", "135.00", "0.00", []any{refund("", taken(2, 1, "80.00", "0")), back("success", "80.00")}, "215.00", 2, ""},
		{"money back for nothing", "215.00", "215.00", "20.00", []any{back("success", "20.00")}, "215.00", 2, ""},
		{"money back that counts as a discount", "215.00", "195.00", "0.00", []any{back("success", "20.00")}, "215.00", 2, ""},
		{"money on its way, counted as gone", "215.00", "135.00", "0.00", []any{back("pending", "80.00", taken(2, 1, "80.00", "0"))}, "215.00", 2, ""},
		{"money on its way, counted as here", "215.00", "135.00", "-80.00", []any{back("pending", "80.00", taken(2, 1, "80.00", "0"))}, "215.00", 2, ""},
		{"a part of the authorized was captured", "215.00", "135.00", "0.00", []any{object{"refund_line_items": []any{taken(2, 1, "80.00", "0")},
			"transactions": []any{object{"kind": "void", "status": "success", "amount": "80.00"}}}}, "135.00", 1, ""},
		{"a line added after the payment", "215.00", "215.00", "80.00", nil, "215.00", 2,
			"total is 215.00, but by current_total_price, total_outstanding and refunds it is 135.00"},
		{"a total that nothing explains", "215.00", "135.00", "0.00", nil, "215.00", 2,
			"total is 215.00, but by current_total_price, total_outstanding and refunds it is 135.00"},
		{"more paid than was sold", "215.00", "215.00", "-10.00", nil, "215.00", 2,
			"total is 215.00, but by current_total_price, total_outstanding and refunds it is 225.00"},
		{"neither with it nor without it", "215.00", "135.00", "-30.00", []any{refund("", taken(2, 1, "80.00", "0"))}, "165.00", 1,
			"total is 165.00, but by total_price and what was taken out of the order (not current_total_price, total_outstanding and refunds) it is 135.00"},
		{"Shopify tells no outstanding", "215.00", "120.00", nil, []any{refund("", taken(2, 1, "80.00", "0"))}, "135.00", 1,
			"total is 135.00, but by current_total_price it is 120.00"},
		{"refunded in the buyer's currency", "215.00", "135.00", "0.00", []any{object{"refund_line_items": []any{taken(2, 1, "80.00", "0")},
			"transactions": []any{object{"kind": "refund", "status": "success", "amount": "14.00", "currency": "USD"}}}}, "215.00", 2, ""},
	} {
		o := decode(t, edit(t, priced(object{"line_items": []any{item(1, 3, "50.00", "15.00"), item(2, 1, "80.00")}, "total_price": c.total,
			"current_total_price": c.current, "current_total_price_set": nil, "total_outstanding": c.outstanding, "refunds": c.refunds})))
		reason, _ := order.AsRejection(o.Check(now))
		if o.Total.String() != c.paid || len(o.Lines) != c.lines || c.says == "" && reason.Kind != "" || c.says != "" && reason.Kind != order.TotalReason || !strings.HasPrefix(reason.Message.String(), c.says) {
			t.Errorf("%s: %s in %d lines: %s %s", c.name, o.Total, len(o.Lines), reason.Kind, reason.Message)
		}
		if !o.Payments[0].Amount.Equal(o.Total) {
			t.Errorf("%s: %s is paid of %s", c.name, o.Payments[0].Amount, o.Total)
		}
	}
}

// A line of 80.00, and freight of 15.00 and 5.00.
func TestFreightThatLeftBeforeThePaymentIsLeftOut(t *testing.T) {
	gone := func(line int, amount, tax string) object {
		return object{"refund_line_items": []any{}, "transactions": []any{}, "refund_shipping_lines": []any{object{"shipping_line_id": line,
			"subtotal_amount_set": object{"shop_money": object{"amount": amount, "currency_code": "BRL"}}, "tax_amount_set": object{"shop_money": object{"amount": tax, "currency_code": "BRL"}}}}}
	}
	back := gone(9001, "15.00", "0.00")
	back["transactions"] = []any{object{"kind": "refund", "status": "success", "amount": "15.00"}}
	both := gone(9001, "15.00", "0.00")
	both["refund_line_items"] = []any{taken(1, 1, "40.00", "0")}
	unset := object{"transactions": []any{}, "refund_shipping_lines": []any{object{"shipping_line_id": 9001, "subtotal_amount": "15.00"}}}
	for _, c := range []struct {
		name                 string
		removed              bool
		current, outstanding any
		refunds              []any
		total, freight       string
	}{
		{"nothing left", false, "100.00", "0.00", nil, "100.00", "20.00"},
		{"a freight left before the payment", true, "85.00", "0.00", []any{gone(9001, "15.00", "0.00")}, "85.00", "5.00"},
		{"without the sets", true, "85.00", "0.00", []any{unset}, "85.00", "5.00"},
		{"a part of it left", false, "93.00", "0.00", []any{gone(9001, "7.00", "0.00")}, "93.00", "13.00"},
		{"a piece left with it", true, "45.00", "0.00", []any{both}, "45.00", "5.00"},
		{"it left after the payment, and is owed", true, "85.00", "-15.00", []any{gone(9001, "15.00", "0.00")}, "100.00", "20.00"},
		{"it left after the payment, and the money went back", true, "85.00", "0.00", []any{back}, "100.00", "20.00"},
		{"Shopify tells no outstanding", true, "85.00", nil, []any{gone(9001, "15.00", "0.00")}, "85.00", "5.00"},
	} {
		change := priced(object{"line_items": []any{item(1, 2, "40.00")}, "total_price": "100.00", "current_total_price": c.current, "current_total_price_set": nil,
			"total_outstanding": c.outstanding, "refunds": c.refunds, "shipping_lines": []any{object{"id": 9001, "price": "15.00", "is_removed": c.removed}, object{"id": 9002, "price": "5.00"}}})
		o := decode(t, edit(t, change))
		if err := o.Check(now); err != nil || o.Total.String() != c.total || o.Freight.String() != c.freight {
			t.Errorf("%s: total %s, freight %s, %v", c.name, o.Total, o.Freight, err)
		}
	}
	taxed := priced(object{"line_items": []any{item(1, 2, "40.00")}, "total_price": "111.50", "current_total_price": "95.00", "current_total_price_set": nil, "total_outstanding": "0.00",
		"taxes_included": false, "total_tax": "11.50", "refunds": []any{gone(9001, "15.00", "1.50")},
		"shipping_lines": []any{object{"id": 9001, "price": "15.00", "is_removed": true}, object{"id": 9002, "price": "5.00"}}})
	if o := decode(t, edit(t, taxed)); o.Check(now) != nil || o.Tax.String() != "10.00" || o.Total.String() != "95.00" {
		t.Errorf("its tax left with it: total %s, tax %s, %v", o.Total, o.Tax, o.Check(now))
	}
}

func TestTheDustOfFloatsIsNoDifference(t *testing.T) {
	for price, want := range map[any]string{json.Number("97.00000000000001"): "97.00", json.Number("96.99999999999999"): "97.00", "97.001": "97.00"} {
		o := decode(t, edit(t, priced(object{"line_items": []any{object{"id": 1, "quantity": 1, "price": price}}, "total_price": price})))
		if err := o.Check(now); (err == nil) != (price != "97.001") || err == nil && o.Total.String() != want {
			t.Errorf("%v: %s, %v", price, o.Total, err)
		}
	}
}

func TestAnExchangeCostsWhatWasPaidForIt(t *testing.T) {
	// 100.00 came back and was exchanged for 120.00, the difference paid.
	change := priced(object{"line_items": []any{item(1, 1, "100.00"), item(2, 1, "120.00")}, "total_price": "220.00",
		"current_total_price": "120.00", "total_outstanding": "0.00", "refunds": []any{refund("", taken(1, 1, "100.00", "0"))}})
	o := decode(t, edit(t, change))
	if err := o.Check(now); err != nil || o.Total.String() != "120.00" || len(o.Lines) != 1 {
		t.Errorf("%s, %v", o.Total, err)
	}
	change["total_price"] = "100.00"
	if got := platformtest.Kind(decode(t, edit(t, change)).Check(now)); got != order.TotalReason {
		t.Errorf("the total is that of the first sale: Check gives %q", got)
	}
}

func TestAnOrderOfZeroSaysSo(t *testing.T) {
	for total, want := range map[any]bool{"0.00": true, "0": true, "0.01": false, "": false, nil: false} {
		n, err := read(t, "orders/paid", edit(t, priced(object{"total_price": total})))
		if err != nil || n.Zero != want {
			t.Errorf("%v: %t, %v", total, n.Zero, err)
		}
	}
}

func TestTheTransactionsDateThePaymentWhateverTheTopic(t *testing.T) {
	const answer = `{"data":{"order":{"fields":null,"transactions":[
		{"kind":"AUTHORIZATION","status":"SUCCESS","processedAt":"2026-10-31T23:00:10Z"},{"kind":"SALE","status":"FAILURE","processedAt":"2026-11-05T12:00:00Z"},
		{"kind":"SALE","status":"SUCCESS","processedAt":"2026-11-01T15:00:00Z"},{"kind":"CAPTURE","status":"SUCCESS","processedAt":"2026-11-02T15:00:00Z"},
		{"kind":"REFUND","status":"SUCCESS","processedAt":"2026-11-06T12:00:00Z"},{"kind":"CAPTURE","status":"SUCCESS","processedAt":null}]}}}`
	body := situation(t, "paid-date-race.json")
	for _, topic := range []string{"orders/updated", "orders/paid", ""} {
		p, asked := admin(t, 200, answer)
		got, err := p.Fetch(t.Context(), platform.Payload{Body: body, Headers: map[string]string{"x-shopify-topic": topic}}, store)
		if err != nil {
			t.Fatal(err)
		}
		o, err := p.Order(got, platform.Settings{})
		want := time.Date(2026, 11, 2, 15, 0, 0, 0, time.UTC)
		if err != nil || !o.PaidAt.Equal(want) || o.PaidRank != order.ByPayment || o.Customer.TaxID != "21834506735" || len(*asked) != 1 {
			t.Errorf("%s: paid at %s, rank %d, %d asked, %v", topic, o.PaidAt, o.PaidRank, len(*asked), err)
		}
		wrapped, err := p.Fetch(t.Context(), platform.Payload{Body: []byte(`{"order":` + string(body) + `}`)}, store)
		if err != nil {
			t.Fatal(err)
		}
		if o, err := p.Order(wrapped, platform.Settings{}); err != nil || !o.PaidAt.Equal(want) {
			t.Errorf("inside an answer: paid at %s, %v", o.PaidAt, err)
		}
	}
	imported := platformtest.Edit(t, body, object{"processed_at": "2026-10-01T10:00:00-03:00",
		"transactions": []any{object{"kind": "sale", "status": "success", "processed_at": "2026-11-03T12:00:00Z"}}})
	silent := shopify.Platform{Transport: unreachable{t}}
	if got, err := silent.Fetch(t.Context(), platform.Payload{Body: imported}, store); err != nil || string(got.Body) != string(imported) {
		t.Errorf("an imported order: %v", err)
	}
	if o := decode(t, imported); o.PaidRank != order.ByOrder || o.PaidAt.Month() != time.October {
		t.Errorf("an imported order is paid at %s", o.PaidAt)
	}
}

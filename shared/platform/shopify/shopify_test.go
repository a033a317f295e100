package shopify_test

import (
	"encoding/json"
	"errors"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/platformtest"
	"github.com/carimbo/carimbo/shared/platform/shopify"
	"github.com/carimbo/carimbo/shared/words"
)

const secret = "shpss_5b0e9c71d2a84f36"

var (
	shop shopify.Platform
	now  = time.Date(2026, 11, 21, 15, 30, 0, 0, time.UTC)
)

func paidOrder(t testing.TB) []byte { return platformtest.Sample(t, "shopify/order_paid.json") }

func conformance(t testing.TB) platformtest.Case {
	return platformtest.Case{
		Platform: shop,
		Settings: platform.Settings{Connection: "loja-online"},
		Secret:   secret, Other: "shpss_another-secret-of-the-app",
		Paid:     paidOrder(t),
		Reversed: platformtest.Sample(t, "shopify/order_cancelled.json"),
		Neither:  edit(t, map[string]any{"financial_status": "pending"}),
		Silent: [][]byte{
			edit(t, map[string]any{"financial_status": nil}), edit(t, map[string]any{"financial_status": ""}),
			edit(t, map[string]any{"financial_status": 5}), edit(t, map[string]any{"financial_status": []string{"paid"}}),
			[]byte(`{"id":6120438815907,"line_items":[{"sku":"A"}]}`), []byte(`{"id":6120438815907,"line_items":{"1":{"sku":"A"}}}`),
			[]byte(`{"id":6120438815907,"total_price":"10.00"}`), []byte(`{"order":{"id":6120438815907,"total_price":"0.00"}}`),
		},
		SignsBody: true,
		HMAC:      "x-shopify-hmac-sha256",
		Topic:     "x-shopify-topic",
		Topics:    []string{"orders/paid", "orders/cancelled", "orders/updated", "orders/delete", "refunds/create", "checkouts/create"},
	}
}

func TestConformance(t *testing.T) { platformtest.Run(t, conformance(t)) }

func FuzzReadAndOrder(f *testing.F) { platformtest.Fuzz(f, conformance(f)) }

func FuzzVerifyThenRead(f *testing.F) { platformtest.FuzzVerifyThenRead(f, conformance(f)) }

func TestSignatureIsTheBase64OfTheHMACOfTheRawBody(t *testing.T) {
	// The two published vectors.
	for body, want := range map[string]string{
		`"my secret message"`: "hMTq0K2x7oyOjoBwGYeTj5oxfnaVYXzbanUG9aajpKI=",
		`""`:                  "ZAZ6P4c14f6v798OCPYCodtdf9g8Z+GfthdfCgyhUYg=",
	} {
		r := platform.Request{Body: []byte(body), Header: map[string]string{"x-shopify-hmac-sha256": want}}
		if err := shop.Verify(r, []string{"new", "hush"}, now); err != nil {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// edit is the paid sample with changes.
func edit(t testing.TB, changes map[string]any) []byte {
	t.Helper()
	return platformtest.Edit(t, paidOrder(t), changes)
}

func read(t testing.TB, topic string, body []byte) (platform.Notice, error) {
	t.Helper()
	r := shop.Sign(body, secret, now)
	r.Header["x-shopify-topic"] = topic
	return shop.Read(r, platform.Settings{})
}

func TestBodyAloneDecidesWhatANoticeMeans(t *testing.T) {
	const paid, reversed, neither = platform.Paid, platform.Reversed, platform.Neither
	topics := []string{"orders/paid", "orders/create", "orders/updated", "orders/fulfilled", "orders/partially_fulfilled", "",
		"orders/cancelled", "orders/delete", "refunds/create", "products/update"}
	for status, want := range map[any]platform.Status{
		"paid": paid, "partially_refunded": paid, "refunded": reversed,
		"pending": neither, "authorized": neither, "partially_paid": neither, "voided": neither, "expired": neither, "PAID": neither,
	} {
		for _, topic := range topics {
			n, err := read(t, topic, edit(t, map[string]any{"financial_status": status}))
			if err != nil || n.Status != want || n.OrderID != "6120438815907" || n.Topic == "" {
				t.Errorf("%s, %s: %+v, %v", topic, status, n.Status, err)
			}
			n, err = read(t, topic, edit(t, map[string]any{"financial_status": status, "cancelled_at": "2026-11-22T10:00:00-03:00"}))
			// Nothing is reversed that was never paid; a word that is not known says nothing.
			cancelled := reversed
			if status == "pending" || status == "authorized" || status == "voided" || status == "expired" {
				cancelled = neither
			}
			if err != nil || n.Status != cancelled {
				t.Errorf("%s, %s and cancelled: %s, %v", topic, status, n.Status, err)
			}
		}
	}
}

// What the store signed of something else must not be sent again as an order's.
func TestStatusWithoutAnOrdersFieldsIsNotUnderstood(t *testing.T) {
	for _, body := range []string{`{"id":8120034,"financial_status":"refunded"}`, `{"id":8120034,"financial_status":"paid"}`,
		`{"id":8120034,"cancelled_at":"2026-11-22T10:00:00-03:00"}`, `{"id":1,"order_id":8120034,"financial_status":"refunded","line_items":[{"id":2}]}`} {
		for _, topic := range []string{"", "orders/paid", "orders/cancelled"} {
			if n, err := read(t, topic, []byte(body)); !errors.Is(err, platform.ErrNotUnderstood) || n.Status != "" {
				t.Errorf("%q %s: %q, %v", topic, body, n.Status, err)
			}
		}
		if n, err := read(t, "products/update", []byte(body)); err != nil || n.Status != platform.Neither {
			t.Errorf("products/update %s: %q, %v", body, n.Status, err)
		}
	}
	if n, err := read(t, "orders/updated", []byte(`{"id":8120034}`)); err != nil || n.Status != platform.Neither {
		t.Errorf("an id alone: %q, %v", n.Status, err)
	}
}

func TestTopicWhoseBodyIsNoOrderIsNeither(t *testing.T) {
	for topic, c := range map[string]struct{ body, id string }{
		"refunds/create":      {`{"id":98120044,"order_id":6120438815907,"transactions":[{"amount":"302.52","kind":"refund","status":"success"}]}`, "6120438815907"},
		"orders/delete":       {`{"id":6120438815907}`, "6120438815907"},
		"orders/edited":       {`{"order_edit":{"id":1,"order_id":6120438815907}}`, ""},
		"fulfillments/create": {`{"id":255858046,"order_id":6120438815907,"status":"success","line_items":[{"id":466157049}]}`, "6120438815907"},
		"products/update":     {`{"id":8120034,"financial_status":"paid"}`, "8120034"},
		"customers/redact":    {`{"shop_id":1,"orders_to_redact":[6120438815907]}`, ""},
		"draft_orders/update": {`{"id":5,"order_id":null,"financial_status":"paid"}`, "5"},
	} {
		n, err := read(t, topic, []byte(c.body))
		if err != nil || n.Status != platform.Neither || n.Topic != topic || n.OrderID != c.id {
			t.Errorf("%s: %s %s %s, %v", topic, n.Status, n.Topic, n.OrderID, err)
		}
	}
}

func TestSignedRequestHasTheTopicThatFitsTheBody(t *testing.T) {
	for want, body := range map[string][]byte{
		"orders/paid":      paidOrder(t),
		"orders/cancelled": platformtest.Sample(t, "shopify/order_cancelled.json"),
		"orders/updated":   edit(t, map[string]any{"financial_status": "pending"}),
	} {
		if got := shop.Sign(body, secret, now).Header["x-shopify-topic"]; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if got := shop.Sign([]byte(`{"id":1}`), secret, now).Header["x-shopify-topic"]; got != "orders/updated" {
		t.Errorf("an id alone: %s", got)
	}
}

func TestTestOrderSaysSo(t *testing.T) {
	for _, test := range []bool{true, false} {
		n, err := read(t, "orders/paid", edit(t, map[string]any{"test": test}))
		if err != nil || n.Test != test || n.Status != platform.Paid {
			t.Errorf("%t: %t %s, %v", test, n.Test, n.Status, err)
		}
	}
}

func TestPaymentIsDatedByTheTopicThatTellsOfIt(t *testing.T) {
	day := func(d, h int) string {
		return time.Date(2026, 11, d, h, 0, 0, 0, time.FixedZone("", -3*3600)).Format(time.RFC3339)
	}
	for _, c := range []struct {
		name, topic                 string
		processed, created, updated any
		want                        string
		rank                        order.Rank
		open                        bool
	}{
		{"a boleto paid two days later", "orders/paid", day(19, 10), day(19, 10), day(21, 12), day(21, 12), order.ByNotice, false},
		{"the same, told by another topic", "orders/updated", day(19, 10), day(19, 10), day(21, 12), day(21, 12), order.ByNotice, false},
		{"without a topic", "", day(19, 10), day(19, 10), day(21, 12), day(21, 12), order.ByNotice, false},
		{"told by another topic on the seventh day", "orders/updated", day(14, 12), day(14, 12), day(21, 12), day(21, 12), order.ByNotice, false},
		{"an old order that is edited", "orders/updated", day(14, 11), day(14, 11), day(21, 12), day(14, 11), order.ByOrder, true},
		{"an old order that is edited on its day", "orders/updated", day(1, 11), day(1, 11), day(1, 12), day(1, 12), order.ByNotice, false},
		{"an imported order that is edited", "orders/updated", day(1, 11), day(2, 13), day(21, 12), day(1, 11), order.ByOrder, false},
		{"an old order that is paid", "orders/paid", day(1, 11), day(1, 11), day(21, 12), day(21, 12), order.ByNotice, false},
		{"imported", "orders/paid", day(2, 10), day(21, 12), day(21, 12), day(2, 10), order.ByOrder, false},
		{"entered within the hour", "orders/paid", day(21, 10), day(21, 11), day(21, 12), day(21, 12), order.ByNotice, false},
		{"entered after the hour", "orders/paid", day(21, 9), day(21, 11), day(21, 12), day(21, 9), order.ByOrder, false},
		{"placed after it was updated", "orders/paid", day(21, 10), day(21, 10), day(20, 10), day(21, 10), order.ByOrder, false},
		{"not processed", "orders/updated", nil, day(9, 10), day(21, 12), day(9, 10), order.ByOrder, true},
		{"not processed, paid", "orders/paid", nil, day(19, 10), day(21, 12), day(21, 12), order.ByNotice, false},
		{"only updated", "orders/updated", nil, nil, day(21, 12), day(21, 12), order.ByOrder, false},
		{"years that nobody means", "orders/updated", "1970-12-31T23:00:00Z", "9999-01-01T00:00:00Z", day(21, 12), day(21, 12), order.ByOrder, false},
		{"dates that are none", "orders/paid", "soon", "", "2026-11-21", "", 0, false},
	} {
		body := edit(t, map[string]any{"processed_at": c.processed, "created_at": c.created, "updated_at": c.updated})
		n, err := read(t, c.topic, body)
		want, _ := time.Parse(time.RFC3339, c.want)
		if err != nil || !n.PaidAt.Equal(want) || n.PaidRank != c.rank || n.DayOpen != c.open {
			t.Errorf("%s: %s of rank %d, open %t, want %s of rank %d, %t, %v", c.name, n.PaidAt, n.PaidRank, n.DayOpen, want, c.rank, c.open, err)
		}
		o, err := shop.Order(n.Payload, platform.Settings{})
		if err != nil || !o.PaidAt.Equal(want) || !o.Payments[0].PaidAt.Equal(want) || o.PaidRank != c.rank {
			t.Errorf("%s: the order is paid at %s, of rank %d, %v", c.name, o.PaidAt, o.PaidRank, err)
		}
	}
}

func TestNoticeTellsTheOrderAndItsVersion(t *testing.T) {
	version := time.Date(2026, 11, 21, 14, 2, 19, 0, time.UTC).UnixMilli()
	for _, c := range []struct {
		name, number string
		change       map[string]any
		version      int64
	}{
		{"as it is", "#1048", nil, version},
		{"no name", "1048", map[string]any{"name": nil}, version},
		{"no number at all", "6120438815907", map[string]any{"name": "", "order_number": nil}, version},
		{"no version", "#1048", map[string]any{"updated_at": nil}, 0},
		{"an id as text", "#1048", map[string]any{"id": "6120438815907"}, version},
	} {
		n, err := read(t, "orders/paid", edit(t, c.change))
		if err != nil || n.OrderID != "6120438815907" || n.StoreNumber != c.number || n.Version != c.version {
			t.Errorf("%s: %s %s %d, %v", c.name, n.OrderID, n.StoreNumber, n.Version, err)
		}
	}
}

func TestIDThatIsNoNumberIsNotUnderstood(t *testing.T) {
	for _, id := range []any{nil, "", "gid://shopify/Order/1", -5, json.Number("1.5"), true, []any{}, strings.Repeat("1", 21)} {
		conformance(t).UnderstandsNone(t, "orders/paid", edit(t, map[string]any{"id": id}))
	}
}

func TestOrderInsideAnAnswerOfTheRESTAPIIsTakenOut(t *testing.T) {
	wrapped := append(append([]byte(`{"order":`), paidOrder(t)...), '}')
	n, err := shop.Read(shop.Sign(wrapped, secret, now), platform.Settings{})
	if err != nil || n.Status != platform.Paid || n.Topic != "orders/paid" {
		t.Fatalf("%+v, %v", n, err)
	}
	got, err := shop.Order(n.Payload, platform.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(decode(t, paidOrder(t)), got); diff != "" {
		t.Error(diff)
	}
}

// decode is the order of a body that orders/paid brought.
func decode(t testing.TB, body []byte) order.Order {
	t.Helper()
	o, err := shop.Order(platform.Payload{Body: body, Headers: map[string]string{"x-shopify-topic": "orders/paid"}}, platform.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestOrderHasItsDiscountInTheLines(t *testing.T) {
	brt := time.FixedZone("", -3*3600)
	paid := time.Date(2026, 11, 21, 11, 2, 19, 0, brt)
	want := order.Order{
		Origins: order.Origins{Payer: "billing_address", Rule: words.Plain("the first that names anybody, of billing_address, customer, shipping_address"), TaxID: "note_attributes.CPF", PaidAt: "updated_at"},
		ID:      "6120438815907", Number: "#1048", Status: "paid", Currency: "BRL",
		PlacedAt: time.Date(2026, 11, 21, 11, 2, 12, 0, brt), PaidAt: paid, PaidRank: order.ByNotice,
		Customer: order.Customer{
			Name: "Beatriz Furtado", Email: "beatriz.furtado@correio.example", Phone: "+55 51 95555-0126", TaxID: "51483029760",
			Address: order.Address{Street: "Rua Coronel Dias, 77", Complement: "apto 604", City: "Porto Alegre", State: "RS", PostalCode: "90035170", Country: "BR"},
		},
		Lines: []order.Line{
			{SKUs: []string{"CAMISETA-P"}, Name: "Camiseta Aurora - P", Quantity: order.Pieces(2), UnitPrice: order.Cents(8990), Discount: order.Cents(1798)},
			{SKUs: []string{"variant:44121005"}, Name: "Moletom Aurora - M", Quantity: order.Pieces(1), UnitPrice: order.Cents(12900), Discount: order.Cents(1290)},
		},
		Payments: []order.Payment{{Method: order.CreditCard, Name: "Mercado Pago - Cartões", Amount: order.Cents(30252), Installments: 1, PaidAt: paid}},
		Freight:  order.Cents(2460),
		Total:    order.Cents(30252),
	}
	got := decode(t, paidOrder(t))
	got.Origins = platformtest.InEnglish(got.Origins)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if err := got.Check(now); err != nil {
		t.Error(err)
	}
}

type object = map[string]any

func set(shopMoney, presentment string) object {
	return object{"shop_money": object{"amount": shopMoney, "currency_code": "BRL"},
		"presentment_money": object{"amount": presentment, "currency_code": "USD"}}
}

func item(id int64, pieces int64, price string, allocated ...string) object {
	var allocations []any
	for _, amount := range allocated {
		allocations = append(allocations, object{"amount": amount})
	}
	return object{"id": id, "variant_id": 7, "sku": "", "name": "x", "quantity": pieces, "price": price, "total_discount": "0.00", "discount_allocations": allocations}
}

// priced is the sample with other amounts and nothing that says them twice.
func priced(changes object) object {
	plain := object{"line_items": []any{item(1, 1, "100.00")}, "shipping_lines": []any{}, "total_price": "100.00", "total_price_set": nil,
		"current_total_price": nil, "current_total_price_set": nil, "total_tax": "0.00", "total_tax_set": nil, "refunds": []any{}}
	maps.Copy(plain, changes)
	return plain
}

func TestEveryPartOfTheTotalIsRead(t *testing.T) {
	type parts struct{ goods, freight, fees, tax, total string }
	for _, c := range []struct {
		name   string
		change object
		want   parts
	}{
		{"allocations of two discounts", object{"line_items": []any{item(1, 3, "33.33", "5.00", "0.99")}, "total_price": "94.00"},
			parts{"94.00", "0.00", "0.00", "0.00", "94.00"}},
		{"total_discount where nothing is allocated", object{"line_items": []any{object{"id": 1, "quantity": 1, "price": "100.00", "total_discount": "7.50"}}, "total_price": "92.50"},
			parts{"92.50", "0.00", "0.00", "0.00", "92.50"}},
		{"allocations before total_discount", object{"line_items": []any{object{"id": 1, "quantity": 1, "price": "100.00", "total_discount": "7.50",
			"discount_allocations": []any{object{"amount": "10.00"}}}}, "total_price": "90.00"},
			parts{"90.00", "0.00", "0.00", "0.00", "90.00"}},
		{"shipping", object{"shipping_lines": []any{object{"price": "20.00"}, object{"price": "5.00"}}, "total_price": "125.00"},
			parts{"100.00", "25.00", "0.00", "0.00", "125.00"}},
		{"shipping, discounted price", object{"shipping_lines": []any{object{"price": "20.00", "discounted_price": "15.00"}}, "total_price": "115.00"},
			parts{"100.00", "15.00", "0.00", "0.00", "115.00"}},
		{"shipping, allocations", object{"shipping_lines": []any{object{"price": "20.00", "discounted_price": "20.00",
			"discount_allocations": []any{object{"amount": "20.00"}}}}, "total_price": "100.00"},
			parts{"100.00", "0.00", "0.00", "0.00", "100.00"}},
		{"shipping that was removed", object{"shipping_lines": []any{object{"price": "20.00", "is_removed": true}}},
			parts{"100.00", "0.00", "0.00", "0.00", "100.00"}},
		{"tax on top", object{"taxes_included": false, "total_tax": "18.00", "total_price": "118.00"},
			parts{"100.00", "0.00", "0.00", "18.00", "118.00"}},
		{"tax in the prices", object{"taxes_included": true, "total_tax": "15.25"},
			parts{"100.00", "0.00", "0.00", "0.00", "100.00"}},
		{"no tax at all", object{"taxes_included": false, "total_tax": nil},
			parts{"100.00", "0.00", "0.00", "0.00", "100.00"}},
		{"a tip", object{"total_tip_received": "8.00", "total_price": "108.00"},
			parts{"100.00", "0.00", "8.00", "0.00", "108.00"}},
		{"a tip that is a line too", object{"total_tip_received": "8.00", "total_price": "108.00",
			"line_items": []any{item(1, 1, "100.00"), object{"id": 2, "quantity": 1, "price": "8.00", "tip_payment_gateway": nil}}},
			parts{"100.00", "0.00", "8.00", "0.00", "108.00"}},
		{"a tip that is a line alone", object{"total_tip_received": "0.00", "total_price": "108.00",
			"line_items": []any{item(1, 1, "100.00"), object{"id": 2, "quantity": 1, "price": "8.00", "tip_payment_gateway": "cielo"}}},
			parts{"100.00", "0.00", "8.00", "0.00", "108.00"}},
		{"duties", object{"original_total_duties_set": set("30.00", "6.00"), "total_price": "130.00"},
			parts{"100.00", "0.00", "30.00", "0.00", "130.00"}},
		{"duties in the prices", object{"original_total_duties_set": set("30.00", "6.00"), "duties_included": true},
			parts{"100.00", "0.00", "0.00", "0.00", "100.00"}},
		{"additional fees", object{"original_total_additional_fees_set": set("3.00", "0.60"), "total_price": "103.00"},
			parts{"100.00", "0.00", "3.00", "0.00", "103.00"}},
		{"a gift card used", object{"payment_gateway_names": []any{"gift_card", "Pix"}},
			parts{"100.00", "0.00", "0.00", "0.00", "100.00"}},
		{"the shop's money before the buyer's", object{"taxes_included": false, "total_price": "20.00", "total_price_set": set("118.00", "20.00"),
			"total_tax": "3.00", "total_tax_set": set("18.00", "3.00"), "currency": "USD",
			"line_items": []any{object{"id": 1, "quantity": 1, "price": "17.50", "price_set": set("105.00", "17.50"),
				"discount_allocations": []any{object{"amount": "1.00", "amount_set": set("6.00", "1.00")}}}},
			"shipping_lines": []any{object{"price": "0.50", "price_set": set("1.00", "0.50"), "discounted_price": "0.50", "discounted_price_set": set("1.00", "0.50")}}},
			parts{"99.00", "1.00", "0.00", "18.00", "118.00"}},
		{"the shop's money of discounts and allocated shipping", object{"total_price": "19.00", "total_price_set": set("114.00", "19.00"),
			"line_items": []any{object{"id": 1, "quantity": 1, "price": "17.50", "price_set": set("105.00", "17.50"),
				"total_discount": "1.00", "total_discount_set": set("6.00", "1.00")}},
			"shipping_lines": []any{object{"price": "3.00", "price_set": set("18.00", "3.00"), "discount_allocations": []any{object{"amount": "0.50", "amount_set": set("3.00", "0.50")}}}}},
			parts{"99.00", "15.00", "0.00", "0.00", "114.00"}},
		{"the shop's money of what was taken out", object{"total_price": "40.00", "total_price_set": set("240.00", "40.00"),
			"taxes_included": false, "total_tax": "6.67", "total_tax_set": set("40.00", "6.67"),
			"line_items": []any{object{"id": 1, "quantity": 2, "price": "16.67", "price_set": set("100.00", "16.67")}},
			"refunds": []any{object{"refund_line_items": []any{object{"line_item_id": 1, "quantity": 1, "subtotal": json.Number("16.67"),
				"subtotal_set": set("100.00", "16.67"), "total_tax": json.Number("3.33"), "total_tax_set": set("20.00", "3.33")}}}},
			"current_total_price": "20.00", "current_total_price_set": set("120.00", "20.00")},
			parts{"100.00", "0.00", "0.00", "20.00", "120.00"}},
		// Whether a fraction can be sold is for the ERP to judge.
		{"a metre and a half", object{"total_price": "30.00",
			"line_items": []any{object{"id": 1, "quantity": json.Number("1.5"), "price": "20.00"}}},
			parts{"30.00", "0.00", "0.00", "0.00", "30.00"}},
		{"tips of two lines", object{"total_price": "111.00",
			"line_items": []any{item(1, 1, "100.00"), object{"id": 2, "quantity": 1, "price": "8.00", "tip_payment_gateway": "cielo"},
				object{"id": 3, "quantity": 1, "price": "3.00", "tip_payment_gateway": "cielo"}}},
			parts{"100.00", "0.00", "11.00", "0.00", "111.00"}},
	} {
		o := decode(t, edit(t, priced(c.change)))
		got := parts{o.Goods().String(), o.Freight.String(), o.Fees.String(), o.Tax.String(), o.Total.String()}
		if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(parts{})); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		if err := o.Check(now); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if o.Currency != "BRL" || !o.Payments[0].Amount.Equal(o.Total) {
			t.Errorf("%s: %s %s paid", c.name, o.Currency, o.Payments[0].Amount)
		}
	}
}

func refund(status string, taken ...object) object {
	r := object{"refund_line_items": taken, "transactions": []any{}}
	if status != "" {
		var back order.Money
		for _, line := range taken {
			for _, part := range []string{"subtotal", "total_tax"} {
				amount, _ := order.ParseMoney(string(line[part].(json.Number)))
				back = back.Add(amount)
			}
		}
		r["transactions"] = []any{object{"kind": "refund", "status": status, "amount": back.String()}}
	}
	return r
}

func taken(line, pieces int64, subtotal, tax string) object {
	return object{"line_item_id": line, "quantity": pieces, "subtotal": json.Number(subtotal), "total_tax": json.Number(tax)}
}

func TestARefundInPartLeavesTheSaleAndTheUnpaidIsLeftOut(t *testing.T) {
	items := []any{item(1, 3, "50.00", "15.00"), item(2, 1, "80.00")} // 135.00 and 80.00
	for _, c := range []struct {
		name           string
		change         object
		pieces         []int64
		total, current string
		verdict        order.ReasonKind
	}{
		{"nothing was refunded", object{}, []int64{3, 1}, "215.00", "215.00", ""},
		{"money went back", object{"refunds": []any{refund("success", taken(2, 1, "80.00", "0"))}}, []int64{3, 1}, "215.00", "135.00", ""},
		{"money is on its way back", object{"refunds": []any{refund("pending", taken(2, 1, "80.00", "0"))}}, []int64{3, 1}, "215.00", "135.00", ""},
		{"a line was taken out", object{"refunds": []any{refund("", taken(2, 1, "80.00", "0"))}}, []int64{3}, "135.00", "135.00", ""},
		{"money that could not go back", object{"refunds": []any{refund("failure", taken(2, 1, "80.00", "0"))}}, []int64{3}, "135.00", "135.00", ""},
		{"money that went wrong on its way", object{"refunds": []any{refund("error", taken(2, 1, "80.00", "0"))}}, []int64{3}, "135.00", "135.00", ""},
		{"more was taken out than there was", object{"refunds": []any{refund("", taken(2, 2, "80.00", "0"))}}, []int64{3}, "135.00", "135.00", order.TotalReason},
		{"taxes in floating point", object{"taxes_included": false, "total_tax": "21.50", "total_price": "236.50",
			"refunds": []any{refund("", taken(1, 1, "45.00", "4.499999999999999")), refund("success", taken(2, 1, "80.00", "8"))}}, []int64{2, 1}, "187.00", "99.00", ""},
		{"a piece was taken out", object{"refunds": []any{refund("", taken(1, 1, "45.00", "0"))}}, []int64{2, 1}, "170.00", "170.00", ""},
		{"pieces were taken out twice", object{"refunds": []any{refund("", taken(1, 1, "45.00", "0")), refund("", taken(1, 1, "45.00", "0"))}}, []int64{1, 1}, "125.00", "125.00", ""},
		{"one taken out, one refunded", object{"refunds": []any{refund("", taken(1, 1, "45.00", "0")), refund("success", taken(2, 1, "80.00", "0"))}}, []int64{2, 1}, "170.00", "90.00", ""},
		{"subtotals in floating point", object{"refunds": []any{refund("", taken(1, 1, "44.99999999999999", "0")), refund("success", taken(2, 1, "80.00", "0"))}}, []int64{2, 1}, "170.00", "90.00", ""},
		{"with tax on top", object{"taxes_included": false, "total_tax": "21.50", "total_price": "236.50",
			"refunds": []any{refund("", taken(2, 1, "80.00", "8.00"))}}, []int64{3}, "148.50", "148.50", ""},
		{"with tax on top, and Shopify doesn't say", object{"taxes_included": false, "total_tax": "21.50", "total_price": "236.50",
			"refunds": []any{refund("", taken(2, 1, "80.00", "8.00"))}, "current_total_price": nil}, []int64{3}, "148.50", "", ""},
		{"a line was taken out for less than it cost", object{"refunds": []any{refund("", taken(2, 1, "79.00", "0"))}}, []int64{3}, "136.00", "136.00", order.TotalReason},
		{"Shopify sees it otherwise", object{"refunds": []any{refund("", taken(2, 1, "80.00", "0"))}}, []int64{3}, "200.00", "200.00", order.TotalReason},
		{"Shopify doesn't say", object{"refunds": []any{refund("", taken(2, 1, "80.00", "0"))}, "current_total_price": nil}, []int64{3}, "135.00", "", ""},
	} {
		change := priced(object{"line_items": items, "total_price": "215.00"})
		maps.Copy(change, c.change)
		if c.current != "" {
			change["current_total_price"] = c.current
		}
		o := decode(t, edit(t, change))
		var pieces []int64
		for _, l := range o.Lines {
			for n := range int64(10) {
				if l.Quantity.Equal(order.Pieces(n)) {
					pieces = append(pieces, n)
				}
			}
		}
		if diff := cmp.Diff(c.pieces, pieces); diff != "" || o.Total.String() != c.total {
			t.Errorf("%s: total %s, want %s, pieces %s", c.name, o.Total, c.total, diff)
		}
		if got := platformtest.Kind(o.Check(now)); got != c.verdict {
			t.Errorf("%s: Check gives %q", c.name, got)
		}
	}
}

func TestOrderWhosePartsAddUpIsNeverRejectedForItsTotal(t *testing.T) {
	rnd := rand.New(rand.NewPCG(13, 17))
	text := func(cents int64) string { return order.Cents(cents).String() }
	for range 600 {
		var items, freight []any
		sum := int64(0)
		for id := range 1 + rnd.Int64N(6) {
			price, pieces := rnd.Int64N(1<<(1+rnd.UintN(20))), 1+rnd.Int64N(1<<rnd.UintN(8))
			first := rnd.Int64N(price*pieces+1) * rnd.Int64N(2)
			second := rnd.Int64N(price*pieces-first+1) * rnd.Int64N(2)
			items = append(items, item(id, pieces, text(price), text(first), text(second)))
			sum += price*pieces - first - second
		}
		for range rnd.IntN(3) {
			price := rnd.Int64N(9000)
			less := rnd.Int64N(price + 1)
			freight = append(freight, object{"price": text(price), "discount_allocations": []any{object{"amount": text(less)}}})
			sum += price - less
		}
		tip, tax, onTop := rnd.Int64N(500), rnd.Int64N(500), rnd.IntN(2) == 0
		sum += tip
		if onTop {
			sum += tax
		}
		body := edit(t, priced(object{"line_items": items, "shipping_lines": freight, "total_tip_received": text(tip),
			"taxes_included": !onTop, "total_tax": text(tax), "total_price": text(sum)}))
		if o := decode(t, body); o.Check(now) != nil || !o.Sum().Equal(o.Total) {
			t.Fatalf("%v\n%s", o.Check(now), body)
		}
	}
}

func TestPartsThatDoNotAddUpAreToldByCheckAlone(t *testing.T) {
	for name, change := range map[string]object{
		"a cent less":             {"total_price": "99.99"},
		"no lines":                {"line_items": []any{}},
		"a negative quantity":     {"line_items": []any{item(1, -1, "100.00")}},
		"more discount than cost": {"line_items": []any{item(1, 1, "100.00", "100.01")}, "total_price": "-0.01"},
	} {
		if got := platformtest.Kind(decode(t, edit(t, priced(change))).Check(now)); got != order.TotalReason {
			t.Errorf("%s: Check gives %q", name, got)
		}
	}
	o := decode(t, edit(t, priced(object{"currency": "usd"})))
	if got := platformtest.Kind(o.Check(now)); got != order.CurrencyReason || o.Currency != "USD" {
		t.Errorf("dollars: Check gives %q", got)
	}
}

func TestAmountThatIsNoneIsAShapeThatNobodyKnows(t *testing.T) {
	for says, change := range map[string]object{
		"total_price is missing":                                    {"total_price": nil},
		"total_price is no amount":                                  {"total_price": "muito"},
		"total_tax is no amount":                                    {"total_tax": "1,50", "taxes_included": false},
		"total_tip_received is no amount":                           {"total_tip_received": "x"},
		"line_items[1].price is no amount":                          {"line_items": []any{item(1, 1, "5.00"), item(2, 1, "x")}},
		"line_items[0].price is missing":                            {"line_items": []any{item(1, 1, "")}},
		"line_items[0].quantity is no number":                       {"line_items": []any{object{"quantity": "um", "price": "5.00"}}},
		"line_items[0].discount_allocations[0].amount is no amount": {"line_items": []any{item(1, 1, "5.00", "x")}},
		"line_items[0].total_discount is no amount":                 {"line_items": []any{object{"quantity": 1, "price": "5.00", "total_discount": "x"}}},
		"shipping_lines[0].price is no amount":                      {"shipping_lines": []any{object{"price": "grátis"}}},
		"shipping_lines[0].discounted_price is no amount":           {"shipping_lines": []any{object{"price": "5.00", "discounted_price": "x"}}},
		"refunds[0].refund_line_items[0].subtotal is no amount":     {"refunds": []any{object{"refund_line_items": []any{object{"subtotal": "x", "quantity": 1}}}}},
		"refunds[0].refund_line_items[0].quantity is no number":     {"refunds": []any{object{"refund_line_items": []any{object{"subtotal": "1"}}}}},
		"original_total_duties_set is no amount":                    {"original_total_duties_set": set("x", "1")},
	} {
		o, err := shop.Order(platform.Payload{Body: edit(t, priced(change))}, platform.Settings{})
		platformtest.IsNotUnderstood(t, "an amount", o, err, says)
	}
}

func attributes(pairs ...any) []any {
	list := []any{}
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, object{"name": pairs[i], "value": pairs[i+1]})
	}
	return list
}

func localized(pairs ...string) object {
	edges := []any{}
	for i := 0; i < len(pairs); i += 2 {
		edges = append(edges, object{"node": object{"key": pairs[i], "value": pairs[i+1]}})
	}
	return object{"edges": edges}
}

func TestTaxIDIsFoundWhereverTheCheckoutPutsIt(t *testing.T) {
	const cpf, cnpj = "514.830.297-60", "63.820.514/0001-03"
	for _, c := range []struct {
		name   string
		change object
		want   string // or wrong or unread, or "" for none
	}{
		{"none", object{}, ""},
		{"note attribute", object{"note_attributes": attributes("CPF", cpf)}, "51483029760"},
		{"note attribute for both", object{"note_attributes": attributes("CPF/CNPJ", cnpj)}, "63820514000103"},
		{"note attribute with words", object{"note_attributes": attributes("CNPJ da empresa", cnpj)}, "63820514000103"},
		{"note attribute with a suffix", object{"note_attributes": attributes("billing_cpf", cpf)}, "51483029760"},
		{"note attribute of an app", object{"note_attributes": attributes("customer_document", "51483029760")}, "51483029760"},
		{"note attribute, a number", object{"note_attributes": attributes("cpf", json.Number("51483029760"))}, "51483029760"},
		{"note attribute, a list of one", object{"note_attributes": attributes("CPF", []any{cpf})}, "51483029760"},
		{"note attribute, an object of one", object{"note_attributes": attributes("CPF", object{"value": "51483029760"})}, "51483029760"},
		{"note attribute, an object in a list", object{"note_attributes": attributes("CNPJ", []any{object{"number": cnpj}})}, "63820514000103"},
		{"note attribute, a list of two", object{"note_attributes": attributes("CPF", []any{cpf, cnpj})}, "unread"},
		{"note attribute, an object of two", object{"note_attributes": attributes("CPF", object{"type": "cpf", "value": cpf})}, "unread"},
		{"note attribute, a list of no id", object{"note_attributes": attributes("CPF", []any{"sim"})}, ""},
		{"note attribute, wrong", object{"note_attributes": attributes("cpf", "514.830.297-61")}, "wrong"},
		{"note attribute, no digits", object{"note_attributes": attributes("cpf", "não tenho")}, "wrong"},
		{"CPF on the receipt?", object{"note_attributes": attributes("cpf na nota", "sim")}, ""},
		{"another document", object{"note_attributes": attributes("documento", "RG 12.345")}, ""},
		{"another attribute", object{"note_attributes": attributes("cor", cpf)}, ""},
		{"exact name first", object{"note_attributes": attributes("cpf do presenteado", "726.405.183-80", "cpf", cpf)}, "51483029760"},
		{"the first right one", object{"note_attributes": attributes("cpf", "1", "cnpj", cnpj)}, "63820514000103"},
		{"company of the bill", object{"billing_address.company": cpf}, "51483029760"},
		{"company of the shipment", object{"shipping_address.company": cnpj}, ""},
		{"company of the shipment, and nobody else is named", object{"shipping_address.company": cnpj, "billing_address": nil, "customer": nil}, "63820514000103"},
		{"company of the customer", object{"customer.default_address.company": cpf}, "unread"},
		{"company of the customer, without a bill", object{"customer.default_address.company": cpf, "billing_address": nil}, "51483029760"},
		{"company, wrong", object{"billing_address.company": "514.830.297-61"}, "wrong"},
		{"company's name that is a number", object{"billing_address.company": "1001"}, ""},
		{"company's name", object{"billing_address.company": "Ateliê 3 Irmãos"}, ""},
		{"localized field", object{"localizedFields": localized("SHIPPING_CREDENTIAL_CN", "123", "TAX_CREDENTIAL_BR", cpf)}, "51483029760"},
		{"localized field of another country", object{"localizedFields": localized("SHIPPING_CREDENTIAL_CN", "123")}, ""},
		{"localized field, wrong", object{"localizedFields": localized("TAX_CREDENTIAL_BR", "123")}, "wrong"},
		{"note attribute before localized field", object{"note_attributes": attributes("cpf", cpf), "localizedFields": localized("TAX_CREDENTIAL_BR", cnpj)}, "51483029760"},
		{"localized field mends", object{"note_attributes": attributes("cpf", "1"), "localizedFields": localized("TAX_CREDENTIAL_BR", cnpj)}, "63820514000103"},
	} {
		change := object{"note_attributes": attributes()}
		maps.Copy(change, c.change)
		o := decode(t, edit(t, change))
		got := string(o.Customer.TaxID)
		switch {
		case o.Customer.TaxIDWrong:
			got = "wrong"
		case o.Customer.TaxIDUnread != "":
			got = "unread"
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestCustomerIsReadFromWhereverShopifyLeavesIt(t *testing.T) {
	name := func(o order.Order) string { return o.Customer.Name }
	place := func(o order.Order) string {
		a := o.Customer.Address
		return strings.Join([]string{a.Street, a.State, a.PostalCode, a.Country}, "|")
	}
	nobody := object{"first_name": nil, "last_name": nil, "email": nil, "phone": nil}
	for _, c := range []struct {
		name   string
		change object
		got    func(order.Order) string
		want   string
	}{
		{"no customer: name of the bill", object{"customer": nil}, name, "Beatriz Furtado"},
		{"a customer without a name", object{"customer": nobody, "billing_address.name": "", "billing_address.last_name": nil}, name, "Beatriz"},
		{"name of the shipment", object{"customer": nobody, "billing_address": nil}, name, "Beatriz Furtado"},
		{"personal data is withheld", object{"customer": nil, "billing_address": nil, "shipping_address": nil}, name, ""},
		{"a company", object{"billing_address.company": "Ateliê Ipê", "note_attributes": attributes("cnpj", "63820514000103")}, name, "Ateliê Ipê"},
		{"a person of a company", object{"billing_address.company": "Ateliê Ipê"}, name, "Beatriz Furtado"},
		{"a company that is its tax id", object{"billing_address.company": "63820514000103", "note_attributes": attributes()}, name, "Beatriz Furtado"},
		{"a company that is its tax id, mistyped", object{"billing_address.company": "63.820.514/0001-04", "note_attributes": attributes("cnpj", "63820514000103")}, name, "Beatriz Furtado"},
		{"e-mail of the order", object{"customer.email": nil, "email": "a@b.example"}, func(o order.Order) string { return o.Customer.Email }, "a@b.example"},
		{"e-mail of the contact", object{"customer.email": nil, "email": ""}, func(o order.Order) string { return o.Customer.Email }, "beatriz.furtado@correio.example"},
		{"phone of the bill", object{"customer.phone": nil}, func(o order.Order) string { return o.Customer.Phone }, "+55 51 95555-0126"},
		{"address of the shipment", object{"billing_address": nil, "customer": nil, "shipping_address.address1": "Rua B, 2"}, place, "Rua B, 2|RS|90035170|BR"},
		{"address of the shipment, and a customer of that name", object{"billing_address": nil, "customer.default_address": nil, "shipping_address.address1": "Rua B, 2"}, place, "Rua B, 2|RS|90035170|BR"},
		{"address of the customer", object{"billing_address": nil, "shipping_address": nil}, place, "Rua Coronel Dias, 77|RS|90035170|BR"},
		{"province without a code", object{"billing_address.province_code": nil}, place, "Rua Coronel Dias, 77|RS|90035170|BR"},
		{"the country's name alone", object{"billing_address.country_code": nil, "billing_address.country": "Brasil"}, place, "Rua Coronel Dias, 77|RS|90035170|BR"},
		{"Pennsylvania is not Pará", object{"billing_address.province_code": "PA", "billing_address.country_code": "US"}, place, "Rua Coronel Dias, 77||90035-170|US"},
	} {
		if got := c.got(decode(t, edit(t, c.change))); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestLineIsNamedBySKUOrVariant(t *testing.T) {
	for want, line := range map[string]object{
		"A-1":       {"sku": " A-1 ", "variant_id": 7},
		"variant:7": {"sku": "", "variant_id": 7},
		"":          {"sku": nil, "variant_id": nil},
	} {
		line["quantity"], line["price"] = 1, "100.00"
		if got := strings.Join(decode(t, edit(t, priced(object{"line_items": []any{line}}))).Lines[0].SKUs, ","); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestPaymentIsToldByTheGateways(t *testing.T) {
	for _, c := range []struct {
		names []any
		total string
		want  order.Method
	}{
		{[]any{"Mercado Pago - Pix"}, "100.00", order.Pix},
		{[]any{"shopify_payments"}, "100.00", order.CreditCard},
		{[]any{"Boleto Bancário"}, "100.00", order.Boleto},
		{[]any{"mercado_pago"}, "100.00", order.Other},
		{[]any{"manual"}, "100.00", order.Other},
		{[]any{"gift_card"}, "100.00", order.GiftCard},
		{[]any{"gift_card", "Pix"}, "100.00", order.Pix},
		{[]any{"Pix", "gift_card"}, "100.00", order.Pix},
		{[]any{"Pix", "Cartão de crédito"}, "100.00", order.Other},
		{[]any{"Cartão de crédito", "cielo"}, "100.00", order.CreditCard},
		{[]any{}, "100.00", order.Other},
		{nil, "0.00", order.Free},
	} {
		o := decode(t, edit(t, priced(object{"payment_gateway_names": c.names, "total_price": c.total})))
		if got := o.Payments[0]; got.Method != c.want || got.Installments != 1 {
			t.Errorf("%v: %s, want %s", c.names, got.Method, c.want)
		}
	}
}

func TestErrorsRepeatNothingOfTheBody(t *testing.T) {
	conformance(t).RepeatsNothing(t, "orders/paid", "Beatriz", `"Beatriz Furtado"`, `Beatriz Furtado`, `{"id":"Beatriz Furtado"}`,
		string(edit(t, object{"id": "Beatriz Furtado"})), string(edit(t, priced(object{"total_price": "Beatriz Furtado"}))))
}

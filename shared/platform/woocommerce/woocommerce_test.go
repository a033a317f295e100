package woocommerce_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/intake"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/platformtest"
	"github.com/carimbo/carimbo/shared/platform/woocommerce"
	"github.com/carimbo/carimbo/shared/queue"
	shopsecret "github.com/carimbo/carimbo/shared/secret"
	"github.com/carimbo/carimbo/shared/words"
)

const secret = "f8K2nq0ZxW7rT4yLmB1vD6sJ"

var (
	woo woocommerce.Platform
	now = time.Date(2026, 11, 21, 15, 30, 0, 0, time.UTC)
)

func processing(t testing.TB) []byte {
	return platformtest.Sample(t, "woocommerce/order_processing.json")
}

func conformance(t testing.TB) platformtest.Case {
	return platformtest.Case{
		Platform: woo,
		Settings: platform.Settings{Connection: "loja-wp"},
		Secret:   secret, Other: "another-secret-of-the-shop",
		Paid:     edit(t, map[string]any{"billing.first_name": "Cássio"}),
		Reversed: platformtest.Sample(t, "woocommerce/order_refunded.json"),
		Neither:  edit(t, map[string]any{"status": "on-hold", "date_paid": nil, "date_paid_gmt": nil}),
		Silent: [][]byte{
			edit(t, map[string]any{"status": nil}), edit(t, map[string]any{"status": ""}),
			edit(t, map[string]any{"status": 5}), edit(t, map[string]any{"status": map[string]any{"name": "processing"}}),
			[]byte(`{"id":4127,"line_items":[{"sku":"A"}]}`), []byte(`{"id":4127,"line_items":{"1":{"sku":"A"}}}`),
			[]byte(`{"id":4127,"total":"10.00"}`), []byte(`{"id":4127,"total":0}`),
		},
		SignsBody: true,
		HMAC:      "x-wc-webhook-signature",
		Topic:     "x-wc-webhook-topic",
		Topics:    []string{"order.created", "order.deleted", "coupon.created", "customer.updated", "action.woocommerce_payment_complete"},
	}
}

func TestConformance(t *testing.T) { platformtest.Run(t, conformance(t)) }

func FuzzReadAndOrder(f *testing.F) { platformtest.Fuzz(f, conformance(f)) }

func FuzzVerifyThenRead(f *testing.F) { platformtest.FuzzVerifyThenRead(f, conformance(f)) }

func TestSecretIsDecodedAsWooCommerceDecodesIt(t *testing.T) {
	for stored, key := range map[string]string{
		"plain":                         "plain",
		"a&amp;b":                       "a&b",
		"a&b":                           "a&b",
		"&lt;a&gt; &quot;b&quot;":       `<a> "b"`,
		"it&#039;s":                     "it's",
		"it&#39;s":                      "it's",
		"it&#x27;s, it&#X0027;s":        "it's, it's",
		"&#038;&#060;&#62;&#34;&#0034;": `&<>""`,
		"&#x26;&#x22;":                  `&"`,
		"&amp;lt;":                      "&lt;",
		"&amp;amp;":                     "&amp;",
		"&apos;&nbsp;&eacute;":          "&apos;&nbsp;&eacute;",
		"&AMP;&amp":                     "&AMP;&amp",
		"&#x3c;":                        "&#x3c;",
		"&#65;":                         "&#65;",
		"&;&#;&#x;":                     "&;&#;&#x;",
	} {
		// Encoded once more, the key is what it is after decoding.
		signed := woo.Sign([]byte("body"), strings.ReplaceAll(key, "&", "&amp;"), now)
		if err := woo.Verify(signed, []string{stored}, now); err != nil {
			t.Errorf("%s doesn't stand for %s: %v", stored, key, err)
		}
		if err := woo.Verify(signed, []string{stored + "x", "x" + stored}, now); err != platform.ErrSignature {
			t.Errorf("%s: another secret gives %v", stored, err)
		}
	}
}

func TestSignatureIsTheBase64OfTheHMACOfTheRawBody(t *testing.T) {
	// printf '{"id":1}' | openssl dgst -sha256 -hmac 'a&b' -binary | base64
	const want = "DZZ3mhyNjKxgGYJPujiR4ZGjbQJd9qbIQuhcMQ11PTE="
	r := woo.Sign([]byte(`{"id":1}`), "a&amp;b", now)
	if got := r.Header["x-wc-webhook-signature"]; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestPingIsTheUnsignedFormAndNothingElse(t *testing.T) {
	for _, c := range []struct {
		name, body string
		header     map[string]string
		ping       bool
	}{
		{"as WooCommerce sends it", "webhook_id=7", map[string]string{"content-type": "application/x-www-form-urlencoded"}, true},
		{"without any header", "webhook_id=1204", nil, true},
		{"signed", "webhook_id=7", map[string]string{"x-wc-webhook-signature": "x"}, false},
		{"more fields", "webhook_id=7&a=1", nil, false},
		{"no number", "webhook_id=x", nil, false},
		{"no id", "webhook_id=", nil, false},
		{"a line more", "webhook_id=7\n{}", nil, false},
		{"an order", `{"id":7}`, nil, false},
		{"nothing", "", nil, false},
	} {
		if got := woo.Ping(platform.Request{Header: c.header, Body: []byte(c.body)}); got != c.ping {
			t.Errorf("%s: %t", c.name, got)
		}
	}
}

// edit is the processing sample with changes.
func edit(t testing.TB, changes map[string]any) []byte {
	t.Helper()
	return platformtest.Edit(t, processing(t), changes)
}

func read(t testing.TB, topic string, body []byte) (platform.Notice, error) {
	t.Helper()
	r := woo.Sign(body, secret, now)
	r.Header["x-wc-webhook-topic"] = topic
	return woo.Read(r, platform.Settings{})
}

func TestStatusAndDatePaidDecideWhatANoticeMeans(t *testing.T) {
	unpaid := map[string]any{"date_paid": nil, "date_paid_gmt": nil}
	for status, want := range map[string][2]platform.Status{ // with date_paid, and without
		"processing": {platform.Paid, platform.Neither},
		"completed":  {platform.Paid, platform.Neither},
		"cancelled":  {platform.Reversed, platform.Neither},
		"refunded":   {platform.Reversed, platform.Reversed},
		"pending":    {platform.Neither, platform.Neither},
		"on-hold":    {platform.Neither, platform.Neither},
		"failed":     {platform.Neither, platform.Neither},
		"trash":      {platform.Neither, platform.Neither},
		"draft":      {platform.Neither, platform.Neither},
		// Names that a shop or a plugin made up.
		"em-transito":     {platform.Paid, platform.Neither},
		"wc-em-separacao": {platform.Paid, platform.Neither},
		"Processing":      {platform.Paid, platform.Neither},
		"wc-cancelled":    {platform.Reversed, platform.Neither},
		"partially-paid":  {platform.Neither, platform.Neither},
	} {
		for _, topic := range []string{"order.created", "order.updated", "order.restored", "order.deleted", "coupon.created", ""} {
			n, err := read(t, topic, edit(t, map[string]any{"status": status}))
			if err != nil || n.Status != want[0] || n.OrderID != "4127" || n.Topic == "" {
				t.Errorf("%s, %s: %+v, %v", topic, status, n.Status, err)
			}
			unpaid["status"] = status
			if n, err = read(t, topic, edit(t, unpaid)); err != nil || n.Status != want[1] {
				t.Errorf("%s, %s without date_paid: %s, %v", topic, status, n.Status, err)
			}
		}
	}
}

func TestDeletedOrderAndOtherTopicsAreNeither(t *testing.T) {
	for topic, body := range map[string]string{
		"order.deleted":                       `{"id":4127}`,
		"product.updated":                     `{"id":1204,"status":"processing","date_paid_gmt":"2026-11-21T13:43:52"}`,
		"customer.created":                    `{"id":38,"status":"refunded"}`,
		"coupon.created":                      `{"code":"a"}`,
		"order_note.created":                  `{"id":4127,"status":"refunded"}`,
		"action.woocommerce_payment_complete": `{"action":"woocommerce_payment_complete","arg":4127}`,
	} {
		if n, err := read(t, topic, []byte(body)); err != nil || n.Status != platform.Neither || n.Topic != topic {
			t.Errorf("%s: %+v, %v", topic, n, err)
		}
	}
	// What the shop signed of something else must not be sent again as an order's.
	for _, topic := range []string{"", "order.updated"} {
		for _, body := range []string{`{"id":38,"status":"refunded"}`, `{"id":1204,"status":"processing","date_paid_gmt":"2026-11-21T13:43:52"}`} {
			if n, err := read(t, topic, []byte(body)); !errors.Is(err, platform.ErrNotUnderstood) || n.Status != "" {
				t.Errorf("%q %s: %q, %v", topic, body, n.Status, err)
			}
		}
	}
	if got := woo.Sign([]byte(`{"id":4127}`), secret, now).Header["x-wc-webhook-topic"]; got != "order.deleted" {
		t.Errorf("the topic of an id alone is %s", got)
	}
}

func TestNoticeTellsTheOrderItsTimeAndItsVersion(t *testing.T) {
	paid := time.Date(2026, 11, 21, 13, 43, 52, 0, time.UTC)
	created := time.Date(2026, 11, 21, 13, 41, 7, 0, time.UTC)
	for _, c := range []struct {
		name    string
		change  map[string]any
		paid    time.Time
		number  string
		version int64
	}{
		{"as it is", nil, paid, "4127", paid.UnixMilli()},
		{"the shop's time alone", map[string]any{"date_paid_gmt": nil, "date_modified_gmt": nil}, paid, "4127", paid.UnixMilli()},
		{"a time with a zone", map[string]any{"date_paid_gmt": "2026-11-21T10:43:52-03:00", "date_paid": nil}, paid, "4127", paid.UnixMilli()},
		{"a time of MySQL", map[string]any{"date_paid_gmt": "2026-11-21 13:43:52", "date_paid": nil}, paid, "4127", paid.UnixMilli()},
		{"never paid", map[string]any{"date_paid_gmt": nil, "date_paid": nil, "status": "refunded"}, created, "4127", paid.UnixMilli()},
		{"no modification", map[string]any{"date_modified_gmt": nil, "date_modified": "soon"}, paid, "4127", 0},
		{"a year that nobody writes", map[string]any{"date_modified_gmt": "9999-12-31T23:59:59", "date_modified": nil}, paid, "4127", 0},
		{"a number of a plugin", map[string]any{"number": "WEB-4127/26"}, paid, "WEB-4127/26", paid.UnixMilli()},
		{"no number", map[string]any{"number": nil}, paid, "4127", paid.UnixMilli()},
		{"an id as text", map[string]any{"id": "4127"}, paid, "4127", paid.UnixMilli()},
	} {
		n, err := read(t, "order.updated", edit(t, c.change))
		rank := order.ByPayment
		if c.paid.Equal(created) {
			rank = order.ByOrder
		}
		if err != nil || n.OrderID != "4127" || n.StoreNumber != c.number || !n.PaidAt.Equal(c.paid) || n.PaidRank != rank || n.Version != c.version || n.Test {
			t.Errorf("%s: %s %s %s (rank %d) %d, %v", c.name, n.OrderID, n.StoreNumber, n.PaidAt, n.PaidRank, n.Version, err)
		}
	}
}

func TestIDThatIsNoNumberIsNotUnderstood(t *testing.T) {
	for _, id := range []any{nil, "", "abc", -5, json.Number("1.5"), json.Number("1e3"), true, []any{}, strings.Repeat("1", 21)} {
		conformance(t).UnderstandsNone(t, "order.updated", edit(t, map[string]any{"id": id}))
	}
}

// queued takes what intake queues.
type queued struct{ keys []string }

func (q *queued) Send(_ context.Context, m queue.Message) error {
	q.keys = append(q.keys, m.Key)
	return nil
}

func (q *queued) Get(context.Context, string) (shopsecret.Secret, error) {
	return shopsecret.Secret{Values: map[string]string{shopsecret.SigningKey: secret}}, nil
}

func (q *queued) Refresh(ctx context.Context, name string, _ time.Time) (shopsecret.Secret, error) {
	return q.Get(ctx, name)
}

func (q *queued) Take(context.Context, intake.Metric, string, string) {}

// webhooks is intake with one shop, whose orders count since the day.
func webhooks(t *testing.T, since string) (*intake.Intake, *queued) {
	t.Helper()
	config, err := connection.Parse([]byte(`{"erps":{"loja":{"kind":"sensio"}},
		"connections":{"loja-wp":{"platform":"woocommerce","erp":"loja","since":"` + since + `"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	q := &queued{}
	return &intake.Intake{Connections: func() connection.Config { return config }, Secrets: q, Meter: q,
		Platform: func(string) (platform.Platform, bool) { return woo, true },
		Queue:    func(connection.Account) queue.Sender { return q },
		Now:      func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)}, q
}

// Last year's orders, all edited at once: each is one order.updated of today.
func TestBulkEditOfLastYearsOrdersMakesNoDocument(t *testing.T) {
	young, youngQueue := webhooks(t, "2026-11-21")
	careless, carelessQueue := webhooks(t, "2020-01-01")
	tooOld := 0
	for day := range 365 {
		paid := time.Date(2025, 1, 1, 12, 0, 0, 0, time.UTC).AddDate(0, 0, day)
		body := edit(t, map[string]any{"id": 1000 + day, "status": "completed",
			"date_created_gmt": paid.Format("2006-01-02T15:04:05"), "date_paid_gmt": paid.Format("2006-01-02T15:04:05"),
			"date_modified_gmt": "2026-11-21T14:00:00"})
		r := woo.Sign(body, secret, now)
		if got := young.Take(t.Context(), "loja-wp", r, "id"); got.Status != 200 || got.Answer.Status != "ignored" {
			t.Fatalf("%s: %d %+v", paid, got.Status, got.Answer)
		}
		if got := careless.Take(t.Context(), "loja-wp", r, "id"); got.Status != 200 || got.Answer.Status != "accepted" {
			t.Fatalf("%s: %d %+v", paid, got.Status, got.Answer)
		}
		want := order.ReasonKind("")
		if now.Sub(paid) > 400*24*time.Hour {
			want = order.TooOld
			tooOld++
		}
		if got := platformtest.Kind(decode(t, body).Check(now)); got != want {
			t.Errorf("paid at %s: Check gives %q, want %q", paid, got, want)
		}
	}
	if len(youngQueue.keys) != 0 || len(carelessQueue.keys) != 365 || tooOld != 290 {
		t.Errorf("%d and %d were queued, %d are too old", len(youngQueue.keys), len(carelessQueue.keys), tooOld)
	}
	if young.Take(t.Context(), "loja-wp", woo.Sign(processing(t), secret, now), "id"); len(youngQueue.keys) != 1 {
		t.Error("today's order was not queued")
	}
}

// WooCommerce cancels by itself what isn't paid within an hour, and a boleto may be
// paid after that.
func TestOrderThatIsPaidAfterItWasCancelledIsPaid(t *testing.T) {
	hooks, q := webhooks(t, "2026-11-21")
	for _, c := range []struct{ body, want string }{
		{string(edit(t, map[string]any{"status": "cancelled", "date_paid": nil, "date_paid_gmt": nil})), "ignored"},
		{string(processing(t)), "accepted"},
	} {
		if got := hooks.Take(t.Context(), "loja-wp", woo.Sign([]byte(c.body), secret, now), "id"); got.Answer.Status != c.want {
			t.Errorf("%s, want %s", got.Answer.Status, c.want)
		}
	}
	if diff := cmp.Diff([]string{"loja-wp#4127"}, q.keys); diff != "" {
		t.Error(diff)
	}
}

func decode(t testing.TB, body []byte) order.Order {
	t.Helper()
	o, err := woo.Order(platform.Payload{Body: body}, platform.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestOrderHasItsCouponInTheLinesAndItsFeeBesideThem(t *testing.T) {
	paid := time.Date(2026, 11, 21, 13, 43, 52, 0, time.UTC)
	want := order.Order{
		Origins: order.Origins{Payer: "billing", Rule: words.Plain("the first that names anybody, of billing, shipping"), TaxID: "billing.cpf", PaidAt: "date_paid_gmt",
			Discount: []words.Text{words.Plain("fee_lines[0].total is -9.88: a negative fee is a discount")}},
		ID: "4127", Number: "4127", Status: "processing", Currency: "BRL", PlacedAt: time.Date(2026, 11, 21, 13, 41, 7, 0, time.UTC), PaidAt: paid, PaidRank: order.ByPayment,
		Customer: order.Customer{
			Name: "Caio Bittencourt", Email: "caio.bittencourt@correio.example", Phone: "+55 41 95555-0173", TaxID: "72640518380",
			Address: order.Address{Street: "Rua das Palmeiras", Number: "318", Complement: "casa 2", District: "Vila Izabel",
				City: "Curitiba", State: "PR", PostalCode: "80240060", Country: "BR"},
		},
		Lines: []order.Line{
			{SKUs: []string{"CAMISETA-P"}, Name: "Camiseta Aurora – P", Quantity: order.Pieces(3), UnitPrice: order.Cents(5990), Discount: order.Cents(1797)},
			{SKUs: []string{"id:1310"}, Name: "Caneca esmaltada", Quantity: order.Pieces(1), UnitPrice: order.Cents(3990), Discount: order.Cents(399)},
		},
		Payments: []order.Payment{{Method: order.Pix, Name: "Pix", Amount: order.Cents(20626), Installments: 1, PaidAt: paid, Reference: "118204467193"}},
		Freight:  order.Cents(1850),
		Discount: order.Cents(988),
		Total:    order.Cents(20626),
	}
	got := decode(t, processing(t))
	got.Origins = platformtest.InEnglish(got.Origins)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if err := got.Check(now); err != nil {
		t.Error(err)
	}
}

func item(quantity, subtotal, total any) map[string]any {
	return map[string]any{"product_id": 5, "variation_id": 0, "sku": "", "name": "x", "quantity": quantity, "subtotal": subtotal, "total": total, "price": json.Number("1.1")}
}

func TestLineCostsWhatItsTotalSays(t *testing.T) {
	for _, c := range []struct {
		name                   string
		item                   map[string]any
		price, discount, total string
	}{
		{"whole", item(2, "20.00", "20.00"), "10.00", "0.00", "20.00"},
		{"not to be divided", item(3, "100.00", "100.00"), "33.333333333333333334", "0.00", "100.00"},
		{"not to be divided, with a coupon", item(3, "100.00", "89.99"), "33.333333333333333334", "10.01", "89.99"},
		{"given away", item(2, "20.00", "0.00"), "10.00", "20.00", "0.00"},
		{"raised by hand", item(2, "20.00", "25.00"), "12.50", "0.00", "25.00"},
		{"no subtotal", item(2, nil, "25.00"), "12.50", "0.00", "25.00"},
		{"amounts as numbers", item("2", json.Number("20"), json.Number("19.9")), "10.00", "0.10", "19.90"},
		{"half a piece", item(json.Number("0.5"), "9.90", "9.90"), "19.80", "0.00", "9.90"},
		{"more than two decimals", item(1, "10.3333", "10.3333"), "10.3333", "0.00", "10.3333"},
		{"a price alone", map[string]any{"quantity": 3, "price": json.Number("33.333333333333336"), "product_id": 5}, "33.333333333333333334", "0.00", "100.00"},
		{"a thousand screws", item(1000, "12.3400", "12.3400"), "0.01234", "0.00", "12.34"},
	} {
		o := decode(t, edit(t, map[string]any{"line_items": []any{c.item}}))
		if len(o.Lines) != 1 {
			t.Errorf("%s: %d lines", c.name, len(o.Lines))
			continue
		}
		if l := o.Lines[0]; l.UnitPrice.String() != c.price || l.Discount.String() != c.discount || l.Total().String() != c.total {
			t.Errorf("%s: %s less %s makes %s; want %s, %s, %s", c.name, l.UnitPrice, l.Discount, l.Total(), c.price, c.discount, c.total)
		}
	}
	taken := decode(t, edit(t, map[string]any{"line_items": []any{item(0, "0.00", "0.00"), item(1, "5.00", "5.00")}}))
	if len(taken.Lines) != 1 {
		t.Errorf("a line of nothing for nothing is kept: %d lines", len(taken.Lines))
	}
}

func TestOrderWhosePartsAddUpIsNeverRejectedForItsTotal(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 11))
	text := func(cents int64) string { return order.Cents(cents).String() }
	for range 600 {
		var items, fees, freight []any
		var sum, off, carried int64
		for range 1 + rnd.IntN(6) {
			subtotal := rnd.Int64N(1 << (1 + rnd.UintN(22)))
			total := subtotal - rnd.Int64N(subtotal+1)*int64(rnd.IntN(2))
			items = append(items, item(1+rnd.IntN(1<<rnd.UintN(10)), text(subtotal), text(total)))
			sum, off = sum+total, off+subtotal-total
		}
		for range rnd.IntN(3) {
			cost := rnd.Int64N(9000)
			carried += cost
			freight = append(freight, map[string]any{"total": text(cost)})
			sum += cost
		}
		for range rnd.IntN(3) {
			fee := rnd.Int64N(2000) - min(1000, sum)
			fees = append(fees, map[string]any{"total": text(fee)})
			sum += fee
		}
		tax := rnd.Int64N(500)
		sum += tax
		body := edit(t, map[string]any{"line_items": items, "shipping_lines": freight, "fee_lines": fees, "total_tax": text(tax), "total": text(sum),
			"cart_tax": text(tax), "discount_total": text(off), "shipping_total": text(carried)})
		o := decode(t, body)
		if err := o.Check(now); err != nil {
			t.Fatalf("%v\n%s", err, body)
		}
		if !o.Sum().Equal(o.Total) {
			t.Fatalf("%s is not %s\n%s", o.Sum(), o.Total, body)
		}
	}
}

func TestPartsThatDoNotAddUpAreToldByCheckAlone(t *testing.T) {
	for name, change := range map[string]map[string]any{
		"a cent less":          {"total": "206.25"},
		"no lines":             {"line_items": []any{}},
		"a negative quantity":  {"line_items": []any{item(-1, "5.00", "5.00")}},
		"pieces of nothing":    {"line_items": []any{item(0, "5.00", "5.00")}},
		"a negative line":      {"line_items": []any{item(1, "-5.00", "-5.00")}},
		"a gift card's plugin": {"total": "106.26"},
	} {
		if got := platformtest.Kind(decode(t, edit(t, change)).Check(now)); got != order.TotalReason {
			t.Errorf("%s: Check gives %q", name, got)
		}
	}
	if got := platformtest.Kind(decode(t, edit(t, map[string]any{"currency": "usd"})).Check(now)); got != order.CurrencyReason {
		t.Errorf("dollars: Check gives %q", got)
	}
}

func TestTaxIsOnTopOfTheLines(t *testing.T) {
	for _, included := range []bool{true, false} {
		o := decode(t, edit(t, map[string]any{"prices_include_tax": included, "cart_tax": platformtest.Absent, "total_tax": "10.00", "total": "216.26"}))
		if err := o.Check(now); err != nil || !o.Tax.Equal(order.Cents(1000)) {
			t.Errorf("prices include tax is %t: tax %s, %v", included, o.Tax, err)
		}
	}
}

func TestAmountThatIsNoneIsAShapeThatNobodyKnows(t *testing.T) {
	for _, c := range []struct {
		change map[string]any
		says   string
	}{
		{map[string]any{"total": nil}, "total is missing"},
		{map[string]any{"total": "muito"}, "total is no amount"},
		{map[string]any{"total_tax": "1,50"}, "total_tax is no amount"},
		{map[string]any{"line_items": []any{item(1, "5.00", "5.00"), item(1, "x", "5.00")}}, "line_items[1].subtotal is no amount"},
		{map[string]any{"line_items": []any{item(1, "5.00", "x")}}, "line_items[0].total is no amount"},
		{map[string]any{"line_items": []any{item(nil, "5.00", "5.00")}}, "line_items[0].quantity is no number"},
		{map[string]any{"line_items": []any{"x"}}, "line_items[0].quantity is no number"},
		{map[string]any{"line_items": []any{map[string]any{"quantity": 1}}}, "line_items[0].total is missing"},
		{map[string]any{"shipping_lines": []any{map[string]any{"total": "grátis"}}}, "shipping_lines[0].total is no amount"},
		{map[string]any{"fee_lines": []any{map[string]any{"total": "5%"}}}, "fee_lines[0].total is no amount"},
	} {
		o, err := woo.Order(platform.Payload{Body: edit(t, c.change)}, platform.Settings{})
		platformtest.IsNotUnderstood(t, "an amount", o, err, c.says)
	}
}

func TestTaxIDIsFoundWhereverAPluginPutsIt(t *testing.T) {
	const cpf, cnpj = "726.405.183-80", "63.820.514/0001-03"
	nothing := map[string]any{"billing.cpf": "", "billing.cnpj": "", "billing.persontype": "", "meta_data": []any{}}
	for _, c := range []struct {
		name   string
		change map[string]any
		want   string // or "wrong", or "" for none
	}{
		{"none", nil, ""},
		{"CPF", map[string]any{"billing.cpf": "72640518380"}, "72640518380"},
		{"CNPJ", map[string]any{"billing.cnpj": "63820514000103"}, "63820514000103"},
		{"wrong CPF", map[string]any{"billing.cpf": "72640518381"}, "wrong"},
		{"letters", map[string]any{"billing.cpf": "não tenho"}, "wrong"},
		{"both, a person", map[string]any{"billing.cpf": cpf, "billing.cnpj": cnpj, "billing.persontype": "F"}, "72640518380"},
		{"both, a company", map[string]any{"billing.cpf": cpf, "billing.cnpj": cnpj, "billing.persontype": "J"}, "63820514000103"},
		{"both, nobody knows", map[string]any{"billing.cpf": cpf, "billing.cnpj": cnpj}, "72640518380"},
		{"both, the CPF wrong, nobody knows", map[string]any{"billing.cpf": "1", "billing.cnpj": cnpj}, "63820514000103"},
		{"both, the person's wrong", map[string]any{"billing.cpf": "1", "billing.cnpj": cnpj, "billing.persontype": "F"}, "wrong"},
		{"a company with a CPF alone", map[string]any{"billing.cpf": cpf, "billing.persontype": "J"}, "72640518380"},
		{"meta data", metas("_billing_cpf", cpf), "72640518380"},
		{"meta data, shown", metas("billing_cnpj", cnpj), "63820514000103"},
		{"meta data, bare", metas("CPF", cpf), "72640518380"},
		{"meta data, one for both", metas("_billing_cpf_cnpj", cnpj), "63820514000103"},
		{"meta data, the other way", metas("billing-cnpj-cpf", cpf), "72640518380"},
		{"meta data of the block checkout", metas("_wc_billing/loja/cpf", cpf), "72640518380"},
		{"meta data, wrong", metas("_billing_cpf", "111"), "wrong"},
		{"meta data, a number", metas("_billing_cpf", json.Number("72640518380")), "72640518380"},
		{"meta data, an object", metas("_billing_cpf", map[string]any{"a": 1}), ""},
		{"meta data, person of 1", metas("_billing_cpf", cpf, "_billing_cnpj", cnpj, "_billing_persontype", "1"), "72640518380"},
		{"meta data, person of 1 whose CPF is wrong", metas("_billing_cpf", "1", "_billing_cnpj", cnpj, "_billing_persontype", "1"), "wrong"},
		{"meta data, behind an empty one", metas("_billing_cpf", "", "_cpf", cpf), "72640518380"},
		{"meta data, person of 2", metas("_billing_cpf", cpf, "_billing_cnpj", cnpj, "_billing_persontype", "2"), "63820514000103"},
		{"another's meta data", metas("_shipping_cpf_note", cpf, "_mp_payer_cpf", cpf), ""},
		{"billing before meta data", map[string]any{"billing.cpf": cpf, "meta_data": metas("_billing_cpf", "111")["meta_data"]}, "72640518380"},
	} {
		change := map[string]any{}
		for _, from := range []map[string]any{nothing, c.change} {
			for k, v := range from {
				change[k] = v
			}
		}
		o := decode(t, edit(t, change))
		got := string(o.Customer.TaxID)
		if o.Customer.TaxIDWrong {
			got = "wrong"
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func metas(pairs ...any) map[string]any {
	var list []any
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, map[string]any{"id": i, "key": pairs[i], "value": pairs[i+1]})
	}
	return map[string]any{"meta_data": list}
}

func TestCustomerAndLinesAreReadHoweverTheyAreWritten(t *testing.T) {
	name := func(o order.Order) string { return o.Customer.Name }
	sku := func(o order.Order) string { return strings.Join(o.Lines[0].SKUs, ",") }
	one := func(changes map[string]any) map[string]any {
		line := item(1, "5.00", "5.00")
		for k, v := range changes {
			line[k] = v
		}
		return map[string]any{"line_items": []any{line}}
	}
	for _, c := range []struct {
		name   string
		change map[string]any
		got    func(order.Order) string
		want   string
	}{
		{"first name alone", map[string]any{"billing.last_name": ""}, name, "Caio"},
		{"a person of a company", map[string]any{"billing.company": "Ateliê Ipê"}, name, "Caio Bittencourt"},
		{"a company", map[string]any{"billing.company": "Ateliê Ipê &amp; Filhos", "billing.cpf": "", "billing.cnpj": "63820514000103", "meta_data": []any{}}, name, "Ateliê Ipê & Filhos"},
		{"a company without a name", map[string]any{"billing.cpf": "", "billing.cnpj": "63820514000103", "meta_data": []any{}}, name, "Caio Bittencourt"},
		{"nobody but a company", map[string]any{"billing.first_name": "", "billing.last_name": "", "billing.company": "Ateliê Ipê"}, name, "Ateliê Ipê"},
		{"an empty object, as PHP writes it", map[string]any{"billing": []any{}, "shipping": []any{}, "meta_data": []any{}}, name, ""},
		{"no bill: the recipient", map[string]any{"billing": []any{}, "shipping.first_name": "Lia", "shipping.last_name": "Reis"}, name, "Lia Reis"},
		{"cellphone", map[string]any{"billing.phone": "", "billing.cellphone": "41955550173"}, func(o order.Order) string { return o.Customer.Phone }, "+55 41 95555-0173"},
		{"number in the meta data", map[string]any{"billing.number": nil, "meta_data": metas("_billing_number", 12)["meta_data"]},
			func(o order.Order) string { return o.Customer.Address.Number }, "12"},
		{"number in the meta data, behind an empty one", map[string]any{"billing.number": nil, "meta_data": metas("_billing_number", "", "billing_number", 12)["meta_data"]},
			func(o order.Order) string { return o.Customer.Address.Number }, "12"},
		{"currency in small letters", map[string]any{"currency": "brl"}, func(o order.Order) string { return o.Currency }, "BRL"},
		{"district in the meta data", map[string]any{"billing.neighborhood": nil, "meta_data": metas("_billing_neighborhood", "Centro")["meta_data"]},
			func(o order.Order) string { return o.Customer.Address.District }, "Centro"},
		{"Pennsylvania is not Pará", map[string]any{"billing.state": "PA", "billing.country": "us"},
			func(o order.Order) string { a := o.Customer.Address; return a.State + a.Country }, "US"},
		{"no country", map[string]any{"billing.state": "PA", "billing.country": ""},
			func(o order.Order) string { a := o.Customer.Address; return a.State + a.PostalCode + a.Country }, "PA80240060"},
		{"SKU", one(map[string]any{"sku": " A-1 ", "variation_id": 7}), sku, "A-1"},
		{"variation", one(map[string]any{"variation_id": 7}), sku, "id:7"},
		{"product", one(nil), sku, "id:5"},
		{"a product that was deleted", one(map[string]any{"product_id": 0}), sku, ""},
	} {
		if got := c.got(decode(t, edit(t, c.change))); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestPaymentIsToldByTheGatewayAndItsTitle(t *testing.T) {
	for _, c := range []struct {
		id, title, total string
		want             order.Method
	}{
		{"woo-mercado-pago-pix", "Pix", "206.26", order.Pix},
		{"woo-mercado-pago-custom", "Mercado Pago", "206.26", order.CreditCard},
		{"woo-mercado-pago-credits", "Parcelado sem cartão", "206.26", order.Other},
		{"woo-mercado-pago-basic", "Mercado Pago", "206.26", order.Other},
		{"pagseguro", "Boleto bancário", "206.26", order.Boleto},
		{"bacs", "Transferência", "206.26", order.Transfer},
		{"cod", "Pagamento na entrega", "206.26", order.Cash},
		{"cheque", "Cheque", "206.26", order.Other},
		{"", "", "206.26", order.Other},
		{"cod", "", "0.00", order.Free},
	} {
		o := decode(t, edit(t, map[string]any{"payment_method": c.id, "payment_method_title": c.title, "total": c.total}))
		if got := o.Payments[0].Method; got != c.want {
			t.Errorf("%s, %s: %s, want %s", c.id, c.title, got, c.want)
		}
	}
	for _, c := range []struct {
		key   string
		value any
		want  int
	}{
		{"mp_installments", "3", 3}, {"mp_installments", 12, 12}, {"_wc_rede_transaction_installments", "10", 10},
		{"mp_installments", "0", 1}, {"mp_installments", "x", 1}, {"mp_installments", -2, 1}, {"mp_installments", 100, 1}, {"parcelas", "3", 1},
	} {
		if got := decode(t, edit(t, metas(c.key, c.value))).Payments[0].Installments; got != c.want {
			t.Errorf("%s %v: %d installments", c.key, c.value, got)
		}
	}
}

func TestErrorsRepeatNothingOfTheBody(t *testing.T) {
	conformance(t).RepeatsNothing(t, "order.updated", "Caio", `"Caio Bittencourt"`, `Caio Bittencourt`, `{"id":"Caio Bittencourt"}`,
		string(edit(t, map[string]any{"id": "Caio Bittencourt"})), string(edit(t, map[string]any{"total": "Caio Bittencourt"})))
}

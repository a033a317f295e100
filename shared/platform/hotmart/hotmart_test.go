package hotmart_test

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/hotmart"
	"github.com/carimbo/carimbo/shared/platform/platformtest"
	"github.com/carimbo/carimbo/shared/words"
)

const token = "Zt7QmL0vNwX3sKd9HbR5yUc1"

var (
	hot hotmart.Platform
	now = time.Date(2026, 11, 21, 15, 30, 0, 0, time.UTC)
)

func purchase(t testing.TB) []byte { return platformtest.Sample(t, "hotmart/purchase_approved.json") }

func conformance(t testing.TB) platformtest.Case {
	return platformtest.Case{
		Platform: hot,
		Settings: platform.Settings{Connection: "cursos"},
		Secret:   token, Other: "another-token-of-hotmart",
		Paid:     purchase(t),
		Reversed: platformtest.Sample(t, "hotmart/purchase_refunded.json"),
		Neither:  platformtest.Sample(t, "hotmart/purchase_complete.json"),
		Silent: [][]byte{
			edit(t, map[string]any{"event": absent}), edit(t, map[string]any{"event": ""}),
			edit(t, map[string]any{"event": 5}), edit(t, map[string]any{"event": []string{"PURCHASE_APPROVED"}}),
			[]byte(`{"event":null,"data":{"purchase":{"transaction":"HP2640917385","price":{"value":497.0}}}}`),
		},
		// Older deliveries have the token in the field hottok.
		ProofInBody: true,
	}
}

func TestConformance(t *testing.T) { platformtest.Run(t, conformance(t)) }

func FuzzReadAndOrder(f *testing.F) { platformtest.Fuzz(f, conformance(f)) }

func FuzzVerifyThenRead(f *testing.F) { platformtest.FuzzVerifyThenRead(f, conformance(f)) }

func TestTokenMayComeInTheHeaderOrInTheBodyAndEachMustBeRight(t *testing.T) {
	for _, c := range []struct {
		name, header, body string
		genuine            bool
	}{
		{"header", token, `{}`, true},
		{"body", "", `{"hottok":"` + token + `"}`, true},
		{"body, escaped", "", `{"hottok":"\u005a` + token[1:] + `"}`, true},
		{"both", token, `{"hottok":"` + token + `"}`, true},
		{"header, and null in the body", token, `{"hottok":null}`, true},
		{"header, and nothing in the body", token, `{"hottok":""}`, true},
		{"header, and a body that is no JSON", token, `hello`, true},
		{"wrong header, right body", "wrong", `{"hottok":"` + token + `"}`, false},
		{"right header, wrong body", token, `{"hottok":"wrong"}`, false},
		{"right header, number in the body", token, `{"hottok":5}`, false},
		{"right header, object in the body", token, `{"hottok":{}}`, false},
		{"wrong body", "", `{"hottok":"wrong"}`, false},
		{"deeper in the body", "", `{"data":{"hottok":"` + token + `"}}`, false},
		{"another spelling of the field", "", `{"HOTTOK":"` + token + `"}`, false},
		{"body that is no JSON", "", `{"hottok":"` + token + `"`, false},
		{"form", "", "hottok=" + token, false},
		{"space before", " " + token, `{}`, false},
		{"neither", "", `{}`, false},
	} {
		r := platform.Request{Header: map[string]string{"x-hotmart-hottok": c.header}, Body: []byte(c.body)}
		if err := hot.Verify(r, []string{"other", token}, now); (err == nil) != c.genuine || err != nil && err != platform.ErrSignature {
			t.Errorf("%s: %v", c.name, err)
		}
		if err := hot.Verify(r, []string{"", "null", "5x"}, now); err != platform.ErrSignature {
			t.Errorf("%s: another secret gives %v", c.name, err)
		}
	}
}

func TestTokenIsTakenOutOfTheBodyAndNothingElseIsTouched(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"no token", ` { "b" : 1.50, "a":"<é>" } `, ` { "b" : 1.50, "a":"<é>" } `},
		{"first", `{"hottok":"T","b":1.50,"a":[1e2,12345678901234567890]}`, `{"a":[1e2,12345678901234567890],"b":1.50}`},
		{"last, with characters that HTML escapes", `{"a":"<é> & \u003c\u2028","hottok":"T"}`, `{"a":"<é> & \u003c\u2028"}`},
		{"alone", `{"hottok":"T"}`, `{}`},
		{"null", `{"hottok":null,"a":1}`, `{"a":1}`},
		{"twice", `{"hottok":"T","a":1,"hottok":"T"}`, `{"a":1}`},
		{"deeper is not the token", `{"a":{"hottok":"T"}}`, `{"a":{"hottok":"T"}}`},
		{"no JSON", "hottok=" + token + "&a=1&again=" + token, "hottok=&a=1&again="},
		{"a list", `["` + token + `"]`, `[""]`},
	} {
		r := platform.Request{Header: map[string]string{"x-hotmart-hottok": token}, Body: []byte(c.body)}
		n, _ := hot.Read(r, platform.Settings{})
		if got := string(n.Payload.Body); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if string(r.Body) != c.body {
			t.Errorf("%s: the request was changed", c.name)
		}
	}
	r := platform.Request{Body: []byte("hello"), Query: url.Values{"hottok": {token}, "a": {"b c"}},
		Header: map[string]string{"content-type": "text/plain", "x-hotmart-hottok": "", "user-agent": "x"}}
	n, _ := hot.Read(r, platform.Settings{})
	want := platform.Payload{Headers: map[string]string{"content-type": "text/plain"}, Query: "a=b+c", Body: []byte("hello")}
	if diff := cmp.Diff(want, n.Payload); diff != "" {
		t.Error(diff)
	}
	if r.Query.Get("hottok") != token {
		t.Error("the request's query was changed")
	}
}

const absent = platformtest.Absent

// edit is the approved sample with changes.
func edit(t testing.TB, changes map[string]any) []byte {
	t.Helper()
	return platformtest.Edit(t, purchase(t), changes)
}

func read(t testing.TB, body []byte) (platform.Notice, error) {
	t.Helper()
	return hot.Read(hot.Sign(body, token, now), platform.Settings{})
}

func TestEventDecidesWhatANoticeMeans(t *testing.T) {
	for event, want := range map[string]platform.Status{
		"PURCHASE_APPROVED":             platform.Paid,
		"PURCHASE_REFUNDED":             platform.Reversed,
		"PURCHASE_CHARGEBACK":           platform.Reversed,
		"PURCHASE_CANCELED":             platform.Reversed,
		"PURCHASE_PROTEST":              platform.Neither,
		"PURCHASE_COMPLETE":             platform.Neither,
		"PURCHASE_DELAYED":              platform.Neither,
		"PURCHASE_EXPIRED":              platform.Neither,
		"PURCHASE_BILLET_PRINTED":       platform.Neither,
		"PURCHASE_OUT_OF_SHOPPING_CART": platform.Neither,
		"SUBSCRIPTION_CANCELLATION":     platform.Neither,
		"purchase_approved":             platform.Neither,
		"SOMETHING_NEW":                 platform.Neither,
	} {
		n, err := read(t, edit(t, map[string]any{"event": event}))
		if err != nil || n.Status != want || n.Topic != event || n.OrderID != "HP2640917385" {
			t.Errorf("%s: %s %s %s, %v", event, n.Status, n.Topic, n.OrderID, err)
		}
		n, err = read(t, edit(t, map[string]any{"event": event, "data.purchase.transaction": absent}))
		if want == platform.Neither {
			if err != nil || n.Status != platform.Neither || n.OrderID != "" {
				t.Errorf("%s without a transaction: %+v, %v", event, n.Status, err)
			}
		} else if !errors.Is(err, platform.ErrNotUnderstood) || n.Status != "" || len(n.Payload.Body) == 0 {
			t.Errorf("%s without a transaction: %s, %v", event, n.Status, err)
		}
	}
}

func TestPartialRefundLeavesTheOrderASale(t *testing.T) {
	n, err := read(t, edit(t, map[string]any{"event": "PURCHASE_REFUNDED", "data.purchase.status": "PARTIALLY_REFUNDED"}))
	if err != nil || n.Status != platform.Neither {
		t.Errorf("%s, %v", n.Status, err)
	}
	n, err = read(t, edit(t, map[string]any{"data.purchase.status": "PARTIALLY_REFUNDED"}))
	if err != nil || n.Status != platform.Paid {
		t.Errorf("an approval is %s, %v", n.Status, err)
	}
}

func TestNoticeTellsTheOrderItsTimeAndItsVersion(t *testing.T) {
	approved := time.Date(2026, 11, 21, 15, 0, 0, 0, time.UTC)
	ordered := time.Date(2026, 11, 21, 14, 58, 3, 0, time.UTC)
	created := time.UnixMilli(1795273204381).UTC()
	const id = "HP2640917385"
	for _, c := range []struct {
		name   string
		change map[string]any
		want   platform.Notice
	}{
		{"as it is", nil, platform.Notice{OrderID: id, PaidAt: approved, PaidRank: order.ByPayment, Version: 1795273204381}},
		{"not approved", map[string]any{"data.purchase.approved_date": absent},
			platform.Notice{OrderID: id, PaidAt: created, PaidRank: order.ByNotice, Version: 1795273204381}},
		{"neither approved nor dated", map[string]any{"data.purchase.approved_date": absent, "creation_date": absent},
			platform.Notice{OrderID: id, PaidAt: ordered, PaidRank: order.ByOrder}},
		{"dates that are none", map[string]any{"data.purchase.approved_date": "soon", "data.purchase.order_date": -5},
			platform.Notice{OrderID: id, PaidAt: created, PaidRank: order.ByNotice, Version: 1795273204381}},
		{"dates beyond all years", map[string]any{"data.purchase.approved_date": 999999999999999, "data.purchase.order_date": absent},
			platform.Notice{OrderID: id, PaidAt: created, PaidRank: order.ByNotice, Version: 1795273204381}},
		{"dates as strings", map[string]any{"data.purchase.approved_date": "1795273200000", "creation_date": "1795273204382"},
			platform.Notice{OrderID: id, PaidAt: approved, PaidRank: order.ByPayment, Version: 1795273204382}},
		{"no dates", map[string]any{"data.purchase.approved_date": absent, "data.purchase.order_date": absent, "creation_date": absent},
			platform.Notice{OrderID: id}},
		{"a version before all versions", map[string]any{"creation_date": -5}, platform.Notice{OrderID: id, PaidAt: approved, PaidRank: order.ByPayment}},
		{"test product", map[string]any{"data.product.id": 0},
			platform.Notice{OrderID: id, PaidAt: approved, PaidRank: order.ByPayment, Version: 1795273204381, Test: true}},
		{"test product as a string", map[string]any{"data.product.id": "0"},
			platform.Notice{OrderID: id, PaidAt: approved, PaidRank: order.ByPayment, Version: 1795273204381, Test: true}},
		{"no product", map[string]any{"data.product": absent},
			platform.Notice{OrderID: id, PaidAt: approved, PaidRank: order.ByPayment, Version: 1795273204381}},
		{"a number as transaction", map[string]any{"data.purchase.transaction": 4711},
			platform.Notice{OrderID: "4711", PaidAt: approved, PaidRank: order.ByPayment, Version: 1795273204381}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := read(t, edit(t, c.change))
			if err != nil {
				t.Fatal(err)
			}
			c.want.Status, c.want.Topic, c.want.StoreNumber = platform.Paid, "PURCHASE_APPROVED", c.want.OrderID
			got.Payload = platform.Payload{}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTheTimeOfAnEventDatesOnlyThePaymentItTellsOf(t *testing.T) {
	ordered, created := time.Date(2026, 11, 21, 14, 58, 3, 0, time.UTC), time.UnixMilli(1795273204381).UTC()
	for _, c := range []struct {
		event   string
		ordered any
		want    order.Moment
	}{
		{"PURCHASE_APPROVED", 1795273083000, order.Moment{At: created, Rank: order.ByNotice}},
		{"PURCHASE_REFUNDED", 1795273083000, order.Moment{At: ordered, Rank: order.ByOrder}},
		{"PURCHASE_COMPLETE", 1795273083000, order.Moment{At: ordered, Rank: order.ByOrder}},
		{"PURCHASE_REFUNDED", absent, order.Moment{At: created, Rank: order.ByOrder}},
	} {
		n, err := read(t, edit(t, map[string]any{"event": c.event, "data.purchase.approved_date": absent, "data.purchase.order_date": c.ordered}))
		if got := (order.Moment{At: n.PaidAt, Rank: n.PaidRank}); err != nil || got != c.want {
			t.Errorf("%s: %+v, want %+v, %v", c.event, got, c.want, err)
		}
	}
}

func TestTransactionThatFitsNoKeyIsNotUnderstood(t *testing.T) {
	for length, understood := range map[int]bool{1: true, 200: true, 201: false} {
		body := edit(t, map[string]any{"data.purchase.transaction": strings.Repeat("x", length)})
		if _, err := read(t, body); (err == nil) != understood {
			t.Errorf("%d bytes: Read gives %v", length, err)
		}
		if _, err := hot.Order(platform.Payload{Body: body}, platform.Settings{}); (err == nil) != understood {
			t.Errorf("%d bytes: Order gives %v", length, err)
		}
	}
}

func decode(t testing.TB, body []byte, amount string) order.Order {
	t.Helper()
	o, err := hot.Order(platform.Payload{Body: body}, platform.Settings{Amount: amount})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestADateInSecondsIsNoDateOf1970(t *testing.T) {
	for date, want := range map[any]string{1795600060: "creation_date", 0: "creation_date", "ontem": "creation_date", 1795600060000: "data.purchase.approved_date"} {
		o := decode(t, edit(t, map[string]any{"data.purchase.approved_date": date}), "")
		if o.Origins.PaidAt != want || o.PaidAt.Year() != 2026 {
			t.Errorf("%v: %s, read at %s", date, o.PaidAt, o.Origins.PaidAt)
		}
	}
}

func TestPurchaseBecomesAnOrderOfOneLine(t *testing.T) {
	approved := time.Date(2026, 11, 21, 15, 0, 0, 0, time.UTC)
	want := order.Order{
		Origins: order.Origins{Payer: "data.buyer", Rule: words.Plain("the only party of the payload"), TaxID: "data.buyer.document", PaidAt: "data.purchase.approved_date"},
		ID:      "HP2640917385", Number: "HP2640917385", Status: "APPROVED", Currency: "BRL",
		PlacedAt: time.Date(2026, 11, 21, 14, 58, 3, 0, time.UTC), PaidAt: approved, PaidRank: order.ByPayment,
		Customer: order.Customer{
			Name: "Helena Prado", Email: "helena.prado@correio.example", Phone: "+55 31 95555-0142", TaxID: "38491726519",
			Address: order.Address{Street: "Rua dos Inconfidentes", Number: "412", Complement: "apto 301", District: "Savassi",
				City: "Belo Horizonte", State: "MG", PostalCode: "30140120", Country: "BR"},
		},
		Lines: []order.Line{{SKUs: []string{"CURSO-GO", "5128734"}, Name: "Go na prática", Quantity: order.Pieces(1),
			UnitPrice: order.Cents(49700)}},
		Payments: []order.Payment{{Method: order.Pix, Name: "PIX", Amount: order.Cents(49700), Installments: 1, PaidAt: approved,
			Reference: "HP2640917385"}},
		Total: order.Cents(49700),
	}
	for _, amount := range []string{"", "price"} {
		got := decode(t, purchase(t), amount)
		got.Origins = platformtest.InEnglish(got.Origins)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("amount %q:\n%s", amount, diff)
		}
	}
}

func TestProducersAmountIsTheCommissionOfTheProducer(t *testing.T) {
	body := edit(t, map[string]any{"data.commissions": []any{
		map[string]any{"source": "MARKETPLACE", "value": 40.71, "currency_value": "BRL"},
		"a string where an object belongs",
		map[string]any{"source": "Producer", "value": json.Number("456.29"), "currency_value": "USD"},
	}})
	o := decode(t, body, "producer")
	if got := order.Cents(45629); !o.Total.Equal(got) || !o.Lines[0].UnitPrice.Equal(got) || !o.Payments[0].Amount.Equal(got) || o.Currency != "USD" {
		t.Errorf("%s %s", o.Total, o.Currency)
	}
}

func TestMissingAmountIsAShapeThatNobodyKnows(t *testing.T) {
	for _, c := range []struct {
		name, amount string
		change       map[string]any
		says         string
	}{
		{"no price", "", map[string]any{"data.purchase.price": absent}, "data.purchase.price.value is missing"},
		{"price is a string", "", map[string]any{"data.purchase.price": "497"}, "data.purchase.price.value is missing"},
		{"no value", "", map[string]any{"data.purchase.price.value": absent}, "data.purchase.price.value is missing"},
		{"value is text", "", map[string]any{"data.purchase.price.value": "a lot"}, "data.purchase.price.value is no amount"},
		{"no purchase", "", map[string]any{"data.purchase": absent}, "data.purchase.transaction is missing"},
		{"no commissions", "producer", map[string]any{"data.commissions": absent}, "data.commissions has none of source PRODUCER"},
		{"commissions are a string", "producer", map[string]any{"data.commissions": "x"}, "data.commissions has none of source PRODUCER"},
		{"commission without value", "producer", map[string]any{"data.commissions": []any{map[string]any{"source": "PRODUCER"}}},
			"the commission of source PRODUCER is missing"},
		{"unknown setting", "net", nil, `the connection's amount is "net": set it to price or producer`},
	} {
		o, err := hot.Order(platform.Payload{Body: edit(t, c.change)}, platform.Settings{Amount: c.amount})
		platformtest.IsNotUnderstood(t, c.name, o, err, c.says)
	}
}

func TestCurrencySumsAndTaxIDsNeverFailTheDecoding(t *testing.T) {
	for _, c := range []struct {
		name   string
		change map[string]any
		holds  func(order.Order) bool
	}{
		{"dollars", map[string]any{"data.purchase.price.currency_value": "usd"}, func(o order.Order) bool { return o.Currency == "USD" }},
		{"no currency", map[string]any{"data.purchase.price.currency_value": absent}, func(o order.Order) bool { return o.Currency == "" }},
		{"negative", map[string]any{"data.purchase.price.value": json.Number("-0.01")}, func(o order.Order) bool { return o.Total.Equal(order.Cents(-1)) }},
		{"the dust of floats", map[string]any{"data.purchase.price.value": json.Number("97.00000000000001")}, func(o order.Order) bool { return o.Total.Equal(order.Cents(9700)) && o.Check(now) == nil }},
		{"text of a number", map[string]any{"data.purchase.price.value": "158.49"}, func(o order.Order) bool { return o.Total.Equal(order.Cents(15849)) }},
		{"no tax id", map[string]any{"data.buyer.document": absent}, func(o order.Order) bool { return o.Customer.TaxID == "" && !o.Customer.TaxIDWrong }},
		{"empty tax id", map[string]any{"data.buyer.document": ""}, func(o order.Order) bool { return o.Customer.TaxID == "" && !o.Customer.TaxIDWrong }},
		{"wrong tax id", map[string]any{"data.buyer.document": "384.917.265-18"}, func(o order.Order) bool { return o.Customer.TaxID == "" && o.Customer.TaxIDWrong }},
		{"tax id as a number", map[string]any{"data.buyer.document": 38491726519}, func(o order.Order) bool { return o.Customer.TaxID == "38491726519" && !o.Customer.TaxIDWrong }},
		{"company", map[string]any{"data.buyer.document": "12.abc.345/01de-35"}, func(o order.Order) bool { return o.Customer.TaxID == "12ABC34501DE35" }},
		{"no buyer", map[string]any{"data.buyer": "anonymous"}, func(o order.Order) bool { return cmp.Equal(o.Customer, order.Customer{}) }},
	} {
		if o := decode(t, edit(t, c.change), ""); !c.holds(o) {
			t.Errorf("%s: %+v", c.name, o)
		}
	}
}

func TestStringWhereAnObjectBelongsCountsAsAbsent(t *testing.T) {
	o := decode(t, edit(t, map[string]any{
		"data.buyer.address": "192.0.2.57", "data.subscription": "192.0.2.57", "data.affiliates": "x",
		"data.purchase.offer": "x", "data.purchase.payment": "x", "data.product.name": []any{"x"},
	}), "")
	if o.Customer.Address != (order.Address{}) || o.Customer.Name != "Helena Prado" || o.Lines[0].Name != "" {
		t.Errorf("%+v", o.Customer)
	}
	if diff := cmp.Diff([]string{"5128734"}, o.Lines[0].SKUs); diff != "" {
		t.Error(diff)
	}
	if p := o.Payments[0]; p.Method != order.Other || p.Installments != 0 || !p.Amount.Equal(order.Cents(49700)) {
		t.Errorf("%+v", p)
	}
}

func TestBuyerAndProductAreReadHoweverTheyAreWritten(t *testing.T) {
	for _, c := range []struct {
		name   string
		change map[string]any
		got    func(order.Order) string
		want   string
	}{
		{"first and last name", map[string]any{"data.buyer.name": absent}, func(o order.Order) string { return o.Customer.Name }, "Helena Prado"},
		{"first name alone", map[string]any{"data.buyer.name": absent, "data.buyer.last_name": absent}, func(o order.Order) string { return o.Customer.Name }, "Helena"},
		{"the phone's DDD apart", map[string]any{"data.buyer.checkout_phone": "95555-0142"}, func(o order.Order) string { return o.Customer.Phone }, "+55 31 95555-0142"},
		{"the phone's country apart", map[string]any{"data.buyer.checkout_phone": "4155550100", "data.buyer.checkout_phone_code": "1"}, func(o order.Order) string { return o.Customer.Phone }, "+14155550100"},
		{"code of a state", map[string]any{"data.buyer.address.state": "sp"}, func(o order.Order) string { return o.Customer.Address.State }, "SP"},
		{"accents missing", map[string]any{"data.buyer.address.state": "SAO PAULO"}, func(o order.Order) string { return o.Customer.Address.State }, "SP"},
		{"Pennsylvania is not Pará", map[string]any{"data.buyer.address.state": "PA", "data.buyer.address.country_iso": "us"},
			func(o order.Order) string { a := o.Customer.Address; return a.State + a.Country }, "US"},
		{"the country's name", map[string]any{"data.buyer.address.country_iso": absent},
			func(o order.Order) string { a := o.Customer.Address; return a.State + a.PostalCode + a.Country }, "MG30140120BR"},
		{"no country", map[string]any{"data.buyer.address.country_iso": absent, "data.buyer.address.country": absent},
			func(o order.Order) string { a := o.Customer.Address; return a.State + a.PostalCode + a.Country }, "MG30140120"},
		{"foreign state", map[string]any{"data.buyer.address.state": "Lisboa", "data.buyer.address.zipcode": absent}, func(o order.Order) string { return o.Customer.Address.State }, ""},
		{"zipcode as a number", map[string]any{"data.buyer.address.zipcode": 38400123}, func(o order.Order) string { return o.Customer.Address.PostalCode }, "38400123"},
		{"zipcode with a dash", map[string]any{"data.buyer.address.zipcode": "38400-123"}, func(o order.Order) string { return o.Customer.Address.PostalCode }, "38400123"},
		{"number as a number", map[string]any{"data.buyer.address.number": 10}, func(o order.Order) string { return o.Customer.Address.Number }, "10"},
		{"country in small letters", map[string]any{"data.buyer.address.country_iso": "br"}, func(o order.Order) string { return o.Customer.Address.Country }, "BR"},
		{"no offer", map[string]any{"data.purchase.offer": absent}, func(o order.Order) string { return strings.Join(o.Lines[0].SKUs, ",") }, "5128734"},
		{"no product id", map[string]any{"data.product.id": absent}, func(o order.Order) string { return strings.Join(o.Lines[0].SKUs, ",") }, "CURSO-GO"},
		{"no order date", map[string]any{"data.purchase.order_date": absent}, func(o order.Order) string { return o.PlacedAt.Format(time.RFC3339) }, "2026-11-21T15:00:00Z"},
	} {
		if got := c.got(decode(t, edit(t, c.change), "")); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestPaymentTypesAreTranslated(t *testing.T) {
	for kind, want := range map[string]order.Method{
		"PIX": order.Pix, "CREDIT_CARD": order.CreditCard, "BILLET": order.Boleto, "FINANCED_BILLET": order.Boleto,
		"PAYPAL": order.Wallet, "PAYPAL_INTERNACIONAL": order.Wallet, "GOOGLE_PAY": order.Wallet, "APPLE_PAY": order.Wallet,
		"SAMSUNG_PAY": order.Wallet, "PICPAY": order.Wallet, "WALLET": order.Wallet, "CASH_PAYMENT": order.Cash,
		"DIRECT_BANK_TRANSFER": order.Transfer, "MANUAL_TRANSFER": order.Transfer, "DIRECT_DEBIT": order.Transfer,
		"HYBRID": order.Other, "SOMETHING_NEW": order.Other, "": order.Other, "pix": order.Pix,
	} {
		if o := decode(t, edit(t, map[string]any{"data.purchase.payment.type": kind}), ""); o.Payments[0].Method != want {
			t.Errorf("%s is %s, want %s", kind, o.Payments[0].Method, want)
		}
	}
	for text, want := range map[any]int{12: 12, "3": 3, -1: 0, "x": 0, 1.5: 0} {
		if o := decode(t, edit(t, map[string]any{"data.purchase.payment.installments_number": text}), ""); o.Payments[0].Installments != want {
			t.Errorf("%v installments are %d, want %d", text, o.Payments[0].Installments, want)
		}
	}
}

func TestErrorsRepeatNothingOfTheBody(t *testing.T) {
	conformance(t).RepeatsNothing(t, "", "Helena", `"Helena Prado"`, `{"event":"PURCHASE_APPROVED","data":{"buyer":{"name":"Helena Prado"}}}`, `Helena Prado`,
		`{"event":"PURCHASE_APPROVED","data":{"purchase":{"transaction":"Helena Prado","price":{"value":"Helena Prado"}}}}`)
}

package generic_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/generic"
	"github.com/carimbo/carimbo/shared/platform/platformtest"
	"github.com/carimbo/carimbo/shared/words"
)

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

var (
	own generic.Platform
	now = time.Date(2026, 11, 21, 15, 30, 0, 0, time.UTC)
)

func sample(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/order_paid.json")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func conformance(t testing.TB) platformtest.Case {
	return platformtest.Case{
		Platform: own,
		Secret:   secret, Other: "whsec_plJ3nmyCDGBKInavdOK15jsl",
		Paid:     sample(t),
		Reversed: []byte(`{"type":"order.reversed","order":{"id":"c1b7e0a4-55d2-4b61-9f3a-7d1f6a20be11"}}`),
		Neither:  []byte(`{"type":"order.shipped","order":{"id":"c1b7e0a4-55d2-4b61-9f3a-7d1f6a20be11"}}`),
		Silent: [][]byte{
			[]byte(`{"order":{"id":"a","total":"10.00"}}`), []byte(`{"type":null,"order":{"id":"a","lines":[{"sku":"A"}]}}`),
			[]byte(`{"type":"","order":{"id":"a","total":0}}`), []byte(`{"type":5,"order":{"id":"a","total":"10.00"}}`),
			[]byte(`{"type":["order.paid"],"order":{"id":"a","total":"10.00"}}`),
		},
		SignsBody: true,
		MaxAge:    5 * time.Minute,
	}
}

func TestConformance(t *testing.T) { platformtest.Run(t, conformance(t)) }

func FuzzReadAndOrder(f *testing.F) { platformtest.Fuzz(f, conformance(f)) }

func FuzzVerifyThenRead(f *testing.F) { platformtest.FuzzVerifyThenRead(f, conformance(f)) }

// The vector of the Standard Webhooks reference libraries.
func vector() platform.Request {
	return platform.Request{
		Header: map[string]string{
			"webhook-id":        "msg_p5jXN8AQM9LWM0D4loKWxJek",
			"webhook-timestamp": "1614265330",
			"webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
		},
		Body: []byte(`{"test": 2432232314}`),
	}
}

func TestVectorOfStandardWebhooksIsGenuine(t *testing.T) {
	at := time.Unix(1614265330, 0)
	for _, s := range []string{secret, strings.TrimPrefix(secret, "whsec_")} {
		if err := own.Verify(vector(), []string{s}, at); err != nil {
			t.Errorf("%v", err)
		}
	}
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{secret, vector().Header["webhook-id"], vector().Header["webhook-timestamp"],
		vector().Header["webhook-signature"], string(vector().Body)} {
		if !bytes.Contains(doc, []byte(part)) {
			t.Errorf("the documentation lacks %s", part)
		}
	}
}

func TestOneRightSignatureAmongSeveralIsEnough(t *testing.T) {
	const right = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	for list, genuine := range map[string]bool{
		right:                                   true,
		"v1,AAAA " + right:                      true,
		right + " v1,AAAA":                      true,
		"v1a,AAAA v2,BBBB  " + right:            true,
		right + " " + right:                     true,
		strings.Repeat("v1,AAAA ", 500) + right: true,
		strings.Repeat("v1,AAAA ", 600) + right: false, // over 4 KB
		right[3:]:                               false,
		"v2," + right[3:]:                       false,
		"V1," + right[3:]:                       false,
		strings.TrimRight(right, "="):           false,
		right + "=":                             false,
		"v1," + strings.ToUpper(right):          false,
		right + ",v1":                           false,
		right[:20] + " " + right[20:]:           false,
		"v1,":                                   false,
		"":                                      false,
		"v1,g0hM9SsE-OTPJTGt_tmIKtSyZlE":        false,
	} {
		r := vector()
		r.Header = maps.Clone(r.Header)
		r.Header["webhook-signature"] = list
		if err := own.Verify(r, []string{secret}, time.Unix(1614265330, 0)); (err == nil) != genuine {
			t.Errorf("%q: %v", list, err)
		}
	}
}

func TestIdAndTimestampAreSignedAndTheTimeIsBound(t *testing.T) {
	const sent = 1614265330
	for _, c := range []struct {
		name    string
		header  string
		value   string
		at      int64
		genuine bool
	}{
		{"in time", "", "", sent, true},
		{"five minutes late", "", "", sent + 300, true},
		{"five minutes early", "", "", sent - 300, true},
		{"later", "", "", sent + 301, false},
		{"earlier", "", "", sent - 301, false},
		{"another id", "webhook-id", "msg_2", sent, false},
		{"another timestamp", "webhook-timestamp", "1614265331", sent, false},
		{"the same number otherwise written", "webhook-timestamp", "+1614265330", sent, false},
		{"in milliseconds", "webhook-timestamp", "1614265330000", sent, false},
		{"no number", "webhook-timestamp", "now", sent, false},
		{"the end of time", "webhook-timestamp", "9223372036854775807", sent, false},
		{"the beginning of time", "webhook-timestamp", "-9223372036854775808", sent, false},
		{"beyond", "webhook-timestamp", "9223372036854775808", sent, false},
	} {
		r := vector()
		r.Header = maps.Clone(r.Header)
		if c.header != "" {
			r.Header[c.header] = c.value
		}
		if err := own.Verify(r, []string{secret}, time.Unix(c.at, 0)); (err == nil) != c.genuine {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// The id is what a receiver tells repetitions by, so a sender must give one.
func TestSignatureWithoutAnIdProvesNothing(t *testing.T) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		t.Fatal(err)
	}
	for id, genuine := range map[string]bool{"": false, "msg_1": true} {
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "%s.%d.%s", id, now.Unix(), "{}")
		r := platform.Request{Body: []byte("{}"), Header: map[string]string{
			"webhook-id": id, "webhook-timestamp": fmt.Sprint(now.Unix()),
			"webhook-signature": "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)),
		}}
		if err := own.Verify(r, []string{secret}, now); (err == nil) != genuine {
			t.Errorf("id %q: %v", id, err)
		}
	}
}

func TestSecretThatIsNoKeyProvesNothing(t *testing.T) {
	for _, s := range []string{"", "whsec_", "whsec_???", "whsec_MfKQ9", "no base64 at all"} {
		signed := own.Sign([]byte(`{}`), s, now)
		if _, ok := signed.Header["webhook-signature"]; ok {
			t.Errorf("%q signs", s)
		}
		if err := own.Verify(vector(), []string{s}, time.Unix(1614265330, 0)); err != platform.ErrSignature {
			t.Errorf("%q: %v", s, err)
		}
		// What an empty key would sign.
		if err := own.Verify(own.Sign([]byte(`{}`), "whsec_AAAA", now), []string{s}, now); err != platform.ErrSignature {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func read(t testing.TB, body string) (platform.Notice, error) {
	t.Helper()
	return own.Read(own.Sign([]byte(body), secret, now), platform.Settings{})
}

func TestTypeIdVersionAndTimeAreReadBeforeTheOrderItself(t *testing.T) {
	noon := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name, body string
		want       platform.Notice
	}{
		{"paid", `{"type":"order.paid","version":7,"order":{"id":"a","number":"N1","paid_at":"2026-11-21T12:00:00Z","placed_at":"2026-11-20T12:00:00Z"}}`,
			platform.Notice{Status: platform.Paid, OrderID: "a", StoreNumber: "N1", Version: 7, PaidAt: noon, PaidRank: order.ByPayment}},
		{"number as id", `{"type":"order.paid","order":{"id":1001,"placed_at":"2026-11-21T12:00:00Z"}}`,
			platform.Notice{Status: platform.Paid, OrderID: "1001", StoreNumber: "1001", PaidAt: noon, PaidRank: order.ByOrder}},
		{"test", `{"type":"order.paid","order":{"id":"a","test":true}}`,
			platform.Notice{Status: platform.Paid, OrderID: "a", StoreNumber: "a", Test: true}},
		{"reversed", `{"type":"order.reversed","version":0,"order":{"id":"a"}}`,
			platform.Notice{Status: platform.Reversed, OrderID: "a", StoreNumber: "a"}},
		{"an order that won't decode", `{"type":"order.paid","version":null,"order":{"id":"a","total":"abc","lines":5,"paid_at":"yesterday"}}`,
			platform.Notice{Status: platform.Paid, OrderID: "a", StoreNumber: "a"}},
		{"a year that can't be written", `{"type":"order.paid","order":{"id":"a","paid_at":"9999-12-31T23:59:59-03:00"}}`,
			platform.Notice{Status: platform.Paid, OrderID: "a", StoreNumber: "a"}},
		{"unknown type", `{"type":"order.shipped"}`, platform.Notice{Status: platform.Neither}},
		{"unknown type with a strange order", `{"type":"ping","version":"x","order":"x"}`, platform.Notice{Status: platform.Neither}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := read(t, c.body)
			if err != nil {
				t.Fatal(err)
			}
			if string(got.Payload.Body) != c.body || got.Topic == "" {
				t.Errorf("payload %q, topic %q", got.Payload.Body, got.Topic)
			}
			got.Payload, got.Topic = platform.Payload{}, ""
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRequestWithoutTypeIdOrRightVersionIsNotUnderstood(t *testing.T) {
	for body, says := range map[string]string{
		`{"order":{"id":"a"}}`:                                                           "type is missing",
		`{"type":5.5e,"order":{}}`:                                                       "the body is not JSON",
		`{"type":"order.paid"}`:                                                          "order.id is missing",
		`{"type":"order.paid","order":{"id":""}}`:                                        "order.id is missing",
		`{"type":"order.paid","order":{"id":" "}}`:                                       "order.id is missing",
		`{"type":"order.paid","order":{"id":{"a":1}}}`:                                   "order.id is missing",
		`{"type":"order.paid","order":"a"}`:                                              "order.id is missing",
		`{"type":"order.reversed","order":{}}`:                                           "order.id is missing",
		`{"type":"order.paid","version":"7","order":{"id":"a"}}`:                         "version is not a whole number",
		`{"type":"order.paid","version":1.5,"order":{"id":"a"}}`:                         "version is not a whole number",
		`{"type":"order.paid","version":-1,"order":{"id":"a"}}`:                          "version is not a whole number",
		`{"type":"order.paid","version":1e99,"order":{"id":"a"}}`:                        "version is not a whole number",
		`{"type":"order.reversed","version":{},"order":{"id":"a"}}`:                      "version is not a whole number",
		fmt.Sprintf(`{"type":"order.paid","order":{"id":%q}}`, strings.Repeat("x", 201)): "order.id has 201 bytes, more than 200",
	} {
		n, err := read(t, body)
		if !errors.Is(err, platform.ErrNotUnderstood) || !strings.Contains(err.Error(), says) || n.Status != "" || string(n.Payload.Body) != body {
			t.Errorf("%s: %+v, %v", body, n, err)
		}
	}
	if _, err := read(t, fmt.Sprintf(`{"type":"order.paid","order":{"id":%q}}`, strings.Repeat("x", 200))); err != nil {
		t.Errorf("200 bytes: %v", err)
	}
}

func decode(body string) (order.Order, error) {
	return own.Order(platform.Payload{Body: []byte(body)}, platform.Settings{})
}

func TestOrderIsReadAsItIsDocumented(t *testing.T) {
	got, err := own.Order(platform.Payload{Body: sample(t)}, platform.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	zone := time.FixedZone("", -3*60*60)
	paid := time.Date(2026, 11, 21, 12, 0, 0, 0, zone)
	want := order.Order{
		Origins: order.Origins{Payer: "order.customer", Rule: words.Plain("the only party of the payload"), TaxID: "order.customer.tax_id", PaidAt: "order.paid_at"},
		ID:      "c1b7e0a4-55d2-4b61-9f3a-7d1f6a20be11", Number: "1001", Currency: "BRL",
		PlacedAt: time.Date(2026, 11, 21, 11, 58, 3, 0, zone), PaidAt: paid, PaidRank: order.ByPayment,
		Customer: order.Customer{
			Name: "Oficina Ipê Ltda", Email: "compras@ipe.example", Phone: "+55 31 3555-0142", TaxID: "41256780000112",
			Address: order.Address{Street: "Rua dos Inconfidentes", Number: "867", Complement: "sala 2", District: "Savassi",
				City: "Belo Horizonte", State: "MG", PostalCode: "30140128", Country: "BR"},
		},
		Lines: []order.Line{
			{SKUs: []string{"MANUT-01"}, Name: "Manutenção de computadores", Quantity: order.Pieces(3),
				UnitPrice: order.Cents(15000), Discount: order.Cents(3000)},
			{SKUs: []string{"VISITA-BH", "VISITA"}, Name: "Visita técnica", Quantity: order.Pieces(1), UnitPrice: order.Cents(9000)},
		},
		Payments: []order.Payment{{Method: order.CreditCard, Amount: order.Cents(49500), Installments: 3, PaidAt: paid, Reference: "NSU 004211"}},
		Discount: order.Cents(2000), Fees: order.Cents(500), Total: order.Cents(49500),
	}
	got.Origins = platformtest.InEnglish(got.Origins)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// What our own Order is written as, is the format.
func TestOrderThatWeWriteIsReadBackTheSame(t *testing.T) {
	want, err := own.Order(platform.Payload{Body: sample(t)}, platform.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []order.Order{want, {ID: "x", Number: "x", Currency: "USD", PaidAt: now, PaidRank: order.ByPayment, Total: order.Cents(-1)}} {
		b, err := json.Marshal(map[string]any{"type": "order.paid", "order": o})
		if err != nil {
			t.Fatal(err)
		}
		got, err := decode(string(b))
		got.Origins = o.Origins // of another payload
		if diff := cmp.Diff(o, got); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
	}
}

func TestDocumentationShowsTheSampleThatIsTested(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	var shown strings.Builder
	for _, line := range strings.Split(string(doc), "\n") {
		if text, ok := strings.CutPrefix(line, "//\t"); ok && shown.Len()+strings.Count(text, "{") > 0 {
			shown.WriteString(text + "\n")
		}
	}
	if diff := cmp.Diff(string(sample(t)), shown.String()); diff != "" {
		t.Error(diff)
	}
}

// with makes the smallest order and changes it by one member of its JSON object.
func with(member string) string {
	members := map[string]string{"id": `"a"`, "currency": `"BRL"`, "paid_at": `"2026-11-21T12:00:00Z"`, "total": "1",
		"lines": `[{"sku":"A","name":"A","quantity":1,"unit_price":1}]`}
	if name, value, ok := strings.Cut(member, ":"); ok {
		members[name] = value
	}
	var list []string
	for name, value := range members {
		if value != "-" {
			list = append(list, fmt.Sprintf("%q:%s", name, value))
		}
	}
	return `{"type":"order.paid","order":{` + strings.Join(list, ",") + `}}`
}

func TestValuesAreTakenHoweverTheyAreWritten(t *testing.T) {
	for _, c := range []struct {
		member string
		got    func(order.Order) any
		want   any
	}{
		{`id:17`, func(o order.Order) any { return o.ID + " " + o.Number }, "17 17"},
		{`currency:"brl"`, func(o order.Order) any { return o.Currency }, "BRL"},
		{`currency:"USD"`, func(o order.Order) any { return o.Currency }, "USD"},
		{`currency:-`, func(o order.Order) any { return o.Currency }, ""},
		{`total:"1497.00"`, func(o order.Order) any { return o.Total.String() }, "1497.00"},
		{`total:1497.5`, func(o order.Order) any { return o.Total.String() }, "1497.50"},
		{`total:-3`, func(o order.Order) any { return o.Total.String() }, "-3.00"},
		{`total:0.1000000000000000055`, func(o order.Order) any { return o.Total.String() }, "0.10"},
		{`fees:null`, func(o order.Order) any { return o.Fees.String() }, "0.00"},
		{`fees:"-1.00"`, func(o order.Order) any { return o.Fees.String() + " " + o.Discount.String() }, "0.00 1.00"},
		{`discount:1`, func(o order.Order) any { return o.Discount.String() }, "1.00"},
		{`freight:"2"`, func(o order.Order) any { return o.Freight.String() }, "2.00"},
		{`tax:3`, func(o order.Order) any { return o.Tax.String() }, "3.00"},
		{`lines:-`, func(o order.Order) any { return len(o.Lines) }, 0},
		{`lines:[{"sku":"A","skus":["B","",5]}]`, func(o order.Order) any { return strings.Join(o.Lines[0].SKUs, ",") }, "A,B,5"},
		{`lines:[{}]`, func(o order.Order) any { return len(o.Lines[0].SKUs) }, 0},
		{`lines:[{"quantity":"2.5","unit_price":"0.3333"}]`, func(o order.Order) any { return o.Lines[0].Total().String() }, "0.83325"},
		{`payments:[{"method":"barter","amount":1}]`, func(o order.Order) any { return o.Payments[0].Method }, order.Other},
		{`payments:[{"method":"boleto","amount":"1"}]`, func(o order.Order) any { return o.Payments[0].Method }, order.Boleto},
		{`customer:{"tax_id":"384.917.265-19"}`, func(o order.Order) any { return string(o.Customer.TaxID) }, "38491726519"},
		{`customer:{"tax_id":38491726519}`, func(o order.Order) any { return string(o.Customer.TaxID) }, "38491726519"},
		{`customer:{"tax_id":"384.917.265-18"}`, func(o order.Order) any { return fmt.Sprint(o.Customer.TaxID, o.Customer.TaxIDWrong) }, "true"},
		{`customer:{"tax_id":null,"tax_id_wrong":true}`, func(o order.Order) any { return fmt.Sprint(o.Customer.TaxID, o.Customer.TaxIDWrong) }, "false"},
		{`customer:{"cpf":"384.917.265-19"}`, func(o order.Order) any { return string(o.Customer.TaxID) }, "38491726519"},
		{`customer:{"cpf_indicador":"384.917.265-19"}`, func(o order.Order) any { return o.Customer.TaxIDUnread }, "cpf_indicador"},
		{`customer:{"name":"Helena","cpf_vendedor":"384.917.265-19"}`, func(o order.Order) any { return o.Customer }, order.Customer{Name: "Helena"}},
		{`customer:{"tax_id":"AB1234","address":{"country":"PT"}}`, func(o order.Order) any { return o.Customer.ForeignID }, "AB1234"},
		{`customer:{"address":{"state":"Minas Gerais","postal_code":30140128,"country":"br"}}`,
			func(o order.Order) any { return o.Customer.Address }, order.Address{State: "MG", PostalCode: "30140128", Country: "BR"}},
		{`customer:{"address":{"state":"PA","postal_code":"19104","country":"us"}}`,
			func(o order.Order) any { return o.Customer.Address }, order.Address{PostalCode: "19104", Country: "US"}},
		{`customer:null`, func(o order.Order) any { return o.Customer }, order.Customer{}},
		{`paid_at:"2026-11-21T12:00:00.5-03:00"`, func(o order.Order) any { return o.PaidAt.UTC() },
			time.Date(2026, 11, 21, 15, 0, 0, 500_000_000, time.UTC)},
	} {
		o, err := decode(with(c.member))
		if err != nil {
			t.Errorf("%s: %v", c.member, err)
			continue
		}
		if diff := cmp.Diff(c.want, c.got(o)); diff != "" {
			t.Errorf("%s:\n%s", c.member, diff)
		}
	}
	o, err := decode(`{"order":{"id":"a","placed_at":"2026-11-21T12:00:00Z","total":1}}`)
	if err != nil || !o.PaidAt.Equal(o.PlacedAt) || o.PaidAt.IsZero() || o.PaidRank != order.ByOrder {
		t.Errorf("without paid_at: %s, of rank %d, %v", o.PaidAt, o.PaidRank, err)
	}
}

func TestWhatDoesNotFitTheFormatIsNamedWithoutItsValue(t *testing.T) {
	for member, says := range map[string]string{
		`total:"Helena"`:                              `order.total is no amount: write it like 1497.00 or "1497.00", and send the order again`,
		`total:"1.497,00"`:                            `order.total is no amount: write it like 1497.00 or "1497.00", and send the order again`,
		`total:1e999999999`:                           `order.total is no amount: write it like 1497.00 or "1497.00", and send the order again`,
		`total:{"value":1}`:                           `order.total is no amount: write it like 1497.00 or "1497.00", and send the order again`,
		`total:null`:                                  "order.total is missing: say what was paid, and send the order again",
		`total:-`:                                     "order.total is missing: say what was paid, and send the order again",
		`discount:"x"`:                                `order.discount is no amount: write it like 1497.00 or "1497.00", and send the order again`,
		`freight:"x"`:                                 `order.freight is no amount: write it like 1497.00 or "1497.00", and send the order again`,
		`fees:true`:                                   `order.fees is no amount: write it like 1497.00 or "1497.00", and send the order again`,
		`tax:[]`:                                      `order.tax is no amount: write it like 1497.00 or "1497.00", and send the order again`,
		`paid_at:-`:                                   "order.paid_at is missing: say when the order was paid, and send the order again",
		`paid_at:"2026-11-21"`:                        "order.paid_at is no time: write it like 2026-11-21T12:00:00-03:00, and send the order again",
		`paid_at:1795273200`:                          "order.paid_at is no time: write it like 2026-11-21T12:00:00-03:00, and send the order again",
		`paid_at:"9999-12-31T23:59:59-03:00"`:         "order.paid_at is no time: write it like 2026-11-21T12:00:00-03:00, and send the order again",
		`paid_at:"1969-12-31T23:59:59Z"`:              "order.paid_at is no time: write it like 2026-11-21T12:00:00-03:00, and send the order again",
		`placed_at:"Helena"`:                          "order.placed_at is no time: write it like 2026-11-21T12:00:00-03:00, and send the order again",
		`lines:[{},{"unit_price":"x"}]`:               `order.lines[1].unit_price is no amount: write it like 1497.00 or "1497.00", and send the order again`,
		`lines:[{"discount":"x"}]`:                    `order.lines[0].discount is no amount: write it like 1497.00 or "1497.00", and send the order again`,
		`lines:[{"quantity":"two"}]`:                  "order.lines[0].quantity is no number: write it like 1 or 2.5, and send the order again",
		`payments:[{"amount":"x"}]`:                   `order.payments[0].amount is no amount: write it like 1497.00 or "1497.00", and send the order again`,
		`payments:[{"paid_at":"x"}]`:                  "order.payments[0].paid_at is no time: write it like 2026-11-21T12:00:00-03:00, and send the order again",
		`payments:[{"amount":1,"installments":-1}]`:   "order.payments[0].installments is negative: correct it, and send the order again",
		`payments:[{"amount":1,"installments":"x"}]`:  "order.payments.installments must not be a JSON string: send the order again in the documented form",
		`payments:[{"amount":1,"installments":1.25}]`: "order.payments.installments must not be a JSON number: send the order again in the documented form",
		`lines:"Helena"`:                              "order.lines must not be a JSON string: send the order again in the documented form",
		`lines:[5]`:                                   "order.lines must not be a JSON number: send the order again in the documented form",
		`customer:"Helena"`:                           "order.customer must not be a JSON string: send the order again in the documented form",
		`test:"yes"`:                                  "order.test must not be a JSON string: send the order again in the documented form",
		`id:-`:                                        "order.id is missing: send the order again with an id",
	} {
		o, err := decode(with(member))
		reason, ok := order.AsRejection(err)
		if !ok || reason.Kind != order.NotUnderstood || reason.Message.String() != says || !cmp.Equal(o, order.Order{}) {
			t.Errorf("%s:\ngot  %s\nwant %s", member, reason.Message, says)
		}
	}
}

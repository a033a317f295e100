package registry_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/platformtest"
	"github.com/carimbo/carimbo/shared/platform/registry"
)

// want is what a body must give. An order is decoded from paid and reversed
// bodies; taxID is the tax id itself, or "valid", "none" or "wrong". Without a
// status the body is not understood.
type want struct {
	status   platform.Status
	test     bool
	orderID  string
	taxID    string
	lines    int
	total    string
	currency string
	// why there is no order; then the four above are empty.
	why string
	// payer and id are the fields that gave the payer's name and the tax id, as in
	// billing.cpf; id is empty where nothing did.
	payer, id string
	// verdict is the kind that Check rejects the order with on the day of payment,
	// if it does.
	verdict order.ReasonKind
}

// samples are the project's own, below events/payloads.
var samples = map[string]want{
	"hotmart/purchase_approved.json": {status: platform.Paid, orderID: "HP2640917385",
		taxID: "38491726519", payer: "data.buyer.name", id: "data.buyer.document", lines: 1, total: "497.00", currency: "BRL"},
	"hotmart/purchase_approved_unmapped.json": {status: platform.Paid, orderID: "HP2640918822",
		taxID: "21573094625", payer: "data.buyer.name", id: "data.buyer.document", lines: 1, total: "1297.90", currency: "BRL"},
	"hotmart/purchase_approved_wrong_tax_id.json": {status: platform.Paid, orderID: "HP2640920176",
		taxID: "wrong", payer: "data.buyer.name", id: "data.buyer.document", lines: 1, total: "497.00", currency: "BRL"},
	"hotmart/purchase_refunded.json": {status: platform.Reversed, orderID: "HP2640917385",
		taxID: "38491726519", payer: "data.buyer.name", id: "data.buyer.document", lines: 1, total: "497.00", currency: "BRL"},
	"hotmart/purchase_complete.json": {status: platform.Neither, orderID: "HP2639704451",
		why: "the guarantee ended; the purchase was approved before"},
	"generic/order_paid.json": {status: platform.Paid, orderID: "7f3d21c6-0b9e-4a58-8d14-e6c2a905b713",
		taxID: "41256780000112", payer: "order.customer.name", id: "order.customer.tax_id", lines: 2, total: "1444.00", currency: "BRL"},
	"shopify/order_paid.json": {status: platform.Paid, orderID: "6120438815907",
		taxID: "51483029760", payer: "billing_address.name", id: "note_attributes", lines: 2, total: "302.52", currency: "BRL"},
	"shopify/order_paid_course.json": {status: platform.Paid, orderID: "6120438823014",
		taxID: "35091742832", payer: "billing_address.name", id: "note_attributes", lines: 1, total: "1018.60", currency: "BRL"},
	"shopify/order_cancelled.json": {status: platform.Reversed, orderID: "6120438815907",
		taxID: "51483029760", payer: "billing_address.name", id: "note_attributes", lines: 2, total: "302.52", currency: "BRL"},
	"woocommerce/order_processing.json": {status: platform.Paid, orderID: "4127",
		taxID: "72640518380", payer: "billing.first_name", id: "billing.cpf", lines: 2, total: "206.26", currency: "BRL"},
	"woocommerce/order_processing_course.json": {status: platform.Paid, orderID: "4131",
		taxID: "61820493750", payer: "billing.first_name", id: "billing.cpf", lines: 1, total: "515.50", currency: "BRL"},
	"woocommerce/order_processing_goods.json": {status: platform.Paid, orderID: "4142",
		taxID: "48392061713", payer: "billing.first_name", id: "billing.cpf", lines: 2, total: "130.13", currency: "BRL"},
	"woocommerce/order_refunded.json": {status: platform.Reversed, orderID: "4127",
		taxID: "72640518380", payer: "billing.first_name", id: "billing.cpf", lines: 2, total: "206.26", currency: "BRL"},
}

// fixtures are genuine payloads, which are not ours to publish: they lie in the
// folder that CARIMBO_FIXTURES names. Their buyers were made anonymous, some by
// putting hex digits into the tax id or a string in place of an object.
var fixtures = map[string]want{
	"hotmart/captured_anon_purchase_approved_1.json": {status: platform.Paid, orderID: "HP0967750879",
		taxID: "wrong", payer: "data.buyer.name", id: "data.buyer.document", lines: 1, total: "1497.00", currency: "BRL"},
	"hotmart/captured_anon_purchase-refunded_1.json": {status: platform.Reversed, orderID: "HP1212266242",
		taxID: "wrong", payer: "data.buyer.name", id: "data.buyer.document", lines: 1, total: "997.00", currency: "BRL"},
	"hotmart/captured_anon_purchase-complete_1.json": {status: platform.Neither, orderID: "HP0111784220",
		why: "the guarantee ended; the purchase was approved before"},
	"hotmart/official_test_purchase_approved.json": {status: platform.Paid, test: true, orderID: "HP16015479281022",
		taxID: "valid", payer: "data.buyer.name", id: "data.buyer.document", lines: 1, total: "1500.00", currency: "BRL"},
	"hotmart/official_test_purchase_canceled.json": {status: platform.Reversed, test: true, orderID: "HP16015479281022",
		taxID: "valid", payer: "data.buyer.name", id: "data.buyer.document", lines: 1, total: "1500.00", currency: "BRL"},
	"shopify/order_full_2026-07.webhook_body.json": {status: platform.Reversed, orderID: "450789469",
		taxID: "none", payer: "billing_address.name", lines: 3, total: "598.94", currency: "USD", verdict: order.CurrencyReason},
	"shopify/order_go-shopify.json": {status: platform.Neither, test: true, orderID: "123456",
		why: "cancelled, and voided: nothing was ever paid"},
	"woocommerce/order_0_processing.json": {status: platform.Paid, orderID: "727",
		taxID: "none", payer: "billing.first_name", lines: 2, total: "29.35", currency: "USD", verdict: order.CurrencyReason},
	"woocommerce/orders_list.json": {why: "a list of orders, as the REST API answers it; a webhook has one"},
}

var fixturesNow = time.Date(2026, 11, 21, 22, 0, 0, 0, time.UTC)

func TestOwnSamplesGiveWhatTheTableSays(t *testing.T) {
	check(t, filepath.Join("..", "..", "..", "events", "payloads"), samples)
}

func TestGenuinePayloadsGiveWhatTheTableSays(t *testing.T) {
	folder := os.Getenv("CARIMBO_FIXTURES")
	if folder == "" {
		t.Log("CARIMBO_FIXTURES is not set: only the project's own samples were checked")
		return
	}
	check(t, folder, fixtures)
}

// check holds every file of a supported platform below the folder against the
// table, and the table against the files.
func check(t *testing.T, folder string, table map[string]want) {
	t.Helper()
	seen := map[string]bool{}
	for _, name := range registry.Names() {
		for _, file := range files(t, filepath.Join(folder, name)) {
			row := name + "/" + file
			seen[row] = true
			t.Run(row, func(t *testing.T) {
				w, ok := table[row]
				if !ok {
					t.Fatal("the table has no row for this file")
				}
				w.check(t, name, filepath.Join(folder, name, file))
			})
		}
	}
	for row := range table {
		if !seen[row] {
			t.Errorf("%s: the table's file is missing", row)
		}
	}
}

func files(t *testing.T, folder string) []string {
	t.Helper()
	if _, err := os.Stat(folder); os.IsNotExist(err) {
		return nil
	}
	var found []string
	err := fs.WalkDir(os.DirFS(folder), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(found)
	return found
}

func (w want) check(t *testing.T, name, file string) {
	t.Helper()
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p, _ := registry.Get(name)
	s := platform.Settings{Connection: "loja"}
	n, err := p.Read(p.Sign(body, "whsec_c2VncmVkbw==", fixturesNow), s)
	if w.status == "" {
		if !errors.Is(err, platform.ErrNotUnderstood) || w.why == "" {
			t.Errorf("Read gives %v; the row says: %s", err, w.why)
		}
		return
	}
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	if n.Status != w.status || n.Test != w.test || n.OrderID != w.orderID {
		t.Errorf("status %s, test %t, order %s; want %s, %t, %s", n.Status, n.Test, n.OrderID, w.status, w.test, w.orderID)
	}
	if w.status == platform.Neither {
		if w.why == "" {
			t.Error("the row doesn't say why there is no order")
		}
		return
	}
	read := func(body []byte) order.Order {
		o, err := p.Order(platform.Payload{Headers: n.Payload.Headers, Body: body}, s)
		if err != nil {
			t.Fatalf("Order: %v", err)
		}
		return o
	}
	o := read(n.Payload.Body)
	w.checkFields(t, read, n.Payload.Body)
	if o.ID != w.orderID || len(o.Lines) != w.lines || o.Total.String() != w.total || o.Currency != w.currency || !w.hasTaxID(o) {
		t.Errorf("order %s, %d lines, %s %s, tax id %s (wrong: %t); want %s, %d lines, %s %s, %s",
			o.ID, len(o.Lines), o.Total, o.Currency, o.Customer.TaxID, o.Customer.TaxIDWrong, w.orderID, w.lines, w.total, w.currency, w.taxID)
	}
	verdict, _ := order.AsRejection(o.Check(o.PaidAt.Add(time.Hour)))
	if verdict.Kind != w.verdict {
		t.Errorf("Check gives %q (%s), want %q", verdict.Kind, verdict.Message, w.verdict)
	}
}

// checkFields puts another value into the fields that the row names, and finds it in the
// order.
func (w want) checkFields(t *testing.T, read func([]byte) order.Order, body []byte) {
	t.Helper()
	if got := read(platformtest.Edit(t, body, map[string]any{w.payer: "Zulmira"})).Customer.Name; !strings.HasPrefix(got, "Zulmira") {
		t.Errorf("the payer's name doesn't come from %s", w.payer)
	}
	const cpf = "52998224725"
	var value any = cpf
	switch w.id {
	case "":
		if w.taxID != "none" {
			t.Error("the row doesn't say where the tax id comes from")
		}
		return
	case "note_attributes":
		value = []any{map[string]any{"name": "CPF", "value": cpf}}
	}
	if got := read(platformtest.Edit(t, body, map[string]any{w.id: value})).Customer.TaxID; got != cpf {
		t.Errorf("the tax id doesn't come from %s", w.id)
	}
}

func (w want) hasTaxID(o order.Order) bool {
	id, wrong := string(o.Customer.TaxID), o.Customer.TaxIDWrong
	switch w.taxID {
	case "valid":
		return id != "" && !wrong
	case "none":
		return id == "" && !wrong
	case "wrong":
		return id == "" && wrong
	}
	return id == w.taxID && !wrong
}

func TestSamplesAreNobodys(t *testing.T) {
	for row := range samples {
		for word := range strings.FieldsFuncSeq(string(platformtest.Sample(t, row)), func(r rune) bool { return strings.ContainsRune("\" ,\n", r) }) {
			if strings.Contains(word, "@") && !strings.HasSuffix(word, ".example") {
				t.Errorf("%s: %s may be somebody's address", row, word)
			}
		}
	}
}

package sensio_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/sensio"
	"github.com/carimbo/carimbo/shared/erp/sensio/sensiosim"
	"github.com/carimbo/carimbo/shared/order"
)

// Invented people with generated tax ids.
const (
	someCPF  = order.TaxID("52998224725")
	someCNPJ = order.TaxID("11222333000181")
)

var reference = erp.Reference{Orig: "loja-online", OrigID: "820982911946154508"}

// settings is an account that maps everything to one item.
const settings = `{"base_url": "https://api.example.com.br", "headers": {"Authorization": "Bearer {app_secret}"}, "items": {"*": {"productId": "prod-1"}}}`

func parse(t testing.TB, settings string) sensio.Config {
	t.Helper()
	c, err := sensio.Parse(json.RawMessage(settings))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func client(t testing.TB, settings string) *sensio.Client {
	t.Helper()
	return sensio.New(parse(t, settings), erp.Options{Account: "loja"})
}

func money(t testing.TB, text string) order.Money {
	t.Helper()
	m, err := order.ParseMoney(text)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return m
}

// sold is a line: "quantity x price - discount".
func sold(t testing.TB, text string) order.Line {
	t.Helper()
	pieces := strings.Fields(text)
	quantity, err := order.ParseQuantity(pieces[0])
	if err != nil {
		t.Fatal(err)
	}
	l := order.Line{SKUs: []string{"CAMISETA-P"}, Name: "Camiseta P", Quantity: quantity, UnitPrice: money(t, pieces[2])}
	if len(pieces) == 5 {
		l.Discount = money(t, pieces[4])
	}
	return l
}

func paid(t testing.TB, total string, lines ...string) order.Order {
	t.Helper()
	o := order.Order{
		ID: "820982911946154508", Number: "#1001", Currency: "BRL", Total: money(t, total),
		PaidAt:   time.Date(2026, 11, 22, 1, 30, 0, 0, time.UTC), // the 21st in São Paulo
		Customer: order.Customer{Name: "Ana Prado", Email: "ana@exemplo.com.br", Phone: "+55 11 98765-4321", TaxID: someCPF},
		Payments: []order.Payment{{Method: order.Pix, Amount: money(t, total)}},
	}
	for _, l := range lines {
		o.Lines = append(o.Lines, sold(t, l))
	}
	return o
}

func document(t testing.TB, c *sensio.Client, o order.Order) erp.Document {
	t.Helper()
	doc, err := c.Document(o, reference)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// request is a document's body, read back.
func request(t testing.TB, doc erp.Document) map[string]any {
	t.Helper()
	body, err := sensio.Request(doc)
	if err != nil {
		t.Fatal(err)
	}
	return read(t, body)
}

func read(t testing.TB, text []byte) map[string]any {
	t.Helper()
	var v map[string]any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

func file(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// everyField is the document of the golden files.
func everyField(t testing.TB) (erp.Document, order.Order) {
	t.Helper()
	var o order.Order
	if err := json.Unmarshal(file(t, "every-field.order.json"), &o); err != nil {
		t.Fatal(err)
	}
	return document(t, client(t, string(file(t, "every-field.account.json"))), o), o
}

func TestEveryFieldIsWrittenAsInTheGoldenFile(t *testing.T) {
	doc, o := everyField(t)
	if diff := cmp.Diff(read(t, file(t, "every-field.want.json")), request(t, doc)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !doc.Total.Equal(o.Total) {
		t.Errorf("total %s, want %s", doc.Total, o.Total)
	}
}

// published is every field of POST /sales as the page has it: its type, and the
// values of an enumeration.
var published = map[string]string{
	"child": "string", "total": "number", "dateSold": "date", "fixedPaymentsDate": "boolean",
	"type":                 "Venda|Assistência Técnica|Orçamento|Compra|Venda Representação|Bonificação/Remessa|Outros",
	"status":               "Em aberto|Faturado",
	"paymentConditionType": "string",
	"paymentMethod":        "Dinheiro|Cheque|Débito em conta|Débito Direto Autorizado (DDA)|Depósito/Transferência|Cartão de Crédito|Cartão de Débito|Crédito Loja|Financeira|Vale Crédito|Vale Alimentação|Vale Refeição|Vale Presente|Vale Combustível|Duplicata Mercantil|Boleto Bancário|Programa de fidelidade, Cashback, Crédito Virtual|Sem Pagamento|Carteira|PIX|Outros",
	"priceList":            "string",
	"payments.nDup":        "integer", "payments.dVenc": "date", "payments.vDup": "number", "payments.tPag": "string", "payments.acquirerFee": "number",
	"customer": "string", "customerId": "string",
	"otherExpenses": "number", "discount": "number", "discountType": "%|R$", "discountPercentage": "number", "transportFee": "number",
	"details": "string", "oc": "string",
	"sellersInfo.seller": "string", "sellersInfo.comissionType": "%|R$", "sellersInfo.comissionValue": "number", "sellersInfo.comission": "number",
	"netTotal": "number", "negotiationStatus": "Em orçamento|Recusado|Aprovado",
	"dueDate": "date", "foreseenDelivery": "date", "quoteDate": "date",
	"orig": "string", "origId": "string", "tags.tagId": "string", "origStatus": "string", "origPaymentMethod": "string",
	"bonificacao": "boolean", "carrier": "string",
	"modFrete":         "0 - Por conta do emitente|1 - Por conta do destinatário/remetente|2 - Por conta de terceiros|9 - Sem frete",
	"foreseenShipment": "date", "shipmentDetails": "string",
	"shipmentAddress": "Endereço da Pessoa|Endereço de Entrega|Endereço de Cobrança|Endereço Secundário",
	"shipment":        "string", "shipped": "boolean", "shipmentCode": "string", "shipmentDate": "date",
	"approved": "boolean", "description": "string",
	"saleLines.productId": "string", "saleLines.variationId": "string", "saleLines.qty": "integer", "saleLines.price": "number", "saleLines.details": "string", "saleLines.detailsNF": "boolean",
	"contactId":                  "string",
	"acquirer.isWithAcquirerFee": "boolean", "acquirer.acquirerId": "string", "acquirer.feeType": "string",
}

func TestEveryPublishedFieldIsSentWithItsTypeAndNoOther(t *testing.T) {
	doc, _ := everyField(t)
	sent := map[string][]any{}
	leaves("", request(t, doc), sent)
	for path, want := range published {
		if len(sent[path]) == 0 {
			t.Errorf("%s is not sent", path)
		}
		for _, v := range sent[path] {
			if !isOf(want, v) {
				t.Errorf("%s is %v (%T), want %s", path, v, v, want)
			}
		}
	}
	for path := range sent {
		if published[path] == "" {
			t.Errorf("%s is sent and not published", path)
		}
	}
}

func leaves(path string, v any, into map[string][]any) {
	switch v := v.(type) {
	case map[string]any:
		for key, field := range v {
			leaves(strings.TrimPrefix(path+"."+key, "."), field, into)
		}
	case []any:
		for _, element := range v {
			leaves(path, element, into)
		}
	default:
		into[path] = append(into[path], v)
	}
}

func isOf(want string, v any) bool {
	n, isNumber := v.(json.Number)
	text, isText := v.(string)
	switch want {
	case "string":
		return isText && text != ""
	case "number":
		return isNumber
	case "integer":
		_, err := n.Int64()
		return isNumber && err == nil
	case "boolean":
		_, ok := v.(bool)
		return ok
	case "date":
		_, err := time.Parse(time.DateOnly, text)
		return isText && err == nil
	}
	for allowed := range strings.SplitSeq(want, "|") {
		if text == allowed {
			return true
		}
	}
	return false
}

func TestAStrictSensioTakesEveryField(t *testing.T) {
	doc, o := everyField(t)
	sim := sensiosim.New(sensiosim.Options{})
	take(t, sim, doc)
	if got := sim.Documents()[0]; !got.Total.Equal(o.Total) || got.OrigID != o.ID {
		t.Errorf("sale %+v", got)
	}
}

// take has the simulator take the document.
func take(t testing.TB, sim *sensiosim.Sim, doc erp.Document) {
	t.Helper()
	body, err := sensio.Request(doc)
	if err != nil {
		t.Fatal(err)
	}
	reply := sim.Call("POST", "/sales", http.Header{"Content-Type": {"application/json"}}, body)
	if reply.Status != http.StatusCreated {
		t.Fatalf("HTTP %d %s for %s", reply.Status, reply.Body, body)
	}
}

func TestASaleSaysLittleWhereLittleIsConfigured(t *testing.T) {
	got := request(t, document(t, client(t, settings), paid(t, "100", "2 x 50")))
	want := read(t, []byte(`{
		"total": 100, "dateSold": "2026-11-21", "type": "Venda", "status": "Em aberto", "paymentMethod": "PIX", "origPaymentMethod": "pix",
		"payments": [{"nDup": 1, "dVenc": "2026-11-21", "vDup": 100, "tPag": "PIX"}],
		"customer": "Ana Prado", "otherExpenses": 0, "discount": 0, "discountType": "R$", "discountPercentage": 0, "transportFee": 0,
		"netTotal": 100, "orig": "loja-online", "origId": "820982911946154508",
		"saleLines": [{"productId": "prod-1", "qty": 2, "price": 50}]
	}`))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAmountsGoWhereSensioAddsThemUp(t *testing.T) {
	for name, c := range map[string]struct {
		total  string
		lines  []string
		change func(*order.Order)
		want   string // prices | total discount otherExpenses transportFee
	}{
		"the store's price":                        {"100", []string{"2 x 50"}, nil, "50 | 100 0 0 0"},
		"a line's discount that divides":           {"90", []string{"2 x 50 - 10"}, nil, "45 | 90 0 0 0"},
		"a line's discount that does not":          {"90", []string{"3 x 33.33 - 9.99"}, nil, "30 | 90 0 0 0"},
		"a line's discount with a rest":            {"89.99", []string{"3 x 33.33 - 10"}, nil, "33.33 | 99.99 10 0 0"},
		"a gift":                                   {"50", []string{"1 x 50", "1 x 10 - 10"}, nil, "50 0 | 50 0 0 0"},
		"a fraction of a cent":                     {"100", []string{"3 x 33.3333"}, nil, "100 | 100 0 0 0"},
		"a fraction of a cent, with a discount":    {"99.5", []string{"3 x 33.3333 - 0.5"}, nil, "100 | 100 0.5 0 0"},
		"an order's discount":                      {"90", []string{"1 x 100"}, func(o *order.Order) { o.Discount = order.Cents(1000) }, "100 | 100 10 0 0"},
		"freight":                                  {"118.9", []string{"1 x 100"}, func(o *order.Order) { o.Freight = order.Cents(1890) }, "100 | 100 0 0 18.9"},
		"fractions of a cent in freight and tax":   {"110.01", []string{"1 x 100"}, func(o *order.Order) { o.Freight, o.Tax = money(t, "10.004"), money(t, "0.004") }, "100 | 100 0 0 10.01"},
		"fees and tax":                             {"107.5", []string{"1 x 100"}, func(o *order.Order) { o.Fees, o.Tax = order.Cents(500), order.Cents(250) }, "100 | 100 0 7.5 0"},
		"1000 at 0.01234":                          {"12.34", []string{"1000 x 0.01234"}, nil, "12.34 | 12.34 0 0 0"},
		"a third of 10, with a discount":           {"9", []string{"3 x 3.333333333333333334 - 1"}, nil, "3 | 9 0 0 0"},
		"more off than the goods, freight remains": {"8.9", []string{"1 x 10"}, func(o *order.Order) { o.Discount, o.Freight = order.Cents(1000), order.Cents(890) }, "10 | 10 10 0 8.9"},
	} {
		t.Run(name, func(t *testing.T) {
			o := paid(t, c.total, c.lines...)
			if c.change != nil {
				c.change(&o)
			}
			doc := document(t, client(t, settings), o)
			v := request(t, doc)
			got := ""
			for _, l := range v["saleLines"].([]any) {
				got += fmt.Sprint(l.(map[string]any)["price"], " ")
			}
			got += fmt.Sprint("| ", v["total"], " ", v["discount"], " ", v["otherExpenses"], " ", v["transportFee"])
			if got != c.want || !doc.Total.Equal(o.Total) || fmt.Sprint(v["netTotal"]) != o.Total.Number() {
				t.Errorf("%s (netTotal %v), want %s", got, v["netTotal"], c.want)
			}
			take(t, sensiosim.New(sensiosim.Options{}), doc)
		})
	}
}

func TestPaymentsAreMonthlyAndAddUp(t *testing.T) {
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 15, 0, 0, 0, time.UTC) }
	for name, c := range map[string]struct {
		total    string
		payments []order.Payment
		want     string // method condition: n date amount tPag, ...
	}{
		"one payment":          {"100", []order.Payment{{Method: order.Boleto, Amount: order.Cents(10000)}}, "Boleto Bancário : 1 2026-11-21 100 Boleto Bancário"},
		"none named":           {"100", nil, "Outros : 1 2026-11-21 100 Outros"},
		"a word of nobody's":   {"100", []order.Payment{{Method: "conchas", Amount: order.Cents(10000)}}, "Outros : 1 2026-11-21 100 Outros"},
		"said to be free":      {"100", []order.Payment{{Method: order.Free, Amount: order.Cents(10000)}}, "Outros : 1 2026-11-21 100 Outros"},
		"nothing paid":         {"0", []order.Payment{{Method: order.Free}}, "Sem Pagamento :"},
		"thirds":               {"100", []order.Payment{{Method: order.CreditCard, Amount: order.Cents(10000), Installments: 3}}, "Cartão de Crédito 3x: 1 2026-11-21 33.34 Cartão de Crédito, 2 2026-12-21 33.33 Cartão de Crédito, 3 2027-01-21 33.33 Cartão de Crédito"},
		"from the month's end": {"20", []order.Payment{{Method: order.CreditCard, Amount: order.Cents(2000), Installments: 2, PaidAt: day(2027, 1, 31)}}, "Cartão de Crédito 2x: 1 2027-01-31 10 Cartão de Crédito, 2 2027-02-28 10 Cartão de Crédito"},
		"two ways":             {"100", []order.Payment{{Method: order.GiftCard, Amount: order.Cents(3000)}, {Method: order.Pix, Amount: order.Cents(7000)}}, "PIX : 1 2026-11-21 30 Vale Presente, 2 2026-11-21 70 PIX"},
		"interest on top":      {"100", []order.Payment{{Method: order.CreditCard, Amount: order.Cents(11000), Installments: 2}}, "Cartão de Crédito 2x: 1 2026-11-21 50 Cartão de Crédito, 2 2026-12-21 50 Cartão de Crédito"},
		"two equal ways":       {"100", []order.Payment{{Method: order.Pix, Amount: order.Cents(5000), Installments: 2}, {Method: order.Boleto, Amount: order.Cents(5000)}}, "PIX : 1 2026-11-21 25 PIX, 2 2026-12-21 25 PIX, 3 2026-11-21 50 Boleto Bancário"},
		"one of them nothing":  {"100", []order.Payment{{Method: order.GiftCard}, {Method: order.DebitCard, Amount: order.Cents(10000)}}, "Cartão de Débito : 1 2026-11-21 100 Cartão de Débito"},
		"fewer cents than instalments": {"0.02", []order.Payment{{Method: order.CreditCard, Amount: order.Cents(2), Installments: 3}},
			"Cartão de Crédito 2x: 1 2026-11-21 0.01 Cartão de Crédito, 2 2026-12-21 0.01 Cartão de Crédito"},
	} {
		t.Run(name, func(t *testing.T) {
			o := paid(t, c.total, "1 x "+c.total)
			o.Payments = c.payments
			doc := document(t, client(t, settings), o)
			s := doc.Body.(sensio.Sale)
			var rows []string
			for _, p := range s.Payments {
				if p.AcquirerFee != "" {
					t.Errorf("an acquirer's fee of %s without an acquirer", p.AcquirerFee)
				}
				rows = append(rows, fmt.Sprint(p.NDup, " ", p.DVenc, " ", p.VDup, " ", p.TPag))
			}
			if got := strings.TrimSpace(s.PaymentMethod + " " + s.PaymentConditionType + ": " + strings.Join(rows, ", ")); got != c.want {
				t.Errorf("%s\nwant %s", got, c.want)
			}
			take(t, sensiosim.New(sensiosim.Options{}), doc)
		})
	}
}

func TestAnOrderWithoutADayOfPaymentIsSoldWhenItWasPlaced(t *testing.T) {
	o := paid(t, "10", "1 x 10")
	o.PaidAt, o.PlacedAt = time.Time{}, time.Date(2026, 11, 21, 2, 0, 0, 0, time.UTC)
	s := document(t, client(t, settings), o).Body.(sensio.Sale)
	if s.DateSold != "2026-11-20" || s.Payments[0].DVenc != "2026-11-20" {
		t.Errorf("dateSold %s, dVenc %s", s.DateSold, s.Payments[0].DVenc)
	}
}

func TestAHundredAndTwentyInstalmentsAreTheMost(t *testing.T) {
	o := paid(t, "1200", "1 x 1200")
	o.Payments[0].Installments = 120
	if s := document(t, client(t, settings), o).Body.(sensio.Sale); len(s.Payments) != 120 {
		t.Errorf("%d payments", len(s.Payments))
	}
	o.Payments[0].Installments = 121
	if _, err := client(t, settings).Document(o, reference); err == nil {
		t.Error("121 are granted")
	}
}

// A preview shows what is sent to people, who read & and not \u0026.
func TestARequestIsWrittenAsPeopleReadIt(t *testing.T) {
	o := paid(t, "10", "1 x 10")
	o.Customer.Name = "Prado & Filhos <SP>"
	body, err := sensio.Request(document(t, client(t, settings), o))
	if err != nil || !strings.Contains(string(body), `"customer":"Prado & Filhos <SP>"`) || bytes.HasSuffix(body, []byte("\n")) {
		t.Errorf("%s (%v)", body, err)
	}
}

func TestTheLinesSKUIsItsBest(t *testing.T) {
	o := paid(t, "10", "1 x 10")
	o.Lines[0].SKUs = []string{"A", "B"}
	c := client(t, `{"base_url": "https://a.example.com", "items": {"*": {"productId": "p", "details": "{line.sku}"}}}`)
	if got := document(t, c, o).Body.(sensio.Sale).SaleLines[0].Details; got != "A" {
		t.Errorf("details %q", got)
	}
}

func TestEveryMethodHasAWordThatSensioKnows(t *testing.T) {
	for _, m := range order.Methods() {
		o := paid(t, "10", "1 x 10")
		o.Payments[0].Method = m
		s := document(t, client(t, settings), o).Body.(sensio.Sale)
		if !isOf(published["paymentMethod"], s.PaymentMethod) || m != order.Other && m != order.Free && s.PaymentMethod == "Outros" {
			t.Errorf("%s is %q", m, s.PaymentMethod)
		}
	}
}

func TestAConfiguredFalseIsSent(t *testing.T) {
	names := []string{"fixedPaymentsDate", "bonificacao", "shipped", "approved"}
	sale := map[string]bool{}
	for _, name := range names {
		sale[name] = false
	}
	settings, err := json.Marshal(map[string]any{"base_url": "https://a.example.com", "sale": sale,
		"items": map[string]any{"*": map[string]any{"productId": "p", "detailsNF": false}}})
	if err != nil {
		t.Fatal(err)
	}
	got := request(t, document(t, client(t, string(settings)), paid(t, "10", "1 x 10")))
	for _, name := range names {
		if got[name] != false {
			t.Errorf("%s is %v", name, got[name])
		}
	}
	if line := got["saleLines"].([]any)[0].(map[string]any); line["detailsNF"] != false {
		t.Errorf("detailsNF is %v", line["detailsNF"])
	}
}

func TestConfiguredWordsWin(t *testing.T) {
	o := paid(t, "10", "1 x 10")
	o.Payments[0].Installments = 2
	s := document(t, client(t, `{"base_url": "https://a.example.com", "sale": {"paymentMethod": "Carteira", "paymentConditionType": "30 60", "status": "Faturado", "type": "Outros"}, "items": {"*": {"productId": "p"}}}`), o).Body.(sensio.Sale)
	if s.PaymentMethod != "Carteira" || s.PaymentConditionType != "30 60" || s.Status != "Faturado" || s.Type != "Outros" || len(s.Payments) != 2 {
		t.Errorf("sale %+v", s)
	}
}

func TestTheBestSKUThatIsMappedIsTaken(t *testing.T) {
	c := client(t, `{"base_url": "https://a.example.com", "items": {"A": {"productId": "a"}, "B": {"productId": "b"}, "*": {"productId": "any"}}}`)
	for _, test := range []struct {
		skus []string
		want string
	}{{[]string{"B", "A"}, "b"}, {[]string{"X", "A"}, "a"}, {[]string{"X"}, "any"}, {nil, "any"}} {
		o := paid(t, "10", "1 x 10")
		o.Lines[0].SKUs = test.skus
		if got := document(t, c, o).Body.(sensio.Sale).SaleLines[0].ProductID; got != test.want {
			t.Errorf("%v is %s, want %s", test.skus, got, test.want)
		}
	}
}

func TestWhatNoSaleCanSayIsRejected(t *testing.T) {
	mapped := `{"base_url": "https://a.example.com", "items": {"CAMISETA-P": {"productId": "{customer.phone}"}}}`
	for name, c := range map[string]struct {
		settings string
		change   func(*order.Order)
		kind     order.ReasonKind
		words    string
	}{
		"an SKU that isn't mapped": {mapped, func(o *order.Order) { o.Lines[0].SKUs = []string{"BONE", "variant:7"} }, order.Mapping,
			`SKU "BONE" is not mapped: add it (or "variant:7") under erps.loja.items in connections.yaml`},
		"no SKU":                        {mapped, func(o *order.Order) { o.Lines[0].SKUs = nil }, order.Mapping, `line 1 has no SKU`},
		"a product that isn't there":    {mapped, func(o *order.Order) { o.Customer.Phone = "" }, order.Mapping, "productId"},
		"a fraction":                    {settings, func(o *order.Order) { o.Lines[0] = sold(t, "0.5 x 200") }, order.QuantityReason, "line 1: quantity 0.5"},
		"no lines":                      {settings, func(o *order.Order) { o.Lines = nil }, order.TotalReason, "no lines"},
		"nothing of a line":             {settings, func(o *order.Order) { o.Lines[0].Quantity = order.Pieces(0) }, order.TotalReason, "line 1"},
		"a negative price":              {settings, func(o *order.Order) { o.Lines[0].UnitPrice = order.Cents(-100) }, order.TotalReason, "line 1"},
		"a line that gives money":       {settings, func(o *order.Order) { o.Lines[0].Discount = order.Cents(10001) }, order.TotalReason, "line 1"},
		"parts that don't add up":       {settings, func(o *order.Order) { o.Total = order.Cents(9999) }, order.TotalReason, "100.00, but 99.99 was paid"},
		"a fraction of a cent paid":     {settings, func(o *order.Order) { o.Total = money(t, "99.999") }, order.TotalReason, "99.999"},
		"a negative freight":            {settings, func(o *order.Order) { o.Freight, o.Total = order.Cents(-100), order.Cents(9900) }, order.TotalReason, "negative"},
		"a negative discount":           {settings, func(o *order.Order) { o.Discount, o.Total = order.Cents(-100), order.Cents(10100) }, order.TotalReason, "negative"},
		"a negative tax":                {settings, func(o *order.Order) { o.Tax, o.Total = order.Cents(-100), order.Cents(9900) }, order.TotalReason, "negative"},
		"a negative total":              {settings, func(o *order.Order) { o.Discount, o.Total = order.Cents(10100), order.Cents(-100) }, order.TotalReason, "negative"},
		"a negative payment":            {settings, func(o *order.Order) { o.Payments[0].Amount = order.Cents(-1) }, order.TotalReason, "payment 1"},
		"a thousand instalments":        {settings, func(o *order.Order) { o.Payments[0].Installments = 1000 }, order.Preflight, "1000 instalments"},
		"no date":                       {settings, func(o *order.Order) { o.PaidAt = time.Time{} }, order.Preflight, "payment 1 has no date"},
		"no tax id":                     {settings, func(o *order.Order) { o.Customer.TaxID = "" }, order.TaxIDReason, "erps.loja.customer.default"},
		"no name":                       {settings, func(o *order.Order) { o.Customer.Name = " \t" }, order.Preflight, "no name"},
		"a wrong tax id":                {settings, func(o *order.Order) { o.Customer.TaxID, o.Customer.TaxIDWrong = "", true }, order.TaxIDReason, "neither a CPF nor a CNPJ"},
		"a tax id that nobody reads":    {`{"base_url": "https://a.example.com", "customer": {"default": "p"}, "items": {"*": {"productId": "p"}}}`, func(o *order.Order) { o.Customer.TaxID, o.Customer.TaxIDUnread = "", "cpf_aluno" }, order.TaxIDReason, `"cpf_aluno" may be one`},
		"a wrong tax id with a default": {`{"base_url": "https://a.example.com", "customer": {"default": "p"}, "items": {"*": {"productId": "p"}}}`, func(o *order.Order) { o.Customer.TaxID, o.Customer.TaxIDWrong = "", true }, order.TaxIDReason, "neither"},
		"a seller that isn't there":     {`{"base_url": "https://a.example.com", "sale": {"sellersInfo": [{"seller": "{customer.phone}"}]}, "items": {"*": {"productId": "p"}}}`, func(o *order.Order) { o.Customer.Phone = "" }, order.Preflight, "sellersInfo.0.seller"},
	} {
		t.Run(name, func(t *testing.T) {
			o := paid(t, "100", "1 x 100")
			c.change(&o)
			_, err := client(t, c.settings).Document(o, reference)
			reason, _ := order.AsRejection(err)
			if reason.Kind != c.kind || !strings.Contains(reason.Message.String(), c.words) {
				t.Errorf("%v, want %s with %q", err, c.kind, c.words)
			}
		})
	}
	if _, err := client(t, settings).Document(paid(t, "1", "1 x 1"), erp.Reference{Orig: "loja"}); err == nil {
		t.Error("an order without origId became a sale")
	}
}

func TestTheReferenceIsTheEntrysAndNotTheConfigurations(t *testing.T) {
	o := paid(t, "10", "1 x 10")
	doc, err := client(t, settings).Document(o, erp.Reference{Orig: "Loja antiga", OrigID: "7"})
	if err != nil {
		t.Fatal(err)
	}
	if s := doc.Body.(sensio.Sale); s.Orig != "Loja antiga" || s.OrigID != "7" {
		t.Errorf("orig %q, origId %q", s.Orig, s.OrigID)
	}
}

func TestDocumentsOfOneAccountShareNothing(t *testing.T) {
	c := client(t, string(file(t, "every-field.account.json")))
	o := paid(t, "10", "1 x 10")
	first := request(t, document(t, c, o))
	other := o
	other.Number, other.Customer.Name = "#2", "Bia Reis"
	if got := request(t, document(t, c, other)); got["details"] != "Pedido #2" || got["shipmentDetails"] != "Entregar a Bia Reis" {
		t.Errorf("the other order's sale is %v", got)
	}
	if diff := cmp.Diff(first, request(t, document(t, c, o))); diff != "" {
		t.Errorf("(-first +again):\n%s", diff)
	}
}

func TestBracesInACustomersNameReachNothing(t *testing.T) {
	o := paid(t, "10", "1 x 10")
	o.Customer.Name = "{order.total}\n\x00"
	s := document(t, client(t, string(file(t, "every-field.account.json"))), o).Body.(sensio.Sale)
	if s.Customer != "{order.total}" || s.ShipmentDetails != "Entregar a {order.total}" {
		t.Errorf("customer %q, shipmentDetails %q", s.Customer, s.ShipmentDetails)
	}
}

// TestWhateverAddsUpAddsUpInTheDocument: an order that order.Check lets pass and
// whose quantities are whole becomes a document whose own arithmetic, done here
// anew, is what was paid. Each order is drawn from a seed that a failure names.
func TestWhateverAddsUpAddsUpInTheDocument(t *testing.T) {
	c := client(t, settings)
	sim := sensiosim.New(sensiosim.Options{KeepCalls: 1})
	tried := 0
	for seed := range uint64(1000) {
		o := anyOrder(rand.New(rand.NewPCG(seed, 0)))
		if o.Check(o.PaidAt) != nil {
			continue
		}
		tried++
		doc, err := c.Document(o, reference)
		if err != nil {
			t.Fatalf("seed %d: %v of %+v", seed, err, o)
		}
		s := doc.Body.(sensio.Sale)
		goods, vDup := decimal.Zero, decimal.Zero
		for i, l := range s.SaleLines {
			if l.Qty.String() != o.Lines[i].Quantity.String() && (l.Qty != "1" || o.Lines[i].UnitPrice.Equal(o.Lines[i].UnitPrice.Round())) {
				t.Fatalf("seed %d: quantity %s, want %s", seed, l.Qty, o.Lines[i].Quantity)
			}
			goods = goods.Add(inCents(t, l.Price).Mul(inCents(t, l.Qty)))
		}
		for _, p := range s.Payments {
			vDup = vDup.Add(inCents(t, p.VDup))
		}
		discount := inCents(t, s.Discount)
		net := goods.Sub(discount).Add(inCents(t, s.OtherExpenses)).Add(inCents(t, s.TransportFee))
		total := inCents(t, json.Number(o.Total.Number()))
		if !net.Equal(total) || !inCents(t, s.NetTotal).Equal(total) || !inCents(t, s.Total).Equal(goods) || !vDup.Equal(total) || discount.IsNegative() {
			t.Fatalf("seed %d: net %s, payments %s, sale %+v of %+v", seed, net, vDup, s, o)
		}
		take(t, sim, doc)
	}
	if tried < 500 {
		t.Errorf("only %d orders were tried", tried)
	}
}

// inCents reads an amount with at most two decimals.
func inCents(t *testing.T, n json.Number) decimal.Decimal {
	t.Helper()
	d, err := decimal.NewFromString(n.String())
	if err != nil || !d.Equal(d.Truncate(2)) {
		t.Fatalf("%q is no amount in cents", n)
	}
	return d
}

// anyOrder adds up, has whole quantities, and often fractions of cents, line
// discounts, freight, fees, tax, and several payments.
func anyOrder(r *rand.Rand) order.Order {
	amount := func(most int64) order.Money {
		places := int32(2)
		if r.IntN(3) == 0 {
			places = 4
		}
		m, _ := order.ParseMoney(decimal.New(r.Int64N(most), -places).String())
		return m
	}
	o := order.Order{ID: "1", Number: "1", Currency: "BRL", PaidAt: time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC), Customer: order.Customer{Name: "Ana Prado", TaxID: someCPF}}
	for range 1 + r.IntN(5) {
		l := order.Line{SKUs: []string{"A"}, Quantity: order.Pieces(1 + r.Int64N(13)), UnitPrice: amount(100000)}
		if r.IntN(2) == 0 {
			l.Discount = amount(5000)
		}
		o.Lines = append(o.Lines, l)
	}
	o.Discount, o.Freight, o.Tax, o.Fees = amount(3000), amount(3000), amount(500), amount(500)
	o.Total = o.Sum().Round()
	for range r.IntN(4) {
		o.Payments = append(o.Payments, order.Payment{Method: order.Methods()[r.IntN(10)], Amount: amount(100000), Installments: r.IntN(14)})
	}
	return o
}

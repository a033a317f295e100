package sensio_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp/sensio"
	"github.com/carimbo/carimbo/shared/erp/sensio/sensiosim"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/preflight"
)

// saying is the account with a sale of its own.
func saying(sale string) string {
	return strings.Replace(settings, `"items"`, `"sale": `+sale+`, "items"`, 1)
}

// saleOf is the sale of the order under such an account, taken by the strict Sensio.
func saleOf(t *testing.T, sale string, o order.Order) sensio.Sale {
	t.Helper()
	doc := document(t, client(t, saying(sale)), o)
	take(t, sensiosim.New(sensiosim.Options{}), doc)
	return doc.Body.(sensio.Sale)
}

func TestADateFollowsTheOrdersDay(t *testing.T) {
	for name, c := range map[string]struct {
		sale string
		paid time.Time
		want string
	}{
		"three days after":   {`{"foreseenShipment": "+3d"}`, time.Date(2026, 11, 22, 1, 30, 0, 0, time.UTC), "foreseenShipment 2026-11-24"},
		"over the year":      {`{"shipmentDate": "+1d"}`, time.Date(2026, 12, 31, 15, 0, 0, 0, time.UTC), "shipmentDate 2027-01-01"},
		"the same day":       {`{"shipmentDate": "+0d", "foreseenShipment": "+60d"}`, time.Date(2028, 1, 1, 15, 0, 0, 0, time.UTC), "foreseenShipment 2028-03-01 shipmentDate 2028-01-01"},
		"a quote's":          {`{"type": "Orçamento", "dueDate": "+10d", "quoteDate": "+0d", "foreseenDelivery": "+5d"}`, time.Date(2026, 2, 20, 15, 0, 0, 0, time.UTC), "dueDate 2026-03-02 foreseenDelivery 2026-02-25 quoteDate 2026-02-20"},
		"one day for all is": {`{"shipmentDate": "2026-12-01"}`, time.Date(2026, 11, 22, 1, 30, 0, 0, time.UTC), "shipmentDate 2026-12-01"},
	} {
		o := paid(t, "10", "1 x 10")
		o.PaidAt = c.paid
		s := saleOf(t, c.sale, o)
		var got []string
		for _, d := range [][2]string{{"dueDate", s.DueDate}, {"foreseenDelivery", s.ForeseenDelivery}, {"quoteDate", s.QuoteDate}, {"foreseenShipment", s.ForeseenShipment}, {"shipmentDate", s.ShipmentDate}} {
			if d[1] != "" {
				got = append(got, d[0]+" "+d[1])
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
}

func TestADateThatFollowsNoDayIsNotSent(t *testing.T) {
	o := paid(t, "0", "1 x 10 - 10")
	o.PaidAt, o.Payments = time.Time{}, nil
	if s := saleOf(t, `{"shipmentDate": "+1d"}`, o); s.ShipmentDate != "" || s.DateSold != "" {
		t.Errorf("%+v", s)
	}
}

func TestADiscountInPerCentIsSaidInReaisToo(t *testing.T) {
	for _, c := range []struct {
		what, total, want string
		lines             []string
		off               string
	}{
		{"a tenth", "90", "% 10 10", []string{"1 x 100"}, "10"},
		{"a third, in two decimals", "66.67", "% 33.33 33.33", []string{"1 x 100"}, "33.33"},
		{"5 % of 187.93", "178.53", "% 5 9.4", []string{"1 x 187.93"}, "9.4"},
		{"all of it", "0", "% 100 10", []string{"1 x 10"}, "10"},
		{"a cent of a thousand", "999.99", "R$ 0 0.01", []string{"1 x 1000"}, "0.01"},
		{"no percentage comes back to it", "12345.66", "R$ 0 0.02", []string{"1 x 12345.68"}, "0.02"},
		{"none", "100", "R$ 0 0", []string{"1 x 100"}, "0"},
	} {
		o := paid(t, c.total, c.lines...)
		o.Discount = money(t, c.off)
		s := saleOf(t, `{"discountType": "%"}`, o)
		if got := fmt.Sprint(s.DiscountType, " ", s.DiscountPercentage, " ", s.Discount); got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
		if s = saleOf(t, `{"discountType": "R$"}`, o); s.DiscountType != "R$" || s.DiscountPercentage != "0" || s.Discount.String() != money(t, c.off).Number() {
			t.Errorf("%s, in reais: %+v", c.what, s)
		}
	}
}

func TestACommissionInPerCentIsDerivedInReais(t *testing.T) {
	for _, c := range []struct{ what, seller, want string }{
		{"of what was paid", `{"seller": "s", "comission": 5}`, " 5.96 5"},
		{"said to be in per cent", `{"seller": "s", "comission": 2.5, "comissionType": "%"}`, "% 2.98 2.5"},
		{"a constant beside it", `{"seller": "s", "comission": 5, "comissionValue": 99}`, " 5.96 5"},
		{"none of it", `{"seller": "s", "comission": 0}`, " 0 0"},
		{"in reais", `{"seller": "s", "comissionType": "R$", "comissionValue": 12}`, "R$ 12 "},
		{"no commission", `{"seller": "s"}`, "  "},
	} {
		o := paid(t, "119.1", "1 x 100")
		o.Freight = money(t, "19.1")
		s := saleOf(t, `{"sellersInfo": [`+c.seller+`]}`, o).SellersInfo[0]
		if got := fmt.Sprint(s.ComissionType, " ", s.ComissionValue, " ", s.Comission); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
}

func TestTheStoresOwnWordsAreItsStatusAndItsMethods(t *testing.T) {
	o := paid(t, "100", "1 x 100")
	o.Status = "processing"
	o.Payments = []order.Payment{{Method: order.GiftCard, Name: "Vale-presente", Amount: order.Cents(3000)}, {Method: order.Pix, Amount: order.Cents(2000)}, {Method: order.Pix, Amount: order.Cents(5000)}}
	for _, c := range []struct{ sale, status, method string }{
		{`{}`, "processing", "Vale-presente, pix"},
		{`{"origStatus": "pago", "origPaymentMethod": "Loja: {order.number}"}`, "pago", "Loja: #1001"},
	} {
		if s := saleOf(t, c.sale, o); s.OrigStatus != c.status || s.OrigPaymentMethod != c.method {
			t.Errorf("%s: %q, %q", c.sale, s.OrigStatus, s.OrigPaymentMethod)
		}
	}
	o.Status, o.Payments = "", nil
	if s := saleOf(t, `{}`, o); s.OrigStatus != "" || s.OrigPaymentMethod != "" {
		t.Errorf("a store that says nothing: %q, %q", s.OrigStatus, s.OrigPaymentMethod)
	}
}

func TestOneCustomerForEverySaleNeedsNoTaxID(t *testing.T) {
	const one = `{"customerId": "pes-1"}`
	o := paid(t, "10", "1 x 10")
	if s := saleOf(t, one, o); s.CustomerID != "pes-1" || s.Customer != "Ana Prado" {
		t.Errorf("%q, %q", s.CustomerID, s.Customer)
	}
	o.Customer = order.Customer{}
	if s := saleOf(t, one, o); s.CustomerID != "pes-1" || s.Customer != "" {
		t.Errorf("%q, %q", s.CustomerID, s.Customer)
	}
	o.Customer.TaxIDWrong = true
	if _, err := client(t, saying(one)).Document(o, reference); err == nil {
		t.Error("a tax id that can't be used is booked to somebody else")
	}
}

func TestWhatAnAcquirerTakesIsSaidOfEachCardsInstalment(t *testing.T) {
	o := paid(t, "100", "1 x 100")
	o.Payments = []order.Payment{{Method: order.CreditCard, Amount: order.Cents(7000), Installments: 2}, {Method: order.Pix, Amount: order.Cents(3000)}}
	for sale, want := range map[string]string{
		`{"acquirer": {"acquirerId": "a"}}`:                                                "0 0 -",
		`{"acquirer": {"acquirerId": "a"}, "payments": {"acquirerFee": "2.99%"}}`:          "1.05 1.05 -",
		`{"acquirer": {"acquirerId": "a"}, "payments": {"acquirerFee": "3%"}}`:             "1.05 1.05 -",
		`{"acquirer": {"acquirerId": "a"}, "payments": {"acquirerFee": 0.5}}`:              "0.5 0.5 -",
		`{"acquirer": {"acquirerId": "{customer.phone}"}, "payments": {"acquirerFee": 1}}`: "- - -",
		`{}`: "- - -",
	} {
		buyer := o
		if strings.Contains(sale, "phone") {
			buyer.Customer.Phone = ""
		}
		s := saleOf(t, sale, buyer)
		var got []string
		for _, p := range s.Payments {
			got = append(got, strings.TrimSpace(map[bool]string{true: "-"}[p.AcquirerFee == ""]+p.AcquirerFee.String()))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", sale, got, want)
		}
	}
}

func TestAConditionThatTheOrderContradictsIsNotSent(t *testing.T) {
	for _, c := range []struct {
		condition    string
		installments int
		want         string
	}{
		{"10x", 3, "3x"}, {"3x", 3, "3x"}, {"3x", 1, ""}, {"30 60 90", 3, "30 60 90"}, {"30 60 90", 2, "2x"}, {"30", 1, "30"},
		{"à vista", 3, "3x"}, {"À VISTA", 1, "À VISTA"}, {"30/60/90/120", 3, "3x"}, {"30/60/90 dias", 3, "30/60/90 dias"}, {"em 4 vezes", 3, "3x"}, {"3 parcelas", 3, "3 parcelas"},
		{"A prazo 30", 1, "A prazo 30"}, {"0x", 2, "0x"},
	} {
		o := paid(t, "300", "1 x 300")
		o.Payments[0].Installments = c.installments
		doc := document(t, client(t, saying(`{"paymentConditionType": "`+c.condition+`"}`)), o)
		if got := doc.Body.(sensio.Sale).PaymentConditionType; got != c.want {
			t.Errorf("%q of %d: %q, want %q", c.condition, c.installments, got, c.want)
		}
	}
}

func TestAnOrderThatCostNothingHasNoMethodAndNoCondition(t *testing.T) {
	o := paid(t, "0", "1 x 10 - 10")
	o.Payments = nil
	if s := saleOf(t, `{"paymentMethod": "PIX", "paymentConditionType": "1x"}`, o); s.PaymentMethod != "Sem Pagamento" || s.PaymentConditionType != "" || len(s.Payments) > 0 {
		t.Errorf("%+v", s)
	}
}

func TestAnItemThatCostsNothingIsWarnedAbout(t *testing.T) {
	doc := document(t, client(t, settings), paid(t, "50", "1 x 50", "1 x 10 - 10"))
	found := doc.Preflight(doc.Order.PaidAt)
	if len(found) != 1 || found[0].Field.String() != "saleLines.1.price" || found[0].Refused {
		t.Errorf("%+v", found)
	}
	doc.Total = money(t, "49.99")
	if preflight.Refusal(doc.Preflight(doc.Order.PaidAt)) == nil {
		t.Error("a document that isn't what was paid is let through")
	}
}

func TestWhatSaysNothingOfAnOrderIsNotSent(t *testing.T) {
	o := paid(t, "10", "1 x 10")
	o.Customer.Phone = ""
	s := saleOf(t, `{"tags": [{"tagId": "{customer.phone}"}, {"tagId": "a"}], "acquirer": {"feeType": "{customer.phone}"}}`, o)
	if len(s.Tags) != 1 || s.Tags[0].TagID != "a" || s.Acquirer != nil {
		t.Errorf("%+v", s)
	}
}

func TestATextWhosePlaceholdersAreAllEmptyIsNotSent(t *testing.T) {
	o := paid(t, "10", "1 x 10")
	o.Customer.TaxID, o.Customer.Phone, o.Customer.Name = "", "", "Ana Prado"
	for text, want := range map[string]string{
		"CNPJ {customer.tax_id}": "", "{customer.phone}": "", "Fone {customer.phone}, CPF {customer.tax_id}": "",
		"De {customer.name}, CPF {customer.tax_id}": "De Ana Prado, CPF", "Loja": "Loja",
	} {
		c := client(t, `{"base_url": "https://a.example.com", "customer": {"default": "p"}, "sale": {"details": "`+text+`"}, "items": {"*": {"productId": "p", "details": "`+text+`"}}}`)
		if s := document(t, c, o).Body.(sensio.Sale); s.Details != want || s.SaleLines[0].Details != want {
			t.Errorf("%q: %q and %q, want %q", text, s.Details, s.SaleLines[0].Details, want)
		}
	}
}

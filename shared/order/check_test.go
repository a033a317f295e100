package order_test

import (
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

var now = time.Date(2026, 11, 21, 15, 0, 0, 0, time.UTC)

func good() order.Order {
	return order.Order{
		ID: "1", Number: "#1", Currency: "BRL", PaidAt: now.Add(-time.Hour),
		Lines: []order.Line{
			{SKUs: []string{"A"}, Quantity: order.Pieces(2), UnitPrice: order.Cents(10000), Discount: order.Cents(500)},
			{SKUs: []string{"B"}, Quantity: order.Pieces(1), UnitPrice: order.Cents(4900)},
		},
		Payments: []order.Payment{{Method: order.Pix, Amount: order.Cents(25900)}},
		Discount: order.Cents(800), Freight: order.Cents(2000), Fees: order.Cents(100), Tax: order.Cents(200),
		Total: order.Cents(25900),
	}
}

func TestOrderWhosePartsAddUpIsAccepted(t *testing.T) {
	for name, change := range map[string]func(*order.Order){
		"as it is":                  func(*order.Order) {},
		"paid exactly 400 days ago": func(o *order.Order) { o.PaidAt = now.Add(-400 * 24 * time.Hour) },
		"time of payment not known": func(o *order.Order) { o.PaidAt = time.Time{} },
		"nothing but zeros":         free,
		"four-decimal prices that add up when rounded": func(o *order.Order) {
			*o = single("0.3333", "3", "1")
		},
		"half a cent rounds up": func(o *order.Order) { *o = single("0.005", "1", "0.01") },
		"discount of all that a line costs": func(o *order.Order) {
			*o = single("5", "2", "0")
			o.Lines[0].Discount = order.Cents(1000)
		},
		"a total written with more zeros": func(o *order.Order) { o.Total, _ = order.ParseMoney("259.0000") },
	} {
		o := good()
		change(&o)
		if err := o.Check(now); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func free(o *order.Order) { *o = single("0", "1", "0") }

func single(price, quantity, total string) order.Order {
	unit, _ := order.ParseMoney(price)
	q, _ := order.ParseQuantity(quantity)
	sum, _ := order.ParseMoney(total)
	return order.Order{Currency: "BRL", PaidAt: now, Total: sum, Lines: []order.Line{{Quantity: q, UnitPrice: unit}}}
}

func TestRejectionNamesTheFieldWhatIsWrongAndWhatToDo(t *testing.T) {
	const mend = ": correct the order in the store"
	const byHand = ": enter the order in the ERP by hand"
	for _, c := range []struct {
		name    string
		change  func(*order.Order)
		kind    order.ReasonKind
		message string
	}{
		{"dollars", func(o *order.Order) { o.Currency = "USD" }, order.CurrencyReason,
			"currency is USD and only BRL can be put into the ERP: charge in BRL, or enter the order in the ERP by hand"},
		{"no currency", func(o *order.Order) { o.Currency = "" }, order.CurrencyReason,
			"currency is missing and only BRL can be put into the ERP: charge in BRL, or enter the order in the ERP by hand"},
		{"small letters", func(o *order.Order) { o.Currency = "brl" }, order.CurrencyReason,
			"currency is brl and only BRL can be put into the ERP: charge in BRL, or enter the order in the ERP by hand"},
		{"a nanosecond older than 400 days", func(o *order.Order) { o.PaidAt = now.Add(-400*24*time.Hour - 1) }, order.TooOld,
			"paid_at is 2025-10-17, more than 400 days ago" + byHand + " if it is missing there"},
		{"the day is the merchant's", func(o *order.Order) { o.PaidAt = time.Date(2024, 1, 2, 1, 0, 0, 0, time.UTC) }, order.TooOld,
			"paid_at is 2024-01-01, more than 400 days ago" + byHand + " if it is missing there"},
		{"no lines", func(o *order.Order) { o.Lines = nil }, order.TotalReason, "lines are missing, and 259.00 was paid" + byHand},
		{"quantity zero", func(o *order.Order) { o.Lines[1].Quantity = order.Quantity{} }, order.TotalReason,
			"line 2: quantity 0 is not positive" + mend},
		{"quantity negative", func(o *order.Order) { o.Lines[0].Quantity = order.Pieces(-1) }, order.TotalReason,
			"line 1: quantity -1 is not positive" + mend},
		{"unit price negative", func(o *order.Order) { o.Lines[1].UnitPrice = order.Cents(-1) }, order.TotalReason,
			"line 2: unit price -0.01 is negative" + mend},
		{"line discount negative", func(o *order.Order) { o.Lines[1].Discount = order.Cents(-1) }, order.TotalReason,
			"line 2: discount -0.01 is negative" + mend},
		{"line discount a cent too much", func(o *order.Order) { o.Lines[1].Discount = order.Cents(4901) }, order.TotalReason,
			"line 2: discount 49.01 is more than the line costs, 49.00" + mend},
		{"total negative", func(o *order.Order) { o.Total = order.Cents(-1) }, order.TotalReason, "total -0.01 is negative" + mend},
		{"discount negative", func(o *order.Order) { o.Discount = order.Cents(-1) }, order.TotalReason, "discount -0.01 is negative" + mend},
		{"freight negative", func(o *order.Order) { o.Freight = order.Cents(-1) }, order.TotalReason, "freight -0.01 is negative" + mend},
		{"fees negative", func(o *order.Order) { o.Fees = order.Cents(-1) }, order.TotalReason, "fees -0.01 is negative" + mend},
		{"tax negative", func(o *order.Order) { o.Tax = order.Cents(-1) }, order.TotalReason, "tax -0.01 is negative" + mend},
		{"payment negative", func(o *order.Order) { o.Payments[0].Amount = order.Cents(-1) }, order.TotalReason,
			"payment 1: amount -0.01 is negative" + mend},
		{"another total", func(o *order.Order) {
			o.Compare(words.Plain("total_paid"), order.Cents(25901))
			o.Compare(words.Plain("paid"), o.Total)
		}, order.TotalReason,
			"total is 259.00, but by total_paid it is 259.01" + mend + ", or enter it in the ERP by hand"},
		{"half a cent in the total", func(o *order.Order) { *o = single("0.005", "1", "0.005") }, order.TotalReason,
			"total 0.005 has a fraction of a cent" + mend},
		{"a cent more paid", func(o *order.Order) { o.Total = order.Cents(25901) }, order.TotalReason,
			"total is 259.01, but lines, discount, freight, fees and tax add up to 259.00" + mend + ", or enter it in the ERP by hand"},
		{"a cent less paid", func(o *order.Order) { o.Total = order.Cents(25899) }, order.TotalReason,
			"total is 258.99, but lines, discount, freight, fees and tax add up to 259.00" + mend + ", or enter it in the ERP by hand"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := good()
			c.change(&o)
			err := o.Check(now)
			reason, ok := order.AsRejection(err)
			if !ok || reason.Kind != c.kind || reason.Message.String() != c.message {
				t.Fatalf("got  %v\nwant %s: %s", err, c.kind, c.message)
			}
		})
	}
}

func TestEachPartCountsInTheSum(t *testing.T) {
	for name, change := range map[string]func(*order.Order, order.Money){
		"discount": func(o *order.Order, m order.Money) { o.Discount = o.Discount.Sub(m) },
		"freight":  func(o *order.Order, m order.Money) { o.Freight = o.Freight.Add(m) },
		"fees":     func(o *order.Order, m order.Money) { o.Fees = o.Fees.Add(m) },
		"tax":      func(o *order.Order, m order.Money) { o.Tax = o.Tax.Add(m) },
		"line":     func(o *order.Order, m order.Money) { o.Lines[1].UnitPrice = o.Lines[1].UnitPrice.Add(m) },
	} {
		o := good()
		change(&o, order.Cents(1))
		if got := o.Sum(); !got.Equal(order.Cents(25901)) {
			t.Errorf("%s: a cent more makes %s", name, got)
		}
		if o.Check(now) == nil {
			t.Errorf("%s: a cent more is not noticed", name)
		}
	}
	if goods := good().Goods(); !goods.Equal(order.Cents(24400)) {
		t.Errorf("goods are %s", goods)
	}
}

func TestInitialsAreAllThatStaysOfAName(t *testing.T) {
	for name, want := range map[string]string{
		"Maria Silva":                  "M.S.",
		"  maria   da \t silva ":       "M.S.",
		"Élida Água":                   "É.Á.",
		"Ana\u00a0Souza":               "A.S.",
		"Madonna":                      "M.",
		"":                             "",
		"   ":                          "",
		"52998224725":                  "",
		"Maria 52998224725":            "M.",
		"12 José 34 (Zé) Lima":         "J.L.",
		"張 偉":                          "張.偉.",
		"🎉 Rosa 🎉":                     "R.",
		"\xff\xfe":                     "",
		strings.Repeat("A b ", 10_000): "A.B.",
	} {
		if got := (order.Customer{Name: name}).Initials(); got != want {
			t.Errorf("initials of %.40q are %q, want %q", name, got, want)
		}
	}
}

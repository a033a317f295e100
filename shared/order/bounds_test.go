package order_test

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/order"
)

// filled is an order whose every text is the given one; SKUs and ID too.
func filled(text string) order.Order {
	o := good()
	var fill func(reflect.Value)
	fill = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.String:
			v.SetString(text)
		case reflect.Struct:
			for i := range v.NumField() {
				if v.Type().Field(i).IsExported() {
					fill(v.Field(i))
				}
			}
		case reflect.Slice:
			for i := range v.Len() {
				fill(v.Index(i))
			}
		}
	}
	fill(reflect.ValueOf(&o).Elem())
	return o
}

func TestWhatIsCutToTheBoundsIsToldToAPreview(t *testing.T) {
	var got []string
	for _, d := range filled(strings.Repeat("é", 1000)).Bounded().Origins.Dropped {
		got = append(got, d.What.String()+": "+d.Why.String())
	}
	const long = "it has 2000 bytes, and 1000 are kept"
	want := []string{
		"the end of the order's number: it has 2000 bytes, and 100 are kept", "the end of the currency: it has 2000 bytes, and 16 are kept",
		"the end of the customer's name: " + long, "the end of the customer's phone: " + long,
		"the end of the customer's foreign document: it has 2000 bytes, and 100 are kept",
		"the e-mail: it has more than 254 bytes, and half of it is somebody else's",
	}
	for _, part := range []string{"street", "number", "complement", "district", "city"} {
		want = append(want, "the end of the "+part+" of the customer's address: "+long)
	}
	for _, part := range []string{"state", "postal code", "country"} {
		want = append(want, "the end of the "+part+" of the customer's address: it has 2000 bytes, and 20 are kept")
	}
	const short = "it has 2000 bytes, and 100 are kept"
	want = append(want, "the end of the order's status: "+short, "the end of the name of line 1: "+long, "the end of the name of line 2: "+long,
		"the end of the name of payment 1: "+short, "the end of the reference of payment 1: "+long)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestABoundedOrderHasNoLongTextButThoseThatCheckRefuses(t *testing.T) {
	for _, text := range []string{strings.Repeat("x", 100_000), strings.Repeat("é", 50_000), strings.Repeat("💳", 25_000)} {
		o := filled(text)
		before := filled(text)
		got := o.Bounded()
		if diff := cmp.Diff(before, o, cmp.AllowUnexported(order.Money{}, order.Quantity{})); diff != "" {
			t.Fatalf("the order itself was changed:\n%s", diff)
		}
		got.ID, got.Customer.TaxID = "", ""
		for i := range got.Lines {
			if len(got.Lines[i].SKUs[0]) != len(text) {
				t.Error("a SKU was cut: half of one may be another's")
			}
			got.Lines[i].SKUs = nil
		}
		for i := range got.Payments {
			got.Payments[i].Method = ""
		}
		var longest string
		var look func(reflect.Value)
		look = func(v reflect.Value) {
			switch v.Kind() {
			case reflect.String:
				if s := v.String(); len(s) > len(longest) {
					longest = s
				}
				if !utf8.ValidString(v.String()) {
					t.Errorf("a character was cut in two: %.20q", v.String())
				}
			case reflect.Struct:
				for i := range v.NumField() {
					look(v.Field(i))
				}
			case reflect.Slice:
				for i := range v.Len() {
					look(v.Index(i))
				}
			}
		}
		look(reflect.ValueOf(got))
		if len(longest) > 1000 || len(got.Number) > order.MaxNumber || len(got.Currency) > 16 {
			t.Errorf("a text of %d bytes stays; number %d, currency %d", len(longest), len(got.Number), len(got.Currency))
		}
		if got.Customer.Email != "" {
			t.Errorf("half of an e-mail address stays: %.20q", got.Customer.Email)
		}
	}
}

func TestAnOrderOfUsualLengthsIsLeftAsItIs(t *testing.T) {
	for _, o := range []order.Order{good(), filled(strings.Repeat("é", 8)), {}} {
		if diff := cmp.Diff(o, o.Bounded()); diff != "" {
			t.Error(diff)
		}
	}
}

func TestWhatCannotBeCutIsRefusedByItsName(t *testing.T) {
	const over = "x"
	for name, c := range map[string]struct {
		change  func(*order.Order)
		message string
	}{
		"id":       {func(o *order.Order) { o.ID = strings.Repeat("9", 201) }, "id has 201 bytes, more than 200: enter the order in the ERP by hand"},
		"SKU":      {func(o *order.Order) { o.Lines[1].SKUs = []string{"A", strings.Repeat("é", 128)} }, "line 2: a SKU has 256 bytes, more than 255: give the product a shorter one in the store"},
		"SKUs":     {func(o *order.Order) { o.Lines[0].SKUs = make([]string, 21) }, "line 1 has 21 SKUs, more than 20: give it fewer in the store"},
		"lines":    {func(o *order.Order) { o.Lines = make([]order.Line, 1001) }, "the order has 1001 lines, more than 1000: enter it in the ERP by hand"},
		"payments": {func(o *order.Order) { o.Payments = make([]order.Payment, 101) }, "the order has 101 payments, more than 100: enter it in the ERP by hand"},
	} {
		o := good()
		c.change(&o)
		reason, _ := order.AsRejection(o.Check(now))
		if want := "preflight: " + c.message; reason.String() != want {
			t.Errorf("%s: %+v", name, reason)
		}
	}
	o := good()
	o.ID, o.Lines[1].SKUs = strings.Repeat("9", 200), []string{strings.Repeat("x", 255)}
	if err := o.Check(now); err != nil {
		t.Errorf("at the bounds: %v", err)
	}
	long := good()
	long.Currency = "BRL" + strings.Repeat(over, 1<<20)
	if reason, _ := order.AsRejection(long.Bounded().Check(now)); reason.Kind != order.CurrencyReason {
		t.Errorf("a currency that begins with BRL: %+v", reason)
	}
}

func TestALongReasonKeepsWhatIsWrongAndWhatToDo(t *testing.T) {
	for _, text := range []string{"A", "é", "💳"} {
		err := order.Reject(order.Mapping, "SKU %s is not mapped: add it in connections.yaml", strings.Repeat(text, 100_000))
		reason, _ := order.AsRejection(err)
		m := reason.Message.String()
		if len(m) > 1000 || len(m) < 900 || !utf8.ValidString(m) || !strings.HasPrefix(m, "SKU "+text) || !strings.HasSuffix(m, text+" is not mapped: add it in connections.yaml") {
			t.Errorf("%d bytes: %.40q ... %q", len(m), m, m[max(0, len(m)-60):])
		}
	}
}

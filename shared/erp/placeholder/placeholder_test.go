package placeholder_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp/placeholder"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/words/wordstest"
)

func TestNamesAreListedOnceInTheirOrder(t *testing.T) {
	for text, want := range map[string][]string{
		"":                                nil,
		"Pedido":                          nil,
		"Pedido {order.number}":           {"order.number"},
		"{line.name}/{line.sku}":          {"line.name", "line.sku"},
		"{orig}-{origId}-{orig}":          {"orig", "origId"},
		"a } that closes nothing is text": nil,
		"{ spaced }":                      {" spaced "},
	} {
		got, err := placeholder.Names(text)
		if err != nil {
			t.Errorf("Names(%q): %v", text, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Names(%q) (-want +got):\n%s", text, diff)
		}
	}
}

func TestABraceThatIsNeverClosedOrHoldsNothingIsAnError(t *testing.T) {
	for _, text := range []string{"{", "{order.number", "a {b {c}", "{{order.number}}", "{}", "x{}y", "{order.id}{"} {
		if _, err := placeholder.Names(text); !errors.Is(err, placeholder.ErrSyntax) {
			t.Errorf("Names(%q): %v, want ErrSyntax", text, err)
		}
		got, err := placeholder.Expand(text, map[string]string{"order.number": "1", "order.id": "2", "c": "3", "": "4"})
		if !errors.Is(err, placeholder.ErrSyntax) || got != "" {
			t.Errorf("Expand(%q) = %q, %v, want ErrSyntax and nothing", text, got, err)
		}
	}
}

func TestEachPlaceholderIsReplacedByItsValue(t *testing.T) {
	values := map[string]string{"order.number": "#1001", "line.name": "Curso de Go", "customer.phone": ""}
	for text, want := range map[string]string{
		"":                              "",
		"sem nada":                      "sem nada",
		"Pedido {order.number}":         "Pedido #1001",
		"{order.number}{line.name}":     "#1001Curso de Go",
		"[{customer.phone}]":            "[]",
		"{order.number} } ":             "#1001 } ",
		"{order.number} {order.number}": "#1001 #1001",
	} {
		got, err := placeholder.Expand(text, values)
		if err != nil || got != want {
			t.Errorf("Expand(%q) = %q, %v, want %q", text, got, err, want)
		}
	}
}

func TestAValueWithBracesIsNeverExpandedAgain(t *testing.T) {
	got, err := placeholder.Expand("{line.name}", map[string]string{"line.name": "{app_secret} {", "app_secret": "s3cret"})
	if err != nil || got != "{app_secret} {" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestAnUnknownPlaceholderIsNamedAndNoValueIsShown(t *testing.T) {
	got, err := placeholder.Expand("{app_key} {line.nmae}", map[string]string{"app_key": "123456"})
	if !errors.Is(err, placeholder.ErrUnknown) || got != "" {
		t.Fatalf("got %q, %v, want ErrUnknown and nothing", got, err)
	}
	if !strings.Contains(err.Error(), "{line.nmae}") || strings.Contains(err.Error(), "123456") {
		t.Errorf("error %q must name the placeholder and show no value", err)
	}
}

func FuzzExpandPutsBackWhatNamesFound(f *testing.F) {
	for _, text := range []string{"", "{a}", "{", "}{", "x{order.number}y{z}", "{{a}}"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		names, err := placeholder.Names(text)
		values := make(map[string]string, len(names))
		for _, name := range names {
			values[name] = "{" + name + "}"
		}
		got, expandErr := placeholder.Expand(text, values)
		if (err == nil) != (expandErr == nil) {
			t.Fatalf("Names: %v, Expand: %v", err, expandErr)
		}
		if err == nil && got != text {
			t.Fatalf("Expand(%q) = %q", text, got)
		}
	})
}

func TestFilledFieldsAreACopyWithoutWhatIsMissing(t *testing.T) {
	configured := map[string]any{"a": "x", "gone": "", "number": 7, "list": []any{"y", "", map[string]any{"b": "z"}, map[string]any{"b": ""}, nil}, "nothing": []any{"", map[string]any{"b": ""}}, "bare": []any{}, "empty": map[string]any{"b": ""}, "none": map[string]any{}}
	filled, err := placeholder.Fill(configured, func(key, text string) (any, error) {
		if text == "" {
			return nil, nil
		}
		return key + "=" + text, nil
	})
	want := map[string]any{"a": "a=x", "number": 7, "list": []any{"list=y", map[string]any{"b": "b=z"}, nil}, "bare": []any{}, "none": map[string]any{}}
	if diff := cmp.Diff(want, filled); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if configured["a"] != "x" || len(configured) != 8 {
		t.Errorf("what is configured became %v", configured)
	}
	_, err = placeholder.Fill(configured, func(key, _ string) (any, error) {
		if key == "b" {
			return nil, placeholder.ErrUnknown
		}
		return key, nil
	})
	if !errors.Is(err, placeholder.ErrUnknown) || !strings.Contains(err.Error(), ": b: ") {
		t.Errorf("the error is %v", err)
	}
}

func TestAnOrdersPlaceholdersAreItsPayersAndItsPayments(t *testing.T) {
	o := order.Order{ID: "1", Number: "#1", Total: order.Cents(1990),
		Customer: order.Customer{Name: "Sol Ltda", Email: "a@b.example", Phone: "+5511955550142", TaxID: "11222333000181", Address: order.Address{
			Street: "Rua Um", Number: "7", Complement: "Sala 2", District: "Centro", City: "Santos", State: "SP", PostalCode: "11010000", Country: "BR"}},
		Payments: []order.Payment{{Method: order.GiftCard, Amount: order.Cents(90)}, {Method: order.Pix, Amount: order.Cents(1900), Reference: "E1"}, {Method: order.Boleto, Amount: order.Cents(1900)}}}
	values := placeholder.LineValues(o, "loja", order.Line{Name: "Camiseta", SKUs: []string{"A", "B"}})
	want := "#1 1 19.90 Sol Ltda Sol Ltda 11222333000181 a@b.example +5511955550142 Rua Um 7 Sala 2 Centro Santos SP 11010000 BR pix E1 loja Camiseta A"
	got, err := placeholder.Expand("{order.number} {order.id} {order.total} {customer.name} {customer.company} {customer.tax_id} {customer.email} {customer.phone} "+
		"{address.street} {address.number} {address.complement} {address.district} {address.city} {address.state} {address.postal_code} {address.country} "+
		"{payment.method} {payment.reference} {connection} {line.name} {line.sku}", values)
	if err != nil || got != want {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
	for _, name := range placeholder.OfLine {
		if _, there := values[name]; !there {
			t.Errorf("{%s} has no value", name)
		}
	}
	if len(values) != len(placeholder.OfLine) {
		t.Errorf("%d values of %d names", len(values), len(placeholder.OfLine))
	}
	o.Customer.TaxID = "52998224725"
	if company := placeholder.OrderValues(o, "")["customer.company"]; company != "" {
		t.Errorf("a person is the company %q", company)
	}
}

func TestATextIsEmptyIfNoneOfItsPlaceholdersHasAValue(t *testing.T) {
	values := map[string]string{"a": "x", "b": "", "c": ""}
	for text, want := range map[string]bool{"": false, "SP": false, "{a}": false, "{b}": true, "Rua {b}, {c}": true, "{a}{b}": false, "{": false, "{gone}": true} {
		if got := placeholder.Empty(text, values); got != want {
			t.Errorf("Empty(%q) = %t", text, got)
		}
	}
}

func TestProblemsOfPlaceholdersAreReadInPortuguese(t *testing.T) {
	pt := wordstest.Portuguese(t)
	for text, want := range map[string]string{
		"{order.numbr}": "{order.numbr} não é um marcador conhecido aqui (você quis dizer {order.number}?); são aceitos: {order.number}",
		"{x}":           "{x} não é um marcador conhecido aqui; são aceitos: {order.number}",
		"{":             "marcador malformado: há um { que não foi fechado; são aceitos: {order.number}",
		"{}":            "marcador malformado: {} não tem nome dentro; são aceitos: {order.number}",
	} {
		if got := placeholder.Problems(text, []string{"order.number"}); len(got) != 1 || got[0].In(pt) != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	_, err := placeholder.Fill(map[string]any{"nota": "{x}"}, func(_, text string) (any, error) { return placeholder.Expand(text, nil) })
	if got := words.Of(err).In(pt); got != "nota: marcador desconhecido {x}" {
		t.Error(got)
	}
}

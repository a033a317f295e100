package order_test

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/order"
)

func money(t testing.TB, text string) order.Money {
	t.Helper()
	m, err := order.ParseMoney(text)
	if err != nil {
		t.Fatalf("ParseMoney(%q): %v", text, err)
	}
	return m
}

func quantity(t testing.TB, text string) order.Quantity {
	t.Helper()
	q, err := order.ParseQuantity(text)
	if err != nil {
		t.Fatalf("ParseQuantity(%q): %v", text, err)
	}
	return q
}

func TestAmountKeepsItsExactTextAndShowsTwoDecimalsAtLeast(t *testing.T) {
	for _, c := range []struct{ text, shown, number string }{
		{"1497", "1497.00", "1497"},
		{"1497.0", "1497.00", "1497"},
		{"158.49", "158.49", "158.49"},
		{"0.5", "0.50", "0.5"},
		{".5", "0.50", "0.5"},
		{"5.", "5.00", "5"},
		{" 12.30 ", "12.30", "12.3"},
		{"+3", "3.00", "3"},
		{"-3.005", "-3.005", "-3.005"},
		{"0.3333", "0.3333", "0.3333"},
		{"100.000", "100.00", "100"},
		{"0.500", "0.50", "0.5"},
		{"0.000", "0.00", "0"},
		{"-0", "0.00", "0"},
		{"007", "7.00", "7"},
		{"1e3", "1000.00", "1000"},
		{"1.497E+3", "1497.00", "1497"},
		{"25e-1", "2.50", "2.5"},
		{"1e14", "100000000000000.00", "100000000000000"},
		{"999999999999999.99", "999999999999999.99", "999999999999999.99"},
		{"33.333333333333336", "33.333333333333336", "33.333333333333336"},
		{"5.684341886080802e-14", "0.00000000000005684341886080802", "0.00000000000005684341886080802"},
		{"1e-40", "0." + strings.Repeat("0", 39) + "1", "0." + strings.Repeat("0", 39) + "1"},
		{strings.Repeat("0", 63) + "1", "1.00", "1"},
	} {
		m := money(t, c.text)
		if m.String() != c.shown || m.Number() != c.number {
			t.Errorf("%q: String %q, Number %q; want %q, %q", c.text, m.String(), m.Number(), c.shown, c.number)
		}
	}
}

func TestOnlyTheDustOfFloatsIsTakenOffAnAmount(t *testing.T) {
	for in, want := range map[string]string{
		"97.00000000000001": "97.00", "96.99999999999999": "97.00", "-97.00000000000001": "-97.00", "5.684341886080802e-14": "0.00",
		"19.990000000000002": "19.99", "19.9900009": "19.99", "19.99": "19.99", "19.990001": "19.990001",
		"0.0005": "0.0005", "33.333333333333336": "33.333333333333336", "19.995": "19.995", "0": "0.00",
	} {
		if got := money(t, in).WithoutDust().String(); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

var notNumbers = []string{
	"", " ", "abc", "NaN", "nan", "Inf", "-Infinity", "+", "-", ".", "-.", "e5", "1e", "1e+", "1e1.5",
	".-5", ".+5", "1-5", "1.-5", "--5", "+-5", "1.2.3", "1,50", "1.497,00", "1,497.00", "1_000", "0x10",
	"R$ 5", "5 BRL", "1 2", `"5"`, `5"`, "٣", "1e15", "1000000000000000", "-1e15", "0e16", "0e999", "1e-41", "1e999", "1e-999", "1e999999999", "1e-999999999",
	"1e99999999999999999999", strings.Repeat("0", 65), "true", "null", "\x00", "5\x00",
}

func TestTextThatIsNoPlainNumberIsRefused(t *testing.T) {
	for _, text := range notNumbers {
		if m, err := order.ParseMoney(text); !errors.Is(err, order.ErrNotANumber) {
			t.Errorf("ParseMoney(%q) = %s, %v", text, m, err)
		}
		if q, err := order.ParseQuantity(text); !errors.Is(err, order.ErrNotANumber) {
			t.Errorf("ParseQuantity(%q) = %s, %v", text, q, err)
		}
	}
}

func TestEveryShortTextIsReadOrRefusedAsTheFormOfANumberSays(t *testing.T) {
	form := regexp.MustCompile(`^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$`)
	tooMuch := regexp.MustCompile(`[eE][+-]?1[01]{2}$`)
	texts := []string{""}
	for range 6 {
		for _, text := range texts[max(0, len(texts)-16807):] {
			for _, c := range "+-.eE01" {
				texts = append(texts, text+string(c))
			}
		}
	}
	for _, text := range texts {
		want := form.MatchString(text) && !tooMuch.MatchString(text)
		if m, err := order.ParseMoney(text); (err == nil) != want {
			t.Fatalf("ParseMoney(%q) = %s, %v", text, m, err)
		}
	}
}

func TestAmountIsReadFromJSONNumberStringOrNull(t *testing.T) {
	for text, want := range map[string]string{
		`158.49`: "158.49", `"158.49"`: "158.49", `" 7 "`: "7.00", `1e2`: "100.00", `"\u0035"`: "5.00",
		`null`: "0.00", `-1`: "-1.00",
	} {
		m, q := order.Cents(1), order.Pieces(1)
		if err := json.Unmarshal([]byte(text), &m); err != nil || m.String() != want {
			t.Errorf("amount %s = %s, %v; want %s", text, m, err, want)
		}
		if err := json.Unmarshal([]byte(text), &q); err != nil || !q.Equal(quantity(t, want)) {
			t.Errorf("quantity %s = %s, %v; want %s", text, q, err, want)
		}
	}
	for _, text := range []string{`""`, `"abc"`, `"\"5\""`, `"1e999999999"`, `true`, `{}`, `[]`, `[5]`, `"NaN"`} {
		m, q := order.Cents(100), order.Pieces(1)
		if err := json.Unmarshal([]byte(text), &m); !errors.Is(err, order.ErrNotANumber) {
			t.Errorf("amount %s = %s, %v", text, m, err)
		}
		if err := json.Unmarshal([]byte(text), &q); !errors.Is(err, order.ErrNotANumber) {
			t.Errorf("quantity %s = %s, %v", text, q, err)
		}
	}
	for _, text := range []string{`"`, `""5""`, `"5`, ``} { // no JSON, handed over directly
		var m order.Money
		if err := m.UnmarshalJSON([]byte(text)); !errors.Is(err, order.ErrNotANumber) {
			t.Errorf("%s = %s, %v", text, m, err)
		}
	}
}

func TestAmountIsWrittenAsAStringAndQuantityAsANumber(t *testing.T) {
	b, err := json.Marshal(map[string]any{"a": order.Cents(49700), "b": money(t, "0.3333"), "c": order.Pieces(3),
		"d": quantity(t, "2.50"), "e": order.Money{}, "f": order.Quantity{}})
	want := `{"a":"497.00","b":"0.3333","c":3,"d":2.5,"e":"0.00","f":0}`
	if err != nil || string(b) != want {
		t.Errorf("%s, %v; want %s", b, err, want)
	}
}

func TestZeroValuesAreUsableZeros(t *testing.T) {
	var m order.Money
	var q order.Quantity
	if !m.IsZero() || m.IsNegative() || !m.Equal(order.Cents(0)) || m.Cmp(order.Cents(1)) != -1 ||
		m.Add(m).Sub(m).Neg().Times(q).Round().String() != "0.00" {
		t.Error("the zero Money is no zero")
	}
	if !q.IsZero() || q.IsNegative() || !q.IsWhole() || q.String() != "0" || q.Cmp(order.Pieces(0)) != 0 {
		t.Error("the zero Quantity is no zero")
	}
}

func TestArithmeticIsExact(t *testing.T) {
	for _, c := range []struct {
		name      string
		got       order.Money
		want      string
		different order.Money
	}{
		{"add", money(t, "0.1").Add(money(t, "0.2")), "0.3", order.Cents(31)},
		{"subtract", money(t, "0.3").Sub(money(t, "0.1")), "0.2", order.Cents(21)},
		{"negate", order.Cents(5).Neg(), "-0.05", order.Cents(5)},
		{"times", money(t, "0.3333").Times(quantity(t, "3")), "0.9999", order.Cents(100)},
		{"round down below a half", money(t, "1.00499").Round(), "1", order.Cents(101)},
		{"round away from zero", money(t, "-1.005").Round(), "-1.01", order.Cents(-100)},
		{"cents", order.Cents(-12345), "-123.45", order.Cents(12345)},
	} {
		if !c.got.Equal(money(t, c.want)) || c.got.Equal(c.different) || c.got.Cmp(c.different) == 0 {
			t.Errorf("%s = %s, want %s", c.name, c.got, c.want)
		}
	}
	for text, whole := range map[string]bool{"3": true, "3.0": true, "1e2": true, "2.5": false, "0.001": false} {
		if quantity(t, text).IsWhole() != whole {
			t.Errorf("quantity %s: whole is not %t", text, whole)
		}
	}
}

func TestApportionGivesTheCentLeftOverToWhoLostMost(t *testing.T) {
	for _, c := range []struct {
		name, total string
		weights     []string
		want        []string
	}{
		{"no parts", "10", nil, nil},
		{"one part", "10.01", []string{"3"}, []string{"10.01"}},
		{"first of equals", "10", []string{"1", "1", "1"}, []string{"3.34", "3.33", "3.33"}},
		{"two cents over", "20", []string{"1", "1", "1"}, []string{"6.67", "6.67", "6.66"}},
		{"most lost first", "1", []string{"1", "2", "4"}, []string{"0.14", "0.29", "0.57"}},
		{"zero weight takes nothing", "10", []string{"0", "1", "2"}, []string{"0", "3.33", "6.67"}},
		{"all weights zero", "10", []string{"0", "0"}, []string{"10", "0"}},
		{"fraction of a cent", "0.015", []string{"1", "1"}, []string{"0.01", "0.005"}},
		{"less than a cent", "0.005", []string{"1", "1"}, []string{"0.005", "0"}},
		{"negative", "-20", []string{"1", "1", "1"}, []string{"-6.67", "-6.67", "-6.66"}},
		{"first of many equals", "1", strings.Split(strings.Repeat("12", 15), ""),
			strings.Fields(strings.Repeat("0.02 0.05 ", 10) + strings.Repeat("0.02 0.04 ", 5))},
		{"zero", "0", []string{"1", "2"}, []string{"0", "0"}},
		{"a share that only looks like a cent", "0.01", []string{"999999999999999", "0.0000001"}, []string{"0.01", "0"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			weights := make([]order.Money, len(c.weights))
			for i, w := range c.weights {
				weights[i] = money(t, w)
			}
			got := order.Apportion(money(t, c.total), weights)
			if len(got) != len(c.want) {
				t.Fatalf("%v, want %v", got, c.want)
			}
			for i := range got {
				if !got[i].Equal(money(t, c.want[i])) {
					t.Errorf("%v, want %v", got, c.want)
				}
			}
		})
	}
}

func TestApportionedPartsAddUpAndStayWithinACent(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 5_000 {
		places := rnd.IntN(5)
		total := scaled(t, rnd.Int64N(1_000_000), places)
		weights := make([]order.Money, 1+rnd.IntN(9))
		var sum order.Money
		for i := range weights {
			weights[i] = scaled(t, rnd.Int64N([]int64{3, 100, 1_000_000_007}[rnd.IntN(3)]), rnd.IntN(5))
			sum = sum.Add(weights[i])
		}
		checkParts(t, total, weights, sum, order.Apportion(total, weights))
	}
}

func scaled(t *testing.T, n int64, places int) order.Money {
	t.Helper()
	return order.Cents(n).Times(quantity(t, []string{"100", "10", "1", "0.1", "0.01"}[places]))
}

func checkParts(t *testing.T, total order.Money, weights []order.Money, sum order.Money, parts []order.Money) {
	t.Helper()
	var got order.Money
	for i, p := range parts {
		got = got.Add(p)
		if p.IsNegative() {
			t.Fatalf("%s by %v: negative part in %v", total, weights, parts)
		}
		if total.Equal(total.Round()) && !p.Equal(p.Round()) {
			t.Fatalf("%s by %v: fraction of a cent in %v", total, weights, parts)
		}
		if sum.IsZero() {
			continue
		}
		// |part - total*weight/sum| < 0.01, without dividing.
		off := p.Times(quantity(t, sum.Number())).Sub(total.Times(quantity(t, weights[i].Number())))
		if off.IsNegative() {
			off = off.Neg()
		}
		if off.Cmp(sum.Times(quantity(t, "0.01"))) >= 0 {
			t.Fatalf("%s by %v: part %d of %v is a cent off", total, weights, i, parts)
		}
	}
	if !got.Equal(total) {
		t.Fatalf("%s by %v: %v add up to %s", total, weights, parts, got)
	}
}

func FuzzParseMoney(f *testing.F) {
	for _, text := range notNumbers {
		f.Add(text)
	}
	for _, text := range []string{"1497", "-0.5", "1e14", "1e-40", "33.333333333333336", ".5", "5."} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := order.ParseMoney(text)
		if err != nil {
			if !errors.Is(err, order.ErrNotANumber) || !m.IsZero() {
				t.Fatalf("%q: %s, %v", text, m, err)
			}
			return
		}
		if len(m.String()) > 64 {
			t.Fatalf("%q grew to %d bytes", text, len(m.String()))
		}
		b, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var back order.Money
		if err := json.Unmarshal(b, &back); err != nil || !back.Equal(m) {
			t.Fatalf("%q: %s came back as %s, %v", text, b, back, err)
		}
		_ = order.Apportion(m, []order.Money{order.Cents(1), order.Cents(2)})
	})
}

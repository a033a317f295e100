package order_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/order"
)

func TestTaxIDIsReadWithAndWithoutPunctuation(t *testing.T) {
	for _, c := range []struct{ text, id, formatted string }{
		{"52998224725", "52998224725", "529.982.247-25"},
		{"529.982.247-25", "52998224725", "529.982.247-25"},
		{" 529 982 247/25\n", "52998224725", "529.982.247-25"},
		{"52998224725\u00a0", "52998224725", "529.982.247-25"},
		{"529.982.247–25", "52998224725", "529.982.247-25"},
		{"529\u2011982\u2212247\u201525", "52998224725", "529.982.247-25"},
		{"\u200b529.982.\u2060247-25\ufeff", "52998224725", "529.982.247-25"},
		{"01234567890", "01234567890", "012.345.678-90"},
		{"11222333000181", "11222333000181", "11.222.333/0001-81"},
		{"11.222.333/0001-81", "11222333000181", "11.222.333/0001-81"},
		{"12.ABC.345/01DE-35", "12ABC34501DE35", "12.ABC.345/01DE-35"}, // Receita's own example
		{"12abc34501de35", "12ABC34501DE35", "12.ABC.345/01DE-35"},
		{"", "", ""},
		{" . - / ", "", ""},
	} {
		id, err := order.ParseTaxID(c.text)
		if err != nil || string(id) != c.id || id.Formatted() != c.formatted || id.IsCPF() != (len(c.id) == 11) {
			t.Errorf("ParseTaxID(%q) = %q, %v; formatted %q", c.text, id, err, id.Formatted())
		}
	}
}

var notTaxIDs = []string{
	"52998224724", "52998224715", "52998224735", "5299822472", "529982247250", "52998224A25",
	"11222333000182", "11222333000191", "1122233300018", "112223330001810",
	"12ABC34501DE36", "12ABC34501DE25", "12ABC34501DEA5", "12ABC34501DE3A",
	"ſ2ABC34501DE35", "１２ABC34501DE35", "abc", "N/A", "0", "529,982,247-25", "\x00\xff", "é2998224725",
}

func TestWrongTaxIDIsRefusedWithoutRepeatingIt(t *testing.T) {
	texts := notTaxIDs
	for _, d := range "0123456789" {
		texts = append(texts, strings.Repeat(string(d), 11), strings.Repeat(string(d), 14))
	}
	for _, text := range texts {
		id, err := order.ParseTaxID(text)
		if !errors.Is(err, order.ErrTaxID) || id != "" {
			t.Errorf("ParseTaxID(%q) = %q, %v", text, id, err)
		}
		if err != nil && len(text) > 3 && strings.Contains(err.Error(), text) {
			t.Errorf("the error repeats %q", text)
		}
	}
}

// Every single wrong digit is noticed; that is what the check digits are for.
func TestOneWrongDigitMakesATaxIDWrong(t *testing.T) {
	for _, right := range []string{"52998224725", "11222333000181", "12345678000195"} {
		for i := range right {
			for d := byte('0'); d <= '9'; d++ {
				text := right[:i] + string(d) + right[i+1:]
				if _, err := order.ParseTaxID(text); (err == nil) != (text == right) {
					t.Errorf("%s with digit %d = %c: %v", right, i, d, err)
				}
			}
		}
	}
}

// A character that is neither digit nor letter has a value too, and one pair of
// check digits would fit it.
func TestOtherCharactersAreRefusedWhateverTheCheckDigits(t *testing.T) {
	for _, stem := range []string{":8491726_", "38491;265", "3849172\x0065", ":2ABC34501DE", "12ABC3[501DE", "12AB\xff34501DE"} {
		for check := range 100 {
			text := fmt.Sprintf("%s%02d", stem, check)
			if id, err := order.ParseTaxID(text); err == nil {
				t.Errorf("ParseTaxID(%q) = %q", text, id)
			}
		}
	}
}

func FuzzParseTaxID(f *testing.F) {
	for _, text := range append(notTaxIDs, "529.982.247-25", "12.ABC.345/01DE-35", "", "11222333000181") {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		id, err := order.ParseTaxID(text)
		if err != nil {
			if !errors.Is(err, order.ErrTaxID) || id != "" {
				t.Fatalf("%q: %q, %v", text, id, err)
			}
			return
		}
		if n := len(id); n != 0 && n != 11 && n != 14 {
			t.Fatalf("%q gave %q", text, id)
		}
		for _, again := range []string{string(id), id.Formatted(), strings.ToLower(string(id))} {
			if same, err := order.ParseTaxID(again); err != nil || same != id {
				t.Fatalf("%q gave %q, which is read as %q, %v", text, id, same, err)
			}
		}
	})
}

func TestATaxIDIsItselfHoweverItIsWritten(t *testing.T) {
	id := order.TaxID("12ABC34501DE35")
	for text, is := range map[string]bool{
		"12ABC34501DE35": true, "12.abc.345/01de-35": true, " CNPJ: ": false, "": false, "12.ABC.345/01DE-3": false, "112ABC34501DE35": false,
		"12 abc 345 01 de 35": true,
	} {
		if got := id.Is(text); got != is {
			t.Errorf("%q: %t", text, got)
		}
	}
}

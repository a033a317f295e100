package fold_test

import (
	"testing"

	"github.com/carimbo/carimbo/shared/fold"
)

func TestTextsThatReadAlikeBecomeOne(t *testing.T) {
	for text, want := range map[string]string{
		"":                            "",
		"Cartão de CRÉDITO":           "cartao de credito",
		"Sa\u0303o Paulo":             "sao paulo",
		"  SÃO\u00a0\n\tPAULO ":       "sao paulo",
		"código, endereço, pinguim ü": "codigo, endereco, pinguim u",
		"“OS” ‘x’ «y» d´água":         `"os" 'x' "y" d'agua`,
		"a\u200bb\x00c\x7fd\u00ade":   "abcde",
		"\xffOS\xfe":                  "os",
		"İstanbul, ŻÓŁĆ, Ñandú, 日本, 1ª": "istanbul, zołc, nandu, 日本, 1ª",
	} {
		if got := fold.Text(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

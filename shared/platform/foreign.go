package platform

import (
	"strings"
	"unicode"
)

// generic are the ids that a tax authority has for whoever has none: of Mexico for the public
// and for buyers from abroad (SAT, Resolución Miscelánea Fiscal 2.7.1.26), of Portugal for the
// final consumer (SAF-T PT, Portaria 302/2016) and of Bolivia for buyers from abroad, those
// without a number and small sales (SIN). Those of Colombia (222222222222) and Ecuador
// (9999999999999) are one digit repeated. Listed in docs/platforms/payer.md.
var generic = wordSet(`XAXX010101000 XEXX010101000 999999990 99001 99002 99003`)

// leastDigits is how many digits a document has at least: words, "1" and "x2" have fewer.
const leastDigits = 3

// identifies tells whether what somebody abroad gave as a document is one of theirs. In a
// form that wants a CPF they type words, dashes, zeros, a digit again and again, or 123456.
func identifies(document string) bool {
	bare := strings.ToUpper(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, document))
	digits := strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, bare)
	switch {
	case len(digits) < leastDigits, strings.Trim(digits, digits[:1]) == "", generic[bare]:
		return false
	}
	return digits != bare || !counts(digits)
}

// counts tells digits that go up, or down, one by one: 123456, 987654321, and whatever they
// fill a CPF up with: 123.456.789-00.
func counts(digits string) bool {
	return strings.HasPrefix(digits, "123456789") || strings.Contains("0123456789", digits) || strings.Contains("9876543210", digits)
}

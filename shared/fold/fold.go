// Package fold makes texts comparable, however shops and ERPs wrote them.
package fold

import (
	"strings"
	"unicode"
)

// Text is a text in lower case and without accents, written either way, with plain
// quotes, single spaces and nothing that nobody sees, since an ERP may drop that.
func Text(text string) string {
	text = strings.Map(func(r rune) rune {
		if ' ' <= r && r < unicode.MaxASCII {
			return r
		}
		if plain, known := plain[r]; known {
			return plain
		}
		if unicode.In(r, unicode.Mn, unicode.Cf, unicode.Cc) {
			return -1
		}
		return r
	}, strings.ToLower(strings.ToValidUTF8(text, "")))
	return strings.Join(strings.Fields(text), " ")
}

// plain is what stands for a letter with a mark, a quote of any kind or the end of a
// line.
var plain = func() map[rune]rune {
	m := map[rune]rune{}
	for to, from := range map[rune]string{
		'a': "áàâãäåāăą", 'c': "çćč", 'e': "éèêëēę", 'i': "íìîïīı", 'n': "ñńň", 'o': "óòôõöøō", 'u': "úùûüū", 'y': "ýÿ",
		's': "śš", 'z': "źżž", '"': "“”„«»″", '\'': "‘’‚`´′", ' ': "\n\r\t",
	} {
		for _, r := range from {
			m[r] = to
		}
	}
	return m
}() // never written to

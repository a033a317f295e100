package wire

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/carimbo/carimbo/shared/order"
)

// MaxText is how much of an answer is kept.
const MaxText = 500

// Clean is an ERP's text for a person: tax ids, e-mails and the given
// private values masked, at most 500 bytes. It masks before it cuts, so that no
// half of a tax id stays.
func Clean(text string, private ...string) string {
	text = fold(text)
	for _, value := range private {
		value = fold(value)
		// Shorter ones would blacken the words around them.
		if len(value) >= 4 {
			text = regexp.MustCompile(`(?i)`+regexp.QuoteMeta(value)).ReplaceAllLiteralString(text, order.Mask)
		}
	}
	return Cut(order.Masked(text), MaxText)
}

// fold makes one space of every run of spaces, as in the text that is searched.
func fold(text string) string { return strings.Join(strings.Fields(Text(text)), " ") }

// Cut shortens a text to so many bytes without splitting a character.
func Cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit]
}

// Text is a text without control characters: a line break becomes a space, the
// others vanish.
func Text(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "")))
}

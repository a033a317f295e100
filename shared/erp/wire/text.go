package wire

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxText is how much of an answer is kept.
const MaxText = 500

const masked = "***"

var (
	email = regexp.MustCompile(`[^\s@<>"'(),;:\[\]]+@[^\s@<>"'(),;:\[\]]+`)
	// A CPF or CNPJ with or without its punctuation, no part of a longer number; a
	// CNPJ with letters also where it has no punctuation, as a word of its own.
	numeric  = regexp.MustCompile(`(^|[^0-9])(?:[0-9]{3}[. ]?[0-9]{3}[. ]?[0-9]{3}[- ]?[0-9]{2}|[0-9]{2}[. ]?[0-9]{3}[. ]?[0-9]{3}[/ ]?[0-9]{4}[- ]?[0-9]{2})($|[^0-9])`)
	lettered = regexp.MustCompile(`(?i)[0-9a-z]{2}\.[0-9a-z]{3}\.[0-9a-z]{3}/[0-9a-z]{4}-[0-9]{2}|\b[0-9a-z]{12}[0-9]{2}\b`)
)

// Clean is an ERP's text for a person: tax ids, e-mails and the given
// private values masked, at most 500 bytes. It masks before it cuts, so that no
// half of a tax id stays.
func Clean(text string, private ...string) string {
	text = fold(text)
	for _, value := range private {
		value = fold(value)
		// Shorter ones would blacken the words around them.
		if len(value) >= 4 {
			text = regexp.MustCompile(`(?i)`+regexp.QuoteMeta(value)).ReplaceAllLiteralString(text, masked)
		}
	}
	text = email.ReplaceAllLiteralString(text, masked)
	text = lettered.ReplaceAllLiteralString(text, masked)
	// Twice, because two that stand side by side share the character between them.
	for range 2 {
		text = numeric.ReplaceAllString(text, "${1}"+masked+"${2}")
	}
	return Cut(text, MaxText)
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

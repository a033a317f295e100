package order

import (
	"regexp"
	"strings"
)

// Mask stands for what must not be shown.
const Mask = "***"

var (
	email = regexp.MustCompile(`[^\s@<>"'(),;:\[\]]+@[^\s@<>"'(),;:\[\]]+`)
	// A CPF or CNPJ with or without its punctuation, no part of a longer number; a
	// CNPJ with letters also where it has no punctuation, as a word of its own.
	numeric  = regexp.MustCompile(`(^|[^0-9])(?:[0-9]{3}[. ]?[0-9]{3}[. ]?[0-9]{3}[- ]?[0-9]{2}|[0-9]{2}[. ]?[0-9]{3}[. ]?[0-9]{3}[/ ]?[0-9]{4}[- ]?[0-9]{2})($|[^0-9])`)
	lettered = regexp.MustCompile(`(?i)[0-9a-z]{2}\.[0-9a-z]{3}\.[0-9a-z]{3}/[0-9a-z]{4}-[0-9]{2}|\b[0-9a-z]{12}[0-9]{2}\b`)
)

// Masked is a text that somebody wrote, without its tax ids and e-mails.
func Masked(text string) string {
	// Most texts have nothing of the kind, and are looked at much: see first what each needs.
	if strings.Contains(text, "@") {
		text = email.ReplaceAllLiteralString(text, Mask)
	}
	if !strings.ContainsAny(text, "0123456789") {
		return text
	}
	text = lettered.ReplaceAllLiteralString(text, Mask)
	// Twice, because two that stand side by side share the character between them.
	for range 2 {
		text = numeric.ReplaceAllString(text, "${1}"+Mask+"${2}")
	}
	return text
}

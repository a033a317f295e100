package order

import "regexp"

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
	text = email.ReplaceAllLiteralString(text, Mask)
	text = lettered.ReplaceAllLiteralString(text, Mask)
	// Twice, because two that stand side by side share the character between them.
	for range 2 {
		text = numeric.ReplaceAllString(text, "${1}"+Mask+"${2}")
	}
	return text
}

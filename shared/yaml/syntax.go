package yaml

import "github.com/carimbo/carimbo/shared/words"

// What is said of a file that is no YAML: without, and with, what the parser found there.
const (
	notValid    = "is not valid YAML"
	notValidFor = "is not valid YAML: %s"
)

// IsSyntax tells whether the file is no YAML there: the parser's own words quote it at times.
func (p Problem) IsSyntax() bool { return p.Message.Has(notValid) || p.Message.Has(notValidFor) }

// libraryWords are what the parser's library says of a mistake, in the words of a person's
// language where it is one that people make; else in its own.
func libraryWords(said string) words.Text {
	if text, known := mistakes[said]; known {
		return text
	}
	return words.Plain(said)
}

// mistakes are those that a person makes. Most of the library's others are of anchors, aliases,
// tags and directives, which are refused before.
var mistakes = map[string]words.Text{
	"',' or ']' must be specified":                                       words.Say("',' or ']' must be specified"),
	"',' or '}' must be specified":                                       words.Say("',' or '}' must be specified"),
	"sequence end token ']' not found":                                   words.Say("sequence end token ']' not found"),
	"could not find flow mapping end token '}'":                          words.Say("could not find flow mapping end token '}'"),
	"could not find '[' character corresponding to ']'":                  words.Say("could not find '[' character corresponding to ']'"),
	"could not find '{' character corresponding to '}'":                  words.Say("could not find '{' character corresponding to '}'"),
	"could not find end character of single-quoted text":                 words.Say("could not find end character of single-quoted text"),
	"could not find end character of double-quoted text":                 words.Say("could not find end character of double-quoted text"),
	"mapping value is not allowed in this context":                       words.Say("mapping value is not allowed in this context"),
	"value is not allowed in this context":                               words.Say("value is not allowed in this context"),
	"value is not allowed in this context. map key-value is pre-defined": words.Say("value is not allowed in this context. map key-value is pre-defined"),
	"block sequence entries are not allowed in this context":             words.Say("block sequence entries are not allowed in this context"),
	"non-map value is specified":                                         words.Say("non-map value is specified"),
	"unexpected key name":                                                words.Say("unexpected key name"),
	"unexpected map key":                                                 words.Say("unexpected map key"),
	"found an invalid key for this map":                                  words.Say("found an invalid key for this map"),
	"map key definition includes an implicit line break":                 words.Say("map key definition includes an implicit line break"),
	"found a tab character where an indentation space is expected":       words.Say("found a tab character where an indentation space is expected"),
	"tab character cannot be used for indentation in single-quoted text": words.Say("tab character cannot be used for indentation in single-quoted text"),
	"tab character cannot be used for indentation in double-quoted text": words.Say("tab character cannot be used for indentation in double-quoted text"),
	"could not find multi-line content":                                  words.Say("could not find multi-line content"),
}

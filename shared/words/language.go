package words

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// Language is one that texts can be read in. The zero Language is English.
type Language struct {
	// Name is as in BCP 47: "pt-BR".
	Name string
	// formats are the sentences by the id of the English one.
	formats map[string]string
}

// NewLanguage reads a catalogue: blocks of two lines, the English format and the same in the
// language, with an empty line between two blocks. A line that begins with # is a comment;
// \n in a format is the end of a line. The values are %s there, %[2]s where the order of
// them differs, and %% is a sign.
func NewLanguage(name string, catalogues ...string) (Language, error) {
	l := Language{name, map[string]string{}}
	for _, catalogue := range catalogues {
		for english, format := range Blocks(catalogue) {
			id := idOf(english)
			if former, twice := l.formats[id]; format == "" || twice && former != format {
				return Language{}, fmt.Errorf("%s: %q has no translation, or two", name, english)
			}
			l.formats[id] = format
		}
	}
	return l, nil
}

// Blocks yields what a catalogue has: the English and the translation of each block, the
// latter empty where it has none.
func Blocks(catalogue string) func(yield func(english, translated string) bool) {
	return func(yield func(string, string) bool) {
		english := ""
		give := func(translated string) bool {
			of := english
			english = ""
			return of == "" || yield(unescaped(of), unescaped(translated))
		}
		for line := range strings.Lines(catalogue) {
			line = strings.TrimRight(line, "\r\n")
			switch {
			case strings.HasPrefix(line, "#"):
			case line == "":
				if !give("") {
					return
				}
			case english == "":
				english = line
			default:
				if !give(line) {
					return
				}
			}
		}
		give("")
	}
}

// unescaped is a line of a catalogue as the format that it is.
func unescaped(line string) string { return strings.ReplaceAll(line, `\n`, "\n") }

// Of is a format without values in that language; the English one where the language doesn't
// have it.
func (l Language) Of(english string) string {
	if translated, has := l.formats[idOf(english)]; has {
		return translated
	}
	return english
}

// InJSON puts the texts that are kept in JSON into the words of the language: a Text marshals
// as what is kept of it.
func (l Language) InJSON(text []byte) []byte {
	const opening = `\u001c` // as encoding/json writes it
	if !bytes.Contains(text, []byte(opening)) {
		return text
	}
	var out []byte
	for len(text) > 0 {
		start := bytes.IndexByte(text, '"')
		if start < 0 {
			break
		}
		end := start + 1
		for end < len(text) && text[end] != '"' {
			if text[end] == '\\' {
				end++
			}
			end++
		}
		literal := text[start:min(end+1, len(text))]
		out, text = append(out, text[:start]...), text[start+len(literal):]
		var kept string
		if bytes.Contains(literal, []byte(opening)) && json.Unmarshal(literal, &kept) == nil {
			literal = written(Read(kept).In(l))
		}
		out = append(out, literal...)
	}
	return append(out, text...)
}

// written is a text as JSON, with its letters as they are.
func written(text string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(text); err != nil {
		panic(err) // a text always can be
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

// Package words is what people are told. A sentence is written once, in English, as a
// constant format with values. What is kept of it is the format's id with the values, and it
// is put into the words of a language when somebody reads it.
package words

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Text is something that a person is told. The zero Text says nothing. Equal Texts say the
// same in every language, and == compares them.
//
// It marshals as one string: a sentence of ours is open, the id of its format, mark, and the
// English sentence in which each value stands between two fences or is a sentence of ours
// again, and end. So a release that knows no ids still shows readable English, and one that
// doesn't know this id keeps the words. Words that aren't ours are themselves.
type Text struct{ kept string }

// The signs of what is kept: ASCII's separators, which no text of a person has. Plain takes
// them out of whatever comes from outside.
const (
	open  = '\x1c'
	end   = '\x1d'
	fence = '\x1e'
	mark  = '\x1f'
)

// Plain is a text that is the same in every language: an ERP's words, a store's, a name.
func Plain(text string) Text { return Text{withoutSigns(text)} }

func withoutSigns(text string) string {
	if !hasSign(text) {
		return text
	}
	return strings.Map(func(r rune) rune {
		if isSign(r) {
			return -1
		}
		return r
	}, text)
}

// hasSign looks for each sign as fast as the machine can: strangers' texts may be long.
func hasSign(text string) bool {
	return strings.IndexByte(text, open) >= 0 || strings.IndexByte(text, end) >= 0 || strings.IndexByte(text, fence) >= 0 || strings.IndexByte(text, mark) >= 0
}

func isSign(r rune) bool { return r >= open && r <= mark }

// Say is the format, a constant, with its values filled in. A catalogue has it in
// Portuguese, which a test sees to. A value is a Text, something with a method Words
// that returns one, or anything that is written the same in every language: a number, a
// field's name, words of somebody else.
func Say(format string, values ...any) Text {
	if false {
		_ = fmt.Sprintf(format, values...) // has go vet compare the values with the format
	}
	var b strings.Builder
	b.Grow(len(format) + 32)
	b.WriteRune(open)
	b.WriteString(idOf(format))
	b.WriteRune(mark)
	eachVerb(format, b.WriteString, func(verb string, number int) {
		b.WriteString(textOf(verb, valueAt(values, number)).asValue())
	})
	b.WriteRune(end)
	return Text{b.String()}
}

// textOf is a value as the verb has it. What most values are needs no fmt.
func textOf(verb string, value any) Text {
	switch v := value.(type) {
	case Text:
		return v
	case worded:
		return v.Words()
	case string:
		if verb == "%s" {
			return Plain(v)
		}
	case int:
		if verb == "%d" {
			return Text{strconv.Itoa(v)}
		}
	}
	return Plain(fmt.Sprintf(verb, value))
}

// worded is what says itself in words: an error of ours, a state.
type worded interface{ Words() Text }

// missing stands where a format has more verbs than values, as fmt has it.
const missing = "%!(MISSING)"

func valueAt(values []any, number int) any {
	if number < len(values) {
		return values[number]
	}
	return missing
}

func (t Text) asValue() string {
	if t.isOurs() {
		return t.kept
	}
	return string(fence) + t.kept + string(fence)
}

func (t Text) isOurs() bool { return t.kept != "" && t.kept[0] == open }

// Count is what is said of n things: of one, or of any other number. Both formats take the
// number.
func Count(n int, one, others string) Text {
	if n == 1 {
		return Say(one, n)
	}
	return Say(others, n)
}

// Sentences are texts one after the other, each but the last with a full stop.
func Sentences(texts ...Text) Text {
	var parts []Text
	for _, t := range texts {
		if t.IsZero() {
			continue
		}
		if n := len(parts); n > 0 {
			stop := ". "
			if strings.ContainsAny(lastOf(strings.TrimRight(parts[n-1].String(), " ")), ".!?") {
				stop = " "
			}
			parts = append(parts, Plain(stop))
		}
		parts = append(parts, t)
	}
	return inARow(parts)
}

func lastOf(text string) string {
	_, size := utf8.DecodeLastRuneInString(text)
	return text[len(text)-size:]
}

// Join is texts with a separator that is the same in every language between them.
func Join(texts []Text, separator string) Text {
	var parts []Text
	for i, t := range texts {
		if i > 0 {
			parts = append(parts, Plain(separator))
		}
		parts = append(parts, t)
	}
	return inARow(parts)
}

// inARow is texts without anything between them. Its id is that of no format: no language
// has anything else to say of it.
func inARow(texts []Text) Text {
	if len(texts) < 2 {
		return append(texts, Text{})[0]
	}
	var b strings.Builder
	for _, t := range texts {
		b.WriteString(t.asValue())
	}
	return Text{string(open) + idOf("") + string(mark) + b.String() + string(end)}
}

// IsZero tells whether the text says nothing.
func (t Text) IsZero() bool { return t.kept == "" }

// Has tells whether the format is among the text's sentences, whatever its values are. Of
// words that a release kept which knew no ids it tells by the format's beginning.
func (t Text) Has(format string) bool {
	if !t.isOurs() {
		return strings.Contains(t.kept, beginning(format))
	}
	return strings.Contains(t.kept, string(open)+idOf(format)+string(mark))
}

// Without is a row of Sentences up to the one of that format; the text itself where it has
// none.
func (t Text) Without(format string) Text {
	if !t.isOurs() {
		before, _, _ := strings.Cut(t.kept, ". "+beginning(format))
		return Text{before}
	}
	row := t.sentence()
	for i, p := range row.parts {
		if i > 0 && row.id == idOf("") && p.inner != nil && p.inner.id == idOf(format) {
			var kept []Text
			for _, p := range row.parts[:i-1] {
				kept = append(kept, p.asText())
			}
			return inARow(kept)
		}
	}
	return t
}

// beginning is a format up to its first value.
func beginning(format string) string {
	before, _, _ := strings.Cut(format, "%")
	return before
}

// Equal tells whether both say the same in every language, as == does.
func (t Text) Equal(other Text) bool { return t == other }

// String is the text in English: for logs, and where nobody's language is known.
func (t Text) String() string { return t.In(Language{}) }

// In is the text in that language; what the language doesn't have is in English.
func (t Text) In(l Language) string {
	switch {
	case !t.isOurs():
		return t.kept
	case len(l.formats) == 0:
		return english(t.kept)
	}
	return t.sentence().in(l)
}

// Each is the text with every value replaced that is no sentence of ours, those of its
// sentences among them. Words that aren't ours are one value.
func (t Text) Each(replace func(string) string) Text {
	if !t.isOurs() {
		return Plain(replace(t.kept))
	}
	return Text{t.sentence().each(func(s string) string { return withoutSigns(replace(s)) }).kept()}
}

// sentence is one of ours, taken apart. What has too many inside each other is in English.
func (t Text) sentence() *sentence {
	if said, _ := parse(t.kept); said != nil {
		return said
	}
	return &sentence{idOf(""), []part{{text: english(t.kept)}}}
}

// Within is the text with at most so many bytes of English, if its values give that much:
// cut shortens the longest of them until it fits. Our own words stay whole.
func (t Text) Within(limit int, cut func(text string, limit int) string) Text {
	for range mostValues {
		english := t.String()
		excess := len(english) - limit
		if excess <= 0 {
			return t
		}
		longest := ""
		t.Each(func(v string) string {
			if len(v) > len(longest) {
				longest = v
			}
			return v
		})
		short := cut(longest, max(len(longest)-excess, shortest))
		if len(short) >= len(longest) {
			return t
		}
		done := false
		t = t.Each(func(v string) string {
			if done || v != longest {
				return v
			}
			done = true
			return short
		})
	}
	return t
}

const (
	// mostValues is how many values are shortened at most, shortest how much is left of one.
	mostValues = 8
	shortest   = 24
)

// Kept is what is kept of it; see Text. Read reads it.
func (t Text) Kept() string { return t.kept }

// Read reads what was kept, also by a release that knew no ids.
func Read(kept string) Text {
	if said, rest := parse(kept); said != nil && rest == "" {
		return Text{kept}
	}
	return Plain(kept)
}

// LogValue is the text in English: a log would show what is kept of it otherwise.
func (t Text) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalText is Kept.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.kept), nil }

// UnmarshalText is Read.
func (t *Text) UnmarshalText(kept []byte) error {
	*t = Read(string(kept))
	return nil
}

// idOf is the id of a format: 48 bits of its hash, which a test finds to be another for each
// that there is. A sentence that is reworded is another one.
func idOf(format string) string {
	const offset, prime = 14695981039346656037, 1099511628211 // FNV-1a
	hash := uint64(offset)
	for _, b := range []byte(format) {
		hash = (hash ^ uint64(b)) * prime
	}
	var id [idLength]byte
	base64.RawURLEncoding.Encode(id[:], binary.BigEndian.AppendUint64(nil, hash)[:6])
	return string(id[:])
}

package words

import "strings"

// idLength is how many characters an id has.
const idLength = 8

// deepest is how many sentences may stand inside each other: what is read was written by
// us, or by somebody who would have us run out of memory.
const deepest = 32

// sentence is one of ours, taken apart.
type sentence struct {
	id    string
	parts []part
}

// part is a piece of a sentence: words of the format, or a value, which may be a sentence.
type part struct {
	text    string
	isValue bool
	inner   *sentence
}

// parse takes apart the sentence at the beginning of what was kept, and returns what comes
// after it; nil if there is none.
func parse(kept string) (*sentence, string) { return parseAt(kept, 0) }

func parseAt(kept string, depth int) (*sentence, string) {
	if depth > deepest || len(kept) < idLength+2 || kept[0] != open || kept[1+idLength] != mark || strings.ContainsFunc(kept[1:1+idLength], isSign) {
		return nil, kept
	}
	s, rest := &sentence{id: kept[1 : 1+idLength]}, kept[idLength+2:]
	for rest != "" {
		at := strings.IndexFunc(rest, isSign)
		if at < 0 {
			return nil, kept
		}
		if at > 0 {
			s.parts = append(s.parts, part{text: rest[:at]})
		}
		switch rest = rest[at:]; rest[0] {
		case end:
			return s, rest[1:]
		case fence:
			value, after, closed := strings.Cut(rest[1:], string(fence))
			if !closed || strings.ContainsFunc(value, isSign) {
				return nil, kept
			}
			s.parts, rest = append(s.parts, part{text: value, isValue: true}), after
		case open:
			inner, after := parseAt(rest, depth+1)
			if inner == nil {
				return nil, kept
			}
			s.parts, rest = append(s.parts, part{isValue: true, inner: inner}), after
		default:
			return nil, kept
		}
	}
	return nil, kept
}

// english is a sentence as it stands in what was kept, without taking it apart: all of it
// but its signs and ids.
func english(kept string) string {
	var b strings.Builder
	b.Grow(len(kept))
	for {
		at := strings.IndexFunc(kept, isSign)
		if at < 0 {
			b.WriteString(kept)
			return b.String()
		}
		b.WriteString(kept[:at])
		length := 1
		if kept[at] == open {
			length = idLength + 2
		}
		kept = kept[at+length:]
	}
}

func (s *sentence) kept() string {
	var b strings.Builder
	b.WriteRune(open)
	b.WriteString(s.id)
	b.WriteRune(mark)
	for _, p := range s.parts {
		switch {
		case p.inner != nil:
			b.WriteString(p.inner.kept())
		case p.isValue:
			b.WriteRune(fence)
			b.WriteString(p.text)
			b.WriteRune(fence)
		default:
			b.WriteString(p.text)
		}
	}
	b.WriteRune(end)
	return b.String()
}

// each replaces the values, and nothing of our own words.
func (s *sentence) each(replace func(string) string) *sentence {
	parts := make([]part, len(s.parts))
	for i, p := range s.parts {
		switch {
		case p.inner != nil:
			p.inner = p.inner.each(replace)
		case p.isValue:
			p.text = replace(p.text)
		}
		parts[i] = p
	}
	return &sentence{s.id, parts}
}

// in is the sentence in that language.
func (s *sentence) in(l Language) string {
	var b strings.Builder
	format, known := l.formats[s.id]
	if !known {
		for _, p := range s.parts {
			b.WriteString(p.in(l))
		}
		return b.String()
	}
	var values []string
	for _, p := range s.parts {
		if p.isValue {
			values = append(values, p.in(l))
		}
	}
	eachVerb(format, b.WriteString, func(_ string, number int) {
		if number < len(values) {
			b.WriteString(values[number])
		}
	})
	return b.String()
}

func (p part) in(l Language) string {
	if p.inner != nil {
		return p.inner.in(l)
	}
	return p.text
}

func (p part) asText() Text {
	if p.inner != nil {
		return Text{p.inner.kept()}
	}
	return Text{p.text}
}

package wire

import (
	"bytes"
	"html"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Plain is a text whose HTML entities and JSON escapes of letters ("J\u00e1") are undone,
// once: who escapes twice leaves some.
func Plain(text string) string {
	if strings.Contains(text, `\u`) {
		text = unescaped(text)
	}
	return html.UnescapeString(text)
}

// unescaped undoes escapes like \u00e1, which are UTF-16. What is none stays.
func unescaped(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); {
		r, ok := escapeAt(text, i)
		if !ok {
			out.WriteByte(text[i])
			i++
			continue
		}
		i += len(`\u0000`)
		if low, ok := escapeAt(text, i); ok && utf16.IsSurrogate(r) {
			r = utf16.DecodeRune(r, low)
			i += len(`\u0000`)
		}
		out.WriteRune(r)
	}
	return out.String()
}

func escapeAt(text string, i int) (rune, bool) {
	if len(text)-i < len(`\u0000`) || text[i] != '\\' || text[i+1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(text[i+2:i+6], 16, 16)
	return rune(n), err == nil
}

// Read reads an answer's JSON in any writing that is seen: behind a byte order mark, in
// Latin-1, or as JSON in a JSON text. Numbers keep their text.
func Read(body []byte) (any, error) {
	body = bytes.TrimPrefix(body, []byte("\uFEFF"))
	if !utf8.Valid(body) {
		body = fromLatin1(body)
	}
	var v any
	if err := Decode(body, &v); err != nil {
		return nil, err
	}
	if text, ok := v.(string); ok {
		var inner any
		if Decode([]byte(text), &inner) == nil {
			return inner, nil
		}
	}
	return v, nil
}

func fromLatin1(b []byte) []byte {
	out := make([]byte, 0, 2*len(b))
	for _, c := range b {
		out = utf8.AppendRune(out, rune(c))
	}
	return out
}

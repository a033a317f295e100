package loose

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// JSON is a body as encoding/json reads it, however its sender wrote it: without a byte
// order mark, with what is no UTF-8 taken for Windows-1252 (which has all of Latin-1
// that is written), and with the lists that PHP writes with keys as lists. A body that
// needs none of this comes back as it is.
func JSON(body []byte) []byte {
	body = UTF8(body)
	if hasNumberedKey(body) && json.Valid(body) {
		body = unkeyed(body)
	}
	return body
}

// UTF8 is a text without a byte order mark, and with what is no UTF-8 taken for
// Windows-1252. A text that needs none of this comes back as it is.
func UTF8(text []byte) []byte {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if utf8.Valid(text) {
		return text
	}
	return utf8Of(text)
}

// windows1252 has what it puts where Latin-1 has control characters; five are unused.
var windows1252 = [32]rune{
	'€', 0x81, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0x8d, 'Ž', 0x8f,
	0x90, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0x9d, 'ž', 'Ÿ',
} // never written to

// utf8Of leaves what is UTF-8, since plugins mix both in one body.
func utf8Of(body []byte) []byte {
	out := make([]byte, 0, len(body)+len(body)/8)
	for len(body) > 0 {
		r, size := utf8.DecodeRune(body)
		if r == utf8.RuneError && size == 1 {
			if r = rune(body[0]); 0x80 <= r && r < 0xa0 {
				r = windows1252[r-0x80]
			}
		}
		out = utf8.AppendRune(out, r)
		body = body[size:]
	}
	return out
}

// hasNumberedKey tells at once that a body has no object that begins like a keyed list.
func hasNumberedKey(body []byte) bool {
	for {
		at := bytes.IndexByte(body, '{')
		if at < 0 {
			return false
		}
		body = bytes.TrimLeft(body[at+1:], " \t\r\n")
		if len(body) > 1 && body[0] == '"' && '0' <= body[1] && body[1] <= '9' {
			return true
		}
	}
}

// unkeyed makes lists of the objects whose keys are all whole numbers: PHP writes a
// list so once something was taken out of it. No order has an object with such keys
// that is anything else. The text has to be valid JSON; its length stays.
func unkeyed(text []byte) []byte {
	type object struct {
		opens   int
		keys    [][]byte // as they stand in out, with their colons
		another bool     // has a key that is no number
	}
	out := bytes.Clone(text)
	var open []object // a list is there as an object of nothing
	for i := 0; i < len(out); i++ {
		switch out[i] {
		case '{', '[':
			open = append(open, object{opens: i, another: out[i] == '['})
		case '}', ']':
			last := open[len(open)-1]
			open = open[:len(open)-1]
			if last.another || len(last.keys) == 0 {
				continue
			}
			out[last.opens], out[i] = '[', ']'
			for _, key := range last.keys {
				copy(key, bytes.Repeat([]byte(" "), len(key)))
			}
		case '"':
			begin := i
			for i++; out[i] != '"'; i++ {
				if out[i] == '\\' {
					i++
				}
			}
			colon := i + 1
			for colon < len(out) && (out[colon] == ' ' || out[colon] == '\t' || out[colon] == '\r' || out[colon] == '\n') {
				colon++
			}
			if colon == len(out) || out[colon] != ':' {
				continue // a value
			}
			in := &open[len(open)-1]
			if in.another = in.another || !isNumber(out[begin+1:i]); !in.another {
				in.keys = append(in.keys, out[begin:colon+1])
			}
		}
	}
	return out
}

func isNumber(key []byte) bool {
	for _, c := range key {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(key) > 0
}

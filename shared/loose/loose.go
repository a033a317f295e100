// Package loose reads JSON whose writer is free with types.
package loose

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// Text is a JSON string or number as text without outer spaces, and empty for
// anything else: shops and ERPs send ids and codes both ways, and null or an
// object where there is none.
type Text string

// UnmarshalJSON never fails on valid JSON.
func (t *Text) UnmarshalJSON(b []byte) error {
	var s string
	switch {
	case isPlain(b):
		s = string(b[1 : len(b)-1])
	case len(b) > 0 && b[0] == '"':
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
	case len(b) > 0 && (b[0] == '-' || '0' <= b[0] && b[0] <= '9'):
		s = string(b)
	}
	*t = Text(strings.TrimSpace(s))
	return nil
}

// isPlain tells a JSON string that is written as it is read, as most are: without an
// escape or what is no ASCII.
func isPlain(b []byte) bool {
	if len(b) < 2 || b[0] != '"' || b[len(b)-1] != '"' {
		return false
	}
	for _, c := range b[1 : len(b)-1] {
		if c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// Word is a JSON string as Text has it, and empty for anything else: a number is
// no name of a status.
type Word string

// UnmarshalJSON never fails on valid JSON.
func (w *Word) UnmarshalJSON(b []byte) error {
	*w = ""
	if len(b) == 0 || b[0] != '"' {
		return nil
	}
	return (*Text)(w).UnmarshalJSON(b)
}

// Digits is the text's ASCII digits alone, as a CEP is kept.
func (t Text) Digits() string {
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, string(t))
}

package wire

import (
	"html"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// MaxText is how much of an answer is kept, MaxID how long an ERP's own id or number
// may be: they are kept for years.
const (
	MaxText = 500
	MaxID   = 100
)

// Clean is what an ERP says, alone or in a sentence of ours, for a person: tax ids, e-mails
// and the given private values masked, at most 500 bytes in English. It masks before it cuts,
// so that no half of a tax id stays.
func Clean(text words.Text, private ...string) words.Text {
	return text.Each(func(said string) string { return masked(said, private) }).Within(MaxText, order.Cut)
}

func masked(text string, private []string) string {
	text = OneLine(text)
	for _, value := range private {
		value = OneLine(value)
		// Shorter ones would blacken the words around them.
		if len(value) >= 4 {
			text = mask(text, value)
		}
	}
	return order.Masked(text)
}

// OneLine is a clean text with single spaces.
func OneLine(text string) string { return strings.Join(strings.Fields(Text(text)), " ") }

// Plain is an ERP's text without the writings in which letters reach it: \u00e3 that was
// escaped twice, and HTML entities, which may have been written for entities.
func Plain(text string) string {
	for range rounds {
		plain := undo(text)
		if plain == text {
			break
		}
		text = plain
	}
	return text
}

// rounds is how often a text is written over again, at the most.
const rounds = 2

var escaped = regexp.MustCompile(`\\+u[0-9a-fA-F]{4}`)

// undo undoes one such writing.
func undo(text string) string {
	return html.UnescapeString(escaped.ReplaceAllStringFunc(text, func(code string) string {
		n, _ := strconv.ParseUint(code[len(code)-4:], 16, 16) // four such digits are one
		return string(rune(n))
	}))
}

// mask masks a value in any case, wherever it stands. Its work grows with the
// length of both, never with their product (Knuth, Morris and Pratt): a buyer's
// name may be as long as the answer that repeats it.
func mask(text, value string) string {
	var wanted []rune
	for _, r := range value {
		wanted = append(wanted, anyCase(r))
	}
	// border is how much of the value's beginning still stands where the letter after
	// so many doesn't fit.
	border := make([]int, len(wanted)+1)
	border[0] = -1
	for i, k := 0, -1; i < len(wanted); {
		for k >= 0 && wanted[i] != wanted[k] {
			k = border[k]
		}
		i, k = i+1, k+1
		border[i] = k
	}
	var out strings.Builder
	starts := make([]int, 0, len(text)) // where each letter begins
	masked, found := 0, 0
	for at, r := range text {
		starts = append(starts, at)
		end := at + utf8.RuneLen(r)
		r = anyCase(r)
		for found >= 0 && wanted[found] != r {
			found = border[found]
		}
		if found++; found == len(wanted) {
			out.WriteString(text[masked:starts[len(starts)-found]])
			out.WriteString(order.Mask)
			masked, found = end, 0
		}
	}
	out.WriteString(text[masked:])
	return out.String()
}

// anyCase is the same for a letter in any case.
func anyCase(r rune) rune {
	least := r
	for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
		least = min(least, other)
	}
	return least
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

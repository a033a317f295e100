package wire

import (
	"context"
	"strings"

	"github.com/carimbo/carimbo/shared/fold"
)

// Words are what an ERP says in one answer, as patterns meet it: in lower case,
// without accents and HTML entities, with single spaces. A * stands where
// something was taken out, so that no two words become neighbours by it.
type Words struct {
	// Own are the ERP's own words: without what it repeats of ours, and without
	// whatever is in brackets or quotes. They alone decide.
	Own string
	// Whole is Own with what it repeats of ours left in: for patterns that forbid,
	// since a text of the store's may take a word away from the ERP as well.
	Whole string
	// Shown is Own with what is in brackets or quotes left in: an id may be there.
	Shown string
}

// mostWords is more than any refusal has of its own: what is longer says nothing
// that is known.
const mostWords = 16 << 10

// Hear takes an answer's text apart. The work grows with the text and with what
// was sent, never with one times the other, and stops with the context: then the
// error is the context's, and nobody knows what the answer says.
//
// What was sent goes first, and brackets and quotes are paired in what is left:
// a buyer called "x] api bloqueada [" pairs none of the ERP's.
func Hear(ctx context.Context, text string, sent Sent) (Words, error) {
	said := fold.Text(Plain(text))
	if said == "" {
		return Words{}, nil // most answers that go well
	}
	own, err := sent.without(ctx, said)
	if err != nil {
		return Words{}, err
	}
	w := Words{Whole: said, Shown: own}
	if w.Own, _ = unquoted(own); len(w.Own) > mostWords {
		return Words{}, nil
	}
	if whole, paired := unquoted(said); paired {
		w.Whole = whole
	}
	return w, nil
}

// Empty tells whether the ERP has no word of its own.
func (w Words) Empty() bool { return !strings.ContainsFunc(w.Own, isWord) }

// isWord: only what patterns are made of. Whatever is left of other alphabets
// stands between words, since an ERP may write anything for it.
func isWord(r rune) bool { return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' }

// word is where a word stands in a folded text.
type word struct{ start, end int }

// wordsIn are those of a folded text in their order.
func wordsIn(text string) []word {
	var list []word
	start := -1
	for i := range len(text) + 1 {
		switch in := i < len(text) && isWord(rune(text[i])); {
		case in && start < 0:
			start = i
		case !in && start >= 0:
			list = append(list, word{start, i})
			start = -1
		}
	}
	return list
}

// unquoted is a folded text without what is in brackets or quotes. Where they
// don't pair, a value may have had one of them, or the answer was cut: then
// nothing counts from the first of them on, since nobody knows whose it is, and
// paired is false.
func unquoted(text string) (own string, paired bool) {
	var out strings.Builder
	first := -1
	for i := 0; i < len(text); {
		end := i
		switch {
		case text[i] == ']':
			end = -1
		case text[i] == '[':
			end = closingBracket(text, i)
		case text[i] == '"':
			end = closingQuote(text, i)
		case text[i] == '\'' && (i == 0 || !isWord(rune(text[i-1]))): // any other is an apostrophe
			end = closingQuote(text, i)
		default:
			out.WriteByte(text[i])
			i++
			continue
		}
		if first < 0 {
			first = i
		}
		if end < 0 {
			return text[:first], false
		}
		out.WriteByte('*')
		i = end + 1
	}
	return out.String(), true
}

// closingBracket is where the bracket that opens at i closes; -1: nowhere.
func closingBracket(text string, i int) int {
	depth := 0
	for ; i < len(text); i++ {
		switch text[i] {
		case '[':
			depth++
		case ']':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// closingQuote is where the quote that opens at i closes; -1: nowhere.
func closingQuote(text string, i int) int {
	quote := text[i]
	for i++; i < len(text); i++ {
		apostrophe := quote == '\'' && i+1 < len(text) && isWord(rune(text[i+1]))
		if text[i] == quote && !apostrophe {
			return i
		}
	}
	return -1
}

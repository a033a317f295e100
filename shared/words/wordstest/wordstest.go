// Package wordstest is what tests need of texts in two languages.
package wordstest

import (
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/words/portuguese"
)

var language = sync.OnceValues(portuguese.Language)

// Portuguese is the language of the catalogues.
func Portuguese(t testing.TB) words.Language {
	t.Helper()
	l, err := language()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// Translated checks that what the texts say in Portuguese has no word of English left, their
// values aside, which are somebody else's.
func Translated(t testing.TB, texts ...words.Text) {
	t.Helper()
	l := Portuguese(t)
	for _, text := range texts {
		ours := text.Each(func(string) string { return "" }).In(l)
		for word := range strings.FieldsFuncSeq(strings.ToLower(ours), func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' }) {
			if isEnglish(word) {
				t.Errorf("%q has the word %q", text.In(l), word)
				break
			}
		}
	}
}

// isEnglish tells of words that no Portuguese sentence has.
func isEnglish(word string) bool {
	switch word {
	case "the", "is", "are", "was", "were", "be", "been", "isn't", "and", "or", "of", "this", "that", "these", "not", "nor", "has", "have", "had",
		"with", "without", "which", "whom", "it", "its", "they", "their", "them", "by", "to", "from", "at", "on", "must", "may", "can't",
		"missing", "needs", "like", "look", "there", "none", "nobody", "another", "answer":
		return true
	}
	return false
}

// InEnglish compares texts by what they say in English.
func InEnglish() cmp.Option {
	return cmp.Comparer(func(a, b words.Text) bool { return a.String() == b.String() })
}

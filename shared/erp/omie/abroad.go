package omie

import (
	"encoding/hex"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/fold"
)

// Nothing checks what a buyer abroad gives as a document, and two may give the same. So
// their customer is theirs only if the name, or the e-mail, says so, too.

// anothersDocument is a person's part, with the customer's id in Omie.
const anothersDocument = "nCodCli %s is whom Omie has under this buyer's foreign document, and neither their name nor their e-mail is the order's. " +
	"If the document is wrong, correct it in the store's order; if they are one person, add the buyer's e-mail or name to that customer in Omie; then carimbo orders retry"

// bareDocument is a foreign document without what people write it with or without.
func bareDocument(document string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, fold.Text(document)))
}

// everybodys are words that names have in common whoever bears them.
var everybodys = func() map[string]bool {
	words := map[string]bool{}
	for word := range strings.FieldsSeq("dos das del della den der van von los las and the inc llc ltd ltda gmbh sarl lda eireli mrs miss null undefined none nan") {
		words[word] = true
	}
	return words
}() // never written to

// wordsOfName are a name's, folded and sorted.
func wordsOfName(name string) []string {
	words := strings.FieldsFunc(fold.Text(wire.OneLine(name)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	slices.Sort(words)
	return words
}

// isNamedIn tells whether the customer has the buyer's name, a word of three letters of it,
// or an e-mail of theirs.
func (b buyer) isNamedIn(shown shownCustomer) bool {
	ours := wordsOfName(b.Name)
	for _, name := range []string{string(shown.RazaoSocial), string(shown.NomeFantasia)} {
		theirs := wordsOfName(name)
		if len(theirs) > 0 && slices.Equal(ours, theirs) || slices.ContainsFunc(ours, func(word string) bool {
			return utf8.RuneCountInString(word) >= 3 && !everybodys[word] && slices.Contains(theirs, word)
		}) {
			return true
		}
	}
	for email := range strings.FieldsFuncSeq(string(shown.Email), func(r rune) bool { return strings.ContainsRune(",; ", r) }) {
		if slices.ContainsFunc(append([]string{b.Email}, b.MoreEmails...), func(e string) bool { return strings.EqualFold(e, email) }) {
			return true
		}
	}
	return false
}

// seal ends the id in the note of a buyer abroad: whose name the customer's was found to be.
// It is empty for a tax id, which is one person's.
func (b buyer) seal(appSecret string) string {
	if b.TaxID != "" {
		return ""
	}
	said := strings.Join(wordsOfName(b.Name), " ") + "\x00" + strings.ToLower(b.Emails())
	return "/" + hex.EncodeToString(macOf(said, appSecret))[:20]
}

package platform

import (
	"slices"
	"strings"
)

// The names of what kind of person the payer is, and its spellings.
var (
	personFields = wordSet(`persontype tipopessoa tipopersona pessoa kindperson entitytype documenttype tipodocumento type tipo comprarcomo compracomo`)
	// companyQuestions are those that yes or no answers.
	companyQuestions = wordSet(`iscompany isbusiness eempresa souempresa`)
	yes              = wordSet(`1 true yes y sim s on`)
	no               = wordSet(`0 false no n nao off`)
	personWords      = wordSet(`f pf 1 fisica fisico individual natural cpf`)
	companyWords     = wordSet(`j pj 2 juridica juridico legal empresa company business corporate cnpj entity mei`)
)

// person is what kind of person somebody is.
type person int

const (
	unsaid person = iota
	individual
	legal
)

// personOf is the first kind of person that is said in words that are known.
func personOf(fields Fields) person {
	for _, f := range fields {
		if f.aside || !holds(f.Name, "pessoa", "kind", "tipo", "type", "compra", "company", "business", "empresa") {
			continue
		}
		name, words := wordsOf(f.Name), wordsOf(f.Value)
		if companyQuestions[lastWords(name, 2)] && len(words) == 1 && (yes[words[0]] || no[words[0]]) {
			if yes[words[0]] {
				return legal
			}
			return individual
		}
		if !personFields[nameWithout(name, "pessoa", "person")] {
			continue
		}
		one := slices.ContainsFunc(words, func(w string) bool { return personWords[w] }) || slices.Equal(words, []string{"person"})
		other := slices.ContainsFunc(words, func(w string) bool { return companyWords[w] })
		switch {
		case one && !other:
			return individual
		case other && !one:
			return legal
		}
	}
	return unsaid
}

// nameWithout is a name without the words of a payer, but with those that are kept.
func nameWithout(words []string, kept ...string) string {
	var name strings.Builder
	for _, w := range words {
		if !payerWords[w] || slices.Contains(kept, w) {
			name.WriteString(w)
		}
	}
	return name.String()
}

func lastWords(words []string, n int) string {
	return strings.Join(words[max(0, len(words)-n):], "")
}

// stated is which document a tax id is said to be.
type stated int

const (
	nothingStated stated = iota
	brazilian            // a CPF or a CNPJ
	another              // another one, or another country's
)

// documentFields are the names of the kind of a document, which has a value beside it.
var documentFields = wordSet(`documenttype typedocument tipodocumento documentotipo doctype tipodoc identificationtype tipoidentificacao tipoidentificacion`)

// documentOf is the first kind of document that is said. A word that is not known is
// another one; what has digits is no word.
func documentOf(fields Fields) stated {
	for _, f := range fields {
		if f.aside || !holds(f.Name, "tipo", "type") || !documentFields[nameWithout(wordsOf(f.Name))] {
			continue
		}
		words := wordsOf(f.Value)
		switch {
		case slices.ContainsFunc(words, func(w string) bool { return w == "cpf" || w == "cnpj" }):
			return brazilian
		case len(words) == 0 || noCompanies[phraseOf(f.Value)] || strings.ContainsAny(f.Value, "0123456789"),
			slices.ContainsFunc(words, func(w string) bool { _, id := idWords[w]; return id || personWords[w] || companyWords[w] }):
		default:
			return another
		}
	}
	return nothingStated
}

package oracle

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// words are the lists of docs/platforms/payer.md, read from the page itself.
type words struct{ fields, person, company, payer, others map[string]bool }

var quoted = regexp.MustCompile("`([^`]+)`")

func readWords(page string) words {
	set := func(text string) map[string]bool {
		all := map[string]bool{}
		for _, m := range quoted.FindAllStringSubmatch(text, -1) {
			all[m[1]] = true
		}
		return all
	}
	between := func(from, to string) string {
		_, rest, ok := strings.Cut(page, from)
		part, _, ends := strings.Cut(rest, to)
		if !ok || !ends {
			panic("payer.md has no part between " + from + " and " + to)
		}
		return part
	}
	return words{
		fields: set(between("| the field |", "|\n")), person: set(between("| a person |", "|\n")), company: set(between("| a company |", "|\n")),
		payer: set(between("all others are among these:\n", "\n\nOf a path")), others: set(between("is never read:\n", "\n\n###")),
	}
}

func pageOfPayers() words {
	page, err := os.ReadFile("../../../docs/platforms/payer.md")
	if err != nil {
		panic(err)
	}
	return readWords(string(page))
}

var unaccented = strings.NewReplacer("á", "a", "à", "a", "â", "a", "ã", "a", "é", "e", "ê", "e", "í", "i", "ó", "o", "ô", "o", "õ", "o", "ú", "u", "ç", "c")

// plain is a text in small letters without accents.
func plain(text string) string { return unaccented.Replace(strings.ToLower(text)) }

var hump = regexp.MustCompile(`([a-z])([A-Z])`)

// split makes words of a name: billing_cpf, clienteCPF, cpfcnpj.
func split(name string) []string {
	if first, rest, ok := strings.Cut(name, "/"); ok {
		name = first + " " + rest[strings.LastIndexByte(rest, '/')+1:]
	}
	name = plain(hump.ReplaceAllString(name, "$1 $2"))
	name = strings.ReplaceAll(name, "cpfcnpj", "cpf cnpj")
	return strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// field is a name with its value.
type field struct{ name, value string }

// fieldsOf are those of a record: the right CPFs first, and else as they are written,
// which is the order of the alphabet here.
func fieldsOf(v any) []field {
	var first, rest []field
	object, _ := v.(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(object)) {
		f := field{name, text(v, name)}
		if isCPF(f.value) {
			first = append(first, f)
		} else {
			rest = append(rest, f)
		}
	}
	return append(first, rest...)
}

// What a field's name makes of it.
const (
	nobodys    = "" // no tax id
	payers     = "payer's"
	documents  = "payer's document" // of any kind: only where it looks like one
	unknown    = "of nobody knows whom"
	somebodies = "somebody else's"
)

func (w words) whose(name string) string {
	all := split(name)
	joined := " " + strings.Join(all, " ") + " "
	joined = strings.ReplaceAll(joined, " tax id ", " taxid ")
	class, rest := nobodys, ""
	for word := range strings.FieldsSeq(joined) {
		switch word {
		case "cpf", "cnpj", "taxid":
			class = payers
		case "documento", "document":
			if class == nobodys {
				class = documents
			}
		default:
			rest += " " + word
		}
	}
	if class == nobodys {
		return nobodys
	}
	stranger := false
	for word := range strings.FieldsSeq(rest) {
		if w.others[word] {
			return somebodies
		}
		stranger = stranger || !w.payer[word]
	}
	if stranger {
		return unknown
	}
	return class
}

// saysKind tells whether a name is that of the kind of person.
func (w words) saysKind(name string) bool {
	var all, rest []string
	for _, word := range split(name) {
		if w.others[word] {
			return false
		}
		all = append(all, word)
		if !w.payer[word] || word == "pessoa" || word == "person" {
			rest = append(rest, word)
		}
	}
	return w.fields[strings.Join(all, "")] || w.fields[strings.Join(rest, "")]
}

// kindOf is company, person or "".
func (w words) kindOf(value string) string {
	person, company := false, false
	for _, word := range split(value) {
		person, company = person || w.person[word], company || w.company[word]
	}
	switch {
	case person == company:
		return ""
	case company:
		return "company"
	}
	return "person"
}

// record is one party as the platform has it.
type record struct {
	name, company, email, country string
	fields                        []field
	// address tells that the record has one; isSomebody that it is somebody's without a name.
	address, isSomebody bool
}

func (r record) names() bool { return r.name != "" || r.company != "" || r.isSomebody }

// nobodyElse tells whether the record is the payer's too.
func (r record) nobodyElse(payer record) bool {
	if r.name == "" && payer.name == "" {
		return r.company == "" || plain(r.company) == plain(payer.company)
	}
	return !r.names() || plain(r.name) == plain(payer.name)
}

// buyer is what the document says of the payer.
type buyer struct{ name, taxID, foreign, email string }

// pay reads the payer: the first of the parties who is named, whom the records that name
// nobody else add to, and what the order says of itself.
func (w words) pay(parties []record, own record, listed []string) (buyer, bool) {
	i := slices.IndexFunc(parties, record.names)
	var payer record
	if i >= 0 {
		payer = parties[i]
		parties = slices.Delete(slices.Clone(parties), i, i+1)
	}
	extra := []field{}
	for _, other := range parties {
		if !other.nobodyElse(payer) {
			continue
		}
		if payer.email == "" {
			payer.email = other.email
		}
		if !payer.address && other.address {
			payer.address, payer.country = true, other.country
		}
		extra = append(extra, other.fields...)
	}
	if payer.email == "" {
		payer.email = own.email
	}
	if payer.country == "" {
		payer.country = own.country
	}
	return w.identify(payer, slices.Concat(payer.fields, own.fields, extra), listed)
}

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
type words struct{ fields, person, company, payer, others, firms, none map[string]bool }

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
		firms: set(between("are together\n`businessname`", ". No name")), none: set(between("accents and points", ": the field is as empty")),
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

var apart = strings.NewReplacer("cpfcnpj", "cpf cnpj", "c.p.f.", "cpf", "c.n.p.j.", "cnpj", "º", "")

// plain is a text in small letters without accents.
func plain(text string) string { return unaccented.Replace(strings.ToLower(text)) }

var hump = regexp.MustCompile(`([a-z])([A-Z])`)

// split makes words of a name: billing_cpf, clienteCPF, cpfcnpj.
func split(name string) []string {
	if strings.HasPrefix(name, "_wc_other/") {
		name = name[strings.LastIndexByte(name, '/')+1:]
	}
	if first, rest, ok := strings.Cut(name, "/"); ok && rest != "C.N.P.J." {
		name = first + " " + rest[strings.LastIndexByte(rest, '/')+1:]
	}
	name = plain(hump.ReplaceAllString(name, "$1 $2"))
	name = apart.Replace(name)
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
	stranger, note := false, false
	for word := range strings.FieldsSeq(rest) {
		note = note || word == "nota" && class == payers
	}
	for word := range strings.FieldsSeq(rest) {
		if w.others[word] {
			return somebodies
		}
		stranger = stranger || !w.payer[word] && !(note && strings.Contains(" nota na para fiscal ", " "+word+" "))
	}
	switch {
	case stranger:
		return unknown
	case note:
		return documents
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

// namesFirm tells whether a name is that of a company's name.
func (w words) namesFirm(name string) bool {
	rest := ""
	for _, word := range split(name) {
		if !w.payer[word] || word == "company" || word == "empresa" {
			rest += word
		}
	}
	return w.firms[rest] || rest == "businessname"
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
	// beside is a CPF in the field of the company of another record of theirs; the order's
	// own is a tax id of a line, and so is ofLine.
	beside, ofLine string
	// firm is the company's name under another name.
	firm string
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

// cleaned are the records without what says that there is no company.
func (w words) cleaned(parties []record) []record {
	parties = slices.Clone(parties)
	for i, p := range parties {
		if w.none[strings.Join(split(p.company), " ")] || p.company == "-" {
			parties[i].company = ""
		}
	}
	return parties
}

// buyer is what the document says of the payer.
type buyer struct{ name, taxID, foreign, email string }

// pay reads the payer: the first of the parties who is named, whom the records that name
// nobody else add to, and what the order says of itself.
func (w words) pay(parties []record, own record, listed []string) (buyer, bool) {
	parties = w.cleaned(parties)
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
		if _, id := company(other.company); payer.beside == "" && isCPF(id) && other.company != payer.company {
			payer.beside = id
		}
		extra = append(extra, other.fields...)
	}
	if payer.email == "" {
		payer.email = own.email
	}
	if payer.country == "" {
		payer.country = own.country
	}
	for _, f := range slices.Concat(payer.fields, own.fields) {
		if payer.firm == "" && w.namesFirm(f.name) {
			payer.firm = f.value
		}
	}
	payer.ofLine = own.beside
	return w.identify(payer, slices.Concat(payer.fields, own.fields, extra), listed)
}

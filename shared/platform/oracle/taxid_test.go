package oracle

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

var punctuation = strings.NewReplacer(".", "", "-", "", "/", "", " ", "")

// bare is a tax id without punctuation, in capitals.
func bare(text string) string {
	return strings.ToUpper(punctuation.Replace(text))
}

// weighted is a check digit: the sum of values by weights, from the right 2, 3, ... up to
// most and again from 2.
func weighted(digits string, most int) byte {
	total, weight := 0, 2
	for i := len(digits) - 1; i >= 0; i-- {
		total += int(digits[i]-'0') * weight
		if weight++; weight > most {
			weight = 2
		}
	}
	if total%11 < 2 {
		return '0'
	}
	return byte('0' + 11 - total%11)
}

var (
	shapeCPF  = regexp.MustCompile(`^[0-9]{11}$`)
	shapeCNPJ = regexp.MustCompile(`^[0-9A-Z]{12}[0-9]{2}$`)
)

func same(t string) bool { return strings.Count(t, t[:1]) == len(t) }

func isCPF(text string) bool {
	t := bare(text)
	return shapeCPF.MatchString(t) && !same(t) && t[9] == weighted(t[:9], 11) && t[10] == weighted(t[:10], 11)
}

func isCNPJ(text string) bool {
	t := bare(text)
	return shapeCNPJ.MatchString(t) && !same(t) && t[12] == weighted(t[:12], 9) && t[13] == weighted(t[:13], 9)
}

func digits(text string) int {
	n := 0
	for _, r := range text {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// mayBe tells whether a value may be a tax id at all.
func mayBe(text string) bool { return isCPF(text) || isCNPJ(text) || digits(text) >= 6 }

var inCompany = regexp.MustCompile(`\b(?:[0-9A-Z]{2}\.?[0-9A-Z]{3}\.?[0-9A-Z]{3}/?[0-9A-Z]{4}-?[0-9]{2}|[0-9]{3}\.?[0-9]{3}\.?[0-9]{3}-?[0-9]{2})\b`)

// company splits the field of a company into its name and a tax id beside it.
func company(text string) (name, id string) {
	for _, found := range inCompany.FindAllString(text, -1) {
		if isCPF(found) || isCNPJ(found) || text == found && digits(found) >= 9 {
			name = strings.Replace(text, found, "", 1)
			id = found
			break
		}
	}
	if id == "" && strings.Trim(text, "0123456789") == "" && len(text) >= 6 {
		return "", text
	}
	if found := inCompany.FindString(text); id == "" && found != "" && digits(found) == len(bare(found)) {
		// One that is wrong. Eleven digits are a phone: a mobile of an area, or 0300, 0500, 0800, 0900.
		mobile := found[0] != '0' && found[1] != '0' && found[2] == '9'
		free := found[0] == '0' && strings.Contains("3589", found[1:2]) && found[2:4] == "00"
		if len(found) != 11 || !mobile && !free {
			name, id = strings.Replace(text, found, "", 1), found
		}
	}
	if id == "" {
		if !strings.ContainsFunc(text, unicode.IsLetter) {
			text = ""
		}
		return text, ""
	}
	name = strings.Trim(name, " -–()[],:;|/")
	for _, label := range []string{"CNPJ", "CPF", "cnpj", "cpf"} {
		name = strings.Trim(strings.TrimSuffix(strings.TrimPrefix(name, label), label), " -–()[],:;|/")
	}
	return name, id
}

// candidate is a text that was given as a tax id. A wrong one is the CPF or CNPJ that its
// name says, or else its length.
type candidate struct {
	text      string
	right     bool
	cpf, cnpj bool
	// onlyCNPJ tells a name that has the word cnpj, and cpf not.
	onlyCNPJ bool
}

func candidates(name, text string) []candidate {
	if bare(text) == "" {
		return nil
	}
	c := candidate{text: text, right: isCPF(text) || isCNPJ(text)}
	words := split(name)
	c.cpf, c.cnpj = slices.Contains(words, "cpf"), slices.Contains(words, "cnpj")
	c.onlyCNPJ = c.cnpj && !c.cpf
	switch {
	case c.right:
		c.cpf, c.cnpj = isCPF(text), isCNPJ(text)
	case c.cpf == c.cnpj:
		c.cpf, c.cnpj = digits(text) == 11, digits(text) == 14
	}
	return []candidate{c}
}

// told is what the fields say.
type told struct {
	ids    []candidate
	kind   string
	unread string
	// document is CPF, "another", or "" where nobody says what it is.
	document string
}

// documentOf is what the kind of a document says.
func (w words) documentOf(fields []field) string {
	for _, f := range fields {
		name := strings.Join(split(f.name), "")
		words := split(f.value)
		known := func(word string) bool { return w.person[word] || w.company[word] }
		switch {
		case name != "documenttype" && name != "tipodedocumento", len(words) == 0:
		case slices.Contains(words, "cpf"), slices.Contains(words, "cnpj"):
			return "CPF"
		case !slices.ContainsFunc(words, known):
			return "another"
		}
	}
	return ""
}

// candidates are those of a document that may be said to be another one.
func (t told) candidates(name, text string) []candidate {
	all := candidates(name, text)
	if words := split(name); t.document == "another" && len(all) > 0 && !slices.Contains(words, "cpf") && !slices.Contains(words, "cnpj") {
		return []candidate{{text: all[0].text}}
	}
	return all
}

func (w words) listen(fields []field, listed []string) told {
	t := told{document: w.documentOf(fields)}
	var first []candidate
	for _, f := range fields {
		value := strings.TrimSpace(f.value)
		class := w.whose(f.name)
		switch {
		case value == "":
		case slices.ContainsFunc(listed, func(name string) bool { return strings.EqualFold(name, f.name) }):
			first = append(first, t.candidates(f.name, value)...)
		case class == payers, class == documents && mayBe(value):
			t.ids = append(t.ids, t.candidates(f.name, value)...)
		case class == unknown && mayBe(value):
			if t.unread == "" || isCPF(value) || isCNPJ(value) {
				t.unread = value
			}
		case t.kind == "" && w.saysKind(f.name):
			t.kind = w.kindOf(value)
		}
	}
	t.ids = append(first, t.ids...)
	return t
}

// asCompany are the ids of whom somebody says that they are a company: a CPF where only a CNPJ
// belongs is wrong.
func (t told) asCompany() []candidate {
	ids := slices.Clone(t.ids)
	for i, c := range ids {
		if t.kind == "company" && c.onlyCNPJ && isCPF(c.text) {
			ids[i].right, ids[i].cpf, ids[i].cnpj = false, false, true
		}
	}
	return ids
}

// manyHave tells a document that is nobody's own: without three digits, of one digit, of
// digits that count, or one that a tax authority has for everybody.
func manyHave(document string) bool {
	var number []rune
	letters := ""
	for _, r := range strings.ToUpper(document) {
		if unicode.IsDigit(r) {
			number = append(number, r)
		} else if unicode.IsLetter(r) {
			letters += string(r)
		}
	}
	if len(number) < 3 {
		return true
	}
	one, up, down := true, true, true
	for i := 1; i < len(number); i++ {
		one = one && number[i] == number[i-1]
		up = up && number[i] == number[i-1]+1
		down = down && number[i] == number[i-1]-1
	}
	switch digits := string(number); letters {
	case "":
		return one || up || down || strings.HasPrefix(digits, "123456789") || digits == "999999990" || digits == "99001" || digits == "99002" || digits == "99003"
	case "XAXX", "XEXX":
		return one || digits == "010101000"
	default:
		return one
	}
}

// identify reads name and tax id of the payer out of its fields; false is rejected:
// tax_id.
func (w words) identify(payer record, fields []field, listed []string) (buyer, bool) {
	t := w.listen(fields, listed)
	firm, id := company(payer.company)
	if firm == "" && !w.none[strings.Join(split(payer.firm), " ")] {
		firm = payer.firm
	}
	if strings.Contains(payer.company, "CNPJ") {
		t.ids = append(t.ids, candidates("cnpj", id)...)
	} else {
		t.ids = append(t.ids, t.candidates("", id)...)
	}
	if !isCPF(t.unread) && !isCNPJ(t.unread) && payer.ofLine != "" {
		t.unread = payer.ofLine
	}
	if !isCPF(t.unread) && !isCNPJ(t.unread) && payer.beside != "" && t.document != "another" {
		t.unread = payer.beside
	}
	t.ids = t.asCompany()
	b := buyer{name: payer.name, email: payer.email}
	if b.name == "" {
		b.name = firm
	}
	both := slices.ContainsFunc(t.ids, func(c candidate) bool { return c.cpf }) && slices.ContainsFunc(t.ids, func(c candidate) bool { return c.cnpj })
	if both && (t.kind != "" || firm != "") {
		t.ids = slices.DeleteFunc(t.ids, func(c candidate) bool {
			if t.kind == "person" {
				return !c.cpf
			}
			return !c.cnpj
		})
	}
	abroad := payer.country != "" && payer.country != "BR"
	if abroad {
		t.ids = slices.DeleteFunc(t.ids, func(c candidate) bool { return !c.right && manyHave(c.text) })
	}
	right := slices.IndexFunc(t.ids, func(c candidate) bool { return c.right })
	switch {
	case right >= 0:
		b.taxID = bare(t.ids[right].text)
	case len(t.ids) > 0 && abroad && t.document == "CPF" && !strings.ContainsFunc(t.ids[0].text, unicode.IsLetter):
		return b, false
	case len(t.ids) > 0 && abroad:
		b.foreign = t.ids[0].text
	case isCPF(t.unread), isCNPJ(t.unread):
		return b, false
	case abroad && manyHave(t.unread):
	case abroad:
		b.foreign = t.unread
	default:
		return b, len(t.ids) == 0 && t.unread == ""
	}
	if isCNPJ(b.taxID) && firm != "" {
		b.name = firm
	}
	return b, true
}

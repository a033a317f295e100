package platform

import (
	"cmp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/carimbo/carimbo/shared/fold"
	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/order"
)

// states are the names of Brazil's states and their UF, as fold.Text leaves them.
var states = map[string]string{
	"acre": "AC", "alagoas": "AL", "amapa": "AP", "amazonas": "AM", "bahia": "BA",
	"ceara": "CE", "distrito federal": "DF", "espirito santo": "ES", "goias": "GO",
	"maranhao": "MA", "mato grosso": "MT", "mato grosso do sul": "MS", "minas gerais": "MG",
	"para": "PA", "paraiba": "PB", "parana": "PR", "pernambuco": "PE", "piaui": "PI",
	"rio de janeiro": "RJ", "rio grande do norte": "RN", "rio grande do sul": "RS",
	"rondonia": "RO", "roraima": "RR", "santa catarina": "SC", "sao paulo": "SP",
	"sergipe": "SE", "tocantins": "TO",
}

// UF is the two-letter code of a Brazilian state, given its name or its code, in
// any case and with or without accents, or both in one text (SP - São Paulo, BR-SP);
// empty for anything else.
func UF(state string) string {
	folded := fold.Text(state)
	for _, part := range append([]string{folded}, strings.FieldsFunc(folded, func(r rune) bool { return strings.ContainsRune(separators, r) })...) {
		part = strings.TrimSpace(part)
		for _, words := range []string{"estado de ", "estado do ", "estado da "} {
			part = strings.TrimPrefix(part, words)
		}
		if uf, ok := states[part]; ok {
			return uf
		}
		code := strings.ToUpper(part)
		for _, uf := range states {
			if uf == code {
				return uf
			}
		}
	}
	return ""
}

// separators stand between the parts of a place that were written into one field.
const separators = `-–—/,|()[]`

const brazil = "BR"

// What a country's field holds, word by word as fold.Text leaves it, where it is
// Brazil's (with the codes of ISO and of the Central Bank), and where it says nothing.
var (
	brazilWords = wordSet(`br bra brasil brazil bresil 076 1058`)
	noCountry   = wordSet(`0 xx zz n/a null undefined unknown desconhecido`)
)

// countryOf is BR for Brazil however it is written; another country is in capitals, as
// the platform has it.
func countryOf(text string) string {
	folded := fold.Text(text)
	words := strings.FieldsFunc(folded, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(words) == 0 || noCountry[folded] {
		return ""
	}
	for _, w := range words {
		if brazilWords[w] {
			return brazil
		}
	}
	return strings.ToUpper(strings.TrimSpace(text))
}

// Foreign tells a country that is given and is not Brazil.
func Foreign(country string) bool {
	country = countryOf(country)
	return country != "" && country != brazil
}

// readAddress is an address as an ERP takes it: see order.Address. Pennsylvania's code is
// Pará's, so nothing Brazilian is read out of an address abroad. Where no country is given
// it is Brazil's.
func readAddress(a order.Address) order.Address {
	for _, text := range []*string{&a.Street, &a.Number, &a.Complement, &a.District, &a.City} {
		*text = Plain(*text)
	}
	if a.Country = countryOf(a.Country); Foreign(a.Country) {
		a.State = ""
		return a
	}
	a.PostalCode = cepOf(a.PostalCode)
	stated, delivered := UF(a.State), ufOfCEP(a.PostalCode)
	city, appended := cutUF(a.City, stated)
	a.City, a.State = city, cmp.Or(appended, stated, delivered)
	if delivered == stated {
		a.State = cmp.Or(stated, a.State) // two of three
	}
	return a
}

// cepOf is a CEP in digits, empty where the text is none. A number has lost the zero with
// which São Paulo's begin.
func cepOf(text string) string {
	digits := loose.Text(text).Digits()
	if len(digits) == 7 {
		digits = "0" + digits
	}
	if len(digits) != 8 || ufOfCEP(digits) == "" {
		return ""
	}
	return digits
}

// lastCEPs end the ranges of the states' CEPs, in their first five digits (Correios).
var lastCEPs = []struct {
	last int
	uf   string
}{
	{999, ""}, {19999, "SP"}, {28999, "RJ"}, {29999, "ES"}, {39999, "MG"}, {48999, "BA"}, {49999, "SE"}, {56999, "PE"},
	{57999, "AL"}, {58999, "PB"}, {59999, "RN"}, {63999, "CE"}, {64999, "PI"}, {65999, "MA"}, {68899, "PA"}, {68999, "AP"},
	{69299, "AM"}, {69399, "RR"}, {69899, "AM"}, {69999, "AC"}, {72799, "DF"}, {72999, "GO"}, {73699, "DF"}, {76799, "GO"},
	{76999, "RO"}, {77999, "TO"}, {78899, "MT"}, {78999, "RO"}, {79999, "MS"}, {87999, "PR"}, {89999, "SC"}, {99999, "RS"},
} // never written to

func ufOfCEP(cep string) string {
	if len(cep) != 8 {
		return ""
	}
	first, _ := strconv.Atoi(cep[:5]) // digits
	for _, r := range lastCEPs {
		if first <= r.last {
			return r.uf
		}
	}
	return ""
}

// cutUF takes the UF off the end of a city: Brasília - DF, São Paulo/SP, CURITIBA (PR),
// RECIFE PE, Olinda, PE, Brasil. The name of a state is taken off only if it is the
// address's: Ji-Paraná is a city.
func cutUF(city, stated string) (name, uf string) {
	const around = separators + " ."
	if before, last, found := cutLast(strings.TrimRight(city, around), separators); found && countryOf(last) == brazil {
		city = strings.TrimRight(before, around)
	}
	text := strings.TrimRight(city, around)
	for _, between := range []string{separators + " ", separators} {
		before, last, found := cutLast(text, between)
		name, uf := strings.TrimRight(before, around), UF(last)
		spaced := strings.TrimSpace(text[len(name):len(text)-len(last)]) == ""
		switch {
		case !found || name == "" || uf == "":
		case len(last) == 2 && (!spaced || last == uf || uf == stated), len(last) > 2 && uf == stated:
			return name, uf
		}
	}
	return strings.TrimSpace(city), ""
}

// cutLast cuts a text around the last of the characters.
func cutLast(text, characters string) (before, after string, found bool) {
	at := strings.LastIndexAny(text, characters)
	if at < 0 {
		return text, "", false
	}
	_, size := utf8.DecodeRuneInString(text[at:])
	return text[:at], strings.TrimLeft(text[at+size:], " "), true
}

package platform

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/carimbo/carimbo/shared/fold"
	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/order"
)

// noCompanies are what people write who have no company, or have nothing but a kind or a
// number of one; listed in docs/platforms/payer.md.
var noCompanies = phraseSet(`-, n/a, na, nd, null, nil, none, undefined, no, no company, not applicable, x, xx, xxx, não, não tenho, não tem,
	não possuo, não possui, não há, não se aplica, não aplicável, não informado, não informada, não tenho empresa, não sou empresa,
	sem empresa, nenhum, nenhuma, particular, pessoa física, física, pf, isento, isenta, mei, cpf, cnpj, cpf/cnpj, cnpj/cpf, i.e., ie`)

func phraseSet(phrases string) map[string]bool {
	set := map[string]bool{}
	for phrase := range strings.SplitSeq(phrases, ",") {
		set[phraseOf(phrase)] = true
	}
	return set
}

// Company is what a company's field says, and empty where that is in words that there is none.
func Company(text string) string {
	if text = Plain(text); noCompanies[phraseOf(text)] {
		return ""
	}
	return text
}

// phraseOf is a text's words alone.
func phraseOf(text string) string {
	return strings.Join(strings.FieldsFunc(fold.Text(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), " ")
}

var (
	// beside a company's name stand its number at the state's revenue and a phone, which
	// are no part of it.
	beside = regexp.MustCompile(`(?i)(?:\bi\.? ?e\.?|\binsc(?:r(?:i[cç][aã]o)?)?\.? ?est(?:adual)?\.?)[^\pL\pN]{0,4}(?:isent[oa]\b|[0-9][0-9./-]{5,})|` +
		`\b(?:tel(?:efone)?|fone|cel(?:ular)?|whats(?:app)?)[^\pL\pN+(]{0,4}[+(0-9][0-9 ()./-]{6,}`)
	// before it, what the field is called.
	before = regexp.MustCompile(`(?i)^[^\pL\pN]*(?:raz[aã]o social|nome da empresa|empresa|company)\s*:`)
	// around a tax id, what that is called.
	called = regexp.MustCompile(`(?i)\b(?:cpf|cnpj)(?:\s*(?:n[º°.]+|n[or][º°.:]+|n\b|nr\b|n[uú]mero\b))?`)
	// ownersCPF ends the legal name of a MEI of before 2022, which is the owner's.
	ownersCPF = regexp.MustCompile(`^\pL[^0-9]* [0-9]{11}$`)
)

// companyAndTaxID takes a tax id out of a company's field, where shops that ask for none
// are given it: alone, or beside the company's name. What is no tax id is one that was
// mistyped where it is nothing but digits, and enough of them, or is called CPF or CNPJ, or
// has their form.
func companyAndTaxID(text string) (company, taxID string) {
	if id, _ := order.ParseTaxID(text); id != "" {
		return "", text
	}
	left, id, right := order.CutTaxID(text)
	valid, _ := order.ParseTaxID(id)
	isCalled := called.MatchString(left) || called.MatchString(right)
	switch {
	case valid == "" && mistyped(text):
		return "", text
	case valid == "" && !isCalled:
		return besideWrong(text)
	case valid.IsCPF() && !isCalled && ownersCPF.MatchString(text):
		return text, id
	}
	return companyName(strings.TrimSpace(unlabelled(left) + " " + unlabelled(right))), id
}

// labels are what a company's field calls a tax id.
func labels(company string) string { return strings.Join(called.FindAllString(company, -1), " ") }

// unlabelled is a part of a company's field without what led to its tax id.
func unlabelled(text string) string {
	text = called.ReplaceAllString(beside.ReplaceAllString(text, ""), "")
	return strings.TrimSpace(tidied(text))
}

// tidied is a text without separators at its ends, and without a bracket that stands alone.
func tidied(text string) string {
	const separators = " \t\r\n-–—:;,/|"
	text = strings.Trim(text, separators)
	for _, pair := range []string{"()", "[]"} {
		if strings.Count(text, pair[:1]) != strings.Count(text, pair[1:]) {
			text = strings.Trim(text, separators+pair)
		}
	}
	if strings.LastIndexByte(text, '(') == 0 && strings.IndexByte(text, ')') == len(text)-1 {
		return strings.Trim(text, "()")
	}
	return text
}

// companyName is what a company's field says of its name: empty where that is no name.
func companyName(text string) string {
	if name := before.ReplaceAllString(beside.ReplaceAllString(text, ""), ""); name != text {
		text = tidied(name)
	}
	if noCompanies[phraseOf(text)] || !strings.ContainsFunc(text, unicode.IsLetter) {
		return ""
	}
	return text
}

// unpunctuated takes the punctuation of a tax id out of a text.
var unpunctuated = strings.NewReplacer(".", "", "-", "", "/", "", " ", "")

// wrongID is digits in the form, or in the number, of a CNPJ or a CPF, apart from other words
// and numbers. masked has the points and strokes that nothing else has.
var (
	wrongID = regexp.MustCompile(`(?:^|[^0-9\pL.,/-])([0-9]{2}\.?[0-9]{3}\.?[0-9]{3}/?[0-9]{4}[-\x{2010}-\x{2015}]?[0-9]{2}|[0-9]{3}\.?[0-9]{3}\.?[0-9]{3}[-\x{2010}-\x{2015}]?[0-9]{2}|` +
		`[0-9]{2} [0-9]{3} [0-9]{3}[ /][0-9]{4}[ -][0-9]{2}|[0-9]{3} [0-9]{3} [0-9]{3}[ -][0-9]{2})(?:$|[^0-9\pL/-])`)
	masked = regexp.MustCompile(`[./]`)
)

// besideWrong takes a mistyped tax id out of a company's field: the number that no phone has.
// Phones and numbers at the state's revenue that are called so are none.
func besideWrong(text string) (company, taxID string) {
	rest := beside.ReplaceAllStringFunc(text, func(part string) string { return strings.Repeat("|", len(part)) })
	for _, at := range wrongID.FindAllStringSubmatchIndex(rest, -1) {
		id := text[at[2]:at[3]]
		if !masked.MatchString(id) && isPhone(id) {
			continue
		}
		return companyName(strings.TrimSpace(unlabelled(text[:at[2]]) + " " + unlabelled(text[at[3]:]))), id
	}
	return companyName(text), ""
}

// isPhone tells 11 digits that may be dialled in Brazil: a mobile with its DDD, 0800 and its
// like. A DDD after a zero is not among them: a tenth of all CPFs begin with one.
func isPhone(digits string) bool {
	_, number := order.BrazilianPhone(digits, "")
	return len(digits) == 11 && (number != "" && digits[0] != '0' || freePhone.MatchString(digits))
}

var freePhone = regexp.MustCompile(`^0[3589]00[0-9]{7}$`)

// mistyped tells a wrong tax id from a company's name: nothing but digits and their
// punctuation, and as many as make a field's value likely to be one; or the 14 characters
// of a CNPJ with letters, in one word: "Ipê 51988881234" is a name and a phone. Fewer are the
// number of a flat.
func mistyped(text string) bool {
	bare := unpunctuated.Replace(fold.Text(text))
	letters := strings.Trim(bare, "0123456789") != ""
	return len(loose.Text(text).Digits()) >= 6 && strings.TrimFunc(bare, isWord) == "" && (!letters || len(bare) == 14 && !strings.Contains(fold.Text(text), " "))
}

// companyFields are the names under which stores keep a company's name, without the words
// of a payer.
var companyFields = wordSet(`razaosocial companyname empresanome nomeempresa namecompany corporatename businessname`)

// companyOf is the first field that has a company's name.
func companyOf(fields Fields) Field {
	for _, f := range fields {
		if f.aside || !holds(f.Name, "raz", "compan", "empresa", "corporate", "business") {
			continue
		}
		var name strings.Builder
		for _, w := range wordsOf(f.Name) {
			if !payerWords[w] || w == "company" || w == "empresa" {
				name.WriteString(w)
			}
		}
		if companyFields[name.String()] {
			return f
		}
	}
	return Field{}
}

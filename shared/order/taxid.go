package order

import (
	"errors"
	"regexp"
	"strings"
	"unicode"
)

// TaxID is a CPF (11 digits) or a CNPJ (14 characters, the first 12 digits or
// capital letters since July 2026) with right check digits and no punctuation.
// The zero value means that the platform gave none.
type TaxID string

// ErrTaxID is returned for text that is neither a CPF nor a CNPJ.
var ErrTaxID = errors.New("neither a CPF nor a CNPJ: wrong length or check digits")

// ParseTaxID accepts the usual punctuation (529.982.247-25, 12.ABC.345/01DE-35)
// and lower-case letters. Empty text gives the zero TaxID.
func ParseTaxID(text string) (TaxID, error) {
	t := strings.Map(plainTaxID, text)
	switch {
	case t == "":
		return "", nil
	case len(t) == 11 && digits(t) && !uniform(t) && validCPF(t):
		return TaxID(t), nil
	case len(t) == 14 && alphanumeric(t[:12]) && !uniform(t) && validCNPJ(t):
		return TaxID(t), nil
	}
	return "", ErrTaxID
}

// plainTaxID drops punctuation (hyphens of any kind), spaces and what nobody sees. Only ASCII letters are made capitals:
// Unicode knows others that become them.
func plainTaxID(r rune) rune {
	switch {
	case r == '.' || r == '/' || r == '−' || unicode.In(r, unicode.Pd, unicode.Cf) || unicode.IsSpace(r):
		return -1
	case 'a' <= r && r <= 'z':
		return r - 'a' + 'A'
	}
	return r
}

// Is tells whether the text is this tax id, whatever else is written around and
// between its characters.
func (t TaxID) Is(text string) bool {
	return string(t) == strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, strings.ToUpper(text))
}

// written are the shapes in which a tax id stands in a text: one of digits, apart from
// longer numbers; and one with letters, as a word of its own.
var written = []*regexp.Regexp{
	regexp.MustCompile(`(?:^|[^0-9])([0-9]{2}[. ]?[0-9]{3}[. ]?[0-9]{3}[/ ]?[0-9]{4}[-\x{2010}-\x{2015} ]?[0-9]{2}|[0-9]{3}[. ]?[0-9]{3}[. ]?[0-9]{3}[-\x{2010}-\x{2015} ]?[0-9]{2})(?:$|[^0-9])`),
	regexp.MustCompile(`(?i)\b([0-9a-z]{2}\.?[0-9a-z]{3}\.?[0-9a-z]{3}/?[0-9a-z]{4}[-\x{2010}-\x{2015}]?[0-9]{2})\b`),
}

var mistyped = regexp.MustCompile(`[0-9][0-9./ -]{4,20}[0-9]`)

// CutTaxID cuts a text around the first tax id in it; where there is none, around the first
// number that may be one that was mistyped.
func CutTaxID(text string) (before, id, after string) {
	for _, shape := range written {
		for _, at := range shape.FindAllStringSubmatchIndex(text, -1) {
			if right, _ := ParseTaxID(text[at[2]:at[3]]); right != "" {
				return text[:at[2]], text[at[2]:at[3]], text[at[3]:]
			}
		}
	}
	if at := mistyped.FindStringIndex(text); at != nil {
		return text[:at[0]], text[at[0]:at[1]], text[at[1]:]
	}
	return text, "", ""
}

// IsCPF tells a person's tax id from a company's.
func (t TaxID) IsCPF() bool { return len(t) == 11 }

// Formatted is the tax id with its usual punctuation.
func (t TaxID) Formatted() string {
	s := string(t)
	switch len(s) {
	case 11:
		return s[:3] + "." + s[3:6] + "." + s[6:9] + "-" + s[9:]
	case 14:
		return s[:2] + "." + s[2:5] + "." + s[5:8] + "/" + s[8:12] + "-" + s[12:]
	}
	return s
}

// validCPF: modulus 11 with weights 10..2 and 11..2 (Receita Federal).
func validCPF(t string) bool {
	return checkDigit(t[:9], func(i int) int { return 10 - i }) == t[9] &&
		checkDigit(t[:10], func(i int) int { return 11 - i }) == t[10]
}

// validCNPJ: modulus 11 with weights 2..9 from the right; a letter counts as its
// ASCII code minus 48 (Nota Técnica COCAD 49/2024), so digits count as before.
func validCNPJ(t string) bool {
	weight := func(n int) func(int) int { return func(i int) int { return 2 + (n-1-i)%8 } }
	return checkDigit(t[:12], weight(12)) == t[12] && checkDigit(t[:13], weight(13)) == t[13]
}

func checkDigit(t string, weight func(int) int) byte {
	sum := 0
	for i := range len(t) {
		sum += int(t[i]-'0') * weight(i)
	}
	if r := sum % 11; r >= 2 {
		return byte('0' + 11 - r)
	}
	return '0'
}

func digits(t string) bool { return strings.Trim(t, "0123456789") == "" }

func alphanumeric(t string) bool {
	return strings.Trim(t, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// uniform: 000.000.000-00 and its like have right check digits and are nobody's.
func uniform(t string) bool { return strings.Trim(t, t[:1]) == "" }

package omiesim

import "strings"

// The simulator reads the tax authority's rules by itself: a client with a wrong
// check digit must not find the same mistake here.

const (
	lenCPF  = 11
	lenCNPJ = 14
)

// bareTaxID takes the punctuation out.
func bareTaxID(t string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(".-/ ", r) {
			return -1
		}
		return r
	}, strings.ToUpper(t))
}

func punctuated(t string) string {
	switch len(t) {
	case lenCPF:
		return t[:3] + "." + t[3:6] + "." + t[6:9] + "-" + t[9:]
	case lenCNPJ:
		return t[:2] + "." + t[2:5] + "." + t[5:8] + "/" + t[8:12] + "-" + t[12:]
	}
	return t
}

// validTaxID: the two last digits of a CPF or CNPJ are remainders modulo 11 of
// the weighted sum of what stands before them; of a CNPJ, letters count too.
func validTaxID(t string) bool {
	t = bareTaxID(t)
	if t == "" || strings.Count(t, t[:1]) == len(t) {
		return false
	}
	for i, r := range t {
		letter := len(t) == lenCNPJ && i < lenCNPJ-2 && r >= 'A' && r <= 'Z'
		if (r < '0' || r > '9') && !letter {
			return false
		}
	}
	switch len(t) {
	case lenCPF:
		return verifies(t[:10], 11) && verifies(t, 12)
	case lenCNPJ:
		return verifies(t[:13], 9) && verifies(t, 9)
	}
	return false
}

// verifies checks the last digit of t. Weights run from the right: 2, 3, ... up to
// top, and over again.
func verifies(t string, top int) bool {
	last := len(t) - 1
	sum, weight := 0, 2
	for i := last - 1; i >= 0; i-- {
		sum += int(t[i]-'0') * weight
		if weight++; weight > top {
			weight = 2
		}
	}
	digit := sum * 10 % 11 % 10
	return int(t[last]-'0') == digit
}

package order

import (
	"regexp"
	"strings"
)

// writtenPhone are the digits of one phone number and what stands between them.
var writtenPhone = regexp.MustCompile(`\+?[0-9(][0-9().\s\p{Zs}\p{Pd}]*[0-9]`)

// ReadPhone reads a phone number with the country (ISO 3166 alpha-2, or empty) of whom it
// belongs to. A Brazilian one is written +55 11 98888-7777; one
// with another country's code is + and its digits. code is that of the area or the country,
// where it is written apart. What can't be told stays as it is.
func ReadPhone(text, code, country string) string {
	text = strings.TrimSpace(text)
	for _, number := range writtenPhone.FindAllString(text, 4) {
		ddd, local, abroad := phone(number, code, country)
		switch {
		case local != "":
			return "+55 " + ddd + " " + local[:len(local)-4] + "-" + local[len(local)-4:]
		case abroad != "":
			return "+" + abroad
		}
	}
	return text
}

// BrazilianPhone splits a phone number into DDD and number; both are empty where it is
// none of Brazil's.
func BrazilianPhone(text, country string) (ddd, number string) {
	read := brazilianPhone.FindStringSubmatch(ReadPhone(text, "", country))
	if read == nil {
		return "", ""
	}
	return national(read[1] + onlyDigits(read[2]))
}

// brazilianPhone is how ReadPhone writes one of Brazil's. What it can't read stays as it was
// typed, and may begin like one: +55 41 99777.
var brazilianPhone = regexp.MustCompile(`^\+55 ([1-9]{2}) ([0-9]{4,5}-[0-9]{4})$`)

// phone is the number with its DDD, or abroad with its country's code; nothing where
// neither can be told.
func phone(text, code, country string) (ddd, number, abroad string) {
	digits, international := onlyDigits(text), strings.HasPrefix(text, "+")
	if rest, ok := strings.CutPrefix(digits, "00"); ok && !international {
		digits, international = rest, true
	}
	// No area of +1 begins with 0 or 1: +11 is a DDD of São Paulo.
	if len(digits) > 1 && digits[0] == '1' && digits[1] < '2' {
		international = false
	}
	brazilian := country == "" || country == "BR"
	code = strings.TrimLeft(onlyDigits(code), "0")
	if !international && 1 <= len(code) && len(code) <= 3 {
		if ddd, number = national(code + digits); brazilian && len(code) == 2 && number != "" {
			return ddd, number, ""
		}
		ddd, number = national(digits)
		switch whole := number != "" && len(code) == 2; {
		case whole && brazilian && (len(digits) == 11 || ddd == code):
			return ddd, number, ""
		case whole && ddd == code:
			return "", "", "" // a DDD, or the code of a country
		}
		if len(digits) < 11 || !strings.HasPrefix(digits, code) {
			digits = code + digits
		}
		international = true
	}
	if rest, ok := strings.CutPrefix(digits, "55"); ok && (international || len(digits) > 11) {
		ddd, number = national(rest)
		return ddd, number, ""
	}
	switch {
	case international && 7 <= len(digits) && len(digits) <= 15:
		return "", "", digits
	case !international && brazilian:
		ddd, number = national(digits)
	}
	return ddd, number, ""
}

// national splits what is dialled within Brazil: a DDD and a number, after a zero and
// whose network at times.
func national(digits string) (ddd, number string) {
	if rest, ok := strings.CutPrefix(digits, "0"); ok {
		digits = rest
		if len(digits) > 11 {
			digits = digits[2:]
		}
	}
	mobile := len(digits) == 11 && digits[2] == '9'
	other := len(digits) == 10 && digits[2] > '1'
	if !mobile && !other || digits[0] == '0' || digits[1] == '0' {
		return "", ""
	}
	return digits[:2], digits[2:]
}

func onlyDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, text)
}

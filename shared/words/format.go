package words

import "strings"

// eachVerb goes through a format: it gives its words to text and its verbs to verb, each
// with the number of its value, counted from 0. As fmt has it, %% is one sign and %[2]s takes
// the second value.
func eachVerb(format string, text func(string) (int, error), verb func(verb string, number int)) {
	next := 0
	for {
		at := strings.IndexByte(format, '%')
		if at < 0 || at == len(format)-1 {
			_, _ = text(format)
			return
		}
		_, _ = text(format[:at])
		format = format[at+1:]
		if format[0] == '%' {
			_, _ = text("%")
			format = format[1:]
			continue
		}
		number := next
		if format[0] == '[' {
			number, format = explicit(format)
		}
		length := strings.IndexFunc(format, func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }) + 1
		if length == 0 {
			_, _ = text("%" + format)
			return
		}
		verb("%"+strings.Replace(format[:length], "w", "v", 1), number)
		next, format = number+1, format[length:]
	}
}

// explicit is the number of [2]s, from 0, and what comes after the bracket. A number that is
// none is that of a value that isn't there.
func explicit(format string) (number int, rest string) {
	digits, rest, closed := strings.Cut(format[1:], "]")
	if !closed || digits == "" || len(digits) > 2 || strings.Trim(digits, "0123456789") != "" {
		return noValue, rest
	}
	for _, d := range digits {
		number = number*10 + int(d-'0')
	}
	if number == 0 {
		return noValue, rest
	}
	return number - 1, rest
}

const noValue = 1 << 10

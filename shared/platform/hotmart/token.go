package hotmart

import "github.com/carimbo/carimbo/shared/platform"

// maxToken bounds the JSON of a token that is read: no token is that long, and a
// stranger's mustn't be worth another pass over a body.
const maxToken = 512

// tokenIn is the token that the body brings, empty where there is none: one scan
// that builds nothing, since every stranger's call has it done. It reads valid JSON
// as bodyToken does; of anything else, what it finds may be no token at all, and
// bodyToken has the last word on what it finds.
func tokenIn(body []byte) string {
	raw := lastField(body)
	var token string
	if len(raw) > maxToken || platform.Unmarshal(raw, &token) != nil {
		return ""
	}
	return token
}

// lastField is the JSON of the top-level field; of several, that of the last, as
// encoding/json has it. One loop without a call for most bytes: whatever a stranger
// sends, each byte costs about the same.
func lastField(body []byte) []byte {
	var found, name []byte
	depth, value := 0, -1 // where the field's value begins
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '"':
			begin := i + 1
			for i = begin; i < len(body) && body[i] != '"'; i++ {
				if body[i] == '\\' {
					i++
				}
			}
			name = body[begin:min(i, len(body))]
		case ':':
			if depth == 1 && isField(name) {
				value = i + 1
			}
		case ',':
			if depth == 1 && value >= 0 {
				found, value = body[value:i], -1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 1 && value >= 0 {
				found, value = body[value:i], -1
			}
			depth--
		}
	}
	return found
}

// isField compares a name as it stands in JSON with the field's.
func isField(name []byte) bool {
	if len(name) < len(field) {
		return false
	}
	for i := range len(field) {
		switch {
		case len(name) > 0 && name[0] == field[i]:
			name = name[1:]
		case isEscaped(name, field[i]):
			name = name[6:]
		default:
			return false
		}
	}
	return len(name) == 0
}

// isEscaped tells whether the text begins with the letter as \u00XX.
func isEscaped(text []byte, letter byte) bool {
	const hex = "0123456789abcdef"
	return len(text) >= 6 && string(text[:4]) == `\u00` && text[4] == hex[letter>>4] && text[5]|0x20 == hex[letter&15]
}

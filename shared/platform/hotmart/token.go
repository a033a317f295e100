package hotmart

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// maxToken bounds the JSON of a token that is read: no token is that long, and a
// stranger's mustn't be worth another pass over a body.
const maxToken = 4 << 10

// claimed is the token that the body claims, empty where there is none: one scan
// that builds nothing, since every stranger's call has it done. It reads valid JSON
// as bodyToken does; of anything else, what it finds may be no token at all, and
// bodyToken has the last word on what it finds.
func claimed(body []byte) string {
	raw := lastField(body)
	var token string
	if len(raw) > maxToken || json.Unmarshal(raw, &token) != nil {
		return ""
	}
	return token
}

// lastField is the JSON of the top-level field; of several, that of the last, as
// encoding/json has it.
func lastField(body []byte) []byte {
	i := space(body, 0)
	if i == len(body) || body[i] != '{' {
		return nil
	}
	var found []byte
	for i < len(body) && body[i] != '}' {
		name := space(body, i+1) // after the brace or the comma
		if name == len(body) || body[name] != '"' {
			return found
		}
		end := afterString(body, name)
		value := space(body, end)
		if value == len(body) || body[value] != ':' {
			return nil
		}
		value++
		i = afterValue(body, value)
		if isField(body[name+1 : end-1]) {
			found = body[value:i]
		}
	}
	return found
}

// isField compares a name as it stands in JSON with the field's.
func isField(name []byte) bool {
	for _, c := range []byte(field) {
		switch {
		case len(name) > 0 && name[0] == c:
			name = name[1:]
		case len(name) >= 6 && name[0] == '\\' && name[1] == 'u':
			code, err := strconv.ParseUint(string(name[2:6]), 16, 16)
			if err != nil || code != uint64(c) {
				return false
			}
			name = name[6:]
		default:
			return false
		}
	}
	return len(name) == 0
}

// space is the first index from i on that has no space.
func space(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// afterString is the index after the string that begins at i, the end of b where it
// never ends.
func afterString(b []byte, i int) int {
	for i++; i < len(b); {
		quote := bytes.IndexByte(b[i:], '"')
		if quote < 0 {
			return len(b)
		}
		end := i + quote
		slash := end
		for slash > i && b[slash-1] == '\\' {
			slash--
		}
		i = end + 1
		if (end-slash)%2 == 0 {
			return i
		}
	}
	return len(b)
}

// afterValue is the index of the comma or the brace after the value that begins at
// i, the end of b where there is none.
func afterValue(b []byte, i int) int {
	for depth := 0; i < len(b); {
		switch b[i] {
		case '"':
			i = afterString(b, i)
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i
			}
			depth--
		case ',':
			if depth == 0 {
				return i
			}
		}
		i++
	}
	return len(b)
}

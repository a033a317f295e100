package console

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/carimbo/carimbo/shared/order"
)

// jsonText is a text in JSON, with the colon behind it where it is a field's name.
var jsonText = regexp.MustCompile(`"(?:[^"\\]|\\.)*"(\s*:)?`)

// maskJSON hides in the values of JSON what is private, and each tax id and address of mail
// besides. Names of fields, numbers and how it is written stay as they are.
func maskJSON(text string, private []string) string {
	return jsonText.ReplaceAllStringFunc(text, func(found string) string {
		var value string
		if json.Unmarshal([]byte(found), &value) != nil { // with its colon, a name isn't JSON
			return found
		}
		is := func(p string) bool { return utf8.RuneCountInString(p) > 2 && strings.Contains(value, p) }
		hidden := order.Masked(value)
		if slices.ContainsFunc(private, is) {
			first, _ := utf8.DecodeRuneInString(value)
			hidden = string(first) + order.Mask
		}
		if hidden == value {
			return found
		}
		masked, _ := json.Marshal(hidden) // texts always can be
		return string(masked)
	})
}

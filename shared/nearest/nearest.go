// Package nearest finds what somebody meant who mistyped a name.
package nearest

import (
	"fmt"
	"strings"

	"github.com/carimbo/carimbo/shared/words"
)

// Question asks whether it was meant, as " (did you mean os?)"; empty where nothing is
// near. around is a format of the name, as "{%s}".
func Question(name string, allowed []string, around string) words.Text {
	candidate := Name(name, allowed)
	if candidate == "" {
		return words.Text{}
	}
	return words.Say(" (did you mean %s?)", fmt.Sprintf(around, candidate))
}

// longest is how long a name may be that is compared: nobody mistypes a longer one by
// two letters, and strangers' files may have any.
const longest = 64

// Name is the name among those that are allowed that may have been meant, or "".
func Name(name string, allowed []string) string {
	best, distance := "", 3
	if len(name) > longest {
		return ""
	}
	for _, candidate := range allowed {
		d := Edits(strings.ToLower(name), strings.ToLower(candidate))
		if d < distance && d*2 < len(candidate) {
			best, distance = candidate, d
		}
	}
	return best
}

// Edits is how many letters have to be changed, added or dropped to make a of b.
func Edits(a, b string) int {
	from, to := []rune(a), []rune(b)
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range from {
		corner := row[0]
		row[0] = i + 1
		for j, s := range to {
			cost := corner
			if r != s {
				cost++
			}
			corner = row[j+1]
			row[j+1] = min(cost, row[j]+1, corner+1)
		}
	}
	return row[len(to)]
}

package ledger

import (
	"strings"
	"time"
)

// MaxIgnored is how many ignored calls are listed, the last ones.
const MaxIgnored = 10_000

// Ignored is a proven call of a store's that made no order: why is one of intake's few
// constant words. Nothing personal.
type Ignored struct {
	At          time.Time
	Connection  string
	Platform    string
	Topic       string
	OrderID     string
	StoreNumber string
	Why         string
}

// Is tells whether somebody who typed this means the order: its key, its id, or what the
// store calls it, with or without the # before it.
func (i Ignored) Is(typed string) bool {
	for _, name := range []string{i.OrderID, i.StoreNumber, strings.TrimPrefix(i.StoreNumber, "#")} {
		if name != "" && (typed == name || typed == "#"+name || typed == i.Connection+"#"+name) {
			return true
		}
	}
	return false
}

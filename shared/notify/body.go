package notify

import (
	"strings"
	"unicode"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// maxMessage is how long a message may be, in bytes: a chat shows it whole.
const maxMessage = 400

// attention is what a receiver who reads that language is told of a cause.
func attention(c Cause, in words.Language) Body {
	b := Body{Type: Attention, Kind: c.Kind, Account: c.Account, Connection: c.Connection, Count: c.Count,
		Message: plain(c.Message.In(in)), Command: c.Command, Link: c.Link}
	b.Text = inLines(b)
	return b
}

// resolved is what it is told when the cause is gone.
func resolved(n Notice) Body {
	b := Body{Type: Resolved, Kind: n.Kind, Account: n.Account, Connection: n.Connection, Message: plain(n.Gone)}
	b.Text = inLines(b)
	return b
}

// inLines has a body's message, command and link, each in a line of its own.
func inLines(b Body) string {
	lines := []string{"Carimbo: " + b.Message}
	for _, line := range []string{b.Command, b.Link} {
		if line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// plain is a text of one line that no chat takes for more than text. What a store calls
// its products may be in it: Slack makes links of <...>, and calls everybody for
// <!channel>.
func plain(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '<':
			return '‹'
		case r == '>':
			return '›'
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsGraphic(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	return order.Cut(order.Masked(text), maxMessage)
}

package operator

import (
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/queue"
)

// DeadLetterView is a dead letter as --json shows it: never its payload.
type DeadLetterView struct {
	Type       queue.Type `json:"type"`
	Key        string     `json:"key,omitempty"`
	Connection string     `json:"connection,omitempty"`
	Account    string     `json:"account"`
	ReceivedAt time.Time  `json:"received_at,omitzero"`
	// Tries is how often the message was received; one machine doesn't keep it.
	Tries int `json:"tries,omitempty"`
}

const (
	// unreadable is the type of a letter that is no message of ours.
	unreadable queue.Type = "unreadable"
	// newer is the type of a letter that a newer release wrote: its own may be one
	// that isn't known.
	newer queue.Type = "newer"
)

// ViewDeadLetters shows dead letters in their order. Without any the list is empty
// and not nil, as JSON needs it.
func ViewDeadLetters(letters []queue.DeadLetter) []DeadLetterView {
	views := make([]DeadLetterView, len(letters))
	for i, l := range letters {
		views[i] = viewDeadLetter(l)
	}
	return views
}

func viewDeadLetter(l queue.DeadLetter) DeadLetterView {
	m := l.Message
	switch {
	case l.Unreadable:
		m.Type = unreadable
	case m.V > queue.Version:
		m.Type = newer
	}
	// A wake-up has nothing but the key, which the connection's name begins.
	connection, _, _ := strings.Cut(m.Key, "#")
	return DeadLetterView{Type: m.Type, Key: m.Key, Connection: connection, Account: m.Account, ReceivedAt: m.ReceivedAt.UTC(), Tries: l.Receives}
}

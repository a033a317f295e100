package operator

import (
	"context"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/words"
)

// QueueDepth is how many messages one queue of a stack has, wake-ups among them: SQS counts
// neither by account nor by kind.
type QueueDepth struct {
	// Queue is its name.
	Queue string
	// Waiting are those that nobody has yet, Held those that a function works on.
	Waiting, Held int
}

// depthTeller is a ledger beside which the queues' depths are known and their messages are
// not: a stack's.
type depthTeller interface {
	Depths(context.Context) ([]QueueDepth, error)
}

// Depths says what the queues have of which no row of a list can be, where the filter could
// select it; empty where each message is a row, or none could be.
func Depths(ctx context.Context, l ledger.Ledger, f ledger.Filter) (words.Text, error) {
	teller, tells := l.(depthTeller)
	if !tells || f.State != "" && f.State != Queued || f.ReasonKind != "" || f.Mine {
		return words.Text{}, nil
	}
	depths, err := teller.Depths(ctx)
	if err != nil {
		return words.Text{}, err
	}
	var parts []words.Text
	for _, d := range depths {
		text := words.Say("nothing in %s", d.Queue)
		switch {
		case d.Waiting+d.Held > 0 && d.Held > 0:
			text = words.Say("%s in %s, %d of them worked on", countMessages(d.Waiting+d.Held), d.Queue, d.Held)
		case d.Waiting > 0:
			text = words.Say("%s in %s", countMessages(d.Waiting), d.Queue)
		}
		parts = append(parts, text)
	}
	return words.Say("Queued: %s. SQS tells neither of which orders nor how old: CloudWatch has ApproximateAgeOfOldestMessage of each.", words.Join(parts, "; ")), nil
}

func countMessages(n int) words.Text { return words.Count(n, "%d message", "%d messages") }

package operator

import (
	"context"
	"time"

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
	// Age is how long the oldest has been there, of a queue that isn't empty; zero where that
	// isn't known, and NoAge says why, in words that end a sentence.
	Age   time.Duration
	NoAge words.Text
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
	if !tells || f.State != "" && f.State != Queued || f.ReasonKind != "" || f.Mine || f.Find != "" {
		return words.Text{}, nil
	}
	depths, err := teller.Depths(ctx)
	if err != nil {
		return words.Text{}, err
	}
	var parts []words.Text
	var noAge words.Text
	for _, d := range depths {
		parts = append(parts, d.inWords())
		if noAge.IsZero() && !d.NoAge.IsZero() {
			noAge = words.Say("How old the oldest is isn't known: %s.", d.NoAge)
		}
	}
	return words.Sentences(words.Say("Queued: %s. SQS doesn't tell of which orders.", words.Join(parts, "; ")), noAge), nil
}

func (d QueueDepth) inWords() words.Text {
	messages := countMessages(d.Waiting + d.Held)
	switch {
	case d.Waiting+d.Held == 0:
		return words.Say("nothing in %s", d.Queue)
	case d.Held > 0 && d.Age > 0:
		return words.Say("%s in %s, %d of them worked on, the oldest for %s", messages, d.Queue, d.Held, ageInWords(d.Age))
	case d.Held > 0:
		return words.Say("%s in %s, %d of them worked on", messages, d.Queue, d.Held)
	case d.Age > 0:
		return words.Say("%s in %s, the oldest for %s", messages, d.Queue, ageInWords(d.Age))
	}
	return words.Say("%s in %s", messages, d.Queue)
}

// ageInWords is in the unit of which there are at least two, but for seconds.
func ageInWords(d time.Duration) words.Text {
	switch {
	case d < 2*time.Minute:
		return words.Say("%d s", int(d.Seconds()))
	case d < 2*time.Hour:
		return words.Say("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return words.Say("%d h", int(d.Hours()))
	}
	return words.Say("%d days", int(d.Hours())/24)
}

func countMessages(n int) words.Text { return words.Count(n, "%d message", "%d messages") }

package operator

import (
	"context"
	"fmt"
	"strings"

	"github.com/carimbo/carimbo/shared/ledger"
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
func Depths(ctx context.Context, l ledger.Ledger, f ledger.Filter) (string, error) {
	teller, tells := l.(depthTeller)
	if !tells || f.State != "" && f.State != Queued || f.ReasonKind != "" || f.Mine {
		return "", nil
	}
	depths, err := teller.Depths(ctx)
	if err != nil {
		return "", err
	}
	var parts []string
	for _, d := range depths {
		text := "nothing in " + d.Queue
		switch {
		case d.Waiting+d.Held > 0 && d.Held > 0:
			text = fmt.Sprintf("%s in %s, %d of them worked on", Plural(d.Waiting+d.Held, "message"), d.Queue, d.Held)
		case d.Waiting > 0:
			text = Plural(d.Waiting, "message") + " in " + d.Queue
		}
		parts = append(parts, text)
	}
	return "Queued: " + strings.Join(parts, "; ") + ". SQS tells neither of which orders nor how old: CloudWatch has ApproximateAgeOfOldestMessage of each.", nil
}

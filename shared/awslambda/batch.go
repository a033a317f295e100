package awslambda

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/queue/sqs"
	"github.com/carimbo/carimbo/shared/telemetry"
)

// reportMargin is what a function keeps of its time to report its batch: more than an ERP's
// calls keep apart, and far less than what a lease lasts longer than the deadline.
const reportMargin = 2 * time.Second

// Placer takes one message to its end before the deadline, as placing.Worker
// does. An error means that the message must be delivered again.
type Placer interface {
	Handle(ctx context.Context, m queue.Message, deadline time.Time) error
	// Pace waits until the account's next call may begin. The error is the context's.
	Pace(ctx context.Context, account string) error
}

// Batch handles the messages of an SQS event one after another. It is for a FIFO
// queue with ReportBatchItemFailures: at the first message that can't be handled
// it stops, and reports it and all the rest, so that no message overtakes another.
//
// While the function runs, and where it is killed for as long as they stay invisible, no
// other instance is given a message of its accounts. So it ends only when their next calls
// may begin, whoever makes them: no instance has to know of another's.
type Batch struct {
	Placer Placer
	Now    func() time.Time
	Log    *slog.Logger
}

// Handle is the function's handler. It has no error but where its time is over before its
// accounts' next calls may begin: that delivers again what was handled, when it is visible.
func (b Batch) Handle(ctx context.Context, event events.SQSEvent) (events.SQSEventResponse, error) {
	calls, deadline, cancel := b.deadline(ctx)
	defer cancel()
	// Lambda takes null for a failure of the whole batch.
	response := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
	var accounts []string
	for i, record := range event.Records {
		account, done := b.place(calls, record, deadline)
		if account != "" && !slices.Contains(accounts, account) {
			accounts = append(accounts, account)
		}
		if done {
			continue
		}
		for _, rest := range event.Records[i:] {
			response.BatchItemFailures = append(response.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: rest.MessageId})
		}
		break
	}
	for _, account := range accounts {
		if err := b.Placer.Pace(ctx, account); err != nil {
			return events.SQSEventResponse{}, fmt.Errorf("wait for the next call of %s: %w", account, err)
		}
	}
	return response, nil
}

// place tells the message's account, and whether it is done with. One that can't be read
// never will be: reported often enough it lies with the dead letters, where a person sees it.
func (b Batch) place(ctx context.Context, record events.SQSMessage, deadline time.Time) (account string, done bool) {
	receives := record.Attributes["ApproximateReceiveCount"]
	m, err := sqs.Decode(record.Body)
	if err != nil {
		b.Log.ErrorContext(ctx, "a message can't be read; it goes to the dead letters", "request", record.MessageId, "receives", receives, "cause", err)
		return "", false
	}
	ctx = telemetry.WithCorrelation(ctx, m.Correlation)
	if err := b.Placer.Handle(ctx, m, deadline); err != nil {
		b.Log.ErrorContext(ctx, "an order could not be recorded; its message is delivered again", "key", m.Key, "receives", receives, "cause", err)
		return m.Account, false
	}
	return m.Account, true
}

// deadline is the function's own, less what the report takes.
func (b Batch) deadline(ctx context.Context) (context.Context, time.Time, context.CancelFunc) {
	end := b.Now().Add(placing.Invocation)
	if own, ok := ctx.Deadline(); ok {
		end = own.Add(-reportMargin)
	}
	ctx, cancel := context.WithDeadline(ctx, end)
	return ctx, end, cancel
}

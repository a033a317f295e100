package awslambda

import (
	"context"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/queue/sqs"
	"github.com/carimbo/carimbo/shared/telemetry"
)

// reportMargin is what a function keeps of its time to report its batch; it is
// far less than what a lease lasts longer than the deadline.
const reportMargin = 2 * time.Second

// Placer takes one message to its end before the deadline, as placing.Worker
// does. An error means that the message must be delivered again.
type Placer interface {
	Handle(ctx context.Context, m queue.Message, deadline time.Time) error
}

// Batch handles the messages of an SQS event one after another. It is for a FIFO
// queue with ReportBatchItemFailures: at the first message that can't be handled
// it stops, and reports it and all the rest, so that no message overtakes another.
type Batch struct {
	Placer Placer
	Now    func() time.Time
	Log    *slog.Logger
}

// Handle is the function's handler. It has no error: one would deliver again what
// was handled.
func (b Batch) Handle(ctx context.Context, event events.SQSEvent) (events.SQSEventResponse, error) {
	ctx, deadline, cancel := b.deadline(ctx)
	defer cancel()
	// Lambda takes null for a failure of the whole batch.
	response := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
	for i, record := range event.Records {
		if b.place(ctx, record, deadline) {
			continue
		}
		for _, rest := range event.Records[i:] {
			response.BatchItemFailures = append(response.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: rest.MessageId})
		}
		break
	}
	return response, nil
}

// place tells whether the message is done with. One that can't be read never will
// be: reported often enough it lies with the dead letters, where a person sees it.
func (b Batch) place(ctx context.Context, record events.SQSMessage, deadline time.Time) bool {
	receives := record.Attributes["ApproximateReceiveCount"]
	m, err := sqs.Decode(record.Body)
	if err != nil {
		b.Log.ErrorContext(ctx, "a message can't be read; it goes to the dead letters", "request", record.MessageId, "receives", receives, "cause", err)
		return false
	}
	ctx = telemetry.WithCorrelation(ctx, m.Correlation)
	if err := b.Placer.Handle(ctx, m, deadline); err != nil {
		b.Log.ErrorContext(ctx, "an order could not be recorded; its message is delivered again", "key", m.Key, "receives", receives, "cause", err)
		return false
	}
	return true
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

package telemetry

import (
	"context"
	"encoding/json"
	"io"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/carimbo/carimbo/shared/intake"
	"github.com/carimbo/carimbo/shared/placing"
)

// Namespace is where CloudWatch keeps the metrics.
const Namespace = "Carimbo"

// MetricCreatedAfter is the time from acceptance to creation, in seconds.
const MetricCreatedAfter = "CreatedAfter"

// Meter writes each count as a line of its own in CloudWatch's embedded metric
// format, at once: what was counted stands, even if the process dies next.
//
// A metric has two dimensions, Service (the stack) and Connection, or Account where
// it is about an ERP account, and stands once more with Service alone, which is what
// an alarm watches. Why something was
// ignored or refused is a property of the line and no dimension: a search finds
// it, and it costs no metric.
//
// Lambda takes the lines for logs of level INFO: a function whose log level is
// above that has no metrics.
type Meter struct {
	// W is standard output.
	W io.Writer
	// Service is the stack's name, so that two stacks in one AWS account don't mix.
	Service string
	Now     func() time.Time
}

var (
	_ intake.Meter  = (*Meter)(nil)
	_ placing.Meter = (*Meter)(nil)
)

// Take counts what intake did with a call.
func (m *Meter) Take(ctx context.Context, metric intake.Metric, connection, why string) {
	m.write(ctx, string(metric), "Count", 1, of{"Connection", connection}, map[string]any{"why": why})
}

// Count counts what placing did with an order.
func (m *Meter) Count(ctx context.Context, metric placing.Metric, connection string) {
	m.write(ctx, string(metric), "Count", 1, of{"Connection", connection}, map[string]any{})
}

// CountAccount counts what concerns an account.
func (m *Meter) CountAccount(ctx context.Context, metric placing.Metric, account string) {
	m.write(ctx, string(metric), "Count", 1, of{"Account", account}, map[string]any{})
}

// Placed measures the time from acceptance to creation.
func (m *Meter) Placed(ctx context.Context, connection string, took time.Duration) {
	m.write(ctx, MetricCreatedAfter, "Seconds", took.Seconds(), of{"Connection", connection}, map[string]any{})
}

// directive tells CloudWatch what in the line is a metric.
type directive struct {
	Namespace  string
	Dimensions [][]string
	Metrics    []definition
}

type definition struct{ Name, Unit string }

type metadata struct {
	Timestamp         int64
	CloudWatchMetrics []directive
}

// of is what a metric is about, as its second dimension.
type of struct{ dimension, value string }

// write puts a metric into line, which has its properties. CloudWatch drops a
// metric with an empty dimension: what belongs to no connection has none.
func (m *Meter) write(ctx context.Context, name, unit string, value float64, about of, line map[string]any) {
	dimensions := [][]string{{"Service"}}
	line["Service"] = m.Service
	if about.value != "" {
		dimensions = append(dimensions, []string{"Service", about.dimension})
		line[about.dimension] = about.value
	}
	if lambda, ok := lambdacontext.FromContext(ctx); ok {
		line["requestId"] = lambda.AwsRequestID
	}
	line[name] = value
	line["_aws"] = metadata{m.Now().UnixMilli(), []directive{{Namespace, dimensions, []definition{{name, unit}}}}}
	b, err := json.Marshal(line)
	if err != nil {
		return // texts and numbers always have a JSON form
	}
	// Nobody is left to tell if standard output is closed.
	_, _ = m.W.Write(append(b, '\n'))
}

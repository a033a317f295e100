// Package telemetry is what a function on AWS says about itself: log lines for
// CloudWatch Logs, and metrics in the embedded metric format. One correlation id,
// API Gateway's request id, goes through both, from the webhook to the document.
package telemetry

import (
	"context"
	"io"
	"log/slog"
	"strings"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/carimbo/carimbo/shared/order"
)

// maxText bounds a text in a log line.
const maxText = 1000

// maxStack bounds a panic's stack.
const maxStack = 8 << 10

// withheld stands for a value that nobody has said may be shown.
const withheld = "[withheld]"

// shown are the attributes whose values may stand in a log: names of our own,
// ids, counts and constant words; a cause is an error, and errors hold nothing
// personal and no secret. Whoever adds one here answers for it (rule 18).
var shown = map[string]bool{
	"timestamp": true, "level": true, "message": true, "requestId": true, "correlation": true,
	"account": true, "attempts": true, "cause": true, "code": true, "connection": true, "count": true, "erp_id": true,
	"key": true, "missing": true, "next": true, "order_id": true, "panic": true, "queued": true, "reason": true, "receives": true,
	"request": true, "secret": true, "stack": true, "state": true, "status": true, "store_number": true, "topic": true, "type": true,
	"until": true, "why": true, "woken": true,
}

// NewLog makes the log of a Lambda function: JSON, from the level of
// AWS_LAMBDA_LOG_LEVEL on, or text where AWS_LAMBDA_LOG_FORMAT is Text. Each line
// has the invocation's request id and, if the context knows it, the order's
// correlation id. The value of an attribute that nobody said may be shown is
// withheld.
func NewLog(w io.Writer, getenv func(string) string) *slog.Logger {
	options := &slog.HandlerOptions{Level: level(getenv("AWS_LAMBDA_LOG_LEVEL")), ReplaceAttr: present}
	if getenv("AWS_LAMBDA_LOG_FORMAT") == "Text" {
		return slog.New(handler{slog.NewTextHandler(w, options)})
	}
	return slog.New(handler{slog.NewJSONHandler(w, options)})
}

func level(name string) slog.Level {
	switch name {
	case "TRACE", "DEBUG":
		return slog.LevelDebug
	case "WARN":
		return slog.LevelWarn
	case "ERROR", "FATAL":
		return slog.LevelError
	}
	return slog.LevelInfo
}

// present names the keys as Lambda does, and withholds and cuts values.
func present(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 {
		a = lambdacontext.ReplaceAttr(groups, a)
	}
	limit := maxText
	switch {
	case len(groups) > 0 || !shown[a.Key]:
		return slog.String(a.Key, withheld)
	case a.Key == "stack":
		limit = maxStack
	}
	if text, ok := textOf(a.Value); ok {
		if short := order.Cut(text, limit); short != text {
			text = strings.TrimRight(short, " ") + "..."
		}
		a.Value = slog.StringValue(text)
	}
	return a
}

func textOf(v slog.Value) (string, bool) {
	if err, ok := v.Any().(error); ok {
		return err.Error(), true
	}
	return v.String(), v.Kind() == slog.KindString
}

type correlationKey struct{}

// WithCorrelation makes the log lines of ctx carry the order's correlation id.
func WithCorrelation(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, correlationKey{}, id)
}

// handler adds what the context knows to each line.
type handler struct{ slog.Handler }

func (h handler) Handle(ctx context.Context, r slog.Record) error {
	if lambda, ok := lambdacontext.FromContext(ctx); ok {
		r.AddAttrs(slog.String("requestId", lambda.AwsRequestID))
	}
	if id, ok := ctx.Value(correlationKey{}).(string); ok && id != "" && !has(r, "correlation") {
		r.AddAttrs(slog.String("correlation", id))
	}
	return h.Handler.Handle(ctx, r)
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.Handler.WithAttrs(attrs)}
}

func (h handler) WithGroup(name string) slog.Handler { return handler{h.Handler.WithGroup(name)} }

func has(r slog.Record, key string) bool {
	found := false
	r.Attrs(func(a slog.Attr) bool {
		found = a.Key == key
		return !found
	})
	return found
}

package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/carimbo/carimbo/shared/intake"
	"github.com/carimbo/carimbo/shared/platform"
)

const (
	// answerMargin is what the answer itself takes of the function's time.
	answerMargin = 300 * time.Millisecond
	// defaultStage is the one stage whose name is not in the path.
	defaultStage = "$default"
)

var (
	notFound   = refusal(http.StatusNotFound, "not_found", "Only /webhooks/{connection} and /healthz are served here.")
	notAllowed = refusal(http.StatusMethodNotAllowed, "method_not_allowed", "Webhooks are sent with POST.")
	garbled    = refusal(http.StatusBadRequest, "bad_request", "The body is not the base64 that the event says it is.")
	healthy    = intake.Response{Status: http.StatusOK, Answer: &intake.Answer{Status: "ok"}}
)

func refusal(status int, code, message string) intake.Response {
	return intake.Response{Status: status, Answer: &intake.Answer{Error: code, Message: message}}
}

// webhook answers API Gateway HTTP API events (payload 2.0) as intake.Handler
// answers HTTP requests.
type webhook struct{ intake *intake.Intake }

// handle has no error: API Gateway would make a 500 of it, with a body that is
// not ours.
func (w webhook) handle(ctx context.Context, event events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	defer w.intake.LogRefusals(ctx)
	ctx, cancel := bounded(ctx)
	defer cancel()
	return answer(w.route(ctx, event)), nil
}

// bounded ends early enough to answer 503 in time.
func bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	limit := intake.AnswerWithin
	if deadline, ok := ctx.Deadline(); ok {
		limit = min(limit, time.Until(deadline)-answerMargin)
	}
	return context.WithTimeout(ctx, limit)
}

func (w webhook) route(ctx context.Context, event events.APIGatewayV2HTTPRequest) intake.Response {
	path, method := pathOf(event), event.RequestContext.HTTP.Method
	if path == "/healthz" && method == http.MethodGet {
		return healthy
	}
	connection, ok := connectionOf(event, path)
	switch {
	case !ok:
		return notFound
	case method != http.MethodPost:
		return notAllowed
	}
	request, err := requestOf(event)
	if err != nil {
		return garbled
	}
	return w.intake.Take(ctx, connection, request, requestID(event))
}

// pathOf is the request's path without the stage.
func pathOf(event events.APIGatewayV2HTTPRequest) string {
	stage := event.RequestContext.Stage
	if stage == "" || stage == defaultStage {
		return event.RawPath
	}
	return strings.TrimPrefix(event.RawPath, "/"+stage)
}

// connectionOf is the path parameter where the route has one, and what follows
// /webhooks/ where it has none.
func connectionOf(event events.APIGatewayV2HTTPRequest, path string) (string, bool) {
	if name := event.PathParameters["connection"]; name != "" {
		return name, true
	}
	name, ok := strings.CutPrefix(path, "/webhooks/")
	return name, ok && name != "" && !strings.Contains(name, "/")
}

func requestOf(event events.APIGatewayV2HTTPRequest) (platform.Request, error) {
	body := []byte(event.Body)
	if event.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(event.Body); err != nil {
			return platform.Request{}, err
		}
	}
	// What can't be read of a query is left out, as net/http does.
	query, _ := url.ParseQuery(event.RawQueryString)
	return platform.Request{Header: headers(event.Headers), Query: query, Body: body}, nil
}

// headers have names in lower case already where API Gateway made the event; it
// joins the values of a header that came twice with a comma.
func headers(h map[string]string) map[string]string {
	lower := make(map[string]string, len(h))
	for _, name := range slices.Sorted(maps.Keys(h)) {
		if _, taken := lower[strings.ToLower(name)]; !taken {
			lower[strings.ToLower(name)] = h[name]
		}
	}
	return lower
}

// requestID is never empty: two messages without an id would be one to the queue.
func requestID(event events.APIGatewayV2HTTPRequest) string {
	if id := event.RequestContext.RequestID; id != "" {
		return id
	}
	return rand.Text()
}

func answer(r intake.Response) events.APIGatewayV2HTTPResponse {
	out := events.APIGatewayV2HTTPResponse{StatusCode: r.Status, Headers: map[string]string{}}
	if r.RetryAfter > 0 {
		out.Headers["retry-after"] = strconv.Itoa(int(r.RetryAfter.Seconds()))
	}
	if r.Status == http.StatusMethodNotAllowed {
		out.Headers["allow"] = http.MethodPost
	}
	if r.Answer == nil {
		return out
	}
	body, err := json.Marshal(r.Answer)
	if err != nil {
		return out // three texts always have a JSON form
	}
	out.Headers["content-type"] = "application/json"
	out.Body = string(body) + "\n"
	return out
}

package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/events/payloads"
	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/intake"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/generic"
	"github.com/carimbo/carimbo/shared/platform/registry"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/secret"
)

const signingSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

var now = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// sent is the queue of a test: it keeps what it is sent, or fails.
type sent struct {
	messages []queue.Message
	fault    error
	// hangs until the context ends.
	hangs bool
}

func (s *sent) Send(ctx context.Context, m queue.Message) error {
	if s.hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	if s.fault == nil {
		s.messages = append(s.messages, m)
	}
	return s.fault
}

type secrets struct {
	// missing: there is none.
	missing bool
}

func (s secrets) Get(context.Context, string) (secret.Secret, error) {
	if s.missing {
		return secret.Secret{}, secret.ErrNotFound
	}
	return secret.Secret{Values: map[string]string{secret.SigningKey: signingSecret}}, nil
}

func (s secrets) Refresh(ctx context.Context, name string, _ time.Time) (secret.Secret, error) {
	return s.Get(ctx, name)
}

type uncounted struct{}

func (uncounted) Take(context.Context, intake.Metric, string, string) {}

func newIntake(t testing.TB, q queue.Sender) *intake.Intake {
	t.Helper()
	cfg, err := connection.Parse([]byte(`{
		"erps": {"estudio": {"kind": "omie"}},
		"connections": {"checkout": {"platform": "generic", "erp": "estudio", "since": "2026-11-01"}}
	}`))
	if err != nil {
		t.Fatal(err)
	}
	return &intake.Intake{Connections: func() connection.Config { return cfg }, Platform: registry.Get, Secrets: secrets{},
		Queue: func(connection.Account) queue.Sender { return q },
		Now:   func() time.Time { return now }, Meter: uncounted{}, Log: slog.New(slog.DiscardHandler)}
}

func paid(t testing.TB) []byte {
	t.Helper()
	body, err := payloads.FS.ReadFile("generic/order_paid.json")
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// call is an event with a signed, paid order for the connection checkout.
func call(t testing.TB) events.APIGatewayV2HTTPRequest {
	t.Helper()
	body := paid(t)
	event := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: "POST /webhooks/{connection}", RawPath: "/webhooks/checkout",
		Headers: generic.Platform{}.Sign(body, signingSecret, now).Header, PathParameters: map[string]string{"connection": "checkout"},
		Body: string(body),
	}
	event.RequestContext.Stage = "$default"
	event.RequestContext.RequestID = "gw-1"
	event.RequestContext.HTTP.Method = http.MethodPost
	return event
}

func base64Encoded(e *events.APIGatewayV2HTTPRequest) {
	e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString([]byte(e.Body)), true
}

func upperCase(e *events.APIGatewayV2HTTPRequest) {
	headers := map[string]string{}
	for name, value := range e.Headers {
		headers[strings.ToUpper(name)] = value
	}
	e.Headers = headers
}

func at(stage, path string, parameters map[string]string) func(*events.APIGatewayV2HTTPRequest) {
	return func(e *events.APIGatewayV2HTTPRequest) {
		e.RequestContext.Stage, e.RawPath, e.PathParameters = stage, path, parameters
	}
}

func with(method, path string) func(*events.APIGatewayV2HTTPRequest) {
	return func(e *events.APIGatewayV2HTTPRequest) {
		e.RequestContext.HTTP.Method, e.RawPath, e.PathParameters = method, path, nil
	}
}

var calls = []struct {
	name   string
	change func(*events.APIGatewayV2HTTPRequest)
	status int
	queued bool
}{
	{"a genuine call", func(*events.APIGatewayV2HTTPRequest) {}, 200, true},
	{"a base64 body", base64Encoded, 200, true},
	{"header names in upper case", upperCase, 200, true},
	{"a route without a parameter", at("$default", "/webhooks/checkout", nil), 200, true},
	{"an event without a stage", at("", "/webhooks/checkout", nil), 200, true},
	{"a stage before the path", at("prod", "/prod/webhooks/checkout", nil), 200, true},
	{"a stage that the domain hides", at("prod", "/webhooks/checkout", nil), 200, true},
	{"a mapped path before the route", at("$default", "/erp/webhooks/checkout", map[string]string{"connection": "checkout"}), 200, true},
	{"a stage of the same name", at("webhooks", "/webhooks/webhooks/checkout", nil), 200, true},
	{"another stage's path", at("prod", "/production/webhooks/checkout", nil), 404, false},
	{"an unknown connection", at("$default", "/webhooks/nobody", map[string]string{"connection": "nobody"}), 404, false},
	{"no connection", at("$default", "/webhooks/", nil), 404, false},
	{"a deeper path", at("$default", "/webhooks/checkout/x", nil), 404, false},
	{"a slash at the end", at("$default", "/webhooks/checkout/", nil), 404, false},
	{"another path", at("$default", "/", nil), 404, false},
	{"another path with a GET", with(http.MethodGet, "/admin"), 404, false},
	{"a GET", with(http.MethodGet, "/webhooks/checkout"), 405, false},
	{"a PUT", with(http.MethodPut, "/webhooks/checkout"), 405, false},
	{"the health", with(http.MethodGet, "/healthz"), 200, false},
	{"the health, posted", with(http.MethodPost, "/healthz"), 404, false},
	{"no body", func(e *events.APIGatewayV2HTTPRequest) { e.Body = "" }, 401, false},
	{"no headers", func(e *events.APIGatewayV2HTTPRequest) { e.Headers = nil }, 401, false},
	{"a changed body", func(e *events.APIGatewayV2HTTPRequest) { e.Body += " " }, 401, false},
	{"a signature that came twice", func(e *events.APIGatewayV2HTTPRequest) {
		e.Headers["webhook-id"] += "," + e.Headers["webhook-id"]
	}, 401, false},
	{"a body that is too large", func(e *events.APIGatewayV2HTTPRequest) { e.Body = strings.Repeat("x", platform.MaxBody+1) }, 413, false},
	{"a body that is no base64", func(e *events.APIGatewayV2HTTPRequest) { e.IsBase64Encoded = true }, 400, false},
}

func TestAnEventIsAnsweredByWhatItIs(t *testing.T) {
	for _, c := range calls {
		t.Run(c.name, func(t *testing.T) {
			q := &sent{}
			event := call(t)
			c.change(&event)
			got, err := webhook{newIntake(t, q)}.handle(t.Context(), event)
			if err != nil || got.StatusCode != c.status {
				t.Fatalf("%d %s, %v; want %d", got.StatusCode, got.Body, err, c.status)
			}
			if queued := len(q.messages) == 1; queued != c.queued {
				t.Errorf("%d messages were queued", len(q.messages))
			}
			var body intake.Answer
			if err := json.Unmarshal([]byte(got.Body), &body); err != nil || got.Headers["content-type"] != "application/json" {
				t.Errorf("%s is no JSON answer: %v", got.Body, err)
			}
			if refused := c.status >= 400; refused != (body.Error != "" && body.Message != "") || refused == (body.Status != "") {
				t.Errorf("%d with %s", c.status, got.Body)
			}
		})
	}
}

// A store must not notice whether it calls a stack or one machine.
func TestAGatewayIsAnsweredAsAnHTTPServerAnswers(t *testing.T) {
	for _, c := range calls {
		event := call(t)
		c.change(&event)
		if event.IsBase64Encoded || event.RequestContext.Stage == "prod" || event.RequestContext.Stage == "webhooks" || strings.HasPrefix(event.RawPath, "/erp") {
			continue // only a gateway has these
		}
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), event.RequestContext.HTTP.Method, event.RawPath, strings.NewReader(event.Body))
			for name, value := range event.Headers {
				r.Header.Set(name, value)
			}
			recorder := httptest.NewRecorder()
			intake.Handler(newIntake(t, &sent{}), intake.NewDoor(intake.Limits{})).ServeHTTP(recorder, r)
			for _, own := range []string{"Connection", "Content-Length"} {
				recorder.Header().Del(own) // a gateway has its own
			}
			want := events.APIGatewayV2HTTPResponse{StatusCode: recorder.Code, Headers: map[string]string{}, Body: recorder.Body.String()}
			for name := range recorder.Header() {
				want.Headers[strings.ToLower(name)] = recorder.Header().Get(name)
			}
			got, err := webhook{newIntake(t, &sent{})}.handle(t.Context(), event)
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("%v\n%s", err, diff)
			}
		})
	}
}

// counted is the secrets of a test that are asked how often they were read.
type counted struct {
	secrets
	reads *int
}

func (c counted) Get(ctx context.Context, name string) (secret.Secret, error) {
	*c.reads++
	return c.secrets.Get(ctx, name)
}

func TestWhatHasNoProofReadsNoSecret(t *testing.T) {
	for name, change := range map[string]func(*events.APIGatewayV2HTTPRequest){
		"an unknown connection": at("$default", "/webhooks/nobody", map[string]string{"connection": "nobody"}),
		"a header missing":      func(e *events.APIGatewayV2HTTPRequest) { delete(e.Headers, "webhook-timestamp") },
		"another method":        with(http.MethodPut, "/webhooks/checkout"),
		"a form that may be a ping": func(e *events.APIGatewayV2HTTPRequest) {
			e.Headers, e.Body = map[string]string{"content-type": "application/x-www-form-urlencoded"}, "webhook_id=1"
		},
	} {
		reads := 0
		in := newIntake(t, &sent{})
		in.Secrets = counted{reads: &reads}
		event := call(t)
		change(&event)
		got, err := webhook{in}.handle(t.Context(), event)
		if err != nil || got.StatusCode < 400 || reads > 0 {
			t.Errorf("%s: %d, %v; %d secrets were read", name, got.StatusCode, err, reads)
		}
	}
}

func TestForgedCallsAreALineASecondOnAStackToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		in := newIntake(t, &sent{})
		in.Now, in.Log = time.Now, slog.New(slog.NewJSONHandler(&log, nil))
		forged := call(t)
		forged.Headers["webhook-timestamp"] = "1"
		calls := func(n int) (lines int) {
			log.Reset()
			for range n {
				if got, err := (webhook{in}).handle(t.Context(), forged); err != nil || got.StatusCode != 401 {
					t.Fatal(got, err)
				}
			}
			return strings.Count(log.String(), "\n")
		}
		if lines := calls(100); lines != 1 || !strings.Contains(log.String(), `"count":1`) {
			t.Errorf("the first 100 are %d lines: %s", lines, log.String())
		}
		time.Sleep(time.Second)
		if lines := calls(1); lines != 1 || !strings.Contains(log.String(), `"why":"signature","status":401,"count":100,"connection":"checkout"`) {
			t.Errorf("a second later the next one is %d lines: %s", lines, log.String())
		}
	})
}

func TestAnEventBecomesTheRequestThatWasSent(t *testing.T) {
	b, err := os.ReadFile("testdata/order_paid.event.json")
	if err != nil {
		t.Fatal(err)
	}
	var event events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(b, &event); err != nil {
		t.Fatal(err)
	}
	got, err := requestOf(event)
	want := platform.Request{
		Header: map[string]string{
			"accept": "*/*", "content-type": "application/json", "host": "a1b2c3d4e5.execute-api.sa-east-1.amazonaws.com",
			"x-forwarded-for": "203.0.113.7", "x-both": "one,two",
		},
		Query: url.Values{"utm": {"café", "b"}, "empty": {""}},
		Body:  []byte("{\"a\": 1}\n\x00\xff"),
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	if name, ok := connectionOf(event, pathOf(event)); name != "checkout" || !ok {
		t.Error(name, ok)
	}
}

func TestTheGatewaysRequestIDFollowsTheOrder(t *testing.T) {
	q := &sent{}
	event := call(t)
	if _, err := (webhook{newIntake(t, q)}).handle(t.Context(), event); err != nil {
		t.Fatal(err)
	}
	if m := q.messages[0]; m.Dedup != "gw-1#paid#"+m.Digest || m.Correlation != "gw-1" {
		t.Errorf("dedup %q, correlation %q", m.Dedup, m.Correlation)
	}
}

// The queue takes two messages with the same id for one.
func TestEventsWithoutARequestIDGetDifferentOnes(t *testing.T) {
	q := &sent{}
	event := call(t)
	event.RequestContext.RequestID = ""
	for range 2 {
		if _, err := (webhook{newIntake(t, q)}).handle(t.Context(), event); err != nil {
			t.Fatal(err)
		}
	}
	ids := []string{q.messages[0].Dedup, q.messages[1].Dedup}
	if slices.Contains(ids, "") || ids[0] == ids[1] {
		t.Error(ids)
	}
}

func TestAQueueThatFailsIs503WithRetryAfter(t *testing.T) {
	got, err := webhook{newIntake(t, &sent{fault: errors.New("no queue")})}.handle(t.Context(), call(t))
	if err != nil || got.StatusCode != 503 || got.Headers["retry-after"] != "30" {
		t.Fatalf("%+v, %v", got, err)
	}
}

func TestAMissingHookSecretIs503AndAnErrorThatNamesIt(t *testing.T) {
	in, log := newIntake(t, &sent{}), &bytes.Buffer{}
	in.Secrets, in.Log = secrets{missing: true}, slog.New(slog.NewJSONHandler(log, nil))
	got, err := webhook{in}.handle(t.Context(), call(t))
	if err != nil || got.StatusCode != 503 || got.Headers["retry-after"] != "30" {
		t.Fatalf("%+v, %v", got, err)
	}
	if said := log.String(); !strings.Contains(said, `"level":"ERROR"`) || !strings.Contains(said, "hook/checkout") || !strings.Contains(said, secret.SigningKey) {
		t.Errorf("the log says %s", said)
	}
}

func TestAQueueThatHangsIs503BeforeTheFunctionsOwnDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), answerMargin+50*time.Millisecond)
		defer cancel()
		got, err := webhook{newIntake(t, &sent{hangs: true})}.handle(ctx, call(t))
		if deadline, _ := ctx.Deadline(); err != nil || got.StatusCode != 503 || time.Until(deadline) != answerMargin {
			t.Fatalf("%+v, %v, %s before the deadline", got, err, time.Until(deadline))
		}
	})
}

func TestACallNeverTakesLongerThanAStoreWaits(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ctx, cancel = bounded(ctx)
	defer cancel()
	if deadline, _ := ctx.Deadline(); time.Until(deadline) > 3*time.Second {
		t.Error("it may take", time.Until(deadline))
	}
}

func FuzzEvent(f *testing.F) {
	whole, err := os.ReadFile("testdata/order_paid.event.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	event, err := json.Marshal(call(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(event)
	f.Add([]byte(`{}`))
	f.Add([]byte(`{"rawPath":"/prod/webhooks/checkout","requestContext":{"stage":"prod","http":{"method":"POST"}},"body":"eA==","isBase64Encoded":true}`))
	f.Add([]byte(`{"rawPath":"/webhooks/checkout","rawQueryString":"%zz;a=b","headers":{"A":"1","a":"2"},"requestContext":{"http":{"method":"POST"}}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var event events.APIGatewayV2HTTPRequest
		if json.Unmarshal(b, &event) != nil {
			return
		}
		q := &sent{}
		got, err := webhook{newIntake(t, q)}.handle(t.Context(), event)
		if err != nil || !slices.Contains([]int{200, 400, 401, 404, 405, 413}, got.StatusCode) {
			t.Fatalf("%d, %v", got.StatusCode, err)
		}
		if len(q.messages) == 0 {
			return
		}
		if r, err := requestOf(event); err != nil || (generic.Platform{}).Verify(r, []string{signingSecret}, now) != nil {
			t.Fatalf("%s was queued without a proof", b)
		}
	})
}

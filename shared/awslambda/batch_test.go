package awslambda_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/awslambda"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/telemetry"
)

func none(string) string { return "" }

// placer handles what it is given but one key, and keeps what it was given.
type placer struct {
	fails     string
	keys      []string
	deadlines []time.Time
	ended     []bool
	// paced are the accounts that were waited for, each behind what was handled before.
	paced      []string
	pacedUntil time.Time
	// does is called with each message, if there is something to do.
	does func(context.Context, queue.Message)
}

func (p *placer) Handle(ctx context.Context, m queue.Message, deadline time.Time) error {
	p.keys = append(p.keys, m.Key)
	p.deadlines = append(p.deadlines, deadline)
	p.ended = append(p.ended, ctx.Err() != nil)
	if p.does != nil {
		p.does(ctx, m)
	}
	if m.Key == p.fails {
		return errors.New("the ledger can't be written")
	}
	return nil
}

// Pace notes for which account, and in how much of the function's time.
func (p *placer) Pace(ctx context.Context, account string) error {
	p.paced = append(p.paced, fmt.Sprint(account, " after ", strings.Join(p.keys, " ")))
	if d, ok := ctx.Deadline(); ok {
		p.pacedUntil = d
	}
	return ctx.Err()
}

// body is what the queue's Send makes of a message.
func body(key string) string {
	return fmt.Sprintf(`{"type":"wake","key":%q,"account":"estudio","dedup":"d","correlation":"gw-%s"}`, key, key)
}

func TestABatchStopsAtItsFirstFailureAndReportsTheRest(t *testing.T) {
	for _, c := range []struct {
		name    string
		bodies  []string
		handled []string
		failed  []string
	}{
		{"none", nil, nil, []string{}},
		{"one", []string{body("a")}, []string{"a"}, []string{}},
		{"all", []string{body("a"), body("b"), body("c")}, []string{"a", "b", "c"}, []string{}},
		{"the only one fails", []string{body("bad")}, []string{"bad"}, []string{"m0"}},
		{"the first fails", []string{body("bad"), body("b")}, []string{"bad"}, []string{"m0", "m1"}},
		{"one in the middle fails", []string{body("a"), body("bad"), body("c"), body("d")}, []string{"a", "bad"}, []string{"m1", "m2", "m3"}},
		{"the last fails", []string{body("a"), body("bad")}, []string{"a", "bad"}, []string{"m1"}},
		{"one can't be read", []string{body("a"), `{"key":`, body("c")}, []string{"a"}, []string{"m1", "m2"}},
		{"one is empty", []string{""}, nil, []string{"m0"}},
		{"one is of another shape", []string{`{"orderId":1}`}, nil, []string{"m0"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := &placer{fails: "bad"}
			var event events.SQSEvent
			for i, b := range c.bodies {
				event.Records = append(event.Records, events.SQSMessage{MessageId: fmt.Sprintf("m%d", i), Body: b})
			}
			got, err := awslambda.Batch{Placer: p, Now: time.Now, Log: telemetry.NewLog(&bytes.Buffer{}, none)}.Handle(t.Context(), event)
			failed := []string{}
			for _, f := range got.BatchItemFailures {
				failed = append(failed, f.ItemIdentifier)
			}
			if diff := cmp.Diff(c.failed, failed) + cmp.Diff(c.handled, p.keys); diff != "" || err != nil {
				t.Errorf("%v\n%s", err, diff)
			}
		})
	}
}

func TestABatchWithoutFailuresIsAnEmptyListAndNotNull(t *testing.T) {
	got, err := awslambda.Batch{Placer: &placer{}, Now: time.Now, Log: telemetry.NewLog(&bytes.Buffer{}, none)}.Handle(t.Context(), events.SQSEvent{})
	b, _ := json.Marshal(got)
	if err != nil || string(b) != `{"batchItemFailures":[]}` {
		t.Fatalf("%s, %v", b, err)
	}
}

func TestAWorkerEndsBeforeItsFunctionAndItsLeaseAfter(t *testing.T) {
	own := time.Now().Add(placing.Invocation)
	ctx, cancel := context.WithDeadline(t.Context(), own)
	defer cancel()
	p := &placer{does: func(ctx context.Context, _ queue.Message) {
		if d, ok := ctx.Deadline(); !ok || !d.Before(own) {
			t.Errorf("calls may go on until %s, the function ends at %s", d, own)
		}
	}}
	event := events.SQSEvent{Records: []events.SQSMessage{{Body: body("a")}}}
	if _, err := (awslambda.Batch{Placer: p, Now: time.Now, Log: telemetry.NewLog(&bytes.Buffer{}, none)}).Handle(ctx, event); err != nil {
		t.Fatal(err)
	}
	// The worker's lease lasts 15 s longer than the deadline that it is given.
	if d := p.deadlines[0]; !d.Before(own) || !d.Add(15*time.Second).After(own) {
		t.Errorf("deadline %s, the function's %s", d, own)
	}
}

func TestWithoutADeadlineAnInvocationIsAsLongAsTheDesignSays(t *testing.T) {
	p := &placer{}
	event := events.SQSEvent{Records: []events.SQSMessage{{Body: body("a")}}}
	start := time.Now()
	if _, err := (awslambda.Batch{Placer: p, Now: func() time.Time { return start }, Log: telemetry.NewLog(&bytes.Buffer{}, none)}).Handle(t.Context(), event); err != nil {
		t.Fatal(err)
	}
	if d := p.deadlines[0]; !d.Equal(start.Add(placing.Invocation)) {
		t.Error(d.Sub(start))
	}
}

func TestTheLogFollowsAnOrderAndShowsNoMessage(t *testing.T) {
	var out bytes.Buffer
	log := telemetry.NewLog(&out, none)
	p := &placer{fails: "cursos#HP1", does: func(ctx context.Context, _ queue.Message) { log.InfoContext(ctx, "from within") }}
	event := events.SQSEvent{Records: []events.SQSMessage{{Body: body("cursos#HP1")}}}
	batch := awslambda.Batch{Placer: p, Now: time.Now, Log: log}
	if _, err := batch.Handle(t.Context(), event); err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(out.String(), `"correlation":"gw-cursos#HP1"`); lines != 2 {
		t.Errorf("%d lines know the order:\n%s", lines, out.String())
	}
	out.Reset()
	event.Records[0].Body = `{"payload": "maria.silva@example.com`
	if _, err := batch.Handle(t.Context(), event); err != nil {
		t.Fatal(err)
	}
	if said := out.String(); strings.Contains(said, "maria") || !strings.Contains(said, "dead letters") {
		t.Error(said)
	}
}

func TestABatchEndsWhenItsAccountsMayBeCalledAgain(t *testing.T) {
	other := strings.Replace(body("d"), "estudio", "loja", 1)
	for name, c := range map[string]struct {
		bodies []string
		paced  []string
	}{
		"one":               {[]string{body("a")}, []string{"estudio after a"}},
		"two of an account": {[]string{body("a"), body("b")}, []string{"estudio after a b"}},
		"two accounts":      {[]string{body("a"), other, body("b")}, []string{"estudio after a d b", "loja after a d b"}},
		"one fails":         {[]string{body("a"), body("bad"), other}, []string{"estudio after a bad"}},
		"one can't be read": {[]string{body("a"), "{"}, []string{"estudio after a"}},
		"none":              {nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			p := &placer{fails: "bad"}
			var event events.SQSEvent
			for _, b := range c.bodies {
				event.Records = append(event.Records, events.SQSMessage{Body: b})
			}
			if _, err := (awslambda.Batch{Placer: p, Now: time.Now, Log: telemetry.NewLog(&bytes.Buffer{}, none)}).Handle(t.Context(), event); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.paced, p.paced); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestACallAtTheVeryEndLeavesTimeForThePace: calls end before their function by more than
// calls of any ERP keep apart.
func TestACallAtTheVeryEndLeavesTimeForThePace(t *testing.T) {
	own := time.Now().Add(placing.Invocation)
	ctx, cancel := context.WithDeadline(t.Context(), own)
	defer cancel()
	p := &placer{}
	p.does = func(ctx context.Context, _ queue.Message) {
		if calls, _ := ctx.Deadline(); own.Sub(calls) < 2*time.Second {
			t.Errorf("calls begin until %s before the end", own.Sub(calls))
		}
	}
	batch := awslambda.Batch{Placer: p, Now: time.Now, Log: telemetry.NewLog(&bytes.Buffer{}, none)}
	if _, err := batch.Handle(ctx, events.SQSEvent{Records: []events.SQSMessage{{Body: body("a")}}}); err != nil || !p.pacedUntil.Equal(own) {
		t.Errorf("%v, and the function waits until %s, want %s", err, p.pacedUntil, own)
	}
}

func TestABatchWhoseTimeIsOverGivesUpNoLane(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := &placer{does: func(context.Context, queue.Message) { cancel() }}
	batch := awslambda.Batch{Placer: p, Now: time.Now, Log: telemetry.NewLog(&bytes.Buffer{}, none)}
	if got, err := batch.Handle(ctx, events.SQSEvent{Records: []events.SQSMessage{{Body: body("a")}}}); err == nil {
		t.Errorf("%+v is acknowledged", got)
	}
}

func FuzzBatch(f *testing.F) {
	f.Add([]byte(`{"Records":[{"messageId":"m0","body":"{\"type\":\"wake\",\"key\":\"c#1\",\"account\":\"a\",\"dedup\":\"d\"}"},{"messageId":"m1","body":""}]}`))
	f.Add([]byte(`{"Records":null}`))
	f.Add([]byte(`{"Records":[{}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var event events.SQSEvent
		if json.Unmarshal(b, &event) != nil {
			return
		}
		p := &placer{fails: "bad"}
		got, err := awslambda.Batch{Placer: p, Now: time.Now, Log: telemetry.NewLog(&bytes.Buffer{}, none)}.Handle(t.Context(), event)
		if err != nil || got.BatchItemFailures == nil {
			t.Fatal(err)
		}
		handled := len(event.Records) - len(got.BatchItemFailures)
		if handled > len(p.keys) || len(p.keys) > handled+1 {
			t.Fatalf("%d handled and %d reported of %d", len(p.keys), len(got.BatchItemFailures), len(event.Records))
		}
	})
}

package functions_test

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/carimbo/carimbo/shared/awslambda"
	"github.com/carimbo/carimbo/shared/erp/omie"
	"github.com/carimbo/carimbo/shared/erp/sensio"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/queue"
)

// later puts a function together as its main does, in this process and on the
// stack's clock: a process can't be told that half an hour has passed.
func (s *stack) later(folder string) *awslambda.Function {
	s.t.Helper()
	_, d := s.deployed(folder)
	env := s.env(folder, d, nil)
	w := &said{}
	s.hears(w)
	f := awslambda.New(awslambda.Recording, func(name string) string { return env[name] }, w)
	f.Now = s.clock.Now
	return f
}

// laterWorker is the function of a kind of ERP on the stack's clock.
type laterWorker struct {
	s       *stack
	handler func(context.Context, events.SQSEvent) (events.SQSEventResponse, error)
	timeout time.Duration
}

func (s *stack) laterWorker() *laterWorker {
	s.t.Helper()
	f := s.later("omie-os")
	return s.laterPlacing("omie-os", f, f.Placing(omie.Kind()))
}

func (s *stack) laterSensioWorker() *laterWorker {
	s.t.Helper()
	f := s.later("sensio-sale")
	return s.laterPlacing("sensio-sale", f, f.Placing(sensio.Kind()))
}

func (s *stack) laterPlacing(folder string, f *awslambda.Function, handler func(context.Context, events.SQSEvent) (events.SQSEventResponse, error)) *laterWorker {
	s.t.Helper()
	if err := f.Err(); err != nil {
		s.t.Fatal(err)
	}
	_, d := s.deployed(folder)
	return &laterWorker{s, handler, d.timeout}
}

// invoke passes the event and the answer through JSON, as Lambda does.
func (w *laterWorker) invoke(event string) (string, error) {
	ctx, cancel := context.WithDeadline(w.s.t.Context(), w.s.clock.Now().Add(w.timeout))
	defer cancel()
	var in events.SQSEvent
	if err := json.Unmarshal([]byte(event), &in); err != nil {
		return "", err
	}
	answer, err := w.handler(ctx, in)
	if err != nil {
		return "", err
	}
	b, err := json.Marshal(answer)
	return string(b), err
}

// laterSweep is the sweep function on the stack's clock; it tells how many orders
// it woke.
func (s *stack) laterSweep() func() int {
	s.t.Helper()
	f := s.later("sweep")
	connections := f.Connections()
	queues := f.Queues(connections)
	sweep := placing.Sweep{Ledger: f.Ledger(), Spacing: placing.Spacing, Now: f.Now, SecretVersion: f.SecretVersions(connections),
		Queue: func(account string) queue.Sender { return queues(connections().Accounts[account]) }}
	if err := f.Err(); err != nil {
		s.t.Fatal(err)
	}
	return func() int {
		s.t.Helper()
		woken := 0
		for _, account := range slices.Sorted(maps.Keys(connections().Accounts)) {
			n, err := sweep.Account(s.t.Context(), account)
			if err != nil {
				s.t.Fatal(err)
			}
			woken += n
		}
		return woken
	}
}

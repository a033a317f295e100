package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/ledger"
	ledgersqlite "github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/telemetry"
)

var now = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func connections() connection.Config {
	return connection.Config{Accounts: map[string]connection.Account{"estudio": {Kind: "omie"}, "loja": {Kind: "sensio"}, "oficina": {Kind: "omie"}}}
}

// queued is the queue of an account: it keeps what it is sent, or fails.
type queued struct {
	keys  *[]string
	fault error
}

func (q queued) Send(_ context.Context, m queue.Message) error {
	if q.fault == nil {
		*q.keys = append(*q.keys, m.Account+": "+m.Key)
	}
	return q.fault
}

func TestWhatIsDueOfEveryAccountIsWokenOnce(t *testing.T) {
	l, err := ledgersqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for account, due := range map[string]time.Time{"estudio": now.Add(-time.Second), "loja": now, "oficina": now.Add(time.Second)} {
		e := ledger.Entry{Key: "c#" + account, Token: account, Connection: "c", Account: account, State: ledger.Waiting, Due: due, Until: due, ReceivedAt: now, UpdatedAt: now}
		if _, err := l.Write(t.Context(), ledger.Entry{}, e); err != nil {
			t.Fatal(err)
		}
	}
	var keys []string
	s := sweep{connections, placing.Sweep{Ledger: l, Now: func() time.Time { return now },
		Queue: func(string) queue.Sender { return queued{keys: &keys} }}.Account, telemetry.NewLog(&bytes.Buffer{}, func(string) string { return "" })}
	for range 2 {
		if err := s.handle(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"estudio: c#estudio", "loja: c#loja"}, keys); diff != "" {
		t.Error(diff)
	}
}

func TestAnAccountThatCannotBeSweptStopsNoOtherAndIsAnError(t *testing.T) {
	fault := errors.New("no such table")
	for _, broken := range [][]string{nil, {"estudio"}, {"oficina"}, {"estudio", "loja", "oficina"}} {
		var swept []string
		var out bytes.Buffer
		err := sweep{connections, func(_ context.Context, name string) (int, error) {
			swept = append(swept, name)
			for _, b := range broken {
				if b == name {
					return 0, fault
				}
			}
			return 3, nil
		}, telemetry.NewLog(&out, func(string) string { return "" })}.handle(t.Context())
		if diff := cmp.Diff([]string{"estudio", "loja", "oficina"}, swept); diff != "" {
			t.Error(diff)
		}
		if (err != nil) != (len(broken) > 0) || err != nil && !errors.Is(err, fault) {
			t.Errorf("%v: %v", broken, err)
		}
		for _, b := range broken {
			if !strings.Contains(err.Error(), "sweep "+b) {
				t.Errorf("%v says nothing of %s", err, b)
			}
		}
		if n := strings.Count(out.String(), `"level":"ERROR"`); n != len(broken) {
			t.Errorf("%d errors in the log of %v", n, broken)
		}
	}
}

package main

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/carimbo/carimbo/events/payloads"
	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	ledgersqlite "github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/registry"
	"github.com/carimbo/carimbo/shared/queue"
)

type uncounted struct{}

func (uncounted) Count(context.Context, placing.Metric, string) {}
func (uncounted) Placed(context.Context, string, time.Duration) {}

func TestAnOrderWaitsWithItsContentsForAVersionThatCanCreateSales(t *testing.T) {
	l, err := ledgersqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	cfg, err := connection.Parse([]byte(`{"erps":{"loja":{"kind":"sensio"}},"connections":{"checkout":{"platform":"generic","erp":"loja","since":"2026-11-01"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	w := placing.Worker{Ledger: l, Connections: func() connection.Config { return cfg }, Platform: registry.Get,
		ERP:     func(string) (erp.ERP, bool) { return notYet{}, true },
		Spacing: placing.Spacing, Now: func() time.Time { return now }, Meter: uncounted{}, Log: slog.New(slog.DiscardHandler)}
	body, err := payloads.FS.ReadFile("generic/order_paid.json")
	if err != nil {
		t.Fatal(err)
	}
	payload, err := platform.Payload{Body: body}.Pack()
	if err != nil {
		t.Fatal(err)
	}
	message := queue.Message{Type: queue.Paid, Key: "checkout#1", Account: "loja", Dedup: "1", Connection: "checkout",
		Platform: "generic", OrderID: "1", Digest: "d", ReceivedAt: now, Payload: payload}
	handle := func() ledger.Entry {
		t.Helper()
		if err := w.Handle(t.Context(), message, now.Add(placing.Invocation)); err != nil {
			t.Fatal(err)
		}
		e, err := l.Get(t.Context(), "checkout#1")
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	e := handle()
	if e.State != ledger.Waiting || e.Reason.Kind != order.ERPDown || e.Reason.Message != notYetText || len(e.Payload) == 0 || !e.Until.After(now) {
		t.Fatalf("%+v", e)
	}
	if e.ERP != "sensio" || e.Reference.OrigID != "1" || e.Total != "1444.00" {
		t.Errorf("%+v", e)
	}
	// It goes on by itself, again and again.
	message = queue.Message{Type: queue.Wake, Key: "checkout#1", Account: "loja", Dedup: "2"}
	for range 20 {
		now = e.Until
		if e = handle(); e.State != ledger.Waiting || !e.Until.After(now) || len(e.Payload) == 0 {
			t.Fatalf("%+v", e)
		}
	}
}

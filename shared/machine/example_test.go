package machine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"time"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/omie"
	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/intake"
	ledgermemory "github.com/carimbo/carimbo/shared/ledger/memory"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/generic"
	"github.com/carimbo/carimbo/shared/platform/registry"
	"github.com/carimbo/carimbo/shared/queue"
	queuememory "github.com/carimbo/carimbo/shared/queue/memory"
	"github.com/carimbo/carimbo/shared/secret"
)

// vault has the secrets of the example.
type vault map[string]map[string]string

func (v vault) Get(_ context.Context, name string) (secret.Secret, error) {
	values, ok := v[name]
	if !ok {
		return secret.Secret{}, secret.ErrNotFound
	}
	return secret.Secret{Values: values}, nil
}

func (v vault) Refresh(ctx context.Context, name string, _ time.Time) (secret.Secret, error) {
	return v.Get(ctx, name)
}

// uncounted counts nothing.
type uncounted struct{}

func (uncounted) Take(context.Context, intake.Metric, string, string)  {}
func (uncounted) Count(context.Context, placing.Metric, string)        {}
func (uncounted) CountAccount(context.Context, placing.Metric, string) {}
func (uncounted) Placed(context.Context, string, time.Duration)        {}

// One order through intake and placing, in memory, into a simulator of Omie.
func Example() {
	ctx, now := context.Background(), func() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) }
	sim := omiesim.New(omiesim.Options{})
	server := httptest.NewServer(sim)
	defer server.Close()
	defer sim.Close()

	cfg, err := connection.Parse([]byte(`{
		"erps": {"estudio": {"kind": "omie", "os": {"InformacoesAdicionais": {"cCodCateg": "1.01.02", "nCodCC": 3731356020, "cNumPedido": "{order.number}"}},
			"services": {"*": {"cDescServ": "{line.name}", "cCodServLC116": "7.07", "cCodServMun": "01015", "cTribServ": "01"}}}},
		"connections": {"loja": {"platform": "generic", "erp": "estudio", "since": "2026-11-01"}}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	const signing = "whsec_Y2FyaW1iby1leGFtcGxlLXNpZ25pbmcta2V5"
	secrets := vault{"hook/loja": {secret.SigningKey: signing}, "omie/estudio": {"app_key": "1234567890", "app_secret": "example"}}
	connections := func() connection.Config { return cfg }
	log := slog.New(slog.DiscardHandler)
	q, l := queuememory.New(queuememory.Options{Now: now}), ledgermemory.New()

	in := &intake.Intake{Connections: connections, Platform: registry.Get, Secrets: secrets,
		Queue: func(connection.Account) queue.Sender { return q }, Now: now, Meter: uncounted{}, Log: log}
	accounts := &connection.Accounts{Connections: connections, Kinds: erp.Kinds{omie.Kind()}, Secrets: secrets, Log: log,
		Options: erp.Options{Notes: l, Now: now, Sleep: func(context.Context, time.Duration) error { return nil }},
		BaseURL: func(string, json.RawMessage) string { return server.URL + "/api/v1/" }}
	worker := &placing.Worker{Ledger: l, Connections: connections, Platform: registry.Get, Client: accounts.Client, Secrets: secrets,
		Spacing: placing.Spacing, Now: now, Meter: uncounted{}, Log: log}

	var p platform.Platform = generic.Platform{}
	body := `{"type": "order.paid", "version": 1, "order": {"id": "7", "number": "1007", "currency": "BRL", "total": "150.00",
		"placed_at": "2026-11-21T08:50:00-03:00", "paid_at": "2026-11-21T08:59:00-03:00",
		"customer": {"name": "Helena Prado", "tax_id": "38491726519"},
		"lines": [{"sku": "AULA", "name": "Aula", "quantity": 1, "unit_price": "150.00"}]}}`
	for _, id := range []string{"a", "b"} { // the store delivers it twice
		heard := in.Take(ctx, "loja", p.Sign([]byte(body), signing, now()), id)
		fmt.Println(heard.Status, heard.Answer.Status)
	}
	for {
		deliveries, err := q.Receive(ctx, 10)
		if len(deliveries) == 0 || err != nil {
			break
		}
		for _, d := range deliveries {
			fmt.Println("placed:", worker.Handle(ctx, d.Message, time.Now().Add(placing.Invocation)))
			_ = q.Ack(ctx, d)
		}
	}
	e, err := l.Get(ctx, "loja#7")
	fmt.Println(e.State, e.Total, err)
	fmt.Println("documents in Omie:", len(sim.Documents()))
	// Output:
	// 200 accepted
	// 200 accepted
	// placed: <nil>
	// placed: <nil>
	// created 150.00 <nil>
	// documents in Omie: 1
}

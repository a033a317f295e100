package simulators_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/carimbo/carimbo/events/payloads"
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/erptest"
	"github.com/carimbo/carimbo/shared/erp/kinds"
	"github.com/carimbo/carimbo/shared/erp/simulators"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/registry"
	"github.com/carimbo/carimbo/shared/yaml"
)

func TestEveryKindOfERPPassesTheConformanceSuite(t *testing.T) {
	all := simulators.All()
	if len(all) != len(kinds.All()) {
		t.Fatalf("there are %d simulators of %d kinds", len(all), len(kinds.All()))
	}
	for _, simulator := range all {
		kind, ok := kinds.All().Find(simulator.Name)
		if !ok {
			t.Fatalf("%s is the simulator of no kind", simulator.Name)
		}
		if len(kind.Example.Stores) == 0 {
			t.Fatalf("%s has no example", kind.Name)
		}
		for _, store := range kind.Example.Stores {
			t.Run(kind.Name+" and "+store.Connection, func(t *testing.T) {
				erptest.Run(t, erptest.Case{Kind: kind, Simulator: simulator, Settings: settings(t, kind), Order: paid(t, store), Document: store.Document})
			})
		}
	}
}

// settings are the example's, as JSON.
func settings(t *testing.T, kind erp.Kind) json.RawMessage {
	t.Helper()
	root, problems := yaml.Parse(kind.Name, []byte(kind.Example.Settings))
	if root == nil {
		t.Fatal(problems)
	}
	return root.JSON()
}

// paid is the store's paid order.
func paid(t *testing.T, store erp.ExampleStore) order.Order {
	t.Helper()
	body, err := payloads.FS.ReadFile(store.Paid)
	if err != nil {
		t.Fatal(err)
	}
	p, ok := registry.Get(store.Platform)
	if !ok {
		t.Fatalf("there is no platform %s", store.Platform)
	}
	s := platform.Settings{Connection: store.Connection}
	n, err := p.Read(p.Sign(body, "whsec_c2VncmVkbw==", time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)), s)
	if err != nil || n.Status != platform.Paid {
		t.Fatalf("%s: %s, %v", store.Paid, n.Status, err)
	}
	o, err := p.Order(n.Payload, s)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

//go:build !race

package simulation

import (
	"slices"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/erp/simulators"
	"github.com/carimbo/carimbo/shared/order"
)

const (
	raced = false
	// seeds are those that everything is looked at in.
	seeds = 100
	// guarded are those in which Omie takes a code twice, and all guards are in.
	guarded = 30
	// compared are those in which we are compared.
	compared = 30
)

func TestWithoutFaultsOnlyOrdersOfWrongContentsAreNotCreated(t *testing.T) {
	own := []order.ReasonKind{order.Mapping, order.TaxIDReason, order.CurrencyReason, order.TotalReason, order.NotUnderstood}
	var all Result
	for _, s := range everySight() {
		all.Add(Run(Options{Seed: uint64(all.Seeds), Orders: 200, seams: seams{intensity: -1, sight: s}}))
	}
	for _, p := range all.Problems {
		t.Error(p)
	}
	for cause := range all.Person {
		if !slices.ContainsFunc(own, func(k order.ReasonKind) bool { return strings.HasSuffix(cause, ": rejected: "+string(k)) }) {
			t.Errorf("without faults some ended with %s", cause)
		}
	}
	if all.Created == 0 || len(all.Excused) > 0 || all.Slowest > calmEnd {
		t.Errorf("%d created, the slowest after %s, excused %v", all.Created, all.Slowest, all.Excused)
	}
	delete(all.Faults, string(NotGenuine)) // forged calls are no fault of anybody's
	if len(all.Faults) > 0 {
		t.Errorf("faults %v", all.Faults)
	}
}

// everySight is the name of each that a look-up has, of any ERP.
func everySight() []string {
	list := []string{""}
	for _, k := range simulators.All() {
		for _, s := range k.Stage.Sights[1:] {
			list = append(list, s.Name)
		}
	}
	return list
}

package registry_test

import (
	"slices"
	"testing"

	"github.com/carimbo/carimbo/shared/platform/registry"
)

// spelled is how the outside contract spells the platforms.
var spelled = []string{"shopify", "woocommerce", "hotmart", "nuvemshop", "kiwify", "yampi", "mercadopago", "stripe",
	"vtex", "pagarme", "asaas", "eduzz", "generic"}

func TestEveryNameIsAPlatformOfTheContract(t *testing.T) {
	names := registry.Names()
	if len(names) == 0 || !slices.IsSorted(names) {
		t.Errorf("names are %v", names)
	}
	for _, name := range names {
		if p, ok := registry.Get(name); !ok || p == nil {
			t.Errorf("%s is listed and doesn't exist", name)
		}
		if !slices.Contains(spelled, name) {
			t.Errorf("the contract doesn't know %s", name)
		}
	}
	for _, name := range []string{"", "Hotmart", "unknown"} {
		if p, ok := registry.Get(name); ok || p != nil {
			t.Errorf("%q exists", name)
		}
	}
}

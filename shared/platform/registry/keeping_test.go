package registry_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/platform/registry"
	"github.com/carimbo/carimbo/shared/platform/shopify"
)

func TestWhatIsKeptOfStoresIsOneProcessesAlone(t *testing.T) {
	first, second := registry.Keeping(time.Now), registry.Keeping(time.Now)
	tokens := func(get registry.Getter) *shopify.Tokens {
		p, ok := get("shopify")
		if !ok {
			t.Fatal("there is no shopify")
		}
		return p.(shopify.Platform).Tokens
	}
	if a := tokens(first); a == nil || a.Now == nil || a != tokens(first) || a == tokens(second) {
		t.Error("the tokens of two processes are one")
	}
	if tokens(registry.Get) != nil {
		t.Error("what nobody owns keeps tokens")
	}
	for _, name := range append(registry.Names(), "", "unknown") {
		want, known := registry.Get(name)
		if got, ok := first(name); ok != known || reflect.TypeOf(got) != reflect.TypeOf(want) {
			t.Errorf("%q is %T, %t", name, got, ok)
		}
	}
}

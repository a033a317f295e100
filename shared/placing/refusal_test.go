package placing_test

import (
	"fmt"
	"testing"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/registry"
)

func TestAStoreThatRefusesItsSecretIsToldWithItsName(t *testing.T) {
	generic, _ := registry.Get("generic")
	refusal := platform.Refuse("the store doesn't take the token: copy it again")
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"a refusal":          {fmt.Errorf("%w: %w", platform.ErrFetch, refusal), "the order could not be fetched from the store with the secret store/checkout: the store doesn't take the token: copy it again"},
		"a bare refusal":     {refusal, "the order could not be fetched from the store with the secret store/checkout: the store doesn't take the token: copy it again"},
		"anything that ends": {fmt.Errorf("%w: HTTP 503 of 10.0.0.1", platform.ErrFetch), "the order could not be fetched from the store"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShift(t)
			s.platform = fetching{generic, func(platform.Payload, map[string]string) (platform.Payload, error) {
				return platform.Payload{}, c.err
			}}
			s.secrets = vault{"store/checkout": {Values: map[string]string{"token": "t"}}}
			s.handles(s.paid("Ana", 1))
			s.isLeft(ledger.Waiting, order.Fetch)
			if got := s.entry().Reason.Message; got.String() != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

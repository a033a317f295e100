package platform_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
)

// One field of a store's has several addresses at times: the first is the buyer's, and an
// invoice may go to all.
func TestAllAddressesOfAnEmailFieldAreRead(t *testing.T) {
	for text, want := range map[string][]string{
		"ana@exemplo.com.br, fin@exemplo.com.br":           {"ana@exemplo.com.br", "fin@exemplo.com.br"},
		"ana@exemplo.com.br;fin@exemplo.com.br;nota":       {"ana@exemplo.com.br", "fin@exemplo.com.br"},
		"Ana <ana@exemplo.com.br> / fin@exemplo.com.br":    {"ana@exemplo.com.br", "fin@exemplo.com.br"},
		"ana@exemplo.com.br ana@exemplo.com.br":            {"ana@exemplo.com.br"},
		"nenhum, fin@exemplo.com.br e nota@exemplo.com.br": {"fin@exemplo.com.br", "nota@exemplo.com.br"},
		"ana@exemplo.com.br":                               {"ana@exemplo.com.br"},
		"nenhum":                                           nil,
	} {
		c, _ := platform.Payer(platform.Settings{}, platform.Party{}, platform.Party{At: "buyer", Name: "Ana", Email: text})
		var got []string
		if c.Email != "" {
			got = append([]string{c.Email}, c.MoreEmails...)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestTheAddressesAreOneTextForAnInvoice(t *testing.T) {
	c := order.Customer{Email: "ana@exemplo.com.br", MoreEmails: []string{"fin@exemplo.com.br"}}
	if got := c.Emails(); got != "ana@exemplo.com.br,fin@exemplo.com.br" {
		t.Errorf("%q", got)
	}
	if got := (order.Customer{}).Emails(); got != "" {
		t.Errorf("nobody's are %q", got)
	}
}

package sensio_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/erp/erptest"
	"github.com/carimbo/carimbo/shared/erp/sensio"
	"github.com/carimbo/carimbo/shared/erp/sensio/sensiosim"
)

// The suite that all kinds pass with their example, for an account that sends its App
// Key and asks for the customer.
func TestAnAccountWithEverythingPassesTheSuite(t *testing.T) {
	for name, settings := range map[string]string{"customers that are found": keyed, "customers that are created": strings.Replace(introducing, `"tax_id": "cpfCnpj"`, `"tax_id": "cpfCnpj", "known": "11444777000161"`, 1)} {
		t.Run(name, func(t *testing.T) {
			o := paid(t, "118.90", "2 x 50")
			o.Freight = money(t, "18.90")
			o.Lines[0].SKUs = []string{"CAMISETA-P"}
			settings := strings.Replace(settings, `"*"`, `"CAMISETA-P"`, 1)
			erptest.Run(t, erptest.Case{Kind: sensio.Kind(), Simulator: sensiosim.Kind(), Settings: json.RawMessage(settings), Order: o})
		})
	}
}

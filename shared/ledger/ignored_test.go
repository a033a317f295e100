package ledger_test

import (
	"testing"

	"github.com/carimbo/carimbo/shared/ledger"
)

func TestAnIgnoredOrderIsKnownByKeyIDAndNumber(t *testing.T) {
	i := ledger.Ignored{Connection: "loja", OrderID: "820982911946154508", StoreNumber: "#4127"}
	for typed, want := range map[string]bool{
		"loja#820982911946154508": true, "820982911946154508": true, "#4127": true, "4127": true, "loja#4127": true, "loja##4127": true,
		"412": false, "41271": false, "outra#4127": false, "": false, "#": false, "loja#": false, "loja": false,
	} {
		if got := i.Is(typed); got != want {
			t.Errorf("%q: %t", typed, got)
		}
	}
	if (ledger.Ignored{Connection: "loja", StoreNumber: "#"}).Is("loja#") {
		t.Error("an order without a name is known by none")
	}
}

package operator_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/platform"
)

func TestNewContentsAreOfAPaidOrderThatIsThisOne(t *testing.T) {
	e := ledger.Entry{Key: "cursos#HP1", OrderID: "HP1"}
	paid := platform.Notice{OrderID: "HP1", Status: platform.Paid, Topic: "PURCHASE", Version: 7, Payload: platform.Payload{Body: []byte("{}")}}
	got, err := operator.NewContents(e, "new.json", paid, noon)
	if err != nil || got.Version != 7 || got.Digest != paid.Payload.Digest() || len(got.Payload) == 0 || !got.At.Equal(noon) {
		t.Errorf("%+v, %v", got, err)
	}
	other, unpaid := paid, paid
	other.OrderID, unpaid.Status = "HP2", platform.Reversed
	for want, n := range map[string]platform.Notice{
		"cursos#HP1: new.json is about order HP2: give the payload of HP1": other,
		"cursos#HP1: new.json (PURCHASE) tells of no paid order":           unpaid,
	} {
		_, err := operator.NewContents(e, "new.json", n, noon)
		if _, ok := errors.AsType[*operator.Refusal](err); !ok || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestAnIDIsOneThatAnERPCouldHaveGiven(t *testing.T) {
	for id, want := range map[string]bool{"3847270140": true, "64f1-ção": true, "": true, "a b": false, "a\n": false, "\xff": false,
		strings.Repeat("9", 100): true, strings.Repeat("9", 101): false} {
		if got := operator.ValidID(id); got != want {
			t.Errorf("%q: %v", id, got)
		}
	}
}

package platform_test

import (
	"testing"

	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
)

func TestWhatHasAnotherTypeCountsAsAbsentAndTheRestIsRead(t *testing.T) {
	type address struct {
		City loose.Text `json:"city"`
	}
	type body struct {
		Address address    `json:"address"`
		List    []address  `json:"list"`
		Test    bool       `json:"test"`
		Last    loose.Text `json:"last"`
	}
	for _, text := range []string{
		`{"address":[],"list":{},"test":"x","last":1}`, `{"address":"192.0.2.1","list":5,"test":1,"last":"1"}`, `{"address":null,"list":null,"test":null,"last":1}`,
	} {
		var b body
		if err := platform.Decode([]byte(text), &b); err != nil || b.Address.City != "" || b.List != nil || b.Test || b.Last != "1" {
			t.Errorf("%s: %+v, %v", text, b, err)
		}
	}
	for _, text := range []string{``, `{`, `{"last":1} x`, "\xff"} {
		if err := platform.Decode([]byte(text), &body{}); err != platform.ErrNotJSON {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestWhatABodyGivesCountsWhateverItsType(t *testing.T) {
	for body, want := range map[string]bool{
		`{"lines":[1]}`: true, `{"lines":{"0":1}}`: true, `{"total":0}`: true, `{"total":"x"}`: true, `{"lines":null,"total":5}`: true,
		`{"lines":[],"total":""}`: false, `{"lines":{},"total":null}`: false, `{"total":false}`: false, `{"other":1}`: false,
		`{"a":{"lines":[1]}}`: false, `["lines"]`: false, `{"lines":[1]`: false, ``: false,
	} {
		if got := platform.Gives([]byte(body), "lines", "total"); got != want {
			t.Errorf("%s: %t", body, got)
		}
	}
}

func TestTheFirstWrongAmountIsToldWithoutItsText(t *testing.T) {
	a := platform.Amounts{Store: "Shopify"}
	if m := a.Money("total", ""); !m.IsZero() || a.Err != nil {
		t.Errorf("nothing is %s, %v", m, a.Err)
	}
	if m := a.Money("total", "10.01"); !m.Equal(order.Cents(1001)) || a.Err != nil {
		t.Errorf("10.01 is %s, %v", m, a.Err)
	}
	for _, text := range []loose.Text{"Helena", "1e999999999"} {
		a.Money("tax", text)
	}
	a.Reject("%s is missing", "total")
	reason, _ := order.AsRejection(a.Err)
	if want := "tax is no amount: look the order up in Shopify and enter it in the ERP by hand"; reason.Kind != order.NotUnderstood || reason.Message.String() != want {
		t.Errorf("got %v", reason)
	}
}

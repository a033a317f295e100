package operator_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/words"
)

func TestAnAccountsStateIsReadFromItsLane(t *testing.T) {
	since, soon := noon.Add(-time.Hour), noon.Add(time.Minute)
	for name, c := range map[string]struct {
		lane ledger.Lane
		want operator.AccountView
	}{
		"never rested":   {ledger.Lane{}, operator.AccountView{State: operator.AccountOpen}},
		"rests":          {ledger.Lane{BlockedUntil: soon, Since: since, Why: words.Plain("w")}, operator.AccountView{State: operator.AccountResting, Since: since, Until: soon, Why: "w"}},
		"rested":         {ledger.Lane{BlockedUntil: noon, Since: since, Why: words.Plain("w")}, operator.AccountView{State: operator.AccountOpen}},
		"refused":        {ledger.Lane{BlockedUntil: soon, Since: since, Why: words.Plain("w"), Strikes: 1}, operator.AccountView{State: operator.AccountRefused, Since: since, Until: soon, Why: "w"}},
		"refused before": {ledger.Lane{BlockedUntil: noon, Since: since, Why: words.Plain("w"), Strikes: 5}, operator.AccountView{State: operator.AccountRefused, Since: since, Why: "w"}},
		"former release": {ledger.Lane{BlockedUntil: soon, Why: words.Plain("w"), Strikes: 1}, operator.AccountView{State: operator.AccountRefused, Until: soon, Why: "w"}},
	} {
		c.want.Account, c.want.Kind = "estudio", "omie"
		if diff := cmp.Diff(c.want, operator.ViewAccount(words.Language{}, "estudio", "omie", c.lane, noon)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestAnAccountsJSONHasExactlyTheFieldsOfTheContract(t *testing.T) {
	n := 1
	full := operator.AccountView{Account: "a", Kind: "omie", State: operator.AccountRefused, Since: noon, Until: noon, Why: "w", Queued: &n, Waiting: 1, OldestAt: noon}
	want := []string{"account", "kind", "oldest_at", "queued", "since", "state", "until", "waiting", "why"}
	if diff := cmp.Diff(want, fields(t, full)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"account", "state", "waiting"}, fields(t, operator.AccountView{})); diff != "" {
		t.Errorf("absent values are there (-want +got):\n%s", diff)
	}
}

package operator_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/words"
)

func TestWhichCommandsDependOnALookUp(t *testing.T) {
	entries := map[string]ledger.Entry{
		"uncertain": {State: ledger.Uncertain}, "created": {State: ledger.Created, CreatedAt: noon},
		"denied": {State: ledger.Uncertain, CreatedAt: noon}, "rejected": {State: ledger.Rejected},
	}
	for _, c := range []struct {
		command placing.Event
		want    []string
	}{
		{placing.Retry{}, []string{"denied", "uncertain"}},
		{placing.ResolveCreated{ID: "1"}, []string{"denied", "uncertain"}},
		{placing.ResolveAbsent{}, []string{"created", "denied"}},
	} {
		var got []string
		for _, name := range slices.Sorted(maps.Keys(entries)) {
			if operator.DependsOnLookUp(entries[name], c.command) {
				got = append(got, name)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%T (-want +got):\n%s", c.command, diff)
		}
	}
}

func TestOnlyWhoHasToLookInTheErpIsToldWhatFor(t *testing.T) {
	o := operator.Orders{Kinds: kinds, Site: site()}
	parked := ledger.Entry{Key: "k", State: ledger.Uncertain, ERPKind: "beta", Reference: erp.Reference{Orig: "a", OrigID: "1"}}
	held, rejected := parked, parked
	held.Lease, rejected.State = noon.Add(time.Minute), ledger.Rejected
	for name, k := range map[string]struct {
		is        ledger.Entry
		canLookUp bool
		want      string
	}{
		"parked":                {parked, false, `k: no. Look by orig "a", origId "1"`},
		"it can be looked up":   {parked, true, "k: no."},
		"somebody holds it":     {held, false, "k: no."},
		"nothing is in the ERP": {rejected, false, "k: no."},
	} {
		if got := operator.RefusalOf(o, k.is, placing.Rules{CanLookUp: k.canLookUp}, placing.Step{Why: words.Plain("no.")}).Error(); got != k.want {
			t.Errorf("%s: %q, want %q", name, got, k.want)
		}
	}
}

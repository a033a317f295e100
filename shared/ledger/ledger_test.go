package ledger_test

import (
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
)

var at = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func TestWhatWaitsForAPersonIsRejectedOrParkedButNoTombstone(t *testing.T) {
	reversed := order.Reason{Kind: order.Reversed}
	for name, c := range map[string]struct {
		entry                   ledger.Entry
		parked, tombstone, mine bool
	}{
		"accepted":            {entry: ledger.Entry{State: ledger.Accepted}},
		"creating":            {entry: ledger.Entry{State: ledger.Creating}},
		"created":             {entry: ledger.Entry{State: ledger.Created, Reason: reversed}},
		"waiting, no time":    {entry: ledger.Entry{State: ledger.Waiting}},
		"to be looked up":     {entry: ledger.Entry{State: ledger.Uncertain, Until: at}},
		"parked":              {entry: ledger.Entry{State: ledger.Uncertain}, parked: true, mine: true},
		"parked and reversed": {entry: ledger.Entry{State: ledger.Uncertain, Reason: reversed}, parked: true, mine: true},
		"rejected":            {entry: ledger.Entry{State: ledger.Rejected, Reason: order.Reason{Kind: order.Mapping}}, mine: true},
		"reversed":            {entry: ledger.Entry{State: ledger.Rejected, Reason: reversed, Digest: "d"}, mine: true},
		"tombstone":           {entry: ledger.Entry{State: ledger.Rejected, Reason: reversed}, tombstone: true},
	} {
		e := c.entry
		if e.Parked() != c.parked || e.Tombstone() != c.tombstone || e.WaitsForPerson() != c.mine {
			t.Errorf("%s: parked %v, tombstone %v, waits for a person %v; want %v, %v, %v",
				name, e.Parked(), e.Tombstone(), e.WaitsForPerson(), c.parked, c.tombstone, c.mine)
		}
	}
}

func TestAFilterSelectsWhatAllItsFieldsSelect(t *testing.T) {
	e := ledger.Entry{Connection: "cursos", State: ledger.Rejected, Reason: order.Reason{Kind: order.Mapping}}
	for _, c := range []struct {
		filter ledger.Filter
		want   bool
	}{
		{ledger.Filter{}, true},
		{ledger.Filter{State: ledger.Rejected, ReasonKind: order.Mapping, Connection: "cursos", Mine: true}, true},
		{ledger.Filter{State: ledger.Waiting, ReasonKind: order.Mapping, Connection: "cursos", Mine: true}, false},
		{ledger.Filter{State: ledger.Rejected, ReasonKind: order.TaxIDReason, Connection: "cursos", Mine: true}, false},
		{ledger.Filter{State: ledger.Rejected, ReasonKind: order.Mapping, Connection: "loja", Mine: true}, false},
	} {
		if got := c.filter.Matches(e); got != c.want {
			t.Errorf("%+v: got %v", c.filter, got)
		}
	}
	e.State = ledger.Waiting
	if (ledger.Filter{Mine: true}).Matches(e) {
		t.Error("a waiting entry waits for nobody")
	}
}

func TestALeaseEndsAtItsEnd(t *testing.T) {
	e := ledger.Entry{Lease: at}
	if !e.Leased(at.Add(-time.Millisecond)) || e.Leased(at) || (ledger.Entry{}).Leased(at) {
		t.Fatal("a lease is live before its end and at no other time")
	}
}

func TestAWriteIsPreparedOnlyWithAKeyAndATokenOfItsOwn(t *testing.T) {
	good := ledger.Entry{Key: "cursos#1", Token: "new"}
	before := ledger.Entry{Key: "cursos#1", Token: "old", Rev: 4}
	for name, c := range map[string]struct {
		before, after ledger.Entry
		ok            bool
	}{
		"first":         {ledger.Entry{}, good, true},
		"next":          {before, good, true},
		"no key":        {ledger.Entry{}, ledger.Entry{Token: "new"}, false},
		"no token":      {before, ledger.Entry{Key: "cursos#1"}, false},
		"the old token": {before, before, false},
		"another key":   {before, ledger.Entry{Key: "cursos#2", Token: "new"}, false},
	} {
		got, err := ledger.Prepare(c.before, c.after)
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
		if c.ok && got.Rev != c.before.Rev+1 {
			t.Errorf("%s: rev %d after %d", name, got.Rev, c.before.Rev)
		}
	}
}

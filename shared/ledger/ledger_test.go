package ledger_test

import (
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
)

var at = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func TestWhatNeedsAPersonAndWhy(t *testing.T) {
	reversed := order.Reason{Kind: order.Reversed}
	changed := func(at time.Time, became ledger.State) []ledger.Attempt {
		return []ledger.Attempt{{At: at, Did: "newer_contents", Became: became}, {At: at, Did: "look_up", Became: became}}
	}
	for name, c := range map[string]struct {
		entry ledger.Entry
		want  ledger.Need
	}{
		"accepted":                      {ledger.Entry{State: ledger.Accepted}, ""},
		"creating":                      {ledger.Entry{State: ledger.Creating, ReversedAt: at}, ""},
		"created":                       {ledger.Entry{State: ledger.Created, CreatedAt: at, Reason: reversed}, ""},
		"waiting, no time":              {ledger.Entry{State: ledger.Waiting}, ""},
		"to be looked up":               {ledger.Entry{State: ledger.Uncertain, Until: at, ReversedAt: at}, ""},
		"a document that is denied":     {ledger.Entry{State: ledger.Uncertain, Until: at, CreatedAt: at, ChangedAt: at}, ""},
		"parked":                        {ledger.Entry{State: ledger.Uncertain}, ledger.NeedsFinding},
		"parked and reversed":           {ledger.Entry{State: ledger.Uncertain, ReversedAt: at, Reason: reversed}, ledger.NeedsFinding},
		"rejected":                      {ledger.Entry{State: ledger.Rejected, Reason: order.Reason{Kind: order.Mapping}}, ledger.NeedsMending},
		"reversed before it was sent":   {ledger.Entry{State: ledger.Rejected, Reason: reversed, Digest: "d"}, ledger.NeedsMending},
		"tombstone":                     {ledger.Entry{State: ledger.Rejected, Reason: reversed, ReversedAt: at}, ""},
		"reversed later":                {ledger.Entry{State: ledger.Created, CreatedAt: at, ReversedAt: at.Add(-time.Hour)}, ledger.NeedsCancelling},
		"changed later":                 {ledger.Entry{State: ledger.Created, CreatedAt: at, ChangedAt: at.Add(time.Hour)}, ledger.NeedsComparing},
		"changed, and the clock set":    {ledger.Entry{State: ledger.Created, CreatedAt: at, ChangedAt: at.Add(-time.Hour)}, ledger.NeedsComparing},
		"changed and reversed":          {ledger.Entry{State: ledger.Created, CreatedAt: at, ChangedAt: at, ReversedAt: at}, ledger.NeedsCancelling},
		"changed, the release before":   {ledger.Entry{State: ledger.Created, CreatedAt: at, Timeline: changed(at, ledger.Created)}, ledger.NeedsComparing},
		"changed before it was sent":    {ledger.Entry{State: ledger.Created, CreatedAt: at, Timeline: changed(at.Add(-time.Hour), ledger.Waiting)}, ""},
		"changed, then created anew":    {ledger.Entry{State: ledger.Created, CreatedAt: at, Timeline: changed(at.Add(-time.Hour), ledger.Created)}, ""},
		"changed, its document deleted": {ledger.Entry{State: ledger.Waiting, CreatedAt: at, ChangedAt: at}, ""},
	} {
		e := c.entry
		if e.Needs() != c.want || e.NeedsPerson() != (c.want != "") || e.WaitsForPerson() != (c.want != "") {
			t.Errorf("%s: needs %q, want %q", name, e.Needs(), c.want)
		}
		e.DismissedAt = at
		if e.Needs() != c.want || e.WaitsForPerson() {
			t.Errorf("%s, dismissed: needs %q, waits %t", name, e.Needs(), e.WaitsForPerson())
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

package operator_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
)

func TestEachActionThatIsPossibleSaysWhatItWillDo(t *testing.T) {
	e := func(id string, s ledger.State, change func(*ledger.Entry)) ledger.Entry {
		e := ledger.Entry{Key: "a#" + id, Connection: "a", OrderID: id, ERPKind: "alfa", Reference: erp.Reference{Code: "abc"}, State: s,
			Payload: []byte("sent"), Digest: "sent", Until: noon}
		change(&e)
		return e
	}
	as := func(*ledger.Entry) {}
	created := func(e *ledger.Entry) {
		e.ERPID, e.CreatedAt, e.Payload, e.Until = "777", noon, nil, ledger.Entry{}.Until
	}
	l := keep(t,
		e("rejected", ledger.Rejected, func(e *ledger.Entry) { e.Reason.Kind = order.Mapping }),
		e("parked", ledger.Uncertain, func(e *ledger.Entry) { e.Until = ledger.Entry{}.Until }),
		e("waiting", ledger.Waiting, as),
		e("created", ledger.Created, created),
		e("reversed", ledger.Created, func(e *ledger.Entry) { created(e); e.ReversedAt = noon }),
		e("creating", ledger.Creating, as),
		e("unread", ledger.Rejected, func(e *ledger.Entry) { e.Reason.Kind = order.NotUnderstood }),
		e("beta", ledger.Uncertain, func(e *ledger.Entry) { e.ERPKind = "beta" }),
	)
	orders := operator.Orders{Ledger: l, Kinds: kinds, Site: site(),
		Settings: func(account, kind string) (json.RawMessage, error) { return json.RawMessage(`"blind"`), nil }}
	for id, want := range map[string][]operator.Doing{
		"rejected": {operator.DoRetry, operator.DoDismiss},
		"parked":   {operator.DoRetry, operator.DoResolveCreated, operator.DoResolveAbsent, operator.DoDismiss},
		"waiting":  {operator.DoRetry},
		"created":  {operator.DoResolveAbsent},
		"reversed": {operator.DoResolveAbsent, operator.DoDismiss},
		"creating": nil,
		"unread":   {operator.DoDismiss},
		"beta":     {operator.DoResolveCreated, operator.DoResolveAbsent},
		"queued":   nil,
	} {
		got, err := orders.Actions(t.Context(), "a#"+id)
		if err != nil {
			t.Fatal(id, err)
		}
		var is []operator.Doing
		for _, a := range got {
			is = append(is, a.Do)
			// The command itself would say the same, of the id that a person gives.
			p, err := orders.Plan(t.Context(), "a#"+id, a.Do.Event(placing.Person{By: "ana", Note: "n"}, "777"))
			if will := strings.ReplaceAll(a.Will.String(), "document "+operator.StandIn, "document 777"); err != nil || p.Refused != nil || will != p.Will.String() || will == "" {
				t.Errorf("%s, %s: %q, and the command says %q (%v, %v)", id, a.Do, will, p.Will, p.Refused, err)
			}
			if a.NeedsID != strings.Contains(a.Will.String(), "document "+operator.StandIn) {
				t.Errorf("%s, %s: who is asked for an id? %s", id, a.Do, a.Will)
			}
		}
		if diff := cmp.Diff(fmt.Sprint(want), fmt.Sprint(is)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", id, diff)
		}
		if after, err := l.Get(t.Context(), "a#"+id); err == nil && after.Rev != 1 {
			t.Errorf("%s was written", id)
		}
	}
}

package operator_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

func TestOrdersOfOneCauseAreOneLine(t *testing.T) {
	var all []ledger.Entry
	add := func(n int, of func(id string) ledger.Entry) {
		for range n {
			id := fmt.Sprint(1000 + len(all))
			e := of(id)
			e.Key, e.Connection, e.OrderID, e.StoreNumber, e.ERPKind, e.Account = "a#"+id, "a", id, "#N"+id, "alfa", "estudio"
			all = append(all, e)
		}
	}
	rejected := func(kind order.ReasonKind, message string) func(string) ledger.Entry {
		return func(id string) ledger.Entry {
			return ledger.Entry{State: ledger.Rejected, Digest: "d", Reason: order.Reason{Kind: kind, Message: words.Plain(strings.ReplaceAll(message, "ID", id))}}
		}
	}
	add(20, rejected(order.Mapping, `SKU "CURSO-1" is not mapped`))
	add(3, rejected(order.Mapping, `SKU "CURSO-2" is not mapped`))
	add(4, rejected(order.TotalReason, "total is 1ID.00, but lines, discount, freight, fees and tax add up to ID.10: correct the order in the store"))
	add(2, rejected(order.RefusedByERP, "Cliente já cadastrado para o CPF/CNPJ [***] com o Id [99ID]!"))
	add(2, rejected(order.TooOld, "paid_at is 2020-01-0"+"3, more than 400 days ago"))
	add(2, func(id string) ledger.Entry {
		return ledger.Entry{State: ledger.Created, CreatedAt: noon, ERPID: "77" + id, ReversedAt: noon}
	})
	add(2, func(id string) ledger.Entry {
		return ledger.Entry{State: ledger.Created, CreatedAt: noon, ERPID: "77" + id}
	})
	add(2, func(id string) ledger.Entry {
		return ledger.Entry{State: ledger.Created, CreatedAt: noon, ERPID: "77" + id, ReversedAt: noon,
			Timeline: []ledger.Attempt{{At: noon.Add(time.Duration(len(all)) * time.Hour), Did: "paid_again"}}}
	})
	add(1, func(id string) ledger.Entry {
		return ledger.Entry{State: ledger.Rejected, Digest: "d", DismissedAt: noon, Reason: order.Reason{Kind: order.Mapping, Message: words.Plain(`SKU "CURSO-1" is not mapped`)}}
	})
	got, err := operator.Causes(t.Context(), keep(t, all...), kinds, words.Language{}, ledger.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	at := func(i int) time.Time { return noon.Add(time.Duration(i) * time.Second).UTC() }
	cause := func(state ledger.State, kind order.ReasonKind, needs ledger.Need, message string, first, n int) operator.Cause {
		return operator.Cause{State: state, Kind: kind, Needs: needs, Account: "estudio", Message: message, Count: n, OldestAt: at(first), NewestAt: at(first + n - 1), Key: all[first+n-1].Key}
	}
	want := []operator.Cause{
		cause(ledger.Rejected, order.Mapping, "", `SKU "CURSO-1" is not mapped`, 37, 1),
		cause(ledger.Created, "", ledger.NeedsCancelling, "the store reversed it after it was sent, and a notice that came on … has it as paid again: if it is paid in the store, leave document … as it is; else cancel it in the ERP yourself", 35, 2),
		cause(ledger.Created, "", "", "", 33, 2),
		cause(ledger.Created, "", ledger.NeedsCancelling, "the store reversed it after it was sent: cancel document … in the ERP yourself", 31, 2),
		cause(ledger.Rejected, order.TooOld, ledger.NeedsMending, "paid_at is …, more than 400 days ago", 29, 2),
		cause(ledger.Rejected, order.RefusedByERP, ledger.NeedsMending, "Cliente já cadastrado para o CPF/CNPJ … com o Id …! Mend that in connections.yaml or in the store, then carimbo orders retry KEY", 27, 2),
		cause(ledger.Rejected, order.TotalReason, ledger.NeedsMending, "total is …, but lines, discount, freight, fees and tax add up to …: correct the order in the store", 23, 4),
		cause(ledger.Rejected, order.Mapping, ledger.NeedsMending, `SKU "CURSO-2" is not mapped`, 20, 3),
		cause(ledger.Rejected, order.Mapping, ledger.NeedsMending, `SKU "CURSO-1" is not mapped`, 0, 20),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if none, err := operator.Causes(t.Context(), keep(t), kinds, words.Language{}, ledger.Filter{}); none == nil || len(none) != 0 || err != nil {
		t.Errorf("of nothing: %v, %v", none, err)
	}
	queued, err := operator.Causes(t.Context(), withQueue(t), kinds, words.Language{}, ledger.Filter{State: operator.Queued})
	if len(queued) != 2 || queued[0].Count != 3 || queued[0].Key != "a#8" || queued[1].Account != "loja" || err != nil {
		t.Errorf("queued: %+v, %v", queued, err)
	}
}

func TestAnEqualSentenceIsSaidOnce(t *testing.T) {
	g := operator.Groups{Kinds: kinds}
	for i := range 2000 {
		id := fmt.Sprint(1000 + i)
		g.Add(ledger.Entry{Key: "a#" + id, OrderID: id, State: ledger.Rejected, ERPID: "7-" + id}, words.Plain("see a#"+id+" and 7-"+id+", for 12 days"))
	}
	g.Add(ledger.Entry{Key: "a#x", State: ledger.Created}, words.Plain("see a#x alone"))
	g.Add(ledger.Entry{Key: "a#y", State: ledger.Waiting}, words.Plain("it waits"))
	g.Add(ledger.Entry{Key: "a#z", State: ledger.Waiting}, words.Plain("it waits"))
	var got []string
	for _, of := range g.List {
		got = append(got, of.Name().String()+" "+of.Count().String()+" "+string(of.State)+": "+of.Text)
	}
	want := []string{
		"a#1000, a#1001 and 1998 more 2000 orders rejected: see KEY and …, for 12 days",
		"a#x 1 order created: see a#x alone",
		"a#y and a#z 2 orders waiting: it waits",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A value is left out where it stands as a word of its own alone.
func TestOnlyAnOrdersOwnValuesAreLeftOut(t *testing.T) {
	e := ledger.Entry{Key: "a#497", OrderID: "497", StoreNumber: "#4970", ERPKind: "alfa", Reference: reference, ERPID: "99"}
	for text, want := range map[string]string{
		"order 497 of a#497":                 "order … of KEY",
		"1497 and 4971 and ç497":             "1497 and 4971 and ç497",
		"#4970, (99) and 99%":                "#…, (…) and …%",
		"line 3: quantity 1.5 of line 12":    "line …: quantity 1.5 of line …",
		"payment 2: amount 12.00":            "payment …: amount …",
		"until 2026-11-21T12:00:00Z":         "until …",
		"at 2026-11-21 12:00, on 2026-11-21": "at …, on …",
		"look by code abc":                   "look by code …",
		"":                                   "",
		"SKU \"7891234567895\" isn't there":  "SKU \"7891234567895\" isn't there",
	} {
		other := e
		other.Key = "a#other"
		g := operator.Groups{Kinds: kinds}
		g.Add(e, words.Plain(text))
		g.Add(e, words.Plain(text))
		if got := g.List[0].Text; got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

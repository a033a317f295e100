package operator_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

func TestJSONHasExactlyTheFieldsOfTheContract(t *testing.T) {
	contract := []string{"key", "connection", "platform", "order_id", "store_number", "total", "currency", "customer", "erp",
		"account", "state", "code", "erp_id", "erp_number", "found", "attempts", "reason", "next_attempt_at", "reversed_at",
		"received_at", "updated_at", "created_at"}
	whole := true
	full := operator.EntryView{Key: "k", Connection: "c", Platform: "p", OrderID: "o", StoreNumber: "n", Total: "1.00", Currency: "BRL",
		Customer: "H.", ERPKind: "omie", Account: "a", State: ledger.Created, Code: "c", ERPID: "1", ERPNumber: "2", Found: &whole,
		Attempts: 1, Reason: &operator.ReasonView{Kind: order.AccountRests}, NextAttemptAt: noon, ReversedAt: noon, ReceivedAt: noon, UpdatedAt: noon, CreatedAt: noon}
	if diff := cmp.Diff(slices.Sorted(slices.Values(contract)), fields(t, full)); diff != "" {
		t.Errorf("list (-want +got):\n%s", diff)
	}
	entry := operator.EntryDetails{EntryView: full, Timeline: []operator.AttemptView{}}
	if diff := cmp.Diff(slices.Sorted(slices.Values(append(contract, "timeline"))), fields(t, entry)); diff != "" {
		t.Errorf("show (-want +got):\n%s", diff)
	}
	least := []string{"attempts", "connection", "key", "order_id", "platform", "state"}
	if diff := cmp.Diff(least, fields(t, operator.ViewEntry(kinds, words.Language{}, ledger.Entry{}))); diff != "" {
		t.Errorf("absent values are there (-want +got):\n%s", diff)
	}
}

func fields(t *testing.T, v any) []string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(b, &object); err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(maps.Keys(object))
}

func TestTheNextAttemptIsWhenTheOrderGoesOnByItself(t *testing.T) {
	lease, until := noon.Add(time.Minute), noon.Add(time.Hour)
	for state, want := range map[ledger.State]time.Time{
		ledger.Accepted: lease, ledger.Creating: lease, ledger.Waiting: until, ledger.Uncertain: until,
		ledger.Created: {}, ledger.Rejected: {},
	} {
		if got := operator.ViewEntry(kinds, words.Language{}, ledger.Entry{State: state, Lease: lease, Until: until}).NextAttemptAt; !got.Equal(want) {
			t.Errorf("%s: %s, not %s", state, got, want)
		}
	}
}

func TestFoundIsSaidOfEveryCreatedOrderAndOfNoOther(t *testing.T) {
	for _, state := range ledger.States() {
		got := operator.ViewEntry(kinds, words.Language{}, ledger.Entry{State: state}).Found
		if (got != nil) != (state == ledger.Created) {
			t.Errorf("%s: %v", state, got)
		}
	}
}

// What the store did later is no state of its own, and still somebody's to do.
func TestAnOrderReversedOrChangedLaterIsToldApart(t *testing.T) {
	created := ledger.Entry{State: ledger.Created, CreatedAt: noon}
	with := func(change func(*ledger.Entry)) ledger.Entry { e := created; change(&e); return e }
	changed := func(at time.Time, became ledger.State) []ledger.Attempt {
		return []ledger.Attempt{{At: at, Did: "newer_contents", Became: became}, {At: at, Did: "look_up", Became: became}}
	}
	did := func(what ...string) (all []ledger.Attempt) {
		for _, each := range what {
			all = append(all, ledger.Attempt{At: noon.Add(time.Hour), Did: each, Became: ledger.Created})
		}
		return all
	}
	for name, c := range map[string]struct {
		is   ledger.Entry
		want string
	}{
		"created":  {created, ""},
		"reversed": {with(func(e *ledger.Entry) { e.ReversedAt = noon }), "reversed later"},
		"reversed, and paid again": {with(func(e *ledger.Entry) {
			e.ReversedAt, e.Timeline = noon, did("reversal", "paid_again", "newer_contents")
		}), "reversed later, paid again"},
		"paid again, and reversed again": {with(func(e *ledger.Entry) {
			e.ReversedAt, e.Timeline = noon, did("reversal", "paid_again", "reversal")
		}), "reversed later"},
		"changed, and back":        {with(func(e *ledger.Entry) { e.Timeline = did("newer_contents", "changed_back") }), "changed later, and back"},
		"changed, back, and again": {with(func(e *ledger.Entry) { e.Timeline = did("newer_contents", "changed_back", "newer_contents") }), "changed later"},
		"changed":                  {with(func(e *ledger.Entry) { e.Timeline = changed(noon.Add(time.Hour), ledger.Created) }), "changed later"},
		"changed while sent":       {with(func(e *ledger.Entry) { e.Timeline = changed(noon, ledger.Created) }), "changed later"},
		"both": {with(func(e *ledger.Entry) {
			e.ReversedAt, e.Timeline = noon, changed(noon, ledger.Created)
		}), "reversed later"},
		"mended before":                      {with(func(e *ledger.Entry) { e.Timeline = changed(noon.Add(-time.Hour), ledger.Waiting) }), ""},
		"changed before it was created anew": {with(func(e *ledger.Entry) { e.Timeline = changed(noon.Add(-time.Hour), ledger.Created) }), ""},
		"rejected as reversed":               {ledger.Entry{State: ledger.Rejected, ReversedAt: noon}, ""},
		"uncertain":                          {ledger.Entry{State: ledger.Uncertain, ReversedAt: noon, Timeline: changed(noon, ledger.Uncertain)}, ""},
	} {
		if got := operator.LaterChange(c.is).String(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestWhatTheStoreTookBackIsNotToBeUndone(t *testing.T) {
	e := ledger.Entry{State: ledger.Created, CreatedAt: noon, ERPID: "777", ReversedAt: noon.Add(time.Hour)}
	for want, did := range map[string]string{"cancel document 777 in the ERP yourself": "reversal", "if it is paid in the store, leave document 777 as it is": "paid_again"} {
		e.Timeline = []ledger.Attempt{{At: noon.Add(time.Hour), Did: did, Became: ledger.Created}}
		if got := operator.InWords(kinds, e).String(); !strings.Contains(got, want) {
			t.Errorf("%s: %s", did, got)
		}
	}
	e.ReversedAt, e.Timeline = time.Time{}, []ledger.Attempt{{At: noon, Did: "newer_contents", Became: ledger.Created}, {At: noon.Add(time.Hour), Did: "changed_back", Became: ledger.Created}}
	if got := operator.InWords(kinds, e).String(); !strings.Contains(got, "took that back on 2026-") || !strings.Contains(got, "if you mended document 777") {
		t.Error(got)
	}
}

func TestAnUncertainOrderSaysWhatItsLookUpWasAnswered(t *testing.T) {
	did := func(what, text string) ledger.Attempt { return ledger.Attempt{Did: what, Text: words.Plain(text)} }
	for want, timeline := range map[string][]ledger.Attempt{
		"connection reset": {did("create", ""), did("look_up", "there is none"), did("create", "connection reset")},
		"connection reset. The last look-up was answered: Algo que ninguém viu": {did("create", "connection reset"), did("look_up", "Outra coisa"), did("look_up", "Algo que ninguém viu"), did("put_off", "the account rests")},
		"connection reset. The last look-up was answered: Outra coisa":          {did("create", ""), did("look_up", "Outra coisa"), did("look_up", "")},
	} {
		e := ledger.Entry{State: ledger.Uncertain, Until: noon, Reason: order.Reason{Kind: order.LostAnswer, Message: words.Plain("connection reset")}, Timeline: timeline}
		if got := operator.InWords(kinds, e).String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

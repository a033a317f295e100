package operator_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/memory"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/words"
)

var reference = erp.Reference{Code: "abc", Orig: "Loja WP", OrigID: "7"}

func TestACodeIsThatOfTheOrdersOwnERP(t *testing.T) {
	for kind, want := range map[string][2]string{"alfa": {"abc", "abc"}, "beta": {"Loja WP#7", "Loja WP#7 (orig#origId)"}, "gama": {}, "": {}} {
		e := ledger.Entry{ERPKind: kind, Reference: reference}
		if got := operator.ViewEntry(kinds, words.Language{}, e).Code; got != want[0] {
			t.Errorf("%q: code %q, want %q", kind, got, want[0])
		}
		if got := operator.CodeInFull(kinds, e); got.String() != want[1] {
			t.Errorf("%q: code in full %q, want %q", kind, got, want[1])
		}
	}
}

func TestWhetherAnOrderCanBeLookedUpIsItsAccounts(t *testing.T) {
	errGone := errors.New("account gone is not in the file")
	o := operator.Orders{Kinds: kinds, Settings: func(account, kind string) (json.RawMessage, error) {
		if account == "gone" {
			return nil, errGone
		}
		return json.RawMessage(`"` + account + `"`), nil
	}}
	for _, c := range []struct {
		kind, account string
		want          bool
		fails         bool
	}{
		{"alfa", "gone", true, false}, {"beta", "looks", true, false}, {"beta", "blind", false, false}, {"", "", false, false},
		{"beta", "gone", false, true},
		// It isn't guessed of a kind that nothing is known of.
		{"gama", "looks", true, true},
	} {
		got, err := operator.CanLookUp(o, ledger.Entry{ERPKind: c.kind, Account: c.account})
		if got != c.want || (err != nil) != c.fails {
			t.Errorf("%s %s: %v %v", c.kind, c.account, got, err)
		}
	}
}

// A person's word counts where there is no look-up: of an ERP that this program
// doesn't know nobody can tell.
func TestAnOrderOfAnUnknownERPIsShownAndNotTouched(t *testing.T) {
	l := memory.New()
	parked, err := l.Write(t.Context(), ledger.Entry{}, ledger.Entry{Key: "loja#7", Token: "t", Connection: "loja", ERPKind: "gama", Account: "a", Reference: reference,
		State: ledger.Uncertain, Reason: order.Reason{Kind: order.NeedsPerson, Message: words.Plain("look there.")}, ReceivedAt: noon, UpdatedAt: noon})
	if err != nil {
		t.Fatal(err)
	}
	if got := operator.InWords(kinds, parked).String(); got != "look there." {
		t.Errorf("in words: %q", got)
	}
	o := operator.Orders{Ledger: l, Kinds: kinds, Site: site()}
	const want = "this program doesn't know the ERP gama"
	for _, ev := range []placing.Event{placing.Retry{}, placing.ResolveCreated{ID: "5"}} {
		p, err := o.Plan(t.Context(), "loja#7", ev)
		if err != nil || p.Refused == nil || !strings.Contains(p.Refused.Why.String(), want) {
			t.Errorf("%T is planned: %+v, %v", ev, p, err)
		}
		if _, err := o.Do(t.Context(), p, ev); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%T is done: %v", ev, err)
		}
	}
	if e, err := l.Get(t.Context(), "loja#7"); err != nil || e.Rev != parked.Rev {
		t.Errorf("it was written: %+v, %v", e, err)
	}
}

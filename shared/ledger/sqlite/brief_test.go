package sqlite_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// shown is what a row of a list shows, and the words about it.
func shown(e ledger.Entry) ledger.Entry {
	if e.State == ledger.Created || e.State == ledger.Uncertain {
		return e
	}
	return ledger.Entry{V: e.V, Key: e.Key, Connection: e.Connection, Platform: e.Platform, OrderID: e.OrderID, StoreNumber: e.StoreNumber, Total: e.Total, Currency: e.Currency,
		ERPKind: e.ERPKind, Account: e.Account, Reference: e.Reference, State: e.State, Reason: e.Reason, AssertedID: e.AssertedID, Digest: e.Digest,
		ERPID: e.ERPID, ERPNumber: e.ERPNumber, Found: e.Found, ReversedAt: e.ReversedAt, DismissedAt: e.DismissedAt, ReceivedAt: e.ReceivedAt}
}

func TestABriefEntrySaysWhatARowShows(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	hard := "a\"b\\c{}[],:\x1b\u2028é\U0001f600</script>\\"
	for i, change := range []func(*ledger.Entry){
		func(*ledger.Entry) {},
		func(e *ledger.Entry) {
			e.StoreNumber, e.Total, e.Currency, e.Customer, e.Platform, e.ERPKind = hard, "497.00", "BRL", hard, "hotmart", "omie"
			e.Reference = erp.Reference{DocumentKind: "os", Code: hard, Orig: hard, OrigID: hard}
			e.Reason = order.Reason{Kind: order.Mapping, Message: words.Plain(hard)}
			e.Parts, e.Seen, e.Digest = ledger.Parts{Key: hard, Lines: hard}, []string{hard, "}"}, hard
			e.Newer = &ledger.Contents{Digest: hard, Payload: []byte("x"), StoreNumber: "other", Parts: ledger.Parts{Total: "9"}}
			e.Timeline = []ledger.Attempt{{At: at, Text: words.Plain(hard), Note: `"key":"other"`, Became: ledger.Created}}
		},
		func(e *ledger.Entry) {
			e.AssertedID, e.ERPID, e.ERPNumber, e.Found = "5", "6", "7", true
			e.ReversedAt, e.DismissedAt, e.ReceivedAt = at.Add(time.Millisecond), at.Add(time.Hour), at.Add(-7*time.Millisecond)
		},
		func(e *ledger.Entry) { e.V = ledger.Version + 1 },
	} {
		for _, state := range ledger.States() {
			e := entry(fmt.Sprint(state, i))
			change(&e)
			e.State = state
			if _, err := l.Write(t.Context(), ledger.Entry{}, e); err != nil {
				t.Fatal(err)
			}
		}
	}
	list := func(f ledger.Filter) (entries []ledger.Entry) {
		t.Helper()
		if err := l.List(t.Context(), f, func(e ledger.Entry) bool { entries = append(entries, e); return true }); err != nil {
			t.Fatal(err)
		}
		return entries
	}
	brief, left := list(ledger.Filter{Brief: true}), 0
	for i, whole := range list(ledger.Filter{}) {
		want := shown(whole)
		if whole.OfNewerRelease() { // read with care, and so in full
			want = whole
		}
		if diff := cmp.Diff(want, brief[i]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", whole.Key, diff)
		}
		if whole.WaitsForPerson() != brief[i].WaitsForPerson() || whole.Needs() != brief[i].Needs() {
			t.Errorf("%s: who waits for it?", whole.Key)
		}
		if len(whole.Timeline) > len(brief[i].Timeline) {
			left++
		}
	}
	if left == 0 {
		t.Error("nothing is left out of any")
	}
}

// What a file has that no release of ours wrote so is decoded, or an error as it was before.
func TestAnEntryThatNobodyWroteSoIsDecoded(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	e := entry("1")
	e.State, e.Reason = ledger.Rejected, order.Reason{Kind: order.Mapping, Message: words.Plain("m")}
	if _, err := l.Write(t.Context(), ledger.Entry{}, e); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text string
		ok   bool
	}{
		{`{ "key" : "cursos#1", "state": "rejected", "total": "1.00" }`, true},
		{"{\n\"key\":\"cursos#1\",\"total\":\"1.00\"}", true},
		{`{"key":"cursos#1","total":"1.00","reference":{"new":"x"}}`, true},
		{`{"v":99,"key":"cursos#1","total":"1.00","reason":7}`, true},
		{`{"key":"cursos#1","total":"1.00"`, false},
		{`{"key":"cursos#1","total":"1.00"}}`, false},
		{`{"key":"cursos#1","total":7}`, false},
	} {
		if _, err := l.DB().ExecContext(t.Context(), "DROP TRIGGER IF EXISTS entries_renamed; DROP TRIGGER IF EXISTS entries_recounted"); err != nil {
			t.Fatal(err)
		}
		if _, err := l.DB().ExecContext(t.Context(), "UPDATE entries SET entry = ?", c.text); err != nil {
			t.Fatal(err)
		}
		total := ""
		err := l.List(t.Context(), ledger.Filter{Brief: true}, func(e ledger.Entry) bool { total = e.Total; return true })
		if ok := err == nil && total == "1.00"; ok != c.ok {
			t.Errorf("%s: %q, %v", c.text, total, err)
		}
	}
}

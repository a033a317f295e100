package operator_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/memory"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/queue"
)

// idsOf are the orders of a page.
func idsOf(p operator.Page) string {
	var ids []string
	for _, e := range p.Entries {
		ids = append(ids, e.OrderID)
	}
	return strings.Join(ids, " ")
}

func TestAListIsPagedThereAndBackThoughOrdersCome(t *testing.T) {
	l := beside{Ledger: memory.New()}
	come := func(i int) {
		id := fmt.Sprint(i)
		e := ledger.Entry{Key: "a#" + id, Token: id, Connection: "a", OrderID: id, State: ledger.Created, ReceivedAt: noon.Add(time.Duration(i) * time.Second)}
		if i%2 == 0 {
			l.notices = append(l.notices, notice(id, queue.Paid, time.Duration(i)*time.Second))
		} else if _, err := l.Write(t.Context(), ledger.Entry{}, e); err != nil {
			t.Fatal(err)
		}
	}
	page := func(cursor, want string) operator.Page {
		t.Helper()
		p, err := operator.ReadPage(t.Context(), l, ledger.Filter{}, cursor, 3)
		if err != nil || idsOf(p) != want {
			t.Fatalf("%q has %q, want %q: %v", cursor, idsOf(p), want, err)
		}
		return p
	}
	for i := range 7 {
		come(i)
	}
	first := page("", "6 5 4")
	second := page(first.Older, "3 2 1")
	come(7)
	last := page(second.Older, "0")
	if first.Newer != "" || last.Older != "" {
		t.Errorf("there is nothing before %+v and behind %+v", first, last)
	}
	page(second.Newer, "6 5 4")
	again := page(page(last.Newer, "3 2 1").Newer, "6 5 4")
	if page(page(again.Newer, "7").Older, "6 5 4"); again.Newer == "" {
		t.Error("what came meanwhile is on no page")
	}
	if top := page(again.Newer, "7"); top.Newer != "" {
		t.Errorf("there is nothing newer than %+v", top)
	}
	page("n99999999999999.a#9", "7 6 5")
	page("o0.a#9", "")
}

func FuzzACursorIsOneOfOursOrRefused(f *testing.F) {
	for _, cursor := range []string{"", "o1764600000000.a#1", "n1764600000000.a#1", "n0.", "o-1.a", "o99999999999999999999.a", "x1.a", "o1.\x00\xff"} {
		f.Add(cursor)
	}
	f.Fuzz(func(t *testing.T, cursor string) {
		l := memory.New()
		p, err := operator.ReadPage(t.Context(), l, ledger.Filter{}, cursor, 1)
		if err == nil && len(p.Entries) > 0 {
			t.Error(p)
		}
		if refused := err != nil; refused && slices.Contains([]string{"", "o1764600000000.a#1", "n1764600000000.a#1"}, cursor) {
			t.Errorf("%q: %v", cursor, err)
		}
	})
}

func TestOrdersAreCountedByState(t *testing.T) {
	l := withQueue(t)
	got, err := operator.ReadCounts(t.Context(), l, ledger.Filter{From: ledger.Place{ReceivedAt: noon, Key: "b"}, OldestFirst: true})
	if err != nil || got.Needs != 1 || got.States[operator.Queued] != 4 || got.States[ledger.Rejected] != 1 || got.States[ledger.Created] != 1 || got.States[ledger.Accepted] != 1 {
		t.Errorf("%+v %v", got, err)
	}
	got, err = operator.ReadCounts(t.Context(), l, ledger.Filter{Connection: "b"})
	if err != nil || got.Needs != 0 || got.States[operator.Queued] != 1 || got.States[ledger.Accepted] != 1 || got.States[ledger.Created] != 0 {
		t.Errorf("%+v %v", got, err)
	}
	got, err = operator.ReadCounts(t.Context(), l, ledger.Filter{State: operator.Queued, Find: "n8"})
	if err != nil || got.Needs != 0 || got.States[operator.Queued] != 1 || len(got.States) != 1 {
		t.Errorf("%+v %v", got, err)
	}
}

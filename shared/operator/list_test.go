package operator_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/memory"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/words"
)

// keep writes the entries into a new ledger, each received a second after the one
// before.
func keep(t *testing.T, entries ...ledger.Entry) *memory.Ledger {
	t.Helper()
	l := memory.New()
	for i, e := range entries {
		e.Token, e.ReceivedAt = e.Key, noon.Add(time.Duration(i)*time.Second)
		if _, err := l.Write(t.Context(), ledger.Entry{}, e); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

func TestARetryByFilterTakesTheOldestFirst(t *testing.T) {
	l := keep(t,
		ledger.Entry{Key: "a#1", Connection: "a", State: ledger.Rejected, Digest: "d", Reason: order.Reason{Kind: order.Mapping}},
		ledger.Entry{Key: "a#2", Connection: "a", State: ledger.Created},
		ledger.Entry{Key: "a#3", Connection: "a", State: ledger.Rejected, Digest: "d", Reason: order.Reason{Kind: order.Reversed}, ReversedAt: noon},
		ledger.Entry{Key: "a#4", Connection: "a", State: ledger.Uncertain, ReversedAt: noon},
		ledger.Entry{Key: "a#5", Connection: "a", State: ledger.Waiting, Until: noon},
	)
	for _, c := range []struct {
		filter   ledger.Filter
		want     []string
		reversed int
	}{
		{ledger.Filter{Connection: "a"}, []string{"a#1", "a#4", "a#5"}, 1},
		{ledger.Filter{State: ledger.Created}, []string{"a#2"}, 0},
		{ledger.Filter{ReasonKind: order.Reversed}, []string{"a#3"}, 0},
		{ledger.Filter{Connection: "b"}, nil, 0},
	} {
		got, reversed, err := operator.Retryable(t.Context(), l, c.filter)
		if diff := cmp.Diff(c.want, got); diff != "" || reversed != c.reversed || err != nil {
			t.Errorf("%+v: %d reversed, %v (-want +got):\n%s", c.filter, reversed, err, diff)
		}
	}
}

func TestATableCountsAndSaysWhatThereIsToDo(t *testing.T) {
	l := keep(t,
		ledger.Entry{Key: "a#1", State: ledger.Created, CreatedAt: noon, ERPID: "7", ReversedAt: noon},
		ledger.Entry{Key: "a#2", State: ledger.Rejected, Digest: "d", Reason: order.Reason{Kind: order.RefusedByERP, Message: words.Plain("the tag is needed!")}},
		ledger.Entry{Key: "a#3", State: ledger.Uncertain, ERPKind: "alfa", Reference: reference, Reason: order.Reason{Kind: order.NeedsPerson, Message: words.Plain("look there")}},
		ledger.Entry{Key: "a#4", State: ledger.Waiting, Until: noon},
	)
	list, err := operator.Rows(t.Context(), l, kinds, words.Language{}, ledger.Filter{}, 0, func(ledger.Entry) {})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := list.Tally().String(), "4 orders: 1 created, 1 waiting, 1 uncertain, 1 rejected"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	want := []task{
		{Of: "a#3", Text: "look there. Look by code abc"},
		{Of: "a#2", Text: "the tag is needed! Mend that in connections.yaml or in the store, then carimbo orders retry a#2"},
		{Of: "a#1", Text: "the store reversed it after it was sent: cancel document 7 in the ERP yourself"},
	}
	if diff := cmp.Diff(want, inEnglish(list.Tasks())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// machine is a ledger that can tell its accounts, and what is queued beside it.
type machine struct {
	*memory.Ledger
	accounts map[string]string
	queued   map[string]queue.Backlog
}

func (m machine) Accounts(context.Context) (map[string]string, error) { return m.accounts, nil }

func (m machine) Backlogs(context.Context) (map[string]queue.Backlog, error) { return m.queued, nil }

func TestAnAccountOutOfTheFileIsListedWhileOrdersWait(t *testing.T) {
	due := placing.Never.Add(-time.Hour)
	m := machine{keep(t, ledger.Entry{Key: "a#1", Account: "gone", State: ledger.Waiting, Due: due, Until: due}),
		map[string]string{"gone": "alfa", "queued": "beta", "empty": "beta", "open": "alfa"},
		map[string]queue.Backlog{"queued": {Notices: 2, Oldest: noon.Add(-time.Hour)}}}
	none, two := 0, 2
	accounts := operator.Accounts{Ledger: m, Kinds: map[string]string{"open": "alfa"}, Queue: m, Now: site().Now}
	got, err := accounts.List(t.Context())
	want := []operator.AccountView{
		{Account: "gone", Kind: "alfa", State: operator.AccountOpen, Queued: &none, Waiting: 1, OldestAt: noon.UTC()},
		{Account: "open", Kind: "alfa", State: operator.AccountOpen, Queued: &none},
		{Account: "queued", Kind: "beta", State: operator.AccountOpen, Queued: &two, OldestAt: noon.Add(-time.Hour).UTC()},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestARefusedAccountsTaskSaysWhereItsKeyIs(t *testing.T) {
	refused := []operator.AccountView{{Account: "estudio", Kind: "alfa", State: operator.AccountRefused, Why: "wrong key."},
		{Account: "loja", Kind: "gama", State: operator.AccountRefused, Why: "no permission"}, {Account: "outra", State: operator.AccountResting}}
	stack := site()
	stack.Stack = "shop"
	for s, want := range map[*operator.Site][]task{
		new(site()): {
			{Of: "account estudio", Text: "Alfa refuses its key, or a permission is missing: wrong key. If the key was changed, put it into app_key and app_secret of alfa/estudio in the file of secrets; if a permission is missing, give it in Alfa. It is tried again within a second where carimbo serve runs."},
			{Of: "account loja", Text: "the ERP refuses its key, or a permission is missing: no permission. If the key was changed, put it into app_key and app_secret of gama/loja in the file of secrets; if a permission is missing, give it in the ERP. It is tried again within a second where carimbo serve runs."},
		},
		&stack: {
			{Of: "account estudio", Text: "Alfa refuses its key, or a permission is missing: wrong key. If the key was changed, put it into app_key and app_secret of shop/alfa/estudio in Secrets Manager; if a permission is missing, give it in Alfa. It is tried again within a minute, when the stack's sweep wakes it."},
			{Of: "account loja", Text: "the ERP refuses its key, or a permission is missing: no permission. If the key was changed, put it into app_key and app_secret of shop/gama/loja in Secrets Manager; if a permission is missing, give it in the ERP. It is tried again within a minute, when the stack's sweep wakes it."},
		},
	} {
		if diff := cmp.Diff(want, inEnglish(operator.AccountTasks(kinds, *s, refused))); diff != "" {
			t.Errorf("stack %q (-want +got):\n%s", s.Stack, diff)
		}
	}
}

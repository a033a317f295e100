package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
)

// life is an order that goes through nearly everything, with a person's commands
// typed as they would be.
type life struct {
	*story
	book book
}

const lifeID = "HP02"

// goesOn is when the entry is due next: a worker is woken then.
func (l life) goesOn() ledger.Entry {
	l.t.Helper()
	e := l.book.entry(l.t, lifeID)
	l.now = later(l.now, e.Due)
	l.wake(lifeID)
	return l.book.entry(l.t, lifeID)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func (l life) looksUp(a erp.Answer) {
	l.t.Helper()
	e := l.goesOn()
	l.happens(lifeID, placing.LookedUp{Fence: e.Fence, Answer: a})
}

func (l life) creates(a erp.Answer) {
	l.t.Helper()
	e := l.goesOn()
	mark := erp.Mark{Digest: "d", Total: order.Cents(49700), OrderNumber: lifeID}
	l.happens(lifeID, placing.Ready{Fence: e.Fence, Facts: facts, Mark: mark, TimeLeft: true})
	l.happens(lifeID, placing.Answered{Fence: e.Fence, Answer: a})
}

func (l life) types(stdin string, args ...string) string {
	l.t.Helper()
	l.now = l.now.Add(time.Hour)
	got := typeWith(l.t, l.now, stdin, slices.Concat([]string{"orders"}, args, l.book.flags())...)
	if got.code != exitDone {
		l.t.Fatalf("%v: %+v", args, got)
	}
	return l.book.asOnOneMachine(got.out)
}

// What happened to an order is told in full: when, what was asked and by which
// method, what came back, which rule decided, who gave a command and their words.
func TestAComplicatedLifeIsToldInFull(t *testing.T) {
	onBoth(t, func(t *testing.T, told func(*testing.T) book) {
		b := told(t)
		b.use(t, func(led ledger.Ledger) error {
			l := life{&story{t: t, ledger: led, now: noon, rules: placing.Rules{Spacing: placing.Spacing, CanLookUp: true}}, b}
			ours := erp.Answer{Kind: erp.Present, ID: "3847270140", Number: "000000000000016", Found: erp.Found{Total: order.Cents(49700), OrderNumber: lifeID}}
			another := ours
			another.Found.Total = order.Cents(100)

			l.types("", "retry", "cursos#HP02", "--note", "mapped SEM-MAPA")
			e := l.goesOn()
			l.happens(lifeID, placing.Held{Fence: e.Fence, Answer: erp.Answer{Kind: erp.Lane, Text: "API bloqueada"}, LaneUntil: l.now.Add(30 * time.Minute), PutOff: true})
			l.creates(erp.Answer{Kind: erp.Lost, Text: "no answer within 1m0s"})
			l.looksUp(erp.Answer{Kind: erp.Redundant, Text: "Consumo redundante detectado"})
			l.looksUp(another)
			l.types("", "resolve", "cursos#HP02", "--created", "3847270140", "--note", "the discount was entered there by hand")
			l.looksUp(ours)
			denied := l.types("", "resolve", "cursos#HP02", "--absent", "--note", "the customer asked to cancel, deleted by Bia")
			l.looksUp(erp.Answer{Kind: erp.Lost, Text: "502 Bad Gateway"})
			l.looksUp(erp.Answer{Kind: erp.Absent, Text: "OS não cadastrada para o Código [xchcszuggydf2bvzx6jk] !"})
			retried := l.types(hotmartOrder, "retry", "cursos#HP02", "--payload", "-", "--note", "they bought after all")
			l.creates(erp.Answer{Kind: erp.Created, ID: "3847270155", Number: "000000000000018"})

			golden(t, "life-denied.txt", denied)
			golden(t, "life-retried.txt", retried)
			return nil
		})
		for name, args := range map[string][]string{"show-life.txt": nil, "show-life.json": {"--json"}} {
			got := typeIn(t, slices.Concat([]string{"orders", "show", "cursos#HP02"}, args, b.flags())...)
			golden(t, name, got.out)
		}
		e := b.entry(t, lifeID)
		for _, a := range show(e).Timeline {
			_, call := asked[e.ERP][a.Did]
			if a.At.IsZero() || a.Became == "" || call && (a.Answer == "" || a.Rule == "" || a.Asked == "") || a.By != "" && (a.Note == "" || a.Rule == "") {
				t.Errorf("not told in full: %+v", a)
			}
		}
	})
}

func TestADryRunSaysWhatWouldBeDoneAndDoesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, told func(*testing.T) book) {
		for _, c := range []struct {
			golden string
			args   []string
			code   int
		}{
			{"dry-run-filter.txt", []string{"retry", "--connection", "cursos"}, exitFailed},
			{"dry-run-filter.json", []string{"retry", "--connection", "cursos", "--json"}, exitFailed},
			{"dry-run-denied.txt", []string{"resolve", "cursos#HP01", "--absent", "--note", "gone"}, exitDone},
			{"dry-run-denied.json", []string{"resolve", "cursos#HP01", "--absent", "--note", "gone", "--json"}, exitDone},
		} {
			t.Run(c.golden, func(t *testing.T) {
				b := told(t)
				got := typeIn(t, slices.Concat([]string{"orders"}, c.args, []string{"--dry-run"}, b.flags())...)
				if got.code != c.code {
					t.Errorf("exit code %d", got.code)
				}
				golden(t, c.golden, b.asOnOneMachine(got.out+got.errors))
				if after := told(t); b.entry(t, "HP01").Rev != after.entry(t, "HP01").Rev || b.entry(t, "HP02").Rev != after.entry(t, "HP02").Rev {
					t.Error("something was written")
				}
			})
		}
	})
}

// What a person is asked to agree to is said before the question.
func TestWhatWillBeDoneIsSaidBeforeTheQuestion(t *testing.T) {
	for _, args := range [][]string{{}, {"--json"}} {
		dir := tell(t)
		both := &strings.Builder{}
		c := newConsole(strings.NewReader("n\n"), both, both)
		c.now, c.asks = func() time.Time { return noon }, true
		c.run(t.Context(), slices.Concat([]string{"orders", "retry", "--kind", "mapping", "--data", dir}, args))
		said, question := strings.Index(both.String(), "cursos#HP02 is rejected: nothing of it is in the ERP"), strings.Index(both.String(), "Retry 1 order? [y/N]")
		if said < 0 || question < said || entry(t, dir, "HP02").State != ledger.Rejected {
			t.Errorf("%v: %s", args, both)
		}
	}
	dir := tell(t)
	both := &strings.Builder{}
	c := newConsole(strings.NewReader(""), both, both)
	c.now, c.asks = func() time.Time { return noon }, true
	c.run(t.Context(), []string{"orders", "retry", "--state", "created", "--data", dir})
	if strings.Contains(both.String(), "[y/N]") {
		t.Errorf("asked about nothing: %s", both)
	}
}

// Every kind of order, in a person's words.
func TestWhatACommandWillDo(t *testing.T) {
	omie := ledger.Entry{Key: "k", Rev: 1, ERP: omieKind, Reference: erp.Reference{Code: "abc", Orig: "loja", OrigID: "7"}}
	with := func(change func(*ledger.Entry)) ledger.Entry { e := omie; change(&e); return e }
	created := with(func(e *ledger.Entry) { e.State, e.ERPID, e.CreatedAt = ledger.Created, "777", noon })
	denied := with(func(e *ledger.Entry) {
		e.State, e.ERPID, e.CreatedAt, e.Until = ledger.Uncertain, "777", noon, noon
	})
	parked := with(func(e *ledger.Entry) { e.State, e.TryingSince = ledger.Uncertain, noon })
	reversed := noon.Add(-time.Hour)
	for _, c := range []struct {
		name string
		is   ledger.Entry
		ev   placing.Event
		want string
	}{
		{"sensio", with(func(e *ledger.Entry) { e.State, e.ERP, e.Payload = ledger.Waiting, sensioKind, []byte("p") }), placing.Retry{},
			`nothing of it is in the ERP: its document is created SOON, with the same orig "loja" and origId "7"`},
		{"contents", with(func(e *ledger.Entry) { e.State = ledger.Rejected }), placing.Retry{Contents: &ledger.Contents{Payload: []byte("p"), Digest: "d"}},
			"nothing of it is in the ERP: its document is created SOON, with the same code abc and the contents that you give"},
		{"unknown fault", with(func(e *ledger.Entry) { e.State, e.Fault = ledger.Uncertain, "x" }), placing.Retry{},
			"it may be in the ERP and is only looked up, SOON: if its document exists, none is created; if it is proven absent, the order is rejected (refused_by_erp)"},
		{"uncertain and reversed", with(func(e *ledger.Entry) { e.State, e.ReversedAt = ledger.Uncertain, reversed }), placing.Retry{},
			"it may be in the ERP and is only looked up, SOON: if its document exists, none is created; if it is proven absent, the order is rejected (reversed)"},
		{"denied", denied, placing.Retry{}, "document 777 is only looked up, SOON: if it exists, nothing changes"},
		{"denied again", denied, placing.ResolveAbsent{}, "document 777 is looked up SOON, and that decides: if it exists, nothing changes; if it is proven gone, the order is rejected (deleted) and only carimbo orders retry creates it again"},
		{"created and reversed", with(func(e *ledger.Entry) {
			e.State, e.ERPID, e.CreatedAt, e.ReversedAt = ledger.Created, "777", noon, reversed
		}), placing.ResolveAbsent{},
			"document 777 is looked up SOON, and that decides: if it exists, nothing changes; if it is proven gone, the order is rejected (reversed) and only carimbo orders retry creates it again"},
		{"created", created, placing.ResolveAbsent{}, "document 777 is looked up SOON, and that decides: if it exists, nothing changes; if it is proven gone, the order is rejected (deleted) and only carimbo orders retry creates it again"},
		{"parked", parked, placing.ResolveAbsent{}, "your word counts as proof that no document exists: one is created SOON, with the same code abc. If one exists after all, there may be two"},
		{"parked and reversed", with(func(e *ledger.Entry) { e.State, e.ReversedAt = ledger.Uncertain, reversed }), placing.ResolveAbsent{},
			"your word counts as proof that no document exists, and the order is rejected (reversed); none is created"},
		{"a claim", parked, placing.ResolveCreated{ID: "5"}, "a look-up verifies document 5 SOON; none is created"},
	} {
		after, step := placing.Next(placing.Rules{Spacing: placing.Spacing, CanLookUp: true}, c.is, c.ev, noon)
		if step.Do == placing.Refuse {
			t.Errorf("%s: %s", c.name, step.Why)
		}
		if got := will(c.is, after, c.ev, "SOON"); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
	after, _ := placing.Next(placing.Rules{Spacing: placing.Spacing}, parked, placing.ResolveCreated{ID: "5"}, noon)
	if got := will(parked, after, placing.ResolveCreated{ID: "5"}, "SOON"); !strings.HasPrefix(got, "document 5 counts as its document from now on") {
		t.Error(got)
	}
}

package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/words"
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
	l.happens(lifeID, placing.Prepared{Fence: e.Fence, Facts: facts, Mark: mark, TimeLeft: true})
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
			l.happens(lifeID, placing.PrepareFailed{Fence: e.Fence, Answer: erp.Answer{Kind: erp.AccountRests, Text: words.Plain("API bloqueada")}, LaneUntil: l.now.Add(30 * time.Minute), PutOff: true})
			l.creates(erp.Answer{Kind: erp.Lost, Text: words.Plain("no answer within 1m0s")})
			l.looksUp(erp.Answer{Kind: erp.Redundant, Text: words.Plain("Consumo redundante detectado")})
			l.looksUp(another)
			l.types("", "resolve", "cursos#HP02", "--created", "3847270140", "--note", "the discount was entered there by hand")
			l.looksUp(ours)
			denied := l.types("", "resolve", "cursos#HP02", "--absent", "--note", "the customer asked to cancel, deleted by Bia", "--yes")
			l.looksUp(erp.Answer{Kind: erp.Lost, Text: words.Plain("502 Bad Gateway")})
			l.looksUp(erp.Answer{Kind: erp.Absent, Text: words.Plain("OS não cadastrada para o Código [xchcszuggydf2bvzx6jk] !")})
			retried := l.types(hotmartOrder, "retry", "cursos#HP02", "--payload", "-", "--note", "they bought after all")
			l.creates(erp.Answer{Kind: erp.Created, ID: "3847270155", Number: "000000000000018"})

			golden(t, "life-denied.txt", denied)
			golden(t, "life-retried.txt", retried)
			return nil
		})
		for name, args := range map[string][]string{"show-life.txt": nil, "show-life.json": {"--json"}} {
			got := typeIn(t, slices.Concat([]string{"orders", "show", "cursos#HP02"}, args, b.flags())...)
			golden(t, name, strings.ReplaceAll(got.out, b.who(), "ana")) // whose they are on a stack
		}
		e := b.entry(t, lifeID)
		kind, _ := erpKind(e.ERPKind)
		for _, a := range operator.ViewDetails(erpKind, words.Language{}, e).Timeline {
			call := kind.Asked(e.Reference, a.Did) != ""
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
		c.now = func() time.Time { return noon }
		c.run(t.Context(), slices.Concat([]string{"orders", "retry", "cursos#HP02", "cursos#HP09", "--data", dir}, args))
		said, question := strings.Index(both.String(), "2 orders are rejected, each: nothing of it is in the ERP"), strings.Index(both.String(), "Retry 2 orders? [y/N]")
		if said < 0 || question < said || entry(t, dir, "HP02").State != ledger.Rejected {
			t.Errorf("%v: %s", args, both)
		}
	}
	dir := tell(t)
	both := &strings.Builder{}
	c := newConsole(strings.NewReader(""), both, both)
	c.now = func() time.Time { return noon }
	c.run(t.Context(), []string{"orders", "retry", "--state", "created", "--data", dir})
	if strings.Contains(both.String(), "[y/N]") {
		t.Errorf("asked about nothing: %s", both)
	}
}

// witness is where a command writes to, and what was true whenever it did.
type witness struct {
	strings.Builder
	sees func() ledger.State
	saw  []ledger.State
}

func (w *witness) Write(text []byte) (int, error) {
	w.saw = append(w.saw, w.sees())
	return w.Builder.Write(text)
}

// A script that reads the JSON, and the person who reads along, get the same: what
// will be done is said while nothing is done yet.
func TestWhatWillBeDoneIsSaidBeforeItIsDone(t *testing.T) {
	for _, c := range []struct {
		id     string
		before ledger.State
		args   []string
		want   string
	}{
		{"HP02", ledger.Rejected, []string{"retry", "cursos#HP02"}, "cursos#HP02 is rejected: nothing of it is in the ERP"},
		{"HP02", ledger.Rejected, []string{"retry", "--kind", "mapping"}, "cursos#HP02 is rejected: nothing of it is in the ERP"},
		{"HP01", ledger.Created, []string{"resolve", "cursos#HP01", "--absent", "--note", "gone", "--yes"}, "cursos#HP01 is created: document 3847270140 is looked up"},
	} {
		for _, asJSON := range []bool{false, true} {
			dir := tell(t)
			sees := func() ledger.State { return entry(t, dir, c.id).State }
			out, errs := &witness{sees: sees}, &witness{sees: sees}
			console := newConsole(strings.NewReader(""), out, errs)
			console.now = func() time.Time { return noon }
			args, said := slices.Concat([]string{"orders"}, c.args, []string{"--data", dir}), out
			if asJSON {
				args, said = append(args, "--json"), errs
			}
			if code := console.run(t.Context(), args); code != exitDone || sees() == c.before {
				t.Fatalf("%v: exit code %d, the order is %s", args, code, sees())
			}
			if !strings.HasPrefix(said.String(), c.want) || said.saw[0] != c.before {
				t.Errorf("%v: when the order was %v: %s", args, said.saw, said)
			}
			if asJSON && (!json.Valid([]byte(out.String())) || strings.Count(errs.String(), "\n") != 1) {
				t.Errorf("%v: %s\nand %s", args, out, errs)
			}
		}
	}
}

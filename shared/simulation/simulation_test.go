package simulation

import (
	"bytes"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp/simulators"
	"github.com/carimbo/carimbo/shared/leaktest"
	"github.com/carimbo/carimbo/shared/words"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// orFew is how many seeds a test looks at, or few of them with -short and under the
// race detector.
func orFew(seeds, few int) int {
	if testing.Short() || raced {
		return min(seeds, few)
	}
	return seeds
}

// CI runs it with and without the race detector, and ten times as many seeds with
// the command line.
func TestWhateverGoesWrongAPaidOrderIsOneDocumentOrWithAPerson(t *testing.T) {
	seeds := orFew(seeds, 8)
	all := Many(t.Context(), Options{Seed: 1, Orders: 200}, seeds, runtime.GOMAXPROCS(0))
	var out bytes.Buffer
	all.Write(&out, words.Language{})
	t.Log(out.String())
	for _, p := range all.Problems {
		t.Errorf("%s\n%s", p, p.Replay())
	}
	if done := all.Created + sum(all.Person) + sum(all.Nothing); done != all.Orders {
		t.Errorf("%d of %d orders are accounted for", done, all.Orders)
	}
	if seeds < 100 {
		return // what is rare is not seen in fewer, or too often
	}
	for reason, n := range all.Excused {
		if 500*n > all.Orders {
			t.Errorf("%d of %d orders' calls broke a limit: %s", n, all.Orders, reason)
		}
	}
	for _, k := range everyKind() {
		if all.Faults[string(k)] == 0 {
			t.Errorf("%s never happened", k)
		}
	}
	for _, what := range everyEffect() {
		if all.Effects[what] == 0 {
			t.Errorf("no fault led to this: %s", what)
		}
	}
	for _, k := range simulators.All() {
		for _, s := range k.Stage.Sights {
			documents := k.Stage.Documents
			if documents == nil {
				documents = []string{""}
			}
			for _, document := range documents {
				is := &sale{account: &account{kind: k.Name, stage: k.Stage, sight: s}, document: document}
				if all.Accounts[is.kind()].Created == 0 {
					t.Errorf("no order was created by %s", is.kind())
				}
			}
		}
	}
}

// everyKind is every fault that there is.
func everyKind() []FaultKind {
	list := []FaultKind{NotGenuine, NewSecret, Redeployed, Switched, Skewed, Commanded, NewKey, Resumed, Dismissed, Poisoned, ClockSet, Restarts, Deleted}
	for _, k := range allFaults() {
		if k != erpAnswers && k != erpUnreached {
			list = append(list, k)
		}
	}
	for _, k := range simulators.All() {
		for _, what := range []string{unreachable, outage, outage72, seized} {
			list = append(list, kindOf(k.Name, what))
		}
		for _, f := range k.Stage.Faults {
			list = append(list, fault{Mishap: f}.kind(k.Name))
		}
	}
	return list
}

func TestTheSameSeedIsTheSameRunToTheLastEvent(t *testing.T) {
	for seed := range uint64(orFew(3, 1)) {
		var first, second bytes.Buffer
		a := Run(Options{Seed: seed, Orders: 60, Trace: &first})
		b := Run(Options{Seed: seed, Orders: 60, Trace: &second})
		if diff := cmp.Diff(a, b); diff != "" {
			t.Errorf("seed %d (-first +second):\n%s", seed, diff)
		}
		if first.String() != second.String() {
			t.Errorf("seed %d: the traces differ", seed)
		}
		if first.Len() == 0 {
			t.Error("no trace")
		}
		if c := Run(Options{Seed: seed, Orders: 60}); c.Digest != a.Digest {
			t.Error("a trace changes the run")
		}
	}
	alone := Many(t.Context(), Options{Seed: 1, Orders: 40}, 6, 1)
	if diff := cmp.Diff(alone, Many(t.Context(), Options{Seed: 1, Orders: 40}, 6, 3)); diff != "" {
		t.Errorf("three at a time (-alone +three):\n%s", diff)
	}
	if a, b := Run(Options{Seed: 1, Orders: 40}), Run(Options{Seed: 2, Orders: 40}); a.Digest == b.Digest {
		t.Error("another seed is the same run")
	}
}

func TestRangesOfSeedsAddUp(t *testing.T) {
	whole := Many(t.Context(), Options{Seed: 1, Orders: 40}, 5, 2)
	told := 0
	parts := Many(t.Context(), Options{Seed: 1, Orders: 40, Progress: func(seeds, orders int) {
		if told++; seeds != told || orders != 40*told {
			t.Errorf("told of %d seeds and %d orders after %d", seeds, orders, told)
		}
	}}, 2, 2)
	parts.Add(Many(t.Context(), Options{Seed: 3, Orders: 40}, 3, 2))
	if diff := cmp.Diff(whole, parts); diff != "" || told != 2 {
		t.Errorf("told %d times (-whole +parts):\n%s", told, diff)
	}
}

func TestADeadTaskHasNoEffect(t *testing.T) {
	w := newWorld(Options{Seed: 1, Orders: 1, seams: seams{intensity: -1}})
	wrote := false
	w.start(&task{name: "dies"}, func(t *task) {
		a := &access{world: w, task: t}
		_ = t.die()
		_ = a.writes(func() error { wrote = true; return nil })
		_, _ = a.Get(t.context(), "cursos#1")
		if t.wait(1) == nil || t.context().Err() == nil {
			wrote = true
		}
	})
	for w.step(epoch) {
	}
	if wrote || len(w.free) != len(w.coroutines) {
		t.Error("it goes on")
	}
	w.stop()
}

func TestTheLastWordTellsOfBrokenLimits(t *testing.T) {
	for excused, want := range map[int]string{0: "nothing lost, nothing doubled, no limit broken",
		1: "nothing lost, nothing doubled; 1 call broke a limit of its ERP, for the reason above",
		3: "nothing lost, nothing doubled; 3 calls broke a limit of their ERP, for the reasons above"} {
		r := Result{Excused: map[string]int{"a reason": excused}}
		if got := r.Verdict().String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

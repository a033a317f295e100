package simulation

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/carimbo/carimbo/shared/words"
)

// mostProblems are printed: whoever broke everything needn't read it all.
const mostProblems = 20

// Write prints the result as tables.
func (r Result) Write(out io.Writer, in words.Language) {
	say := func(t words.Text) { fmt.Fprintln(out, t.In(in)) }
	say(words.Say("%d orders over %s: %d paid and answered 200, %d created, %d with a person", r.Orders, seedCount(r.Seeds), r.Paid, r.Created, sum(r.Person)))
	say(words.Say("the slowest was created %s after the last fault", r.Slowest.Round(time.Second)))
	r.writeAccounts(out, in)
	table(out, words.Say("ended with a person").In(in), r.Person, r.Paid)
	table(out, words.Say("had to make nothing, and made nothing").In(in), r.Nothing, 0)
	table(out, words.Say("faults").In(in), r.Faults, 0)
	table(out, words.Say("what they led to").In(in), r.Effects, 0)
	table(out, words.Say("limits broken, excused").In(in), r.Excused, 0)
	for i, p := range r.Problems {
		if i == mostProblems {
			say(words.Say("and %d problems more", len(r.Problems)-i))
			for _, more := range replays(r.Problems[i:]) {
				fmt.Fprintf(out, "  %s\n", more)
			}
			break
		}
		say(words.Say("PROBLEM %s", p))
		fmt.Fprintf(out, "  %s\n", p.Replay())
	}
}

// Verdict is the last word on a result without problems. A limit that was broken is
// told however well its order ended.
func (r Result) Verdict() words.Text {
	switch n := sum(r.Excused); n {
	case 0:
		return words.Say("nothing lost, nothing doubled, no limit broken")
	case 1:
		return words.Say("nothing lost, nothing doubled; 1 call broke a limit of its ERP, for the reason above")
	default:
		return words.Say("nothing lost, nothing doubled; %d calls broke a limit of their ERP, for the reasons above", n)
	}
}

func (r Result) writeAccounts(out io.Writer, in words.Language) {
	fmt.Fprintf(out, "\n%-46s %9s %9s %9s\n", words.Say("by ERP").In(in), words.Say("paid").In(in), words.Say("created").In(in), words.Say("person").In(in))
	for _, kind := range slices.Sorted(maps.Keys(r.Accounts)) {
		t := r.Accounts[kind]
		fmt.Fprintf(out, "  %-44s %9d %9d %9d\n", kind, t.Paid, t.Created, t.Person)
	}
}

// replays are the commands that show the problems again, one for each seed.
func replays(problems []Problem) []string {
	var list []string
	for _, p := range problems {
		if !slices.Contains(list, p.Replay()) {
			list = append(list, p.Replay())
		}
	}
	return list
}

func seedCount(n int) words.Text { return words.Count(n, "%d seed", "%d seeds") }

func sum(m map[string]int) int {
	n := 0
	for _, v := range m {
		n += v
	}
	return n
}

func table(out io.Writer, title string, rows map[string]int, of int) {
	if len(rows) == 0 {
		return
	}
	fmt.Fprintf(out, "\n%s: %d\n", title, sum(rows))
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		if of > 0 {
			fmt.Fprintf(out, "  %-64s %9d  %6.3f %%\n", name, rows[name], 100*float64(rows[name])/float64(of))
			continue
		}
		fmt.Fprintf(out, "  %-64s %9d\n", name, rows[name])
	}
}

package simulation

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"time"
)

// mostProblems are printed: whoever broke everything needn't read it all.
const mostProblems = 20

// Write prints the result as tables.
func (r Result) Write(out io.Writer) {
	fmt.Fprintf(out, "%d orders over %s: %d paid and answered 200, %d created, %d with a person\n", r.Orders, seedCount(r.Seeds), r.Paid, r.Created, sum(r.Person))
	fmt.Fprintf(out, "the slowest was created %s after the last fault\n", r.Slowest.Round(time.Second))
	r.writeAccounts(out)
	table(out, "ended with a person", r.Person, r.Paid)
	table(out, "had to make nothing, and made nothing", r.Nothing, 0)
	table(out, "faults", r.Faults, 0)
	table(out, "what they led to", r.Effects, 0)
	table(out, "limits broken, excused", r.Excused, 0)
	for i, p := range r.Problems {
		if i == mostProblems {
			fmt.Fprintf(out, "and %d problems more\n", len(r.Problems)-i)
			for _, more := range replays(r.Problems[i:]) {
				fmt.Fprintf(out, "  %s\n", more)
			}
			break
		}
		fmt.Fprintf(out, "PROBLEM %s\n  %s\n", p, p.Replay())
	}
}

// Verdict is the last word on a result without problems. A limit that was broken is
// told however well its order ended.
func (r Result) Verdict() string {
	switch n := sum(r.Excused); n {
	case 0:
		return "nothing lost, nothing doubled, no limit broken"
	case 1:
		return "nothing lost, nothing doubled; 1 call broke a limit of its ERP, for the reason above"
	default:
		return fmt.Sprintf("nothing lost, nothing doubled; %d calls broke a limit of their ERP, for the reasons above", n)
	}
}

func (r Result) writeAccounts(out io.Writer) {
	fmt.Fprintf(out, "\n%-46s %9s %9s %9s\n", "by ERP", "paid", "created", "person")
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

func seedCount(n int) string {
	if n == 1 {
		return "1 seed"
	}
	return fmt.Sprintf("%d seeds", n)
}

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

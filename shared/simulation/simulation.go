// Package simulation proves the promise: a paid order that was answered 200 ends
// as exactly one ERP document, or in a person's list with a true reason. It runs
// the real intake, placing, sweep, outcome tables and ERP clients against the ERPs'
// simulators, on a ledger and a queue in memory and on a clock of its own, and lets
// everything go wrong that can: each run is drawn from one seed and repeats exactly.
package simulation

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"time"
)

// Options say what to simulate.
type Options struct {
	// Seed decides everything.
	Seed uint64
	// Orders is how many sales the stores make; 200 where it is 0.
	Orders int
	// Trace, if there is one, is told what happens to the orders of Only; of all
	// orders where it is empty.
	Trace io.Writer
	Only  []string

	// seams are what the package's own tests take a guard out with.
	seams seams
}

// Problem is a promise that was broken.
type Problem struct {
	Seed   uint64
	Orders int
	// Key is the order's; empty where it is nobody's.
	Key  string
	What string
}

// Replay is the command that shows the problem again.
func (p Problem) Replay() string {
	return fmt.Sprintf("carimbo simulate --seed %d --orders %d", p.Seed, p.Orders)
}

func (p Problem) String() string {
	if p.Key == "" {
		return p.What
	}
	return p.Key + ": " + p.What
}

// Result is what became of the orders of one seed or of many.
type Result struct {
	Seeds, Orders int
	// Paid are the paid orders that were answered 200. Each of them is Created or
	// ended With a person, by cause.
	Paid, Created int
	Person        map[string]int
	// Nothing counts calls that had to make nothing: unpaid, forged, reversed in
	// time.
	Nothing map[string]int
	// Faults counts what went wrong on purpose, by kind.
	Faults map[string]int
	// Excused counts broken limits by why they are no problem: mostly that no caller
	// could have kept them. Omie refused those calls, and their orders ended well.
	Excused map[string]int
	// Slowest is the longest that an order took after the last fault.
	Slowest  time.Duration
	Problems []Problem
	// Digest is equal for equal runs.
	Digest uint64
}

// Add adds the result of another seed.
func (r *Result) Add(other Result) {
	r.Seeds += other.Seeds
	r.Orders += other.Orders
	r.Paid += other.Paid
	r.Created += other.Created
	r.Slowest = max(r.Slowest, other.Slowest)
	r.Problems = append(r.Problems, other.Problems...)
	// The order in which seeds end must not count.
	r.Digest ^= other.Digest
	for _, m := range []struct{ into, from *map[string]int }{
		{&r.Person, &other.Person}, {&r.Nothing, &other.Nothing}, {&r.Faults, &other.Faults}, {&r.Excused, &other.Excused},
	} {
		if *m.into == nil {
			*m.into = map[string]int{}
		}
		for k, n := range *m.from {
			(*m.into)[k] += n
		}
	}
}

// Run simulates one seed.
func Run(o Options) Result {
	if o.Orders == 0 {
		o.Orders = 200
	}
	w := newWorld(o)
	w.run()
	return w.result()
}

// Many simulates so many seeds from o.Seed on, several at a time, until ctx ends. The
// result doesn't depend on how many at a time.
func Many(ctx context.Context, o Options, seeds, atATime int) Result {
	results := make([]Result, seeds)
	next := make(chan int)
	var group sync.WaitGroup
	for range max(1, atATime) {
		group.Go(func() {
			for i := range next {
				each := o
				each.Seed += uint64(i)
				results[i] = Run(each)
			}
		})
	}
	for i := range seeds {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	group.Wait()
	var all Result
	for _, r := range results {
		all.Add(r)
	}
	return all
}

// Trace simulates the seed again and writes down what happened to the orders that
// it broke a promise to.
func (r Result) Trace(o Options, out io.Writer) {
	for _, p := range r.Problems {
		if p.Key != "" && p.Seed == o.Seed && !slices.Contains(o.Only, p.Key) {
			o.Only = append(o.Only, p.Key)
		}
	}
	if len(o.Only) > 0 {
		o.Trace = out
		Run(o)
	}
}

// Write prints the result as tables.
func (r Result) Write(out io.Writer) {
	fmt.Fprintf(out, "%d orders over %d seeds: %d paid and answered 200, %d created, %d with a person\n", r.Orders, r.Seeds, r.Paid, r.Created, sum(r.Person))
	fmt.Fprintf(out, "the slowest was created %s after the last fault\n", r.Slowest.Round(time.Second))
	table(out, "ended with a person", r.Person, r.Paid)
	table(out, "had to make nothing, and made nothing", r.Nothing, 0)
	table(out, "faults", r.Faults, 0)
	table(out, "limits broken, excused", r.Excused, 0)
	for _, p := range r.Problems {
		fmt.Fprintf(out, "PROBLEM %s\n  %s\n", p, p.Replay())
	}
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
			fmt.Fprintf(out, "  %-44s %9d  %6.3f %%\n", name, rows[name], 100*float64(rows[name])/float64(of))
			continue
		}
		fmt.Fprintf(out, "  %-44s %9d\n", name, rows[name])
	}
}

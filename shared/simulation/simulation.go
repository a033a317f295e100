// Package simulation proves the promise: a paid order that was answered 200 ends
// as exactly one ERP document, or in a person's list with a true reason. It runs
// the real intake, placing, sweep, outcome tables and ERP clients against the ERPs'
// simulators, on a ledger and a queue in memory and on a clock of its own, and lets
// everything go wrong that can: each run is drawn from one seed and repeats exactly.
package simulation

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
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
	// Progress, if there is one, is told of each seed that Many has done, one after
	// another.
	Progress func(seeds, orders int)

	// seams are what the package's own tests take a guard out with.
	seams seams
}

// Problem is a promise that was broken.
type Problem struct {
	Seed   uint64 `json:"seed"`
	Orders int    `json:"orders"`
	// Key is the order's; empty where it is nobody's.
	Key  string `json:"key,omitempty"`
	What string `json:"what"`
}

// Replay is the command that shows the problem again.
func (p Problem) Replay() string {
	return fmt.Sprintf("carimbo simulate --seed %d --orders %d", p.Seed, p.Orders)
}

// MarshalJSON says how to see it again, too.
func (p Problem) MarshalJSON() ([]byte, error) {
	type fields Problem
	return json.Marshal(struct {
		fields
		Replay string `json:"replay"`
	}{fields(p), p.Replay()})
}

func (p Problem) String() string {
	if p.Key == "" {
		return p.What
	}
	return p.Key + ": " + p.What
}

// Tally counts the paid orders of one kind of account that were answered 200.
type Tally struct {
	Paid    int `json:"paid"`
	Created int `json:"created"`
	Person  int `json:"person"`
}

// Result is what became of the orders of one seed or of many.
type Result struct {
	Seeds  int `json:"seeds"`
	Orders int `json:"orders"`
	// Paid are the paid orders that were answered 200. Each of them is Created,
	// ended With a person, by cause, or was reversed in time.
	Paid    int            `json:"paid"`
	Created int            `json:"created"`
	Person  map[string]int `json:"person"`
	// Accounts are the same orders by the kind of their account.
	Accounts map[string]Tally `json:"accounts"`
	// Nothing counts calls that had to make nothing: unpaid, forged, reversed in
	// time.
	Nothing map[string]int `json:"nothing"`
	// Faults counts what went wrong on purpose, by kind, and Effects what that led
	// to: a fault that never has one proves nothing.
	Faults  map[string]int `json:"faults"`
	Effects map[string]int `json:"effects"`
	// Excused counts broken limits by why no caller could have kept them. The ERP
	// refused those calls, and their orders ended well.
	Excused map[string]int `json:"excused"`
	// Slowest is the longest that an order took after the last fault of its account
	// and its own last news, where a look-up can prove something.
	Slowest  time.Duration `json:"slowest_ns"`
	Problems []Problem     `json:"problems"`
	// Digest is equal for equal runs.
	Digest uint64 `json:"digest,string"`
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
		{&r.Person, &other.Person}, {&r.Nothing, &other.Nothing}, {&r.Faults, &other.Faults},
		{&r.Effects, &other.Effects}, {&r.Excused, &other.Excused},
	} {
		if *m.into == nil {
			*m.into = map[string]int{}
		}
		for k, n := range *m.from {
			(*m.into)[k] += n
		}
	}
	if r.Accounts == nil {
		r.Accounts = map[string]Tally{}
	}
	for kind, t := range other.Accounts {
		is := r.Accounts[kind]
		r.Accounts[kind] = Tally{is.Paid + t.Paid, is.Created + t.Created, is.Person + t.Person}
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

// Many simulates so many seeds from o.Seed on, several at a time. The result doesn't
// depend on how many at a time. Where ctx ends first, it is that of the first
// Result.Seeds of them.
func Many(ctx context.Context, o Options, seeds, atATime int) Result {
	var (
		group sync.WaitGroup
		mu    sync.Mutex
		all   Result
		next  int
	)
	take := func() (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		if next == seeds || ctx.Err() != nil {
			return 0, false
		}
		next++
		return next - 1, true
	}
	for range max(1, atATime) {
		group.Go(func() {
			for i, ok := take(); ok; i, ok = take() {
				each := o
				each.Seed += uint64(i)
				r := Run(each)
				mu.Lock()
				all.Add(r)
				if o.Progress != nil {
					o.Progress(all.Seeds, all.Orders)
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
	slices.SortStableFunc(all.Problems, func(a, b Problem) int { return cmp.Compare(a.Seed, b.Seed) })
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

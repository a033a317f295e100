package awstest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
)

// seedName is the variable that draws the same trouble once more.
const seedName = "CARIMBO_SEED"

// Trouble is what goes wrong by chance, drawn from a seed. It is safe for
// concurrent use: the same seed draws the same in the same order, but what each
// draw befalls is up to the machine on which real processes run.
type Trouble struct {
	mu     sync.Mutex
	random *rand.Rand
	begun  bool
	// cuts are how many requests were cut off, and where.
	cuts map[Cut]int
}

// NewTrouble is drawn from CARIMBO_SEED, or another seed each time. A test that
// fails tells which.
func NewTrouble(t testing.TB) *Trouble {
	t.Helper()
	seed := rand.Uint64()
	if text := os.Getenv(seedName); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("%s: %v", seedName, err)
		}
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the trouble was drawn from seed %[1]d; `%[2]s=%[1]d go test -count=1 -run '^%[3]s$'` draws it again, though real processes may meet it elsewhere", seed, seedName, t.Name())
		}
	})
	return &Trouble{random: rand.New(rand.NewPCG(seed, 0)), cuts: map[Cut]int{}}
}

// Begin begins it, End ends it: outside of the two nothing is cut off.
func (t *Trouble) Begin() { t.set(true) }

// End ends it.
func (t *Trouble) End() { t.set(false) }

func (t *Trouble) set(begun bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.begun = begun
}

// Fates are those of requests of which one in so many is cut off. Each takes up to
// the given time, so that a process may die in the middle of it.
func (t *Trouble) Fates(oneIn int, upTo time.Duration) func() Fate {
	return func() Fate {
		t.mu.Lock()
		defer t.mu.Unlock()
		if !t.begun {
			return Fate{}
		}
		f := Fate{Reset: t.random.IntN(2) == 0, There: t.moment(0, upTo/2), Back: t.moment(0, upTo/2)}
		if t.random.IntN(oneIn) == 0 {
			f.Cut = Unsent + Cut(t.random.IntN(4))
			t.cuts[f.Cut]++
		}
		return f
	}
}

// OneIn is true once in so many times.
func (t *Trouble) OneIn(n int) bool { return t.IntN(n) == 0 }

// IntN is a number below n.
func (t *Trouble) IntN(n int) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.random.IntN(n)
}

// Moment is a time between the two.
func (t *Trouble) Moment(from, to time.Duration) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.moment(from, to)
}

func (t *Trouble) moment(from, to time.Duration) time.Duration {
	return from + time.Duration(t.random.Int64N(max(1, int64(to-from))))
}

// Older is the entry when time has passed that no process lived through. A process
// has no clock but the machine's, so it is the ledger that has to get older.
func Older(e ledger.Entry, by time.Duration) ledger.Entry {
	e.Token += "'"
	for _, at := range []*time.Time{&e.Until, &e.QuietUntil, &e.LookedUpAt, &e.Lease, &e.Due, &e.TryingSince} {
		if !at.IsZero() {
			*at = at.Add(-by)
		}
	}
	return e
}

// String tells how many requests were cut off, and where.
func (t *Trouble) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return fmt.Sprintf("cut off: %v", t.cuts)
}

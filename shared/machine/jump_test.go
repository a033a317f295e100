package machine_test

import (
	"sync"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
)

// jumps sets the machine's clock, and not the ERP's. It returns when the machine has
// seen it.
func (b *bench) jumps(d time.Duration) {
	b.t.Helper()
	b.jumped.Add(int64(d))
	b.clock.Pass(d)
	b.until("the jump is seen", func() bool { return b.log.(*log).has("the clock of this machine was set") })
}

// first is when a method was called first, by the ERP's clock.
func (b *bench) first(method string) time.Time {
	for _, c := range b.sim.Calls() {
		if c.Method == method {
			return c.At
		}
	}
	return time.Time{}
}

// step is how time goes by afterwards: what was to wait until a time by a clock that is
// set back waits for as much longer.
func step(jump time.Duration) time.Duration {
	if jump < 0 {
		return time.Minute
	}
	return time.Second
}

var setBy = map[string]time.Duration{"an hour ahead": time.Hour, "an hour back": -time.Hour}

func TestALookUpKeepsItsSpacingWhenTheClockIsSet(t *testing.T) {
	t.Parallel()
	for name, d := range setBy {
		t.Run(name, func(t *testing.T) {
			b, _ := loggedBench(t)
			b.sim.Inject(omiesim.Fault{Method: "IncluirOS", Mode: omiesim.Reset})
			p := b.purchase(1)
			b.accept(p)
			b.reaches(p.key(), ledger.Uncertain)
			jumped := b.erpNow()
			b.jumps(d)
			b.until("it is looked up and created", func() bool {
				b.later(step(d))
				return b.entry(p.key()).State == ledger.Created
			})
			if after := b.first("ConsultarOS").Sub(jumped); after < placing.Spacing {
				t.Errorf("looked up %s after the jump", after)
			}
			if n := len(b.sim.Documents()); n != 1 {
				t.Errorf("%d documents", n)
			}
		})
	}
}

func TestOrdersUnderLoadOutliveAClockThatIsSet(t *testing.T) {
	t.Parallel()
	for name, d := range setBy {
		t.Run(name, func(t *testing.T) {
			b, _ := loggedBench(t)
			for _, mode := range []omiesim.Mode{omiesim.WriteThenReset, omiesim.Reset, omiesim.WriteThenHTML} {
				b.sim.Inject(omiesim.Fault{Method: "IncluirOS", Mode: mode})
			}
			var purchases []purchase
			for n := range 12 {
				purchases = append(purchases, b.purchase(n))
			}
			b.accept(purchases[:6]...)
			b.until("some are there", func() bool { return len(b.sim.Documents()) > 0 })
			b.jumps(d)
			b.accept(purchases[6:]...)
			for _, p := range purchases {
				b.until(p.transaction+" is there", func() bool {
					b.later(step(d))
					return b.entry(p.key()).State == ledger.Created
				})
			}
			codes := map[string]int{}
			for _, d := range b.sim.Documents() {
				codes[d.CodInt]++
			}
			if len(codes) != len(purchases) || len(b.sim.Documents()) != len(purchases) {
				t.Errorf("%d documents of %d orders", len(b.sim.Documents()), len(codes))
			}
		})
	}
}

func TestAClockThatIsSetBackLeavesNothingAtRest(t *testing.T) {
	t.Parallel()
	b, _ := loggedBench(t)
	b.sim.Inject(omiesim.Fault{Method: "ListarClientes", Mode: omiesim.Rate})
	p := b.purchase(1)
	b.accept(p)
	if e := b.reaches(p.key(), ledger.Waiting); e.Reason.Kind != order.AccountRests {
		t.Fatalf("waits for %s", e.Reason.Kind)
	}
	jumped := b.erpNow()
	b.jumps(-time.Hour)
	b.until("it is created", func() bool {
		b.later(time.Second)
		return b.entry(p.key()).State == ledger.Created
	})
	if took := b.erpNow().Sub(jumped); took > 10*time.Minute {
		t.Errorf("it rested for %s", took)
	}
}

func TestAReversalIsRecordedBesideABusyLane(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	held, letGo := make(chan struct{}), make(chan struct{})
	var once sync.Once
	b.sim.OnCall(func(method, _ string) *omiesim.Fault {
		if method == "IncluirOS" {
			once.Do(func() { close(held); <-letGo })
		}
		return nil
	})
	first, second := b.purchase(1), b.purchase(2)
	b.accept(first, second)
	<-held
	refund := second
	refund.event = "PURCHASE_REFUNDED"
	b.accept(refund)
	e := b.reaches(second.key(), ledger.Rejected)
	if e.Reason.Kind != order.Reversed || e.ReversedAt.IsZero() {
		t.Errorf("%s: %s", e.State, e.Reason.Kind)
	}
	close(letGo)
	b.reaches(first.key(), ledger.Created)
	third := b.purchase(3)
	b.accept(third)
	b.reaches(third.key(), ledger.Created)
	if n := len(b.sim.Documents()); n != 2 {
		t.Errorf("%d documents, of which one was reversed before", n)
	}
}

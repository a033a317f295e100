package functions_test

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/ledger"
)

const (
	// leaseAndSpacing is more than a claim lives, and than the time after which its
	// order is looked up.
	leaseAndSpacing = 6 * time.Minute
	// leastSteps is how many calls a worker surely makes for one order; with fewer
	// these tests would no longer test what they say.
	leastSteps = 14
)

// rest lets time pass, and the sweep and a worker of then do what is due, until
// all is created.
func (s *stack) rest(lane *mapping, purchases ...purchase) {
	s.t.Helper()
	sweep, later := s.laterSweep(), s.mapping("omie-os", s.laterWorker())
	lane.lapse()
	for range 6 {
		s.clock.advance(leaseAndSpacing)
		sweep()
		later.drain()
		if !slices.ContainsFunc(purchases, func(p purchase) bool { return s.entry(p).State != ledger.Created }) {
			return
		}
	}
	s.t.Errorf("not all is created:\n%s", s.log())
}

// killedBeforeTheRecord kills a worker whose OS was made and that never hears of
// it.
func killedBeforeTheRecord(s *stack) {
	webhook, worker := s.start("webhook"), s.start("omie-os")
	lane := s.mapping("omie-os", worker)
	p := s.buys("cursos")
	s.accepts(webhook, p)
	s.sim.OnCall(func(method, _ string) *omiesim.Fault {
		if method != "IncluirOS" {
			return nil
		}
		go worker.kill()
		return &omiesim.Fault{Mode: omiesim.WriteThenSilence}
	})
	if n := lane.drain(); n != 1 {
		s.t.Fatalf("%d messages", n)
	}
	s.sim.OnCall(nil)
	s.isIn(p, ledger.Creating, "")
	if n := len(s.sim.Documents()); n != 1 {
		s.t.Fatalf("%d documents", n)
	}
	// The message comes again while the claim of the dead one lives, and the store
	// delivers the purchase once more.
	lane.lapse()
	s.accepts(webhook, p)
	lane.drain()
	s.isIn(p, ledger.Creating, "")

	sweep, later := s.laterSweep(), s.mapping("omie-os", s.laterWorker())
	s.clock.advance(4*time.Minute + 14*time.Second)
	sweep()
	later.drain()
	s.isIn(p, ledger.Uncertain, "lapsed")
	if n := s.called("ConsultarOS"); n != 0 {
		s.t.Errorf("%d look-ups before 61 s after the lease", n)
	}
	s.clock.advance(time.Minute + 2*time.Second)
	if sweep() != 1 || later.drain() != 1 {
		s.t.Error("not woken")
	}
	s.stamped(p)
	if e := s.entry(p); !e.Found || s.called("IncluirOS") != 1 || s.called("ConsultarOS") != 1 {
		s.t.Errorf("%+v; %+v", e, s.sim.Calls())
	}
}

// killedAtEachCall kills a worker at its first call, the next one at its second,
// and so on, until one gets through.
func killedAtEachCall(s *stack, carriedOut bool) {
	webhook, worker := s.start("webhook"), s.startAt("omie-os", &s.workerSteps)
	lane := s.mapping("omie-os", worker)
	var all []purchase
	for at := 1; ; at++ {
		p := s.buys("cursos")
		all = append(all, p)
		s.accepts(webhook, p)
		worker.kill() // each begins cold: it reads its secrets
		s.workerSteps.arm(at, carriedOut, worker.kill)
		lane.drain()
		if !s.workerSteps.disarm() {
			s.isIn(p, ledger.Created, "")
			if at <= leastSteps {
				s.t.Errorf("only %d steps", at-1)
			}
			break
		}
		lane.lapse()
		lane.drain()
	}
	s.rest(lane, all...)
	s.stamped(all...)
	if dead := s.dead("OmieDeadLetters"); len(dead) != 0 {
		s.t.Errorf("%d dead letters", len(dead))
	}
	s.t.Logf("killed at %d steps", len(all)-1)
}

// killedAtRandom has two workers, each killed at some call of each message that
// it has for the first time.
func killedAtRandom(s *stack) {
	webhook := s.start("webhook")
	sent := make(chan purchase, 12)
	var group sync.WaitGroup
	var deaths atomic.Int64
	lanes := make([]*mapping, 2)
	for i := range lanes {
		at := &steps{}
		worker := s.startAt("omie-os", at)
		lane := s.mapping("omie-os", worker)
		lanes[i] = lane
		group.Go(func() {
			for range sent {
				at.arm(1+rand.IntN(leastSteps), rand.IntN(2) == 0, worker.kill)
				lane.deliver()
				if at.disarm() {
					deaths.Add(1)
				}
				lane.lapse()
				lane.deliver()
			}
		})
	}
	var all []purchase
	for range cap(sent) / 2 {
		for _, connection := range []string{"cursos", "mentoria"} {
			p := s.buys(connection)
			all = append(all, p)
			s.accepts(webhook, p)
			sent <- p
		}
	}
	close(sent)
	group.Wait()
	for _, lane := range lanes {
		lane.lapse()
		lane.drain()
	}
	s.rest(lanes[0], all...)
	s.stamped(all...)
	if deaths.Load() == 0 {
		s.t.Error("nobody was killed")
	}
	s.t.Logf("killed %d times", deaths.Load())
}

func webhookKilled(s *stack) {
	var at steps
	webhook := s.startAt("webhook", &at)
	var all []purchase
	for _, carriedOut := range []bool{false, true} {
		for step := 1; ; step++ {
			p := s.buys("cursos")
			all = append(all, p)
			webhook.kill()
			at.arm(step, carriedOut, webhook.kill)
			got := status(webhook, p.delivered(s.t, hottok))
			killed := at.disarm()
			if killed && got == http.StatusOK {
				s.t.Fatalf("killed before it answered, and answered %d\n%s", got, s.log())
			}
			s.accepts(webhook, p)
			if !killed {
				if step < 4 {
					s.t.Errorf("%d steps, want two reads of the secret and one write", step-1)
				}
				break
			}
		}
	}
	s.mapping("omie-os", s.start("omie-os")).drain()
	s.stamped(all...)
}

func sweepKilled(s *stack) {
	webhook := s.start("webhook")
	// With too little time left an order waits, due at once, and its message is gone.
	hurried := s.start("omie-os")
	hurried.timeout = time.Minute
	hasty := s.mapping("omie-os", hurried)
	var at steps
	sweep := s.startAt("sweep", &at)
	lane := s.mapping("omie-os", s.start("omie-os"))
	var all []purchase
	for _, carriedOut := range []bool{false, true} {
		for step := 1; ; step++ {
			p := s.buys("cursos")
			all = append(all, p)
			s.accepts(webhook, p)
			hasty.drain()
			s.isIn(p, ledger.Waiting, "not_sent")
			sweep.kill()
			at.arm(step, carriedOut, sweep.kill)
			_, err := sweep.invoke(`{}`)
			killed := at.disarm()
			if killed == (err == nil) {
				s.t.Fatalf("killed %v, %v\n%s", killed, err, s.log())
			}
			if killed {
				// The next minute's.
				if _, err := sweep.invoke(`{}`); err != nil {
					s.t.Fatal(err)
				}
			}
			if n := lane.drain(); n != 1 {
				s.t.Errorf("killed %v the %d. time with its call carried out %v: woken %d times", killed, step, carriedOut, n)
			}
			s.isIn(p, ledger.Created, "")
			if !killed {
				break
			}
		}
	}
	s.stamped(all...)
}

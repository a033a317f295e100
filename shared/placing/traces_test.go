package placing_test

import (
	"container/heap"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/words"
)

// Orders that a plausible reading of the rules doubles, loses or gets wrong, each
// by its number. Some are only partly the transition function's: what else keeps
// them closed is named there.
func TestTraces(t *testing.T) {
	t.Run("1: a look-up that fails leaves an uncertain order uncertain", func(t *testing.T) {
		for _, kind := range kinds() {
			if kind == erp.Absent || kind == erp.Present || kind == erp.Unprovable {
				continue
			}
			s := begin(t, looksUp).lookingUp()
			s.looksUp(erp.Answer{Kind: kind, RetryAfter: time.Minute})
			if s.ends(placing.Acknowledge, ledger.Uncertain, order.LostAnswer); s.entry.Until.Before(s.now) {
				t.Errorf("%s: parked or due at once", kind)
			}
		}
	})

	t.Run("2: the look-up waits 61 s from the end of the call", func(t *testing.T) {
		s := begin(t, looksUp).creating().passes(time.Minute)
		s.answers(erp.Answer{Kind: erp.Lost})
		if s.passes(61*time.Second - time.Millisecond).arrives(wake()); s.step.Do != placing.Acknowledge {
			t.Error("looked up too early")
		}
		if s.passes(time.Millisecond).arrives(wake()); s.step.Do != placing.LookUp {
			t.Error("not looked up")
		}
	})

	t.Run("3: a lapsed create is looked up 61 s after its lease", func(t *testing.T) {
		s := begin(t, looksUp).creating().passes(lease)
		s.arrives(wake())
		s.ends(placing.Acknowledge, ledger.Uncertain, order.Lapsed)
		if s.passes(61*time.Second - time.Millisecond).arrives(wake()); s.step.Do != placing.Acknowledge {
			t.Error("looked up too early")
		}
		if s.passes(time.Millisecond).arrives(wake()); s.step.Do != placing.LookUp {
			t.Error("not looked up")
		}
	})

	t.Run("4: a retry of an uncertain or parked order only looks", func(t *testing.T) {
		for _, is := range []func(*story) *story{(*story).uncertain, (*story).parked} {
			s := is(begin(t, looksUp)).passes(time.Hour)
			s.happens(retry())
			s.ends(placing.Acknowledge, ledger.Uncertain, order.LostAnswer)
			if s.isDue(); s.step.Do != placing.LookUp {
				t.Error(s.step.Do)
			}
		}
		s := begin(t, blind).uncertain().passes(time.Hour)
		s.happens(retry())
		s.ends(placing.Refuse, ledger.Uncertain, order.NeedsPerson)
	})

	t.Run("5: nobody resolves --absent before quiet_until", func(t *testing.T) {
		for _, r := range []placing.Rules{looksUp, blind} {
			s := begin(t, r).uncertain().passes(61*time.Second - time.Millisecond)
			if s.happens(resolveAbsent()); s.step.Do != placing.Refuse {
				t.Error(s.step.Do)
			}
			s.passes(time.Millisecond).happens(resolveAbsent())
			s.ends(placing.Acknowledge, ledger.Waiting, order.Retried)
		}
	})

	// That a start finds the dead process's leases under the data folder's lock is
	// serve's.
	t.Run("6: after a restart a live lease lapsed now", func(t *testing.T) {
		s := begin(t, looksUp).creating().passes(3 * time.Hour)
		s.happens(placing.Restarted{})
		if s.passes(61*time.Second - time.Millisecond).arrives(wake()); s.step.Do != placing.Acknowledge || s.entry.State != ledger.Uncertain {
			t.Errorf("%s: %s", s.entry.State, s.step.Do)
		}
		if s.passes(time.Millisecond).arrives(wake()); s.step.Do != placing.LookUp {
			t.Error("not looked up")
		}
	})

	t.Run("7: what is uncertain for 7 days is parked, never given up", func(t *testing.T) {
		s := begin(t, looksUp).uncertain()
		for !s.entry.Parked() {
			s.isDue()
			s.looksUp(erp.Answer{Kind: erp.Lost})
		}
		s.ends(placing.Acknowledge, ledger.Uncertain, order.NeedsPerson)
		if s.now.Sub(noon) < 7*day {
			t.Errorf("parked after %s", s.now.Sub(noon))
		}
		s.happens(retry())
		s.ends(placing.Acknowledge, ledger.Uncertain, order.LostAnswer)
	})

	// When an empty answer is Absent is the Sensio client's: until the filter has
	// found one of ours, its CanLookUp is false and its LookUp answers no Absent.
	t.Run("8: where no look-up proves anything the order is parked", func(t *testing.T) {
		s := begin(t, blind).uncertain()
		s.ends(placing.Acknowledge, ledger.Uncertain, order.NeedsPerson)
		if s.passes(30 * day).arrives(wake()); s.step.Write {
			t.Error("a message moved a parked order")
		}
	})

	// The function takes no claim for the asker's own, whatever it is called. That
	// each claim has a random owner is the worker's: the next two.
	t.Run("9: a redelivered message takes no dead claim for its own", func(t *testing.T) {
		same := placing.Arrival{Message: paid(1, "a"), Owner: "this process", Lease: noon.Add(lease)}
		s := begin(t, looksUp)
		s.happens(same)
		s.isPrepared()
		if s.happens(same); s.step.Do != placing.Acknowledge || s.step.Write {
			t.Errorf("live: %+v", s.step)
		}
		s.passes(lease)
		same.Lease = s.now.Add(lease)
		s.happens(same)
		s.ends(placing.Acknowledge, ledger.Uncertain, order.Lapsed)
	})

	t.Run("9: a process given the message again leaves its dead claim", func(t *testing.T) {
		for name, c := range map[string]struct {
			is   func(*shift)
			dies ledger.State // before the write of it
		}{
			"while placing":    {func(*shift) {}, ledger.Creating},
			"while creating":   {func(*shift) {}, ledger.Created},
			"while looking up": {(*shift).loseOne, ledger.Waiting},
		} {
			t.Run("it died "+name, func(t *testing.T) {
				s := newShift(t)
				c.is(s)
				m, process, writes := s.paid("Ana", 1), s.worker(), s.dies(c.dies)
				if err := s.handleIn(process, m); !errors.Is(err, errDied) {
					t.Fatal(err)
				}
				dead := s.entry()
				if !dead.Leased(s.now) {
					t.Fatal("the dead claim is not live")
				}
				s.did = nil
				for _, now := range []time.Time{s.now, dead.Lease.Add(-time.Millisecond)} {
					s.now = now
					if err := s.handleIn(process, m); err != nil {
						t.Fatal(err)
					}
				}
				if diff := cmp.Diff(dead, s.entry()); diff != "" || len(s.did) > 0 {
					t.Errorf("the message did %v with the dead claim (-dead +now):\n%s", s.did, diff)
				}
				for range 2 { // it lapses; it is looked up
					if e := s.entry(); e.State != ledger.Created {
						s.now = e.Due
						if err := s.handleIn(process, m); err != nil {
							t.Fatal(err)
						}
					}
				}
				s.isLeft(ledger.Created, "")
				areOfTwoClaims(t, *writes)
			})
		}
	})

	t.Run("9: of two deliveries at once, one has the claim", func(t *testing.T) {
		s := newShift(t)
		m, process, writes := s.paid("Ana", 1), s.worker(), s.dies(ledger.Creating)
		kept, first := s.before, true
		s.before = func(after ledger.Entry) error {
			err := kept(after)
			if first {
				first = false
				if err := s.handleIn(process, m); !errors.Is(err, errDied) {
					t.Fatal(err)
				}
			}
			return err
		}
		if err := s.handleIn(process, m); err != nil {
			t.Fatal(err)
		}
		if e := s.entry(); s.creates() > 0 || e.State != ledger.Accepted || e.Owner != (*writes)[1].Owner {
			t.Errorf("the one that came too late went on with the other's claim: %v", s.did)
		}
		areOfTwoClaims(t, *writes)
	})

	// That the clock is checked again right before the first byte is the worker's:
	// it answers NoTime then.
	t.Run("10: a worker paused past its lease sends and decides nothing", func(t *testing.T) {
		s := begin(t, looksUp).creating()
		fence := s.entry.Fence
		s.isDue()
		s.isDue()
		s.looksUp(absent())
		s.isPrepared()
		if s.happens(placing.Answered{Fence: fence, Answer: erp.Answer{Kind: erp.NoTime}}); s.step.Do != placing.Stop {
			t.Error("the paused worker moved another's create back to waiting")
		}
		s = begin(t, looksUp).claimed().passes(lease)
		if s.isPrepared(); s.step.Do != placing.Stop {
			t.Error("a create began without a lease")
		}
	})

	t.Run("11: a reversal is recorded wherever it meets the order", func(t *testing.T) {
		for name, is := range map[string]func(*story) *story{"absent": nothing, "rejected": (*story).rejected, "accepted, lease live": (*story).claimed,
			"waiting, lease live": func(s *story) *story { s.waiting().isDue(); return s }} {
			s := is(begin(t, looksUp))
			s.arrives(reversal("r"))
			s.ends(placing.Acknowledge, ledger.Rejected, order.Reversed)
			s.arrives(paid(1, "a"))
			s.ends(placing.Acknowledge, ledger.Rejected, order.Reversed)
			if s.isPrepared(); s.step.Do != placing.Stop {
				t.Errorf("%s: %s", name, s.step.Do)
			}
		}
		s := begin(t, looksUp).creating()
		if s.arrives(reversal("r")); s.entry.ReversedAt.IsZero() {
			t.Error("creating: forgotten")
		}
	})

	t.Run("12: newer contents don't revive what is reversed", func(t *testing.T) {
		for _, is := range []func(*story) *story{(*story).reversed, (*story).tombstone} {
			s := is(begin(t, looksUp)).passes(time.Hour)
			s.arrives(paid(2, "b"))
			s.arrives(paid(3, "c"))
			s.arrives(wake())
			s.ends(placing.Acknowledge, ledger.Rejected, order.Reversed)
		}
	})

	t.Run("13: reversed while uncertain, it is not created on absence", func(t *testing.T) {
		s := begin(t, looksUp).uncertain()
		s.arrives(reversal("r"))
		s.isDue()
		s.looksUp(absent())
		s.ends(placing.Acknowledge, ledger.Rejected, order.Reversed)
	})

	t.Run("14: a reversal takes the entry from a claimed worker", func(t *testing.T) {
		for _, is := range []func(*story) *story{(*story).claimed, func(s *story) *story { s.waiting().isDue(); return s }} {
			s := is(begin(t, looksUp))
			fence := s.entry.Fence
			s.arrives(reversal("r"))
			if s.happens(placing.Prepared{Fence: fence, TimeLeft: true}); s.step.Do != placing.Stop || s.entry.Fence == fence {
				t.Error(s.step.Do)
			}
			s.happens(retry())
			s.isDue()
			if s.happens(placing.Prepared{Fence: fence, TimeLeft: true}); s.step.Do != placing.Stop {
				t.Error("the worker of before goes on after the retry")
			}
		}
	})

	t.Run("15: the old notice again is not newer than the mended one", func(t *testing.T) {
		for _, version := range []int64{0, 1} {
			s := begin(t, looksUp)
			s.arrives(paid(version, "a"))
			s.isInvalid(order.TaxIDReason)
			s.arrives(paid(2*version, "b"))
			s.arrives(inAnotherLane(paid(version, "a")))
			if string(s.entry.Payload) != "b" {
				t.Errorf("version %d: goes on with %q", version, s.entry.Payload)
			}
		}
	})

	t.Run("16: mended contents take over when absence is proven", func(t *testing.T) {
		for _, is := range []func(*story) *story{(*story).uncertain, func(s *story) *story {
			s.creating().arrives(paid(2, "b"))
			s.answers(erp.Answer{Kind: erp.Lost})
			return s
		}} {
			s := is(begin(t, looksUp))
			s.arrives(paid(2, "b"))
			if string(s.entry.Payload) != "a" {
				t.Error("what may be in the ERP was replaced")
			}
			s.isDue()
			s.looksUp(absent())
			s.ends(placing.Place, ledger.Waiting, order.Mended)
			if string(s.entry.Payload) != "b" {
				t.Errorf("placed with %q", s.entry.Payload)
			}
		}
	})

	t.Run("17: they take over also where absence leads to a rejection", func(t *testing.T) {
		s := begin(t, looksUp).uncertain()
		s.arrives(paid(2, "b"))
		s.arrives(reversal("r"))
		s.isDue()
		s.looksUp(absent())
		s.ends(placing.Acknowledge, ledger.Rejected, order.Reversed)
		s.happens(retry())
		s.isDue()
		s.ends(placing.Place, ledger.Waiting, order.Retried)
		if string(s.entry.Payload) != "b" {
			t.Errorf("the retry places %q", s.entry.Payload)
		}
	})

	t.Run("18: an order that the ERP refused is mended", func(t *testing.T) {
		s := begin(t, looksUp).creating()
		s.answers(erp.Answer{Kind: erp.Refused})
		s.arrives(paid(2, "b"))
		s.ends(placing.Acknowledge, ledger.Waiting, order.Mended)
		s = begin(t, looksUp).creating()
		s.arrives(paid(2, "b"))
		s.answers(erp.Answer{Kind: erp.Refused})
		s.ends(placing.Acknowledge, ledger.Waiting, order.Mended)
	})

	t.Run("19: a mended notice that meets a live lease takes the entry", func(t *testing.T) {
		s := begin(t, looksUp).claimed()
		fence := s.entry.Fence
		s.arrives(paid(2, "b"))
		if s.happens(placing.Prepared{Fence: fence, TimeLeft: true}); s.step.Do != placing.Stop {
			t.Error("the worker creates the old contents")
		}
		if s.isDue(); s.step.Do != placing.Place || string(s.entry.Payload) != "b" {
			t.Errorf("%s with %q", s.step.Do, s.entry.Payload)
		}
	})

	t.Run("20: a rejected order that is made due can be claimed", func(t *testing.T) {
		for _, ev := range []placing.Event{retry(), placing.Arrival{Message: paid(2, "b")}} {
			s := begin(t, looksUp).rejected()
			s.happens(ev)
			if s.isDue(); s.step.Do != placing.Place {
				t.Error(s.step.Do)
			}
		}
	})

	// The alarm on the dead letters and their redrive are the queue's and the
	// command line's: the function never sees the three that crashed. What it
	// shows is that a redriven notice is claimed as the first was, however late.
	t.Run("21: a notice back from the dead letters is claimed", func(t *testing.T) {
		s := begin(t, looksUp).passes(13 * day)
		s.arrives(paid(1, "a"))
		s.ends(placing.Place, ledger.Accepted, "")
	})

	t.Run("22: no equal call within 61 s", func(t *testing.T) {
		for name, again := range map[string]func(*story){
			"a short lane":   func(s *story) { s.answers(erp.Answer{Kind: erp.AccountRests, RetryAfter: time.Second}) },
			"a retry":        func(s *story) { s.answers(erp.Answer{Kind: erp.Refused}); s.happens(retry()) },
			"a mended order": func(s *story) { s.answers(erp.Answer{Kind: erp.Refused}); s.arrives(paid(2, "b")) },
			"a lane and a retry": func(s *story) {
				s.answers(erp.Answer{Kind: erp.AccountRests, RetryAfter: time.Second})
				s.happens(retry())
			},
		} {
			s := begin(t, looksUp).creating()
			again(s)
			if s.passes(61*time.Second - time.Millisecond).arrives(wake()); s.step.Do != placing.Acknowledge {
				t.Errorf("%s: %s", name, s.step.Do)
			}
			s.passes(time.Millisecond).isDue()
			if s.isPrepared(); s.step.Do != placing.Create {
				t.Errorf("%s: %s", name, s.step.Do)
			}
		}
		s := begin(t, looksUp).waiting()
		if wait := s.entry.Until.Sub(s.now); wait < 61*time.Second {
			t.Errorf("the back-off begins with %s", wait)
		}
	})

	// That Prepared carries the lane as it was read a moment ago, and that one
	// goroutine makes an account's calls, is the worker's.
	t.Run("23: no create goes out in a lane that was blocked meanwhile", func(t *testing.T) {
		s := begin(t, looksUp).claimed()
		s.happens(placing.Prepared{Fence: s.entry.Fence, Mark: markOf(s.entry), TimeLeft: true, LaneUntil: s.now.Add(time.Minute)})
		s.ends(placing.Acknowledge, ledger.Waiting, order.AccountRests)
		if s.entry.Attempts != 0 {
			t.Error("a wait for the lane counts as an attempt")
		}
	})

	t.Run("24: a paused worker keeps off what a person resolved", func(t *testing.T) {
		s := begin(t, blind).creating()
		fence := s.entry.Fence
		s.isDue()
		s.happens(resolveCreated("777"))
		for _, f := range []int64{fence, s.entry.Fence} {
			s.happens(placing.Answered{Fence: f, Answer: erp.Answer{Kind: erp.Created, ID: "5"}})
			s.happens(placing.LookedUp{Fence: f, Answer: erp.Answer{Kind: erp.Present, ID: "5"}})
		}
		if s.entry.ERPID != "777" {
			t.Errorf("created as %s", s.entry.ERPID)
		}
		s = begin(t, looksUp).lookingUp()
		fence = s.entry.Fence
		s.passes(lease).happens(resolveCreated("777"))
		if s.happens(placing.LookedUp{Fence: fence, Answer: absent()}); s.step.Do != placing.Stop {
			t.Error("a paused look-up decides after the person")
		}
	})

	t.Run("25: an unknown refusal survives a look-up that fails", func(t *testing.T) {
		for _, kind := range []erp.AnswerKind{erp.Lost, erp.AccountRests, erp.Redundant, erp.Unknown, erp.NotSent, erp.NoTime} {
			s := begin(t, looksUp).faulted()
			s.isDue()
			s.looksUp(erp.Answer{Kind: kind, Text: words.Plain("something else"), RetryAfter: time.Minute})
			s.ends(placing.Acknowledge, ledger.Uncertain, order.UnknownFault)
			s.isDue()
			s.looksUp(absent())
			s.ends(placing.Acknowledge, ledger.Rejected, order.RefusedByERP)
		}
		for name, between := range map[string]func(*story){
			"a restart":      func(s *story) { s.isDue(); s.happens(placing.Restarted{}) },
			"a dead look-up": func(s *story) { s.isDue(); s.isDue() },
			"a panic":        func(s *story) { s.isDue(); s.happens(placing.Panicked{Fence: s.entry.Fence}) },
			"a retry":        func(s *story) { s.happens(retry()) },
			"being parked": func(s *story) {
				s.passes(8 * day).arrives(wake())
				s.looksUp(erp.Answer{Kind: erp.Lost})
				s.happens(retry())
			},
		} {
			s := begin(t, looksUp).faulted()
			between(s)
			s.isDue()
			s.looksUp(absent())
			if s.entry.State != ledger.Rejected || s.entry.Reason.Kind != order.RefusedByERP {
				t.Errorf("after %s: %s: %s", name, s.entry.State, s.entry.Reason.Kind)
			}
		}
	})
}

var errDied = errors.New("the worker died")

// dies lets the first worker that is about to write the state die before it. It
// returns what workers were about to write, all of it.
func (s *shift) dies(before ledger.State) *[]ledger.Entry {
	died, writes := false, new([]ledger.Entry)
	s.before = func(after ledger.Entry) error {
		*writes = append(*writes, after)
		if after.State == before && !died {
			died = true
			return errDied
		}
		return nil
	}
	return writes
}

// areOfTwoClaims: each has an owner of its own, and each write a token of its own.
func areOfTwoClaims(t *testing.T, writes []ledger.Entry) {
	t.Helper()
	owners, tokens := map[string]bool{}, map[string]bool{}
	for _, w := range writes {
		tokens[w.Token] = true
		if w.Owner != "" {
			owners[w.Owner] = true
		}
	}
	if len(owners) != 2 || len(tokens) != len(writes) {
		t.Errorf("two claims have %d owners, and their %d writes %d tokens", len(owners), len(writes), len(tokens))
	}
}

// The whole point, with an ERP that does its worst: whatever is delivered twice,
// times out, crashes, pauses, is reversed, mended, retried or resolved, one order
// is at most one document, what is rejected has none, the document has the latest
// contents or somebody is told, and without a reason to stop it is there.
func TestOneOrderIsOneDocument(t *testing.T) {
	ends := map[string]int{}
	for seed := range uint64(5000) {
		w := newWorld(t, seed)
		w.run()
		ends[string(w.entry.State)]++
		for what, n := range map[string]int{"written late": w.late, "already there": w.alreadyThere, "a restart": w.process, "a look-up": w.lookUps} {
			if n > 0 {
				ends[what]++
			}
		}
		if t.Failed() {
			t.Fatalf("seed %d:\n  %s", seed, strings.Join(w.trail, "\n  "))
		}
	}
	for _, end := range []string{"created", "rejected", "uncertain", "written late", "already there", "a restart", "a look-up"} {
		if ends[end] < 20 {
			t.Errorf("only %d worlds had %s", ends[end], end)
		}
	}
}

// world is one order, its store, its ERP, its workers and an operator who looks
// before they speak. Time goes from one thing that is planned to the next.
type world struct {
	*story
	rng    *rand.Rand
	unique bool // the ERP refuses a second document with the same code, and may write very late
	faults int  // how many more things go wrong
	plans  plans
	trail  []string

	sent     int      // the contents that the store sent last
	docs     []string // the contents of each document in the ERP
	onTheWay []*lateWrite
	process  int // dies with a restart
	wokenFor time.Time
	wakeNext time.Time
	blocked  time.Time
	refunded bool // the store said so
	reversed bool // and nobody retried since
	retried  bool
	counted  map[placing.Metric]int

	late, alreadyThere, lookUps int
}

// lateWrite is a request that the ERP applies when its caller is gone.
type lateWrite struct {
	payload string
	done    bool
}

type plan struct {
	at   time.Time
	n    int
	what func()
}

type plans struct {
	list []plan
	n    int
}

func (p *plans) Len() int { return len(p.list) }
func (p *plans) Less(i, j int) bool {
	a, b := p.list[i], p.list[j]
	return a.at.Before(b.at) || a.at.Equal(b.at) && a.n < b.n
}
func (p *plans) Swap(i, j int) { p.list[i], p.list[j] = p.list[j], p.list[i] }
func (p *plans) Push(x any)    { p.list = append(p.list, x.(plan)) }
func (p *plans) Pop() any {
	last := p.list[len(p.list)-1]
	p.list = p.list[:len(p.list)-1]
	return last
}

func newWorld(t *testing.T, seed uint64) *world {
	rng := rand.New(rand.NewPCG(seed, 7))
	w := &world{story: begin(t, looksUp), rng: rng, unique: rng.IntN(2) == 0, faults: rng.IntN(7), counted: map[placing.Metric]int{}}
	if rng.IntN(6) == 0 {
		w.rules = blind
	}
	return w
}

func (w *world) in(d time.Duration, what func()) {
	w.plans.n++
	heap.Push(&w.plans, plan{w.now.Add(d), w.plans.n, what})
}

func (w *world) within(most time.Duration) time.Duration {
	return time.Duration(w.rng.Int64N(most.Milliseconds())) * time.Millisecond
}

// fails tells whether one of the faults happens now.
func (w *world) fails(oneIn int) bool {
	if w.faults == 0 || w.rng.IntN(oneIn) > 0 {
		return false
	}
	w.faults--
	return true
}

func (w *world) run() {
	const soon = 15 * time.Minute
	w.notice(0)
	for range w.rng.IntN(3) {
		w.in(w.within(soon), func() { w.notice(w.rng.IntN(w.sent + 1)) })
	}
	for range w.rng.IntN(3) {
		w.in(w.within(soon), func() { w.notice(w.sent + 1) })
	}
	if w.rng.IntN(4) == 0 {
		w.in(w.within(soon), w.refund)
	}
	for range w.rng.IntN(3) {
		w.in(w.within(soon), w.operator)
	}
	if w.rng.IntN(6) == 0 {
		w.in(w.within(soon), w.restart)
	}
	w.in(0, w.sweep)
	for w.plans.Len() > 0 && !w.t.Failed() {
		p := heap.Pop(&w.plans).(plan)
		if p.at.Sub(noon) > 9*day {
			w.t.Errorf("no end: %s: %s", w.entry.State, w.entry.Reason.Kind)
		}
		w.now = p.at
		p.what()
		w.check()
	}
	w.checkEnd()
}

// notice is the store's: contents n, of version n.
func (w *world) notice(n int) {
	w.sent = max(w.sent, n)
	w.deliver(paid(int64(n), fmt.Sprint(n)))
}

func (w *world) refund() {
	w.reversed = w.reversed || !w.refunded
	w.refunded = true
	w.deliver(reversal("r"))
}

// deliver brings a message to a worker at once and, sometimes, again.
func (w *world) deliver(m queue.Message) {
	if w.fails(6) {
		w.in(w.within(10*time.Minute), func() { w.deliver(m) })
	}
	w.claims++
	step := w.event(placing.Arrival{Message: m, Owner: fmt.Sprint("claim-", w.claims), Lease: w.now.Add(lease)})
	w.work(step, w.entry.Fence, w.now.Add(lease-15*time.Second))
}

func (w *world) event(ev placing.Event) placing.Step {
	before := w.entry.State
	step := w.happens(ev)
	for _, m := range step.Metrics {
		w.counted[m]++
	}
	w.trail = append(w.trail, fmt.Sprintf("+%-12s %T %s: %s -> %s %s(%s)", w.now.Sub(noon), ev, detail(ev), before, step.Do, w.entry.State, w.entry.Reason.Kind))
	return step
}

// sweep wakes the entry when it is due, and ten minutes later again.
func (w *world) sweep() {
	due := w.entry.Due
	if sleeps := due.IsZero() || due.Equal(placing.Never); sleeps && w.plans.Len() == 0 {
		return
	} else if !sleeps && !w.now.Before(due) && !w.now.Before(w.blocked) && (!due.Equal(w.wokenFor) || !w.now.Before(w.wakeNext)) {
		w.wokenFor, w.wakeNext = due, w.now.Add(10*time.Minute)
		w.deliver(wake())
	}
	w.in(time.Minute, w.sweep)
}

// restart: every worker dies. What is on its way reaches the ERP all the same,
// within a minute.
func (w *world) restart() {
	w.process++
	for _, late := range w.onTheWay {
		w.in(w.within(time.Minute), func() { w.write(late) })
	}
	w.event(placing.Restarted{})
}

// lives plans a worker's next doing.
func (w *world) lives(after time.Duration, what func()) {
	process := w.process
	w.in(after, func() {
		if process == w.process {
			what()
		}
	})
}

// work is a worker's next thing to do under a claim. It may die or pause at any
// moment; one that paused goes on as if nothing had happened.
func (w *world) work(step placing.Step, fence int64, deadline time.Time) {
	if step.Do != placing.Place && step.Do != placing.Create && step.Do != placing.LookUp {
		return
	}
	if w.fails(12) {
		return // dies
	}
	pause := w.within(3 * time.Second)
	if w.fails(12) {
		pause = w.within(15 * time.Minute)
	}
	on := func(ev placing.Event) { w.work(w.event(ev), fence, deadline) }
	payload := string(w.entry.Payload)
	w.lives(pause, func() {
		timeLeft := deadline.Sub(w.now) >= 70*time.Second
		switch step.Do {
		case placing.Place:
			on(w.place(fence, payload, timeLeft))
		case placing.Create:
			if !timeLeft {
				on(placing.Answered{Fence: fence, Answer: erp.Answer{Kind: erp.NoTime}})
				return
			}
			w.create(payload, fence, on)
		case placing.LookUp:
			w.lives(w.within(time.Minute), func() {
				a := w.lookUp()
				on(placing.LookedUp{Fence: fence, Answer: a, LaneUntil: w.lane(a)})
			})
		}
	})
}

func (w *world) place(fence int64, payload string, timeLeft bool) placing.Event {
	switch {
	case w.fails(10):
		a := erp.Answer{Kind: w.oneOf(erp.Lost, erp.NotSent, erp.Redundant, erp.AccountRests), RetryAfter: w.within(90 * time.Second)}
		return placing.PrepareFailed{Fence: fence, Answer: a, LaneUntil: w.lane(a)}
	case w.fails(40):
		return placing.OrderInvalid{Fence: fence, Reason: order.Reason{Kind: order.Mapping, Message: words.Plain("no")}}
	}
	return placing.Prepared{Fence: fence, TimeLeft: timeLeft, LaneUntil: w.blocked,
		Mark: erp.Mark{Digest: payload, OrderNumber: "HP1", Total: totalOf(payload)}}
}

func totalOf(payload string) order.Money {
	m, _ := order.ParseMoney(payload)
	return m
}

// create is one call. The ERP writes during it or, where the answer was lost, up
// to a minute after its end; one that knows the code may take its time.
func (w *world) create(payload string, fence int64, on func(placing.Event)) {
	takes := w.within(time.Minute)
	dies := w.fails(10)
	end := func(a erp.Answer) {
		w.lives(takes, func() {
			if !dies {
				on(placing.Answered{Fence: fence, Answer: a, LaneUntil: w.lane(a)})
			}
		})
	}
	if w.unique && len(w.docs) > 0 {
		w.alreadyThere++
		end(erp.Answer{Kind: erp.Duplicate})
		return
	}
	write := &lateWrite{payload: payload}
	switch {
	case w.fails(4):
		end(erp.Answer{Kind: w.oneOf(erp.NotSent, erp.AccountRests, erp.Refused, erp.Unknown, erp.Lost, erp.Redundant), RetryAfter: w.within(90 * time.Second)})
	case w.fails(3):
		w.late++
		w.onTheWay = append(w.onTheWay, write)
		limit := time.Minute
		if w.unique {
			limit = 5 * time.Minute
		}
		w.in(takes+w.within(limit), func() { w.write(write) })
		end(erp.Answer{Kind: erp.Lost})
	case w.fails(3):
		w.write(write)
		end(erp.Answer{Kind: w.oneOf(erp.Lost, erp.Unknown, erp.Redundant)})
	default:
		w.write(write)
		end(erp.Answer{Kind: erp.Created, ID: "777"})
	}
}

func (w *world) write(late *lateWrite) {
	if late.done || w.unique && len(w.docs) > 0 {
		return
	}
	late.done = true
	w.docs = append(w.docs, late.payload)
	w.trail = append(w.trail, fmt.Sprintf("+%-12s the ERP writes %q", w.now.Sub(noon), late.payload))
}

func (w *world) lookUp() erp.Answer {
	w.lookUps++
	switch {
	case w.fails(4):
		return erp.Answer{Kind: w.oneOf(erp.Lost, erp.AccountRests, erp.Redundant, erp.NotSent, erp.NoTime, erp.Unknown), RetryAfter: w.within(90 * time.Second)}
	case len(w.docs) == 0:
		return absent()
	}
	return erp.Answer{Kind: erp.Present, ID: "777", Found: erp.Found{OrderNumber: "HP1", Total: totalOf(w.docs[0])}}
}

func (w *world) oneOf(kinds ...erp.AnswerKind) erp.AnswerKind { return kinds[w.rng.IntN(len(kinds))] }

func (w *world) lane(a erp.Answer) time.Time {
	if a.Kind != erp.AccountRests {
		return time.Time{}
	}
	if until := w.now.Add(a.RetryAfter); until.After(w.blocked) {
		w.blocked = until
	}
	return w.blocked
}

// operator retries, or resolves as the ERP shows it at that moment.
func (w *world) operator() {
	switch n := w.rng.IntN(3); {
	case n == 0 && len(w.docs) == 0:
		w.event(resolveAbsent())
	case n == 0:
		w.event(resolveCreated("777"))
	default:
		if w.event(retry()).Do == placing.Refuse {
			return
		}
		w.retried = true
		w.reversed = w.reversed && !w.entry.ReversedAt.IsZero()
	}
}

func (w *world) check() {
	e := w.entry
	if len(w.docs) > 1 {
		w.t.Errorf("two documents: %q", w.docs)
	}
	// No rule can stop a write more than 61 s after its call; uniqueness does.
	if e.State == ledger.Rejected && len(w.docs) > 0 && !(w.unique && w.late > 0) {
		w.t.Errorf("rejected: %s, and the ERP has %q", e.Reason.Kind, w.docs)
	}
	if e.State == ledger.Created && (len(w.docs) != 1 || e.ERPID != "777") {
		w.t.Errorf("created as %s, and the ERP has %q", e.ERPID, w.docs)
	}
	if long := w.now.Add(-15 * time.Minute); e.Rev > 0 && !e.Due.IsZero() && e.Due.Before(long) && w.blocked.Before(long) {
		w.t.Errorf("%s was due at +%s and is still", e.State, e.Due.Sub(noon))
	}
}

func (w *world) checkEnd() {
	e := w.entry
	switch {
	case w.t.Failed():
	case e.State == ledger.Created:
		// A parked order was looked at by a person, whose word it is then.
		if w.docs[0] != fmt.Sprint(w.sent) && w.counted[placing.MetricChangedLate]+w.counted[placing.MetricParked] == 0 {
			w.t.Errorf("the document has %q, the store's latest are %d, and nobody is told", w.docs[0], w.sent)
		}
		if w.reversed && w.counted[placing.MetricReversedLate] == 0 && !w.retried {
			w.t.Error("reversed, created, and nobody is told")
		}
	case e.State == ledger.Rejected:
		if string(e.Payload) != fmt.Sprint(w.sent) {
			w.t.Errorf("rejected with %q; the store's latest are %d", e.Payload, w.sent)
		}
		if w.reversed != (e.Reason.Kind == order.Reversed) {
			w.t.Errorf("rejected: %s, reversed: %t", e.Reason.Kind, w.reversed)
		}
	case !e.Parked():
		w.t.Errorf("ended in %s: %s", e.State, e.Reason.Kind)
	case w.rules.CanLookUp && w.alreadyThere == 0 && !(w.unique && w.late > 0):
		// There are too few faults for seven days: only a contradiction parks.
		w.t.Errorf("parked: %s", e.Reason.Message)
	}
}

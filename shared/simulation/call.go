package simulation

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp/erpsim"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
)

var (
	errRefused = errors.New("connection refused")
	errReset   = errors.New("connection reset by peer")
)

var _ http.RoundTripper = (*process)(nil)

// call is one request on its way to an ERP.
type call struct {
	task   *task
	to     *account
	sale   *sale // nil: of no sale
	verb   string
	target string
	header http.Header
	body   []byte
	erpsim.Asked
	// rests: it was answered that the account has to rest.
	rests  bool
	giveUp time.Time
}

// reply is what an ERP does with a call.
type reply struct {
	erpsim.Reply
	// struck: the fault had its way; a limit comes before some.
	struck bool
	// end tells the ERP that the caller is gone or has its answer.
	end func()
}

// notAlone tells whether others can have the caller's message by now: what the caller
// does no lease holds together any more.
func (c *call) notAlone() bool { return !c.task.world.now.Before(c.task.alone) }

// RoundTrip carries one call of the process to its simulated ERP, on the
// simulation's time.
func (p *process) RoundTrip(r *http.Request) (*http.Response, error) {
	t, w := p.task, p.world
	c := &call{task: t, to: w.at(r.URL.Host), sale: w.byKey[t.key], verb: r.Method, header: r.Header, target: r.URL.RequestURI()}
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		c.body = body
	}
	c.Asked = c.to.stage.Read(c.verb, c.target, c.header, c.body)
	if c.Looks && c.sale != nil {
		c.sale.lookedUnder = c.Key
	}
	if err := c.begin(); err != nil {
		return nil, err
	}
	c.giveUp = w.now.Add(c.to.stage.CallLimit)
	if t.ends.Before(c.giveUp) {
		c.giveUp = t.ends
	}
	if c.unreached() {
		if err := t.wait(w.within(10 * time.Second)); err != nil {
			return nil, err
		}
		return nil, errRefused
	}
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
	return c.make()
}

// begin is the last moment before a byte leaves. How long a create may stand still
// here is drawn in make: longer than lateMost is what no rule can stop.
func (c *call) begin() error {
	t, w := c.task, c.task.world
	c.to.checkRest(c, w.lane(c.to.name))
	c.checkQuiet()
	c.to.checkPace(c)
	if !c.Creates && !c.Introduces { // who stands still longer with these in hand than a note or a lease holds, no rule can stop
		return t.point(CrashBeforeCall, w.within(20*time.Millisecond))
	}
	if t.crash(CrashBeforeCall) {
		return errDead
	}
	return t.wait(w.within(20 * time.Millisecond))
}

func (c *call) unreached() bool {
	w := c.task.world
	if w.now.Before(c.to.outageEnds) && c.to.outage == nil {
		c.task.harm()
		return true
	}
	if !w.now.Before(w.calmAt) || !w.chance(w.rate[erpUnreached]) {
		return false
	}
	w.faults[string(kindOf(c.to.kind, unreachable))]++
	c.to.lasts(w.now)
	c.task.harm()
	return true
}

func (c *call) make() (*http.Response, error) {
	t, w := c.task, c.task.world
	onTheWay := w.within(80 * time.Millisecond)
	if c.Creates && t.fails(LateCreate) {
		onTheWay = w.within(t.leaseEnd().Add(lateMost).Sub(w.now))
		t.stood, t.unsent = true, c.sale
		t.tell("stands still before the first byte, for %s", onTheWay)
		w.lasts(w.now.Add(onTheWay))
	}
	c.leaves(w.now.Add(onTheWay))
	// Of a process that is dead nothing leaves any more.
	if (w.machine == nil || t.unsent == nil) && t.crash(CrashSent) {
		w.in(onTheWay, func() { c.forget(c.arrive()) })
		return nil, errReset
	}
	if err := t.wait(onTheWay); err != nil {
		if t.killed() && t.unsent == nil {
			c.forget(c.arrive())
		}
		return nil, err
	}
	t.unsent = nil
	r := c.arrive()
	if t.crash(CrashApplied) {
		c.forget(r)
		return nil, errReset
	}
	return c.answer(r)
}

// placingLease is how much longer than its invocation a claim lives.
const placingLease = 15 * time.Second

// leaseEnd is when the claim of the task's ends.
func (t *task) leaseEnd() time.Time { return t.ends.Add(placingLease) }

// leaves notes that a create of the sale may be applied until then.
func (c *call) leaves(until time.Time) {
	if c.Creates && c.sale != nil {
		c.sale.landing = later(c.sale.landing, until)
	}
}

// forget is a caller that died: the ERP notices when it answers, at the latest.
func (c *call) forget(r reply) { c.task.world.in(min(r.Delay, c.to.stage.CallLimit), r.end) }

// arrive is the moment in which the ERP has the request.
func (c *call) arrive() reply {
	w := c.task.world
	f, drawn := c.befalls()
	c.rests = f != nil && f.Rests
	if c.Creates && c.sale != nil {
		c.sale.creates++
		if w.now.After(c.task.leaseEnd()) {
			w.effect(lateArrival)
		}
	}
	r := c.to.take(c, f)
	if c.Creates && c.to.heard(r).Duplicate {
		w.effect(refusedTwice)
	}
	c.task.echoed = r.struck && f != nil && f.Mode == erpsim.Echo
	if drawn && r.struck {
		w.faults[string(f.kind(c.to.kind))]++
		c.feel(*f)
	}
	w.mix(c.Method)
	c.task.tell("%s: %d after %s (hangs %t, cut %t) %s", c.Method, r.Status, r.Delay, r.Fate == erpsim.Hangs, r.Fate == erpsim.Cut, clipped(r.Body))
	return r
}

func clipped(b []byte) string {
	text := strings.Join(strings.Fields(string(b)), " ")
	return text[:min(len(text), 140)]
}

// answer is how the caller hears of it, or doesn't.
func (c *call) answer(r reply) (*http.Response, error) {
	t, w := c.task, c.task.world
	defer r.end()
	takes := r.Delay + w.within(80*time.Millisecond)
	left := max(c.giveUp.Sub(w.now), 0)
	if r.Fate == erpsim.Hangs || takes > left && left > 0 || left == 0 && w.rng.IntN(2) == 0 {
		if err := t.wait(left); err != nil {
			return nil, err
		}
		return nil, context.DeadlineExceeded
	}
	if err := t.wait(takes); err != nil {
		return nil, err
	}
	if t.crash(CrashAnswered) {
		return nil, errReset
	}
	if r.Fate == erpsim.Cut {
		return nil, errReset
	}
	c.to.hear(c, r)
	return &http.Response{StatusCode: r.Status, Header: r.Header, Body: io.NopCloser(bytes.NewReader(r.Body)), ProtoMajor: 1, ProtoMinor: 1}, nil
}

// befalls decides what goes wrong with a call that has reached its ERP, and tells
// whether it was drawn for it alone.
func (c *call) befalls() (f *fault, drawn bool) {
	a, w := c.to, c.task.world
	if c.Secret != a.keys[c.Key] {
		w.effect(staleSecret)
		c.task.harm()
		a.lasts(w.now)
		return a.refusesKey(), false
	}
	if w.now.Before(a.outageEnds) && a.outage != nil {
		c.task.harm()
		return a.outage, false
	}
	if f := c.poisons(); f != nil {
		return f, false
	}
	tardy := c.Introduces && w.chance(w.opts.seams.tardy)
	if !w.now.Before(w.calmAt) || !tardy && !w.chance(w.rate[erpAnswers]) {
		return nil, false
	}
	if w.restless && w.chance(.05) {
		w.effect(longRest)
		return &fault{a.stage.Beyond, true}, true
	}
	list := a.stage.Faults
	if ofCustomers := a.ofCustomers(tardy); c.Introduces && (tardy || w.rng.IntN(2) == 0) && len(ofCustomers) > 0 {
		list = ofCustomers // a customer is created once in many calls
	}
	if ofCreates := a.ofCreates(c); len(ofCreates) > 0 && w.rng.IntN(4) == 0 {
		list = ofCreates // and a document of one kind once in some
	}
	one := fault{Mishap: list[w.rng.IntN(len(list))]}
	if one.Document != "" && one.Document != c.Document || one.ofCreates() && !c.Creates || one.OfCustomers && !c.Introduces {
		return nil, false
	}
	if one.Delayed > 0 {
		one.Delay = time.Second + w.within(one.Delayed-time.Second)
	}
	if (c.Creates || c.Introduces) && one.Delayed > 0 && !one.Rests {
		// A call that stood still before its first byte ends as soon as it has begun.
		ends := later(c.giveUp, w.now)
		if w.machine != nil {
			ends = w.now // it may be killed at any moment, and take over from itself
		}
		if lease := c.task.leaseEnd(); lease.Before(ends) {
			ends = lease
		}
		one.Delay = max(min(one.Delay, ends.Add(lateMost).Sub(w.now)), time.Millisecond)
	}
	return &one, true
}

// ofCustomers are the faults that befall the creation of a customer alone; tardy are those
// in which it is lost and applied late.
func (a *account) ofCustomers(tardy bool) (list []erpsim.Mishap) {
	for _, m := range a.stage.Faults {
		if m.OfCustomers && (!tardy || m.Mode == erpsim.DelayedApplyReset) {
			list = append(list, m)
		}
	}
	return list
}

// ofCreates are the faults that befall the creation of a document alone, of the kind that the
// call creates.
func (a *account) ofCreates(c *call) (list []erpsim.Mishap) {
	if !c.Creates {
		return nil
	}
	for _, m := range a.stage.Faults {
		if m.Document != "" && m.Document == c.Document || m.Document == "" && (fault{Mishap: m}).ofCreates() {
			list = append(list, m)
		}
	}
	return list
}

// ofCreates tells whether it befalls creates of documents alone.
func (f fault) ofCreates() bool { return f.Contradicts || f.OfCreates }

// refusal are words of the ERP's, and the kind of reason that a person is told with them.
type refusal struct {
	said string
	kind order.ReasonKind
}

// is tells whether the reason is the refusal's.
func (r refusal) is(reason order.Reason) bool {
	return reason.Kind == r.kind && strings.Contains(reason.Message.String(), r.said)
}

// feel notes how long the fault lasts, and what it makes of the order.
func (c *call) feel(f fault) {
	a, w, s := c.to, c.task.world, c.sale
	c.task.harm()
	a.lasts(w.now)
	if f.Rests {
		a.lasts(w.now.Add(f.Delay))
		a.told = nil
	}
	if c.Creates && (f.Mode == erpsim.DelayedApply || f.Mode == erpsim.DelayedApplyReset) {
		c.leaves(w.now.Add(f.Delay))
		w.effect(lateApply)
	}
	if c.Introduces && (f.Mode == erpsim.DelayedApply || f.Mode == erpsim.DelayedApplyReset) {
		w.effect(lateCustomer)
	}
	if f.beyond {
		a.lasts(w.now.Add(a.bound()))
	} else if f.Delay > 0 && !f.Rests {
		a.lasts(w.now.Add(f.Delay))
	}
	if s == nil {
		return
	}
	s.contradicted = s.contradicted || f.Contradicts
	// What is written before the fault isn't, where another document has the code or nobody
	// is the buyer.
	if c.Judged && (f.Refuses || f.Said != "" && (!c.Creates || s.taken || s.buyerDeleted)) {
		s.refusals = append(s.refusals, refusal{f.Said, order.RefusedByERP})
		if f.Mapped {
			s.refusals[len(s.refusals)-1].kind = order.Mapping
		}
	}
}

// lane is the account's, as the ledger has it.
func (w *world) lane(name string) ledger.Lane {
	lane, err := w.ledger.Lane(context.Background(), name)
	if err != nil {
		panic(err)
	}
	return lane
}

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

	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
)

// callLimit is Omie's: after it the caller gives up.
const callLimit = 60 * time.Second

// blockFor is how long Omie blocks a key.
const blockFor = 30 * time.Minute

// lateMost is how long after its lease a create may still reach the ERP: what
// stood still longer than that no rule can stop.
const lateMost = 50 * time.Second

var (
	errRefused = errors.New("connection refused")
	errReset   = errors.New("connection reset by peer")
)

var _ http.RoundTripper = (*process)(nil)

// RoundTrip carries one call of the process to the simulated Omie, on the
// simulation's time.
func (p *process) RoundTrip(r *http.Request) (*http.Response, error) {
	t, w := p.task, p.world
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	c := call{process: p, task: t, app: w.apps[r.URL.Host], path: r.URL.Path, body: body, method: methodIn(body)}
	if err := c.begin(); err != nil {
		return nil, err
	}
	c.giveUp = w.now.Add(callLimit)
	if end := t.deadline.Add(-t.skew); end.Before(c.giveUp) {
		c.giveUp = end
	}
	if c.app.unreachable && w.now.Before(c.app.outageEnds) || w.fails(Unreachable) {
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

// methodIn is the call's method, which stands first in the envelope.
func methodIn(body []byte) string {
	text, found := bytes.CutPrefix(body, []byte(`{"call":"`))
	if !found {
		return ""
	}
	name, _, _ := bytes.Cut(text, []byte(`"`))
	return string(name)
}

// call is one request on its way.
type call struct {
	process *process
	task    *task
	app     *app
	path    string
	body    []byte
	method  string
	giveUp  time.Time
}

// begin is the last moment before a byte leaves. How long a create may stand still
// here is drawn in make: longer than lateMost is what no rule can stop.
func (c call) begin() error {
	t, w := c.task, c.task.world
	if c.method != "IncluirOS" {
		return t.point(CrashBeforeCall, w.within(20*time.Millisecond))
	}
	if t.crash(CrashBeforeCall) {
		return errDead
	}
	return t.wait(w.within(20 * time.Millisecond))
}

func (c call) make() (*http.Response, error) {
	t, w := c.task, c.task.world
	onTheWay := w.within(80 * time.Millisecond)
	if c.method == "IncluirOS" {
		if lease := t.deadline.Add(15 * time.Second); w.fails(LateCreate) {
			onTheWay = w.within(lease.Add(lateMost).Sub(w.now))
			t.stood = true
			t.tell("stands still before the first byte, for %s", onTheWay)
			w.lasts(w.now.Add(onTheWay))
		}
	}
	if t.crash(CrashSent) {
		w.in(onTheWay, func() { c.leave(c.arrive()) })
		return nil, errReset
	}
	if err := t.wait(onTheWay); err != nil {
		return nil, err
	}
	reply := c.arrive()
	if t.crash(CrashApplied) {
		c.leave(reply)
		return nil, errReset
	}
	return c.answer(reply)
}

// leave is a caller that died: Omie notices when it answers, at the latest.
func (c call) leave(r omiesim.Reply) {
	c.task.world.in(min(r.Delay, callLimit), func() { c.app.sim.End(r) })
}

// arrive is the moment in which Omie has the request.
func (c call) arrive() omiesim.Reply {
	w := c.task.world
	c.app.caller = c.process
	if c.task.stood || !w.now.Before(c.task.alone) {
		c.app.lateAt = w.now
	}
	before := len(c.app.sim.Violations())
	reply := c.app.sim.Call(c.path, c.body)
	c.app.caller = nil
	for _, v := range c.app.sim.Violations()[before:] {
		c.judge(v)
	}
	w.mix(c.method)
	if s := w.byKey[c.task.key]; s != nil && c.method == "IncluirOS" {
		s.calls++
	}
	c.task.tell("%s: %d, fate %d after %s %s", c.method, reply.Status, reply.Fate, reply.Delay, clipped(reply.Body))
	return reply
}

func clipped(b []byte) string {
	text := strings.Join(strings.Fields(string(b)), " ")
	return text[:min(len(text), 140)]
}

// judge excuses a broken limit that no caller could have kept.
func (c call) judge(violation string) {
	w := c.task.world
	c.task.tell("LIMIT %s", violation)
	_, what, _ := strings.Cut(violation, " ")
	identical := strings.Contains(what, "identical call")
	switch {
	case w.now.Before(c.app.lateAt.Add(2 * time.Minute)):
		w.excused["a process that stood still called late"]++
	case strings.Contains(what, "during a block") && !c.app.blockKnown(w.now):
		w.excused["nobody lived to tell of the block"]++
	case w.skewed && (identical || strings.Contains(what, "during a block")):
		w.excused["clocks differ by more than the second that the spacing leaves"]++
	case strings.HasSuffix(what, "during a block, 1 s before its end"):
		w.excused["clocks differ by less than a second, and a block's rest leaves none"]++
	case identical && (strings.HasPrefix(what, "ListarClientes") || strings.HasPrefix(what, "IncluirCliente")):
		w.excused[customerAgain]++
	default:
		w.broken(c.task.key, "a limit was broken: %s", what)
	}
}

// customerAgain is a known gap: quiet_until counts creates and look-ups, so that a
// second order of a buyer asks for the customer again when the first one's
// question was lost a moment ago. Omie answers that it is redundant, and the order
// waits.
const customerAgain = "a buyer is looked for again within 60 s"

// answer is how the caller hears of it, or doesn't.
func (c call) answer(r omiesim.Reply) (*http.Response, error) {
	t, w := c.task, c.task.world
	defer c.app.sim.End(r)
	takes := r.Delay + w.within(80*time.Millisecond)
	left := max(c.giveUp.Sub(w.now), 0)
	if r.Fate == omiesim.Hangs || takes > left && left > 0 || left == 0 && w.rng.IntN(2) == 0 {
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
	if r.Status == http.StatusTooEarly {
		c.app.told, c.app.toldAt = t, w.now
	}
	if r.Fate == omiesim.Cut {
		return nil, errReset
	}
	header := http.Header{"Content-Type": {r.ContentType}}
	if r.Location != "" {
		header.Set("Location", r.Location)
	}
	return &http.Response{StatusCode: r.Status, Header: header, Body: io.NopCloser(bytes.NewReader(r.Body)), ProtoMajor: 1, ProtoMinor: 1}, nil
}

// befalls decides what goes wrong with a call that has reached Omie.
func (w *world) befalls(a *app, method string) *omiesim.Fault {
	if a.caller == nil {
		return nil
	}
	key := a.caller.task.key
	if w.now.Before(a.outageEnds) && a.outage != "" {
		return &omiesim.Fault{Mode: a.outage}
	}
	if !w.now.Before(w.calmAt) || !w.chance(w.rate[erpAnswers]) {
		return nil
	}
	f := drawn[w.rng.IntN(len(drawn))]
	if f.contradicts && method != "IncluirOS" {
		return nil
	}
	w.befell(f.kind())
	fault := f.fault
	if f.delay > 0 {
		fault.Delay = time.Second + w.within(f.delay-time.Second)
	}
	switch fault.Mode {
	case omiesim.Blocked:
		w.lasts(w.now.Add(blockFor))
		a.told = nil
	case omiesim.DelayedApply, omiesim.DelayedApplyReset, omiesim.Slow:
		w.lasts(w.now.Add(fault.Delay))
	}
	if s := w.byKey[key]; s != nil {
		s.refused = s.refused || f.refuses && method != "ConsultarOS" || f.fault == (omiesim.Fault{Mode: omiesim.WriteThenFault}) && method != "IncluirOS"
		s.contradicted = s.contradicted || f.contradicts
	}
	return &fault
}

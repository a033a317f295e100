package placing_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/words"
)

// noon is when every story begins.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// lease is how long a claim of these tests lives: an invocation and 15 s.
const lease = 255 * time.Second

const day = 24 * time.Hour

var (
	// looksUp is an account whose look-ups prove something; blind is one without.
	looksUp = placing.Rules{Spacing: placing.Spacing, CanLookUp: true}
	blind   = placing.Rules{Spacing: placing.Spacing}
)

// story is one order's life: events go in, and the entry is stored as a ledger
// would store it. Every transition is held against the promises below, whatever
// the test is about.
type story struct {
	t      testing.TB
	rules  placing.Rules
	now    time.Time
	entry  ledger.Entry
	step   placing.Step
	claims int
}

func begin(t testing.TB, r placing.Rules) *story {
	return &story{t: t, rules: r, now: noon}
}

func (s *story) happens(ev placing.Event) placing.Step {
	s.t.Helper()
	after, step, broken := transition(s.rules, s.entry, ev, s.now)
	for _, promise := range broken {
		s.t.Errorf("%T at %s in %s: %s", ev, s.now.Sub(noon), s.entry.State, promise)
	}
	s.entry, s.step = after, step
	return step
}

// arrives is a message that a worker claims with, under an owner of its own.
func (s *story) arrives(m queue.Message) placing.Step {
	s.t.Helper()
	s.claims++
	return s.happens(placing.Arrival{Message: m, ERPKind: "omie", Reference: erp.Reference{Code: "code"},
		Owner: fmt.Sprint("claim-", s.claims), Lease: s.now.Add(lease)})
}

func (s *story) passes(d time.Duration) *story {
	s.now = s.now.Add(d)
	return s
}

// isDue goes on to when the sweep wakes the entry, and wakes it.
func (s *story) isDue() placing.Step {
	s.t.Helper()
	if s.entry.Due.IsZero() || s.entry.Due.Equal(placing.Never) {
		s.t.Fatalf("%s is never woken", s.entry.State)
	}
	if s.entry.Due.After(s.now) {
		s.now = s.entry.Due
	}
	return s.arrives(wake())
}

func (s *story) isPrepared() placing.Step {
	s.t.Helper()
	return s.happens(placing.Prepared{Fence: s.entry.Fence, Mark: markOf(s.entry), TimeLeft: true})
}

func (s *story) answers(a erp.Answer) placing.Step {
	s.t.Helper()
	return s.happens(placing.Answered{Fence: s.entry.Fence, Answer: a, LaneUntil: s.laneOf(a)})
}

func (s *story) looksUp(a erp.Answer) placing.Step {
	s.t.Helper()
	return s.happens(placing.LookedUp{Fence: s.entry.Fence, Answer: a, LaneUntil: s.laneOf(a)})
}

func (s *story) failsToPrepare(a erp.Answer) placing.Step {
	s.t.Helper()
	return s.happens(placing.PrepareFailed{Fence: s.entry.Fence, Answer: a, LaneUntil: s.laneOf(a)})
}

func (s *story) isInvalid(k order.ReasonKind) placing.Step {
	s.t.Helper()
	return s.happens(placing.OrderInvalid{Fence: s.entry.Fence, Reason: order.Reason{Kind: k, Message: words.Plain("no")}})
}

func (s *story) laneOf(a erp.Answer) time.Time {
	if a.Kind != erp.AccountRests {
		return time.Time{}
	}
	return s.now.Add(a.RetryAfter)
}

// The states, each reached as an order reaches it.

func (s *story) claimed() *story { s.t.Helper(); s.arrives(paid(1, "a")); return s }

func (s *story) creating() *story { s.t.Helper(); s.claimed().isPrepared(); return s }

func (s *story) created() *story {
	s.t.Helper()
	s.creating().answers(erp.Answer{Kind: erp.Created, ID: "777", Number: "12"})
	return s
}

// waiting waits 61 s after a failure before anything was sent.
func (s *story) waiting() *story {
	s.t.Helper()
	s.claimed().failsToPrepare(erp.Answer{Kind: erp.NotSent, Text: words.Plain("dial")})
	return s
}

func (s *story) rejected() *story { s.t.Helper(); s.claimed().isInvalid(order.Mapping); return s }

// uncertain is looked up in 61 s.
func (s *story) uncertain() *story {
	s.t.Helper()
	s.creating().answers(erp.Answer{Kind: erp.Lost, Text: words.Plain("time-out")})
	return s
}

func (s *story) faulted() *story {
	s.t.Helper()
	s.creating().answers(erp.Answer{Kind: erp.Unknown, Text: words.Plain("a fault that nobody knows")})
	return s
}

func (s *story) lookingUp() *story { s.t.Helper(); s.uncertain().isDue(); return s }

// parked has another document under its code.
func (s *story) parked() *story {
	s.t.Helper()
	s.lookingUp().looksUp(erp.Answer{Kind: erp.Present, ID: "5", Found: erp.Found{Total: order.Cents(1)}})
	return s
}

// denied is created, and an hour later a person says that somebody deleted it.
func (s *story) denied() *story {
	s.t.Helper()
	s.created().passes(time.Hour).happens(resolveAbsent())
	return s
}

func (s *story) deleted() *story {
	s.t.Helper()
	s.denied().isDue()
	s.looksUp(absent())
	return s
}

func (s *story) reversed() *story { s.t.Helper(); s.waiting().arrives(reversal("r")); return s }

func (s *story) tombstone() *story { s.t.Helper(); s.arrives(reversal("r")); return s }

// Messages.

func paid(version int64, body string) queue.Message {
	return queue.Message{Type: queue.Paid, Key: "cursos#1", Account: "estudio", Connection: "cursos", Platform: "hotmart",
		OrderID: "1", StoreNumber: "HP1", Topic: "PURCHASE_APPROVED", Version: version, Digest: "digest-" + body,
		PaidAt: noon.Add(-time.Minute), ReceivedAt: noon.Add(-time.Second), Payload: []byte(body)}
}

func reversal(digest string) queue.Message {
	return queue.Message{Type: queue.Reversed, Key: "cursos#1", Account: "estudio", Connection: "cursos", Platform: "hotmart",
		OrderID: "1", Topic: "PURCHASE_REFUNDED", Digest: digest, ReceivedAt: noon.Add(-time.Second)}
}

func raw() queue.Message {
	return queue.Message{Type: queue.Raw, Key: "cursos#!x", Account: "estudio", Connection: "cursos", Platform: "hotmart",
		Digest: "digest-x", ReceivedAt: noon.Add(-time.Second), Payload: []byte("x")}
}

func wake() queue.Message {
	return queue.Message{Type: queue.Wake, Key: "cursos#1", Account: "estudio"}
}

func inAnotherLane(m queue.Message) queue.Message { m.Account = "loja"; return m }

// markOf is the document that the entry's payload becomes.
func markOf(e ledger.Entry) erp.Mark {
	return erp.Mark{Digest: "document-" + string(e.Payload), Total: order.Cents(149700), OrderNumber: "HP1", CustomerID: "9"}
}

// ours is the answer of a look-up that found the document that we sent.
func ours() erp.Answer {
	return erp.Answer{Kind: erp.Present, ID: "777", Number: "12",
		Found: erp.Found{Total: order.Cents(149700), OrderNumber: "HP1", CustomerID: "9"}}
}

func absent() erp.Answer { return erp.Answer{Kind: erp.Absent} }

// where says what became of an order, with times as distances from now.
type where struct {
	Do                 placing.Action
	State              ledger.State
	Kind               order.ReasonKind
	Until, Quiet, Due  string
	Leased             bool
	Attempts, Failures int
	Payload, Newer     string
	Reversed           bool
	Metrics            []placing.Metric
}

func (s *story) where() where {
	e := s.entry
	w := where{Do: s.step.Do, State: e.State, Kind: e.Reason.Kind, Until: distance(e.Until, s.now), Quiet: distance(e.QuietUntil, s.now),
		Due: distance(e.Due, s.now), Leased: e.Owner != "", Attempts: e.Attempts, Failures: e.Failures, Payload: string(e.Payload),
		Reversed: !e.ReversedAt.IsZero(), Metrics: s.step.Metrics}
	if e.Newer != nil {
		w.Newer = string(e.Newer.Payload)
	}
	return w
}

func (s *story) is(want where) {
	s.t.Helper()
	if diff := cmp.Diff(want, s.where(), cmpopts.EquateEmpty()); diff != "" {
		s.t.Errorf("the order (-want +got):\n%s", diff)
	}
}

// ends asserts what a trace is about and nothing else.
func (s *story) ends(do placing.Action, state ledger.State, kind order.ReasonKind) {
	s.t.Helper()
	if s.step.Do != do || s.entry.State != state || s.entry.Reason.Kind != kind {
		s.t.Errorf("got %s, %s: %q; want %s, %s: %q", s.step.Do, s.entry.State, s.entry.Reason.Kind, do, state, kind)
	}
}

func distance(t, now time.Time) string {
	switch {
	case t.IsZero():
		return ""
	case t.Equal(placing.Never):
		return "never"
	}
	return t.Sub(now).String()
}

// transition asks Next, stores the answer as a ledger does, and names the
// promises that did not hold.
func transition(r placing.Rules, e ledger.Entry, ev placing.Event, now time.Time) (ledger.Entry, placing.Step, []string) {
	given, pristine := withSpareRoom(e), withSpareRoom(e)
	after, step := placing.Next(r, given, ev, now)
	broken := promises(r, e, after, ev, now, step)
	if !reflect.DeepEqual(allOf(given), allOf(pristine)) {
		broken = append(broken, "the given entry stays as it was")
	}
	if !step.Write {
		return e, step, broken
	}
	after.Token = fmt.Sprint("write-", e.Rev+1)
	stored, err := ledger.Prepare(e, after)
	if err != nil {
		broken = append(broken, "what is to be written can be: "+err.Error())
	}
	return stored, step, broken
}

// withSpareRoom is a copy that shares nothing, whose lists have room behind their
// end: an append that forgets to copy shows there.
func withSpareRoom(e ledger.Entry) ledger.Entry {
	c := e
	c.Payload = roomy(e.Payload)
	c.Seen = roomy(e.Seen)
	c.Reversals = roomy(e.Reversals)
	c.Lessons.LeftOut = roomy(e.Lessons.LeftOut)
	c.Timeline = roomy(e.Timeline)
	if e.Newer != nil {
		n := *e.Newer
		n.Payload = roomy(n.Payload)
		c.Newer = &n
	}
	return c
}

func roomy[T any](list []T) []T {
	if list == nil {
		return nil
	}
	return append(make([]T, 0, len(list)+4), list...)
}

// allOf is the entry with what lies behind the ends of its lists.
func allOf(e ledger.Entry) ledger.Entry {
	e.Payload = e.Payload[:cap(e.Payload)]
	e.Seen = e.Seen[:cap(e.Seen)]
	e.Reversals = e.Reversals[:cap(e.Reversals)]
	e.Lessons.LeftOut = e.Lessons.LeftOut[:cap(e.Lessons.LeftOut)]
	e.Timeline = e.Timeline[:cap(e.Timeline)]
	return e
}

// promises names what every transition promises and this one breaks.
func promises(r placing.Rules, before, after ledger.Entry, ev placing.Event, now time.Time, step placing.Step) []string {
	var broken []string
	promise := func(name string, kept bool) {
		if !kept {
			broken = append(broken, name)
		}
	}
	if !step.Write {
		promise("what is not written has not changed", reflect.DeepEqual(before, after))
		return broken
	}
	promise("who is stopped or refused writes nothing", step.Do != placing.Stop && step.Do != placing.Refuse)
	fencePromises(promise, before, after, ev, now)
	statePromises(promise, r, before, after, ev, now)
	callPromises(promise, before, after, ev, now, step)
	shapePromises(promise, before, after, now)
	return broken
}

func fencePromises(promise func(string, bool), before, after ledger.Entry, ev placing.Event, now time.Time) {
	promise("the fence never decreases", after.Fence >= before.Fence)
	grew := after.Fence > before.Fence
	fence, isHolder := fenceOf(ev)
	if isHolder {
		promise("a stale fence changes nothing", fence == before.Fence && before.Owner != "")
		promise("an outcome leaves the fence alone", !grew)
		return
	}
	promise("a claim increments the fence", after.Owner == before.Owner || after.Owner == "" || grew)
	promise("a claim is made only where no lease is live", after.Owner == before.Owner || after.Owner == "" || !before.Leased(now))
	promise("who loses a live claim loses the fence", !before.Leased(now) || after.Owner != "" || grew)
	mayBeThere := before.State == ledger.Creating || before.State == ledger.Uncertain
	if arrival, ok := ev.(placing.Arrival); ok && before.Rev > 0 {
		promise("whoever replaces the payload increments the fence", after.Digest == before.Digest || grew)
		promise("a message never makes an uncertain or creating entry anything but uncertain", !mayBeThere || after.State == before.State || after.State == ledger.Uncertain)
		if arrival.Message.Type == queue.Wake {
			promise("a wake-up changes no contents", after.Digest == before.Digest && reflect.DeepEqual(after.Newer, before.Newer))
			promise("a wake-up never makes an entry due earlier", after.State != before.State || !after.Until.Before(before.Until))
		}
		return
	}
	if _, reveals := ev.(placing.Reveal); reveals {
		promise("who is shown an order takes it from nobody", !grew && after.Owner == before.Owner && after.Lease.Equal(before.Lease))
		return
	}
	if before.Rev > 0 {
		promise("a command or a restart that writes increments the fence", grew)
	}
}

func fenceOf(ev placing.Event) (int64, bool) {
	switch ev := ev.(type) {
	case placing.OrderInvalid:
		return ev.Fence, true
	case placing.PrepareFailed:
		return ev.Fence, true
	case placing.Prepared:
		return ev.Fence, true
	case placing.FetchFailed:
		return ev.Fence, true
	case placing.Answered:
		return ev.Fence, true
	case placing.LookedUp:
		return ev.Fence, true
	case placing.Panicked:
		return ev.Fence, true
	}
	return 0, false
}

func statePromises(promise func(string, bool), r placing.Rules, before, after ledger.Entry, ev placing.Event, now time.Time) {
	moved := before.State != after.State
	if before.State == ledger.Uncertain && moved {
		promise("uncertain is left only by proof", proof(r, before, after, ev))
	}
	if before.State == ledger.Created || before.Denied() {
		_, denied := ev.(placing.ResolveAbsent)
		looked, _ := ev.(placing.LookedUp)
		promise("created is left only by a person's word, and only for a look-up", before.Denied() || !moved || denied && r.CanLookUp && after.Denied())
		promise("what is created stays created, unless a look-up proves that it is gone",
			looked.Answer.Kind == erp.Absent && after.State == ledger.Rejected || sameDocument(before, after) && (after.State == ledger.Created || after.Denied()))
	}
	if before.State == ledger.Creating && moved && after.State != ledger.Uncertain {
		answered, ok := ev.(placing.Answered)
		promise("creating is left for anything but uncertain only by an answer", ok)
		wrote := answered.Answer.Kind == erp.Created
		definite := slices.Contains([]erp.AnswerKind{erp.Refused, erp.CustomerGone, erp.AccountRests, erp.NotSent, erp.NoTime}, answered.Answer.Kind)
		promise("creating is left for created only by the ERP's word", wrote == (after.State == ledger.Created))
		promise("creating is left for waiting or rejected only by an answer that says that nothing was written", wrote || definite)
	}
	if after.State == ledger.Creating && moved {
		_, ok := ev.(placing.Prepared)
		promise("only Prepared begins a create", ok && (before.State == ledger.Accepted || before.State == ledger.Waiting))
	}
	if before.Rev > 0 {
		promise("what was frozen at the first claim stays (rule 11)", after.Key == before.Key && after.Connection == before.Connection &&
			after.Account == before.Account && after.ERPKind == before.ERPKind && after.Reference == before.Reference)
	}
	_, retried := ev.(placing.Retry)
	promise("only a person's retry clears reversed_at", before.ReversedAt.IsZero() || !after.ReversedAt.IsZero() || retried && before.State == ledger.Rejected)
	promise("attempts only grow", after.Attempts >= before.Attempts)
	forgets := len(after.Lessons.LeftOut) < len(before.Lessons.LeftOut) || after.Lessons.Hidden < before.Lessons.Hidden || before.Lessons.Gone && !after.Lessons.Gone
	promise("what was learned of the customer is forgotten only over other contents, a person's retry, or a document",
		!forgets || retried || after.State == ledger.Created || after.Digest != before.Digest || after.Version != before.Version)
	promise("nothing is learned of the customer twice", after.Lessons.Hidden <= 3 && len(after.Lessons.LeftOut) <= 2)
	if looked, ok := ev.(placing.LookedUp); ok && !looked.PutOff && looked.Answer.Kind != erp.NotSent && looked.Answer.Kind != erp.NoTime {
		promise("a look-up that was made keeps the ERP quiet, unless its claim goes on to create", after.State == ledger.Waiting || !after.QuietUntil.Before(now.Add(r.Spacing)))
	}
	promise("what rests waits for its account, and nobody holds it but by a claim", !after.Rests ||
		(after.State == ledger.Waiting || after.State == ledger.Uncertain) && !after.Until.IsZero())
	promise("the moment of payment only gets better", after.PaidRank >= before.PaidRank)
	promise("quiet_until only grows", !after.QuietUntil.Before(before.QuietUntil))
	promise("what the ERP said stays while the order is uncertain", before.State != ledger.Uncertain || after.State != ledger.Uncertain ||
		before.Fault == after.Fault && before.AlreadyThere == after.AlreadyThere)
}

// sameDocument tells whether all that is known of the created document is the same.
func sameDocument(a, b ledger.Entry) bool {
	return a.ERPID == b.ERPID && a.ERPNumber == b.ERPNumber && a.Found == b.Found && a.CreatedAt.Equal(b.CreatedAt) && reflect.DeepEqual(a.Document, b.Document)
}

func proof(r placing.Rules, before, after ledger.Entry, ev placing.Event) bool {
	if before.Denied() && after.State == ledger.Created {
		return true // it never counted as anything else
	}
	switch ev := ev.(type) {
	case placing.LookedUp:
		// A person's word counts where no look-up can ever tell.
		return ev.Answer.Kind == erp.Present || ev.Answer.Kind == erp.Absent || ev.Answer.Kind == erp.Unprovable && before.AssertedID != ""
	case placing.ResolveAbsent:
		return !before.Denied()
	case placing.ResolveCreated:
		return !r.CanLookUp && !before.Denied()
	}
	return false
}

func callPromises(promise func(string, bool), before, after ledger.Entry, ev placing.Event, now time.Time, step placing.Step) {
	switch step.Do {
	case placing.Create:
		ready, ok := ev.(placing.Prepared)
		promise("a create is begun by Prepared, in creating", ok && after.State == ledger.Creating)
		promise("nothing reversed is created", after.ReversedAt.IsZero() && before.ReversedAt.IsZero())
		promise("no create starts before quiet_until", !now.Before(before.QuietUntil))
		promise("no create goes out in a blocked lane", !now.Before(ready.LaneUntil))
		promise("no create starts without the time for it", ready.TimeLeft)
		promise("a create needs a live lease", before.Leased(now))
		promise("creating keeps the claim", after.Owner == before.Owner && after.Lease.Equal(before.Lease) && after.Fence == before.Fence)
		promise("what is asked for is remembered", reflect.DeepEqual(after.Document, ready.Mark))
	case placing.LookUp:
		promise("only what is uncertain is looked up, by its holder", after.State == ledger.Uncertain && after.Owner != "")
		promise("what is parked is not looked up", before.State == ledger.Creating || !before.Parked())
		if answered, ok := ev.(placing.Answered); ok {
			promise("a look-up follows at once only where the order is already there", answered.Answer.Kind == erp.Duplicate)
			promise("the same look-up is not made twice in 61 s", before.LookedUpAt.IsZero() || now.Sub(before.LookedUpAt) >= placing.Spacing)
			break
		}
		promise("no look-up before its time", !now.Before(before.Until))
		promise("no look-up before quiet_until", !now.Before(before.QuietUntil))
		promise("the same look-up is not made twice in 61 s", before.LookedUpAt.IsZero() || now.Sub(before.LookedUpAt) >= placing.Spacing)
	case placing.Place:
		promise("only what is accepted or waits is placed, by its holder", after.Owner != "" && (after.State == ledger.Accepted || after.State == ledger.Waiting))
		promise("nothing is placed before its time", before.State != ledger.Waiting || !now.Before(before.Until))
	}
	if _, ok := ev.(placing.Arrival); ok && before.Rev > 0 && (step.Do == placing.Place || step.Do == placing.LookUp) {
		promise("a claim leaves the state alone", after.State == before.State)
	}
}

func shapePromises(promise func(string, bool), before, after ledger.Entry, now time.Time) {
	held := after.Owner != ""
	promise("owner and lease go together", held == !after.Lease.IsZero())
	promise("due is derived", after.Due.Equal(dueOf(after, now)))
	promise("everything but created is woken or listed", after.State == ledger.Created == after.Due.IsZero())
	promise("updated_at is the time of the write", after.UpdatedAt.Equal(now))
	promise("the reason belongs to the state: "+string(after.State)+": "+string(after.Reason.Kind), slices.Contains(kindsOf(after), after.Reason.Kind))
	recorded := after.State == ledger.Created || after.Denied()
	promise("an id belongs to what is created or denied, and that has one", (after.ERPID != "") == recorded && !after.CreatedAt.IsZero() == recorded)
	switch after.State {
	case ledger.Created:
		promise("the payload is gone once created", len(after.Payload) == 0 && after.Newer == nil)
		promise("a created entry is free", !held)
		promise("a created entry guards for two years", after.Expires.Sub(after.CreatedAt) >= 729*day)
	case ledger.Rejected:
		promise("a rejected entry is free", !held)
	case ledger.Creating:
		promise("creating is held", held)
	}
	promise("of a document that is not there nothing is remembered", after.State != ledger.Waiting || reflect.DeepEqual(after.Document, erp.Mark{}))
	promise("only created expires", after.State == ledger.Created || after.Expires.IsZero())
	mayBeThere := after.State == ledger.Creating || after.State == ledger.Uncertain
	promise("newer contents wait beside only what may be in the ERP (rule 12)", after.Newer == nil || mayBeThere)
	if !mayBeThere && after.State != ledger.Created {
		isReversed := after.State == ledger.Rejected && after.Reason.Kind == order.Reversed
		promise("what is reversed and not in the ERP is rejected: reversed (rule 14)", isReversed == !after.ReversedAt.IsZero())
	}
	if (after.State == ledger.Waiting || after.State == ledger.Uncertain && !after.Parked()) && !held {
		promise("what is due may go on: a wake-up before quiet_until is wasted", !after.Until.Before(after.QuietUntil))
	}
	promise("what the ERP said is kept only while the order is uncertain", after.State == ledger.Uncertain ||
		after.Fault.IsZero() && !after.AlreadyThere && after.AssertedID == "")
	promise("a timeline has at most 20 lines", len(after.Timeline) <= 20)
	for _, line := range after.Timeline {
		promise("a line of the timeline has at most 500 bytes of text", len(line.Text.String()) <= 500 && len(line.Note) <= 500)
		promise("a line of the timeline is text", utf8.ValidString(line.Text.String()) && utf8.ValidString(line.Note))
	}
	if len(after.Timeline) > len(before.Timeline) {
		promise("a line says when and what became", after.Timeline[len(after.Timeline)-1].Became == after.State)
	}
}

func dueOf(e ledger.Entry, now time.Time) time.Time {
	switch {
	case e.State == ledger.Created:
		return time.Time{}
	case !e.Lease.IsZero():
		return e.Lease
	case e.State == ledger.Rejected || e.State == ledger.Uncertain && e.Until.IsZero():
		return placing.Never
	case e.State == ledger.Accepted:
		return now
	}
	return e.Until
}

// kindsOf is the closed list of the design, by state.
func kindsOf(e ledger.Entry) []order.ReasonKind {
	switch {
	case e.State == ledger.Rejected:
		return []order.ReasonKind{order.NotUnderstood, order.Mapping, order.TaxIDReason, order.Preflight, order.TotalReason, order.CurrencyReason,
			order.QuantityReason, order.RefusedByERP, order.TooOld, order.Reversed, order.NotFound, order.GaveUp, order.AccountGone, order.Unsupported, order.Deleted}
	case e.Parked():
		return []order.ReasonKind{order.NeedsPerson}
	case e.State == ledger.Waiting:
		return []order.ReasonKind{order.ERPDown, order.NotSent, order.Redundant, order.AccountRests, order.Fetch, order.NotPaidYet, order.Panic,
			order.Mended, order.Retried, order.DayOpen}
	case e.Denied():
		return []order.ReasonKind{order.Deleted}
	case e.State == ledger.Uncertain:
		return []order.ReasonKind{order.LostAnswer, order.Lapsed, order.RedundantWrite, order.UnknownFault}
	}
	return []order.ReasonKind{""}
}

// The back-off of the design: 61 s, 2, 5, 15, 30 min, then hourly.
func backoffTable() []time.Duration {
	return []time.Duration{61 * time.Second, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, time.Hour, time.Hour}
}

func TestFailuresBeforeTheCreateBackOffAndGiveUpAfterSevenDays(t *testing.T) {
	s := begin(t, looksUp).claimed()
	for i, wait := range backoffTable() {
		s.failsToPrepare(erp.Answer{Kind: erp.NotSent, Text: words.Plain("dial")})
		if got := s.entry.Until.Sub(s.now); got != wait {
			t.Errorf("wait after failure %d: got %s, want %s", i+1, got, wait)
		}
		if s.passes(wait - time.Millisecond).arrives(wake()); s.step.Do != placing.Acknowledge || s.step.Write {
			t.Fatalf("claimed a millisecond too early: %s", s.step.Do)
		}
		if s.passes(time.Millisecond).arrives(wake()); s.step.Do != placing.Place {
			t.Fatalf("not claimed when due: %s", s.step.Do)
		}
	}
	for s.entry.State != ledger.Rejected {
		if s.now.Sub(noon) > 8*day {
			t.Fatal("never gives up")
		}
		s.failsToPrepare(erp.Answer{Kind: erp.NotSent, Text: words.Plain("dial")})
		if s.entry.State == ledger.Waiting {
			s.isDue()
		}
	}
	if took := s.now.Sub(noon); took < 7*day || took > 7*day+time.Hour {
		t.Errorf("gave up after %s", took)
	}
	s.ends(placing.Acknowledge, ledger.Rejected, order.GaveUp)
}

func TestACreateThatIsNotSentBacksOffLikeAnyFailure(t *testing.T) {
	s := begin(t, looksUp).claimed()
	for i, wait := range backoffTable() {
		s.isPrepared()
		s.answers(erp.Answer{Kind: erp.NotSent, Text: words.Plain("dial")})
		if got := s.entry.Until.Sub(s.now); got != wait {
			t.Errorf("wait after failure %d: got %s, want %s", i+1, got, wait)
		}
		s.isDue()
	}
	s.passes(7 * day)
	s.happens(placing.Restarted{})
	s.isDue()
	s.isPrepared()
	s.answers(erp.Answer{Kind: erp.NotSent, Text: words.Plain("dial")})
	s.ends(placing.Acknowledge, ledger.Rejected, order.GaveUp)
}

func TestSevenDaysAreExact(t *testing.T) {
	for _, c := range []struct {
		after time.Duration
		state ledger.State
	}{{7*day - time.Millisecond, ledger.Waiting}, {7 * day, ledger.Rejected}} {
		s := begin(t, looksUp).waiting()
		s.passes(c.after)
		s.arrives(wake())
		s.failsToPrepare(erp.Answer{Kind: erp.NotSent, Text: words.Plain("dial")})
		if s.entry.State != c.state {
			t.Errorf("a failure after %s: %s, want %s", c.after, s.entry.State, c.state)
		}
	}
}

func TestAReadThatStaysRedundantIsGivenUpAfterSevenDays(t *testing.T) {
	s := begin(t, looksUp).claimed()
	for range 10 {
		s.failsToPrepare(erp.Answer{Kind: erp.Redundant, RetryAfter: time.Minute})
		if s.entry.Until.Sub(s.now) != time.Minute {
			t.Fatalf("waits %s", s.entry.Until.Sub(s.now))
		}
		s.isDue()
	}
	s.passes(7 * day)
	s.happens(placing.Restarted{})
	s.isDue()
	s.failsToPrepare(erp.Answer{Kind: erp.Redundant})
	s.ends(placing.Acknowledge, ledger.Rejected, order.GaveUp)
}

func TestAWaitForTheLaneIsNoAttemptAndNoFailure(t *testing.T) {
	s := begin(t, looksUp).claimed()
	for range 10 {
		s.failsToPrepare(erp.Answer{Kind: erp.AccountRests, RetryAfter: time.Hour})
		s.isDue()
		s.happens(placing.Prepared{Fence: s.entry.Fence, Mark: markOf(s.entry), TimeLeft: true, LaneUntil: s.now.Add(time.Hour)})
		s.isDue()
		s.isPrepared()
		s.answers(erp.Answer{Kind: erp.AccountRests, RetryAfter: time.Hour})
		s.isDue()
	}
	s.failsToPrepare(erp.Answer{Kind: erp.NotSent})
	s.is(where{Do: placing.Acknowledge, State: ledger.Waiting, Kind: order.ERPDown, Until: "1m1s", Due: "1m1s",
		Quiet: "-1h9m9s", Attempts: 1, Failures: 1, Payload: "a"})
}

// An order that is lost over and over must not keep the lane's other orders
// waiting with its time-outs.
func TestAnOrderLostOverAndOverIsLookedUpEverLaterThenGivenUp(t *testing.T) {
	s := begin(t, looksUp).claimed()
	for i := 0; s.entry.State != ledger.Rejected; i++ {
		if s.now.Sub(noon) > 8*day {
			t.Fatal("never gives up")
		}
		s.isPrepared()
		s.answers(erp.Answer{Kind: erp.Lost})
		if wait := backoffTable()[min(i, 5)]; s.entry.Until.Sub(s.now) != wait {
			t.Fatalf("look-up after loss %d: in %s, want %s", i+1, s.entry.Until.Sub(s.now), wait)
		}
		s.isDue()
		s.looksUp(absent())
	}
	s.ends(placing.Acknowledge, ledger.Rejected, order.GaveUp)
}

func TestAShorterSpacingShortensQuietAndFirstWaitsOnly(t *testing.T) {
	r := placing.Rules{Spacing: time.Second, CanLookUp: true}
	s := begin(t, r)
	s.uncertain()
	s.is(where{Do: placing.Acknowledge, State: ledger.Uncertain, Kind: order.LostAnswer, Until: "1s", Quiet: "1s", Due: "1s",
		Attempts: 1, Payload: "a", Metrics: []placing.Metric{placing.MetricUncertain}})
	s = begin(t, r).waiting()
	s.isDue()
	s.failsToPrepare(erp.Answer{Kind: erp.NotSent})
	s.is(where{Do: placing.Acknowledge, State: ledger.Waiting, Kind: order.ERPDown, Until: "2m0s", Due: "2m0s", Attempts: 2, Failures: 2, Payload: "a"})
}

func TestWithoutAnEntryNothingButANoticeMakesOne(t *testing.T) {
	events := []placing.Event{
		placing.Restarted{}, placing.OrderInvalid{}, placing.PrepareFailed{}, placing.Panicked{}, placing.Prepared{TimeLeft: true},
		placing.Answered{Answer: erp.Answer{Kind: erp.Created, ID: "1"}}, placing.LookedUp{Answer: ours()},
		placing.Retry{}, placing.ResolveAbsent{}, placing.ResolveCreated{ID: "1"},
	}
	for _, ev := range events {
		after, step := placing.Next(looksUp, ledger.Entry{}, ev, noon)
		if step.Write || !reflect.DeepEqual(after, ledger.Entry{}) {
			t.Errorf("%T made an entry", ev)
		}
	}
}

// Random events of orders that live through anything, stale workers and impatient
// people included.
func TestPromisesHoldForRandomLives(t *testing.T) {
	const life = 80
	rng := rand.New(rand.NewPCG(1, 2026))
	first := map[string]string{}
	visits := map[string]int{}
	for range steps / life {
		w := walk{rng: rng, rules: looksUp, now: noon}
		if rng.IntN(4) == 0 {
			w.rules = blind
		}
		for range life {
			ev := w.next()
			before := w.entry
			after, step, broken := transition(w.rules, w.entry, ev, w.now)
			w.trail = append(w.trail, fmt.Sprintf("+%-14s %-10s %T %s -> %s %s", w.now.Sub(noon), before.State, ev, detail(ev), step.Do, after.State))
			if arrival, ok := ev.(placing.Arrival); ok && after.Rev > 0 {
				arrival.Message.Account = "a third lane, where nothing is claimed"
				if _, again, _ := transition(w.rules, after, arrival, w.now); again.Write {
					broken = append(broken, "the same message again records nothing")
				}
			}
			for _, promise := range broken {
				if first[promise] == "" {
					first[promise] = strings.Join(w.trail[max(0, len(w.trail)-12):], "\n  ")
				}
			}
			w.entry = after
			visits[string(after.State)]++
			visits[string(step.Do)]++
			if before.State == ledger.Uncertain && after.State != before.State {
				visits["left uncertain"]++
			}
		}
	}
	for promise, trail := range first {
		t.Errorf("broken: %s\n  %s", promise, trail)
	}
	for _, s := range ledger.States() {
		if visits[string(s)] < steps/200 {
			t.Errorf("the walk was in %s only %d times", s, visits[string(s)])
		}
	}
	for _, do := range []placing.Action{placing.Place, placing.Create, placing.LookUp, placing.Stop, placing.Refuse, "left uncertain"} {
		if visits[string(do)] < steps/200 {
			t.Errorf("the walk came to %s only %d times", do, visits[string(do)])
		}
	}
}

// walk makes up what happens next to an order.
type walk struct {
	rng     *rand.Rand
	rules   placing.Rules
	now     time.Time
	entry   ledger.Entry
	version int64
	claims  int
	trail   []string
}

func (w *walk) next() placing.Event {
	w.now = w.later()
	switch n := w.rng.IntN(100); {
	case n < 30:
		return w.arrival()
	case n < 82:
		return w.outcome()
	case n < 84:
		return placing.Restarted{}
	case n < 90:
		return placing.ResolveAbsent{Person: placing.Person{By: "ana"}}
	case n < 93:
		return placing.ResolveCreated{ID: []string{"777", "5"}[w.rng.IntN(2)]}
	case n < 95:
		c := ledger.Contents{Payload: []byte("by hand"), Digest: fmt.Sprint("hand-", w.rng.IntN(3)), Version: w.version, At: w.now}
		return placing.Retry{Contents: &c}
	}
	return placing.Retry{}
}

// later goes on by nothing, by a bit, or to around a moment that matters.
func (w *walk) later() time.Time {
	switch n := w.rng.IntN(100); {
	case n < 35:
		return w.now
	case n < 65:
		moments := []time.Time{w.entry.Until, w.entry.QuietUntil, w.entry.Lease, w.entry.Due, w.entry.Lease.Add(placing.Spacing)}
		m := moments[w.rng.IntN(len(moments))].Add(time.Duration(w.rng.IntN(3)-1) * time.Millisecond)
		if m.Before(w.now) || m.After(w.now.Add(2*day)) {
			return w.now
		}
		return m
	case n < 90:
		return w.now.Add(time.Duration(w.rng.IntN(120_000)) * time.Millisecond)
	case n < 99:
		return w.now.Add(time.Duration(w.rng.IntN(120)) * time.Minute)
	}
	return w.now.Add(time.Duration(w.rng.IntN(8)) * day)
}

func (w *walk) arrival() placing.Event {
	w.claims++
	a := placing.Arrival{Message: wake(), ERPKind: "omie", Reference: erp.Reference{Code: fmt.Sprint("code-", w.claims)},
		Owner: fmt.Sprint("claim-", w.claims), Lease: w.now.Add(lease)}
	switch n := w.rng.IntN(100); {
	case n < 8:
		w.version++
		a.Message = paid(w.version, fmt.Sprint("body-", w.version))
	case n < 12:
		a.Message = paid(w.version, fmt.Sprint("body-", w.version, "-", w.claims))
	case n < 20 || w.entry.Rev == 0:
		v := w.rng.Int64N(w.version + 1)
		a.Message = paid(v, fmt.Sprint("body-", v))
	case n < 22:
		a.Message = reversal(fmt.Sprint("reversal-", w.rng.IntN(4)))
	case n < 23:
		a.Message = raw()
	}
	if w.rng.IntN(20) == 0 {
		a.Message = inAnotherLane(a.Message)
	}
	return a
}

func (w *walk) outcome() placing.Event {
	fence := w.entry.Fence
	if w.rng.IntN(8) == 0 {
		fence -= w.rng.Int64N(3)
	}
	state := w.entry.State
	if w.rng.IntN(10) == 0 {
		state = ledger.States()[w.rng.IntN(len(ledger.States()))]
	}
	if w.rng.IntN(25) == 0 {
		return placing.Panicked{Fence: fence}
	}
	a := w.answer(state)
	lane := time.Time{}
	if a.Kind == erp.AccountRests {
		lane = w.now.Add(time.Duration(1+w.rng.IntN(600)) * time.Second)
	}
	switch state {
	case ledger.Creating:
		return placing.Answered{Fence: fence, Answer: a, LaneUntil: lane}
	case ledger.Uncertain:
		return placing.LookedUp{Fence: fence, Answer: a, LaneUntil: lane, PutOff: w.rng.IntN(5) == 0 && a.Kind != erp.Present && a.Kind != erp.Absent}
	}
	n := w.rng.IntN(20)
	switch {
	case n == 0:
		return placing.OrderInvalid{Fence: fence, Reason: order.Reason{Kind: order.Mapping, Message: words.Plain("no")}}
	case n < 4:
		return placing.PrepareFailed{Fence: fence, Answer: a, LaneUntil: lane}
	case n == 4:
		return placing.Prepared{Fence: fence, Mark: markOf(w.entry), TimeLeft: true, LaneUntil: w.now.Add(time.Duration(w.rng.IntN(5)-2) * time.Second)}
	}
	return placing.Prepared{Fence: fence, Mark: markOf(w.entry), TimeLeft: n != 5}
}

func (w *walk) answer(state ledger.State) erp.Answer {
	kinds := []erp.AnswerKind{erp.Lost, erp.AccountRests, erp.Redundant, erp.Early, erp.NotSent, erp.NoTime, erp.Refused, erp.Unmapped, erp.Unknown, erp.Duplicate}
	switch state {
	case ledger.Creating:
		kinds = append(kinds, erp.Created, erp.CustomerGone, erp.Lost, erp.Lost)
	case ledger.Uncertain:
		kinds = append(kinds, erp.Present, erp.Unprovable, erp.Absent, erp.Absent, erp.Absent)
	}
	a := erp.Answer{Kind: kinds[w.rng.IntN(len(kinds))], Text: words.Plain(strings.Repeat("não ", w.rng.IntN(200))), LeaveOut: []string{"", "address", "phone"}[w.rng.IntN(3)]}
	switch {
	case a.Kind == erp.Created:
		a.ID = "777"
	case a.Kind == erp.Present && w.rng.IntN(3) == 0:
		a.ID, a.Found.Total = "5", order.Cents(1)
	case a.Kind == erp.Present:
		a = ours()
	case w.rng.IntN(2) == 0:
		a.RetryAfter = time.Duration(1+w.rng.IntN(100)) * time.Second
	}
	return a
}

func detail(ev placing.Event) string {
	switch ev := ev.(type) {
	case placing.Arrival:
		return fmt.Sprintf("%s %d %s", ev.Message.Type, ev.Message.Version, ev.Message.Digest)
	case placing.PrepareFailed:
		return fmt.Sprintf("#%d %s", ev.Fence, ev.Answer.Kind)
	case placing.Answered:
		return fmt.Sprintf("#%d %s", ev.Fence, ev.Answer.Kind)
	case placing.LookedUp:
		return fmt.Sprintf("#%d %s", ev.Fence, ev.Answer.Kind)
	}
	return ""
}

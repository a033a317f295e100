package search

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/words"
)

// now is the instant of every transition: what counts is how far it is from the
// entry's times.
var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// never is a time that is not set.
const never int8 = -128

// entry is a ledger.Entry without what no transition decides by: its times are
// ticks from now, as far as they still matter; the timeline is gone, and so are
// the counters, which makes every wait the shortest of its table.
type entry struct {
	state  state
	kind   kind // of a rejection
	until  int8 // never, or from now
	quiet  int8 // 0 when past
	looked int8 // how long the last look-up still counts as just made
	lease  int8 // never, or from now; past ones down to -spacingTicks
	due    int8 // never, or from now

	payload, version, mark, newer, parts contents
	seen                                 [4]bool
	moment, newerMoment                  moment

	already, fault, reversed, reversals, old, rests bool

	hidden     uint8 // attempts in which the customer was there and nowhere shown
	left, gone bool  // a part of the customer is left out; they were gone

	asserted, id document
}

type state uint8

var states = [...]ledger.State{"", ledger.Accepted, ledger.Waiting, ledger.Rejected, ledger.Creating, ledger.Uncertain, ledger.Created}

const (
	absent state = iota
	accepted
	waiting
	rejected
	creating
	uncertain
	created
)

// nothingSent tells whether the entry says that the ERP can't have it.
func (e entry) nothingSent() bool { return e.state <= rejected }

func (e entry) parked() bool { return e.state == uncertain && e.until == never }

// recorded tells whether the entry has a document, denied or not.
func (e entry) recorded() bool { return e.state == created || e.denied() }

// denied tells whether a document is recorded that a person says is gone.
func (e entry) denied() bool { return e.state == uncertain && e.id > 0 }

// kind is the reason of a rejection, as far as a transition asks: any that the
// store can mend, and three that it asks for.
type kind uint8

const (
	reversedKind kind = 1
	deletedKind  kind = 3
)

var kinds = [...]order.ReasonKind{order.TaxIDReason, order.Reversed, order.RefusedByERP, order.Deleted}

// contents are the first (1), the mended ones (2), or others that change nothing of
// what the first say (3): the order was shipped, or a change was taken back. With
// paidLater they are of an order that was paid on another day than it was placed.
type contents uint8

const (
	annotated contents = 3
	paidLater contents = 4
)

// body is the contents, whatever the day.
func (c contents) body() contents { return c &^ paidLater }

// says is what a document of the contents says.
func (c contents) says() contents {
	if c.body() == annotated {
		return c - annotated + 1
	}
	return c
}

func (c contents) String() string {
	if c.body() != c {
		return fmt.Sprintf("%d, paid later", c.body())
	}
	return fmt.Sprint(uint8(c))
}

// alike tells whether documents of both say the same.
func (c contents) alike(other contents) bool { return c.says() == other.says() }

// moment is how well the moment of payment is known: not at all, by the order's date
// (1) or by the payment's own (2), which is on another day.
type moment uint8

func (m moment) at() time.Time {
	if m == 0 {
		return time.Time{}
	}
	return now.Add(time.Duration(m) * 24 * time.Hour)
}

func (m moment) rank() order.Rank { return [...]order.Rank{0, order.ByOrder, order.ByPayment}[m] }

func momentOf(r order.Rank) moment {
	return moment(slices.Index([]order.Rank{0, order.ByOrder, order.ByPayment}, r))
}

// partsOf are what a webhook with the contents says.
func partsOf(c contents) ledger.Parts {
	if c == 0 {
		return ledger.Parts{}
	}
	return ledger.Parts{Key: "k", Lines: digests[c.says().body()], Total: totals[c.body()].String()}
}

// document is one in the ERP, by its number there; wrongID is no order of ours.
type document uint8

const wrongID document = 9

var ids = [...]string{0: "", 1: "1", 2: "2", 3: "3", 4: "4", 5: "5", wrongID: "9"}

func idOf(text string) document { return document(max(0, slices.Index(ids[:], text))) }

var digests = [...]string{"", "a", "b", "c"}

func contentsOf(digest string) contents { return contents(slices.Index(digests[:], digest)) }

var totals = [...]order.Money{money("100"), money("101"), money("102"), money("101")}

func money(s string) order.Money {
	m, err := order.ParseMoney(s)
	if err != nil {
		panic(err)
	}
	return m
}

func at(ticks int8) time.Time {
	if ticks == never {
		return time.Time{}
	}
	return now.Add(time.Duration(ticks) * tick)
}

// ticksTo is how far t is away; a time that is not at a tick would be an order
// of events that the search doesn't see.
func ticksTo(t time.Time) int8 {
	switch {
	case t.IsZero() || t.Equal(placing.Never):
		return never
	case t.Sub(now)%tick != 0:
		panic(fmt.Sprintf("%s is between two ticks", t.Sub(now)))
	}
	return int8(min(max(t.Sub(now)/tick, -100), 100))
}

// versions tells whether the platform numbers its contents, or they are told
// apart by their digests only.
type versions bool

func (v versions) of(c contents) int64 {
	if v {
		return int64(c)
	}
	return 0
}

// ledger is the entry as the transition function knows it.
func (e entry) ledger(v versions) ledger.Entry {
	if e.state == absent {
		return ledger.Entry{}
	}
	l := ledger.Entry{
		Key: "store#1", Rev: 1, Account: "account", State: states[e.state], Fence: fence,
		Until: at(e.until), Lease: at(e.lease), AlreadyThere: e.already, AssertedID: ids[e.asserted], Due: at(e.due),
		Payload: payloadOf(e.payload), Digest: digests[e.payload], Version: v.of(e.version), TryingSince: now, ERPID: ids[e.id],
	}
	l.PaidAt, l.PaidRank, l.Rests = e.moment.at(), e.moment.rank(), e.rests
	if e.state == rejected {
		l.Reason.Kind = kinds[e.kind]
	}
	if e.id > 0 {
		l.CreatedAt = now
	}
	if e.lease != never {
		l.Owner = "a claim"
	}
	if e.quiet > 0 {
		l.QuietUntil = at(e.quiet)
	}
	if e.looked > 0 {
		l.LookedUpAt = at(e.looked - spacingTicks)
	}
	if e.fault {
		l.Fault = words.Plain("a fault")
	}
	for c, seen := range e.seen {
		if seen {
			l.Seen = append(l.Seen, digests[c])
		}
	}
	if e.newer > 0 {
		l.Newer = &ledger.Contents{Payload: payloadOf(e.newer), Digest: digests[e.newer], Version: v.of(e.newer), At: now,
			PaidAt: e.newerMoment.at(), PaidRank: e.newerMoment.rank(), Parts: partsOf(e.newer)}
		if !e.newer.alike(e.parts) || e.newerMoment > e.moment {
			l.Newer.Changed = words.Plain("lines")
		}
	}
	if e.mark > 0 {
		l.Document = markOf(e.mark)
	}
	if e.recorded() && e.parts > 0 { // by a create of ours
		l.Document = markOf(e.parts)
	}
	l.Parts = partsOf(e.parts)
	if e.reversed {
		l.ReversedAt = now
	}
	if e.reversals {
		l.Reversals = []string{"r"}
	}
	l.Lessons = erp.Lessons{Hidden: int(e.hidden), Gone: e.gone}
	if e.left {
		l.Lessons.LeftOut = []string{part}
	}
	if e.old {
		l.TryingSince = now.Add(-placing.Patience)
	}
	return l
}

// part is what of the customer an ERP may refuse.
const part = "address"

func payloadOf(c contents) []byte { return []byte(digests[c.body()]) }

func markOf(c contents) erp.Mark {
	return erp.Mark{Digest: digests[c.body()], OrderNumber: "HP1", Total: totals[c.body()], Key: "a key"}
}

// document is what the entry's contents become, beside is what the newer ones would.
func (e entry) document() contents { return onDay(e.payload, e.moment) }
func (e entry) beside() contents   { return onDay(e.newer, max(e.moment, e.newerMoment)) }

func onDay(c contents, m moment) contents {
	if c > 0 && m == 2 {
		return c | paidLater
	}
	return c
}

// entryOf is the entry that the transition function returned, made comparable.
func entryOf(l ledger.Entry, v versions) entry {
	e := entry{
		state: state(slices.Index(states[:], l.State)), until: never, lease: never, due: ticksTo(l.Due),
		reversed: !l.ReversedAt.IsZero(), reversals: len(l.Reversals) > 0, id: idOf(l.ERPID),
		payload: contentsOf(string(l.Payload)),
	}
	if v {
		e.version = contents(l.Version)
	}
	e.moment, e.rests = momentOf(l.PaidRank), l.Rests
	if recorded := e.state >= creating || l.Reason.Kind == order.Deleted; recorded && l.Parts.Lines != "" {
		e.parts = contentsOf(l.Parts.Lines)
	}
	for _, d := range l.Seen {
		e.seen[contentsOf(d)] = true
	}
	if (l.Owner == "") != l.Lease.IsZero() {
		panic("an owner without a lease, or the reverse")
	}
	if (e.id > 0) == l.CreatedAt.IsZero() {
		panic("an id without its time, or the reverse")
	}
	if e.due != never {
		e.due = max(e.due, 0)
	}
	if !l.QuietUntil.IsZero() {
		e.quiet = max(ticksTo(l.QuietUntil), 0)
	}
	if !l.LookedUpAt.IsZero() {
		e.looked = max(ticksTo(l.LookedUpAt)+spacingTicks, 0)
	}
	if e.state == created {
		return e
	}
	if e.state == rejected {
		e.kind = kind(max(0, slices.Index(kinds[:], l.Reason.Kind)))
	}
	if l.Newer != nil {
		e.newer, e.newerMoment = contentsOf(l.Newer.Digest), momentOf(l.Newer.PaidRank)
	}
	if !l.Document.IsZero() && !e.recorded() {
		e.mark = contentsOf(l.Document.Digest)
	}
	if !l.Until.IsZero() {
		e.until = max(ticksTo(l.Until), 0)
	}
	if !l.Lease.IsZero() {
		e.lease = max(ticksTo(l.Lease), -spacingTicks)
	}
	e.hidden, e.left, e.gone = uint8(l.Lessons.Hidden), l.Lessons.LeavesOut(part), l.Lessons.Gone
	e.already, e.fault = l.AlreadyThere, !l.Fault.IsZero()
	e.asserted = idOf(l.AssertedID)
	e.old = now.Sub(l.TryingSince) >= placing.Patience
	return e
}

// later is the entry a tick later.
func (e entry) later() entry {
	for _, t := range []*int8{&e.until, &e.due, &e.quiet, &e.looked} {
		if *t > 0 {
			*t--
		}
	}
	if e.lease > -spacingTicks {
		e.lease--
	}
	return e
}

func (e entry) String() string {
	if e.state == absent {
		return "no entry"
	}
	var b strings.Builder
	b.WriteString(string(states[e.state]))
	if e.kind > 0 {
		fmt.Fprintf(&b, ": %s", kinds[e.kind])
	}
	if e.parked() {
		b.WriteString(", parked")
	}
	for _, t := range []struct {
		name  string
		ticks int8
		shown bool
	}{{"until", e.until, e.until > 0}, {"quiet", e.quiet, e.quiet > 0}, {"lease", e.lease, e.lease != never}} {
		if t.shown {
			fmt.Fprintf(&b, ", %s %+d", t.name, t.ticks)
		}
	}
	if e.payload > 0 {
		fmt.Fprintf(&b, ", contents %s", e.document())
	}
	if e.newer > 0 {
		fmt.Fprintf(&b, ", beside %s", e.beside())
	}
	for _, f := range []struct {
		name string
		set  bool
	}{{"reversed", e.reversed}, {"rests", e.rests}, {"already there", e.already}, {"unknown fault", e.fault}, {"tried for a week", e.old},
		{"a part is left out", e.left}, {"the customer was gone", e.gone}} {
		if f.set {
			b.WriteString(", " + f.name)
		}
	}
	if e.asserted > 0 {
		fmt.Fprintf(&b, ", asserted as %d", e.asserted)
	}
	if e.id > 0 {
		fmt.Fprintf(&b, ", id %d", e.id)
	}
	return b.String()
}

// fence is every entry's before a transition: whoever still holds it asks with
// it, everybody else with a former one.
const fence = 7

// event names one of the transition function's, with all that it carries.
type event struct {
	what    what
	message message
	holds   bool // the asker's fence is the entry's
	answer  answer
	lane    int8 // until the lane opens, 0 when it is open
	lease   int8 // of an arrival's claim
	elapsed int8 // since the call began
	enough  bool // time left for the call
	putOff  bool
	doc     contents
	id      document
	third   bool // the third rest in a row that the order's calls drew, and others got through
	wrong   wrong
	leave   bool // the refusal names a part of the customer
	ahead   bool // the clock was set ahead since the entry was written
	recent  bool // what the entry was quiet until is past, by a clock that was set
}

// wrong is how a look-up can ask for the document in vain.
type wrong uint8

const (
	wrongKey  wrong = 1
	wrongKind wrong = 2
)

type what uint8

const (
	arrival what = iota
	restarted
	orderInvalid
	prepareFailed
	prepared
	answered
	lookedUp
	panicked
	resumed
	retry
	resolveAbsent
	resolveCreated
)

// message is one on the queue.
type message uint8

const (
	wake message = iota
	firstNotice
	mendedNotice
	annotatedNotice // after the mended one: what it mended is as it was
	betterNotice    // the first one, under a topic that tells when it was paid
	openNotice      // the first one, under a topic after which that one may come
	reversal
	messages = iota
)

var messageNames = [...]string{"a wake-up", "the first notice", "the mended notice", "the annotated notice", "the notice of the payment", "a notice that leaves the day open", "the reversal"}

// contents are a notice's.
func (m message) contents() contents {
	if m == betterNotice || m == openNotice {
		return 1
	}
	return contents(m)
}

func (m message) moment() moment {
	if m == betterNotice {
		return 2
	}
	return 1
}

func (m message) isNotice() bool { return m >= firstNotice && m <= openNotice }

func (m message) queue(v versions) queue.Message {
	q := queue.Message{Type: queue.Wake, Key: "store#1", Account: "account", ReceivedAt: now}
	switch {
	case m.isNotice():
		c := m.contents()
		q.Type, q.Digest, q.Payload, q.Version = queue.Paid, digests[c], payloadOf(c), v.of(c)
		q.PaidAt, q.PaidRank, q.DayOpen = m.moment().at(), m.moment().rank(), m == openNotice
	case m == reversal:
		q.Type, q.Digest = queue.Reversed, "r"
	}
	return q
}

// answer is an erp.AnswerKind.
type answer uint8

const (
	noAnswer answer = iota
	isCreated
	isPresent
	isAbsent
	isUnprovable
	isDuplicate
	isRefused
	isUnknown
	isLane
	isRedundant
	isEarly
	isNotSent
	isNoTime
	isLost
	isGone
)

var answers = [...]erp.AnswerKind{"", erp.Created, erp.Present, erp.Absent, erp.Unprovable, erp.Duplicate, erp.Refused,
	erp.Unknown, erp.AccountRests, erp.Redundant, erp.Early, erp.NotSent, erp.NoTime, erp.Lost, erp.CustomerGone}

func (a answer) String() string { return string(answers[a]) }

// event is the one that the transition function is asked with.
func (ev event) event(v versions) placing.Event {
	f := int64(fence - 1)
	if ev.holds {
		f = fence
	}
	var lane time.Time
	if ev.lane > 0 {
		lane = at(ev.lane)
	}
	a := erp.Answer{Kind: answers[ev.answer], ID: ids[ev.id], Text: words.Plain("in the ERP's words")}
	if ev.what == prepareFailed {
		a.RetryAfter = tick // less than any real one, but for a lane's
	}
	if ev.leave {
		a.LeaveOut = part
	}
	if ev.answer == isPresent {
		a.Found = erp.Found{Total: totals[ev.doc.body()], OrderNumber: "HP1"}
	}
	var through time.Time
	if ev.third {
		through = now
	}
	askedFor := ""
	if a.Key = "a key"; ev.wrong == wrongKey {
		a.Key = "another key"
	}
	if ev.wrong == wrongKind {
		askedFor = "another kind"
	}
	switch ev.what {
	case arrival:
		a := placing.Arrival{Message: ev.message.queue(v), Owner: "a claim", Lease: at(ev.lease)}
		if ev.message.isNotice() {
			a.Parts = partsOf(ev.message.contents())
		}
		return a
	case restarted:
		return placing.Restarted{From: now.Add(-24 * time.Hour)}
	case orderInvalid:
		return placing.OrderInvalid{Fence: f, Reason: order.Reason{Kind: order.TaxIDReason}}
	case prepareFailed:
		return placing.PrepareFailed{Fence: f, Answer: a, LaneUntil: lane, Through: through, PutOff: ev.putOff}
	case prepared:
		return placing.Prepared{Fence: f, Mark: markOf(ev.doc), Parts: partsOf(ev.doc), LaneUntil: lane, TimeLeft: ev.enough}
	case answered:
		return placing.Answered{Fence: f, Answer: a, LaneUntil: lane, Through: through}
	case lookedUp:
		return placing.LookedUp{Fence: f, Answer: a, LaneUntil: lane, Through: through, PutOff: ev.putOff, DocumentKind: askedFor}
	case panicked:
		return placing.Panicked{Fence: f}
	case resumed:
		return placing.Resumed{}
	case retry:
		var by placing.Retry
		if ev.doc > 0 {
			by.Contents = &ledger.Contents{Payload: payloadOf(ev.doc), Digest: digests[ev.doc.body()], Version: v.of(ev.doc.body()), At: now,
				PaidAt: moment(1).at(), PaidRank: moment(1).rank(), Parts: partsOf(ev.doc)}
		}
		return by
	case resolveAbsent:
		return placing.ResolveAbsent{}
	}
	return placing.ResolveCreated{ID: ids[ev.id]}
}

// result is what a transition made of an entry.
type result struct {
	entry        entry
	do           placing.Action
	write        bool
	taken        bool // the fence grew: nobody who held the entry holds it now
	toldChanged  bool // a person is told that the store changed it too late
	toldReversed bool
}

// asked remembers what the transition function said: it is pure, so that asking
// once will do.
type asked struct {
	rules    placing.Rules
	versions versions
	unsafe   rewrite
	answers  map[entry]known
	// last are the answers about the entry that was asked about last: mostly it is asked
	// about again.
	last    known
	lastOne entry
}

type known map[event]result

func (a *asked) next(e entry, ev event) result {
	if a.last == nil || a.lastOne != e {
		a.last, a.lastOne = a.answers[e], e
		if a.last == nil {
			a.last = known{}
			a.answers[e] = a.last
		}
	}
	if r, ok := a.last[ev]; ok {
		return r
	}
	f := placing.Next
	if a.unsafe != nil {
		f = func(r placing.Rules, before ledger.Entry, real placing.Event, at time.Time) (ledger.Entry, placing.Step) {
			return a.unsafe(ask{rules: r, entry: before, event: real, is: ev})
		}
	}
	before := e.ledger(a.versions)
	if ev.recent && before.QuietUntil.IsZero() && e.state != absent {
		before.QuietUntil = now.Add(-time.Hour)
	}
	if ev.ahead {
		before = setAhead(before)
	}
	if ev.third {
		before.OwnRests, before.OwnRestsSince = 2, now.Add(-time.Hour)
	}
	after, step := f(a.rules, before, ev.event(a.versions), now)
	r := result{entry: e, do: step.Do, write: step.Write,
		toldChanged:  slices.Contains(step.Metrics, placing.MetricChangedLate),
		toldReversed: slices.Contains(step.Metrics, placing.MetricReversedLate)}
	if step.Write {
		r.entry = entryOf(after, a.versions)
		r.taken = after.Fence != before.Fence
	}
	if e.state != absent && !ev.ahead && !ev.recent && entryOf(before, a.versions) != e {
		panic("an entry is not what it was, or loses something here")
	}
	a.last[ev] = r
	return r
}

// jumpTicks is how far the clock jumps: past all that an entry waits for.
const jumpTicks = 20

// setAhead is the entry as a clock shows it that jumped ahead.
func setAhead(e ledger.Entry) ledger.Entry {
	for _, t := range []*time.Time{&e.Until, &e.QuietUntil, &e.LookedUpAt, &e.Lease} {
		if !t.IsZero() {
			*t = t.Add(-jumpTicks * tick)
		}
	}
	if !e.Due.IsZero() && !e.Due.Equal(placing.Never) {
		e.Due = e.Due.Add(-jumpTicks * tick)
	}
	return e
}

// ask is a question to the transition function that an unsafe reading answers
// in its place.
type ask struct {
	rules placing.Rules
	entry ledger.Entry
	event placing.Event
	is    event
}

// next asks the real one.
func (q ask) next() (ledger.Entry, placing.Step) {
	return placing.Next(q.rules, q.entry, q.event, now)
}

// rewrite is an unsafe reading of the transition function.
type rewrite func(q ask) (ledger.Entry, placing.Step)

package search

import (
	"fmt"
	"strings"

	"github.com/carimbo/carimbo/shared/placing"
)

// flavour is what an ERP can do about one order twice.
type flavour struct {
	unique bool // it refuses a second document with our code
	looks  bool // it has a look-up
	proves bool // which shows whether there is a document of ours
	buyers bool // the order's customer has to be created first
	coded  bool // and the ERP refuses a second customer with our code
}

var (
	uniqueCode      = flavour{unique: true, looks: true, proves: true}
	uniqueNoLookUp  = flavour{unique: true}
	lookUpOnly      = flavour{looks: true, proves: true}
	neither         = flavour{}
	filterNotHeeded = flavour{looks: true}
	createsBuyers   = flavour{looks: true, proves: true, buyers: true}
	codesBuyers     = flavour{unique: true, looks: true, proves: true, buyers: true, coded: true}
)

// world is all there is: one order's entry, its messages, two workers, the lane,
// the ERP, and what the invariants have to remember. It is comparable.
type world struct {
	entry   entry
	workers [2]worker
	waits   cast // deliveries of each message that are still to come
	died    cast // workers that died with a delivery of each
	dead    cast // deliveries of each that are dead letters
	lane    int8 // until it opens
	late    [2]request
	docs    [2]contents // what the ERP has, in the order of their numbers
	deleted uint8       // how many, with lower numbers, somebody deleted there
	many    bool        // more than two
	faults  uint8       // how many more things go wrong
	buyer   buyer

	calm     int8           // until an equal create may go out
	looking  int8           // until an equal look-up may
	ahead    bool           // the clock was set ahead since the entry was written
	jumped   bool           // it ever was: times that are past may not have been waited for
	draining bool           // that was seen, and calls under way are let to end
	hold     int8           // until calls go out again after the clock jumped
	open     int8           // until a notice that knows the day of payment is waited for
	known    [messages]bool // notices that were acknowledged
	newest   contents       // of theirs
	untried  bool           // nobody has begun to place those
	refund   bool           // a reversal was acknowledged, and nobody retried since
	unknown  bool           // the ERP refused these contents in words that nobody knows, and no one said to try again
	buried   bool           // a document that was recorded is gone, and nobody retried since
	gone     contents       // the newest when its entry was asked about: a created entry keeps none
	lied     bool           // a person said what wasn't so
}

// request is one that the ERP may apply when its caller is gone, for so many
// ticks more.
type request struct {
	doc  contents
	left int8
}

// worker is one invocation.
type worker struct {
	at      step
	message message
	paused  bool
	holds   bool // the entry's fence is still its claim's
	left    int8 // ticks until its deadline, down to when its message shows again
	doc     contents
	answer  answer
	id      document
	found   contents
	wrong   wrong
	lane    int8 // as it read it
	enough  bool // time for the call, as it saw it
	elapsed int8 // since its call began
	sent    sent
	person  uint8 // the customer of its document
}

// step is where a worker stands in placing.Worker.Handle.
type step uint8

const (
	idle         step = iota
	arrived           // it has a message and did not ask yet
	placingOrder      // claimed: makes the document and its customer
	introducing       // the customer's creation is under way
	readied           // read the lane and the clock, and did not ask yet
	mayCreate         // the entry is creating; no byte went out
	calling           // the create call is under way
	called            // it has the create's answer and did not record it
	mayLookUp         // claimed; no look-up went out
	looked            // it has the look-up's answer and did not record it
)

var stepNames = [...]string{"idle", "arrived", "placing", "introducing the customer", "ready", "before the call", "calling", "answered", "before the look-up", "looked up"}

// sent is what became of a create's request.
type sent uint8

const (
	onTheWay sent = iota
	applied
	alreadyThere
)

func (w worker) String() string {
	if w.at == idle {
		return "idle"
	}
	s := stepNames[w.at]
	if w.doc > 0 {
		s += fmt.Sprintf(" %d", w.doc)
	}
	if w.answer > 0 {
		s += " " + w.answer.String()
	}
	if !w.holds && w.at != arrived {
		s += ", lost its claim"
	}
	if w.paused {
		s += ", paused"
	}
	return s
}

func (w world) String() string {
	var docs []string
	for i, c := range w.docs {
		if c > 0 {
			docs = append(docs, fmt.Sprintf("document %d of contents %s", i+1, c))
		}
	}
	for _, r := range w.late {
		if r.doc > 0 {
			docs = append(docs, fmt.Sprintf("a request on its way (%+d)", r.left))
		}
	}
	if b := w.buyer; b != (buyer{}) {
		docs = append(docs, fmt.Sprintf("customer %+v", b))
	}
	if w.lane > 0 {
		docs = append(docs, fmt.Sprintf("lane blocked %+d", w.lane))
	}
	for msg, n := range w.dead {
		if n > 0 {
			docs = append(docs, "a dead letter: "+messageNames[msg])
		}
	}
	return fmt.Sprintf("[%s] [%s] [%s] [%s]", w.entry, w.workers[0], w.workers[1], strings.Join(docs, ", "))
}

// begin is before the first notice, which will be delivered twice, a mended one
// and a reversal: in any order, at any time.
func (m *model) begin(faults int) world {
	w := world{faults: uint8(faults)}
	w.entry.until, w.entry.lease, w.entry.due = never, never, never
	w.waits = m.cast
	return w
}

// cast is which messages come, and how often each is delivered.
type cast [messages]uint8

var (
	mendedAndReversed = cast{firstNotice: 2, mendedNotice: 1, reversal: 1}
	changedAndBack    = cast{firstNotice: 1, mendedNotice: 1, annotatedNotice: 1}
	paidOnAnotherDay  = cast{firstNotice: 1, betterNotice: 1, mendedNotice: 1}
	dayLeftOpen       = cast{openNotice: 2, betterNotice: 1, reversal: 1}
	oneNotice         = cast{firstNotice: 1}
	buyersNotices     = cast{firstNotice: 1, mendedNotice: 1, reversal: 1}
)

// most deliveries of one message that wait at a time.
const most = 3

// mostReceives is how many workers die with a message before it is a dead letter:
// one less than template.yaml's maxReceiveCount, and all its deliveries count
// together, so that two faults make one. It can be redriven at once, so nothing
// that a queue without dead letters does is left out.
const mostReceives = 2

// move is one thing that happens.
type move struct {
	did    string
	detail string
	who    actor
	broken string // the invariant that it breaks
}

// actor tells which moves an order may rely on to come to its end.
type actor uint8

const (
	nature actor = iota // workers, queue, sweep, ERP: goes on by itself
	clock               // time passes
	whim                // an operator, a stray message: may never happen
	fault
)

func (m move) String() string {
	if m.detail == "" {
		return m.did
	}
	return m.did + ": " + m.detail
}

// rules of the world that an unsafe reading may change.
type outside struct {
	clockUnchecked bool // the clock is not checked again before the first byte
	laneReadEarly  bool // the lane is read at the claim only
	startNoted     bool // the record knows when the call began
	deadForGood    bool // nobody brings a dead letter back
	jumpUnnoticed  bool // nobody notices that the clock jumped

	questionUnnoted bool // a question about the customer is not noted before it goes out, nor afterwards
	goneRemembered  bool // a customer who is gone stays noted
	veilBelieved    bool // who isn't shown after a lost creation is created once more
}

// model is a world's laws.
type model struct {
	flavour
	outside
	cast
	*asked
	only string // the breach that the search stops at, else any
}

func newModel(f flavour, v versions, c cast) *model {
	return &model{flavour: f, cast: c, asked: &asked{versions: v, answers: map[entry]known{},
		rules: placing.Rules{Spacing: spacingTicks * tick, CanLookUp: f.looks}}}
}

// final tells whether the order came to its end: created, rejected or parked,
// and nobody has anything to do with it any more.
func (w world) final() bool {
	ended := w.entry.state == created || w.entry.state == rejected || w.entry.parked()
	return ended && w.workers == [2]worker{} && w.waits == cast{} && w.dead == cast{} && w.late == [2]request{} && w.buyer.late == 0
}

// The invariants, by what their breach is called.
const (
	twoDocuments      = "two documents"
	sentAfterAll      = "the entry says that nothing was sent, and a document exists or is on its way"
	wrongDocument     = "created with an id that the ERP doesn't have"
	forgotten         = "contents whose notice was acknowledged are forgotten"
	notTakenOver      = "contents whose notice was acknowledged don't count though nothing was sent"
	neverMended       = "rejected for what the store has mended"
	reversalForgotten = "a reversal that was acknowledged is forgotten"
	reversedUntold    = "reversed too late, and nobody is told"
	changedUntold     = "changed too late, and nobody is told"
	formerUntold      = "created with former contents, and nobody is told"
	notTheEnd         = "created is not the end"
	createReversed    = "a create of a reversed order"
	createDeleted     = "a create of what somebody deleted"
	createFormer      = "a create with former contents"
	createUnknown     = "a create of what was refused in unknown words"
	createDayOpen     = "a create on a day that a notice on its way may settle"
	falseAlarm        = "a person is told of a change, and nothing changed"
	besideTheLane     = "a call beside the account's lane"
	blockedLane       = "a call in a blocked lane"
	tooSoon           = "an equal create within the spacing"
	lookedTooSoon     = "an equal look-up within the spacing"
	wokenForNothing   = "due, and woken for nothing"
	noEnd             = "no end can be reached"
	inCircles         = "turns in circles while no time passes"
)

// broken names the invariant that does not hold.
func (m *model) broken(w world) string {
	e := w.entry
	second := w.docs[1] > 0
	switch {
	case second && (m.unique || !w.lied):
		return twoDocuments
	case e.nothingSent() && !w.lied && (w.docs[0] > 0 || w.late[0].doc > 0):
		return sentAfterAll
	case e.state == created && !w.lied && w.there(e.id) && w.contentsOf(e.id) == 0:
		return wrongDocument
	case e.state != absent && e.state != created && !e.keeps(w.newest) && !(w.gone == w.newest.body() && e.knowsDay(w.newest)):
		return forgotten
	case e.nothingSent() && !e.document().alike(w.newest) && !(w.gone == w.newest.body() && e.knowsDay(w.newest)):
		return notTakenOver
	case e.state == rejected && e.kind != reversedKind && e.kind != deletedKind && w.untried:
		return neverMended
	case w.refund && !e.reversed:
		return reversalForgotten
	}
	return w.brokenBuyer()
}

// keeps tells whether the entry knows what a document of the contents says.
func (e entry) keeps(c contents) bool { return e.document().alike(c) || e.beside().alike(c) }

// knowsDay tells whether the entry knows when the order of the contents was paid.
func (e entry) knowsDay(c contents) bool { return c == c.body() || max(e.moment, e.newerMoment) == 2 }

// contentsOf are the contents of a document in the ERP, 0 if it has none such.
func (w world) contentsOf(id document) contents {
	i := int(id) - int(w.first())
	if i < 0 || i >= len(w.docs) {
		return 0
	}
	return w.docs[i]
}

// first is the number of the first document that nobody deleted.
func (w world) first() document { return document(w.deleted + 1) }

// there tells whether nobody deleted the document.
func (w world) there(id document) bool { return id >= w.first() }

// hear remembers what a message said that is acknowledged; was is the entry that
// it met.
func (w *world) hear(was entry, m message, v versions) {
	if m == reversal {
		w.refund = w.refund || !was.reversals
	}
	if !m.isNotice() {
		return
	}
	c, former := m.contents(), w.newest
	knows := w.known[m] || c == 1 && (w.known[firstNotice] || w.known[betterNotice] || w.known[openNotice])
	if bool(v) && c > w.newest.body() || !bool(v) && !knows {
		w.newest, w.unknown = c|w.newest&paidLater, false
	}
	switch {
	case m == betterNotice:
		w.newest |= paidLater
		w.open = 0
	case m == openNotice && was.state == absent:
		w.open = spacingTicks
	}
	// A better day mends nothing, and what is on its way just now is being tried.
	w.untried = w.untried || !w.newest.body().alike(former.body())
	if was.state >= creating && w.newest.body().alike(was.payload) {
		w.untried = false
	}
	w.known[m] = true
}

// write carries a document into the ERP.
func (w *world) write(c contents) document {
	for i := range w.docs {
		if w.docs[i] == 0 {
			w.docs[i] = c
			return w.first() + document(i)
		}
	}
	w.many = true
	return w.first() + document(len(w.docs)-1)
}

// leave lets a request go on without its caller.
func (w *world) leave(c contents, left int8) {
	for i := range w.late {
		if w.late[i].doc == 0 {
			w.late[i] = request{c, left}
			break
		}
	}
	w.sortLate()
}

func (w *world) sortLate() {
	a, b := w.late[0], w.late[1]
	if a.doc < b.doc || a.doc == b.doc && a.left < b.left {
		w.late = [2]request{b, a}
	}
}

// forget drops what no move and no invariant will ask for again, and puts the
// workers, who are alike, into an order.
func (w *world) forget() {
	for i := range w.workers {
		k := &w.workers[i]
		switch {
		case k.at == idle:
			*k = worker{}
		case w.entry.state == created && k.at != arrived:
			k.holds = false
		}
	}
	for msg := range w.died {
		if w.died[msg]+w.faults < mostReceives {
			w.died[msg] = 0 // it never becomes a dead letter
		}
	}
	if w.workers[1].isBefore(w.workers[0]) {
		w.workers[0], w.workers[1] = w.workers[1], w.workers[0]
	}
	if w.entry.state == created || w.entry.state == absent {
		w.ahead, w.jumped = false, false
	}
	if w.jumped || w.entry.state > waiting {
		w.open = 0
	}
	switch e := w.entry; {
	case e.state == created:
		w.unknown, w.untried, w.gone = false, false, 0
	case w.gone != w.newest.body() || e.payload > 0 || e.newer > 0:
		w.gone = 0
	}
}

// isBefore puts workers into an order, whatever that is.
func (w worker) isBefore(other worker) bool {
	return w.at > other.at || w.at == other.at && w.at != idle && w.key() > other.key()
}

func (w worker) key() uint64 {
	k := uint64(0)
	for _, part := range [...]uint64{uint64(w.at), uint64(w.message), bit(w.paused), bit(w.holds), uint64(w.left + 8), uint64(w.doc),
		uint64(w.answer), uint64(w.id), uint64(w.found), uint64(w.lane), bit(w.enough), uint64(w.elapsed)<<2 | uint64(w.wrong), uint64(w.sent), uint64(w.person)} {
		k = k<<4 | part
	}
	return k
}

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

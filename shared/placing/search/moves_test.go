package search

import (
	"github.com/carimbo/carimbo/shared/placing"
)

// emit takes a world that a move leads to.
type emit func(to world, m move)

// moves lists all that can happen next.
func (m *model) moves(w world, out emit) {
	put := func(to world, mv move) {
		if mv.who == fault {
			to.faults--
		}
		to.forget()
		out(to, mv)
	}
	for i := range w.workers {
		if i == 1 && w.workers[0] == w.workers[1] {
			break
		}
		if w.workers[i].at == idle {
			m.deliver(w, i, put)
			continue
		}
		m.work(w, i, put)
		if w.faults > 0 {
			m.fail(w, i, put)
		}
	}
	m.apply(w, put)
	m.applyBuyer(w, put)
	m.drained(w, put)
	m.redrive(w, put)
	m.command(w, put)
	m.pass(w, put)
	if w.faults > 0 {
		m.disturb(w, put)
	}
}

// deliver brings a message to an idle worker, but not while calls are held back.
func (m *model) deliver(w world, i int, put emit) {
	if w.hold > 0 || w.draining {
		return
	}
	for msg := firstNotice; msg <= reversal; msg++ {
		if w.waits[msg] == 0 {
			continue
		}
		to := w
		to.waits[msg]--
		to.workers[i] = worker{at: arrived, message: msg, left: functionTicks}
		m.arrive(to, i, move{did: "arrives", detail: messageNames[msg]}, put)
		if w.faults > 0 {
			dead := to
			dead.die(i)
			put(dead, move{did: "arrives and the worker dies", detail: messageNames[msg], who: fault})
			to.workers[i].paused = true
			put(to, move{did: "arrives and the worker pauses", detail: messageNames[msg], who: fault})
		}
	}
	to := w
	to.workers[i] = worker{at: arrived, left: functionTicks}
	due := w.entry.state != absent && (w.entry.due == 0 || w.entry.due != never && w.ahead) && w.lane == 0
	if !due {
		m.arrive(to, i, move{did: "a stray wake-up arrives", who: whim}, put)
		return
	}
	m.arrive(to, i, move{did: "a wake-up of the sweep arrives"}, func(next world, mv move) {
		if next.entry == w.entry && mv.broken == "" {
			mv.broken = wokenForNothing
		}
		put(next, mv)
	})
	if w.faults > 0 {
		to.workers[i].paused = true
		put(to, move{did: "a wake-up arrives and the worker pauses", who: fault})
	}
}

// arrive is the worker's first question.
func (m *model) arrive(w world, i int, mv move, put emit) {
	k := w.workers[i]
	before := w
	w.hear(before.entry, k.message, m.versions)
	to, r := m.ask(w, i, event{what: arrival, message: k.message, lease: k.left + leaseTicks - functionTicks})
	if r.do == placing.Place {
		to.workers[i].lane = before.lane
	}
	if mv.broken == "" && k.message == reversal && r.do != placing.Acknowledge {
		mv.broken = besideTheLane
	}
	if mv.broken == "" {
		mv.broken = untold(before, to, k.message, r)
	}
	put(to, m.check(before, to, r, mv))
}

// untold tells whether the store changed its mind too late and nobody hears of
// it.
func untold(before, after world, msg message, r result) string {
	tooLate := !before.entry.nothingSent()
	switch {
	case msg == reversal && tooLate && after.refund && !before.refund && !before.entry.reversed && !r.toldReversed:
		return reversedUntold
	}
	if before.entry.state != created || msg == reversal {
		return ""
	}
	sent := before.contentsOf(before.entry.id)
	if sent == 0 { // somebody deleted it
		sent = onDay(before.entry.parts, before.entry.moment)
	}
	switch news := after.newest != before.newest && !after.newest.alike(sent); {
	case after.lied: // a false word had contents take over that were never sent, and these are compared
	case news && !r.toldChanged:
		return changedUntold
	case !news && r.toldChanged:
		return falseAlarm
	}
	return ""
}

// ask asks the transition function, writes what it decided, and leads the worker
// to what it says.
func (m *model) ask(w world, i int, ev event) (world, result) {
	k := &w.workers[i]
	ev.holds, ev.ahead = k.holds, w.ahead
	r := m.next(w.entry, ev)
	w.store(r)
	k = &w.workers[i]
	kept := worker{message: k.message, paused: k.paused, left: k.left, holds: true, doc: r.entry.document(), lane: k.lane}
	switch r.do {
	case placing.Place:
		kept.at = placingOrder
		w.untried = w.untried && !kept.doc.alike(w.newest)
	case placing.Create:
		kept.at = mayCreate
		if k.at == readied {
			kept.doc, kept.person = k.doc, k.person
		}
	case placing.LookUp:
		kept.at = mayLookUp
	default:
		kept = worker{}
	}
	*k = kept
	return w, r
}

// store writes an entry.
func (w *world) store(r result) {
	if !r.write {
		return
	}
	was := w.entry
	w.entry, w.ahead = r.entry, false
	w.buried = w.buried || was.recorded() && !r.entry.recorded()
	if was.state == created && r.entry.state != created {
		w.gone = w.newest.body()
	}
	if r.taken {
		for i := range w.workers {
			w.workers[i].holds = false
		}
	}
}

// check names what is wrong with a transition.
func (m *model) check(before, after world, r result, mv move) move {
	was, is := before.entry, after.entry
	switch {
	case mv.broken != "":
	case was.recorded() && is.recorded() && is.id != was.id, was.recorded() && !is.recorded() && after.docs[0] > 0,
		was.state == created && !is.recorded():
		mv.broken = notTheEnd
	case was.state != created && is.state == created && !(was.denied() && was.newer == 0) && !m.excused(before, after) && after.there(is.id) &&
		!before.contentsOf(is.id).alike(after.newest) && !r.toldChanged:
		mv.broken = formerUntold
	}
	return mv
}

// excused tells whether the document that is recorded may be of former contents without
// anybody being told: somebody had said falsely that there is none, and no look-up shows
// in what it differs. None shows the day of payment.
func (m *model) excused(before, after world) bool {
	return after.lied && (!m.proves || before.contentsOf(after.entry.id).body().alike(after.newest.body()))
}

// record asks, and reports what the worker recorded.
func (m *model) record(w world, i int, ev event, mv move, put emit) {
	to, r := m.ask(w, i, ev)
	if ev.what == answered && ev.answer == isUnknown && r.write && w.workers[i].doc.alike(w.newest) {
		to.unknown = true
	}
	if ev.what == lookedUp && r.write && !ev.putOff && ev.answer != isNotSent {
		to.looking = spacingTicks
	}
	put(to, m.check(w, to, r, mv))
	if ev.answer == isLane && !ev.putOff && !ev.third {
		ev.third, mv.detail = true, mv.detail+", the third time, and others got through"
		m.record(w, i, ev, mv, put)
	}
}

// work is what a worker does next, if nothing goes wrong.
func (m *model) work(w world, i int, put emit) {
	k := w.workers[i]
	if k.paused {
		to := w
		to.workers[i].paused = false
		put(to, move{did: "goes on", detail: stepNames[k.at]})
		return
	}
	switch k.at {
	case arrived:
		if w.draining || w.hold > 0 {
			to := w
			to.drop(i)
			put(to, move{did: "gives its message back: the clock was set", detail: messageNames[k.message]})
			return
		}
		m.arrive(w, i, move{did: "asks, after its pause", detail: messageNames[k.message]}, put)
	case placingOrder:
		m.prepare(w, i, put)
	case introducing:
		m.introduce(w, i, put)
	case readied:
		m.ready(w, i, put)
	case mayCreate:
		m.call(w, i, put)
	case calling:
		m.callEnds(w, i, put)
	case called:
		m.record(w, i, event{what: answered, answer: k.answer, lane: k.lane, id: k.id, elapsed: k.elapsed}, move{did: "records", detail: k.answer.String()}, put)
	case mayLookUp:
		m.lookUp(w, i, put)
	case looked:
		m.record(w, i, event{what: lookedUp, answer: k.answer, lane: k.lane, id: k.id, doc: k.found, wrong: k.wrong}, move{did: "records", detail: k.answer.String()}, put)
	}
}

func (k worker) timeForCall() bool { return k.left >= callTicks }

// mayCall tells whether the clocks allow a call.
func (m *model) mayCall(w world, k worker) bool { return k.timeForCall() && w.hold == 0 && !w.draining }

// prepare reads the lane and the clock twice: before the customer is asked for,
// and after. What turned bad in between is the transition function's to see.
func (m *model) prepare(w world, i int, put emit) {
	k := w.workers[i]
	lane := w.lane
	if m.laneReadEarly {
		lane = k.lane
	}
	to := w
	k.at, k.lane, k.enough = readied, lane, m.mayCall(w, k)
	to.workers[i] = k
	if !m.buyers {
		put(to, move{did: "is ready to create"})
	}
	switch {
	case lane > 0:
		m.record(w, i, event{what: prepareFailed, answer: isLane, lane: lane, putOff: true}, move{did: "finds the lane blocked"}, put)
		return
	case !k.enough:
		m.record(w, i, event{what: prepareFailed, answer: isNoTime}, move{did: "has too little time"}, put)
		return
	case m.buyers:
		m.meet(w, i, put)
	}
	if w.faults == 0 {
		return
	}
	for _, a := range [...]answer{isLost, isRedundant, isEarly} {
		m.record(w, i, event{what: prepareFailed, answer: a}, move{did: "fails to find the customer", detail: a.String(), who: fault}, put)
	}
	if !w.callsNext(i) {
		blocked := w
		blocked.lane = max(w.lane, shortRest)
		m.record(blocked, i, event{what: prepareFailed, answer: isLane, lane: blocked.lane}, move{did: "asks for the customer", detail: isLane.String(), who: fault}, put)
	}
	m.record(w, i, event{what: orderInvalid}, move{did: "finds the contents wrong", who: fault}, put)
}

// How long a lane rests: less than the spacing, and as long.
const (
	shortRest = 1
	longRest  = 2
)

func (m *model) ready(w world, i int, put emit) {
	k := w.workers[i]
	to, r := m.ask(w, i, event{what: prepared, lane: k.lane, enough: k.enough, doc: k.doc})
	mv := m.check(w, to, r, move{did: "writes creating"})
	switch {
	case r.do != placing.Create:
		mv.did = "may not create"
	case w.refund:
		mv.broken = createReversed
	case w.buried:
		mv.broken = createDeleted
	case !k.doc.alike(w.newest):
		mv.broken = createFormer
	case w.unknown:
		mv.broken = createUnknown
	case w.open > 0:
		mv.broken = createDayOpen
	}
	put(to, mv)
}

// call sends the create, if the clock still allows it.
func (m *model) call(w world, i int, put emit) {
	to := w
	k := &to.workers[i]
	if !m.clockUnchecked && !m.mayCall(w, *k) {
		k.at, k.answer = called, isNoTime
		put(to, move{did: "has no time left for the call"})
		return
	}
	k.at, k.elapsed, k.sent = calling, 0, onTheWay
	mv := move{did: "sends the create"}
	switch {
	case w.lane > 0:
		mv.broken = blockedLane
	case w.calm > 0:
		mv.broken = tooSoon
	}
	put(to, mv)
	if w.faults > 0 {
		k.at, k.answer = called, isNotSent
		put(to, move{did: "can't reach the ERP", who: fault})
	}
}

// callEnds is what the ERP does with a create and what it answers.
func (m *model) callEnds(w world, i int, put emit) {
	k := w.workers[i]
	ends := func(a answer, who actor) world {
		to := w
		if a == isLane && w.callsNext(i) {
			return to
		}
		if a == isGone {
			m.forgetBuyer(&to, k.person)
		}
		to.calm = spacingTicks
		to.workers[i].at, to.workers[i].answer = called, a
		if a == isLane {
			to.lane = max(w.lane, shortRest)
			to.workers[i].lane = to.lane
		} else {
			to.workers[i].lane = 0
		}
		if !m.startNoted {
			to.workers[i].elapsed = 0
		}
		if who != fault || a != isLost || k.sent != onTheWay {
			put(to, move{did: "is answered", detail: a.String(), who: who})
		}
		return to
	}
	switch k.sent {
	case onTheWay:
		to := w
		if m.refusesGone(w, k) {
			m.callGone(w, i, ends, put)
			return
		}
		if m.unique && w.docs[0] > 0 {
			to.workers[i].sent = alreadyThere
			put(to, move{did: "the ERP refuses a duplicate"})
		} else {
			to.workers[i].id = to.write(k.doc)
			to.workers[i].sent = applied
			put(to, move{did: "the ERP writes the document"})
		}
	case applied:
		ends(isCreated, nature)
	case alreadyThere:
		ends(isDuplicate, nature)
	}
	if w.faults == 0 {
		return
	}
	ends(isUnknown, fault)
	switch k.sent {
	case onTheWay:
		for _, a := range [...]answer{isLane, isRefused, isRedundant} {
			ends(a, fault)
		}
		to := ends(isLost, fault)
		to.leave(k.doc, lateTicks)
		put(to, move{did: "the answer is lost, and the ERP may still write", who: fault})
	default:
		ends(isLost, fault)
		ends(isRedundant, fault)
	}
}

func (m *model) lookUp(w world, i int, put emit) {
	k := w.workers[i]
	switch {
	case w.lane > 0:
		m.record(w, i, event{what: lookedUp, answer: isLane, lane: w.lane, putOff: true}, move{did: "puts the look-up off: the lane is blocked"}, put)
		return
	case !m.mayCall(w, k):
		m.record(w, i, event{what: lookedUp, answer: isNoTime, putOff: true}, move{did: "puts the look-up off: too little time"}, put)
		return
	}
	ends := func(a answer, who actor) {
		if a == isLane && w.callsNext(i) {
			return
		}
		to := w
		l := &to.workers[i]
		l.at, l.answer, l.elapsed, l.lane = looked, a, 0, 0
		switch a {
		case isLane:
			to.lane = max(w.lane, shortRest)
			l.lane = to.lane
		case isPresent:
			l.id, l.found = w.first(), w.docs[0]
		}
		mv := move{did: "looks up", detail: a.String(), who: who}
		if a != isNotSent {
			to.looking = spacingTicks
			if w.looking > 0 {
				mv.broken = lookedTooSoon
			}
		}
		put(to, mv)
	}
	if w.docs[0] > 0 {
		ends(isPresent, nature)
	} else if m.proves {
		ends(isAbsent, nature)
	}
	if !m.proves {
		ends(isUnprovable, nature)
	}
	if w.faults == 0 {
		return
	}
	for _, a := range [...]answer{isLost, isRedundant, isLane, isNotSent} {
		ends(a, fault)
	}
	if m.proves {
		for _, how := range [...]wrong{wrongKey, wrongKind} {
			to := w
			to.workers[i].at, to.workers[i].answer, to.workers[i].elapsed, to.workers[i].lane = looked, isAbsent, 0, 0
			to.workers[i].wrong = how
			to.looking = spacingTicks
			put(to, move{did: [...]string{"", "looks up under another App Key", "looks another kind of document up"}[how], detail: isAbsent.String(), who: fault})
		}
	}
}

// fail is what can go wrong with a worker: it dies (the same to the ledger is a
// read or a write that fails, before the write or after it), pauses or panics.
func (m *model) fail(w world, i int, put emit) {
	k := w.workers[i]
	to := w
	to.die(i)
	put(to, move{did: "dies", detail: stepNames[k.at], who: fault})
	if k.paused {
		return
	}
	if k.at != calling && k.at != introducing {
		to := w
		to.workers[i].paused = true
		put(to, move{did: "pauses", detail: stepNames[k.at], who: fault})
	}
	if k.at != arrived {
		to := w
		to.abandon(i)
		m.record(to, i, event{what: panicked}, move{did: "panics", detail: stepNames[k.at], who: fault}, put)
	}
}

// die ends a worker whose message comes again, or is a dead letter.
func (w *world) die(i int) {
	msg := w.workers[i].message
	w.drop(i)
	if msg == wake {
		return
	}
	if w.died[msg]++; w.died[msg] == mostReceives {
		w.died[msg] = 0
		w.waits[msg]--
		w.dead[msg]++
	}
}

// drop ends a worker whose message comes again.
func (w *world) drop(i int) {
	w.abandon(i)
	if msg := w.workers[i].message; msg != wake {
		w.waits[msg] = min(w.waits[msg]+1, most)
	}
	w.workers[i] = worker{}
}

// redrive is what somebody does whom the alarm of the dead letters calls.
func (m *model) redrive(w world, put emit) {
	if m.deadForGood {
		return
	}
	for msg := firstNotice; msg <= reversal; msg++ {
		if w.dead[msg] > 0 {
			to := w
			to.dead[msg]--
			to.waits[msg] = min(w.waits[msg]+1, most)
			put(to, move{did: "a dead letter is redriven", detail: messageNames[msg]})
		}
	}
}

// abandon ends a call without anybody who waits for its answer.
func (w *world) abandon(i int) {
	k := w.workers[i]
	if k.at == introducing && k.sent == onTheWay {
		w.buyer.late = lateTicks + 1
	}
	if k.at != calling {
		return
	}
	w.calm = spacingTicks
	if k.sent == onTheWay {
		w.leave(k.doc, lateTicks)
	}
}

// apply is the ERP's late write.
func (m *model) apply(w world, put emit) {
	for i, r := range w.late {
		if r.doc == 0 {
			continue
		}
		to := w
		to.late[i] = request{}
		to.sortLate()
		if m.unique && w.docs[0] > 0 {
			put(to, move{did: "the ERP refuses the late request"})
			continue
		}
		to.write(r.doc)
		put(to, move{did: "the ERP writes late"})
	}
}

// command is an operator's, who looks at the ERP before they speak, unless it is
// their fault.
func (m *model) command(w world, put emit) {
	if w.entry.state == absent {
		return
	}
	give := func(ev event, to world, mv move) {
		mv.who = max(mv.who, whim)
		ev.ahead = w.ahead
		r := m.next(w.entry, ev)
		if !r.write {
			return
		}
		to.store(r)
		if ev.what == retry && (w.entry.state == rejected || w.entry.state == waiting) {
			to.refund, to.unknown, to.buried, to.open = false, false, false, 0
		}
		put(to, m.check(w, to, r, mv))
	}
	open := w
	open.lane = 0
	give(event{what: resumed}, open, move{did: "an operator ends the account's rest"})
	give(event{what: retry}, w, move{did: "an operator retries"})
	switch {
	case w.entry.state == rejected && w.entry.payload == 0 && w.newest > 0:
		give(event{what: retry, doc: w.newest.body()}, w, move{did: "an operator retries with the contents of a file"})
		return
	case w.entry.denied() || w.entry.state == created && w.docs[0] == 0:
		give(event{what: resolveAbsent}, w, move{did: "an operator says that the document is gone"})
		return
	case w.entry.state == created && w.faults > 0:
		give(event{what: resolveAbsent}, w, move{did: "an operator says falsely that the document is gone", who: fault})
		return
	case w.entry.state != uncertain:
		return
	}
	// A wrong document is believed only where no look-up tells.
	liar, believed := w, w
	liar.lied, believed.lied = true, w.lied || !m.proves
	if w.docs[0] == 0 {
		give(event{what: resolveAbsent}, w, move{did: "an operator finds it absent"})
	} else {
		give(event{what: resolveCreated, id: w.first()}, w, move{did: "an operator finds it created"})
	}
	if w.faults == 0 {
		return
	}
	if w.docs[0] > 0 {
		give(event{what: resolveAbsent}, liar, move{did: "an operator says falsely that it is absent", who: fault})
	}
	give(event{what: resolveCreated, id: wrongID}, believed, move{did: "an operator names a wrong document", who: fault})
}

// pass lets a tick go by, and a week where nobody is at work.
func (m *model) pass(w world, put emit) {
	to := w
	for i := range to.workers {
		k := &to.workers[i]
		if !k.waits() {
			return
		}
		if k.at == idle {
			continue
		}
		k.left = max(k.left-1, functionTicks-visibleTicks)
		k.lane = max(k.lane-1, 0)
		if k.at == introducing || k.at == calling || k.at == looked {
			k.elapsed = min(k.elapsed+1, callTicks)
		}
	}
	to.entry = w.entry.later()
	to.lane, to.calm, to.looking, to.hold = max(w.lane-1, 0), max(w.calm-1, 0), max(w.looking-1, 0), max(w.hold-1, 0)
	to.open = max(w.open-1, 0)
	to.buyer.asked, to.buyer.late = max(w.buyer.asked-1, 0), max(w.buyer.late-1, 0)
	for i := range to.late {
		if to.late[i].left--; to.late[i].left < 0 {
			to.late[i] = request{}
		}
	}
	to.sortLate()
	if to != w {
		put(to, move{did: "a tick passes", who: clock})
		return
	}
	// Nothing is left that a tick would change: a week passes.
	if e := w.entry; (e.state == waiting || e.state == uncertain) && !e.old && w.workers == [2]worker{} {
		to.entry.old = true
		put(to, move{did: "a week passes", who: whim})
	}
}

// waits tells whether time can pass before the worker's next step: all but its
// calls take none, unless it pauses.
func (k worker) waits() bool {
	switch {
	case k.paused || k.at == idle:
		return true
	case k.at == placingOrder:
		return k.left > 0
	case k.at == introducing || k.at == calling || k.at == looked:
		return k.elapsed < callTicks
	}
	return false
}

// disturb is what goes wrong around the workers.
func (m *model) disturb(w world, put emit) {
	for msg := firstNotice; msg <= reversal; msg++ {
		delivered := msg == reversal && w.entry.reversals || w.known[msg]
		if delivered && w.waits[msg] < most {
			to := w
			to.waits[msg]++
			put(to, move{did: "is delivered twice", detail: messageNames[msg], who: fault})
		}
	}
	if w.docs[0] > 0 {
		to := w
		to.docs, to.deleted = [2]contents{w.docs[1]}, w.deleted+1
		put(to, move{did: "somebody deletes the document in the ERP", who: fault})
	}
	if w.lane == 0 && !w.callsNext(nobody) {
		to := w
		to.lane = longRest
		put(to, move{did: "another order's call blocks the lane", who: fault})
	}
	if w.entry.state != absent && (w.entry.lease != never || w.workers != [2]worker{} || w.ahead) {
		m.restart(w, put)
	}
	m.jump(w, put)
}

// jump sets one machine's clock ahead, past all that the entry waits for. Who notices
// makes no call from then on, does what a start does with an entry that nobody holds,
// and with one that is held when the calls under way have ended. One machine has one
// goroutine for an account, and one beside it for its reversals.
func (m *model) jump(w world, put emit) {
	busy := 0
	for _, k := range w.workers {
		if k.at != idle && k.message != reversal {
			busy++
		}
	}
	if w.entry.state == absent || w.ahead || w.draining || busy > 1 || m.buyers && !m.coded {
		return
	}
	to := w
	to.ahead, to.jumped, to.draining = true, true, !m.jumpUnnoticed
	to.buyer.asked = 0
	mv := move{did: "the clock jumps ahead", who: fault}
	if to.draining && w.entry.lease == never {
		r := m.next(w.entry, event{what: restarted, ahead: true})
		to.store(r)
		mv = m.check(w, to, r, mv)
	}
	put(to, mv)
}

// drained is when the last call that was under way at a jump has ended.
func (m *model) drained(w world, put emit) {
	if !w.draining || w.workers != [2]worker{} {
		return
	}
	to := w
	to.draining, to.hold = false, spacingTicks
	if w.entry.lease == never {
		put(to, move{did: "calls go out again in a while"})
		return
	}
	r := m.next(w.entry, event{what: restarted, ahead: w.ahead})
	to.store(r)
	put(to, m.check(w, to, r, move{did: "the jump of the clock is taken in"}))
}

// callsNext tells whether a worker other than i is between reading the lane and
// its call. Its message hides the account's others, so that none of them makes a
// call then; the search is stricter with the lane only, and lets them do all
// else.
func (w world) callsNext(i int) bool {
	for j, k := range w.workers {
		if j != i && (k.at == readied || k.at == mayCreate) && k.left > functionTicks-visibleTicks {
			return true
		}
	}
	return false
}

const nobody = -1

// restart kills every worker of one machine, whose queue doesn't count that as a
// receive; what it sent goes on.
func (m *model) restart(w world, put emit) {
	to := w
	for i := range to.workers {
		if to.workers[i].at != idle {
			to.drop(i)
		}
	}
	r := m.next(to.entry, event{what: restarted, ahead: w.ahead, recent: w.jumped})
	to.draining, to.hold = false, 0
	to.store(r)
	put(to, m.check(w, to, r, move{did: "the process is killed and starts again", who: fault}))
}

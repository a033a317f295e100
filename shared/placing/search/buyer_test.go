package search

// buyer is what the world has of the order's customer, where the ERP has to be told of
// them. A client notes its question before it asks, and until when nobody else may: that
// keeps a second one away where the ERP doesn't. Until when is told by the clock, so
// without the ERP's help it holds only while nobody sets the clock.
type buyer struct {
	person uint8 // the one in the ERP; 0 for nobody. Each that is created has the next number
	last   uint8 // the last number
	twins  bool  // two of them at once
	late   int8  // ticks for which a lost creation may still be applied
	note   uint8 // who is remembered
	asked  int8  // until when nobody may ask
	hidden bool  // the ERP says that it has them, and shows them nowhere
	picky  bool  // the ERP refuses a part of them
	// veiled: the ERP shows nobody, a creation of theirs was lost, and nothing tells whether
	// they are there.
	veiled bool
	// refused are the contents of which it refused that part.
	refused contents
}

const (
	twoCustomers = "two customers of one tax id"
	partDropped  = "a part of the customer is left out that nobody refused"
)

// meet makes the customer known, as the ERPs' clients do.
func (m *model) meet(w world, i int, put emit) {
	to := w
	k := &to.workers[i]
	switch {
	case w.buyer.note > 0 && !w.entry.gone:
		m.introduced(to, i, w.buyer.note, move{did: "remembers the customer"}, put)
		return
	case w.buyer.asked > 0:
		m.record(w, i, event{what: prepareFailed, answer: isEarly}, move{did: "may not ask for the customer yet"}, put)
		return
	case w.buyer.veiled && !m.veilBelieved:
		m.notIntroduced(w, i, event{answer: isUnprovable}, nature, put)
		return
	}
	if !m.questionUnnoted {
		to.buyer.asked = max(k.left, 0) + spacingTicks
	}
	if w.buyer.person > 0 && !w.buyer.hidden && !w.buyer.veiled {
		to.noted(m)
		m.introduced(to, i, w.buyer.person, move{did: "finds the customer"}, put)
		return
	}
	k.at, k.elapsed, k.sent = introducing, 0, onTheWay
	put(to, move{did: "sends the customer"})
}

// introduced is a worker that knows the customer, and reads the lane and the clock again.
func (m *model) introduced(to world, i int, person uint8, mv move, put emit) {
	k := &to.workers[i]
	to.buyer.note = person
	k.at, k.person, k.sent, k.elapsed = readied, person, onTheWay, 0
	k.lane, k.enough = to.lane, m.mayCall(to, *k)
	put(to, mv)
}

// noted notes until when nobody asks after a question that ended now.
func (w *world) noted(m *model) {
	if !m.questionUnnoted {
		w.buyer.asked = spacingTicks
	}
}

// introduce is what the ERP does with a customer, and what it answers.
func (m *model) introduce(w world, i int, put emit) {
	k := w.workers[i]
	if k.sent == applied {
		known := w
		known.noted(m)
		m.introduced(known, i, w.buyer.last, move{did: "is answered: the customer is known"}, put)
		if w.faults > 0 {
			m.notIntroduced(w, i, event{answer: isLost}, fault, put)
		}
		return
	}
	switch {
	case w.buyer.hidden:
		m.notIntroduced(w, i, event{answer: isDuplicate}, nature, put)
		return
	case w.buyer.picky && !w.entry.left:
		to := w
		to.buyer.refused = w.entry.payload
		m.notIntroduced(to, i, event{answer: isRefused, leave: true}, nature, put)
		return
	}
	to := w
	if m.coded && w.buyer.person > 0 {
		to.noted(m)
		m.introduced(to, i, w.buyer.person, move{did: "is told that the customer is there, and reads them"}, put)
	} else {
		to.introduce(m)
		to.workers[i].sent = applied
		put(to, move{did: "the ERP writes the customer"})
	}
	if w.faults == 0 {
		return
	}
	lost := w
	lost.buyer.late = lateTicks + 1
	m.notIntroduced(lost, i, event{answer: isLost}, fault, put)
	if !m.coded {
		lost.buyer.veiled = true
		m.notIntroduced(lost, i, event{answer: isLost}, fault, put)
	}
	if w.buyer.person == 0 {
		hides := w
		hides.introduce(m)
		hides.buyer.hidden = true
		m.notIntroduced(hides, i, event{answer: isDuplicate}, fault, put)
	}
	if !w.entry.left {
		picky := w
		picky.buyer.picky, picky.buyer.refused = true, w.entry.payload
		m.notIntroduced(picky, i, event{answer: isRefused, leave: true}, fault, put)
	}
}

// introduce writes a customer into the ERP, if it takes them.
func (w *world) introduce(m *model) {
	if w.buyer.person > 0 && (m.coded || w.buyer.hidden) {
		return
	}
	w.buyer.twins = w.buyer.twins || w.buyer.person > 0
	w.buyer.last++
	w.buyer.person = w.buyer.last
}

// notIntroduced records what the question for the customer ended in.
func (m *model) notIntroduced(to world, i int, ev event, who actor, put emit) {
	ev.what = prepareFailed
	to.noted(m)
	m.record(to, i, ev, move{did: "records of the customer", detail: ev.answer.String(), who: who}, put)
}

// applyBuyer is the ERP's late write of a customer, and of what somebody does to them there.
func (m *model) applyBuyer(w world, put emit) {
	if w.buyer.late > 0 {
		to := w
		to.buyer.late = 0
		to.introduce(m)
		put(to, move{did: "the ERP writes the customer late"})
	}
	if w.faults > 0 && w.buyer.person > 0 && !w.buyer.hidden {
		to := w
		to.buyer.person = 0
		put(to, move{did: "somebody deletes the customer in the ERP", who: fault})
	}
}

// refusesGone tells whether the ERP refuses the create since it has no such customer.
func (m *model) refusesGone(w world, k worker) bool { return m.buyers && k.person != w.buyer.person }

// callGone is how such a create ends.
func (m *model) callGone(w world, i int, ends func(answer, actor) world, put emit) {
	ends(isGone, nature)
	if w.faults > 0 {
		put(ends(isLost, fault), move{did: "the refusal is lost", who: fault})
	}
}

// forgetBuyer is the client's, after such a refusal.
func (m *model) forgetBuyer(w *world, person uint8) {
	if !m.goneRemembered && w.buyer.note == person {
		w.buyer.note = 0
	}
}

// brokenBuyer names the invariant about the customer that doesn't hold.
func (w world) brokenBuyer() string {
	switch {
	case w.buyer.twins:
		return twoCustomers
	case w.entry.left && w.entry.nothingSent() && w.buyer.refused.body() != w.entry.payload.body():
		return partDropped
	}
	return ""
}

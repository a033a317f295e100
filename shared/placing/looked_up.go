package placing

import (
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// LookedUp: a look-up ended, or was put off.
type LookedUp struct {
	Fence  int64
	Answer erp.Answer
	// LaneUntil is when the lane opens, after an answer of kind AccountRests; Through is when an
	// order of the account last got through.
	LaneUntil time.Time
	Through   time.Time
	// PutOff tells that no call was made.
	PutOff bool
	// DocumentKind is the kind of document that was looked for.
	DocumentKind string
}

func (l LookedUp) next(r Rules, e ledger.Entry, now time.Time) (ledger.Entry, Step) {
	if !claimIsCurrent(e, l.Fence, ledger.Uncertain) {
		return e, stop
	}
	quiet := e.QuietUntil
	if l.mayHaveReachedERP() {
		e.LookedUpAt, e.QuietUntil = now, latest(quiet, now.Add(r.Spacing))
		if callAdmitted(l.Answer) {
			clearOwnRests(&e)
		}
	}
	if e.Denied() {
		return l.nextDenied(r, e, now)
	}
	step := Step{Do: Acknowledge, Write: true}
	rule := "6"
	switch l.Answer.Kind {
	case erp.Present:
		rule = "7"
		step.Metrics = adoptDocument(&e, l.Answer, now)
	case erp.Absent:
		step.Do, step.Metrics = l.afterAbsent(&e, now)
		if step.Do == Place {
			// The create is no equal call: the claim that proved the absence makes it at once.
			e.QuietUntil = quiet
		}
	case erp.Unprovable:
		e.Attempts++
		step.Metrics = afterUnprovable(&e, l.Answer, now)
	default:
		step.Metrics = l.postpone(r, &e, now)
	}
	addAttempt(&e, now, ledger.Attempt{Did: l.attemptName(), Answer: string(l.Answer.Kind), Text: answerText(e, l.Answer), Rule: rule})
	return e, step
}

// mayHaveReachedERP tells whether a request may have reached the ERP.
func (l LookedUp) mayHaveReachedERP() bool {
	return !l.PutOff && l.Answer.Kind != erp.NotSent && l.Answer.Kind != erp.NoTime
}

func (l LookedUp) attemptName() string {
	if l.PutOff {
		return didPutOff
	}
	return didLookUp
}

// nextDenied decides about a recorded document that a person says is gone. Only a
// proof that it is changes anything.
func (l LookedUp) nextDenied(r Rules, e ledger.Entry, now time.Time) (ledger.Entry, Step) {
	var metrics []Metric
	var outcome words.Text
	id := e.ERPID
	switch l.Answer.Kind {
	case erp.Present:
		e.Attempts++
		outcome = stillThere(id, l.Answer)
		metrics = becomeCreated(&e, now)
	case erp.Absent:
		e.Attempts++
		if l.underAnotherKey(e) || l.DocumentKind != e.Reference.DocumentKind {
			outcome = words.Say("the account's App Key or kind of document is another one than when document %s was created, so nothing proves that it is gone: nothing changes", id)
			metrics = becomeCreated(&e, now)
			break
		}
		outcome = words.Say("document %s is gone", id)
		metrics = rejectDeleted(&e)
	case erp.Unprovable:
		e.Attempts++
		outcome = words.Say("no look-up of this account proves that document %s is gone: nothing changes", id)
		metrics = becomeCreated(&e, now)
	default:
		if metrics = l.postpone(r, &e, now); e.State == ledger.Created {
			outcome = words.Say("looked up for 7 days without proof that document %s is gone: nothing changes", id)
		}
	}
	if text := l.Answer.Text; outcome.IsZero() {
		outcome = text
	} else if !text.IsZero() {
		outcome = words.Sentences(outcome, words.Say("The answer: %s", text))
	}
	addAttempt(&e, now, ledger.Attempt{Did: l.attemptName(), Answer: string(l.Answer.Kind), Text: outcome, Rule: "resolve"})
	return writeAndAcknowledge(e, metrics)
}

// stillThere tells a person who denied the document that it was found, and what they may
// want to know of it.
func stillThere(id string, a erp.Answer) words.Text {
	switch another := a.ID != id; {
	case another && a.Found.Cancelled:
		return words.Say("the document exists, as %s and not as the recorded %s, though somebody cancelled it there: nothing changes", a.ID, id)
	case another:
		return words.Say("the document exists, as %s and not as the recorded %s: nothing changes", a.ID, id)
	case a.Found.Cancelled:
		return words.Say("the document exists, though somebody cancelled it there: nothing changes")
	}
	return words.Say("the document exists: nothing changes")
}

// afterUnprovable: no look-up of this account will tell, so a person's word that the
// document exists counts without one.
func afterUnprovable(e *ledger.Entry, a erp.Answer, now time.Time) []Metric {
	if e.AssertedID != "" {
		return recordCreated(e, erp.Answer{ID: e.AssertedID}, now, false)
	}
	return park(e, words.Say("%s. Look in the ERP, then carimbo orders resolve --created ID or --absent", a.Text))
}

// adoptDocument adopts the document that a look-up found, once it is proven ours.
func adoptDocument(e *ledger.Entry, a erp.Answer, now time.Time) []Metric {
	if e.AssertedID != "" && e.AssertedID != a.ID {
		asserted := e.AssertedID
		e.AssertedID = ""
		return park(e, words.Say("the document with our code is %s in the ERP, not %s: resolve again with the right id", a.ID, asserted))
	}
	why := differenceFromSent(e.Document, a.Found)
	if e.AssertedID == "" && !why.IsZero() {
		return park(e, words.Say("the ERP has document %s with our code, but %s: look there, then carimbo orders resolve --created ID or --absent", a.ID, why))
	}
	e.Attempts++
	metrics := recordCreated(e, a, now, true)
	if !why.IsZero() {
		// A person's word makes it ours, not what the store says: it may have been sent
		// before the store changed the order, or entered by hand.
		addAttempt(e, now, ledger.Attempt{Did: didNewer, Rule: "12", Text: words.Say("document %s is recorded on a person's word, and %s", a.ID, why)})
		metrics = append(metrics, MetricChangedLate)
	}
	return metrics
}

// differenceFromSent says in what the found document differs from the one that was sent;
// empty if it is ours (rule 7).
func differenceFromSent(sent erp.Mark, found erp.Found) words.Text {
	switch {
	case found.Cancelled:
		return words.Say("somebody cancelled it there")
	case !found.TotalUnknown && !found.Total.Equal(sent.Total):
		return words.Say("its total is %s and ours is %s", found.Total, sent.Total)
	case sent.OrderNumber != "" && found.OrderNumber != sent.OrderNumber:
		return words.Say("its order number is another")
	case sent.OrderNumber == "" && found.CustomerID != sent.CustomerID:
		return words.Say("its customer is another")
	}
	return words.Text{}
}

// afterAbsent is what an absence leads to, if it is one of the document that was asked
// for: under another App Key another app was asked, which knows none of ours, and a
// document of another kind is elsewhere in the ERP.
func (l LookedUp) afterAbsent(e *ledger.Entry, now time.Time) (Action, []Metric) {
	switch {
	case l.underAnotherKey(*e):
		e.Attempts++
		return Acknowledge, park(e, words.Say("the account's App Key is another one than when the order was sent, so that the ERP shows none proves nothing: look under the former App Key, then carimbo orders resolve --created ID or --absent"))
	case l.DocumentKind != e.Reference.DocumentKind:
		e.Attempts++
		return Acknowledge, park(e, words.Say("another kind of document was looked for than the one that was sent, so that the ERP shows none proves nothing: look there, then carimbo orders resolve --created ID or --absent"))
	}
	return afterProvenAbsence(e, now)
}

// underAnotherKey tells whether the look-up was made under another App Key than the
// create; where either isn't known they count as the same.
func (l LookedUp) underAnotherKey(e ledger.Entry) bool {
	return e.Document.Key != "" && l.Answer.Key != "" && e.Document.Key != l.Answer.Key
}

// afterProvenAbsence goes on with the create in the same claim where rule 6 lets it.
func afterProvenAbsence(e *ledger.Entry, now time.Time) (Action, []Metric) {
	switch {
	case e.AssertedID != "":
		asserted := e.AssertedID
		e.AssertedID = ""
		return Acknowledge, park(e, words.Say("the ERP has no document with our code, so %s is not it: resolve with --absent, or with the right id", asserted))
	case e.AlreadyThere:
		return Acknowledge, park(e, words.Say("the ERP refused the order as already there, but shows no document with our code: look there, then carimbo orders resolve --created ID or --absent"))
	}
	again, metrics := recreateOrReject(e, now, order.NotSent)
	if again {
		return Place, metrics
	}
	return Acknowledge, metrics
}

// postpone: the look-up proved nothing; only its time moves, and the reason stays
// (rule 6). After Patience it is a person's.
func (l LookedUp) postpone(r Rules, e *ledger.Entry, now time.Time) []Metric {
	releaseClaim(e)
	switch gaveUp := now.Sub(e.TryingSince) >= Patience; {
	case gaveUp && e.Denied():
		return becomeCreated(e, now)
	case gaveUp:
		return park(e, words.Say("looked up for 7 days without proof, the last answer: %s. Look in the ERP, then carimbo orders resolve --created ID or --absent", l.Answer.Text))
	}
	switch l.Answer.Kind {
	case erp.AccountRests:
		if !l.PutOff && countOwnRest(e, l.Through, now) && !e.Denied() {
			e.Attempts++
			return park(e, words.Say("%s. Look in the ERP, then carimbo orders resolve --created ID or --absent", words.Say(onlyThisOrder, l.Answer.Text)))
		}
		waitForRest(r, e, latest(now, l.LaneUntil))
		return []Metric{MetricLaneBlocked}
	case erp.Redundant:
		e.Attempts++
		e.Until = latest(now.Add(retryAfter(l.Answer, r)), e.QuietUntil)
	default:
		e.Attempts++
		e.Failures++
		e.Until = latest(now.Add(backoff(e.Failures, r.Spacing)), e.QuietUntil)
	}
	return nil
}

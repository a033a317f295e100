package placing

import (
	"cmp"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
)

// Facts are what the decoded order tells a list (rule 18): nothing personal.
type Facts struct {
	StoreNumber string
	Total       string
	Currency    string
	Customer    string
	PaidAt      time.Time
	PaidRank    order.Rank
}

func (f Facts) record(e *ledger.Entry) {
	if f == (Facts{}) {
		return
	}
	e.Total, e.Currency, e.Customer = f.Total, f.Currency, f.Customer
	if f.StoreNumber != "" {
		e.StoreNumber = f.StoreNumber
	}
	if !f.PaidAt.IsZero() {
		e.PaidAt, e.PaidRank = f.PaidAt, f.PaidRank
	}
}

// claimIsCurrent tells whether the claim with this fence still has the entry, in one of
// the states.
func claimIsCurrent(e ledger.Entry, fence int64, states ...ledger.State) bool {
	if e.Rev == 0 || e.Fence != fence || e.Owner == "" {
		return false
	}
	for _, s := range states {
		if e.State == s {
			return true
		}
	}
	return false
}

var stop = Step{Do: Stop}

// OrderInvalid: the order's own contents can't become a document.
type OrderInvalid struct {
	Fence  int64
	Facts  Facts
	Reason order.Reason
}

func (j OrderInvalid) next(_ Rules, e ledger.Entry, now time.Time) (ledger.Entry, Step) {
	if !claimIsCurrent(e, j.Fence, ledger.Accepted, ledger.Waiting) {
		return e, stop
	}
	j.Facts.record(&e)
	e.Attempts++
	metrics := becomeRejected(&e, j.Reason.Kind, j.Reason.Message)
	addAttempt(&e, now, ledger.Attempt{Did: didPlace, Answer: string(j.Reason.Kind), Text: j.Reason.Message, Rule: ruleOfReason(j.Reason.Kind)})
	return writeAndAcknowledge(e, metrics)
}

// ruleOfReason is the rule by which an order's own contents are refused: most kinds
// are the mapping's and the ERP's own demands, which have no number.
func ruleOfReason(kind order.ReasonKind) string {
	switch kind {
	case order.NotUnderstood:
		return "10"
	case order.TooOld:
		return "13"
	case order.TotalReason:
		return "16"
	}
	return ruleContents
}

// What decides where no numbered rule does: the order's own contents, or the
// plain words of the ERP.
const (
	ruleContents = "contents"
	ruleAnswer   = "answer"
)

// PrepareFailed: something before the create call did not go through. Nothing was sent,
// so the order waits; it never becomes uncertain (rule 4).
type PrepareFailed struct {
	Fence  int64
	Facts  Facts
	Answer erp.Answer
	// LaneUntil is when the lane opens, after an answer of kind AccountRests; Through is when an
	// order of the account last got through.
	LaneUntil time.Time
	Through   time.Time
	// PutOff tells that no call was made.
	PutOff bool
}

func (h PrepareFailed) next(r Rules, e ledger.Entry, now time.Time) (ledger.Entry, Step) {
	if !claimIsCurrent(e, h.Fence, ledger.Accepted, ledger.Waiting) {
		return e, stop
	}
	h.Facts.record(&e)
	var metrics []Metric
	rule := "8"
	switch h.Answer.Kind {
	case erp.AccountRests:
		if !h.PutOff && countOwnRest(&e, h.Through, now) {
			e.Attempts++
			metrics = becomeRejected(&e, order.RefusedByERP, onlyThisOrder+h.Answer.Text)
			break
		}
		becomeWaiting(&e, now, order.AccountRests, "the ERP account rests: "+h.Answer.Text)
		waitForRest(r, &e, latest(now, h.LaneUntil))
		metrics = []Metric{MetricLaneBlocked}
	case erp.Redundant:
		metrics = waitWithBackoff(r, &e, now, order.Redundant, h.Answer.Text)
		if e.State == ledger.Waiting {
			e.Until = latest(now.Add(retryAfter(h.Answer, r)), e.QuietUntil)
		}
	case erp.Early:
		becomeWaiting(&e, now.Add(retryAfter(h.Answer, r)), order.NotSent, h.Answer.Text)
	case erp.Refused, erp.Unknown:
		e.Attempts++
		rule = ruleAnswer
		metrics = becomeRejected(&e, order.RefusedByERP, h.Answer.Text)
	case erp.NoTime:
		e.Attempts++
		rule = "4"
		becomeWaiting(&e, now, order.NotSent, "too little time was left for the call")
	default:
		rule = "4"
		metrics = waitWithBackoff(r, &e, now, order.ERPDown, h.Answer.Text)
	}
	did := didCustomer
	if h.PutOff || h.Answer.Kind == erp.Early {
		did = didPutOff
	}
	addAttempt(&e, now, ledger.Attempt{Did: did, Answer: string(h.Answer.Kind), Text: h.Answer.Text, Rule: rule})
	return writeAndAcknowledge(e, metrics)
}

// onlyThisOrder explains why what reads like the account's fault is put down to an
// order.
const onlyThisOrder = "three times in a row the ERP sent the account to rest for this order, while other orders got through. Its words: "

// FetchFailed: the order could not be fetched from its store. Nothing was sent.
type FetchFailed struct {
	Fence int64
	// Text tells a person what went wrong.
	Text string
}

func (u FetchFailed) next(r Rules, e ledger.Entry, now time.Time) (ledger.Entry, Step) {
	if !claimIsCurrent(e, u.Fence, ledger.Accepted, ledger.Waiting) {
		return e, stop
	}
	metrics := waitWithBackoff(r, &e, now, order.Fetch, u.Text)
	addAttempt(&e, now, ledger.Attempt{Did: didFetch, Answer: string(order.Fetch), Text: u.Text, Rule: "4"})
	return writeAndAcknowledge(e, metrics)
}

// retryAfter is how long the ERP asked for, else the spacing.
func retryAfter(a erp.Answer, r Rules) time.Duration {
	if a.RetryAfter > 0 {
		return a.RetryAfter
	}
	return r.Spacing
}

// Prepared asks to begin the create call: the document is made, its customer is
// known, and the lane was read a moment ago.
type Prepared struct {
	Fence int64
	Facts Facts
	Mark  erp.Mark
	// Parts are what the webhook says, whatever was fetched beside.
	Parts ledger.Parts
	// LaneUntil is until when the lane is blocked; zero or past when it is open.
	LaneUntil time.Time
	LaneWhy   string
	// TimeLeft tells whether the invocation has the call and 10 s left.
	TimeLeft bool
}

func (ev Prepared) next(r Rules, e ledger.Entry, now time.Time) (ledger.Entry, Step) {
	if !claimIsCurrent(e, ev.Fence, ledger.Accepted, ledger.Waiting) || !e.Leased(now) {
		return e, stop
	}
	ev.Facts.record(&e)
	switch {
	case !e.ReversedAt.IsZero():
		metrics := becomeRejected(&e, order.Reversed, reversedMessage)
		return writeAndAcknowledge(e, metrics)
	case now.Before(ev.LaneUntil):
		becomeWaiting(&e, now, order.AccountRests, "the ERP account rests: "+ev.LaneWhy)
		waitForRest(r, &e, ev.LaneUntil)
		addAttempt(&e, now, ledger.Attempt{Did: didPutOff, Answer: string(erp.AccountRests), Text: ev.LaneWhy, Rule: "8"})
		return writeAndAcknowledge(e, []Metric{MetricLaneBlocked})
	case now.Before(e.QuietUntil):
		becomeWaiting(&e, e.QuietUntil, order.NotSent, "a call about this order ended less than a minute ago")
		addAttempt(&e, now, ledger.Attempt{Did: didPutOff, Answer: string(order.NotSent), Text: e.Reason.Message, Rule: "8"})
		return writeAndAcknowledge(e, nil)
	case !ev.TimeLeft:
		e.Attempts++
		becomeWaiting(&e, now, order.NotSent, "too little time was left for the call")
		addAttempt(&e, now, ledger.Attempt{Did: didPutOff, Answer: string(erp.NoTime), Text: e.Reason.Message, Rule: "4"})
		return writeAndAcknowledge(e, nil)
	}
	e.State, e.Rests = ledger.Creating, false
	e.Until = time.Time{}
	e.Reason = order.Reason{}
	e.Document, e.Parts = ev.Mark, ev.Parts
	return e, Step{Do: Create, Write: true}
}

// Answered: the create call ended.
type Answered struct {
	Fence  int64
	Answer erp.Answer
	// LaneUntil is when the lane opens, after an answer of kind AccountRests; Through is when an
	// order of the account last got through.
	LaneUntil time.Time
	Through   time.Time
}

func (a Answered) next(r Rules, e ledger.Entry, now time.Time) (ledger.Entry, Step) {
	if !claimIsCurrent(e, a.Fence, ledger.Creating) {
		return e, stop
	}
	if a.Answer.Kind != erp.NotSent && a.Answer.Kind != erp.NoTime {
		e.QuietUntil = latest(e.QuietUntil, now.Add(r.Spacing))
	}
	step := Step{Do: Acknowledge, Write: true}
	rule := ruleAnswer
	switch a.Answer.Kind {
	case erp.Created:
		e.Attempts++
		step.Metrics = recordCreated(&e, a.Answer, now, false)
	case erp.Duplicate:
		e.Attempts++
		rule = "7"
		step.Do, step.Metrics = lookUpDuplicate(r, &e, a.Answer, now)
	case erp.Refused:
		e.Attempts++
		step.Metrics = becomeRejected(&e, order.RefusedByERP, a.Answer.Text)
	case erp.Unknown:
		e.Attempts++
		rule = "9"
		e.Fault = cmp.Or(a.Answer.Text, "the ERP refused without a word")
		step.Metrics = append([]Metric{MetricUnknownFault}, becomeUncertain(r, &e, e.QuietUntil, order.UnknownFault, e.Fault)...)
	case erp.AccountRests:
		rule = "8"
		if countOwnRest(&e, a.Through, now) {
			e.Attempts++
			step.Metrics = becomeRejected(&e, order.RefusedByERP, onlyThisOrder+a.Answer.Text)
			break
		}
		becomeWaiting(&e, now, order.AccountRests, "the ERP account rests: "+a.Answer.Text)
		waitForRest(r, &e, latest(now, a.LaneUntil))
		step.Metrics = []Metric{MetricLaneBlocked}
	case erp.Redundant:
		e.Attempts++
		rule = "8"
		step.Metrics = becomeUncertain(r, &e, latest(now.Add(retryAfter(a.Answer, r)), lookUpAt(r, e, now)), order.RedundantWrite, a.Answer.Text)
	case erp.NotSent:
		rule = "5"
		step.Metrics = waitWithBackoff(r, &e, now, order.ERPDown, a.Answer.Text)
	case erp.NoTime:
		e.Attempts++
		rule = "4"
		becomeWaiting(&e, now, order.NotSent, "too little time was left for the call")
	default:
		e.Attempts++
		rule = "5"
		step.Metrics = becomeUncertain(r, &e, lookUpAt(r, e, now), order.LostAnswer, a.Answer.Text)
	}
	if callAdmitted(a.Answer) {
		clearOwnRests(&e)
	}
	if metrics, changed := applyPendingNews(&e, now); changed {
		step.Metrics = metrics
	}
	addAttempt(&e, now, ledger.Attempt{Did: didCreate, Answer: string(a.Answer.Kind), Text: answerText(e, a.Answer), Rule: rule})
	return e, step
}

// applyPendingNews follows a create of which nothing is in the ERP: what was kept
// beside while that was open now counts (rules 12 and 14). Newer contents take
// over whatever the state, and a reversal ends the order.
func applyPendingNews(e *ledger.Entry, now time.Time) (metrics []Metric, changed bool) {
	if !nothingSent(e.State) {
		return nil, false
	}
	mended := replaceByNewer(e)
	switch {
	case !e.ReversedAt.IsZero():
		return becomeRejected(e, order.Reversed, reversedMessage), true
	case mended && e.State == ledger.Rejected:
		restartPatience(e, now)
		becomeWaiting(e, now, order.Mended, "the store sent newer contents")
		return nil, true
	}
	return nil, false
}

// lookUpDuplicate follows a duplicate fault: looked up at once, by the same claim,
// unless the same look-up was made less than the spacing ago (rule 7).
func lookUpDuplicate(r Rules, e *ledger.Entry, a erp.Answer, now time.Time) (Action, []Metric) {
	owner, lease := e.Owner, e.Lease
	again := e.LookedUpAt.Add(r.Spacing)
	e.AlreadyThere = true
	metrics := becomeUncertain(r, e, now, order.LostAnswer, cmp.Or(a.Text, "the ERP says that it has this order already"))
	if e.Parked() {
		return Acknowledge, metrics
	}
	if !e.LookedUpAt.IsZero() && now.Before(again) {
		e.Until = latest(again, e.QuietUntil)
		return Acknowledge, metrics
	}
	e.Owner, e.Lease = owner, lease
	return LookUp, metrics
}

// Panicked: the worker panicked and lived to say so. Where the create call may have
// been under way, the order is uncertain.
type Panicked struct {
	Fence int64
}

func (b Panicked) next(r Rules, e ledger.Entry, now time.Time) (ledger.Entry, Step) {
	if !claimIsCurrent(e, b.Fence, ledger.Accepted, ledger.Waiting, ledger.Creating, ledger.Uncertain) {
		return e, stop
	}
	const message = "the worker broke off; its log has the cause"
	var metrics []Metric
	rule := "4"
	switch e.State {
	case ledger.Creating:
		rule = "5"
		e.Attempts++
		e.QuietUntil = latest(e.QuietUntil, now.Add(r.Spacing))
		metrics = becomeUncertain(r, &e, lookUpAt(r, e, now), order.LostAnswer, message)
	case ledger.Uncertain:
		rule = "6"
		e.QuietUntil = latest(e.QuietUntil, now.Add(r.Spacing))
		metrics = LookedUp{Answer: erp.Answer{Kind: erp.Lost, Text: message}}.postpone(r, &e, now)
	default:
		metrics = waitWithBackoff(r, &e, now, order.Panic, message)
	}
	addAttempt(&e, now, ledger.Attempt{Did: didPlace, Answer: string(order.Panic), Text: message, Rule: rule})
	return writeAndAcknowledge(e, metrics)
}

// answerText is what an answer said, for the timeline: of one without words, why it
// was not enough, or which document it is about.
func answerText(e ledger.Entry, a erp.Answer) string {
	switch {
	case a.Text != "":
		return a.Text
	case e.Parked():
		return e.Reason.Message
	case a.ID != "":
		return "document " + a.ID
	}
	return ""
}

package simulation

import (
	"time"

	"github.com/carimbo/carimbo/shared/erp/erpsim"
)

// FaultKind is one kind of fault.
type FaultKind string

// The faults, apart from the ERPs' own answers.
const (
	CrashReading     FaultKind = "crash: reading the ledger"
	CrashBeforeWrite FaultKind = "crash: before a ledger write"
	CrashAfterWrite  FaultKind = "crash: after a ledger write"
	CrashBeforeSend  FaultKind = "crash: before a queue send"
	CrashAfterSend   FaultKind = "crash: after a queue send"
	CrashBeforeAck   FaultKind = "crash: before an acknowledgement"
	CrashAfterAck    FaultKind = "crash: after an acknowledgement"
	CrashBeforeCall  FaultKind = "crash: before an ERP call"
	CrashSent        FaultKind = "crash: ERP call sent"
	CrashApplied     FaultKind = "crash: ERP call applied"
	CrashAnswered    FaultKind = "crash: ERP call answered"
	Panics           FaultKind = "panic while placing"
	StandsStill      FaultKind = "a process stands still for minutes"
	StartsLate       FaultKind = "an invocation starts late and is slow"
	LateCreate       FaultKind = "a create leaves late, up to 50 s after its lease"

	Throttled   FaultKind = "ledger: throttled"
	WriteLost   FaultKind = "ledger: written, answer lost"
	WriteResent FaultKind = "ledger: written, answer lost, sent again"
	SendRefused FaultKind = "queue: send refused"
	SendLost    FaultKind = "queue: sent, answer lost"
	SendResent  FaultKind = "queue: sent, answer lost, sent again"
	AckLost     FaultKind = "queue: acknowledgement lost"
	Doubled     FaultKind = "queue: message doubled"

	AnswerLost FaultKind = "store: our answer was lost, sent again"
	SentTwice  FaultKind = "store: sent twice"
	Reordered  FaultKind = "store: an old notice days later"
	Shuffled   FaultKind = "store: notices out of order, up to days"
	NotGenuine FaultKind = "store: a forged call"

	NoSecret   FaultKind = "secrets: unreadable"
	NewSecret  FaultKind = "secrets: rotated"
	Redeployed FaultKind = "configuration changed and redeployed"
	Switched   FaultKind = "configuration: another kind of document"
	Skewed     FaultKind = "clocks of one function differ by seconds"
	NewKey     FaultKind = "secrets: the App Key of another app"
	Resumed    FaultKind = "an operator ends an account's rest"
	Dismissed  FaultKind = "an operator dismisses an order"
	Poisoned   FaultKind = "the ERP has its account rest for one order"
	Commanded  FaultKind = "an operator's command at any time"
	ClockSet   FaultKind = "the clock of one machine is set"
	Restarts   FaultKind = "the process of one machine is killed and starts again"
	Deleted    FaultKind = "somebody deletes a customer in the ERP"
)

// The faults that each ERP has, after its name.
const (
	unreachable = "connection refused"
	outage      = "outage"
	outage72    = "outage of 72 hours"
	seized      = "a foreign document has our code"
	// The draws of rates.
	erpAnswers   FaultKind = "answers"
	erpUnreached FaultKind = "unreached"
)

// kindOf is a fault of one ERP.
func kindOf(kind, what string) FaultKind { return FaultKind(kind + ": " + what) }

// rates are how likely each fault is wherever it can happen.
var rates = map[FaultKind]float64{
	CrashReading: .001, CrashBeforeWrite: .004, CrashAfterWrite: .004, CrashBeforeSend: .008, CrashAfterSend: .008,
	CrashBeforeAck: .008, CrashAfterAck: .008, CrashBeforeCall: .006, CrashSent: .008, CrashApplied: .008, CrashAnswered: .008,
	Panics: .003, StandsStill: .002, StartsLate: .01, LateCreate: .006,
	Throttled: .004, WriteLost: .004, WriteResent: .004, SendRefused: .008, SendLost: .008, SendResent: .004, AckLost: .008, Doubled: .02,
	AnswerLost: .01, SentTwice: .08, Reordered: .03, Shuffled: .05, NoSecret: .003, erpUnreached: .01, erpAnswers: .06,
} // never written to

// What faults led to. Each has to be seen, or the fault proves nothing.
const (
	holderAlive    = "an entry was taken from a holder that is alive"
	fencedOff      = "a holder saw that its claim was lost"
	metLease       = "a message met a live lease, its holder alive, and changed the order"
	bounced        = "a write bounced: somebody wrote in between"
	lateArrival    = "a create reached the ERP after its lease"
	lateApply      = "a create was applied after its caller had gone"
	lapsedUnsure   = "a lease lapsed while creating"
	foundThere     = "a look-up found the document"
	provenAbsent   = "a look-up proved absence, created again"
	refusedTwice   = "the ERP refused a second create"
	redriven       = "a dead letter was redriven"
	staleSecret    = "an ERP refused a key that was rotated"
	mendedAlive    = "mended in the store while rejected"
	reversedBefore = "refunded while waiting"
	reversedAfter  = "refunded when a document may exist"
	newerTookOver  = "newer contents took over after a proof"
	moved          = "an order kept its account when its connection moved"
	keptKind       = "an order kept its kind of document when another was asked for"
	askedAsSent    = "an uncertain order was looked up as what it was sent as, and another kind was asked for"
	otherKey       = "a look-up under another App Key was parked"
	otherERP       = "an account was another ERP's, and its order waited or was a person's"
	aloneRefused   = "an order that had its account rest again and again was refused or parked"
	longRest       = "an ERP asked for a rest beyond its bound"
	toldLate       = "a person is told that an order changed too late"
	nothingNew     = "a notice of what was sent said nothing new"
	restEnded      = "an account's rest was ended before its time"
	formerSecret   = "a call signed with the former secret was accepted"
	lateCustomer   = "a customer was created after its caller had gone"
	metHidden      = "the ERP had a customer whom nothing shows"
	leftOut        = "an order went on without a part of its customer"
	foundAnew      = "an order's customer was gone, and was looked for anew"
	warnedOf       = "a person is warned of a document that is made all the same"
	cantTell       = "an order's customer may have been there, and a person looks"
)

func everyEffect() []string {
	return []string{holderAlive, fencedOff, metLease, bounced, lateArrival, lateApply, lapsedUnsure, foundThere, provenAbsent, refusedTwice, redriven,
		staleSecret, mendedAlive, reversedBefore, reversedAfter, newerTookOver, moved, keptKind, askedAsSent, restEnded, otherKey, otherERP, aloneRefused, longRest, toldLate, nothingNew, formerSecret,
		lateCustomer, metHidden, leftOut, foundAnew, warnedOf, cantTell}
}

func (w *world) effect(what string) { w.effects[what]++ }

// within draws a duration below most.
func (w *world) within(most time.Duration) time.Duration {
	return time.Duration(w.rng.Int64N(max(1, most.Milliseconds()))) * time.Millisecond
}

// chance draws whether something of that probability happens.
func (w *world) chance(p float64) bool { return p > 0 && w.rng.Float64() < p }

// fails draws whether the fault happens here and now.
func (w *world) fails(k FaultKind) bool {
	if !w.now.Before(w.calmAt) || !w.chance(w.rate[k]) {
		return false
	}
	w.befell(k)
	return true
}

// fails draws whether the fault befalls the task, and with it its order.
func (t *task) fails(k FaultKind) bool {
	if !t.world.fails(k) {
		return false
	}
	t.harm()
	return true
}

// harm notes that something went wrong with the order of the task.
func (t *task) harm() {
	if s := t.world.byKey[t.key]; s != nil {
		s.harmed = true
		s.doubted = s.doubted || t.noted > 1 && !t.creates
	}
}

// unread notes that the contents of the task's order could not be compared.
func (t *task) unread() {
	if s := t.world.byKey[t.key]; s != nil {
		s.unread = true
	}
}

// befell counts a fault that lasts until now.
func (w *world) befell(k FaultKind) {
	w.faults[string(k)]++
	w.lasts(w.now)
}

// lasts notes that something goes wrong until then.
func (w *world) lasts(until time.Time) { w.lastFault = later(w.lastFault, until) }

// point is somewhere in a task where others can see what it does: it takes a
// moment, and the task may die or stand still there.
func (t *task) point(crash FaultKind, takes time.Duration) error {
	if t.dead {
		return errDead
	}
	if t.fails(crash) {
		t.tell("dies: %s", crash)
		return t.die()
	}
	return t.wait(takes + t.standsStill())
}

// standsStill draws for how long the task does, if at all.
func (t *task) standsStill() time.Duration {
	most := 12 * time.Minute
	switch {
	case t.slow && t.world.chance(.2):
		most = 3 * time.Minute
	case !t.fails(StandsStill):
		return 0
	}
	still := t.world.within(most)
	t.stood = true
	t.tell("stands still for %s", still)
	t.world.lasts(t.world.now.Add(still))
	return still
}

// crash draws whether the task dies at a point that takes no time.
func (t *task) crash(k FaultKind) bool {
	if t.dead {
		return true
	}
	if !t.fails(k) {
		return false
	}
	t.tell("dies: %s", k)
	t.dead = true
	return true
}

// lateMost is how long after its lease a create may still reach the ERP, and after
// its call's end be applied: what comes later no rule can stop.
const lateMost = 50 * time.Second

// fault is what an ERP does to one call. beyond: it asks for a longer rest than any that
// is kept.
type fault struct {
	erpsim.Mishap
	beyond bool
}

func (f fault) kind(kind string) FaultKind {
	name := string(f.Mode)
	if f.Name != "" {
		name += ", " + f.Name
	}
	return kindOf(kind, name)
}

// refusesKey is what is answered to keys that the account's ERP doesn't know.
func (a *account) refusesKey() *fault {
	return &fault{Mishap: erpsim.Mishap{Mode: a.stage.KeyRefused}}
}

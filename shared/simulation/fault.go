package simulation

import (
	"time"

	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
)

// Kind is one kind of fault.
type Kind string

// The faults, apart from the ERP's own answers.
const (
	CrashReading     Kind = "crash: reading the ledger"
	CrashBeforeWrite Kind = "crash: before a ledger write"
	CrashAfterWrite  Kind = "crash: after a ledger write"
	CrashBeforeSend  Kind = "crash: before a queue send"
	CrashAfterSend   Kind = "crash: after a queue send"
	CrashBeforeAck   Kind = "crash: before an acknowledgement"
	CrashAfterAck    Kind = "crash: after an acknowledgement"
	CrashBeforeCall  Kind = "crash: before an ERP call"
	CrashSent        Kind = "crash: ERP call sent"
	CrashApplied     Kind = "crash: ERP call applied"
	CrashAnswered    Kind = "crash: ERP call answered"
	Panics           Kind = "panic while placing"
	StandsStill      Kind = "a process stands still for minutes"
	LateCreate       Kind = "a create leaves late, up to 50 s after its lease"

	Throttled   Kind = "ledger: throttled"
	WriteLost   Kind = "ledger: written, answer lost"
	WriteResent Kind = "ledger: written, answer lost, sent again"
	SendRefused Kind = "queue: send refused"
	SendLost    Kind = "queue: sent, answer lost"
	AckLost     Kind = "queue: acknowledgement lost"
	Doubled     Kind = "queue: message doubled"

	AnswerLost  Kind = "store: our answer was lost, sent again"
	SentTwice   Kind = "store: sent twice"
	Reordered   Kind = "store: an old notice days later"
	NotGenuine  Kind = "store: a forged call"
	Unreachable Kind = "erp: connection refused"
	Outage      Kind = "erp: outage"
	Foreign     Kind = "erp: a foreign document has our code"

	NoSecret   Kind = "secrets: unreadable"
	NewSecret  Kind = "secrets: rotated"
	Redeployed Kind = "configuration changed and redeployed"
	Skewed     Kind = "clocks of one function differ by seconds"
	Commanded  Kind = "an operator's command at any time"
)

// rates are how likely each fault is wherever it can happen.
var rates = map[Kind]float64{
	CrashReading: .001, CrashBeforeWrite: .004, CrashAfterWrite: .004, CrashBeforeSend: .008, CrashAfterSend: .008,
	CrashBeforeAck: .008, CrashAfterAck: .008, CrashBeforeCall: .006, CrashSent: .008, CrashApplied: .008, CrashAnswered: .008,
	Panics: .003, StandsStill: .002, LateCreate: .006,
	Throttled: .004, WriteLost: .004, WriteResent: .004, SendRefused: .008, SendLost: .008, AckLost: .008, Doubled: .02,
	AnswerLost: .01, Unreachable: .01, NoSecret: .003, erpAnswers: .06,
}

// erpAnswers is all that an ERP can do to one call.
const erpAnswers Kind = "erp"

// within draws a duration below most.
func (w *world) within(most time.Duration) time.Duration {
	return time.Duration(w.rng.Int64N(max(1, most.Milliseconds()))) * time.Millisecond
}

// chance draws whether something of that probability happens.
func (w *world) chance(p float64) bool { return p > 0 && w.rng.Float64() < p }

// fails draws whether the fault happens here and now.
func (w *world) fails(k Kind) bool {
	if !w.now.Before(w.calmAt) || !w.chance(w.rate[k]) {
		return false
	}
	w.befell(k)
	return true
}

// befell counts a fault that lasts until now.
func (w *world) befell(k Kind) {
	w.faults[string(k)]++
	w.lasts(w.now)
}

// lasts notes that something goes wrong until then.
func (w *world) lasts(until time.Time) {
	if until.After(w.lastFault) {
		w.lastFault = until
	}
}

// point is somewhere in a task where others can see what it does: it takes a
// moment, and the task may die or stand still there.
func (t *task) point(crash Kind, takes time.Duration) error {
	if t.dead {
		return errDead
	}
	w := t.world
	if w.fails(crash) {
		t.tell("dies: %s", crash)
		return t.die()
	}
	if w.fails(StandsStill) {
		still := w.within(12 * time.Minute)
		t.stood = true
		t.tell("stands still for %s", still)
		w.lasts(w.now.Add(still))
		takes += still
	}
	return t.wait(takes)
}

// crash draws whether the task dies at a point that takes no time.
func (t *task) crash(k Kind) bool {
	if t.dead {
		return true
	}
	if !t.world.fails(k) {
		return false
	}
	t.tell("dies: %s", k)
	t.dead = true
	return true
}

// drawn are the faults of Omie's by how often one is drawn. A delay is drawn below
// its limit: a late write is applied at most 50 s after its call ended, which is
// after 60 s where no answer comes.
var drawn = []omieFault{
	{fault: omiesim.Fault{Mode: omiesim.WriteThenSilence}},
	{fault: omiesim.Fault{Mode: omiesim.WriteThenReset}},
	{fault: omiesim.Fault{Mode: omiesim.WriteThenHTML}},
	{fault: omiesim.Fault{Mode: omiesim.WriteThenHTML, Status: 504}},
	{fault: omiesim.Fault{Mode: omiesim.WriteThenHTML, Status: 302}},
	{fault: omiesim.Fault{Mode: omiesim.WriteThenGarbage}},
	{fault: omiesim.Fault{Mode: omiesim.WriteThenFault}},
	{fault: omiesim.Fault{Mode: omiesim.WriteThenFault, Text: "ERROR: Broken response from application server", Code: "SOAP-ENV:Server"}},
	{fault: omiesim.Fault{Mode: omiesim.WriteThenFault, Text: "ERROR: Consumo redundante detectado. Aguarde 30 segundos para tentar novamente (REDUNDANT).", Code: "SOAP-ENV:Client-6"}},
	{fault: omiesim.Fault{Mode: omiesim.DelayedApply}, delay: 110 * time.Second},
	{fault: omiesim.Fault{Mode: omiesim.DelayedApply}, delay: 110 * time.Second},
	{fault: omiesim.Fault{Mode: omiesim.DelayedApplyReset}, delay: 50 * time.Second},
	{fault: omiesim.Fault{Mode: omiesim.DelayedApplyReset}, delay: 50 * time.Second},
	{fault: omiesim.Fault{Mode: omiesim.Slow}, delay: 90 * time.Second},
	{fault: omiesim.Fault{Mode: omiesim.Hang}},
	{fault: omiesim.Fault{Mode: omiesim.Reset}},
	{fault: omiesim.Fault{Mode: omiesim.HTML}},
	{fault: omiesim.Fault{Mode: omiesim.HTML, Status: 301}},
	{fault: omiesim.Fault{Mode: omiesim.HTML, Status: 403}},
	{fault: omiesim.Fault{Mode: omiesim.Status200Garbage}},
	{fault: omiesim.Fault{Mode: omiesim.Outage}},
	{fault: omiesim.Fault{Mode: omiesim.Blocked}},
	{fault: omiesim.Fault{Mode: omiesim.Rate}},
	{fault: omiesim.Fault{Mode: omiesim.KeyRefused}},
	{fault: omiesim.Fault{Mode: omiesim.Redundant}, delay: 60 * time.Second},
	{fault: omiesim.Fault{Mode: omiesim.Concurrent}},
	{fault: omiesim.Fault{Mode: omiesim.Refusal, Text: "ERROR: Instabilidade momentanea, tente novamente."}},
	{fault: omiesim.Fault{Mode: omiesim.Refusal}, refuses: true},
	{fault: omiesim.Fault{Mode: omiesim.Refusal, Text: "ERROR: O preenchimento da tag [cCodServMun] é obrigatório!", Code: "SOAP-ENV:Client-103"}, refuses: true},
	{fault: omiesim.Fault{Mode: omiesim.Refusal, Text: "ERROR: OS já cadastrada !", Code: "SOAP-ENV:Client-102"}, contradicts: true},
}

type omieFault struct {
	fault omiesim.Fault
	delay time.Duration
	// refuses: whoever is refused so is a person's to look at. contradicts: the
	// ERP says what it doesn't show.
	refuses, contradicts bool
}

func (f omieFault) kind() Kind {
	name := "erp: " + string(f.fault.Mode)
	switch {
	case f.contradicts:
		name += ", a false duplicate"
	case f.refuses && f.fault.Text != "":
		name += ", contents refused"
	case f.refuses:
		name += ", unknown words"
	case f.fault.Code == "SOAP-ENV:Server" || f.fault.Mode == omiesim.Refusal:
		name += ", instability"
	case f.fault.Code != "":
		name += ", redundant"
	}
	return Kind(name)
}

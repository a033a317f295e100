package placing

import (
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

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

// releaseClaim ends the claim: the holder is done.
func releaseClaim(e *ledger.Entry) {
	e.Owner, e.Lease = "", time.Time{}
	e.Rests = false
}

// revokeClaim takes the entry away from whoever holds it: their writes bounce.
func revokeClaim(e *ledger.Entry) {
	e.Fence++
	releaseClaim(e)
}

// lapseCreate: the holder of a creating entry never came back; its call may have been
// sent up to the end of its lease.
func lapseCreate(r Rules, e *ledger.Entry, ended, now time.Time) []Metric {
	e.Attempts++
	e.QuietUntil = latest(e.QuietUntil, ended.Add(r.Spacing))
	metrics := becomeUncertain(r, e, lookUpAt(r, *e, ended), order.Lapsed, words.Say("the worker stopped while creating; whether the ERP wrote is looked up"))
	e.Fence++
	addAttempt(e, now, ledger.Attempt{Did: didCreate, Answer: "lapsed", Rule: "5"})
	return metrics
}

// lapseLookUp: the holder of an uncertain entry never came back, so its lease's
// end counts as the end of its look-up.
func lapseLookUp(r Rules, e *ledger.Entry, now time.Time) bool {
	if e.State != ledger.Uncertain || e.Lease.IsZero() {
		return false
	}
	e.QuietUntil = latest(e.QuietUntil, e.Lease.Add(r.Spacing))
	e.Until = latest(e.Until, e.QuietUntil)
	releaseClaim(e)
	addLapsedLookUp(e, now)
	return true
}

// addLapsedLookUp: whether the look-up was made or not, nobody recorded an answer.
func addLapsedLookUp(e *ledger.Entry, now time.Time) {
	addAttempt(e, now, ledger.Attempt{Did: didLookUp, Answer: "lapsed", Rule: "6", Text: words.Say("the worker stopped while looking up; no answer was recorded")})
}

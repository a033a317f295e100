package placing

import (
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/words"
)

// Restarted: nobody holds a lease of this ledger any more, and the clock may have
// been set since they were taken (one machine only, under the data folder's lock: at
// the start, and when the clock was seen to jump and all calls had ended). Leases
// count as lapsed now, not then: a call may have ended a moment ago. For the same
// reason an order of which a call ended after From by the clock is quiet for a whole
// spacing from now: of a clock that was set ahead its time would be over.
type Restarted struct {
	From time.Time
}

func (ev Restarted) next(r Rules, e ledger.Entry, now time.Time) (ledger.Entry, Step) {
	leased, quiet := !e.Lease.IsZero(), e.State != ledger.Created && e.QuietUntil.After(ev.From)
	if e.Rev == 0 || !leased && !quiet {
		return e, Step{Do: Acknowledge}
	}
	var metrics []Metric
	switch {
	case !leased:
		revokeClaim(&e)
	case e.State == ledger.Creating:
		metrics = lapseCreate(r, &e, now, now)
	case e.State == ledger.Uncertain:
		revokeClaim(&e)
		quiet = quiet || !e.Parked()
		addLapsedLookUp(&e, now)
	default:
		revokeClaim(&e)
		addAttempt(&e, now, ledger.Attempt{Did: didPlace, Answer: "lapsed", Rule: "4", Text: words.Say("the worker stopped before the create call; nothing was sent")})
	}
	if quiet {
		e.QuietUntil = latest(e.QuietUntil, now.Add(r.Spacing))
	}
	if quiet && !e.Until.IsZero() {
		e.Until = latest(e.Until, e.QuietUntil)
	}
	return writeAndAcknowledge(e, metrics)
}

package placing

import (
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// Person is who gives a command, and in which words.
type Person struct {
	By   string
	Note string
}

// command is what a person asks for, whoever else brings an event.
type command interface{ byPerson() }

func (Person) byPerson() {}

func refuse(e ledger.Entry, format string, args ...any) (ledger.Entry, Step) {
	return e, Step{Do: Refuse, Why: words.Say(format, args...)}
}

func whyBusy(e ledger.Entry, now time.Time) words.Text {
	if e.Rev == 0 {
		return words.Say("there is no such order")
	}
	if e.Leased(now) {
		return words.Say("the order is being worked on until %s at the latest: try again then", e.Lease.UTC().Format(time.RFC3339))
	}
	return words.Text{}
}

// restartPatience starts the patience anew.
func restartPatience(e *ledger.Entry, now time.Time) {
	e.TryingSince, e.Failures, e.Doubts = now, 0, 0
}

// scheduleLookUp makes an uncertain entry due for a look-up. What the ERP said
// before (an unknown fault, already there) still stands and decides what the
// look-up leads to.
func scheduleLookUp(e *ledger.Entry, now time.Time) {
	restartPatience(e, now)
	e.Until = latest(now, e.QuietUntil)
	e.Reason = order.Reason{Kind: order.LostAnswer, Message: words.Say("a person asked for a look-up")}
	switch {
	case e.Denied():
		e.Reason = order.Reason{Kind: order.Deleted, Message: words.Say("a person says that document %s is gone: a look-up decides, and nothing changes unless it proves that", e.ERPID)}
	case !e.Fault.IsZero():
		e.Reason.Kind = order.UnknownFault
	}
}

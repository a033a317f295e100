package placing

import (
	"slices"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// mostHidden is how many attempts may end in a customer whom the ERP says that it has and
// shows nowhere: the same two calls all day draw a block of the account.
const mostHidden = 3

// waitForHidden follows such an answer. Its words tell a person what to do.
func waitForHidden(r Rules, e *ledger.Entry, a erp.Answer, now time.Time) []Metric {
	if e.Lessons.Hidden++; e.Lessons.Hidden >= mostHidden {
		e.Attempts++
		return becomeRejected(e, order.RefusedByERP, a.Text)
	}
	metrics := waitWithBackoff(r, e, now, order.Redundant, a.Text)
	if e.State == ledger.Waiting {
		e.Until = latest(e.Until, now.Add(retryAfter(a, r)))
	}
	return metrics
}

// leaveOut follows the refusal of a part of the customer: a buyer's typing error costs no
// order. What is refused all the same is the order's fault.
func leaveOut(r Rules, e *ledger.Entry, a erp.Answer, now time.Time) []Metric {
	e.Attempts++
	if a.LeaveOut == "" || e.Lessons.LeavesOut(a.LeaveOut) {
		return becomeRejected(e, order.RefusedByERP, a.Text)
	}
	e.Lessons.LeftOut = append(slices.Clone(e.Lessons.LeftOut), a.LeaveOut)
	becomeWaiting(e, now.Add(retryAfter(a, r)), order.Mended, words.Say("it goes on %s", e.Lessons.Without()))
	return nil
}

// findAnew follows a create that was refused because its customer is gone: whoever
// remembered them has forgotten them. A second time there is nothing left to try.
func findAnew(e *ledger.Entry, a erp.Answer, now time.Time) []Metric {
	e.Attempts++
	if e.Lessons.Gone {
		return becomeRejected(e, order.RefusedByERP, words.Say("for the second time the ERP has no such customer, though they were looked for anew: look for them there, then carimbo orders retry. Its words: %s", a.Text))
	}
	e.Lessons.Gone = true
	becomeWaiting(e, now, order.Mended, words.Say("the ERP has the order's customer no more: they are looked for anew"))
	return nil
}

// learnedText is what a line of the timeline says: what was learned, then the ERP's words.
func learnedText(before, after ledger.Entry, said words.Text) words.Text {
	if learned := len(after.Lessons.LeftOut) > len(before.Lessons.LeftOut) || after.Lessons.Gone && !before.Lessons.Gone; !learned {
		return said
	}
	return words.Say("%s. Its words: %s", after.Reason.Message, said)
}

package placing_test

import (
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/words"
)

func kinds() []erp.AnswerKind {
	return []erp.AnswerKind{erp.CustomerKnown, erp.Created, erp.Present, erp.Absent, erp.Duplicate, erp.Refused, erp.Unmapped, erp.Unknown, erp.AccountRests,
		erp.Redundant, erp.CustomerGone, erp.Early, erp.NotSent, erp.NoTime, erp.Lost, erp.Unprovable, ""}
}

// Before the create call nothing is sent: whatever fails there, the order waits
// or is rejected and never becomes uncertain (rules 4 and 8).
func TestWhatEndsBeforeTheCreate(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer erp.Answer
		want   where
	}{
		{"the lane is blocked: waits for it, no attempt", erp.Answer{Kind: erp.AccountRests, RetryAfter: 5 * time.Minute},
			where{State: ledger.Waiting, Kind: order.AccountRests, Until: "6m1s", Due: "6m1s", Metrics: counts(placing.MetricLaneBlocked)}},
		{"a redundant read: waits as long as Omie says", erp.Answer{Kind: erp.Redundant, RetryAfter: 7 * time.Second},
			where{State: ledger.Waiting, Kind: order.Redundant, Until: "7s", Due: "7s", Attempts: 1, Failures: 1}},
		{"a redundant read without a time: 61 s", erp.Answer{Kind: erp.Redundant},
			where{State: ledger.Waiting, Kind: order.Redundant, Until: "1m1s", Due: "1m1s", Attempts: 1, Failures: 1}},
		{"the buyer was asked about a moment ago: waits for the rest, no attempt", erp.Answer{Kind: erp.Early, RetryAfter: 7 * time.Second},
			where{State: ledger.Waiting, Kind: order.NotSent, Until: "7s", Due: "7s"}},
		{"the customer is refused: rejected", erp.Answer{Kind: erp.Refused},
			where{State: ledger.Rejected, Kind: order.RefusedByERP, Due: "never", Attempts: 1, Metrics: counts(placing.MetricRejected)}},
		{"an unknown fault about the customer: rejected", erp.Answer{Kind: erp.Unknown},
			where{State: ledger.Rejected, Kind: order.RefusedByERP, Due: "never", Attempts: 1, Metrics: counts(placing.MetricRejected)}},
		{"the ERP has nothing by a line's name: rejected, for whoever wrote the account", erp.Answer{Kind: erp.Unmapped},
			where{State: ledger.Rejected, Kind: order.Mapping, Due: "never", Attempts: 1, Metrics: counts(placing.MetricRejected)}},
		{"not sent: backs off", erp.Answer{Kind: erp.NotSent},
			where{State: ledger.Waiting, Kind: order.ERPDown, Until: "1m1s", Due: "1m1s", Attempts: 1, Failures: 1}},
		{"no time left: goes on now", erp.Answer{Kind: erp.NoTime},
			where{State: ledger.Waiting, Kind: order.NotSent, Until: "0s", Due: "0s", Attempts: 1}},
		{"the customer's answer is lost: backs off, the order was not sent", erp.Answer{Kind: erp.Lost},
			where{State: ledger.Waiting, Kind: order.ERPDown, Until: "1m1s", Due: "1m1s", Attempts: 1, Failures: 1}},
		{"a part of the customer is refused: goes on without it", erp.Answer{Kind: erp.Refused, LeaveOut: "address"},
			where{State: ledger.Waiting, Kind: order.Mended, Until: "1m1s", Due: "1m1s", Attempts: 1}},
		{"the customer is there, and nowhere shown: backs off", erp.Answer{Kind: erp.Duplicate},
			where{State: ledger.Waiting, Kind: order.Redundant, Until: "1m1s", Due: "1m1s", Attempts: 1, Failures: 1}},
		{"they are, and the ERP asks for longer", erp.Answer{Kind: erp.Duplicate, RetryAfter: 5 * time.Minute},
			where{State: ledger.Waiting, Kind: order.Redundant, Until: "5m0s", Due: "5m0s", Attempts: 1, Failures: 1}},
		{"whether the customer is there can't be told: rejected", erp.Answer{Kind: erp.Unprovable, Text: words.Plain("look for them")},
			where{State: ledger.Rejected, Kind: order.TaxIDReason, Due: "never", Attempts: 1, Metrics: counts(placing.MetricRejected)}},
		{"an answer that has no business here: backs off", erp.Answer{Kind: erp.CustomerGone},
			where{State: ledger.Waiting, Kind: order.ERPDown, Until: "1m1s", Due: "1m1s", Attempts: 1, Failures: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.want.Do, c.want.Payload = placing.Acknowledge, "a"
			s := begin(t, looksUp).claimed()
			s.failsToPrepare(c.answer)
			s.is(c.want)

			// The same from a claim of an entry that waited.
			s = begin(t, looksUp).claimed()
			s.failsToPrepare(erp.Answer{Kind: erp.NoTime})
			s.isDue()
			s.failsToPrepare(c.answer)
			c.want.Attempts++
			s.is(c.want)
		})
	}
}

// A LaneUntil that is past or forgotten must not leave an entry that nothing
// wakes: an absent due time is in no index.
func TestAnOrderThatWaitsForAnOpenLaneIsDueNow(t *testing.T) {
	for _, until := range []time.Time{{}, noon.Add(-time.Hour)} {
		s := begin(t, looksUp).claimed()
		s.happens(placing.PrepareFailed{Fence: s.entry.Fence, Answer: erp.Answer{Kind: erp.AccountRests}, LaneUntil: until})
		if s.isDue(); s.step.Do != placing.Place {
			t.Errorf("until %s: %s", until, s.step.Do)
		}
	}
}

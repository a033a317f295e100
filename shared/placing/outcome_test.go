package placing_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
)

func kinds() []erp.AnswerKind {
	return []erp.AnswerKind{erp.CustomerKnown, erp.Created, erp.Present, erp.Absent, erp.Duplicate, erp.Refused, erp.Unknown, erp.AccountRests,
		erp.Redundant, erp.Early, erp.NotSent, erp.NoTime, erp.Lost, erp.Unprovable, ""}
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
		{"not sent: backs off", erp.Answer{Kind: erp.NotSent},
			where{State: ledger.Waiting, Kind: order.ERPDown, Until: "1m1s", Due: "1m1s", Attempts: 1, Failures: 1}},
		{"no time left: goes on now", erp.Answer{Kind: erp.NoTime},
			where{State: ledger.Waiting, Kind: order.NotSent, Until: "0s", Due: "0s", Attempts: 1}},
		{"the customer's answer is lost: backs off, the order was not sent", erp.Answer{Kind: erp.Lost},
			where{State: ledger.Waiting, Kind: order.ERPDown, Until: "1m1s", Due: "1m1s", Attempts: 1, Failures: 1}},
		{"an answer that has no business here: backs off", erp.Answer{Kind: erp.Duplicate},
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

func TestALookUpThatWaitsForAnOpenLaneIsDueNow(t *testing.T) {
	s := begin(t, looksUp).lookingUp().passes(time.Minute)
	s.happens(placing.LookedUp{Fence: s.entry.Fence, Answer: erp.Answer{Kind: erp.AccountRests}, PutOff: true})
	s.is(where{Do: placing.Acknowledge, State: ledger.Uncertain, Kind: order.LostAnswer, Until: "0s", Quiet: "-1m0s", Due: "0s", Attempts: 1,
		Payload: "a", Metrics: counts(placing.MetricLaneBlocked)})
}

func TestReadyBeginsTheCreateOrSaysWhyNot(t *testing.T) {
	ready := func(s *story) placing.Prepared {
		return placing.Prepared{Fence: s.entry.Fence, Mark: markOf(s.entry), TimeLeft: true}
	}
	for _, c := range []struct {
		name string
		is   func(*story) *story
		ask  func(*story, *placing.Prepared)
		want where
	}{
		{"accepted: creating", (*story).claimed, nil,
			where{Do: placing.Create, State: ledger.Creating, Leased: true, Due: "4m15s"}},
		{"waiting: creating, without the reason that it had", func(s *story) *story { s.waiting().isDue(); return s }, nil,
			where{Do: placing.Create, State: ledger.Creating, Leased: true, Due: "4m15s", Attempts: 1, Failures: 1}},
		{"the lane opened this moment", (*story).claimed, func(s *story, r *placing.Prepared) { r.LaneUntil = s.now },
			where{Do: placing.Create, State: ledger.Creating, Leased: true, Due: "4m15s"}},
		{"the lane is blocked", (*story).claimed, func(s *story, r *placing.Prepared) { r.LaneUntil = s.now.Add(time.Millisecond) },
			where{Do: placing.Acknowledge, State: ledger.Waiting, Kind: order.AccountRests, Until: "1ms", Due: "1ms", Metrics: counts(placing.MetricLaneBlocked)}},
		{"no time left: goes on now", (*story).claimed, func(_ *story, r *placing.Prepared) { r.TimeLeft = false },
			where{Do: placing.Acknowledge, State: ledger.Waiting, Kind: order.NotSent, Until: "0s", Due: "0s", Attempts: 1}},
		{"a millisecond of lease left", (*story).claimed, func(s *story, _ *placing.Prepared) { s.passes(lease - time.Millisecond) },
			where{Do: placing.Create, State: ledger.Creating, Leased: true, Due: "1ms"}},
		{"the lease lapsed this moment", (*story).claimed, func(s *story, _ *placing.Prepared) { s.passes(lease) },
			where{Do: placing.Stop, State: ledger.Accepted, Leased: true, Due: "0s"}},
		{"somebody else's fence", (*story).claimed, func(_ *story, r *placing.Prepared) { r.Fence++ },
			where{Do: placing.Stop, State: ledger.Accepted, Leased: true, Due: "4m15s"}},
		{"asked twice", (*story).creating, nil,
			where{Do: placing.Stop, State: ledger.Creating, Leased: true, Due: "4m15s"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := c.is(begin(t, looksUp))
			ask := ready(s)
			if c.ask != nil {
				c.ask(s, &ask)
			}
			s.happens(ask)
			c.want.Payload = "a"
			s.is(c.want)
		})
	}
}

// Nothing but a bug can bring a claim to Prepared before quiet_until: the guard is
// the last one, so it is tested with an entry that no story reaches.
func TestReadyHoldsTheLastGuards(t *testing.T) {
	s := begin(t, looksUp).claimed()
	quiet := s.entry
	quiet.QuietUntil = noon.Add(time.Millisecond)
	after, step := placing.Next(looksUp, quiet, placing.Prepared{Fence: 1, TimeLeft: true}, noon)
	if step.Do != placing.Acknowledge || after.State != ledger.Waiting || !after.Until.Equal(quiet.QuietUntil) {
		t.Errorf("before quiet_until: %s, %s until %s", step.Do, after.State, after.Until)
	}
	reversed := s.entry
	reversed.ReversedAt = noon
	after, step = placing.Next(looksUp, reversed, placing.Prepared{Fence: 1, TimeLeft: true}, noon)
	if step.Do != placing.Acknowledge || after.State != ledger.Rejected || after.Reason.Kind != order.Reversed {
		t.Errorf("reversed: %s, %s", step.Do, after.State)
	}
}

// The same for a look-up: every until that is written is quiet_until or later.
func TestALookUpHoldsTheLastGuard(t *testing.T) {
	e := begin(t, looksUp).uncertain().entry
	e.QuietUntil = e.Until.Add(time.Millisecond)
	after, step := placing.Next(looksUp, e, placing.Arrival{Message: wake(), Owner: "o", Lease: e.Until.Add(lease)}, e.Until)
	if step.Do != placing.Acknowledge || after.Owner != "" {
		t.Errorf("before quiet_until: %s", step.Do)
	}
}

// How each answer of the create call ends. Everything that the ERP may have
// written is uncertain (rules 5, 7, 8, 9).
func TestWhatACreateEndsIn(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer erp.Answer
		want   where
	}{
		{"created", erp.Answer{Kind: erp.Created, ID: "777", Number: "12"},
			where{State: ledger.Created, Quiet: "1m1s", Attempts: 1, Metrics: counts(placing.MetricCreated)}},
		{"already there: looked up at once, in the same claim", erp.Answer{Kind: erp.Duplicate},
			where{Do: placing.LookUp, State: ledger.Uncertain, Kind: order.LostAnswer, Until: "1m1s", Quiet: "1m1s", Leased: true, Due: "4m15s", Attempts: 1, Payload: "a", Metrics: counts(placing.MetricUncertain)}},
		{"refused", erp.Answer{Kind: erp.Refused, Text: "cCidPrestServ"},
			where{State: ledger.Rejected, Kind: order.RefusedByERP, Quiet: "1m1s", Due: "never", Attempts: 1, Payload: "a", Metrics: counts(placing.MetricRejected)}},
		{"an unknown fault: one look-up after 61 s", erp.Answer{Kind: erp.Unknown, Text: "?"},
			where{State: ledger.Uncertain, Kind: order.UnknownFault, Until: "1m1s", Quiet: "1m1s", Due: "1m1s", Attempts: 1, Payload: "a", Metrics: counts(placing.MetricUnknownFault, placing.MetricUncertain)}},
		{"the lane is blocked: waits for it, no attempt", erp.Answer{Kind: erp.AccountRests, RetryAfter: 5 * time.Minute},
			where{State: ledger.Waiting, Kind: order.AccountRests, Until: "6m1s", Quiet: "1m1s", Due: "6m1s", Payload: "a", Metrics: counts(placing.MetricLaneBlocked)}},
		{"the lane is blocked for a moment: no equal call within 61 s", erp.Answer{Kind: erp.AccountRests, RetryAfter: time.Second},
			where{State: ledger.Waiting, Kind: order.AccountRests, Until: "1m2s", Quiet: "1m1s", Due: "1m2s", Payload: "a", Metrics: counts(placing.MetricLaneBlocked)}},
		{"redundant: uncertain, for as long as Omie says", erp.Answer{Kind: erp.Redundant, RetryAfter: 90 * time.Second},
			where{State: ledger.Uncertain, Kind: order.RedundantWrite, Until: "1m30s", Quiet: "1m1s", Due: "1m30s", Attempts: 1, Payload: "a", Metrics: counts(placing.MetricUncertain)}},
		{"redundant for a moment: looked up no sooner than in 61 s", erp.Answer{Kind: erp.Redundant, RetryAfter: 7 * time.Second},
			where{State: ledger.Uncertain, Kind: order.RedundantWrite, Until: "1m1s", Quiet: "1m1s", Due: "1m1s", Attempts: 1, Payload: "a", Metrics: counts(placing.MetricUncertain)}},
		{"not sent: waits, no call counts", erp.Answer{Kind: erp.NotSent},
			where{State: ledger.Waiting, Kind: order.ERPDown, Until: "1m1s", Due: "1m1s", Attempts: 1, Failures: 1, Payload: "a"}},
		{"no time left: goes on now, no call counts", erp.Answer{Kind: erp.NoTime},
			where{State: ledger.Waiting, Kind: order.NotSent, Until: "0s", Due: "0s", Attempts: 1, Payload: "a"}},
		{"lost", erp.Answer{Kind: erp.Lost},
			where{State: ledger.Uncertain, Kind: order.LostAnswer, Until: "1m1s", Quiet: "1m1s", Due: "1m1s", Attempts: 1, Payload: "a", Metrics: counts(placing.MetricUncertain)}},
		{"absent has no business here, and proves nothing", absent(),
			where{State: ledger.Uncertain, Kind: order.LostAnswer, Until: "1m1s", Quiet: "1m1s", Due: "1m1s", Attempts: 1, Payload: "a", Metrics: counts(placing.MetricUncertain)}},
		{"present has no business here, and proves nothing", ours(),
			where{State: ledger.Uncertain, Kind: order.LostAnswer, Until: "1m1s", Quiet: "1m1s", Due: "1m1s", Attempts: 1, Payload: "a", Metrics: counts(placing.MetricUncertain)}},
		{"ready has no business here", erp.Answer{Kind: erp.CustomerKnown},
			where{State: ledger.Uncertain, Kind: order.LostAnswer, Until: "1m1s", Quiet: "1m1s", Due: "1m1s", Attempts: 1, Payload: "a", Metrics: counts(placing.MetricUncertain)}},
		{"a kind that nobody knows", erp.Answer{},
			where{State: ledger.Uncertain, Kind: order.LostAnswer, Until: "1m1s", Quiet: "1m1s", Due: "1m1s", Attempts: 1, Payload: "a", Metrics: counts(placing.MetricUncertain)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.want.Do == "" {
				c.want.Do = placing.Acknowledge
			}
			s := begin(t, looksUp).creating()
			s.answers(c.answer)
			s.is(c.want)

			// Nobody looks up where nothing can be proved: parked at once (rule 6).
			if c.want.State == ledger.Uncertain {
				s = begin(t, blind).creating()
				s.answers(c.answer)
				c.want.Do, c.want.Leased, c.want.Until, c.want.Due = placing.Acknowledge, false, "", "never"
				c.want.Kind = order.NeedsPerson
				c.want.Metrics = append(slices.Clone(c.want.Metrics), placing.MetricParked)
			} else {
				s = begin(t, blind).creating()
				s.answers(c.answer)
			}
			s.is(c.want)
		})
	}
}

// quiet_until and the wait for a look-up count from when the call ended, not from
// when it started.
func TestQuietCountsFromTheEndOfTheCall(t *testing.T) {
	for _, kind := range []erp.AnswerKind{erp.Lost, erp.Unknown, erp.Redundant} {
		s := begin(t, looksUp).creating().passes(59 * time.Second)
		s.answers(erp.Answer{Kind: kind})
		if want := noon.Add(120 * time.Second); !s.entry.QuietUntil.Equal(want) || !s.entry.Until.Equal(want) {
			t.Errorf("%s: quiet until %s, looked up at %s", kind, s.entry.QuietUntil.Sub(noon), s.entry.Until.Sub(noon))
		}
	}
}

func TestCreatedKeepsWhatRule18NamesAndNoMore(t *testing.T) {
	s := begin(t, looksUp).claimed()
	facts := placing.Facts{StoreNumber: "HP9", Total: "1497.00", Currency: "BRL", Customer: "M. S.", PaidAt: noon.Add(-time.Hour)}
	s.happens(placing.Prepared{Fence: 1, Facts: facts, Mark: markOf(s.entry), TimeLeft: true})
	s.passes(3 * time.Second)
	s.answers(erp.Answer{Kind: erp.Created, ID: "777", Number: "12"})
	e := s.entry
	if e.ERPID != "777" || e.ERPNumber != "12" || e.Found || !e.CreatedAt.Equal(s.now) || e.Expires.Before(s.now.Add(729*day)) ||
		e.StoreNumber != "HP9" || e.Total != "1497.00" || e.Currency != "BRL" || e.Customer != "M. S." || !e.PaidAt.Equal(facts.PaidAt) ||
		e.Digest != "digest-a" || e.Document.Digest != "document-a" || e.Payload != nil || e.Reason != (order.Reason{}) {
		t.Errorf("created as %+v", e)
	}
}

func TestFactsAreKeptWhateverTheAttemptEndsIn(t *testing.T) {
	facts := placing.Facts{StoreNumber: "HP9", Total: "1497.00", Currency: "BRL", Customer: "M. S.", PaidAt: noon.Add(-time.Hour)}
	for _, ev := range []placing.Event{
		placing.OrderInvalid{Fence: 1, Facts: facts, Reason: order.Reason{Kind: order.Mapping}},
		placing.PrepareFailed{Fence: 1, Facts: facts, Answer: erp.Answer{Kind: erp.Lost}},
		placing.Prepared{Fence: 1, Facts: facts, LaneUntil: noon.Add(time.Hour)},
		placing.Prepared{Fence: 1, Facts: facts, TimeLeft: true},
	} {
		s := begin(t, looksUp).claimed()
		s.happens(ev)
		got := placing.Facts{StoreNumber: s.entry.StoreNumber, Total: s.entry.Total, Currency: s.entry.Currency, Customer: s.entry.Customer, PaidAt: s.entry.PaidAt}
		if got != facts {
			t.Errorf("%T: %+v", ev, got)
		}
	}
	s := begin(t, looksUp).claimed()
	s.failsToPrepare(erp.Answer{Kind: erp.AccountRests, RetryAfter: time.Hour})
	if s.entry.StoreNumber != "HP1" || s.entry.PaidAt.IsZero() {
		t.Error("an attempt that learned nothing wiped what the notice said")
	}
	s = begin(t, looksUp).claimed()
	s.happens(placing.PrepareFailed{Fence: 1, Facts: facts, Answer: erp.Answer{Kind: erp.Lost}})
	s.isDue()
	s.failsToPrepare(erp.Answer{Kind: erp.AccountRests, RetryAfter: time.Hour})
	if s.entry.Total != facts.Total || s.entry.Currency != facts.Currency || s.entry.Customer != facts.Customer {
		t.Error("an attempt that learned nothing wiped what a former one learned")
	}
}

func TestAnOrderThatIsJudgedIsRejectedWithTheReason(t *testing.T) {
	for _, kind := range []order.ReasonKind{order.Mapping, order.TaxIDReason, order.TotalReason, order.TooOld, order.NotFound} {
		s := begin(t, looksUp).claimed()
		s.isInvalid(kind)
		s.is(where{Do: placing.Acknowledge, State: ledger.Rejected, Kind: kind, Due: "never", Attempts: 1, Payload: "a", Metrics: counts(placing.MetricRejected)})
	}
}

func TestWhatALookUpEndsIn(t *testing.T) {
	stays := func(until string, attempts, failures int, quiet string, count ...placing.Metric) where {
		return where{Do: placing.Acknowledge, State: ledger.Uncertain, Kind: order.LostAnswer, Until: until, Due: until, Quiet: quiet,
			Attempts: attempts, Failures: failures, Payload: "a", Metrics: count}
	}
	another := func(change func(*erp.Answer)) erp.Answer { a := ours(); change(&a); return a }
	parked := where{Do: placing.Acknowledge, State: ledger.Uncertain, Kind: order.NeedsPerson, Quiet: "1m1s", Due: "never", Attempts: 1, Payload: "a", Metrics: counts(placing.MetricParked)}
	for _, c := range []struct {
		name   string
		answer erp.Answer
		putOff bool
		want   where
	}{
		{"ours: created, found", ours(), false,
			where{Do: placing.Acknowledge, State: ledger.Created, Quiet: "1m1s", Attempts: 2, Metrics: counts(placing.MetricCreated)}},
		{"another total: parked", another(func(a *erp.Answer) { a.Found.Total = order.Cents(149701) }), false, parked},
		{"another order number: parked", another(func(a *erp.Answer) { a.Found.OrderNumber = "HP2" }), false, parked},
		{"no order number: parked", another(func(a *erp.Answer) { a.Found.OrderNumber = "" }), false, parked},
		{"another customer, our order number: ours", another(func(a *erp.Answer) { a.Found.CustomerID = "8" }), false,
			where{Do: placing.Acknowledge, State: ledger.Created, Quiet: "1m1s", Attempts: 2, Metrics: counts(placing.MetricCreated)}},
		{"absent: placed again, in the same claim", absent(), false,
			where{Do: placing.Place, State: ledger.Waiting, Kind: order.NotSent, Until: "0s", Quiet: "0s", Leased: true, Due: "4m15s", Attempts: 1, Payload: "a"}},

		{"nothing will ever prove it: parked", erp.Answer{Kind: erp.Unprovable}, false,
			where{Do: placing.Acknowledge, State: ledger.Uncertain, Kind: order.NeedsPerson, Quiet: "1m1s", Due: "never", Attempts: 2, Payload: "a", Metrics: counts(placing.MetricParked)}},
		{"lost: stays, backs off", erp.Answer{Kind: erp.Lost}, false, stays("1m1s", 2, 1, "1m1s")},
		{"an unknown fault: stays", erp.Answer{Kind: erp.Unknown}, false, stays("1m1s", 2, 1, "1m1s")},
		{"refused: stays", erp.Answer{Kind: erp.Refused}, false, stays("1m1s", 2, 1, "1m1s")},
		{"a duplicate has no business here: stays", erp.Answer{Kind: erp.Duplicate}, false, stays("1m1s", 2, 1, "1m1s")},
		{"created has no business here: stays", erp.Answer{Kind: erp.Created, ID: "777"}, false, stays("1m1s", 2, 1, "1m1s")},
		{"ready has no business here: stays", erp.Answer{Kind: erp.CustomerKnown}, false, stays("1m1s", 2, 1, "1m1s")},
		{"not sent: stays, no call counts", erp.Answer{Kind: erp.NotSent}, false, stays("1m1s", 2, 1, "0s")},
		{"no time left: stays, no call counts", erp.Answer{Kind: erp.NoTime}, false, stays("1m1s", 2, 1, "0s")},
		{"redundant: stays, for as long as Omie says", erp.Answer{Kind: erp.Redundant, RetryAfter: 90 * time.Second}, false, stays("1m30s", 2, 0, "1m1s")},
		{"redundant for a moment: stays 61 s", erp.Answer{Kind: erp.Redundant, RetryAfter: time.Second}, false, stays("1m1s", 2, 0, "1m1s")},
		{"the lane is blocked: stays, no attempt", erp.Answer{Kind: erp.AccountRests, RetryAfter: 5 * time.Minute}, false, stays("6m1s", 1, 0, "1m1s", placing.MetricLaneBlocked)},
		{"the lane is blocked for a moment: stays 62 s", erp.Answer{Kind: erp.AccountRests, RetryAfter: time.Second}, false, stays("1m2s", 1, 0, "1m1s", placing.MetricLaneBlocked)},
		{"put off for the lane: stays, no call counts", erp.Answer{Kind: erp.AccountRests, RetryAfter: time.Second}, true, stays("1s", 1, 0, "0s", placing.MetricLaneBlocked)},
		{"put off for want of time: stays, no call counts", erp.Answer{Kind: erp.NoTime}, true, stays("1m1s", 2, 1, "0s")},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := begin(t, looksUp).lookingUp()
			s.happens(placing.LookedUp{Fence: s.entry.Fence, Answer: c.answer, LaneUntil: s.laneOf(c.answer), PutOff: c.putOff})
			s.is(c.want)
			if s.entry.State == ledger.Created && (!s.entry.Found || s.entry.ERPID != "777" || s.entry.ERPNumber != "12") {
				t.Errorf("created as %+v", s.entry)
			}
		})
	}
}

// A document that nothing but its customer and total can be recognized by.
func TestWithoutAnOrderNumberTheCustomerProves(t *testing.T) {
	for customer, state := range map[string]ledger.State{"9": ledger.Created, "8": ledger.Uncertain} {
		s := begin(t, looksUp).claimed()
		s.happens(placing.Prepared{Fence: 1, Mark: erp.Mark{Digest: "d", Total: order.Cents(100), CustomerID: "9"}, TimeLeft: true})
		s.answers(erp.Answer{Kind: erp.Lost})
		s.isDue()
		s.looksUp(erp.Answer{Kind: erp.Present, ID: "777", Found: erp.Found{Total: order.Cents(100), OrderNumber: "any", CustomerID: customer}})
		if s.entry.State != state {
			t.Errorf("customer %s: %s", customer, s.entry.State)
		}
	}
}

// The document that may be in the ERP is the one that was asked for last, not a
// former attempt's.
func TestAFoundDocumentIsComparedWithTheLastThatWasAskedFor(t *testing.T) {
	s := begin(t, looksUp).lookingUp()
	s.arrives(paid(2, "b"))
	s.looksUp(absent())
	s.happens(placing.Prepared{Fence: s.entry.Fence, Mark: erp.Mark{Digest: "d", Total: order.Cents(5), OrderNumber: "HP1"}, TimeLeft: true})
	s.answers(erp.Answer{Kind: erp.Lost})
	s.isDue()
	s.looksUp(erp.Answer{Kind: erp.Present, ID: "777", Found: erp.Found{Total: order.Cents(5), OrderNumber: "HP1"}})
	s.ends(placing.Acknowledge, ledger.Created, "")
}

func TestLookUpsBackOffAndAreParkedAfterSevenDays(t *testing.T) {
	s := begin(t, looksUp).uncertain()
	for i, wait := range backoffTable() {
		if s.isDue(); s.step.Do != placing.LookUp {
			t.Fatal(s.step.Do)
		}
		s.looksUp(erp.Answer{Kind: erp.Lost})
		if got := s.entry.Until.Sub(s.now); got != wait {
			t.Errorf("wait after failed look-up %d: %s, want %s", i+1, got, wait)
		}
	}
	for !s.entry.Parked() {
		s.isDue()
		if s.looksUp(erp.Answer{Kind: erp.Lost}); s.now.Sub(noon) > 8*day {
			t.Fatal("is looked up for ever")
		}
	}
	if took := s.now.Sub(noon); took < 7*day || took > 7*day+time.Hour {
		t.Errorf("parked after %s", took)
	}
	s.ends(placing.Acknowledge, ledger.Uncertain, order.NeedsPerson)
}

func TestNoFailedLookUpProvesAnythingHoweverLate(t *testing.T) {
	for _, kind := range kinds() {
		if kind == erp.Present || kind == erp.Absent {
			continue
		}
		for _, after := range []time.Duration{0, 7 * day, 400 * day} {
			s := begin(t, looksUp).uncertain().passes(61*time.Second + after)
			s.arrives(wake())
			s.looksUp(erp.Answer{Kind: kind, RetryAfter: time.Minute})
			// One that says that none will ever prove anything is a person's at once.
			if s.entry.State != ledger.Uncertain || s.entry.Parked() != (after > 0 || kind == erp.Unprovable) {
				t.Errorf("%q after %s: %s, parked: %t", kind, after, s.entry.State, s.entry.Parked())
			}
		}
	}
}

// Rule 6, in its order.
func TestWhatAProvenAbsenceLeadsTo(t *testing.T) {
	newer := func(s *story) { s.arrives(paid(2, "b")) }
	reverse := func(s *story) { s.arrives(reversal("r")) }
	for _, c := range []struct {
		name      string
		is        func(*story) *story
		meanwhile []func(*story)
		do        placing.Action
		state     ledger.State
		kind      order.ReasonKind
		payload   string
	}{
		{"nothing came: placed again", (*story).uncertain, nil, placing.Place, ledger.Waiting, order.NotSent, "a"},
		{"newer contents: they are placed", (*story).uncertain, does(newer), placing.Place, ledger.Waiting, order.Mended, "b"},
		{"reversed: rejected", (*story).uncertain, does(reverse), placing.Acknowledge, ledger.Rejected, order.Reversed, "a"},
		{"newer and reversed: rejected, with the newer contents", (*story).uncertain, does(newer, reverse), placing.Acknowledge, ledger.Rejected, order.Reversed, "b"},
		{"unknown fault: rejected", (*story).faulted, nil, placing.Acknowledge, ledger.Rejected, order.RefusedByERP, "a"},
		{"unknown fault and newer: they are placed", (*story).faulted, does(newer), placing.Place, ledger.Waiting, order.Mended, "b"},
		{"unknown fault and reversed: rejected: reversed", (*story).faulted, does(reverse), placing.Acknowledge, ledger.Rejected, order.Reversed, "a"},
		{"unknown fault, newer and reversed", (*story).faulted, does(newer, reverse), placing.Acknowledge, ledger.Rejected, order.Reversed, "b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := c.is(begin(t, looksUp))
			for _, m := range c.meanwhile {
				m(s)
			}
			s.isDue()
			s.looksUp(absent())
			s.ends(c.do, c.state, c.kind)
			if string(s.entry.Payload) != c.payload {
				t.Errorf("contents %q", s.entry.Payload)
			}

			// A person's word acts as the proof does, but calls nobody.
			s = c.is(begin(t, looksUp))
			for _, m := range c.meanwhile {
				m(s)
			}
			s.passes(61 * time.Second)
			s.happens(placing.ResolveAbsent{})
			if c.kind == order.NotSent {
				c.kind = order.Retried
			}
			s.ends(placing.Acknowledge, c.state, c.kind)
			if string(s.entry.Payload) != c.payload {
				t.Errorf("by a person: contents %q", s.entry.Payload)
			}
		})
	}
}

func does(f ...func(*story)) []func(*story) { return f }

func TestAnUnknownFaultIsRejectedWithItsText(t *testing.T) {
	s := begin(t, looksUp).faulted()
	s.isDue()
	s.looksUp(absent())
	if !strings.Contains(s.entry.Reason.Message, "a fault that nobody knows") {
		t.Errorf("rejected with %q", s.entry.Reason.Message)
	}
	s = begin(t, looksUp).creating()
	s.answers(erp.Answer{Kind: erp.Unknown})
	s.isDue()
	s.looksUp(absent())
	s.ends(placing.Acknowledge, ledger.Rejected, order.RefusedByERP)
}

func TestAnUnknownFaultThatWasWrittenAllTheSameIsCreated(t *testing.T) {
	s := begin(t, looksUp).faulted()
	s.isDue()
	s.looksUp(ours())
	s.ends(placing.Acknowledge, ledger.Created, "")
}

// The create after a proven absence may go out in the same claim, and the second
// one of a claim counts its own end.
func TestAProvenAbsenceIsCreatedInTheSameClaim(t *testing.T) {
	s := begin(t, looksUp).lookingUp()
	fence, owner := s.entry.Fence, s.entry.Owner
	s.passes(2 * time.Second).looksUp(absent())
	s.ends(placing.Place, ledger.Waiting, order.NotSent)
	if s.isPrepared(); s.step.Do != placing.Create || s.entry.Fence != fence || s.entry.Owner != owner {
		t.Fatalf("%s, fence %d, owner %q", s.step.Do, s.entry.Fence, s.entry.Owner)
	}
	s.passes(3 * time.Second).answers(erp.Answer{Kind: erp.Lost})
	if want := s.now.Add(61 * time.Second); !s.entry.QuietUntil.Equal(want) {
		t.Errorf("quiet for %s", s.entry.QuietUntil.Sub(s.now))
	}
}

func TestAProvenAbsenceWhoseWorkerDiesIsClaimedAgain(t *testing.T) {
	s := begin(t, looksUp).lookingUp()
	s.looksUp(absent())
	s.isDue()
	s.ends(placing.Place, ledger.Waiting, order.NotSent)
	if s.isPrepared(); s.step.Do != placing.Create {
		t.Error(s.step.Do)
	}
}

// A merchant who mends an order that was lost for a week expects it to go
// through: its contents were never tried.
func TestNewerContentsAreTriedHoweverLateTheAbsenceIsProven(t *testing.T) {
	s := begin(t, looksUp).uncertain()
	s.arrives(paid(2, "b"))
	s.passes(8 * day)
	s.arrives(wake())
	s.looksUp(absent())
	s.ends(placing.Place, ledger.Waiting, order.Mended)
	s.isPrepared()
	s.answers(erp.Answer{Kind: erp.NotSent})
	s.ends(placing.Acknowledge, ledger.Waiting, order.ERPDown)
}

// Rule 7.
func TestAlreadyThere(t *testing.T) {
	duplicate := func(s *story) *story {
		s.creating().answers(erp.Answer{Kind: erp.Duplicate, Text: "já cadastrado"})
		return s
	}
	for _, c := range []struct {
		name    string
		answers []erp.Answer
		state   ledger.State
		kind    order.ReasonKind
	}{
		{"ours: created", []erp.Answer{ours()}, ledger.Created, ""},
		{"another document: parked", []erp.Answer{{Kind: erp.Present, ID: "5"}}, ledger.Uncertain, order.NeedsPerson},
		{"none found: parked", []erp.Answer{absent()}, ledger.Uncertain, order.NeedsPerson},
		{"a look-up that fails: looked up again", []erp.Answer{{Kind: erp.Lost}}, ledger.Uncertain, order.LostAnswer},
		{"none found after a look-up that failed: parked", []erp.Answer{{Kind: erp.Lost}, absent()}, ledger.Uncertain, order.NeedsPerson},
		{"ours after a look-up that failed: created", []erp.Answer{{Kind: erp.Redundant}, ours()}, ledger.Created, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := duplicate(begin(t, looksUp))
			for i, a := range c.answers {
				if i > 0 {
					s.isDue()
				}
				if s.step.Do != placing.LookUp {
					t.Fatal(s.step.Do)
				}
				s.looksUp(a)
			}
			s.ends(placing.Acknowledge, c.state, c.kind)
			if c.state == ledger.Created && !s.entry.Found {
				t.Error("found is false")
			}
		})
	}

	t.Run("the same look-up was made a moment ago: again when quiet", func(t *testing.T) {
		s := begin(t, looksUp).lookingUp()
		s.looksUp(absent())
		s.isPrepared()
		s.passes(2 * time.Second).answers(erp.Answer{Kind: erp.Duplicate})
		s.is(where{Do: placing.Acknowledge, State: ledger.Uncertain, Kind: order.LostAnswer, Until: "1m1s", Quiet: "1m1s", Due: "1m1s", Attempts: 2,
			Payload: "a", Metrics: counts(placing.MetricUncertain)})
		if s.isDue(); s.step.Do != placing.LookUp {
			t.Errorf("the sweep's wake-up is wasted, and the next comes ten minutes later: %s", s.step.Do)
		}
	})
	t.Run("the same look-up was made 61 s ago: made at once", func(t *testing.T) {
		s := begin(t, looksUp).lookingUp()
		s.looksUp(absent())
		s.isPrepared()
		s.passes(61 * time.Second).answers(erp.Answer{Kind: erp.Duplicate})
		s.ends(placing.LookUp, ledger.Uncertain, order.LostAnswer)
	})
	t.Run("the same look-up was only put off a moment ago: made at once", func(t *testing.T) {
		s := begin(t, looksUp).lookingUp()
		s.happens(placing.LookedUp{Fence: s.entry.Fence, Answer: erp.Answer{Kind: erp.AccountRests}, PutOff: true})
		s.happens(placing.ResolveAbsent{})
		s.isDue()
		s.isPrepared()
		s.answers(erp.Answer{Kind: erp.Duplicate})
		s.ends(placing.LookUp, ledger.Uncertain, order.LostAnswer)
	})
	t.Run("the worker dies before the look-up: its lease's end counts", func(t *testing.T) {
		s := duplicate(begin(t, looksUp)).passes(lease)
		if s.arrives(wake()); s.step.Do != placing.Acknowledge {
			t.Error(s.step.Do)
		}
		if s.isDue(); s.step.Do != placing.LookUp || s.now.Sub(noon) != lease+61*time.Second {
			t.Errorf("%s after %s", s.step.Do, s.now.Sub(noon))
		}
		s.looksUp(absent())
		s.ends(placing.Acknowledge, ledger.Uncertain, order.NeedsPerson)
	})
}

// What a former attempt was told must not decide over the next one.
func TestWhatTheERPSaidEndsWithTheDoubt(t *testing.T) {
	s := begin(t, looksUp).faulted()
	s.arrives(paid(2, "b"))
	s.isDue()
	s.looksUp(absent())
	s.isPrepared()
	s.answers(erp.Answer{Kind: erp.Lost})
	s.isDue()
	s.looksUp(absent())
	s.ends(placing.Place, ledger.Waiting, order.NotSent)
}

func TestAPanic(t *testing.T) {
	for _, c := range []struct {
		name string
		is   func(*story) *story
		want where
	}{
		{"before the create: waits", (*story).claimed,
			where{State: ledger.Waiting, Kind: order.Panic, Until: "1m1s", Due: "1m1s", Attempts: 1, Failures: 1}},
		{"while creating: uncertain", (*story).creating,
			where{State: ledger.Uncertain, Kind: order.LostAnswer, Until: "1m1s", Quiet: "1m1s", Due: "1m1s", Attempts: 1, Metrics: counts(placing.MetricUncertain)}},
		{"while looking up: stays", (*story).lookingUp,
			where{State: ledger.Uncertain, Kind: order.LostAnswer, Until: "1m1s", Quiet: "1m1s", Due: "1m1s", Attempts: 2, Failures: 1}},
		{"while looking up an unknown fault: the reason stays", func(s *story) *story { s.faulted().isDue(); return s },
			where{State: ledger.Uncertain, Kind: order.UnknownFault, Until: "1m1s", Quiet: "1m1s", Due: "1m1s", Attempts: 2, Failures: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := c.is(begin(t, looksUp))
			s.happens(placing.Panicked{Fence: s.entry.Fence})
			c.want.Do, c.want.Payload = placing.Acknowledge, "a"
			s.is(c.want)
		})
	}
	s := begin(t, looksUp).claimed().passes(7 * day)
	s.arrives(wake())
	s.happens(placing.Panicked{Fence: s.entry.Fence})
	s.ends(placing.Acknowledge, ledger.Rejected, order.GaveUp)
}

// Every outcome, in every state in which its call can't have been made or is not
// the asker's any more, changes nothing.
func TestAnOutcomeChangesNothingWhereItDoesNotBelong(t *testing.T) {
	const before, during, looking = 1, 2, 4
	states := map[string]struct {
		is      func(*story) *story
		belongs int
	}{
		"accepted":            {(*story).claimed, before},
		"accepted, taken":     {func(s *story) *story { s.claimed().arrives(paid(2, "b")); return s }, 0},
		"waiting":             {(*story).waiting, 0},
		"waiting, claimed":    {func(s *story) *story { s.waiting().isDue(); return s }, before},
		"creating":            {(*story).creating, during},
		"creating, lapsed":    {func(s *story) *story { s.creating().isDue(); return s }, 0},
		"uncertain":           {(*story).uncertain, 0},
		"uncertain, claimed":  {(*story).lookingUp, looking},
		"uncertain, restart":  {func(s *story) *story { s.lookingUp().happens(placing.Restarted{}); return s }, 0},
		"uncertain, lapsed":   {func(s *story) *story { s.lookingUp().isDue(); return s }, 0},
		"parked":              {(*story).parked, 0},
		"rejected":            {(*story).rejected, 0},
		"rejected: reversed":  {(*story).reversed, 0},
		"tombstone":           {(*story).tombstone, 0},
		"created":             {(*story).created, 0},
		"absent":              {nothing, 0},
		"waiting, retried":    {func(s *story) *story { s.rejected().happens(placing.Retry{}); return s }, 0},
		"denied":              {(*story).denied, 0},
		"denied, claimed":     {func(s *story) *story { s.denied().isDue(); return s }, looking},
		"deleted":             {(*story).deleted, 0},
		"uncertain, resolved": {func(s *story) *story { s.uncertain().happens(placing.ResolveCreated{ID: "5"}); return s }, 0},
	}
	for name, state := range states {
		s := state.is(begin(t, looksUp))
		for _, off := range []int64{0, -1, 1} {
			var events []placing.Event
			fence := s.entry.Fence + off
			unless := func(belongs int, evs ...placing.Event) {
				if off != 0 || state.belongs&belongs == 0 {
					events = append(events, evs...)
				}
			}
			for _, kind := range kinds() {
				a := erp.Answer{Kind: kind, ID: "1", RetryAfter: time.Minute}
				unless(before, placing.PrepareFailed{Fence: fence, Answer: a, LaneUntil: s.now.Add(time.Hour)})
				unless(during, placing.Answered{Fence: fence, Answer: a, LaneUntil: s.now.Add(time.Hour)})
				unless(looking, placing.LookedUp{Fence: fence, Answer: a, LaneUntil: s.now.Add(time.Hour)})
			}
			unless(before, placing.FetchFailed{Fence: fence}, placing.OrderInvalid{Fence: fence, Reason: order.Reason{Kind: order.Mapping}}, placing.Prepared{Fence: fence, TimeLeft: true})
			unless(before|during|looking, placing.Panicked{Fence: fence})
			for _, ev := range events {
				after, step := placing.Next(looksUp, s.entry, ev, s.now)
				if step.Do != placing.Stop || step.Write || len(step.Metrics) > 0 || !reflect.DeepEqual(after, s.entry) {
					t.Errorf("%s: %s", name, fmt.Sprintf("%T %+v: %+v", ev, ev, step))
				}
			}
		}
	}
}

// A claim whose lease lapsed is still the holder's until somebody takes it: an
// answer that comes late is better than a look-up.
func TestALateAnswerCountsUntilSomebodyTookTheEntry(t *testing.T) {
	s := begin(t, looksUp).creating().passes(lease + time.Hour)
	s.answers(erp.Answer{Kind: erp.Created, ID: "777"})
	s.ends(placing.Acknowledge, ledger.Created, "")

	s = begin(t, looksUp).creating()
	fence := s.entry.Fence
	s.isDue()
	if s.happens(placing.Answered{Fence: fence, Answer: erp.Answer{Kind: erp.Created, ID: "777"}}); s.step.Do != placing.Stop {
		t.Error(s.step.Do)
	}
}

// A filter that is not honoured will never prove an absence: the order is a
// person's at once, and looked up again only when one asks.
func TestALookUpThatCanNeverProveAnythingParks(t *testing.T) {
	s := begin(t, looksUp).lookingUp()
	s.looksUp(erp.Answer{Kind: erp.Unprovable, Text: "the filter is not honoured"})
	s.ends(placing.Acknowledge, ledger.Uncertain, order.NeedsPerson)
	if !s.entry.Parked() || !strings.Contains(s.entry.Reason.Message, "the filter is not honoured") || !strings.Contains(s.entry.Reason.Message, "orders resolve") {
		t.Errorf("left as %+v", s.entry.Reason)
	}
	s.happens(placing.Retry{})
	if wait := s.entry.Until.Sub(s.now); wait != placing.Spacing {
		t.Errorf("looked up again in %s, want %s", wait, placing.Spacing)
	}
}

// A document that somebody cancelled in the ERP is no proof that the order is
// done: a person tells.
func TestADocumentThatWasCancelledIsAPersons(t *testing.T) {
	s := begin(t, looksUp).lookingUp()
	sent := s.entry.Document
	s.looksUp(erp.Answer{Kind: erp.Present, ID: "7", Found: erp.Found{Total: sent.Total, OrderNumber: sent.OrderNumber, CustomerID: sent.CustomerID, Cancelled: true}})
	s.ends(placing.Acknowledge, ledger.Uncertain, order.NeedsPerson)
	if !strings.Contains(s.entry.Reason.Message, "cancelled") {
		t.Errorf("the reason is %q", s.entry.Reason.Message)
	}
}

// An ERP that shows no total is known by the reference and the rest.
func TestADocumentWithoutATotalIsKnownByItsReference(t *testing.T) {
	s := begin(t, looksUp).lookingUp()
	sent := s.entry.Document
	s.looksUp(erp.Answer{Kind: erp.Present, ID: "7", Found: erp.Found{TotalUnknown: true, OrderNumber: sent.OrderNumber, CustomerID: sent.CustomerID}})
	s.ends(placing.Acknowledge, ledger.Created, "")
}

func TestAClaimedDocumentThatIsNotAsSentIsTold(t *testing.T) {
	for words, found := range map[string]erp.Found{
		"":                              {Total: order.Cents(149700), OrderNumber: "HP1", CustomerID: "9"},
		"its total is 1.00 and ours is": {Total: order.Cents(100), OrderNumber: "HP1", CustomerID: "9"},
		"its order number is another":   {Total: order.Cents(149700), OrderNumber: "HP2", CustomerID: "9"},
		"somebody cancelled it there":   {Total: order.Cents(149700), OrderNumber: "HP1", CustomerID: "9", Cancelled: true},
	} {
		s := begin(t, looksUp).uncertain().passes(placing.Spacing)
		s.happens(placing.ResolveCreated{ID: "777"})
		s.isDue()
		s.looksUp(erp.Answer{Kind: erp.Present, ID: "777", Found: found})
		s.ends(placing.Acknowledge, ledger.Created, "")
		if is := tells(s.step, placing.MetricChangedLate); is != (words != "") || !strings.Contains(told(s.entry), words) {
			t.Errorf("told %t, want %q: %q", is, words, told(s.entry))
		}
	}
}

func TestAPersonsWordCountsWhereNoLookUpCanEverTell(t *testing.T) {
	s := begin(t, looksUp).uncertain().passes(placing.Spacing)
	s.happens(placing.ResolveCreated{ID: "5"})
	s.isDue()
	s.looksUp(erp.Answer{Kind: erp.Unprovable})
	if s.ends(placing.Acknowledge, ledger.Created, ""); s.entry.ERPID != "5" || s.entry.Found {
		t.Errorf("created as %q, found: %t", s.entry.ERPID, s.entry.Found)
	}
}

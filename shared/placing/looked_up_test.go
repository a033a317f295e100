package placing_test

import (
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/words"
)

func TestALookUpThatWaitsForAnOpenLaneIsDueNow(t *testing.T) {
	s := begin(t, looksUp).lookingUp().passes(time.Minute)
	s.happens(placing.LookedUp{Fence: s.entry.Fence, Answer: erp.Answer{Kind: erp.AccountRests}, PutOff: true})
	s.is(where{Do: placing.Acknowledge, State: ledger.Uncertain, Kind: order.LostAnswer, Until: "0s", Quiet: "-1m0s", Due: "0s", Attempts: 1,
		Payload: "a", Metrics: counts(placing.MetricLaneBlocked)})
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
	if !strings.Contains(s.entry.Reason.Message.String(), "a fault that nobody knows") {
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

// A filter that is not honoured will never prove an absence: the order is a
// person's at once, and looked up again only when one asks.
func TestALookUpThatCanNeverProveAnythingParks(t *testing.T) {
	s := begin(t, looksUp).lookingUp()
	s.looksUp(erp.Answer{Kind: erp.Unprovable, Text: words.Plain("the filter is not honoured")})
	s.ends(placing.Acknowledge, ledger.Uncertain, order.NeedsPerson)
	if !s.entry.Parked() || !strings.Contains(s.entry.Reason.Message.String(), "the filter is not honoured") || !strings.Contains(s.entry.Reason.Message.String(), "orders resolve") {
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
	if !strings.Contains(s.entry.Reason.Message.String(), "cancelled") {
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

func TestADocumentOnAPersonsWordThatIsNotAsSentIsTold(t *testing.T) {
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

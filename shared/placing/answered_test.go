package placing_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/words"
)

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
		{"refused", erp.Answer{Kind: erp.Refused, Text: words.Plain("cCidPrestServ")},
			where{State: ledger.Rejected, Kind: order.RefusedByERP, Quiet: "1m1s", Due: "never", Attempts: 1, Payload: "a", Metrics: counts(placing.MetricRejected)}},
		{"refused, since the ERP doesn't know a line's product", erp.Answer{Kind: erp.Refused, Reason: order.Mapping, Text: words.Plain("Produto")},
			where{State: ledger.Rejected, Kind: order.Mapping, Quiet: "1m1s", Due: "never", Attempts: 1, Payload: "a", Metrics: counts(placing.MetricRejected)}},
		{"the customer is gone: looked for anew", erp.Answer{Kind: erp.CustomerGone},
			where{State: ledger.Waiting, Kind: order.Mended, Until: "1m1s", Quiet: "1m1s", Due: "1m1s", Attempts: 1, Payload: "a"}},
		{"an unknown fault: one look-up after 61 s", erp.Answer{Kind: erp.Unknown, Text: words.Plain("?")},
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

// Rule 7.
func TestAlreadyThere(t *testing.T) {
	duplicate := func(s *story) *story {
		s.creating().answers(erp.Answer{Kind: erp.Duplicate, Text: words.Plain("já cadastrado")})
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

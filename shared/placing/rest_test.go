package placing_test

import (
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/words"
)

// block is an answer that sends the account to rest for an hour.
var block = erp.Answer{Kind: erp.AccountRests, RetryAfter: time.Hour, Text: words.Plain("API bloqueada")}

// The three calls of an order that can draw a rest, each claimed and at its call.
var drawing = map[string]struct {
	reach func(*story) *story
	draw  func(s *story, through time.Time)
}{
	"the customer": {(*story).claimed, func(s *story, through time.Time) {
		s.happens(placing.PrepareFailed{Fence: s.entry.Fence, Answer: block, LaneUntil: s.now.Add(time.Hour), Through: through})
	}},
	"the create": {(*story).creating, func(s *story, through time.Time) {
		if s.entry.State != ledger.Creating {
			s.isPrepared()
		}
		s.happens(placing.Answered{Fence: s.entry.Fence, Answer: block, LaneUntil: s.now.Add(time.Hour), Through: through})
	}},
	"the look-up": {(*story).lookingUp, func(s *story, through time.Time) {
		s.happens(placing.LookedUp{Fence: s.entry.Fence, Answer: block, LaneUntil: s.now.Add(time.Hour), Through: through})
	}},
}

func TestAnOrdersOwnRestsPutItBehindTheOthers(t *testing.T) {
	for name, c := range drawing {
		s := c.reach(begin(t, looksUp))
		for n := 1; n <= 12; n++ {
			c.draw(s, time.Time{})
			if want := s.now.Add(time.Hour + time.Duration(min(n, 10))*placing.Spacing); !s.entry.Until.Equal(want) || !s.entry.Rests || s.entry.OwnRests != n {
				t.Errorf("%s, rest %d: until %s, want %s", name, n, s.entry.Until.Sub(s.now), want.Sub(s.now))
			}
			s.isDue()
		}
	}
}

func TestAThirdOwnRestEndsItWhereOthersGotThrough(t *testing.T) {
	for name, want := range map[string]struct {
		state ledger.State
		kind  order.ReasonKind
	}{
		"the customer": {ledger.Rejected, order.RefusedByERP},
		"the create":   {ledger.Rejected, order.RefusedByERP},
		"the look-up":  {ledger.Uncertain, order.NeedsPerson},
	} {
		s := drawing[name].reach(begin(t, looksUp))
		first := s.now
		for n := 1; n < 3; n++ {
			drawing[name].draw(s, first.Add(time.Minute))
			s.isDue()
		}
		drawing[name].draw(s, first.Add(time.Minute))
		s.ends(placing.Acknowledge, want.state, want.kind)
		if !strings.Contains(s.entry.Reason.Message.String(), "API bloqueada") {
			t.Errorf("%s: a person reads %q", name, s.entry.Reason.Message)
		}
	}
}

// By a clock that was set back nobody gets through after the first for hours.
func TestAnOwnRestByAClockThatWasAheadIsCountedFromNow(t *testing.T) {
	for name, want := range map[string]struct {
		state ledger.State
		kind  order.ReasonKind
	}{
		"the customer": {ledger.Rejected, order.RefusedByERP},
		"the create":   {ledger.Rejected, order.RefusedByERP},
		"the look-up":  {ledger.Uncertain, order.NeedsPerson},
	} {
		first := name
		if name == "the create" { // after one of its own it is quiet for longer
			first = "the customer"
		}
		s := drawing[first].reach(begin(t, looksUp))
		drawing[first].draw(s, time.Time{})
		s.isDue()
		s.now = s.now.Add(-24 * time.Hour)
		before := s.now.Add(-time.Minute)
		drawing[name].draw(s, before)
		through := s.now.Add(time.Minute)
		s.isDue()
		if s.entry.State == ledger.Rejected || s.entry.Parked() {
			t.Fatalf("%s: ended by the second: %s", name, s.entry.Reason)
		}
		drawing[name].draw(s, through)
		s.ends(placing.Acknowledge, want.state, want.kind)
	}
}

func TestAnAccountThatRestsForAllEndsNoOrder(t *testing.T) {
	for name, c := range drawing {
		s := c.reach(begin(t, looksUp))
		through := s.now // nobody since
		for range 6 {
			c.draw(s, through)
			if s.entry.State == ledger.Rejected || s.entry.Parked() {
				t.Fatalf("%s: %s, %s", name, s.entry.State, s.entry.Reason)
			}
			s.isDue()
		}
	}
}

func TestBeingPutOffIsNoRestOfItsOwn(t *testing.T) {
	s := begin(t, looksUp).claimed()
	for range 5 {
		s.happens(placing.PrepareFailed{Fence: s.entry.Fence, Answer: block, LaneUntil: s.now.Add(time.Hour), Through: s.now, PutOff: true})
		if s.entry.OwnRests != 0 || !s.entry.Until.Equal(s.now.Add(time.Hour)) || !s.entry.Rests {
			t.Fatalf("%d rests of its own, until %s", s.entry.OwnRests, s.entry.Until.Sub(s.now))
		}
		s.isDue()
	}
}

func TestAnotherAnswerBeginsTheRowOfRestsAnew(t *testing.T) {
	for name, between := range map[string]func(*story){
		"an answer to the create": func(s *story) {
			s.isPrepared()
			s.answers(erp.Answer{Kind: erp.Lost})
			s.isDue()
			s.looksUp(absent())
		},
		"a person who ends the rest": func(s *story) { s.failsToPrepare(block); s.happens(placing.Resumed{}); s.isDue() },
	} {
		s := begin(t, looksUp).claimed()
		first := s.now
		for range 2 {
			s.failsToPrepare(block)
			s.isDue()
		}
		between(s)
		s.happens(placing.PrepareFailed{Fence: s.entry.Fence, Answer: block, LaneUntil: s.now.Add(time.Hour), Through: first.Add(time.Minute)})
		if s.entry.State != ledger.Waiting || s.entry.OwnRests != 1 {
			t.Errorf("%s: %s after %d rests", name, s.entry.State, s.entry.OwnRests)
		}
	}
}

// Or an order whose calls now and then hang could have its account rest for ever.
func TestALostAnswerIsNoneInTheRowOfRests(t *testing.T) {
	s := begin(t, looksUp).lookingUp()
	first := s.now
	for range 2 {
		drawing["the look-up"].draw(s, first.Add(time.Minute))
		s.isDue()
		s.looksUp(erp.Answer{Kind: erp.Lost})
		s.isDue()
	}
	drawing["the look-up"].draw(s, first.Add(time.Minute))
	s.ends(placing.Acknowledge, ledger.Uncertain, order.NeedsPerson)

	s = begin(t, looksUp).creating()
	drawing["the create"].draw(s, s.now)
	s.isDue()
	s.isPrepared()
	s.answers(erp.Answer{Kind: erp.Lost})
	if s.entry.OwnRests != 1 {
		t.Errorf("%d rests of its own after one and a create whose answer is lost", s.entry.OwnRests)
	}
}

func TestAnEndedRestMakesDueWhatWaitedForIt(t *testing.T) {
	for name, c := range map[string]struct {
		reach func(*story) *story
		until string
	}{
		"held up before anything was sent": {func(s *story) *story { s.claimed().failsToPrepare(block); return s }, "0s"},
		"refused a create a moment ago":    {func(s *story) *story { s.creating().answers(block); return s }, "1m1s"},
		"refused a look-up a moment ago":   {func(s *story) *story { s.lookingUp().looksUp(block); return s }, "1m1s"},
		"refused a look-up long ago":       {func(s *story) *story { s.lookingUp().looksUp(block); return s.passes(10 * time.Minute) }, "0s"},
	} {
		s := c.reach(begin(t, looksUp))
		state, kind := s.entry.State, s.entry.Reason.Kind
		s.happens(placing.Resumed{})
		if got := distance(s.entry.Until, s.now); got != c.until || s.entry.State != state || s.entry.Reason.Kind != kind || s.entry.Rests {
			t.Errorf("%s: %s until %s, want %s", name, s.entry.State, got, c.until)
		}
		if s.happens(placing.Resumed{}); s.step.Write {
			t.Errorf("%s: resumed twice", name)
		}
	}
}

func TestAnEndedRestLeavesAloneWhatWaitsForOtherThings(t *testing.T) {
	for name, reach := range map[string]func(*story) *story{
		"absent":      func(s *story) *story { return s },
		"waiting":     (*story).waiting,
		"rejected":    (*story).rejected,
		"uncertain":   (*story).uncertain,
		"parked":      (*story).parked,
		"created":     (*story).created,
		"creating":    (*story).creating,
		"claimed":     (*story).claimed,
		"worked upon": func(s *story) *story { s.claimed().failsToPrepare(block); s.isDue(); return s },
		"mended meanwhile": func(s *story) *story {
			s.claimed().failsToPrepare(block)
			s.arrives(reversal("r"))
			return s
		},
	} {
		s := reach(begin(t, looksUp))
		before := s.entry
		if s.happens(placing.Resumed{}); s.step.Write || s.entry.Rev != before.Rev {
			t.Errorf("%s: %+v", name, s.step)
		}
	}
}

func TestADismissedOrderIsBackWithTheNextEvent(t *testing.T) {
	dismiss := placing.Dismiss{Person: placing.Person{By: "ana", Note: "entered by hand"}}
	for name, c := range map[string]struct {
		reach func(*story) *story
		event func(*story)
	}{
		"rejected":     {(*story).rejected, func(s *story) { s.arrives(paid(2, "b")) }},
		"parked":       {(*story).parked, func(s *story) { s.arrives(reversal("r")) }},
		"retried":      {(*story).rejected, func(s *story) { s.happens(placing.Retry{}) }},
		"and resolved": {(*story).parked, func(s *story) { s.passes(time.Hour).happens(resolveAbsent()) }},

		"changed, and changed again": {(*story).changedLater, func(s *story) { s.hears(paid(3, "c"), saidOf(func(p *ledger.Parts) { p.Lines = "y" })) }},
		"changed, and reversed":      {(*story).changedLater, func(s *story) { s.arrives(reversal("r")) }},
		"reversed, and changed":      {(*story).reversedLater, func(s *story) { s.hears(paid(3, "c"), saidOf(func(p *ledger.Parts) { p.Lines = "y" })) }},
		"reversed, and once more":    {(*story).reversedLater, func(s *story) { s.arrives(reversal("r2")) }},
		"changed, and denied":        {(*story).changedLater, func(s *story) { s.happens(resolveAbsent()) }},
	} {
		s := c.reach(begin(t, looksUp))
		state, reason := s.entry.State, s.entry.Reason
		s.happens(dismiss)
		e := s.entry
		if e.WaitsForPerson() || !e.NeedsPerson() || e.State != state || e.Reason != reason {
			t.Errorf("%s: dismissed as %s, %s", name, e.State, e.Reason)
		}
		if last := e.Timeline[len(e.Timeline)-1]; last.By != "ana" || last.Note != "entered by hand" {
			t.Errorf("%s: %+v", name, last)
		}
		s.arrives(wake())
		if s.entry.WaitsForPerson() {
			t.Errorf("%s: a wake-up is no event", name)
		}
		if s.happens(dismiss); s.step.Do != placing.Refuse {
			t.Errorf("%s: dismissed twice", name)
		}
		if c.event(s); s.entry.NeedsPerson() != s.entry.WaitsForPerson() {
			t.Errorf("%s: still off the list", name)
		}
	}
}

// changedLater and reversedLater are what the store does to an order whose document is
// there.
func (s *story) changedLater() *story {
	s.created()
	s.hears(paid(2, "b"), saidOf(func(p *ledger.Parts) { p.Lines = "x" }))
	return s
}

func (s *story) reversedLater() *story {
	s.created()
	s.arrives(reversal("r"))
	return s
}

func TestWhatTheStoreWentBackOnNeedsAPersonWhateverFollows(t *testing.T) {
	words := placing.Dismiss{Person: placing.Person{By: "ana", Note: "cancelled there"}}
	for name, c := range map[string]struct {
		reach func(*story) *story
		known queue.Message
		want  ledger.Need
	}{
		"changed":  {(*story).changedLater, paid(2, "b"), ledger.NeedsComparing},
		"reversed": {(*story).reversedLater, reversal("r"), ledger.NeedsCancelling},
	} {
		s := c.reach(begin(t, looksUp))
		needs := func(when string) {
			t.Helper()
			if s.entry.Needs() != c.want || !s.entry.WaitsForPerson() {
				t.Errorf("%s, %s: needs %q", name, when, s.entry.Needs())
			}
		}
		needs("told")
		s.happens(words)
		s.hears(c.known, saidOf(func(p *ledger.Parts) { p.Lines = "x" }))
		if s.entry.WaitsForPerson() {
			t.Errorf("%s: on the list again for what was known", name)
		}
		s.happens(resolveAbsent())
		if s.entry.NeedsPerson() {
			t.Errorf("%s: a look-up is under way, and needs %q", name, s.entry.Needs())
		}
		s.isDue()
		s.looksUp(ours())
		if !s.entry.WaitsForPerson() {
			t.Errorf("%s: the document is there, and nobody is told", name)
		}
	}
}

// Who says that a document is gone is asking for it: what the store changes meanwhile is
// told when it turns out to be there.
func TestAnotherDayOfADeniedDocumentIsTold(t *testing.T) {
	s := begin(t, looksUp).created()
	s.happens(resolveAbsent())
	s.hears(ranked(paid(1, "a"), order.ByPayment, noon.Add(3*day)), said)
	s.isDue()
	s.looksUp(ours())
	if s.entry.State != ledger.Created || s.entry.Needs() != ledger.NeedsComparing {
		t.Errorf("%s needs %q", s.entry.State, s.entry.Needs())
	}
}

// A document that is created anew is of the contents that are known then.
func TestADocumentThatIsCreatedAnewHasWhatChanged(t *testing.T) {
	s := begin(t, looksUp).changedLater()
	s.happens(resolveAbsent())
	s.isDue()
	s.looksUp(erp.Answer{Kind: erp.Absent})
	if s.entry.Needs() != ledger.NeedsMending || s.entry.Reason.Kind != order.Deleted {
		t.Fatalf("%s (%s) needs %q", s.entry.State, s.entry.Reason.Kind, s.entry.Needs())
	}
	contents := ledger.Contents{Payload: []byte("c"), Version: 9, Digest: "c"}
	s.happens(placing.Retry{Contents: &contents})
	s.isDue()
	s.arrives(wake())
	s.isPrepared()
	s.answers(erp.Answer{Kind: erp.Created, ID: "778"})
	if s.entry.State != ledger.Created || s.entry.NeedsPerson() {
		t.Errorf("%s needs %q", s.entry.State, s.entry.Needs())
	}
}

func TestOnlyWhatNeedsAPersonIsDismissedAndWithWords(t *testing.T) {
	words := placing.Dismiss{Person: placing.Person{Note: "seen"}}
	for name, reach := range map[string]func(*story) *story{
		"absent":    func(s *story) *story { return s },
		"waiting":   (*story).waiting,
		"uncertain": (*story).uncertain,
		"created":   (*story).created,
		"claimed":   (*story).claimed,
		"tombstone": (*story).tombstone,
	} {
		s := reach(begin(t, looksUp))
		if s.happens(words); s.step.Do != placing.Refuse || s.step.Why.IsZero() {
			t.Errorf("%s: %+v", name, s.step)
		}
	}
	s := begin(t, looksUp).rejected()
	if s.happens(placing.Dismiss{}); s.step.Do != placing.Refuse || !strings.Contains(s.step.Why.String(), "note") {
		t.Errorf("without words: %+v", s.step)
	}
}

func TestAReversalClaimsNothing(t *testing.T) {
	for name, reach := range map[string]func(*story) *story{
		"a due look-up":        func(s *story) *story { return s.uncertain().passes(time.Hour) },
		"a lapsed create":      func(s *story) *story { return s.creating().passes(time.Hour) },
		"a denied document":    func(s *story) *story { return s.denied().passes(time.Hour) },
		"a lapsed acceptance":  func(s *story) *story { return s.claimed().passes(time.Hour) },
		"an order that waits":  func(s *story) *story { return s.waiting().passes(time.Hour) },
		"an order that is new": func(s *story) *story { return s },
	} {
		s := reach(begin(t, looksUp))
		owner, fence := s.entry.Owner, s.entry.Fence
		if s.arrives(reversal("r")); s.step.Do != placing.Acknowledge || s.entry.Owner != "" && (s.entry.Owner != owner || s.entry.Fence != fence) {
			t.Errorf("%s: %s, held by %q", name, s.step.Do, s.entry.Owner)
		}
		if s.entry.ReversedAt.IsZero() {
			t.Errorf("%s: the reversal is not recorded", name)
		}
	}
}

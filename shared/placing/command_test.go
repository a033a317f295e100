package placing_test

import (
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
)

var ana = placing.Person{By: "ana", Note: "asked the accountant"}

func retry() placing.Event { return placing.Retry{Person: ana} }

func resolveAbsent() placing.Event { return placing.ResolveAbsent{Person: ana} }

func resolveCreated(id string) placing.Event { return placing.ResolveCreated{Person: ana, ID: id} }

// Every command in every state.
func TestCommands(t *testing.T) {
	lookUpNow := func(quiet string) where {
		return where{Do: placing.Acknowledge, State: ledger.Uncertain, Kind: order.LostAnswer, Until: "0s", Due: "0s", Quiet: quiet, Attempts: 1, Payload: "a"}
	}
	goesOn := where{Do: placing.Acknowledge, State: ledger.Waiting, Kind: order.Retried, Until: "0s", Due: "0s", Attempts: 1, Payload: "a"}
	denied := func(until, quiet string) where {
		return where{Do: placing.Acknowledge, State: ledger.Uncertain, Kind: order.Deleted, Until: until, Due: until, Quiet: quiet, Attempts: 1}
	}
	for _, c := range []struct {
		name  string
		rules placing.Rules
		is    func(*story) *story
		after time.Duration
		give  placing.Event
		want  where // Refuse: nothing changes
	}{
		{"retry: rejected goes on", looksUp, (*story).rejected, time.Hour, retry(), goesOn},
		{"retry: waiting goes on", looksUp, (*story).waiting, time.Second, retry(), goesOn},
		{"retry: refused by the ERP a second ago, waits for quiet", looksUp, func(s *story) *story {
			s.creating().answers(erp.Answer{Kind: erp.Refused})
			return s
		}, time.Second, retry(), where{Do: placing.Acknowledge, State: ledger.Waiting, Kind: order.Retried, Until: "1m0s", Quiet: "1m0s", Due: "1m0s", Attempts: 1, Payload: "a"}},
		{"retry: rejected: reversed goes on, reversed no more", looksUp, (*story).reversed, time.Hour, retry(), goesOn},
		{"retry: a tombstone has nothing to create", looksUp, (*story).tombstone, time.Hour, retry(), refused},
		{"retry: uncertain is only looked up", looksUp, (*story).uncertain, time.Hour, retry(), lookUpNow("-58m59s")},
		{"retry: uncertain a second ago is looked up when quiet", looksUp, (*story).uncertain, time.Second, retry(),
			where{Do: placing.Acknowledge, State: ledger.Uncertain, Kind: order.LostAnswer, Until: "1m0s", Quiet: "1m0s", Due: "1m0s", Attempts: 1, Payload: "a"}},
		{"retry: parked is only looked up", looksUp, (*story).parked, time.Hour, retry(), lookUpNow("-58m59s")},
		{"retry: uncertain without a look-up", blind, (*story).uncertain, time.Hour, retry(), refused},
		{"retry: accepted", looksUp, (*story).claimed, lease, retry(), refused},
		{"retry: creating", looksUp, (*story).creating, lease + time.Hour, retry(), refused},
		{"retry: created", looksUp, (*story).created, time.Hour, retry(), refused},
		{"retry: absent", looksUp, nothing, 0, retry(), refused},
		{"retry: accepted, held", looksUp, (*story).claimed, lease - time.Millisecond, retry(), refused},
		{"retry: waiting, held", looksUp, func(s *story) *story { s.waiting().isDue(); return s }, lease - time.Millisecond, retry(), refused},
		{"retry: uncertain, held", looksUp, (*story).lookingUp, lease - time.Millisecond, retry(), refused},
		{"retry: waiting, its lease lapsed", looksUp, func(s *story) *story { s.waiting().isDue(); return s }, lease, retry(), goesOn},

		{"resolve --absent: uncertain is a proof", looksUp, (*story).uncertain, 61 * time.Second, resolveAbsent(),
			where{Do: placing.Acknowledge, State: ledger.Waiting, Kind: order.Retried, Until: "0s", Quiet: "0s", Due: "0s", Attempts: 1, Payload: "a"}},
		{"resolve --absent: refused before quiet_until", looksUp, (*story).uncertain, 61*time.Second - time.Millisecond, resolveAbsent(), refused},
		{"resolve --absent: parked is a proof", looksUp, (*story).parked, time.Hour, resolveAbsent(),
			where{Do: placing.Acknowledge, State: ledger.Waiting, Kind: order.Retried, Until: "0s", Quiet: "-58m59s", Due: "0s", Attempts: 1, Payload: "a"}},
		{"resolve --absent: without a look-up, a proof", blind, (*story).uncertain, 61 * time.Second, resolveAbsent(),
			where{Do: placing.Acknowledge, State: ledger.Waiting, Kind: order.Retried, Until: "0s", Quiet: "0s", Due: "0s", Attempts: 1, Payload: "a"}},
		{"resolve --absent: without a look-up, refused before quiet_until", blind, (*story).uncertain, time.Minute, resolveAbsent(), refused},
		{"resolve --absent: an unknown fault is rejected", looksUp, (*story).faulted, time.Hour, resolveAbsent(),
			where{Do: placing.Acknowledge, State: ledger.Rejected, Kind: order.RefusedByERP, Quiet: "-58m59s", Due: "never", Attempts: 1, Payload: "a", Metrics: counts(placing.MetricRejected)}},
		{"resolve --absent: held", looksUp, (*story).lookingUp, time.Second, resolveAbsent(), refused},
		{"resolve --absent: accepted", looksUp, (*story).claimed, lease, resolveAbsent(), refused},
		{"resolve --absent: creating", looksUp, (*story).creating, lease + time.Hour, resolveAbsent(), refused},
		{"resolve --absent: waiting", looksUp, (*story).waiting, time.Hour, resolveAbsent(), refused},
		{"resolve --absent: rejected", looksUp, (*story).rejected, time.Hour, resolveAbsent(), refused},
		{"resolve --absent: created is looked up", looksUp, (*story).created, time.Hour, resolveAbsent(), denied("0s", "-58m59s")},
		{"resolve --absent: created a second ago is looked up when quiet", looksUp, (*story).created, time.Second, resolveAbsent(), denied("1m0s", "1m0s")},
		{"resolve --absent: created, without a look-up", blind, (*story).created, time.Hour, resolveAbsent(), refused},
		{"resolve --absent: said twice is no proof", looksUp, (*story).denied, time.Hour, resolveAbsent(), denied("0s", "-1h58m59s")},
		{"resolve --absent: denied, held", looksUp, func(s *story) *story { s.denied().isDue(); return s }, lease - time.Millisecond, resolveAbsent(), refused},
		{"resolve --absent: deleted", looksUp, (*story).deleted, time.Hour, resolveAbsent(), refused},
		{"resolve --created: denied", looksUp, (*story).denied, time.Hour, resolveCreated("777"), refused},
		{"resolve --created: deleted", looksUp, (*story).deleted, time.Hour, resolveCreated("777"), refused},
		{"retry: denied is only looked up", looksUp, (*story).denied, time.Hour, retry(), denied("0s", "-1h58m59s")},
		{"retry: denied, with contents", looksUp, (*story).denied, time.Hour, placing.Retry{Person: ana, Contents: &ledger.Contents{Payload: []byte("b"), Digest: "b"}}, refused},
		{"retry: deleted, without contents", looksUp, (*story).deleted, time.Hour, retry(), refused},
		{"resolve --absent: absent", looksUp, nothing, 0, resolveAbsent(), refused},

		{"resolve --created: uncertain is looked up", looksUp, (*story).uncertain, time.Hour, resolveCreated("777"), lookUpNow("-58m59s")},
		{"resolve --created: parked is looked up", looksUp, (*story).parked, time.Hour, resolveCreated("777"), lookUpNow("-58m59s")},
		{"resolve --created: before quiet_until, looked up then", looksUp, (*story).uncertain, time.Second, resolveCreated("777"),
			where{Do: placing.Acknowledge, State: ledger.Uncertain, Kind: order.LostAnswer, Until: "1m0s", Quiet: "1m0s", Due: "1m0s", Attempts: 1, Payload: "a"}},
		{"resolve --created: without a look-up, believed", blind, (*story).uncertain, time.Second, resolveCreated("777"),
			where{Do: placing.Acknowledge, State: ledger.Created, Quiet: "1m0s", Attempts: 1, Metrics: counts(placing.MetricCreated)}},
		{"resolve --created: held", looksUp, (*story).lookingUp, time.Second, resolveCreated("777"), refused},
		{"resolve --created: accepted", looksUp, (*story).claimed, lease, resolveCreated("777"), refused},
		{"resolve --created: creating", looksUp, (*story).creating, lease + time.Hour, resolveCreated("777"), refused},
		{"resolve --created: waiting", looksUp, (*story).waiting, time.Hour, resolveCreated("777"), refused},
		{"resolve --created: rejected", looksUp, (*story).rejected, time.Hour, resolveCreated("777"), refused},
		{"resolve --created: created", looksUp, (*story).created, time.Hour, resolveCreated("5"), refused},
		{"resolve --created: absent", looksUp, nothing, 0, resolveCreated("777"), refused},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := c.is(begin(t, c.rules)).passes(c.after)
			fence, failures := s.entry.Fence, 0
			if c.want.Do == placing.Refuse {
				c.want = s.where()
				c.want.Do, c.want.Metrics, failures = placing.Refuse, nil, s.entry.Failures
				s.happens(c.give)
				if s.step.Write || strings.TrimSpace(s.step.Why.String()) == "" {
					t.Errorf("refused with %+v", s.step)
				}
			} else if s.happens(c.give); !s.step.Write || s.entry.Fence <= fence || s.entry.Owner != "" {
				t.Errorf("the fence went from %d to %d, held by %q", fence, s.entry.Fence, s.entry.Owner)
			}
			c.want.Failures = failures
			s.is(c.want)
		})
	}
}

var refused = where{Do: placing.Refuse}

func TestARetriedOrderHasSevenDaysAnewFromTheFirstBackOff(t *testing.T) {
	s := begin(t, looksUp).claimed()
	for s.entry.State != ledger.Rejected {
		s.failsToPrepare(erp.Answer{Kind: erp.NotSent})
		if s.entry.State == ledger.Waiting {
			s.isDue()
		}
	}
	s.happens(retry())
	s.isDue()
	s.failsToPrepare(erp.Answer{Kind: erp.NotSent})
	s.ends(placing.Acknowledge, ledger.Waiting, order.ERPDown)
	if s.entry.Failures != 1 || s.entry.Until.Sub(s.now) != 61*time.Second {
		t.Errorf("failure %d, goes on in %s", s.entry.Failures, s.entry.Until.Sub(s.now))
	}
}

func TestARetriedLookUpIsTriedForSevenDaysAnew(t *testing.T) {
	s := begin(t, looksUp).parked().passes(30 * day)
	s.happens(retry())
	if s.isDue(); s.step.Do != placing.LookUp {
		t.Fatal(s.step.Do)
	}
	s.looksUp(erp.Answer{Kind: erp.Lost})
	s.ends(placing.Acknowledge, ledger.Uncertain, order.LostAnswer)
	s.isDue()
	s.looksUp(absent())
	s.ends(placing.Place, ledger.Waiting, order.NotSent)
}

// Rule 6: quiet_until counts from the lease's end where nobody recorded the
// look-up's.
func TestAnUnrecordedLookUpIsNotRepeatedWithin61SOfItsLease(t *testing.T) {
	for name, ev := range map[string]placing.Event{"retry": retry(), "resolve --created": resolveCreated("777")} {
		s := begin(t, looksUp).lookingUp().passes(lease + time.Second)
		s.happens(ev)
		if wait := s.entry.Until.Sub(s.now); wait != time.Minute {
			t.Errorf("%s: looked up again in %s", name, wait)
		}
	}
}

func TestAPersonsWordWaitsForALookUpThatNobodyRecorded(t *testing.T) {
	s := begin(t, looksUp).lookingUp().passes(lease + 61*time.Second - time.Millisecond)
	if s.happens(resolveAbsent()); s.step.Do != placing.Refuse {
		t.Error(s.step.Do)
	}
	s.passes(time.Millisecond).happens(resolveAbsent())
	s.ends(placing.Acknowledge, ledger.Waiting, order.Retried)
}

func TestAPersonsWordCountsHoweverLate(t *testing.T) {
	s := begin(t, looksUp).parked().passes(30 * day)
	s.happens(resolveAbsent())
	s.ends(placing.Acknowledge, ledger.Waiting, order.Retried)
	s.isDue()
	s.failsToPrepare(erp.Answer{Kind: erp.NotSent})
	s.ends(placing.Acknowledge, ledger.Waiting, order.ERPDown)
}

func TestARetryWithAPayload(t *testing.T) {
	mended := &ledger.Contents{Payload: []byte("by hand"), Digest: "digest-hand", At: noon}
	for _, c := range []struct {
		name  string
		is    func(*story) *story
		state ledger.State
	}{
		{"rejected", (*story).rejected, ledger.Waiting},
		{"waiting", (*story).waiting, ledger.Waiting},
		{"tombstone", (*story).tombstone, ledger.Waiting},
	} {
		s := c.is(begin(t, looksUp))
		s.happens(placing.Retry{Person: ana, Contents: mended})
		if s.entry.State != c.state || string(s.entry.Payload) != "by hand" || s.entry.Digest != "digest-hand" {
			t.Errorf("%s: %s with %q", c.name, s.entry.State, s.entry.Payload)
		}
		// The store's own notice, delivered again, is not newer than a person's.
		if s.arrives(inAnotherLane(paid(1, "a"))); c.name != "tombstone" && string(s.entry.Payload) != "by hand" {
			t.Errorf("%s: an old notice replaced the person's contents", c.name)
		}
		if s.isDue(); s.step.Do != placing.Place {
			t.Errorf("%s: %s", c.name, s.step.Do)
		}
	}

	s := begin(t, looksUp).uncertain()
	s.happens(placing.Retry{Person: ana, Contents: mended})
	s.arrives(inAnotherLane(paid(1, "a")))
	if string(s.entry.Payload) != "a" || s.entry.Newer == nil || string(s.entry.Newer.Payload) != "by hand" {
		t.Errorf("uncertain: %q, beside it %+v", s.entry.Payload, s.entry.Newer)
	}
	s.isDue()
	s.looksUp(absent())
	s.ends(placing.Place, ledger.Waiting, order.Mended)
	if string(s.entry.Payload) != "by hand" {
		t.Errorf("placed with %q", s.entry.Payload)
	}
}

func TestWhatNobodyUnderstoodIsNotRetried(t *testing.T) {
	s := begin(t, looksUp)
	s.arrives(raw())
	for _, ev := range []placing.Event{retry(), placing.Retry{Contents: &ledger.Contents{Payload: []byte("b"), Digest: "b"}}} {
		if s.happens(ev); s.step.Do != placing.Refuse {
			t.Errorf("%+v: %s", ev, s.step.Do)
		}
	}
}

func TestAnIDThatAPersonGives(t *testing.T) {
	another := ours()
	another.ID, another.Found.Total = "5", order.Cents(1)
	for _, c := range []struct {
		name    string
		claimed string
		answer  erp.Answer
		state   ledger.State
		kind    order.ReasonKind
	}{
		{"is found: created", "777", ours(), ledger.Created, ""},
		{"is found with another total, which the person has seen: created", "5", another, ledger.Created, ""},
		{"is not the one with our code: parked", "6", ours(), ledger.Uncertain, order.NeedsPerson},
		{"is not there: parked, and never created beside it", "6", absent(), ledger.Uncertain, order.NeedsPerson},
		{"can't be looked up now: looked up again", "777", erp.Answer{Kind: erp.Lost}, ledger.Uncertain, order.LostAnswer},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := begin(t, looksUp).parked().passes(time.Hour)
			s.happens(resolveCreated(c.claimed))
			if s.isDue(); s.step.Do != placing.LookUp {
				t.Fatal(s.step.Do)
			}
			s.looksUp(c.answer)
			s.ends(placing.Acknowledge, c.state, c.kind)
			if c.state == ledger.Created && s.entry.ERPID != c.claimed {
				t.Errorf("created as %s", s.entry.ERPID)
			}
			if c.kind == order.LostAnswer {
				s.isDue()
				s.looksUp(ours())
				s.ends(placing.Acknowledge, ledger.Created, "")
			}
		})
	}
	s := begin(t, blind).uncertain()
	if s.happens(resolveCreated("5")); s.entry.ERPID != "5" {
		t.Errorf("believed as %q", s.entry.ERPID)
	}
}

// A wrong id ends with the person's next word.
func TestAWrongIDIsCorrected(t *testing.T) {
	wrong := func() *story {
		s := begin(t, looksUp).uncertain()
		s.happens(resolveCreated("6"))
		s.isDue()
		s.looksUp(absent())
		return s.passes(time.Hour)
	}
	s := wrong()
	s.happens(resolveAbsent())
	s.isDue()
	s.isPrepared()
	s.answers(erp.Answer{Kind: erp.Lost})
	s.isDue()
	s.looksUp(ours())
	s.ends(placing.Acknowledge, ledger.Created, "")

	s = wrong()
	s.happens(resolveCreated("777"))
	s.isDue()
	s.looksUp(ours())
	s.ends(placing.Acknowledge, ledger.Created, "")

	// Another document has our code: a retry looks whether it is ours.
	s = begin(t, looksUp).uncertain()
	s.happens(resolveCreated("6"))
	s.isDue()
	s.looksUp(ours())
	s.ends(placing.Acknowledge, ledger.Uncertain, order.NeedsPerson)
	s.passes(time.Hour).happens(retry())
	s.isDue()
	s.looksUp(ours())
	s.ends(placing.Acknowledge, ledger.Created, "")
}

// A reversed order that may be in the ERP: a retry only looks, and the reversal
// still stands when it turns out not to be there.
func TestARetryOfAnUncertainOrderLeavesItReversed(t *testing.T) {
	s := begin(t, looksUp).uncertain()
	s.arrives(reversal("r"))
	s.happens(retry())
	s.isDue()
	s.looksUp(absent())
	s.ends(placing.Acknowledge, ledger.Rejected, order.Reversed)
	s.happens(retry())
	s.isDue()
	if s.isPrepared(); s.step.Do != placing.Create {
		t.Error(s.step.Do)
	}
}

// "Nothing of it can be in the ERP" tells a person to enter the order by hand:
// it must never be said of a create whose worker is gone.
func TestARefusalNeverDeniesWhatMayBeInTheERP(t *testing.T) {
	for name, ev := range map[string]placing.Event{"retry": retry(), "absent": resolveAbsent(), "created": resolveCreated("777")} {
		s := begin(t, looksUp).creating().passes(lease + time.Hour)
		if s.happens(ev); s.step.Do != placing.Refuse || strings.Contains(s.step.Why.String(), "nothing of it can be in the ERP") {
			t.Errorf("%s: %s: %q", name, s.step.Do, s.step.Why)
		}
	}
}

func TestACommandIsOnTheTimeline(t *testing.T) {
	for did, s := range map[string]*story{
		"retry":   func() *story { s := begin(t, looksUp).rejected(); s.happens(retry()); return s }(),
		"look":    func() *story { s := begin(t, looksUp).uncertain(); s.happens(retry()); return s }(),
		"absent":  func() *story { s := begin(t, looksUp).parked().passes(time.Hour); s.happens(resolveAbsent()); return s }(),
		"created": func() *story { s := begin(t, looksUp).uncertain(); s.happens(resolveCreated("777")); return s }(),
	} {
		last := s.entry.Timeline[len(s.entry.Timeline)-1]
		if last.By != ana.By || last.Note != ana.Note || !last.At.Equal(s.now) || last.Became != s.entry.State {
			t.Errorf("%s: %+v", did, last)
		}
	}
}

func TestADocumentWithoutAnIDResolvesNothing(t *testing.T) {
	for _, r := range []placing.Rules{looksUp, {Spacing: placing.Spacing}} {
		s := begin(t, r).uncertain()
		if s.happens(placing.ResolveCreated{}); s.step.Do != placing.Refuse || s.step.Write {
			t.Errorf("resolved with no id: %+v", s.step)
		}
	}
}

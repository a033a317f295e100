package placing_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/words"
)

// A person says of a created order that its document is not in the ERP: a look-up
// decides, and only a proof that it is gone changes anything.
func TestWhatALookUpOfADeniedDocumentEndsIn(t *testing.T) {
	cancelled, another := ours(), ours()
	cancelled.Found.Cancelled = true
	another.ID, another.Found.Total = "778", order.Cents(1)
	created := where{Do: placing.Acknowledge, State: ledger.Created, Quiet: "1m1s", Attempts: 2}
	stays := func(until string, attempts, failures int, count ...placing.Metric) where {
		return where{Do: placing.Acknowledge, State: ledger.Uncertain, Kind: order.Deleted, Until: until, Due: until, Quiet: "1m1s",
			Attempts: attempts, Failures: failures, Metrics: count}
	}
	for _, c := range []struct {
		name   string
		answer erp.Answer
		want   where
		words  string
	}{
		{"it exists: created as before", ours(), created, "the document exists: nothing changes"},
		{"it was cancelled: created as before", cancelled, created, "the document exists, though somebody cancelled it there: nothing changes"},
		{"another has our code: created as before", another, created, "the document exists, as 778 and not as the recorded 777: nothing changes"},
		{"nothing will ever prove it: created as before", erp.Answer{Kind: erp.Unprovable, Text: words.Plain("the filter is not honoured")}, created,
			"no look-up of this account proves that document 777 is gone: nothing changes. The answer: the filter is not honoured"},
		{"absent: rejected", absent(), where{Do: placing.Acknowledge, State: ledger.Rejected, Kind: order.Deleted, Quiet: "1m1s", Due: "never",
			Attempts: 2, Metrics: counts(placing.MetricRejected)}, "document 777 is gone"},
		{"lost: looked up again", erp.Answer{Kind: erp.Lost, Text: words.Plain("no answer")}, stays("1m1s", 2, 1), "no answer"},
		{"refused: looked up again", erp.Answer{Kind: erp.Refused}, stays("1m1s", 2, 1), ""},
		{"redundant: looked up again", erp.Answer{Kind: erp.Redundant, RetryAfter: 90 * time.Second}, stays("1m30s", 2, 0), ""},
		{"the lane is blocked: looked up again", erp.Answer{Kind: erp.AccountRests, RetryAfter: 5 * time.Minute}, stays("6m1s", 1, 0, placing.MetricLaneBlocked), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := begin(t, looksUp).created()
			before := s.entry
			s.passes(time.Hour).happens(resolveAbsent())
			if s.isDue(); s.step.Do != placing.LookUp {
				t.Fatal(s.step.Do)
			}
			s.looksUp(c.answer)
			s.is(c.want)
			if s.entry.State == ledger.Created && (!sameDocument(before, s.entry) || !s.entry.Expires.Equal(before.Expires)) {
				t.Errorf("created as %+v", s.entry)
			}
			last := s.entry.Timeline[len(s.entry.Timeline)-1]
			if last.Did != "look_up" || last.Text.String() != c.words || last.Rule != "resolve" || last.Answer != string(c.answer.Kind) {
				t.Errorf("the timeline says %+v", last)
			}
		})
	}
}

func TestADeniedDocumentThatNoLookUpTellsOfForAWeekCountsAsThere(t *testing.T) {
	for name, fails := range map[string]func(*story){
		"fails":  func(s *story) { s.looksUp(erp.Answer{Kind: erp.Lost}) },
		"panics": func(s *story) { s.happens(placing.Panicked{Fence: s.entry.Fence}) },
		"is put off": func(s *story) {
			s.happens(placing.LookedUp{Fence: s.entry.Fence, Answer: erp.Answer{Kind: erp.Lost}, PutOff: true})
		},
	} {
		s := begin(t, looksUp).denied()
		said := s.now
		for s.entry.State == ledger.Uncertain {
			if s.now.Sub(said) > 8*day {
				t.Fatalf("%s: is looked up for ever", name)
			}
			s.isDue()
			fails(s)
		}
		if s.entry.State != ledger.Created || s.now.Sub(said) < 7*day || s.entry.ERPID != "777" {
			t.Errorf("%s: %s as %q after %s", name, s.entry.State, s.entry.ERPID, s.now.Sub(said))
		}
	}
}

// A lapsed lease, a restart: the word stands, and so does the document.
func TestADeniedDocumentSurvivesItsWorker(t *testing.T) {
	s := begin(t, looksUp).denied()
	s.isDue()
	s.passes(lease).arrives(wake())
	s.is(where{Do: placing.Acknowledge, State: ledger.Uncertain, Kind: order.Deleted, Until: "1m1s", Quiet: "1m1s", Due: "1m1s", Attempts: 1})
	s.isDue()
	s.passes(lease + time.Second).happens(resolveAbsent())
	s.is(where{Do: placing.Acknowledge, State: ledger.Uncertain, Kind: order.Deleted, Until: "1m0s", Quiet: "1m0s", Due: "1m0s", Attempts: 1})
	s.isDue()
	s.happens(placing.Restarted{})
	s.is(where{Do: placing.Acknowledge, State: ledger.Uncertain, Kind: order.Deleted, Until: "1m1s", Quiet: "1m1s", Due: "1m1s", Attempts: 1})
	s.isDue()
	s.looksUp(ours())
	s.ends(placing.Acknowledge, ledger.Created, "")
}

func TestWhatCameWhileADocumentWasDenied(t *testing.T) {
	newer := func(s *story) { s.arrives(inAnotherLane(paid(2, "b"))) }
	reverse := func(s *story) { s.arrives(inAnotherLane(reversal("r"))) }
	for _, c := range []struct {
		name      string
		meanwhile []func(*story)
		answer    erp.Answer
		state     ledger.State
		kind      order.ReasonKind
		payload   string
		count     []placing.Metric
	}{
		{"newer, it exists: changed too late", does(newer), ours(), ledger.Created, "", "", counts(placing.MetricChangedLate)},
		{"newer, it is gone: kept for a retry", does(newer), absent(), ledger.Rejected, order.Deleted, "b", counts(placing.MetricRejected)},
		{"reversed, it exists", does(reverse), ours(), ledger.Created, "", "", nil},
		{"reversed, it is gone: rejected: reversed", does(reverse), absent(), ledger.Rejected, order.Reversed, "", counts(placing.MetricRejected)},
		{"both, it is gone", does(newer, reverse), absent(), ledger.Rejected, order.Reversed, "b", counts(placing.MetricRejected)},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := begin(t, looksUp).denied()
			for _, m := range c.meanwhile {
				m(s)
			}
			s.isDue()
			s.looksUp(c.answer)
			s.ends(placing.Acknowledge, c.state, c.kind)
			if string(s.entry.Payload) != c.payload || !slices.Equal(s.step.Metrics, c.count) {
				t.Errorf("contents %q, counted %v", s.entry.Payload, s.step.Metrics)
			}
		})
	}
}

// The store says something about a sale for every remark that is added to it: only
// a person creates a document again that a person deleted, and then from the
// store's latest contents, with the code that the order always had.
func TestOnlyAPersonCreatesADeletedDocumentAgain(t *testing.T) {
	for name, tell := range map[string]func(*story){
		"announced again after it was proven gone": func(s *story) { s.deleted().arrives(paid(2, "b")) },
		"announced again while it was looked up": func(s *story) {
			s.denied().arrives(inAnotherLane(paid(2, "b")))
			s.isDue()
			s.looksUp(absent())
		},
		"without a version, by another digest": func(s *story) { s.deleted().arrives(paid(1, "b")) },
	} {
		t.Run(name, func(t *testing.T) {
			s := begin(t, looksUp)
			tell(s)
			for range 3 {
				s.arrives(wake())
				s.passes(day).arrives(paid(1, "a"))
			}
			s.ends(placing.Acknowledge, ledger.Rejected, order.Deleted)
			reference := s.entry.Reference
			s.happens(retry())
			if s.isDue(); s.step.Do != placing.Place || string(s.entry.Payload) != "b" {
				t.Fatalf("%s with %q", s.step.Do, s.entry.Payload)
			}
			s.isPrepared()
			s.answers(erp.Answer{Kind: erp.Created, ID: "778"})
			s.ends(placing.Acknowledge, ledger.Created, "")
			if s.entry.ERPID != "778" || s.entry.Reference != reference || !s.entry.CreatedAt.Equal(s.now) {
				t.Errorf("created as %+v", s.entry)
			}
		})
	}
}

func TestADeletedOrderIsCreatedFromAPersonsContentsWhenQuiet(t *testing.T) {
	s := begin(t, looksUp).deleted()
	if s.happens(retry()); s.step.Do != placing.Refuse || !strings.Contains(s.step.Why.String(), "--payload FILE") || strings.Contains(s.step.Why.String(), "ever came") {
		t.Errorf("%s: %s", s.step.Do, s.step.Why)
	}
	s.happens(placing.Retry{Person: ana, Contents: &ledger.Contents{Payload: []byte("by hand"), Digest: "hand"}})
	s.is(where{Do: placing.Acknowledge, State: ledger.Waiting, Kind: order.Retried, Until: "1m1s", Quiet: "1m1s", Due: "1m1s", Attempts: 2, Payload: "by hand"})
	// The notice that the deleted document was made of, delivered again.
	s.arrives(inAnotherLane(paid(1, "a")))
	if s.isDue(); s.step.Do != placing.Place || string(s.entry.Payload) != "by hand" {
		t.Errorf("%s with %q", s.step.Do, s.entry.Payload)
	}
}

// What the reason tells a person to type is what works.
func TestADeletedOrderSaysHowItIsCreatedAgain(t *testing.T) {
	s := begin(t, looksUp).deleted()
	if m := s.entry.Reason.Message; !strings.Contains(m.String(), "777") || !strings.Contains(m.String(), "orders retry --payload FILE") {
		t.Error(m)
	}
	s.arrives(paid(2, "b"))
	if m := s.entry.Reason.Message; !strings.HasSuffix(m.String(), "carimbo orders retry") {
		t.Error(m)
	}
	if s.entry.Document != (erp.Mark{}) || s.entry.ERPNumber != "" || s.entry.Found {
		t.Errorf("of what is gone this is left: %+v", s.entry)
	}
	s = begin(t, looksUp).created()
	s.arrives(reversal("r"))
	s.passes(time.Hour).happens(resolveAbsent())
	s.isDue()
	s.looksUp(absent())
	s.ends(placing.Acknowledge, ledger.Rejected, order.Reversed)
	if m := s.entry.Reason.Message; !strings.Contains(m.String(), "777") || !strings.Contains(m.String(), "orders retry --payload FILE") {
		t.Error(m)
	}
}

func TestADeniedDocumentsTimelineTellsWhatPersonAndLookUpSaid(t *testing.T) {
	s := begin(t, looksUp).deleted()
	lines := s.entry.Timeline[len(s.entry.Timeline)-2:]
	said, looked := lines[0], lines[1]
	if said.Did != "resolve" || said.Answer != "absent" || said.By != ana.By || said.Note != ana.Note || said.Rule != "resolve" || said.Became != ledger.Uncertain {
		t.Errorf("what was said: %+v", said)
	}
	if looked.Did != "look_up" || looked.Answer != "absent" || looked.Text.String() != "document 777 is gone" || looked.Rule != "resolve" || looked.Became != ledger.Rejected {
		t.Errorf("what was found: %+v", looked)
	}
}

// Omie answers an equal look-up within 60 s "redundant": every look-up that was
// made keeps the next one away, whatever it ended in.
func TestNoLookUpIsRepeatedWithin61Seconds(t *testing.T) {
	for name, is := range map[string]func(*story) *story{
		"parked: another document": (*story).parked,
		"parked: a wrong id": func(s *story) *story {
			s.uncertain().happens(resolveCreated("6"))
			s.isDue()
			s.looksUp(ours())
			return s
		},
		"parked: already there, and none found": func(s *story) *story {
			s.creating().answers(erp.Answer{Kind: erp.Duplicate})
			s.looksUp(absent())
			return s
		},
		"parked: nothing proves": func(s *story) *story {
			s.lookingUp().looksUp(erp.Answer{Kind: erp.Unprovable})
			return s
		},
		"created: found": func(s *story) *story { s.lookingUp().looksUp(ours()); return s },
	} {
		t.Run(name, func(t *testing.T) {
			s := is(begin(t, looksUp)).passes(time.Second)
			ended := s.now.Add(-time.Second)
			command := retry()
			if s.entry.State == ledger.Created {
				command = resolveAbsent()
			}
			s.happens(command)
			if s.isDue(); s.step.Do != placing.LookUp || s.now.Sub(ended) != placing.Spacing {
				t.Errorf("%s after %s", s.step.Do, s.now.Sub(ended))
			}
		})
	}
}

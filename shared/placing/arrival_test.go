package placing_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/words"
)

// The claim table of the design, row by row. Times are distances from when the
// message comes.
func TestClaimTable(t *testing.T) {
	dead := lease + time.Second // when a lease has lapsed for a second
	for _, c := range []struct {
		row     string
		is      func(*story) *story
		after   time.Duration
		message queue.Message
		want    where
	}{
		{"absent, paid notice: claimed as accepted", nothing, 0, paid(1, "a"),
			where{Do: placing.Place, State: ledger.Accepted, Leased: true, Due: "4m15s", Payload: "a", Metrics: counts(placing.MetricAccepted)}},
		{"absent, reversal: rejected: reversed", nothing, 0, reversal("r"),
			where{Do: placing.Acknowledge, State: ledger.Rejected, Kind: order.Reversed, Due: "never", Reversed: true}},
		{"absent, wake-up: acknowledged, metric", nothing, 0, wake(),
			where{Do: placing.Acknowledge, Metrics: counts(placing.MetricStrayWake)}},
		{"absent, not understood: rejected with what came", nothing, 0, raw(),
			where{Do: placing.Acknowledge, State: ledger.Rejected, Kind: order.NotUnderstood, Due: "never", Payload: "x", Metrics: counts(placing.MetricRejected)}},

		{"accepted, lease live, wake-up: acknowledged", (*story).claimed, lease - time.Millisecond, wake(),
			where{Do: placing.Acknowledge, State: ledger.Accepted, Leased: true, Due: "1ms", Payload: "a"}},
		{"accepted, lease live, newer: replaced, taken from the holder, due now", (*story).claimed, time.Second, paid(2, "b"),
			where{Do: placing.Acknowledge, State: ledger.Accepted, Due: "0s", Payload: "b"}},
		{"accepted, lease live, reversal: rejected, taken from the holder", (*story).claimed, time.Second, reversal("r"),
			where{Do: placing.Acknowledge, State: ledger.Rejected, Kind: order.Reversed, Due: "never", Payload: "a", Reversed: true, Metrics: counts(placing.MetricRejected)}},
		{"accepted, lease lapsed: claimed", (*story).claimed, lease, wake(),
			where{Do: placing.Place, State: ledger.Accepted, Leased: true, Due: "4m15s", Payload: "a"}},
		{"accepted, lease lapsed, the same notice again: claimed", (*story).claimed, dead, paid(1, "a"),
			where{Do: placing.Place, State: ledger.Accepted, Leased: true, Due: "4m15s", Payload: "a"}},
		{"accepted, lease lapsed, newer: replaced and claimed", (*story).claimed, dead, paid(2, "b"),
			where{Do: placing.Place, State: ledger.Accepted, Leased: true, Due: "4m15s", Payload: "b"}},

		{"creating, lease live, wake-up: acknowledged", (*story).creating, lease - time.Millisecond, wake(),
			where{Do: placing.Acknowledge, State: ledger.Creating, Leased: true, Due: "1ms", Payload: "a"}},
		{"creating, lease live, newer: kept beside, the holder goes on", (*story).creating, time.Second, paid(2, "b"),
			where{Do: placing.Acknowledge, State: ledger.Creating, Leased: true, Due: "4m14s", Payload: "a", Newer: "b"}},
		{"creating, lease live, reversal: recorded, the holder goes on", (*story).creating, time.Second, reversal("r"),
			where{Do: placing.Acknowledge, State: ledger.Creating, Leased: true, Due: "4m14s", Payload: "a", Reversed: true, Metrics: counts(placing.MetricReversedLate)}},
		{"creating, lease lapsed: uncertain, look-up at lease + 61 s, acknowledged", (*story).creating, dead, wake(),
			where{Do: placing.Acknowledge, State: ledger.Uncertain, Kind: order.Lapsed, Until: "1m0s", Quiet: "1m0s", Due: "1m0s", Attempts: 1, Payload: "a", Metrics: counts(placing.MetricUncertain)}},
		{"creating, lease lapsed long ago: uncertain, looked up by the next message", (*story).creating, lease + time.Hour, wake(),
			where{Do: placing.Acknowledge, State: ledger.Uncertain, Kind: order.Lapsed, Until: "-58m59s", Quiet: "-58m59s", Due: "-58m59s", Attempts: 1, Payload: "a", Metrics: counts(placing.MetricUncertain)}},
		{"creating, lease lapsed, newer: kept beside, and uncertain", (*story).creating, dead, paid(2, "b"),
			where{Do: placing.Acknowledge, State: ledger.Uncertain, Kind: order.Lapsed, Until: "1m0s", Quiet: "1m0s", Due: "1m0s", Attempts: 1, Payload: "a", Newer: "b", Metrics: counts(placing.MetricUncertain)}},

		{"waiting, not due, wake-up: acknowledged", (*story).waiting, 61*time.Second - time.Millisecond, wake(),
			where{Do: placing.Acknowledge, State: ledger.Waiting, Kind: order.ERPDown, Until: "1ms", Due: "1ms", Attempts: 1, Failures: 1, Payload: "a"}},
		{"waiting, not due, the same notice: a message makes nothing due (rule 3)", (*story).waiting, time.Second, paid(1, "a"),
			where{Do: placing.Acknowledge, State: ledger.Waiting, Kind: order.ERPDown, Until: "1m0s", Due: "1m0s", Attempts: 1, Failures: 1, Payload: "a"}},
		{"waiting, not due, newer: replaced", (*story).waiting, time.Second, paid(2, "b"),
			where{Do: placing.Acknowledge, State: ledger.Waiting, Kind: order.ERPDown, Until: "1m0s", Due: "1m0s", Attempts: 1, Failures: 1, Payload: "b"}},
		{"waiting, not due, reversal: rejected", (*story).waiting, time.Second, reversal("r"),
			where{Do: placing.Acknowledge, State: ledger.Rejected, Kind: order.Reversed, Due: "never", Attempts: 1, Failures: 1, Payload: "a", Reversed: true, Metrics: counts(placing.MetricRejected)}},
		{"waiting, due: claimed", (*story).waiting, 61 * time.Second, wake(),
			where{Do: placing.Place, State: ledger.Waiting, Kind: order.ERPDown, Until: "0s", Leased: true, Due: "4m15s", Attempts: 1, Failures: 1, Payload: "a"}},
		{"waiting, due, reversal: rejected, not claimed", (*story).waiting, 61 * time.Second, reversal("r"),
			where{Do: placing.Acknowledge, State: ledger.Rejected, Kind: order.Reversed, Due: "never", Attempts: 1, Failures: 1, Payload: "a", Reversed: true, Metrics: counts(placing.MetricRejected)}},

		{"uncertain, not due, wake-up: acknowledged", (*story).uncertain, 61*time.Second - time.Millisecond, wake(),
			where{Do: placing.Acknowledge, State: ledger.Uncertain, Kind: order.LostAnswer, Until: "1ms", Quiet: "1ms", Due: "1ms", Attempts: 1, Payload: "a"}},
		{"uncertain, not due, newer: kept beside", (*story).uncertain, time.Second, paid(2, "b"),
			where{Do: placing.Acknowledge, State: ledger.Uncertain, Kind: order.LostAnswer, Until: "1m0s", Quiet: "1m0s", Due: "1m0s", Attempts: 1, Payload: "a", Newer: "b"}},
		{"uncertain, not due, reversal: recorded", (*story).uncertain, time.Second, reversal("r"),
			where{Do: placing.Acknowledge, State: ledger.Uncertain, Kind: order.LostAnswer, Until: "1m0s", Quiet: "1m0s", Due: "1m0s", Attempts: 1, Payload: "a", Reversed: true, Metrics: counts(placing.MetricReversedLate)}},
		{"uncertain, due: looked up", (*story).uncertain, 61 * time.Second, wake(),
			where{Do: placing.LookUp, State: ledger.Uncertain, Kind: order.LostAnswer, Until: "0s", Quiet: "0s", Leased: true, Due: "4m15s", Attempts: 1, Payload: "a"}},
		{"uncertain, due, newer: kept beside and looked up", (*story).uncertain, 61 * time.Second, paid(2, "b"),
			where{Do: placing.LookUp, State: ledger.Uncertain, Kind: order.LostAnswer, Until: "0s", Quiet: "0s", Leased: true, Due: "4m15s", Attempts: 1, Payload: "a", Newer: "b"}},
		{"uncertain, looked up by somebody: acknowledged", (*story).lookingUp, time.Second, wake(),
			where{Do: placing.Acknowledge, State: ledger.Uncertain, Kind: order.LostAnswer, Until: "-1s", Quiet: "-1s", Leased: true, Due: "4m14s", Attempts: 1, Payload: "a"}},
		{"uncertain, looked up by somebody, newer: kept beside, the holder goes on", (*story).lookingUp, time.Second, paid(2, "b"),
			where{Do: placing.Acknowledge, State: ledger.Uncertain, Kind: order.LostAnswer, Until: "-1s", Quiet: "-1s", Leased: true, Due: "4m14s", Attempts: 1, Payload: "a", Newer: "b"}},
		{"uncertain, the look-up's lease lapsed: its end counts as the call's", (*story).lookingUp, dead, wake(),
			where{Do: placing.Acknowledge, State: ledger.Uncertain, Kind: order.LostAnswer, Until: "1m0s", Quiet: "1m0s", Due: "1m0s", Attempts: 1, Payload: "a"}},
		{"uncertain, the look-up's lease lapsed 61 s ago: looked up", (*story).lookingUp, lease + 61*time.Second, wake(),
			where{Do: placing.LookUp, State: ledger.Uncertain, Kind: order.LostAnswer, Until: "0s", Quiet: "0s", Leased: true, Due: "4m15s", Attempts: 1, Payload: "a"}},
		{"parked, wake-up: acknowledged, for ever", (*story).parked, 30 * day, wake(),
			where{Do: placing.Acknowledge, State: ledger.Uncertain, Kind: order.NeedsPerson, Quiet: "-719h58m59s", Due: "never", Attempts: 1, Payload: "a"}},
		{"parked, newer: kept beside", (*story).parked, time.Second, paid(2, "b"),
			where{Do: placing.Acknowledge, State: ledger.Uncertain, Kind: order.NeedsPerson, Quiet: "1m0s", Due: "never", Attempts: 1, Payload: "a", Newer: "b"}},
		{"parked, reversal: recorded", (*story).parked, time.Second, reversal("r"),
			where{Do: placing.Acknowledge, State: ledger.Uncertain, Kind: order.NeedsPerson, Quiet: "1m0s", Due: "never", Attempts: 1, Payload: "a", Reversed: true, Metrics: counts(placing.MetricReversedLate)}},

		{"rejected, wake-up: never claimed", (*story).rejected, 30 * day, wake(),
			where{Do: placing.Acknowledge, State: ledger.Rejected, Kind: order.Mapping, Due: "never", Attempts: 1, Payload: "a"}},
		{"rejected, the same notice: acknowledged", (*story).rejected, time.Second, paid(1, "a"),
			where{Do: placing.Acknowledge, State: ledger.Rejected, Kind: order.Mapping, Due: "never", Attempts: 1, Payload: "a"}},
		{"rejected, newer: waiting, due now, acknowledged", (*story).rejected, time.Second, paid(2, "b"),
			where{Do: placing.Acknowledge, State: ledger.Waiting, Kind: order.Mended, Until: "0s", Due: "0s", Attempts: 1, Payload: "b"}},
		{"rejected, reversal: rejected: reversed", (*story).rejected, time.Second, reversal("r"),
			where{Do: placing.Acknowledge, State: ledger.Rejected, Kind: order.Reversed, Due: "never", Attempts: 1, Payload: "a", Reversed: true, Metrics: counts(placing.MetricRejected)}},
		{"rejected: reversed, newer: replaced, and stays so", (*story).reversed, time.Second, paid(2, "b"),
			where{Do: placing.Acknowledge, State: ledger.Rejected, Kind: order.Reversed, Due: "never", Attempts: 1, Failures: 1, Payload: "b", Reversed: true}},
		{"tombstone, paid notice: kept, and stays so", (*story).tombstone, time.Second, paid(1, "a"),
			where{Do: placing.Acknowledge, State: ledger.Rejected, Kind: order.Reversed, Due: "never", Payload: "a", Reversed: true}},

		{"created, wake-up: acknowledged", (*story).created, time.Hour, wake(),
			where{Do: placing.Acknowledge, State: ledger.Created, Quiet: "-58m59s", Attempts: 1, Metrics: counts()}},
		{"created, the same notice: acknowledged", (*story).created, time.Hour, paid(1, "a"),
			where{Do: placing.Acknowledge, State: ledger.Created, Quiet: "-58m59s", Attempts: 1, Metrics: counts()}},
		{"created, newer: a metric, no payload", (*story).created, time.Hour, paid(2, "b"),
			where{Do: placing.Acknowledge, State: ledger.Created, Quiet: "-58m59s", Attempts: 1, Metrics: counts(placing.MetricChangedLate)}},
		{"created, reversal: recorded", (*story).created, time.Hour, reversal("r"),
			where{Do: placing.Acknowledge, State: ledger.Created, Quiet: "-58m59s", Attempts: 1, Reversed: true, Metrics: counts(placing.MetricReversedLate)}},

		{"denied, due: looked up", (*story).denied, time.Second, wake(),
			where{Do: placing.LookUp, State: ledger.Uncertain, Kind: order.Deleted, Until: "-1s", Quiet: "-59m0s", Leased: true, Due: "4m15s", Attempts: 1}},
		{"denied, the same notice: looked up, nothing kept", (*story).denied, time.Second, paid(1, "a"),
			where{Do: placing.LookUp, State: ledger.Uncertain, Kind: order.Deleted, Until: "-1s", Quiet: "-59m0s", Leased: true, Due: "4m15s", Attempts: 1}},
		{"denied, newer: kept beside", (*story).denied, 0, inAnotherLane(paid(2, "b")),
			where{Do: placing.Acknowledge, State: ledger.Uncertain, Kind: order.Deleted, Until: "0s", Quiet: "-58m59s", Due: "0s", Attempts: 1, Newer: "b"}},
		{"denied, reversal: recorded", (*story).denied, 0, inAnotherLane(reversal("r")),
			where{Do: placing.Acknowledge, State: ledger.Uncertain, Kind: order.Deleted, Until: "0s", Quiet: "-58m59s", Due: "0s", Attempts: 1, Reversed: true, Metrics: counts(placing.MetricReversedLate)}},

		{"deleted, wake-up: never claimed", (*story).deleted, 30 * day, wake(),
			where{Do: placing.Acknowledge, State: ledger.Rejected, Kind: order.Deleted, Quiet: "-719h58m59s", Due: "never", Attempts: 2}},
		{"deleted, the old notice again: acknowledged", (*story).deleted, time.Hour, paid(1, "a"),
			where{Do: placing.Acknowledge, State: ledger.Rejected, Kind: order.Deleted, Quiet: "-58m59s", Due: "never", Attempts: 2}},
		{"deleted, newer: kept for a retry, a metric, not created again", (*story).deleted, time.Hour, paid(2, "b"),
			where{Do: placing.Acknowledge, State: ledger.Rejected, Kind: order.Deleted, Quiet: "-58m59s", Due: "never", Attempts: 2, Payload: "b", Metrics: counts(placing.MetricChangedLate)}},
		{"deleted, reversal: rejected: reversed", (*story).deleted, time.Hour, reversal("r"),
			where{Do: placing.Acknowledge, State: ledger.Rejected, Kind: order.Reversed, Quiet: "-58m59s", Due: "never", Attempts: 2, Reversed: true, Metrics: counts(placing.MetricRejected)}},
	} {
		t.Run(c.row, func(t *testing.T) {
			s := c.is(begin(t, looksUp)).passes(c.after)
			s.arrives(c.message)
			s.is(c.want)
		})
	}
}

func nothing(s *story) *story { return s }

func counts(m ...placing.Metric) []placing.Metric { return m }

func TestTheFirstClaimFreezesAccountAndReference(t *testing.T) {
	s := begin(t, looksUp).claimed()
	e := s.entry
	if e.Account != "estudio" || e.ERPKind != "omie" || e.Reference != (erp.Reference{Code: "code"}) || e.Fence != 1 || e.Owner != "claim-1" ||
		!e.Lease.Equal(noon.Add(lease)) || e.OrderID != "1" || e.StoreNumber != "HP1" || !e.PaidAt.Equal(noon.Add(-time.Minute)) ||
		!e.TryingSince.Equal(noon) || !e.ReceivedAt.Equal(noon.Add(-time.Second)) {
		t.Errorf("claimed as %+v", e)
	}
	s.passes(lease)
	s.happens(placing.Arrival{Message: paid(2, "b"), ERPKind: "sensio", Reference: erp.Reference{Code: "another"}, Owner: "o", Lease: s.now.Add(lease)})
	if s.step.Do != placing.Place || s.entry.Reference.Code != "code" || s.entry.ERPKind != "omie" {
		t.Errorf("a later claim used the configuration of today: %+v", s.entry)
	}
}

func TestAReversalIsDatedByWhenItWasReceived(t *testing.T) {
	for name, s := range map[string]*story{"tombstone": begin(t, looksUp).tombstone(), "waiting": begin(t, looksUp).reversed()} {
		if !s.entry.ReversedAt.Equal(noon.Add(-time.Second)) {
			t.Errorf("%s: reversed at %s", name, s.entry.ReversedAt)
		}
	}
	s := begin(t, looksUp).waiting().passes(time.Second)
	m := reversal("r")
	m.ReceivedAt = time.Time{}
	s.arrives(m)
	if !s.entry.ReversedAt.Equal(s.now) {
		t.Errorf("a reversal without a time is dated %s", s.entry.ReversedAt)
	}
}

func TestATombstoneIsNobodysWork(t *testing.T) {
	if e := begin(t, looksUp).tombstone().entry; !e.Tombstone() || e.WaitsForPerson() {
		t.Error("a tombstone waits for a person")
	}
}

// The order's connection was moved to another ERP account since: a message in
// that lane must not make calls of the former one.
func TestAMessageInAnotherLaneRecordsAndClaimsNothing(t *testing.T) {
	for name, s := range map[string]*story{
		"accepted":  begin(t, looksUp).claimed().passes(lease),
		"creating":  begin(t, looksUp).creating().passes(lease),
		"waiting":   begin(t, looksUp).waiting().passes(time.Hour),
		"uncertain": begin(t, looksUp).uncertain().passes(time.Hour),
	} {
		former, fence := s.entry.State, s.entry.Fence
		if s.arrives(inAnotherLane(paid(1, "a"))); s.step.Write || s.step.Do != placing.Acknowledge {
			t.Errorf("%s: a repeated notice: %+v", name, s.step)
		}
		s.arrives(inAnotherLane(paid(2, "b")))
		kept := string(s.entry.Payload) == "b" && s.entry.Fence > fence || s.entry.Newer != nil && string(s.entry.Newer.Payload) == "b"
		if s.step.Do != placing.Acknowledge || s.entry.State != former || !kept {
			t.Errorf("%s: newer contents: %s, %s", name, s.step.Do, s.entry.State)
		}
		if s.arrives(wake()); s.step.Do == placing.Acknowledge && former != ledger.Creating {
			t.Errorf("%s: its own lane can't claim it", name)
		}
	}
}

func TestNewerContents(t *testing.T) {
	for _, c := range []struct {
		name  string
		first []queue.Message
		then  queue.Message
		wins  bool
	}{
		{"a greater version", msgs(paid(5, "a")), paid(6, "b"), true},
		{"a lesser version, its digest unseen", msgs(paid(5, "a")), paid(4, "b"), false},
		{"an equal version, its digest unseen", msgs(paid(5, "a")), paid(5, "b"), true},
		{"an equal version, its digest seen", msgs(paid(5, "a")), paid(5, "a"), false},
		{"an equal version, a digest from two bodies ago", msgs(paid(5, "a"), paid(5, "b")), paid(5, "a"), false},
		{"no version, its digest unseen", msgs(paid(0, "a")), paid(0, "b"), true},
		{"no version, its digest seen", msgs(paid(0, "a"), paid(0, "b")), paid(0, "a"), false},
		{"the store went back to the former body, by a greater version", msgs(paid(5, "a"), paid(6, "b")), paid(7, "a"), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			body := string(c.then.Payload)
			for state, is := range map[string]func(*story){
				"waiting":   func(s *story) { s.failsToPrepare(erp.Answer{Kind: erp.NotSent}) },
				"rejected":  func(s *story) { s.isInvalid(order.Mapping) },
				"creating":  func(s *story) { s.isPrepared() },
				"uncertain": func(s *story) { s.isPrepared(); s.answers(erp.Answer{Kind: erp.Lost}) },
				"parked":    func(s *story) { s.rules = blind; s.isPrepared(); s.answers(erp.Answer{Kind: erp.Lost}) },
			} {
				s := begin(t, looksUp)
				s.arrives(c.first[0])
				is(s)
				// From another lane a message records and claims nothing.
				for _, m := range c.first[1:] {
					s.arrives(inAnotherLane(m))
				}
				s.arrives(inAnotherLane(c.then))
				latest := string(s.entry.Payload)
				if s.entry.Newer != nil {
					latest = string(s.entry.Newer.Payload)
				}
				former := string(c.first[len(c.first)-1].Payload)
				if c.wins && latest != body || !c.wins && latest != former {
					t.Errorf("%s: the latest contents are %q", state, latest)
				}
				if s.step.Write != c.wins {
					t.Errorf("%s: written: %t", state, s.step.Write)
				}
			}
		})
	}
}

func msgs(m ...queue.Message) []queue.Message { return m }

func TestWhatIsKeptBesideIsReplacedByNewerOnly(t *testing.T) {
	s := begin(t, looksUp).uncertain()
	for _, c := range []struct {
		m    queue.Message
		want string
	}{{paid(3, "c"), "c"}, {paid(2, "b"), "c"}, {paid(3, "c"), "c"}, {paid(4, "d"), "d"}, {paid(1, "a"), "d"}} {
		if s.arrives(c.m); s.entry.Newer == nil || string(s.entry.Newer.Payload) != c.want {
			t.Fatalf("after %s: kept %+v", c.m.Payload, s.entry.Newer)
		}
	}
	if s.isDue(); s.step.Do != placing.LookUp {
		t.Fatal(s.step.Do)
	}
	s.looksUp(absent())
	if got := string(s.entry.Payload); got != "d" || s.entry.Version != 4 || s.entry.Digest != "digest-d" {
		t.Errorf("took over %q", got)
	}
	// Everything that was kept beside is known now: none of it is newer again.
	s.passes(lease)
	s.isPrepared()
	for _, m := range []queue.Message{paid(3, "c"), paid(4, "d"), paid(1, "a")} {
		if s.now = noon.Add(time.Minute); s.arrives(m).Write {
			t.Errorf("%s counts as newer again", m.Payload)
		}
	}
}

func TestNewerContentsBringTheirNumberAndTime(t *testing.T) {
	m := paid(2, "b")
	m.StoreNumber, m.PaidAt = "HP2", noon.Add(-time.Hour)
	bare := paid(3, "c")
	bare.StoreNumber, bare.PaidAt = "", time.Time{}
	s := begin(t, looksUp).rejected()
	for _, m := range []queue.Message{m, bare} {
		if s.arrives(inAnotherLane(m)); s.entry.StoreNumber != "HP2" || !s.entry.PaidAt.Equal(noon.Add(-time.Hour)) {
			t.Errorf("%s: number %q, paid at %s", m.Payload, s.entry.StoreNumber, s.entry.PaidAt)
		}
	}
}

func TestAMendedOrderIsTriedForSevenDaysAnew(t *testing.T) {
	s := begin(t, looksUp).claimed()
	s.passes(6*day + 23*time.Hour)
	s.arrives(wake())
	s.isInvalid(order.TaxIDReason)
	s.passes(30 * day)
	s.arrives(paid(2, "b"))
	if s.isDue(); s.step.Do != placing.Place {
		t.Fatal("a mended order is not claimed")
	}
	s.failsToPrepare(erp.Answer{Kind: erp.NotSent})
	s.ends(placing.Acknowledge, ledger.Waiting, order.ERPDown)
	if s.entry.Failures != 1 {
		t.Errorf("%d failures in a row", s.entry.Failures)
	}
}

// A definite refusal's call ended a moment ago: an identical one has to wait.
func TestAMendedOrderWaitsForQuiet(t *testing.T) {
	s := begin(t, looksUp).creating()
	s.answers(erp.Answer{Kind: erp.Refused, Text: words.Plain("no")})
	s.passes(time.Second)
	s.arrives(paid(2, "b"))
	s.is(where{Do: placing.Acknowledge, State: ledger.Waiting, Kind: order.Mended, Until: "1m0s", Quiet: "1m0s", Due: "1m0s", Attempts: 1, Payload: "b"})
}

func TestEveryRejectionButReversedIsMended(t *testing.T) {
	for _, kind := range []order.ReasonKind{order.Mapping, order.TaxIDReason, order.Preflight, order.TotalReason, order.CurrencyReason, order.QuantityReason,
		order.RefusedByERP, order.TooOld, order.NotFound, order.GaveUp, order.AccountGone} {
		s := begin(t, looksUp).claimed()
		s.isInvalid(kind)
		s.arrives(paid(2, "b"))
		s.ends(placing.Acknowledge, ledger.Waiting, order.Mended)
	}
}

func TestAReversalIsRecordedOnce(t *testing.T) {
	for name, s := range map[string]*story{
		"waiting": begin(t, looksUp).waiting(), "creating": begin(t, looksUp).creating(), "created": begin(t, looksUp).created(),
		"uncertain": begin(t, looksUp).uncertain(), "rejected": begin(t, looksUp).rejected(), "absent": begin(t, looksUp),
	} {
		s.arrives(reversal("r"))
		first := s.entry
		if s.passes(time.Second).arrives(reversal("r")); s.step.Write || s.step.Metrics != nil {
			t.Errorf("%s: the same reversal again: %+v", name, s.step)
		}
		s.arrives(reversal("another"))
		if !s.entry.ReversedAt.Equal(first.ReversedAt) || s.entry.State != first.State || slices.Contains(s.step.Metrics, placing.MetricReversedLate) {
			t.Errorf("%s: a second reversal: %+v", name, s.step)
		}
	}
}

func TestAReversalDeliveredAgainAfterAPersonsRetryIsNoNewOne(t *testing.T) {
	s := begin(t, looksUp).reversed()
	s.happens(placing.Retry{})
	if s.arrives(reversal("r")); s.entry.State != ledger.Waiting || !s.entry.ReversedAt.IsZero() {
		t.Errorf("the old reversal took the retried order back: %s", s.entry.State)
	}
	if s.arrives(reversal("another")); s.entry.State != ledger.Rejected || s.entry.Reason.Kind != order.Reversed {
		t.Errorf("a new reversal was forgotten: %s", s.entry.State)
	}
}

// Rules 12 and 14, where the call that was under way turns out to have written
// nothing: what came meanwhile decides in the same write. If it only stayed
// beside, the next create would ask for the old contents, a refused order would
// never be mended (its notice is not delivered twice), and a person who retries a
// waiting order would clear a reversal that nobody showed them.
func TestWhatCameDuringACallThatWroteNothingDecidesAtOnce(t *testing.T) {
	for _, c := range []struct {
		answer erp.Answer
		mended where
	}{
		{erp.Answer{Kind: erp.Refused}, where{Kind: order.Mended, Until: "1m1s", Quiet: "1m1s", Due: "1m1s", Attempts: 1}},
		{erp.Answer{Kind: erp.AccountRests, RetryAfter: time.Hour}, where{Kind: order.AccountRests, Until: "1h1m1s", Quiet: "1m1s", Due: "1h1m1s"}},
		{erp.Answer{Kind: erp.NotSent}, where{Kind: order.ERPDown, Until: "1m1s", Due: "1m1s", Attempts: 1, Failures: 1}},
		{erp.Answer{Kind: erp.NoTime}, where{Kind: order.NotSent, Until: "0s", Due: "0s", Attempts: 1}},
	} {
		t.Run(fmt.Sprint("newer, ", c.answer.Kind), func(t *testing.T) {
			s := begin(t, looksUp).creating()
			s.arrives(paid(2, "b"))
			s.answers(c.answer)
			c.mended.Do, c.mended.State, c.mended.Payload, c.mended.Metrics = placing.Acknowledge, ledger.Waiting, "b", s.step.Metrics
			s.is(c.mended)
			if s.isDue(); s.step.Do != placing.Place || string(s.entry.Payload) != "b" {
				t.Errorf("goes on with %q: %s", s.entry.Payload, s.step.Do)
			}
		})
		t.Run(fmt.Sprint("reversed, ", c.answer.Kind), func(t *testing.T) {
			s := begin(t, looksUp).creating()
			s.arrives(reversal("r"))
			s.answers(c.answer)
			s.ends(placing.Acknowledge, ledger.Rejected, order.Reversed)
		})
		t.Run(fmt.Sprint("newer and reversed, ", c.answer.Kind), func(t *testing.T) {
			s := begin(t, looksUp).creating()
			s.arrives(paid(2, "b"))
			s.arrives(reversal("r"))
			s.answers(c.answer)
			s.ends(placing.Acknowledge, ledger.Rejected, order.Reversed)
			if string(s.entry.Payload) != "b" {
				t.Errorf("a later retry would create %q", s.entry.Payload)
			}
		})
	}
}

func TestNewerContentsMendARefusalAlsoAfterSevenDays(t *testing.T) {
	s := begin(t, looksUp).claimed().passes(8 * day)
	s.arrives(wake())
	s.isPrepared()
	s.arrives(paid(2, "b"))
	s.answers(erp.Answer{Kind: erp.NotSent})
	if s.entry.State != ledger.Waiting || string(s.entry.Payload) != "b" {
		t.Errorf("%s: %s, with %q", s.entry.State, s.entry.Reason.Kind, s.entry.Payload)
	}
}

func TestNewerContentsWhenTheDocumentExistsAreCountedAndGone(t *testing.T) {
	for name, end := range map[string]func(*story){
		"created": func(s *story) { s.answers(erp.Answer{Kind: erp.Created, ID: "777"}) },
		"found": func(s *story) {
			s.answers(erp.Answer{Kind: erp.Lost})
			s.isDue()
			s.looksUp(ours())
		},
	} {
		s := begin(t, looksUp).creating()
		s.arrives(paid(2, "b"))
		end(s)
		if s.entry.State != ledger.Created || !slices.Contains(s.step.Metrics, placing.MetricChangedLate) {
			t.Errorf("%s: %s, %v", name, s.entry.State, s.step.Metrics)
		}
	}
}

// A store delivers some notices many times: each is one change.
func TestAChangeThatComesTooLateIsCountedOnce(t *testing.T) {
	for name, s := range map[string]*story{
		"after the document": func() *story { s := begin(t, looksUp).created(); s.arrives(paid(2, "b")); return s }(),
		"while creating": func() *story {
			s := begin(t, looksUp).creating()
			s.arrives(paid(2, "b"))
			s.answers(erp.Answer{Kind: erp.Created, ID: "777"})
			return s
		}(),
	} {
		if s.arrives(paid(2, "b")); s.step.Write || s.step.Metrics != nil {
			t.Errorf("%s: the same change again: %+v", name, s.step)
		}
		if s.arrives(paid(3, "c")); !slices.Contains(s.step.Metrics, placing.MetricChangedLate) {
			t.Errorf("%s: another change: %+v", name, s.step)
		}
	}
}

func TestADigestIsForgottenOnlyAfterManyOthers(t *testing.T) {
	s := begin(t, looksUp).rejected()
	for i := range 200 {
		s.arrives(inAnotherLane(paid(1, fmt.Sprint("c", i))))
	}
	if n := len(s.entry.Seen); n != 64 {
		t.Errorf("%d digests are remembered", n)
	}
	if s.arrives(inAnotherLane(paid(1, "c150"))).Write {
		t.Error("a body that was seen lately counts as newer")
	}
}

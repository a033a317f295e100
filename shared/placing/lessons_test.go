package placing_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/words"
)

var (
	hidden  = erp.Answer{Kind: erp.Duplicate, Text: words.Plain("já cadastrado: look for the customer")}
	address = erp.Answer{Kind: erp.Refused, Text: words.Plain("a cidade não foi encontrada"), LeaveOut: "address"}
	phone   = erp.Answer{Kind: erp.Refused, Text: words.Plain("telefone inválido"), LeaveOut: "phone"}
	gone    = erp.Answer{Kind: erp.CustomerGone, Text: words.Plain("cliente não cadastrado")}
)

func (s *story) learned(want erp.Lessons) {
	s.t.Helper()
	if diff := cmp.Diff(want, s.entry.Lessons); diff != "" {
		s.t.Errorf("learned (-want +got):\n%s", diff)
	}
}

func (s *story) lastLine() string {
	s.t.Helper()
	return s.entry.Timeline[len(s.entry.Timeline)-1].Text.String()
}

func TestTheThirdHiddenCustomerIsAPersons(t *testing.T) {
	s := begin(t, looksUp).claimed()
	for i, wait := range []time.Duration{61 * time.Second, 2 * time.Minute} {
		s.failsToPrepare(hidden)
		s.ends(placing.Acknowledge, ledger.Waiting, order.Redundant)
		s.learned(erp.Lessons{Hidden: i + 1})
		if got := s.entry.Until.Sub(s.now); got != wait {
			t.Errorf("waits %s, want %s", got, wait)
		}
		s.isDue()
		s.failsToPrepare(erp.Answer{Kind: erp.Lost}) // between them others, which count for nothing
		s.entry.Failures = i + 1
		s.isDue()
	}
	s.failsToPrepare(hidden)
	s.ends(placing.Acknowledge, ledger.Rejected, order.RefusedByERP)
	if s.entry.Reason.Message != hidden.Text {
		t.Errorf("a person is told %q", s.entry.Reason.Message)
	}
}

func TestARefusedPartIsLeftOutOnce(t *testing.T) {
	s := begin(t, looksUp).claimed()
	s.failsToPrepare(address)
	s.learned(erp.Lessons{LeftOut: []string{"address"}})
	if got := s.lastLine(); !strings.HasPrefix(got, "it goes on without the customer's address, which the ERP refused") || !strings.HasSuffix(got, address.Text.String()) {
		t.Errorf("the timeline says %q", got)
	}
	s.isDue()
	s.failsToPrepare(phone)
	s.learned(erp.Lessons{LeftOut: []string{"address", "phone"}})
	if got := s.entry.Reason.Message; got.String() != "it goes on without the customer's address and phone, which the ERP refused" {
		t.Errorf("the list says %q", got)
	}
	s.isDue()
	s.failsToPrepare(address)
	s.ends(placing.Acknowledge, ledger.Rejected, order.RefusedByERP)
	if got := s.lastLine(); got != address.Text.String() {
		t.Errorf("the timeline says %q", got)
	}
}

func TestACustomerWhoIsGoneIsLookedForAnewOnce(t *testing.T) {
	s := begin(t, looksUp).creating()
	s.answers(gone)
	s.ends(placing.Acknowledge, ledger.Waiting, order.Mended)
	s.learned(erp.Lessons{Gone: true})
	if got := s.lastLine(); !strings.HasPrefix(got, "the ERP has the order's customer no more") || !strings.HasSuffix(got, gone.Text.String()) {
		t.Errorf("the timeline says %q", got)
	}
	if s.passes(placing.Spacing - time.Millisecond).arrives(wake()); s.step.Do != placing.Acknowledge {
		t.Errorf("before quiet_until: %s", s.step.Do)
	}
	s.isDue()
	s.isPrepared()
	s.answers(gone)
	s.ends(placing.Acknowledge, ledger.Rejected, order.RefusedByERP)
}

// What the store sends anew may be what was refused, and so may what a person mended in
// the ERP. A message that brings nothing leaves the lessons alone.
func TestLessonsEndWithTheContentsTheyWereLearnedOf(t *testing.T) {
	learn := func() *story {
		s := begin(t, looksUp).claimed()
		s.failsToPrepare(hidden)
		s.isDue()
		s.failsToPrepare(address)
		s.isDue()
		s.isPrepared()
		s.answers(gone)
		s.learned(erp.Lessons{Hidden: 1, LeftOut: []string{"address"}, Gone: true})
		return s
	}
	kept := erp.Lessons{Hidden: 1, LeftOut: []string{"address"}, Gone: true}
	for name, c := range map[string]struct {
		happens func(*story)
		want    erp.Lessons
	}{
		"a wake-up":                {func(s *story) { s.arrives(wake()) }, kept},
		"the same notice":          {func(s *story) { s.arrives(paid(1, "a")) }, kept},
		"a better moment":          {func(s *story) { s.arrives(ranked(paid(1, "a"), order.ByPayment, noon)) }, kept},
		"an attempt that is lost":  {func(s *story) { s.isDue(); s.failsToPrepare(erp.Answer{Kind: erp.Lost}) }, kept},
		"newer contents":           {func(s *story) { s.arrives(paid(2, "b")) }, erp.Lessons{}},
		"a retry":                  {func(s *story) { s.happens(placing.Retry{}) }, erp.Lessons{}},
		"newer ones after a doubt": {func(s *story) { doubt(s); s.arrives(paid(2, "b")); s.isDue(); s.looksUp(absent()) }, erp.Lessons{}},
		"a doubt and an absence":   {func(s *story) { doubt(s); s.isDue(); s.looksUp(absent()) }, kept},
		"newer ones during a call": {func(s *story) { s.isDue(); s.isPrepared(); s.arrives(paid(2, "b")); s.answers(gone) }, erp.Lessons{}},
		"the document":             {func(s *story) { s.isDue(); s.isPrepared(); s.answers(erp.Answer{Kind: erp.Created, ID: "777"}) }, erp.Lessons{}},
	} {
		t.Run(name, func(t *testing.T) {
			s := learn()
			c.happens(s)
			s.t = t
			s.learned(c.want)
		})
	}
}

// doubt makes an order uncertain that waits.
func doubt(s *story) {
	s.isDue()
	s.isPrepared()
	s.answers(erp.Answer{Kind: erp.Lost})
}

func TestHowACustomerWasFoundIsSaid(t *testing.T) {
	const said = "the ERP has 2 customers of this tax id: 7 is taken"
	for name, c := range map[string]struct {
		ev    placing.Prepared
		lines []string
	}{
		"created":    {placing.Prepared{TimeLeft: true}, []string{"customer"}},
		"put off":    {placing.Prepared{}, []string{"customer", "put_off"}},
		"lane rests": {placing.Prepared{TimeLeft: true, LaneUntil: noon.Add(time.Hour)}, []string{"customer", "put_off"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := begin(t, looksUp).claimed()
			before := len(s.entry.Timeline)
			c.ev.Fence, c.ev.Mark, c.ev.Customer = s.entry.Fence, markOf(s.entry), words.Plain(said)
			s.happens(c.ev)
			var did []string
			for _, line := range s.entry.Timeline[before:] {
				did = append(did, line.Did)
			}
			if diff := cmp.Diff(c.lines, did); diff != "" || s.entry.Timeline[before].Text.String() != said {
				t.Errorf("lines (-want +got):\n%s%q", diff, s.entry.Timeline[before].Text)
			}
		})
	}
}

// What one attempt learned is with the next, and what the client says of the customer is
// in the timeline.
func TestAnAttemptBeginsWithWhatFormerOnesLearned(t *testing.T) {
	s := newShift(t)
	answers := []erp.Answer{address, hidden, {Kind: erp.CustomerKnown}, {Kind: erp.CustomerKnown, Text: words.Plain("2 have this tax id")}}
	s.client.customer = func() erp.Answer {
		a := answers[0]
		answers = answers[1:]
		return a
	}
	creates := []erp.Answer{gone, {Kind: erp.Created, ID: "7"}}
	s.client.create = func(erp.Document) erp.Answer {
		a := creates[0]
		creates = creates[1:]
		return a
	}
	s.handles(s.paid("Ana", 1))
	for s.entry().State == ledger.Waiting {
		s.now = s.entry().Due
		s.handles(wakeUp())
	}
	s.isLeft(ledger.Created, "")
	without := []string{"address"}
	want := []erp.Lessons{{}, {LeftOut: without}, {LeftOut: without, Hidden: 1}, {LeftOut: without, Hidden: 1, Gone: true}}
	if diff := cmp.Diff(want, s.client.lessons); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	told := false
	for _, line := range s.entry().Timeline {
		told = told || line.Did == "customer" && line.Text.String() == "2 have this tax id"
	}
	if e := s.entry(); !told || !cmp.Equal(e.Lessons, erp.Lessons{}) {
		t.Errorf("the timeline says %+v, remembered is %+v", e.Timeline, e.Lessons)
	}
}

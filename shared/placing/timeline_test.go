package placing_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/words"
)

func TestATimelineTellsTheStory(t *testing.T) {
	s := begin(t, looksUp).creating()
	s.answers(erp.Answer{Kind: erp.Unknown, Text: words.Plain("fault")})
	s.arrives(paid(2, "b"))
	s.isDue()
	s.looksUp(erp.Answer{Kind: erp.AccountRests, RetryAfter: placing.Spacing, Text: words.Plain("429")})
	s.isDue()
	s.looksUp(absent())
	s.isPrepared()
	s.answers(erp.Answer{Kind: erp.Created, ID: "777"})
	s.arrives(reversal("r"))
	var got []string
	for _, line := range s.entry.Timeline {
		got = append(got, fmt.Sprintf("%s %s -> %s (%s)", line.Did, line.Answer, line.Became, line.Rule))
	}
	want := []string{
		"notice  -> accepted ()",
		"create unknown -> uncertain (9)",
		"newer_contents  -> uncertain (12)",
		"look_up lane -> uncertain (6)",
		"look_up absent -> waiting (6)",
		"create created -> created (answer)",
		"reversal  -> created (14)",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestATimelineKeepsTheFirstFiveAndTheLastFifteen(t *testing.T) {
	s := begin(t, looksUp).claimed()
	var all []string
	for i := range 60 {
		s.failsToPrepare(erp.Answer{Kind: erp.NotSent, Text: words.Plain(fmt.Sprint("try ", i))})
		all = append(all, fmt.Sprint("try ", i))
		var got []string
		for _, line := range s.entry.Timeline[1:] {
			got = append(got, line.Text.String())
		}
		want := all
		if len(all) > 19 {
			want = append(append([]string{}, all[:4]...), all[len(all)-15:]...)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("after %d lines, -want +got:\n%s", i+2, diff)
		}
		s.isDue()
	}
	if first := s.entry.Timeline[0]; first.Did != "notice" || first.Text.String() != "PURCHASE_APPROVED" {
		t.Errorf("the first line is %+v", first)
	}
}

// ERPs and stores send any bytes; a cut or a panic there would cost the outcome.
func TestATextIsCutBetweenCharactersWhateverItsBytes(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       string
	}{
		{"short", "não", "não"},
		{"500 bytes", strings.Repeat("a", 500), strings.Repeat("a", 500)},
		{"501 bytes", strings.Repeat("a", 501), strings.Repeat("a", 500)},
		{"a character of two bytes across the end", strings.Repeat("a", 499) + "ãb", strings.Repeat("a", 499)},
		{"a character of two bytes before the end", strings.Repeat("a", 498) + "ãb", strings.Repeat("a", 498) + "ã"},
		{"a character of four bytes across the end", strings.Repeat("a", 497) + "😀b", strings.Repeat("a", 497)},
	} {
		s := begin(t, looksUp).claimed()
		s.failsToPrepare(erp.Answer{Kind: erp.Lost, Text: words.Plain(c.text)})
		if got := s.entry.Timeline[1].Text; got.String() != c.want {
			t.Errorf("%s: %d bytes, want %d", c.name, len(got.String()), len(c.want))
		}
	}
	for name, text := range map[string]string{"latin-1": "n\xe3o", "a long one": strings.Repeat("n\xe3o ", 200), "nothing but middles": strings.Repeat("\x80", 600)} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if p := recover(); p != nil {
					t.Error("panic:", p)
				}
			}()
			s := begin(t, looksUp).rejected()
			s.happens(placing.Retry{Person: placing.Person{Note: text}})
			if note := s.entry.Timeline[2].Note; !utf8.ValidString(note) || len(note) > 500 {
				t.Errorf("kept %d bytes: %q", len(note), note)
			}
		})
	}
}

func TestALineSaysWhatBecame(t *testing.T) {
	s := begin(t, looksUp).uncertain()
	s.arrives(paid(2, "b"))
	s.isDue()
	s.looksUp(ours())
	lines := s.entry.Timeline[len(s.entry.Timeline)-2:]
	for _, line := range lines {
		if line.Became != ledger.Created || !line.At.Equal(s.now) {
			t.Errorf("%+v", line)
		}
	}
	if lines[1].Text.String() != "document 777" {
		t.Errorf("which document was found: %+v", lines[1])
	}
	if parked := begin(t, looksUp).parked().entry; parked.Timeline[len(parked.Timeline)-1].Text != parked.Reason.Message {
		t.Errorf("why it was not enough: %+v", parked.Timeline)
	}
	if !strings.Contains(lines[0].Text.String(), "changed in the store") {
		t.Errorf("nobody is told that the contents changed: %+v", lines[0])
	}
}

// A line that names a call says that it was made: what was put off is told so.
func TestATimelineTellsWhatWasPutOff(t *testing.T) {
	lane := erp.Answer{Kind: erp.AccountRests, Text: words.Plain("429")}
	for name, c := range map[string]struct {
		is   func(*story) *story
		ev   func(s *story) placing.Event
		want string
	}{
		"the customer, for the lane": {(*story).claimed, func(s *story) placing.Event {
			return placing.PrepareFailed{Fence: s.entry.Fence, Answer: lane, LaneUntil: s.now.Add(time.Hour), PutOff: true}
		}, "put_off lane -> waiting (8)"},
		"the create, for the lane": {(*story).claimed, func(s *story) placing.Event {
			return placing.Prepared{Fence: s.entry.Fence, LaneUntil: s.now.Add(time.Hour), LaneWhy: words.Plain("429"), TimeLeft: true}
		}, "put_off lane -> waiting (8)"},
		"the create, for want of time": {(*story).claimed, func(s *story) placing.Event {
			return placing.Prepared{Fence: s.entry.Fence}
		}, "put_off no_time -> waiting (4)"},
		"the look-up, for the lane": {(*story).lookingUp, func(s *story) placing.Event {
			return placing.LookedUp{Fence: s.entry.Fence, Answer: lane, LaneUntil: s.now.Add(time.Hour), PutOff: true}
		}, "put_off lane -> uncertain (6)"},
		"the look-up of a denied document, for the lane": {func(s *story) *story { s.denied().isDue(); return s }, func(s *story) placing.Event {
			return placing.LookedUp{Fence: s.entry.Fence, Answer: lane, LaneUntil: s.now.Add(time.Hour), PutOff: true}
		}, "put_off lane -> uncertain (resolve)"},
	} {
		s := c.is(begin(t, looksUp))
		lines := len(s.entry.Timeline)
		s.happens(c.ev(s))
		if len(s.entry.Timeline) != lines+1 {
			t.Errorf("%s: told in %d lines", name, len(s.entry.Timeline)-lines)
			continue
		}
		line := s.entry.Timeline[lines]
		if got := fmt.Sprintf("%s %s -> %s (%s)", line.Did, line.Answer, line.Became, line.Rule); got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// A worker that died leaves one line of what it was at, whoever finds out: the
// next message, however late, or the next process.
func TestATimelineTellsOfAWorkerThatDied(t *testing.T) {
	wakes := func(s *story) { s.arrives(wake()) }
	restarts := func(s *story) { s.happens(placing.Restarted{}) }
	waited := func(s *story) *story { s.waiting().isDue(); return s }
	deniedLookingUp := func(s *story) *story { s.denied().isDue(); return s }
	const lookUp, place, create = "look_up lapsed -> uncertain (6)", "place lapsed -> %s (4)", "create lapsed -> uncertain (5)"
	for name, c := range map[string]struct {
		is    func(*story) *story
		after time.Duration
		found func(*story)
		want  string
	}{
		"a look-up, found as its lease ends":     {(*story).lookingUp, lease, wakes, lookUp},
		"a look-up, found when it is made again": {(*story).lookingUp, lease + placing.Spacing, wakes, lookUp},
		"a look-up, found after a restart":       {(*story).lookingUp, time.Second, restarts, lookUp},
		"a look-up of a denied document":         {deniedLookingUp, lease, wakes, lookUp},
		"the same, found after a restart":        {deniedLookingUp, time.Second, restarts, lookUp},
		"a look-up, found by a person's retry":   {(*story).lookingUp, lease, func(s *story) { s.happens(retry()) }, lookUp},
		"a look-up, found by a person's word":    {(*story).lookingUp, lease + placing.Spacing, func(s *story) { s.happens(resolveAbsent()) }, lookUp},
		"a first attempt, found after a restart": {(*story).claimed, time.Second, restarts, fmt.Sprintf(place, ledger.Accepted)},
		"a later attempt, found after a restart": {waited, time.Second, restarts, fmt.Sprintf(place, ledger.Waiting)},
		"a create, found as its lease ends":      {(*story).creating, lease, wakes, create},
		"a create, found after a restart":        {(*story).creating, time.Second, restarts, create},
	} {
		s := c.is(begin(t, looksUp)).passes(c.after)
		before := len(s.entry.Timeline)
		c.found(s)
		s.arrives(wake()) // which finds nobody dead any more
		lines := s.entry.Timeline[before:]
		if lines[len(lines)-1].Rule == "retry" || lines[len(lines)-1].Rule == "resolve" {
			lines = lines[:len(lines)-1] // the command's own
		}
		if len(lines) != 1 {
			t.Errorf("%s: told in %d lines", name, len(lines))
			continue
		}
		if got := fmt.Sprintf("%s %s -> %s (%s)", lines[0].Did, lines[0].Answer, lines[0].Became, lines[0].Rule); got != c.want || !lines[0].At.Equal(s.now) {
			t.Errorf("%s: %s at %s, want %s at %s", name, got, lines[0].At, c.want, s.now)
		}
	}
}

func TestATimelineStaysShortHoweverManyWorkersDie(t *testing.T) {
	s := begin(t, looksUp).lookingUp()
	for i := range 60 {
		if s.isDue(); i%2 == 0 { // its lease ends, and it is looked up again
			s.isDue()
		} else {
			s.happens(placing.Restarted{})
			s.isDue()
		}
	}
	lines := s.entry.Timeline
	if len(lines) != 20 || lines[0].Did != "notice" || lines[1].Did != "create" || lines[19].Answer != "lapsed" {
		t.Errorf("%d lines: %+v", len(lines), lines)
	}
}

// Rule 18: what stays after created names nobody, whoever wrote it.
func TestAPersonsNoteIsKeptWithoutTaxIDsAndEMails(t *testing.T) {
	s := begin(t, blind).uncertain()
	s.happens(placing.ResolveCreated{ID: "7", Person: placing.Person{By: "ana", Note: "looked for CPF 529.982.247-25 (bia@correio.example): it is OS 7"}})
	last := s.entry.Timeline[len(s.entry.Timeline)-1]
	if want := "looked for CPF *** (***): it is OS 7"; last.Note != want || s.entry.Found {
		t.Errorf("kept %q, want %q; found by a look-up: %t", last.Note, want, s.entry.Found)
	}
}

func TestALineNamesTheRuleThatRefusedTheContents(t *testing.T) {
	for kind, want := range map[order.ReasonKind]string{order.Mapping: "contents", order.TaxIDReason: "contents", order.TotalReason: "16", order.TooOld: "13", order.NotUnderstood: "10"} {
		s := begin(t, looksUp).claimed()
		s.isInvalid(kind)
		if got := s.entry.Timeline[len(s.entry.Timeline)-1].Rule; got != want {
			t.Errorf("%s: rule %q, want %q", kind, got, want)
		}
	}
}

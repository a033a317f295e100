package placing_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/words"
)

func TestWhoIsShownAnOrderLeavesALineAndNothingElse(t *testing.T) {
	reveal := placing.Reveal{Person: placing.Person{By: "ana"}, What: words.Plain("the payload")}
	for name, reach := range map[string]func(*story) *story{
		"claimed":    (*story).claimed, // by somebody who works on it
		"creating":   (*story).creating,
		"lapsed":     func(s *story) *story { return s.creating().passes(time.Hour) },
		"waiting":    (*story).waiting,
		"uncertain":  (*story).uncertain,
		"looking up": (*story).lookingUp,
		"parked":     (*story).parked,
		"rejected":   (*story).rejected,
		"dismissed": func(s *story) *story {
			s.rejected().happens(placing.Dismiss{Person: placing.Person{Note: "seen"}})
			return s
		},
		"not understood": func(s *story) *story { s.arrives(raw()); return s },
	} {
		s := reach(begin(t, looksUp)).passes(time.Minute)
		before := s.entry
		s.happens(reveal)
		want := before
		want.Timeline = append(want.Timeline[:len(want.Timeline):len(want.Timeline)],
			ledger.Attempt{At: s.now.UTC(), Did: "reveal", By: "ana", Text: words.Plain("the payload"), Rule: "reveal", Became: before.State})
		want.UpdatedAt, want.Rev, want.Token = s.entry.UpdatedAt, s.entry.Rev, s.entry.Token
		if diff := cmp.Diff(want, s.entry); diff != "" || !s.step.Write || s.step.Do != placing.Acknowledge || len(s.step.Metrics) > 0 {
			t.Errorf("%s: %+v (-want +got):\n%s", name, s.step, diff)
		}
	}
	for name, reach := range map[string]func(*story) *story{
		"absent":    func(s *story) *story { return s },
		"tombstone": (*story).tombstone,
		"created":   (*story).created,
		"deleted":   (*story).deleted,
	} {
		s := reach(begin(t, looksUp))
		if s.happens(reveal); s.step.Do != placing.Refuse || s.step.Why.IsZero() {
			t.Errorf("%s: %+v", name, s.step)
		}
	}
}

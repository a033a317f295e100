package placing_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/words"
)

// accountMeter keeps what was counted of accounts.
type accountMeter struct {
	quiet
	counted []string
}

func (m *accountMeter) CountAccount(_ context.Context, metric placing.Metric, account string) {
	m.counted = append(m.counted, account+" "+string(metric))
}

// What an answer asks for is told at its edge, whichever call it was the answer to.
func TestALongRestAndARefusedKeyAreWarnedOfAndCounted(t *testing.T) {
	asks := func(rest time.Duration) erp.Answer {
		return erp.Answer{Kind: erp.AccountRests, RetryAfter: rest, Text: words.Plain("words")}
	}
	refused := erp.Answer{Kind: erp.AccountRests, RetryAfter: 5 * time.Minute, AccountFault: true, Text: words.Plain("words")}
	for name, c := range map[string]struct {
		answer      erp.Answer
		why, counts string
		until       time.Duration
	}{
		"a minute":           {asks(time.Minute), "", "", 0},
		"15 minutes":         {asks(15 * time.Minute), "", "", 0},
		"more than that":     {asks(15*time.Minute + time.Second), "rest", "estudio LongRest", 15*time.Minute + 3*time.Second},
		"a refused key":      {refused, "refused", "estudio AccountRefused", 5*time.Minute + 2*time.Second},
		"too many calls now": {erp.Answer{Kind: erp.Redundant, RetryAfter: time.Hour}, "", "", 0},
		"nothing that came":  {erp.Answer{Kind: erp.Lost}, "", "", 0},
	} {
		for call, gets := range map[string]func(*shift, erp.Answer){
			"customer": func(s *shift, a erp.Answer) {
				s.client.customer = func() erp.Answer { return a }
			},
			"create": func(s *shift, a erp.Answer) {
				s.client.create = func(erp.Document) erp.Answer { return a }
			},
		} {
			t.Run(name+" for "+call, func(t *testing.T) {
				s, meter, said := newShift(t), &accountMeter{}, &bytes.Buffer{}
				gets(s, c.answer)
				w := s.worker()
				w.Meter, w.Log = meter, slog.New(slog.NewJSONHandler(said, &slog.HandlerOptions{Level: slog.LevelWarn}))
				if err := s.handleIn(w, s.paid("Ana", 1)); err != nil {
					t.Fatal(err)
				}
				var want []string
				if c.counts != "" {
					want = []string{c.counts}
				}
				if diff := cmp.Diff(want, meter.counted); diff != "" {
					t.Errorf("counted (-want +got):\n%s", diff)
				}
				var line struct {
					Level, Account, Why string
					Until               time.Time
				}
				if c.why == "" {
					if said.Len() > 0 {
						t.Errorf("warned: %s", said)
					}
					return
				}
				if err := json.Unmarshal(said.Bytes(), &line); err != nil {
					t.Fatalf("not one line: %s", said)
				}
				if line.Level != "WARN" || line.Account != "estudio" || line.Why != c.why || !line.Until.Equal(s.now.Add(c.until)) {
					t.Errorf("%s", said)
				}
			})
		}
	}
}

func (s *shift) lane() ledger.Lane {
	s.t.Helper()
	lane, err := s.ledger.Lane(s.t.Context(), "estudio")
	if err != nil {
		s.t.Fatal(err)
	}
	return lane
}

// Rests that follow each other are one trouble, and so is what lies between two of
// them but proves nothing.
func TestAnAccountRestsSinceTheFirstAnswerUntilACallIsLetIn(t *testing.T) {
	s := newShift(t)
	answers := func(a erp.Answer) { s.client.customer = func() erp.Answer { return a } }
	refused := erp.Answer{Kind: erp.AccountRests, RetryAfter: 5 * time.Minute, AccountFault: true, Text: words.Plain("the key is refused")}
	for _, step := range []struct {
		answer  erp.Answer
		refused bool
		why     string
	}{
		{erp.Answer{Kind: erp.AccountRests, RetryAfter: time.Minute, Text: words.Plain("429")}, false, "429"},
		{refused, true, "the key is refused"},
		{erp.Answer{Kind: erp.Lost, Text: words.Plain("502")}, true, "the key is refused"},
		{erp.Answer{Kind: erp.NotSent, Text: words.Plain("no network")}, true, "the key is refused"},
		// A person still has to mend the key.
		{erp.Answer{Kind: erp.AccountRests, RetryAfter: time.Minute, Text: words.Plain("429")}, true, "the key is refused"},
		{refused, true, "the key is refused"},
	} {
		answers(step.answer)
		if s.did == nil {
			s.handles(s.paid("Ana", 1))
		} else {
			s.now = later(s.entry().Until, s.lane().BlockedUntil)
			s.handles(wakeUp())
		}
		if lane := s.lane(); !lane.Since.Equal(noon) || lane.Refused() != step.refused || lane.Why.String() != step.why {
			t.Errorf("after %s: %+v", step.answer.Text, lane)
		}
	}
	answers(erp.Answer{Kind: erp.CustomerKnown})
	s.now = s.entry().Until
	s.handles(wakeUp())
	s.isLeft(ledger.Created, "")
	if lane := s.lane(); !lane.Since.IsZero() || lane.Refused() {
		t.Errorf("after a call that was let in: %+v", lane)
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// clearing counts what a call that was let in writes to the lane, or fails to.
type clearing struct {
	ledger.Ledger
	cleared int
	fails   error
}

func (c *clearing) GotThrough(ctx context.Context, account string, at time.Time) error {
	c.cleared++
	if c.fails != nil {
		return c.fails
	}
	return c.Ledger.GotThrough(ctx, account, at)
}

func TestACallThatIsLetInWritesTheLaneOnlyAfterARest(t *testing.T) {
	for name, c := range map[string]struct {
		lane ledger.Lane
		want int
	}{
		"never rested":         {ledger.Lane{}, 0},
		"let in since":         {ledger.Lane{BlockedUntil: noon, Why: words.Plain("429")}, 0},
		"rested":               {ledger.Lane{BlockedUntil: noon, Why: words.Plain("429"), Since: noon.Add(-time.Hour)}, 1},
		"by a former release":  {ledger.Lane{BlockedUntil: noon, Why: words.Plain("key"), Strikes: 1}, 1},
		"refused and let rest": {ledger.Lane{BlockedUntil: noon, Why: words.Plain("key"), Since: noon.Add(-time.Hour), Strikes: 2}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShift(t)
			if c.lane != (ledger.Lane{}) {
				if err := s.ledger.BlockLane(t.Context(), "estudio", c.lane); err != nil {
					t.Fatal(err)
				}
			}
			w := s.worker()
			l := &clearing{Ledger: w.Ledger}
			w.Ledger = l
			if err := s.handleIn(w, s.paid("Ana", 1)); err != nil {
				t.Fatal(err)
			}
			s.isLeft(ledger.Created, "")
			if l.cleared != c.want {
				t.Errorf("the lane was written %d times, want %d", l.cleared, c.want)
			}
		})
	}
}

func TestWhatTheERPAnsweredIsRecordedThoughTheLaneCannotBe(t *testing.T) {
	s := newShift(t)
	if err := s.ledger.BlockLane(t.Context(), "estudio", ledger.Lane{BlockedUntil: noon, Why: words.Plain("429"), Since: noon.Add(-time.Hour)}); err != nil {
		t.Fatal(err)
	}
	w := s.worker()
	w.Ledger = &clearing{Ledger: w.Ledger, fails: errors.New("throttled")}
	if err := s.handleIn(w, s.paid("Ana", 1)); err != nil {
		t.Fatal(err)
	}
	s.isLeft(ledger.Created, "")
	if s.lane().Since.IsZero() {
		t.Error("the next call has nothing to make up for")
	}
}

package ledgertest

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/words"
)

// OfOneProcess is a ledger that a process takes over from another one, or from a
// clock that was set.
type OfOneProcess interface {
	ledger.Ledger
	Unsettled(ctx context.Context, from time.Time) ([]string, error)
	EndQuestions(ctx context.Context, from, until time.Time) error
	ForgetThrough(ctx context.Context, account string, now time.Time) error
}

// RunTakenOver is what such a ledger promises besides; open returns an empty one each
// time.
func RunTakenOver(t *testing.T, open func(t *testing.T) OfOneProcess) {
	for name, promise := range takingOver {
		t.Run(name, func(t *testing.T) {
			l := open(t)
			promise(t, l, suite{Ledger: l, unique: newToken()})
		})
	}
}

// takingOver is what is told and mended for a process that starts anew.
var takingOver = map[string]func(*testing.T, OfOneProcess, suite){
	"unsettled is what was to be quiet": func(t *testing.T, l OfOneProcess, s suite) {
		for id, c := range map[string]struct {
			state ledger.State
			quiet time.Time
		}{
			"never called": {ledger.Waiting, time.Time{}}, "long quiet": {ledger.Uncertain, at.Add(-2 * time.Second)},
			"quiet": {ledger.Uncertain, at.Add(time.Millisecond)}, "quiet for a minute": {ledger.Rejected, at.Add(time.Minute)},
			"created": {ledger.Created, at.Add(time.Minute)},
		} {
			e := s.entry(id)
			e.State, e.QuietUntil = c.state, c.quiet
			s.write(t, ledger.Entry{}, e)
		}
		s.wantUnsettled(t, l, at, s.key("quiet"), s.key("quiet for a minute"))
	},

	"unsettled is what is held, and what was never let go": func(t *testing.T, l OfOneProcess, s suite) {
		for id, lease := range map[string]time.Time{"free": {}, "lapsed": at.Add(-time.Hour), "live": at.Add(time.Hour)} {
			e := s.entry(id)
			e.Lease = lease
			s.write(t, ledger.Entry{}, e)
		}
		s.wantUnsettled(t, l, at.Add(time.Hour), s.key("lapsed"), s.key("live"))
		held, err := l.Get(t.Context(), s.key("live"))
		if err != nil {
			t.Fatal(err)
		}
		free := held
		free.Lease = time.Time{}
		s.write(t, held, free)
		s.wantUnsettled(t, l, at.Add(time.Hour), s.key("lapsed"))
	},

	"questions that were not over before end when they are told": func(t *testing.T, l OfOneProcess, s suite) {
		notes := map[string]erp.Note{"none": {ID: "7"}, "long over": {QuietUntil: at.Add(-time.Hour)},
			"over": {QuietUntil: at.Add(-time.Minute)}, "late": {ID: "8", QuietUntil: at.Add(time.Minute)}}
		for hash, note := range notes {
			note.Token = "t"
			if kept, err := l.WriteNote(t.Context(), "estudio", hash, erp.Note{}, note); err != nil || !kept {
				t.Fatal(kept, err)
			}
		}
		if err := l.EndQuestions(t.Context(), at.Add(-time.Hour), at); err != nil {
			t.Fatal(err)
		}
		notes["over"], notes["late"] = erp.Note{QuietUntil: at}, erp.Note{ID: "8", QuietUntil: at}
		for hash, want := range notes {
			want.Token = "t"
			if got, err := l.Note(t.Context(), "estudio", hash); err != nil || got != want {
				t.Errorf("%s: %+v, %v", hash, got, err)
			}
		}
	},

	"that an order got through is forgotten if it is yet to come": func(t *testing.T, l OfOneProcess, s suite) {
		rest := ledger.Lane{BlockedUntil: at, Why: words.Plain("429")}
		mustBe(t, s.BlockLane(t.Context(), s.connection("estudio"), rest), nil)
		mustBe(t, s.GotThrough(t.Context(), s.connection("estudio"), at), nil)
		for _, c := range []struct{ now, want time.Time }{{at, at}, {at.Add(-time.Millisecond), time.Time{}}} {
			mustBe(t, l.ForgetThrough(t.Context(), s.connection("estudio"), c.now), nil)
			s.wantLane(t, "estudio", ledger.Lane{BlockedUntil: at, Why: words.Plain("429"), Through: c.want})
		}
		mustBe(t, l.ForgetThrough(t.Context(), s.connection("loja"), at), nil)
	},

	"a cancelled takeover fails and changes nothing": func(t *testing.T, l OfOneProcess, _ suite) {
		note := erp.Note{QuietUntil: at.Add(time.Minute), Token: "t"}
		if _, err := l.WriteNote(t.Context(), "estudio", "asked", erp.Note{}, note); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := l.Unsettled(ctx, at); err == nil {
			t.Error("unsettled entries of a cancelled context")
		}
		if err := l.ForgetThrough(ctx, "estudio", at); err == nil {
			t.Error("forgotten under a cancelled context")
		}
		if err := l.EndQuestions(ctx, at.Add(-time.Hour), at); err == nil {
			t.Error("questions ended under a cancelled context")
		}
		if got, err := l.Note(t.Context(), "estudio", "asked"); err != nil || got != note {
			t.Errorf("%+v, %v", got, err)
		}
	},
}

func (s suite) wantUnsettled(t *testing.T, l OfOneProcess, from time.Time, want ...string) {
	t.Helper()
	got, err := l.Unsettled(t.Context(), from)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Fatalf("%v (-want +got):\n%s", err, diff)
	}
}

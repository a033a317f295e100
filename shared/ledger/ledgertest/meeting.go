package ledgertest

import (
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/stored"
)

// meeting is what happens between two releases over one ledger.
var meeting = map[string]func(*testing.T, suite){
	"what is written is in the form of this release": func(t *testing.T, s suite) {
		wrote := s.create(t, s.entry("1"))
		after := wrote
		after.V, after.Attempts = 0, 1
		again := s.write(t, wrote, after)
		if got := s.get(t, wrote.Key); wrote.V != ledger.Version || again.V != ledger.Version || got.V != ledger.Version {
			t.Fatalf("written in format %d and then %d, read in %d, want %d", wrote.V, again.V, got.V, ledger.Version)
		}
	},

	"nobody writes over what a newer release wrote": func(t *testing.T, s suite) {
		e := s.entry("1")
		fill(t, &e)
		e.Key, e.Token, e.Connection, e.State, e.Rev, e.V = s.key("1"), newToken(), s.connection("cursos"), ledger.Uncertain, 0, ledger.Version+1
		e.Newer = nil
		newer := s.create(t, e)
		same(t, "what is read", s.get(t, e.Key), newer)
		after := newer
		after.Token, after.V, after.State = newToken(), ledger.Version, ledger.Waiting
		_, err := s.Write(t.Context(), newer, after)
		mustBe(t, err, stored.ErrNewer)
		same(t, "what is read after it", s.get(t, e.Key), newer)
	},

	"an entry of a newer release is listed": func(t *testing.T, s suite) {
		e := s.entry("1")
		e.V = ledger.Version + 1
		want := s.create(t, e)
		want.Payload = nil
		same(t, "the list", s.list(t, ledger.Filter{}), []ledger.Entry{want})
	},

	"an entry of a newer release is due, and postponed as it stands": func(t *testing.T, s suite) {
		e := s.entry("1")
		e.V = ledger.Version + 1
		want := s.create(t, e)
		due := ledger.Due{Key: e.Key, At: at}
		s.wantDue(t, at, 10, due)
		mustBe(t, s.Postpone(t.Context(), due, at.Add(10*time.Minute)), nil)
		want.Due = at.Add(10 * time.Minute)
		same(t, "the entry", s.get(t, e.Key), want)
	},
}

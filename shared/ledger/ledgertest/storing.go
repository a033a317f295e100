package ledgertest

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
)

// storing is that an entry comes back as it was written.
var storing = map[string]func(*testing.T, suite){
	"every field of an entry comes back, times to the millisecond": func(t *testing.T, s suite) {
		e := s.entry("1")
		fill(t, &e)
		e.Key, e.Token, e.Rev, e.State = s.key("1"), newToken(), 0, ledger.Uncertain
		wrote := s.create(t, e)
		want := e
		cutToMillis(&want)
		want.Rev = wrote.Rev
		same(t, "what was written", wrote, want)
		same(t, "what is read", s.get(t, e.Key), wrote)
	},

	"every field of an entry can become empty again": func(t *testing.T, s suite) {
		e := s.entry("1")
		fill(t, &e)
		e.Key, e.Rev, e.State = s.key("1"), 0, ledger.Uncertain
		full := s.create(t, e)
		bare := ledger.Entry{Key: full.Key, Token: newToken(), Connection: full.Connection, Account: full.Account, ReceivedAt: full.ReceivedAt}
		wrote := s.write(t, full, bare)
		bare.Rev, bare.V = wrote.Rev, ledger.Version
		same(t, "what was written", wrote, bare)
		same(t, "what is read", s.get(t, full.Key), bare)
	},

	"empty lists and a mark without a digest come back as none, empty newer contents as newer contents": func(t *testing.T, s suite) {
		e := s.entry("1")
		fill(t, &e)
		e.Key, e.Token, e.Rev, e.State = s.key("1"), newToken(), 0, ledger.Uncertain
		cutToMillis(&e)
		e.Newer, e.Document = &ledger.Contents{}, erp.Mark{}
		want := e
		setLists(&want, false)
		e.Newer = &ledger.Contents{}
		e.Document.OrderNumber = "#1001"
		setLists(&e, true)
		wrote := s.create(t, e)
		want.Rev = wrote.Rev
		same(t, "what was written", wrote, want)
		same(t, "what is read", s.get(t, e.Key), want)
	},

	"what the caller wrote is the caller's: changing it later changes nothing": func(t *testing.T, s suite) {
		e := s.entry("1")
		e.Timeline = []ledger.Attempt{{At: at.Add(time.Microsecond), Did: "notice"}}
		e.Newer = &ledger.Contents{Digest: "d1", At: at.Add(time.Microsecond)}
		s.create(t, e)
		if !e.Timeline[0].At.Equal(at.Add(time.Microsecond)) || !e.Newer.At.Equal(at.Add(time.Microsecond)) {
			t.Fatal("write changed its argument")
		}
	},

	"a payload of 300 KB beside newer contents of 300 KB comes back": func(t *testing.T, s suite) {
		e := s.entry("1")
		e.State, e.Payload = ledger.Creating, noise(300<<10)
		e.Newer = &ledger.Contents{Payload: noise(300 << 10), Digest: "d2", At: at}
		s.create(t, e)
		got := s.get(t, e.Key)
		if !bytes.Equal(got.Payload, e.Payload) || got.Newer == nil || !bytes.Equal(got.Newer.Payload, e.Newer.Payload) {
			t.Fatal("the payloads are not the same")
		}
	},

	"what is created has no due time, whatever the caller says": func(t *testing.T, s suite) {
		e := s.entry("1")
		e.State = ledger.Created
		if wrote := s.create(t, e); !wrote.Due.IsZero() || !s.get(t, e.Key).Due.IsZero() {
			t.Fatal("a created entry is due")
		}
	},
}

// noise is what gzip leaves of a payload: bytes without a pattern.
func noise(n int) []byte {
	source := rand.NewChaCha8([32]byte{1})
	b := make([]byte, n)
	source.Read(b)
	return b
}

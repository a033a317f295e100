package ledgertest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
)

// writing is what keeps two holders apart.
var writing = map[string]func(*testing.T, suite){
	"an absent entry is not found": func(t *testing.T, s suite) {
		_, err := s.Get(t.Context(), s.key("1"))
		mustBe(t, err, ledger.ErrNotFound)
	},

	"one of 64 first claims wins": func(t *testing.T, s suite) {
		results := race(claimants, func(i int) error {
			e := s.entry("1")
			e.Owner = fmt.Sprint(i)
			_, err := s.Write(t.Context(), ledger.Entry{}, e)
			return err
		})
		winner := oneWon(t, results)
		if got := s.get(t, s.key("1")); got.Owner != fmt.Sprint(winner) || got.Rev != 1 {
			t.Fatalf("claimant %d won, but the entry is %s's at rev %d", winner, got.Owner, got.Rev)
		}
	},

	"one of 64 claims of the same entry wins in every round, and no fence or rev repeats": func(t *testing.T, s suite) {
		last := s.create(t, s.entry("1"))
		for range 5 {
			results := race(claimants, func(i int) error {
				after := last
				after.Token, after.Owner, after.Fence = newToken(), fmt.Sprint(i), last.Fence+1
				_, err := s.Write(t.Context(), last, after)
				return err
			})
			winner := oneWon(t, results)
			got := s.get(t, last.Key)
			if got.Owner != fmt.Sprint(winner) || got.Rev <= last.Rev || got.Fence != last.Fence+1 {
				t.Fatalf("claimant %d won from rev %d fence %d, but the entry is %s's at rev %d fence %d",
					winner, last.Rev, last.Fence, got.Owner, got.Rev, got.Fence)
			}
			last = got
		}
	},

	"64 who read, claim and bounce until they win all win once, and no update is lost": func(t *testing.T, s suite) {
		s.create(t, s.entry("1"))
		// All begin at once; those who bounced come again a few at a time. All of them
		// each time would be thousands of requests, which show nothing more.
		again := make(chan struct{}, 8)
		results := race(claimants, func(int) error {
			for tries := 0; ; tries++ {
				if tries == 1 {
					again <- struct{}{}
					defer func() { <-again }()
				}
				before, err := s.Get(t.Context(), s.key("1"))
				if err != nil {
					return err
				}
				after := before
				after.Token = newToken()
				after.Fence++
				if _, err = s.Write(t.Context(), before, after); !errors.Is(err, ledger.ErrChanged) {
					return err
				}
			}
		})
		for _, err := range results {
			mustBe(t, err, nil)
		}
		if got := s.get(t, s.key("1")); got.Fence != claimants || got.Rev < claimants+1 {
			t.Fatalf("after %d claims: fence %d, rev %d", claimants, got.Fence, got.Rev)
		}
	},

	"a late holder's write bounces after somebody else wrote": func(t *testing.T, s suite) {
		held := s.create(t, s.entry("1"))
		taken := held
		taken.Owner = "other"
		taken = s.write(t, held, taken)

		late := held
		late.Token, late.State, late.ERPID = newToken(), ledger.Created, "77"
		_, err := s.Write(t.Context(), held, late)
		mustBe(t, err, ledger.ErrChanged)
		same(t, "the entry after a bounced write", s.get(t, held.Key), taken)
	},

	"a write over an entry that never was bounces": func(t *testing.T, s suite) {
		before := s.entry("1")
		before.Rev = 3
		after := before
		after.Token = newToken()
		_, err := s.Write(t.Context(), before, after)
		mustBe(t, err, ledger.ErrChanged)
		_, err = s.Get(t.Context(), before.Key)
		mustBe(t, err, ledger.ErrNotFound)
	},

	"a first write over an entry that is there bounces": func(t *testing.T, s suite) {
		stored := s.create(t, s.entry("1"))
		_, err := s.Write(t.Context(), ledger.Entry{}, s.entry("1"))
		mustBe(t, err, ledger.ErrChanged)
		same(t, "the entry after a bounced write", s.get(t, stored.Key), stored)
	},

	"a write whose answer was lost succeeds when it is sent again, and is written once": func(t *testing.T, s suite) {
		first := s.entry("1")
		stored := s.create(t, first)
		again, err := s.Write(t.Context(), ledger.Entry{}, first)
		mustBe(t, err, nil)
		same(t, "the first write sent again", again, stored)

		after := stored
		after.Token, after.State, after.Attempts = newToken(), ledger.Creating, 1
		wrote := s.write(t, stored, after)
		again, err = s.Write(t.Context(), stored, after)
		mustBe(t, err, nil)
		same(t, "a write sent again", again, wrote)
		same(t, "the entry after it", s.get(t, stored.Key), wrote)
	},

	"a write whose answer was lost bounces once somebody wrote after it": func(t *testing.T, s suite) {
		before := s.create(t, s.entry("1"))
		ours := before
		ours.Token = newToken()
		wrote := s.write(t, before, ours)
		theirs := wrote
		theirs.Owner = "other"
		theirs = s.write(t, wrote, theirs)

		_, err := s.Write(t.Context(), before, ours)
		mustBe(t, err, ledger.ErrChanged)
		same(t, "the entry", s.get(t, before.Key), theirs)
	},

	"a write without a token of its own is refused": func(t *testing.T, s suite) {
		nameless := s.entry("1")
		nameless.Token = ""
		_, err := s.Write(t.Context(), ledger.Entry{}, nameless)
		mustBe(t, err, ledger.ErrToken)

		stored := s.create(t, s.entry("1"))
		_, err = s.Write(t.Context(), stored, stored)
		mustBe(t, err, ledger.ErrToken)
		same(t, "the entry", s.get(t, stored.Key), stored)
	},

	"a cancelled call fails and writes nothing": func(t *testing.T, s suite) {
		stored := s.create(t, s.entry("1"))
		ctx := cancelled(t)
		after := stored
		after.Token, after.State = newToken(), ledger.Creating
		calls := map[string]func() error{
			"get":         func() error { _, err := s.Get(ctx, stored.Key); return err },
			"first write": func() error { _, err := s.Write(ctx, ledger.Entry{}, s.entry("2")); return err },
			"write":       func() error { _, err := s.Write(ctx, stored, after); return err },
			"due":         func() error { _, err := s.Due(ctx, stored.Account, at, 10); return err },
			"postpone": func() error {
				return s.Postpone(ctx, ledger.Due{Key: stored.Key, At: stored.Due}, at.Add(time.Hour))
			},
			"list":          func() error { return s.List(ctx, ledger.Filter{}, func(ledger.Entry) bool { return true }) },
			"lane":          func() error { _, err := s.Lane(ctx, stored.Account); return err },
			"block lane":    func() error { return s.BlockLane(ctx, stored.Account, ledger.Lane{BlockedUntil: at}) },
			"clear strikes": func() error { return s.GotThrough(ctx, stored.Account, at) },
			"customer":      func() error { _, err := s.Note(ctx, stored.Account, "h"); return err },
			"write customer": func() error {
				_, err := s.WriteNote(ctx, stored.Account, "h", erp.Note{}, erp.Note{ID: "1", Token: newToken()})
				return err
			},
		}
		for name, call := range calls {
			if err := call(); !errors.Is(err, ctx.Err()) {
				t.Errorf("%s: got error %v, want %v", name, err, ctx.Err())
			}
		}
		same(t, "the entry", s.get(t, stored.Key), stored)
		_, err := s.Get(t.Context(), s.key("2"))
		mustBe(t, err, ledger.ErrNotFound)
		lane, err := s.Lane(t.Context(), stored.Account)
		mustBe(t, err, nil)
		same(t, "the lane", lane, ledger.Lane{})
		customer, err := s.Note(t.Context(), stored.Account, "h")
		mustBe(t, err, nil)
		same(t, "the customer", customer, erp.Note{})
	},
}

package ledgertest

import (
	"fmt"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/words"
)

// resting is about lanes and customers: what an account keeps beside its entries.
var resting = map[string]func(*testing.T, suite){
	"a lane that never rested is zero": func(t *testing.T, s suite) {
		s.wantLane(t, "estudio", ledger.Lane{})
		mustBe(t, s.GotThrough(t.Context(), s.connection("estudio"), at), nil)
		s.wantLane(t, "estudio", ledger.Lane{})
	},

	"a lane's rest is only ever extended, its strikes are the caller's": func(t *testing.T, s suite) {
		lane := func(minutes int, why string, strikes int) ledger.Lane {
			return ledger.Lane{BlockedUntil: at.Add(time.Duration(minutes) * time.Minute), Why: words.Plain(why), Strikes: strikes}
		}
		s.block(t, "estudio", lane(5, "429", 1))
		s.wantLane(t, "estudio", lane(5, "429", 1))
		s.block(t, "estudio", lane(3, "key refused", 2))
		s.wantLane(t, "estudio", lane(5, "429", 2))
		s.block(t, "estudio", lane(5, "the same", 1))
		s.wantLane(t, "estudio", lane(5, "429", 1))
		s.block(t, "estudio", lane(30, "key refused", 4))
		s.wantLane(t, "estudio", lane(30, "key refused", 4))
		s.block(t, "estudio", ledger.Lane{Strikes: 5})
		s.wantLane(t, "estudio", lane(30, "key refused", 5))
	},

	"strikes without a rest": func(t *testing.T, s suite) {
		s.block(t, "estudio", ledger.Lane{Strikes: 1})
		s.wantLane(t, "estudio", ledger.Lane{Strikes: 1})
		s.block(t, "estudio", ledger.Lane{Strikes: 2})
		s.wantLane(t, "estudio", ledger.Lane{Strikes: 2})
		s.block(t, "estudio", ledger.Lane{BlockedUntil: at, Why: words.Plain("429"), Strikes: 3})
		s.wantLane(t, "estudio", ledger.Lane{BlockedUntil: at, Why: words.Plain("429"), Strikes: 3})
	},

	"since when an account rests is the caller's, as its strikes are": func(t *testing.T, s suite) {
		s.block(t, "estudio", ledger.Lane{BlockedUntil: at.Add(time.Hour), Why: words.Plain("429"), Since: at.Add(1234567 * time.Nanosecond)})
		s.wantLane(t, "estudio", ledger.Lane{BlockedUntil: at.Add(time.Hour), Why: words.Plain("429"), Since: at.Add(time.Millisecond)})
		s.block(t, "estudio", ledger.Lane{BlockedUntil: at, Why: words.Plain("shorter"), Since: at.Add(time.Minute), Strikes: 1})
		s.wantLane(t, "estudio", ledger.Lane{BlockedUntil: at.Add(time.Hour), Why: words.Plain("429"), Since: at.Add(time.Minute), Strikes: 1})
		s.block(t, "estudio", ledger.Lane{Strikes: 1})
		s.wantLane(t, "estudio", ledger.Lane{BlockedUntil: at.Add(time.Hour), Why: words.Plain("429"), Strikes: 1})
	},

	"clearing the strikes leaves the rest, and forgets since when": func(t *testing.T, s suite) {
		s.block(t, "estudio", ledger.Lane{BlockedUntil: at, Why: words.Plain("key refused"), Since: at, Strikes: 3})
		mustBe(t, s.GotThrough(t.Context(), s.connection("estudio"), at), nil)
		s.wantLane(t, "estudio", ledger.Lane{BlockedUntil: at, Why: words.Plain("key refused"), Through: at})
	},

	"who got through before the rest began, or before another, changes nothing": func(t *testing.T, s suite) {
		s.block(t, "estudio", ledger.Lane{BlockedUntil: at, Why: words.Plain("429")})
		mustBe(t, s.GotThrough(t.Context(), s.connection("estudio"), at), nil)
		mustBe(t, s.GotThrough(t.Context(), s.connection("estudio"), at.Add(-time.Millisecond)), nil)
		s.wantLane(t, "estudio", ledger.Lane{BlockedUntil: at, Why: words.Plain("429"), Through: at})
		rest := ledger.Lane{BlockedUntil: at.Add(time.Hour), Why: words.Plain("key refused"), Since: at.Add(time.Minute), Strikes: 2, Secret: "v1"}
		s.block(t, "estudio", rest)
		mustBe(t, s.GotThrough(t.Context(), s.connection("estudio"), at.Add(time.Minute-time.Millisecond)), nil)
		rest.Through = at
		s.wantLane(t, "estudio", rest)
		mustBe(t, s.GotThrough(t.Context(), s.connection("estudio"), at.Add(time.Minute)), nil)
		s.wantLane(t, "estudio", ledger.Lane{BlockedUntil: rest.BlockedUntil, Why: rest.Why, Through: at.Add(time.Minute)})
	},

	"the secret of a rest is the caller's, and forgotten with its strikes": func(t *testing.T, s suite) {
		s.block(t, "estudio", ledger.Lane{BlockedUntil: at.Add(time.Hour), Why: words.Plain("429"), Secret: "v1"})
		s.block(t, "estudio", ledger.Lane{BlockedUntil: at, Why: words.Plain("shorter"), Secret: "v2"})
		s.wantLane(t, "estudio", ledger.Lane{BlockedUntil: at.Add(time.Hour), Why: words.Plain("429"), Secret: "v2"})
		mustBe(t, s.GotThrough(t.Context(), s.connection("estudio"), at.Add(1234567*time.Nanosecond)), nil)
		s.wantLane(t, "estudio", ledger.Lane{BlockedUntil: at.Add(time.Hour), Why: words.Plain("429"), Through: at.Add(time.Millisecond)})
		s.block(t, "estudio", ledger.Lane{BlockedUntil: at.Add(2 * time.Hour), Why: words.Plain("again")})
		s.wantLane(t, "estudio", ledger.Lane{BlockedUntil: at.Add(2 * time.Hour), Why: words.Plain("again"), Through: at.Add(time.Millisecond)})
	},

	"an ended rest leaves nothing but when an order got through": func(t *testing.T, s suite) {
		mustBe(t, s.EndRest(t.Context(), s.connection("estudio")), nil)
		s.wantLane(t, "estudio", ledger.Lane{})
		s.block(t, "estudio", ledger.Lane{BlockedUntil: at, Why: words.Plain("429")})
		mustBe(t, s.GotThrough(t.Context(), s.connection("estudio"), at), nil)
		s.block(t, "estudio", ledger.Lane{BlockedUntil: at.Add(time.Hour), Why: words.Plain("key refused"), Since: at, Strikes: 3, Secret: "v1"})
		s.block(t, "loja", ledger.Lane{BlockedUntil: at, Why: words.Plain("429")})
		mustBe(t, s.EndRest(t.Context(), s.connection("estudio")), nil)
		s.wantLane(t, "estudio", ledger.Lane{Through: at})
		s.wantLane(t, "loja", ledger.Lane{BlockedUntil: at, Why: words.Plain("429")})
		s.block(t, "estudio", ledger.Lane{BlockedUntil: at.Add(time.Minute), Why: words.Plain("429")})
		s.wantLane(t, "estudio", ledger.Lane{BlockedUntil: at.Add(time.Minute), Why: words.Plain("429"), Through: at})
	},

	"the longest of 64 rests at once stands": func(t *testing.T, s suite) {
		for _, err := range race(claimants, func(i int) error {
			minutes := time.Duration(i*37%claimants) * time.Minute
			return s.BlockLane(t.Context(), s.connection("estudio"), ledger.Lane{BlockedUntil: at.Add(minutes), Why: words.Plain(fmt.Sprint(minutes))})
		}) {
			mustBe(t, err, nil)
		}
		longest := (claimants - 1) * time.Minute
		s.wantLane(t, "estudio", ledger.Lane{BlockedUntil: at.Add(longest), Why: words.Plain(fmt.Sprint(longest))})
	},

	"a lane's rest keeps milliseconds": func(t *testing.T, s suite) {
		s.block(t, "estudio", ledger.Lane{BlockedUntil: at.Add(1234567 * time.Nanosecond)})
		s.wantLane(t, "estudio", ledger.Lane{BlockedUntil: at.Add(time.Millisecond)})
	},

	"a rest of one account lets another's calls go out": func(t *testing.T, s suite) {
		s.block(t, "estudio", ledger.Lane{BlockedUntil: at, Why: words.Plain("429"), Strikes: 1})
		s.wantLane(t, "loja", ledger.Lane{})
		mustBe(t, s.GotThrough(t.Context(), s.connection("loja"), at), nil)
		s.wantLane(t, "estudio", ledger.Lane{BlockedUntil: at, Why: words.Plain("429"), Strikes: 1})
	},

	"a customer is remembered per account": func(t *testing.T, s suite) {
		nobody := erp.Note{}
		ana := s.customer(t, "estudio", "h1", nobody, erp.Note{ID: "100", QuietUntil: at})
		bia := s.customer(t, "loja", "h1", nobody, erp.Note{ID: "200"})
		caio := s.customer(t, "estudio", "h2", nobody, erp.Note{ID: "300"})
		s.wantCustomer(t, "estudio", "h1", ana)
		s.wantCustomer(t, "loja", "h1", bia)
		s.wantCustomer(t, "estudio", "h2", caio)
		s.wantCustomer(t, "loja", "h2", nobody)
	},

	"all that is known of a customer is kept, to the millisecond, and forgotten": func(t *testing.T, s suite) {
		is := erp.Note{}
		for _, next := range []erp.Note{{ID: "100"}, {ID: "100", QuietUntil: at}, {QuietUntil: at.Add(time.Millisecond)}, {}, {ID: "101"}, {}} {
			is = s.customer(t, "estudio", "h1", is, next)
			s.wantCustomer(t, "estudio", "h1", is)
		}
		s.customer(t, "estudio", "h1", is, erp.Note{QuietUntil: at.Add(1234567 * time.Nanosecond).In(time.FixedZone("", -3*60*60))})
		got, err := s.Note(t.Context(), s.connection("estudio"), "h1")
		mustBe(t, err, nil)
		same(t, "quiet until", got.QuietUntil, at.Add(time.Millisecond))
	},

	"of those who want to ask about a customer, the one whose note is kept asks": func(t *testing.T, s suite) {
		for is := (erp.Note{}); ; {
			won := make(chan erp.Note)
			for range claimants {
				go func() {
					asking := erp.Note{QuietUntil: at, Token: newToken()}
					kept, err := s.WriteNote(t.Context(), s.connection("estudio"), "h1", is, asking)
					if err != nil {
						t.Error(err)
					}
					if !kept {
						asking = erp.Note{}
					}
					won <- asking
				}()
			}
			var winners []erp.Note
			for range claimants {
				if w := <-won; w.Token != "" {
					winners = append(winners, w)
				}
			}
			if len(winners) != 1 {
				t.Fatalf("%d may ask", len(winners))
			}
			s.wantCustomer(t, "estudio", "h1", winners[0])
			if is.Token != "" {
				return
			}
			is = winners[0]
		}
	},

	"what is known of a customer is written by who knows the last write, once or again": func(t *testing.T, s suite) {
		first := s.customer(t, "estudio", "h1", erp.Note{}, erp.Note{ID: "100"})
		second := s.customer(t, "estudio", "h1", first, erp.Note{ID: "100"})
		late := erp.Note{ID: "late", Token: newToken()}
		for _, before := range []erp.Note{{}, first, {ID: "100", Token: newToken()}} {
			kept, err := s.WriteNote(t.Context(), s.connection("estudio"), "h1", before, late)
			if mustBe(t, err, nil); kept {
				t.Errorf("written over %+v by who knew %+v", second, before)
			}
		}
		kept, err := s.WriteNote(t.Context(), s.connection("estudio"), "h2", first, late)
		if mustBe(t, err, nil); kept {
			t.Error("written where nobody wrote, by who knew of a write")
		}
		kept, err = s.WriteNote(t.Context(), s.connection("estudio"), "h1", first, second)
		if mustBe(t, err, nil); !kept {
			t.Error("a write that is sent again, for want of an answer, doesn't know itself")
		}
		s.wantCustomer(t, "estudio", "h1", second)
		s.wantCustomer(t, "estudio", "h2", erp.Note{})
		for _, token := range []string{"", second.Token} {
			_, err := s.WriteNote(t.Context(), s.connection("estudio"), "h1", second, erp.Note{ID: "1", Token: token})
			mustBe(t, err, ledger.ErrToken)
		}
	},

	"neither lanes nor customers are listed or due": func(t *testing.T, s suite) {
		s.block(t, "estudio", ledger.Lane{BlockedUntil: at, Why: words.Plain("429")})
		s.customer(t, "estudio", "h1", erp.Note{}, erp.Note{ID: "100", QuietUntil: at})
		s.wantDue(t, farFuture, 10)
		err := s.List(t.Context(), ledger.Filter{}, func(e ledger.Entry) bool {
			if e.Connection == "" {
				t.Errorf("listed without a connection: %q", e.Key)
			}
			return true
		})
		mustBe(t, err, nil)
	},
}

func (s suite) block(t *testing.T, account string, l ledger.Lane) {
	t.Helper()
	mustBe(t, s.BlockLane(t.Context(), s.connection(account), l), nil)
}

func (s suite) wantLane(t *testing.T, account string, want ledger.Lane) {
	t.Helper()
	got, err := s.Lane(t.Context(), s.connection(account))
	mustBe(t, err, nil)
	same(t, "lane "+account, got, want)
}

// customer writes what is known of one, under a new token.
func (s suite) customer(t *testing.T, account, hash string, before, after erp.Note) erp.Note {
	t.Helper()
	after.Token = newToken()
	kept, err := s.WriteNote(t.Context(), s.connection(account), hash, before, after)
	if mustBe(t, err, nil); !kept {
		t.Fatalf("%s %s is not %+v any more", account, hash, before)
	}
	return after
}

func (s suite) wantCustomer(t *testing.T, account, hash string, want erp.Note) {
	t.Helper()
	got, err := s.Note(t.Context(), s.connection(account), hash)
	mustBe(t, err, nil)
	same(t, "customer "+account+" "+hash, got, want)
}

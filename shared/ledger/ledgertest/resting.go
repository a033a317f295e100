package ledgertest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
)

// resting is about lanes and customers: what an account keeps beside its entries.
var resting = map[string]func(*testing.T, suite){
	"a lane that never rested is zero": func(t *testing.T, s suite) {
		s.wantLane(t, "estudio", ledger.Lane{})
		mustBe(t, s.ClearStrikes(t.Context(), s.connection("estudio")), nil)
		s.wantLane(t, "estudio", ledger.Lane{})
	},

	"a lane's rest is only ever extended, its strikes are the caller's": func(t *testing.T, s suite) {
		lane := func(minutes int, why string, strikes int) ledger.Lane {
			return ledger.Lane{BlockedUntil: at.Add(time.Duration(minutes) * time.Minute), Why: why, Strikes: strikes}
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
		s.block(t, "estudio", ledger.Lane{BlockedUntil: at, Why: "429", Strikes: 3})
		s.wantLane(t, "estudio", ledger.Lane{BlockedUntil: at, Why: "429", Strikes: 3})
	},

	"clearing the strikes leaves the rest": func(t *testing.T, s suite) {
		s.block(t, "estudio", ledger.Lane{BlockedUntil: at, Why: "key refused", Strikes: 3})
		mustBe(t, s.ClearStrikes(t.Context(), s.connection("estudio")), nil)
		s.wantLane(t, "estudio", ledger.Lane{BlockedUntil: at, Why: "key refused"})
	},

	"the longest of 64 rests at once stands": func(t *testing.T, s suite) {
		for _, err := range race(claimants, func(i int) error {
			minutes := time.Duration(i*37%claimants) * time.Minute
			return s.BlockLane(t.Context(), s.connection("estudio"), ledger.Lane{BlockedUntil: at.Add(minutes), Why: fmt.Sprint(minutes)})
		}) {
			mustBe(t, err, nil)
		}
		longest := (claimants - 1) * time.Minute
		s.wantLane(t, "estudio", ledger.Lane{BlockedUntil: at.Add(longest), Why: fmt.Sprint(longest)})
	},

	"a lane's rest keeps milliseconds": func(t *testing.T, s suite) {
		s.block(t, "estudio", ledger.Lane{BlockedUntil: at.Add(1234567 * time.Nanosecond)})
		s.wantLane(t, "estudio", ledger.Lane{BlockedUntil: at.Add(time.Millisecond)})
	},

	"a rest of one account lets another's calls go out": func(t *testing.T, s suite) {
		s.block(t, "estudio", ledger.Lane{BlockedUntil: at, Why: "429", Strikes: 1})
		s.wantLane(t, "loja", ledger.Lane{})
		mustBe(t, s.ClearStrikes(t.Context(), s.connection("loja")), nil)
		s.wantLane(t, "estudio", ledger.Lane{BlockedUntil: at, Why: "429", Strikes: 1})
	},

	"a customer is remembered per account": func(t *testing.T, s suite) {
		nobody, known := erp.CustomerMark{}, erp.CustomerMark{ID: "100", QuietUntil: at}
		s.wantCustomer(t, "estudio", "h1", nobody)
		s.customer(t, "estudio", "h1", nobody, known)
		s.customer(t, "loja", "h1", nobody, erp.CustomerMark{ID: "200"})
		s.customer(t, "estudio", "h2", nobody, erp.CustomerMark{ID: "300"})
		s.wantCustomer(t, "estudio", "h1", known)
		s.wantCustomer(t, "loja", "h1", erp.CustomerMark{ID: "200"})
		s.wantCustomer(t, "estudio", "h2", erp.CustomerMark{ID: "300"})
		s.wantCustomer(t, "loja", "h2", nobody)
	},

	"of those who want to ask about a customer, the one whose note is kept asks": func(t *testing.T, s suite) {
		nobody, asking := erp.CustomerMark{}, erp.CustomerMark{QuietUntil: at.Add(1234567 * time.Nanosecond)}
		won := make(chan bool)
		for range claimants {
			go func() {
				err := s.WriteCustomer(t.Context(), s.connection("estudio"), "h1", nobody, asking)
				if err != nil && !errors.Is(err, ledger.ErrChanged) {
					t.Error(err)
				}
				won <- err == nil
			}()
		}
		winners := 0
		for range claimants {
			if <-won {
				winners++
			}
		}
		if winners != 1 {
			t.Errorf("%d may ask", winners)
		}
		s.wantCustomer(t, "estudio", "h1", erp.CustomerMark{QuietUntil: at.Add(time.Millisecond)})
	},

	"what is known of a customer is written by who knows what it was": func(t *testing.T, s suite) {
		marks := []erp.CustomerMark{{}, {ID: "100"}, {ID: "101"}, {ID: "100", QuietUntil: at}, {ID: "100", QuietUntil: at.Add(time.Millisecond)}, {QuietUntil: at}}
		is := marks[0]
		for _, next := range slices.Concat(marks[1:], marks[:1], marks[3:], marks[:1], marks[5:]) {
			for _, other := range marks {
				if other != is {
					mustBe(t, s.WriteCustomer(t.Context(), s.connection("estudio"), "h1", other, erp.CustomerMark{ID: "late"}), ledger.ErrChanged)
				}
			}
			s.customer(t, "estudio", "h1", is, next)
			s.wantCustomer(t, "estudio", "h1", next)
			is = next
		}
	},

	"a note about a customer is known again by who wrote it": func(t *testing.T, s suite) {
		asking := erp.CustomerMark{QuietUntil: at.Add(1234567 * time.Nanosecond).In(time.FixedZone("", -3*60*60))}
		s.customer(t, "estudio", "h1", erp.CustomerMark{}, asking)
		s.customer(t, "estudio", "h1", asking, erp.CustomerMark{ID: "100"})
	},

	"neither lanes nor customers are listed or due": func(t *testing.T, s suite) {
		s.block(t, "estudio", ledger.Lane{BlockedUntil: at, Why: "429"})
		s.customer(t, "estudio", "h1", erp.CustomerMark{}, erp.CustomerMark{ID: "100", QuietUntil: at})
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

func (s suite) customer(t *testing.T, account, hash string, before, after erp.CustomerMark) {
	t.Helper()
	mustBe(t, s.WriteCustomer(t.Context(), s.connection(account), hash, before, after), nil)
}

func (s suite) wantCustomer(t *testing.T, account, hash string, want erp.CustomerMark) {
	t.Helper()
	got, err := s.Customer(t.Context(), s.connection(account), hash)
	mustBe(t, err, nil)
	same(t, "customer "+account+" "+hash, got, want)
}

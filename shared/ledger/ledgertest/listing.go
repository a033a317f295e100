package ledgertest

import (
	"fmt"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
)

// listing is what a person sees of the orders.
var listing = map[string]func(*testing.T, suite){
	"a list is newest first, over days and months": func(t *testing.T, s suite) {
		for i, days := range []int{0, -40, 2, -1, -400} {
			e := s.entry(fmt.Sprint(i))
			e.ReceivedAt = at.AddDate(0, 0, days)
			s.create(t, e)
		}
		s.wantList(t, ledger.Filter{}, "2", "0", "3", "1", "4")
	},

	"a list goes on past whatever a ledger reads at once, and names each entry once": func(t *testing.T, s suite) {
		const n = 450
		for i := range n {
			e := s.entry(fmt.Sprint(i))
			// Many are received in the same millisecond.
			e.ReceivedAt = at.Add(time.Duration(i/150) * time.Millisecond)
			s.create(t, e)
		}
		seen, lines := map[string]int{}, 0
		last := farFuture
		for _, e := range s.list(t, ledger.Filter{Connection: s.connection("cursos")}) {
			seen[e.Key]++
			if e.ReceivedAt.After(last) {
				t.Fatalf("%s is newer than the one before it", e.Key)
			}
			last = e.ReceivedAt
			lines++
		}
		if len(seen) != n || lines != n {
			t.Fatalf("%d entries of %d in %d lines", len(seen), n, lines)
		}
		lines = 0
		mustBe(t, s.List(t.Context(), ledger.Filter{}, func(ledger.Entry) bool { lines++; return lines < 3 }), nil)
		if lines != 3 {
			t.Fatalf("%d lines after a stop at 3", lines)
		}
	},

	"a list stops when it is told to, and may use the ledger meanwhile": func(t *testing.T, s suite) {
		for i := range 3 {
			s.create(t, s.entry(fmt.Sprint(i)))
		}
		lines := 0
		err := s.List(t.Context(), ledger.Filter{Connection: s.connection("cursos")}, func(e ledger.Entry) bool {
			lines++
			after := s.get(t, e.Key)
			after.Attempts++
			s.write(t, s.get(t, e.Key), after)
			return lines < 2
		})
		mustBe(t, err, nil)
		if lines != 2 {
			t.Fatalf("%d lines after a stop at 2", lines)
		}
	},

	"a list carries no payloads, and everything else": func(t *testing.T, s suite) {
		e := s.entry("1")
		fill(t, &e)
		e.Key, e.Connection, e.State, e.Rev = s.key("1"), s.connection("cursos"), ledger.Uncertain, 0
		want := s.create(t, e)
		want.Payload, want.Newer.Payload = nil, nil
		same(t, "the list", s.list(t, ledger.Filter{}), []ledger.Entry{want})
	},

	"filters compose": func(t *testing.T, s suite) {
		s.createVaried(t)
		for _, c := range []struct {
			filter ledger.Filter
			want   []string
		}{
			{ledger.Filter{State: ledger.Rejected}, []string{"tombstone", "reversed", "loja", "mapping"}},
			{ledger.Filter{State: ledger.Created}, []string{"created"}},
			{ledger.Filter{ReasonKind: order.Mapping}, []string{"loja", "mapping"}},
			{ledger.Filter{ReasonKind: order.Mapping, Connection: s.connection("cursos")}, []string{"mapping"}},
			{ledger.Filter{Connection: s.connection("loja")}, []string{"loja"}},
			{ledger.Filter{State: ledger.Waiting, ReasonKind: order.Mapping}, nil},
			{ledger.Filter{State: ledger.Uncertain, Mine: true}, []string{"parked"}},
			{ledger.Filter{State: ledger.Uncertain}, []string{"uncertain", "parked"}},
		} {
			s.wantList(t, c.filter, c.want...)
		}
	},

	"since is what was received then or later": func(t *testing.T, s suite) {
		for i, ago := range []time.Duration{0, time.Millisecond, time.Hour, 40 * 24 * time.Hour} {
			e := s.entry(fmt.Sprint(i))
			e.ReceivedAt = at.Add(-ago)
			e.State, e.Reason.Kind = ledger.Rejected, order.Mapping
			s.create(t, e)
		}
		for _, f := range []ledger.Filter{{}, {Mine: true}, {State: ledger.Rejected}, {Connection: s.connection("cursos")}} {
			for since, want := range map[time.Time][]string{
				at.Add(time.Microsecond):     nil,
				at:                           {"0"},
				at.Add(-time.Microsecond):    {"0"},
				at.Add(-time.Hour):           {"0", "1", "2"},
				at.Add(-40 * 24 * time.Hour): {"0", "1", "2", "3"},
				at.Add(-40*24*time.Hour + time.Nanosecond): {"0", "1", "2"},
			} {
				f.Since = since
				s.wantList(t, f, want...)
			}
		}
	},

	"a list goes on from any of its places, either way": func(t *testing.T, s suite) {
		for i := range 5 {
			e := s.entry(fmt.Sprint(i))
			// Two are received in the same millisecond.
			e.ReceivedAt, e.State = at.Add(time.Duration(i/2)*time.Millisecond), ledger.Rejected
			s.create(t, e)
		}
		for _, f := range []ledger.Filter{{}, {Mine: true}, {State: ledger.Rejected}, {Connection: s.connection("cursos")}, {Since: at}} {
			f.From = s.get(t, s.key("2")).Place()
			s.wantList(t, f, "1", "0")
			f.OldestFirst = true
			s.wantList(t, f, "3", "4")
			f.From = ledger.Place{}
			s.wantList(t, f, "0", "1", "2", "3", "4")
			f.OldestFirst, f.From = false, ledger.Place{ReceivedAt: at.Add(-time.Hour)}
			s.wantList(t, f)
			f.From = ledger.Place{ReceivedAt: at.Add(time.Hour)}
			s.wantList(t, f, "4", "3", "2", "1", "0")
		}
		s.wantList(t, ledger.Filter{Since: at.Add(time.Millisecond), From: ledger.Place{ReceivedAt: at, Key: "z"}})
	},

	"an order is found by its id and by our code, and filters compose": func(t *testing.T, s suite) {
		for _, id := range []string{"HP-1", "HP-2"} {
			e := s.entry(id)
			e.State, e.Reference = ledger.Rejected, erp.NewReference(s.connection("cursos"), "", id)
			s.create(t, e)
		}
		code := erp.NewReference(s.connection("cursos"), "", "HP-1").Code
		for _, typed := range []string{"HP-1", "#HP-1", " HP-1 ", s.key("HP-1"), code} {
			s.wantList(t, ledger.Filter{Find: typed}, "HP-1")
			s.wantList(t, ledger.Filter{Find: typed, Connection: s.connection("cursos"), Mine: true}, "HP-1")
			s.wantList(t, ledger.Filter{Find: typed, State: ledger.Created})
			s.wantList(t, ledger.Filter{Find: typed, Connection: s.connection("loja")})
		}
		for _, typed := range []string{"HP-3", "#", " ", "HP-1 HP-2", "'", `"`, "%", s.connection("loja") + "#HP-1", code + "a"} {
			s.wantList(t, ledger.Filter{Find: typed})
		}
	},

	"mine is what waits for a person: rejected, parked, or gone back on once it was created": func(t *testing.T, s suite) {
		s.createVaried(t)
		later := []string{"changed", "refunded"}
		for i, id := range later {
			e := s.entry(id)
			e.State, e.ERPID, e.CreatedAt, e.ReceivedAt = ledger.Created, "77", at, at.Add(time.Minute+time.Duration(i)*time.Second)
			e = s.create(t, e)
			after := e
			if id == "changed" {
				after.ChangedAt = at.Add(time.Hour)
			} else {
				after.ReversedAt = at.Add(time.Hour)
			}
			s.write(t, e, after)
		}
		s.wantList(t, ledger.Filter{Mine: true, State: ledger.Created}, "refunded", "changed")
		for _, id := range later {
			before := s.get(t, s.key(id))
			after := before
			after.DismissedAt = at.Add(2 * time.Hour)
			s.write(t, before, after)
		}
		s.wantList(t, ledger.Filter{Mine: true, State: ledger.Created})
		s.wantList(t, ledger.Filter{Mine: true}, "reversed", "loja", "parked", "mapping")
		s.wantList(t, ledger.Filter{Mine: true, Connection: s.connection("loja")}, "loja")
	},

	"an entry leaves a list when it is written": func(t *testing.T, s suite) {
		e := s.entry("1")
		e.State, e.Reason.Kind = ledger.Rejected, order.Mapping
		e = s.create(t, e)
		s.wantList(t, ledger.Filter{Mine: true}, "1")
		after := e
		after.State, after.Reason.Kind = ledger.Waiting, order.Mended
		s.write(t, e, after)
		s.wantList(t, ledger.Filter{Mine: true})
		s.wantList(t, ledger.Filter{State: ledger.Rejected})
		s.wantList(t, ledger.Filter{ReasonKind: order.Mapping})
		s.wantList(t, ledger.Filter{State: ledger.Waiting, ReasonKind: order.Mended}, "1")
	},
}

// createVaried writes an entry of each sort; the later ones are newer.
func (s suite) createVaried(t *testing.T) {
	t.Helper()
	for i, e := range []ledger.Entry{
		{OrderID: "accepted", State: ledger.Accepted},
		{OrderID: "waiting", State: ledger.Waiting, Reason: order.Reason{Kind: order.AccountRests}, Until: at},
		{OrderID: "mapping", State: ledger.Rejected, Reason: order.Reason{Kind: order.Mapping}, Payload: []byte("{}")},
		{OrderID: "parked", State: ledger.Uncertain, Reason: order.Reason{Kind: order.NeedsPerson}},
		{OrderID: "uncertain", State: ledger.Uncertain, Reason: order.Reason{Kind: order.LostAnswer}, Until: at},
		{OrderID: "created", State: ledger.Created, ERPID: "77"},
		{OrderID: "loja", Connection: s.connection("loja"), State: ledger.Rejected, Reason: order.Reason{Kind: order.Mapping}},
		{OrderID: "reversed", State: ledger.Rejected, Reason: order.Reason{Kind: order.Reversed}, Payload: []byte("{}"), Digest: "d1"},
		{OrderID: "tombstone", State: ledger.Rejected, Reason: order.Reason{Kind: order.Reversed}},
	} {
		if e.Connection == "" {
			e.Connection = s.connection("cursos")
		}
		e.Key, e.Token, e.Account = e.Connection+"#"+e.OrderID, newToken(), s.connection("estudio")
		e.ReceivedAt = at.Add(time.Duration(i) * time.Second)
		s.create(t, e)
	}
}

// list lists what the filter selects of the suite's own connections.
func (s suite) list(t *testing.T, f ledger.Filter) []ledger.Entry {
	t.Helper()
	var entries []ledger.Entry
	err := s.List(t.Context(), f, func(e ledger.Entry) bool {
		if e.Connection == s.connection("cursos") || e.Connection == s.connection("loja") {
			entries = append(entries, e)
		}
		return true
	})
	mustBe(t, err, nil)
	return entries
}

func (s suite) wantList(t *testing.T, f ledger.Filter, want ...string) {
	t.Helper()
	var got []string
	for _, e := range s.list(t, f) {
		got = append(got, e.OrderID)
	}
	same(t, fmt.Sprintf("%+v", f), got, want)
}

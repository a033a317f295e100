package main

import (
	"bytes"
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/words"
)

var (
	benchEntries = flag.Int("entries", 10_000, "how many orders the ledger has that lists are measured with")
	benchData    = flag.String("entries-data", "", "a data folder to keep them in; it is filled once")
)

// BenchmarkOrders types commands about a ledger of many orders, of which one in ten waits
// for the same SKU to be mapped: what is measured is a command line less the start of its
// process. docs/guarantees.md has the figures of 1,000,000.
func BenchmarkOrders(b *testing.B) {
	dir := *benchData
	if dir == "" {
		dir = b.TempDir()
	}
	keepMany(b, dir, *benchEntries)
	for _, args := range [][]string{
		{"list", "--limit", "50"},
		{"list", "--limit", "50", "--json"},
		{"list", "--mine", "--limit", "50"},
		{"list", "--state", "rejected", "--limit", "50"},
		{"list", "--state", "uncertain", "--limit", "50"},
		{"list", "--state", "waiting"},
		{"list", "--kind", "tax_id"},
		{"list", "--connection", "pequena", "--limit", "50"},
		{"list", "--since", "1h"},
		{"list", "--kind", "mapping"},
		{"list", "--mine", "--group"},
		{"list", "--mine", "--group", "--json"},
		{"list", "--find", "#500001"},
		{"list", "--find", "38472500001"},
		{"list", "--find", "HP0500001", "--connection", "pequena"},
		{"list", "--find", "5000", "--mine"},
		{"list", "--find", "nothing like it"},
		{"show", "cursos#HP0000007"},
	} {
		b.Run(fmt.Sprint(args), func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				began := time.Now()
				var out, errs bytes.Buffer
				if code := at(noon, "", &out, &errs).run(b.Context(), slices.Concat([]string{"orders"}, args, []string{"--data", dir})); code != exitDone {
					b.Fatal(errs.String())
				}
				took = append(took, time.Since(began))
			}
			reportMedian(b, took)
		})
	}
}

// keepMany fills the folder, unless it is filled.
func keepMany(b *testing.B, dir string, n int) {
	b.Helper()
	if there, _ := filepath.Glob(filepath.Join(dir, sqlite.File)); len(there) > 0 {
		return
	}
	l, err := sqlite.Open(b.Context(), dir)
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	fillMany(b, l, n)
}

// fillMany writes so many orders, received one every minute up to noon.
func fillMany(t testing.TB, l *sqlite.Ledger, n int) {
	t.Helper()
	statement := func(s string) {
		if _, err := l.DB().ExecContext(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	// The ledger has one connection, so all writes are in this transaction.
	statement("BEGIN")
	for i := range n {
		if _, err := l.Write(t.Context(), ledger.Entry{}, oneOfMany(i, noon.Add(time.Duration(i-n)*time.Minute))); err != nil {
			t.Fatal(err)
		}
	}
	statement("COMMIT")
}

func oneOfMany(i int, at time.Time) ledger.Entry {
	id := fmt.Sprintf("HP%07d", i)
	e := ledger.Entry{Key: "cursos#" + id, Token: id, Connection: "cursos", Platform: "hotmart", OrderID: id, StoreNumber: fmt.Sprintf("#%d", i),
		ERPKind: "omie", Account: "estudio", Reference: erp.NewReference("cursos", "", id), Total: "497.00", Currency: "BRL", Customer: "H.P.",
		Fence: 1, Digest: id + "0123456789abcdef01234567", Seen: []string{id + "0123456789abcdef01234567"}, Attempts: 1, ReceivedAt: at, UpdatedAt: at, TryingSince: at, PaidAt: at,
		Document: erp.Mark{Digest: "c0ffee", Total: order.Cents(49700), OrderNumber: id, CustomerID: "77", Key: "5d41402abc4b2a76"},
		Parts:    ledger.Parts{Key: "5d41402abc4b2a76", Lines: id, Payer: id, TaxID: id, Address: id, Total: "497.00"}, Correlation: id}
	did := func(what string, became ledger.State) {
		e.Timeline = append(e.Timeline, ledger.Attempt{At: at, Did: what, Answer: "created", Rule: "answer", Became: became, Text: words.Plain("document " + id)})
	}
	if i%1000 == 1 {
		e.Key, e.Connection = "pequena#"+id, "pequena"
	}
	did("notice", ledger.Accepted)
	switch {
	case i%10 == 0:
		e.State, e.Due, e.Payload = ledger.Rejected, placing.Never, []byte(`{"text":"{}"}`)
		e.Reason = order.Reason{Kind: order.Mapping, Message: words.Plain(`SKU "CURSO-GO-2026" is not mapped: add it under erps.estudio.services in connections.yaml`)}
		did("place", e.State)
	case i%5000 == 7:
		e.State, e.Due = ledger.Uncertain, placing.Never
		e.Reason = order.Reason{Kind: order.NeedsPerson, Message: words.Plain("the ERP has document " + id + " with our code, but its total is 1.00 and ours is 497.00: look there, then carimbo orders resolve --created ID or --absent")}
		did("create", e.State)
	case i%5000 == 8:
		e.State, e.Due, e.Until = ledger.Waiting, at.Add(time.Hour), at.Add(time.Hour)
		e.Reason = order.Reason{Kind: order.ERPDown, Message: words.Plain("503")}
	default:
		e.State, e.ERPID, e.ERPNumber, e.CreatedAt, e.Expires = ledger.Created, "38472"+id[2:], id[2:], at, at.AddDate(2, 0, 0)
		did("create", e.State)
	}
	return e
}

// BenchmarkConsole is what a page of the console reads of such a ledger.
func BenchmarkConsole(b *testing.B) {
	dir := *benchData
	if dir == "" {
		dir = b.TempDir()
	}
	keepMany(b, dir, *benchEntries)
	l, err := sqlite.Open(b.Context(), dir)
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	counts := func(f ledger.Filter) func() error {
		return func() error {
			_, err := operator.ReadCounts(b.Context(), l, f)
			return err
		}
	}
	for name, read := range map[string]func() error{
		"counts":               counts(ledger.Filter{}),
		"counts of mine":       counts(ledger.Filter{Mine: true, Connection: "cursos"}),
		"counts since":         counts(ledger.Filter{Since: noon.AddDate(-1, 0, 0)}),
		"counts of a search":   counts(ledger.Filter{Find: "5000"}),
		"page in the middle":   func() error { return readPage(b, l, ledger.Filter{}) },
		"page of a connection": func() error { return readPage(b, l, ledger.Filter{Connection: "pequena"}) },
		"page of a search":     func() error { return readPage(b, l, ledger.Filter{Find: "5000"}) },
		"hours": func() error {
			_, err := l.Pulse(b.Context(), noon.AddDate(0, 0, -28))
			return err
		},
	} {
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				began := time.Now()
				if err := read(); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(began))
			}
			reportMedian(b, took)
		})
	}
}

func readPage(b *testing.B, l ledger.Ledger, f ledger.Filter) error {
	cursor := fmt.Sprintf("n%d.x", noon.AddDate(-1, 0, 0).UnixMilli())
	p, err := operator.ReadPage(b.Context(), l, f, cursor, 50)
	if err == nil && len(p.Entries) == 0 {
		b.Fatal("it is empty")
	}
	return err
}

func reportMedian(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms/median")
}

package dynamo_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/dynamo"
	"github.com/carimbo/carimbo/shared/order"
)

// calls counts what is asked of a table.
type calls struct {
	dynamo.API
	queries, batches int
}

func (c *calls) Query(ctx context.Context, in *dynamodb.QueryInput, o ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	c.queries++
	return c.API.Query(ctx, in, o...)
}

func (c *calls) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, o ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	c.batches++
	return c.API.BatchGetItem(ctx, in, o...)
}

// some writes orders of both connections, one a minute, of which one in three is refused.
func some(t *testing.T, l *dynamo.Ledger, n int) {
	t.Helper()
	for i := range n {
		e := entry(fmt.Sprint(i))
		e.ReceivedAt, e.Due = at.Add(-time.Duration(i)*time.Minute), time.Time{}
		e.State, e.CreatedAt, e.ERPID = ledger.Created, e.ReceivedAt.Add(time.Second), "7"
		if i%2 == 1 {
			e.Connection, e.Key = "loja", fmt.Sprint("loja#", i)
		}
		if i%3 == 1 {
			e.State, e.CreatedAt, e.Reason, e.Digest = ledger.Rejected, time.Time{}, order.Reason{Kind: order.Mapping}, "d"
		}
		e.Reference = erp.NewReference(e.Connection, "", e.OrderID)
		write(t, l, ledger.Entry{}, e)
	}
}

func TestAStackCountsWithoutReadingTheEntries(t *testing.T) {
	client, table := newTable(t)
	c := &calls{API: client}
	o := options("cursos", "loja")
	o.Now = func() time.Time { return at.Add(time.Hour) }
	l := dynamo.New(c, table, o)
	some(t, l, 12)
	for _, f := range []ledger.Filter{{}, {State: ledger.Rejected}, {Mine: true, Connection: "loja"}, {ReasonKind: order.Mapping}, {Since: at.Add(-5*time.Minute + time.Nanosecond)}, {Find: "3"}} {
		var want ledger.Tally
		if err := l.List(t.Context(), f, func(e ledger.Entry) bool { want.Add(e.State, e.WaitsForPerson(), 1); return true }); err != nil || want.States == nil {
			t.Fatal(err, want)
		}
		c.batches = 0
		f.From = ledger.Place{ReceivedAt: at.AddDate(-1, 0, 0)}
		if got, err := l.Tally(t.Context(), f); err != nil || !cmp.Equal(want, got) || f.Find == "" && c.batches > 0 {
			t.Errorf("%+v: %+v, want %+v: %v, %d batches", f, got, want, err, c.batches)
		}
	}
	want := ledger.Pulse{Received: map[string]map[ledger.Hour]int{"cursos": {ledger.HourOf(at): 1, ledger.HourOf(at) - 1: 5}, "loja": {ledger.HourOf(at) - 1: 6}},
		Created: map[ledger.Hour]int{ledger.HourOf(at): 1, ledger.HourOf(at) - 1: 7}}
	if got, err := l.Pulse(t.Context(), at.Add(-48*time.Hour)); err != nil || !cmp.Equal(want, got) {
		t.Errorf("%v (-want +got):\n%s", err, cmp.Diff(want, got))
	}
}

// Of a page of 3 nobody reads a table's years, and what lies between two connections' pages of
// the index is in its order.
func TestAListReadsNoMoreOfTheIndexThanItShows(t *testing.T) {
	client, table := newTable(t)
	c := &calls{API: &small{API: client}}
	l := dynamo.New(c, table, options("cursos", "loja"))
	some(t, l, 24)
	c.queries = 0
	var got []string
	if err := l.List(t.Context(), ledger.Filter{From: ledger.Place{ReceivedAt: at.Add(-10*time.Minute + time.Nanosecond), Key: "z"}}, func(e ledger.Entry) bool {
		got = append(got, e.OrderID)
		return true
	}); err != nil || fmt.Sprint(got) != "[10 11 12 13 14 15 16 17 18 19 20 21 22 23]" {
		t.Errorf("%v: %v", got, err)
	}
	code := erp.NewReference("loja", "", "5").Code
	c.queries = 0
	if err := l.List(t.Context(), ledger.Filter{Find: code}, func(e ledger.Entry) bool { got = []string{e.Key}; return true }); err != nil || got[0] != "loja#5" || c.queries > 8 {
		t.Errorf("%v after %d queries: %v", got, c.queries, err)
	}
}

func TestAStackCountsTheNewestAndSaysSinceWhen(t *testing.T) {
	client, table := newTable(t)
	o := options("cursos", "loja")
	o.Now, o.Most = func() time.Time { return at.Add(time.Hour) }, 5
	l := dynamo.New(client, table, o)
	some(t, l, 6)
	since := at.Add(-5*time.Minute + time.Millisecond)
	tally, err := l.Tally(t.Context(), ledger.Filter{})
	if n := tally.States[ledger.Created] + tally.States[ledger.Rejected]; err != nil || n != 5 || !tally.Since.Equal(since) {
		t.Errorf("%+v: %v", tally, err)
	}
	pulse, err := l.Pulse(t.Context(), at.AddDate(0, 0, -28))
	if n := pulse.Received["cursos"][ledger.HourOf(at)] + pulse.Received["cursos"][ledger.HourOf(at)-1] + pulse.Received["loja"][ledger.HourOf(at)-1]; err != nil || n != 5 || !pulse.Since.Equal(since) {
		t.Errorf("%+v: %v", pulse, err)
	}
	for i, found := range map[int]bool{4: true, 5: false} {
		n := 0
		code := erp.NewReference([]string{"cursos", "loja"}[i%2], "", fmt.Sprint(i)).Code
		if err := l.List(t.Context(), ledger.Filter{Find: code}, func(ledger.Entry) bool { n++; return true }); err != nil || found != (n == 1) {
			t.Errorf("%d: %d of them: %v", i, n, err)
		}
	}
}

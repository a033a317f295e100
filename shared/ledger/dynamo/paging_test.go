package dynamo_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/dynamo"
	"github.com/carimbo/carimbo/shared/order"
)

// small answers in pages of two items, as DynamoDB does with large items, and
// leaves half of a batch unprocessed.
type small struct {
	dynamo.API
	pages, batches int
}

func (s *small) Query(ctx context.Context, in *dynamodb.QueryInput, o ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	s.pages++
	page := *in
	page.Limit = aws.Int32(min(2, aws.ToInt32(cmpOr(in.Limit, aws.Int32(2)))))
	return s.API.Query(ctx, &page, o...)
}

func (s *small) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, o ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	s.batches++
	done, left := map[string]types.KeysAndAttributes{}, map[string]types.KeysAndAttributes{}
	for table, request := range in.RequestItems {
		half := (len(request.Keys) + 1) / 2
		done[table], left[table] = withKeys(request, request.Keys[:half]), withKeys(request, request.Keys[half:])
		if len(left[table].Keys) == 0 {
			delete(left, table)
		}
	}
	out, err := s.API.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: done}, o...)
	if out != nil {
		out.UnprocessedKeys = left
	}
	return out, err
}

func withKeys(request types.KeysAndAttributes, keys []map[string]types.AttributeValue) types.KeysAndAttributes {
	request.Keys = keys
	return request
}

func cmpOr[T any](a, b *T) *T {
	if a != nil {
		return a
	}
	return b
}

func TestListsAndSweepsGoOnOverPages(t *testing.T) {
	client, table := newTable(t)
	paged := &small{API: client}
	l := dynamo.New(paged, table, options("cursos", "loja", "cursos"))
	const n = 7
	var wantDue []ledger.Due
	var wantList []string
	for i := range n {
		e := entry(fmt.Sprint(i))
		if i%2 == 1 {
			e.Connection, e.Key = "loja", fmt.Sprint("loja#", i)
		}
		e.Due, e.ReceivedAt = at.Add(time.Duration(i)*time.Second), at.Add(-time.Duration(i)*time.Minute)
		write(t, l, ledger.Entry{}, e)
		wantDue, wantList = append(wantDue, ledger.Due{Key: e.Key, At: e.Due}), append(wantList, e.Key)
	}

	due, err := l.Due(t.Context(), "estudio", at.Add(time.Hour), 5)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wantDue[:5], due); diff != "" || paged.pages != 3 {
		t.Errorf("due in %d pages (-want +got):\n%s", paged.pages, diff)
	}
	if diff := cmp.Diff(wantList, keys(t, l, ledger.Filter{})); diff != "" || paged.batches < 3 {
		t.Errorf("listed in %d batches (-want +got):\n%s", paged.batches, diff)
	}
}

func keys(t *testing.T, l *dynamo.Ledger, f ledger.Filter) []string {
	t.Helper()
	var keys []string
	if err := l.List(t.Context(), f, func(e ledger.Entry) bool { keys = append(keys, e.Key); return true }); err != nil {
		t.Fatal(err)
	}
	return keys
}

// moving is an index that moves its first entry behind the others while it is read.
type moving struct{ dynamo.API }

func (m moving) Query(ctx context.Context, in *dynamodb.QueryInput, o ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	page, err := m.API.Query(ctx, in, o...)
	if err == nil && len(page.LastEvaluatedKey) == 0 {
		page.Items = append(page.Items, page.Items[0])
	}
	return page, err
}

func TestAnEntryThatMovesInTheIndexIsCountedOnce(t *testing.T) {
	client, table := newTable(t)
	l := dynamo.New(moving{client}, table, options())
	for i := range 3 {
		e := entry(fmt.Sprint(i))
		e.State, e.Due = ledger.Waiting, at.Add(time.Duration(i)*time.Minute)
		write(t, l, ledger.Entry{}, e)
	}
	if b, err := l.Backlog(t.Context(), "estudio", at.Add(time.Hour)); err != nil || b.Orders != 3 {
		t.Fatalf("%+v, %v", b, err)
	}
}

// stale is an index that lags behind: it answers as if nothing had been written
// since.
type stale struct {
	dynamo.API
	pages map[string]*dynamodb.QueryOutput
}

func (s *stale) Query(ctx context.Context, in *dynamodb.QueryInput, o ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	asked := fmt.Sprint(in.ExpressionAttributeValues[":month"].(*types.AttributeValueMemberS).Value, aws.ToString(in.FilterExpression))
	if page, ok := s.pages[asked]; ok {
		return page, nil
	}
	page, err := s.API.Query(ctx, in, o...)
	s.pages[asked] = page
	return page, err
}

func TestAListShowsEntriesAsTheyAreNowThoughTheIndexLags(t *testing.T) {
	client, table := newTable(t)
	l := dynamo.New(&stale{API: client, pages: map[string]*dynamodb.QueryOutput{}}, table, options("cursos"))
	e := entry("1")
	e.State, e.Reason.Kind = ledger.Rejected, order.Mapping
	before := write(t, l, ledger.Entry{}, e)
	mine := ledger.Filter{Mine: true}
	if got := keys(t, l, mine); len(got) != 1 {
		t.Fatalf("%v", got)
	}
	after := before
	after.Token, after.State, after.Reason.Kind = "t2", ledger.Waiting, order.Retried
	write(t, l, before, after)
	if got := keys(t, l, mine); len(got) > 0 {
		t.Fatalf("%v still waits for a person", got)
	}
}

func TestAListLooksIntoEveryMonthFromSinceToTomorrow(t *testing.T) {
	client, table := newTable(t)
	now := time.Date(2027, 1, 31, 20, 0, 0, 0, time.UTC)
	l := dynamo.New(client, table, dynamo.Options{Connections: func() []string { return []string{"cursos"} }, Now: func() time.Time { return now }})
	for id, received := range map[string]time.Time{
		"before Carimbo": time.Date(2026, 10, 31, 23, 59, 0, 0, time.UTC),
		"first":          time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC),
		"new year's eve": time.Date(2026, 12, 31, 23, 59, 59, 999e6, time.UTC),
		"a fast clock's": time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC),
	} {
		e := entry(id)
		e.ReceivedAt = received
		write(t, l, ledger.Entry{}, e)
	}
	want := []string{"cursos#a fast clock's", "cursos#new year's eve", "cursos#first"}
	if diff := cmp.Diff(want, keys(t, l, ledger.Filter{})); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
}

// Years of created orders must not stand between a person and what waits for
// them.
func TestAListReadsNoEntryThatTheIndexLeavesOut(t *testing.T) {
	client, table := newTable(t)
	w := &watch{API: client}
	l := dynamo.New(w, table, options("cursos"))
	for _, state := range ledger.States() {
		e := entry(string(state))
		e.State, e.Until, e.Reason.Kind = state, at, order.ReasonKind("k-"+state)
		write(t, l, ledger.Entry{}, e)
	}
	for _, f := range []ledger.Filter{{Mine: true}, {State: ledger.Waiting}, {ReasonKind: "k-uncertain"}, {State: ledger.Rejected, ReasonKind: "k-rejected", Mine: true}} {
		w.listed = 0
		if got := keys(t, l, f); len(got) != 1 || w.listed != 1 {
			t.Errorf("%+v: %d entries read to list %v", f, w.listed, got)
		}
	}
}

package dynamo_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/awstest"
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/dynamo"
	"github.com/carimbo/carimbo/shared/ledger/ledgertest"
	"github.com/carimbo/carimbo/shared/words"
)

var server awstest.Server

func TestMain(m *testing.M) { server.Main(m) }

var at = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// options are a list's that looks around at.
func options(connections ...string) dynamo.Options {
	return dynamo.Options{
		Connections: func() []string { return connections },
		Now:         func() time.Time { return at.AddDate(0, 1, 0) },
		Since:       at.AddDate(-2, 0, 0),
	}
}

// newTable makes a table, empty and nobody else's.
func newTable(t testing.TB) (*dynamodb.Client, string) {
	t.Helper()
	client, name := dynamodb.NewFromConfig(server.Start(t).Config), awstest.Name("ledger")
	if _, err := client.CreateTable(t.Context(), dynamo.Table(name)); err != nil {
		t.Fatal(err)
	}
	return client, name
}

// remembering knows the connections of what was written, as a configuration does.
type remembering struct {
	*dynamo.Ledger
	mu          sync.Mutex
	connections map[string]bool
}

func (r *remembering) Write(ctx context.Context, before, after ledger.Entry) (ledger.Entry, error) {
	r.mu.Lock()
	r.connections[after.Connection] = true
	r.mu.Unlock()
	return r.Ledger.Write(ctx, before, after)
}

func (r *remembering) names() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Collect(maps.Keys(r.connections))
}

func TestLedgerPromises(t *testing.T) {
	ledgertest.Run(t, func(t *testing.T) ledger.Ledger {
		client, table := newTable(t)
		r := &remembering{connections: map[string]bool{}}
		o := options()
		o.Connections = r.names
		r.Ledger = dynamo.New(client, table, o)
		return r
	})
}

func entry(id string) ledger.Entry {
	return ledger.Entry{Key: "cursos#" + id, Token: "t" + id, Connection: "cursos", OrderID: id, Account: "estudio",
		State: ledger.Accepted, Due: at, ReceivedAt: at, UpdatedAt: at, Payload: []byte("{}")}
}

func write(t testing.TB, l *dynamo.Ledger, before, after ledger.Entry) ledger.Entry {
	t.Helper()
	wrote, err := l.Write(t.Context(), before, after)
	if err != nil {
		t.Fatal(err)
	}
	return wrote
}

// stored is the item as the console would show it.
func stored(t testing.TB, client *dynamodb.Client, table, key string) map[string]types.AttributeValue {
	t.Helper()
	out, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table, ConsistentRead: aws.Bool(true),
		Key: map[string]types.AttributeValue{"key": &types.AttributeValueMemberS{Value: key}}})
	if err != nil {
		t.Fatal(err)
	}
	return out.Item
}

func TestOnlyWhatIsCreatedExpires(t *testing.T) {
	client, table := newTable(t)
	l := dynamo.New(client, table, options())
	expires := at.AddDate(2, 0, 0).Add(789 * time.Millisecond)
	for _, state := range ledger.States() {
		e := entry(string(state))
		e.State, e.Expires = state, expires
		write(t, l, ledger.Entry{}, e)
		got, isSet := stored(t, client, table, e.Key)[dynamo.TTLAttribute]
		if isSet != (state == ledger.Created) {
			t.Errorf("%s: expires is set: %v", state, isSet)
		}
		if n, ok := got.(*types.AttributeValueMemberN); isSet && (!ok || n.Value != fmt.Sprint(expires.Unix())) {
			t.Errorf("%s: expires is %#v, want the epoch second %d", state, got, expires.Unix())
		}
	}
}

// Of an entry that is created and then, say, mended by hand, nothing may vanish.
func TestWhatIsNoLongerCreatedNoLongerExpires(t *testing.T) {
	client, table := newTable(t)
	l := dynamo.New(client, table, options())
	e := entry("1")
	e.State, e.Expires = ledger.Created, at
	created := write(t, l, ledger.Entry{}, e)
	after := created
	after.Token, after.State = "again", ledger.Uncertain
	write(t, l, created, after)
	if _, isSet := stored(t, client, table, e.Key)[dynamo.TTLAttribute]; isSet {
		t.Fatal("it still expires")
	}
}

func TestLanesCustomersAndCreatedEntriesAreInNoIndexOfDueOnes(t *testing.T) {
	client, table := newTable(t)
	l := dynamo.New(client, table, options())
	done := entry("1")
	done.State = ledger.Created
	write(t, l, ledger.Entry{}, done)
	if err := l.BlockLane(t.Context(), "estudio", ledger.Lane{BlockedUntil: at, Why: words.Plain("429"), Strikes: 1}); err != nil {
		t.Fatal(err)
	}
	remember(t, l, "h1", erp.Note{ID: "100", Token: "t1"})
	out, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table, IndexName: aws.String("due")})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Items) > 0 {
		t.Fatalf("the index has %v", out.Items)
	}
	for _, key := range []string{"~lane#estudio", "~customer#estudio#h1"} {
		it := stored(t, client, table, key)
		if len(it) == 0 {
			t.Fatalf("there is no %s", key)
		}
		for _, name := range []string{"account", "due", "month", "received_at", dynamo.TTLAttribute} {
			if _, isSet := it[name]; isSet {
				t.Errorf("%s has %s", key, name)
			}
		}
	}
}

func TestNewerContentsRestBesideTheEntryAndGoWithIt(t *testing.T) {
	client, table := newTable(t)
	l := dynamo.New(client, table, options())
	payload := func(key string) string {
		b, _ := stored(t, client, table, key)["payload"].(*types.AttributeValueMemberB)
		if b == nil {
			return ""
		}
		return string(b.Value)
	}
	e := write(t, l, ledger.Entry{}, entry("1"))
	if it := stored(t, client, table, "~newer#"+e.Key); it != nil {
		t.Fatalf("without newer contents there is %v", it)
	}
	for step, newer := range []*ledger.Contents{
		{Payload: []byte("second"), Digest: "d2", At: at},
		{Payload: []byte("third"), Digest: "d3", At: at},
		{Digest: "d4", At: at},
		{Payload: []byte("fifth"), Digest: "d5", At: at},
		nil,
	} {
		after := e
		after.Token, after.Newer = fmt.Sprint("step", step), newer
		e = write(t, l, e, after)
		got, err := l.Get(t.Context(), e.Key)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(e, got); diff != "" {
			t.Fatalf("step %d (-want +got):\n%s", step, diff)
		}
		want := ""
		if newer != nil {
			want = string(newer.Payload)
		}
		if got := payload("~newer#" + e.Key); got != want {
			t.Fatalf("step %d: %q rests beside the entry, want %q", step, got, want)
		}
		expires, _ := stored(t, client, table, "~newer#"+e.Key)[dynamo.TTLAttribute].(*types.AttributeValueMemberN)
		if (expires != nil) != (want == "") || expires != nil && expires.Value != fmt.Sprint(e.UpdatedAt.Unix()) {
			t.Fatalf("step %d: the item beside the entry expires at %+v", step, expires)
		}
		if payload(e.Key) != "{}" {
			t.Fatalf("step %d: the entry's own payload is %q", step, payload(e.Key))
		}
	}
}

func TestABouncedWriteLeavesNewerContentsAlone(t *testing.T) {
	client, table := newTable(t)
	l := dynamo.New(client, table, options())
	first := write(t, l, ledger.Entry{}, entry("1"))
	ours := first
	ours.Token, ours.Newer = "ours", &ledger.Contents{Payload: []byte("ours"), Digest: "d2", At: at}
	kept := write(t, l, first, ours)
	theirs := first
	theirs.Token, theirs.Newer = "theirs", &ledger.Contents{Payload: []byte("theirs"), Digest: "d3", At: at}
	if _, err := l.Write(t.Context(), first, theirs); !errors.Is(err, ledger.ErrChanged) {
		t.Fatalf("got error %v, want %v", err, ledger.ErrChanged)
	}
	got, err := l.Get(t.Context(), kept.Key)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(kept, got); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
}

func TestAWriteSendsOnlyWhatChanged(t *testing.T) {
	client, table := newTable(t)
	watched := &watch{API: client}
	l := dynamo.New(watched, table, options())
	before := write(t, l, ledger.Entry{}, entry("1"))
	after := before
	after.Token, after.State, after.Payload = "t2", ledger.Created, nil
	write(t, l, before, after)
	sent := watched.updates[1]
	if got, want := *sent.ConditionExpression, "#rev = :was_rev"; got != want {
		t.Errorf("condition %q, want %q", got, want)
	}
	changed := slices.Sorted(maps.Keys(sent.ExpressionAttributeNames))
	if diff := cmp.Diff([]string{"#due", "#payload", "#rev", "#state", "#token"}, changed); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}
}

// watch notes what goes through it, and runs what a test wants to happen in
// between.
type watch struct {
	dynamo.API
	updates   []*dynamodb.UpdateItemInput
	reads     int
	lagging   int // reads that may be out of date
	listed    int // entries that were read for a list
	beforeGet func(key string)
}

func (w *watch) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, o ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	w.updates = append(w.updates, in)
	return w.API.UpdateItem(ctx, in, o...)
}

func (w *watch) GetItem(ctx context.Context, in *dynamodb.GetItemInput, o ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	w.note(in.ConsistentRead)
	if w.beforeGet != nil {
		w.beforeGet(in.Key["key"].(*types.AttributeValueMemberS).Value)
	}
	return w.API.GetItem(ctx, in, o...)
}

func TestNewerContentsThatChangeBetweenTwoReadsAreNeverMixed(t *testing.T) {
	client, table := newTable(t)
	writer := dynamo.New(client, table, options())
	first := entry("1")
	first.Newer = &ledger.Contents{Payload: []byte("second"), Digest: "d2", At: at}
	stands := write(t, writer, ledger.Entry{}, first)

	changes := []*ledger.Contents{{Payload: []byte("third"), Digest: "d3", At: at}, nil}
	w := &watch{API: client}
	w.beforeGet = func(key string) {
		if key == stands.Key || len(changes) == 0 {
			return
		}
		after := stands
		after.Token, after.Newer = fmt.Sprint("left", len(changes)), changes[0]
		stands, changes = write(t, writer, stands, after), changes[1:]
	}
	got, err := dynamo.New(w, table, options()).Get(t.Context(), stands.Key)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(stands, got); diff != "" || len(changes) > 0 {
		t.Fatalf("%d changes left (-want +got):\n%s", len(changes), diff)
	}
}

func (w *watch) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, o ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	for _, request := range in.RequestItems {
		w.note(request.ConsistentRead)
		w.listed += len(request.Keys)
	}
	return w.API.BatchGetItem(ctx, in, o...)
}

func (w *watch) note(consistent *bool) {
	w.reads++
	if !aws.ToBool(consistent) {
		w.lagging++
	}
}

func remember(t *testing.T, l *dynamo.Ledger, hash string, mark erp.Note) {
	t.Helper()
	kept, err := l.WriteNote(t.Context(), "estudio", hash, erp.Note{}, mark)
	if err != nil || !kept {
		t.Fatal(kept, err)
	}
}

// Of a customer that an earlier release forgot, the table has an empty id.
func TestACustomerForgottenBeforeThereWereNotesIsAskedAbout(t *testing.T) {
	client, table := newTable(t)
	l := dynamo.New(client, table, options())
	for _, id := range []string{"", "7"} {
		_, err := client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: &table, UpdateExpression: aws.String("SET id = :id"),
			Key:                       map[string]types.AttributeValue{"key": &types.AttributeValueMemberS{Value: "~customer#estudio#h" + id}},
			ExpressionAttributeValues: map[string]types.AttributeValue{":id": &types.AttributeValueMemberS{Value: id}}})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := l.Note(t.Context(), "estudio", "h"+id); err != nil || got != (erp.Note{ID: id}) {
			t.Errorf("%+v, %v", got, err)
		}
		remember(t, l, "h"+id, erp.Note{QuietUntil: at, Token: "t1"})
	}
}

func TestEveryReadOfTheTableIsStronglyConsistent(t *testing.T) {
	client, table := newTable(t)
	w := &watch{API: client}
	l := dynamo.New(w, table, options("cursos"))
	e := write(t, l, ledger.Entry{}, withNewer(entry("1"), "second"))
	_, entryErr := l.Get(t.Context(), e.Key)
	_, laneErr := l.Lane(t.Context(), "estudio")
	_, customerErr := l.Note(t.Context(), "estudio", "h1")
	if err := errors.Join(entryErr, laneErr, customerErr); err != nil {
		t.Fatal(err)
	}
	keys(t, l, ledger.Filter{})
	if w.reads != 5 || w.lagging > 0 {
		t.Fatalf("%d of %d reads may be out of date; want 0 of 5", w.lagging, w.reads)
	}
}

func TestAWriteThatLeavesTheDueTimeUndoesAPostponement(t *testing.T) {
	client, table := newTable(t)
	l := dynamo.New(client, table, options())
	read := write(t, l, ledger.Entry{}, entry("1"))
	if err := l.Postpone(t.Context(), ledger.Due{Key: read.Key, At: at}, at.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	after := read
	after.Token, after.Attempts = "t2", 1
	wrote := write(t, l, read, after)
	got, err := l.Get(t.Context(), read.Key)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wrote, got); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
}

func TestClearingStrikesMakesNoLane(t *testing.T) {
	client, table := newTable(t)
	if err := dynamo.New(client, table, options()).GotThrough(t.Context(), "estudio", at); err != nil {
		t.Fatal(err)
	}
	if it := stored(t, client, table, "~lane#estudio"); it != nil {
		t.Fatalf("there is %v", it)
	}
}

package dynamo_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/dynamo"
	"github.com/carimbo/carimbo/shared/words"
)

// lossy lets a call of one operation through and drops its answer, as a network
// does.
type lossy struct {
	operation string
	// between runs once the answer is lost, before anybody knows.
	between func()

	mu    sync.Mutex
	calls int
}

func (l *lossy) Do(r *http.Request) (*http.Response, error) {
	response, err := http.DefaultClient.Do(r)
	if !strings.HasSuffix(r.Header.Get("X-Amz-Target"), "."+l.operation) || err != nil {
		return response, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.calls++; l.calls > 1 {
		return response, nil
	}
	io.Copy(io.Discard, response.Body)
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, errors.New("the write didn't go through")
	}
	if l.between != nil {
		l.between()
	}
	return nil, io.ErrUnexpectedEOF
}

// losing is a ledger whose client retries at once.
func losing(t *testing.T, l *lossy, table string) *dynamo.Ledger {
	config := server.Start(t).Config
	config.HTTPClient = l
	config.Retryer = func() aws.Retryer {
		return retry.NewStandard(func(o *retry.StandardOptions) {
			o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
		})
	}
	return dynamo.New(dynamodb.NewFromConfig(config), table, options())
}

func withNewer(e ledger.Entry, payload string) ledger.Entry {
	e.Newer = &ledger.Contents{Payload: []byte(payload), Digest: "d2", At: at}
	return e
}

func TestANoteWhoseAnswerWasLostIsKeptOnce(t *testing.T) {
	for between, want := range map[string]bool{"": true, "another asks": false} {
		client, table := newTable(t)
		asking := erp.Note{QuietUntil: at, Token: "ours"}
		lossy := &lossy{operation: "UpdateItem", between: func() {
			if between == "" {
				return
			}
			if kept, err := dynamo.New(client, table, options()).WriteNote(t.Context(), "estudio", "h1", asking, erp.Note{Token: between}); err != nil || !kept {
				t.Error(kept, err)
			}
		}}
		kept, err := losing(t, lossy, table).WriteNote(t.Context(), "estudio", "h1", erp.Note{}, asking)
		if err != nil || kept != want || lossy.calls != 2 {
			t.Errorf("%q: kept %t, %v, after %d calls", between, kept, err, lossy.calls)
		}
	}
}

func TestAWriteWhoseAnswerWasLostSucceedsOnce(t *testing.T) {
	next := func(e ledger.Entry) ledger.Entry {
		e.Token, e.State, e.Fence = "claim", ledger.Creating, e.Fence+1
		return e
	}
	for name, c := range map[string]struct {
		operation string
		before    *ledger.Entry
		after     func(ledger.Entry) ledger.Entry
	}{
		"a first write":               {"UpdateItem", nil, func(ledger.Entry) ledger.Entry { return entry("1") }},
		"a later one":                 {"UpdateItem", new(entry("1")), next},
		"a first one with newer":      {"TransactWriteItems", nil, func(ledger.Entry) ledger.Entry { return withNewer(entry("1"), "second") }},
		"one that brings newer":       {"TransactWriteItems", new(entry("1")), func(e ledger.Entry) ledger.Entry { return withNewer(next(e), "second") }},
		"one that takes newer away":   {"TransactWriteItems", new(withNewer(entry("1"), "second")), func(e ledger.Entry) ledger.Entry { e.Newer = nil; return next(e) }},
		"one that leaves newer alone": {"UpdateItem", new(withNewer(entry("1"), "second")), next},
	} {
		t.Run(name, func(t *testing.T) {
			client, table := newTable(t)
			sound := dynamo.New(client, table, options())
			var before ledger.Entry
			if c.before != nil {
				before = write(t, sound, ledger.Entry{}, *c.before)
			}
			network := &lossy{operation: c.operation}
			wrote := write(t, losing(t, network, table), before, c.after(before))
			if network.calls != 2 {
				t.Fatalf("%d calls, want the lost one and its repetition", network.calls)
			}
			got, err := sound.Get(t.Context(), wrote.Key)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(wrote, got); diff != "" || got.Rev != before.Rev+1 {
				t.Fatalf("rev %d after %d (-want +got):\n%s", got.Rev, before.Rev, diff)
			}
		})
	}
}

func TestAWriteWhoseAnswerWasLostBouncesIfSomebodyWroteAfterIt(t *testing.T) {
	client, table := newTable(t)
	sound := dynamo.New(client, table, options())
	before := write(t, sound, ledger.Entry{}, entry("1"))
	ours := before
	ours.Token, ours.Owner = "ours", "us"
	var stands ledger.Entry
	network := &lossy{operation: "UpdateItem", between: func() {
		wrote, err := sound.Get(t.Context(), before.Key)
		if err != nil {
			t.Fatal(err)
		}
		theirs := wrote
		theirs.Token, theirs.Owner = "theirs", "them"
		stands = write(t, sound, wrote, theirs)
	}}
	if _, err := losing(t, network, table).Write(t.Context(), before, ours); !errors.Is(err, ledger.ErrChanged) {
		t.Fatalf("got error %v, want %v", err, ledger.ErrChanged)
	}
	if got, err := sound.Get(t.Context(), before.Key); err != nil || got.Owner != stands.Owner {
		t.Fatalf("the entry is %q's (%v)", got.Owner, err)
	}
}

// conflicting answers a write with a transaction that isn't finished: after it
// went through (its answer was lost, and the client sent it again), or instead.
type conflicting struct {
	dynamo.API
	wentThrough bool
}

func (c *conflicting) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, o ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	if c.wentThrough {
		if _, err := c.API.UpdateItem(ctx, in, o...); err != nil {
			return nil, err
		}
	}
	return nil, &types.TransactionConflictException{}
}

func (c *conflicting) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, o ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	if c.wentThrough {
		if _, err := c.API.TransactWriteItems(ctx, in, o...); err != nil {
			return nil, err
		}
	}
	return nil, &types.TransactionCanceledException{CancellationReasons: []types.CancellationReason{
		{Code: aws.String("None")}, {Code: aws.String("TransactionConflict")}}}
}

func TestAWriteIntoAnUnfinishedTransactionIsJudgedByWhatStands(t *testing.T) {
	for name, after := range map[string]ledger.Entry{"an update": entry("1"), "a transaction": withNewer(entry("1"), "second")} {
		for wentThrough, want := range map[bool]error{true: nil, false: ledger.ErrChanged} {
			client, table := newTable(t)
			l := dynamo.New(&conflicting{API: client, wentThrough: wentThrough}, table, options())
			if _, err := l.Write(t.Context(), ledger.Entry{}, after); !errors.Is(err, want) {
				t.Errorf("%s, went through %v: got error %v, want %v", name, wentThrough, err, want)
			}
		}
	}
}

// failing answers every write with one error.
type failing struct {
	dynamo.API
	err error
}

func (f failing) UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	return nil, f.err
}

func (f failing) TransactWriteItems(context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return nil, f.err
}

func TestThrottlingIsNoBounce(t *testing.T) {
	for _, cause := range []error{
		&types.ProvisionedThroughputExceededException{},
		&types.TransactionCanceledException{CancellationReasons: []types.CancellationReason{{Code: aws.String("ThrottlingError")}, {Code: aws.String("None")}}},
		&types.TransactionCanceledException{},
	} {
		l := dynamo.New(failing{err: cause}, "table", options())
		for _, e := range []ledger.Entry{entry("1"), withNewer(entry("1"), "second")} {
			if _, err := l.Write(t.Context(), ledger.Entry{}, e); !errors.Is(err, cause) || errors.Is(err, ledger.ErrChanged) {
				t.Errorf("got error %v, want %v", err, cause)
			}
		}
		for _, err := range []error{
			l.Postpone(t.Context(), ledger.Due{Key: "cursos#1", At: at}, at.Add(time.Hour)),
			l.BlockLane(t.Context(), "estudio", ledger.Lane{BlockedUntil: at}),
			l.GotThrough(t.Context(), "estudio", at),
		} {
			if !errors.Is(err, cause) {
				t.Errorf("got error %v, want %v", err, cause)
			}
		}
	}
}

// A lane's rest must stand though its answer was lost: the repetition fails the
// condition, since no longer rest is asked for.
func TestALanesRestWhoseAnswerWasLostStands(t *testing.T) {
	client, table := newTable(t)
	want := ledger.Lane{BlockedUntil: at.Add(time.Minute), Why: words.Plain("429"), Strikes: 3}
	if err := losing(t, &lossy{operation: "UpdateItem"}, table).BlockLane(t.Context(), "estudio", want); err != nil {
		t.Fatal(err)
	}
	got, err := dynamo.New(client, table, options()).Lane(t.Context(), "estudio")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
}

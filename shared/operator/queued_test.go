package operator_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/memory"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/words"
)

// beside is a ledger beside which a queue is seen.
type beside struct {
	*memory.Ledger
	notices []queue.Message
	dead    []queue.DeadLetter
}

func (b beside) Notices(context.Context) ([]queue.Message, error) { return b.notices, nil }

func (b beside) Dead(context.Context) ([]queue.DeadLetter, int, error) {
	return b.dead, len(b.dead), nil
}

func (b beside) Known(ctx context.Context, keys []string) (map[string]bool, error) {
	known := map[string]bool{}
	for _, key := range keys {
		_, err := b.Get(ctx, key)
		known[key] = err == nil
	}
	return known, nil
}

func notice(id string, kind queue.Type, after time.Duration) queue.Message {
	return queue.Message{Type: kind, Key: "a#" + id, Connection: "a", Account: "estudio", Platform: "hotmart", OrderID: id, StoreNumber: "N" + id, ReceivedAt: noon.Add(after)}
}

func withQueue(t *testing.T) beside {
	t.Helper()
	return beside{
		Ledger: keep(t,
			ledger.Entry{Key: "a#0", Connection: "a", OrderID: "0", State: ledger.Created, CreatedAt: noon},
			ledger.Entry{Key: "a#1", Connection: "a", OrderID: "1", State: ledger.Rejected, Digest: "d", Reason: order.Reason{Kind: order.Mapping}},
			ledger.Entry{Key: "b#2", Connection: "b", OrderID: "2", State: ledger.Accepted},
		),
		notices: []queue.Message{
			notice("0", queue.Paid, 0),                     // told again
			notice("1", queue.Paid, time.Second),           // in flight: it has its entry
			notice("9", queue.Paid, time.Millisecond*1500), // between the two
			notice("8", queue.Reversed, time.Hour),         // the newest
			notice("8", queue.Paid, 30*time.Minute+123456), // and its payment, which came before
			notice("!9f2b", queue.Raw, -time.Hour),         // the oldest
			{Type: queue.Paid, Key: "b#7", Connection: "b", Account: "loja", OrderID: "7", ReceivedAt: noon.Add(time.Minute)},
		},
		dead: []queue.DeadLetter{{Message: notice("5", queue.Paid, 0)}, {Message: queue.Message{Type: queue.Wake, Key: "a#4"}}},
	}
}

func TestWhatIsQueuedIsListedWhereItBelongs(t *testing.T) {
	b := withQueue(t)
	for _, c := range []struct {
		filter ledger.Filter
		want   string
	}{
		{ledger.Filter{}, "a#8 b#7 b#2 a#9 a#1 a#0 a#!9f2b"},
		{ledger.Filter{State: operator.Queued}, "a#8 b#7 a#9 a#!9f2b"},
		{ledger.Filter{State: ledger.Accepted}, "b#2"},
		{ledger.Filter{Connection: "b"}, "b#7 b#2"},
		{ledger.Filter{Since: noon.Add(time.Minute)}, "a#8 b#7"},
		{ledger.Filter{Mine: true}, "a#1"},
		{ledger.Filter{ReasonKind: order.Mapping}, "a#1"},
		{ledger.Filter{State: operator.Queued, Mine: true}, ""},
	} {
		for most := range 8 {
			want := strings.Fields(c.want)
			if most > 0 && most < len(want) {
				want = want[:most]
			}
			var got []string
			list, err := operator.Rows(t.Context(), b, kinds, words.Language{}, c.filter, most, func(e ledger.Entry) { got = append(got, e.Key) })
			if strings.Join(got, " ") != strings.Join(want, " ") || list.More != (len(want) < len(strings.Fields(c.want))) || err != nil {
				t.Errorf("%+v, at most %d: %v, more %t (%v), want %v", c.filter, most, got, list.More, err, want)
			}
			views, err := operator.ViewEntries(t.Context(), b, kinds, words.Language{}, c.filter, most)
			if len(views) != len(want) || views == nil || err != nil {
				t.Errorf("%+v, at most %d: %d views (%v)", c.filter, most, len(views), err)
			}
		}
	}
	list, err := operator.Rows(t.Context(), b, kinds, words.Language{}, ledger.Filter{}, 0, func(ledger.Entry) {})
	if got, want := list.Tally(), "7 orders: 4 queued, 1 accepted, 1 created, 1 rejected"; got.String() != want || err != nil {
		t.Errorf("%q, want %q (%v)", got, want, err)
	}
}

func TestAQueuedRowHasWhatItsMessageSays(t *testing.T) {
	views, err := operator.ViewEntries(t.Context(), withQueue(t), kinds, words.Language{}, ledger.Filter{State: operator.Queued}, 1)
	want := operator.QueuedView{Key: "a#8", Connection: "a", Platform: "hotmart", OrderID: "8", StoreNumber: "N8", Account: "estudio", State: "queued",
		ReceivedAt: noon.Add(30*time.Minute + 0).UTC()}
	if diff := cmp.Diff([]any{want}, views); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestAnOrderIsFoundWhereverItIs(t *testing.T) {
	b := withQueue(t)
	for key, want := range map[string]ledger.State{"a#0": ledger.Created, "a#1": ledger.Rejected, "a#9": operator.Queued} {
		if e, err := operator.Look(t.Context(), b, key); err != nil || e.State != want || e.Key != key {
			t.Errorf("%s: %s %s (%v)", key, e.Key, e.State, err)
		}
	}
	for key, want := range map[string]string{"a#5": "its notice (paid) is a dead letter", "a#4": "there is no such order", "a#33": "there is no such order"} {
		_, err := operator.Look(t.Context(), b, key)
		if refused := (*operator.Refusal)(nil); !errors.As(err, &refused) || !strings.Contains(refused.Why.String(), want) {
			t.Errorf("%s: %v", key, err)
		}
	}
	_, err := operator.Find(t.Context(), b, "a#9")
	if refused := (*operator.Refusal)(nil); !errors.As(err, &refused) || !strings.Contains(refused.Why.String(), "it is queued") {
		t.Errorf("a command is given to what is queued: %v", err)
	}
}

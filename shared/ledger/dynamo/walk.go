package dynamo

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/carimbo/carimbo/shared/ledger"
)

// received is an entry as index/recent has it: when it was received, which orders a list, and
// its key.
type received struct {
	at, key string
	item    item
}

// order is negative if r comes before s in the filter's list.
func (r received) order(s received, f ledger.Filter) int {
	newer := cmp.Or(cmp.Compare(s.at, r.at), cmp.Compare(s.key, r.key))
	if f.OldestFirst {
		return -newer
	}
	return newer
}

// stream are the entries of one connection and month, of which some were read.
type stream struct {
	query *dynamodb.QueryInput
	read  []received
	done  bool
}

// walk calls yield for what index/recent has of the filter's connections and times, in its
// order, until it returns false. With leaveOut that is what the filter selects, as far as the
// index can tell. It reads a page of each connection's month when it needs it.
func (l *Ledger) walk(ctx context.Context, f ledger.Filter, leaveOut bool, yield func(received) bool) error {
	if from, to := bounds(f); from > to {
		return nil
	}
	for _, of := range l.months(f) {
		if err := ctx.Err(); err != nil {
			return err
		}
		var streams []*stream
		for _, connection := range l.connections(f) {
			streams = append(streams, &stream{query: l.recentQuery(f, month(connection, of), leaveOut)})
		}
		for {
			next, err := l.next(ctx, f, streams)
			if err != nil {
				return fmt.Errorf("index of %s: %w", of.Format("2006-01"), err)
			}
			if next == nil {
				break
			}
			r := next.read[0]
			if next.read = next.read[1:]; !yield(r) {
				return nil
			}
		}
	}
	return nil
}

// next is the stream that has the next entry of the list; nil at its end.
func (l *Ledger) next(ctx context.Context, f ledger.Filter, streams []*stream) (next *stream, err error) {
	for _, s := range streams {
		if err := l.fill(ctx, f, s); err != nil {
			return nil, err
		}
		if len(s.read) > 0 && (next == nil || s.read[0].order(next.read[0], f) < 0) {
			next = s
		}
	}
	return next, nil
}

// fill reads on where it isn't certain which of a stream's entries is the next one: the index
// has those of one millisecond in any order, and maybe on two pages.
func (l *Ledger) fill(ctx context.Context, f ledger.Filter, s *stream) error {
	for !s.done && (len(s.read) == 0 || s.read[0].at == s.read[len(s.read)-1].at) {
		page, err := l.client.Query(ctx, s.query)
		if err != nil {
			return err
		}
		for _, it := range page.Items {
			s.read = append(s.read, received{at: textOf(it, receivedName), key: textOf(it, keyName), item: it})
		}
		slices.SortFunc(s.read, func(a, b received) int { return a.order(b, f) })
		s.query.ExclusiveStartKey = page.LastEvaluatedKey
		s.done = len(page.LastEvaluatedKey) == 0
	}
	return nil
}

// time is when it was received.
func (r received) time() time.Time {
	at, _ := time.Parse(fixed, r.at) // encode writes no other form
	return at
}

package dynamo

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/carimbo/carimbo/shared/ledger"
)

// batch is the most that one BatchGetItem takes.
const batch = 100

// List calls yield for every entry that the filter selects, in its order: it asks
// index/recent for keys, and the table for the entries as they are now. An entry that
// came a moment ago may be missing, none is out of date.
func (l *Ledger) List(ctx context.Context, f ledger.Filter, yield func(ledger.Entry) bool) error {
	if f.Find != "" {
		return l.find(ctx, f, yield)
	}
	var some []received
	stopped := false
	give := func() error {
		if len(some) == 0 {
			return nil
		}
		entries, err := l.entries(ctx, f, some)
		for i := 0; err == nil && !stopped && i < len(entries); i++ {
			stopped = !yield(entries[i])
		}
		some = some[:0]
		return err
	}
	var given error
	err := l.walk(ctx, f, true, func(r received) bool {
		if some = append(some, r); len(some) == batch {
			given = give()
		}
		return given == nil && !stopped
	})
	if err == nil && given == nil && !stopped {
		given = give()
	}
	if err = cmp.Or(err, given); err != nil {
		return fmt.Errorf("list entries: %w", err)
	}
	return nil
}

// connections are those among which the filter selects.
func (l *Ledger) connections(f ledger.Filter) []string {
	if f.Connection != "" {
		return []string{f.Connection}
	}
	return slices.Compact(slices.Sorted(slices.Values(l.options.Connections())))
}

// months are those that may have entries that the filter selects, in its order. Clocks
// differ: a month begins a day early.
func (l *Ledger) months(f ledger.Filter) []time.Time {
	last, since := l.options.Now().UTC().AddDate(0, 0, 1), l.options.Since.UTC()
	if f.Since.After(since) {
		since = f.Since.UTC()
	}
	switch at := f.From.ReceivedAt.UTC(); {
	case f.From.IsZero():
	case f.OldestFirst && at.After(since):
		since = at
	case !f.OldestFirst && at.Before(last):
		last = at
	}
	first := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC) }
	var months []time.Time
	for m := first(last); !m.Before(first(since)); m = m.AddDate(0, -1, 0) {
		months = append(months, m)
	}
	if f.OldestFirst {
		slices.Reverse(months)
	}
	return months
}

// recentQuery asks for a connection's month. It may leave out what the index can tell is
// not selected: rejected ones among years of created ones are found without reading those.
func (l *Ledger) recentQuery(f ledger.Filter, month string, leaveOut bool) *dynamodb.QueryInput {
	x := newExpression()
	selected := x.name(monthName) + " = " + x.value(monthName, text(month))
	from, to := bounds(f)
	selected += " AND " + x.name(receivedName) + " BETWEEN " + x.value("from", text(from)) + " AND " + x.value("to", text(to))
	query := &dynamodb.QueryInput{TableName: l.table, IndexName: aws.String(recentIndex), KeyConditionExpression: &selected, ScanIndexForward: &f.OldestFirst,
		ExpressionAttributeNames: x.names, ExpressionAttributeValues: x.values}
	if !leaveOut {
		return query
	}
	var conditions []string
	if f.State != "" {
		conditions = append(conditions, x.name(stateName)+" = "+x.value(stateName, text(string(f.State))))
	}
	if f.Mine {
		conditions = append(conditions, "attribute_exists("+x.name(mineName)+")")
	}
	if f.ReasonKind != "" {
		conditions = append(conditions, x.name(reasonName)+"."+x.name("kind")+" = "+x.value("kind", text(string(f.ReasonKind))))
	}
	if len(conditions) > 0 {
		query.FilterExpression = aws.String(strings.Join(conditions, " AND "))
	}
	return query
}

// bounds are from and to when the filter selects entries, as the index has it.
func bounds(f ledger.Filter) (from, to string) {
	from, to = "0", "9"
	if !f.Since.IsZero() {
		from = f.Since.UTC().Format(fixed)
	}
	switch at := f.From.ReceivedAt.UTC().Format(fixed); {
	case f.From.IsZero():
	case f.OldestFirst:
		from = max(from, at)
	default:
		to = at
	}
	return from, to
}

// entries reads at most a batch of entries without their payloads, and returns
// those that the filter selects, in the order of the list.
func (l *Ledger) entries(ctx context.Context, f ledger.Filter, list []received) ([]ledger.Entry, error) {
	x := newExpression()
	var names []string
	for _, name := range listed {
		names = append(names, x.name(name))
	}
	keys := make([]item, len(list))
	for i, r := range list {
		keys[i] = keyOf(r.key)
	}
	found := map[string]ledger.Entry{}
	left := map[string]types.KeysAndAttributes{*l.table: {Keys: keys, ConsistentRead: aws.Bool(true),
		ProjectionExpression: aws.String(strings.Join(names, ", ")), ExpressionAttributeNames: x.names}}
	for len(left) > 0 {
		out, err := l.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: left})
		if err != nil {
			return nil, err
		}
		for _, it := range out.Responses[*l.table] {
			e, err := decode(it)
			if err != nil {
				return nil, err
			}
			if f.Matches(e) {
				found[e.Key] = e
			}
		}
		left = out.UnprocessedKeys
	}
	entries := make([]ledger.Entry, 0, len(list))
	for _, r := range list {
		if e, ok := found[r.key]; ok {
			entries = append(entries, e)
		}
	}
	return entries, nil
}

package dynamo

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/carimbo/carimbo/shared/ledger"
)

// Due lists what the sweep may wake, the longest due first. The index lags
// behind the table by a moment: what was written just now may be missing or come
// once more.
func (l *Ledger) Due(ctx context.Context, account string, now time.Time, limit int) ([]ledger.Due, error) {
	x := newExpression()
	query := &dynamodb.QueryInput{
		TableName: l.table, IndexName: aws.String(dueIndex),
		KeyConditionExpression: aws.String(x.name(accountName) + " = " + x.value(accountName, text(account)) +
			" AND " + x.name(dueName) + " <= " + x.value("now", number(now.UnixMilli()))),
		ExpressionAttributeNames: x.names, ExpressionAttributeValues: x.values,
	}
	var list []ledger.Due
	for len(list) < limit {
		query.Limit = aws.Int32(int32(min(limit-len(list), 1000)))
		page, err := l.client.Query(ctx, query)
		if err != nil {
			return nil, fmt.Errorf("list due entries: %w", err)
		}
		for _, it := range page.Items {
			at, err := dueOf(it)
			if err != nil {
				return nil, fmt.Errorf("list due entries: %w", err)
			}
			list = append(list, ledger.Due{Key: textOf(it, keyName), At: at})
		}
		if query.ExclusiveStartKey = page.LastEvaluatedKey; len(query.ExclusiveStartKey) == 0 {
			break
		}
	}
	return list, nil
}

// Backlog tells of the account's entries that are due before the time: index/due
// has their keys, the table when they came and whether they are due still.
func (l *Ledger) Backlog(ctx context.Context, account string, before time.Time) (b ledger.Backlog, err error) {
	err = l.dueBefore(ctx, account, before, func(e ledger.Entry) {
		b.Orders++
		if b.Oldest.IsZero() || e.ReceivedAt.Before(b.Oldest) {
			b.Oldest = e.ReceivedAt
		}
	})
	if err != nil {
		return ledger.Backlog{}, fmt.Errorf("count what goes on of %s: %w", account, err)
	}
	return b, nil
}

// Resting lists the keys of the entries that wait for the account's rest to end.
func (l *Ledger) Resting(ctx context.Context, account string) (keys []string, err error) {
	err = l.dueBefore(ctx, account, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), func(e ledger.Entry) {
		if e.Rests {
			keys = append(keys, e.Key)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("list what waits for %s: %w", account, err)
	}
	return keys, nil
}

// dueBefore reads the account's entries that are due before the time.
func (l *Ledger) dueBefore(ctx context.Context, account string, before time.Time, each func(ledger.Entry)) error {
	due, err := l.Due(ctx, account, before.Add(-time.Millisecond), math.MaxInt)
	if err != nil {
		return err
	}
	// One that was put off between two pages of the index is in both; no batch may
	// ask for a key twice.
	keys := make([]string, len(due))
	for i, d := range due {
		keys[i] = d.Key
	}
	slices.Sort(keys)
	for some := range slices.Chunk(slices.Compact(keys), batch) {
		asked := make([]received, len(some))
		for i, key := range some {
			asked[i].key = key
		}
		entries, err := l.entries(ctx, ledger.Filter{}, asked)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if !e.Due.IsZero() && e.Due.Before(before) {
				each(e)
			}
		}
	}
	return nil
}

// Postpone moves the due time of an entry that is still due when it was. Of a
// postponement whose answer was lost it says ledger.ErrChanged.
func (l *Ledger) Postpone(ctx context.Context, d ledger.Due, to time.Time) error {
	x := newExpression()
	x.set(dueName, number(to.UnixMilli())).where(x.name(dueName), "=", x.value("was_due", number(d.At.UnixMilli())))
	err := l.update(ctx, d.Key, x)
	if isConditionFailed(err) {
		err = ledger.ErrChanged
	}
	if err != nil {
		return fmt.Errorf("postpone %s: %w", d.Key, err)
	}
	return nil
}

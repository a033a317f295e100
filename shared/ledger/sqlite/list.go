package sqlite

import (
	"context"
	"fmt"
	"math"

	"github.com/carimbo/carimbo/shared/ledger"
)

// page bounds how many entries are in memory, and how long a list keeps others
// waiting: no statement is open while yield runs, which may use the ledger.
const page = 200

// List calls yield for every entry that the filter selects, newest first.
func (l *Ledger) List(ctx context.Context, f ledger.Filter, yield func(ledger.Entry) bool) error {
	receivedAt, key := int64(math.MaxInt64), ""
	for {
		entries, err := l.page(ctx, f, receivedAt, key)
		if err != nil {
			return fmt.Errorf("list entries: %w", err)
		}
		for _, e := range entries {
			if !yield(e) {
				return nil
			}
			receivedAt, key = e.ReceivedAt.UnixMilli(), e.Key
		}
		if len(entries) < page {
			return nil
		}
	}
}

// page returns the next entries after the one that was received then.
func (l *Ledger) page(ctx context.Context, f ledger.Filter, receivedAt int64, key string) ([]ledger.Entry, error) {
	rows, err := l.db.QueryContext(ctx, `SELECT entry, due FROM entries
		WHERE (received_at, key) < (?1, ?2) AND (?3 = '' OR state = ?3) AND (?4 = '' OR kind = ?4)
		AND (?5 = '' OR connection = ?5) AND (NOT ?6 OR mine)
		ORDER BY received_at DESC, key DESC LIMIT ?7`,
		receivedAt, key, string(f.State), string(f.ReasonKind), f.Connection, f.Mine, page)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var entries []ledger.Entry
	for rows.Next() {
		var r row
		if err := rows.Scan(&r.entry, &r.due); err != nil {
			return nil, err
		}
		e, err := r.decode()
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, rows.Err()
}

package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
)

// ignoredSchema is the list of ignored calls. Ids grow by one, so that the oldest are
// known by theirs.
const ignoredSchema = `CREATE TABLE IF NOT EXISTS ignored (
    id           INTEGER PRIMARY KEY,
    at           INTEGER NOT NULL,
    connection   TEXT NOT NULL,
    platform     TEXT NOT NULL,
    topic        TEXT NOT NULL,
    order_id     TEXT NOT NULL,
    store_number TEXT NOT NULL,
    why          TEXT NOT NULL
)`

// AddIgnored adds calls to the list, the oldest first, and drops the oldest above
// ledger.MaxIgnored. It waits for no other process: while one writes, it is an error and
// nothing is added.
func (l *Ledger) AddIgnored(ctx context.Context, calls []ledger.Ignored) error {
	err := l.waiting(ctx, 0, func(conn *sql.Conn) error {
		tx, err := conn.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback()
		for _, c := range calls {
			_, err := tx.ExecContext(ctx, `INSERT INTO ignored (at, connection, platform, topic, order_id, store_number, why) VALUES (?, ?, ?, ?, ?, ?, ?)`,
				c.At.UnixMilli(), c.Connection, c.Platform, c.Topic, c.OrderID, c.StoreNumber, c.Why)
			if err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM ignored WHERE id <= (SELECT max(id) FROM ignored) - ?`, ledger.MaxIgnored); err != nil {
			return err
		}
		return tx.Commit()
	})
	if err != nil {
		return fmt.Errorf("list ignored calls: %w", err)
	}
	return nil
}

// Ignored are the calls of the list, the newest first.
func (l *Ledger) Ignored(ctx context.Context) ([]ledger.Ignored, error) {
	rows, err := l.db.QueryContext(ctx, `SELECT at, connection, platform, topic, order_id, store_number, why FROM ignored ORDER BY id DESC`)
	if err != nil {
		return nil, fmt.Errorf("read ignored calls: %w", err)
	}
	defer rows.Close()
	var calls []ledger.Ignored
	for rows.Next() {
		var c ledger.Ignored
		var at int64
		if err := rows.Scan(&at, &c.Connection, &c.Platform, &c.Topic, &c.OrderID, &c.StoreNumber, &c.Why); err != nil {
			return nil, fmt.Errorf("read ignored calls: %w", err)
		}
		c.At = time.UnixMilli(at).UTC()
		calls = append(calls, c)
	}
	return calls, rows.Err()
}

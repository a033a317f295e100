package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/carimbo/carimbo/shared/words"
)

// Checkpoint empties the write-ahead log, which keeps what was overwritten in the
// database until then: the payloads of orders that are done, the queue's messages
// (rule 18). It waits for nobody. False: another process is reading or writing, so
// the log stays until a later call.
func (l *Ledger) Checkpoint(ctx context.Context) (emptied bool, err error) {
	// It is the one connection: whoever waited here would keep webhooks waiting.
	err = l.waiting(ctx, 0, func(conn *sql.Conn) error {
		var busy, frames, moved int
		if err := conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &moved); err != nil {
			return err
		}
		emptied = busy == 0
		return nil
	})
	if err != nil {
		return false, words.Errorf("empty the write-ahead log: %s", err)
	}
	return emptied, nil
}

// Writable writes what is there already, as durably as everything else: a disk that
// is full or read-only, and a process that holds the database for longer than a
// second, are errors.
func (l *Ledger) Writable(ctx context.Context) error {
	err := l.waiting(ctx, time.Second, func(conn *sql.Conn) error {
		tx, err := conn.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback()
		var version int
		if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", version)); err != nil {
			return err
		}
		return tx.Commit()
	})
	if err != nil {
		return fmt.Errorf("write to the ledger: %w", err)
	}
	return nil
}

// waiting has the statements of do wait for other processes for that long.
func (l *Ledger) waiting(ctx context.Context, limit time.Duration, do func(*sql.Conn) error) (err error) {
	conn, err := l.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer func() {
		_, e := conn.ExecContext(context.WithoutCancel(ctx), fmt.Sprintf("PRAGMA busy_timeout = %d", patience.Milliseconds()))
		err = errors.Join(err, e)
	}()
	if _, err := conn.ExecContext(ctx, fmt.Sprintf("PRAGMA busy_timeout = %d", limit.Milliseconds())); err != nil {
		return err
	}
	return do(conn)
}

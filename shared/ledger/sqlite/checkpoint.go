package sqlite

import (
	"context"
	"errors"
	"fmt"
)

// Checkpoint empties the write-ahead log, which keeps what was overwritten in the
// database until then: the payloads of orders that are done, the queue's messages
// (rule 18). It waits for nobody. False: another process is reading or writing, so
// the log stays until a later call.
func (l *Ledger) Checkpoint(ctx context.Context) (emptied bool, err error) {
	conn, err := l.db.Conn(ctx)
	if err != nil {
		return false, fmt.Errorf("empty the write-ahead log: %w", err)
	}
	defer conn.Close()
	defer func() {
		if _, e := conn.ExecContext(context.WithoutCancel(ctx), fmt.Sprintf("PRAGMA busy_timeout = %d", patience.Milliseconds())); e != nil {
			err = errors.Join(err, fmt.Errorf("empty the write-ahead log: %w", e))
		}
	}()
	// It is the one connection: whoever waited here would keep webhooks waiting.
	if _, err := conn.ExecContext(ctx, "PRAGMA busy_timeout = 0"); err != nil {
		return false, fmt.Errorf("empty the write-ahead log: %w", err)
	}
	var busy, frames, moved int
	if err := conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &moved); err != nil {
		return false, fmt.Errorf("empty the write-ahead log: %w", err)
	}
	return busy == 0, nil
}

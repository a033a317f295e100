package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/carimbo/carimbo/shared/queue"
)

var _ queue.DeadLetters = (*Queue)(nil)

// Dead lists all dead letters, the first to die first. How often one was received
// isn't kept.
func (q *Queue) Dead(ctx context.Context) ([]queue.DeadLetter, int, error) {
	rows, err := q.db.QueryContext(ctx, "SELECT message, payload FROM dead_letters ORDER BY id")
	if err != nil {
		return nil, 0, fmt.Errorf("list dead letters: %w", err)
	}
	defer rows.Close()
	var dead []queue.DeadLetter
	for rows.Next() {
		var text, payload []byte
		if err := rows.Scan(&text, &payload); err != nil {
			return nil, 0, fmt.Errorf("list dead letters: %w", err)
		}
		m, err := decode(text, payload)
		if err != nil {
			return nil, 0, fmt.Errorf("list dead letters: %w", err)
		}
		dead = append(dead, queue.DeadLetter{Message: m})
	}
	if err := rows.Err(); err != nil {
		return nil, 0, fmt.Errorf("list dead letters: %w", err)
	}
	return dead, len(dead), nil
}

// Redrive sends all dead letters once more, or none. It may be called beside a
// running serve, which looks into its queue every second.
func (q *Queue) Redrive(ctx context.Context) (int, error) {
	var n int64
	err := q.inTx(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, "INSERT INTO messages (account, message, payload) SELECT account, message, payload FROM dead_letters ORDER BY id")
		if err != nil {
			return err
		}
		if n, err = result.RowsAffected(); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "DELETE FROM dead_letters")
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("redrive dead letters: %w", err)
	}
	q.wake()
	return int(n), nil
}

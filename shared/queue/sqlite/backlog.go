package sqlite

import (
	"context"
	"fmt"

	"github.com/carimbo/carimbo/shared/queue"
)

// Backlogs tells by account what is queued, dead letters apart. A message that
// this release can't read is queued all the same.
func (q *Queue) Backlogs(ctx context.Context) (map[string]queue.Backlog, error) {
	rows, err := q.db.QueryContext(ctx, "SELECT account, message FROM messages")
	if err != nil {
		return nil, fmt.Errorf("count what is queued: %w", err)
	}
	defer rows.Close()
	backlogs := map[string]queue.Backlog{}
	for rows.Next() {
		var group string
		var text []byte
		if err := rows.Scan(&group, &text); err != nil {
			return nil, fmt.Errorf("count what is queued: %w", err)
		}
		m, err := decode(text, nil)
		if err != nil {
			m = queue.Message{Account: queue.AccountOf(group)}
		}
		if m.Type == queue.Wake {
			continue
		}
		b := backlogs[m.Account]
		b.Notices++
		if at := m.ReceivedAt; !at.IsZero() && (b.Oldest.IsZero() || at.Before(b.Oldest)) {
			b.Oldest = at
		}
		backlogs[m.Account] = b
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("count what is queued: %w", err)
	}
	return backlogs, nil
}

package sqlite

import (
	"context"
	"fmt"

	"github.com/carimbo/carimbo/shared/queue"
)

// Backlogs tells by account what is queued, dead letters apart. A message that
// this release can't read is queued all the same.
func (q *Queue) Backlogs(ctx context.Context) (map[string]queue.Backlog, error) {
	backlogs := map[string]queue.Backlog{}
	err := q.notices(ctx, func(m queue.Message) {
		b := backlogs[m.Account]
		b.Notices++
		if at := m.ReceivedAt; !at.IsZero() && (b.Oldest.IsZero() || at.Before(b.Oldest)) {
			b.Oldest = at
		}
		backlogs[m.Account] = b
	})
	if err != nil {
		return nil, fmt.Errorf("count what is queued: %w", err)
	}
	return backlogs, nil
}

// Notices are the messages of stores that are not acknowledged, in flight or not, without
// their payloads. Of what this release can't read nobody knows which order it is about, so
// it is none of them.
func (q *Queue) Notices(ctx context.Context) (list []queue.Message, err error) {
	err = q.notices(ctx, func(m queue.Message) {
		if m.Key != "" {
			list = append(list, m)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("list what is queued: %w", err)
	}
	return list, nil
}

// notices calls each for every message that isn't a wake-up. Of one that can't be read it
// is the account alone.
func (q *Queue) notices(ctx context.Context, each func(queue.Message)) error {
	rows, err := q.db.QueryContext(ctx, "SELECT account, message FROM messages")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var group string
		var text []byte
		if err := rows.Scan(&group, &text); err != nil {
			return err
		}
		m, err := decode(text, nil)
		if err != nil {
			m = queue.Message{Account: queue.AccountOf(group)}
		}
		if m.Type != queue.Wake {
			each(m)
		}
	}
	return rows.Err()
}

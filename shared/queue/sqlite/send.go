package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/carimbo/carimbo/shared/queue"
)

const (
	// dedupWindow is SQS's.
	dedupWindow = 5 * time.Minute
	// maxBatch bounds what one commit carries.
	maxBatch = 64
	// commitLimit is longer than any wait for another process's write.
	commitLimit = 10 * time.Second
)

// send is one message on its way into a batch.
type send struct {
	message queue.Message
	text    string
	done    chan error
}

// Send returns when the message is on the disk. Where it returns an error because
// ctx ended, the message may be there nevertheless.
func (q *Queue) Send(ctx context.Context, m queue.Message) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("send message: %w", err)
	}
	m, err := queue.Prepare(m)
	if err != nil {
		return fmt.Errorf("send message: %w", err)
	}
	text, err := encode(m)
	if err != nil {
		return fmt.Errorf("send message: %w", err)
	}
	s := &send{message: m, text: text, done: make(chan error, 1)}
	select {
	case q.sends <- s:
	case <-q.closing:
		return fmt.Errorf("send message: %w", ErrClosed)
	case <-ctx.Done():
		return fmt.Errorf("send message: %w", ctx.Err())
	}
	select {
	case err = <-s.done:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("send message: %w", err)
	}
	return nil
}

// sendUntilClosed commits sends together: a commit costs a wait for the disk,
// whatever it carries.
func (q *Queue) sendUntilClosed() {
	for {
		select {
		case first := <-q.sends:
			batch := q.join(first)
			err := q.commit(batch)
			q.wake() // before the senders go on: who has sent finds the value there
			for _, s := range batch {
				s.done <- err
			}
		case <-q.closing:
			return
		}
	}
}

// join adds to the first send all that are waiting now.
func (q *Queue) join(first *send) []*send {
	batch := []*send{first}
	for len(batch) < maxBatch {
		select {
		case s := <-q.sends:
			batch = append(batch, s)
		default:
			return batch
		}
	}
	return batch
}

// commit outlives the callers: one who went away must not undo the others' sends.
func (q *Queue) commit(batch []*send) error {
	ctx, cancel := context.WithTimeout(context.Background(), commitLimit)
	defer cancel()
	if err := q.options.InPlace(); err != nil {
		return err
	}
	now := q.options.Now()
	err := q.inTx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM sent WHERE sent_at <= ?", now.Add(-dedupWindow).UnixMilli()); err != nil {
			return err
		}
		for _, s := range batch {
			if err := insert(ctx, tx, s, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return q.options.InPlace() // what was deleted meanwhile is not on the disk
}

// insert adds the message unless its dedup was sent a moment ago.
func insert(ctx context.Context, tx *sql.Tx, s *send, now time.Time) error {
	result, err := tx.ExecContext(ctx, "INSERT INTO sent (dedup, sent_at) VALUES (?, ?) ON CONFLICT (dedup) DO NOTHING",
		s.message.Dedup, now.UnixMilli())
	if err != nil {
		return err
	}
	if isNew, err := result.RowsAffected(); err != nil || isNew == 0 {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO messages (account, message, payload) VALUES (?, ?, ?)",
		s.message.Account, s.text, s.message.Payload)
	return err
}

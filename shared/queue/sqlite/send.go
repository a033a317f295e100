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
	// maxWaiting and maxWaitingBytes bound what waits for a commit: a database that is
	// locked must not fill the memory.
	maxWaiting      = 256
	maxWaitingBytes = 8 << 20
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
// ctx ended, the message may come to be there nevertheless: one that was handed over
// is not called back, for some stores never deliver again, and the ledger absorbs
// doubles. One that found no room until then is dropped.
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
	if err := q.handOver(ctx, s); err != nil {
		return fmt.Errorf("send message: %w", err)
	}
	select {
	case err = <-s.done:
	case <-ctx.Done():
		err = ctx.Err()
	case <-q.closed:
		select {
		case err = <-s.done:
		default: // it came after the last commit
			err = ErrClosed
		}
	}
	if err != nil {
		return fmt.Errorf("send message: %w", err)
	}
	return nil
}

// handOver puts the send among those that are committed next.
func (q *Queue) handOver(ctx context.Context, s *send) error {
	if err := q.room.Acquire(ctx, s.size()); err != nil {
		return err
	}
	select {
	case <-q.closing: // which goes before room
	default:
		select {
		case q.sends <- s:
			return nil
		case <-q.closing:
		case <-ctx.Done():
		}
	}
	q.room.Release(s.size())
	if err := ctx.Err(); err != nil {
		return err
	}
	return ErrClosed
}

// size is what it holds in memory, the greatest part of it.
func (s *send) size() int64 { return min(maxWaitingBytes, int64(len(s.text)+len(s.message.Payload))) }

// sendUntilClosed commits sends together: a commit costs a wait for the disk,
// whatever it carries.
func (q *Queue) sendUntilClosed() {
	defer close(q.closed)
	for {
		select {
		case first := <-q.sends:
			q.finish(q.join([]*send{first}, maxBatch))
		case <-q.closing:
			// At once, so that the end of the program waits for one commit.
			if last := q.join(nil, maxWaiting); len(last) > 0 {
				q.finish(last)
			}
			return
		}
	}
}

// join adds to the batch what is waiting now.
func (q *Queue) join(batch []*send, limit int) []*send {
	for len(batch) < limit {
		select {
		case s := <-q.sends:
			batch = append(batch, s)
		default:
			return batch
		}
	}
	return batch
}

// finish commits the batch and tells its senders.
func (q *Queue) finish(batch []*send) {
	err := q.commit(batch)
	q.wake() // before the senders go on: who has sent finds the value there
	for _, s := range batch {
		q.room.Release(s.size())
		s.done <- err
	}
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
		s.message.Group(), s.text, s.message.Payload)
	return err
}

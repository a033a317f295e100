// Package sqlite is the queue of one machine: tables beside the ledger's, with
// the promises of an SQS FIFO queue.
package sqlite

import (
	"context"
	"database/sql"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/stored"
	"github.com/carimbo/carimbo/shared/words"
)

//go:embed schema.sql
var schema string

// Options of a queue; each zero field has a default.
type Options struct {
	// Now is the clock; time.Now.
	Now func() time.Time
	// Visibility is how long a delivery stays hidden; 270 s.
	Visibility time.Duration
	// MaxReceives is how often a message may be received before it becomes a dead
	// letter; 3.
	MaxReceives int
	// InPlace is an error when what is committed may not outlive the process: its
	// file is not the one at its path any more. No message counts as sent then.
	InPlace func() error
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Visibility == 0 {
		o.Visibility = 270 * time.Second
	}
	if o.MaxReceives == 0 {
		o.MaxReceives = 3
	}
	if o.InPlace == nil {
		o.InPlace = func() error { return nil }
	}
	return o
}

// ErrClosed: the queue was closed.
var ErrClosed = errors.New("the queue is closed")

// Queue is a queue.Queue in a SQLite file.
type Queue struct {
	db      *sql.DB
	options Options
	notify  chan struct{}

	// One goroutine owns all sends: it commits together what came while it was
	// committing. room bounds the bytes of what waits for it.
	sends           chan *send
	room            *semaphore.Weighted
	closing, closed chan struct{}
	once            sync.Once
}

var _ queue.Queue = (*Queue)(nil)

// New makes the queue's tables in an open database, whose owner closes it after
// the queue.
func New(ctx context.Context, db *sql.DB, o Options) (*Queue, error) {
	if _, err := db.ExecContext(ctx, schema); err != nil {
		return nil, words.Errorf("open queue: %s", err)
	}
	q := &Queue{db: db, options: o.withDefaults(), notify: make(chan struct{}, 1),
		sends: make(chan *send, maxWaiting), room: semaphore.NewWeighted(maxWaitingBytes),
		closing: make(chan struct{}), closed: make(chan struct{})}
	go q.sendUntilClosed()
	return q, nil
}

// Close ends sending, after what was handed over is committed. The database stays
// open.
func (q *Queue) Close() error {
	q.once.Do(func() { close(q.closing) })
	<-q.closed
	return nil
}

// Notify has a value when something may have become receivable through this
// Queue: after a send, an acknowledgement, a redrive, a recovery. What another
// process sent, and what a visibility time-out gave back, comes without one, so
// a consumer looks every second as well.
func (q *Queue) Notify() <-chan struct{} { return q.notify }

func (q *Queue) wake() {
	select {
	case q.notify <- struct{}{}:
	default:
	}
}

// Depth counts the messages that are not acknowledged, dead letters apart.
func (q *Queue) Depth(ctx context.Context) (int, error) {
	var n int
	if err := q.db.QueryRowContext(ctx, "SELECT count(*) FROM messages").Scan(&n); err != nil {
		return 0, fmt.Errorf("count messages: %w", err)
	}
	return n, nil
}

// Recover makes everything that is in flight receivable at once, and doesn't
// count those receipts: a process that was killed says nothing against the
// message it held (a message that makes placing panic is recorded by placing, and
// acknowledged), and three power cuts in a row must not make an order a dead
// letter. Only the holder of the data folder's lock may call it, before it
// receives.
func (q *Queue) Recover(ctx context.Context) error {
	_, err := q.db.ExecContext(ctx, "UPDATE messages SET visible_at = 0, receives = receives - 1, receipt = '' WHERE receipt <> ''")
	if err != nil {
		return fmt.Errorf("recover messages: %w", err)
	}
	q.wake()
	return nil
}

// inTx commits what do did, all or nothing.
func (q *Queue) inTx(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := q.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit()
}

func encode(m queue.Message) (text string, err error) {
	m.Payload = nil
	b, err := json.Marshal(m)
	return string(b), err
}

func decode(text, payload []byte) (queue.Message, error) {
	var m queue.Message
	if err := stored.Unmarshal(text, queue.Version, &m); err != nil {
		return queue.Message{}, fmt.Errorf("read message: %w", err)
	}
	m.Payload = payload
	return m, nil
}

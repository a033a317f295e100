package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/queue"
)

// heads finds the first message of each group, which the column account has, if it
// isn't hidden; the others wait behind it. It hops from group to group along the
// index, so that a backlog costs nothing.
const heads = `
	WITH RECURSIVE lane (account) AS (
		SELECT min(account) FROM messages
		UNION ALL
		SELECT (SELECT min(account) FROM messages WHERE account > lane.account) FROM lane WHERE account IS NOT NULL
	)
	SELECT m.id, m.receives, m.message, m.payload FROM lane
	JOIN messages m ON m.id = (SELECT id FROM messages WHERE account = lane.account ORDER BY id LIMIT 1)
	WHERE m.visible_at <= ? ORDER BY m.id LIMIT ?`

// head is a message that can be received now.
type head struct {
	id            int64
	receives      int
	text, payload []byte
}

// Receive returns at most limit deliveries, at most one message per group at a
// time.
func (q *Queue) Receive(ctx context.Context, limit int) ([]queue.Delivery, error) {
	var deliveries []queue.Delivery
	now := q.options.Now()
	err := q.inTx(ctx, func(tx *sql.Tx) error {
		list, err := q.receivable(ctx, tx, now, limit)
		if err != nil {
			return err
		}
		for _, h := range list {
			d, err := q.deliver(ctx, tx, h, now)
			if err != nil {
				return err
			}
			deliveries = append(deliveries, d)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("receive messages: %w", err)
	}
	return deliveries, nil
}

// receivable lists heads, and buries those that were received too often, which
// lets the next of their group come to the head.
func (q *Queue) receivable(ctx context.Context, tx *sql.Tx, now time.Time, limit int) ([]head, error) {
	for {
		list, err := listHeads(ctx, tx, now, limit)
		if err != nil {
			return nil, err
		}
		buried := false
		for _, h := range list {
			if h.receives >= q.options.MaxReceives {
				buried = true
				if err := bury(ctx, tx, h.id); err != nil {
					return nil, err
				}
			}
		}
		if !buried {
			return list, nil
		}
	}
}

func listHeads(ctx context.Context, tx *sql.Tx, now time.Time, limit int) ([]head, error) {
	rows, err := tx.QueryContext(ctx, heads, now.UnixMilli(), max(limit, 0))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []head
	for rows.Next() {
		var h head
		if err := rows.Scan(&h.id, &h.receives, &h.text, &h.payload); err != nil {
			return nil, err
		}
		list = append(list, h)
	}
	return list, rows.Err()
}

// bury moves a message to the dead letters.
func bury(ctx context.Context, tx *sql.Tx, id int64) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO dead_letters (account, message, payload) SELECT account, message, payload FROM messages WHERE id = ?", id)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "DELETE FROM messages WHERE id = ?", id)
	return err
}

// deliver hides the message and gives it a new receipt.
func (q *Queue) deliver(ctx context.Context, tx *sql.Tx, h head, now time.Time) (queue.Delivery, error) {
	m, err := decode(h.text, h.payload)
	if err != nil {
		return queue.Delivery{}, err
	}
	secret := rand.Text()
	_, err = tx.ExecContext(ctx, "UPDATE messages SET receives = ?, receipt = ?, visible_at = ? WHERE id = ?",
		h.receives+1, secret, now.Add(q.options.Visibility).UnixMilli(), h.id)
	if err != nil {
		return queue.Delivery{}, err
	}
	return queue.Delivery{Message: m, Receipt: receipt(h.id, secret), Receives: h.receives + 1}, nil
}

// Ack removes a message for good, or says queue.ErrReceipt.
func (q *Queue) Ack(ctx context.Context, d queue.Delivery) error {
	id, secret, ok := parseReceipt(d.Receipt)
	if !ok {
		return fmt.Errorf("acknowledge message: %w", queue.ErrReceipt)
	}
	result, err := q.db.ExecContext(ctx, "DELETE FROM messages WHERE id = ? AND receipt = ?", id, secret)
	if err != nil {
		return fmt.Errorf("acknowledge message: %w", err)
	}
	removed, err := result.RowsAffected()
	if err != nil {
		return fmt.Errorf("acknowledge message: %w", err)
	}
	if removed == 0 {
		return fmt.Errorf("acknowledge message: %w", queue.ErrReceipt)
	}
	q.wake()
	return nil
}

// receipt finds the row by its id and proves the receipt by its secret.
func receipt(id int64, secret string) string { return strconv.FormatInt(id, 10) + "." + secret }

// parseReceipt refuses an empty secret: it is what a message has that nobody
// holds.
func parseReceipt(r string) (id int64, secret string, ok bool) {
	number, secret, _ := strings.Cut(r, ".")
	id, err := strconv.ParseInt(number, 10, 64)
	return id, secret, err == nil && secret != ""
}

package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
)

// Lane returns the account's lane.
func (l *Ledger) Lane(ctx context.Context, account string) (ledger.Lane, error) {
	var lane ledger.Lane
	var until sql.NullInt64
	err := l.db.QueryRowContext(ctx, "SELECT blocked_until, why, strikes FROM lanes WHERE account = ?", account).
		Scan(&until, &lane.Why, &lane.Strikes)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return ledger.Lane{}, fmt.Errorf("read lane %s: %w", account, err)
	}
	if until.Valid {
		lane.BlockedUntil = time.UnixMilli(until.Int64).UTC()
	}
	return lane, nil
}

// BlockLane extends the lane's rest; why goes with the rest that stands, strikes
// are always the caller's.
func (l *Ledger) BlockLane(ctx context.Context, account string, lane ledger.Lane) error {
	_, err := l.db.ExecContext(ctx, `INSERT INTO lanes (account, blocked_until, why, strikes) VALUES (?, ?, ?, ?)
		ON CONFLICT (account) DO UPDATE SET
			why = CASE WHEN excluded.blocked_until > coalesce(blocked_until, 0) THEN excluded.why ELSE why END,
			blocked_until = nullif(max(coalesce(excluded.blocked_until, 0), coalesce(blocked_until, 0)), 0),
			strikes = excluded.strikes`,
		account, millis(lane.BlockedUntil), lane.Why, lane.Strikes)
	if err != nil {
		return fmt.Errorf("block lane %s: %w", account, err)
	}
	return nil
}

// ClearStrikes closes the breaker; the rest that stands goes on.
func (l *Ledger) ClearStrikes(ctx context.Context, account string) error {
	if _, err := l.db.ExecContext(ctx, "UPDATE lanes SET strikes = 0 WHERE account = ?", account); err != nil {
		return fmt.Errorf("clear strikes of lane %s: %w", account, err)
	}
	return nil
}

// CustomerID returns the ERP's id of a customer, or "".
func (l *Ledger) CustomerID(ctx context.Context, account, hash string) (string, error) {
	var id string
	err := l.db.QueryRowContext(ctx, "SELECT id FROM customers WHERE account = ? AND hash = ?", account, hash).Scan(&id)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("read customer of %s: %w", account, err)
	}
	return id, nil
}

// RememberCustomer keeps the ERP's id of a customer.
func (l *Ledger) RememberCustomer(ctx context.Context, account, hash, id string) error {
	_, err := l.db.ExecContext(ctx, `INSERT INTO customers (account, hash, id) VALUES (?, ?, ?)
		ON CONFLICT (account, hash) DO UPDATE SET id = excluded.id`, account, hash, id)
	if err != nil {
		return fmt.Errorf("remember customer of %s: %w", account, err)
	}
	return nil
}

package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/words"
)

// Lane returns the account's lane.
func (l *Ledger) Lane(ctx context.Context, account string) (ledger.Lane, error) {
	var lane ledger.Lane
	var why sql.NullString
	var until, since, through sql.NullInt64
	err := l.db.QueryRowContext(ctx, "SELECT blocked_until, why, since, strikes, through, secret FROM lanes WHERE account = ?", account).
		Scan(&until, &why, &since, &lane.Strikes, &through, &lane.Secret)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return ledger.Lane{}, fmt.Errorf("read lane %s: %w", account, err)
	}
	lane.Why = words.Read(why.String)
	lane.BlockedUntil, lane.Since, lane.Through = moment(until), moment(since), moment(through)
	return lane, nil
}

// BlockLane extends the lane's rest; why goes with the rest that stands, since,
// strikes and secret are always the caller's.
func (l *Ledger) BlockLane(ctx context.Context, account string, lane ledger.Lane) error {
	_, err := l.db.ExecContext(ctx, `INSERT INTO lanes (account, blocked_until, why, since, strikes, secret) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (account) DO UPDATE SET
			why = CASE WHEN excluded.blocked_until > coalesce(blocked_until, 0) THEN excluded.why ELSE why END,
			blocked_until = nullif(max(coalesce(excluded.blocked_until, 0), coalesce(blocked_until, 0)), 0),
			since = excluded.since, strikes = excluded.strikes, secret = excluded.secret`,
		account, millis(lane.BlockedUntil), lane.Why.Kept(), millis(lane.Since), lane.Strikes, lane.Secret)
	if err != nil {
		return fmt.Errorf("block lane %s: %w", account, err)
	}
	return nil
}

// GotThrough closes the breaker; the rest that stands goes on.
func (l *Ledger) GotThrough(ctx context.Context, account string, at time.Time) error {
	if _, err := l.db.ExecContext(ctx, `UPDATE lanes SET since = NULL, strikes = 0, secret = '', through = ?1
		WHERE account = ?2 AND (through IS NULL OR through <= ?1) AND (since IS NULL OR since <= ?1)`, millis(at), account); err != nil {
		return fmt.Errorf("clear strikes of lane %s: %w", account, err)
	}
	return nil
}

// EndRest opens the lane.
func (l *Ledger) EndRest(ctx context.Context, account string) error {
	if _, err := l.db.ExecContext(ctx, "UPDATE lanes SET blocked_until = NULL, why = '', since = NULL, strikes = 0, secret = '' WHERE account = ?", account); err != nil {
		return fmt.Errorf("end the rest of lane %s: %w", account, err)
	}
	return nil
}

// Resting lists the keys of the entries that wait for the account's rest to end.
func (l *Ledger) Resting(ctx context.Context, account string) ([]string, error) {
	rows, err := l.db.QueryContext(ctx, "SELECT key FROM entries WHERE account = ? AND due IS NOT NULL AND entry ->> 'rests' ORDER BY due, key", account)
	if err != nil {
		return nil, fmt.Errorf("list what waits for %s: %w", account, err)
	}
	defer rows.Close()
	var keys []string
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			return nil, fmt.Errorf("list what waits for %s: %w", account, err)
		}
		keys = append(keys, key)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list what waits for %s: %w", account, err)
	}
	return keys, nil
}

// Customer returns what is known of a customer.
func (l *Ledger) Note(ctx context.Context, account, hash string) (erp.Note, error) {
	var mark erp.Note
	var until sql.NullInt64
	err := l.db.QueryRowContext(ctx, "SELECT id, quiet_until, token FROM customers WHERE account = ? AND hash = ?", account, hash).
		Scan(&mark.ID, &until, &mark.Token)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return erp.Note{}, fmt.Errorf("read customer of %s: %w", account, err)
	}
	mark.QuietUntil = moment(until)
	return mark, nil
}

// WriteNote replaces what is known of a customer. A row that is absent is as
// one without a token.
func (l *Ledger) WriteNote(ctx context.Context, account, hash string, before, after erp.Note) (bool, error) {
	after, err := ledger.PrepareNote(before, after)
	if err != nil {
		return false, fmt.Errorf("write customer of %s: %w", account, err)
	}
	kept, err := l.changes(ctx, `INSERT INTO customers (account, hash, id, quiet_until, token)
		SELECT ?1, ?2, ?3, ?4, ?5 WHERE ?6 = '' OR EXISTS (SELECT 1 FROM customers WHERE account = ?1 AND hash = ?2)
		ON CONFLICT (account, hash) DO UPDATE SET id = excluded.id, quiet_until = excluded.quiet_until, token = excluded.token
			WHERE token IN (?5, ?6)`,
		account, hash, after.ID, millis(after.QuietUntil), after.Token, before.Token)
	if err != nil {
		return false, fmt.Errorf("write customer of %s: %w", account, err)
	}
	return kept, nil
}

// ForgetThrough forgets that an order of the account got through, if that was later than
// now: by a clock that was ahead.
func (l *Ledger) ForgetThrough(ctx context.Context, account string, now time.Time) error {
	if _, err := l.db.ExecContext(ctx, "UPDATE lanes SET through = NULL WHERE account = ? AND through > ?", account, millis(now)); err != nil {
		return fmt.Errorf("forget what got through lane %s: %w", account, err)
	}
	return nil
}

// EndQuestions lets whatever was to be asked about a customer later than from be asked
// again at until: whoever asked is known to be gone, and by a clock that was set ahead the
// time would be over. It cuts short what an ERP asked for as well: that is said again.
func (l *Ledger) EndQuestions(ctx context.Context, from, until time.Time) error {
	if _, err := l.db.ExecContext(ctx, "UPDATE customers SET quiet_until = ?2 WHERE quiet_until > ?1", millis(from), millis(until)); err != nil {
		return fmt.Errorf("end the questions about customers: %w", err)
	}
	return nil
}

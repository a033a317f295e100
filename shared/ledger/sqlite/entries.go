package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/stored"
	"github.com/carimbo/carimbo/shared/words"
)

// Get returns the entry, or ledger.ErrNotFound.
func (l *Ledger) Get(ctx context.Context, key string) (ledger.Entry, error) {
	var r row
	err := l.db.QueryRowContext(ctx, "SELECT entry, due, payload, newer_payload FROM entries WHERE key = ?", key).
		Scan(&r.entry, &r.due, &r.payload, &r.newerPayload)
	if errors.Is(err, sql.ErrNoRows) {
		return ledger.Entry{}, words.Errorf("%s: %s", key, ledger.ErrNotFound)
	}
	if err != nil {
		return ledger.Entry{}, fmt.Errorf("read entry %s: %w", key, err)
	}
	return r.decode()
}

// Known tells which of these keys have an entry.
func (l *Ledger) Known(ctx context.Context, keys []string) (map[string]bool, error) {
	list, err := json.Marshal(keys)
	if err != nil {
		return nil, fmt.Errorf("read which entries there are: %w", err)
	}
	known := map[string]bool{}
	rows, err := l.db.QueryContext(ctx, "SELECT key FROM entries WHERE key IN (SELECT value FROM json_each(?))", string(list))
	if err != nil {
		return nil, fmt.Errorf("read which entries there are: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			return nil, fmt.Errorf("read which entries there are: %w", err)
		}
		known[key] = true
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read which entries there are: %w", err)
	}
	return known, nil
}

const (
	insert = `INSERT INTO entries
		(rev, account, connection, state, kind, mine, received_at, due, lease, entry, payload, newer_payload, key)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING`
	update = `UPDATE entries SET
		rev = ?, account = ?, connection = ?, state = ?, kind = ?, mine = ?, received_at = ?, due = ?, lease = ?,
		entry = ?, payload = ?, newer_payload = ? WHERE key = ? AND rev = ?`
)

// Write replaces before by after if nobody wrote in between.
func (l *Ledger) Write(ctx context.Context, before, after ledger.Entry) (ledger.Entry, error) {
	e, err := ledger.Prepare(before, after)
	if err != nil {
		return ledger.Entry{}, err
	}
	columns, err := encode(e)
	if err != nil {
		return ledger.Entry{}, fmt.Errorf("write entry %s: %w", e.Key, err)
	}
	statement := insert
	if before.Rev > 0 {
		statement, columns = update, append(columns, before.Rev)
	}
	wrote, err := l.changes(ctx, statement, columns...)
	if err != nil {
		return ledger.Entry{}, fmt.Errorf("write entry %s: %w", e.Key, err)
	}
	if wrote {
		return e, nil
	}
	return l.ownWrite(ctx, e)
}

// ownWrite tells a write of ours whose answer was lost from somebody else's.
func (l *Ledger) ownWrite(ctx context.Context, e ledger.Entry) (ledger.Entry, error) {
	stored, err := l.Get(ctx, e.Key)
	switch {
	case err == nil && stored.Token == e.Token:
		return stored, nil
	case err == nil || errors.Is(err, ledger.ErrNotFound):
		return ledger.Entry{}, words.Errorf("%s: %s", e.Key, ledger.ErrChanged)
	}
	return ledger.Entry{}, err
}

// Due lists what the sweep may wake, the longest due first.
func (l *Ledger) Due(ctx context.Context, account string, now time.Time, limit int) ([]ledger.Due, error) {
	rows, err := l.db.QueryContext(ctx, "SELECT key, due FROM entries WHERE account = ? AND due <= ? ORDER BY due, key LIMIT ?",
		account, now.UnixMilli(), max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("list due entries: %w", err)
	}
	defer rows.Close()
	var list []ledger.Due
	for rows.Next() {
		var d ledger.Due
		var at int64
		if err := rows.Scan(&d.Key, &at); err != nil {
			return nil, fmt.Errorf("list due entries: %w", err)
		}
		d.At = time.UnixMilli(at).UTC()
		list = append(list, d)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list due entries: %w", err)
	}
	return list, nil
}

// Backlog tells of the account's entries that are due before the time.
func (l *Ledger) Backlog(ctx context.Context, account string, before time.Time) (b ledger.Backlog, err error) {
	var oldest sql.NullInt64
	err = l.db.QueryRowContext(ctx, "SELECT count(*), min(received_at) FROM entries WHERE account = ? AND due < ?", account, before.UnixMilli()).
		Scan(&b.Orders, &oldest)
	if err != nil {
		return ledger.Backlog{}, fmt.Errorf("count what goes on of %s: %w", account, err)
	}
	b.Oldest = moment(oldest)
	return b, nil
}

// Accounts are those that have an entry which isn't created, with their kinds of
// ERP. It hops from account to account along the index.
func (l *Ledger) Accounts(ctx context.Context) (map[string]string, error) {
	rows, err := l.db.QueryContext(ctx, `
		WITH RECURSIVE known (account) AS (
			SELECT min(account) FROM entries WHERE due IS NOT NULL
			UNION ALL
			SELECT (SELECT min(account) FROM entries WHERE due IS NOT NULL AND account > known.account) FROM known WHERE account IS NOT NULL
		)
		SELECT account, (SELECT entry ->> 'erp' FROM entries WHERE due IS NOT NULL AND account = known.account LIMIT 1)
		FROM known WHERE account IS NOT NULL`)
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	defer rows.Close()
	kinds := map[string]string{}
	for rows.Next() {
		var account, kind string
		if err := rows.Scan(&account, &kind); err != nil {
			return nil, fmt.Errorf("list accounts: %w", err)
		}
		kinds[account] = kind
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	return kinds, nil
}

// Postpone moves the due time of an entry that is still due when it was.
func (l *Ledger) Postpone(ctx context.Context, d ledger.Due, to time.Time) error {
	moved, err := l.changes(ctx, "UPDATE entries SET due = ? WHERE key = ? AND due = ?", millis(to), d.Key, millis(d.At))
	if err != nil {
		return fmt.Errorf("postpone %s: %w", d.Key, err)
	}
	if !moved {
		return fmt.Errorf("postpone %s: %w", d.Key, ledger.ErrChanged)
	}
	return nil
}

// Unsettled lists the keys of entries that somebody holds or held until the process
// ended, and of those that were to be quiet until later than from, or a second before:
// `serve` takes them over at its start, and when its clock was set.
func (l *Ledger) Unsettled(ctx context.Context, from time.Time) ([]string, error) {
	// In RFC 3339 and UTC a later time has a greater text, but for the parts of a second.
	rows, err := l.db.QueryContext(ctx, `SELECT key FROM entries
		WHERE lease IS NOT NULL OR state <> 'created' AND entry ->> 'quiet_until' >= ? ORDER BY lease, key`, from.UTC().Format("2006-01-02T15:04:05"))
	if err != nil {
		return nil, fmt.Errorf("list unsettled entries: %w", err)
	}
	defer rows.Close()
	var keys []string
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			return nil, fmt.Errorf("list unsettled entries: %w", err)
		}
		keys = append(keys, key)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list unsettled entries: %w", err)
	}
	return keys, nil
}

// row is what of an entry is read back.
type row struct {
	entry, payload, newerPayload []byte
	due                          sql.NullInt64
}

// encode returns the columns in the order of the two statements.
func encode(e ledger.Entry) ([]any, error) {
	bare := e
	bare.Due, bare.Payload = time.Time{}, nil
	var newerPayload []byte
	if e.Newer != nil {
		newer := *e.Newer
		newerPayload, newer.Payload = newer.Payload, nil
		bare.Newer = &newer
	}
	text, err := json.Marshal(bare)
	if err != nil {
		return nil, err
	}
	return []any{e.Rev, e.Account, e.Connection, string(e.State), string(e.Reason.Kind), e.WaitsForPerson(),
		e.ReceivedAt.UnixMilli(), millis(e.Due), millis(e.Lease), string(text), e.Payload, newerPayload, e.Key}, nil
}

func (r row) decode() (ledger.Entry, error) {
	var e ledger.Entry
	if err := stored.Unmarshal(r.entry, ledger.Version, &e); err != nil {
		return ledger.Entry{}, fmt.Errorf("read entry: %w", err)
	}
	e.Payload = r.payload
	if e.Newer != nil {
		e.Newer.Payload = r.newerPayload
	}
	e.Due = moment(r.due)
	return e, nil
}

// millis is a time as a column keeps it: no time is NULL.
func millis(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: t.UnixMilli(), Valid: !t.IsZero()}
}

// moment is a column's time.
func moment(column sql.NullInt64) time.Time {
	if !column.Valid {
		return time.Time{}
	}
	return time.UnixMilli(column.Int64).UTC()
}

// changes runs one statement and tells whether it changed a row.
func (l *Ledger) changes(ctx context.Context, statement string, args ...any) (bool, error) {
	result, err := l.db.ExecContext(ctx, statement, args...)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

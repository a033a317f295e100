// Package sqlite keeps the notices of one machine: tables beside the ledger's.
package sqlite

import (
	"context"
	"database/sql"
	_ "embed"
	"encoding/json"
	"fmt"
	"time"

	"github.com/carimbo/carimbo/shared/notify"
)

//go:embed schema.sql
var schema string

// Store is a notify.Store in a SQLite file.
type Store struct{ db *sql.DB }

var _ notify.Store = (*Store)(nil)

// New makes the tables in an open database, whose owner closes it.
func New(ctx context.Context, db *sql.DB) (*Store, error) {
	if _, err := db.ExecContext(ctx, schema); err != nil {
		return nil, fmt.Errorf("open notices: %w", err)
	}
	return &Store{db}, nil
}

// Notices are all that are kept, in the order of their keys.
func (s *Store) Notices(ctx context.Context) (list []notify.Notice, err error) {
	rows, err := s.db.QueryContext(ctx, "SELECT receiver, kind, account, connection, why, id, body, gone, made_at, tries, try_at, gone_at FROM notices")
	if err != nil {
		return nil, fmt.Errorf("read notices: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var n notify.Notice
		var body []byte
		var made int64
		var try, gone sql.NullInt64
		if err := rows.Scan(&n.Receiver, &n.Kind, &n.Account, &n.Connection, &n.Why, &n.ID, &body, &n.Gone, &made, &n.Tries, &try, &gone); err != nil {
			return nil, fmt.Errorf("read notices: %w", err)
		}
		if err := json.Unmarshal(body, &n.Body); err != nil {
			return nil, fmt.Errorf("read notice %s: %w", n.ID, err)
		}
		n.MadeAt, n.TryAt, n.GoneAt = time.UnixMilli(made).UTC(), moment(try), moment(gone)
		list = append(list, n)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read notices: %w", err)
	}
	return list, nil
}

// Put keeps notices, all or none.
func (s *Store) Put(ctx context.Context, notices ...notify.Notice) error {
	return s.each(ctx, "keep notices", notices, func(tx *sql.Tx, n notify.Notice) error {
		body, err := json.Marshal(n.Body)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT OR REPLACE INTO notices (receiver, kind, account, connection, why, id, body, gone, made_at, tries, try_at, gone_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			n.Receiver, n.Kind, n.Account, n.Connection, n.Why, n.ID, string(body), n.Gone, n.MadeAt.UnixMilli(), n.Tries, millis(n.TryAt), millis(n.GoneAt))
		return err
	})
}

// Tried keeps what became of a try, if the notice is still the one with this ID.
func (s *Store) Tried(ctx context.Context, n notify.Notice) error {
	if _, err := s.db.ExecContext(ctx, `UPDATE notices SET tries = ?, try_at = ?
		WHERE receiver = ? AND kind = ? AND account = ? AND connection = ? AND why = ? AND id = ?`,
		n.Tries, millis(n.TryAt), n.Receiver, n.Kind, n.Account, n.Connection, n.Why, n.ID); err != nil {
		return fmt.Errorf("keep a try: %w", err)
	}
	return nil
}

// Forget removes notices, all or none.
func (s *Store) Forget(ctx context.Context, notices ...notify.Notice) error {
	return s.each(ctx, "forget notices", notices, func(tx *sql.Tx, n notify.Notice) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM notices WHERE receiver = ? AND kind = ? AND account = ? AND connection = ? AND why = ? AND id = ?",
			n.Receiver, n.Kind, n.Account, n.Connection, n.Why, n.ID)
		return err
	})
}

// each carries out one write for each notice, all or none.
func (s *Store) each(ctx context.Context, what string, notices []notify.Notice, write func(*sql.Tx, notify.Notice) error) error {
	if len(notices) == 0 {
		return nil
	}
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	defer tx.Rollback()
	for _, n := range notices {
		if err := write(tx, n); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// Stopped are the receivers that want no more calls.
func (s *Store) Stopped(ctx context.Context) (map[string]string, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT receiver, target FROM notices_stopped")
	if err != nil {
		return nil, fmt.Errorf("read stopped receivers: %w", err)
	}
	defer rows.Close()
	stopped := map[string]string{}
	for rows.Next() {
		var receiver, target string
		if err := rows.Scan(&receiver, &target); err != nil {
			return nil, fmt.Errorf("read stopped receivers: %w", err)
		}
		stopped[receiver] = target
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read stopped receivers: %w", err)
	}
	return stopped, nil
}

// Stop adds a receiver that wants no more calls.
func (s *Store) Stop(ctx context.Context, receiver, target string) error {
	if _, err := s.db.ExecContext(ctx, "INSERT OR REPLACE INTO notices_stopped (receiver, target) VALUES (?, ?)", receiver, target); err != nil {
		return fmt.Errorf("stop receiver %s: %w", receiver, err)
	}
	return nil
}

// Start takes a receiver off those that want no more calls.
func (s *Store) Start(ctx context.Context, receiver string) error {
	if _, err := s.db.ExecContext(ctx, "DELETE FROM notices_stopped WHERE receiver = ?", receiver); err != nil {
		return fmt.Errorf("start receiver %s: %w", receiver, err)
	}
	return nil
}

func millis(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: t.UnixMilli(), Valid: !t.IsZero()}
}

func moment(ms sql.NullInt64) time.Time {
	if !ms.Valid {
		return time.Time{}
	}
	return time.UnixMilli(ms.Int64).UTC()
}

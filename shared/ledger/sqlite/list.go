package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
)

// page bounds how many entries are in memory, and how long a list keeps others
// waiting: no statement is open while yield runs, which may use the ledger.
const page = 200

// List calls yield for every entry that the filter selects, in its order.
func (l *Ledger) List(ctx context.Context, f ledger.Filter, yield func(ledger.Entry) bool) error {
	from, err := l.source(ctx, f)
	if err != nil {
		return err
	}
	known := newBriefs()
	for size := page; ; {
		entries, err := l.page(ctx, from, f, size, known)
		if err != nil {
			return fmt.Errorf("list entries: %w", err)
		}
		for _, e := range entries {
			if f.From = e.Place(); !yield(e) {
				return nil
			}
		}
		if len(entries) < size {
			return nil
		}
		if f.Brief { // whoever goes on reads many
			size = pageAlike
		}
	}
}

// listIndexes are those of List; see indexOf. What is created leaves entries_open, which
// keeps it small beside years of created orders, and entries_mine has what is to be done.
const listIndexes = `
CREATE INDEX IF NOT EXISTS entries_mine ON entries (received_at, key) WHERE mine;
CREATE INDEX IF NOT EXISTS entries_open ON entries (received_at, key, state, kind) WHERE state <> 'created';
CREATE INDEX IF NOT EXISTS entries_connection ON entries (connection, received_at, key);`

// mineOfCreated puts on the list of what needs a person what the store went back on after
// its document was created: the releases before left it out. Entry.ChangedLater is the same
// in Go. Most entries are told by their text, without reading their JSON.
const mineOfCreated = `
UPDATE entries SET mine = 1 WHERE state = 'created' AND NOT mine
	AND (instr(entry, '"reversed_at"') OR instr(entry, '"newer_contents"'))
	AND entry ->> 'dismissed_at' IS NULL
	AND (entry ->> 'reversed_at' IS NOT NULL OR EXISTS (SELECT 1 FROM json_each(entry, '$.timeline') WHERE value ->> 'did' = 'newer_contents'
		AND value ->> 'became' = 'created' AND julianday(value ->> 'at') >= julianday(entry ->> 'created_at')));`

// page returns the first entries that the filter selects, at most so many.
func (l *Ledger) page(ctx context.Context, from source, f ledger.Filter, size int, known *briefs) ([]ledger.Entry, error) {
	query, args := from.selecting("state, received_at, entry, due", f, size)
	var entries []ledger.Entry
	err := l.each(ctx, func(rows *sql.Rows) error {
		var state ledger.State
		var receivedAt int64
		var text sql.RawBytes
		var due sql.NullInt64
		if err := rows.Scan(&state, &receivedAt, &text, &due); err != nil {
			return err
		}
		if f.Brief && isBrief(state) {
			if e, ok := known.of(text, state, time.UnixMilli(receivedAt).UTC()); ok {
				entries = append(entries, e)
				return nil
			}
		}
		e, err := row{entry: text, due: due}.decode()
		entries = append(entries, e)
		return err
	}, query, args...)
	return entries, err
}

// source is what a list reads: an index, or the entries with some keys.
type source struct {
	table string
	args  []any
}

// source is where the least is that the filter leaves out. Each index is in the order of a
// list. SQLite, which knows nothing of the numbers, would take any of them.
func (l *Ledger) source(ctx context.Context, f ledger.Filter) (source, error) {
	if f.Find == "" {
		return source{table: "entries INDEXED BY " + indexOf(f)}, nil
	}
	keys, err := l.found(ctx, f.Find)
	if errors.Is(err, ledger.ErrVague) {
		return source{}, err // it is for whoever searched
	}
	if err != nil {
		return source{}, fmt.Errorf("find entries: %w", err)
	}
	slices.Sort(keys)
	list, err := json.Marshal(slices.Compact(keys))
	return source{"json_each(?) AS found CROSS JOIN entries ON entries.key = found.value", []any{string(list)}}, err
}

// selecting is the query of the first rows that the filter selects, at most so many.
func (s source) selecting(columns string, f ledger.Filter, most int) (string, []any) {
	condition, args := s.where(f)
	behind, order := "(received_at, entries.key) < (?, ?)", "received_at DESC, entries.key DESC"
	if f.OldestFirst {
		behind, order = "(received_at, entries.key) > (?, ?)", "received_at, entries.key"
	}
	if !f.From.IsZero() {
		condition, args = condition+" AND "+behind, append(args, f.From.ReceivedAt.UnixMilli(), f.From.Key)
	}
	return "SELECT " + columns + " FROM " + s.table + " WHERE " + condition + " ORDER BY " + order + " LIMIT ?", append(args, most)
}

// where is the condition of what the filter selects, wherever its list begins.
func (s source) where(f ledger.Filter) (condition string, args []any) {
	condition, args = "true", slices.Clone(s.args)
	and := func(selects bool, text string, value ...any) {
		if selects {
			condition, args = condition+" AND "+text, append(args, value...)
		}
	}
	and(f.Mine, "mine")
	and(isOpen(f), "state <> 'created'")
	and(f.State != "", "state = ?", string(f.State))
	and(f.ReasonKind != "", "kind = ?", string(f.ReasonKind))
	and(f.Connection != "", "connection = ?", f.Connection)
	and(!f.Since.IsZero(), "received_at >= ?", ceilMillis(f.Since))
	return condition, args
}

// Connections are those that have an entry. It hops from one to the next along the index.
func (l *Ledger) Connections(ctx context.Context) (names []string, err error) {
	rows, err := l.db.QueryContext(ctx, `
		WITH RECURSIVE known (connection) AS (
			SELECT min(connection) FROM entries
			UNION ALL
			SELECT (SELECT min(connection) FROM entries WHERE connection > known.connection) FROM known WHERE connection IS NOT NULL
		)
		SELECT connection FROM known WHERE connection IS NOT NULL`)
	if err != nil {
		return nil, fmt.Errorf("list connections: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, fmt.Errorf("list connections: %w", err)
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list connections: %w", err)
	}
	return names, nil
}

// indexOf is the index with the least of what the filter leaves out.
func indexOf(f ledger.Filter) string {
	switch {
	case f.Mine:
		return "entries_mine"
	case isOpen(f):
		return "entries_open"
	case f.Connection != "":
		return "entries_connection"
	}
	return "entries_recent"
}

// isOpen tells whether nothing that is created is selected: it has no reason.
func isOpen(f ledger.Filter) bool {
	return f.ReasonKind != "" || f.State != "" && f.State != ledger.Created
}

// ceilMillis is the first moment that a column keeps at or after the time.
func ceilMillis(t time.Time) int64 { return t.Add(time.Millisecond - time.Nanosecond).UnixMilli() }

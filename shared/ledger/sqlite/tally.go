package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
)

const (
	hourMillis = int64(time.Hour / time.Millisecond)

	// createdHour is the hour in which a row's document was created, NULL for none.
	createdHour = `CAST(strftime('%s', ROW.entry ->> '$.created_at') AS INTEGER) / 3600`

	// tallied is what a row is counted by.
	tallied = `ROW.received_at / 3600000, ROW.connection, ROW.state, ROW.kind, ROW.mine`
)

// tallySchema counts the entries by the hour in which they were received and by what lists are
// filtered by, and the documents by the hour in which they were created: 1,000,000 rows aren't
// counted in a moment. As with names, triggers write it. What comes to nothing is dropped. Of
// what was created before there were counts those of the last orders' week are counted, since
// nobody asks for older hours, and reading the JSON of all takes half a minute of 1,000,000.
var tallySchema = `
CREATE TABLE IF NOT EXISTS tallies (
    hour       INTEGER NOT NULL,
    connection TEXT NOT NULL,
    state      TEXT NOT NULL,
    kind       TEXT NOT NULL,
    mine       INTEGER NOT NULL,
    n          INTEGER NOT NULL,
    PRIMARY KEY (hour, connection, state, kind, mine)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS created (
    hour INTEGER PRIMARY KEY,
    n    INTEGER NOT NULL
);
CREATE TRIGGER IF NOT EXISTS entries_counted AFTER INSERT ON entries BEGIN` + counted("new") + `
END;
CREATE TRIGGER IF NOT EXISTS entries_recounted AFTER UPDATE OF entry ON entries
	WHEN (` + of("new", tallied) + `) IS NOT (` + of("old", tallied) + `) OR new.state = 'created' AND ` + of("new", createdHour) + ` IS NOT ` + of("old", createdHour) + `
BEGIN` + uncounted("old") + counted("new") + `
END;
CREATE TRIGGER IF NOT EXISTS entries_uncounted AFTER DELETE ON entries BEGIN` + uncounted("old") + `
END;
DELETE FROM tallies;
DELETE FROM created;
INSERT INTO tallies SELECT ` + of("entries", tallied) + `, count(*) FROM entries GROUP BY 1, 2, 3, 4, 5;
INSERT INTO created SELECT h, count(*) FROM (SELECT ` + of("entries", createdHour) + ` AS h FROM entries INDEXED BY entries_recent
	WHERE received_at >= (SELECT max(received_at) FROM entries) - 8 * 86400000) WHERE h IS NOT NULL GROUP BY 1;
`

// counted counts a row, and uncounted takes it out again.
func counted(row string) string {
	return of(row, `
	INSERT INTO tallies VALUES (`+tallied+`, 1) ON CONFLICT DO UPDATE SET n = n + 1;
	INSERT INTO created SELECT h, 1 FROM (SELECT `+createdHour+` AS h) WHERE h IS NOT NULL ON CONFLICT DO UPDATE SET n = n + 1;`)
}

func uncounted(row string) string {
	return of(row, `
	UPDATE tallies SET n = n - 1 WHERE (hour, connection, state, kind, mine) = (`+tallied+`);
	DELETE FROM tallies WHERE (hour, connection, state, kind, mine) = (`+tallied+`) AND n = 0;
	UPDATE created SET n = n - 1 WHERE hour = `+createdHour+`;
	DELETE FROM created WHERE hour = `+createdHour+` AND n = 0;`)
}

// Tally counts what the filter selects, wherever its list begins: by whole hours, and one by
// one what is found by its name or was received in the hour in which the filter begins.
func (l *Ledger) Tally(ctx context.Context, f ledger.Filter) (t ledger.Tally, err error) {
	add := func(query string, args ...any) error {
		err := l.each(ctx, func(rows *sql.Rows) error {
			var state ledger.State
			var waits bool
			var n int
			err := rows.Scan(&state, &waits, &n)
			t.Add(state, waits, n)
			return err
		}, query, args...)
		if err != nil {
			return fmt.Errorf("count entries: %w", err)
		}
		return nil
	}
	if err = l.tally(ctx, f, add); err != nil {
		return ledger.Tally{}, err
	}
	return t, nil
}

func (l *Ledger) tally(ctx context.Context, f ledger.Filter, add func(query string, args ...any) error) error {
	if f.Find != "" {
		from, err := l.source(ctx, f)
		if err != nil {
			return err
		}
		condition, args := from.where(f)
		return add("SELECT state, mine, count(*) FROM "+from.table+" WHERE "+condition+" GROUP BY 1, 2", args...)
	}
	hour := int64(0)
	if !f.Since.IsZero() {
		hour = ceilMillis(f.Since)/hourMillis + 1
		condition, args := source{}.where(f)
		err := add("SELECT state, mine, count(*) FROM entries INDEXED BY entries_recent WHERE "+condition+" AND received_at < ? GROUP BY 1, 2",
			append(args, hour*hourMillis)...)
		if err != nil {
			return err
		}
	}
	f.Since = time.Time{}
	condition, args := source{}.where(f)
	return add("SELECT state, mine, sum(n) FROM tallies WHERE "+condition+" AND hour >= ? GROUP BY 1, 2", append(args, hour)...)
}

// Pulse tells what was received and what was created since then, or since the hour in which
// that is.
func (l *Ledger) Pulse(ctx context.Context, since time.Time) (p ledger.Pulse, err error) {
	var hour ledger.Hour
	var n int
	err = l.each(ctx, func(rows *sql.Rows) error {
		var connection string
		err := rows.Scan(&connection, &hour, &n)
		p.AddReceived(connection, hour, n)
		return err
	}, "SELECT connection, hour, sum(n) FROM tallies WHERE hour >= ? GROUP BY 1, 2", ledger.HourOf(since))
	if err == nil {
		err = l.each(ctx, func(rows *sql.Rows) error {
			err := rows.Scan(&hour, &n)
			p.AddCreated(hour, n)
			return err
		}, "SELECT hour, n FROM created WHERE hour >= ?", ledger.HourOf(since))
	}
	if err != nil {
		return ledger.Pulse{}, fmt.Errorf("count by the hour: %w", err)
	}
	return p, nil
}

// each calls do for each row of a query.
func (l *Ledger) each(ctx context.Context, do func(*sql.Rows) error, query string, args ...any) error {
	rows, err := l.db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := do(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

package sqlite

import (
	"context"
	"database/sql"
	"strings"

	"github.com/carimbo/carimbo/shared/ledger"
)

// namesOf are the names in an entry's JSON, in a JSON list of which the first is the store's
// number. It is one call, which reads the JSON once.
const namesOf = `json_extract(ROW.entry, '$.store_number', '$.order_id', '$.reference.code', '$.erp_id', '$.erp_number')`

// nameRows are the rows of names that an entry has. ledger.Name is the same in Go.
const nameRows = `SELECT min(n.key > 0), lower(rtrim(ltrim(n.value, '# '))) AS name, ROW.key
	FROM json_each(` + namesOf + `) AS n WHERE n.value <> '' GROUP BY name HAVING name <> ''`

// namesSchema is by what an entry is found. Triggers write it, so that it is true whoever
// writes the entry: also a process of the release before, which runs while this one migrates.
var namesSchema = `
CREATE TABLE IF NOT EXISTS names (
    other INTEGER NOT NULL, -- 0: the store's number, of which the beginning is enough
    name  TEXT NOT NULL,
    key   TEXT NOT NULL,
    PRIMARY KEY (other, name, key)
) WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS entries_named AFTER INSERT ON entries BEGIN
	INSERT OR IGNORE INTO names ` + of("new", nameRows) + `;
END;
CREATE TRIGGER IF NOT EXISTS entries_renamed AFTER UPDATE OF entry ON entries WHEN ` + of("new", namesOf) + ` IS NOT ` + of("old", namesOf) + ` BEGIN
	DELETE FROM names WHERE (other, name, key) IN (` + of("old", nameRows) + `);
	INSERT OR IGNORE INTO names ` + of("new", nameRows) + `;
END;
CREATE TRIGGER IF NOT EXISTS entries_unnamed AFTER DELETE ON entries BEGIN
	DELETE FROM names WHERE (other, name, key) IN (` + of("old", nameRows) + `);
END;
INSERT OR IGNORE INTO names SELECT min(n.key > 0), lower(rtrim(ltrim(n.value, '# '))) AS name, entries.key
	FROM entries, json_each(` + of("entries", namesOf) + `) AS n WHERE n.value <> '' GROUP BY name, entries.key HAVING name <> '' ORDER BY 1, 2, 3;
`

// of is the SQL about this row.
func of(row, text string) string { return strings.ReplaceAll(text, "ROW", row) }

// found are the keys of the entries that are called so, ledger.MostFound at most.
func (l *Ledger) found(ctx context.Context, typed string) ([]string, error) {
	s := ledger.Seek(typed)
	keys := []string{s.Key}
	if s.Name == "" {
		return nil, nil
	}
	named, err := l.keys(ctx, `SELECT key FROM names WHERE other IN (0, 1) AND name = ? LIMIT ?`, s.Name, ledger.MostFound+1)
	if err != nil {
		return nil, err
	}
	if len(named) > ledger.MostFound {
		return nil, ledger.ErrVague
	}
	keys = append(keys, named...)
	if s.Rest != "" {
		rest, err := l.keys(ctx, `SELECT names.key FROM names CROSS JOIN entries ON entries.key = names.key
			WHERE other IN (0, 1) AND name = ? AND (lower(connection) = ? OR lower(entry ->> '$.reference.orig') = ?) LIMIT ?`, s.Rest, s.Of, s.Of, ledger.MostFound)
		if err != nil {
			return nil, err
		}
		keys = append(keys, rest...)
	}
	// Nothing that anybody calls an order begins with the highest characters that there are.
	beginning, err := l.keys(ctx, `SELECT key FROM names WHERE other = 0 AND name > ?1 AND name < ?1 || char(1114111, 1114111) LIMIT ?2`, s.Name, ledger.MostFound+1)
	if err != nil {
		return nil, err
	}
	if len(beginning) <= ledger.MostFound {
		return append(keys, beginning...), nil
	}
	if len(named) == 0 {
		return nil, ledger.ErrVague
	}
	return keys, nil
}

// keys are what a query selects.
func (l *Ledger) keys(ctx context.Context, query string, args ...any) (keys []string, err error) {
	err = l.each(ctx, func(rows *sql.Rows) error {
		var key string
		err := rows.Scan(&key)
		keys = append(keys, key)
		return err
	}, query, args...)
	return keys, err
}

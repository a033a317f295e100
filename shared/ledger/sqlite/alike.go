package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
)

// pageAlike is a page of what is read without being decoded.
const pageAlike = 2000

// kindOf is what entries that are alike have in common. Reason is JSON.
type kindOf struct {
	form, account, connection, state, kind, reason string
	mine                                           bool
	// only is the key of what is like nothing else: why a document needs a person is in the
	// rest of its entry.
	only string
}

// Alike are those of what the filter selects, which has to be the newest first. It decodes one entry of each,
// so that 100,000 of one cause are counted in a moment.
func (l *Ledger) Alike(ctx context.Context, f ledger.Filter) ([]ledger.Alike, error) {
	var list []ledger.Alike
	at := map[kindOf]int{}
	from, err := l.source(ctx, f)
	if err != nil {
		return nil, err
	}
	for {
		n, err := l.pageAlike(ctx, from, &f, func(k kindOf, text []byte, due sql.NullInt64) error {
			i, known := at[k]
			if !known {
				e, err := row{entry: text, due: due}.decode()
				if err != nil {
					return err
				}
				i = len(list)
				at[k], list = i, append(list, ledger.Alike{Entry: e})
			}
			list[i].Count++
			list[i].Oldest = f.From.ReceivedAt
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("list entries that are alike: %w", err)
		}
		if n < pageAlike {
			return list, nil
		}
	}
}

// pageAlike calls each for the next rows, and leaves in the filter where each of them is.
func (l *Ledger) pageAlike(ctx context.Context, from source, f *ledger.Filter, each func(kindOf, []byte, sql.NullInt64) error) (n int, err error) {
	query, args := from.selecting("received_at, entries.key, account, entries.connection, state, kind, mine, due, entry", *f, pageAlike)
	rows, err := l.db.QueryContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for ; rows.Next(); n++ {
		var k kindOf
		var receivedAt int64
		var due sql.NullInt64
		var text sql.RawBytes
		if err := rows.Scan(&receivedAt, &f.From.Key, &k.account, &k.connection, &k.state, &k.kind, &k.mine, &due, &text); err != nil {
			return n, err
		}
		f.From.ReceivedAt = time.UnixMilli(receivedAt).UTC()
		k.form, k.reason = formOf(text), reasonOf(text)
		if k.mine && k.state == string(ledger.Created) {
			k.only = f.From.Key
		}
		if err := each(k, text, due); err != nil {
			return n, err
		}
	}
	return n, rows.Err()
}

// formOf is the beginning of an entry's JSON, which has its form.
func formOf(text []byte) string {
	first, _, _ := bytes.Cut(text, []byte(","))
	return string(first)
}

// reasonOf is the entry's reason as its JSON has it; empty for none. It is found without
// reading what comes before or behind it: within a value no quote stands without its escape,
// and none of the entry's objects before has a reason.
func reasonOf(text []byte) string {
	_, rest, has := bytes.Cut(text, []byte(`,"reason":{`))
	if !has {
		return ""
	}
	quoted := false
	for i := 0; i < len(rest); i++ {
		switch rest[i] {
		case '\\':
			i++
		case '"':
			quoted = !quoted
		case '}':
			if !quoted {
				return string(rest[:i])
			}
		}
	}
	return string(rest)
}

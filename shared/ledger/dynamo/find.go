package dynamo

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
)

// find calls yield for what the filter selects of the orders that are called so. There is no
// index of names: an order's id is half of its key, and its code can be told from the key. So
// those are found, as the store and Carimbo write them, and nothing else is.
func (l *Ledger) find(ctx context.Context, f ledger.Filter, yield func(ledger.Entry) bool) error {
	var asked []received
	for _, key := range likely(ledger.Seek(f.Find), f.Find, l.connections(f)) {
		asked = append(asked, received{key: key})
	}
	var found []ledger.Entry
	for some := range slices.Chunk(asked, batch) {
		entries, err := l.entries(ctx, f, some)
		if err != nil {
			return fmt.Errorf("find entries: %w", err)
		}
		found = append(found, entries...)
	}
	if code := ledger.Name(f.Find); len(found) == 0 && erp.IsCode(code) {
		entry, err := l.findCode(ctx, f, code)
		if err != nil {
			return fmt.Errorf("find an entry by its code: %w", err)
		}
		found = append(found, entry...)
	}
	slices.SortFunc(found, func(a, b ledger.Entry) int { return f.Order(a.Place(), b.Place()) })
	for _, e := range found {
		if !yield(e) {
			break
		}
	}
	return nil
}

// likely are the keys that an order can have which is called so.
func likely(s ledger.Sought, typed string, connections []string) []string {
	typed = strings.TrimSpace(typed)
	ids := []string{typed, strings.TrimLeft(typed, "#")}
	if _, rest, has := strings.Cut(ids[1], "#"); has {
		ids = append(ids, rest)
	}
	var keys []string
	for _, connection := range connections {
		for _, id := range ids {
			if id != "" {
				keys = append(keys, connection+"#"+id)
			}
		}
		if strings.HasPrefix(s.Key, connection+"#") {
			keys = append(keys, s.Key)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// findCode goes through the keys of the latest orders that the filter selects, and makes the
// code of each: it is made of the key.
func (l *Ledger) findCode(ctx context.Context, f ledger.Filter, code string) ([]ledger.Entry, error) {
	var found []received
	looked := 0
	err := l.walk(ctx, f, true, func(r received) bool {
		connection, id, _ := strings.Cut(r.key, "#")
		if erp.NewReference(connection, "", id).Code == code {
			found = append(found, r)
		}
		looked++
		return len(found) == 0 && looked < l.options.Most
	})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return l.entries(ctx, f, found)
}

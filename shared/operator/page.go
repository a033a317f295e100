package operator

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/words"
)

// Page is a part of a list, the newest first.
type Page struct {
	Entries []ledger.Entry
	// Newer and Older are the cursors of the pages before and behind this one; empty where
	// there is none.
	Newer, Older string
}

// ReadPage reads at most size entries of what the filter selects: from a cursor that a page
// had, or from the newest one where it is empty. A cursor names an order and not a number of
// them, so that what comes meanwhile moves no page. What a stranger typed for a cursor is an
// error.
func ReadPage(ctx context.Context, l ledger.Ledger, f ledger.Filter, cursor string, size int) (Page, error) {
	var err error
	if f.From, f.OldestFirst, err = parseCursor(cursor); err != nil {
		return Page{}, err
	}
	var p Page
	more := false
	err = List(ctx, l, f, func(e ledger.Entry) bool {
		if more = len(p.Entries) == size; !more {
			p.Entries = append(p.Entries, e)
		}
		return !more
	})
	if err != nil {
		return Page{}, err
	}
	if f.OldestFirst {
		slices.Reverse(p.Entries)
	}
	if len(p.Entries) == 0 && f.OldestFirst { // what was newer is gone
		return ReadPage(ctx, l, f, "", size)
	}
	if len(p.Entries) == 0 {
		return p, nil
	}
	if more || f.OldestFirst {
		p.Older = cursorOf(olderWay, p.Entries[len(p.Entries)-1].Place())
	}
	if f.OldestFirst && more || !f.OldestFirst && cursor != "" {
		p.Newer = cursorOf(newerWay, p.Entries[0].Place())
	}
	return p, nil
}

// A cursor is one of these, when the entry was received in epoch milliseconds, a dot, and the
// entry's key.
const (
	olderWay = "o"
	newerWay = "n"
)

func cursorOf(way string, at ledger.Place) string {
	return way + strconv.FormatInt(at.ReceivedAt.UnixMilli(), 10) + "." + at.Key
}

func parseCursor(cursor string) (from ledger.Place, oldestFirst bool, err error) {
	if cursor == "" {
		return ledger.Place{}, false, nil
	}
	rest, toNewer := strings.CutPrefix(cursor, newerWay)
	if !toNewer {
		var toOlder bool
		if rest, toOlder = strings.CutPrefix(cursor, olderWay); !toOlder {
			return ledger.Place{}, false, errCursor
		}
	}
	at, key, _ := strings.Cut(rest, ".")
	ms, err := strconv.ParseInt(at, 10, 64)
	if err != nil || ms < 0 || ms > latest || key == "" || len(key) > longestKey {
		return ledger.Place{}, false, errCursor
	}
	return ledger.Place{ReceivedAt: time.UnixMilli(ms).UTC(), Key: key}, toNewer, nil
}

// What a cursor's parts are at most: a key is a connection's name, # and an order's id, and a
// time has a year of four digits.
const (
	longestKey = 1000
	latest     = 253402300799999
)

var errCursor = words.Errorf("this is no page of the list: begin at its first one")

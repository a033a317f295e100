package dynamo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
)

// mostRead bounds the entries of which a Pulse reads when they were created: the index
// doesn't know.
const mostRead = 2000

// createdWithin is how long ago an order was received, at most, of which a Pulse reads that.
const createdWithin = 72 * time.Hour

// Tally counts what the filter selects, wherever its list begins: the newest that index/recent
// has, Options.Most at most.
func (l *Ledger) Tally(ctx context.Context, f ledger.Filter) (t ledger.Tally, err error) {
	f.From, f.OldestFirst = ledger.Place{}, false
	if f.Find != "" {
		err := l.find(ctx, f, func(e ledger.Entry) bool { t.Add(e.State, e.WaitsForPerson(), 1); return true })
		return t, err
	}
	looked := 0
	err = l.walk(ctx, f, false, func(r received) bool {
		if looked++; looked > l.options.Most {
			t.Since = r.time().Add(time.Millisecond)
			return false
		}
		state, kind, waits := r.indexed()
		if (f.State == "" || f.State == state) && (f.ReasonKind == "" || f.ReasonKind == kind) && (!f.Mine || waits) && !r.time().Before(f.Since) {
			t.Add(state, waits, 1)
		}
		return true
	})
	if err != nil {
		return ledger.Tally{}, fmt.Errorf("count entries: %w", err)
	}
	return t, nil
}

// indexed is what the index has of the entry.
func (r received) indexed() (state ledger.State, kind order.ReasonKind, waits bool) {
	if reason, has := r.item[reasonName].(*types.AttributeValueMemberM); has {
		kind = order.ReasonKind(textOf(reason.Value, "kind"))
	}
	_, waits = r.item[mineName]
	return ledger.State(textOf(r.item, stateName)), kind, waits
}

// Pulse tells what was received since then, of the newest that index/recent has, Options.Most
// at most; and when the last of them were created.
func (l *Ledger) Pulse(ctx context.Context, since time.Time) (p ledger.Pulse, err error) {
	var made []received
	looked, latest := 0, l.options.Now().Add(-createdWithin)
	err = l.walk(ctx, ledger.Filter{Since: since}, false, func(r received) bool {
		at := r.time()
		if looked++; looked > l.options.Most {
			p.Since = at.Add(time.Millisecond)
			return false
		}
		connection, _, _ := strings.Cut(r.key, "#")
		p.AddReceived(connection, ledger.HourOf(at), 1)
		if state, _, _ := r.indexed(); state == ledger.Created && at.After(latest) {
			made = append(made, r)
		}
		return true
	})
	if len(made) > mostRead {
		made = made[:mostRead]
		p.Since = later(p.Since, made[mostRead-1].time())
	}
	for some := range slices.Chunk(made, batch) {
		var entries []ledger.Entry
		if err == nil {
			entries, err = l.entries(ctx, ledger.Filter{}, some)
		}
		for _, e := range entries {
			if !e.CreatedAt.Before(since) {
				p.AddCreated(ledger.HourOf(e.CreatedAt), 1)
			}
		}
	}
	if err != nil {
		return ledger.Pulse{}, fmt.Errorf("count by the hour: %w", err)
	}
	return p, nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

package sensio

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/order"
)

// LookUp asks for the sale by orig and origId. See erp.Client.
//
// It is Present where exactly one row has both of ours. It is Absent only where
// Sensio answers 200 with an empty list and, asked right after, still shows the
// sale of ours that this very filter found last: a filter that finds nothing
// whatever is asked for looks the same, and one that worked once may stop to.
// Rows of other sales mean that the filter isn't honoured, and two of ours are
// for a person to look at.
func (c *Client) LookUp(ctx context.Context, ref erp.Reference) erp.Answer {
	if c.config.LookUp == nil || ref.Orig == "" || ref.OrigID == "" {
		return erp.Answer{Kind: erp.Unprovable, Text: "the account has no look-up, or the order no reference to look up"}
	}
	if ref.DocumentKind != "" && ref.DocumentKind != kindSale {
		return erp.Answer{Kind: erp.Unprovable, Text: "the document is no sale, and this release looks for nothing else"}
	}
	k, answer := c.keys(ctx, false)
	if answer.Kind == "" {
		// Two calls together take no longer than one may.
		answer = c.lookUp(ctx, k, c.caller.Now().Add(callLimit), ref)
	}
	answer.Key = c.keyDigest(k)
	return answer
}

func (c *Client) lookUp(ctx context.Context, k wire.Keys, by time.Time, ref erp.Reference) erp.Answer {
	rows, answer := c.sales(ctx, k, by, ref)
	switch {
	case answer.Kind != erp.Present:
		return answer
	case len(rows) == 0:
		return c.none(ctx, k, by, ref)
	}
	return c.found(ctx, rows, ref)
}

// sales are the rows that the look-up shows for a reference; unless the answer is
// Present, it says why there are none to judge.
func (c *Client) sales(ctx context.Context, k wire.Keys, by time.Time, ref erp.Reference) ([]any, erp.Answer) {
	l := c.config.LookUp
	target, err := expandURL(c.config.BaseURL, l.Path, map[string]string{"orig": ref.Orig, "origId": ref.OrigID})
	if err != nil {
		return nil, erp.Answer{Kind: erp.NotSent, Text: "lookup.path: " + err.Error()}
	}
	ask := wire.Call{By: by, Request: wire.Request{Name: "look-up", Method: http.MethodGet, URL: target}}
	answer, body := c.call(ctx, k, ask, answerOfRead)
	if answer.Kind != erp.Present {
		return nil, answer
	}
	rows, ok := rowsIn(body, l.Rows)
	if !ok {
		return nil, erp.Answer{Kind: erp.Lost, Text: fmt.Sprintf("the answer of the look-up has no list at %q", l.Rows)}
	}
	return rows, answer
}

// found judges the rows of an answer that has some.
func (c *Client) found(ctx context.Context, rows []any, ref erp.Reference) erp.Answer {
	ours := having(rows, ref)
	switch {
	case len(ours) == 0:
		return erp.Answer{Kind: erp.Unprovable, Text: fmt.Sprintf("the look-up showed other sales (%d) and not ours: Sensio doesn't honour its filter, so it proves nothing", len(rows))}
	case len(ours) > 1:
		return erp.Answer{Kind: erp.Unprovable, Text: fmt.Sprintf("Sensio has %d sales with our orig and origId", len(ours))}
	}
	id := text(ours[0], c.config.LookUp.ID)
	if !isID(id) {
		return erp.Answer{Kind: erp.Lost, Text: fmt.Sprintf("the sale that the look-up found has no id at %q", c.config.LookUp.ID)}
	}
	if len(rows) == 1 {
		c.remember(ctx, ref)
	}
	return erp.Answer{Kind: erp.Present, ID: id, Found: shown(ours[0])}
}

// having are the rows with both parts of the reference.
func having(rows []any, ref erp.Reference) []any {
	var with []any
	for _, row := range rows {
		if text(row, rowOrig) == ref.Orig && text(row, rowOrigID) == ref.OrigID {
			with = append(with, row)
		}
	}
	return with
}

// none judges an empty answer by the sale that the look-up found last. Where it
// doesn't show that one any more, a person looks: the sale was deleted, or the
// filter went deaf.
func (c *Client) none(ctx context.Context, k wire.Keys, by time.Time, ref erp.Reference) erp.Answer {
	last, err := c.lastFound(ctx)
	switch {
	case err != nil:
		return erp.Answer{Kind: erp.Lost, Text: "the look-up found nothing, and whether it works couldn't be read"}
	case last.OrigID == "":
		return erp.Answer{Kind: erp.Unprovable, Text: "the look-up found nothing, which proves nothing until it has found a sale of ours for once"}
	case last.Orig == ref.Orig && last.OrigID == ref.OrigID:
		return erp.Answer{Kind: erp.Unprovable, Text: "the look-up found this very sale before and doesn't now"}
	}
	rows, answer := c.sales(ctx, k, by, last)
	switch {
	case answer.Kind != erp.Present:
		return answer
	case len(rows) == 0 || len(having(rows, last)) < len(rows):
		nor := fmt.Sprintf("the look-up found nothing, nor the sale with orig %q and origId %q that it found before, so it proves nothing", last.Orig, last.OrigID)
		return erp.Answer{Kind: erp.Unprovable, Text: wire.Clean(nor)}
	}
	return erp.Answer{Kind: erp.Absent}
}

// shown is what the row says of the sale. A total alone is before discount and
// freight, so only the net one counts, to the cent: the page calls it a float,
// and one that was computed may show as 187.10000000000002.
func shown(row any) erp.Found {
	found := erp.Found{TotalUnknown: true}
	if net, err := order.ParseMoney(text(row, rowNetTotal)); err == nil {
		found.Total, found.TotalUnknown = net.Round(), false
	}
	found.Cancelled = strings.HasPrefix(strings.ToLower(text(row, rowStatus)), cancelledStatus)
	return found
}

// rowsIn is the list at a path in an answer.
func rowsIn(body []byte, path string) ([]any, bool) {
	var v any
	if wire.Decode(body, &v) != nil {
		return nil, false
	}
	rows, ok := at(v, path).([]any)
	return rows, ok
}

// at follows keys joined with dots; nil where they lead nowhere.
func at(v any, path string) any {
	if path == "" {
		return v
	}
	for key := range strings.SplitSeq(path, ".") {
		object, _ := v.(map[string]any)
		v = object[key]
	}
	return v
}

// text is a text or a number in a row, as its text.
func text(row any, path string) string {
	switch v := at(row, path).(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

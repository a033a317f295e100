package sensio

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// LookUp asks for the sale by orig and origId. See erp.Client.
//
// It is Present where exactly one row has both of ours. It is Absent only where
// Sensio answers with an empty list, or as lookup.none says, and, asked right after,
// still shows the sale of ours that this very filter found last: a filter that finds nothing
// whatever is asked for looks the same, and one that worked once may stop to.
// Rows of other sales mean that the filter isn't honoured, and two of ours are
// for a person to look at.
func (c *Client) LookUp(ctx context.Context, ref erp.Reference) erp.Answer {
	if c.config.LookUp == nil || ref.Orig == "" || ref.OrigID == "" {
		return erp.Answer{Kind: erp.Unprovable, Text: words.Say("the account has no look-up, or the order no reference to look up")}
	}
	if ref.DocumentKind != "" && ref.DocumentKind != kindSale {
		return erp.Answer{Kind: erp.Unprovable, Text: words.Say("the document is no sale, and this release looks for nothing else")}
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
	switch answer.Kind {
	case erp.Present:
		return c.found(ctx, rows, ref)
	case erp.Absent:
		return c.none(ctx, k, by, ref)
	}
	return answer
}

// sales are the rows that the look-up shows for a reference; unless the answer is
// Present, it says why there are none to judge.
func (c *Client) sales(ctx context.Context, k wire.Keys, by time.Time, ref erp.Reference) ([]any, erp.Answer) {
	l := c.config.LookUp
	values := map[string]string{"orig": ref.Orig, "origId": ref.OrigID}
	target, err := expandURL(c.config.BaseURL, l.Path, values)
	if err != nil {
		return nil, erp.Answer{Kind: erp.NotSent, Text: words.Say("%s: %s", "lookup.path", err)}
	}
	q := question{name: words.Say("look-up"), list: l.Rows, sent: wire.Sent{Request: values}, nothing: noSale, none: l.None.is}
	return c.ask(ctx, k, by, target, q)
}

// ask asks for rows. See answerOfRead.
func (c *Client) ask(ctx context.Context, k wire.Keys, by time.Time, target string, q question, private ...string) (rows []any, answer erp.Answer) {
	// Sensio isn't known to mind equal questions, and one that must find a sale to prove
	// anything is asked beside each look-up.
	ask := wire.Call{By: by, Again: true, Request: wire.Request{Name: q.name, Method: http.MethodGet, URL: target}}
	answer = c.call(ctx, k, ask, func(r wire.Response, now time.Time) erp.Answer {
		var answer erp.Answer
		rows, answer = answerOfRead(ctx, r, q, now)
		return answer
	}, private...)
	return rows, answer
}

// found judges the rows of an answer that has some.
func (c *Client) found(ctx context.Context, rows []any, ref erp.Reference) erp.Answer {
	ours, sure := having(rows, ref)
	switch {
	case len(ours) == 0:
		return erp.Answer{Kind: erp.Unprovable, Text: notOurs(rows, ref)}
	case len(ours) > 1 && !sure:
		return erp.Answer{Kind: erp.Unprovable, Text: words.Say("Sensio has %d sales whose orig and origId are like ours, cut or in another case", len(ours))}
	case len(ours) > 1:
		return erp.Answer{Kind: erp.Unprovable, Text: words.Say("Sensio has %d sales with our orig and origId", len(ours))}
	}
	id, found := strings.TrimSpace(text(ours[0], c.config.LookUp.ID)), shown(ours[0])
	switch {
	case !isID(id):
		return erp.Answer{Kind: erp.Lost, Text: words.Say("the sale that the look-up found has no id at %q", c.config.LookUp.ID)}
	case !sure && found.TotalUnknown:
		return erp.Answer{Kind: erp.Unprovable, Text: words.Say("Sensio shows a sale whose orig and origId are like ours, cut or in another case, and no total, so it may be another one")}
	case len(rows) == 1 && sure:
		c.remember(ctx, ref)
	}
	return erp.Answer{Kind: erp.Present, ID: id, Found: found}
}

// notOurs says what the look-up showed instead.
func notOurs(rows []any, ref erp.Reference) words.Text {
	for _, row := range rows {
		kept := wire.OneLine(wire.Plain(text(row, rowOrigID)))
		switch {
		case len(kept) < leastLike || keptAs(text(row, rowOrig), ref.Orig) == another:
		case strings.EqualFold(kept, ref.OrigID):
			return words.Say("the look-up showed a sale whose origId is ours but for capitals, so it may be another one: see in Sensio whose it is")
		case strings.HasPrefix(strings.ToLower(ref.OrigID), strings.ToLower(kept)):
			return words.Say("the look-up showed a sale whose origId begins like ours and ends after %d of its %d characters, so it may be another one: see in Sensio whose it is", len(kept), len(ref.OrigID))
		}
	}
	return words.Say("the look-up showed other sales (%d) and not ours: Sensio doesn't honour its filter, so it proves nothing", len(rows))
}

// having are the rows with both parts of the reference; where none has them whole, those
// that are like them, not for sure: then its total has to tell it from another.
func having(rows []any, ref erp.Reference) (with []any, sure bool) {
	var like []any
	for _, row := range rows {
		orig, origID := keptAs(text(row, rowOrig), ref.Orig), origIDKept(row, ref)
		switch {
		case orig == whole && origID == whole:
			with = append(with, row)
		case orig != another && origID != another:
			like = append(like, row)
		}
	}
	if len(with) == 0 && len(like) > 0 {
		return like, false
	}
	return with, true
}

// origIDKept is keptAs of an origId: a store that counts in letters of both cases has the
// order whose id is ours but for capitals, too.
func origIDKept(row any, ref erp.Reference) likeness {
	kept := text(row, rowOrigID)
	if is := keptAs(kept, ref.OrigID); is != alike || oneCase(ref.OrigID) || len(wire.OneLine(wire.Plain(kept))) < len(ref.OrigID) {
		return is
	}
	return another
}

// likeness is what a value that came back is of the one that was sent.
type likeness int

const (
	another likeness = iota
	alike            // cut, or in another case
	whole
)

// keptAs compares a value as ERPs keep them: padded with spaces or zeros, with entities,
// in capitals or small letters, or cut.
func keptAs(kept, sent string) likeness {
	kept, sent = wire.OneLine(wire.Plain(kept)), wire.OneLine(wire.Plain(sent))
	switch {
	case kept == "":
		return another
	case kept == sent, isNumber(kept) && isNumber(sent) && strings.TrimLeft(kept, "0") == strings.TrimLeft(sent, "0"):
		return whole
	case oneCase(kept) && strings.EqualFold(kept, sent), len(kept) >= leastCut && strings.HasPrefix(sent, kept):
		return alike
	}
	return another
}

// oneCase tells whether all letters are capitals, or none.
func oneCase(text string) bool { return text == strings.ToUpper(text) || text == strings.ToLower(text) }

func isNumber(text string) bool { return strings.Trim(text, "0123456789") == "" }

// none judges an empty answer by the sale that the look-up found last. Where it
// doesn't show that one any more, a person looks: the sale was deleted, or the
// filter went deaf.
func (c *Client) none(ctx context.Context, k wire.Keys, by time.Time, ref erp.Reference) erp.Answer {
	last, err := c.lastFound(ctx)
	switch {
	case err != nil:
		return erp.Answer{Kind: erp.Lost, Text: words.Say("the look-up found nothing, and whether it works couldn't be read")}
	case last.OrigID == "":
		return erp.Answer{Kind: erp.Unprovable, Text: words.Say("the look-up found nothing, which proves nothing until it has found a sale of ours for once")}
	case last.Orig == ref.Orig && last.OrigID == ref.OrigID:
		return erp.Answer{Kind: erp.Unprovable, Text: words.Say("the look-up found this very sale before and doesn't now")}
	}
	rows, answer := c.sales(ctx, k, by, last)
	ours, sure := having(rows, last)
	switch {
	case answer.Kind != erp.Present && answer.Kind != erp.Absent:
		return answer
	case len(ours) == 0 || !sure || len(ours) < len(rows):
		nor := words.Say("the look-up found nothing, nor the sale with orig %q and origId %q that it found before, so it proves nothing", last.Orig, last.OrigID)
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

package sensio

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// creation is what a POST asks for.
type creation struct {
	// of is what a person knows it by: "a sale".
	of words.Text
	// id leads to its id in the answer.
	id string
	// there are words that it is in Sensio already, gone those that a person whom it names
	// isn't any more; nil for none.
	there, gone *regexp.Regexp
	// lines: it sells something, which Sensio may not know.
	lines bool
	sent  wire.Sent
}

// answerOfCreate says what a POST ended in. It is pure: its table is its
// test. A sale may have been written unless Sensio says no in so many words, so
// whatever can't be understood is Lost, and what contradicts itself is looked up. What
// of its words repeats what was sent says nothing.
func answerOfCreate(ctx context.Context, r wire.Response, asked creation, now time.Time) erp.Answer {
	h, err := hear(ctx, r, asked.sent)
	if err != nil {
		return lost(h)
	}
	meant, id := h.inWords(now), idIn(h.body, asked.id)
	well := id != "" || r.Status == http.StatusCreated || h.success == yes || done.MatchString(h.words.Own)
	denied := denies.MatchString(h.words.Own)
	switch {
	case asked.there.MatchString(h.words.Own):
		return erp.Answer{Kind: erp.Duplicate, Text: refusal(h)}
	case h.success == unclear && r.Status < 400:
		return lost(h)
	case id != "" && writes(r.Status) && !h.refused() && !denied && meant.Kind == "":
		return erp.Answer{Kind: erp.Created, ID: id}
	case well && (h.refused() || denied || meant.Kind != "" || r.Status >= 400):
		return contradiction(h, meant)
	case well && writes(r.Status) && h.json:
		return h.withoutID(asked)
	case meant.Kind != "":
		return meant
	}
	return h.refusedCreate(asked, now)
}

func (h heard) withoutID(asked creation) erp.Answer {
	return erp.Answer{Kind: erp.Lost, Text: words.Say("HTTP %d without the id of %s", h.Status, asked.of)}
}

// contradiction is an answer that says both that it is there and that it isn't: a look-up
// decides. If none is there, the sale is sent again where the words are the moment's or
// the account's, and rejected in its own words where not.
func contradiction(h heard, meant erp.Answer) erp.Answer {
	if meant.Kind != "" || h.Status >= 500 {
		return lost(h)
	}
	text := cmp.Or(words.Plain(h.said), words.Say("HTTP %d contradicts what it says", h.Status))
	return erp.Answer{Kind: erp.Unknown, Text: text}
}

// refusedCreate goes by what is left: words that speak of the contents, and the status.
func (h heard) refusedCreate(asked creation, now time.Time) erp.Answer {
	if answer, ok := h.inStatus(now); ok && !(answer.AccountFault && ofContents.MatchString(h.words.Own)) {
		return answer
	}
	own := h.words.Own
	switch status := h.Status; {
	case !h.json:
	case noRoute.MatchString(own):
		return accountFault(h) // of its base_url
	case status == http.StatusRequestTimeout && ofContents.MatchString(own), status == http.StatusConflict:
		return erp.Answer{Kind: erp.Unknown, Text: refusal(h)}
	case status == http.StatusRequestTimeout:
	case status >= 400 && status < 500, writes(status) && h.refused() && !h.words.Empty():
		kind, reason := erp.Refused, order.ReasonKind("")
		switch {
		case perhapsThere.MatchString(own) || h.perhapsHidden(asked.there) || h.tellsOfMore(asked):
			kind = erp.Unknown
		case asked.gone != nil && asked.gone.MatchString(own):
			kind = erp.CustomerGone
		case !ofContents.MatchString(h.words.Whole) && !plainNo.MatchString(h.words.Whole):
			kind = erp.Unknown // rule 9; what the store wrote, too, must not park an order
		case asked.lines && unknownItem.MatchString(own):
			reason = order.Mapping
		}
		return erp.Answer{Kind: kind, Reason: reason, Text: refusal(h)}
	case writes(status) && h.refused():
		return erp.Answer{Kind: erp.Unknown, Text: cmp.Or(words.Plain(h.said), words.Say("Sensio answered success: false without a word"))}
	case writes(status) && h.said == "":
		return h.withoutID(asked)
	}
	return lost(h)
}

// tellsOfMore tells whether a refusal says that what was asked for was made all the same:
// in its words, by what comes after it, or by an id that wasn't sent.
func (h heard) tellsOfMore(asked creation) bool {
	own := h.words.Own
	return made.MatchString(own) && !denies.MatchString(own) || afterwards.MatchString(own) || hasNewID("", h.body, asked.sent.Texts())
}

// hasNewID tells whether an id stands anywhere in an answer that Sensio can only have from
// itself.
func hasNewID(name string, v any, sent map[string]bool) bool {
	switch v := v.(type) {
	case map[string]any:
		for key, element := range v {
			if hasNewID(key, element, sent) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, func(element any) bool { return hasNewID(name, element, sent) })
	case string, json.Number:
		id := strings.TrimSpace(scalar(v))
		return idNamed.MatchString(bare(name)) && isNewID(id) && !sent[id]
	}
	return false
}

// perhapsHidden tells whether a word that the store wrote, too, may be Sensio's, by which
// what was asked for may be there: who sells "Manutenção" hides it in "Sistema em
// manutenção".
func (h heard) perhapsHidden(there *regexp.Regexp) bool {
	return slices.ContainsFunc([]*regexp.Regexp{there, underWay, unstable}, matching(h.words.Whole))
}

// question is what a GET asks for.
type question struct {
	// name is what a person knows it by, list the path of its rows.
	name words.Text
	list string
	sent wire.Sent
	// nothing is how it may say so in words, none tells whether an answer without rows is
	// this question's way to say that there is nothing, where it isn't an empty list.
	nothing nothing
	none    func(heard, absence) bool
}

// answerOfRead says what a GET ended in: Present with its rows, Absent where the answer
// says that there are none. A refused one is Lost: it speaks of the configuration or of
// the account, never of an order's contents, which must not be rejected for it. Words go
// before everything but rows; those that aren't known say nothing.
func answerOfRead(ctx context.Context, r wire.Response, q question, now time.Time) ([]any, erp.Answer) {
	h, err := hear(ctx, r, q.sent)
	if err != nil {
		return nil, lost(h)
	}
	rows, isList := at(h.body, q.list).([]any)
	well := r.Status == http.StatusOK && h.json && !h.refused()
	meant := h.inWords(now)
	if well && len(rows) > 0 {
		return rows, erp.Answer{Kind: erp.Present}
	}
	a, err := h.absenceIn(ctx, q.sent)
	if err != nil {
		return nil, lost(h)
	}
	isNone := well && isList && a.saysOnly(q.nothing) || q.none(h, a)
	switch {
	case meant.Kind != "":
		return nil, meant
	case len(rows) == 0 && h.json && !h.forbidsAbsence() && !a.contradicted() && isNone:
		return nil, erp.Answer{Kind: erp.Absent}
	}
	if answer, ok := h.inStatus(now); ok {
		return nil, answer
	}
	switch {
	case well && isList:
		return nil, erp.Answer{Kind: erp.Lost, Text: words.Say("an empty list, beside what says that it may not be all of it: %s", a.shown)}
	case well:
		return nil, erp.Answer{Kind: erp.Lost, Text: words.Say("the answer of the %s has no list at %q", q.name, q.list)}
	case h.json && r.Status >= 400 && r.Status < 500 && r.Status != http.StatusRequestTimeout:
		return nil, erp.Answer{Kind: erp.Lost, Text: refusal(h)}
	case h.json && r.Status == http.StatusOK:
		return nil, erp.Answer{Kind: erp.Lost, Text: cmp.Or(words.Plain(h.said), words.Say("Sensio answered that it didn't succeed, without a word"))}
	}
	return nil, lost(h)
}

// forbidsAbsence tells whether the answer speaks of anything else that may be wrong. What
// it repeats of ours counts as well: it may hide a word of Sensio's.
func (h heard) forbidsAbsence() bool {
	whole := h.words.Whole
	return slices.ContainsFunc(ofTheAccount, matching(whole)) || slices.ContainsFunc([]*regexp.Regexp{underWay, tooMany, unstable, noRoute, wrongQuestion}, matching(whole))
}

// matching tells of a pattern whether the text has it.
func matching(text string) func(*regexp.Regexp) bool {
	return func(p *regexp.Regexp) bool { return p.MatchString(text) }
}

// inWords is what Sensio's words mean, whatever the status; without a kind where they are
// none of those that say "not now".
func (h heard) inWords(now time.Time) erp.Answer {
	own := h.words.Own
	switch {
	case underWay.MatchString(own):
		return erp.Answer{Kind: erp.Redundant, RetryAfter: h.rest(now, underWayRest), Text: refusal(h)}
	case tooMany.MatchString(own):
		return erp.Answer{Kind: erp.AccountRests, RetryAfter: h.rest(now, rateRest), Text: refusal(h)}
	case slices.ContainsFunc(ofTheAccount, matching(own)):
		return accountFault(h)
	case unstable.MatchString(own):
		return lost(h)
	}
	return erp.Answer{}
}

// inStatus answers where the status says whose the trouble is.
func (h heard) inStatus(now time.Time) (erp.Answer, bool) {
	switch h.Status {
	case http.StatusTooManyRequests, http.StatusTooEarly:
		return erp.Answer{Kind: erp.AccountRests, RetryAfter: h.rest(now, rateRest), Text: refusal(h)}, true
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusPaymentRequired:
		return accountFault(h), true
	}
	return erp.Answer{}, false
}

func accountFault(h heard) erp.Answer {
	return erp.Answer{Kind: erp.AccountRests, RetryAfter: keyRest, AccountFault: true, Text: refusal(h)}
}

// lost is an answer that says nothing for certain. What it says all the same is for
// a person.
func lost(h heard) erp.Answer {
	switch {
	case h.said == "":
		return erp.Answer{Kind: erp.Lost, Text: h.NotUnderstood()}
	case h.Status == http.StatusOK:
		return erp.Answer{Kind: erp.Lost, Text: words.Plain(h.said)}
	}
	return erp.Answer{Kind: erp.Lost, Text: words.Say("HTTP %d: %s", h.Status, h.said)}
}

func refusal(h heard) words.Text {
	return cmp.Or(words.Plain(h.said), words.Say("HTTP %d without a message", h.Status))
}

// isID tells whether the text can be an id: something without a blank, and neither a JSON
// value of another kind nor how others write that there is none. No id is as long as an
// answer may be.
func isID(text string) bool {
	text = strings.TrimSpace(text)
	none := slices.Contains(noID, strings.ToLower(text)) || strings.Trim(text, "0.-+") == "" || negative.MatchString(text)
	return len(text) <= wire.MaxID && !none && !strings.ContainsAny(text, "{}[]") && !strings.ContainsFunc(text, unicode.IsSpace)
}

// isNewID tells whether it can be the id of what was just written. In its place a message
// may stand, and an id that was made by a machine has a digit.
func isNewID(text string) bool {
	return isID(text) && strings.ContainsAny(text, "0123456789") && !errorCode.MatchString(text)
}

// idIn is the id of what was written, or empty.
func idIn(body any, path string) string {
	if id := strings.TrimSpace(text(body, path)); isNewID(id) {
		return id
	}
	return ""
}

// rest is how long Sensio asks to wait, within bounds: in its words, in seconds or as a
// date in the header, else the fallback.
func (h heard) rest(now time.Time, fallback time.Duration) time.Duration {
	header := h.Header.Get("Retry-After")
	if at, err := http.ParseTime(header); err == nil && at.After(now) {
		return min(at.Sub(now), longestRest)
	}
	if header == "" {
		return wire.Wait(h.words.Own, fallback, longestRest)
	}
	return wire.Rest(header, time.Second, fallback, longestRest)
}

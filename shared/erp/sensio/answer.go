package sensio

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/loose"
)

// answerOfCreate says what POST /sales ended in. It is pure: its table is its
// test. A sale may have been written unless Sensio says no in so many words, so
// whatever can't be understood is Lost. What of its words repeats what was sent says
// nothing.
func answerOfCreate(ctx context.Context, r wire.Response, sent wire.Sent, now time.Time) erp.Answer {
	if answer, ok := withoutBody(r, now); ok {
		// Of a conflict a look-up has to say whether the sale is there already.
		if answer.Kind == erp.Refused && r.Status == http.StatusConflict {
			answer.Kind = erp.Unknown
		}
		return answer
	}
	if !writes(r.Status) {
		return lost(r)
	}
	var a struct {
		Success  *bool      `json:"success"` // true where it is missing, says the page
		Response loose.Text `json:"response"`
	}
	if wire.Decode(r.Body, &a) != nil {
		return lost(r)
	}
	switch {
	case a.Success != nil && !*a.Success:
		return refused(ctx, saidBy(r.Body), sent)
	case !isID(string(a.Response)):
		return erp.Answer{Kind: erp.Lost, Text: fmt.Sprintf("HTTP %d without the id of a sale", r.Status)}
	}
	return erp.Answer{Kind: erp.Created, ID: string(a.Response)}
}

// refused is success: false. Without a word of Sensio's own, nobody knows why.
func refused(ctx context.Context, said string, sent wire.Sent) erp.Answer {
	words, err := wire.Hear(ctx, said, sent)
	switch {
	case err != nil:
		return erp.Answer{Kind: erp.Lost, Text: said}
	case words.Empty():
		return erp.Answer{Kind: erp.Unknown, Text: cmp.Or(said, "Sensio answered success: false without a word")}
	}
	return erp.Answer{Kind: erp.Refused, Text: said}
}

// answerOfRead says what a GET ended in: Present is an answer that can be read.
// A refused one is Lost, too: it speaks of the configuration or of the account,
// never of an order's contents, which must not be rejected for it.
func answerOfRead(r wire.Response, now time.Time) erp.Answer {
	if answer, ok := withoutBody(r, now); ok {
		if answer.Kind == erp.Refused {
			answer.Kind = erp.Lost
		}
		return answer
	}
	if r.Status != http.StatusOK {
		return lost(r)
	}
	var body any
	if wire.Decode(r.Body, &body) != nil {
		return lost(r)
	}
	object, _ := body.(map[string]any)
	if success, said := object["success"]; said && success != true {
		return erp.Answer{Kind: erp.Lost, Text: cmp.Or(saidBy(r.Body), "Sensio answered that it didn't succeed, without a word")}
	}
	return erp.Answer{Kind: erp.Present}
}

// withoutBody answers where the status alone decides, and where Sensio refuses.
func withoutBody(r wire.Response, now time.Time) (erp.Answer, bool) {
	switch {
	case r.Status == http.StatusTooManyRequests || r.Status == http.StatusTooEarly:
		return erp.Answer{Kind: erp.AccountRests, RetryAfter: retryAfter(r.Header, now), Text: refusal(r)}, true
	case r.Status == http.StatusUnauthorized || r.Status == http.StatusForbidden || r.Status == http.StatusPaymentRequired:
		return erp.Answer{Kind: erp.AccountRests, RetryAfter: keyRest, AccountFault: true, Text: refusal(r)}, true
	case r.Status == http.StatusRequestTimeout:
		return lost(r), true
	case r.Status >= 400 && r.Status < 500 && isJSON(r.Body):
		return erp.Answer{Kind: erp.Refused, Text: refusal(r)}, true
	}
	return erp.Answer{}, false
}

// lost is an answer that says nothing for certain. What it says all the same is for
// a person.
func lost(r wire.Response) erp.Answer {
	if said := saidBy(r.Body); said != "" {
		return erp.Answer{Kind: erp.Lost, Text: fmt.Sprintf("HTTP %d: %s", r.Status, said)}
	}
	return erp.Answer{Kind: erp.Lost, Text: r.NotUnderstood()}
}

func refusal(r wire.Response) string {
	return cmp.Or(saidBy(r.Body), fmt.Sprintf("HTTP %d without a message", r.Status))
}

// isJSON tells whether the body is Sensio's own: what stands in between answers
// in HTML.
func isJSON(body []byte) bool {
	var v any
	if wire.Decode(body, &v) != nil {
		return false
	}
	switch v.(type) {
	case map[string]any, []any:
		return true
	}
	return false
}

// saidBy is what a JSON answer says to a person, or empty.
func saidBy(body []byte) string {
	var v any
	if wire.Decode(body, &v) != nil {
		return ""
	}
	object, _ := v.(map[string]any)
	var said []string
	for _, name := range saidIn {
		said = appendTexts(said, object[name])
	}
	return strings.Join(said, "; ")
}

// appendTexts appends the texts in a value that may be one, a list of them, or
// objects that hold messages.
func appendTexts(all []string, v any) []string {
	switch v := v.(type) {
	case string:
		if text := strings.TrimSpace(v); text != "" {
			all = append(all, text)
		}
	case []any:
		for _, element := range v {
			all = appendTexts(all, element)
		}
	case map[string]any:
		for _, name := range saidIn {
			all = appendTexts(all, v[name])
		}
	}
	return all
}

// isID tells whether the text can be an id: something, and no JSON value of
// another kind. A zero is how many say that there is none, and no id is as long as an
// answer may be.
func isID(text string) bool {
	return len(text) <= wire.MaxID && strings.TrimSpace(text) != "" && !strings.ContainsAny(text, "{}[]") && text != "true" && text != "false" && text != "0"
}

// retryAfter obeys seconds as well as a date, within bounds.
func retryAfter(header http.Header, now time.Time) time.Duration {
	text := header.Get("Retry-After")
	if at, err := http.ParseTime(text); err == nil && at.After(now) {
		return min(at.Sub(now), longestRest)
	}
	return wire.Rest(text, time.Second, rateRest, longestRest)
}

package sqlite

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
)

// briefs makes entries of their JSON without reading all of it: what a row of a list shows is
// a fifth of an entry, and 100,000 are to be listed in a second.
type briefs struct {
	// texts and reasons are those that were met: many entries have them in common.
	texts   map[string]string
	reasons map[string]order.Reason
}

func newBriefs() *briefs {
	return &briefs{texts: map[string]string{}, reasons: map[string]order.Reason{}}
}

// isBrief tells whether nothing but what a brief entry has is asked of one in this state: of
// the others a list tells what happened after they were sent, too.
func isBrief(s ledger.State) bool { return s != ledger.Created && s != ledger.Uncertain }

// of is the entry; not ok is one that has to be decoded: it is not as encode writes it, or of
// a newer release.
func (b *briefs) of(text []byte, state ledger.State, receivedAt time.Time) (e ledger.Entry, ok bool) {
	e.State, e.ReceivedAt = state, receivedAt
	ok = eachField(text, func(name, value []byte) bool {
		switch string(name) {
		case "key":
			return asText(&e.Key, value)
		case "connection":
			return b.common(&e.Connection, value)
		case "platform":
			return b.common(&e.Platform, value)
		case "order_id":
			return asText(&e.OrderID, value)
		case "store_number":
			return asText(&e.StoreNumber, value)
		case "total":
			return asText(&e.Total, value)
		case "currency":
			return b.common(&e.Currency, value)
		case "erp":
			return b.common(&e.ERPKind, value)
		case "account":
			return b.common(&e.Account, value)
		case "reference":
			return b.reference(&e.Reference, value)
		case "reason":
			return b.reason(&e.Reason, value)
		case "claimed_id":
			return asText(&e.AssertedID, value)
		case "digest":
			return asText(&e.Digest, value)
		case "erp_id":
			return asText(&e.ERPID, value)
		case "erp_number":
			return asText(&e.ERPNumber, value)
		case "v":
			return json.Unmarshal(value, &e.V) == nil && e.V <= ledger.Version
		case "found":
			return json.Unmarshal(value, &e.Found) == nil
		case "reversed_at":
			return json.Unmarshal(value, &e.ReversedAt) == nil
		case "dismissed_at":
			return json.Unmarshal(value, &e.DismissedAt) == nil
		}
		return true
	})
	return e, ok
}

func (b *briefs) common(to *string, value []byte) bool {
	known, ok := b.texts[string(value)]
	if !ok {
		if !asText(&known, value) {
			return false
		}
		b.texts[string(value)] = known
	}
	*to = known
	return true
}

func (b *briefs) reason(to *order.Reason, value []byte) bool {
	known, ok := b.reasons[string(value)]
	if !ok {
		if json.Unmarshal(value, &known) != nil {
			return false
		}
		b.reasons[string(value)] = known
	}
	*to = known
	return true
}

func (b *briefs) reference(to *erp.Reference, value []byte) bool {
	return eachField(value, func(name, value []byte) bool {
		switch string(name) {
		case "kind":
			return b.common(&to.DocumentKind, value)
		case "code":
			return asText(&to.Code, value)
		case "orig":
			return b.common(&to.Orig, value)
		case "orig_id":
			return asText(&to.OrigID, value)
		}
		return false // whoever adds a field adds it here
	})
}

// asText reads a JSON text.
func asText(to *string, value []byte) bool {
	if len(value) < 2 || value[0] != '"' {
		return false
	}
	if bytes.IndexByte(value, '\\') >= 0 {
		return json.Unmarshal(value, to) == nil
	}
	*to = string(value[1 : len(value)-1])
	return true
}

// eachField calls do for each field of an object as encoding/json writes it, without space,
// until it returns false. It tells whether it got to the end.
func eachField(object []byte, do func(name, value []byte) bool) bool {
	if len(object) < 2 || object[0] != '{' {
		return false
	}
	for i := 1; i < len(object); i++ {
		if object[i] == '}' {
			return i == len(object)-1
		}
		n := valueLength(object[i:])
		if n < 2 || object[i] != '"' || i+n >= len(object) || object[i+n] != ':' {
			return false
		}
		name := object[i+1 : i+n-1]
		i += n + 1
		n = valueLength(object[i:])
		if n == 0 || i+n >= len(object) || !do(name, object[i:i+n]) {
			return false
		}
		if i += n; object[i] == '}' {
			return i == len(object)-1
		}
	}
	return false
}

// valueLength is how long the JSON value is with which the text begins; 0 if it doesn't end.
func valueLength(text []byte) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
			if i >= len(text) {
				return 0
			}
			if depth == 0 {
				return i + 1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth < 0 {
				return i
			}
			if depth == 0 {
				return i + 1
			}
		case ',':
			if depth == 0 {
				return i
			}
		}
	}
	return 0
}

package dynamo

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/stored"
)

// item is what the table stores under a key. An entry's attributes are named as
// in its JSON, and read as there, but for those below.
type item = map[string]types.AttributeValue

const (
	keyName     = "key"
	revName     = "rev"
	tokenName   = "token"
	accountName = "account"
	// dueName is a number, epoch milliseconds: with the account it is index/due.
	dueName = "due"
	// monthName is <connection>#YYYY-MM and receivedName has a fixed width, so that
	// its text sorts as the time does: they are index/recent.
	monthName    = "month"
	receivedName = "received_at"
	stateName    = "state"
	reasonName   = "reason"
	// expiresName is the table's TTL attribute, epoch seconds, on created entries
	// alone; expiresAtName is Entry.Expires to the millisecond, on any.
	expiresName   = "expires"
	expiresAtName = "expires_at"
	payloadName   = "payload"
	// mineName is there while the entry waits for a person: index/recent shows it.
	mineName  = "mine"
	newerName = "newer"
	// payloadSumName in newer tells that the payload of the newer contents is in an
	// item of its own, and which payload it is.
	payloadSumName = "payload_sha256"
)

// fixed is RFC 3339 in UTC with a fixed width.
const fixed = "2006-01-02T15:04:05.000Z"

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}
func keyOf(key string) item { return item{keyName: text(key)} }

// newerKey is where the payload of newer contents rests: beside a payload of the
// same size it might not fit into one item of 400 KB.
func newerKey(key string) string { return "~newer#" + key }

func month(connection string, t time.Time) string {
	return connection + "#" + t.UTC().Format("2006-01")
}

// encode makes the entry's item. Absent are what its JSON omits and empty texts,
// which no index takes as a key.
func encode(e ledger.Entry) (item, error) {
	bare := e
	bare.Due, bare.Payload = time.Time{}, nil
	if e.Newer != nil {
		newer := *e.Newer
		newer.Payload = nil
		bare.Newer = &newer
	}
	it, err := toItem(bare)
	if err != nil {
		return nil, err
	}
	it[monthName], it[receivedName] = text(month(e.Connection, e.ReceivedAt)), text(e.ReceivedAt.UTC().Format(fixed))
	if at, ok := it[expiresName]; ok {
		it[expiresAtName] = at
		delete(it, expiresName)
		if e.State == ledger.Created {
			it[expiresName] = number(e.Expires.Unix())
		}
	}
	if e.WaitsForPerson() {
		it[mineName] = &types.AttributeValueMemberBOOL{Value: true}
	}
	if !e.Due.IsZero() {
		it[dueName] = number(e.Due.UnixMilli())
	}
	if len(e.Payload) > 0 {
		it[payloadName] = &types.AttributeValueMemberB{Value: e.Payload}
	}
	if payload := newerPayload(e); len(payload) > 0 {
		it[newerName].(*types.AttributeValueMemberM).Value[payloadSumName] = text(sum(payload))
	}
	return it, nil
}

// decode reads an item of encode's; the payload of newer contents is not in it.
func decode(it item) (ledger.Entry, error) {
	var e ledger.Entry
	rest := make(item, len(it))
	for name, v := range it {
		switch name {
		case payloadName, dueName, expiresName, monthName, mineName:
		case expiresAtName:
			rest[expiresName] = v
		default:
			rest[name] = v
		}
	}
	if err := fromItem(rest, &e); err != nil {
		return ledger.Entry{}, err
	}
	if payload, ok := it[payloadName].(*types.AttributeValueMemberB); ok {
		e.Payload = payload.Value
	}
	if _, ok := it[dueName]; ok {
		due, err := dueOf(it)
		if err != nil {
			return ledger.Entry{}, err
		}
		e.Due = due
	}
	return e, nil
}

func dueOf(it item) (time.Time, error) {
	n, _ := it[dueName].(*types.AttributeValueMemberN)
	if n == nil {
		return time.Time{}, fmt.Errorf("item %s has no due time", textOf(it, keyName))
	}
	ms, err := strconv.ParseInt(n.Value, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("item %s: due: %w", textOf(it, keyName), err)
	}
	return time.UnixMilli(ms).UTC(), nil
}

func textOf(it item, name string) string {
	if s, ok := it[name].(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}

func newerPayload(e ledger.Entry) []byte {
	if e.Newer == nil {
		return nil
	}
	return e.Newer.Payload
}

// newerSum is which payload of newer contents belongs to the entry, "" if none.
func newerSum(it item) string {
	if newer, ok := it[newerName].(*types.AttributeValueMemberM); ok {
		return textOf(newer.Value, payloadSumName)
	}
	return ""
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// listed are the attributes that a list reads: all of an entry but its payload.
var listed = func() []string {
	names := []string{expiresAtName}
	for field := range reflect.TypeFor[ledger.Entry]().Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return slices.DeleteFunc(names, func(name string) bool { return name == payloadName || name == expiresName })
}()

// toItem and fromItem go through JSON, whose tags say what is omitted, and whose
// numbers are text: no amount passes through a float.
func toItem(v any) (item, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var fields map[string]any
	if err := d.Decode(&fields); err != nil {
		return nil, err
	}
	it := item{}
	for name, value := range fields {
		if value != "" {
			it[name] = attribute(value)
		}
	}
	return it, nil
}

func fromItem(it item, v any) error {
	b, err := json.Marshal(value(&types.AttributeValueMemberM{Value: it}))
	if err != nil {
		return err
	}
	return stored.Unmarshal(b, ledger.Version, v)
}

// attribute turns what encoding/json decodes into an attribute, value turns it
// back.
func attribute(v any) types.AttributeValue {
	switch v := v.(type) {
	case string:
		return text(v)
	case json.Number:
		return &types.AttributeValueMemberN{Value: v.String()}
	case bool:
		return &types.AttributeValueMemberBOOL{Value: v}
	case []any:
		list := make([]types.AttributeValue, len(v))
		for i := range v {
			list[i] = attribute(v[i])
		}
		return &types.AttributeValueMemberL{Value: list}
	case map[string]any:
		m := make(item, len(v))
		for name := range v {
			m[name] = attribute(v[name])
		}
		return &types.AttributeValueMemberM{Value: m}
	}
	return &types.AttributeValueMemberNULL{Value: true}
}

func value(a types.AttributeValue) any {
	switch a := a.(type) {
	case *types.AttributeValueMemberS:
		return a.Value
	case *types.AttributeValueMemberN:
		return json.Number(a.Value)
	case *types.AttributeValueMemberBOOL:
		return a.Value
	case *types.AttributeValueMemberL:
		list := make([]any, len(a.Value))
		for i := range a.Value {
			list[i] = value(a.Value[i])
		}
		return list
	case *types.AttributeValueMemberM:
		m := make(map[string]any, len(a.Value))
		for name := range a.Value {
			m[name] = value(a.Value[name])
		}
		return m
	}
	return nil
}

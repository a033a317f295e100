package oracle

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// parse reads a payload with its numbers as they are written.
func parse(body []byte) any {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var all any
	if err := d.Decode(&all); err != nil {
		panic(fmt.Sprintf("the generator wrote no JSON: %v", err))
	}
	return all
}

// at is what a payload has at a path of keys, as in billing.cpf; nil where there is
// nothing.
func at(v any, path string) any {
	for key := range strings.SplitSeq(path, ".") {
		object, _ := v.(map[string]any)
		v = object[key]
	}
	return v
}

// has tells whether the last key of the path is there, be it null.
func has(v any, path string) bool {
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		v, path = at(v, path[:i]), path[i+1:]
	}
	object, _ := v.(map[string]any)
	_, there := object[path]
	return there
}

// text is a string or a number as it is written, without spaces around.
func text(v any, path string) string {
	switch v := at(v, path).(type) {
	case string:
		return strings.TrimSpace(v)
	case json.Number:
		return v.String()
	}
	return ""
}

// firstText is the first of the paths that has a text.
func firstText(v any, paths ...string) string {
	for _, path := range paths {
		if found := text(v, path); found != "" {
			return found
		}
	}
	return ""
}

func list(v any, path string) []any {
	found, _ := at(v, path).([]any)
	return found
}

func yes(v any, path string) bool {
	found, _ := at(v, path).(bool)
	return found
}

// number is an amount or a quantity; what isn't there is 0.
func number(v any, path string) decimal.Decimal {
	written := text(v, path)
	if written == "" {
		return decimal.Zero
	}
	n := decimal.RequireFromString(written)
	if cents := n.Round(2); n.Sub(cents).Abs().LessThan(decimal.New(1, -6)) {
		return cents // floats make such amounts
	}
	return n
}

// sum adds up one path of each element.
func sum(all []any, path string) decimal.Decimal {
	var total decimal.Decimal
	for _, each := range all {
		total = total.Add(number(each, path))
	}
	return total
}

// saoPaulo needs no table of zones: Brazil has no summer time since 2019, and no order
// here is older.
var saoPaulo = time.FixedZone("-03", -3*60*60)

// moment reads RFC 3339, and a time without a zone as São Paulo's.
func moment(written string) time.Time {
	if t, err := time.Parse(time.RFC3339, written); err == nil {
		return t
	}
	t, _ := time.ParseInLocation("2006-01-02T15:04:05", written, saoPaulo)
	return t
}

func day(t time.Time) string {
	if t.IsZero() {
		return "none"
	}
	return t.In(saoPaulo).Format(time.DateOnly)
}

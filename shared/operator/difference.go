package operator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Difference is a field of a document that would not be as it was: Was is absent where the
// field wasn't there, WouldBe where it wouldn't be.
type Difference struct {
	// Path leads to the field, keys and indexes joined with dots: "saleLines.0.qty".
	Path    string          `json:"path"`
	Was     json.RawMessage `json:"was,omitempty"`
	WouldBe json.RawMessage `json:"would_be,omitempty"`
}

// Differences compares two documents in JSON field by field, in the order of their paths'
// parts. The error says which of them is no JSON.
func Differences(was, wouldBe []byte) ([]Difference, error) {
	a, err := decoded(was)
	if err != nil {
		return nil, fmt.Errorf("read what was sent: %w", err)
	}
	b, err := decoded(wouldBe)
	if err != nil {
		return nil, fmt.Errorf("read what would be sent: %w", err)
	}
	return compare(nil, "", a, b), nil
}

func decoded(text []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	err = d.Decode(&v)
	return v, err
}

// missing stands for a field that isn't there, which null is not.
type missing struct{}

// compare adds what differs below the path. An object or list that only one side has is
// told by its fields.
func compare(found []Difference, path string, a, b any) []Difference {
	aFields, aObject := a.(map[string]any)
	bFields, bObject := b.(map[string]any)
	aList, aIsList := a.([]any)
	bList, bIsList := b.([]any)
	_, noA := a.(missing)
	_, noB := b.(missing)
	switch {
	case (aObject || noA) && (bObject || noB) && len(aFields)+len(bFields) > 0:
		names := slices.Collect(maps.Keys(aFields))
		for name := range bFields {
			if _, both := aFields[name]; !both {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		for _, name := range names {
			found = compare(found, joined(path, name), fieldOf(aFields, name), fieldOf(bFields, name))
		}
	case (aIsList || noA) && (bIsList || noB) && len(aList)+len(bList) > 0:
		for i := range max(len(aList), len(bList)) {
			found = compare(found, joined(path, strconv.Itoa(i)), elementOf(aList, i), elementOf(bList, i))
		}
	case !reflect.DeepEqual(a, b):
		found = append(found, Difference{Path: path, Was: written(a), WouldBe: written(b)})
	}
	return found
}

func joined(path, name string) string { return strings.TrimPrefix(path+"."+name, ".") }

func fieldOf(fields map[string]any, name string) any {
	if v, there := fields[name]; there {
		return v
	}
	return missing{}
}

func elementOf(list []any, i int) any {
	if i < len(list) {
		return list[i]
	}
	return missing{}
}

// written is a value as JSON; nothing for one that isn't there.
func written(v any) json.RawMessage {
	if _, none := v.(missing); none {
		return nil
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // was JSON before
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

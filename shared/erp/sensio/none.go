package sensio

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/carimbo/carimbo/shared/erp/wire"
)

// None is what the answer to a look-up looks like that found nothing: HTTP 404, or fields
// with certain values. Anything that its words say besides goes before it.
type None struct {
	// Fields are values by path, keys joined with dots; nil: HTTP 404.
	Fields map[string]any
}

// UnmarshalJSON reads 404, or an object of fields whose values hold no others.
func (n *None) UnmarshalJSON(b []byte) error {
	var v any
	if err := wire.Decode(b, &v); err != nil {
		return fmt.Errorf("read none: %w", err)
	}
	if number, ok := v.(json.Number); ok && number == "404" {
		*n = None{}
		return nil
	}
	fields, ok := v.(map[string]any)
	if !ok || len(fields) == 0 {
		return errors.New("none is neither 404 nor an object of fields")
	}
	for path, value := range fields {
		switch value.(type) {
		case map[string]any, []any:
			return fmt.Errorf("none: %s is no plain value", path)
		}
	}
	n.Fields = fields
	return nil
}

// String is the same for equal ones alone.
func (n *None) String() string {
	if n.Fields == nil {
		return "404"
	}
	b, _ := json.Marshal(n.Fields) // was JSON before; its keys are sorted
	return string(b)
}

// is tells whether the answer is one. A nil None is none that looks like anything.
func (n *None) is(h heard, a absence) bool {
	silent := a.heard.Empty() && h.said == ""
	switch {
	case n == nil:
		return false
	case n.Fields == nil && a.saysNotFound() && h.Status == http.StatusNotFound:
		// A path that isn't there would not show our last sale either: see proof.
		return h.success != yes
	case !silent && !a.saysNone(noSale):
		return false
	case n.Fields == nil:
		return h.Status == http.StatusNotFound && h.success != yes
	case h.Status != http.StatusOK && h.Status != http.StatusNotFound:
		return false
	case h.refused() && silent && !n.saysSuccess():
		return false // nobody says why
	}
	for path, want := range n.Fields {
		got, there := valueAt(h.body, path)
		if !there || (got == nil) != (want == nil) || scalar(got) != scalar(want) || !plainValue(got) {
			return false
		}
	}
	return true
}

// saysSuccess tells whether it is by its success that the answer is recognized.
func (n *None) saysSuccess() bool {
	return slices.ContainsFunc(slices.Collect(maps.Keys(n.Fields)), func(path string) bool {
		return slices.Contains(successIn, strings.ToLower(path))
	})
}

func plainValue(v any) bool {
	switch v.(type) {
	case map[string]any, []any:
		return false
	}
	return true
}

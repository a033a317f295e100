package sensio

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/carimbo/carimbo/shared/erp/placeholder"
	"github.com/carimbo/carimbo/shared/erp/wire"
)

// Placeholders by where they are known.
var (
	keyPlaceholders    = []string{"app_key", "app_secret"}
	lookUpPlaceholders = []string{"orig", "origId"}
	queryPlaceholders  = []string{"customer.tax_id"}
) // never written to

// expand puts an order's values into configured fields, and the fields into
// their struct. The configuration is every order's and stays as it is.
func expand(configured map[string]any, values map[string]string, into any) error {
	expanded, err := expandValue(configured, values)
	if err != nil {
		return err
	}
	return fill(expanded, into)
}

// fill reads configured fields into their struct, and knows no others.
func fill(fields, into any) error {
	text, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

func expandValue(v any, values map[string]string) (any, error) {
	switch v := v.(type) {
	case map[string]any:
		object := make(map[string]any, len(v))
		for key, field := range v {
			value, err := expandValue(field, values)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", key, err)
			}
			object[key] = value
		}
		return object, nil
	case []any:
		list := make([]any, len(v))
		for i, element := range v {
			value, err := expandValue(element, values)
			if err != nil {
				return nil, err
			}
			list[i] = value
		}
		return list, nil
	case string:
		text, err := placeholder.Expand(v, values)
		return wire.Text(text), err
	}
	return v, nil
}

// expandURL puts values into a path and query, escaped so that none of them can
// become another parameter or another path.
func expandURL(base, path string, values map[string]string) (string, error) {
	escaped := make(map[string]string, len(values))
	for name, value := range values {
		escaped[name] = strings.ReplaceAll(url.QueryEscape(value), "+", "%20")
	}
	expanded, err := placeholder.Expand(path, escaped)
	return strings.TrimSuffix(base, "/") + expanded, err
}

package sensio

import (
	"bytes"
	"encoding/json"
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
// their struct. A text none of whose placeholders has a value is empty: "CNPJ " says
// nothing of a buyer without one.
func expand(configured map[string]any, values map[string]string, into any) error {
	fields, err := placeholder.Fill(configured, func(_, text string) (any, error) {
		if placeholder.Empty(text, values) {
			return "", nil
		}
		expanded, err := placeholder.Expand(text, values)
		return wire.Text(expanded), err
	})
	if err != nil {
		return err
	}
	return fill(fields, into)
}

// shaped are configured fields with an order's values, in whatever shape they have. A text
// none of whose placeholders has a value is left out.
func shaped(configured map[string]any, values map[string]string) (map[string]any, error) {
	return placeholder.Fill(configured, func(_, text string) (any, error) {
		if placeholder.Empty(text, values) {
			return nil, nil
		}
		expanded, err := placeholder.Expand(text, values)
		return wire.Text(expanded), err
	})
}

// inJSON is a value as it travels.
func inJSON(v any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
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

package file

import (
	"bytes"
	_ "embed" // connections.schema.json
	"errors"
	"fmt"
	"maps"
	"math/big"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"github.com/carimbo/carimbo/shared/yaml"
)

// Schema is the published JSON Schema of the file: what editors check while one
// types, and what Load checks. Its errorMessage and patternErrorMessage, which
// editors know too, are the words of both.
//
//go:embed connections.schema.json
var Schema []byte

// published is the schema, compiled once, and its document, for the words in it.
type published struct {
	compiled *jsonschema.Schema
	document any
}

var publishedSchema = sync.OnceValues(func() (published, error) {
	const address = "connections.schema.json"
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema))
	if err != nil {
		return published{}, err
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(address, document); err != nil {
		return published{}, err
	}
	compiled, err := c.Compile(address)
	return published{compiled, document}, err
})

// schema holds the file to the schema.
func (in *inspection) schema() error {
	published, err := publishedSchema()
	if err != nil {
		return fmt.Errorf("compile the schema of connections: %w", err)
	}
	var invalid *jsonschema.ValidationError
	if err := published.compiled.Validate(in.root.Value()); errors.As(err, &invalid) {
		(&translation{in, published.document}).all(invalid)
	} else if err != nil {
		return fmt.Errorf("hold connections to their schema: %w", err)
	}
	in.oddNumbers(nil, in.root)
	return nil
}

// oddNumbers speaks of numbers that JSON doesn't know, unless it was said already
// that no number belongs there.
func (in *inspection) oddNumbers(keys []string, n *yaml.Node) {
	if n.Kind == yaml.Number && !n.IsPlain() {
		if at := in.find(keys); !in.spoken(at) {
			in.refuse(at, "%s is no plain number; write it like 15 or 0.5, with at most 25 digits", n.Text)
		}
	}
	for _, f := range n.Fields {
		in.oddNumbers(below(keys, f.Key), f.Value)
	}
	for i, item := range n.Items {
		in.oddNumbers(below(keys, fmt.Sprint(i)), item)
	}
}

func below(keys []string, key string) []string { return append(slices.Clone(keys), key) }

// translation puts a validator's findings into our words.
type translation struct {
	in       *inspection
	document any
}

func (t *translation) all(e *jsonschema.ValidationError) {
	switch k := e.ErrorKind.(type) {
	case *kind.Schema, *kind.Group, *kind.Reference, *kind.AllOf:
		for _, cause := range e.Causes {
			t.all(cause)
		}
	case *kind.Required:
		for _, key := range k.Missing {
			t.missing(e, key)
		}
	case *kind.AdditionalProperties:
		for _, key := range k.Properties {
			t.unknown(e, key)
		}
	default:
		t.value(e)
	}
}

func (t *translation) missing(e *jsonschema.ValidationError, key string) {
	at := t.in.find(below(e.InstanceLocation, key))
	properties, _ := t.node(e)["properties"].(map[string]any)
	property, _ := properties[key].(map[string]any)
	description, _ := property["description"].(string)
	t.in.refuse(at, "is missing%s", about(description))
}

// about says what belongs there.
func about(description string) string {
	if description == "" {
		return ""
	}
	return ": " + strings.TrimSuffix(description, ".")
}

func (t *translation) unknown(e *jsonschema.ValidationError, key string) {
	at := t.in.find(below(e.InstanceLocation, key)).atKey()
	if why := t.text(e, "errorMessage", ""); why != "" && t.node(e)["patternProperties"] != nil {
		t.in.refuse(at, "%q %s", key, why)
		return
	}
	allowed := t.keys(e)
	t.in.refuse(at, "is not a key that is known here%s; allowed: %s", meant(key, allowed, ""), strings.Join(allowed, ", "))
}

// meant is the question after a typing error.
func meant(name string, allowed []string, around string) string {
	candidate := nearest(name, allowed)
	if candidate == "" {
		return ""
	}
	if around == "" {
		around = "%s"
	}
	return " (did you mean " + fmt.Sprintf(around, candidate) + "?)"
}

// keys lists what may be configured; a key that is known only to be refused isn't
// among them.
func (t *translation) keys(e *jsonschema.ValidationError) []string {
	properties, _ := t.node(e)["properties"].(map[string]any)
	var keys []string
	for _, key := range slices.Sorted(maps.Keys(properties)) {
		property, _ := properties[key].(map[string]any)
		if _, refused := property["not"]; !refused && key != "$schema" {
			keys = append(keys, key)
		}
	}
	return keys
}

// value speaks of one value, in the schema's words where it has any.
func (t *translation) value(e *jsonschema.ValidationError) {
	at := t.in.find(e.InstanceLocation)
	if _, refused := e.ErrorKind.(*kind.Not); refused {
		at = at.atKey()
	}
	n := at.node
	if n == nil || n.Kind == yaml.Number && !n.IsPlain() && !t.wantsText(e) {
		return // oddNumbers speaks of it
	}
	if message := t.message(e, n); !t.in.spoken(at) {
		t.in.refuse(at, "%s", message)
	}
}

func (t *translation) message(e *jsonschema.ValidationError, n *yaml.Node) string {
	switch k := e.ErrorKind.(type) {
	case *kind.Type:
		return wrongType(n, k.Want)
	case *kind.Enum:
		return t.notOneOf(e, n, k.Want)
	case *kind.Pattern: // without the value where it may hold a password
		if why := t.text(e, "patternErrorMessage", ""); why != "" {
			return fmt.Sprintf("%q %s", n.Text, why)
		}
	case *kind.Format:
		return fmt.Sprintf("%q is not a date like 2026-11-21", n.Text)
	case *kind.MinLength, *kind.MinProperties, *kind.MinItems:
		return "is empty" + about(t.text(e, "description", ""))
	case *kind.Minimum:
		return fmt.Sprintf("must be %s or more", number(k.Want))
	case *kind.Maximum:
		return fmt.Sprintf("must be %s or less", number(k.Want))
	}
	return t.text(e, "errorMessage", "is not what the schema allows: "+strings.Join(e.ErrorKind.KeywordPath(), "/"))
}

func number(r *big.Rat) string { return strings.TrimSuffix(r.FloatString(2), ".00") }

// kindWords says what a JSON type is to somebody who writes YAML.
var kindWords = map[string]string{
	"string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false",
	"object": "keys with values", "array": "a list", "null": "nothing",
}

func wrongType(n *yaml.Node, want []string) string {
	words := make([]string, len(want))
	for i, w := range want {
		words[i] = kindWords[w]
	}
	wanted := strings.Join(words, " or ")
	switch {
	case n.Kind == yaml.Null:
		return fmt.Sprintf("has no value: give it %s, or remove the key", wanted)
	case slices.Contains(want, "string") && (n.Kind == yaml.Number || n.Kind == yaml.Boolean):
		return fmt.Sprintf("must be text: put it in quotes, %q", n.Text)
	case slices.Contains(want, "string") && isBarePlaceholder(n):
		return fmt.Sprintf("must be text: put it in quotes, %q", "{"+n.Fields[0].Key+"}")
	case n.Kind == yaml.Text && slices.ContainsFunc(want, func(w string) bool { return w == "integer" || w == "number" }):
		return fmt.Sprintf("must be %s without quotes, not the text %q", wanted, n.Text)
	case n.Kind == yaml.Number:
		return fmt.Sprintf("must be %s, not %s", wanted, n.Text)
	}
	return fmt.Sprintf("must be %s, not %s", wanted, kindWords[string(n.Kind)])
}

// isBarePlaceholder: {order.number} without quotes is an object to YAML.
func isBarePlaceholder(n *yaml.Node) bool {
	return n.Kind == yaml.Object && len(n.Fields) == 1 && n.Fields[0].Value.Kind == yaml.Null
}

func (t *translation) notOneOf(e *jsonschema.ValidationError, n *yaml.Node, want []any) string {
	allowed := make([]string, len(want))
	for i, w := range want {
		allowed[i] = fmt.Sprint(w)
	}
	if len(t.in.platforms) > 0 && t.text(e, "title", "") == "platform" {
		allowed = t.in.platforms
	}
	list := strings.Join(allowed, ", ")
	switch {
	case n.Kind == yaml.Null:
		return "has no value; allowed: " + list
	case n.Kind != yaml.Text && slices.Contains(allowed, n.Text):
		return fmt.Sprintf("must be text: put it in quotes, %q", n.Text)
	case n.Kind == yaml.Object || n.Kind == yaml.List:
		return fmt.Sprintf("must be text, not %s; allowed: %s", kindWords[string(n.Kind)], list)
	}
	return fmt.Sprintf("%q is not a %s%s; allowed: %s", n.Text, t.text(e, "title", "value that can stand here"), meant(n.Text, allowed, "%q"), list)
}

func (t *translation) wantsText(e *jsonschema.ValidationError) bool {
	switch k := e.ErrorKind.(type) {
	case *kind.Type:
		return slices.Contains(k.Want, "string")
	case *kind.Enum:
		return true
	case *kind.Not, *kind.Const:
		return true
	}
	return false
}

// text is a keyword of the subschema that failed.
func (t *translation) text(e *jsonschema.ValidationError, keyword, otherwise string) string {
	if text, ok := t.node(e)[keyword].(string); ok {
		return text
	}
	return otherwise
}

// node is the subschema that failed: its address ends in a JSON pointer.
func (t *translation) node(e *jsonschema.ValidationError) map[string]any {
	_, fragment, _ := strings.Cut(e.SchemaURL, "#")
	pointer, err := url.PathUnescape(fragment)
	if err != nil {
		return nil
	}
	at := t.document
	for _, key := range strings.Split(pointer, "/")[1:] {
		object, ok := at.(map[string]any)
		if !ok {
			// An index of allOf.
			at = element(at, key)
			continue
		}
		at = object[strings.NewReplacer("~1", "/", "~0", "~").Replace(key)]
	}
	object, _ := at.(map[string]any)
	return object
}

func element(list any, index string) any {
	items, _ := list.([]any)
	for i, item := range items {
		if fmt.Sprint(i) == index {
			return item
		}
	}
	return nil
}

package file

import (
	"bytes"
	_ "embed" // base.schema.json
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

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/nearest"
	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/yaml"
)

// base is the schema without what the kinds of ERP say of their accounts.
//
//go:embed base.schema.json
var base []byte

// Schema is the JSON Schema of a file with accounts of these kinds: what editors check
// while one types, and what Load checks. Its errorMessage and patternErrorMessage, which
// editors know too, are the words of both.
func Schema(kinds erp.Kinds) (map[string]any, error) {
	document, err := object(base)
	if err != nil {
		return nil, err
	}
	defs := document["$defs"].(map[string]any)
	account := defs["account"].(map[string]any)
	name := account["properties"].(map[string]any)["kind"].(map[string]any)
	names, choices := []any{}, []any{}
	for _, k := range kinds {
		of, err := object(k.Schema)
		if err != nil {
			return nil, fmt.Errorf("the schema of %s: %w", k.Name, err)
		}
		below, _ := of["$defs"].(map[string]any)
		delete(of, "$defs")
		of["properties"].(map[string]any)["kind"] = name
		for key, def := range below {
			if defs[key] != nil {
				return nil, fmt.Errorf("the schema of %s: there is a %s already", k.Name, key)
			}
			defs[key] = def
		}
		if defs[k.Name] != nil {
			return nil, fmt.Errorf("the schema of %s: there is a %s already", k.Name, k.Name)
		}
		defs[k.Name] = of
		names = append(names, k.Name)
		choices = append(choices, map[string]any{
			"if":   map[string]any{"properties": map[string]any{"kind": map[string]any{"const": k.Name}}, "required": []any{"kind"}},
			"then": map[string]any{"$ref": "#/$defs/" + k.Name},
		})
	}
	name["enum"] = names
	if len(choices) > 0 {
		account["allOf"] = choices
	}
	return document, nil
}

func object(b []byte) (map[string]any, error) {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	o, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("is no object")
	}
	return o, nil
}

// composed is a schema that was put together, and compiled.
type composed struct {
	compiled *jsonschema.Schema
	document map[string]any
}

// done remembers what was composed, by all that it was composed of: compiling costs
// more than checking a file.
var done sync.Map

func published(kinds erp.Kinds) (composed, error) {
	var of strings.Builder
	for _, k := range kinds {
		of.WriteString(k.Name + "\x00")
		of.Write(k.Schema)
	}
	if c, ok := done.Load(of.String()); ok {
		return c.(composed), nil
	}
	document, err := Schema(kinds)
	if err != nil {
		return composed{}, fmt.Errorf("put the schema of connections together: %w", err)
	}
	compiled, err := compile(document)
	if err != nil {
		return composed{}, fmt.Errorf("compile the schema of connections: %w", err)
	}
	c := composed{compiled, document}
	done.Store(of.String(), c)
	return c, nil
}

func compile(document map[string]any) (*jsonschema.Schema, error) {
	const address = "connections.schema.json"
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(address, document); err != nil {
		return nil, err
	}
	return c.Compile(address)
}

// schema holds the file to the schema.
func (in *inspection) schema() error {
	schema, err := published(in.kinds)
	if err != nil {
		return err
	}
	var invalid *jsonschema.ValidationError
	if err := schema.compiled.Validate(in.root.Value()); errors.As(err, &invalid) {
		(&translation{in, schema.document}).all(invalid)
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
		if at := in.find(keys); !in.hasProblem(at) {
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
	if what := about(description); what.IsZero() {
		t.in.refuse(at, "is missing")
	} else {
		t.in.refuse(at, "is missing: %s", what)
	}
}

// about says what belongs there.
func about(description string) words.Text { return said(strings.TrimSuffix(description, ".")) }

// said is a text of the schema, whose Portuguese the catalogue has as that of a format. A
// test sees to it.
func said(text string) words.Text {
	if text == "" {
		return words.Text{}
	}
	format := strings.ReplaceAll(text, "%", "%%")
	return words.Say(format, none...)
}

// none are the values of a format that is no constant.
var none []any

func (t *translation) unknown(e *jsonschema.ValidationError, key string) {
	at := t.in.find(below(e.InstanceLocation, key)).atKey()
	if why := said(t.text(e, "errorMessage")); !why.IsZero() && t.node(e)["patternProperties"] != nil {
		t.in.refuse(at, "%q %s", key, why)
		return
	}
	allowed := t.keys(e)
	t.in.refuse(at, "is not a key that is known here%s; allowed: %s", nearest.Question(key, allowed, "%s"), strings.Join(allowed, ", "))
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
	if message := t.message(e, n); !t.in.hasProblem(at) {
		t.in.add(at, false, message)
	}
}

func (t *translation) message(e *jsonschema.ValidationError, n *yaml.Node) words.Text {
	switch k := e.ErrorKind.(type) {
	case *kind.Type:
		return wrongType(n, k.Want)
	case *kind.Enum:
		return t.notOneOf(e, n, k.Want)
	case *kind.Pattern: // without the value where it may hold a password
		if why := said(t.text(e, "patternErrorMessage")); !why.IsZero() {
			return words.Say("%q %s", n.Text, why)
		}
	case *kind.Format:
		return words.Say("%q is not a date like 2026-11-21", n.Text)
	case *kind.MinLength, *kind.MinProperties, *kind.MinItems:
		if what := about(t.text(e, "description")); !what.IsZero() {
			return words.Say("is empty: %s", what)
		}
		return words.Say("is empty")
	case *kind.Minimum:
		return words.Say("must be %s or more", number(k.Want))
	case *kind.Maximum:
		return words.Say("must be %s or less", number(k.Want))
	}
	if why := said(t.text(e, "errorMessage")); !why.IsZero() {
		return why
	}
	return words.Say("is not what the schema allows: %s", strings.Join(e.ErrorKind.KeywordPath(), "/"))
}

func number(r *big.Rat) string { return strings.TrimSuffix(r.FloatString(2), ".00") }

// kindWords says what a JSON type is to somebody who writes YAML.
var kindWords = map[string]words.Text{
	"string": words.Say("text"), "integer": words.Say("a whole number"), "number": words.Say("a number"), "boolean": words.Say("true or false"),
	"object": words.Say("keys with values"), "array": words.Say("a list"), "null": words.Say("nothing"),
}

func wrongType(n *yaml.Node, want []string) words.Text {
	wanted := kindWords[want[0]]
	for _, w := range want[1:] {
		wanted = words.Say("%s or %s", wanted, kindWords[w])
	}
	switch {
	case n.Kind == yaml.Null:
		return words.Say("has no value: give it %s, or remove the key", wanted)
	case slices.Contains(want, "string") && (n.Kind == yaml.Number || n.Kind == yaml.Boolean):
		return words.Say("must be text: put it in quotes, %q", n.Text)
	case slices.Contains(want, "string") && isBarePlaceholder(n):
		return words.Say("must be text: put it in quotes, %q", "{"+n.Fields[0].Key+"}")
	case n.Kind == yaml.Text && slices.ContainsFunc(want, func(w string) bool { return w == "integer" || w == "number" }):
		return words.Say("must be %s without quotes, not the text %q", wanted, n.Text)
	case n.Kind == yaml.Number:
		return words.Say("must be %s, not %s", wanted, n.Text)
	}
	return words.Say("must be %s, not %s", wanted, kindWords[string(n.Kind)])
}

// isBarePlaceholder: {order.number} without quotes is an object to YAML.
func isBarePlaceholder(n *yaml.Node) bool {
	return n.Kind == yaml.Object && len(n.Fields) == 1 && n.Fields[0].Value.Kind == yaml.Null
}

func (t *translation) notOneOf(e *jsonschema.ValidationError, n *yaml.Node, want []any) words.Text {
	allowed := make([]string, len(want))
	for i, w := range want {
		allowed[i] = fmt.Sprint(w)
	}
	if len(t.in.platforms) > 0 && t.text(e, "title") == "platform" {
		allowed = t.in.platforms
	}
	list := strings.Join(allowed, ", ")
	switch {
	case n.Kind == yaml.Null:
		return words.Say("has no value; allowed: %s", list)
	case n.Kind != yaml.Text && slices.Contains(allowed, n.Text):
		return words.Say("must be text: put it in quotes, %q", n.Text)
	case n.Kind == yaml.Object || n.Kind == yaml.List:
		return words.Say("must be text, not %s; allowed: %s", kindWords[string(n.Kind)], list)
	}
	meant := nearest.Question(n.Text, allowed, "%q")
	if title := said(t.text(e, "title")); !title.IsZero() {
		return words.Say("%q is not a %s%s; allowed: %s", n.Text, title, meant, list)
	}
	return words.Say("%q is not a value that can stand here%s; allowed: %s", n.Text, meant, list)
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

// text is a keyword of the subschema that failed; empty where it has none.
func (t *translation) text(e *jsonschema.ValidationError, keyword string) string {
	text, _ := t.node(e)[keyword].(string)
	return text
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

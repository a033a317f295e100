// Package yaml reads a small, strict YAML (and JSON, which is YAML) into a tree
// in which everything knows its line and column, for files that people write by
// hand. Anchors, aliases, merge keys and tags are refused in words: what is
// written is what is meant, and nothing unfolds into more than was written. It is
// for the command line; no function imports it.
package yaml

import (
	"encoding/json"
	"regexp"
	"strings"
)

// NodeKind is what a node is, in JSON's words.
type NodeKind string

// What a node can be.
const (
	Null    NodeKind = "null"
	Boolean NodeKind = "boolean"
	Number  NodeKind = "number"
	Text    NodeKind = "string"
	List    NodeKind = "array"
	Object  NodeKind = "object"
)

// Node is one value and its place.
type Node struct {
	Kind NodeKind
	// Text is a scalar as it was written, a text without its quotes.
	Text string
	// Fields are an object's, in the file's order.
	Fields []Field
	// Items are a list's.
	Items []*Node

	Line, Column int
}

// Field is one key of an object. Keys are always text: 1042 and "1042" are the
// same key.
type Field struct {
	Key          string
	Line, Column int
	Value        *Node
}

// Get is the value of a key, or nil.
func (n *Node) Get(key string) *Node {
	for _, f := range n.Fields {
		if f.Key == key {
			return f.Value
		}
	}
	return nil
}

// plainNumber is what JSON, YAML 1.1, YAML 1.2 and a person read alike. Octal,
// hexadecimal, exponents, infinity and digits with underscores are not.
var plainNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,24})(\.[0-9]{1,12})?$`)

// IsPlain tells whether a number is written as JSON writes it, without exponent.
// Any other number has a Text, but no value.
func (n *Node) IsPlain() bool { return plainNumber.MatchString(n.Text) }

// Value is the node as encoding/json would decode it with UseNumber. A number
// that is not plain is zero there: report it, don't use it.
func (n *Node) Value() any {
	switch n.Kind {
	case Object:
		object := make(map[string]any, len(n.Fields))
		for _, f := range n.Fields {
			object[f.Key] = f.Value.Value()
		}
		return object
	case List:
		list := make([]any, len(n.Items))
		for i, item := range n.Items {
			list[i] = item.Value()
		}
		return list
	case Text:
		return n.Text
	case Number:
		if !n.IsPlain() {
			return json.Number("0")
		}
		return json.Number(n.Text)
	case Boolean:
		return strings.EqualFold(n.Text, "true")
	}
	return nil
}

// JSON is the node as compact JSON: keys in the file's order, numbers as they
// were written.
func (n *Node) JSON() json.RawMessage {
	var out []byte
	return n.appendJSON(out)
}

func (n *Node) appendJSON(out []byte) []byte {
	switch n.Kind {
	case Object:
		out = append(out, '{')
		for i, f := range n.Fields {
			if i > 0 {
				out = append(out, ',')
			}
			out = append(append(out, quote(f.Key)...), ':')
			out = f.Value.appendJSON(out)
		}
		return append(out, '}')
	case List:
		out = append(out, '[')
		for i, item := range n.Items {
			if i > 0 {
				out = append(out, ',')
			}
			out = item.appendJSON(out)
		}
		return append(out, ']')
	}
	return append(out, quote(n.Value())...)
}

// quote is json.Marshal of a scalar, which can't fail.
func quote(scalar any) []byte {
	b, err := json.Marshal(scalar)
	if err != nil {
		panic("a scalar is always JSON: " + err.Error())
	}
	return b
}

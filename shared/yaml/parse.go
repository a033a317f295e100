package yaml

import (
	"bytes"
	"errors"
	"regexp"
	"strconv"
	"unicode/utf8"

	goyaml "github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/carimbo/carimbo/shared/words"
)

// Limits keep a hostile or mistaken file from costing time or the stack.
const (
	// MaxSize is the largest file that is read, in bytes.
	MaxSize = 1 << 20
	// maxTokens and maxKeys are some thousands of mapped SKUs. Keys inside braces
	// count only as tokens; on the others the parser recurses, and copies what it
	// has each time.
	maxTokens = 100_000
	maxKeys   = 10_000
	maxDepth  = 40
)

// Parse reads one document. The node is nil if there are problems, or if nothing
// but comments is in the file. No message quotes the file's text, so that a file
// of secrets can be parsed too; paths do.
func Parse(file string, b []byte) (*Node, Problems) {
	r := &reader{file: file}
	text, ok := r.text(b)
	if !ok {
		return nil, r.problems
	}
	tokens := lexer.Tokenize(text)
	if r.screen(tokens); len(r.problems) > 0 {
		return nil, r.problems.Sorted()
	}
	tree, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		r.syntax(err)
		return nil, r.problems
	}
	root := r.document(tree)
	if len(r.problems) > 0 {
		return nil, r.problems.Sorted()
	}
	return root, nil
}

// reader turns the library's tree into ours and collects what it doesn't like.
type reader struct {
	file     string
	problems Problems
}

func (r *reader) problem(at *token.Position, path, format string, args ...any) {
	r.add(at, path, words.Say(format, args...))
}

func (r *reader) add(at *token.Position, path string, message words.Text) {
	r.problems = append(r.problems, Problem{File: r.file, Line: at.Line, Column: max(at.Column, 1), Path: path, Message: message})
}

func (r *reader) whole(format string, args ...any) {
	r.problems = append(r.problems, Problem{File: r.file, Message: words.Say(format, args...)})
}

// text checks what isn't about YAML. Line ends become \n, as the library miscounts
// lines that end in \r\n.
func (r *reader) text(b []byte) (string, bool) {
	if len(b) > MaxSize {
		r.whole("is larger than 1 MiB")
		return "", false
	}
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	b = bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n"))
	b = bytes.ReplaceAll(b, []byte("\r"), []byte("\n"))
	for i := 0; i < len(b); {
		c, size := utf8.DecodeRune(b[i:])
		if c == utf8.RuneError && size == 1 || c == 0 {
			line, column := place(b[:i])
			r.problem(&token.Position{Line: line, Column: column}, "", "is not UTF-8 text from here on; save the file as UTF-8")
			return "", false
		}
		i += size
	}
	return string(b), true
}

// place is the line and column behind before.
func place(before []byte) (line, column int) {
	last := bytes.LastIndexByte(before, '\n')
	return 1 + bytes.Count(before, []byte("\n")), 1 + utf8.RuneCount(before[last+1:])
}

// unsupported says in words what of YAML is refused.
var unsupported = map[token.Type]words.Text{
	token.AnchorType:     words.Say(`anchors (&) are not supported: write the value out where it is used; a text that begins with & needs quotes`),
	token.AliasType:      words.Say(`aliases (*) are not supported: write the value out here; a text or key that begins with * needs quotes, like "*"`),
	token.MergeKeyType:   words.Say(`merge keys (<<) are not supported: write the keys out here`),
	token.TagType:        words.Say(`tags (!) are not supported: quotes make a value text; a text that begins with ! needs quotes`),
	token.DirectiveType:  words.Say(`directives (%%) are not supported`),
	token.MappingKeyType: words.Say(`keys that begin with ? are not supported: write "key: value"`),
}

// screen refuses what is unsupported, and bounds size and nesting, before the
// parser recurses into it.
func (r *reader) screen(tokens token.Tokens) {
	if len(tokens) > maxTokens {
		r.whole("has too many values: %d keys, values and marks at most", maxTokens)
		return
	}
	flow, entries, line, keys := 0, 0, 0, 0
	for _, t := range tokens {
		if why, ok := unsupported[t.Type]; ok {
			r.add(t.Position, "", why)
		}
		if t.Position.Line != line {
			line, entries = t.Position.Line, 0
		}
		switch t.Type {
		case token.MappingStartType, token.SequenceStartType:
			flow++
		case token.MappingEndType, token.SequenceEndType:
			flow--
		case token.SequenceEntryType:
			entries++
		case token.MappingValueType:
			if flow == 0 {
				keys++
			}
		}
		if keys > maxKeys {
			r.whole("has too many keys: %d at most, those inside { } not counted", maxKeys)
			return
		}
		// Blocks nest by one column at least, or by "- - -" on one line.
		if flow > maxDepth || entries > maxDepth {
			r.problem(t.Position, "", "is nested too deeply: %d levels at most", maxDepth)
			return
		}
	}
}

func (r *reader) syntax(err error) {
	var se *goyaml.SyntaxError
	if !errors.As(err, &se) || se.Token == nil {
		r.whole(notValid)
		return
	}
	r.problem(se.Token.Position, "", notValidFor, libraryWords(se.Message))
}

func (r *reader) document(tree *ast.File) *Node {
	var root *Node
	for _, doc := range tree.Docs {
		switch {
		case doc.Body == nil:
		case root != nil:
			second := r.node(doc.Body, "")
			r.problem(&token.Position{Line: second.Line, Column: second.Column}, "", "is a second document; a file holds one")
			return nil
		default:
			root = r.node(doc.Body, "")
		}
	}
	return root
}

// anyNumber is a number of YAML's core schema that isn't octal or hexadecimal.
var anyNumber = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)

func (r *reader) node(n ast.Node, path string) *Node {
	at := n.GetToken().Position
	out := &Node{Line: at.Line, Column: at.Column, Text: n.GetToken().Value}
	switch n := n.(type) {
	case *ast.MappingNode:
		out.Kind, out.Text = Object, ""
		out.Fields = r.fields(n, path)
		if len(n.Values) > 0 && !n.IsFlowStyle {
			out.Line, out.Column = out.Fields[0].Line, out.Fields[0].Column
		}
	case *ast.SequenceNode:
		out.Kind, out.Text = List, ""
		for i, item := range n.Values {
			out.Items = append(out.Items, r.node(item, Join(path, strconv.Itoa(i))))
		}
	case *ast.StringNode:
		out.Kind, out.Text = Text, n.Value
		// The library takes 1e3 and very long digits for text; YAML and JSON don't.
		if n.Token.Type == token.StringType && anyNumber.MatchString(n.Value) {
			out.Kind = Number
		}
	case *ast.LiteralNode:
		out.Kind, out.Text = Text, n.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		out.Kind = Number
	case *ast.BoolNode:
		out.Kind = Boolean
	case *ast.NullNode:
		out.Kind, out.Text = Null, ""
	default:
		r.problem(at, path, "is a kind of YAML that is not supported here")
	}
	return out
}

func (r *reader) fields(n *ast.MappingNode, path string) []Field {
	fields := make([]Field, 0, len(n.Values))
	first := make(map[string]int, len(n.Values))
	for _, pair := range n.Values {
		t := pair.Key.GetToken()
		f := Field{Key: t.Value, Line: t.Position.Line, Column: t.Position.Column}
		below := Join(path, f.Key)
		if line, twice := first[f.Key]; twice {
			r.problem(t.Position, below, "stands twice in the same place; the first is in line %d", line)
		}
		first[f.Key] = f.Line
		f.Value = r.node(pair.Value, below)
		// What isn't there has no place of its own.
		if f.Value.Kind == Null {
			f.Value.Line, f.Value.Column = f.Line, f.Column
		}
		fields = append(fields, f)
	}
	return fields
}

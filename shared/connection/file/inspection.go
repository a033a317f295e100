package file

import (
	"slices"
	"strconv"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/yaml"
)

// inspection collects what is wrong in one file. The layers run in this order:
// the schema, our rules, the ERPs' checks; a later one adds nothing to a value
// that a former one spoke of.
type inspection struct {
	file     string
	root     *yaml.Node
	problems Problems
	kinds    erp.Kinds
	// platforms are offered instead of all that the schema spells, if there are any.
	platforms []string
}

// spot is where a path leads: to node, or to nothing (then node is nil and the
// place is that of the last key that is there).
type spot struct {
	path         string
	node         *yaml.Node
	line, column int
	// keyLine and keyColumn are the place of the key, for what is wrong with the
	// key rather than its value.
	keyLine, keyColumn int
	// parent is the path of the last thing that is there.
	parent string
}

// find follows keys and indexes from the root.
func (in *inspection) find(keys []string) spot {
	s := spot{node: in.root, line: in.root.Line, column: in.root.Column, keyLine: in.root.Line, keyColumn: in.root.Column}
	for _, key := range keys {
		s.path = yaml.Join(s.path, key)
		if s.node == nil {
			continue
		}
		s = s.step(key)
	}
	return s
}

func (s spot) step(key string) spot {
	from := s.node
	s.node = nil
	if from.Kind == yaml.List {
		if i, err := strconv.Atoi(key); err == nil && i >= 0 && i < len(from.Items) {
			s.node = from.Items[i]
			s.keyLine, s.keyColumn = s.node.Line, s.node.Column
		}
	}
	for _, f := range from.Fields {
		if f.Key == key {
			s.node, s.keyLine, s.keyColumn = f.Value, f.Line, f.Column
		}
	}
	if s.node == nil {
		return s
	}
	s.parent = s.path
	s.line, s.column = s.node.Line, s.node.Column
	// A person looks for the key of an object, not for its first field.
	if s.node.Kind == yaml.Object || s.node.Kind == yaml.List {
		s.line, s.column = s.keyLine, s.keyColumn
	}
	return s
}

// atKey is the same spot, shown at its key.
func (s spot) atKey() spot {
	s.line, s.column = s.keyLine, s.keyColumn
	return s
}

func (in *inspection) refuse(at spot, format string, args ...any) {
	in.add(at, false, words.Say(format, args...))
}

func (in *inspection) add(at spot, warning bool, message words.Text) {
	in.problems = append(in.problems, Problem{
		File: in.file, Line: at.line, Column: at.column, Path: at.path, Message: message, Warning: warning,
	})
}

// hasProblem tells whether something was said of this very value already.
func (in *inspection) hasProblem(at spot) bool {
	return slices.ContainsFunc(in.problems, func(p Problem) bool {
		return p.Path == at.path || at.node == nil && p.Path == at.parent && !p.Warning
	})
}

package yaml

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/carimbo/carimbo/shared/words"
)

// Problem is one thing that is wrong in a file, and where.
type Problem struct {
	File string
	// Line and Column begin at 1 and count characters; both are 0 for the file as a
	// whole.
	Line, Column int
	// Path leads to the value: keys and indexes joined with dots. Empty at the top.
	Path string
	// Message says what is wrong and what is allowed there.
	Message words.Text
	// Warning marks what will work, but may not be meant.
	Warning bool
}

// Words is "connections.yaml:12:9: connections.cursos.platform: message".
func (p Problem) Words() words.Text {
	at := p.File
	if p.Line > 0 {
		at = fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
	}
	said := []words.Text{words.Plain(at)}
	if p.Warning {
		said = append(said, words.Say("warning"))
	}
	if p.Path != "" {
		said = append(said, words.Plain(p.Path))
	}
	return words.Join(append(said, p.Message), ": ")
}

// String is Words in English.
func (p Problem) String() string { return p.Words().String() }

// Problems is all that is wrong in a file, by position. As an error it prints one
// problem a line.
type Problems []Problem

func (ps Problems) Error() string { return ps.Words().String() }

// Words is one problem a line.
func (ps Problems) Words() words.Text {
	lines := make([]words.Text, len(ps))
	for i, p := range ps {
		lines[i] = p.Words()
	}
	return words.Join(lines, "\n")
}

// Errors is ps without the warnings, as an error; nil if nothing is left.
func (ps Problems) Errors() error {
	var errs Problems
	for _, p := range ps {
		if !p.Warning {
			errs = append(errs, p)
		}
	}
	if len(errs) == 0 {
		return nil
	}
	return errs
}

// Sorted is ps by position, each problem once.
func (ps Problems) Sorted() Problems {
	sorted := slices.Clone(ps)
	slices.SortStableFunc(sorted, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Path, b.Path), cmp.Compare(a.Message.String(), b.Message.String()))
	})
	return slices.Compact(sorted)
}

// Join adds a key or index to a path. A key that would be misread in a path is
// quoted.
func Join(path, key string) string {
	if key == "" || strings.ContainsFunc(key, needsQuotes) {
		key = fmt.Sprintf("%q", key)
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

func needsQuotes(r rune) bool { return r <= ' ' || strings.ContainsRune(`."':`, r) }

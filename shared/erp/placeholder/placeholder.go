// Package placeholder is the one placeholder syntax of connections.yaml:
// {order.number} inside a text. There is no escape: a brace that opens always
// begins a placeholder, and a lone closing one is plain text.
package placeholder

import (
	"slices"
	"strings"

	"github.com/carimbo/carimbo/shared/nearest"
	"github.com/carimbo/carimbo/shared/words"
)

var (
	// ErrSyntax: a brace is never closed, or there is no name between two of them.
	ErrSyntax = words.Errorf("malformed placeholder")
	// ErrUnknown: there is no value of that name.
	ErrUnknown = words.Errorf("unknown placeholder")
)

// Names lists the placeholders of text in the order in which they first appear.
// The error is ErrSyntax, wrapped.
func Names(text string) ([]string, error) {
	var names []string
	err := scan(text, func(string) {}, func(name string) error {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		return nil
	})
	return names, err
}

// Problems says what is wrong with the placeholders of text where these are known.
func Problems(text string, known []string) []words.Text {
	names, err := Names(text)
	list := "{" + strings.Join(known, "}, {") + "}"
	if err != nil {
		return []words.Text{words.Say("%s; allowed: %s", err, list)}
	}
	var problems []words.Text
	for _, name := range names {
		if slices.Contains(known, name) {
			continue
		}
		if near := nearest.Name(name, known); near != "" {
			problems = append(problems, words.Say("{%s} is not a placeholder that is known here (did you mean {%s}?); allowed: %s", name, near, list))
		} else {
			problems = append(problems, words.Say("{%s} is not a placeholder that is known here; allowed: %s", name, list))
		}
	}
	return problems
}

// Expand puts the values in place of the placeholders, each once: braces inside a
// value stay as they are, so a customer's name can't reach another field. The
// error is ErrSyntax or ErrUnknown, wrapped, and never shows a value.
func Expand(text string, values map[string]string) (string, error) {
	var out strings.Builder
	err := scan(text, func(plain string) { out.WriteString(plain) }, func(name string) error {
		value, ok := values[name]
		if !ok {
			return words.Errorf("%s {%s}", ErrUnknown, name)
		}
		out.WriteString(value)
		return nil
	})
	if err != nil {
		return "", err
	}
	return out.String(), nil
}

// scan gives the plain stretches and the names of text in their order.
func scan(text string, plain func(string), name func(string) error) error {
	for {
		before, rest, found := strings.Cut(text, "{")
		plain(before)
		if !found {
			return nil
		}
		inside, after, closed := strings.Cut(rest, "}")
		switch {
		case !closed || strings.Contains(inside, "{"):
			return words.Errorf("%s: a { is never closed", ErrSyntax)
		case inside == "":
			return words.Errorf("%s: {} has no name in it", ErrSyntax)
		}
		if err := name(inside); err != nil {
			return err
		}
		text = after
	}
}

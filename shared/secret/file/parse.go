package file

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/secret"
	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/yaml"
)

// previousKey is the file's way to keep a former signing secret in force while a
// platform is switched to the new one; sinceKey says when that began.
const (
	previousKey = "previous_" + secret.SigningKey
	sinceKey    = previousKey + "_since"
)

// fields are what a kind of secret needs and what it may have. store/ holds what
// its platform's fetching needs, whatever that is.
type fields struct{ needed, allowed []string }

// kind is what is known of the secrets of a kind.
func (o Options) kind(name string) (fields, bool) {
	switch name {
	case "hook":
		return fields{needed: []string{secret.SigningKey}, allowed: []string{previousKey, sinceKey}}, true
	case "store":
		return fields{}, true
	case "notify": // signing_secret or user and password, as its receiver is called or written to
		return fields{allowed: []string{secret.SigningKey, previousKey, sinceKey, "user", "password"}}, true
	}
	needed, ok := o.Kinds[name]
	return fields{needed: needed}, ok
}

func (o Options) nameForm() words.Text {
	var forms strings.Builder
	for _, kind := range slices.Sorted(maps.Keys(o.Kinds)) {
		forms.WriteString(kind + "/<account>, ")
	}
	return words.Say("a secret's name is %shook/<connection>, store/<connection> or notify/<receiver>", forms.String())
}

// Parse reads the file's contents; name is what problems call the file. No
// problem repeats any text of the file but the names of secrets and of fields
// that are known: what stands in the wrong place may be a secret.
func Parse(name string, b []byte, o Options) (map[string]secret.Secret, yaml.Problems) {
	root, problems := yaml.Parse(name, b)
	r := &reader{Options: o, file: name, secrets: map[string]secret.Secret{}, owners: map[string]string{}}
	for _, p := range problems {
		r.silently(p)
	}
	if len(problems) > 0 || root == nil {
		return r.secrets, r.problems
	}
	if root.Kind != yaml.Object {
		r.refuse(root.Line, root.Column, "", "must be names of secrets with their fields; %s", r.nameForm())
		return r.secrets, r.problems
	}
	for _, f := range root.Fields {
		r.secret(f)
	}
	return r.secrets, r.problems.Sorted()
}

type reader struct {
	Options
	file     string
	secrets  map[string]secret.Secret
	problems yaml.Problems
	// owners has the first secret that each signing secret was seen in.
	owners map[string]string
}

// silently passes on a problem of the YAML without what it quotes.
func (r *reader) silently(p yaml.Problem) {
	p.Path = ""
	if p.IsSyntax() {
		p.Message = words.Say("is not valid YAML here, or a little before; a text with special characters needs quotes")
	}
	r.problems = append(r.problems, p)
}

func (r *reader) refuse(line, column int, path, format string, values ...any) {
	r.problems = append(r.problems, yaml.Problem{File: r.file, Line: line, Column: column, Path: path, Message: words.Say(format, values...)})
}

func (r *reader) warn(line, column int, path, format string, values ...any) {
	r.problems = append(r.problems, yaml.Problem{File: r.file, Line: line, Column: column, Path: path, Message: words.Say(format, values...), Warning: true})
}

func (r *reader) secret(f yaml.Field) {
	kind, name, _ := strings.Cut(f.Key, "/")
	expected, ok := r.kind(kind)
	if !ok || !connection.ValidName(name) {
		r.refuse(f.Line, f.Column, "", "is not the name of a secret; %s", r.nameForm())
		return
	}
	if f.Value.Kind != yaml.Object || len(f.Value.Fields) == 0 {
		if fields := needs(expected); fields == "" {
			r.refuse(f.Line, f.Column, f.Key, "must have fields")
		} else {
			r.refuse(f.Line, f.Column, f.Key, "must have fields: %s", fields)
		}
		return
	}
	r.secrets[f.Key] = r.values(f, expected)
}

func needs(f fields) string {
	if len(f.needed)+len(f.allowed) == 0 {
		return ""
	}
	return strings.Join(slices.Concat(f.needed, f.allowed), ", ")
}

func (r *reader) values(f yaml.Field, expected fields) secret.Secret {
	s := secret.Secret{Values: map[string]string{}}
	for _, field := range f.Value.Fields {
		path := ""
		known := slices.Contains(expected.needed, field.Key) || slices.Contains(expected.allowed, field.Key)
		switch {
		case known:
			path = yaml.Join(f.Key, field.Key)
		case len(expected.allowed)+len(expected.needed) > 0:
			r.warn(field.Line, field.Column, f.Key, "has a field that nothing reads; known: %s", needs(expected))
		}
		value := r.value(field, path, f.Key)
		if known && field.Key == sinceKey {
			s.Since = r.since(field, path, value)
			continue
		}
		if known && (field.Key == secret.SigningKey || field.Key == previousKey) {
			r.signing(field, f.Key, value)
		}
		r.example(field, cmp.Or(path, f.Key), value)
		if field.Key == previousKey {
			s.Previous = map[string]string{secret.SigningKey: value}
			continue
		}
		s.Values[field.Key] = value
	}
	s.Version = fingerprint(s.Values)
	if len(expected.allowed) > 0 {
		r.dated(f)
	}
	for _, key := range expected.needed {
		if _, ok := s.Values[key]; !ok {
			r.refuse(f.Line, f.Column, yaml.Join(f.Key, key), "is missing")
		}
	}
	return s
}

// value takes a number by its text: App Keys are digits.
func (r *reader) value(field yaml.Field, path, owner string) string {
	if path == "" {
		path = owner
	}
	n := field.Value
	switch {
	case n.Kind == yaml.Null || n.Kind == yaml.Text && strings.TrimSpace(n.Text) == "":
		r.refuse(field.Line, field.Column, path, "is empty")
	case n.Kind != yaml.Text && n.Kind != yaml.Number:
		r.refuse(field.Line, field.Column, path, "must be a text in quotes")
	case strings.TrimSpace(n.Text) != n.Text:
		r.warn(field.Line, field.Column, path, "begins or ends with a space or line end, which belongs to the secret as it stands")
	}
	return n.Text
}

// fingerprint tells values from others: 12 hexadecimal characters, far fewer than a
// secret could be found again by.
func fingerprint(values map[string]string) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(values)) {
		fmt.Fprintf(h, "%q=%q\n", name, values[name])
	}
	return hex.EncodeToString(h.Sum(nil)[:6])
}

package omiesim

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/order"
)

// kind is the type of one field.
type kind int

const (
	text        kind = iota // a string
	integer                 // a JSON number without a fraction
	decimal                 // a JSON number
	boolean                 // true or false
	flag                    // "S" or "N"
	date                    // "dd/mm/yyyy"
	output                  // only ever in answers
	ignored                 // only ever in answers, and taken without a word
	unsimulated             // Omie knows it, the simulator does not
	object
	list
)

type field struct {
	kind kind
	of   *shape
}

// shape is one complex type of Omie: the fields that it may have.
type shape struct {
	name   string
	fields map[string]field
}

func complexType(name string) *shape { return &shape{name, map[string]field{}} }

func (s *shape) with(k kind, tags ...string) *shape {
	for _, tag := range tags {
		s.fields[tag] = field{kind: k}
	}
	return s
}

func (s *shape) one(tag string, of *shape) *shape {
	s.fields[tag] = field{object, of}
	return s
}

func (s *shape) many(tag string, of *shape) *shape {
	s.fields[tag] = field{list, of}
	return s
}

// check refuses the first field, by name, that the type does not have or whose
// value is of another type.
func (s *shape) check(v map[string]any) *refusal {
	for _, tag := range slices.Sorted(maps.Keys(v)) {
		f, known := s.fields[tag]
		if !known {
			r := contents("Tag [%s] não faz parte da estrutura do tipo complexo [%s]!", strings.ToUpper(tag), s.name)
			r.code = codeUnknownTag
			return r
		}
		if refused := f.check(tag, v[tag]); refused != nil {
			return refused
		}
	}
	return nil
}

func (f field) check(tag string, v any) *refusal {
	switch f.kind {
	case output:
		return contents("A tag [%s] não deve ser informada na inclusão!", tag)
	case unsimulated:
		return contents("A tag [%s] não é atendida pelo simulador!", tag)
	case ignored:
		return nil
	case object:
		inner, ok := v.(map[string]any)
		if !ok {
			return mistyped(tag, "object")
		}
		return f.of.check(inner)
	case list:
		return f.checkList(tag, v)
	}
	if !f.kind.accepts(v) {
		return mistyped(tag, f.kind.String())
	}
	return nil
}

func (f field) checkList(tag string, v any) *refusal {
	items, ok := v.([]any)
	if !ok {
		return mistyped(tag, "array")
	}
	for _, item := range items {
		inner, ok := item.(map[string]any)
		if !ok {
			return mistyped(tag, "array")
		}
		if refused := f.of.check(inner); refused != nil {
			return refused
		}
	}
	return nil
}

func mistyped(tag, want string) *refusal {
	return contents("O conteúdo da tag [%s] é inválido, esperado [%s]!", tag, want)
}

func (k kind) String() string {
	return [...]string{text: "string", integer: "integer", decimal: "decimal", boolean: "boolean", flag: "S/N", date: "dd/mm/aaaa", output: "output", ignored: "ignored", unsimulated: "unsimulated", object: "object", list: "array"}[k]
}

var wholeNumber = regexp.MustCompile(`^-?[0-9]{1,18}$`)

func (k kind) accepts(v any) bool {
	switch k {
	case integer:
		n, ok := v.(json.Number)
		return ok && wholeNumber.MatchString(n.String())
	case decimal:
		n, ok := v.(json.Number)
		_, err := order.ParseMoney(n.String())
		return ok && err == nil
	case boolean:
		_, ok := v.(bool)
		return ok
	}
	t, ok := v.(string)
	switch {
	case !ok:
		return false
	case k == flag:
		return t == "S" || t == "N"
	case k == date:
		return t == "" || isDate(t)
	}
	return true
}

const omieDate = "02/01/2006"

// isDate wants two digits of day and month, which time.Parse alone does not.
func isDate(t string) bool {
	_, err := time.Parse(omieDate, t)
	return err == nil && len(t) == len(omieDate)
}

// The readers below are for values that passed check.

func has(v map[string]any, tag string) bool {
	found, ok := v[tag]
	return ok && found != ""
}

func textOf(v map[string]any, tag string) string {
	t, _ := v[tag].(string)
	return t
}

func intOf(v map[string]any, tag string) int64 {
	n, _ := v[tag].(json.Number)
	i, _ := n.Int64()
	return i
}

func moneyOf(v map[string]any, tag string) order.Money {
	n, _ := v[tag].(json.Number)
	m, _ := order.ParseMoney(n.String())
	return m
}

func quantityOf(v map[string]any, tag string) order.Quantity {
	n, _ := v[tag].(json.Number)
	q, _ := order.ParseQuantity(n.String())
	return q
}

func objectOf(v map[string]any, tag string) map[string]any {
	o, _ := v[tag].(map[string]any)
	return o
}

func listOf(v map[string]any, tag string) []map[string]any {
	items, _ := v[tag].([]any)
	all := make([]map[string]any, 0, len(items))
	for _, item := range items {
		if o, ok := item.(map[string]any); ok {
			all = append(all, o)
		}
	}
	return all
}

// required refuses the first of the tags that is absent or empty.
func required(v map[string]any, tags ...string) *refusal {
	for _, tag := range tags {
		if !has(v, tag) {
			return missing(tag)
		}
	}
	return nil
}

// only refuses more or less than one of the tags: keys of which Omie takes one.
func only(v map[string]any, tags ...string) *refusal {
	found := 0
	for _, tag := range tags {
		if has(v, tag) {
			found++
		}
	}
	switch found {
	case 0:
		return missing(tags[0])
	case 1:
		return nil
	}
	return contents("Preencha apenas a tag [%s]!", strings.Join(tags, "] ou a tag ["))
}

// decimals is how many the amount has.
func decimals(m order.Money) int {
	_, fraction, _ := strings.Cut(m.Number(), ".")
	return len(fraction)
}

// whole tells whether the amount has no fraction of a cent.
func whole(m order.Money) bool { return m.Round().Equal(m) }

package platform

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/order"
)

// value is a field's: a text or number, or the one of a list or an object that may be a tax id.
type value struct {
	text string
	// several tells that there are more.
	several bool
}

func valueOf(v any) value {
	texts := textsOf(nil, v)
	best := slices.IndexFunc(texts, func(text string) bool { id, _ := order.ParseTaxID(text); return id != "" })
	if best < 0 {
		best = slices.IndexFunc(texts, likely)
	}
	if best < 0 {
		return value{}
	}
	return value{texts[best], len(texts) > 1}
}

// textsOf adds the texts and numbers of a JSON value, in the order of its keys.
func textsOf(texts []string, v any) []string {
	switch v := v.(type) {
	case string, json.Number:
		if text := textOf(v); text != "" {
			texts = append(texts, text)
		}
	case []any:
		for _, item := range v {
			texts = textsOf(texts, item)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			texts = textsOf(texts, v[key])
		}
	}
	return texts
}

// textOf is a JSON string or number as loose.Text has it.
func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v)
	case json.Number:
		return v.String()
	}
	return ""
}

// UnmarshalJSON never fails on valid JSON.
func (f *value) UnmarshalJSON(b []byte) error {
	var text loose.Text
	if len(b) == 0 || b[0] != '[' && b[0] != '{' {
		err := text.UnmarshalJSON(b)
		*f = value{text: string(text)}
		return err
	}
	v, err := decodeAny(b)
	*f = valueOf(v)
	return err
}

func decodeAny(b []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	err = d.Decode(&v)
	return v, err
}

// Meta is a key with a value, as plugins and apps add it to an order.
type Meta struct {
	// Key is what the platform calls key or name.
	Key loose.Text
	// Value is what is there as a text or a number.
	Value loose.Text
	// field is what may be a tax id's.
	field Field
}

// UnmarshalJSON never fails on valid JSON.
func (m *Meta) UnmarshalJSON(b []byte) error {
	var is struct {
		Key   loose.Text      `json:"key"`
		Name  loose.Text      `json:"name"`
		Value json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(b, &is); err != nil {
		return err // of another type, which Decode leaves out
	}
	*m = Meta{Key: cmp.Or(is.Key, is.Name)}
	if len(is.Value) == 0 {
		return nil
	}
	var v value
	_ = v.UnmarshalJSON(is.Value)
	_ = m.Value.UnmarshalJSON(is.Value)
	m.field = Field{Name: string(m.Key), Value: v.text, several: v.several}
	return nil
}

// Field is the key with its value, or with the only text of that.
func (m Meta) Field() Field { return m.field }

// Aside are the right tax ids that a body has where a payer's is never looked for: in the
// fields of lines and of whatever an app added, and in texts. None is used; it is told, and
// where nothing else is found the order is no order without a tax id.
func Aside(body []byte) Fields { return AsideIn(body, "") }

// AsideIn are those of a body that may be inside the key, which is no part of their places.
func AsideIn(body []byte, key string) Fields {
	if !slices.ContainsFunc([]string{"cpf", "CPF", "Cpf", "cnpj", "CNPJ", "Cnpj", "C.P.F", "c.p.f", "C.N.P.J", "c.n.p.j"},
		func(name string) bool { return bytes.Contains(body, []byte(name)) }) && !printsCPF(body) && !endsCNPJ(body) {
		return nil
	}
	v, err := decodeAny(loose.JSON(body))
	if err != nil {
		return nil
	}
	fields := aside(nil, "", v)
	if key != "" {
		for i, f := range fields {
			fields[i].At = strings.TrimPrefix(f.At, key+".")
		}
	}
	return fields
}

// inText is what leads to a tax id in a text, where it isn't printed as one.
var inText = regexp.MustCompile(`(?i)\b(?:c\.?p\.?f\b|c\.?n\.?p\.?j\b)`)

// printsCPF tells whether a text has a CPF as it is printed, apart from other numbers and
// words. Every body is asked for that.
func printsCPF[T string | []byte](text T) bool {
	const form = "000.000.000-00"
	isWord := func(at int) bool {
		return 0 <= at && at < len(text) && (text[at] == '_' || isAlphanumeric(text[at]))
	}
next:
	for at := 0; at+len(form) <= len(text); at++ {
		for i := range len(form) {
			is := text[at+i]
			if '0' <= is && is <= '9' {
				is = '0'
			}
			if is != form[i] {
				continue next
			}
		}
		if !isWord(at-1) && !isWord(at+len(form)) {
			return true
		}
	}
	return false
}

// endsCNPJ tells whether a body may have a CNPJ as it is printed: the end of one, /0001-05. PHP
// writes a stroke as \/.
func endsCNPJ(body []byte) bool {
	for {
		at := bytes.IndexByte(body, '/')
		if at < 0 || at+8 > len(body) {
			return false
		}
		body = body[at+1:]
		if body[4] == '-' && isDigit(body[5]) && isDigit(body[6]) {
			return true
		}
	}
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// printedCNPJ is one as it is printed, with letters or without.
var printedCNPJ = regexp.MustCompile(`(?i)\b[0-9A-Z]{2}\.[0-9A-Z]{3}\.[0-9A-Z]{3}/[0-9A-Z]{4}-[0-9]{2}\b`)

// prints tells whether a text has a CPF or a CNPJ as they are printed: nothing else looks so.
func prints(text string) bool {
	return printsCPF(text) || strings.Contains(text, "/") && printedCNPJ.MatchString(text)
}

func isAlphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// maxPlace is how long a place may be: whoever nests deeper hides nothing that anybody typed.
const maxPlace = 300

// aside adds those below the place.
func aside(fields Fields, at string, v any) Fields {
	if len(at) > maxPlace {
		return fields
	}
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			fields = aside(fields, at, item)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			name, place := key, key
			if at != "" {
				place = at + "." + key
			}
			if key == "value" {
				for _, names := range []string{"name", "key"} {
					if of, ok := v[names].(string); ok && of != "" {
						name, place = of, at+"."+of
					}
				}
			}
			fields = asideField(aside(fields, place, v[key]), name, place, v[key])
		}
	}
	return fields
}

func asideField(fields Fields, name, place string, v any) Fields {
	switch v.(type) {
	case string, json.Number:
	default:
		return fields
	}
	text := textOf(v)
	if len(text) < 11 || !strings.ContainsAny(text, "0123456789") {
		return fields
	}
	switch id, _ := order.ParseTaxID(text); {
	case id != "" && namesTaxID(name):
		fields = append(fields, Field{Name: name, Value: text, At: place, aside: true})
	case id != "" && whoseIs(name) == nobodys && prints(text), id == "" && (inText.MatchString(text) || prints(text)):
		_, found, _ := order.CutTaxID(text)
		if id, _ = order.ParseTaxID(found); id != "" {
			fields = append(fields, Field{Name: name, Value: found, At: place, aside: true, inText: true})
		}
	}
	return fields
}

// namesTaxID tells a name that has the word cpf or cnpj.
func namesTaxID(name string) bool {
	if !holds(name, "cpf", "cnpj") {
		return false
	}
	words := wordsOf(name)
	return slices.Contains(words, "cpf") || slices.Contains(words, "cnpj")
}

package sensio

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/order"
)

// heard is an answer that was read, in whatever writing it came.
type heard struct {
	wire.Response
	body any
	// json: the body is an object or a list, and so Sensio's own: what stands in between
	// answers in HTML.
	json    bool
	success verdict
	// failed: a status or an error in the body says so.
	failed bool
	// said is for a person, words for the patterns.
	said  string
	words wire.Words
}

// verdict is what an answer says of itself.
type verdict int

const (
	unsaid verdict = iota
	yes
	no
	unclear // in a word that nobody knows
)

// refused tells whether the answer itself says that it didn't go well.
func (h heard) refused() bool { return h.success == no || h.success == unclear || h.failed }

// hear reads an answer. The error is the context's: then nobody knows what it says.
func hear(ctx context.Context, r wire.Response, sent wire.Sent) (heard, error) {
	h := heard{Response: r}
	body, err := wire.Read(r.Body)
	if err != nil {
		return h, nil
	}
	h.body = body
	switch body := body.(type) {
	case map[string]any:
		h.json, h.success, h.failed = true, verdictOf(body), failed(body)
	case []any:
		h.json = true
	}
	wrong := r.Status >= 400 && r.Status < 500 || h.refused()
	h.said = saidBy(body, wrong)
	if h.said == "" && wrong {
		h.said = anythingIn(body)
	}
	h.words, err = wire.Hear(ctx, h.said, sent)
	return h, err
}

func verdictOf(body map[string]any) verdict {
	for _, name := range successIn {
		v, there := field(body, name)
		if !there {
			continue
		}
		switch word := strings.ToLower(strings.TrimSpace(scalar(v))); {
		case slices.Contains(sayYes, word):
			return yes
		case slices.Contains(sayNo, word):
			return no
		}
		return unclear
	}
	return unsaid
}

// failed tells whether the body has an error, or the status of one.
func failed(body map[string]any) bool {
	for _, name := range errorIn {
		v, _ := field(body, name)
		if v == true || len(appendSaid(nil, "", v, true)) > 0 {
			return true
		}
	}
	return slices.ContainsFunc(statusIn, func(name string) bool {
		v, _ := field(body, name)
		word := strings.ToLower(strings.TrimSpace(scalar(v)))
		n, err := strconv.Atoi(word)
		return err == nil && n >= http.StatusBadRequest && n < 600 || slices.Contains(sayFailed, word)
	})
}

// saidBy is what a JSON answer says to a person, or empty.
func saidBy(body any, wrong bool) string {
	said := append(appendSaid(nil, "", body, false), heldBy(body, wrong)...)
	if object, ok := body.(map[string]any); ok && wrong {
		for _, name := range detailIn {
			if fields, _ := field(object, name); len(appendSaid(nil, "", fields, false)) == 0 {
				said = appendSaid(said, "", fields, true)
			}
		}
	}
	return strings.Join(said, "; ")
}

// heldBy is what a JSON answer says where others have what was asked for: a text that is no
// id, and, if something is wrong, the messages of an object.
func heldBy(body any, wrong bool) (said []string) {
	object, _ := body.(map[string]any)
	for _, name := range heldIn {
		switch held, _ := field(object, name); held := held.(type) {
		case string:
			if strings.Contains(strings.TrimSpace(held), " ") && strings.ContainsFunc(held, unicode.IsLetter) {
				said = appendSaid(said, "", held, false)
			}
		case map[string]any:
			if wrong {
				said = appendSaid(said, "", held, false)
			}
		}
	}
	return said
}

// anythingIn is every text of an answer that says nothing where refusals say why.
func anythingIn(body any) string {
	object, ok := body.(map[string]any)
	if !ok {
		return ""
	}
	said := appendSaid(nil, "", body, true)
	if len(said) == 0 {
		for _, name := range heldIn {
			if held, ok := at(object, name).(map[string]any); ok {
				said = appendSaid(said, "", held, true)
			}
		}
	}
	return strings.Join(said, "; ")
}

// longestLabel bounds the name of a field before each of its texts.
const longestLabel = 60

// appendSaid appends the texts in a value that may be one, a list of them, or objects
// that hold messages, each behind the name of the field that it is about. byField:
// unknown names are those of fields.
func appendSaid(all []string, about string, v any, byField bool) []string {
	switch v := v.(type) {
	case string:
		if text := strings.TrimSpace(wire.Plain(v)); strings.ContainsFunc(text, isLetter) {
			if about != "" {
				text = about + ": " + text
			}
			all = append(all, text)
		}
	case []any:
		for _, element := range v {
			all = appendSaid(all, about, element, byField)
		}
	case map[string]any:
		return appendFields(all, about, v, byField)
	}
	return all
}

func appendFields(all []string, about string, v map[string]any, byField bool) []string {
	for _, name := range fieldIn {
		if name == "name" && !byField {
			continue // of whatever the answer is about
		}
		if of, ok := field(v, name); ok && scalar(of) != "" {
			about = label(about, scalar(of))
			break
		}
	}
	for _, name := range saidIn {
		if said, ok := field(v, name); ok {
			all = appendSaid(all, about, said, byField || slices.Contains(errorIn, name))
		}
	}
	if !byField {
		return all
	}
	if text, alone := v["value"].(string); alone && len(v) == 1 {
		return appendSaid(all, about, text, true) // what others have in the place of a text
	}
	for _, name := range slices.Sorted(maps.Keys(v)) {
		if lower := strings.ToLower(name); !slices.Contains(notSaid, lower) && !slices.Contains(fieldIn, lower) && !slices.Contains(saidIn, lower) {
			all = appendSaid(all, label(about, name), v[name], true)
		}
	}
	return all
}

func label(about, name string) string {
	if name = strings.TrimSpace(name); about != "" {
		name = about + "." + name
	}
	return order.Cut(name, longestLabel)
}

func isLetter(r rune) bool { return r != '.' && r != '-' && r != '*' && r != ' ' }

// at follows keys joined with dots; nil where they lead nowhere.
func at(v any, path string) any {
	v, _ = valueAt(v, path)
	return v
}

// valueAt is at, and tells null from nothing.
func valueAt(v any, path string) (value any, there bool) {
	if path == "" {
		return v, true
	}
	for key := range strings.SplitSeq(path, ".") {
		object, _ := v.(map[string]any)
		if v, there = field(object, key); !there {
			return nil, false
		}
	}
	return v, true
}

// field is what an object has under a name, which may be written in another case.
func field(object map[string]any, name string) (any, bool) {
	if v, ok := object[name]; ok {
		return v, true
	}
	found := ""
	for key := range object {
		if strings.EqualFold(key, name) && (found == "" || key < found) {
			found = key
		}
	}
	v, ok := object[found]
	return v, ok && found != ""
}

// text is a text or a number in a row, as its text.
func text(row any, path string) string {
	switch v := at(row, path).(type) {
	case string, json.Number:
		return scalar(v)
	}
	return ""
}

// scalar is a value that holds no others, as its text; empty for null and the rest.
func scalar(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

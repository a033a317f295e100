package platformtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
)

// written holds the paid body against the same one in other writings.
func (c Case) written(t *testing.T) {
	d := json.NewDecoder(bytes.NewReader(c.Paid))
	d.UseNumber()
	var all any
	if err := d.Decode(&all); err != nil {
		t.Fatal(err)
	}
	plain := encoded(t, all)
	var latin1 []byte
	for _, r := range string(plain) {
		if r > 0xff {
			t.Fatalf("the paid body has %q, which is not in Latin-1", r)
		}
		latin1 = append(latin1, byte(r))
	}
	if bytes.Equal(latin1, plain) || !bytes.ContainsAny(plain, "[") {
		t.Fatal("the paid body needs a letter with an accent, and a list")
	}
	want := c.whole(t, "as it is", plain)
	for what, body := range map[string][]byte{
		"Latin-1":              latin1,
		"a byte order mark":    append([]byte("\ufeff"), plain...),
		"HTML's entities":      encoded(t, rewritten(all, entities, nil)),
		"entities of entities": encoded(t, rewritten(all, html.EscapeString, entities)),
		"keys in its lists":    encoded(t, keyed(all)),
	} {
		if diff := cmp.Diff(want, c.whole(t, what, body)); diff != "" {
			t.Errorf("with %s it says something else:\n%s", what, diff)
		}
	}
}

// read is all that a body says.
type read struct {
	Notice platform.Notice
	Order  order.Order
}

func (c Case) whole(t *testing.T, what string, body []byte) read {
	t.Helper()
	r := c.Platform.Sign(body, c.Secret, now)
	if err := c.Platform.Verify(r, []string{c.Secret}, now); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	n, err := c.Platform.Read(r, c.Settings)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if !bytes.Equal(n.Payload.Body, body) {
		t.Errorf("%s: the body is not kept as it came", what)
	}
	o, err := c.Platform.Order(n.Payload, c.Settings)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	n.Payload = platform.Payload{}
	return read{n, o}
}

func encoded(t *testing.T, v any) []byte {
	t.Helper()
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSpace(out.Bytes())
}

func entities(text string) string {
	var out strings.Builder
	for _, r := range html.EscapeString(text) {
		if r < 0x80 {
			out.WriteRune(r)
			continue
		}
		fmt.Fprintf(&out, "&#%d;", r)
	}
	return out.String()
}

// rewritten is v with its texts put through second, if there is one, and first.
func rewritten(v any, first, second func(string) string) any {
	switch v := v.(type) {
	case string:
		if second != nil {
			v = second(v)
		}
		return first(v)
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = rewritten(v[i], first, second)
		}
		return list
	case map[string]any:
		object := map[string]any{}
		for key := range v {
			object[key] = rewritten(v[key], first, second)
		}
		return object
	}
	return v
}

// keyed is v with its lists as PHP writes those out of which something was taken.
func keyed(v any) any {
	switch v := v.(type) {
	case []any:
		object := map[string]any{}
		for i := range v {
			object[fmt.Sprint(10+i)] = keyed(v[i])
		}
		return object
	case map[string]any:
		object := map[string]any{}
		for key := range v {
			object[key] = keyed(v[key])
		}
		return object
	}
	return v
}

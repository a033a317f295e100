package platformtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
)

// Sample is one of the project's own payloads, such as shopify/order_paid.json. It is
// found from the folder of any platform, where that one's tests run.
func Sample(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "events", "payloads", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

type noValue string

// Absent, as a value, makes Edit take the field away.
const Absent noValue = "absent"

// Edit changes a body by decoding it, so that a test shows only what it is about.
// Paths go through objects, as in billing.cpf; a nil value becomes null.
func Edit(t testing.TB, body []byte, changes map[string]any) []byte {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var all map[string]any
	if err := d.Decode(&all); err != nil {
		t.Fatal(err)
	}
	for path, value := range changes {
		at, keys := all, strings.Split(path, ".")
		last := len(keys) - 1
		for _, key := range keys[:last] {
			at = at[key].(map[string]any)
		}
		at[keys[last]] = value
		if value == Absent {
			delete(at, keys[last])
		}
	}
	b, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Kind is what an order is rejected for; empty where it isn't.
func Kind(err error) order.ReasonKind {
	reason, _ := order.AsRejection(err)
	return reason.Kind
}

// IsNotUnderstood holds what Order gave against a rejection that begins with these
// words, and against no order.
func IsNotUnderstood(t testing.TB, what string, o order.Order, err error, says string) {
	t.Helper()
	reason, _ := order.AsRejection(err)
	if reason.Kind != order.NotUnderstood || !strings.HasPrefix(reason.Message.String(), says) || !cmp.Equal(o, order.Order{}) {
		t.Errorf("%s: got %v, want %s", what, err, says)
	}
}

func (c Case) readWith(topic string, body []byte) (platform.Notice, error) {
	r := c.Platform.Sign(body, c.Secret, now)
	if c.Topic != "" {
		r.Header[c.Topic] = topic
	}
	return c.Platform.Read(r, c.Settings)
}

// UnderstandsNone checks that neither Read nor Order takes any of the bodies, and
// that Read keeps them.
func (c Case) UnderstandsNone(t *testing.T, topic string, bodies ...[]byte) {
	t.Helper()
	for _, body := range bodies {
		if n, err := c.readWith(topic, body); !errors.Is(err, platform.ErrNotUnderstood) || len(n.Payload.Body) == 0 {
			t.Errorf("%s: Read gives %v", body, err)
		}
		if _, err := c.Platform.Order(platform.Payload{Body: body}, c.Settings); Kind(err) != order.NotUnderstood {
			t.Errorf("%s: Order gives %v", body, err)
		}
	}
}

// RepeatsNothing checks that no error repeats what is private in a body that becomes
// no order.
func (c Case) RepeatsNothing(t *testing.T, topic, private string, bodies ...string) {
	t.Helper()
	for _, body := range bodies {
		_, errRead := c.readWith(topic, []byte(body))
		_, errOrder := c.Platform.Order(platform.Payload{Body: []byte(body)}, c.Settings)
		for _, err := range []error{errRead, errOrder} {
			if err != nil && strings.Contains(err.Error(), private) {
				t.Errorf("%s: %v", body, err)
			}
		}
		if errOrder == nil {
			t.Errorf("%s became an order", body)
		}
	}
}

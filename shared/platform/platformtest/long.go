package platformtest

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/order"
)

// tooLong is no text that anybody means. Its characters take two bytes each.
var tooLong = strings.Repeat("ã", 30_000)

// long makes one text of the paid body after the other too long.
func (c Case) long(t *testing.T) {
	d := json.NewDecoder(bytes.NewReader(c.Paid))
	d.UseNumber()
	var body any
	if err := d.Decode(&body); err != nil {
		t.Fatal(err)
	}
	texts := 0
	each(&body, func(path string) {
		texts++
		changed, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		n, err := c.Platform.Read(c.Platform.Sign(changed, c.Secret, now), c.Settings)
		if err == nil && len(n.OrderID) > order.MaxID {
			t.Errorf("%s: the notice's id has %d bytes", path, len(n.OrderID))
		}
		o, err := c.Platform.Order(n.Payload, c.Settings)
		if reason, refused := order.AsRejection(err); refused && len(reason.Message.String()) > 1000 {
			t.Errorf("%s: the reason has %d bytes", path, len(reason.Message.String()))
		}
		if diff := cmp.Diff(o.Bounded(), o); diff != "" {
			t.Errorf("%s: the order is not bounded:\n%.300s", path, diff)
		}
		if reason, refused := order.AsRejection(o.Check(now)); refused && len(reason.Message.String()) > 1000 {
			t.Errorf("%s: the verdict has %d bytes", path, len(reason.Message.String()))
		}
	})
	if texts < 10 {
		t.Fatalf("the paid body has %d texts", texts)
	}
}

// each calls do once for every text below v, which is too long meanwhile.
func each(v *any, do func(path string)) { eachAt(v, "", do) }

func eachAt(v *any, path string, do func(path string)) {
	switch was := (*v).(type) {
	case string:
		*v = was + tooLong
		do(path)
		*v = was
	case map[string]any:
		for name, field := range was {
			eachAt(&field, path+"."+name, func(p string) {
				former := was[name]
				was[name] = field
				do(p)
				was[name] = former
			})
		}
	case []any:
		for i := range was {
			eachAt(&was[i], path+"[]", do)
		}
	}
}

package platformtest

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/words"
)

// origins: a platform that says nothing of who pays and when fails, and so does one whose
// places are not those of the values.
func (c Case) origins(t *testing.T) {
	p := c.notice(t, c.Paid).Payload
	o, err := c.Platform.Order(p, c.Settings)
	if err != nil {
		t.Fatal(err)
	}
	from := o.Origins
	if from.Payer == "" || from.Rule.IsZero() || from.PaidAt == "" {
		t.Errorf("who pays, by which rule, when: %+v", from)
	}
	if o.Customer.TaxID == "" || from.TaxID == "" {
		t.Fatalf("the paid body should have a tax id, and say where: %q at %q", o.Customer.TaxID, from.TaxID)
	}
	if !strings.HasPrefix(from.TaxID, from.Payer) && !strings.Contains(string(c.Paid), last(from.TaxID)) {
		t.Errorf("%s is nowhere in the payload", from.TaxID)
	}
	if !strings.Contains(string(c.Paid), `"`+last(from.PaidAt)+`"`) {
		t.Errorf("%s is nowhere in the payload", from.PaidAt)
	}
	c.withoutTaxID(t, p, o)
	c.keptOut(t, o)
}

// last is the field's own name.
func last(place string) string { return place[strings.LastIndexByte(place, '.')+1:] }

// withoutTaxID: where there is none, no place is told of it.
func (c Case) withoutTaxID(t *testing.T, p platform.Payload, was order.Order) {
	t.Helper()
	for _, written := range []string{string(was.Customer.TaxID), was.Customer.TaxID.Formatted()} {
		p.Body = bytes.ReplaceAll(p.Body, []byte(written), nil)
	}
	o, err := c.Platform.Order(p, c.Settings)
	if err != nil {
		t.Fatal(err)
	}
	if o.Customer.TaxID != "" || o.Origins.TaxID != "" {
		t.Errorf("without its text there is a tax id %q, at %q", o.Customer.TaxID, o.Origins.TaxID)
	}
}

// keptOut: what is for a preview is in nothing that an order becomes.
func (c Case) keptOut(t *testing.T, o order.Order) {
	t.Helper()
	with, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	o.Origins = order.Origins{}
	without, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(without), string(with)); diff != "" {
		t.Errorf("the origins are in the order's JSON:\n%s", diff)
	}
}

// InEnglish are the origins with their texts as plain English, to compare them with.
func InEnglish(from order.Origins) order.Origins {
	from.Rule = words.Plain(from.Rule.String())
	from.Discount, from.Dropped = slices.Clone(from.Discount), slices.Clone(from.Dropped)
	for i, text := range from.Discount {
		from.Discount[i] = words.Plain(text.String())
	}
	for i, d := range from.Dropped {
		from.Dropped[i] = order.Dropped{What: words.Plain(d.What.String()), Why: words.Plain(d.Why.String())}
	}
	return from
}

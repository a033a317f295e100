package order

import (
	"slices"

	"github.com/carimbo/carimbo/shared/words"
)

// Origins say where a platform found in the payload what it made of it, in the platform's
// own names. A preview alone shows them: they enter no message, no digest, and nothing
// that is kept.
type Origins struct {
	// Payer is the record of the party that pays, and Rule is why that one.
	Payer string
	Rule  words.Text
	// TaxID is the field of the tax id, also of one that can't be used; empty where there
	// is none.
	TaxID string
	// PaidAt is the field of the moment of payment.
	PaidAt string
	// Discount says of what the discount of the whole order was made, where the platform
	// calls it something else.
	Discount []words.Text
	// Dropped is what the payload says and the order doesn't.
	Dropped []Dropped
}

// Dropped is something that was left out, and why.
type Dropped struct {
	What words.Text `json:"what"`
	Why  words.Text `json:"why"`
}

// maxDropped bounds what is told of it: a payload may have any number of fields.
const maxDropped = 50

// bounded are those that a store's own names make no longer than anybody reads.
func (o Origins) bounded() Origins {
	for _, text := range []*string{&o.Payer, &o.TaxID, &o.PaidAt} {
		*text = Cut(*text, 2*maxField)
	}
	o.Rule = o.Rule.Within(2*maxField, Cut)
	discount := o.Discount[:min(len(o.Discount), maxDropped)]
	o.Discount = nil
	for _, text := range discount {
		o.Discount = append(o.Discount, text.Within(2*maxField, Cut))
	}
	dropped := o.Dropped[:min(len(o.Dropped), maxDropped)]
	o.Dropped = nil
	for _, d := range dropped {
		o.Dropped = append(o.Dropped, Dropped{d.What.Within(maxField, Cut), d.Why.Within(2*maxField, Cut)})
	}
	return o
}

// cut shortens a text to so many bytes, and notes that its end is left out, in these words.
func (o *Origins) cut(text *string, limit int, format string, values ...any) {
	if short := Cut(*text, limit); short != *text {
		o.Omit(words.Say(format, values...), "it has %d bytes, and %d are kept", len(*text), len(short))
		*text = short
	}
}

// Omit notes once that something was left out. What is the name of a field, never its value.
func (o *Origins) Omit(what words.Text, format string, args ...any) {
	o.Add(Dropped{what, words.Say(format, args...)})
}

// Add is Omit with the words of why.
func (o *Origins) Add(d Dropped) {
	if len(o.Dropped) < maxDropped && !slices.Contains(o.Dropped, d) {
		o.Dropped = append(o.Dropped, d)
	}
}

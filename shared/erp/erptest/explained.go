package erptest

import (
	"encoding/json"
	"strings"

	"github.com/carimbo/carimbo/shared/erp"
)

// explained: an ERP that doesn't say whom it is asked for, and what of the customer it
// isn't told, fails.
func explained(w *world) {
	if w.c.Kind.Explain == nil {
		w.t.Fatal("it has no Explain")
	}
	o := w.c.Order
	e, err := w.c.Kind.Explain(w.c.Settings, o, w.reference(o.ID))
	if err != nil {
		w.t.Fatal(err)
	}
	if e.How.IsZero() || len(e.Asked) == 0 {
		w.t.Errorf("the customer has a tax id, and how the ERP is asked for them isn't said: %+v", e)
	}
	w.says(e, o.Customer.Name)
	for _, p := range e.Contradictions {
		if !p.Warning || p.Path == "" || p.Message.IsZero() {
			w.t.Errorf("a contradiction is a warning about a place in the account: %+v", p)
		}
	}
	// What the ERP isn't told is said to be dropped.
	o.Customer.ForeignID = "PASSPORT-42"
	if e, err = w.c.Kind.Explain(w.c.Settings, o, w.reference(o.ID)); err != nil {
		w.t.Fatal(err)
	}
	if w.tells(e, o.Customer.ForeignID) || len(e.Dropped) == 0 {
		w.t.Errorf("no ERP is told a foreign document, and nobody hears that it is dropped: %+v", e)
	}
	o.Customer.TaxID, o.Customer.TaxIDWrong = "", true
	if e, err = w.c.Kind.Explain(w.c.Settings, o, w.reference(o.ID)); err != nil || e.How.IsZero() {
		w.t.Errorf("with a wrong tax id: %+v, %v", e, err)
	}
	if n := len(w.way.calls()); n > 0 {
		w.t.Errorf("%d calls were made", n)
	}
	w.judged()
}

// judged: what a fiscal rule may have against a document names its field, and where a person
// mends it; an account's own services say where in it.
func (w *world) judged() {
	for _, f := range w.mapped("1").Facts {
		if f.About == "" || f.Field.IsZero() || f.Mend.IsZero() {
			w.t.Errorf("a fact without its field or the place to mend it: %+v", f)
		}
	}
	if w.c.Kind.Fiscal == nil {
		return
	}
	for _, f := range w.c.Kind.Fiscal(w.c.Settings) {
		if f.About == "" || f.Field.IsZero() || len(f.At) == 0 {
			w.t.Errorf("a service's fact without its field or its place: %+v", f)
		}
	}
}

func (w *world) says(e erp.Explanation, value string) {
	w.t.Helper()
	if !w.tells(e, value) {
		w.t.Errorf("%q is nowhere in what the ERP is asked: %+v", value, e)
	}
}

func (w *world) tells(e erp.Explanation, value string) bool {
	w.t.Helper()
	text, err := json.Marshal(e.Asked)
	if err != nil {
		w.t.Fatal(err)
	}
	quoted, err := json.Marshal(value)
	if err != nil {
		w.t.Fatal(err)
	}
	return strings.Contains(string(text), strings.Trim(string(quoted), `"`))
}

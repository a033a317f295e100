package erptest

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
)

func document(w *world) {
	first, second := w.mapped("1"), w.mapped("1")
	if !reflect.DeepEqual(first, second) {
		w.t.Errorf("the same order gives\n%+v\nand\n%+v", first, second)
	}
	if first.Reference != w.reference("1") || first.CustomerID != "" && first.Customer.TaxID != "" {
		w.t.Errorf("the document is %+v", first)
	}
	if !first.Total.Equal(w.c.Order.Total) {
		w.t.Errorf("its total is %s, the order's %s", first.Total, w.c.Order.Total)
	}
	if diff := cmp.Diff(w.c.Order, first.Order); diff != "" {
		w.t.Errorf("what it was made from (-want +got):\n%s", diff)
	}
	if n := len(w.way.calls()); n > 0 {
		w.t.Errorf("%d calls were made", n)
	}
}

func unmapped(w *world) {
	const sku = "NO-SUCH-SKU"
	o := w.c.Order
	for i := range w.c.Order.Lines {
		o.Lines = slices.Clone(w.c.Order.Lines)
		o.Lines[i].SKUs = []string{sku}
		_, err := w.Document(o, w.reference("1"))
		if reason, ok := order.AsRejection(err); !ok || reason.Kind != order.Mapping || !strings.Contains(reason.Message.String(), sku) || !strings.Contains(reason.Message.String(), account) {
			w.t.Errorf("line %d: %v", i+1, err)
		}
	}
	for _, other := range []string{"NO-SUCH-2", "NO-SUCH-3"} { // that cost nothing
		o.Lines = append(o.Lines, order.Line{SKUs: []string{other}, Name: "Brinde", Quantity: order.Pieces(1)})
	}
	_, err := w.Document(o, w.reference("1"))
	for _, name := range []string{sku, "NO-SUCH-2", "NO-SUCH-3"} {
		if reason, _ := order.AsRejection(err); !strings.Contains(reason.Message.String(), strconv.Quote(name)) {
			w.t.Errorf("%s isn't named: %v", name, err)
		}
	}
}

// created is what a look-up has to show of a document: the evidence that it is ours.
func created(w *world) {
	doc := w.ready("1")
	got := w.Create(w.t.Context(), doc)
	if got.Kind != erp.Created || got.ID == "" || got.RetryAfter != 0 {
		w.t.Fatalf("Create: %+v", got)
	}
	if !w.c.Kind.IsID(got.ID) {
		w.t.Errorf("the id %q doesn't look as it says: %s", got.ID, w.c.Kind.IDForm)
	}
	if w.holds(doc.Reference, 1); w.sim.Documents() != 1 {
		w.t.Errorf("the ERP holds %d documents", w.sim.Documents())
	}
	w.wait()
	found := w.LookUp(w.t.Context(), doc.Reference)
	if found.Kind != erp.Present || found.ID != got.ID || found.Number != got.Number {
		w.t.Fatalf("LookUp: %+v, after %+v", found, got)
	}
	f := found.Found
	if f.TotalUnknown || !f.Total.Equal(doc.Total) || f.OrderNumber != doc.OrderNumber || f.Cancelled {
		w.t.Errorf("it shows %+v of a document with total %s, order %q", f, doc.Total, doc.OrderNumber)
	}
	if f.CustomerID != "" && f.CustomerID != doc.CustomerID {
		w.t.Errorf("it shows the customer %q instead of %q", f.CustomerID, doc.CustomerID)
	}
	// Entries of the first kind of document may have no kind.
	if first := w.c.Kind.Documents[0].Name; first == doc.Reference.DocumentKind {
		w.wait()
		ref := doc.Reference
		ref.DocumentKind = ""
		if bare := w.LookUp(w.t.Context(), ref); bare.Kind != erp.Present || bare.ID != got.ID {
			w.t.Errorf("without a kind: %+v", bare)
		}
	}
	if status, said := w.way.people(http.MethodGet, "/documents", ""); status != http.StatusOK || !strings.Contains(said, got.ID) {
		w.t.Errorf("GET /documents: HTTP %d %s", status, said)
	}
}

// again: an ERP that keeps a second document away says so; of one that doesn't, each
// answer tells of a document of its own, and a look-up takes neither for the one.
func again(w *world) {
	doc := w.ready("1")
	first := w.Create(w.t.Context(), doc)
	w.wait()
	second := w.Create(w.t.Context(), doc)
	w.wait()
	found := w.LookUp(w.t.Context(), doc.Reference)
	switch n := w.sim.Count(doc.Reference); {
	case first.Kind != erp.Created:
		w.t.Errorf("Create: %+v", first)
	case n == 1 && second.Kind == erp.Duplicate:
		if found.Kind != erp.Present || found.ID != first.ID {
			w.t.Errorf("LookUp: %+v", found)
		}
	case n == 2 && second.Kind == erp.Created && second.ID != first.ID:
		if found.Kind != erp.Unprovable {
			w.t.Errorf("LookUp, of two: %+v", found)
		}
	default:
		w.t.Errorf("the ERP holds %d documents of it after %+v", n, second)
	}
}

func absent(w *world) {
	none := func(when string) {
		got := w.LookUp(w.t.Context(), w.reference("none"))
		if got.Kind != erp.Absent && (got.Kind != erp.Unprovable || w.c.Kind.LooksUpAlways) {
			w.t.Errorf("LookUp, %s: %+v", when, got)
		}
		w.wait()
	}
	none("of an ERP with nothing in it")
	w.settled()
	none("beside another document")
	if !w.CanLookUp() {
		w.t.Error("the account of the suite has no look-up")
	}
}

// another: what an answer says of another's reference is no news of ours.
func another(w *world) {
	w.settled()
	doc := w.ready("1")
	told := 0
	w.way.begin(trouble{name: "another's", answer: func(out http.ResponseWriter, r *http.Request, real *httptest.ResponseRecorder) {
		body := real.Body.String()
		for _, part := range strings.Split(w.c.Kind.Code(doc.Reference), "#") {
			body = strings.ReplaceAll(body, strconv.Quote(part), `"another"`)
		}
		if body != real.Body.String() {
			told++
		}
		says(real.Code, real.Header().Get("Content-Type"), body)(out, r, real)
	}}, 0)
	if got := w.Create(w.t.Context(), doc); told > 0 && got.Kind != erp.Lost {
		w.t.Errorf("Create: %+v", got)
	}
	w.holds(doc.Reference, 1)
	told = 0
	w.wait()
	if got := w.LookUp(w.t.Context(), doc.Reference); told == 0 || got.Kind == erp.Present || got.Kind == erp.Absent {
		w.t.Errorf("LookUp: %+v, where the answer has %d references", got, told)
	}
}

// foreign: another release may have made kinds of documents that this one doesn't know.
func foreign(w *world) {
	w.settled()
	w.way.end()
	ref := w.reference("none")
	ref.DocumentKind = "no_such_kind"
	if got := w.LookUp(w.t.Context(), ref); got.Kind != erp.Unprovable || len(w.way.calls()) > 0 {
		w.t.Errorf("LookUp: %+v after %d calls", got, len(w.way.calls()))
	}
}

// keyed: under another App Key an absence proves nothing, and a customer's id is
// another one's. Where the account's calls have no App Key, there is nothing to note.
func keyed(w *world) {
	doc := w.ready("1")
	found := w.LookUp(w.t.Context(), doc.Reference)
	if doc.Key != found.Key || doc.Key != "" && doc.Key != erp.KeyDigest(appKey) {
		w.t.Errorf("the document's key is %q, the look-up's %q", doc.Key, found.Key)
	}
	if doc.Key == "" {
		return
	}
	w.keys.App = "7766554433221"
	w.way.end()
	w.wait()
	if got := w.Create(w.t.Context(), doc); got.Kind != erp.NotSent || len(w.way.calls()) > 0 {
		w.t.Errorf("Create under another key: %+v after %d calls", got, len(w.way.calls()))
	}
	if got := w.LookUp(w.t.Context(), doc.Reference); got.Key != erp.KeyDigest(w.keys.App) {
		w.t.Errorf("LookUp under another key: %+v", got)
	}
}

func previewed(w *world) {
	body, open, err := w.c.Kind.Request(w.mapped("1"))
	if err != nil || len(body) == 0 {
		w.t.Fatalf("before the customer is known: %s, %v", body, err)
	}
	doc := w.ready("1")
	if doc.CustomerID != "" && doc.Customer.TaxID != "" && open.IsZero() {
		w.t.Error("nothing says that the customer isn't known yet")
	}
	body, open, err = w.c.Kind.Request(doc)
	if err != nil || !open.IsZero() {
		w.t.Errorf("with the customer: %q, %v", open, err)
	}
	w.way.end()
	if got := w.Create(w.t.Context(), doc); got.Kind != erp.Created {
		w.t.Fatalf("Create: %+v", got)
	}
	calls := w.way.calls()
	if len(calls) != 1 {
		w.t.Fatalf("a create is %d calls", len(calls))
	}
	masked := calls[0].body
	for _, value := range []string{appKey, secret} {
		masked = bytes.ReplaceAll(masked, []byte(value), []byte(order.Mask))
	}
	if diff := cmp.Diff(string(masked), string(body)); diff != "" {
		w.t.Errorf("the preview differs from what is sent (-sent +shown):\n%s", diff)
	}
}

// late: a create needs the time for its call and what records its outcome.
func late(w *world) {
	if limit, rest := w.CallLimit(), w.LongestRest(); limit <= 0 || limit+record >= placing.Invocation || rest <= 0 {
		w.t.Errorf("a call takes up to %s, a rest up to %s", limit, rest)
	}
	doc := w.ready("1")
	w.way.end()
	for _, left := range []time.Duration{-time.Second, 0, time.Second, w.CallLimit()} {
		ctx, cancel := context.WithTimeout(w.t.Context(), left)
		if got := w.Create(ctx, doc); got.Kind != erp.NoTime {
			w.t.Errorf("Create with %s left: %+v", left, got)
		}
		cancel()
	}
	over, cancel := context.WithCancel(w.t.Context())
	cancel()
	if got := w.Create(over, doc); got.Kind != erp.NoTime {
		w.t.Errorf("Create with its context over: %+v", got)
	}
	if got := w.LookUp(over, doc.Reference); got.Kind != erp.NotSent {
		w.t.Errorf("LookUp with its context over: %+v", got)
	}
	if _, got := w.Customer(over, w.mapped("2")); got.Kind != erp.NotSent && got.Kind != erp.CustomerKnown && got.Kind != erp.Early && got.Err == nil {
		w.t.Errorf("Customer with its context over: %+v", got)
	}
	if n := len(w.way.calls()); n > 0 {
		w.t.Errorf("%d calls were made", n)
	}
	ctx, cancel := context.WithTimeout(w.t.Context(), w.CallLimit()+record+time.Minute)
	defer cancel()
	if got := w.Create(ctx, doc); got.Kind != erp.Created {
		w.t.Errorf("Create with enough time: %+v", got)
	}
}

// forgetful notes nothing.
type forgetful struct{}

func (forgetful) Note(context.Context, string, string) (erp.Note, error) {
	return erp.Note{}, errors.New("the ledger is away")
}

func (forgetful) WriteNote(context.Context, string, string, erp.Note, erp.Note) (bool, error) {
	return false, errors.New("the ledger is away")
}

// unnoted: a question that isn't noted may be asked again too early by whoever comes
// next, and an absence that rests on a note rests on nothing.
func unnoted(w *world) {
	w.settled()
	w.Client = w.open(func(o *erp.Options) { o.Notes = forgetful{} })
	w.way.end()
	if _, got := w.Customer(w.t.Context(), w.mapped("1")); got.Kind != erp.CustomerKnown && (got.Err == nil || len(w.way.calls()) > 0) {
		w.t.Errorf("Customer: %+v after %d calls", got, len(w.way.calls()))
	}
	if got := w.LookUp(w.t.Context(), w.reference("none")); got.Kind == erp.Present || got.Kind == erp.Absent && !w.c.Kind.LooksUpAlways {
		w.t.Errorf("LookUp: %+v", got)
	}
}

// losing is what demo and the simulation tell a simulator to do.
func losing(w *world) {
	doc := w.ready("1")
	var asked []erp.Reference
	w.sim.LoseAnswers(func(ref erp.Reference) bool {
		asked = append(asked, ref)
		return true
	})
	if got := w.Create(w.t.Context(), doc); got.Kind != erp.Lost {
		w.t.Errorf("Create: %+v", got)
	}
	w.holds(doc.Reference, 1)
	if len(asked) != 1 || asked[0].Code != doc.Reference.Code && asked[0].OrigID != doc.Reference.OrigID {
		w.t.Errorf("it asked about %+v instead of %+v", asked, doc.Reference)
	}
	w.sim.LoseAnswers(func(erp.Reference) bool { return false })
	w.wait()
	if got := w.LookUp(w.t.Context(), doc.Reference); got.Kind != erp.Present {
		w.t.Errorf("LookUp: %+v", got)
	}
}

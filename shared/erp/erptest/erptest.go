// Package erptest is the conformance suite that every kind of ERP runs: what placing,
// preview and demo rely on, whatever the ERP. It asks the ERP's simulator and nobody
// else, so what it shows of a simulator counts as well.
package erptest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/erpsim"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/erp/wire/wiretest"
	"github.com/carimbo/carimbo/shared/ledger/memory"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
)

// Case is one kind of ERP with what the suite needs of it.
type Case struct {
	Kind      erp.Kind
	Simulator erpsim.Kind
	// Settings is an account's object as connections.yaml has it: it maps each SKU of the
	// order by its own name and no other, and has a look-up.
	Settings json.RawMessage
	// Order is one that the account can place.
	Order order.Order
	// Document is the kind of document that it becomes; the account's where it is empty.
	Document string
}

// Run runs the suite. Besides its API the simulator has to take POST /faults with the
// modes key-refused and rate, for as long as "for" says.
func Run(t *testing.T, c Case) {
	t.Run("it has a name, words, documents and a simulator", c.named)
	t.Run("the schema takes the settings and knows every field", c.schema)
	t.Run("the document is the order's, the same each time", c.in(document))
	t.Run("every SKU that is not mapped is named at once", c.in(unmapped))
	t.Run("a create makes one document, found with its evidence", c.in(created))
	t.Run("the same create again is no second one in silence", c.in(again))
	t.Run("what is not there is never found", c.in(absent))
	t.Run("an answer about another document proves nothing", c.in(another))
	t.Run("what another release made is never absent", c.in(foreign))
	t.Run("create and look-up note the same key", c.in(keyed))
	t.Run("the request of a preview is the one that is sent", c.in(previewed))
	t.Run("a preview says whom the ERP is asked for, offline", c.in(explained))
	t.Run("a create that fails is not sent, or lost", c.failingCreates)
	t.Run("a customer that fails leaves nothing behind", c.failingCustomers)
	t.Run("a look-up that fails proves nothing", c.failingLookUps)
	t.Run("a refused key is a fault of the account", c.in(refusedKey))
	t.Run("an account without its secret asks nobody", c.in(withoutSecret))
	t.Run("a rest is as long as the ERP says, within bounds", c.in(resting))
	t.Run("no call begins without the time for it", c.in(late))
	t.Run("what can't be noted is not asked", c.in(unnoted))
	t.Run("no answer shows a secret or the customer", c.in(echoed))
	t.Run("a simulator loses the answers that it is told to", c.in(losing))
}

const (
	// spacing is the least time between two equal questions.
	spacing = placing.Spacing
	// record is what an invocation needs after its last call.
	record = 10 * time.Second

	account = "conta"
	appKey  = "1122334455667"
	secret  = "s3cr3t-0f-th3-acc0unt"
)

// world is an account and the ERP that stands at the other end of its calls, in a
// bubble of testing/synctest, so that waiting takes no time.
type world struct {
	erp.Client
	t    *testing.T
	c    Case
	sim  erpsim.Simulator
	way  *way
	keys *wiretest.Keys
}

// in runs a check in a world of its own, where no limit of the ERP's may be broken.
func (c Case) in(check func(w *world)) func(*testing.T) {
	return func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			sim := c.Simulator.New(spacing)
			w := &world{t: t, c: c, sim: sim, way: newWay(sim), keys: &wiretest.Keys{App: appKey, Secret: secret}}
			defer w.way.close()
			// It may be told again.
			for range 2 {
				if err := sim.Know(c.Settings); err != nil {
					t.Fatalf("Know: %v", err)
				}
			}
			w.Client = w.open(func(*erp.Options) {})
			check(w)
			for _, v := range sim.Violations() {
				t.Errorf("a limit was broken: %s", v)
			}
		})
	}
}

// open makes a client of the account.
func (w *world) open(change func(*erp.Options)) erp.Client {
	w.t.Helper()
	o := erp.Options{
		Account: account, Settings: w.c.Settings, Credentials: w.keys.Credentials, BaseURL: "http://erp.example" + w.c.Simulator.Path,
		Notes: memory.New(), Spacing: spacing, Transport: w.way.transport(),
	}
	change(&o)
	e, err := w.c.Kind.New(o)
	if err != nil {
		w.t.Fatalf("New: %v", err)
	}
	return e
}

// reference is how the ERP knows the order of that id.
func (w *world) reference(id string) erp.Reference {
	ref := erp.NewReference("loja", "", id)
	ref.DocumentKind = cmp.Or(w.c.Document, w.DocumentKind())
	return ref
}

// mapped is the order's document, before its customer is known.
func (w *world) mapped(id string) erp.Document {
	w.t.Helper()
	doc, err := w.Document(w.c.Order, w.reference(id))
	if err != nil {
		w.t.Fatalf("Document: %v", err)
	}
	return doc
}

// ready is a document that can be created.
func (w *world) ready(id string) erp.Document {
	w.t.Helper()
	doc, answer := w.Customer(w.t.Context(), w.mapped(id))
	if answer.Kind != erp.CustomerKnown {
		w.t.Fatalf("Customer: %+v", answer)
	}
	w.holds(doc.Reference, 0)
	return doc
}

// settled has one document created and found: from now on whatever can be proved is.
func (w *world) settled() {
	w.t.Helper()
	doc := w.ready("settled")
	if got := w.Create(w.t.Context(), doc); got.Kind != erp.Created {
		w.t.Fatalf("Create: %+v", got)
	}
	w.wait()
	if got := w.LookUp(w.t.Context(), doc.Reference); got.Kind != erp.Present {
		w.t.Fatalf("LookUp: %+v", got)
	}
	w.wait()
}

// wait lets the time go by after which an equal question may be asked.
func (w *world) wait() {
	w.t.Helper()
	if err := wire.Sleep(w.t.Context(), spacing); err != nil {
		w.t.Fatal(err)
	}
}

// holds says how many documents the ERP has to have of the reference.
func (w *world) holds(ref erp.Reference, want int) {
	w.t.Helper()
	if n := w.sim.Count(ref); n != want {
		w.t.Errorf("the ERP holds %d documents of it, want %d", n, want)
	}
}

// provesNothing says that an answer to a look-up is no proof of anything.
func (w *world) provesNothing(got erp.Answer) {
	w.t.Helper()
	switch got.Kind {
	case erp.NotSent, erp.Lost, erp.AccountRests, erp.Redundant, erp.Early:
	default:
		w.t.Errorf("LookUp: %+v", got)
	}
}

// fault switches a fault of the simulator's own on for an hour.
func (w *world) fault(mode string) {
	w.t.Helper()
	if status, said := w.way.people(http.MethodPost, "/faults", `{"mode": "`+mode+`", "for": "1h"}`); status != http.StatusOK {
		w.t.Fatalf("POST /faults: HTTP %d %s", status, said)
	}
}

// Package sensiosim is the Sensio API in memory, for tests, demonstrations and
// the simulation. It is an independent reading of the one page that Sensio
// publishes and shares no code with the client: strict in fields, types,
// enumerations, required fields, dates, whole quantities and sums. Where Sensio is
// silent it is as unhelpful as Sensio may be: a second POST of the same orig and
// origId makes a second sale, and one of the same tax id a second person (unless it is told
// that they are unique), and the look-up can be missing, deaf to its filter, or say in
// other ways that there is none.
//
// A Sim is an http.Handler. Call is the same thing without sockets.
//
//	POST /sales                   makes a sale
//	GET  /sales?orig=A&origId=B   {"success":true,"response":[...]}
//	GET  /people?search=TEXT      people whose tax id or name holds it
//	POST /people                  registers a person, in any shape that has a tax id
//
// Besides the API it shows itself to people:
//
//	GET  /           {"documents":[...],"calls":n}
//	GET  /documents  [{"id","orig","origId","netTotal","customer","customerId"}]
//	POST /faults     switches a fault on, see Fault
//
// So a lost answer can be tried by hand: the next POST /sales writes the sale and
// never answers.
//
//	curl -X POST localhost:PORT/faults -d '{"method":"POST /sales","mode":"write-then-silence"}'
//
// The clock is injected, ids only look random, and the package starts no
// goroutine.
package sensiosim

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/carimbo/carimbo/shared/erp/erpsim"
	"github.com/carimbo/carimbo/shared/order"
)

// Filter says how the list of sales answers a look-up.
type Filter string

// What a list of sales can do with orig and origId.
const (
	Honoured Filter = ""        // shows what was asked for
	Ignored  Filter = "ignored" // shows all sales, page by page
	Missing  Filter = "missing" // there is no such list: 404
	Deaf     Filter = "deaf"    // never finds anything
)

// None says how the list of sales answers where it has none to show.
type None string

// What a list without sales looks like.
const (
	EmptyList  None = ""
	NotFound   None = "404"            // 404, in words
	NotSuccess None = "success: false" // 200 with success: false, in words
)

// Options configure a Sim; zero fields have the defaults that they name.
type Options struct {
	// Now is the clock: time.Now.
	Now func() time.Time
	// Authorization is the only value of that header let in; empty: any request.
	Authorization string
	// Filter is how look-ups are answered: Honoured.
	Filter Filter
	// None is what a list without sales looks like: EmptyList.
	None None
	// Unique: a sale with the orig and origId of another is refused in words.
	Unique bool
	// Bare rows show neither total nor netTotal.
	Bare bool
	// PageSize is how many rows a page of a list has: 50.
	PageSize int
	// Items are the only products that may be sold; none: any.
	Items []Item
	// People are the only customers that customerId may name, besides those that were
	// registered since; none: any.
	People []Person
	// IDRequired: a sale without customerId is refused.
	IDRequired bool
	// UniquePeople: a person with the tax id of another is refused in words.
	UniquePeople bool
	// DeafToPeople: no search ever finds anybody.
	DeafToPeople bool
	// PeoplePath is where people are registered: /people.
	PeoplePath string
	// Latency is how long every answer takes: nothing.
	Latency time.Duration
	// KeepCalls bounds what Calls remembers; 0 remembers all.
	KeepCalls int

	// onlyPeople: nobody but People is a customer.
	onlyPeople bool
}

// Item is a product; one with variations is sold by one of them.
type Item struct {
	ID         string
	Variations []string
}

// Person is a customer.
type Person struct {
	ID    string
	Name  string
	TaxID string
	// Body is how they were registered, as it came.
	Body json.RawMessage
}

// Document is one sale that the simulator holds.
type Document struct {
	ID         string
	Orig       string
	OrigID     string
	Total      order.Money // netTotal
	Customer   string
	CustomerID string
	At         time.Time
	Cancelled  bool
	Body       json.RawMessage // as it came

	shown map[string]any
}

// Sim is one simulated Sensio company. It is safe for concurrent use.
type Sim struct {
	*erpsim.Frame
	opt       Options
	documents []*Document
	lag       time.Duration
	// registered counts the people that were, who are ever; gone are the ids of those that
	// were deleted.
	registered int
	gone       []string
	ever       []Person
}

// New makes a Sim.
func New(opt Options) *Sim {
	opt.PageSize, opt.PeoplePath = cmp.Or(opt.PageSize, 50), cmp.Or(opt.PeoplePath, "/people")
	opt.onlyPeople = len(opt.People) > 0
	return &Sim{opt: opt, Frame: erpsim.NewFrame(erpsim.Options{
		Now: opt.Now, Latency: opt.Latency, KeepCalls: opt.KeepCalls,
		Methods: methods, Modes: modes(), EchoText: "Conteúdo inválido:",
	})}
}

// Know adds items and people to those that the Sim knows, so that it can stand
// for a merchant's Sensio. From the first of a kind on, others are refused.
func (s *Sim) Know(items []Item, people []Person) {
	s.With(func(time.Time) {
		for _, it := range items {
			i := slices.IndexFunc(s.opt.Items, func(k Item) bool { return k.ID == it.ID })
			if i < 0 {
				s.opt.Items = append(slices.Clone(s.opt.Items), it)
				continue
			}
			s.opt.Items = slices.Clone(s.opt.Items)
			s.opt.Items[i].Variations = append(slices.Clone(s.opt.Items[i].Variations), it.Variations...)
		}
		s.opt.People = append(slices.Clone(s.opt.People), people...)
		s.opt.onlyPeople = s.opt.onlyPeople || len(people) > 0
	})
}

// SetLag has lists show a sale only so long after it was written, from now on.
func (s *Sim) SetLag(d time.Duration) {
	s.With(func(time.Time) { s.lag = d })
}

// SetFilter changes how look-ups are answered from now on.
func (s *Sim) SetFilter(f Filter) {
	s.With(func(time.Time) { s.opt.Filter = f })
}

// Documents are the sales that exist now, in the order of their writing.
func (s *Sim) Documents() (all []Document) {
	s.With(func(time.Time) {
		all = make([]Document, len(s.documents))
		for i, d := range s.documents {
			all[i] = *d
		}
	})
	return all
}

// Count is how many sales have this orig and origId: more than one where it was
// asked for twice.
func (s *Sim) Count(orig, origID string) int {
	n := 0
	for _, d := range s.Documents() {
		if d.Orig == orig && d.OrigID == origID {
			n++
		}
	}
	return n
}

// Cancel shows every sale with this orig and origId as cancelled and tells how
// many there were.
func (s *Sim) Cancel(orig, origID string) (n int) {
	s.With(func(time.Time) {
		for _, d := range s.documents {
			if d.Orig == orig && d.OrigID == origID {
				d.Cancelled = true
				n++
			}
		}
	})
	return n
}

// idOf looks like an id that was drawn, and is the same in every run.
func idOf(of string, n int) string {
	sum := sha256.Sum256([]byte(of + " " + strconv.Itoa(n)))
	return hex.EncodeToString(sum[:12])
}

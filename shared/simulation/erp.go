package simulation

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/erpsim"
	"github.com/carimbo/carimbo/shared/erp/kinds"
	"github.com/carimbo/carimbo/shared/order"
)

// asked is one call that an ERP had.
type asked struct {
	secret string
	late   bool
	ended  time.Time
	// task is its caller's. alone is until when nobody else can have its message.
	task  *task
	alone time.Time
	at    time.Time
	// unwritten: of the failures in a row before it, as the ERP counts them, one couldn't be
	// written down.
	unwritten bool
}

// inARow is how long the ERP counts an identical call as the next one in a row.
const inARow = 10 * time.Minute

// opens has the account's apps hold documents from now on.
func (w *world) opens(a *account) {
	a.companies, a.asked, a.running = map[string]erpsim.Company{}, map[uint64]*asked{}, map[*asked]bool{}
	a.keys = a.newKeys()
	for i, key := range a.appKeys() {
		company := a.stage.Open(erpsim.Opening{Now: func() time.Time { return w.now }, Sight: a.sight, Unique: w.unique, Twins: w.opts.seams.twins, Nth: i, Known: knownPeople()})
		company.OnCall(func(string, string) *erpsim.Fault {
			if f := a.next; f != nil {
				return &erpsim.Fault{Mode: f.Mode, Status: f.Status, Text: f.Text, Code: f.Code, Delay: f.Delay}
			}
			return nil
		})
		a.companies[key] = company
	}
}

// knownPeople are the tax ids that an ERP may know from the start: every third buyer's.
func knownPeople() []string {
	var list []string
	for buyer := range 100 {
		if known(buyer) {
			list = append(list, cpf(buyer))
		}
	}
	return list
}

func known(buyer int) bool { return buyer%3 == 0 && buyer < 100 }

// documents are those that the account's apps hold.
func (a *account) documents() []document {
	var list []document
	for _, key := range a.appKeys() {
		for _, sold := range a.companies[key].Sold() {
			list = append(list, document{Sold: sold, account: a.name, kind: a.kind})
		}
	}
	return list
}

// take lets a call arrive, with what goes wrong, if something does. What the ERP holds
// against it is judged.
func (a *account) take(c *call, f *fault) reply {
	w, company := c.task.world, a.companies[c.Key]
	drawn := f
	if left := a.restUntil.Sub(w.now); left > 0 && a.stage.Resting != "" {
		a.checkBlock(c, left)
		f, c.rests = &fault{Mishap: erpsim.Mishap{Mode: a.stage.Resting, Delay: left}}, true
	} else if f != nil && f.Rests {
		a.restUntil = w.now.Add(f.Delay)
	}
	a.next = f
	before := len(company.Violations())
	r := company.Request(c.verb, c.target, c.header, c.body)
	a.next = nil
	for _, v := range company.Violations()[before:] {
		_, what, _ := strings.Cut(v, " ")
		a.excuseLimit(c, what)
	}
	this := a.keep(c)
	end := func() {
		company.End(r)
		this.ended = w.now
		delete(a.running, this)
	}
	if !r.Open() {
		end()
	}
	calls := company.Calls()
	had := f != nil && strings.HasPrefix(calls[len(calls)-1].Outcome, string(f.Mode)+":")
	c.rests = c.rests && had
	return reply{Reply: r, struck: had && f == drawn, end: end}
}

// keep remembers the call for those that come after it.
func (a *account) keep(c *call) *asked {
	this := &asked{secret: c.Secret, late: c.notAlone(), task: c.task, alone: c.task.alone, at: c.task.world.now}
	if before := a.asked[same(c)]; before != nil && this.at.Sub(before.at) < inARow {
		this.unwritten = before.unwritten || !before.task.wrote()
	}
	a.asked[same(c)] = this
	a.running[this] = true
	return this
}

// same is equal for calls that the ERP takes for the same.
func same(c *call) uint64 {
	h := fnv.New64a()
	h.Write([]byte(c.Same))
	return h.Sum64()
}

// hear is the moment in which a living caller has the answer.
func (a *account) hear(c *call, r reply) {
	if c.rests || a.heard(r).Rest {
		a.told, a.ended = c.task, false
	}
}

func (a *account) heard(r reply) erpsim.Heard {
	if a.stage.Hear == nil {
		return erpsim.Heard{}
	}
	return a.stage.Hear(r.Reply)
}

// excuseLimit excuses a broken limit that no caller could have kept.
func (a *account) excuseLimit(c *call, what string) {
	w := c.task.world
	c.task.tell("LIMIT %s", what)
	var left int
	if _, words, found := strings.Cut(what, "during a block, "); found {
		if _, err := fmt.Sscanf(words, "%d", &left); err != nil {
			panic(err)
		}
		if before := a.asked[same(c)]; before != nil && (before.unwritten || !before.task.wrote()) {
			// The ERP blocks by the failures that it counted, whatever it answered the last.
			w.excused[unheard]++
			return
		}
		a.checkBlock(c, time.Duration(left)*time.Second)
		return
	}
	before := a.asked[same(c)]
	switch {
	case c.notAlone() || before != nil && before.late:
		w.excused["a process that stood still called late"]++
	case a.lateIsRunning(w.now):
		w.excused["the call of an invocation that started late was still running"]++
	case a.killedIsRunning() || before != nil && before.outlivedItsProcess():
		w.excused["the call of a process that was killed was still running, or ended after that"]++
	case !strings.Contains(what, "identical call") || before == nil:
		w.broken(c.task.key, "a limit was broken: %s", what)
	case !c.Creates && !c.Looks && c.Secret != before.secret:
		w.excused["the App Secret was changed meanwhile, and questions are noted under it"]++
	case w.skewed && !before.ended.IsZero() && w.now.Sub(before.ended) >= w.spacing-2*skewLimit:
		w.excused["clocks differ by more than the second that the spacing leaves"]++
	default:
		w.broken(c.task.key, "a limit was broken: %s", what)
	}
}

// outlivedItsProcess tells whether the call ended at the ERP after its process was killed.
func (a *asked) outlivedItsProcess() bool {
	return a.task.killed() && !a.ended.IsZero() && a.ended.After(a.task.killedAt)
}

// killedIsRunning tells whether a call is running of whose caller nobody waits for the
// end: its process was killed, and another one started.
func (a *account) killedIsRunning() bool {
	for r := range a.running {
		if r.task.killed() {
			return true
		}
	}
	return false
}

// lateIsRunning tells whether a call is running whose caller's message others can
// have by now.
func (a *account) lateIsRunning(now time.Time) bool {
	for r := range a.running {
		if r.late || !now.Before(r.alone) {
			return true
		}
	}
	return false
}

// tryOut lets the account's look-up find a document of ours, as somebody does who sets
// the account up: from then on, what it doesn't find isn't there.
func (w *world) tryOut(a *account) {
	kind, _ := kinds.All().Find(a.kind)
	client, err := kind.New(erp.Options{Account: a.name, Settings: json.RawMessage(a.settings(0, "")), Notes: w.ledger, Transport: direct{a},
		Now: func() time.Time { return w.now }, Sleep: func(context.Context, time.Duration) error { return nil },
		Credentials: func(context.Context) (string, string, error) { return "chave", "segredo", nil }})
	if err != nil {
		panic(err)
	}
	ref := erp.Reference{Orig: "prova", OrigID: foreign}
	doc, err := client.Document(order.Order{
		ID: foreign, Number: foreign, Currency: "BRL", PaidAt: epoch, Total: order.Cents(100),
		Customer: order.Customer{Name: foreign, TaxID: order.TaxID(cpf(0))},
		Lines:    []order.Line{{SKUs: []string{"CURSO-GO"}, Name: "A", Quantity: order.Pieces(1), UnitPrice: order.Cents(100)}},
	}, ref)
	if err != nil {
		panic(err)
	}
	if is := client.Create(context.Background(), doc); is.Kind != erp.Created {
		panic(is.Text)
	}
	if is := client.LookUp(context.Background(), ref); is.Kind != erp.Present {
		panic(is.Text)
	}
}

// direct carries calls that nothing befalls.
type direct struct{ to *account }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	is := d.to.companies[d.to.appKeys()[0]].Request(r.Method, r.URL.RequestURI(), r.Header, body)
	return &http.Response{StatusCode: is.Status, Header: is.Header, Body: io.NopCloser(bytes.NewReader(is.Body)), ProtoMajor: 1, ProtoMinor: 1}, nil
}

// settings are the account's object, of one version or the other, asking for that kind of
// document.
func (a *account) settings(version int, document string) string {
	return a.stage.Settings(erpsim.Setup{Host: a.host(), Version: version, Document: document, Sight: a.sight})
}

// bound is the longest that the account may rest (rule 8).
func (a *account) bound() time.Duration {
	if a.twin != nil {
		return max(a.stage.LongestRest, a.twin.stage.LongestRest)
	}
	return a.stage.LongestRest
}

// customer is what the account has to know the buyer by.
func (a *account) customer(s *sale, c contents) string {
	return a.stage.Customer(erpsim.Buyer{Name: s.name(), TaxID: s.taxID(c), Known: known(s.buyer) && !c.other, Document: s.document, Sight: a.sight})
}

// carries tells what of the buyer the account's documents carry besides who they are.
func (a *account) carries(s *sale, c contents) erpsim.Carried {
	if a.stage.Carries == nil {
		return erpsim.Carried{}
	}
	return a.stage.Carries(erpsim.Buyer{Name: s.name(), TaxID: s.taxID(c), Known: known(s.buyer) && !c.other, Document: s.document, Sight: a.sight})
}

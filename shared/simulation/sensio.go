package simulation

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/sensio"
	"github.com/carimbo/carimbo/shared/erp/sensio/sensiosim"
	"github.com/carimbo/carimbo/shared/order"
)

// sensioLimit is how long one call to Sensio may take.
const sensioLimit = 30 * time.Second

const (
	notValid      = "Pedido inválido"
	notRegistered = "Pedido não registrado"
	withoutAWord  = "without a word"
	inConflict    = "Conflito"
)

// ofSensio are the faults of Sensio's, each row of the outcome table.
var ofSensio = []fault{
	{mode: string(sensiosim.WriteThenSilence)},
	{mode: string(sensiosim.WriteThenReset)},
	{mode: string(sensiosim.WriteThenHTML)},
	{mode: string(sensiosim.WriteThenHTML), name: "504", status: 504},
	{mode: string(sensiosim.WriteThenHTML), name: "302", status: 302},
	{mode: string(sensiosim.WriteThenGarbage)},
	{mode: string(sensiosim.WriteThenError), name: "500"},
	{mode: string(sensiosim.WriteThenError), name: "408", status: 408},
	{mode: string(sensiosim.WriteThenError), name: "409", status: 409, text: inConflict},
	{mode: string(sensiosim.WriteThenNoID)},
	{mode: string(sensiosim.WriteThenMute)},
	{mode: delayedApply, delayed: sensioLimit + lateMost},
	{mode: delayedApply, delayed: sensioLimit + lateMost},
	{mode: delayedApply, delayed: sensioLimit + lateMost},
	{mode: delayedApply, delayed: sensioLimit + lateMost},
	{mode: delayedApplyReset, delayed: lateMost},
	{mode: delayedApplyReset, delayed: lateMost},
	{mode: delayedApplyReset, delayed: lateMost},
	{mode: delayedApplyReset, delayed: lateMost},
	{mode: string(sensiosim.Slow), delayed: 45 * time.Second},
	{mode: string(sensiosim.Hang)},
	{mode: string(sensiosim.Reset)},
	{mode: string(sensiosim.HTML)},
	{mode: string(sensiosim.HTML), name: "404", status: 404},
	{mode: string(sensiosim.Garbage)},
	{mode: string(sensiosim.Redirect)},
	{mode: string(sensiosim.Outage)},
	{mode: string(sensiosim.ServerError), name: "500"},
	{mode: string(sensiosim.ServerError), name: "402", status: 402},
	{mode: string(sensiosim.ServerError), name: "408", status: 408},
	{mode: string(sensiosim.ServerError), name: "409", status: 409, text: inConflict, refuses: true, said: inConflict},
	{mode: string(sensiosim.Refusal), name: "422", refuses: true, said: notValid},
	{mode: string(sensiosim.Refusal), name: "400", status: 400, refuses: true, said: notValid},
	{mode: string(sensiosim.SuccessFalse), refuses: true, said: notRegistered},
	{mode: string(sensiosim.Mute), refuses: true, said: withoutAWord},
	{mode: echo, refuses: true, said: "Conteúdo inválido"},
	{mode: echo, name: "422", status: 422, text: notValid, refuses: true, said: notValid},
	{mode: string(sensiosim.Rate)},
	{mode: string(sensiosim.Rate), name: "Retry-After", delayed: 15 * time.Minute, rests: true},
	{mode: string(sensiosim.Rate), name: "425, Retry-After", status: 425, delayed: 15 * time.Minute, rests: true},
	{mode: keyRefused, name: "401"},
	{mode: keyRefused, name: "403", status: 403},
} // never written to

// sensioAccount is a simulated Sensio company.
type sensioAccount struct {
	*account
	// sims are the companies by the App Key of each.
	sims map[string]*sensiosim.Sim
	next *fault
	// restUntil is when the rest ends that Retry-After asked for.
	restUntil time.Time
}

// people are those that Sensio knows by their tax id: every third buyer; and one for
// whoever gives none.
func people() []sensiosim.Person {
	list := []sensiosim.Person{{ID: nobodysID, Name: "Consumidor"}}
	for buyer := range 100 {
		if known(buyer) {
			list = append(list, sensiosim.Person{ID: personID(buyer), Name: "Comprador", TaxID: cpf(buyer)})
		}
	}
	return list
}

const nobodysID = "p-nobody"

func known(buyer int) bool      { return buyer%3 == 0 && buyer < 100 }
func personID(buyer int) string { return fmt.Sprintf("p-%d", buyer) }

// filters are what each sight is to the simulator.
var filters = map[sight]sensiosim.Filter{ignores: sensiosim.Ignored, deaf: sensiosim.Deaf, missing: sensiosim.Missing} // never written to

// sensioAppKey is the header that says which company it is.
const sensioAppKey = "X-App-Key"

func (w *world) newSensio(name string, s sight) *account {
	o := &sensioAccount{account: &account{name: name, kind: sensioKind, sight: s, limit: sensioLimit}, sims: map[string]*sensiosim.Sim{}}
	o.service = o
	o.keys = o.newKeys()
	for _, key := range o.appKeys() {
		sim := sensiosim.New(sensiosim.Options{Now: func() time.Time { return w.now }, Filter: filters[s], PageSize: 2, KeepCalls: 1,
			Items:  []sensiosim.Item{{ID: "curso"}, {ID: "manut"}},
			People: people()})
		sim.OnCall(func(string, string) *sensiosim.Fault {
			if f := o.next; f != nil {
				return &sensiosim.Fault{Mode: sensiosim.Mode(f.mode), Status: f.status, Text: f.text, Delay: f.delay}
			}
			return nil
		})
		o.sims[key] = sim
	}
	return o.account
}

// goDeaf has the filter find nothing any more.
func (o *sensioAccount) goDeaf() {
	for _, sim := range o.sims {
		sim.SetFilter(filters[deaf])
	}
}

func (o *sensioAccount) documents() []document {
	var list []document
	for _, key := range o.appKeys() {
		for _, d := range o.sims[key].Documents() {
			// Not by origId, which is what a guard may get wrong.
			_, number, _ := strings.Cut(string(d.Body), `"details":"Pedido `)
			number, _, _ = strings.Cut(number, `"`)
			_, sold, _ := strings.Cut(string(d.Body), `"dateSold":"`)
			sold, _, _ = strings.Cut(sold, `"`)
			list = append(list, document{id: d.ID, order: number, total: d.Total, customer: cmp.Or(d.CustomerID, d.Customer), day: dayOf(time.DateOnly, sold[:min(len(sold), 10)], 0)})
		}
	}
	return list
}

// take judges by the rest that Sensio asked for what arrives: that is all it says
// of limits. Until the rest is over it lets nothing in.
func (o *sensioAccount) take(c *call, f *fault) reply {
	struck := f != nil
	if left := o.restUntil.Sub(c.task.world.now); left > 0 {
		struck = false
		o.judgeBlock(c, left)
		f, c.rests = &fault{mode: string(sensiosim.Rate), delay: left}, true
	} else if f != nil && f.rests {
		o.restUntil = c.task.world.now.Add(f.delay)
	}
	o.next = f
	r := o.sims[c.appKey].Call(c.verb, c.target, c.header, c.body)
	o.next = nil
	return reply{status: r.Status, header: r.Header, body: r.Body, delay: r.Delay, struck: struck, end: func() {},
		hangs: r.Fate == sensiosim.Hangs, cut: r.Fate == sensiosim.Cut}
}

func (o *sensioAccount) foreign(ref erp.Reference) {
	body := fmt.Sprintf(`{"type":"Venda","details":"Pedido %[1]s","customer":%[1]q,"orig":%[2]q,"origId":%[3]q,"netTotal":7,"total":7,"saleLines":[{"productId":"curso","qty":1,"price":7}]}`, foreign, ref.Orig, ref.OrigID)
	for _, sim := range o.sims {
		if r := sim.Call("POST", "/sales", http.Header{"Content-Type": {"application/json"}}, []byte(body)); r.Status != http.StatusCreated {
			panic(clipped(r.Body))
		}
	}
}

func (o *sensioAccount) hear(c *call, _ reply) {
	if c.rests {
		o.told, o.ended = c.task, false
	}
}

// tryOut lets the account's look-up find a sale of ours, as somebody does who sets
// the account up: from then on, what it doesn't find isn't there.
func (w *world) tryOut(a *account) {
	config, err := sensio.Parse(json.RawMessage(a.settings(0)))
	if err != nil {
		panic(err)
	}
	client := sensio.New(config, erp.Options{Account: a.name, Notes: w.ledger, Transport: direct{a},
		Now: func() time.Time { return w.now }, Sleep: func(context.Context, time.Duration) error { return nil },
		Credentials: func(context.Context) (string, string, error) { return "chave", "segredo", nil }})
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
	sim := d.to.service.(*sensioAccount).sims[d.to.appKeys()[0]]
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	is := sim.Call(r.Method, r.URL.RequestURI(), r.Header, body)
	return &http.Response{StatusCode: is.Status, Header: is.Header, Body: io.NopCloser(bytes.NewReader(is.Body)), ProtoMajor: 1, ProtoMinor: 1}, nil
}

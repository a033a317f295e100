package sensiosim

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/erpsim"
)

const (
	// callLimit is how long one call may take, latest how long after its end a write may
	// still be applied.
	callLimit = 30 * time.Second
	latest    = 50 * time.Second

	registered    = "registrado com sucesso"
	notValid      = "Pedido inválido"
	notRegistered = "Pedido não registrado"
	unstable      = "Sistema em manutenção, tente novamente mais tarde"
	withoutAWord  = "without a word"
	inConflict    = "Conflito"

	// nobodysID is the person for whoever gives no tax id.
	nobodysID = "p-nobody"
	// resident is in Sensio for good.
	resident = "11444777000161"
	// keyHeader says which company it is.
	keyHeader = "X-App-Key"

	looksUp     = "look-up"
	noLookUp    = "no look-up"
	notHonored  = "filter that is not honoured"
	isDeaf      = "filter that finds nothing"
	isRefused   = "look-up that is refused"
	says404     = "404 where there is none"
	saysFalse   = "success: false where there is none"
	goes404     = "404 for everything from then on"
	hasCustomer = "Cliente já cadastrado"
	wrongEmail  = "E-mail inválido"
	doubts      = "buyers who are created, and nobody who has to be found"
	unfound     = "buyers who are created, and nobody is ever found"
)

// stage is Sensio in the simulation of orders.
func stage() erpsim.Stage {
	return erpsim.Stage{
		Faults: mishaps(),
		Beyond: erpsim.Mishap{Mode: Rate, Name: "for days", Delay: 72 * time.Hour},
		ForOne: []erpsim.Mishap{{Mode: Rate}, {Mode: Rate, Status: http.StatusTooEarly}, {Mode: KeyRefused}, {Mode: KeyRefused, Status: http.StatusForbidden}},

		KeyRefused: KeyRefused, Resting: Rate, CallLimit: callLimit, LongestRest: 24 * time.Hour, Apart: time.Second,
		Sights: []erpsim.Sight{
			{Name: looksUp, Proves: true, Tried: true}, {Name: "look-up that nobody tried out"}, {Name: noLookUp, None: true},
			{Name: notHonored}, {Name: isDeaf}, {Name: "filter that goes deaf", Tried: true, Deafens: true}, {Name: isRefused, Refused: true},
			{Name: says404, Proves: true, Tried: true}, {Name: saysFalse, Proves: true, Tried: true}, {Name: goes404, Tried: true, Deafens: true},
			{Name: doubts, Proves: true, Tried: true, Doubts: true}, {Name: unfound, Proves: true, Tried: true, Doubts: true},
		},
		Settings: settings, Read: asked, Hear: heard, Open: open,
		Customer: func(b erpsim.Buyer) string {
			switch {
			case b.TaxID == "":
				return nobodysID
			case b.Known || creates(b.Sight):
				return personID(b.TaxID)
			}
			return b.Name
		},
		Carries: func(b erpsim.Buyer) erpsim.Carried {
			created := creates(b.Sight) && b.TaxID != ""
			return erpsim.Carried{Email: created, Address: created, LineName: true}
		},
		Another:   []string{"but its", "the document with our code is", "2 sales with our orig"},
		Elsewhere: []string{"that it found before", "found this very sale before"},
	}
}

// mishaps are each row of the outcome table.
func mishaps() []erpsim.Mishap {
	return []erpsim.Mishap{
		{Mode: WriteThenSilence},
		{Mode: WriteThenReset},
		{Mode: WriteThenHTML},
		{Mode: WriteThenHTML, Name: "504", Status: 504},
		{Mode: WriteThenHTML, Name: "302", Status: 302},
		{Mode: WriteThenGarbage},
		{Mode: WriteThenError, Name: "500"},
		{Mode: WriteThenError, Name: "408", Status: 408},
		{Mode: WriteThenError, Name: "409", Status: 409, Text: inConflict, Said: inConflict},
		{Mode: WriteThenNoID, Said: registered},
		{Mode: WriteThenMute, OfCreates: true, Said: withoutAWord}, // of a look-up it may be how nothing looks
		{Mode: WriteThenFalse, Said: notRegistered},
		{Mode: WriteThenFalse, Name: "instability", Text: unstable},
		{Mode: DelayedApply, Delayed: callLimit + latest},
		{Mode: DelayedApply, Delayed: callLimit + latest},
		{Mode: DelayedApply, Delayed: callLimit + latest},
		{Mode: DelayedApply, Delayed: callLimit + latest},
		{Mode: DelayedApplyReset, Delayed: latest},
		{Mode: DelayedApplyReset, Delayed: latest},
		{Mode: DelayedApplyReset, Delayed: latest},
		{Mode: DelayedApplyReset, Delayed: latest},
		{Mode: Slow, Delayed: 45 * time.Second},
		{Mode: Hang},
		{Mode: Reset},
		{Mode: HTML},
		{Mode: HTML, Name: "404", Status: 404},
		{Mode: Garbage},
		{Mode: Redirect},
		{Mode: Outage},
		{Mode: ServerError, Name: "500"},
		{Mode: ServerError, Name: "402", Status: 402},
		{Mode: ServerError, Name: "408", Status: 408},
		{Mode: ServerError, Name: "409", Status: 409, Text: inConflict, Refuses: true, Said: inConflict},
		{Mode: Refusal, Name: "422", Refuses: true, Said: notValid},
		{Mode: Refusal, Name: "400", Status: 400, Refuses: true, Said: notValid},
		{Mode: SuccessFalse, Refuses: true, Said: notRegistered},
		{Mode: SuccessFalse, Name: "201", Status: 201, Refuses: true, Said: notRegistered},
		{Mode: SuccessFalse, Name: "instability", Text: unstable},
		{Mode: SuccessFalse, Name: "too many", Text: "Limite de requisições excedido, aguarde 40 segundos"},
		{Mode: SuccessFalse, Name: "not hired", Text: "Módulo de vendas não contratado"},
		{Mode: Refusal, Name: "instability", Status: 400, Text: unstable},
		{Mode: Refusal, Name: "under way", Status: 400, Text: "Já existe uma requisição em andamento para este pedido"},
		{Mode: Refusal, Name: "a false duplicate", Status: 400, Text: alreadyThere, Contradicts: true},
		{Mode: Refusal, Name: "something is there", Status: 400, Text: hasCustomer, Refuses: true, Said: hasCustomer},
		{Mode: Refusal, Name: "a person who is nowhere shown", Status: 400, Text: peopleThere, OfCustomers: true, Refuses: true, Said: peopleThere},
		{Mode: Refusal, Name: "a person's e-mail", Text: wrongEmail, OfCustomers: true, Refuses: true, Said: wrongEmail},
		{Mode: WriteThenSilence, Name: "of a person", OfCustomers: true},
		{Mode: DelayedApply, Name: "of a person", Delayed: callLimit + latest, OfCustomers: true},
		{Mode: DelayedApplyReset, Name: "of a person", Delayed: latest, OfCustomers: true},
		{Mode: Hang, Name: "of a person", OfCustomers: true},
		{Mode: Mute, Refuses: true, Said: withoutAWord, OfCreates: true},
		{Mode: Echo, Refuses: true, Said: "Conteúdo inválido"},
		{Mode: Echo, Name: "422", Status: 422, Text: notValid, Refuses: true, Said: notValid},
		{Mode: Rate},
		{Mode: Rate, Name: "Retry-After", Delayed: 15 * time.Minute, Rests: true},
		{Mode: Rate, Name: "425, Retry-After", Status: 425, Delayed: 15 * time.Minute, Rests: true},
		{Mode: KeyRefused, Name: "401"},
		{Mode: KeyRefused, Name: "403", Status: 403},
	}
}

func personID(taxID string) string { return "p-" + taxID }

// creates tells whether the account's buyers are created.
func creates(s erpsim.Sight) bool { return s.Name == looksUp || s.Name == doubts || s.Name == unfound }

func settings(s erpsim.Setup) string {
	none := map[None]string{NotFound: `,"none":404`, NotSuccess: `,"none":{"success":false}`}[noneOf(s.Sight)]
	lookup := `"lookup":{"path":"/sales?orig={orig}&origId={origId}","rows":"response","id":"id"` + none + `},`
	if s.Sight.None {
		lookup = ""
	}
	known, create := "", ""
	if creates(s.Sight) {
		create = `,"create":{"path":"/people","id":"response","body":{"name":"{customer.name}","cpfCnpj":"{customer.tax_id}","email":"{customer.email}","address":{"street":"{address.street} {address.complement}"}}}`
	}
	if creates(s.Sight) && s.Sight.Name != doubts {
		known = `,"known":"` + resident + `"`
	}
	return fmt.Sprintf(`{"kind":"sensio","base_url":"https://%s","headers":{"Authorization":"Bearer {app_secret}","%s":"{app_key}"},%s
		"customer":{"default":%q,"query":{"path":"/people?search={customer.tax_id}","rows":"response","id":"id","tax_id":"cpfCnpj"%s}%s},
		"sale":{"status":%q,"details":"Pedido {order.number}"},"items":{"CURSO-GO":{"productId":"curso","details":"{line.name}"},"MANUT-01":{"productId":"manut","details":"{line.name}"}}}`,
		s.Host, keyHeader, lookup, nobodysID, known, create, []string{"Em aberto", "Faturado"}[s.Version])
}

// noneOf is what a list without sales looks like.
func noneOf(s erpsim.Sight) None {
	return map[string]None{says404: NotFound, goes404: NotFound, saysFalse: NotSuccess}[s.Name]
}

func heard(r Reply) erpsim.Heard {
	return erpsim.Heard{Duplicate: strings.Contains(string(r.Body), alreadyThere)}
}

func asked(method, target string, header http.Header, body []byte) erpsim.Asked {
	path, _, _ := strings.Cut(target, "?")
	a := erpsim.Asked{Method: method + " " + path, Key: header.Get(keyHeader), Secret: strings.TrimPrefix(header.Get("Authorization"), "Bearer ")}
	a.Creates, a.Looks = a.Method == "POST /sales", a.Method == "GET /sales"
	a.Introduces = a.Method == "POST /people"
	a.Judged = a.Creates || a.Introduces
	a.Same = a.Key + method + target + string(body)
	return a
}

// company is one company in the simulation of orders.
type company struct {
	*Sim
	// created: its buyers are.
	created bool
}

func open(o erpsim.Opening) erpsim.Company {
	people := []Person{{ID: nobodysID, Name: "Consumidor"}, {ID: "p-resident", Name: "A Empresa", TaxID: resident}}
	for _, taxID := range o.Known {
		people = append(people, Person{ID: personID(taxID), Name: "Comprador", TaxID: taxID})
	}
	filter := map[string]Filter{notHonored: Ignored, isDeaf: Deaf, isRefused: Missing}[o.Sight.Name]
	return company{created: creates(o.Sight), Sim: New(Options{Now: o.Now, Filter: filter, None: noneOf(o.Sight), Unique: o.Unique, PageSize: 2, KeepCalls: 1,
		Items: []Item{{ID: "curso"}, {ID: "manut"}}, People: people, UniquePeople: o.Unique && !o.Twins && o.Sight.Name != unfound, DeafToPeople: o.Sight.Name == unfound})}
}

func (c company) Request(method, target string, header http.Header, body []byte) Reply {
	return c.Call(method, target, header, body)
}

// Sold doesn't read origId, which is what a guard may get wrong.
func (c company) Sold() []erpsim.Sold {
	var list []erpsim.Sold
	for _, d := range c.Documents() {
		_, number, _ := strings.Cut(string(d.Body), `"details":"Pedido `)
		number, _, _ = strings.Cut(number, `"`)
		_, day, _ := strings.Cut(string(d.Body), `"dateSold":"`)
		day = day[:min(len(day), len(time.DateOnly))]
		list = append(list, erpsim.Sold{ID: d.ID, Order: number, Total: d.Total, Day: day, Customer: cmp.Or(c.customerOf(d), d.Customer)})
	}
	return list
}

// customerOf is a sale's customerId, or who was registered under it.
func (c company) customerOf(d Document) string {
	for _, p := range c.registeredEver() {
		if p.ID == d.CustomerID {
			return personID(p.TaxID)
		}
	}
	return d.CustomerID
}

// registeredNow are those who were registered, and are there.
func (c company) registeredNow() []Person {
	return slices.DeleteFunc(c.People(), func(p Person) bool { return p.Body == nil })
}

// Twice counts those who were there from the start as well, where a search finds them.
func (c company) Twice() (taxIDs []string) {
	list := c.People()
	if c.opt.DeafToPeople {
		list = c.registeredNow()
	}
	seen := map[string]bool{}
	for _, p := range list {
		if seen[digits(p.TaxID)] {
			taxIDs = append(taxIDs, p.TaxID)
		}
		seen[digits(p.TaxID)] = true
	}
	return taxIDs
}

// Lose deletes nobody where the buyer is asked for each time.
func (c company) Lose(taxID string) bool {
	return c.created && c.DeletePeople(taxID) > 0
}

func (c company) Occupy(ref erp.Reference, order string) {
	body := fmt.Sprintf(`{"type":"Venda","details":"Pedido %[1]s","customer":%[1]q,"orig":%[2]q,"origId":%[3]q,"netTotal":7,"total":7,"saleLines":[{"productId":"curso","qty":1,"price":7}]}`, order, ref.Orig, ref.OrigID)
	if r := c.Call("POST", "/sales", http.Header{"Content-Type": {"application/json"}}, []byte(body)); r.Status != http.StatusCreated {
		panic("somebody else's document is refused: " + string(r.Body))
	}
}

func (c company) Deafen() { c.SetFilter(Deaf) }

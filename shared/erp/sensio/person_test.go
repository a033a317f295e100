package sensio_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/sensio"
	"github.com/carimbo/carimbo/shared/erp/sensio/sensiosim"
	"github.com/carimbo/carimbo/shared/order"
)

const (
	spacing = 61 * time.Second
	// another has the sellers' company, which is in Sensio for good.
	another = order.TaxID("11444777000161")
)

// introducing is an account that registers its buyers.
const introducing = `{"base_url": "https://api.example.com.br", "headers": {"Authorization": "Bearer {app_secret}", "X-Key": "{app_key}"},
	"lookup": {"path": "/sales?orig={orig}&origId={origId}", "rows": "response", "id": "id"},
	"customer": {"query": {"path": "/people?search={customer.tax_id}", "rows": "response", "id": "id", "tax_id": "cpfCnpj"},
		"create": {"path": "/people", "id": "response", "body": {"name": "{customer.name}", "cpfCnpj": "{customer.tax_id}", "email": "{customer.email}",
			"company": "{customer.company}", "type": "Cliente", "active": true,
			"address": {"street": "{address.street}", "number": "{address.number}", "city": "{address.city}", "zip": "{address.postal_code}"}}}},
	"items": {"*": {"productId": "prod-1"}}}`

// shop is an account that registers its buyers in a strict Sensio, with the notes that its
// processes share, all on one clock that only waits move.
type shop struct {
	*sensio.Client
	t     *testing.T
	sim   *sensiosim.Sim
	notes erp.Notes
	url   string
	// change is made to the account's configuration.
	change func(*sensio.Config)
	// key and secret are the account's now.
	key, secret string

	*clocktest.Clock
}

func sells(t *testing.T, options sensiosim.Options, change ...func(*sensio.Config)) *shop {
	t.Helper()
	s := &shop{t: t, Clock: clocktest.At(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)), notes: memory(t), key: appKey, secret: appSecret}
	options.Now = s.Now
	s.sim = sensiosim.New(options)
	server := httptest.NewServer(s.sim)
	t.Cleanup(func() {
		s.sim.Close()
		server.Close()
	})
	s.url = server.URL
	s.change = func(c *sensio.Config) {
		for _, f := range change {
			f(c)
		}
	}
	s.restarts()
	return s
}

// restarts has another process go on.
func (s *shop) restarts() {
	config := parse(s.t, introducing)
	config.BaseURL = s.url
	s.change(&config)
	s.Client = sensio.New(config, erp.Options{
		Account: "loja", Notes: s.notes, Now: s.Now, Spacing: spacing,
		Credentials: func(context.Context) (string, string, error) { return s.key, s.secret, nil },
		Sleep: func(ctx context.Context, d time.Duration) error {
			s.Pass(d)
			return ctx.Err()
		},
	})
}

func finds(taxID order.TaxID) func(*sensio.Config) {
	return func(c *sensio.Config) { c.Customer.Query.Known = taxID }
}

// bought is the document of an order of the buyer's.
func (s *shop) bought(id string, customer order.Customer) erp.Document {
	s.t.Helper()
	o := paid(s.t, "100", "1 x 100")
	o.ID, o.Customer = id, customer
	doc, err := s.Document(o, erp.Reference{Orig: "loja-online", OrigID: id})
	if err != nil {
		s.t.Fatal(err)
	}
	return doc
}

// becomes is what the customer of a document ends in.
func (s *shop) becomes(doc erp.Document, want erp.AnswerKind, says ...string) erp.Document {
	s.t.Helper()
	doc, got := s.Customer(s.t.Context(), doc)
	if got.Kind != want {
		s.t.Fatalf("%+v, want %s", got, want)
	}
	for _, words := range says {
		if !strings.Contains(got.Text.String(), words) {
			s.t.Errorf("%q doesn't say %q", got.Text, words)
		}
	}
	if id := doc.Body.(sensio.Sale).CustomerID; (id == "") != (want != erp.CustomerKnown) {
		s.t.Errorf("the customerId is %q after %s", id, want)
	}
	return doc
}

// people is how many there are with the tax id.
func (s *shop) people(taxID order.TaxID, want int) {
	s.t.Helper()
	n := 0
	for _, p := range s.sim.People() {
		if taxID.Is(p.TaxID) {
			n++
		}
	}
	if n != want {
		s.t.Errorf("Sensio has %d people of %s, want %d", n, taxID.Formatted(), want)
	}
}

// asked are the calls since the last time.
func (s *shop) asked(want ...string) {
	s.t.Helper()
	var got []string
	for _, c := range s.sim.Calls() {
		got = append(got, c.Method)
	}
	if len(got) < len(want) || cmp.Diff(want, got[len(got)-len(want):]) != "" {
		s.t.Errorf("the last calls are %q, want %q", got, want)
	}
}

func (s *shop) goesWrong(method string, mode sensiosim.Mode, text ...string) {
	f := sensiosim.Fault{Method: method, Mode: mode, Delay: 50 * time.Second}
	if len(text) > 0 {
		f.Text = text[0]
	}
	s.sim.Inject(f)
}

var (
	ana  = order.Customer{Name: "Maria da Silva", Email: "maria@exemplo.com.br", MoreEmails: []string{"m@exemplo.com.br"}, TaxID: someCPF, Address: order.Address{Street: "Rua das Flores", City: "Santos", State: "SP"}}
	bia  = order.Customer{Name: "Maria da Silva", TaxID: "38491726519"}
	firm = order.Customer{Name: "Sol Ltda", TaxID: someCNPJ}
)

// Two buyers of one name, and a company.
func TestWhoIsNotThereIsCreatedOnceWithAllThatIsKnown(t *testing.T) {
	s := sells(t, sensiosim.Options{})
	for i, c := range []struct {
		customer order.Customer
		body     string
	}{
		{ana, `{"active":true,"address":{"city":"Santos","street":"Rua das Flores"},"cpfCnpj":"52998224725","email":"maria@exemplo.com.br","name":"Maria da Silva","type":"Cliente"}`},
		{bia, `{"active":true,"cpfCnpj":"38491726519","name":"Maria da Silva","type":"Cliente"}`},
		{firm, `{"active":true,"company":"Sol Ltda","cpfCnpj":"11222333000181","name":"Sol Ltda","type":"Cliente"}`},
	} {
		doc := s.becomes(s.bought(fmt.Sprint(i), c.customer), erp.CustomerKnown)
		s.asked("GET /people", "POST /people")
		people := s.sim.People()
		if p := people[len(people)-1]; len(people) != i+1 || string(p.Body) != c.body || doc.Body.(sensio.Sale).CustomerID != p.ID {
			t.Errorf("registered %s as %+v, the sale's customerId is %s", p.Body, p, doc.Body.(sensio.Sale).CustomerID)
		}
		if got := s.Create(t.Context(), doc); got.Kind != erp.Created {
			t.Errorf("%+v", got)
		}
		// The note spares the next order the question, whichever process has it.
		s.restarts()
		calls := len(s.sim.Calls())
		again := s.becomes(s.bought(fmt.Sprint(i, "-2"), c.customer), erp.CustomerKnown)
		if again.Body.(sensio.Sale).CustomerID != people[len(people)-1].ID || len(s.sim.Calls()) != calls {
			t.Errorf("the second order is of %+v after %d calls", again.Body, len(s.sim.Calls())-calls)
		}
	}
}

func TestWhoIsThereIsNeverCreatedNorChanged(t *testing.T) {
	there := sensiosim.Person{ID: "p-7", Name: "Ana", TaxID: "529.982.247-25"}
	s := sells(t, sensiosim.Options{People: []sensiosim.Person{there}})
	doc := s.becomes(s.bought("1", ana), erp.CustomerKnown)
	s.asked("GET /people")
	if id := doc.Body.(sensio.Sale).CustomerID; id != "p-7" || cmp.Diff([]sensiosim.Person{there}, s.sim.People()) != "" {
		t.Errorf("customerId %s, people %+v", id, s.sim.People())
	}
}

func TestWithoutATaxIDNobodyIsCreated(t *testing.T) {
	s := sells(t, sensiosim.Options{}, func(c *sensio.Config) { c.Customer.Default = "p-1" })
	s.becomes(s.bought("1", order.Customer{Name: "Ana"}), erp.CustomerKnown)
	if n := len(s.sim.Calls()); n > 0 {
		t.Errorf("%d calls", n)
	}
}

// lostCreations leave open whether there is a person.
var lostCreations = map[sensiosim.Mode]int{
	sensiosim.WriteThenReset: 1, sensiosim.WriteThenHTML: 1, sensiosim.WriteThenGarbage: 1, sensiosim.WriteThenError: 1, sensiosim.WriteThenNoID: 1,
	sensiosim.DelayedApplyReset: 1, sensiosim.Reset: 0, sensiosim.HTML: 0, sensiosim.Garbage: 0, sensiosim.Redirect: 0, sensiosim.Outage: 0, sensiosim.ServerError: 0,
}

func TestALostCreationIsAskedForAndNeverRepeatedBlindly(t *testing.T) {
	for mode, written := range lostCreations {
		for _, proof := range []string{"known", "found before", "found by a process that is gone", "none", "known, not found"} {
			t.Run(string(mode)+", "+proof, func(t *testing.T) {
				options := sensiosim.Options{People: []sensiosim.Person{{ID: "p-1", TaxID: string(another)}}}
				var change []func(*sensio.Config)
				if strings.HasPrefix(proof, "known") {
					change = append(change, finds(another))
				}
				s := sells(t, options, change...)
				if strings.HasPrefix(proof, "found") {
					s.becomes(s.bought("0", order.Customer{Name: "Sol", TaxID: another}), erp.CustomerKnown)
				}
				doc := s.bought("1", ana)
				s.goesWrong("POST /people", mode)
				s.becomes(doc, erp.Lost)
				s.becomes(doc, erp.Early)
				s.becomes(s.bought("2", ana), erp.Early)
				if s.Pass(spacing); proof == "found by a process that is gone" {
					s.restarts()
				}
				if proof == "known, not found" {
					s.sim.DeletePeople(string(another))
				}
				switch {
				case written == 1: // it is there by now, whatever proves what
					s.becomes(doc, erp.CustomerKnown)
					s.asked("POST /people", "GET /people")
				case proof == "known" || proof == "found before":
					s.becomes(doc, erp.CustomerKnown)
					s.asked("GET /people", "GET /people", "POST /people")
				default:
					s.becomes(doc, erp.Unprovable, "CPF or CNPJ", "by hand", "carimbo orders retry")
					s.people(ana.TaxID, 0)
					// A person registers them, and lets the order go on.
					s.sim.Know(nil, []sensiosim.Person{{ID: "p-9", TaxID: string(ana.TaxID)}})
					s.Pass(spacing)
					s.becomes(doc, erp.CustomerKnown)
				}
				s.people(ana.TaxID, 1)
			})
		}
	}
}

// A query that finds nobody, whoever is asked for, is believed once.
func TestADeafQueryMakesNoSecondPerson(t *testing.T) {
	s := sells(t, sensiosim.Options{People: []sensiosim.Person{{ID: "p-1", TaxID: string(another)}}}, finds(another))
	s.sim.SetDeafToPeople(true)
	doc := s.bought("1", ana)
	s.goesWrong("POST /people", sensiosim.WriteThenReset)
	s.becomes(doc, erp.Lost)
	for range 3 {
		s.Pass(spacing)
		s.becomes(doc, erp.Unprovable, "nor somebody whom it has to find")
	}
	s.people(ana.TaxID, 1)
	s.sim.SetDeafToPeople(false)
	s.Pass(spacing)
	s.becomes(doc, erp.CustomerKnown)
	s.people(ana.TaxID, 1)
}

// The question about who has to be found may fail as well.
func TestAProofThatFailsWaits(t *testing.T) {
	s := sells(t, sensiosim.Options{People: []sensiosim.Person{{ID: "p-1", TaxID: string(another)}}}, finds(another))
	doc := s.bought("1", ana)
	s.goesWrong("POST /people", sensiosim.Reset)
	s.becomes(doc, erp.Lost)
	s.Pass(spacing)
	s.sim.OnCall(func() func(string, string) *sensiosim.Fault {
		n := 0
		return func(string, string) *sensiosim.Fault {
			if n++; n == 2 {
				return &sensiosim.Fault{Mode: sensiosim.ServerError}
			}
			return nil
		}
	}())
	s.becomes(doc, erp.Lost)
	s.people(ana.TaxID, 0)
	s.Pass(spacing)
	s.becomes(doc, erp.CustomerKnown)
	s.people(ana.TaxID, 1)
}

// Who has to be found is never the buyer.
func TestTheBuyerProvesNothingOfThemselves(t *testing.T) {
	s := sells(t, sensiosim.Options{}, finds(ana.TaxID))
	doc := s.bought("1", ana)
	s.goesWrong("POST /people", sensiosim.Reset)
	s.becomes(doc, erp.Lost)
	s.Pass(spacing)
	s.becomes(doc, erp.Unprovable, "customer.query.known")
}

func TestWhoIsShownWithoutAnIDIsNotCalledAnother(t *testing.T) {
	s := sells(t, sensiosim.Options{People: []sensiosim.Person{{ID: "null", Name: "Ana", TaxID: string(ana.TaxID)}}})
	s.becomes(s.bought("1", ana), erp.Unprovable, "showed this buyer without an id", "customer.query")
}

func TestAQueryThatShowsOthersCreatesNobody(t *testing.T) {
	s := sells(t, sensiosim.Options{People: []sensiosim.Person{{ID: "p-1", Name: "Filial " + string(ana.TaxID), TaxID: string(another)}}})
	s.becomes(s.bought("1", ana), erp.Unprovable, "showed other people (1)", "customer.query")
	s.people(ana.TaxID, 0)
}

func TestWhatKeepsTheBuyerFromBeingCreatedIsSaid(t *testing.T) {
	for _, c := range []struct {
		mode  sensiosim.Mode
		text  string
		kind  erp.AnswerKind
		says  string
		after erp.AnswerKind
	}{
		{sensiosim.Refusal, "E-mail inválido", erp.Refused, "E-mail inválido", erp.CustomerKnown},
		{sensiosim.SuccessFalse, "Cidade não encontrada", erp.Refused, "Cidade não encontrada", erp.CustomerKnown},
		{sensiosim.Refusal, "Já existe uma pessoa cadastrada com este CPF/CNPJ", erp.Duplicate, "as if they were there", erp.CustomerKnown},
		{sensiosim.Refusal, "CPF 529.982.247-25 já cadastrado", erp.Duplicate, "carimbo orders retry. Its words: CPF", erp.CustomerKnown},
		{sensiosim.Mute, "", erp.Duplicate, "without a word", erp.Unprovable},
		{sensiosim.Refusal, "Registro em conflito", erp.Duplicate, "Registro em conflito", erp.Unprovable},
		{sensiosim.WriteThenFalse, "Pessoa não registrada", erp.Duplicate, "Pessoa não registrada", erp.CustomerKnown},
		{sensiosim.Refusal, "Já existe uma requisição em andamento", erp.Redundant, "em andamento", erp.Unprovable},
		{sensiosim.SuccessFalse, "Sistema em manutenção", erp.Lost, "manutenção", erp.Unprovable},
		{sensiosim.Rate, "", erp.AccountRests, "Too Many", erp.CustomerKnown},
		{sensiosim.KeyRefused, "", erp.AccountRests, "autorizado", erp.CustomerKnown},
	} {
		t.Run(string(c.mode)+" "+c.text, func(t *testing.T) {
			s := sells(t, sensiosim.Options{})
			doc := s.bought("1", ana)
			s.goesWrong("POST /people", c.mode, c.text)
			if _, got := s.Customer(t.Context(), doc); got.Kind != c.kind || !strings.Contains(got.Text.String(), c.says) || strings.Contains(got.Text.String(), "529.982") {
				t.Errorf("%+v, want %s that says %q", got, c.kind, c.says)
			}
			s.Pass(spacing)
			s.becomes(doc, c.after)
		})
	}
}

func TestACustomerWhoIsGoneIsForgottenAndCreatedAnew(t *testing.T) {
	s := sells(t, sensiosim.Options{})
	doc := s.becomes(s.bought("1", ana), erp.CustomerKnown)
	s.sim.DeletePeople(string(ana.TaxID))
	if got := s.Create(t.Context(), doc); got.Kind != erp.CustomerGone || got.Text.String() != "customerId não encontrado" {
		t.Fatalf("%+v", got)
	}
	s.Pass(spacing)
	doc = s.becomes(doc, erp.CustomerKnown)
	s.people(ana.TaxID, 1)
	if got := s.Create(t.Context(), doc); got.Kind != erp.Created {
		t.Errorf("%+v", got)
	}
}

// A ledger may have failed whoever wanted to forget them. The note may be of another person,
// whom another order has created since.
func TestWhoIsGoneIsNotTakenFromAnOldNote(t *testing.T) {
	there := []sensiosim.Person{{ID: "p-1", TaxID: string(another)}}
	for name, c := range map[string]struct {
		known  order.TaxID
		want   erp.AnswerKind
		people int
	}{
		"somebody else is found": {another, erp.CustomerKnown, 1},
		"nothing proves":         {"", erp.Unprovable, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := sells(t, sensiosim.Options{People: there}, finds(c.known))
			doc := s.becomes(s.bought("1", ana), erp.CustomerKnown)
			s.sim.DeletePeople(string(ana.TaxID))
			s.notes = &racing{Notes: s.notes, left: 1, fail: errors.New("throttled")}
			s.restarts()
			if got := s.Create(t.Context(), doc); got.Kind != erp.CustomerGone {
				t.Fatalf("%+v", got)
			}
			s.Pass(spacing)
			doc = s.bought("1", ana)
			doc.Lessons.Gone = true
			s.becomes(doc, c.want)
			s.people(ana.TaxID, c.people)
		})
	}
}

func TestWhoIsNotNotedIsNotGone(t *testing.T) {
	refused := `{"success":false,"message":"customerId não encontrado"}`
	s := sells(t, sensiosim.Options{People: []sensiosim.Person{{ID: "p-1", TaxID: string(another)}}}, func(c *sensio.Config) { c.Customer.Default = "p-2" })
	doc := s.becomes(s.bought("1", order.Customer{Name: "Ana"}), erp.CustomerKnown)
	if got := s.Create(t.Context(), doc); got.Kind != erp.Refused || !strings.Contains(refused, got.Text.String()) {
		t.Errorf("the default customer: %+v", got)
	}
	s = sells(t, sensiosim.Options{People: []sensiosim.Person{{ID: "p-1", TaxID: string(ana.TaxID)}}}, func(c *sensio.Config) { c.Customer.Create = nil })
	doc = s.becomes(s.bought("1", ana), erp.CustomerKnown)
	s.sim.DeletePeople(string(ana.TaxID))
	if got := s.Create(t.Context(), doc); got.Kind != erp.Refused {
		t.Errorf("without customer.create: %+v", got)
	}
}

// The people are the company's, whatever proves that it is us.
func TestANewSecretForgetsNobodyAndAnotherAppKeyEverybody(t *testing.T) {
	s := sells(t, sensiosim.Options{DeafToPeople: true})
	s.becomes(s.bought("1", ana), erp.CustomerKnown)
	s.secret = "another-secret"
	s.becomes(s.bought("2", ana), erp.CustomerKnown)
	s.people(ana.TaxID, 1)
	s.key = "9988776655443"
	s.Pass(spacing) // the same call is made to another company
	s.becomes(s.bought("3", ana), erp.CustomerKnown)
	s.people(ana.TaxID, 2)
}

// racing are notes that another process writes to, once, before a write of ours.
type racing struct {
	erp.Notes
	left int
	fail error
}

func (r *racing) WriteNote(ctx context.Context, account, name string, before, after erp.Note) (bool, error) {
	if r.left--; r.left != 0 {
		return r.Notes.WriteNote(ctx, account, name, before, after)
	}
	if r.fail != nil {
		return false, r.fail
	}
	if _, err := r.Notes.WriteNote(ctx, account, name, before, erp.Note{ID: before.ID, QuietUntil: before.QuietUntil, Token: "theirs"}); err != nil {
		return false, err
	}
	return r.Notes.WriteNote(ctx, account, name, before, after)
}

// Nothing is asked or created that isn't noted before, by whoever asks.
func TestTwoAttemptsNeverCreateTheSameBuyer(t *testing.T) {
	for name, fail := range map[string]error{"another attempt": nil, "a ledger that fails": errors.New("throttled")} {
		for write, calls := range map[int]int{1: 0, 2: 1} {
			t.Run(fmt.Sprintf("%s, at write %d", name, write), func(t *testing.T) {
				s := sells(t, sensiosim.Options{})
				s.notes = &racing{Notes: s.notes, left: write, fail: fail}
				s.restarts()
				_, got := s.Customer(t.Context(), s.bought("1", ana))
				if fail == nil && got.Kind != erp.Early || fail != nil && !errors.Is(got.Err, fail) {
					t.Errorf("%+v", got)
				}
				if n := len(s.sim.Calls()); n != calls {
					t.Errorf("%d calls, want %d", n, calls)
				}
				s.people(ana.TaxID, 0)
			})
		}
	}
}

// Whoever dies over a creation has said that it may have gone through.
func TestWhoDiesOverACreationLeavesThatItBegan(t *testing.T) {
	s := sells(t, sensiosim.Options{})
	notes := &racing{Notes: s.notes, left: 3, fail: errors.New("dead")}
	s.notes = notes
	s.restarts()
	doc := s.bought("1", ana)
	s.becomes(doc, erp.CustomerKnown)
	s.sim.DeletePeople(string(ana.TaxID))
	s.Pass(spacing)
	s.becomes(doc, erp.Early)
	s.Pass(5 * time.Minute)
	s.becomes(doc, erp.Unprovable)
}

func TestThePreviewShowsWhomItWouldCreate(t *testing.T) {
	o := paid(t, "10", "1 x 10")
	o.Customer = ana
	e, err := sensio.Kind().Explain(json.RawMessage(introducing), o, reference)
	if err != nil {
		t.Fatal(err)
	}
	want := []erp.CustomerCall{
		{Call: "GET /people?search={customer.tax_id}", Fields: map[string]any{"customer.tax_id": "52998224725"}},
		{Call: "POST /people", Fields: map[string]any{"name": "Maria da Silva", "cpfCnpj": "52998224725", "email": "maria@exemplo.com.br", "type": "Cliente", "active": true,
			"address": map[string]any{"street": "Rua das Flores", "city": "Santos"}}},
		{Call: "POST /sales", Fields: map[string]any{"customer": "Maria da Silva"}},
	}
	if diff := cmp.Diff(want, e.Asked); diff != "" || e.How.String() != "asked for by tax id, and created if Sensio knows nobody; nobody is changed" {
		t.Errorf("%s (-want +got):\n%s", e.How, diff)
	}
}

// Whoever has the document has to know who bought, and where it goes.
func TestTheDocumentSaysWhoBoughtAndWhereItGoes(t *testing.T) {
	const said = `, "sale": {"details": "CPF/CNPJ {customer.tax_id}", "shipmentDetails": "{address.street}, {address.number} {address.complement} - {address.district}, {address.city}/{address.state} {address.postal_code}", "description": "{customer.company}", "origPaymentMethod": "{payment.method} {payment.reference}"}}`
	c := client(t, strings.TrimSuffix(settings, "}")+said)
	street := order.Address{Street: "Rua das Flores", Number: "7", Complement: "ap 2", District: "Centro", City: "Santos", State: "SP", PostalCode: "11010000", Country: "BR"}
	for name, s := range map[string]struct {
		one, other order.Customer
		field      string
		want       [2]string
	}{
		"two of one name": {order.Customer{Name: "Maria da Silva", TaxID: ana.TaxID}, order.Customer{Name: "Maria da Silva", TaxID: bia.TaxID},
			"details", [2]string{"CPF/CNPJ 52998224725", "CPF/CNPJ 38491726519"}},
		"a company called like a person": {order.Customer{Name: "Maria da Silva", TaxID: ana.TaxID}, order.Customer{Name: "Maria da Silva", TaxID: someCNPJ},
			"description", [2]string{"", "Maria da Silva"}},
		"two of one name who live apart": {order.Customer{Name: "João", TaxID: ana.TaxID, Address: street}, order.Customer{Name: "João", TaxID: ana.TaxID, Address: order.Address{Street: "Av. Um", City: "Itu", State: "SP"}},
			"shipmentDetails", [2]string{"Rua das Flores, 7 ap 2 - Centro, Santos/SP 11010000", "Av. Um,   - , Itu/SP"}},
	} {
		var got [2]string
		var bodies [2]string
		for i, customer := range []order.Customer{s.one, s.other} {
			o := paid(t, "10", "1 x 10")
			o.Customer, o.Payments[0].Reference = customer, "E12"
			r := request(t, document(t, c, o))
			got[i], _ = r[s.field].(string)
			bodies[i] = fmt.Sprint(r)
			if r["origPaymentMethod"] != "pix E12" {
				t.Errorf("%s: paid by %q", name, r["origPaymentMethod"])
			}
		}
		if got != s.want || bodies[0] == bodies[1] {
			t.Errorf("%s: %q, want %q", name, got, s.want)
		}
	}
}

func TestANewBuyerWhereTheIDIsRequired(t *testing.T) {
	for name, customer := range map[string]order.Customer{"a person": ana, "one of the same name": bia, "a company": firm} {
		t.Run(name, func(t *testing.T) {
			s := sells(t, sensiosim.Options{IDRequired: true, UniquePeople: true})
			if got := s.Create(t.Context(), s.becomes(s.bought("1", customer), erp.CustomerKnown)); got.Kind != erp.Created {
				t.Errorf("%+v", got)
			}
			s.people(customer.TaxID, 1)
			s = sells(t, sensiosim.Options{IDRequired: true}, func(c *sensio.Config) { c.Customer.Create = nil })
			doc, _ := s.Customer(t.Context(), s.bought("1", customer))
			if got := s.Create(t.Context(), doc); got.Kind != erp.Refused || !strings.HasPrefix(got.Text.String(), "customerId é obrigatório. ") || !strings.Contains(got.Text.String(), "customer.create") {
				t.Errorf("without customer.create: %+v", got)
			}
		})
	}
}

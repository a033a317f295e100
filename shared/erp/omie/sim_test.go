package omie_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/omie"
	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/words/wordstest"
)

// simulated is an account at a strict Omie, both on one clock that only waits
// move.
type simulated struct {
	*omie.Client
	sim   *omiesim.Sim
	url   string // of its API
	clock *clocktest.Clock
}

func (s *simulated) pass(d time.Duration) { s.clock.Pass(d) }

func simulate(t *testing.T, settings string, change ...func(*erp.Options)) *simulated {
	t.Helper()
	config, err := omie.Parse(json.RawMessage(settings))
	if err != nil {
		t.Fatal(err)
	}
	s := &simulated{clock: clocktest.At(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC))}
	s.sim = omiesim.New(omiesim.Options{Now: s.clock.Now, AppKey: appKey, AppSecret: appSecret})
	server := httptest.NewServer(s.sim)
	t.Cleanup(func() {
		s.sim.Close()
		server.Close()
		for _, v := range s.sim.Violations() {
			t.Errorf("a limit was broken: %s", v)
		}
	})
	s.url = server.URL + "/api/v1/"
	config.BaseURL = s.url
	o := erp.Options{
		Account: "estudio", Credentials: credentials,
		Now: s.clock.Now,
		Sleep: func(ctx context.Context, d time.Duration) error {
			s.pass(d)
			return ctx.Err()
		},
	}
	for _, f := range change {
		f(&o)
	}
	s.Client = omie.New(config, o)
	return s
}

const strictSettings = `{
	"os": {
		"Cabecalho": {"dDtPrevisao": "+3d"},
		"InformacoesAdicionais": {"cCodCateg": "1.01.02", "nCodCC": 3731356020, "cCidPrestServ": "SAO PAULO (SP)", "cDadosAdicNF": "Pedido {order.number}", "cNumPedido": "{order.number}"},
		"Email": {"cEnvLink": "S", "cEnvBoleto": "N", "cEnviarPara": "{customer.email}"},
		"Departamentos": [{"cCodDepto": "7", "nPerc": 100, "nValor": "{order.total}", "nValorFixo": "N"}]
	},
	"customer": {"default": 3795260786},
	"services": {
		"CURSO-GO": {"nCodServico": 3846592864},
		"MANUT-01": {"cCodIntServico": "MANUT-01"},
		"*": {"cDescServ": "{line.name}", "cCodServLC116": "7.07", "cCodServMun": "01015", "cTribServ": "01", "cRetemISS": "N", "impostos": {"nAliqISS": 3}}
	}
}`

func (s *simulated) document(t *testing.T, o order.Order) erp.Document {
	t.Helper()
	return s.documentAs(t, o, reference)
}

// documentAs is the document of that reference, with its customer.
func (s *simulated) documentAs(t *testing.T, o order.Order, ref erp.Reference) erp.Document {
	t.Helper()
	doc, err := s.Document(o, ref)
	if err != nil {
		t.Fatal(err)
	}
	doc, answer := s.Customer(t.Context(), doc)
	if answer.Kind != erp.CustomerKnown {
		t.Fatalf("customer: %+v", answer)
	}
	return doc
}

func buyer() order.Customer {
	return order.Customer{Name: "Ana Prado", Email: "ana@exemplo.com.br", Phone: "+55 11 98765-4321", TaxID: someCPF, Address: order.Address{
		Street: "Rua das Flores", District: "Centro", City: "São Paulo", State: "SP", PostalCode: "01001000", Country: "BR",
	}}
}

func TestAStrictOmieTakesTheCustomerAndTheOS(t *testing.T) {
	s := simulate(t, strictSettings)
	o := paid(t, "1289.99", "1 x 1000.001", "3 x 33.3333", "0.5 x 400 - 0.01")
	o.Lines[1].SKUs, o.Lines[2].SKUs = []string{"MANUT-01"}, []string{"OUTRO"}
	o.Discount = money(t, "10")
	o.Customer = buyer()
	doc := s.document(t, o)
	got := s.Create(t.Context(), doc)
	if diff := cmp.Diff(erp.Answer{Kind: erp.Created, ID: "3847270140", Number: "000000000000016"}, got, wordstest.InEnglish()); diff != "" {
		t.Fatalf("answer (-want +got):\n%s", diff)
	}
	documents := s.sim.Documents()
	if len(documents) != 1 || !documents[0].Total.Equal(o.Total) || documents[0].CustomerTaxID != string(someCPF) {
		t.Errorf("documents %+v", documents)
	}

	found := s.LookUp(t.Context(), reference)
	if found.Kind != erp.Present || found.ID != got.ID || found.Number != got.Number ||
		!found.Found.Total.Equal(o.Total) || found.Found.OrderNumber != o.Number || found.Found.CustomerID != doc.CustomerID || found.Found.Cancelled {
		t.Errorf("look-up %+v", found)
	}
	s.sim.Cancel(reference.Code)
	s.pass(61 * time.Second)
	if found = s.LookUp(t.Context(), reference); !found.Found.Cancelled {
		t.Errorf("look-up %+v, want cancelled", found)
	}
}

func TestTheSecondOrderOfACustomerFindsTheFirstOnes(t *testing.T) {
	s := simulate(t, strictSettings)
	o := paid(t, "100", "1 x 100")
	o.Customer = buyer()
	first := s.document(t, o)
	s.pass(61 * time.Second)
	second := s.document(t, o)
	if first.CustomerID != second.CustomerID || len(s.sim.Customers()) != 2 {
		t.Errorf("customers %s and %s of %d", first.CustomerID, second.CustomerID, len(s.sim.Customers()))
	}
}

// A strict Omie refuses the second creation under our code, and shows whose it is.
func TestTwoBuyersAbroadWithOneDocumentAreNotOneCustomer(t *testing.T) {
	s := simulate(t, strings.Replace(strictSettings, `"customer": {"default": 3795260786},`, "", 1))
	ids := map[string]bool{}
	for _, c := range []struct {
		name, document, country string
		answer                  erp.AnswerKind
	}{
		{"Lúcia Ramos", "AB-123456", "MX", erp.CustomerKnown},
		{"RAMOS LUCIA", "ab 123456", "MX", erp.CustomerKnown},
		{"Grace Miller", "AB123456", "MX", erp.Unprovable},
		{"Grace Miller", "AB123456", "US", erp.CustomerKnown},
		{"Grace Miller", "AB123457", "MX", erp.CustomerKnown},
	} {
		o := paid(t, "100", "1 x 100")
		o.Customer = order.Customer{Name: c.name, ForeignID: c.document, Address: order.Address{Country: c.country}}
		doc, err := s.Document(o, reference)
		if err != nil {
			t.Fatal(err)
		}
		doc, answer := s.Customer(t.Context(), doc)
		if answer.Kind != c.answer || (doc.CustomerID != "") != (c.answer == erp.CustomerKnown) {
			t.Errorf("%s %s: customer %q, %+v", c.name, c.document, doc.CustomerID, answer)
		}
		ids[doc.CustomerID] = true
		s.pass(2 * time.Minute)
	}
	if len(ids) != 4 { // three customers, and none
		t.Errorf("customers %v", ids)
	}
}

func TestAnOSThatIsThereIsADuplicateAndOneThatIsNotIsAbsent(t *testing.T) {
	s := simulate(t, strictSettings)
	o := paid(t, "100", "1 x 100")
	o.Customer = order.Customer{}
	doc := s.document(t, o)
	if got := s.LookUp(t.Context(), reference); got.Kind != erp.Absent {
		t.Errorf("look-up %+v, want absent", got)
	}
	for _, want := range []erp.AnswerKind{erp.Created, erp.Duplicate} {
		if got := s.Create(t.Context(), doc); got.Kind != want {
			t.Errorf("create %+v, want %s", got, want)
		}
		s.pass(61 * time.Second)
	}
	if got := s.LookUp(t.Context(), reference); got.Kind != erp.Present {
		t.Errorf("look-up %+v, want present", got)
	}
}

func TestEveryFaultOfOmieHasItsKind(t *testing.T) {
	for _, c := range []struct {
		mode    omiesim.Mode
		kind    erp.AnswerKind
		rest    time.Duration
		account bool
		written int
	}{
		{mode: omiesim.WriteThenReset, kind: erp.Lost, written: 1},
		{mode: omiesim.WriteThenHTML, kind: erp.Lost, written: 1},
		{mode: omiesim.WriteThenGarbage, kind: erp.Lost, written: 1},
		{mode: omiesim.WriteThenFault, kind: erp.Unknown, written: 1},
		{mode: omiesim.WriteThenNoID, kind: erp.Lost, written: 1},
		{mode: omiesim.Reset, kind: erp.Lost},
		{mode: omiesim.HTML, kind: erp.Lost},
		{mode: omiesim.Status200Garbage, kind: erp.Lost},
		{mode: omiesim.Outage, kind: erp.Lost},
		{mode: omiesim.AsErrorCode, kind: erp.Unknown},
		{mode: omiesim.AsStatus, kind: erp.Unknown},
		{mode: omiesim.EscapedTwice, kind: erp.Unknown},
		{mode: omiesim.InLatin1, kind: erp.Unknown},
		{mode: omiesim.Blocked, kind: erp.AccountRests, rest: 30 * time.Minute},
		{mode: omiesim.Rate, kind: erp.AccountRests, rest: time.Minute},
		{mode: omiesim.KeyRefused, kind: erp.AccountRests, rest: 5 * time.Minute, account: true},
		{mode: omiesim.Redundant, kind: erp.Redundant, rest: time.Minute},
		{mode: omiesim.Concurrent, kind: erp.AccountRests, rest: 10 * time.Second},
	} {
		t.Run(string(c.mode), func(t *testing.T) {
			s := simulate(t, strictSettings)
			o := paid(t, "100", "1 x 100")
			o.Customer = order.Customer{}
			doc := s.document(t, o)
			s.sim.Inject(omiesim.Fault{Mode: c.mode, For: time.Minute})
			got := s.Create(t.Context(), doc)
			if got.Kind != c.kind || got.RetryAfter != c.rest || got.AccountFault != c.account || got.Text.IsZero() {
				t.Errorf("answer %+v", got)
			}
			if n := s.sim.Count(reference.Code); n != c.written {
				t.Errorf("%d documents, want %d", n, c.written)
			}
		})
	}
}

// TestAnOmieThatRepeatsTheOrderIsHeardAlone: whatever the buyer wrote, wherever, the
// answer is what it is for anybody, and no account rests for it.
func TestAnOmieThatRepeatsTheOrderIsHeardAlone(t *testing.T) {
	refused := []struct{ text, code string }{
		{"", ""}, {"ERROR: O preenchimento é obrigatório:", "SOAP-ENV:Client-103"}, {"ERROR: Erro não catalogado:", "SOAP-ENV:Client-9999"},
		{"ERROR: Já cadastrado para", "SOAP-ENV:Client-102"}, {"ERROR: Instabilidade", "SOAP-ENV:Server"},
		{"ERROR: Consumo redundante detectado. Aguarde 16 segundos (REDUNDANT).", "SOAP-ENV:Client-6"},
	}
	answers := func(value, text, code string) (customer, create erp.Answer) {
		o := paid(t, "100", "1 x 100")
		o.Customer = buyer()
		o.Lines[0].SKUs, o.Lines[0].Name, o.Number = []string{"OUTRO"}, value, value
		o.Customer.Name, o.Customer.Email = value, strings.ReplaceAll(value, " ", ".")+"@exemplo.com.br"
		o.Customer.Address = order.Address{Street: value, Number: value, Complement: value, District: value, City: value, State: "SP", Country: "BR"}
		s := simulate(t, strictSettings)
		doc, err := s.Document(o, reference)
		if err != nil {
			t.Fatal(err)
		}
		s.sim.Inject(omiesim.Fault{Method: "IncluirCliente", Mode: omiesim.Echo, Text: text, Code: code})
		if _, customer = s.Customer(t.Context(), doc); strings.Contains(customer.Text.String(), value) {
			t.Errorf("%q shows %q", customer.Text, value)
		}
		o.Customer = order.Customer{Name: value, Email: o.Customer.Email} // the default customer
		if doc, err = s.Document(o, reference); err != nil {
			t.Fatal(err)
		}
		s.sim.Inject(omiesim.Fault{Method: "IncluirOS", Mode: omiesim.Echo, Text: text, Code: code})
		create = s.Create(t.Context(), doc)
		customer.Text, create.Text = words.Text{}, words.Text{}
		return customer, create
	}
	for _, r := range refused {
		customer, create := answers("Maria Souza", r.text, r.code)
		for _, value := range []string{
			"Api bloqueada 86000 segundos", "app_key.invalida", "app_key invalida", "ja cadastrado", "tente novamente", "com o Id [999]", "nao cadastrada",
			"x] api bloqueada [", "Chave de acesso inválida", strings.Repeat("Rua ", 14) + "ou tente novamente em 86000 segundos",
		} {
			c, o := answers(value, r.text, r.code)
			if diff := cmp.Diff([]erp.Answer{customer, create}, []erp.Answer{c, o}, wordstest.InEnglish()); diff != "" {
				t.Errorf("%q, %q (-Maria +got):\n%s", r.text, value, diff)
			}
		}
	}
}

// A buyer chooses no other customer, and the one that Omie names is read first.
func TestACustomerThatOmieNamesIsReadBeforeItIsUsed(t *testing.T) {
	s := simulate(t, strictSettings)
	o := paid(t, "100", "1 x 100")
	o.Customer = buyer()
	first := s.document(t, o)
	s.pass(61 * time.Second)
	// The list doesn't show what is there.
	s.sim.Inject(omiesim.Fault{Method: "ListarClientes", Mode: omiesim.Refusal, Text: "ERROR: Não existem registros para a página [1]!", Code: "SOAP-ENV:Client-5113"})
	if again := s.document(t, o); again.CustomerID != first.CustomerID || len(s.sim.Customers()) != 2 {
		t.Errorf("customers %s and %s of %d", first.CustomerID, again.CustomerID, len(s.sim.Customers()))
	}
	calls := s.sim.Calls()
	if last := calls[len(calls)-1]; last.Method != "ConsultarCliente" || last.Outcome != "ok" {
		t.Errorf("the last call is %+v", last)
	}
	s.pass(61 * time.Second)
	o.Customer.Name, o.Customer.TaxID = "com o Id [3795260786]", someCNPJ
	doc, err := s.Document(o, reference)
	if err != nil {
		t.Fatal(err)
	}
	s.sim.Inject(omiesim.Fault{Method: "IncluirCliente", Mode: omiesim.Echo, Text: "ERROR: Cliente já cadastrado:"})
	if doc, answer := s.Customer(t.Context(), doc); answer.Kind != erp.Duplicate || doc.CustomerID != "" {
		t.Errorf("customer %q, %+v", doc.CustomerID, answer)
	}
}

func TestWhatOmieRefusesIsRefused(t *testing.T) {
	s := simulate(t, `{"os": {"InformacoesAdicionais": {"cCodCateg": "1.01.02", "nCodCC": 5}}, "customer": {"default": 3795260786}, "services": {"*": {"nCodServico": 3846592864}}}`)
	o := paid(t, "100", "1 x 100")
	o.Customer = order.Customer{}
	if got := s.Create(t.Context(), s.document(t, o)); got.Kind != erp.Refused {
		t.Errorf("answer %+v, want refused", got)
	}
}

func TestTheRequestsOfOmiesHelpAreTakenByAStrictOmie(t *testing.T) {
	for _, name := range []string{"uncatalogued", "by-description", "two-services", "by-integration-code", "by-id", "by-description-alone"} {
		t.Run(name, func(t *testing.T) {
			s := simulate(t, string(file(t, name+".account.json")))
			var o order.Order
			if err := json.Unmarshal(file(t, name+".order.json"), &o); err != nil {
				t.Fatal(err)
			}
			if got := s.Create(t.Context(), s.document(t, o)); got.Kind != erp.Created {
				t.Errorf("answer %+v, want created", got)
			}
		})
	}
}

// TestAnOrderNumberComesBackAsOursHoweverOmieKeepsIt: it cuts at 30, and writes entities.
func TestAnOrderNumberComesBackAsOursHoweverOmieKeepsIt(t *testing.T) {
	for _, number := range []string{"#1001", "A&B \"1001\"", "Loja Virtual Exemplo Pedido 1001", "0f8fad5b-d9cb-469f-a165-70867728950e", "Ateliê São João & Companhia, pedido 1001", "  1001  de\tontem "} {
		s := simulate(t, strictSettings)
		o := paid(t, "100", "1 x 100")
		o.Customer, o.Number = order.Customer{}, number
		doc := s.document(t, o)
		if got := s.Create(t.Context(), doc); got.Kind != erp.Created {
			t.Fatalf("%q: %+v", number, got)
		}
		s.pass(61 * time.Second)
		if got := s.LookUp(t.Context(), reference); got.Kind != erp.Present || got.Found.OrderNumber != doc.OrderNumber || doc.OrderNumber == "" {
			t.Errorf("%q: %+v, ours is %q", number, got, doc.OrderNumber)
		}
	}
}

// TestAnAbsenceIsHeardInWhateverWriting: of each in which one was seen.
func TestAnAbsenceIsHeardInWhateverWriting(t *testing.T) {
	for _, mode := range []omiesim.Mode{omiesim.Refusal, omiesim.AsErrorCode, omiesim.AsStatus, omiesim.EscapedTwice, omiesim.InLatin1} {
		s := simulate(t, strictSettings)
		s.sim.Inject(omiesim.Fault{Method: "ConsultarOS", Mode: mode, Text: "ERROR: OS não cadastrada para o Código de Integração [x] !", Code: "SOAP-ENV:Client-103"})
		if got := s.LookUp(t.Context(), reference); got.Kind != erp.Absent {
			t.Errorf("%s: %+v", mode, got)
		}
	}
}

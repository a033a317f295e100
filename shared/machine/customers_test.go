package machine_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/omie"
	"github.com/carimbo/carimbo/shared/ledger"
	ledgermemory "github.com/carimbo/carimbo/shared/ledger/memory"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/registry"
	"github.com/carimbo/carimbo/shared/queue"
)

// scripted is an Omie that answers each method what the test wrote for it: one after the
// other, and the last for ever. It has the place of the network.
type scripted struct {
	now     func() time.Time
	answers map[string][]string
	calls   []string
	created []map[string]any // what IncluirCliente was told
	sent    []map[string]any // what IncluirOS was told
	last    map[string]time.Time
	tooSoon []string
}

func (s *scripted) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var request struct {
		Call  string           `json:"call"`
		Param []map[string]any `json:"param"`
	}
	if err := json.Unmarshal(body, &request); err != nil {
		return nil, err
	}
	call := request.Call
	s.calls = append(s.calls, call)
	if at, ok := s.last[string(body)]; ok && s.now().Sub(at) < time.Minute {
		s.tooSoon = append(s.tooSoon, call)
	}
	s.last[string(body)] = s.now()
	switch call {
	case "IncluirCliente":
		s.created = append(s.created, request.Param[0])
	case "IncluirOS":
		s.sent = append(s.sent, request.Param[0])
	}
	list := s.answers[call]
	answer := list[0]
	if len(list) > 1 {
		s.answers[call] = list[1:]
	}
	if code, _ := request.Param[0]["Cabecalho"].(map[string]any); code != nil {
		answer = strings.ReplaceAll(answer, "OURCODE", fmt.Sprint(code["cCodIntOS"]))
	}
	status := http.StatusOK
	if strings.Contains(answer, "faultstring") {
		status = http.StatusInternalServerError
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader([]byte(answer))), ProtoMajor: 1, ProtoMinor: 1}, nil
}

func says(text, code string) string {
	return fmt.Sprintf(`{"faultstring":%q,"faultcode":%q}`, text, code)
}

var (
	nobody  = says("ERROR: Não existem registros para a página [1]!", "SOAP-ENV:Client-5113")
	noCode  = says("ERROR: Cliente não cadastrado para o Código de Integração [x] !", "SOAP-ENV:Client-105")
	welcome = `{"codigo_cliente_omie":5522173861,"codigo_status":"0"}`
	added   = `{"cCodIntOS":"OURCODE","nCodOS":3847270140,"cNumOS":"000000000000016","cCodStatus":"0"}`
	shownAs = `{"codigo_cliente_omie":%d,"cnpj_cpf":%q}`
	ours    = fmt.Sprintf(shownAs, 5522173861, "529.982.247-25")
)

// anas is what Ana wrote herself.
const anas = `"name":"Ana Prado","email":"ana@exemplo.com.br, fin@exemplo.com.br","phone":"+1 415 555 0100","tax_id":"529.982.247-25","address":{"street":"Rua das Palmeiras",
	"number":"100","district":"Centro","city":"Brasília - DF","state":"DF","postal_code":"70000-000","country":"Brasil"}`

// places takes one order to its end, however often it is woken, and has Omie answer.
func places(t *testing.T, customer string, answers map[string][]string) (*scripted, ledger.Entry) {
	t.Helper()
	clock := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	now := func() time.Time { return clock }
	s := &scripted{now: now, answers: map[string][]string{"ListarClientes": {nobody}, "IncluirCliente": {welcome}, "ConsultarCliente": {noCode}, "IncluirOS": {added}}, last: map[string]time.Time{}}
	for call, list := range answers {
		s.answers[call] = list
	}
	cfg, err := connection.Parse([]byte(`{
		"erps": {"estudio": {"kind": "omie", "os": {"InformacoesAdicionais": {"cNumPedido": "{order.number}"}, "Email": {"cEnviarPara": "{customer.email}"}}, "services": {"*": {"nCodServico": 1}}}},
		"connections": {"loja": {"platform": "generic", "erp": "estudio", "since": "2026-11-01"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	l, connections, secrets := ledgermemory.New(), func() connection.Config { return cfg }, vault{"omie/estudio": {"app_key": "1234567890", "app_secret": "example"}}
	log := slog.New(slog.DiscardHandler)
	accounts := &connection.Accounts{Connections: connections, Kinds: erp.Kinds{omie.Kind()}, Secrets: secrets, Log: log,
		Options: erp.Options{Notes: l, Spacing: placing.Spacing, Now: now, Transport: s, Sleep: func(_ context.Context, d time.Duration) error { clock = clock.Add(d); return nil }}}
	worker := &placing.Worker{Ledger: l, Connections: connections, Platform: registry.Get, Client: accounts.Client, Secrets: secrets,
		Spacing: placing.Spacing, Now: now, Meter: uncounted{}, Log: log}
	p := platform.Payload{Body: fmt.Appendf(nil, `{"type":"order.paid","version":1,"order":{"id":"7","number":"1007","currency":"BRL","total":"150.00","paid_at":"2026-11-21T08:59:00-03:00",
		"customer":{%s},"lines":[{"sku":"AULA","name":"Aula","quantity":1,"unit_price":"150.00"}]}}`, customer)}
	packed, err := p.Pack()
	if err != nil {
		t.Fatal(err)
	}
	m := queue.Message{Type: queue.Paid, Key: "loja#7", Account: "estudio", Connection: "loja", Platform: "generic", OrderID: "7", Version: 1, Digest: p.Digest(), Payload: packed, ReceivedAt: clock}
	for range 500 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		err := worker.Handle(ctx, m, clock.Add(placing.Invocation))
		cancel()
		if err != nil {
			t.Fatal(err)
		}
		e, err := l.Get(t.Context(), "loja#7")
		if err != nil {
			t.Fatal(err)
		}
		if e.State == ledger.Created || e.State == ledger.Rejected || e.Parked() {
			if len(s.tooSoon) > 0 {
				t.Errorf("equal calls within a minute: %v", s.tooSoon)
			}
			return s, e
		}
		clock, m = e.Due, queue.Message{Type: queue.Wake, Key: "loja#7", Account: "estudio"}
	}
	t.Fatal("it never ends")
	return nil, ledger.Entry{}
}

// A definite refusal is repeated for no days: who is there already is found, or a person's.
func TestADuplicateCustomerIsFoundOrAPersons(t *testing.T) {
	const list, create, show, os = "ListarClientes", "IncluirCliente", "ConsultarCliente", "IncluirOS"
	again := []string{list, create, show, list, create, show, list, create, show}
	for name, c := range map[string]struct {
		answers map[string][]string
		calls   []string
		state   ledger.State
	}{
		"the id in para o código [..]": {map[string][]string{create: {says("ERROR: Cliente já cadastrado para o código [5522173861]", "SOAP-ENV:Client-101")}, show: {ours}},
			[]string{list, create, show, os}, ledger.Created},
		"no id, and our code shows them": {map[string][]string{create: {says("ERROR: Cliente já cadastrado para o Código de Integração!", "SOAP-ENV:Client-102")}, show: {ours}},
			[]string{list, create, show, os}, ledger.Created},
		"no id, and nothing shows them": {map[string][]string{create: {says("ERROR: Cliente já cadastrado para o Código de Integração!", "SOAP-ENV:Client-102")}},
			again, ledger.Rejected},
		"likeness: the number alone, and nothing shows them": {map[string][]string{create: {says("ERROR", "SOAP-ENV:Client-102")}},
			again, ledger.Rejected},
		"likeness: somebody else's id, and somebody else under our code": {map[string][]string{create: {says("ERROR: Já existe cliente com o Id [77]", "SOAP-ENV:Client-101")}, show: {fmt.Sprintf(shownAs, 77, "111.444.777-35")}},
			[]string{list, create, show, show, list, create, show, show, list, create, show, show}, ledger.Rejected},
		"likeness: nothing shows them at first": {map[string][]string{create: {says("ERROR: Cliente já cadastrado para o Código de Integração!", "SOAP-ENV:Client-102"), welcome}},
			[]string{list, create, show, list, create, os}, ledger.Created},
	} {
		t.Run(name, func(t *testing.T) {
			s, e := places(t, anas, c.answers)
			if diff := cmp.Diff(c.calls, s.calls); diff != "" || e.State != c.state {
				t.Errorf("%s: %s, calls (-want +got):\n%s", e.State, e.Reason.Message, diff)
			}
			if e.State == ledger.Rejected && !strings.Contains(e.Reason.Message.String(), "look for them there") {
				t.Errorf("a person is told %q", e.Reason.Message)
			}
		})
	}
}

// What a buyer wrote costs no order, and is told where it was left out.
func TestAnOptionalFieldOfTheBuyerCostsNoOrder(t *testing.T) {
	email := says("ERROR: O preenchimento da tag [email] é obrigatório!", "SOAP-ENV:Client-1000")
	city := says("ERROR: A cidade [Brasilia - DF] não foi encontrada!", "SOAP-ENV:Client-103")
	for name, c := range map[string]struct {
		refusals []string
		told     []string
		missing  []string
	}{
		"as the buyer wrote":             {nil, nil, []string{"telefone1_ddd", "telefone1_numero"}},
		"the e-mail, then the city":      {[]string{email, city}, []string{"e-mail", "e-mail and city"}, []string{"email", "cidade"}},
		"likeness: the city, over again": {[]string{city, city}, []string{"city", "city and address"}, []string{"cidade", "endereco", "cep", "estado"}},
		"likeness: a length": {[]string{says("ERROR: O conteúdo da tag [bairro] excede 60 caracteres!", "SOAP-ENV:Client-103")},
			[]string{"address"}, []string{"endereco", "bairro"}},
	} {
		t.Run(name, func(t *testing.T) {
			s, e := places(t, anas, map[string][]string{"IncluirCliente": append(slices.Clone(c.refusals), welcome)})
			if e.State != ledger.Created || len(s.created) != len(c.refusals)+1 {
				t.Fatalf("%s: %s, created in %d calls", e.State, e.Reason.Message, len(s.created))
			}
			first, last := s.created[0], s.created[len(s.created)-1]
			if first["email"] != "ana@exemplo.com.br" || first["cidade"] != "BRASILIA (DF)" || first["codigo_pais"] != "1058" || first["pesquisar_cep"] != "S" {
				t.Errorf("at first %v", first)
			}
			for _, key := range c.missing {
				if last[key] != nil {
					t.Errorf("%s is sent: %v", key, last[key])
				}
			}
			if to := s.sent[0]["Email"].(map[string]any)["cEnviarPara"]; to != "ana@exemplo.com.br,fin@exemplo.com.br" {
				t.Errorf("the invoice goes to %v", to)
			}
			var told []string
			for _, line := range e.Timeline {
				if _, rest, found := strings.Cut(line.Text.String(), "it goes on without the customer's "); found {
					what, _, _ := strings.Cut(rest, ", which")
					told = append(told, what)
				}
			}
			if diff := cmp.Diff(c.told, told); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
		})
	}
}

// An order whose customer is gone finds them anew, once.
func TestACustomerWhoIsGoneIsFoundAnewOnce(t *testing.T) {
	gone := says("ERROR: Cliente não cadastrado para o Código [5522173861] !", "SOAP-ENV:Client-105")
	for name, c := range map[string]struct {
		answers []string
		state   ledger.State
		calls   int
	}{
		"once":  {[]string{gone, added}, ledger.Created, 2},
		"twice": {[]string{gone}, ledger.Rejected, 2},
	} {
		t.Run(name, func(t *testing.T) {
			s, e := places(t, anas, map[string][]string{"IncluirOS": c.answers})
			if e.State != c.state || len(s.sent) != c.calls || len(s.created) != c.calls {
				t.Errorf("%s: %s, calls %v", e.State, e.Reason.Message, s.calls)
			}
		})
	}
}

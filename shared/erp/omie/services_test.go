package omie_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/erptest"
	"github.com/carimbo/carimbo/shared/erp/omie"
	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/erp/wire/wiretest"
	"github.com/carimbo/carimbo/shared/order"
)

const byCode = `{"os": {"InformacoesAdicionais": {"cCodCateg": "1.01.02", "nCodCC": 3731356020, "cNumPedido": "{order.number}"}},
	"customer": {"default": 3795260786}, "services": {"GO": {"cCodigo": "SRV00001"}, "*": {"cCodigo": "{line.sku}"}},
	"freight": {"service": {"cCodigo": "SRV00002"}}}`

// listing is an account that looks services up, with what it remembers.
func listing(t *testing.T) (*simulated, *cache) {
	t.Helper()
	notes := &cache{marks: map[string]erp.Note{}}
	return simulate(t, byCode, func(o *erp.Options) { o.Notes, o.Spacing = notes, 61*time.Second }), notes
}

// ofCodes is an order with a line for each SKU.
func ofCodes(t *testing.T, skus ...string) order.Order {
	t.Helper()
	o := paid(t, order.Cents(int64(len(skus))*100_00).String())
	o.Customer = order.Customer{}
	for _, sku := range skus {
		l := sold(t, "1 x 100")
		l.SKUs = []string{sku}
		o.Lines = append(o.Lines, l)
	}
	return o
}

func (s *simulated) lookedUp() (n int) {
	for _, call := range s.sim.Calls() {
		if call.Method == "ListarCadastroServico" {
			n++
		}
	}
	return n
}

func TestAServiceIsLookedUpByItsCodeOnce(t *testing.T) {
	s, notes := listing(t)
	o := ofCodes(t, "GO", "SRV00002", "SRV00001")
	o.Freight, o.Total = order.Cents(10_00), order.Cents(310_00)
	first, err := s.Document(o, reference)
	if err != nil {
		t.Fatal(err)
	}
	doc, answer := s.Customer(t.Context(), first)
	if answer.Kind != erp.CustomerKnown || s.lookedUp() != 2 {
		t.Fatalf("%+v after %d questions", answer, s.lookedUp())
	}
	want := []json.Number{"3846592864", "3846592901", "3846592864", "3846592901"}
	for i, line := range param(t, doc)["ServicosPrestados"].([]any) {
		if fields := line.(map[string]any); fields["nCodServico"] != want[i] || fields["cCodigo"] != nil {
			t.Errorf("line %d is %v", i+1, fields)
		}
	}
	if asked := param(t, first)["ServicosPrestados"].([]any)[0].(map[string]any)["nCodServico"]; asked != nil {
		t.Errorf("the former document has %v", asked)
	}
	if got := s.Create(t.Context(), doc); got.Kind != erp.Created {
		t.Errorf("%+v", got)
	}
	// Neither the next order nor another process asks again, at whatever time.
	s.pass(time.Second)
	if _, answer := s.Customer(t.Context(), first); answer.Kind != erp.CustomerKnown || s.lookedUp() != 2 {
		t.Errorf("%+v after %d questions", answer, s.lookedUp())
	}
	for name := range notes.marks {
		if strings.Contains(name, "SRV") {
			t.Errorf("the note %q tells a code", name)
		}
	}
}

func TestACodeThatTheCatalogueLacksIsRejectedAsMapping(t *testing.T) {
	for name, services := range map[string][]omiesim.Service{
		"none":          {},
		"another":       {{ID: 7, Code: "SRV0000", Description: "a"}, {ID: 8, Code: "SRV000012", Description: "b"}},
		"inactive only": {{ID: 7, Code: "SRV00009", Description: "a", Inactive: true}},
	} {
		s, _ := listing(t)
		s.sim.Know(services, nil, nil)
		doc, err := s.Document(ofCodes(t, "SRV00009"), reference)
		if err != nil {
			t.Fatal(err)
		}
		_, answer := s.Customer(t.Context(), doc)
		if answer.Kind != erp.Unmapped || !strings.Contains(answer.Text.String(), `"SRV00009"`) || !strings.Contains(answer.Text.String(), "erps.estudio.services") {
			t.Errorf("%s: %+v", name, answer)
		}
		if _, again := s.Customer(t.Context(), doc); again.Kind != erp.Early || again.RetryAfter != 61*time.Second {
			t.Errorf("%s: asked again: %+v", name, again)
		}
		s.sim.Know([]omiesim.Service{{ID: 9, Code: "SRV00009", Description: "c"}}, nil, nil)
		s.pass(61 * time.Second)
		if _, mended := s.Customer(t.Context(), doc); (mended.Kind == erp.CustomerKnown) != (name != "inactive only") {
			t.Errorf("%s: mended: %+v", name, mended)
		}
	}
}

func TestAServiceThatCannotBeLookedUpMakesTheOrderWait(t *testing.T) {
	for mode, want := range map[omiesim.Mode]erp.AnswerKind{
		omiesim.Reset: erp.Lost, omiesim.HTML: erp.Lost, omiesim.Status200Garbage: erp.Lost, omiesim.Outage: erp.Lost, omiesim.Refusal: erp.Lost,
		omiesim.Blocked: erp.AccountRests, omiesim.Rate: erp.AccountRests, omiesim.KeyRefused: erp.AccountRests, omiesim.Concurrent: erp.AccountRests,
		omiesim.Redundant: erp.Redundant, omiesim.AsErrorCode: erp.Lost, omiesim.Echo: erp.Lost,
	} {
		s, _ := listing(t)
		doc, err := s.Document(ofCodes(t, "GO"), reference)
		if err != nil {
			t.Fatal(err)
		}
		s.sim.Inject(omiesim.Fault{Method: "ListarCadastroServico", Mode: mode})
		failed, answer := s.Customer(t.Context(), doc)
		if answer.Kind != want || answer.Text.IsZero() {
			t.Errorf("%s: %+v, want %s", mode, answer, want)
		}
		if got := s.Create(t.Context(), failed); got.Kind != erp.NotSent {
			t.Errorf("%s: an OS without its service: %+v", mode, got)
		}
		s.pass(3 * time.Hour)
		if _, answer := s.Customer(t.Context(), doc); answer.Kind != erp.CustomerKnown {
			t.Errorf("%s: after that %+v", mode, answer)
		}
	}
}

func TestWhatCannotBeNotedOfAServiceIsNotAsked(t *testing.T) {
	s, notes := listing(t)
	notes.err = erpError("the ledger is away")
	doc, err := s.Document(ofCodes(t, "GO"), reference)
	if err != nil {
		t.Fatal(err)
	}
	if _, answer := s.Customer(t.Context(), doc); answer.Kind != erp.NotSent || answer.Err == nil || s.lookedUp() != 0 {
		t.Errorf("%+v", answer)
	}
}

type erpError string

func (e erpError) Error() string { return string(e) }

func TestTheCatalogueIsReadToItsEndBeforeACodeIsUnknown(t *testing.T) {
	const of = `{"intListar": {"nCodServ": %d}, "cabecalho": {"cCodigo": %q}, "info": {"inativo": "N"}}`
	for name, c := range map[string]struct {
		pages, at int // where the service is; 0: nowhere
		twice     bool
		kind      erp.AnswerKind
		asked     int
		says      string
	}{
		"on the last page":       {pages: 6, at: 6, kind: erp.CustomerKnown, asked: 6},
		"on the second":          {pages: 6, at: 2, kind: erp.CustomerKnown, asked: 2},
		"on none":                {pages: 6, kind: erp.Unmapped, asked: 6, says: `Omie's catalogue has no active service with the code "SRV00001"`},
		"two of one code":        {pages: 1, at: 1, twice: true, kind: erp.CustomerKnown, asked: 1, says: `2 active services with the code "SRV00001": nCodServico 4242 is taken`},
		"behind what is read":    {pages: 300, at: 21, kind: erp.Unmapped, asked: 20, says: "the first 20 of 300 pages"},
		"no word of other pages": {kind: erp.Unmapped, asked: 1},
	} {
		asked := 0
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var request struct {
				Param []struct{ NPagina int }
			}
			if err := json.NewDecoder(r.Body).Decode(&request); err != nil || len(request.Param) != 1 {
				t.Error(err)
				return
			}
			asked++
			rows := fmt.Sprintf(of, request.Param[0].NPagina, "ANOTHER")
			if c.at == request.Param[0].NPagina {
				rows += "," + fmt.Sprintf(of, 4242, "SRV00001")
			}
			if c.twice {
				rows += "," + fmt.Sprintf(of, 4300, "SRV00001")
			}
			wiretest.Answering(200, "application/json", fmt.Sprintf(`{"nTotPaginas": %d, "cadastros": [%s]}`, c.pages, rows))(w, r)
		}))
		s := calling(t, server.URL)
		doc, err := client(t, byCode).Document(ofCodes(t, "GO"), reference)
		if err != nil {
			t.Fatal(err)
		}
		_, answer := s.Customer(t.Context(), doc)
		server.Close()
		if answer.Kind != c.kind || asked != c.asked || !strings.Contains(answer.Text.String(), c.says) {
			t.Errorf("%s: %+v after %d questions", name, answer, asked)
		}
	}
}

// A catalogue that shows less than it says, or the service without its id, isn't without it.
func TestAServiceThatIsShownBadlyWaits(t *testing.T) {
	const row = `{"intListar": {"nCodServ": %s}, "cabecalho": {"cCodigo": %q}, "info": {"inativo": "N"}}`
	for name, c := range map[string]struct {
		page string
		kind erp.AnswerKind
	}{
		"no id":                  {`{"nTotRegistros": 1, "cadastros": [` + fmt.Sprintf(row, "null", "SRV00001") + `]}`, erp.Lost},
		"an id of 0":             {`{"nTotRegistros": 1, "cadastros": [` + fmt.Sprintf(row, "0", "SRV00001") + `]}`, erp.Lost},
		"one of five":            {`{"nTotPaginas": 1, "nTotRegistros": 5, "cadastros": [` + fmt.Sprintf(row, "7", "ANOTHER") + `]}`, erp.Lost},
		"all of them":            {`{"nTotPaginas": 1, "nTotRegistros": 1, "cadastros": [` + fmt.Sprintf(row, "7", "ANOTHER") + `]}`, erp.Unmapped},
		"another without an id":  {`{"nTotPaginas": 1, "nTotRegistros": 1, "cadastros": [` + fmt.Sprintf(row, "null", "ANOTHER") + `]}`, erp.Unmapped},
		"one of two with its id": {`{"nTotRegistros": 2, "cadastros": [` + fmt.Sprintf(row, "7", "SRV00001") + `]}`, erp.CustomerKnown},
	} {
		server := httptest.NewServer(wiretest.Answering(200, "application/json", c.page))
		doc, err := client(t, byCode).Document(ofCodes(t, "GO"), reference)
		if err != nil {
			t.Fatal(err)
		}
		_, answer := calling(t, server.URL).Customer(t.Context(), doc)
		server.Close()
		if answer.Kind != c.kind {
			t.Errorf("%s: %+v, want %s", name, answer, c.kind)
		}
	}
}

// A service that Omie no longer has, or sells no more, is asked for again, or every retry would
// be refused.
func TestAServiceThatIsGoneIsForgotten(t *testing.T) {
	for _, words := range []string{"Serviço não cadastrado para o Código [3846592864] !", "O serviço [3846592864] está inativo !", "A chave [nCodServico] é inválida."} {
		s, _ := listing(t)
		doc := s.document(t, ofCodes(t, "GO"))
		s.sim.Inject(omiesim.Fault{Method: "IncluirOS", Mode: omiesim.Refusal, Text: "ERROR: " + words, Code: "SOAP-ENV:Client-105"})
		if got := s.Create(t.Context(), doc); got.Kind != erp.Refused {
			t.Fatalf("%+v", got)
		}
		s.pass(61 * time.Second)
		if s.document(t, ofCodes(t, "GO")); s.lookedUp() != 2 {
			t.Errorf("%s: %d questions", words, s.lookedUp())
		}
	}
}

func TestAPreviewSaysWhichServicesAreLookedUp(t *testing.T) {
	doc, err := client(t, byCode).Document(ofCodes(t, "GO", "X-1"), reference)
	if err != nil {
		t.Fatal(err)
	}
	body, open, err := omie.Kind().Request(doc)
	if err != nil || !strings.Contains(open.String(), "SRV00001, X-1") || strings.Count(string(body), `"nCodServico":null`) != 2 {
		t.Errorf("%s\n%s, %v", body, open, err)
	}
}

// The suite that all kinds pass with their example, for an account with everything.
func TestAnAccountWithEverythingPassesTheSuite(t *testing.T) {
	o := paidBy(t, "118.90", by(order.CreditCard, 118_90, 3, "tid-1"))
	o.Customer = buyer()
	o.Lines = []order.Line{sold(t, "2 x 50")}
	o.Freight = money(t, "18.90")
	o.Lines[0].SKUs = []string{"CURSO-GO"}
	settings := `{"kind": "omie", "parcelas": "payments", "freight": {"expense": {"cDescReemb": "Frete"}},
		"os": {"Cabecalho": {"cEtapa": "10", "dDtPrevisao": "+3d"}, "InformacoesAdicionais": {"cCodCateg": "1.01.02", "nCodCC": 3731356020, "cNumPedido": "{order.number}",
			"cCidPrestServ": "{address.city} ({address.state})"}, "Departamentos": [{"cCodDepto": "1", "nPerc": 60}, {"cCodDepto": "2", "nPerc": 40}], "Email": {"cEnviarPara": "{customer.email}"}},
		"services": {"CURSO-GO": {"cCodigo": "SRV00001"}}}`
	erptest.Run(t, erptest.Case{Kind: omie.Kind(), Simulator: omiesim.Kind(), Settings: json.RawMessage(settings), Order: o})
}

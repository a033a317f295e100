package omie_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/order"
)

const (
	writtenCustomer = `{"codigo_cliente_omie":5,"codigo_status":"0"}`
	noSuchCode      = "ERROR: Cliente não cadastrado para o Código de Integração [x] !"
)

// A buyer abroad who has no tax id is known by their document, and by nothing of it that
// could be tried out.
func TestABuyerAbroadIsCreatedWithTheirDocument(t *testing.T) {
	abroad := order.Customer{Name: "Celso Peixoto", ForeignID: "PEGC-800101-AB1", Email: "celso@exemplo.com",
		Address: order.Address{Street: "Calle 5", Number: "3", City: "Puebla", State: "Puebla", PostalCode: "72000", Country: "MX"}}
	d := &desk{answers: map[string]string{"ConsultarCliente": faultOf(noSuchCode, "SOAP-ENV:Client-105"), "IncluirCliente": writtenCustomer}}
	server := httptest.NewServer(d)
	defer server.Close()
	memory := &cache{marks: map[string]erp.Note{}}
	c := calling(t, server.URL, func(o *options) { o.Notes, o.Spacing = memory, time.Minute })
	for range 2 { // the second is remembered
		doc, answer := c.Customer(t.Context(), document(t, abroad))
		if answer.Kind != erp.CustomerKnown || doc.CustomerID != "5" {
			t.Fatalf("customer %q, %+v", doc.CustomerID, answer)
		}
	}
	if diff := cmp.Diff([]string{"ConsultarCliente", "IncluirCliente"}, d.calls); diff != "" {
		t.Fatalf("calls (-want +got):\n%s", diff)
	}
	code, _ := d.asked[0]["codigo_cliente_integracao"].(string)
	if len(code) != 20 || strings.Contains(code, "pegc") {
		t.Errorf("asked for %q", code)
	}
	want := map[string]any{"codigo_cliente_integracao": code, "razao_social": "Celso Peixoto", "nome_fantasia": "Celso Peixoto", "email": "celso@exemplo.com",
		"endereco": "Calle 5", "endereco_numero": "3", "cidade": "EX", "estado": "EX", "codigo_pais": "4936", "documento_exterior": "PEGC-800101-AB1"}
	if diff := cmp.Diff(want, d.asked[1]); diff != "" {
		t.Errorf("created (-want +got):\n%s", diff)
	}
}

func TestABuyerAbroadIsFoundByTheirCodeOrTaxID(t *testing.T) {
	for name, c := range map[string]struct {
		customer order.Customer
		answers  map[string]string
		calls    []string
		id       string
	}{
		"by the code": {order.Customer{Name: "Rui", ForeignID: "AB123456", Address: order.Address{Country: "PT"}},
			map[string]string{"ConsultarCliente": `{"codigo_cliente_omie":8,"codigo_cliente_integracao":"CODE","razao_social":"RUI"}`}, []string{"ConsultarCliente"}, "8"},
		"not by another code": {order.Customer{Name: "Rui", ForeignID: "AB123456", Address: order.Address{Country: "PT"}},
			map[string]string{"ConsultarCliente": `{"codigo_cliente_omie":8,"codigo_cliente_integracao":"outro"}`, "IncluirCliente": writtenCustomer}, []string{"ConsultarCliente", "IncluirCliente"}, "5"},
		"by the tax id": {order.Customer{Name: "Rui", TaxID: someCPF, ForeignID: "AB123456", Address: order.Address{Country: "PT"}},
			map[string]string{"ListarClientes": known}, []string{"ListarClientes"}, "7"},
	} {
		t.Run(name, func(t *testing.T) {
			d := &desk{answers: c.answers}
			d.echoes = "CODE"
			server := httptest.NewServer(d)
			defer server.Close()
			doc, answer := calling(t, server.URL).Customer(t.Context(), document(t, c.customer))
			if diff := cmp.Diff(c.calls, d.calls); diff != "" || answer.Kind != erp.CustomerKnown || doc.CustomerID != c.id {
				t.Errorf("customer %q, %+v, calls (-want +got):\n%s", doc.CustomerID, answer, diff)
			}
		})
	}
}

const shownAbroad = `{"codigo_cliente_omie":8,"codigo_cliente_integracao":"CODE","razao_social":"RAZAO","nome_fantasia":"FANTASIA","email":"EMAIL"}`

// Two buyers may give the same document, and neither gets the other's invoice in silence.
func TestACustomerAbroadIsTheBuyersOnlyByNameToo(t *testing.T) {
	for _, c := range []struct {
		name, email     string
		razao, fantasia string
		theirs          string
		answer          erp.AnswerKind
	}{
		{"Lucía Ramos", "l@x.mx", "LUCIA RAMOS", "", "", erp.CustomerKnown},
		{"Ramos, Lucia", "", "Lúcia M. Ramos Ltda", "", "", erp.CustomerKnown},
		{"Lucia Ramos", "", "Calle 5 SA", "Lucia", "", erp.CustomerKnown},
		{"Bo Li", "", "LI BO", "", "", erp.CustomerKnown},
		{"李小龙", "", "李小龙", "", "", erp.CustomerKnown},
		{"Lucia Ramos", "L@x.mx", "Outra SA", "", "fin@x.mx, l@X.mx", erp.CustomerKnown},
		{"Grace Miller", "g@x.com", "Lucia Ramos", "Lucia Ramos", "l@x.mx", erp.Unprovable},
		{"Ana dos Prado Inc", "", "Rui dos Santos, Inc.", "", "", erp.Unprovable},
		{"Bo Li", "", "Bo Xu", "", "", erp.Unprovable},
		{"Ana Luz", "", "Anabela", "", "", erp.Unprovable},
		{"Grace Miller", "", "", "", "", erp.Unprovable},
	} {
		shown := strings.NewReplacer("RAZAO", c.razao, "FANTASIA", c.fantasia, "EMAIL", c.theirs).Replace(shownAbroad)
		d := &desk{answers: map[string]string{"ConsultarCliente": shown}, echoes: "CODE"}
		server := httptest.NewServer(d)
		buyer := order.Customer{Name: c.name, Email: c.email, ForeignID: "AB123456", Address: order.Address{Country: "MX"}}
		doc, answer := calling(t, server.URL).Customer(t.Context(), document(t, buyer))
		server.Close()
		if answer.Kind != c.answer || (doc.CustomerID == "8") != (c.answer == erp.CustomerKnown) || len(d.calls) != 1 {
			t.Errorf("%s <%s>, shown %s: customer %q, %+v, %v", c.name, c.email, shown, doc.CustomerID, answer, d.calls)
		}
		if c.answer == erp.Unprovable && (!strings.Contains(answer.Text.String(), "nCodCli 8 ") || strings.Contains(answer.Text.String(), "Miller") || strings.Contains(answer.Text.String(), "Lucia")) {
			t.Errorf("the words: %s", answer.Text)
		}
	}
}

// What is noted of one buyer's document says nothing of another's, who gave the same.
func TestANotedCustomerAbroadIsTheBuyersOnlyByNameToo(t *testing.T) {
	d := &desk{answers: map[string]string{"ConsultarCliente": strings.Replace(shownAbroad, "RAZAO", "Lucia Ramos", 1)}, echoes: "CODE"}
	server := httptest.NewServer(d)
	defer server.Close()
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	c := calling(t, server.URL, func(o *options) {
		o.Notes, o.Spacing, o.Now = &cache{marks: map[string]erp.Note{}}, time.Minute, func() time.Time { return now }
	})
	for i, step := range []struct {
		name, document string
		answer         erp.AnswerKind
		calls          int
	}{
		{"Lucia Ramos", "AB-123456", erp.CustomerKnown, 1},
		{"RAMOS Lúcia", "ab 123.456", erp.CustomerKnown, 1}, // the same person, whatever the punctuation
		{"Grace Miller", "AB123456", erp.Unprovable, 2},
		{"Grace Miller", "AB123456", erp.Unprovable, 3}, // nothing is noted of a refusal
		{"Lucia Ramos", "AB123456", erp.CustomerKnown, 4},
	} {
		buyer := order.Customer{Name: step.name, ForeignID: step.document, Address: order.Address{Country: "MX"}}
		doc, answer := c.Customer(t.Context(), document(t, buyer))
		if answer.Kind != step.answer || (doc.CustomerID == "8") != (step.answer == erp.CustomerKnown) || len(d.calls) != step.calls {
			t.Errorf("%d, %s: customer %q, %+v after %d calls", i, step.name, doc.CustomerID, answer, len(d.calls))
		}
		now = now.Add(2 * time.Minute)
	}
	for _, asked := range d.asked {
		if asked["codigo_cliente_integracao"] != d.asked[0]["codigo_cliente_integracao"] {
			t.Errorf("one document has two codes: %v", d.asked)
		}
	}
}

// Each attempt is one that counts: none ends in a question that the attempt itself made too soon.
func TestABuyerAbroadWhoIsHiddenIsADuplicateEachTime(t *testing.T) {
	rui := order.Customer{Name: "Rui", ForeignID: "AB123456", Address: order.Address{Country: "PT"}}
	for name, answers := range map[string]map[string]string{
		"no id":             {"ConsultarCliente": faultOf(noSuchCode, "SOAP-ENV:Client-105"), "IncluirCliente": faultOf("ERROR: Cliente já cadastrado para o Código de Integração!", "SOAP-ENV:Client-102")},
		"their document":    {"ConsultarCliente": faultOf(noSuchCode, "SOAP-ENV:Client-105"), "IncluirCliente": faultOf("ERROR: Já existe um cliente com este documento.", "SOAP-ENV:Client-103")},
		"somebody else":     {"ConsultarCliente": `{"codigo_cliente_omie":888,"codigo_cliente_integracao":"outro"}`, "IncluirCliente": faultOf("ERROR: Cliente já cadastrado para o Código de Integração [x] com o nCod [888]!", "SOAP-ENV:Client-102")},
		"an id without any": {"ConsultarCliente": `{"codigo_cliente_omie":888}`, "IncluirCliente": faultOf("ERROR: Cliente já cadastrado com o Id [888] !", "SOAP-ENV:Client-102")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(&desk{answers: answers})
			defer server.Close()
			now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
			c := calling(t, server.URL, func(o *options) {
				o.Calls, o.Spacing = new(erp.Calls), 61*time.Second
				o.Now = func() time.Time { return now }
				o.Sleep = func(_ context.Context, d time.Duration) error { now = now.Add(d); return nil }
			})
			for range 3 {
				_, answer := c.Customer(t.Context(), document(t, rui))
				if answer.Kind != erp.Duplicate || !strings.Contains(answer.Text.String(), "documento_exterior") {
					t.Errorf("%+v", answer)
				}
				now = now.Add(62 * time.Second)
			}
		})
	}
}

// The default customer is everybody's without a tax id. Where there is none, only who gave a
// document abroad becomes a person of their own.
func TestABuyerAbroadIsCreatedWhereThereIsNoDefault(t *testing.T) {
	for name, c := range map[string]struct {
		customer order.Customer
		id       string
	}{
		"a document, abroad":        {order.Customer{Name: "Rui", ForeignID: "AB1", Address: order.Address{Country: "PT"}}, ""},
		"no document, abroad":       {order.Customer{Name: "Rui", Address: order.Address{Country: "PT"}}, "rejected"},
		"a document, no country":    {order.Customer{Name: "Rui", ForeignID: "AB1"}, "rejected"},
		"a document and no name":    {order.Customer{ForeignID: "AB1", Address: order.Address{Country: "PT"}}, "rejected"},
		"a document that is blanks": {order.Customer{Name: "Rui", ForeignID: "  ", Address: order.Address{Country: "PT"}}, "rejected"},
	} {
		for settings, id := range map[string]string{`"customer": {}`: c.id, `"customer": {"default": 3795260786}`: "3795260786"} {
			o := paid(t, "100", "1 x 100")
			o.Customer = c.customer
			doc, err := client(t, `{`+settings+`, "services": {"*": {"nCodServico": 1}}}`).Document(o, reference)
			got := doc.CustomerID
			if err != nil {
				got = "rejected"
			}
			if got != id {
				t.Errorf("%s, %s: %q, want %q: %v", name, settings, got, id, err)
			}
		}
	}
}

// What Omie refused by its name isn't sent again, and is told with the customer.
func TestWhatWasRefusedIsLeftOut(t *testing.T) {
	all := []string{"cep", "cidade", "email", "endereco", "estado", "nome_fantasia", "telefone1_ddd"}
	for part, gone := range map[string][]string{"e-mail": {"email"}, "phone": {"telefone1_ddd"}, "trade name": {"nome_fantasia"}, "city": {"cidade"}, "address": {"cep", "cidade", "endereco", "estado"}} {
		d := &desk{answers: map[string]string{"ListarClientes": none, "IncluirCliente": writtenCustomer}}
		server := httptest.NewServer(d)
		doc := document(t, whole)
		doc.Lessons.LeftOut = []string{part}
		_, answer := calling(t, server.URL).Customer(t.Context(), doc)
		server.Close()
		for _, key := range all {
			out := false
			for _, g := range gone {
				out = out || g == key
			}
			if _, there := d.asked[1][key]; there == out {
				t.Errorf("without %s: %s is there: %t", part, key, there)
			}
		}
		if want := "the customer was created without the customer's " + part + ", which the ERP refused"; answer.Kind != erp.CustomerKnown || answer.Text.String() != want {
			t.Errorf("%+v, want %q", answer, want)
		}
	}
}

// A city that is refused again, though it isn't sent any more, costs the address; an
// address that is refused when it isn't sent, the order.
func TestWhatIsRefusedStepByStepEnds(t *testing.T) {
	refusal := faultOf("ERROR: A cidade [x] não foi encontrada!", "SOAP-ENV:Client-103")
	d := &desk{answers: map[string]string{"ListarClientes": none, "IncluirCliente": refusal}}
	server := httptest.NewServer(d)
	defer server.Close()
	doc := document(t, whole)
	for _, part := range []string{"city", "address", ""} {
		_, answer := calling(t, server.URL).Customer(t.Context(), doc)
		if answer.Kind != erp.Refused || answer.LeaveOut != part {
			t.Fatalf("%+v, want %q to be left out", answer, part)
		}
		doc.Lessons.LeftOut = append(doc.Lessons.LeftOut, part)
	}
	nowhere := whole
	nowhere.Address.PostalCode = ""
	if _, answer := calling(t, server.URL).Customer(t.Context(), document(t, nowhere)); answer.LeaveOut != "address" {
		t.Errorf("without a CEP: %+v", answer)
	}
}

// What a buyer writes names no part of themselves.
func TestABuyerCannotNameWhatIsLeftOut(t *testing.T) {
	for _, name := range []string{"Cidade Nova Ltda", "E-mail Marketing SA", "endereco"} {
		d := &desk{answers: map[string]string{"ListarClientes": none, "IncluirCliente": faultOf("ERROR: Algo em "+name, "SOAP-ENV:Client-103")}}
		server := httptest.NewServer(d)
		buyer := whole
		buyer.Name = name
		_, answer := calling(t, server.URL).Customer(t.Context(), document(t, buyer))
		server.Close()
		if answer.Kind != erp.Refused || answer.LeaveOut != "" {
			t.Errorf("%s: %+v", name, answer)
		}
	}
}

func TestOneOfSeveralCustomersIsTakenAndSaid(t *testing.T) {
	row := func(id int, inactive string) map[string]any {
		return map[string]any{"codigo_cliente_omie": id, "cnpj_cpf": "529.982.247-25", "inativo": inactive}
	}
	for name, c := range map[string]struct {
		rows     []map[string]any
		id, says string
	}{
		"one":          {[]map[string]any{row(4, "N")}, "4", ""},
		"two, active":  {[]map[string]any{row(9, "N"), row(4, "N")}, "4", "Omie has 2 customers with this tax id: nCodCli 4 is taken, the oldest of the active ones"},
		"one inactive": {[]map[string]any{row(9, "N"), row(4, "S")}, "9", "Omie has 2 customers with this tax id: nCodCli 9 is taken, the oldest of the active ones"},
		"all inactive": {[]map[string]any{row(9, "S"), row(4, "S"), row(5, "S")}, "4", "Omie has 3 customers with this tax id: nCodCli 4 is taken, the oldest, and all are inactive"},
	} {
		page, err := json.Marshal(map[string]any{"pagina": 1, "clientes_cadastro": c.rows})
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(&desk{answers: map[string]string{"ListarClientes": string(page)}})
		doc, answer := calling(t, server.URL).Customer(t.Context(), document(t, ana))
		server.Close()
		if doc.CustomerID != c.id || answer.Text.String() != c.says {
			t.Errorf("%s: %q, %q", name, doc.CustomerID, answer.Text)
		}
	}
}

// What is remembered of a customer who was gone is believed by no later attempt of the
// order, and a default customer is nobody to look for.
func TestAfterACustomerWasGoneNoNoteIsBelieved(t *testing.T) {
	d := &desk{answers: map[string]string{"ListarClientes": known}}
	server := httptest.NewServer(d)
	defer server.Close()
	c := calling(t, server.URL, func(o *options) { o.Notes, o.Spacing = alwaysKnown{}, time.Minute })
	doc := document(t, ana)
	if again, answer := c.Customer(t.Context(), doc); answer.Kind != erp.CustomerKnown || again.CustomerID != "3" || len(d.calls) > 0 {
		t.Fatalf("%q, %+v", again.CustomerID, answer)
	}
	doc.Lessons.Gone = true
	if again, answer := c.Customer(t.Context(), doc); answer.Kind != erp.CustomerKnown || again.CustomerID != "7" || len(d.calls) != 1 {
		t.Errorf("%q, %+v, calls %v", again.CustomerID, answer, d.calls)
	}
}

// alwaysKnown remembers everybody, whatever it is told.
type alwaysKnown struct{ junk }

func (alwaysKnown) Note(context.Context, string, string) (erp.Note, error) {
	return erp.Note{ID: "3"}, nil
}

package omie

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/order"
)

// Customer finds the customer by tax id, or creates it. One that exists is never
// changed: what the merchant wrote about them stays. See erp.Client.
func (c *Client) Customer(ctx context.Context, doc erp.Document) (erp.Document, erp.Answer) {
	k, answer := c.keys(ctx, false)
	if answer.Kind != "" {
		return doc, answer
	}
	doc.Key = erp.KeyDigest(k.App)
	if doc.CustomerID != "" {
		return doc, erp.Answer{Kind: erp.CustomerKnown}
	}
	taxID := doc.Customer.TaxID
	if taxID == "" {
		return doc, erp.Answer{Kind: erp.Refused, Text: "the order has no CPF or CNPJ to find the customer by"}
	}
	mac := macOf(taxID, k.Secret)
	known, err := c.remembered(ctx, mac)
	if err != nil {
		return doc, erp.Answer{Kind: erp.NotSent, Err: err}
	}
	if !isID(known.ID) {
		if known, answer = c.ask(ctx, k, doc.Customer, mac, known); answer.Kind != erp.CustomerKnown {
			return doc, answer
		}
	}
	return withCustomer(doc, known.ID), erp.Answer{Kind: erp.CustomerKnown}
}

// ask asks Omie for the customer, if nobody asked less than the spacing ago: any
// order of the same buyer asks the same, and Omie refuses that within 60 s. That
// it asks is noted first: until a spacing after its call may last at the most.
func (c *Client) ask(ctx context.Context, k wire.Keys, customer order.Customer, mac []byte, known erp.Note) (erp.Note, erp.Answer) {
	now := c.caller.Now()
	early := erp.Answer{Kind: erp.Early, RetryAfter: known.QuietUntil.Sub(now), Text: "a question about this buyer went out a short while ago"}
	if early.RetryAfter > 0 {
		return known, early
	}
	end, ok := ctx.Deadline()
	if !ok {
		end = now.Add(3 * callLimit)
	}
	asking := erp.Note{QuietUntil: end.Add(c.spacing), Token: rand.Text()}
	switch noted, err := c.remember(ctx, mac, known, asking); {
	case err != nil:
		return known, erp.Answer{Kind: erp.NotSent, Err: err}
	case !noted: // another order of the buyer asks now
		early.RetryAfter = c.spacing
		return known, early
	}
	id, answer := c.findOrCreate(ctx, k, customer, integrationCode(mac))
	asked := erp.Note{ID: id, QuietUntil: c.caller.Now().Add(max(c.spacing, answer.RetryAfter)), Token: rand.Text()}
	// What can't be noted now is asked again, when what was noted before allows it.
	_, _ = c.remember(ctx, mac, asking, asked)
	return asked, answer
}

func (c *Client) findOrCreate(ctx context.Context, k wire.Keys, customer order.Customer, code string) (string, erp.Answer) {
	id, answer := c.find(ctx, k, customer)
	switch answer.Kind {
	case erp.Unknown:
		// A question that nobody understands the answer of is asked again: no order is
		// refused for it.
		answer.Kind = erp.Lost
		return id, answer
	case erp.Absent:
		id, answer = c.create(ctx, k, customer, code)
	}
	// Nothing of the document was sent, so a fault that nobody knows is as
	// definite as one that is known.
	if answer.Kind == erp.Unknown {
		answer.Kind = erp.Refused
	}
	return id, answer
}

// find answers CustomerKnown, Absent, or why it can't tell.
func (c *Client) find(ctx context.Context, k wire.Keys, customer order.Customer) (string, erp.Answer) {
	answer, r := c.call(ctx, k, listarClientes, wire.Sent{Request: map[string]any{
		"pagina": 1, "registros_por_pagina": 50, "apenas_importado_api": "N",
		"clientesFiltro": map[string]any{"cnpj_cpf": string(customer.TaxID)},
	}}, customer.Private()...)
	if answer.Kind != erp.Present {
		return "", answer
	}
	rows, _ := customersIn(r.body)
	if id := pick(rows, customer.TaxID); id != "" {
		return id, erp.Answer{Kind: erp.CustomerKnown}
	}
	return "", erp.Answer{Kind: erp.Absent}
}

// create answers CustomerKnown, or why there is no customer.
func (c *Client) create(ctx context.Context, k wire.Keys, customer order.Customer, code string) (string, erp.Answer) {
	answer, r := c.call(ctx, k, incluirCliente, wire.Sent{Request: newCustomer(customer, code, nil), Store: customer}, customer.Private()...)
	switch answer.Kind {
	case erp.CustomerKnown:
		return answer.ID, erp.Answer{Kind: erp.CustomerKnown}
	case erp.Duplicate:
		if id := r.fault.existing(); id != "" {
			if confirmed := c.confirm(ctx, k, customer, id); confirmed.Kind == erp.CustomerKnown || confirmed.Kind == erp.AccountRests {
				return confirmed.ID, confirmed
			}
		}
		// It exists, but can be listed again only when the same question is no
		// longer redundant.
		answer.Kind, answer.RetryAfter = erp.Redundant, redundantRest
	}
	return "", answer
}

// confirm reads the customer of an id that words named, and is CustomerKnown if that one has
// the tax id: whose words they were nobody knows.
func (c *Client) confirm(ctx context.Context, k wire.Keys, customer order.Customer, id string) erp.Answer {
	answer, r := c.call(ctx, k, consultarCliente, wire.Sent{Request: map[string]any{"codigo_cliente_omie": json.Number(id)}}, customer.Private()...)
	var shown shownCustomer
	if answer.Kind == erp.Present && answer.ID == id && wire.Decode(r.body, &shown) == nil && customer.TaxID.Is(string(shown.CnpjCpf)) {
		return erp.Answer{Kind: erp.CustomerKnown, ID: id}
	}
	return answer
}

// existing is the id of the customer that was in the way, where Omie says it. It
// stands in brackets, so it may be anybody's.
func (f fault) existing() string {
	if said := existingID.FindStringSubmatch(f.words.Shown); said != nil {
		return idOf(loose.Text(said[1]))
	}
	return ""
}

type shownCustomer struct {
	CodigoClienteOmie loose.Text `json:"codigo_cliente_omie"`
	CnpjCpf           loose.Text `json:"cnpj_cpf"`
	Inativo           loose.Text `json:"inativo"`
}

// customersIn reads a page of ListarClientes.
func customersIn(body []byte) ([]shownCustomer, bool) {
	var page struct {
		ClientesCadastro []shownCustomer `json:"clientes_cadastro"`
		TotalDeRegistros loose.Text      `json:"total_de_registros"`
	}
	err := wire.Decode(body, &page)
	rows, none := page.ClientesCadastro, isZero(page.TotalDeRegistros)
	if len(rows) == 0 && page.TotalDeRegistros != "" {
		return nil, err == nil && none
	}
	return rows, err == nil && rows != nil
}

// pick is the lowest id of those with exactly this tax id, of the active ones if
// there is one. The filter may match parts; the same order must always get the
// same customer.
func pick(rows []shownCustomer, taxID order.TaxID) string {
	same := slices.DeleteFunc(slices.Clone(rows), func(r shownCustomer) bool {
		return !taxID.Is(string(r.CnpjCpf)) || idOf(r.CodigoClienteOmie) == ""
	})
	if len(same) == 0 {
		return ""
	}
	best := slices.MinFunc(same, func(a, b shownCustomer) int {
		return cmp.Or(inactive(a)-inactive(b), cmp.Compare(a.number(), b.number()))
	})
	return idOf(best.CodigoClienteOmie)
}

func inactive(r shownCustomer) int {
	if strings.EqualFold(string(r.Inativo), "S") {
		return 1
	}
	return 0
}

func (r shownCustomer) number() int64 {
	id, _ := strconv.ParseInt(string(r.CodigoClienteOmie), 10, 64) // idOf was asked before
	return id
}

// newCustomer is the param of IncluirCliente. A key without a value isn't sent. What is cut
// is noted in told, if there is one.
func newCustomer(customer order.Customer, code string, told *erp.Explanation) map[string]any {
	name := wire.OneLine(customer.Name)
	fields := map[string]string{
		"codigo_cliente_integracao": code,
		"razao_social":              told.Cut("razao_social", maxName, "the customer's name", name),
		"nome_fantasia":             told.Cut("nome_fantasia", maxFantasia, "the customer's name", name),
		"cnpj_cpf":                  customer.TaxID.Formatted(),
	}
	// What Omie might refuse and doesn't need is left out.
	if email := wire.OneLine(customer.Email); mailbox.MatchString(email) && len(email) <= maxEmail {
		fields["email"] = email
	}
	// Nothing tells how Omie takes a phone abroad.
	fields["telefone1_ddd"], fields["telefone1_numero"] = order.BrazilianPhone(customer.Phone, customer.Address.Country)
	address(customer.Address, fields, told)
	param := make(map[string]any, len(fields))
	for key, value := range fields {
		if value = strings.TrimSpace(value); value != "" {
			param[key] = value
		}
	}
	return param
}

// address adds a Brazilian address. A foreign one would be refused, and it isn't
// needed to create a customer.
func address(a order.Address, fields map[string]string, told *erp.Explanation) {
	if a.Country != "" && a.Country != "BR" || wire.OneLine(a.Street) == "" {
		return
	}
	fields["endereco"] = told.Cut("endereco", maxAddress, "the street", wire.OneLine(a.Street))
	fields["endereco_numero"] = cmp.Or(told.Cut("endereco_numero", maxAddress, "the address's number", wire.OneLine(a.Number)), "S/N")
	fields["complemento"] = told.Cut("complemento", maxAddress, "the address's complement", wire.OneLine(a.Complement))
	fields["bairro"] = told.Cut("bairro", maxAddress, "the district", wire.OneLine(a.District))
	if postalCode.MatchString(a.PostalCode) {
		fields["cep"] = a.PostalCode
	}
	// A city without its state is not one city.
	if slices.Contains(states, a.State) {
		fields["cidade"] = told.Cut("cidade", maxCity, "the city", wire.OneLine(a.City))
		fields["estado"] = a.State
	}
	if a.Country == "BR" {
		fields["codigo_pais"] = "1058" // Brazil, in the Central Bank's list
	}
}

var (
	mailbox    = regexp.MustCompile(`^[^\s@,;<>"]+@[^\s@,;<>"]+\.[A-Za-z]{2,}$`)
	postalCode = regexp.MustCompile(`^[0-9]{8}$`)
)

var states = strings.Fields("AC AL AM AP BA CE DF ES GO MA MG MS MT PA PB PE PI PR RJ RN RO RR RS SC SE SP TO")

// macOf is all that outlives an order of a tax id: without the App Secret, which
// numbers there are can't be tried out against it.
func macOf(taxID order.TaxID, appSecret string) []byte {
	h := hmac.New(sha256.New, []byte(appSecret))
	h.Write([]byte(taxID))
	return h.Sum(nil)
}

// integrationCode is the same whenever the customer is created, so that Omie
// itself refuses a second one.
func integrationCode(mac []byte) string {
	return strings.ToLower(base32.StdEncoding.EncodeToString(mac))[:20]
}

func (c *Client) remembered(ctx context.Context, mac []byte) (erp.Note, error) {
	if c.notes == nil {
		return erp.Note{}, nil
	}
	return c.notes.Note(ctx, c.account, hex.EncodeToString(mac))
}

func (c *Client) remember(ctx context.Context, mac []byte, before, after erp.Note) (bool, error) {
	if c.notes == nil {
		return true, nil
	}
	return c.notes.WriteNote(ctx, c.account, hex.EncodeToString(mac), before, after)
}

// forget forgets the customer of an OS that was refused because Omie no longer
// knows it; else every retry would be refused alike.
func (c *Client) forget(ctx context.Context, k wire.Keys, customer order.Customer) {
	if customer.TaxID == "" {
		return
	}
	mac := macOf(customer.TaxID, k.Secret)
	if known, err := c.remembered(ctx, mac); err == nil {
		// What isn't forgotten now is refused again, and forgotten then.
		_, _ = c.remember(ctx, mac, known, erp.Note{QuietUntil: known.QuietUntil, Token: rand.Text()})
	}
}

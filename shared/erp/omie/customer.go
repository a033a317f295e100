package omie

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// Customer finds the customer by tax id, or creates it. One that exists is never
// changed: what the merchant wrote about them stays. Then Omie is asked for the stock, where
// the account says so. See erp.Client.
func (c *Client) Customer(ctx context.Context, doc erp.Document) (erp.Document, erp.Answer) {
	doc, answer := c.customer(ctx, doc)
	if answer.Kind == erp.CustomerKnown {
		answer = c.withStock(ctx, doc, answer)
	}
	return doc, answer
}

func (c *Client) customer(ctx context.Context, doc erp.Document) (erp.Document, erp.Answer) {
	k, answer := c.keys(ctx, false)
	if answer.Kind != "" {
		return doc, answer
	}
	doc.Key = erp.KeyDigest(k.App)
	if p, isPedido := doc.Body.(Pedido); isPedido {
		doc.Body = p.foreseen(c.caller.Now())
	}
	if doc, answer = c.findListed(ctx, k, doc); answer.Kind != erp.CustomerKnown || doc.CustomerID != "" {
		return doc, answer
	}
	b := buyer{Customer: doc.Customer, lessons: doc.Lessons}
	if b.identity() == "" {
		return doc, erp.Answer{Kind: erp.Refused, Text: words.Say("the order has no CPF or CNPJ to find the customer by")}
	}
	mac := macOf(b.identity(), k.Secret)
	b.code = integrationCode(mac)
	believed := !doc.Lessons.Gone // after that no note is
	of := answer.Text
	id, answer := c.noted(ctx, subject{mac, aBuyer(), b.seal(k.Secret)}, believed, func() erp.Answer { return c.findOrCreate(ctx, k, b) })
	answer.Text = together(of, answer.Text)
	if answer.Kind != erp.CustomerKnown {
		return doc, answer
	}
	return withCustomer(doc, id), answer
}

// aBuyer is what a buyer's note is of.
func aBuyer() words.Text { return words.Say("this buyer") }

// together are texts in a row, as far as they say something.
func together(texts ...words.Text) words.Text {
	return words.Join(slices.DeleteFunc(texts, words.Text.IsZero), "; ")
}

// subject is what is asked for: the name of its note, and what that is of. An id of a note
// with another seal is asked for again.
type subject struct {
	name  []byte
	about words.Text
	seal  string
}

// idIn is the id of a note under the subject's seal; else empty.
func (s subject) idIn(note *wire.Noted) string {
	if id, sealed := strings.CutSuffix(note.ID, s.seal); sealed && isID(id) {
		return id
	}
	return ""
}

// noted is the id that is noted of the subject, or what ask finds, if nobody asked for the
// same less than the spacing ago: Omie refuses equal questions within 60 s.
func (c *Client) noted(ctx context.Context, of subject, believed bool, ask func() erp.Answer) (string, erp.Answer) {
	note, err := c.caller.Noted(ctx, hex.EncodeToString(of.name), of.about)
	if err != nil {
		return "", erp.Answer{Kind: erp.NotSent, Err: err}
	}
	if id := of.idIn(note); believed && id != "" {
		return id, erp.Answer{Kind: erp.CustomerKnown}
	}
	answer := note.Early()
	if answer.Kind == "" {
		answer = note.Begin(ctx, "")
	}
	if answer.Kind != "" {
		return "", answer
	}
	answer = ask()
	id, known := answer.ID, ""
	if id != "" {
		known = id + of.seal
	}
	note.End(ctx, known, answer.RetryAfter)
	answer.ID = "" // the document has it
	return id, answer
}

// buyer is who is asked for, under a code of ours and with what was learned of them.
type buyer struct {
	order.Customer
	code    string
	lessons erp.Lessons
}

// identity is what tells a buyer from every other: the tax id, or abroad, where they have
// none, their own document. It is empty where there is neither.
func (b buyer) identity() string {
	switch {
	case b.TaxID != "":
		return string(b.TaxID)
	case hasForeignID(b.Customer):
		return b.Address.Country + "\x00" + bareDocument(b.ForeignID)
	}
	return ""
}

// is tells whether the customer that Omie shows is the buyer.
func (b buyer) is(shown shownCustomer) bool {
	if b.TaxID != "" {
		return b.TaxID.Is(string(shown.CnpjCpf))
	}
	return string(shown.CodigoClienteIntegracao) == b.code
}

func (c *Client) findOrCreate(ctx context.Context, k wire.Keys, b buyer) erp.Answer {
	answer := c.find(ctx, k, b)
	if answer.Kind == erp.Absent {
		answer = c.create(ctx, k, b)
	}
	if answer.Kind != erp.CustomerKnown {
		answer.ID = ""
	}
	return answer
}

// find answers CustomerKnown with the id, Absent, or why it can't tell.
func (c *Client) find(ctx context.Context, k wire.Keys, b buyer) erp.Answer {
	if b.TaxID == "" { // no search knows a document from abroad
		return c.show(ctx, k, b, map[string]any{"codigo_cliente_integracao": b.code})
	}
	return c.search(ctx, k, b)
}

// search asks for the tax id, page by page: a page may be full of others, since the filter
// may match parts. Whom so many pages don't show is created, which Omie refuses if they are
// there.
func (c *Client) search(ctx context.Context, k wire.Keys, b buyer) erp.Answer {
	for page := 1; ; page++ {
		answer, r := c.call(ctx, k, listarClientes, wire.Sent{Request: map[string]any{
			"pagina": page, "registros_por_pagina": 50, "apenas_importado_api": "N",
			"clientesFiltro": map[string]any{"cnpj_cpf": string(b.TaxID)},
		}}, b.Private()...)
		if answer.Kind == erp.Refused {
			answer.Kind = erp.Unprovable // it refuses nothing but the tax id: nobody can be found by it
		}
		if answer.Kind != erp.Present {
			return asRead(answer)
		}
		rows, pages, _ := customersIn(r.body)
		if id, choice := pick(rows, b.TaxID); id != "" {
			return erp.Answer{Kind: erp.CustomerKnown, ID: id, Text: choice}
		}
		if slices.ContainsFunc(rows, func(r shownCustomer) bool { return b.is(r) }) {
			return erp.Answer{Kind: erp.Lost, Text: words.Say("Omie shows a customer with this tax id and without a codigo_cliente_omie that can be read")}
		}
		if page >= min(pages, mostPages) {
			return erp.Answer{Kind: erp.Absent}
		}
	}
}

// show reads the customer of a key, and is CustomerKnown if that one is the buyer: an id
// that words named may be anybody's. Somebody else is Absent.
func (c *Client) show(ctx context.Context, k wire.Keys, b buyer, key map[string]any) erp.Answer {
	answer, r := c.call(ctx, k, consultarCliente, wire.Sent{Request: key}, b.Private()...)
	if answer.Kind != erp.Present {
		return asRead(answer)
	}
	var shown shownCustomer
	if asked, byID := key["codigo_cliente_omie"]; wire.Decode(r.body, &shown) != nil || !b.is(shown) || byID && asked != json.Number(answer.ID) {
		return erp.Answer{Kind: erp.Absent}
	}
	if b.TaxID == "" && !b.isNamedIn(shown) {
		return erp.Answer{Kind: erp.Unprovable, Text: words.Say(anothersDocument, answer.ID)}
	}
	return erp.Answer{Kind: erp.CustomerKnown, ID: answer.ID}
}

// asRead is a question's answer: one that nobody understands is asked again, and no order
// is refused for it.
func asRead(a erp.Answer) erp.Answer {
	if a.Kind == erp.Unknown {
		a.Kind = erp.Lost
	}
	return a
}

// create answers CustomerKnown with the id, or why there is no customer.
func (c *Client) create(ctx context.Context, k wire.Keys, b buyer) erp.Answer {
	param := newCustomer(b.Customer, b.code, b.lessons, nil)
	answer, r := c.call(ctx, k, incluirCliente, wire.Sent{Request: param, Store: b.Customer}, b.Private()...)
	switch answer.Kind {
	case erp.CustomerKnown:
		if without := b.lessons.Without(); !without.IsZero() {
			answer.Text = words.Say("the customer was created %s", without)
		}
	case erp.Duplicate:
		return c.inTheWay(ctx, k, b, r.fault, answer)
	case erp.Refused, erp.Unknown:
		// Nothing of the document was sent, so a fault that nobody knows is as definite
		// as one that is known.
		answer.Kind, answer.LeaveOut = erp.Refused, partRefused(r.fault, param)
	}
	return answer
}

// inTheWay finds the customer who is there already: by the id in Omie's words, else by our
// own code, unless that was the question of this attempt that showed nobody. Whom neither
// shows is a Duplicate.
func (c *Client) inTheWay(ctx context.Context, k wire.Keys, b buyer, f fault, refused erp.Answer) erp.Answer {
	var keys []map[string]any
	if id := f.existing(); id != "" {
		keys = append(keys, map[string]any{"codigo_cliente_omie": json.Number(id)})
	}
	if b.TaxID != "" {
		keys = append(keys, map[string]any{"codigo_cliente_integracao": b.code})
	}
	for _, key := range keys {
		if shown := c.show(ctx, k, b, key); shown.Kind != erp.Absent {
			return shown
		}
	}
	if b.TaxID == "" {
		refused.Text = words.Say(hiddenForeigner, refused.Text)
	} else {
		refused.Text = words.Say(hiddenCustomer, refused.Text)
	}
	return refused
}

const hiddenCustomer = "Omie says that it has this customer already, and shows them neither by tax id nor by our code: look for them there, also among suppliers and those who are inactive, correct their CPF or CNPJ, then carimbo orders retry. Its words: %s"

const hiddenForeigner = "Omie says that it has this buyer from abroad already, and shows nobody who is them: look for their documento_exterior there, also among suppliers and those who are inactive, merge or delete that record or set customer.default, then carimbo orders retry. Its words: %s"

// existing is the id of the customer that was in the way, where Omie says it. It
// stands in brackets, so it may be anybody's.
func (f fault) existing() string {
	if said := existingID.FindStringSubmatch(f.words.Shown); said != nil {
		return idOf(loose.Text(said[1]))
	}
	return ""
}

type shownCustomer struct {
	CodigoClienteOmie       loose.Text `json:"codigo_cliente_omie"`
	CodigoClienteIntegracao loose.Text `json:"codigo_cliente_integracao"`
	CnpjCpf                 loose.Text `json:"cnpj_cpf"`
	RazaoSocial             loose.Text `json:"razao_social"`
	NomeFantasia            loose.Text `json:"nome_fantasia"`
	Email                   loose.Text `json:"email"`
	Inativo                 loose.Text `json:"inativo"`
}

// customersIn reads a page of ListarClientes, and how many there are.
func customersIn(body []byte) (rows []shownCustomer, pages int, ok bool) {
	var page struct {
		ClientesCadastro []shownCustomer `json:"clientes_cadastro"`
		TotalDeRegistros loose.Text      `json:"total_de_registros"`
		TotalDePaginas   loose.Text      `json:"total_de_paginas"`
	}
	err := wire.Decode(body, &page)
	rows = page.ClientesCadastro
	if len(rows) == 0 && page.TotalDeRegistros != "" {
		return nil, 0, err == nil && isZero(page.TotalDeRegistros)
	}
	pages, _ = strconv.Atoi(idOf(page.TotalDePaginas))
	return rows, pages, err == nil && rows != nil
}

// pick is the lowest id of those with exactly this tax id, of the active ones if
// there is one: Omie's ids grow, so it is the oldest. The filter may match parts; the same
// order must always get the same customer. Where there was a choice, it is said.
func pick(rows []shownCustomer, taxID order.TaxID) (id string, choice words.Text) {
	same := slices.DeleteFunc(slices.Clone(rows), func(r shownCustomer) bool {
		return !taxID.Is(string(r.CnpjCpf)) || idOf(r.CodigoClienteOmie) == ""
	})
	if len(same) == 0 {
		return "", words.Text{}
	}
	best := slices.MinFunc(same, func(a, b shownCustomer) int {
		return cmp.Or(inactive(a)-inactive(b), cmp.Compare(a.number(), b.number()))
	})
	id = idOf(best.CodigoClienteOmie)
	switch {
	case len(same) > 1 && inactive(best) == 1:
		choice = words.Say("Omie has %d customers with this tax id: nCodCli %s is taken, the oldest, and all are inactive", len(same), id)
	case len(same) > 1:
		choice = words.Say("Omie has %d customers with this tax id: nCodCli %s is taken, the oldest of the active ones", len(same), id)
	}
	return id, choice
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

// macOf is all that outlives an order of a tax id or a document: without the App Secret, which
// numbers there are can't be tried out against it.
func macOf(identity, appSecret string) []byte {
	h := hmac.New(sha256.New, []byte(appSecret))
	h.Write([]byte(identity))
	return h.Sum(nil)
}

// integrationCode is the same whenever the customer is created, so that Omie
// itself refuses a second one.
func integrationCode(mac []byte) string {
	return strings.ToLower(base32.StdEncoding.EncodeToString(mac))[:20]
}

// forget forgets the customer of a document that was refused because Omie no longer knows it,
// unless somebody has found another one since. It tells whether there was one to find anew:
// a default customer is the account's.
func (c *Client) forget(ctx context.Context, k wire.Keys, doc erp.Document) bool {
	b := buyer{Customer: doc.Customer}
	if b.identity() == "" {
		return false
	}
	of := subject{macOf(b.identity(), k.Secret), aBuyer(), b.seal(k.Secret)}
	note, err := c.caller.Noted(ctx, hex.EncodeToString(of.name), of.about)
	if err == nil && of.idIn(note) == doc.CustomerID {
		note.Forget(ctx) // what isn't forgotten now isn't believed in the next attempt: see Customer
	}
	return true
}

package sensio

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/placeholder"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// perhaps stands in the note of a person of whom nobody knows whether they are in Sensio:
// a creation of theirs began, and no answer said what became of it. No id looks like it.
const perhaps = "{perhaps}"

// buyer is a person who has to be in Sensio before the sale is, in one attempt: Sensio
// may take the same person any number of times, so only what is noted keeps a second one
// away.
type buyer struct {
	*Client
	keys wire.Keys
	doc  erp.Document
	note *wire.Noted
}

// buyer is the document's, with what is noted of them.
func (c *Client) buyer(ctx context.Context, k wire.Keys, doc erp.Document) (*buyer, erp.Answer) {
	name, answer := c.noteOfPerson(ctx, k, doc.Customer.TaxID)
	if answer.Kind != "" {
		return nil, answer
	}
	note, err := c.caller.Noted(ctx, name, words.Say("this buyer"))
	if err != nil {
		return nil, erp.Answer{Kind: erp.NotSent, Err: err}
	}
	return &buyer{Client: c, keys: k, doc: doc, note: note}, erp.Answer{}
}

// noteOfPerson is the name of a person's note: all that outlives an order of a tax id. Its
// key is the App Key where the headers have one, since that is the company's as long as
// the people are; the App Secret may be a token that is renewed.
func (c *Client) noteOfPerson(ctx context.Context, k wire.Keys, taxID order.TaxID) (string, erp.Answer) {
	key := k.Secret
	if slices.Contains(c.usedKeys(), "app_key") {
		key = k.App
	} else if key == "" {
		secret, answer := c.caller.Keys(ctx, false, "app_secret")
		if answer.Kind != "" {
			return "", answer
		}
		key = secret.Secret
	}
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(taxID))
	return hex.EncodeToString(h.Sum(nil)), erp.Answer{}
}

// known answers CustomerKnown with the person's id, and creates them if need be; else why
// there is none. Unprovable is for a person to look.
func (b *buyer) known(ctx context.Context) (string, erp.Answer) {
	if isID(b.note.ID) && !b.doc.Lessons.Gone { // after that no note is believed
		return b.note.ID, erp.Answer{Kind: erp.CustomerKnown}
	}
	answer := b.note.Early()
	if answer.Kind == "" {
		answer = b.note.Begin(ctx, b.note.ID)
	}
	if answer.Kind != "" {
		return "", answer
	}
	id, answer := b.findOrCreate(ctx)
	b.note.End(ctx, cmp.Or(id, b.note.ID), 0)
	return id, answer
}

func (b *buyer) findOrCreate(ctx context.Context) (string, erp.Answer) {
	id, answer := b.find(ctx, b.keys, b.doc.Customer)
	if answer.Kind != erp.Absent {
		return id, answer
	}
	if b.note.ID != "" { // perhaps, or one who may be gone
		if answer := b.prove(ctx); answer.Kind != erp.Absent {
			return "", answer
		}
	}
	return b.create(ctx)
}

// whatToDo is a person's part where nothing tells whether the buyer is in Sensio.
func whatToDo() words.Text {
	return words.Say("look for them in Sensio by their CPF or CNPJ, register them by hand if they aren't there, see that customer.query finds them, then carimbo orders retry")
}

// prove is Absent where the query, that finds nobody, still finds somebody whom it has to:
// one that finds nobody whoever is asked for looks the same.
func (b *buyer) prove(ctx context.Context) erp.Answer {
	known := b.control(b.keys, b.doc.Customer.TaxID)
	if known == "" {
		return erp.Answer{Kind: erp.Unprovable, Text: words.Say("whether Sensio has this buyer can't be told: they may have been created before, and customer.query shows nobody, which proves nothing without customer.query.known: %s", whatToDo())}
	}
	switch _, answer := b.find(ctx, b.keys, order.Customer{TaxID: known}); answer.Kind {
	case erp.CustomerKnown:
		return erp.Answer{Kind: erp.Absent}
	case erp.Absent, erp.Unprovable:
		return erp.Answer{Kind: erp.Unprovable, Text: words.Say("whether Sensio has this buyer can't be told: they may have been created before, and customer.query shows nobody, nor somebody whom it has to find: %s", whatToDo())}
	default:
		return answer
	}
}

// control is the tax id of somebody else whom the query has to find; empty for none.
func (c *Client) control(k wire.Keys, but order.TaxID) order.TaxID {
	if known := c.config.Customer.Query.Known; known != "" && known != but {
		return known
	}
	if f := c.foundLast; f.key == c.keyDigest(k) && f.taxID != but {
		return f.taxID
	}
	return ""
}

// seen is a person whom the query found, in the company of a key.
type seen struct {
	taxID order.TaxID
	key   string
}

// create registers the buyer, once: it is noted before, and only Sensio's word that
// nothing was written takes that back.
func (b *buyer) create(ctx context.Context) (string, erp.Answer) {
	request, asked, err := b.creation()
	if err != nil {
		return "", erp.Answer{Kind: erp.NotSent, Text: words.Say("%s: %s", "customer.create", err)}
	}
	before := b.note.ID
	if answer := b.note.Begin(ctx, perhaps); answer.Kind != "" {
		return "", answer
	}
	answer := b.call(ctx, b.keys, request, func(r wire.Response, now time.Time) erp.Answer {
		return answerOfCreate(ctx, r, asked, now)
	}, b.doc.Customer.Private()...)
	switch answer.Kind {
	case erp.Created:
		return answer.ID, erp.Answer{Kind: erp.CustomerKnown}
	case erp.AccountRests, erp.NotSent, erp.NoTime:
		b.note.ID = before
	case erp.Refused:
		b.note.ID = ""
	case erp.Duplicate:
		b.note.ID = ""
		answer.Text = words.Say("Sensio refuses to create this buyer as if they were there, and customer.query shows nobody: %s. Its words: %s", whatToDo(), answer.Text)
	case erp.Unknown:
		// They may be there. Asked for once more, the query tells.
		answer.Kind = erp.Duplicate
		answer.Text = words.Say("Sensio doesn't say clearly whether it created this buyer, and customer.query shows nobody: %s. Its words: %s", whatToDo(), answer.Text)
	}
	if answer.Kind == erp.NoTime {
		answer.Kind = erp.NotSent
	}
	answer.Text = wire.Clean(answer.Text)
	return "", answer
}

// creation is the request, and what of its answer counts.
func (b *buyer) creation() (wire.Call, creation, error) {
	create := b.config.Customer.Create
	body, target, err := create.of(b.config.BaseURL, b.doc.Order, b.doc.Reference.Orig)
	if err != nil {
		return wire.Call{}, creation{}, err
	}
	text, err := inJSON(body)
	// Sensio may write the tax id in its own way.
	sent := wire.Sent{Request: []any{body, b.doc.Customer.TaxID.Formatted()}, Constants: create.Body, Store: b.doc.Order}
	asked := creation{of: words.Say("a person"), id: create.ID, there: personThere, sent: sent}
	return wire.Call{Creates: true, Request: wire.Request{Name: words.Say("customer creation"), Method: http.MethodPost, URL: target, Body: text}}, asked, err
}

// of is the person of an order, and where they are sent to.
func (create *Create) of(base string, o order.Order, connection string) (body map[string]any, target string, err error) {
	values := placeholder.OrderValues(o, connection)
	values["customer.email"] = o.Customer.Email // a record has one
	if body, err = shaped(create.Body, values); err != nil {
		return nil, "", err
	}
	target, err = expandURL(base, create.Path, values)
	return body, target, err
}

// record is what a person is made of whom the sale may create, but for the phone; nil
// where it creates nobody.
func (c *Client) record(o order.Order, ref erp.Reference) any {
	create := c.config.Customer.Create
	if create == nil || o.Customer.TaxID == "" || c.fixedCustomer() != "" {
		return nil
	}
	o.Customer.Phone = ""
	body, _, err := create.of(c.config.BaseURL, o, ref.Orig)
	if err != nil { // the creation says so
		return nil
	}
	return body
}

// forget forgets a person of whom Sensio said that there is nobody with their id.
func (c *Client) forget(ctx context.Context, k wire.Keys, doc erp.Document, id string) {
	if b, answer := c.buyer(ctx, k, doc); answer.Kind == "" && b.note.ID == id {
		b.note.Forget(ctx) // what isn't forgotten now isn't believed in the next attempt: see known
	}
}

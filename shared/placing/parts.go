package placing

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"runtime/debug"
	"slices"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/fold"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/secret"
)

// said is a webhook's contents, with whose they are and the kind of document that is made of
// them.
type said struct {
	platform, connection, account string
	packed                        []byte
	documentKind                  string
}

// parts are what a webhook says of its order, without what a fetch would add; zero
// where that can't be read. Their key is the account's App Secret, which the ledger
// doesn't know. Without one the total stands alone. Contents that are too much for their
// platform's code hinder nobody from recording that they came.
func (in *invocation) parts(ctx context.Context, from said) (parts ledger.Parts) {
	defer func() {
		if p := recover(); p != nil {
			in.Log.ErrorContext(ctx, "panic while comparing contents", "key", in.message.Key, "panic", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			parts = ledger.Parts{}
		}
	}()
	cfg := in.Connections()
	conn, configured := cfg.Connections[from.connection]
	p, ok := in.Platform(from.platform)
	payload, err := in.unpack(from.packed)
	if !ok || !configured || err != nil {
		return ledger.Parts{}
	}
	r := in.read(p, from.platform, payload, conn)
	if r.err != nil {
		return ledger.Parts{}
	}
	s, err := in.Secrets.Get(ctx, cfg.Accounts[from.account].Kind+"/"+from.account)
	if err != nil && !errors.Is(err, secret.ErrNotFound) {
		in.Log.WarnContext(ctx, "an account's secret can't be read: a later notice of the order can't be compared with this one", "account", from.account, "cause", err)
		return ledger.Parts{}
	}
	key := s.Values["app_secret"]
	under := from.connection + "\x00" + from.documentKind + "\x00" + key
	if r.under == under {
		return r.parts
	}
	parts = partsOf(r.order, key)
	if in.known && key != "" {
		ref := erp.NewReference(from.connection, "", r.order.ID)
		ref.DocumentKind = from.documentKind
		parts.Document = documentPart(in.client, r.order, ref, key)
	}
	r.under, r.parts = under, parts
	return parts
}

// wayOfReading changes when orders come to be read or compared differently: the parts of the
// same notice have other digests then, and are not compared. See testdata/parts.
const wayOfReading = "3"

// partsOf are the order's, under a key that may be empty. How a text is written, and in
// which order the lines come, says nothing.
func partsOf(o order.Order, key string) ledger.Parts {
	p := ledger.Parts{Total: o.Total.String()}
	if key == "" {
		return p
	}
	o = plain(o)
	p.Key = digestOf(key, "key", wayOfReading)[:8]
	p.Lines = digestOf(key, "lines", []any{o.Lines, o.Discount})
	p.Charges = digestOf(key, "charges", []any{o.Freight, o.Fees, o.Tax})
	c := o.Customer
	if isErased(c) {
		return p
	}
	p.Payer = digestOf(key, "payer", []any{c.Name, c.Email, c.MoreEmails, c.Phone})
	p.TaxID = digestOf(key, "tax id", []any{c.TaxID, c.TaxIDWrong, c.TaxIDUnread, c.ForeignID})
	p.Address = digestOf(key, "address", c.Address)
	return p
}

// erasedEmail is whose every customer is whom a WordPress has erased.
const erasedEmail = "deleted@site.invalid"

// isErased tells whether nothing says any more who the customer is: stores erase whoever
// asks for that, and the order stays what it was.
func isErased(c order.Customer) bool {
	if c.Email == erasedEmail {
		return true
	}
	c.Email, c.MoreEmails, c.Phone, c.Address.Country, c.Address.State = "", nil, "", "", ""
	return reflect.ValueOf(c).IsZero()
}

// documentPart is what the account's ERP would be told of the order, whatever its day and
// its status: two notices that would become the same document differ in nothing that
// matters. It is empty where the order would become none.
func documentPart(client erp.Client, o order.Order, ref erp.Reference, key string) string {
	o = plain(o)
	o.PlacedAt, o.PaidAt, o.Status, o.Payments = anyDay, anyDay, "", nil
	doc, err := client.Document(o, ref)
	if err != nil {
		return ""
	}
	c := doc.Customer
	if doc.CustomerID != "" {
		c = order.Customer{}
	}
	body, err := json.Marshal(doc.Body)
	if err != nil {
		return ""
	}
	return digestOf(key, "document", []any{json.RawMessage(body), doc.CustomerID, c.TaxID, c.ForeignID, doc.Record})
}

// anyDay is every order's, where the day is compared apart.
var anyDay = time.Unix(0, 0).UTC() // never written to

// plain is the order without what nobody would mend in a document: capitals, accents and
// spaces, and the order of the lines.
func plain(o order.Order) order.Order {
	c := &o.Customer
	c.MoreEmails = slices.Clone(c.MoreEmails)
	for i := range c.MoreEmails {
		c.MoreEmails[i] = fold.Text(c.MoreEmails[i])
	}
	for _, text := range []*string{&c.Name, &c.Email, &c.Address.Street, &c.Address.Number, &c.Address.Complement, &c.Address.District, &c.Address.City} {
		*text = fold.Text(*text)
	}
	o.Lines = slices.Clone(o.Lines)
	slices.SortStableFunc(o.Lines, func(a, b order.Line) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), a.UnitPrice.Cmp(b.UnitPrice), a.Quantity.Cmp(b.Quantity), a.Discount.Cmp(b.Discount), slices.Compare(a.SKUs, b.SKUs))
	})
	return o
}

// digestOf is a keyed digest of a part: 16 hexadecimal characters tell one from
// another, and nothing of it can be tried out without the key.
func digestOf(key, part string, v any) string {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(part + "\x00"))
	// An order's own types always can be written as JSON.
	_ = json.NewEncoder(h).Encode(v)
	return hex.EncodeToString(h.Sum(nil)[:8])
}

package placing

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/secret"
)

// parts are what a webhook says of its order, without what a fetch would add; zero
// where that can't be read. Their key is the account's App Secret, which the ledger
// doesn't know. Without one the total stands alone. Contents that are too much for their
// platform's code hinder nobody from recording that they came.
func (in *invocation) parts(ctx context.Context, platformName, connectionName, account string, packed []byte) (said ledger.Parts) {
	defer func() {
		if p := recover(); p != nil {
			in.Log.ErrorContext(ctx, "panic while comparing contents", "key", in.message.Key, "panic", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			said = ledger.Parts{}
		}
	}()
	cfg := in.Connections()
	conn, configured := cfg.Connections[connectionName]
	p, ok := in.Platform(platformName)
	payload, err := in.unpack(packed)
	if !ok || !configured || err != nil {
		return ledger.Parts{}
	}
	o, err := in.decode(p, platformName, payload, conn)
	if err != nil {
		return ledger.Parts{}
	}
	s, err := in.Secrets.Get(ctx, cfg.Accounts[account].Kind+"/"+account)
	if err != nil && !errors.Is(err, secret.ErrNotFound) {
		in.Log.WarnContext(ctx, "an account's secret can't be read: a later notice of the order can't be compared with this one", "account", account, "cause", err)
		return ledger.Parts{}
	}
	return partsOf(o, s.Values["app_secret"])
}

// wayOfReading changes when orders come to be read differently: the parts of the same notice
// have other digests then, and are not compared.
const wayOfReading = "2"

// partsOf are the order's, under a key that may be empty.
func partsOf(o order.Order, key string) ledger.Parts {
	p := ledger.Parts{Total: o.Total.String()}
	if key == "" {
		return p
	}
	address := o.Customer.Address
	p.Key = digestOf(key, "key", wayOfReading)[:8]
	p.Lines = digestOf(key, "lines", []any{o.Lines, o.Discount, o.Freight, o.Fees, o.Tax})
	payer := []any{o.Customer.Name, o.Customer.Email, o.Customer.Phone}
	if len(o.Customer.MoreEmails) > 0 { // as of a document from abroad
		payer = append(payer, o.Customer.MoreEmails)
	}
	p.Payer = digestOf(key, "payer", payer)
	taxID := []any{o.Customer.TaxID, o.Customer.TaxIDWrong}
	if o.Customer.ForeignID != "" { // what others gave keeps its digest of before there was one
		taxID = append(taxID, o.Customer.ForeignID)
	}
	p.TaxID = digestOf(key, "tax id", taxID)
	p.Address = digestOf(key, "address", address)
	return p
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

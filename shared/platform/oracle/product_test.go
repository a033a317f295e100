package oracle

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/registry"
)

// call is one generated webhook.
type call struct {
	platform string
	body     []byte
	// topic is the header of that name; "" sends none.
	header, topic string
	settings      platform.Settings
	// off tells that the generator made a sum wrong by a cent.
	off bool
	// wrongPart tells that it made a total of parts wrong.
	wrongPart bool
}

// now is when every call is made.
var now = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

// secret is one that every platform takes.
const secret = "whsec_b3JhY2xlLW9yYWNsZS1vcmFjbGU="

// productSays asks the product as intake and the worker do: the proof, the notice, the
// order, and what both are refused for.
func (c call) productSays() (answer, error) {
	p, ok := registry.Get(c.platform)
	if !ok {
		return answer{}, fmt.Errorf("no platform %s", c.platform)
	}
	r := p.Sign(c.body, secret, now)
	if r.Header[c.header] = c.topic; c.topic == "" {
		delete(r.Header, c.header)
	}
	if err := p.Verify(r, []string{secret}, now); err != nil {
		return answer{}, err
	}
	n, err := p.Read(r, c.settings)
	switch {
	case errors.Is(err, platform.ErrNotUnderstood):
		return answer{verdict: rejected, reasons: []string{string(order.NotUnderstood)}}, nil
	case err != nil:
		return answer{}, err
	case n.Status == platform.Neither || n.Test || n.Zero && n.Status == platform.Paid:
		return answer{verdict: ignored}, nil
	case n.Status == platform.Reversed:
		return answer{verdict: reversed, id: n.OrderID}, nil
	}
	o, err := p.Order(n.Payload, c.settings)
	if err == nil {
		err = errors.Join(o.Check(now), o.Customer.CheckTaxID())
	}
	if reason, refused := order.AsRejection(err); refused {
		return answer{verdict: rejected, id: n.OrderID, reasons: []string{string(reason.Kind)}}, nil
	}
	if err != nil {
		return answer{}, err
	}
	if n.OrderID != o.ID || !n.PaidAt.Equal(o.PaidAt) {
		return answer{}, fmt.Errorf("the notice says %s, %s, and the order %s, %s", n.OrderID, n.PaidAt, o.ID, o.PaidAt)
	}
	return said(o), nil
}

func said(o order.Order) answer {
	plain := func(m order.Money) decimal.Decimal { return decimal.RequireFromString(m.Number()) }
	a := answer{
		verdict: sale, id: o.ID, currency: o.Currency, day: day(o.PaidAt),
		name: o.Customer.Name, taxID: string(o.Customer.TaxID), foreign: o.Customer.ForeignID, email: o.Customer.Email,
		total: plain(o.Total), discount: plain(o.Discount), freight: plain(o.Freight), fees: plain(o.Fees), tax: plain(o.Tax),
	}
	for _, l := range o.Lines {
		a.lines = append(a.lines, line{strings.Join(l.SKUs, " "), decimal.RequireFromString(l.Quantity.String()), plain(l.Total())})
	}
	return a
}

package order

import (
	"unicode/utf8"
)

// Bounds of what is kept and sent of an order, in bytes of UTF-8. The ERPs that
// publish theirs take less; what is cut here is no name that anybody gave.
const (
	// MaxID bounds what is half of a dedup key.
	MaxID = 200
	// MaxNumber bounds what a store calls an order.
	MaxNumber = 100

	maxCurrency = 16
	maxField    = 100 // the name of a field, a foreigner's document
	maxCode     = 20  // a country, a CEP
	maxEmail    = 254 // RFC 5321
	maxText     = 1000
	maxReason   = 1000

	maxSKU      = 255
	maxSKUs     = 20
	maxLines    = 1000
	maxPayments = 100
)

// Cut shortens a text to so many bytes, between two characters.
func Cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit]
}

// shortened takes what is too much out of the middle: a reason begins with what is
// wrong and ends with what to do.
func shortened(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	const gap = " ... "
	head := Cut(text, limit/2)
	from := len(text) - (limit - limit/2 - len(gap))
	for from < len(text) && !utf8.RuneStart(text[from]) {
		from++
	}
	return head + gap + text[from:]
}

// Bounded is the order with no longer texts than anybody means. Only what shows is
// cut. SKUs stay as they are and Check refuses them, since half of one may be
// another's; a currency that is cut is none.
func (o Order) Bounded() Order {
	o.Number = Cut(o.Number, MaxNumber)
	o.Currency = Cut(o.Currency, maxCurrency)
	if len(o.Customer.Email) > maxEmail {
		o.Origins.Drop("the e-mail", "it has more than %d bytes, and half of it is somebody else's", maxEmail)
	}
	o.Customer, o.Origins = o.Customer.bounded(), o.Origins.bounded()
	lines := make([]Line, len(o.Lines))
	for i, l := range o.Lines {
		l.Name = Cut(l.Name, maxText)
		lines[i] = l
	}
	payments := make([]Payment, len(o.Payments))
	for i, p := range o.Payments {
		p.Reference = Cut(p.Reference, maxText)
		payments[i] = p
	}
	if o.Lines != nil {
		o.Lines = lines
	}
	if o.Payments != nil {
		o.Payments = payments
	}
	return o
}

func (c Customer) bounded() Customer {
	c.Name, c.Phone = Cut(c.Name, maxText), Cut(c.Phone, maxText)
	c.TaxIDUnread, c.ForeignID = Cut(c.TaxIDUnread, maxField), Cut(c.ForeignID, maxField)
	if len(c.Email) > maxEmail {
		c.Email = "" // half of an address is somebody else's
	}
	a := &c.Address
	for _, text := range []*string{&a.Street, &a.Number, &a.Complement, &a.District, &a.City} {
		*text = Cut(*text, maxText)
	}
	a.State, a.PostalCode, a.Country = Cut(a.State, maxCode), Cut(a.PostalCode, maxCode), Cut(a.Country, maxCode)
	return c
}

// checkBounds refuses what can't be cut without changing the order.
func (o Order) checkBounds() error {
	switch {
	case len(o.ID) > MaxID:
		return Reject(Preflight, "id has %d bytes, more than %d: enter the order in the ERP by hand", len(o.ID), MaxID)
	case len(o.Lines) > maxLines:
		return Reject(Preflight, "the order has %d lines, more than %d: enter it in the ERP by hand", len(o.Lines), maxLines)
	case len(o.Payments) > maxPayments:
		return Reject(Preflight, "the order has %d payments, more than %d: enter it in the ERP by hand", len(o.Payments), maxPayments)
	}
	for i, l := range o.Lines {
		if n := len(l.SKUs); n > maxSKUs {
			return Reject(Preflight, "line %d has %d SKUs, more than %d: give it fewer in the store", i+1, n, maxSKUs)
		}
		for _, sku := range l.SKUs {
			if n := len(sku); n > maxSKU {
				return Reject(Preflight, "line %d: a SKU has %d bytes, more than %d: give the product a shorter one in the store", i+1, n, maxSKU)
			}
		}
	}
	return nil
}

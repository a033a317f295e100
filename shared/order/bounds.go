package order

import (
	"unicode/utf8"

	"github.com/carimbo/carimbo/shared/words"
)

// Bounds of what is kept and sent of an order, in bytes of UTF-8. The ERPs that
// publish theirs take less; what is cut here is no name that anybody gave.
const (
	// MaxID bounds what is half of a dedup key.
	MaxID = 200
	// MaxNumber bounds what a store calls an order.
	MaxNumber = 100

	maxCurrency = 16
	maxField    = 100 // the name of a field or a status, a foreigner's document
	maxCode     = 20  // a country, a CEP
	maxEmail    = 254 // RFC 5321
	maxEmails   = 4 * maxEmail
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
// cut, and its origins say so. SKUs stay as they are and Check refuses them, since half of
// one may be another's; a currency that is cut is none.
func (o Order) Bounded() Order {
	from := o.Origins
	from.cut(&o.Number, MaxNumber, "the end of the order's number")
	from.cut(&o.Currency, maxCurrency, "the end of the currency")
	o.Customer = o.Customer.bounded(&from)
	from.cut(&o.Status, maxField, "the end of the order's status")
	lines := make([]Line, len(o.Lines))
	for i, l := range o.Lines {
		from.cut(&l.Name, maxText, "the end of the name of line %d", i+1)
		lines[i] = l
	}
	payments := make([]Payment, len(o.Payments))
	for i, p := range o.Payments {
		from.cut(&p.Name, maxField, "the end of the name of payment %d", i+1)
		from.cut(&p.Reference, maxText, "the end of the reference of payment %d", i+1)
		payments[i] = p
	}
	if o.Lines != nil {
		o.Lines = lines
	}
	if o.Payments != nil {
		o.Payments = payments
	}
	o.Origins = from.bounded()
	return o
}

func (c Customer) bounded(from *Origins) Customer {
	from.cut(&c.Name, maxText, "the end of the customer's name")
	from.cut(&c.Phone, maxText, "the end of the customer's phone")
	from.cut(&c.ForeignID, maxField, "the end of the customer's foreign document")
	c.TaxIDUnread, c.TaxIDWrongAt = Cut(c.TaxIDUnread, maxField), Cut(c.TaxIDWrongAt, maxField) // the name of a field
	if len(c.Email) > maxEmail {
		from.Omit(words.Say("the e-mail"), "it has more than %d bytes, and half of it is somebody else's", maxEmail)
		c.Email = ""
	}
	if c.Email == "" || len(c.Emails()) > maxEmails {
		c.MoreEmails = nil
	}
	a := &c.Address
	from.cut(&a.Street, maxText, "the end of the street of the customer's address")
	from.cut(&a.Number, maxText, "the end of the number of the customer's address")
	from.cut(&a.Complement, maxText, "the end of the complement of the customer's address")
	from.cut(&a.District, maxText, "the end of the district of the customer's address")
	from.cut(&a.City, maxText, "the end of the city of the customer's address")
	from.cut(&a.State, maxCode, "the end of the state of the customer's address")
	from.cut(&a.PostalCode, maxCode, "the end of the postal code of the customer's address")
	from.cut(&a.Country, maxCode, "the end of the country of the customer's address")
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

package order

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/carimbo/carimbo/shared/words"
)

// oldest is how long ago an order may have been paid and still become a
// document (rule 13).
const oldest = 400 * 24 * time.Hour

// Check tells whether the order may become a document at all, whatever the ERP:
// currency, age, bounds, signs, and parts that add up to what was paid (rules 13 and 16).
// The error is a *Rejection, whose message names the field, what is wrong with it
// and what to do.
func (o Order) Check(now time.Time) error {
	if o.Currency != "BRL" {
		return Reject(CurrencyReason, "currency is %s and only BRL can be put into the ERP: charge in BRL, or enter the order in the ERP by hand", orMissing(o.Currency))
	}
	if !o.PaidAt.IsZero() && now.Sub(o.PaidAt) > oldest {
		return Reject(TooOld, "paid_at is %s, more than 400 days ago: enter the order in the ERP by hand if it is missing there", o.PaidAt.In(SaoPaulo()).Format(time.DateOnly))
	}
	if err := o.checkBounds(); err != nil {
		return err
	}
	if len(o.Lines) == 0 {
		return Reject(TotalReason, "lines are missing, and %s was paid: enter the order in the ERP by hand", o.Total)
	}
	for i, l := range o.Lines {
		if err := l.Check(i + 1); err != nil {
			return err
		}
	}
	if err := o.CheckSigns(); err != nil {
		return err
	}
	if !o.Total.Equal(o.Total.Round()) {
		return Reject(TotalReason, "total %s has a fraction of a cent: correct the order in the store", o.Total)
	}
	if len(o.Disagrees) > 0 {
		d := o.Disagrees[0]
		return Reject(TotalReason, "%s is %s, but by %s it is %s: correct the order in the store, or enter it in the ERP by hand", d.What, d.Is, d.Source, d.Amount)
	}
	if sum, ok := o.AddsUp(); !ok {
		return Reject(TotalReason, "total is %s, but lines, discount, freight, fees and tax add up to %s: correct the order in the store, or enter it in the ERP by hand", o.Total, sum)
	}
	return nil
}

// Check tells whether the line, of that number in its order, can be sold. The error is a
// *Rejection.
func (l Line) Check(number int) error {
	switch {
	case l.Quantity.IsNegative() || l.Quantity.IsZero():
		return Reject(TotalReason, "line %d: quantity %s is not positive: correct the order in the store", number, l.Quantity)
	case l.UnitPrice.IsNegative():
		return Reject(TotalReason, "line %d: unit price %s is negative: correct the order in the store", number, l.UnitPrice)
	case l.Discount.IsNegative():
		return Reject(TotalReason, "line %d: discount %s is negative: correct the order in the store", number, l.Discount)
	case l.Total().IsNegative():
		return Reject(TotalReason, "line %d: discount %s is more than the line costs, %s: correct the order in the store", number, l.Discount, l.Gross())
	}
	return nil
}

// CheckSigns refuses negative parts of the order beside its lines. The error is a
// *Rejection.
func (o Order) CheckSigns() error {
	switch {
	case o.Total.IsNegative():
		return Reject(TotalReason, "total %s is negative: correct the order in the store", o.Total)
	case o.Discount.IsNegative():
		return Reject(TotalReason, "discount %s is negative: correct the order in the store", o.Discount)
	case o.Freight.IsNegative():
		return Reject(TotalReason, "freight %s is negative: correct the order in the store", o.Freight)
	case o.Fees.IsNegative():
		return Reject(TotalReason, "fees %s is negative: correct the order in the store", o.Fees)
	case o.Tax.IsNegative():
		return Reject(TotalReason, "tax %s is negative: correct the order in the store", o.Tax)
	}
	for i, p := range o.Payments {
		if p.Amount.IsNegative() {
			return Reject(TotalReason, "payment %d: amount %s is negative: correct the order in the store", i+1, p.Amount)
		}
	}
	return nil
}

// Goods is what the lines cost together, unrounded.
func (o Order) Goods() Money {
	var sum Money
	for _, l := range o.Lines {
		sum = sum.Add(l.Total())
	}
	return sum
}

// Sum is what the parts of the order add up to, unrounded.
func (o Order) Sum() Money {
	return o.Goods().Sub(o.Discount).Add(o.Freight).Add(o.Fees).Add(o.Tax)
}

// AddsUp is what the parts of the order come to, to the cent, and whether that is what was
// paid.
func (o Order) AddsUp() (sum Money, ok bool) {
	sum = o.Sum().Round()
	return sum, sum.Equal(o.Total)
}

// Private is what must not be shown of the customer wherever somebody else's text
// is, an ERP's answer above all.
func (c Customer) Private() []string {
	_, number := BrazilianPhone(c.Phone, c.Address.Country)
	return append([]string{c.Name, c.Email, c.Phone, number, string(c.TaxID), c.TaxID.Formatted(), c.ForeignID}, c.MoreEmails...)
}

// Emails are the customer's addresses, the first one first, with commas between them.
func (c Customer) Emails() string {
	if c.Email == "" {
		return ""
	}
	return strings.Join(append([]string{c.Email}, c.MoreEmails...), ",")
}

// CheckTaxID refuses a tax id that is there and can't be used, which makes nobody the
// default customer. The error is a *Rejection.
func (c Customer) CheckTaxID() error {
	switch {
	case c.TaxIDWrong && c.TaxIDWrongAt != "":
		return Reject(TaxIDReason, "the customer's tax id in %q is neither a CPF nor a CNPJ: correct it in the store's order", Masked(c.TaxIDWrongAt))
	case c.TaxIDWrong:
		return Reject(TaxIDReason, "the customer's tax id is neither a CPF nor a CNPJ: correct it in the store's order")
	case c.TaxIDUnread != "":
		return Reject(TaxIDReason, "the order has no CPF or CNPJ under a name that is known, but %q may be one: if it is the buyer's, name it in the connection's tax_id_fields: in connections.yaml; if not, add the buyer's own to the store's order", Masked(c.TaxIDUnread))
	}
	return nil
}

// Initials is all of a customer's name that outlives the order (rule 18): the
// first letter of the first and of the last word. What is no letter is left out,
// since names hold tax ids and e-mails at times.
func (c Customer) Initials() string {
	var first, last string
	for word := range strings.FieldsSeq(c.Name) {
		i := strings.IndexFunc(word, unicode.IsLetter)
		if i < 0 {
			continue
		}
		letter, _ := utf8.DecodeRuneInString(word[i:])
		initial := string(unicode.ToUpper(letter)) + "."
		if first == "" {
			first = initial
		} else {
			last = initial
		}
	}
	return first + last
}

func orMissing(s string) words.Text {
	if s == "" {
		return words.Say("missing")
	}
	return words.Plain(s)
}

// Package order is the domain: a paid order, free of any platform's or ERP's
// words. It imports nothing of ours but the words that people are told in.
package order

import (
	"slices"
	"time"

	"github.com/carimbo/carimbo/shared/words"
)

// Order is one paid checkout in its canonical form. Platforms make it, ERPs
// turn it into a document.
type Order struct {
	// ID is the platform's own id of the order: the half of the dedup key that
	// the platform gives.
	ID string `json:"id"`
	// Number is what the merchant sees in the store ("#1001"); it may repeat
	// between stores.
	Number string `json:"number"`
	// Currency is ISO 4217 in capitals. Only BRL becomes a document.
	Currency string `json:"currency"`
	// PlacedAt is when the customer ordered; PaidAt is when the payment was
	// confirmed and decides since and too_old. Both carry their zone.
	PlacedAt time.Time `json:"placed_at,omitzero"`
	PaidAt   time.Time `json:"paid_at,omitzero"`
	// PaidRank says how well PaidAt is known.
	PaidRank Rank `json:"paid_rank,omitempty"`
	// Status is the store's own word for how the order stands; empty where it has none.
	Status string `json:"status,omitempty"`

	Customer Customer  `json:"customer"`
	Lines    []Line    `json:"lines"`
	Payments []Payment `json:"payments,omitempty"`

	// Discount is taken off the whole order, on top of what lines say of
	// themselves. Positive.
	Discount Money `json:"discount,omitzero"`
	Freight  Money `json:"freight,omitzero"`
	// Fees are charged on top. A negative one (for paying by Pix) is a Discount.
	Fees Money `json:"fees,omitzero"`
	// Tax is what was added to the prices; taxes included in them are not here.
	Tax Money `json:"tax,omitzero"`
	// Total is what the customer paid. The parts have to add up to it.
	Total Money `json:"total"`
	// Disagrees are amounts of the platform's that the total or a part of it is not.
	Disagrees []OtherTotal `json:"-"`
	// Origins are for a preview alone.
	Origins Origins `json:"-"`
}

// OtherTotal is what a platform says elsewhere of what was paid, or of a part of it.
type OtherTotal struct {
	// What is the total, or a part in the platform's words, and Is what the order has.
	What words.Text
	Is   Money
	// Source names the fields that say another amount, in the platform's words.
	Source words.Text
	Amount Money
}

// Compare holds another amount, by which the platform says what was paid, against
// Total. Check refuses an order in which one disagrees.
func (o *Order) Compare(source words.Text, amount Money) {
	if !amount.Equal(o.Total) {
		o.Disagree(words.Say("total"), o.Total, source, amount)
	}
}

// Disagree notes that a part of the order is one amount, and by the source another.
func (o *Order) Disagree(what words.Text, is Money, source words.Text, amount Money) {
	o.Disagrees = append(o.Disagrees, OtherTotal{What: what, Is: is, Source: source, Amount: amount})
}

// TakeOff makes a discount of the whole order of a fee below zero; at is its place, in the
// platform's words.
func (o *Order) TakeOff(fee Money, at words.Text) {
	o.Discount = o.Discount.Sub(fee)
	o.Origins.Discount = append(o.Origins.Discount, words.Say("%s is %s: a negative fee is a discount", at, fee))
}

// PaidIn are the numbers of instalments that the payments say; none where none says one. Who
// pays by Pix, boleto, transfer or in cash pays at once.
func (o Order) PaidIn() (numbers []int) {
	for _, p := range o.Payments {
		switch {
		case p.Installments > 0:
			numbers = append(numbers, p.Installments)
		case slices.Contains([]Method{Pix, Boleto, Transfer, Cash, DebitCard}, p.Method):
			numbers = append(numbers, 1)
		}
	}
	return numbers
}

// Customer is who bought. Any field may be empty: platforms withhold them.
type Customer struct {
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
	// MoreEmails are the addresses that the store's field has after the first.
	MoreEmails []string `json:"more_emails,omitempty"`
	// Phone is as ReadPhone has it.
	Phone string `json:"phone,omitempty"`
	TaxID TaxID  `json:"tax_id,omitempty"`
	// TaxIDWrong: the platform gave a tax id that is none. The ERP rejects the
	// order with tax_id even where a default customer is configured, and the wrong
	// text never travels.
	TaxIDWrong bool `json:"tax_id_wrong,omitempty"`
	// TaxIDWrongAt is the place of the field that has it.
	TaxIDWrongAt string `json:"tax_id_wrong_at,omitempty"`
	// TaxIDUnread is the name, or the place, of a field that may be the tax id, and of which nobody knows
	// whose. The order is rejected as with a wrong one.
	TaxIDUnread string `json:"tax_id_unread,omitempty"`
	// ForeignID is the document of a buyer abroad who gave no tax id.
	ForeignID string  `json:"foreign_id,omitempty"`
	Address   Address `json:"address,omitzero"`
}

// Address is where the customer lives. State is the two-letter UF or empty, PostalCode is
// the CEP in digits, or abroad what they have there; Country is BR, empty where none is
// given, or another country as the platform has it: most give ISO 3166 alpha-2.
type Address struct {
	Street     string `json:"street,omitempty"`
	Number     string `json:"number,omitempty"`
	Complement string `json:"complement,omitempty"`
	District   string `json:"district,omitempty"`
	City       string `json:"city,omitempty"`
	State      string `json:"state,omitempty"`
	PostalCode string `json:"postal_code,omitempty"`
	Country    string `json:"country,omitempty"`
}

// Line is one thing bought.
type Line struct {
	// SKUs are the names under which the merchant may have mapped this line,
	// best first: the first that the ERP account maps is taken, then "*".
	SKUs     []string `json:"skus"`
	Name     string   `json:"name"`
	Quantity Quantity `json:"quantity"`
	// UnitPrice is before Discount; it may have more decimals than any ERP takes.
	UnitPrice Money `json:"unit_price"`
	// Discount is taken off the whole line. Positive.
	Discount Money `json:"discount,omitzero"`
}

// Gross is what the line costs before its own discount, to a part of a cent that no price
// has but one that was divided: see PerPiece.
func (l Line) Gross() Money { return Money{rounded(l.UnitPrice.Times(l.Quantity).d, 12)} }

// Total is what the line costs after its own discount.
func (l Line) Total() Money { return l.Gross().Sub(l.Discount) }

// Payment is one way in which the order was paid.
type Payment struct {
	Method Method `json:"method"`
	// Name is what the store itself calls the way of paying; empty where it doesn't say.
	Name         string    `json:"name,omitempty"`
	Amount       Money     `json:"amount"`
	Installments int       `json:"installments,omitempty"`
	PaidAt       time.Time `json:"paid_at,omitzero"`
	// Reference is the payment's own id at the gateway (an NSU or TID).
	Reference string `json:"reference,omitempty"`
}

// Largest is the payment of the largest amount, the first of those; zero of none.
func Largest(payments []Payment) (best Payment) {
	for i, p := range payments {
		if i == 0 || p.Amount.Cmp(best.Amount) > 0 {
			best = p
		}
	}
	return best
}

// Method is how somebody paid, in words of our own; each ERP spells it its way.
type Method string

// The ways of paying that ERPs tell apart.
const (
	Pix        Method = "pix"
	CreditCard Method = "credit_card"
	DebitCard  Method = "debit_card"
	Boleto     Method = "boleto"
	Wallet     Method = "wallet"
	GiftCard   Method = "gift_card"
	Cash       Method = "cash"
	Transfer   Method = "transfer"
	Free       Method = "free"
	Other      Method = "other"
)

// Methods lists them all.
func Methods() []Method {
	return []Method{Pix, CreditCard, DebitCard, Boleto, Wallet, GiftCard, Cash, Transfer, Free, Other}
}

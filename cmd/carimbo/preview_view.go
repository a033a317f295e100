package main

import (
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/preflight"
	"github.com/carimbo/carimbo/shared/words"
)

// previewView is what a preview tells, as --json shows it. Of the customer it is masked
// unless --full; the request is exact.
type previewView struct {
	Connection string              `json:"connection"`
	Platform   string              `json:"platform"`
	Account    string              `json:"account"`
	ERP        string              `json:"erp"`
	Order      *previewOrder       `json:"order,omitempty"`
	Payer      *previewPayer       `json:"payer,omitempty"`
	Customer   *previewRecord      `json:"customer,omitempty"`
	Parts      *previewParts       `json:"parts,omitempty"`
	Dropped    []order.Dropped     `json:"dropped"`
	Warnings   []words.Text        `json:"warnings"`
	Preflight  []preflight.Finding `json:"preflight"`
	Rejected   *order.Reason       `json:"rejected,omitempty"`
	Sent       *previewSent        `json:"sent,omitempty"`
	Request    json.RawMessage     `json:"request,omitempty"`
	day        time.Time           // whose fiscal rules are asked
	kept       ledger.Entry        // zero where none is asked for, or there
	full       bool                // nothing is masked
	mask       func(string) string
}

type previewOrder struct {
	ID       string    `json:"id"`
	Number   string    `json:"number"`
	PlacedAt time.Time `json:"placed_at,omitzero"`
	PaidAt   time.Time `json:"paid_at,omitzero"`
	// PaidBy says how well the moment is known, and PaidPlace where it was read.
	PaidBy    words.Text `json:"paid_by,omitzero"`
	PaidPlace string     `json:"paid_place,omitempty"`
}

type previewPayer struct {
	// Record is the party's place in the payload, and Rule is why it pays.
	Record  string        `json:"record"`
	Rule    words.Text    `json:"rule"`
	Name    string        `json:"name,omitempty"`
	Email   string        `json:"email,omitempty"`
	Phone   string        `json:"phone,omitempty"`
	Address order.Address `json:"address,omitzero"`
	TaxID   *previewTaxID `json:"tax_id,omitempty"`
}

type previewTaxID struct {
	// Kind is CPF, CNPJ, foreign, wrong or unread.
	Kind  string `json:"kind"`
	Value string `json:"value,omitempty"`
	Place string `json:"place"`
}

// previewRecord is the customer as the ERP would be asked for it.
type previewRecord struct {
	How   words.Text         `json:"how"`
	Asked []erp.CustomerCall `json:"asked,omitempty"`
}

type previewParts struct {
	Currency string        `json:"currency"`
	Lines    []previewLine `json:"lines"`
	Goods    order.Money   `json:"goods"`
	Discount order.Money   `json:"discount"`
	// DiscountFrom says of what the discount was made, where the store calls it something else.
	DiscountFrom []words.Text    `json:"discount_from,omitempty"`
	Freight      order.Money     `json:"freight"`
	Fees         order.Money     `json:"fees"`
	Tax          order.Money     `json:"tax"`
	Total        order.Money     `json:"total"`
	Payments     []order.Payment `json:"payments,omitempty"`
	// Disagrees is what the platform says elsewhere of the total and its parts.
	Disagrees []previewTotal `json:"disagrees,omitempty"`
}

type previewLine struct {
	order.Line
	Total order.Money `json:"total"`
}

type previewTotal struct {
	What   words.Text  `json:"what"`
	Is     order.Money `json:"is"`
	Source words.Text  `json:"source"`
	Amount order.Money `json:"amount"`
}

// see takes what the order says.
func (v *previewView) see(o order.Order) {
	v.Order = &previewOrder{o.ID, o.Number, o.PlacedAt, o.PaidAt, paidBy(o.PaidRank), v.mask(o.Origins.PaidAt)}
	c, from := o.Customer, o.Origins
	a := c.Address
	for _, text := range []*string{&a.Street, &a.Number, &a.Complement, &a.District, &a.PostalCode} {
		*text = v.hidden(*text)
	}
	v.Payer = &previewPayer{from.Payer, from.Rule, v.hidden(c.Name), v.hidden(c.Email), v.hidden(c.Phone), a, v.taxID(c, from.TaxID)}
	v.Parts = &previewParts{Currency: o.Currency, Lines: []previewLine{}, Goods: o.Goods(), Discount: o.Discount, DiscountFrom: o.Origins.Discount, Freight: o.Freight, Fees: o.Fees, Tax: o.Tax, Total: o.Total, Payments: o.Payments}
	for _, l := range o.Lines {
		v.Parts.Lines = append(v.Parts.Lines, previewLine{l, l.Total()})
	}
	for _, d := range o.Disagrees {
		v.Parts.Disagrees = append(v.Parts.Disagrees, previewTotal(d))
	}
	v.drop(from.Dropped)
}

// explain takes what the ERP says.
func (v *previewView) explain(account string, e erp.Explanation) {
	v.Customer = &previewRecord{How: e.How}
	for _, call := range e.Asked {
		fields := map[string]any{}
		for name, value := range call.Fields {
			if text, ok := value.(string); ok {
				value = v.hidden(text)
			}
			fields[name] = value
		}
		v.Customer.Asked = append(v.Customer.Asked, erp.CustomerCall{Call: call.Call, Fields: fields})
	}
	v.drop(e.Dropped)
	for _, p := range e.Contradictions {
		v.Warnings = append(v.Warnings, words.Say("erps.%s.%s %s", account, p.Path, p.Message))
	}
}

// drop takes what was left out; names of fields are a shop's own, and may be anything.
func (v *previewView) drop(dropped []order.Dropped) {
	for _, d := range dropped {
		v.Dropped = append(v.Dropped, order.Dropped{What: d.What.Each(v.mask), Why: d.Why})
	}
}

func (v *previewView) taxID(c order.Customer, place string) *previewTaxID {
	place = v.mask(place)
	switch {
	case c.TaxID != "" && c.TaxID.IsCPF():
		return &previewTaxID{"CPF", v.hiddenID(c.TaxID), place}
	case c.TaxID != "":
		return &previewTaxID{"CNPJ", v.hiddenID(c.TaxID), place}
	case c.ForeignID != "":
		return &previewTaxID{"foreign", v.hidden(c.ForeignID), place}
	case c.TaxIDWrong:
		return &previewTaxID{"wrong", "", place}
	case c.TaxIDUnread != "":
		return &previewTaxID{"unread", "", place}
	}
	return nil
}

// hidden leaves of a text what tells it from another at a glance. What is as short as a UF
// tells nobody.
func (v *previewView) hidden(text string) string {
	if v.full || utf8.RuneCountInString(text) <= 2 || text == order.Mask {
		return text
	}
	first, _ := utf8.DecodeRuneInString(text)
	return string(first) + order.Mask
}

// hiddenID leaves the check digits.
func (v *previewView) hiddenID(id order.TaxID) string {
	text := id.Formatted()
	if v.full {
		return text
	}
	kept := len(text) - 2
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(".-/", r) {
			return r
		}
		return '*'
	}, text[:kept]) + text[kept:]
}

func paidBy(r order.Rank) words.Text {
	switch r {
	case order.ByPayment:
		return words.Say("the payment's own time")
	case order.ByNotice:
		return words.Say("the time of the notice that tells of the payment")
	case order.ByOrder:
		return words.Say("the order's own date")
	}
	return words.Text{}
}

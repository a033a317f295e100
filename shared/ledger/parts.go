package ledger

import (
	"cmp"

	"github.com/carimbo/carimbo/shared/words"
)

// Parts tell whether a later notice of an order says something new. They are made
// of what the webhook says and not of what was fetched: keyed digests, so that no
// tax id can be guessed from them, and the total. Zero where the webhook doesn't say
// the order.
type Parts struct {
	// Key identifies the key of the digests: made with another one they can't be
	// compared. Empty where there was none; then the total stands alone.
	Key   string `json:"key,omitempty"`
	Lines string `json:"lines,omitempty"`
	// Charges are freight, fees and taxes.
	Charges string `json:"charges,omitempty"`
	// Payer, TaxID and Address are empty where the customer was erased.
	Payer   string `json:"payer,omitempty"`
	TaxID   string `json:"tax_id,omitempty"`
	Address string `json:"address,omitempty"`
	Total   string `json:"total,omitempty"`
	// Document is what the ERP would be told, as the account was configured then; empty
	// where that isn't known.
	Document string `json:"document,omitempty"`
}

// Changes names, in words for a person, the parts that a later notice says otherwise, if the
// document would carry something else. Both are asked: an account that is configured anew
// makes another document of the same order, and that is no news.
func (p Parts) Changes(later Parts) (parts []words.Text) {
	total := p.Total != later.Total
	sameDocument := p.Document != "" && p.Document == later.Document
	if p.Key != "" && p.Key == later.Key && !sameDocument {
		for _, part := range []struct {
			name    words.Text
			was, is string
			told    bool
		}{
			{words.Say("lines"), p.Lines, later.Lines, true}, {words.Say("freight, fees or taxes"), p.Charges, later.Charges, !total},
			{words.Say("payer"), p.Payer, later.Payer, later.Payer != ""}, {words.Say("tax id"), p.TaxID, later.TaxID, later.TaxID != ""},
			{words.Say("address"), p.Address, later.Address, later.Address != ""},
		} {
			if part.told && part.was != part.is {
				parts = append(parts, part.name)
			}
		}
	}
	if total {
		parts = append(parts, words.Say("total from %s to %s", cmp.Or(words.Plain(p.Total), words.Say("none")), later.Total))
	}
	return parts
}
